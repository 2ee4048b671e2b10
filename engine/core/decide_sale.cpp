#include "engine/core/decide_common.h"

namespace tim::core {

using model::Fact;
using model::FactType;
using model::Refusal;
using model::SubjectKind;

Judgement decide_sale(const model::Command& command, const Moment& moment, model::Subject subject,
                      const CustomerRecord& record, FactWriter& facts) {
    const bool anonymous = subject.kind() == SubjectKind::anonymous;
    const std::uint8_t before = tier_now(moment, subject, record);
    const auto earned =
        anonymous ? model::Points{} : moment.pricing->earned(command.amount, *moment.current, before);
    if (!earned) return refuse(Refusal::overflow);
    const auto points = checked_add(record.points, *earned);
    const model::Month month = moment.current->calendar().month_of(moment.at);
    if (!points || record.orders == UINT32_MAX ||
        !can_post(record, month, moment.current->period_months(), command.amount, *earned))
        return refuse(Refusal::overflow);

    Fact& fact = facts.add(FactType::sale, subject, record.last);
    stamp(fact, moment, before, before, *points, record.held);
    name(fact, command);
    fact.flags = model::kFactRanking;
    set_month(fact, moment, month);
    fact.amount = command.amount;
    fact.points = *earned;
    return end_posting(moment, subject, record, facts);
}

std::optional<model::Points> quote(const Rules& current, model::Money amount, std::uint8_t tier) {
    return current.earned(amount, current, tier);
}

}  // namespace tim::core
