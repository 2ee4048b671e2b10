#include "engine/core/plain_sale.h"

#include "engine/core/decide_common.h"
#include "engine/core/invariant.h"
#include "engine/core/settle.h"

namespace tim::core {

using model::Fact;
using model::FactType;
using model::Refusal;

Judgement decide_plain_sale(const model::Command& command, const Moment& moment, model::Month month,
                            model::Subject subject, const CustomerRecord& record, Fact& fact) {
    const Rules& rules = *moment.current;
    const auto earned = moment.pricing->earned(command.amount);
    if (!earned) return refuse(Refusal::overflow);
    const auto points = checked_add(record.points, *earned);
    if (!points || record.orders == UINT32_MAX ||
        !can_post(record, month, rules.period_months(), command.amount, *earned))
        return refuse(Refusal::overflow);
    const std::int64_t figure = rules.by_spend() ? record.lifetime_spend.value : record.ranking_points.value;
    const std::int64_t change = rules.by_spend() ? command.amount.value : earned->value;
    fact = Fact{};
    fact.previous = record.last;
    fact.subject = subject;
    fact.type = FactType::sale;
    stamp(fact, moment, rules.tier_of(figure), rules.tier_of(figure + change), *points, record.held);
    name(fact, command);
    fact.flags = model::kFactRanking;
    if (record.orders == 0) fact.flags |= model::kFactFirstOrder;
    set_month(fact, moment, month);
    fact.amount = command.amount;
    fact.points = *earned;
    return {};
}

std::uint32_t apply_plain_sale(ProgramState& program, CustomerRecord& record, const Fact& fact,
                               model::Sequence sequence) {
    TIM_INVARIANT(record.last.get() == fact.previous, "a fact follows its subject's newest fact");
    if (fact.subject.kind() != model::SubjectKind::customer) {
        fold_figures(record, fact);
    } else {
        record.points.value += fact.points.value;
        post_fact(record, fact, fact.points);
        count_order(record, fact.at);
    }
    record.tier = fact.tier_after;
    record.version = fact.version;
    record.last = sequence;
    TIM_INVARIANT(
        record.points == fact.points_after && record.held == fact.held_after && record.held.value >= 0,
        "a fact carries the figures after it");
    program.advance_latest(fact.at);
    return digest(record);
}

}  // namespace tim::core
