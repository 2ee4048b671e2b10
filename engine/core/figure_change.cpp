#include "engine/core/figure_change.h"

namespace tim::core {

using model::FactType;

FigureChange change_of(const model::Fact& fact) {
    const model::Points ranking = (fact.flags & model::kFactRanking) != 0 ? fact.points : model::Points{};
    switch (fact.type) {
        case FactType::sale:
            return {fact.amount, fact.points, 1};
        case FactType::returned:
        case FactType::voided:
        case FactType::adjusted:
            return {fact.amount, ranking, 0};
        case FactType::shortfall:
        case FactType::tier_bonus:
            return {fact.amount, fact.points, 0};
        case FactType::campaign_applied:
        case FactType::campaign_reduced:
        case FactType::upline_earned:
        case FactType::upline_returned:
        case FactType::referral_earned:
        case FactType::referral_welcome:
        case FactType::referral_returned:
            return {(fact.flags & model::kFactRanking) != 0 ? fact.amount : model::Money{}, ranking, 0};
        case FactType::claimed:
            return {fact.amount, {}, -1};
        case FactType::order_undone:
            return {{}, {}, -1};
        default:
            return {};
    }
}

}  // namespace tim::core
