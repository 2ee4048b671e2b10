#pragma once

#include <flatbuffers/util.h>

#include <string>
#include <string_view>

namespace tim::codec {

/// Whether a text may be shown to people: UTF-8 without control characters.
inline bool is_clean_text(const std::string& text) {
    const char* place = text.c_str();
    const char* const end = place + text.size();
    while (place < end) {
        const int character = flatbuffers::FromUTF8(&place);
        if (character < 0x20 || character == 0x7f) return false;
    }
    return place == end;
}

}  // namespace tim::codec
