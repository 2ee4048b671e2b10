#include <fmt/format.h>

#include "engine/core/rewards.h"
#include "engine/runtime/explain_told.h"

namespace tim::runtime {

using model::Fact;
using model::FactType;

namespace {

void explain_redeemed(const Told& told, Lines& lines) {
    const Fact& fact = told.fact();
    const Fact* const issued = told.next();
    ExplainedLine line =
        told.whole_line(fmt::format("{} are exchanged for a reward.", told.points({-fact.points.value})));
    if (issued != nullptr && issued->type == FactType::voucher_issued) {
        const std::string id = told.reward(issued->voucher.reward);
        line.sentence = fmt::format("{} are exchanged for {}.{}", told.points({-fact.points.value}), id,
                                    told.tier_move());
        const auto& rewards = told.pricing().program().rewards;
        for (std::size_t i = 0; i < rewards.size(); ++i) {
            if (rewards[i].id != id) continue;
            line.rule = fmt::format("rewards[{}].cost_points", i);
            line.arithmetic = fmt::format("{}", rewards[i].cost.value);
            const std::int64_t off = rewards[i].cost.value + fact.points.value;
            if (off == 0) continue;
            const auto tier =
                told.pricing().index_of(told.judged(), fact.tier_before).value_or(fact.tier_before);
            line.arithmetic =
                fmt::format("{} − floor({} × {} / {}) = {}", rewards[i].cost.value, rewards[i].cost.value,
                            told.pricing().program().tiers[tier].voucher_discount_bp, model::kWholeBp,
                            -fact.points.value);
            line.sentence += fmt::format(" {} takes {} off.", told.tier(fact.tier_before), off);
        }
    }
    lines.push_back(std::move(line));
}

void explain_granted(const Told& told, Lines& lines) {
    const Fact& fact = told.fact();
    const std::string id = told.campaign();
    ExplainedLine line =
        told.bare_line(fmt::format("Campaign {} gives a voucher, {}.", id, told.reward(fact.party.aux)));
    const auto& campaigns = told.pricing().program().campaigns;
    for (std::size_t i = 0; i < campaigns.size(); ++i)
        if (campaigns[i].id == id) line.rule = fmt::format("campaigns[{}]", i);
    lines.push_back(std::move(line));
}

const char* moved(FactType type) {
    switch (type) {
        case FactType::voucher_reserved:
            return "A voucher is reserved.";
        case FactType::voucher_used:
            return "A voucher is used.";
        case FactType::voucher_released:
            return "A voucher's reservation is over; it can be used again.";
        case FactType::voucher_cancelled:
            return "A voucher is cancelled.";
        case FactType::voucher_returned:
            return "The voucher that paid can be used again, while it is valid.";
        default:
            return "The voucher that came with it was not used, and is gone.";
    }
}

}  // namespace

void explain_reward(const Told& told, Lines& lines) {
    const Fact& fact = told.fact();
    const auto say = [&](std::string sentence) { lines.push_back(told.bare_line(std::move(sentence))); };
    switch (fact.type) {
        case FactType::reward_redeemed:
            return explain_redeemed(told, lines);
        case FactType::voucher_granted:
            return explain_granted(told, lines);
        case FactType::reward_counted:
            return say(fmt::format("{} of {} are given out.", fact.points_after.value,
                                   told.reward(fact.subject.id())));
        case FactType::voucher_issued:
            return say(fmt::format("Its code, of {}, is valid until {}.", told.reward(fact.voucher.reward),
                                   told.instant(fact.points_after.value)));
        case FactType::voucher_noted: {
            const std::string reward = told.reward(fact.voucher.reward);
            if (fact.voucher.phase == model::VoucherPhase::reserved)
                return say(fmt::format("The code, of {}, is reserved until {}.", reward,
                                       told.instant(static_cast<std::int64_t>(fact.voucher.related))));
            return say(fmt::format("The code, of {}, is {}.", reward,
                                   model::voucher_phase_name(fact.voucher.phase)));
        }
        default:
            return say(moved(fact.type));
    }
}

}  // namespace tim::runtime
