#include "engine/model/program.h"

#include <fmt/format.h>
#include <algorithm>

#include "engine/model/calendar.h"
#include "engine/model/fault_collector.h"

namespace tim::model {
namespace {

constexpr std::size_t kMaxUnitBytes = 32;
constexpr std::size_t kMaxDescriptionBytes = 4096;
constexpr std::size_t kMaxBenefits = 64;
constexpr std::size_t kMaxBenefitBytes = 1024;
constexpr std::int32_t kMaxDays = 36'500;
constexpr std::int32_t kMaxReferralsPerMonth = 1'000'000;

/// Judges one program.
class Validation : private FaultCollector {
  public:
    explicit Validation(const Program& program) : program_(program) {}

    std::vector<ProgramFault> run() {
        check_head();
        check_points();
        check_tiering();
        check_tiers();
        check_campaigns(program_, *this);
        check_catalogue(program_, *this);
        check_referral();
        check_network();
        return take();
    }

  private:
    void check_head() {
        check_id("id", program_.id);
        check_text("name", program_.name, kMaxNameBytes);
        if (auto currency = find_currency(program_.currency.code); !currency)
            fault("currency", std::move(currency.error().message));
        else if (*currency != program_.currency)
            fault("currency", fmt::format("{} has {} decimals, not {}", currency->code, currency->decimals,
                                          program_.currency.decimals));
        if (auto calendar = Calendar::load(program_.time_zone); !calendar)
            fault("time_zone", std::move(calendar.error().message));
    }

    void check_expiry(const Expiry& expiry) {
        const bool months = expiry.policy == ExpiryPolicy::months;
        const bool years = expiry.policy == ExpiryPolicy::year_end;
        if (expiry.policy != ExpiryPolicy::never && !months && !years)
            fault("points.expiry.policy", "must be never, months or year_end");
        if (months) check_range("points.expiry.months", expiry.months, 1, kMaxExpiryMonths);
        if (years) check_range("points.expiry.years", expiry.years, 0, kMaxExpiryYears);
        if (!months && expiry.months != 0)
            fault("points.expiry.months", "belongs to the policy months alone");
        if (!years && expiry.years != 0) fault("points.expiry.years", "belongs to the policy year_end alone");
    }

    void check_points() {
        const PointsRules& points = program_.points;
        check_text("points.unit", points.unit, kMaxUnitBytes);
        check_range("points.earn.per_amount", points.earn.per_amount.value, 1, INT64_MAX);
        check_range("points.earn.points", points.earn.points.value, 1, kMaxRatePoints);
        if (points.redeem) {
            check_range("points.redeem.points", points.redeem->points.value, 1, kMaxRatePoints);
            check_range("points.redeem.value", points.redeem->value.value, 1, INT64_MAX);
        }
        if (points.below_zero != BelowZero::debt && points.below_zero != BelowZero::clamp)
            fault("points.below_zero", "must be debt or clamp");
        check_expiry(points.expiry);
        check_range("points.pending_days", points.pending_days, 0, kMaxPendingDays);
        check_range("points.late_days", points.late_days, 0, kMaxDays);
        check_range("points.return_days", points.return_days, 0, kMaxDays);
    }

    /// Why tiers by `criterion` cannot fall and be reviewed as the program says; empty when they can.
    std::string combination_fault(Criterion criterion) const {
        const Tiering& tiering = program_.tiering;
        const bool reviewed = tiering.review != Review::never;
        if (criterion == Criterion::period_spend || criterion == Criterion::period_ranking_points) {
            if (!reviewed)
                return "a period ends with a review: say monthly, half_yearly or yearly, or take the "
                       "lifetime's "
                       "figure";
            if (tiering.downgrade != Downgrade::at_review)
                return "what a period decides falls at its review: downgrade must be at_review";
            return {};
        }
        if (criterion == Criterion::month_spend) {
            if (tiering.downgrade == Downgrade::at_review)
                return "month_spend is judged anew at every month's end by itself: downgrade must be "
                       "immediate "
                       "or never, or take period_spend with a monthly review";
            if (reviewed && tiering.review != Review::monthly)
                return "month_spend is judged anew at every month's end: review must be never or monthly";
            return {};
        }
        if (tiering.downgrade == Downgrade::at_review)
            return reviewed
                       ? std::string()
                       : "without a review a tier could never fall: say when the review is, or downgrade "
                         "immediate or never";
        return reviewed
                   ? "tiers that fall at once or never leave a review nothing to do: review must be never, "
                     "or downgrade at_review"
                   : std::string();
    }

    /// Why everybody cannot start at zero by `criterion`; empty when everybody can.
    std::string zero_fault(Criterion criterion) const {
        const bool lifetime =
            criterion == Criterion::lifetime_spend || criterion == Criterion::lifetime_ranking_points;
        if (criterion == Criterion::monthly_average_spend)
            return "an average since the first purchase cannot start at zero";
        if (lifetime && program_.tiering.downgrade == Downgrade::at_review)
            return "a lifetime's figure that is reviewed cannot start at zero: take the period's";
        // Its beginning would be the month's, which the next month moves.
        if (lifetime && program_.tiering.criterion == Criterion::month_spend)
            return "a lifetime's figure beside the months' cannot start at zero";
        return {};
    }

