#pragma once

#include <string>
#include <string_view>

#include "engine/model/program.h"
#include "engine/model/result.h"

namespace tim::codec {

/// Reads a program as people write it: one JSON object of protocol/schema/program.fbs. Strict: a field that
/// the schema does not know, one that stands twice, a value of the wrong type are errors; amounts are decimal
/// texts
/// ("12.50"), choices are named in quotes. The result is validated (`model::validate`). The error's message
/// has a line per fault, in the order of the file, each `file:line:column: path: what is wrong`. A fault of
/// the JSON itself ends the reading; otherwise all faults against the schema are told, and when there are
/// none, all faults of the content. `file_name` is only for messages. Thread-safe.
model::Result<model::Program> parse_program_json(std::string_view text, std::string_view file_name);

/// Writes a program in full, defaults filled in; reading it gives the same program again.
std::string program_to_json(const model::Program& program);

}  // namespace tim::codec
