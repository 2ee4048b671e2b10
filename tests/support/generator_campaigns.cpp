// Campaigns and discounts of the programs that tests run.
#include <fmt/format.h>

#include <algorithm>

#include "tests/support/generator.h"
#include "tests/support/seams.h"

namespace tim::tests {

using model::Campaign;
using model::CampaignEffect;
using model::Condition;
using model::ConditionKind;
using model::EffectKind;
using model::Instant;

namespace {

constexpr std::uint64_t kMostCampaigns = 4;
/// Of all campaigns together: so many times at most that, exactly, a sale's points fit 128 bits in the model
/// too.
constexpr int kMostMultipliers = 3;
/// Terminals that commands name; quotes name none.
constexpr std::int64_t kTerminals = 3;

class Chooser {
  public:
    Chooser(const model::Program& program, std::int64_t now, Choices& choices)
        : program_(program), now_(now), per_(program.points.earn.per_amount.value), choices_(choices) {}

    Campaign campaign(std::uint64_t number) {
        Campaign result;
        result.id = fmt::format("c{}", number);
        if (choices_.chance(40)) result.starts = around_now();
        if (choices_.chance(40))
            result.ends =
                Instant{(result.starts ? result.starts->value : now_) + choices_.between(1, 120) * kDayMs};
        if (choices_.chance(85)) result.when = condition(0);
        const std::uint64_t effects = 1 + choices_.below(3);
        bool pays = false;
        vouchers_ = commissions_ = 0;
        for (std::uint64_t i = 0; i < effects; ++i) {
            result.then.push_back(effect());
            const EffectKind kind = result.then.back().kind;
            pays = pays || (kind != EffectKind::discount && kind != EffectKind::voucher &&
                            kind != EffectKind::commission);
        }
        result.ranking = choices_.chance(75);
        if (pays && choices_.chance(40))
            result.budget_points = model::Points{choices_.between(1, choices_.chance(70) ? 300 : 10'000)};
        if (choices_.chance(40)) result.per_customer = static_cast<std::uint32_t>(choices_.between(1, 3));
        return result;
    }

    model::Discount discount() {
        model::Discount result;
        if (choices_.chance(60))
            result.percent_bp =
                static_cast<std::int32_t>(choices_.between(1, choices_.chance(90) ? 3'000 : 10'000));
        else
            result.amount.value = choices_.between(1, per_ * 20);
        if (choices_.chance(30)) result.max_amount = model::Money{choices_.between(1, per_ * 50)};
        if (choices_.chance(30)) result.min_order.value = amount();
        return result;
    }

  private:
    Instant around_now() { return {now_ + choices_.between(-60 * 24, 60 * 24) * kHourMs}; }

    /// Among those that sales have.
    std::int64_t amount() { return per_ * choices_.between(0, choices_.chance(60) ? 60 : 1'500); }

    Condition condition(std::size_t depth) {
        constexpr ConditionKind kinds[] = {ConditionKind::all,
                                           ConditionKind::any,
                                           ConditionKind::negation,
                                           ConditionKind::amount_from,
                                           ConditionKind::amount_from,
                                           ConditionKind::amount_below,
                                           ConditionKind::tier_in,
                                           ConditionKind::terminal_in,
                                           ConditionKind::weekday_in,
                                           ConditionKind::hours,
                                           ConditionKind::dates,
                                           ConditionKind::first_order,
                                           ConditionKind::sku_in,
                                           ConditionKind::category_in,
                                           ConditionKind::source_in,
                                           ConditionKind::nature_in,
                                           ConditionKind::type_in,
                                           ConditionKind::item_in,
                                           ConditionKind::birthday_month,
                                           ConditionKind::segment,
                                           ConditionKind::segment};
        const std::size_t groups = depth >= 3 ? 3 : 0;
        Condition result;
        result.kind = kinds[groups + choices_.below(std::size(kinds) - groups)];
        switch (result.kind) {
            case ConditionKind::all:
            case ConditionKind::any:
                for (std::uint64_t i = 1 + choices_.below(3); i > 0; --i)
                    result.parts.push_back(condition(depth + 1));
                break;
            case ConditionKind::negation:
                result.parts.push_back(condition(depth + 1));
                break;
            case ConditionKind::amount_from:
            case ConditionKind::amount_below:
                result.amount.value = amount();
                break;
            case ConditionKind::tier_in:
                for (const model::Tier& tier : program_.tiers)
                    if (result.texts.empty() || choices_.chance(40)) result.texts.push_back(tier.id);
                break;
            case ConditionKind::terminal_in:
                result.numbers = some_of(0, kTerminals);
                break;
            case ConditionKind::weekday_in:
                result.numbers = some_of(0, 6);
                break;
            case ConditionKind::hours:
                result.from = static_cast<std::int32_t>(choices_.between(0, 23));
                result.until = static_cast<std::int32_t>(choices_.between(1, 24));
                if (result.until == result.from) result.until = result.from + 1;
                break;
            case ConditionKind::dates:
                result.starts = around_now();
                if (choices_.chance(60))
                    result.ends = Instant{result.starts->value + choices_.between(1, 90) * kDayMs};
                break;
            case ConditionKind::first_order:
                result.wanted = choices_.chance(60);
                break;
            case ConditionKind::sku_in:
                for (const std::uint32_t number : some_of(0, 2))
                    result.texts.push_back(fmt::format("g{}", number));
                break;
            case ConditionKind::category_in:
                result.texts = {"tea"};
                break;
            case ConditionKind::source_in:
                result.texts = values_of(&model::Classification::sources);
                break;
            case ConditionKind::nature_in:
                result.texts = values_of(&model::Classification::natures);
                break;
            case ConditionKind::type_in:
                result.texts = values_of(&model::Classification::types);
                break;
            case ConditionKind::item_in:
                result.texts = values_of(&model::Classification::items);
                break;
            case ConditionKind::birthday_month:
                result.wanted = choices_.chance(60);
                break;
            case ConditionKind::segment:
                result.texts = {segment()};
                break;
        }
        // A program that lists no such values asks for something else.
        if (result.texts.empty() && model::is_about_customer(result.kind))
            result.kind = ConditionKind::birthday_month;
        return result;
    }

    /// Some of a list of the program's classification.
    std::vector<std::string> values_of(std::vector<std::string> model::Classification::*list) {
        std::vector<std::string> values;
        if (!program_.classification) return values;
        for (const std::string& value : (*program_.classification).*list)
            if (values.empty() || choices_.chance(50)) values.push_back(value);
        return values;
    }

    /// An expression of one or two conditions.
    std::string segment() {
        const std::string first = segment_condition();
        if (choices_.chance(50)) return first;
        return fmt::format("{} {} {}{}", first, choices_.chance(50) ? "and" : "or",
                           choices_.chance(30) ? "not " : "", segment_condition());
    }

    std::string segment_condition() {
        constexpr const char* kCompares[] = {"=", "!=", "<", "<=", ">", ">="};
        const char* const compare = kCompares[choices_.below(std::size(kCompares))];
        const auto money = [&] {
            return model::format_money({amount() * choices_.between(1, 4)}, program_.currency);
        };
        switch (choices_.below(14)) {
            case 0:
                return fmt::format("status {} {}", choices_.chance(70) ? "=" : "!=",
                                   model::status_name(static_cast<model::CustomerStatus>(choices_.below(4))));
            case 1:
                return fmt::format("tier {} {}", compare,
                                   program_.tiers[choices_.below(program_.tiers.size())].id);
            case 2:
                return fmt::format("orders {} {}", compare, choices_.between(0, 4));
            case 3:
                return fmt::format("points {} {}", compare, choices_.between(-5, 200));
            case 4:
                return fmt::format("spendable {} {}", compare, choices_.between(0, 100));
            case 5:
                return fmt::format("held {} {}", compare, choices_.between(0, 20));
            case 6:
                return fmt::format("spend {} {}", compare, money());
            case 7:
                return fmt::format("month_spend {} {}", compare, money());
            case 8:
                return fmt::format("closed_month_spend {} {}", compare, money());
            case 9:
                return fmt::format("{} in last {} months", choices_.chance(50) ? "bought" : "no order",
                                   choices_.between(1, 4));
            case 10:
                return choices_.chance(50) ? "referred" : fmt::format("brought {} 1", compare);
            case 11:
                return choices_.chance(50) ? "class = member" : "vip = none";
            case 12:
                return fmt::format("ranking_points {} {}", compare, choices_.between(0, 200));
            default: {
                const auto items = values_of(&model::Classification::items);
                return items.empty() ? std::string("source = none") : "items has " + items.front();
            }
        }
    }

    std::vector<std::uint32_t> some_of(std::int64_t low, std::int64_t high) {
        std::vector<std::uint32_t> numbers;
        for (std::int64_t number = low; number <= high; ++number)
            if (choices_.chance(60)) numbers.push_back(static_cast<std::uint32_t>(number));
        if (numbers.empty()) numbers.push_back(static_cast<std::uint32_t>(choices_.between(low, high)));
        return numbers;
    }

    CampaignEffect effect() {
        CampaignEffect result;
        const std::uint64_t dice = choices_.below(10);
        if (dice < 3 && multipliers_ < kMostMultipliers) {
            ++multipliers_;
            result.kind = EffectKind::multiplier;
            result.multiplier_bp = static_cast<std::int32_t>(choices_.between(10'000, 30'000));
        } else if (dice < 6) {
            result.points.value = choices_.between(1, 60);
        } else if (dice < 8) {
            result.kind = EffectKind::earn;
            result.per_amount.value = choices_.between(1, per_ * 3);
            if (choices_.chance(80)) result.per_amount.value += per_ / 2;
            result.points.value = choices_.between(1, 3);
        } else if (dice == 8 && !program_.rewards.empty() && vouchers_ < 1) {
            ++vouchers_;
            result.kind = EffectKind::voucher;
            result.reward = program_.rewards[choices_.below(program_.rewards.size())].id;
        } else if (dice == 9 && program_.referral && commissions_ < 1) {
            ++commissions_;
            result.kind = EffectKind::commission;
            result.commission_bp = static_cast<std::int32_t>(choices_.between(1, 2'000));
        } else {
            result.kind = EffectKind::discount;
            result.discount = discount();
        }
        return result;
    }

    const model::Program& program_;
    const std::int64_t now_;
    const std::int64_t per_;
    Choices& choices_;
    int multipliers_ = 0;
    int vouchers_ = 0;     ///< of the campaign
    int commissions_ = 0;  ///< of the campaign
};

}  // namespace

void CommandGenerator::choose_campaigns(model::Program& program, std::int64_t now, Choices& choices) {
    Chooser chooser(program, now, choices);
    program.campaigns.clear();
    for (std::uint64_t number = 0; number < kMostCampaigns; ++number)
        if (choices.chance(60)) program.campaigns.push_back(chooser.campaign(number));
    if (choices.chance(30)) std::reverse(program.campaigns.begin(), program.campaigns.end());
    for (model::Tier& tier : program.tiers) {
        tier.discount.reset();
        if (choices.chance(40)) tier.discount = chooser.discount();
    }
}

}  // namespace tim::tests
