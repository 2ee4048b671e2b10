#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace tim::cli {

/// What is wrong with a command line that CLI11 has refused with `error`, for people: a word or an option
/// that nobody knows is named, with what is near it or what is known at its place; CLI11 alone would tell
/// what is missing instead. `app` has parsed the line.
std::string usage_fault(const CLI::App& app, const CLI::ParseError& error);

}  // namespace tim::cli
