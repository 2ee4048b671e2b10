#include "engine/core/rules.h"

#include <algorithm>

#include "engine/core/invariant.h"

namespace tim::core {

using model::Criterion;
using model::Downgrade;
using model::Review;

namespace {

/// Rounded down, below zero too.
std::int64_t floor_divide(std::int64_t value, std::int64_t divisor) {
    return value / divisor - (value % divisor < 0 ? 1 : 0);
}

bool same_thresholds(const model::Program& a, const model::Program& b) {
    return a.tiering.criterion == b.tiering.criterion &&
           std::ranges::equal(a.tiers, b.tiers, [&](const model::Tier& x, const model::Tier& y) {
               return x.id == y.id && x.min == y.min && x.active == y.active &&
                      a.criterion_of(x) == b.criterion_of(y);
           });
}

bool same_bonuses(const model::Program& a, const model::Program& b) {
    return std::ranges::equal(a.tiers, b.tiers, [](const model::Tier& x, const model::Tier& y) {
        return x.upgrade_bonus == y.upgrade_bonus;
    });
}

/// Whether the same tiers make VIPs: `vips_a` of `a`, by their places, and `vips_b` of `b`.
bool same_vips(const model::Program& a, const model::Program& b, std::uint32_t vips_a, std::uint32_t vips_b) {
    if (vips_a != vips_b) return false;  // so each place of one is a place of the other
    for (std::size_t i = 0; i < a.tiers.size(); ++i)
        if ((vips_a >> i & 1) != 0 && a.tiers[i].id != b.tiers[i].id) return false;
    return true;
}

std::uint8_t months_of(Review review) {
    switch (review) {
        case Review::monthly:
            return 1;
        case Review::yearly:
            return 12;
        default:
            return 6;
    }
}

}  // namespace

model::Result<std::unique_ptr<const Rules>> Rules::compile(std::shared_ptr<const model::Program> program,
                                                           model::VersionId version, model::Instant effective,
                                                           const Rules* previous) {
    auto rules = std::make_unique<Rules>();
    if (previous != nullptr && previous->program().time_zone == program->time_zone) {
        rules->calendar_ = previous->calendar_;
    } else {
        auto calendar = model::Calendar::load(program->time_zone);
        if (!calendar) return tl::unexpected(calendar.error());
        rules->calendar_ = std::make_shared<const model::Calendar>(std::move(*calendar));
    }
    rules->per_amount_ = program->points.earn.per_amount.value;
    rules->points_each_ = program->points.earn.points.value;
    rules->dates_points_ =
        program->points.pending_days > 0 || program->points.expiry.policy != model::ExpiryPolicy::never;
    rules->version_ = version;
    rules->effective_ = effective;
    rules->previous_ = previous;
    rules->program_ = std::move(program);
    rules->compile_tiers();
    rules->compile_epoch();
    rules->classes_ = Classes(*rules->program_, previous == nullptr ? nullptr : previous->classes_.values());
    rules->campaigns_ =
        Campaigns(*rules, rules->calendar_, previous == nullptr ? nullptr : previous->campaigns_.numbers());
    const RewardNumbers given = previous == nullptr ? RewardNumbers{} : *previous->reward_numbers_;
    rules->reward_numbers_ = previous != nullptr && rules->program_->rewards.empty()
                                 ? previous->reward_numbers_
                                 : std::make_shared<const RewardNumbers>(numbered(*rules->program_, given));
    rules->adds_to_sales_ =
        !rules->campaigns_.empty() ||
        (rules->program_->enabled && std::ranges::any_of(rules->program_->tiers, [](const model::Tier& tier) {
             return tier.discount.has_value();
         }));
    rules->simple_sales_ = rules->plain_ && rules->campaigns_.empty() && !rules->multiplies_ &&
                           !rules->dates_points_ && !rules->makes_vips();
    return rules;
}

void Rules::compile_tiers() {
    const model::Program& program = *program_;
    if (program.network && program.network->enabled) network_ = &*program.network;
    if (program.referral && program.referral->enabled) referral_ = &*program.referral;
    criterion_ = program.tiering.criterion;
    for (std::size_t index = 0; index < program.tiers.size(); ++index) {
        const model::Tier& tier = program.tiers[index];
        if (program.enabled) keep_points_[index] = tier.keep_points;
        // Who stands above such a tier has reached it too.
        if (program.enabled && network_ != nullptr && ((tier.makes_vip && tier.active) || vip_tiers_ != 0))
            vip_tiers_ |= std::uint32_t{1} << index;
        multiplies_ = multiplies_ || (program.enabled && tier.multiplier_bp != model::kWholeBp);
        has_bonuses_ = has_bonuses_ || (program.enabled && tier.active && tier.upgrade_bonus.value > 0);
        if (tier.active)
            tiers_[tier_count_++] = {tier.min, static_cast<std::uint8_t>(index), program.criterion_of(tier)};
    }
    TIM_INVARIANT(per_amount_ > 0 && tier_count_ > 0 && tiers_[0].min == 0,
                  "only validated programs are compiled");
    const bool monthly = criterion_ == Criterion::month_spend;
    period_months_ = monthly ? 1 : months_of(program.tiering.review);
    reopens_ = program.enabled && (program.tiering.downgrade == Downgrade::at_review ||
                                   (monthly && program.tiering.downgrade == Downgrade::immediate));
    by_month_ = program.enabled &&
                (reopens_ || uses(Criterion::month_spend) || uses(Criterion::monthly_average_spend));
}

void Rules::compile_epoch() {
    const model::Program& program = *program_;
    const model::Tiering& tiering = program.tiering;
    const model::Program* const before = previous_ == nullptr ? nullptr : previous_->program_.get();
    const bool moved = before != nullptr && !same_thresholds(program, *before);
    starts_at_zero_ = moved && tiering.start == model::Start::zero;
    const bool unreviewed = tiering.review == Review::never && criterion_ != Criterion::month_spend;
    from_zero_ = unreviewed && (starts_at_zero_ || (previous_ != nullptr && previous_->from_zero_));
    if (from_zero_) period_months_ = 0;
    const bool one_criterion =
        std::all_of(tiers_.begin(), tiers_.begin() + tier_count_,
                    [&](const ActiveTier& tier) { return tier.criterion == criterion_; });
    plain_ = program.enabled && one_criterion && !has_bonuses_ && !from_zero_ &&
             tiering.downgrade == Downgrade::immediate &&
             (criterion_ == Criterion::lifetime_spend || criterion_ == Criterion::lifetime_ranking_points);

    const bool rebuilt =
        before != nullptr &&
        (moved || program.enabled != before->enabled || tiering.downgrade != before->tiering.downgrade ||
         tiering.review != before->tiering.review || from_zero_ != previous_->from_zero_);
    // Who reached a tier that makes VIPs is one for good: it must be seen when rules begin that find it so.
    const bool finds_vips = makes_vips() || (previous_ != nullptr && previous_->makes_vips());
    const bool other_vips =
        before != nullptr && finds_vips && !same_vips(program, *before, vip_tiers_, previous_->vip_tiers_);
    const bool founds =
        before == nullptr || other_vips ||
        ((!(plain_ && previous_->plain_) || finds_vips) && (rebuilt || !same_bonuses(program, *before)));
    only_vips_changed_ = founds && before != nullptr && !rebuilt && same_bonuses(program, *before);
    only_bonuses_changed_ = founds && before != nullptr && !rebuilt && !only_vips_changed_;
    founder_ = founds ? nullptr : &previous_->founder();
    epoch_ = founds ? version_ : previous_->epoch_;
}

bool Rules::uses(Criterion criterion) const {
    return criterion_ == criterion ||
           std::any_of(tiers_.begin(), tiers_.begin() + tier_count_,
                       [&](const ActiveTier& tier) { return tier.criterion == criterion; });
}

std::int64_t Rules::figure(Criterion criterion, const CustomerRecord& record) const {
    switch (criterion) {
        case Criterion::lifetime_spend:
            return from_zero_ ? record.period_spend().value : record.lifetime_spend.value;
        case Criterion::lifetime_ranking_points:
            return from_zero_ ? record.period_ranking().value : record.ranking_points.value;
        case Criterion::month_spend:
            return std::max(record.month_spend(), record.closed_month_spend()).value;
        case Criterion::monthly_average_spend: {
            if (record.orders == 0) return record.lifetime_spend.value;
            const model::Month first = calendar_->month_of(record.first_order_at);
            return floor_divide(record.lifetime_spend.value,
                                std::max(record.month.value - first.value, 0) + 1);
        }
        case Criterion::period_spend:
            return record.period_spend().value;
        case Criterion::period_ranking_points:
            return record.period_ranking().value;
    }
    return 0;
}

std::uint8_t Rules::reached(const CustomerRecord& record, model::Points more) const {
    for (std::uint8_t i = tier_count_; i-- > 1;) {
        const ActiveTier& tier = tiers_[i];
        const std::int64_t added = model::is_money(tier.criterion) ? 0 : more.value;
        const auto figure_now = model::checked_add(figure(tier.criterion, record), added);
        if (!figure_now ? added > 0 : *figure_now >= tier.min) return tier.index;
    }
    return tiers_[0].index;
}

std::uint8_t Rules::reached_at_opening(const CustomerRecord& record) const {
    // The record as it stood when the period closed: its sums of then are the lifetime's, and the period that
    // is closed now was the current one.
    CustomerRecord then = record;
    then.lifetime_spend = record.spend_before_period;
    then.ranking_points = record.ranking_before_period;
    then.spend_before_period = record.spend_before_closed_period;
    then.ranking_before_period = record.ranking_before_closed_period;
    // month_spend has periods of a month: what the closed month alone reaches. Of longer ones before, the
    // period's figure goes on, and began before the closed month.
    const auto before_closed = checked_sub(then.lifetime_spend, record.closed_month_spend());
    then.spend_before_month = then.spend_before_closed_month =
        before_closed.value_or(record.spend_before_closed_month);
    then.month.value = static_cast<std::uint16_t>(record.period.value - (record.period.value > 0 ? 1 : 0));
    return reached(then);
}

model::Points Rules::bonuses(std::uint8_t floor, std::uint8_t tier) const {
    model::Points sum{};
    for (std::uint8_t i = 0; has_bonuses_ && i < tier_count_; ++i) {
        const std::uint8_t index = tiers_[i].index;
        if (index > floor && index <= tier) sum.value += program_->tiers[index].upgrade_bonus.value;
    }
    return sum;
}

std::uint8_t Rules::paid_up_to(const CustomerRecord& record) const {
    const std::uint8_t floor = std::max(record.opening_tier, record.bonus_floor);
    for (std::uint8_t tier = record.bonus_tier; has_bonuses_ && tier > floor; --tier) {
        const model::Tier& paid = program_->tiers[tier];
        if (paid.active && paid.upgrade_bonus.value > 0) return tier;
    }
    return record.bonus_floor;
}

std::optional<std::uint8_t> Rules::index_of(const Rules& other, std::uint8_t tier) const {
    const auto& tiers = program_->tiers;
    const auto found = std::ranges::find(tiers, other.program().tiers[tier].id,
                                         [](const model::Tier& own) { return own.id; });
    if (found == tiers.end() || !found->active) return std::nullopt;
    return static_cast<std::uint8_t>(found - tiers.begin());
}

std::optional<model::Points> Rules::multiplied(model::Points base, const Rules& judged,
                                               std::uint8_t tier) const {
    const auto index = &judged == this ? std::optional(tier) : index_of(judged, tier);
    if (!index) return base;  // a tier that was not there then
    const auto points =
        model::floor_multiply_divide(base.value, program_->tiers[*index].multiplier_bp, model::kWholeBp);
    return points ? std::optional(model::Points{*points}) : std::nullopt;
}

std::optional<model::Points> Rules::upline_earned(model::Money amount) const {
    if (!network_->upline_earn) return model::Points{};
    const model::EarnRate& rate = network_->upline_earn->rate;
    std::int64_t points = 0;
    if (__builtin_mul_overflow(amount.value / rate.per_amount.value, rate.points.value, &points))
        return std::nullopt;
    return model::Points{points};
}

std::int32_t Rules::commission_bp(std::uint32_t recruits) const {
    std::int32_t rate_bp = 0;
    for (const model::CommissionStep& step : network_->commission) {
        if (recruits >= static_cast<std::uint32_t>(step.recruits)) rate_bp = step.rate_bp;
    }
    return rate_bp;
}

LotDates Rules::lot_dates(model::Instant at) const {
    LotDates dates;
    const model::PointsRules& points = program_->points;
    if (points.pending_days > 0) dates.matures_at = {at.value + points.pending_days * kDayMs};
    const int month = calendar_->month_of(at).value;
    int next = 0;  // the month that begins when they expire
    switch (points.expiry.policy) {
        case model::ExpiryPolicy::never:
            return dates;
        case model::ExpiryPolicy::months:
            next = month + points.expiry.months + 1;
            break;
        case model::ExpiryPolicy::year_end:
            next = (month / 12 + points.expiry.years + 1) * 12;
            break;
    }
    dates.expires_at = calendar_->month_start({static_cast<std::uint16_t>(next)});
    return dates;
}

std::optional<Earning> Rules::earning(CampaignSale sale, const Rules& judged, std::uint8_t tier,
                                      model::Money order, const Campaigns::Admit& admit) const {
    const auto base = earned(sale.amount);
    if (!base) return std::nullopt;
    sale.tier = &judged == this ? std::optional(tier) : index_of(judged, tier);
    std::int32_t tier_bp = model::kWholeBp;
    model::Money off{};
    if (program_->enabled && sale.tier) {
        const model::Tier& held = program_->tiers[*sale.tier];
        tier_bp = held.multiplier_bp;
        if (held.discount) off = model::discount_of(*held.discount, order);
    }
    auto earning = campaigns_.earn(*base, tier_bp, sale, {order.value - off.value}, admit);
    if (earning) earning->tier_discount = off;
    return earning;
}

std::optional<model::Points> Rules::worth(model::Money amount) const {
    const auto& rate = program_->points.redeem;
    if (!rate) return std::nullopt;
    __extension__ using Wide = __int128;
    const Wide points =
        (static_cast<Wide>(amount.value) * rate->points.value + rate->value.value - 1) / rate->value.value;
    if (points > INT64_MAX) return std::nullopt;
    return model::Points{static_cast<std::int64_t>(points)};
}

}  // namespace tim::core