    void check_tiering() {
        const Tiering& tiering = program_.tiering;
        const std::size_t before = faults().size();
        if (tiering.criterion > Criterion::period_ranking_points)
            fault("tiering.criterion",
                  "must be lifetime_spend, lifetime_ranking_points, month_spend, monthly_average_spend, "
                  "period_spend or period_ranking_points");
        if (tiering.downgrade > Downgrade::never)
            fault("tiering.downgrade", "must be immediate, at_review or never");
        if (tiering.review > Review::yearly)
            fault("tiering.review", "must be never, monthly, half_yearly or yearly");
        if (tiering.start > Start::zero) fault("tiering.start", "must be current or zero");
        if (faults().size() != before) return;  // what goes together cannot be told
        if (std::string text = combination_fault(tiering.criterion); !text.empty())
            fault("tiering", std::move(text));
        if (tiering.start == Start::zero)
            if (std::string text = zero_fault(tiering.criterion); !text.empty())
                fault("tiering.start", std::move(text));
    }

    void check_own_criterion(std::size_t index) {
        const auto& criterion = program_.tiers[index].criterion;
        if (!criterion) return;
        const std::string path = tier_path(index, "criterion");
        if (*criterion > Criterion::period_ranking_points) return fault(path, "is not one of its choices");
        if (*criterion == program_.tiering.criterion) return;
        if (std::string text = combination_fault(*criterion); !text.empty()) fault(path, std::move(text));
        if (program_.tiering.start == Start::zero)
            if (std::string text = zero_fault(*criterion); !text.empty()) fault(path, std::move(text));
    }

    static std::string tier_path(std::size_t index, std::string_view field) {
        return fmt::format("tiers[{}].{}", index, field);
    }

    /// A figure in the unit of the tier's criterion, as people write it.
    std::string figure(const Tier& tier, std::int64_t value) const {
        return is_money(program_.criterion_of(tier)) ? format_money(Money{value}, program_.currency)
                                                     : fmt::format("{}", value);
    }

    void check_tier(std::size_t index) {
        const Tier& tier = program_.tiers[index];
        check_id(tier_path(index, "id"), tier.id);
        check_text(tier_path(index, "name"), tier.name, kMaxNameBytes);
        check_text(tier_path(index, "description"), tier.description, kMaxDescriptionBytes);
        check_text(tier_path(index, "icon"), tier.icon, kMaxNameBytes);
        if (tier.benefits.size() > kMaxBenefits)
            fault(tier_path(index, "benefits"),
                  fmt::format("has {} entries; at most {} are allowed", tier.benefits.size(), kMaxBenefits));
        for (std::size_t i = 0; i < tier.benefits.size() && i < kMaxBenefits; ++i)
            check_text(fmt::format("tiers[{}].benefits[{}]", index, i), tier.benefits[i], kMaxBenefitBytes);
        if (tier.min < 0)
            fault(tier_path(index, "min"),
                  fmt::format("is {}; it may not be negative", figure(tier, tier.min)));
        if (tier.max && *tier.max <= tier.min)
            fault(tier_path(index, "max"), fmt::format("is {}; it must be above the minimum {}",
                                                       figure(tier, *tier.max), figure(tier, tier.min)));
        check_range(tier_path(index, "keep_points"), tier.keep_points.value, 0, INT64_MAX);
        check_range(tier_path(index, "upgrade_bonus"), tier.upgrade_bonus.value, 0, kMaxRatePoints);
        if (index == 0 && tier.upgrade_bonus.value > 0)
            fault(tier_path(index, "upgrade_bonus"), "would never be paid: everybody begins in this tier");
        check_range(tier_path(index, "multiplier_bp"), tier.multiplier_bp, 0, kMaxMultiplierBp);
        check_range(tier_path(index, "voucher_discount_bp"), tier.voucher_discount_bp, 0, kWholeBp);
        check_text(tier_path(index, "price_list"), tier.price_list, kMaxNameBytes);
        if (tier.discount) check_discount(program_, *tier.discount, tier_path(index, "discount"), *this);
        check_own_criterion(index);
    }

    /// What must hold between tiers `first` < `second` of the list, whichever stand between them.
    void check_pair(std::size_t first, std::size_t second) {
        const Tier& a = program_.tiers[first];
        const Tier& b = program_.tiers[second];
        if (a.id == b.id)
            fault(tier_path(second, "id"), fmt::format("\"{}\" is the id of tiers[{}] already", b.id, first));
        if (program_.criterion_of(a) != program_.criterion_of(b)) return;  // figures of different things
        const Tier& lower = a.min <= b.min ? a : b;
        const Tier& upper = a.min <= b.min ? b : a;
        if (lower.min == upper.min)
            fault(tier_path(second, "min"), fmt::format("tiers \"{}\" and \"{}\" overlap: both begin at {}",
                                                        a.id, b.id, figure(a, a.min)));
        else if (lower.max && *lower.max >= upper.min)
            fault(tier_path(second, "min"),
                  fmt::format("tiers \"{}\" and \"{}\" overlap: \"{}\" ends at {}, \"{}\" begins at {}", a.id,
                              b.id, lower.id, figure(lower, *lower.max), upper.id, figure(upper, upper.min)));
    }

