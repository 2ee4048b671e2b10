#include "engine/core/campaigns.h"

#include <algorithm>
#include <numeric>

#include "engine/core/invariant.h"
#include "engine/core/rules.h"

namespace tim::core {

using model::CampaignEffect;
using model::Condition;
using model::ConditionKind;
using model::EffectKind;

namespace {

__extension__ using Wide = __int128;

/// Points as a fraction: what multipliers leave is floored only where it is counted.
struct Amount {
    Wide numerator = 0;
    std::int64_t denominator = 1;

    Wide floor() const { return numerator / denominator; }

    /// False when it leaves 128 bits.
    bool multiply(std::int64_t by, std::int64_t over) {
        const std::int64_t common = std::gcd(over, static_cast<std::int64_t>(numerator % over));
        return !__builtin_mul_overflow(numerator / common, static_cast<Wide>(by), &numerator) &&
               !__builtin_mul_overflow(denominator, over / common, &denominator);
    }
    bool add(Wide points) {
        Wide added = 0;
        return !__builtin_mul_overflow(points, static_cast<Wide>(denominator), &added) &&
               !__builtin_add_overflow(numerator, added, &numerator);
    }
};

}  // namespace

bool fits(const model::Program& program, const CampaignNumbers& given) {
    const auto added = std::ranges::count_if(
        program.campaigns, [&](const model::Campaign& campaign) { return !given.contains(campaign.id); });
    return given.size() + static_cast<std::size_t>(added) <= kMaxCampaignNumbers;
}

struct Campaigns::Known {
    std::optional<model::WallTime> time;  // on the wall, looked up once a sale
    std::uint32_t answers = 0;            // about the customer, of one campaign
};

Campaigns::Campaigns(const Rules& rules, std::shared_ptr<const model::Calendar> calendar,
                     std::shared_ptr<const CampaignNumbers> previous)
    : calendar_(std::move(calendar)), numbers_(std::move(previous)) {
    const model::Program& program = rules.program();
    if (numbers_ == nullptr) numbers_ = std::make_shared<const CampaignNumbers>();
    if (program.campaigns.empty()) return;
    CampaignNumbers numbers = *numbers_;
    for (const model::Campaign& campaign : program.campaigns) {
        const auto [found, added] =
            numbers.try_emplace(campaign.id, static_cast<std::uint16_t>(numbers.size() + 1));
        TIM_INVARIANT(numbers.size() <= kMaxCampaignNumbers, "the program's campaigns were counted");
        Compiled compiled;
        compiled.number = found->second;
        compiled.ranking = campaign.ranking;
        compiled.counted = campaign.per_customer.has_value();
        compiled.budgeted = campaign.budget_points.has_value();
        if (campaign.starts) compiled.starts = *campaign.starts;
        if (campaign.ends) compiled.ends = *campaign.ends;
        compiled.effects = campaign.then;
        for (const CampaignEffect& effect : campaign.then) {
            const std::int32_t common = std::gcd(effect.multiplier_bp, model::kWholeBp);
            compiled.multipliers.push_back({effect.multiplier_bp / common, model::kWholeBp / common});
            pays_referrers_ = pays_referrers_ || effect.kind == EffectKind::commission;
            if (effect.kind != EffectKind::voucher) continue;
            const auto reward = std::ranges::find(program.rewards, effect.reward, &model::Reward::id);
            compiled.reward = static_cast<std::uint16_t>(reward - program.rewards.begin() + 1);
        }
        compiled.begin = compile(rules, campaign.when, compiled.questions, kMeets, kFails);
        asks_ = asks_ || !compiled.questions.empty();
        campaigns_.push_back(std::move(compiled));
    }
    numbers_ = std::make_shared<const CampaignNumbers>(std::move(numbers));
}

/// Appends the steps of a condition; returns where to begin. The parts of a group are compiled from its last
/// to its first, as each needs to know where the next one begins.
std::uint16_t Campaigns::compile(const Rules& rules, const Condition& condition,
                                 std::vector<CustomerQuestion>& questions, std::uint16_t if_true,
                                 std::uint16_t if_false) {
    const model::Program& program = rules.program();
    Step step;
    step.if_true = if_true;
    step.if_false = if_false;
    switch (condition.kind) {
        case ConditionKind::all:
        case ConditionKind::any: {
            const bool any = condition.kind == ConditionKind::any;
            std::uint16_t next = any ? if_false : if_true;
            for (std::size_t i = condition.parts.size(); i-- > 0;)
                next = compile(rules, condition.parts[i], questions, any ? if_true : next,
                               any ? next : if_false);
            return next;
        }
        case ConditionKind::negation:
            return compile(rules, condition.parts.front(), questions, if_false, if_true);
        case ConditionKind::amount_from:
            step.question = Question::amount_from;
            step.low = condition.amount.value;
            break;
        case ConditionKind::amount_below:
            step.question = Question::amount_from;
            step.low = condition.amount.value;
            std::swap(step.if_true, step.if_false);
            break;
        case ConditionKind::tier_in:
            step.question = Question::tier_in;
            for (std::size_t i = 0; i < program.tiers.size(); ++i) {
                if (std::ranges::find(condition.texts, program.tiers[i].id) != condition.texts.end())
                    step.mask |= std::uint32_t{1} << i;
            }
            break;
        case ConditionKind::terminal_in:
            step.question = Question::terminal_in;
            step.list_begin = static_cast<std::uint32_t>(terminals_.size());
            terminals_.insert(terminals_.end(), condition.numbers.begin(), condition.numbers.end());
            step.list_end = static_cast<std::uint32_t>(terminals_.size());
            std::sort(terminals_.begin() + step.list_begin, terminals_.end());
            break;
        case ConditionKind::weekday_in:
            step.question = Question::weekday_in;
            for (const std::uint32_t day : condition.numbers)
                step.mask |= std::uint32_t{1} << day;
            break;
        case ConditionKind::hours:
            step.question = Question::hours;
            step.from = static_cast<std::uint8_t>(condition.from);
            step.until = static_cast<std::uint8_t>(condition.until);
            break;
        case ConditionKind::dates:
            step.question = Question::dates;
            step.low = condition.starts ? condition.starts->value : INT64_MIN;
            step.high = condition.ends ? condition.ends->value : INT64_MAX;
            break;
        case ConditionKind::first_order:
            step.question = Question::first_order;
            step.wanted = condition.wanted;
            break;
        case ConditionKind::sku_in:
        case ConditionKind::category_in:
            step.question =
                condition.kind == ConditionKind::sku_in ? Question::sku_in : Question::category_in;
            step.list_begin = static_cast<std::uint32_t>(texts_.size());
            texts_.insert(texts_.end(), condition.texts.begin(), condition.texts.end());
            step.list_end = static_cast<std::uint32_t>(texts_.size());
            std::sort(texts_.begin() + step.list_begin, texts_.end());
            break;
        case ConditionKind::source_in:
        case ConditionKind::nature_in:
        case ConditionKind::type_in:
        case ConditionKind::item_in:
        case ConditionKind::birthday_month:
        case ConditionKind::segment:
            step.question = Question::about_customer;
            TIM_INVARIANT(questions.size() < model::kMaxCustomerConditions,
                          "only validated programs are compiled");
            step.bit = static_cast<std::uint8_t>(questions.size());
            questions.push_back(compile_question(condition, rules));
            break;
    }
    static_assert(model::kMaxTiers <= 32 && model::kMaxCampaigns * model::kMaxCampaignConditions < kFails);
    steps_.push_back(step);
    return static_cast<std::uint16_t>(steps_.size() - 1);
}

bool Campaigns::answer(const Step& step, const CampaignSale& sale, Known& known) const {
    const auto time = [&]() -> const model::WallTime& {
        if (!known.time) known.time = calendar_->wall_time(sale.at);
        return *known.time;
    };
    switch (step.question) {
        case Question::amount_from:
            return sale.amount.value >= step.low;
        case Question::tier_in:
            return sale.tier && (step.mask >> *sale.tier & 1) != 0;
        case Question::terminal_in:
            return std::binary_search(terminals_.begin() + step.list_begin,
                                      terminals_.begin() + step.list_end, sale.terminal.value);
        case Question::weekday_in:
            return (step.mask >> time().weekday & 1) != 0;
        case Question::hours: {
            const std::uint8_t hour = time().hour;
            if (step.from < step.until) return hour >= step.from && hour < step.until;
            return hour >= step.from || hour < step.until;
        }
        case Question::dates:
            return sale.at.value >= step.low && sale.at.value < step.high;
        case Question::first_order:
            return sale.first_order == step.wanted;
        case Question::sku_in:
            return std::ranges::any_of(sale.lines, [&](const auto& line) { return has(step, line.sku); });
        case Question::category_in:
            return std::ranges::any_of(sale.lines,
                                       [&](const auto& line) { return has(step, line.category); });
        case Question::about_customer:
            return (known.answers >> step.bit & 1) != 0;
    }
    return false;
}

bool Campaigns::has(const Step& step, std::string_view text) const {
    return std::binary_search(texts_.begin() + step.list_begin, texts_.begin() + step.list_end, text);
}

bool Campaigns::meets(std::uint16_t step, const CampaignSale& sale, Known& known) const {
    while (step < kFails)
        step = answer(steps_[step], sale, known) ? steps_[step].if_true : steps_[step].if_false;
    return step == kMeets;
}

std::optional<Earning> Campaigns::earn(model::Points base, std::int32_t tier_bp, const CampaignSale& sale,
                                       model::Money order, const Admit& admit) const {
    Amount points{base.value, 1};
    if (!points.multiply(tier_bp, model::kWholeBp)) return std::nullopt;
    Earning earning;
    if (points.floor() > INT64_MAX) return std::nullopt;
    earning.own.value = static_cast<std::int64_t>(points.floor());

    Known known;
    for (std::size_t index = 0; index < campaigns_.size(); ++index) {
        const Compiled& campaign = campaigns_[index];
        if (sale.at < campaign.starts || sale.at >= campaign.ends) continue;
        if (!campaign.questions.empty()) {
            TIM_INVARIANT(sale.ask != nullptr, "campaigns that ask about customers are answered");
            known.answers = (*sale.ask)(campaign.number, campaign.questions);
        }
        if (!meets(campaign.begin, sale, known)) continue;
        CampaignGain gain;
        Amount after = points;
        model::Money left = order;
        bool gives = false;  // less than a point counts too: another campaign may make it one
        for (std::size_t i = 0; i < campaign.effects.size(); ++i) {
            const CampaignEffect& effect = campaign.effects[i];
            Wide more = effect.points.value;
            switch (effect.kind) {
                case EffectKind::multiplier:
                    gives = gives || (after.numerator != 0 && effect.multiplier_bp != model::kWholeBp);
                    if (!after.multiply(campaign.multipliers[i].numerator,
                                        campaign.multipliers[i].denominator))
                        return std::nullopt;
                    break;
                case EffectKind::earn:
                    more *= sale.amount.value / effect.per_amount.value;
                    [[fallthrough]];
                case EffectKind::bonus_points:
                    gives = gives || more > 0;
                    if (!after.add(more)) return std::nullopt;
                    break;
                case EffectKind::discount:
                    left.value -= model::discount_of(effect.discount, left).value;
                    gives = gives || left < order;
                    break;
                case EffectKind::voucher:
                    gives = true;
                    break;
                case EffectKind::commission:
                    if (!sale.has_referrer) break;
                    gain.commission_bp = effect.commission_bp;
                    gain.commission = model::share_of(sale.amount, effect.commission_bp);
                    gives = gives || gain.commission.value > 0;
                    break;
            }
        }
        const Wide gained = after.floor() - points.floor();
        gain.index = static_cast<std::uint16_t>(index);
        gain.number = campaign.number;
        gain.ranking = campaign.ranking;
        gain.counted = campaign.counted;
        gain.budgeted = campaign.budgeted;
        gain.reward = campaign.reward;
        gain.answers = campaign.questions.empty() ? 0 : known.answers;
        gain.points.value = static_cast<std::int64_t>(std::min<Wide>(gained, INT64_MAX));
        gain.discount.value = order.value - left.value;
        const bool beyond_budget = gain.budgeted && gained > INT64_MAX;
        if (!gives || beyond_budget || !admit(gain)) continue;
        if (after.floor() > INT64_MAX) return std::nullopt;
        points = after;
        order = left;
        earning.gains.push_back(gain);
    }
    return earning;
}

}  // namespace tim::core
