#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "engine/core/campaigns.h"
#include "engine/core/classification.h"
#include "engine/core/lots.h"
#include "engine/core/record.h"
#include "engine/core/rewards.h"
#include "engine/model/calendar.h"
#include "engine/model/program.h"
#include "engine/model/quantity.h"
#include "engine/model/result.h"

namespace tim::core {

inline constexpr std::int64_t kDayMs = 86'400'000;

/// One version of a program, compiled to what the hot path reads. Immutable once made.
///
/// Versions that find tiers alike, or by the lifetime figure of now alone, make an *epoch*: within it a
/// record needs no visit when the version changes.
class Rules {
  public:
    /// `program` has been validated. `effective` is the instant from which the version holds. `previous` is
    /// the version before, which outlives this one; null for a program's first.
    static model::Result<std::unique_ptr<const Rules>> compile(std::shared_ptr<const model::Program> program,
                                                               model::VersionId version,
                                                               model::Instant effective,
                                                               const Rules* previous = nullptr);

    const model::Program& program() const { return *program_; }
    const std::shared_ptr<const model::Program>& shared_program() const { return program_; }
    const model::Calendar& calendar() const { return *calendar_; }
    model::VersionId version() const { return version_; }
    model::Instant effective() const { return effective_; }

    // ---------------------------------------------------------------------------------------------- points

    /// floor(amount / per_amount) × points; nothing on overflow. `amount` ≥ 0.
    std::optional<model::Points> earned(model::Money amount) const {
        std::int64_t points = 0;
        if (__builtin_mul_overflow(amount.value / per_amount_, points_each_, &points)) return std::nullopt;
        return model::Points{points};
    }

    /// What `amount` earns a customer who holds a tier of `judged`: of the version that judges, which for a
    /// late sale is not the one that prices.
    std::optional<model::Points> earned(model::Money amount, const Rules& judged, std::uint8_t tier) const {
        const auto base = earned(amount);
        if (!base || !multiplies_) return base;
        return multiplied(*base, judged, tier);
    }

    const Campaigns& campaigns() const { return campaigns_; }
    /// What customers are classified by.
    const Classes& classes() const { return classes_; }
    /// Whether a sale may bring more than base rate and tier give: campaigns, or discounts of tiers.
    bool adds_to_sales() const { return adds_to_sales_; }

    /// What a sale earns a customer who holds a tier of `judged`, with what campaigns add (`admit`: see
    /// there) and what comes off an order of `order`. Nothing on overflow.
    std::optional<Earning> earning(CampaignSale sale, const Rules& judged, std::uint8_t tier,
                                   model::Money order, const Campaigns::Admit& admit) const;

    /// What `amount` > 0 is worth in points at a checkout, rounded up; nothing without a rate or on overflow.
    std::optional<model::Points> worth(model::Money amount) const;

    /// Whether the points that are earned have dates.
    bool dates_points() const { return dates_points_; }
    /// Those of a sale's points; what is earned otherwise has its expiry, and is never pending.
    LotDates lot_dates(model::Instant at) const;

    bool clamps() const { return program_->points.below_zero == model::BelowZero::clamp; }
    std::int64_t late_ms() const { return program_->points.late_days * kDayMs; }
    std::int64_t return_ms() const { return program_->points.return_days * kDayMs; }

    /// S1.9: the numbers of the rewards of all versions up to this one.
    const std::shared_ptr<const RewardNumbers>& reward_numbers() const { return reward_numbers_; }
    /// The number of a reward that a version up to this one has.
    std::uint16_t reward_number(std::string_view id) const { return reward_numbers_->find(id)->second; }

    // ---------------------------------------------------------------------------------------------- parties

    /// S1.14 to S1.22: whether sales count for the VIP above.
    bool has_network() const { return network_ != nullptr; }
    /// Whether some tier makes VIPs, and whether this one does (S1.6, S1.18).
    bool makes_vips() const { return vip_tiers_ != 0; }
    bool makes_vip(std::uint8_t tier) const { return (vip_tiers_ >> tier & 1) != 0; }
    /// What a member's sale of `amount` ≥ 0 earns the VIP; nothing on overflow.
    std::optional<model::Points> upline_earned(model::Money amount) const;
    /// Of has_network.
    const model::Network& network() const { return *network_; }
    /// S1.22: of a VIP who recruited so many members in the closed month.
    std::int32_t commission_bp(std::uint32_t recruits) const;
    bool pays_out_monthly() const {
        return network_ != nullptr && network_->payout.mode == model::PayoutMode::monthly;
    }

    /// S1.10: whether purchases make referral codes, and first orders with one pay both sides.
    bool has_referral() const { return referral_ != nullptr; }
    /// Of has_referral.
    const model::Referral& referral() const { return *referral_; }
    /// Whether an order of so much meets the conditions of a referral.
    bool pays_referral(model::Money amount) const {
        return amount.value > 0 && amount >= referral_->min_amount;
    }
    /// The first instant at which a code of a sale at `sold` is not valid any more (S1.12).
    model::Instant code_ends(model::Instant sold) const {
        return calendar_->day_start(sold, referral_->code_days + 1);
    }

    // ---------------------------------------------------------------------------------------------- tiers

    /// Whether the tier is that of the lifetime figure of now, and nothing else comes of it: almost all sales
    /// of almost all shops.
    bool plain() const { return plain_; }
    /// Whether a sale of a customer without lots comes to one fact: its points are those of the base rate,
    /// can be spent at once, and lead to a tier that changes nothing else.
    bool simple_sales() const { return simple_sales_; }
    bool by_spend() const { return criterion_ == model::Criterion::lifetime_spend; }

