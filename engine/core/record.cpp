#include "engine/core/record.h"

namespace tim::core {

namespace {

model::Money spend_of(const CustomerRecord& record, Sum sum) {
    switch (sum) {
        case Sum::month:
            return record.spend_before_month;
        case Sum::closed_month:
            return record.spend_before_closed_month;
        case Sum::period:
            return record.spend_before_period;
        case Sum::closed_period:
            return record.spend_before_closed_period;
        case Sum::lifetime:
            break;
    }
    return record.lifetime_spend;
}

/// Ranking points are kept by period alone.
model::Points ranking_of(const CustomerRecord& record, Sum sum) {
    switch (sum) {
        case Sum::period:
            return record.ranking_before_period;
        case Sum::closed_period:
            return record.ranking_before_closed_period;
        default:
            return record.ranking_points;
    }
}

/// The sums that a late posting changes: those of months and periods that begin after it.
template <class Change>
void change_earlier_sums(CustomerRecord& record, model::Month month, std::uint8_t period_months,
                         model::Money spend, model::Points ranking, Change&& change) {
    change(record.spend_before_month, spend);
    if (month.value + 1 < record.month.value) change(record.spend_before_closed_month, spend);
    if (month >= record.period) return;
    change(record.spend_before_period, spend);
    change(record.ranking_before_period, ranking);
    if (period_months != 0 && month.value + period_months >= record.period.value) return;
    change(record.spend_before_closed_period, spend);
    change(record.ranking_before_closed_period, ranking);
}

}  // namespace

bool Bases::advance(model::Month to, std::uint8_t period_months) {
    if (to <= now) return false;
    closed_month = to.value == now.value + 1 ? month : Sum::lifetime;
    month = Sum::lifetime;
    now = to;
    if (period_months == 0) return false;
    const auto begins = static_cast<std::uint16_t>(to.value - to.value % period_months);
    if (begins <= opened.value) return false;
    closed_period = opened.value + period_months >= begins ? period : Sum::lifetime;
    period = Sum::lifetime;
    opened.value = begins;
    return true;
}

void Bases::put(CustomerRecord& record) const {
    const CustomerRecord from = record;
    record.spend_before_month = spend_of(from, month);
    record.spend_before_closed_month = spend_of(from, closed_month);
    record.spend_before_period = spend_of(from, period);
    record.spend_before_closed_period = spend_of(from, closed_period);
    record.ranking_before_period = ranking_of(from, period);
    record.ranking_before_closed_period = ranking_of(from, closed_period);
    record.month = now;
    record.period = opened;
}

void post_elsewhere(CustomerRecord& record, model::Month month, std::uint8_t period_months,
                    model::Money spend, model::Points ranking) {
    if (month < record.month) {
        change_earlier_sums(record, month, period_months, spend, ranking,
                            [](auto& sum, auto change) { sum.value += change.value; });
        return;
    }
    Bases bases = Bases::of(record);
    bases.advance(month, period_months);
    bases.put(record);
}

bool can_post_late(const CustomerRecord& record, model::Month month, std::uint8_t period_months,
                   model::Money spend, model::Points ranking) {
    bool all = true;
    CustomerRecord draft = record;
    change_earlier_sums(draft, month, period_months, spend, ranking,
                        [&](const auto& sum, auto change) { all = all && can_add(sum.value, change.value); });
    return all;
}

}  // namespace tim::core
