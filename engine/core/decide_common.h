#pragma once

#include "engine/core/decide.h"

namespace tim::core {

/// Fills in what every customer's fact carries: the moment, the tiers and the figures after it.
inline void stamp(model::Fact& fact, const Moment& moment, std::uint8_t tier_before, std::uint8_t tier_after,
                  model::Points points_after, model::Points held_after) {
    fact.at = moment.at;
    fact.recorded = moment.recorded;
    fact.version = moment.current->version();
    fact.tier_before = tier_before;
    fact.tier_after = tier_after;
    fact.points_after = points_after;
    fact.held_after = held_after;
}

/// Names the transaction's first fact after its command.
inline void name(model::Fact& fact, const model::Command& command) {
    fact.set_name(command.name);
    fact.content = content_digest(command);
}

/// Whether the record's monthly figures can take `amount` in `month` without overflow.
inline bool can_post(const CustomerRecord& record, model::Month month, model::Money amount) {
    if (month == record.month) return checked_add(record.month_spend, amount).has_value();
    return post_to_month(month_figures(record), month, amount).has_value();
}

/// The tier under the version in force now; nobody's sales have none.
inline std::uint8_t tier_now(const Moment& moment, model::Subject subject, const CustomerRecord& record) {
    return subject.kind() == model::SubjectKind::customer ? moment.current->tier_of(record) : std::uint8_t{0};
}

}  // namespace tim::core
