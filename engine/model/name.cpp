#include "engine/model/name.h"

#include <fmt/format.h>
#include <algorithm>
#include <bit>
#include <charconv>
#include <iterator>
#include <optional>

namespace tim::model {
namespace {

bool is_printable(char c) {
    return c >= ' ' && c <= '~';
}

std::optional<TerminalId> parse_terminal(std::string_view text) {
    TerminalId terminal{};
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, terminal.value);
    if (text.empty() || error != std::errc{} || rest != end) return std::nullopt;
    return terminal;
}

Result<Name> make_receipt(TerminalId terminal, std::string_view number) {
    if (number.empty()) return failure(ErrorKind::invalid, "the receipt number is empty");
    if (number.size() > kMaxReceiptBytes)
        return failure(ErrorKind::invalid,
                       fmt::format("the receipt number \"{}\" has {} bytes; at most {} are allowed", number,
                                   number.size(), kMaxReceiptBytes));
    if (!std::ranges::all_of(number, is_printable))
        return failure(ErrorKind::invalid, "the receipt number holds a byte that is not printable ASCII");
    return Name::receipt(terminal, number);
}

/// Whether 24 bytes are a printable text, not empty, that zeros pad: eight bytes at a time, since every
/// sale's is looked at.
bool is_padded_text(const std::array<char, kMaxReceiptBytes>& bytes) {
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    constexpr std::uint64_t kTops = kOnes * 0x80;
    bool ended = false;
    for (std::size_t i = 0; i < bytes.size(); i += sizeof(std::uint64_t)) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + i, sizeof word);
        if (ended && word != 0) return false;
        if (((word | (word + kOnes)) & kTops) != 0) return false;  // above '~'
        const std::uint64_t zeros = ~((word & ~kTops) + ~kTops) & kTops;
        const std::uint64_t below_blank = ~((word | kTops) - kOnes * ' ') & kTops;
        if (zeros != below_blank) return false;
        if (zeros == 0) continue;
        if (word >> (std::countr_zero(zeros) - 7) != 0) return false;  // something behind the first zero
        ended = true;
    }
    return bytes[0] != '\0';
}

}  // namespace

bool Name::valid() const {
    const auto is_zero = [](char c) { return c == '\0'; };
    switch (kind) {
        case NameKind::none:
            return false;
        case NameKind::receipt:
            return is_padded_text(bytes);
        case NameKind::request: {
            const auto end = bytes.begin() + kRequestIdBytes;
            return terminal == TerminalId{} && !std::all_of(bytes.begin(), end, is_zero) &&
                   std::all_of(end, bytes.end(), is_zero);
        }
    }
    return false;
}

Result<Name> parse_receipt(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos)
        return failure(ErrorKind::invalid, fmt::format("\"{}\" is not a receipt: TERMINAL/NUMBER", text));
    const auto terminal = parse_terminal(text.substr(0, slash));
    if (!terminal)
        return failure(
            ErrorKind::invalid,
            fmt::format("\"{}\" is not a terminal: a number from 0 to 4294967295", text.substr(0, slash)));
    return make_receipt(*terminal, text.substr(slash + 1));
}

Result<Name> parse_receipt(std::string_view text, TerminalId default_terminal) {
    const std::size_t slash = text.find('/');
    // A number may hold a slash of its own: only digits before it make a terminal.
    if (slash == std::string_view::npos || !parse_terminal(text.substr(0, slash)))
        return make_receipt(default_terminal, text);
    return parse_receipt(text);
}

std::string format_name(const Name& name) {
    switch (name.kind) {
        case NameKind::none:
            return "";
        case NameKind::receipt:
            return fmt::format("{}/{}", name.terminal.value, name.number());
        case NameKind::request: {
            std::string text;
            for (std::size_t i = 0; i < kRequestIdBytes; ++i)
                fmt::format_to(std::back_inserter(text), "{:02x}", static_cast<unsigned char>(name.bytes[i]));
            return text;
        }
    }
    return "";
}

}  // namespace tim::model
