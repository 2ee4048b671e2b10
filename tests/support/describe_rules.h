#pragma once

#include <string>

#include "engine/model/program.h"

namespace tim::tests {

/// How a program finds tiers, dates points and runs campaigns: for people who read a failure.
std::string describe_rules(const model::Program& program);

}  // namespace tim::tests
