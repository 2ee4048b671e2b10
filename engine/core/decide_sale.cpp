#include "engine/core/decide_common.h"

namespace tim::core {

using model::Fact;
using model::FactType;
using model::Refusal;
using model::SubjectKind;

Judgement decide_sale(const model::Command& command, const Moment& moment, model::Subject subject,
                      const CustomerRecord& record, FactWriter& facts) {
    const bool anonymous = subject.kind() == SubjectKind::anonymous;
    const auto earned = anonymous ? model::Points{} : moment.pricing->earned(command.amount);
    if (!earned) return refuse(Refusal::overflow);
    const auto points = checked_add(record.points, *earned);
    const auto ranking = checked_add(record.ranking_points, *earned);
    const auto lifetime = checked_add(record.lifetime_spend, command.amount);
    if (!points || !ranking || !lifetime || record.orders == UINT32_MAX) return refuse(Refusal::overflow);
    const model::Month month = moment.current->calendar().month_of(moment.at);
    if (!can_post(record, month, command.amount)) return refuse(Refusal::overflow);

    std::uint8_t before = 0;
    std::uint8_t after = 0;
    if (!anonymous) {
        before = moment.current->tier_of(record);
        after = moment.current->tier_of(moment.current->by_spend() ? lifetime->value : ranking->value);
    }
    Fact& fact = facts.add(FactType::sale, subject, record.last);
    stamp(fact, moment, before, after, *points, record.held);
    name(fact, command);
    fact.flags = model::kFactRanking;
    fact.month = month;
    fact.amount = command.amount;
    fact.points = *earned;
    facts.end_transaction();
    return {};
}

std::optional<model::Points> quote(const Rules& current, model::Money amount) {
    return current.earned(amount);
}

}  // namespace tim::core
