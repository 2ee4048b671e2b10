#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "engine/model/quantity.h"
#include "engine/model/result.h"

namespace tim::model {

/// What makes a command happen exactly once: a receipt (terminal and number), or a request id that the client
/// chose.
enum class NameKind : std::uint8_t { none = 0, receipt = 1, request = 2 };

inline constexpr std::size_t kMaxReceiptBytes = 24;
inline constexpr std::size_t kRequestIdBytes = 16;

/// The name of a command within its program. A receipt number is 1–24 printable ASCII bytes, padded with
/// zeros; a request id is 16 bytes of the client's choice (random, or derived from what it names), not all
/// zero.
struct Name {
    NameKind kind = NameKind::none;
    TerminalId terminal{};
    std::array<char, kMaxReceiptBytes> bytes{};

    static Name receipt(TerminalId terminal, std::string_view number) {
        Name name{NameKind::receipt, terminal, {}};
        std::memcpy(name.bytes.data(), number.data(),
                    number.size() < kMaxReceiptBytes ? number.size() : kMaxReceiptBytes);
        return name;
    }
    static Name request(const std::array<std::uint8_t, kRequestIdBytes>& id) {
        Name name{NameKind::request, {}, {}};
        std::memcpy(name.bytes.data(), id.data(), id.size());
        return name;
    }

    /// The receipt's number without its padding.
    std::string_view number() const { return {bytes.data(), ::strnlen(bytes.data(), bytes.size())}; }

    /// Whether the name can be used: see the class. Zero bytes may stand only at the end of a receipt's
    /// number.
    bool valid() const;

    friend bool operator==(const Name&, const Name&) = default;
};

/// Reads `TERMINAL/NUMBER`. With `default_terminal`, a bare NUMBER (whatever has no digits before its first
/// slash) is a receipt of that terminal. Errors say what is wrong: a number of 25 bytes, a terminal that is
/// none.
Result<Name> parse_receipt(std::string_view text);
Result<Name> parse_receipt(std::string_view text, TerminalId default_terminal);

/// Writes `TERMINAL/NUMBER`, or a request id as 32 hexadecimal digits.
std::string format_name(const Name& name);

}  // namespace tim::model
