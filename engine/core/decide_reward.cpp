// Points for rewards (S1.9, S2.9; rules.md, Vouchers and gifts): what is bought is a code.
#include "engine/core/voucher_facts.h"

namespace tim::core {

using model::Fact;
using model::FactType;
using model::Refusal;

Judgement decide_reward(const model::Command& command, const Moment& moment, model::Subject subject,
                        const CustomerRecord& record, const RewardCounts& counts, const Lots* lots,
                        FactWriter& facts) {
    const Rules& rules = *moment.pricing;
    const model::Reward* const reward = find_reward(rules.program(), command.reward->reward);
    if (reward == nullptr) return refuse(Refusal::unknown_reward);
    if (!is_offered(*reward, moment.at)) return refuse(Refusal::reward_not_offered);
    const std::uint8_t tier = tier_now(moment, subject, record);
    if (!is_for_tier(*reward, rules, *moment.current, tier)) return refuse(Refusal::reward_other_tier);
    const std::uint16_t number = rules.reward_number(reward->id);
    if (reward->stock && counts.given(number) >= *reward->stock)
        return refuse(Refusal::reward_out_of_stock, *reward->stock);
    const model::Points cost = cost_of(*reward, rules, *moment.current, tier);
    const model::Points most = spendable(record.points, record.held, moment.current->keep_points(tier));
    if (cost > most) return refuse(Refusal::insufficient_points, most.value);

    const model::Sequence sequence = facts.next();
    Fact& fact = facts.add(FactType::reward_redeemed, subject, record.last);
    stamp(fact, moment, tier, tier, {record.points.value - cost.value}, record.held);
    name(fact, command);
    fact.points = {-cost.value};
    add_issued(*reward, number, {subject.id()}, cost, false, moment, subject.program(), facts);
    count_reward(subject.program(), number, 1, moment, counts, facts);
    if (lots != nullptr) {  // so that cancelling gives them back as they were
        Lots after = *lots;
        after.fold(fact, sequence, {}, free_points(record.points, record.held));
        tell_lots(*lots, after, sequence, subject, fact, facts);
    }
    facts.end_transaction();
    return {};
}

}  // namespace tim::core
