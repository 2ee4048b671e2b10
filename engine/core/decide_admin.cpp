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
    const auto ranking =
        checked_add(record.ranking_points, command.ranking ? command.points : model::Points{});
    const auto lifetime = checked_add(record.lifetime_spend, command.amount);
    const model::Month month = moment.current->calendar().month_of(moment.at);
    if (!points || !ranking || !lifetime || !can_post(record, month, command.amount))
        return refuse(Refusal::overflow);

    Fact& fact = facts.add(FactType::adjusted, subject, record.last);
    stamp(fact, moment, moment.current->tier_of(record),
          moment.current->tier_of(moment.current->by_spend() ? lifetime->value : ranking->value), *points,
          record.held);
    name(fact, command);
    fact.flags = command.ranking ? model::kFactRanking : std::uint8_t{0};
    fact.month = month;
    fact.amount = command.amount;
    fact.points = command.points;
    facts.end_transaction();
    return {};
}

Judgement check_enrollment(std::size_t keys, std::uint64_t customers) {
    if (keys > model::kMaxKeysPerCustomer) return refuse(Refusal::too_many_keys);
    if (customers >= kMaxCustomers) return refuse(Refusal::too_many_customers);
    return {};
}

void decide_enroll(const model::Command& command, const Moment& moment, model::Subject subject,
                   FactWriter& facts) {
    Fact& fact = facts.add(FactType::enrolled, subject, {});
    const std::uint8_t tier = moment.current->tier_of(0);
    stamp(fact, moment, tier, tier, {}, {});
    name(fact, command);
    facts.end_transaction();
}

}  // namespace tim::core
