#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/model/result.h"

namespace tim::codec {

/// A place in a text, counted from 1; columns in characters.
struct TextPosition {
    std::size_t line = 1;
    std::size_t column = 1;
};

enum class JsonKind : std::uint8_t { null, boolean, number, string, array, object };

/// One value of a JSON text and where it stands. FlatBuffers' own reader is lax (comments, bare words,
/// numbers for enums) and tells places only roughly: people's files are read with this one first.
struct JsonValue {
    struct Member;

    JsonKind kind = JsonKind::null;
    TextPosition position;
    std::string text;  ///< string: decoded; number and boolean: as written
    std::vector<JsonValue> items;
    std::vector<Member> members;  ///< in order, repeated names included
};

struct JsonValue::Member {
    std::string name;
    TextPosition position;  ///< of the name
    JsonValue value;
};

inline constexpr std::size_t kMaxJsonDepth = 32;

/// Reads one JSON value (RFC 8259), strictly; a byte order mark in front is skipped. The error says
/// `line:column: what`.
model::Result<JsonValue> parse_json(std::string_view text);

}  // namespace tim::codec
