#pragma once

#include <compare>
#include <cstdint>
#include <optional>

namespace tim::model {

/// An integer with a meaning: quantities of different kinds do not mix, and arithmetic that could overflow is
/// asked for by name (`checked_add`), so that no balance ever wraps.
template <class Tag, class Rep = std::int64_t>
struct Quantity {
    Rep value = 0;

    friend constexpr auto operator<=>(Quantity, Quantity) = default;
    friend constexpr bool operator==(Quantity, Quantity) = default;
};

using Points = Quantity<struct PointsTag>;                     ///< spendable or ranking points
using Money = Quantity<struct MoneyTag>;                       ///< minor units of the program's currency
using Instant = Quantity<struct InstantTag>;                   ///< milliseconds since 1970-01-01T00:00:00Z
using Sequence = Quantity<struct SequenceTag, std::uint64_t>;  ///< a fact's place in the ledger; 0 is "none"
using CustomerId =
    Quantity<struct CustomerTag, std::uint64_t>;  ///< dense within a program, from 1; 0 is "none"
using ProgramId =
    Quantity<struct ProgramTag, std::uint16_t>;  ///< dense within an engine, from 1; 0 is "none"
using VersionId = Quantity<struct VersionTag, std::uint16_t>;    ///< a program's version, from 1
using TerminalId = Quantity<struct TerminalTag, std::uint32_t>;  ///< a till; numbered by the shop
using Month = Quantity<struct MonthTag, std::uint16_t>;          ///< months since January 1970, program time

/// "No instant": a command without an `at` takes the engine's now.
inline constexpr Instant kNoInstant{INT64_MIN};

/// Of what never expires.
inline constexpr Instant kNever{INT64_MAX};

/// Greatest id of a customer: ids take 40 bits in a Subject.
inline constexpr std::uint64_t kMaxCustomerId = (std::uint64_t{1} << 40) - 1;

constexpr std::optional<std::int64_t> checked_add(std::int64_t a, std::int64_t b) {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
    return sum;
}

constexpr std::optional<std::int64_t> checked_sub(std::int64_t a, std::int64_t b) {
    std::int64_t difference = 0;
    if (__builtin_sub_overflow(a, b, &difference)) return std::nullopt;
    return difference;
}

template <class Tag>
constexpr std::optional<Quantity<Tag>> checked_add(Quantity<Tag> a, Quantity<Tag> b) {
    const auto sum = checked_add(a.value, b.value);
    return sum ? std::optional(Quantity<Tag>{*sum}) : std::nullopt;
}

template <class Tag>
constexpr std::optional<Quantity<Tag>> checked_sub(Quantity<Tag> a, Quantity<Tag> b) {
    const auto difference = checked_sub(a.value, b.value);
    return difference ? std::optional(Quantity<Tag>{*difference}) : std::nullopt;
}

/// floor(value × factor / divisor) for value, factor ≥ 0 and divisor > 0, through 128 bits; nothing when it
/// overflows.
constexpr std::optional<std::int64_t> floor_multiply_divide(std::int64_t value, std::int64_t factor,
                                                            std::int64_t divisor) {
    __extension__ using Wide = __int128;
    const Wide product = static_cast<Wide>(value) * factor / divisor;
    if (product > INT64_MAX) return std::nullopt;
    return static_cast<std::int64_t>(product);
}

}  // namespace tim::model
