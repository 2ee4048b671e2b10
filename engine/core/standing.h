#pragma once

#include <optional>

#include "engine/core/record.h"
#include "engine/core/rules.h"

namespace tim::core {

/// The least amount of one sale now after which a customer holds a tier or a higher one, by what
/// `decide_sale` would find: at the rate and multiplier of now, without campaigns. 0 when the tier is held
/// already; none when no sale leads there. `record` is settled up to `now`.
std::optional<model::Money> sale_to_reach(const Rules& rules, const CustomerRecord& record,
                                          model::Instant now, std::uint8_t tier);

/// Until when the figure that a criterion looks at counts on: the end of its month or period, or the month's
/// end at which an average has a month more; none for a lifetime's.
model::Instant counts_until(const Rules& rules, const CustomerRecord& record, model::Instant now,
                            model::Criterion criterion);

}  // namespace tim::core
