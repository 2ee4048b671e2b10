#include "tests/support/same_program.h"

#include <algorithm>

namespace tim::tests {

namespace {

bool same_tier(const model::Tier& a, const model::Tier& b) {
    return a.id == b.id && a.name == b.name && a.min == b.min && a.max == b.max &&
           a.keep_points == b.keep_points && a.active == b.active && a.criterion == b.criterion &&
           a.upgrade_bonus == b.upgrade_bonus && a.multiplier_bp == b.multiplier_bp &&
           a.discount == b.discount && a.voucher_discount_bp == b.voucher_discount_bp;
}

bool same_rewards(const model::Program& a, const model::Program& b) {
    return std::ranges::equal(a.rewards, b.rewards, [](const model::Reward& x, const model::Reward& y) {
        return x.id == y.id && x.kind == y.kind && x.cost == y.cost && x.value == y.value &&
               x.valid_days == y.valid_days && x.stock == y.stock && x.tiers == y.tiers &&
               x.starts == y.starts && x.ends == y.ends;
    });
}

}  // namespace

bool same_program(const model::Program& a, const model::Program& b) {
    const auto& p = a.points;
    const auto& q = b.points;
    return a.name == b.name && p.earn.per_amount == q.earn.per_amount && p.earn.points == q.earn.points &&
           p.redeem.has_value() == q.redeem.has_value() &&
           (!p.redeem || (p.redeem->points == q.redeem->points && p.redeem->value == q.redeem->value)) &&
           p.below_zero == q.below_zero && p.expiry == q.expiry && p.pending_days == q.pending_days &&
           p.late_days == q.late_days && p.return_days == q.return_days &&
           a.tiering.criterion == b.tiering.criterion && a.tiering.downgrade == b.tiering.downgrade &&
           a.tiering.review == b.tiering.review && a.tiering.start == b.tiering.start &&
           a.enabled == b.enabled && a.campaigns == b.campaigns && a.classification == b.classification &&
           same_rewards(a, b) &&
           std::equal(a.tiers.begin(), a.tiers.end(), b.tiers.begin(), b.tiers.end(), same_tier);
}

}  // namespace tim::tests
