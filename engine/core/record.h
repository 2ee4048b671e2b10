#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "engine/model/quantity.h"

namespace tim::core {

/// A quantity of at most 48 bits, sign included, in six bytes: sequences (2⁴⁷ facts) and instants (until the
/// year 6429). The least instant stands for kNoInstant.
template <class Quantity>
class Packed {
  public:
    Packed() = default;
    Packed(Quantity quantity) {  // NOLINT(google-explicit-constructor): it is the same quantity
        const auto value = static_cast<std::int64_t>(quantity.value);
        const auto word = static_cast<std::uint64_t>(value == INT64_MIN ? kNone : value);
        const auto low = static_cast<std::uint32_t>(word);
        const auto high = static_cast<std::uint16_t>(word >> 32);
        std::memcpy(bytes_.data(), &low, sizeof low);
        std::memcpy(bytes_.data() + sizeof low, &high, sizeof high);
    }
    Quantity get() const {
        // Put together in a register: six bytes copied into a word of eight would be stored in two pieces and
        // read back in one, for which the processor waits until both have left for the cache.
        std::uint32_t low = 0;
        std::int16_t high = 0;
        std::memcpy(&low, bytes_.data(), sizeof low);
        std::memcpy(&high, bytes_.data() + sizeof low, sizeof high);
        const std::int64_t value = static_cast<std::int64_t>(high) * (std::int64_t{1} << 32) + low;
        return {static_cast<decltype(Quantity::value)>(value == kNone ? INT64_MIN : value)};
    }
    operator Quantity() const { return get(); }  // NOLINT(google-explicit-constructor)

  private:
    static constexpr std::int64_t kNone = -(std::int64_t{1} << 47);
    std::array<std::uint8_t, 6> bytes_{};
};

/// Sums that only grow apart from what is posted (lifetime spend, ranking points, and what they were when a
/// month or period began) stay within ± this, so that the difference of any two of them fits 64 bits.
inline constexpr std::int64_t kMaxSum = std::int64_t{1} << 62;

constexpr bool is_sum(std::int64_t value) {
    return value >= -kMaxSum && value <= kMaxSum;
}

/// Where a customer stands in the network (S1.1, S1.14, S1.20). Values are part of the checkpoint's format.
enum class CustomerClass : std::uint8_t { retail = 0, member = 1, vip = 2 };

inline constexpr std::uint32_t kVipBits = (std::uint32_t{1} << 28) - 1;

/// The state of one customer (or of a program's anonymous sales), 128 bytes, found by index arithmetic from
/// its id.
///
/// The first cache line is all that a plain sale reads and writes. What belongs to a month or a period is
/// kept as the lifetime sum at its beginning (the second line), so that a sale of the current month changes
/// the lifetime sum alone; the second line is written by the first order, by a month's first posting and by
/// late ones. Every customer keeps the figures of all criteria, whatever the program uses (S5.7).
///
/// Settled only up to the last command: what time alone changes (holds that have timed out, months and
/// periods that have closed) is computed by whoever reads (settle.h).
///
/// Invariants: 0 ≤ held; orders = 0 exactly when no order instant is set; period ≤ month; every sum is one by
/// `is_sum`.
struct alignas(64) CustomerRecord {
    model::Points points{};
    model::Points ranking_points{};
    model::Points held{};
    model::Money lifetime_spend{};
    Packed<model::Sequence> last{};  ///< newest fact; 0 while the record does not exist
    Packed<model::Instant> last_order_at{model::kNoInstant};
    std::uint32_t orders = 0;
    model::Month month{};           ///< of the newest posting, or the newest that was closed up to
    model::VersionId version{};     ///< of the newest fact: the tiers here are indices in it
    std::uint8_t tier = 0;          ///< as last recorded
    std::uint8_t opening_tier = 0;  ///< with which the current period began; 0 where nothing is reviewed
    std::uint8_t bonus_floor = 0;   ///< bonuses up to this tier are neither paid nor taken back
    std::uint8_t bonus_tier = 0;    ///< bonuses above opening tier and floor are paid up to this one
    std::uint8_t flags = 0;
    /// Digest of what the book of classifications has of the customer (core::mark_of); zeros: nothing.
    std::array<std::uint8_t, 3> classified{};
    std::uint32_t network = 0;  ///< class in the upper 2 bits, the VIP above the customer in the lower 28

