#include "engine/core/rules.h"

#include "engine/core/invariant.h"

namespace tim::core {

model::Result<std::unique_ptr<const Rules>> Rules::compile(std::shared_ptr<const model::Program> program,
                                                           model::VersionId version,
                                                           model::Instant effective) {
    auto calendar = model::Calendar::load(program->time_zone);
    if (!calendar) return tl::unexpected(calendar.error());

    auto rules = std::make_unique<Rules>();
    rules->per_amount_ = program->points.earn.per_amount.value;
    rules->points_each_ = program->points.earn.points.value;
    rules->by_spend_ = program->tiering.criterion == model::Criterion::lifetime_spend;
    for (std::size_t index = 0; index < program->tiers.size(); ++index) {
        const model::Tier& tier = program->tiers[index];
        rules->keep_points_[index] = tier.keep_points;
        if (tier.active) rules->tiers_[rules->tier_count_++] = {tier.min, static_cast<std::uint8_t>(index)};
    }
    TIM_INVARIANT(rules->per_amount_ > 0 && rules->tier_count_ > 0 && rules->tiers_[0].min == 0,
                  "only validated programs are compiled");
    rules->version_ = version;
    rules->effective_ = effective;
    rules->program_ = std::move(program);
    rules->calendar_ = std::make_shared<const model::Calendar>(std::move(*calendar));
    return rules;
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
