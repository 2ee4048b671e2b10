#include "engine/core/standing.h"

#include <algorithm>

#include "engine/core/decide_common.h"
#include "engine/core/settle.h"

namespace tim::core {

using model::Criterion;
using model::Money;

namespace {

/// The tier after one sale now, or none when its figures would not be kept.
std::optional<std::uint8_t> tier_after_sale(const Rules& rules, const CustomerRecord& record,
                                            model::Instant now, Money amount) {
    const auto earned = rules.earned(amount, rules, record.tier);
    const model::Month month = rules.calendar().month_of(now);
    if (!earned || !checked_add(record.points, *earned) ||
        !can_post(record, month, rules.period_months(), amount, *earned))
        return std::nullopt;
    model::Fact sale;
    sale.type = model::FactType::sale;
    sale.subject = model::Subject::customer({}, {1});
    sale.at = now;
    sale.month = month;
    sale.period_months = rules.period_months();
    sale.tier_after = record.tier;
    sale.version = rules.version();
    sale.amount = amount;
    sale.points = *earned;
    CustomerRecord draft = record;
    fold_figures(draft, sale);
    return found_tier(rules, draft);
}

}  // namespace

std::optional<Money> sale_to_reach(const Rules& rules, const CustomerRecord& record, model::Instant now,
                                   std::uint8_t tier) {
    if (record.tier >= tier) return Money{};
    if (!rules.enabled()) return std::nullopt;
    // Figures grow with the amount, and tiers with the figures.
    std::int64_t missed = 0;
    std::int64_t reaches = 1;
    for (;; reaches *= 2) {
        const auto after = tier_after_sale(rules, record, now, {reaches});
        if (!after) return std::nullopt;
        if (*after >= tier) break;
        missed = reaches;
        if (reaches > kMaxSum / 2) return std::nullopt;
    }
    while (missed + 1 < reaches) {
        const std::int64_t middle = missed + (reaches - missed) / 2;
        const auto after = tier_after_sale(rules, record, now, {middle});
        (after && *after >= tier ? reaches : missed) = middle;
    }
    return Money{reaches};
}

model::Instant counts_until(const Rules& rules, const CustomerRecord& record, model::Instant now,
                            Criterion criterion) {
    const model::Calendar& calendar = rules.calendar();
    const auto begins = [&](unsigned month) {
        return calendar.month_start({static_cast<std::uint16_t>(month)});
    };
    switch (criterion) {
        case Criterion::month_spend:
        case Criterion::monthly_average_spend:
            return begins(calendar.month_of(now).value + 1u);
        case Criterion::period_spend:
        case Criterion::period_ranking_points:
            if (rules.period_months() == 0) return model::kNoInstant;
            return begins(record.period.value + static_cast<unsigned>(rules.period_months()));
        default:
            return model::kNoInstant;
    }
}

}  // namespace tim::core
