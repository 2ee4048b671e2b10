#include "tools/tim/program_file.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "protocol/codec/limits.h"
#include "protocol/codec/program_json.h"
#include "tools/tim/command_line.h"

namespace tim::cli {

using model::ErrorKind;
using model::failure;
using model::Result;

Result<model::Program> read_program(const std::string& path) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
        return failure(ErrorKind::io, fmt::format("{}: this is a folder, not a file", path));
    std::ifstream file(path, std::ios::binary);
    if (!file) return failure(ErrorKind::io, fmt::format("{}: cannot be read", path));
    std::string text;
    text.resize(codec::kMaxProgramBytes + 1);
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (file.bad()) return failure(ErrorKind::io, fmt::format("{}: cannot be read", path));
    if (text.size() > codec::kMaxProgramBytes)
        return failure(ErrorKind::invalid,
                       fmt::format("{}: a program has at most {} bytes", path, codec::kMaxProgramBytes));
    return codec::parse_program_json(text, path);
}

/// Faults stand on lines of their own, each with its place, so no name goes before them.
int fail_program(const model::Error& error) {
    fmt::print(stderr, "{}\n", printable_lines(error.message));
    return kUsage;
}

}  // namespace tim::cli