    /// Of plain rules: t(x), the index of the highest active tier whose minimum is ≤ max(figure, 0)
    /// (rules.md, Tier formulas).
    std::uint8_t tier_of(std::int64_t figure) const {
        std::uint8_t tier = tiers_[0].index;  // its minimum is 0
        for (std::uint8_t i = 1; i < tier_count_ && figure >= tiers_[i].min; ++i)
            tier = tiers_[i].index;
        return tier;
    }
    /// The tier of a settled record.
    std::uint8_t tier_of(const CustomerRecord& record) const {
        if (!plain_) return record.tier;
        return tier_of(by_spend() ? record.lifetime_spend.value : record.ranking_points.value);
    }

    /// A criterion's figure of a settled record.
    std::int64_t figure(model::Criterion criterion, const CustomerRecord& record) const;
    /// The figure that the program's criterion looks at.
    std::int64_t metric(const CustomerRecord& record) const { return figure(criterion_, record); }

    /// The highest active tier that a settled record's figures reach, each tier judged by its own criterion
    /// (S3.3), with so many ranking points more.
    std::uint8_t reached(const CustomerRecord& record, model::Points more = {}) const;
    /// The same by the figures with which the current period began: what the review before it found.
    std::uint8_t reached_at_opening(const CustomerRecord& record) const;

    /// S3.7: the points that a checkout may not touch, of a tier by its index.
    model::Points keep_points(std::uint8_t tier) const { return keep_points_[tier]; }
    /// The bonuses (S5.3) of the active tiers above `floor`, up to `tier`.
    model::Points bonuses(std::uint8_t floor, std::uint8_t tier) const;
    bool has_bonuses() const { return has_bonuses_; }
    /// The highest tier whose bonus the record's period has dealt with: paid, or beneath the floor.
    std::uint8_t paid_up_to(const CustomerRecord& record) const;

    /// S5.6.
    bool enabled() const { return program_->enabled; }
    model::Downgrade downgrade() const { return program_->tiering.downgrade; }
    /// Whether time alone can change a tier: when a month begins.
    bool by_month() const { return by_month_; }
    /// Whether periods begin with a tier of their own.
    bool reopens() const { return reopens_; }
    /// 1, 6 or 12; 0 when there is one period without an end, since everybody started at zero. Half-years
    /// where nothing is reviewed, so that a later version finds their figures, and a year's.
    std::uint8_t period_months() const { return period_months_; }

    /// The first version of this one's epoch.
    const Rules& founder() const { return founder_ == nullptr ? *this : *founder_; }
    model::VersionId epoch() const { return epoch_; }
    const Rules* previous() const { return previous_; }
    /// The version of a number up to this one's.
    const Rules& before(model::VersionId version) const {
        const Rules* rules = this;
        while (rules->version_ > version && rules->previous_ != nullptr)
            rules = rules->previous_;
        return *rules;
    }
    /// Of an epoch's first version: whether only bonuses differ from the version before.
    bool only_bonuses_changed() const { return only_bonuses_changed_; }
    /// Of an epoch's first version: whether only which tiers make VIPs differs from the version before.
    bool only_vips_changed() const { return only_vips_changed_; }
    /// Of an epoch's first version: whether everybody starts at zero under it (S5.7).
    bool starts_at_zero() const { return starts_at_zero_; }
    bool uses(model::Criterion criterion) const;

    /// A tier of another version here, by its id.
    std::optional<std::uint8_t> index_of(const Rules& other, std::uint8_t tier) const;

  private:
    struct ActiveTier {
        std::int64_t min = 0;
        std::uint8_t index = 0;  ///< in the program's tiers
        model::Criterion criterion = model::Criterion::lifetime_spend;
    };

    void compile_tiers();
    void compile_epoch();
    std::optional<model::Points> multiplied(model::Points base, const Rules& judged, std::uint8_t tier) const;

    std::int64_t per_amount_ = 1;
    std::int64_t points_each_ = 0;
    model::Criterion criterion_ = model::Criterion::lifetime_spend;
    bool plain_ = true;
    bool simple_sales_ = false;
    bool dates_points_ = false;
    bool adds_to_sales_ = false;
    bool multiplies_ = false;
    bool has_bonuses_ = false;
    bool by_month_ = false;
    bool reopens_ = false;
    bool from_zero_ = false;  ///< there is one period, which began when everybody started at zero
    bool starts_at_zero_ = false;
    bool only_bonuses_changed_ = false;
    bool only_vips_changed_ = false;
    std::uint8_t period_months_ = 6;
    std::uint8_t tier_count_ = 0;
    std::uint32_t vip_tiers_ = 0;                ///< a bit for each
    const model::Network* network_ = nullptr;    ///< null: none, or off
    const model::Referral* referral_ = nullptr;  ///< null: none, or off
    model::VersionId version_{};
    model::VersionId epoch_{};
    std::array<ActiveTier, model::kMaxTiers> tiers_{};
    std::array<model::Points, model::kMaxTiers> keep_points_{};
    model::Instant effective_{};
    const Rules* previous_ = nullptr;
    const Rules* founder_ = nullptr;  ///< null: this one
    std::shared_ptr<const model::Program> program_;
    std::shared_ptr<const model::Calendar> calendar_;
    Campaigns campaigns_;
    Classes classes_;
    std::shared_ptr<const RewardNumbers> reward_numbers_;
};

/// max(0, points − held − keep): what a checkout may use (rules.md, Words).
inline model::Points spendable(model::Points points, model::Points held, model::Points keep) {
    const auto unheld = checked_sub(points, held);
    const auto free = unheld ? checked_sub(*unheld, keep) : std::nullopt;
    return free && free->value > 0 ? *free : model::Points{};
}

}  // namespace tim::core
