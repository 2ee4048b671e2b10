#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <numeric>

#include "engine/model/fault_collector.h"
#include "engine/model/sale_line.h"
#include "engine/model/segment.h"

namespace tim::model {

namespace {

constexpr std::int64_t kMaxUses = 1'000'000'000;
/// A sale earns less than 2⁶³ by its base rate; multiplied by all that may multiply it, as fractions in
/// lowest terms, it stays below 2¹²⁷.
constexpr int kMaxChainBits = 63;

/// The width of numerator and denominator of a multiplier in lowest terms.
struct Width {
    int numerator = 0;
    int denominator = 0;
};

Width width_of(std::int32_t multiplier_bp) {
    const std::int32_t common = std::gcd(multiplier_bp, kWholeBp);
    return {static_cast<int>(std::bit_width(static_cast<std::uint32_t>(multiplier_bp / common))),
            static_cast<int>(std::bit_width(static_cast<std::uint32_t>(kWholeBp / common)))};
}

class CampaignCheck {
  public:
    CampaignCheck(const Program& program, FaultCollector& faults) : program_(program), faults_(faults) {}

    void run() {
        if (program_.campaigns.size() > kMaxCampaigns) {
            return faults_.fault("campaigns", fmt::format("has {} entries; at most {} are allowed",
                                                          program_.campaigns.size(), kMaxCampaigns));
        }
        for (std::size_t i = 0; i < program_.campaigns.size(); ++i) {
            check(i);
            for (std::size_t j = 0; j < i; ++j) {
                if (program_.campaigns[i].id == program_.campaigns[j].id)
                    faults_.fault(fmt::format("campaigns[{}].id", i),
                                  fmt::format("\"{}\" is the id of campaigns[{}] already",
                                              program_.campaigns[i].id, j));
            }
        }
        check_chain();
        check_rare(EffectKind::voucher, "voucher", kMaxVoucherCampaigns);
        check_rare(EffectKind::commission, "commission", kMaxCommissionCampaigns);
    }

  private:
    void check(std::size_t index) {
        const Campaign& campaign = program_.campaigns[index];
        const std::string path = fmt::format("campaigns[{}]", index);
        faults_.check_id(path + ".id", campaign.id);
        faults_.check_text(path + ".name", campaign.name, kMaxNameBytes);
        if (campaign.starts && campaign.ends && *campaign.ends <= *campaign.starts)
            faults_.fault(path + ".to", "lies before \"from\"");
        std::size_t conditions = 0;
        check_condition(campaign.when, path + ".when", 0, conditions);
        if (conditions > kMaxCampaignConditions)
            faults_.fault(path + ".when", fmt::format("has {} conditions; at most {} are allowed", conditions,
                                                      kMaxCampaignConditions));
        if (const std::size_t about = about_customer(campaign.when); about > kMaxCustomerConditions)
            faults_.fault(path + ".when",
                          fmt::format("has {} conditions about the customer; at most {} are allowed", about,
                                      kMaxCustomerConditions));
        if (campaign.then.empty() || campaign.then.size() > kMaxCampaignEffects)
            faults_.fault(path + ".then", fmt::format("has {} effects; 1 to {} are allowed",
                                                      campaign.then.size(), kMaxCampaignEffects));
        for (std::size_t i = 0; i < campaign.then.size(); ++i)
            check_effect(campaign.then[i], fmt::format("{}.then[{}]", path, i));
        if (campaign.budget_points) {
            faults_.check_range(path + ".budget_points", campaign.budget_points->value, 1, INT64_MAX);
            if (std::ranges::all_of(campaign.then, [](const CampaignEffect& effect) {
                    return effect.kind == EffectKind::discount || effect.kind == EffectKind::voucher ||
                           effect.kind == EffectKind::commission;
                }))
                faults_.fault(path + ".budget_points", "is of points, and the campaign pays none");
        }
        if (campaign.per_customer)
            faults_.check_range(path + ".per_customer", *campaign.per_customer, 1, kMaxUses);
    }

    static std::size_t about_customer(const Condition& condition) {
        std::size_t count = is_about_customer(condition.kind) ? 1 : 0;
        for (const Condition& part : condition.parts)
            count += about_customer(part);
        return count;
    }

