#include "protocol/codec/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace tim::codec {
namespace {

/// A longer word is no slip of the fingers, and is compared with nothing.
constexpr std::size_t kMaxWordBytes = 64;

/// How many letters must be added, dropped or changed to make `a` into `b`.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j < row.size(); ++j)
        row[j] = j;
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

/// How many bytes the character at the text's begin has; 0 when it is none, or one that controls a terminal.
std::size_t shown_bytes(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t bytes = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (bytes > text.size()) return 0;
    const std::string copy(text.substr(0, bytes));
    const char* place = copy.c_str();
    const int character = flatbuffers::FromUTF8(&place);
    // U+0080 to U+009F control a terminal as well.
    const bool controls = character < 0x20 || (character >= 0x7F && character < 0xA0);
    return controls || place != copy.c_str() + bytes ? 0 : bytes;
}

}  // namespace

std::string printable(std::string_view text) {
    std::string shown;
    while (!text.empty()) {
        const std::size_t bytes = shown_bytes(text);
        if (bytes == 0)
            shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
        else
            shown += text.substr(0, bytes);
        text.remove_prefix(bytes == 0 ? 1 : bytes);
    }
    return shown;
}

std::string suggestion(std::string_view written, const std::vector<std::string>& choices) {
    const std::string* nearest = nullptr;
    std::size_t least = written.size() > kMaxWordBytes ? 0 : std::max<std::size_t>(2, written.size() / 3) + 1;
    for (const std::string& choice : choices) {
        const std::size_t letters = least == 0 ? 0 : distance(written, choice);
        if (letters >= least) continue;
        least = letters;
        nearest = &choice;
    }
    if (nearest != nullptr) return fmt::format("did you mean \"{}\"?", *nearest);
    return fmt::format("known are {}", fmt::join(choices, ", "));
}

}  // namespace tim::codec
