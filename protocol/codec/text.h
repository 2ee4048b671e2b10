#pragma once

#include <flatbuffers/util.h>

#include <string>
#include <string_view>
#include <vector>

namespace tim::codec {

/// Whether a text may be shown to people: UTF-8 without control characters.
inline bool is_clean_text(const std::string& text) {
    const char* place = text.c_str();
    const char* const end = place + text.size();
    while (place < end) {
        // No character begins so; the reader below shifts by what such a byte says.
        if (static_cast<unsigned char>(*place) > 0xF4) return false;
        const int character = flatbuffers::FromUTF8(&place);
        if (character < 0x20 || character == 0x7f) return false;
    }
    return place == end;
}

/// The text as it may be shown on a terminal, whoever wrote it: control characters, and bytes that are not
/// UTF-8, as `\xNN`.
std::string printable(std::string_view text);

/// What to tell whoever wrote a word that is none of `choices`: "did you mean …?", or the choices when none
/// is near.
std::string suggestion(std::string_view written, const std::vector<std::string>& choices);

}  // namespace tim::codec
