#pragma once

#include <cstdint>
#include <optional>
#include <type_traits>

#include "engine/model/quantity.h"

namespace tim::core {

/// The state of one customer (or of a program's anonymous sales), 128 bytes, found by index arithmetic from
/// its id.
///
/// The first cache line is all that a sale reads and writes; the second is touched by the first order, by
/// late sales and by queries. Settled only up to the last command: what time alone changes (holds that have
/// timed out, a month that has closed) is computed by whoever reads (view.h).
///
/// Invariants: 0 ≤ held; orders = 0 exactly when no order instant is set; month_spend belongs to `month`.
struct alignas(64) CustomerRecord {
    model::Sequence last{};  ///< newest fact; 0 while the record does not exist
    model::Points points{};
    model::Points ranking_points{};
    model::Points held{};
    model::Money lifetime_spend{};
    model::Money month_spend{};
    model::Instant last_order_at = model::kNoInstant;
    std::uint32_t orders = 0;
    model::Month month{};
    std::uint8_t tier = 0;  ///< as last recorded, an index in the version that recorded it
    std::uint8_t flags = 0;

    model::Sequence profile{};  ///< the fact whose blob holds the sealed profile
    model::Instant enrolled_at = model::kNoInstant;
    model::Instant first_order_at = model::kNoInstant;
    model::Money closed_month_spend{};  ///< of the month before `month`
    std::uint64_t reserved[4] = {};     ///< zero

    bool exists() const { return last.value != 0; }
};

/// Bits of CustomerRecord::flags.
inline constexpr std::uint8_t kRecordHasHolds = 1;  ///< the book of holds has open ones of this customer

static_assert(sizeof(CustomerRecord) == 128 && std::is_trivially_copyable_v<CustomerRecord>);

// Memory for a customer with a phone key: the record, and one entry of the index of keys at its least load.
inline constexpr std::size_t kKeyIndexBytesAtMost = 16 * 100 / 64;
static_assert(sizeof(CustomerRecord) + kKeyIndexBytesAtMost <= 160, "the target of 160 bytes a customer");

/// Digest of the figures in the first line, except `last`: what a fact's `check` holds. Independent
/// multiplications, so that it costs about as much as one.
inline std::uint32_t digest(const CustomerRecord& record) {
    const auto word = [](auto quantity) { return static_cast<std::uint64_t>(quantity.value); };
    const std::uint64_t small = static_cast<std::uint64_t>(record.orders) << 32 |
                                static_cast<std::uint64_t>(record.month.value) << 16 |
                                static_cast<std::uint64_t>(record.tier) << 8 | record.flags;
    std::uint64_t sum =
        word(record.points) * 0x9E3779B97F4A7C15u + word(record.ranking_points) * 0xC2B2AE3D27D4EB4Fu +
        word(record.held) * 0x165667B19E3779F9u + word(record.lifetime_spend) * 0xD6E8FEB86659FD93u +
        word(record.month_spend) * 0xA0761D6478BD642Fu + word(record.last_order_at) * 0xE7037ED1A0B428DBu +
        small * 0x8EBC6AF09C88C6E3u;
    sum ^= sum >> 32;
    sum *= 0xD6E8FEB86659FD93u;
    return static_cast<std::uint32_t>(sum >> 32);
}

/// The monthly figures of a record: `spend` in `month` and what the month before came to.
struct MonthFigures {
    model::Month month{};
    model::Money spend{};
    model::Money closed_spend{};
};

/// Posts `amount` to month `posted`: the current month moves on when `posted` is later; an earlier month than
/// the closed one keeps no figure here. Nothing when a figure would overflow.
std::optional<MonthFigures> post_to_month(const MonthFigures& figures, model::Month posted,
                                          model::Money amount);

/// The monthly figures as they stand in month `now`.
MonthFigures settle_month(const MonthFigures& figures, model::Month now);

inline MonthFigures month_figures(const CustomerRecord& record) {
    return {record.month, record.month_spend, record.closed_month_spend};
}

}  // namespace tim::core