    model::Money spend_before_month{};  ///< lifetime spend without what was posted to `month` and later
    model::Money spend_before_closed_month{};
    model::Money spend_before_period{};
    model::Money spend_before_closed_period{};
    model::Points ranking_before_period{};
    model::Points ranking_before_closed_period{};
    Packed<model::Instant> first_order_at{model::kNoInstant};
    /// The newest fact that says who the customer is: the enrolment, or what changed keys or name. In its
    /// blob stands the sealed profile; of one who was erased there is none.
    Packed<model::Sequence> profile{};
    model::Month period{};  ///< first month of the current period
    /// Zero.
    std::array<std::uint8_t, 2> reserved_second{};

    CustomerClass customer_class() const { return static_cast<CustomerClass>(network >> 30); }
    bool is_vip() const { return customer_class() == CustomerClass::vip; }
    /// The VIP above the customer, or none.
    model::CustomerId vip() const { return {network & kVipBits}; }
    void set_network(CustomerClass customer_class, model::CustomerId vip) {
        network = static_cast<std::uint32_t>(customer_class) << 30 | static_cast<std::uint32_t>(vip.value);
    }

    bool is_classified() const { return (classified[0] | classified[1] | classified[2]) != 0; }

    bool exists() const { return last.get().value != 0; }
    model::Money month_spend() const { return {lifetime_spend.value - spend_before_month.value}; }
    model::Money closed_month_spend() const {
        return {spend_before_month.value - spend_before_closed_month.value};
    }
    model::Money period_spend() const { return {lifetime_spend.value - spend_before_period.value}; }
    model::Money closed_period_spend() const {
        return {spend_before_period.value - spend_before_closed_period.value};
    }
    model::Points period_ranking() const { return {ranking_points.value - ranking_before_period.value}; }
    model::Points closed_period_ranking() const {
        return {ranking_before_period.value - ranking_before_closed_period.value};
    }
};

/// Bits of CustomerRecord::flags.
inline constexpr std::uint8_t kRecordHasHolds = 1;      ///< the book of holds has open ones of this customer
inline constexpr std::uint8_t kRecordHasLots = 2;       ///< the book of lots has points of this customer's
inline constexpr std::uint8_t kRecordHasReferral = 16;  ///< the book of referrals has an entry
inline constexpr std::uint8_t kRecordHasCampaignUses = 32;  ///< campaigns with a limit have taken effect
/// The book of overrides has tiers by hand of this customer: while one is in force, `tier` is that.
inline constexpr std::uint8_t kRecordHasOverrides = 8;
inline constexpr std::uint8_t kRecordHasOrders = 64;  ///< the book of orders has pending ones

inline constexpr std::uint8_t kRecordBlocked = 4;   ///< earns, and spends nothing
inline constexpr std::uint8_t kRecordErased = 128;  ///< nobody knows who it was

// 64 bytes, then 62 and 2 of room.
static_assert(sizeof(CustomerRecord) == 128 && std::is_trivially_copyable_v<CustomerRecord>);
static_assert(offsetof(CustomerRecord, flags) == 56 && offsetof(CustomerRecord, network) == 60 &&
                  offsetof(CustomerRecord, spend_before_month) == 64 &&
                  offsetof(CustomerRecord, reserved_second) == 126,
              "what a plain sale needs stands in the first line, and nothing is padding");

// Memory for a customer with a phone key: 128 bytes of record, and one entry of 16 bytes of the index of
// keys, which at its least load fills 64 of 100 slots: 16 × 100 / 64 = 25. Together 153.
inline constexpr std::size_t kKeyIndexBytesAtMost = 16 * 100 / 64;
static_assert(sizeof(CustomerRecord) + kKeyIndexBytesAtMost <= 160, "the target of 160 bytes a customer");

/// Digest of the figures in the first line, except `last`: what a fact's `check` holds. Independent
/// multiplications, so that it costs about as much as one.
inline std::uint32_t digest(const CustomerRecord& record) {
    const auto word = [](auto quantity) { return static_cast<std::uint64_t>(quantity.value); };
    const std::uint64_t small = static_cast<std::uint64_t>(record.orders) << 32 |
                                static_cast<std::uint64_t>(record.month.value) << 16 | record.version.value;
    const std::uint64_t tiers = static_cast<std::uint64_t>(record.classified[2]) << 56 |
                                static_cast<std::uint64_t>(record.classified[1]) << 48 |
                                static_cast<std::uint64_t>(record.classified[0]) << 40 |
                                static_cast<std::uint64_t>(record.tier) << 32 |
                                static_cast<std::uint64_t>(record.opening_tier) << 24 |
                                static_cast<std::uint64_t>(record.bonus_floor) << 16 |
                                static_cast<std::uint64_t>(record.bonus_tier) << 8 | record.flags;
    std::uint64_t sum =
        word(record.points) * 0x9E3779B97F4A7C15u + word(record.ranking_points) * 0xC2B2AE3D27D4EB4Fu +
        word(record.held) * 0x165667B19E3779F9u + word(record.lifetime_spend) * 0xD6E8FEB86659FD93u +
        tiers * 0xA0761D6478BD642Fu + word(record.last_order_at.get()) * 0xE7037ED1A0B428DBu +
        small * 0x8EBC6AF09C88C6E3u + record.network * 0x589965CC75374CC3u;
    sum ^= sum >> 32;
    sum *= 0xD6E8FEB86659FD93u;
    return static_cast<std::uint32_t>(sum >> 32);
}

/// Which of its sums a record takes for one: its own four, or the lifetime's. Values are part of the ledger's
/// format (model::TierState).
enum class Sum : std::uint8_t { month = 0, closed_month = 1, period = 2, closed_period = 3, lifetime = 4 };

/// How months and periods pass over a record while nothing is posted: each of its four sums becomes one that
/// it has already.
struct Bases {
    Sum month = Sum::month;
    Sum closed_month = Sum::closed_month;
    Sum period = Sum::period;
    Sum closed_period = Sum::closed_period;
    model::Month now{};     ///< CustomerRecord::month
    model::Month opened{};  ///< CustomerRecord::period

