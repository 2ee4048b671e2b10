#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "engine/core/record.h"
#include "engine/model/calendar.h"
#include "engine/model/program.h"
#include "engine/model/quantity.h"
#include "engine/model/result.h"

namespace tim::core {

inline constexpr std::int64_t kDayMs = 86'400'000;

/// One version of a program, compiled to what the hot path reads. Immutable once made.
class Rules {
  public:
    /// `program` has been validated. `effective` is the instant from which the version holds.
    static model::Result<std::unique_ptr<const Rules>> compile(std::shared_ptr<const model::Program> program,
                                                               model::VersionId version,
                                                               model::Instant effective);

    const model::Program& program() const { return *program_; }
    const std::shared_ptr<const model::Program>& shared_program() const { return program_; }
    const model::Calendar& calendar() const { return *calendar_; }
    model::VersionId version() const { return version_; }
    model::Instant effective() const { return effective_; }

    /// floor(amount / per_amount) × points; nothing on overflow. `amount` ≥ 0.
    std::optional<model::Points> earned(model::Money amount) const {
        std::int64_t points = 0;
        if (__builtin_mul_overflow(amount.value / per_amount_, points_each_, &points)) return std::nullopt;
        return model::Points{points};
    }

    /// What `amount` > 0 is worth in points at a checkout, rounded up; nothing without a rate or on overflow.
    std::optional<model::Points> worth(model::Money amount) const;

    /// The figure that the criterion looks at.
    std::int64_t metric(const CustomerRecord& record) const {
        return by_spend_ ? record.lifetime_spend.value : record.ranking_points.value;
    }

    /// t(x): the index of the highest active tier whose minimum is ≤ max(figure, 0) (rules.md, Tier
    /// formulas).
    std::uint8_t tier_of(std::int64_t figure) const {
        std::uint8_t tier = tiers_[0].index;  // its minimum is 0
        for (std::uint8_t i = 1; i < tier_count_ && figure >= tiers_[i].min; ++i)
            tier = tiers_[i].index;
        return tier;
    }
    std::uint8_t tier_of(const CustomerRecord& record) const { return tier_of(metric(record)); }

    /// S3.7: the points that a checkout may not touch, of a tier by its index.
    model::Points keep_points(std::uint8_t tier) const { return keep_points_[tier]; }

    bool by_spend() const { return by_spend_; }
    bool clamps() const { return program_->points.below_zero == model::BelowZero::clamp; }
    std::int64_t late_ms() const { return program_->points.late_days * kDayMs; }
    std::int64_t return_ms() const { return program_->points.return_days * kDayMs; }

  private:
    struct ActiveTier {
        std::int64_t min = 0;
        std::uint8_t index = 0;  ///< in the program's tiers
    };

    std::int64_t per_amount_ = 1;
    std::int64_t points_each_ = 0;
    bool by_spend_ = true;
    std::uint8_t tier_count_ = 0;
    std::array<ActiveTier, model::kMaxTiers> tiers_{};
    std::array<model::Points, model::kMaxTiers> keep_points_{};
    model::VersionId version_{};
    model::Instant effective_{};
    std::shared_ptr<const model::Program> program_;
    std::shared_ptr<const model::Calendar> calendar_;
};

/// max(0, points − held − keep): what a checkout may use (rules.md, Words).
inline model::Points spendable(model::Points points, model::Points held, model::Points keep) {
    const auto unheld = checked_sub(points, held);
    const auto free = unheld ? checked_sub(*unheld, keep) : std::nullopt;
    return free && free->value > 0 ? *free : model::Points{};
}

}  // namespace tim::core
