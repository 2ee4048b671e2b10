#pragma once

#include <string>

#include "engine/model/program.h"
#include "engine/model/result.h"

namespace tim::cli {

/// A program from a JSON file, checked; errors name the file, and each fault its place.
model::Result<model::Program> read_program(const std::string& path);

/// Tells such an error on stderr; the exit code that belongs to it.
int fail_program(const model::Error& error);

}  // namespace tim::cli