    static Bases of(const CustomerRecord& record) {
        Bases bases;
        bases.now = record.month;
        bases.opened = record.period;
        return bases;
    }

    /// Closes what lies before `to`. `period_months` divides 12, or is 0: one period without an end. Returns
    /// whether a period closed.
    bool advance(model::Month to, std::uint8_t period_months);

    /// Puts the sums into the record that they were taken from.
    void put(CustomerRecord& record) const;
};

/// What posting to another month than the record's own changes beside the lifetime's sums: the record moves
/// on to a later one; the sums before later months and periods take what is posted to an earlier one.
void post_elsewhere(CustomerRecord& record, model::Month month, std::uint8_t period_months,
                    model::Money spend, model::Points ranking);

/// Whether the sums that a posting to an earlier month changes stay sums.
bool can_post_late(const CustomerRecord& record, model::Month month, std::uint8_t period_months,
                   model::Money spend, model::Points ranking);

/// Posts to a month. `period_months` divides 12, or is 0 (see Bases). The caller has checked `can_post`.
inline void post(CustomerRecord& record, model::Month month, std::uint8_t period_months, model::Money spend,
                 model::Points ranking) {
    if (month != record.month) post_elsewhere(record, month, period_months, spend, ranking);
    record.lifetime_spend.value += spend.value;
    record.ranking_points.value += ranking.value;
}

/// Whether `change` may be added to a sum.
constexpr bool can_add(std::int64_t sum, std::int64_t change) {
    const auto after = model::checked_add(sum, change);
    return after && is_sum(*after);
}

/// Whether every sum stays one.
inline bool can_post(const CustomerRecord& record, model::Month month, std::uint8_t period_months,
                     model::Money spend, model::Points ranking) {
    return can_add(record.lifetime_spend.value, spend.value) &&
           can_add(record.ranking_points.value, ranking.value) &&
           (month >= record.month || can_post_late(record, month, period_months, spend, ranking));
}

/// Counts an order of a customer's, which may be late.
inline void count_order(CustomerRecord& record, model::Instant at) {
    if (record.orders == 0 || at < record.last_order_at.get()) {
        if (record.orders == 0 || at < record.first_order_at.get()) record.first_order_at = at;
    }
    if (record.orders == 0 || at > record.last_order_at.get()) record.last_order_at = at;
    ++record.orders;
}

}  // namespace tim::core
