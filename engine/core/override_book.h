#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/inlined_vector.h>

#include <cstdint>
#include <optional>
#include <queue>

#include "engine/core/rules.h"
#include "engine/core/touch.h"
#include "engine/model/quantity.h"

namespace tim::core {

inline constexpr std::size_t kMaxTierOverrides = 8;  ///< of one customer

/// A tier that was given by hand, from an instant until another (rules.md, Tiers).
struct TierOverride {
    model::Sequence id{};      ///< the sequence of its fact
    model::Instant from{};     ///< in force when now has reached this
    model::Instant until{};    ///< over when now has reached this
    model::VersionId version;  ///< in whose tiers `tier` is an index
    std::uint8_t tier = 0;
    bool begun = false;  ///< recorded as in force
    std::array<std::uint8_t, 4> reserved{};

    friend bool operator==(const TierOverride&, const TierOverride&) = default;
};

/// A customer's tiers by hand that are not over, oldest first.
struct TierOverrides {
    /// While one is in force: the tier that the figures lead to, an index in the record's version.
    std::uint8_t found = 0;
    absl::InlinedVector<TierOverride, 1> list;

    bool in_force() const;
    /// Whether the next of them begins or ends by `now`.
    bool due(model::Instant now) const;
};

/// The tier by hand at an instant, as an index in `current`: that of the newest override in force whose tier
/// `current` has. None: the figures decide.
std::optional<std::uint8_t> tier_by_hand(const TierOverrides& overrides, model::Instant now,
                                         const Rules& current);

/// Part of a fact's `check`.
std::uint32_t digest(const TierOverrides& overrides);

/// The tiers by hand of one program's customers of one stripe, and when the next of them begins or ends.
/// Guarded by the stripe.
class OverrideBook {
  public:
    /// Null when there are none.
    const TierOverrides* of(model::CustomerId customer) const {
        const auto found = overrides_.find(customer.value);
        return found == overrides_.end() ? nullptr : &found->second;
    }

    /// Adds what `of` reads to what is touched; see touch.h.
    void touch(model::CustomerId customer, TouchList& lines) const {
        const TierOverrides* const overrides = of(customer);
        if (overrides == nullptr) return;
        const auto* const begin = reinterpret_cast<const std::byte*>(overrides);
        lines.add(begin);
        lines.add(begin + sizeof(TierOverrides) - 1);
    }

    void add(model::CustomerId customer, const TierOverride& override_);
    void begin(model::CustomerId customer, model::Sequence id);
    /// Takes one out. Returns whether the customer has others.
    bool end(model::CustomerId customer, model::Sequence id);
    void drop(model::CustomerId customer);
    void set_found(model::CustomerId customer, std::uint8_t tier);

    /// A customer with an override that begins or ends by `now`; nothing when there is none.
    std::optional<model::CustomerId> due(model::Instant now);

  private:
    struct Due {
        model::Instant at{};
        model::CustomerId customer{};
        bool operator<(const Due& other) const {
            return at != other.at ? at > other.at : customer > other.customer;
        }
    };

    TierOverride& find(model::CustomerId customer, model::Sequence id);

    absl::flat_hash_map<std::uint64_t, TierOverrides> overrides_;
    std::priority_queue<Due> due_;  ///< may still name what is over
};

}  // namespace tim::core
