#pragma once

#include "engine/model/program.h"

namespace tim::tests {

/// Whether two programs say the same, as far as tests change programs.
bool same_program(const model::Program& a, const model::Program& b);

}  // namespace tim::tests
