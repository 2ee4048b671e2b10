#include <algorithm>

#include "engine/core/customer_table.h"
#include "engine/core/decide_common.h"

namespace tim::core {

using model::Fact;
using model::FactType;
using model::Refusal;

Judgement decide_adjust(const model::Command& command, const Moment& moment, model::Subject subject,
                        const CustomerRecord& record, FactWriter& facts) {
    if (command.points.value < 0) {
        const auto unheld = checked_sub(record.points, record.held);
        const model::Points most = std::max(model::Points{}, unheld.value_or(model::Points{}));
        if (command.points.value < -most.value) return refuse(Refusal::insufficient_points, most.value);
    }
    const auto points = checked_add(record.points, command.points);
    const model::Points ranking = command.ranking ? command.points : model::Points{};
    const model::Month month = moment.current->calendar().month_of(moment.at);
    if (!points || !can_post(record, month, moment.current->period_months(), command.amount, ranking))
        return refuse(Refusal::overflow);

    Fact& fact = facts.add(FactType::adjusted, subject, record.last);
    const std::uint8_t before = tier_now(moment, subject, record);
    stamp(fact, moment, before, before, *points, record.held);
    name(fact, command);
    fact.flags = command.ranking ? model::kFactRanking : std::uint8_t{0};
    if (command.points.value > 0) date_points(fact, moment);
    set_month(fact, moment, month);
    fact.amount = command.amount;
    fact.points = command.points;
    return end_posting(moment, subject, record, facts);
}

Judgement check_enrollment(std::size_t keys, std::uint64_t customers) {
    if (keys > model::kMaxKeysPerCustomer) return refuse(Refusal::too_many_keys);
    if (customers >= kMaxCustomers) return refuse(Refusal::too_many_customers);
    return {};
}

void decide_enroll(const model::Command& command, const Moment& moment, model::Subject subject,
                   FactWriter& facts) {
    Fact& fact = facts.add(FactType::enrolled, subject, {});
    stamp(fact, moment, 0, 0, {}, {});  // everybody begins in the first tier
    set_month(fact, moment, moment.current->calendar().month_of(settled_until(moment)));
    name(fact, command);
    facts.end_transaction();
}

}  // namespace tim::core
