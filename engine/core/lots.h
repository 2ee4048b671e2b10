#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/inlined_vector.h>

#include <cstdint>
#include <optional>
#include <queue>
#include <span>

#include "engine/model/fact.h"
#include "engine/model/quantity.h"

namespace tim::core {

class Rules;

/// When points can be spent, and when they expire.
struct LotDates {
    model::Instant matures_at = model::kNoInstant;  ///< kNoInstant: at once
    model::Instant expires_at = model::kNever;

    bool any() const { return matures_at != model::kNoInstant || expires_at != model::kNever; }
    friend bool operator==(const LotDates&, const LotDates&) = default;
};

/// Points of a customer that have the same dates and are in the same hold, or in none.
struct Lot {
    LotDates dates;
    model::Points points{};
    model::Sequence hold{};  ///< that reserves them; 0: none

    bool pending() const { return dates.matures_at != model::kNoInstant; }
    /// Pending, and spendable before it expires.
    bool matures_by(model::Instant until) const {
        return pending() && dates.matures_at <= until && dates.matures_at < dates.expires_at;
    }
    bool expires_by(model::Instant until) const { return hold.value == 0 && dates.expires_at <= until; }

    friend bool operator==(const Lot&, const Lot&) = default;
};

/// What of a customer's points has come due.
struct LotsDue {
    model::Instant at = model::kNoInstant;  ///< of the last of it; kNoInstant: nothing
    model::Points points{};                 ///< all of it
    model::Points spendable{};              ///< without what is pending

    bool any() const { return at != model::kNoInstant; }
};

/// The points of one customer that have dates (rules.md, Points lots). All others have none, and are spent
/// last. Changes by folding the customer's facts, and only by that.
///
/// Invariant, after every transaction: what is neither pending nor held sums to no more than the customer has
/// free (points − held), and to nothing while there is debt.
class Lots {
  public:
    bool empty() const { return lots_.empty(); }
    std::span<const Lot> all() const { return lots_; }

    /// Points that cannot be spent yet.
    model::Points pending() const;
    /// Pending points of these dates.
    model::Points pending_of(const LotDates& dates) const;
    /// When the next of them expire that no hold reserves, and how many.
    LotsDue next_expiry() const;

    LotsDue maturing(model::Instant until) const;
    LotsDue expiring(model::Instant until) const;
    /// The next instant at which something matures or expires; kNever for none.
    model::Instant next_due() const;

    /// Folds a fact of the customer's, at its sequence. `dates` are those of the points that it brings,
    /// `free_before` what the customer had free (points − held) before it.
    void fold(const model::Fact& fact, model::Sequence sequence, const LotDates& dates,
              model::Points free_before);

    /// Puts back what a checkpoint kept.
    void restore(const Lot& lot) { lots_.push_back(lot); }

    std::uint64_t digest() const;

    friend bool operator==(const Lots&, const Lots&) = default;

  private:
    void add(const Lot& lot);
    model::Points free() const;
    /// Takes up to so many points of what is neither pending nor held, the earliest expiry first; returns how
    /// many. What `into` names keeps them.
    model::Points take(model::Points points, model::Sequence into = {});
    model::Points take_of(const LotDates& dates, model::Points points);
    void mature(model::Instant until, model::Points free_before);
    void end_hold(model::Sequence hold, model::Points captured, model::Points free_before);
    void drop_empty();

    /// By expiry, then by when they can be spent, then by hold.
    absl::InlinedVector<Lot, 4> lots_;
};

/// The dates of the points that a fact brings, by the rules that were in force at its `at`.
LotDates dates_of(const model::Fact& fact, const Rules& rules);

/// points − held; the least there is where that leaves 64 bits.
inline model::Points free_points(model::Points points, model::Points held) {
    return checked_sub(points, held).value_or(model::Points{INT64_MIN});
}

/// The lots of one program's customers of one stripe, and when the next of them come due. Guarded by the
/// stripe.
class LotBook {
  public:
    /// A customer's lots; null when there are none.
    const Lots* of(model::CustomerId customer) const {
        const auto found = lots_.find(customer.value);
        return found == lots_.end() ? nullptr : &found->second.lots;
    }

    /// Folds a fact of the customer's. Returns whether there are lots after it.
    bool fold(model::CustomerId customer, const model::Fact& fact, model::Sequence sequence,
              const LotDates& dates, model::Points free_before);

    /// Puts back a lot that a checkpoint kept.
    void restore(model::CustomerId customer, const Lot& lot);

    /// A customer of whose lots something has matured or expired by `now`; nothing when there is none.
    std::optional<model::CustomerId> due(model::Instant now);

  private:
    struct Entry {
        Lots lots;
        model::Instant queued = model::kNever;  ///< the earliest instant that the queue has of the customer
    };
    struct Due {
        model::Instant at{};
        model::CustomerId customer{};
        bool operator<(const Due& other) const {
            return at != other.at ? at > other.at : customer > other.customer;
        }
    };
    void queue(model::CustomerId customer, Entry& entry);

    absl::flat_hash_map<std::uint64_t, Entry> lots_;
    std::priority_queue<Due> due_;  ///< may still name what has come to nothing
};

}  // namespace tim::core
