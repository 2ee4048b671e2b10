#pragma once

#include "engine/core/fact_writer.h"
#include "engine/core/invariant.h"
#include "engine/core/record.h"
#include "engine/core/rules.h"
#include "engine/model/fact.h"

namespace tim::core {

// Nobody waits for a review (rules.md): reviews, month closes and new versions are effective at their
// instants, whether or not anybody has visited the customer since. Reads compute what a visit would find; a
// command and the sweep record it.

/// Whether months, periods or versions have passed over a customer's record since it was last recorded. Of
/// plain rules: one comparison.
inline bool is_due(const CustomerRecord& record, const Rules& current, model::Instant now) {
    if (record.version < current.epoch()) return true;
    return current.by_month() && current.calendar().month_of(now) > record.month;
}

/// Posts a fact to the figures of its month: its own amount, and so many ranking points.
inline void post_fact(CustomerRecord& record, const model::Fact& fact, model::Points ranking) {
    TIM_INVARIANT(can_post(record, fact.month, fact.period_months, fact.amount, ranking),
                  "figures were checked before the fact was written");
    post(record, fact.month, fact.period_months, fact.amount, ranking);
}

/// A record as of an instant, and the fact that makes it so.
struct Settlement {
    CustomerRecord record;
    model::FactType type = model::FactType::none;  ///< none: nothing is due
    model::Instant at{};                           ///< of the last thing that happened
    std::uint8_t tier_before = 0;                  ///< an index in the version in force
    model::TierState state{};                      ///< for the fact
    bool makes_vip = false;                        ///< a tier on the way makes VIPs (S1.6)
};

/// What is due up to `now` under `current`, the version in force then, done to a customer's record: months
/// and periods close, reviews find tiers, new versions take effect, in the order of their instants, and at
/// one instant in that order. Pure; it does not matter how often it is called on the way.
Settlement settle(const CustomerRecord& record, const Rules& current, model::Instant now);

/// What a period's fact says of a record that has not been through anything: its tiers as they are.
model::TierState tier_state(const CustomerRecord& record);

/// Takes over what such a fact says.
void put_tier_state(CustomerRecord& record, model::Month month, const model::TierState& state);

/// Folds a fact of one of the types that change figures or tiers into the record of its customer: all but
/// what belongs to holds and enrolments. The caller has found the fact to fit.
void fold_figures(CustomerRecord& record, const model::Fact& fact);

}  // namespace tim::core