    void check_condition(const Condition& condition, const std::string& path, std::size_t depth,
                         std::size_t& conditions) {
        if (depth > kMaxConditionDepth)
            return faults_.fault(path, fmt::format("is nested more than {} levels deep", kMaxConditionDepth));
        ++conditions;
        switch (condition.kind) {
            case ConditionKind::all:
            case ConditionKind::any:
            case ConditionKind::negation:
                check_group(condition, path, depth, conditions);
                break;
            case ConditionKind::amount_from:
            case ConditionKind::amount_below:
                faults_.check_range(
                    path + (condition.kind == ConditionKind::amount_from ? ".amount_from" : ".amount_below"),
                    condition.amount.value, 0, INT64_MAX);
                break;
            case ConditionKind::tier_in:
                check_tiers(condition, path + ".tier_in");
                break;
            case ConditionKind::terminal_in:
                if (condition.numbers.empty()) faults_.fault(path + ".terminal_in", "is empty");
                break;
            case ConditionKind::weekday_in:
                if (condition.numbers.empty()) faults_.fault(path + ".weekday_in", "is empty");
                for (const std::uint32_t day : condition.numbers)
                    faults_.check_range(path + ".weekday_in", day, 0, 6);
                break;
            case ConditionKind::hours:
                faults_.check_range(path + ".hours.from", condition.from, 0, 23);
                faults_.check_range(path + ".hours.to", condition.until, 1, 24);
                if (condition.from == condition.until)
                    faults_.fault(path + ".hours", "begin and end at the same hour");
                break;
            case ConditionKind::dates:
                if (!condition.starts && !condition.ends)
                    faults_.fault(path + ".dates", "say neither \"from\" nor \"to\"");
                if (condition.starts && condition.ends && *condition.ends <= *condition.starts)
                    faults_.fault(path + ".dates.to", "lies before \"from\"");
                break;
            case ConditionKind::first_order:
                break;
            case ConditionKind::sku_in:
                check_goods(
                    condition, path + ".sku_in", is_sku,
                    fmt::format("an SKU: 1 to {} printable ASCII bytes without : and ;", kMaxSkuBytes));
                break;
            case ConditionKind::category_in:
                check_goods(condition, path + ".category_in", is_category,
                            fmt::format("a category: at most {} bytes without ;", kMaxCategoryBytes));
                break;
            case ConditionKind::source_in:
                check_listed(condition, path + ".source_in", "source", &Classification::sources);
                break;
            case ConditionKind::nature_in:
                check_listed(condition, path + ".nature_in", "nature", &Classification::natures);
                break;
            case ConditionKind::type_in:
                check_listed(condition, path + ".type_in", "type", &Classification::types);
                break;
            case ConditionKind::item_in:
                check_listed(condition, path + ".item_in", "item", &Classification::items);
                break;
            case ConditionKind::birthday_month:
                break;
            case ConditionKind::segment:
                check_segment(condition, path + ".segment");
                break;
        }
    }

    void check_listed(const Condition& condition, const std::string& path, const char* what,
                      std::vector<std::string> Classification::*list) {
        if (condition.texts.empty()) faults_.fault(path, "is empty");
        for (const std::string& value : condition.texts) {
            const bool known =
                program_.classification && std::ranges::find((*program_.classification).*list, value) !=
                                               ((*program_.classification).*list).end();
            if (!known)
                faults_.fault(path,
                              fmt::format("\"{}\" is no {} of this program's classification", value, what));
        }
    }

    void check_segment(const Condition& condition, const std::string& path) {
        if (condition.texts.size() != 1) return faults_.fault(path, "is one expression");
        const auto expression = parse_segment(condition.texts.front());
        if (!expression) return faults_.fault(path, expression.error().message);
        if (const auto fault = segment_fault(*expression, program_)) faults_.fault(path, fault->message);
    }

    void check_goods(const Condition& condition, const std::string& path, bool (*fits)(std::string_view),
                     const std::string& form) {
        if (condition.texts.empty()) faults_.fault(path, "is empty");
        if (condition.texts.size() > kMaxConditionTexts)
            return faults_.fault(path, fmt::format("has {} entries; at most {} are allowed",
                                                   condition.texts.size(), kMaxConditionTexts));
        for (std::size_t i = 0; i < condition.texts.size(); ++i) {
            if (condition.texts[i].empty() || !fits(condition.texts[i]))
                faults_.fault(fmt::format("{}[{}]", path, i),
                              fmt::format("\"{}\" is not {}", condition.texts[i], form));
        }
    }

    void check_group(const Condition& condition, const std::string& path, std::size_t depth,
                     std::size_t& conditions) {
        // All of nothing is how a campaign without a condition stands here; anywhere else it is a slip.
        if (condition.parts.empty() && (depth > 0 || condition.kind != ConditionKind::all))
            return faults_.fault(path, "has no parts");
        const bool negates = condition.kind == ConditionKind::negation;
        if (negates && condition.parts.size() != 1) faults_.fault(path, "negates exactly one condition");
        const char* const word = condition.kind == ConditionKind::any ? "any" : "all";
        for (std::size_t i = 0; i < condition.parts.size(); ++i)
            check_condition(condition.parts[i],
                            negates ? path + ".not" : fmt::format("{}.{}[{}]", path, word, i), depth + 1,
                            conditions);
    }