    /// What must hold between a tier and the one before it in the list.
    void check_neighbours(std::size_t index) {
        const Tier& lower = program_.tiers[index - 1];
        const Tier& upper = program_.tiers[index];
        if (program_.criterion_of(lower) != program_.criterion_of(upper)) return;
        if (upper.min < lower.min) {
            fault(
                tier_path(index, "min"),
                fmt::format("\"{}\" begins at {}, below \"{}\" before it, which begins at {}: tiers stand in "
                            "ascending order",
                            upper.id, figure(upper, upper.min), lower.id, figure(lower, lower.min)));
        } else if (lower.max && *lower.max < upper.min && *lower.max + 1 != upper.min) {
            fault(tier_path(index, "min"),
                  fmt::format("\"{}\" ends at {}, so \"{}\" must begin at {}, not {}", lower.id,
                              figure(lower, *lower.max), upper.id, figure(lower, *lower.max + 1),
                              figure(upper, upper.min)));
        }
    }

    void check_tiers() {
        const auto& tiers = program_.tiers;
        if (tiers.size() > kMaxTiers) {
            fault("tiers", fmt::format("has {} entries; at most {} are allowed", tiers.size(), kMaxTiers));
            return;
        }
        for (std::size_t i = 0; i < tiers.size(); ++i) {
            check_tier(i);
            if (i > 0) check_neighbours(i);
            for (std::size_t j = 0; j < i; ++j)
                check_pair(j, i);
        }
        if (std::ranges::none_of(tiers, [](const Tier& tier) { return tier.active && tier.min == 0; }))
            fault("tiers", "needs an active tier with minimum 0");
        else if (!tiers[0].active || tiers[0].min > 0)
            fault("tiers[0]", "must be active and have minimum 0: it is the tier in which everybody begins");
    }

    void check_referral() {
        if (!program_.referral) return;
        const Referral& referral = *program_.referral;
        check_range("referral.code_days", referral.code_days, 0, kMaxDays);
        check_range("referral.referrer.points", referral.referrer.points.value, 0, kMaxRatePoints);
        check_range("referral.referee.points", referral.referee.points.value, 0, kMaxRatePoints);
        check_range("referral.min_amount", referral.min_amount.value, 0, INT64_MAX);
        if (referral.cap_per_month)
            check_range("referral.cap_per_month", *referral.cap_per_month, 1, kMaxReferralsPerMonth);
    }

    void check_network() {
        for (std::size_t i = 0; i < program_.tiers.size(); ++i) {
            if (program_.tiers[i].makes_vip && !program_.network)
                fault(tier_path(i, "makes_vip"), "needs a network to be a VIP of");
            else if (program_.tiers[i].makes_vip && i == 0)
                fault(tier_path(i, "makes_vip"), "would make everybody a VIP: everybody begins in this tier");
        }
        if (!program_.network) return;
        const Network& network = *program_.network;
        if (network.upline_earn) {
            check_range("network.upline_earn.per_amount", network.upline_earn->rate.per_amount.value, 1,
                        INT64_MAX);
            check_range("network.upline_earn.points", network.upline_earn->rate.points.value, 1,
                        kMaxRatePoints);
        }
        check_range("network.pending_days", network.pending_days, 0, kMaxCommissionPendingDays);
        if (network.commission.size() > kMaxCommissionSteps)
            return fault("network.commission", fmt::format("has {} entries; at most {} are allowed",
                                                           network.commission.size(), kMaxCommissionSteps));
        for (std::size_t i = 0; i < network.commission.size(); ++i) {
            const CommissionStep& step = network.commission[i];
            const std::string path = fmt::format("network.commission[{}]", i);
            check_range(path + ".recruits", step.recruits, 0, kMaxReferralsPerMonth);
            check_range(path + ".rate_bp", step.rate_bp, 0, kWholeBp);
            if (i > 0 && step.recruits <= network.commission[i - 1].recruits)
                fault(path + ".recruits",
                      fmt::format("is {}; steps stand in ascending order, and the one before begins at {}",
                                  step.recruits, network.commission[i - 1].recruits));
        }
        if (network.payout.mode > PayoutMode::monthly)
            fault("network.payout.mode", "must be manual or monthly");
        check_range("network.payout.min_amount", network.payout.min_amount.value, 0, INT64_MAX);
    }

    const Program& program_;
};

}  // namespace

std::vector<ProgramFault> validate(const Program& program) {
    return Validation(program).run();
}

std::string describe(const std::vector<ProgramFault>& faults) {
    std::string text;
    for (const auto& [path, message] : faults)
        text += fmt::format("{}: {}\n", path, message);
    if (!text.empty()) text.pop_back();
    return text;
}

}  // namespace tim::model
