#include "tests/support/describe_rules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tim::tests {

namespace {

int number(auto choice) {
    return static_cast<int>(choice);
}

std::string describe(const model::Discount& discount) {
    return fmt::format("{} bp or {}, at most {}, from {}", discount.percent_bp, discount.amount.value,
                       discount.max_amount ? discount.max_amount->value : -1, discount.min_order.value);
}

std::string describe(const model::Condition& condition) {
    using model::ConditionKind;
    const auto group = [&](const char* word) {
        std::string text = fmt::format("{}(", word);
        for (const auto& part : condition.parts)
            text += describe(part) + " ";
        return text + ")";
    };
    switch (condition.kind) {
        case ConditionKind::all:
            return group("all");
        case ConditionKind::any:
            return group("any");
        case ConditionKind::negation:
            return group("not");
        case ConditionKind::amount_from:
            return fmt::format("amount>={}", condition.amount.value);
        case ConditionKind::amount_below:
            return fmt::format("amount<{}", condition.amount.value);
        case ConditionKind::tier_in:
            return fmt::format("tier in {}", condition.texts);
        case ConditionKind::terminal_in:
            return fmt::format("terminal in {}", condition.numbers);
        case ConditionKind::weekday_in:
            return fmt::format("weekday in {}", condition.numbers);
        case ConditionKind::hours:
            return fmt::format("hours {}-{}", condition.from, condition.until);
        case ConditionKind::dates:
            return fmt::format("dates {}-{}", condition.starts ? condition.starts->value : -1,
                               condition.ends ? condition.ends->value : -1);
        case ConditionKind::first_order:
            return fmt::format("first {}", condition.wanted);
        case ConditionKind::sku_in:
            return fmt::format("sku in {}", condition.texts);
        case ConditionKind::category_in:
            return fmt::format("category in {}", condition.texts);
        case ConditionKind::source_in:
            return fmt::format("source in {}", condition.texts);
        case ConditionKind::nature_in:
            return fmt::format("nature in {}", condition.texts);
        case ConditionKind::type_in:
            return fmt::format("type in {}", condition.texts);
        case ConditionKind::item_in:
            return fmt::format("item in {}", condition.texts);
        case ConditionKind::birthday_month:
            return fmt::format("birthday {}", condition.wanted);
        case ConditionKind::segment:
            return fmt::format("segment \"{}\"", condition.texts.front());
    }
    return "?";
}

std::string describe(const model::CampaignEffect& effect) {
    using model::EffectKind;
    switch (effect.kind) {
        case EffectKind::multiplier:
            return fmt::format("x {} bp", effect.multiplier_bp);
        case EffectKind::bonus_points:
            return fmt::format("+ {}", effect.points.value);
        case EffectKind::earn:
            return fmt::format("+ {} per {}", effect.points.value, effect.per_amount.value);
        case EffectKind::voucher:
            return "voucher " + effect.reward;
        case EffectKind::commission:
            return fmt::format("{} bp for the referrer", effect.commission_bp);
        case EffectKind::discount:
            return "off " + describe(effect.discount);
    }
    return "?";
}

}  // namespace

std::string describe_rules(const model::Program& program) {
    std::string text =
        fmt::format("  {}: enabled {}, criterion {}, downgrade {}, review {}, start {}", program.id,
                    program.enabled, number(program.tiering.criterion), number(program.tiering.downgrade),
                    number(program.tiering.review), number(program.tiering.start));
    text +=
        fmt::format("; {} per {}; expiry {} {} {}, pending {} days, {}", program.points.earn.points.value,
                    program.points.earn.per_amount.value, number(program.points.expiry.policy),
                    program.points.expiry.months, program.points.expiry.years, program.points.pending_days,
                    program.points.below_zero == model::BelowZero::clamp ? "clamps" : "debts");
    for (const auto& tier : program.tiers)
        text += fmt::format("; {} from {} of {}, bonus {}, {} bp{}{}", tier.id, tier.min,
                            number(program.criterion_of(tier)), tier.upgrade_bonus.value, tier.multiplier_bp,
                            tier.active ? "" : ", not active",
                            tier.discount ? ", off " + describe(*tier.discount) : std::string());
    for (const auto& campaign : program.campaigns) {
        text += fmt::format(
            "\n    campaign {} {}-{} budget {} limit {}{} when {}", campaign.id,
            campaign.starts ? campaign.starts->value : -1, campaign.ends ? campaign.ends->value : -1,
            campaign.budget_points ? campaign.budget_points->value : -1, campaign.per_customer.value_or(0),
            campaign.ranking ? "" : " not ranking", describe(campaign.when));
        for (const auto& effect : campaign.then)
            text += " " + describe(effect);
    }
    return text;
}

}  // namespace tim::tests