    void check_tiers(const Condition& condition, const std::string& path) {
        if (condition.texts.empty()) faults_.fault(path, "is empty");
        for (const std::string& id : condition.texts) {
            const bool known =
                std::ranges::any_of(program_.tiers, [&](const Tier& tier) { return tier.id == id; });
            if (!known) faults_.fault(path, fmt::format("\"{}\" is not a tier of this program", id));
        }
    }

    void check_effect(const CampaignEffect& effect, const std::string& path) {
        switch (effect.kind) {
            case EffectKind::multiplier:
                faults_.check_range(path + ".multiplier_bp", effect.multiplier_bp, kWholeBp,
                                    kMaxMultiplierBp);
                break;
            case EffectKind::bonus_points:
                faults_.check_range(path + ".bonus_points", effect.points.value, 1, kMaxRatePoints);
                break;
            case EffectKind::earn:
                faults_.check_range(path + ".earn.per_amount", effect.per_amount.value, 1, INT64_MAX);
                faults_.check_range(path + ".earn.points", effect.points.value, 1, kMaxRatePoints);
                break;
            case EffectKind::discount:
                check_discount(program_, effect.discount, path + ".discount", faults_);
                break;
            case EffectKind::voucher:
                if (std::ranges::find(program_.rewards, effect.reward, &Reward::id) == program_.rewards.end())
                    faults_.fault(path + ".voucher",
                                  fmt::format("\"{}\" is not a reward of this program", effect.reward));
                break;
            case EffectKind::commission:
                faults_.check_range(path + ".referrer_commission_bp", effect.commission_bp, 1, kWholeBp);
                break;
        }
    }

    /// Every campaign may take effect in one sale, on top of the tier's multiplier.
    void check_chain() {
        Width all;
        for (const Tier& tier : program_.tiers) {
            const Width width = width_of(std::max(tier.multiplier_bp, 0));
            all.numerator = std::max(all.numerator, width.numerator);
            all.denominator = std::max(all.denominator, width.denominator);
        }
        for (std::size_t i = 0; i < program_.campaigns.size(); ++i) {
            const auto& effects = program_.campaigns[i].then;
            for (std::size_t j = 0; j < effects.size(); ++j) {
                if (effects[j].kind != EffectKind::multiplier) continue;
                const Width width = width_of(std::max(effects[j].multiplier_bp, 1));
                all.numerator += width.numerator;
                all.denominator += width.denominator;
                if (all.numerator <= kMaxChainBits && all.denominator <= kMaxChainBits) continue;
                return faults_.fault(
                    fmt::format("campaigns[{}].then[{}].multiplier_bp", i, j),
                    "with the multipliers before it, the points of a sale could exceed 128 bits");
            }
        }
    }

    /// One of a campaign, of some campaigns alone: a sale's facts are bounded.
    void check_rare(EffectKind kind, const char* what, std::size_t most) {
        std::size_t giving = 0;
        for (std::size_t i = 0; i < program_.campaigns.size(); ++i) {
            const auto times = std::ranges::count(program_.campaigns[i].then, kind, &CampaignEffect::kind);
            if (times > 1)
                faults_.fault(fmt::format("campaigns[{}].then", i),
                              fmt::format("gives more than one {}", what));
            if (times != 0 && ++giving == most + 1)
                faults_.fault(
                    fmt::format("campaigns[{}].then", i),
                    fmt::format("gives a {}, as {} campaigns before it do: those are the most", what, most));
        }
    }

    const Program& program_;
    FaultCollector& faults_;
};

}  // namespace

void check_discount(const Program& program, const Discount& discount, const std::string& path,
                    FaultCollector& faults) {
    const bool percent = discount.percent_bp != 0;
    if (percent == (discount.amount.value != 0))
        return faults.fault(path, "needs percent_bp or amount, and not both");
    if (percent) faults.check_range(path + ".percent_bp", discount.percent_bp, 1, kWholeBp);
    const auto check_money = [&](const char* field, Money amount, std::int64_t least) {
        if (amount.value < least)
            faults.fault(path + field,
                         fmt::format("is {}; it must be at least {}", format_money(amount, program.currency),
                                     format_money({least}, program.currency)));
    };
    if (!percent) check_money(".amount", discount.amount, 1);
    if (discount.max_amount) check_money(".max_amount", *discount.max_amount, 1);
    check_money(".min_order", discount.min_order, 0);
}

void check_campaigns(const Program& program, FaultCollector& faults) {
    CampaignCheck(program, faults).run();
}

}  // namespace tim::model
