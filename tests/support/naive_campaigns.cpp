// What receipts earn, once more (design rules, section 3: Earning, Campaigns, Returns): base rate, the tier's
// multiplier, campaigns in their order, one floor.
#include <date/tz.h>

#include <algorithm>
#include <chrono>

#include "tests/support/naive_model.h"

namespace tim::tests {

using model::Campaign;
using model::CampaignEffect;
using model::CommandKind;
using model::Condition;
using model::ConditionKind;
using model::CustomerId;
using model::EffectKind;
using model::ProgramId;

namespace {

__extension__ using Wide = __int128;

constexpr Wide kMost = INT64_MAX;

bool is_return(CommandKind kind) {
    return kind == CommandKind::returned || kind == CommandKind::voided;
}

/// What a discount takes off what is left to pay.
Wide taken_off(const model::Discount& discount, Wide left) {
    if (left < discount.min_order.value) return 0;
    Wide off = discount.percent_bp != 0 ? left * discount.percent_bp / 10'000 : discount.amount.value;
    if (discount.max_amount) off = std::min<Wide>(off, discount.max_amount->value);
    return std::min(off, left);
}

bool has(const auto& list, const auto& one) {
    return std::find(list.begin(), list.end(), one) != list.end();
}

bool has_any(const auto& list, const auto& some) {
    return std::ranges::any_of(some, [&](const auto& one) { return has(list, one); });
}

}  // namespace

const model::Tier* NaiveModel::pricing_tier(const Accepted& priced) const {
    const std::string& held = document(priced.program, priced.judged_by).tiers[priced.held_tier].id;
    for (const model::Tier& tier : document(priced.program, priced.priced_by).tiers)
        if (tier.id == held && (tier.active || priced.priced_by == priced.judged_by)) return &tier;
    return nullptr;
}

bool NaiveModel::meets(const Condition& condition, const Accepted& sale, Wide amount) const {
    const auto local =
        date::locate_zone(document(sale.program, 1).time_zone)
            ->to_local(date::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(sale.at)));
    const auto day = date::floor<date::days>(local);
    const auto part_is_met = [&](const Condition& part) { return meets(part, sale, amount); };
    switch (condition.kind) {
        case ConditionKind::all:
            return std::all_of(condition.parts.begin(), condition.parts.end(), part_is_met);
        case ConditionKind::any:
            return std::any_of(condition.parts.begin(), condition.parts.end(), part_is_met);
        case ConditionKind::negation:
            return !part_is_met(condition.parts.front());
        case ConditionKind::amount_from:
            return amount >= condition.amount.value;
        case ConditionKind::amount_below:
            return amount < condition.amount.value;
        case ConditionKind::tier_in: {
            const model::Tier* tier = pricing_tier(sale);
            return tier != nullptr && has(condition.texts, tier->id);
        }
        case ConditionKind::terminal_in:
            return has(condition.numbers, sale.command.command.name.terminal.value);
        case ConditionKind::weekday_in:
            return has(condition.numbers, date::weekday(day).iso_encoding() - 1);
        case ConditionKind::hours: {
            const auto hour = std::chrono::duration_cast<std::chrono::hours>(local - day).count();
            if (condition.from < condition.until) return condition.from <= hour && hour < condition.until;
            return condition.from <= hour || hour < condition.until;
        }
        case ConditionKind::dates:
            return (!condition.starts || sale.at >= condition.starts->value) &&
                   (!condition.ends || sale.at < condition.ends->value);
        case ConditionKind::first_order:
            return sale.first_order == condition.wanted;
        case ConditionKind::sku_in:
        case ConditionKind::category_in:
            return sale.command.details &&
                   std::ranges::any_of(sale.command.details->lines, [&](const model::SaleLine& line) {
                       const bool by_sku = condition.kind == ConditionKind::sku_in;
                       return has(condition.texts, by_sku ? line.sku : line.category);
                   });
        case ConditionKind::source_in:
            return has(condition.texts, sale.classes.source);
        case ConditionKind::nature_in:
            return has_any(condition.texts, sale.classes.natures);
        case ConditionKind::type_in:
            return has_any(condition.texts, sale.classes.types);
        case ConditionKind::item_in:
            return has_any(condition.texts, sale.classes.items);
        case ConditionKind::birthday_month: {
            const auto month = static_cast<unsigned>(date::year_month_day(day).month());
            return (sale.classes.birthday.month == month) == condition.wanted;
        }
        case ConditionKind::segment:
            return sale.belongs.at(condition.texts.front());
    }
    return false;
}

/// What an amount earns by the version, tier, terminal and hour of `priced`, and what comes off an order
/// before it is paid. Points are kept exactly, as so many `scale`-ths.
NaiveModel::Earning NaiveModel::earning(const Accepted& priced, Wide amount, Wide order,
                                        const Admits& admits) const {
    const model::Program& rules = document(priced.program, priced.priced_by);
    const model::Tier* const tier = rules.enabled ? pricing_tier(priced) : nullptr;
    Earning result;
    Wide left = order;
    Wide points = amount / rules.points.earn.per_amount.value * rules.points.earn.points.value;
    Wide scale = 1;
    if (points > kMost) result.overflow = true;
    if (tier != nullptr) {
        points *= tier->multiplier_bp;
        scale *= 10'000;
        if (tier->discount) left -= taken_off(*tier->discount, left);
    }
    if (points / scale > kMost) result.overflow = true;
    result.ranking = points / scale;
    for (const Campaign& campaign : rules.campaigns) {
        if (result.overflow) return result;
        if ((campaign.starts && priced.at < campaign.starts->value) ||
            (campaign.ends && priced.at >= campaign.ends->value) || !meets(campaign.when, priced, amount))
            continue;
        Wide after = points;
        Wide scale_after = scale;
        Wide left_after = left;
        std::string reward;
        std::int32_t commission_bp = 0;
        for (const CampaignEffect& effect : campaign.then) {
            if (effect.kind == EffectKind::commission && priced.has_referrer)
                commission_bp = effect.commission_bp;
            if (effect.kind == EffectKind::multiplier) {
                after *= effect.multiplier_bp;
                scale_after *= 10'000;
            }
            if (effect.kind == EffectKind::bonus_points) after += effect.points.value * scale_after;
            if (effect.kind == EffectKind::earn)
                after += amount / effect.per_amount.value * effect.points.value * scale_after;
            if (effect.kind == EffectKind::discount) left_after -= taken_off(effect.discount, left_after);
            if (effect.kind == EffectKind::voucher) reward = effect.reward;
        }
        const auto commission = static_cast<std::int64_t>(amount * commission_bp / 10'000);
        const bool gives = after != points * (scale_after / scale) || left_after != left || !reward.empty() ||
                           commission > 0;
        const Wide more = after / scale_after - points / scale;
        if (!gives || !admits(campaign, more, result.shares)) continue;
        result.shares.push_back({campaign.id, more, static_cast<std::int64_t>(left - left_after),
                                 campaign.ranking, reward, commission, commission_bp});
        if (campaign.ranking) result.ranking += more;
        points = after;
        scale = scale_after;
        left = left_after;
        if (points / scale > kMost) result.overflow = true;
    }
    result.points = points / scale;
    result.discount = static_cast<std::int64_t>(order - left);
    return result;
}

/// By what stands in the list.
bool NaiveModel::within_limits(const Accepted& sale, const Campaign& campaign, Wide points,
                               const std::vector<CampaignShare>& before) const {
    for (const CampaignEffect& effect : campaign.then) {
        if (effect.kind != EffectKind::voucher) continue;
        const auto same = std::ranges::count(before, effect.reward, &CampaignShare::reward);
        for (const model::Reward& reward : document(sale.program, sale.priced_by).rewards)
            if (reward.id == effect.reward && reward.stock &&
                given(sale.program, reward.id) + same >= *reward.stock)
                return false;
    }
    if (campaign.per_customer &&
        campaign_uses(sale.program, sale.customer, campaign.id) >= *campaign.per_customer)
        return false;
    return !campaign.budget_points ||
           campaign_paid(sale.program, campaign.id) + points <= campaign.budget_points->value;
}

NaiveModel::Earning NaiveModel::earned_of_rest(const Accepted& sale, Wide left, bool gone,
                                               const Accepted* next) const {
    if (gone) return {};
    Accepted rest = sale;
    if (rest.command.details) {
        const Goods goods = goods_left(sale, next);
        rest.command.details->lines.clear();
        for (std::size_t i = 0; i < goods.lines.size(); ++i)
            if (goods.left[i] > 0) rest.command.details->lines.push_back(goods.lines[i]);
    }
    return earning(rest, left, left, [&](const Campaign& campaign, Wide, const auto&) {
        return has(sale.campaigns, campaign.id);
    });
}

NaiveModel::Earning NaiveModel::earned(const Accepted& sale) const {
    const Wide amount = sale.command.command.amount.value;
    return earning(sale, amount, amount, [&](const Campaign& campaign, Wide, const auto&) {
        return has(sale.campaigns, campaign.id);
    });
}

void NaiveModel::find_campaigns(Accepted& sale) const {
    if (sale.command.command.kind != CommandKind::sale || sale.customer.value == 0) return;
    sale.first_order = std::none_of(accepted_.begin(), accepted_.end(), [&](const Accepted& other) {
        return of(other, sale.program, sale.customer) && other.command.command.kind == CommandKind::sale &&
               !undone(other);
    });
    look_at_customer(sale);
    const Wide amount = sale.command.command.amount.value;
    const Earning all = earning(sale, amount, amount, [&](const Campaign& c, Wide more, const auto& before) {
        return within_limits(sale, c, more, before);
    });
    for (const CampaignShare& share : all.shares) {
        sale.campaigns.push_back(share.id);
        if (!share.reward.empty()) sale.granted.push_back(share.reward);
    }
    if (all.overflow) sale.full = kMost + 1;
}

/// What of the budget what is left of each sale has cost: a budget and a limit that a version did not have
/// count nothing of its sales.
NaiveModel::Wide NaiveModel::campaign_paid(ProgramId program, const std::string& campaign) const {
    Wide paid = 0;
    for (const Accepted& sale : accepted_) {
        if (sale.program != program || !has(sale.campaigns, campaign)) continue;
        for (const Campaign& own : document(program, sale.priced_by).campaigns) {
            if (own.id != campaign || !own.budget_points) continue;
            const Earning rest = earned_of_rest(sale, remaining(sale, accepted_.size()), undone(sale));
            for (const CampaignShare& share : rest.shares)
                if (share.id == campaign) paid += share.points;
        }
    }
    return paid;
}

std::uint32_t NaiveModel::campaign_uses(ProgramId program, CustomerId customer,
                                        const std::string& campaign) const {
    std::uint32_t uses = 0;
    for (const Accepted& sale : accepted_) {
        if (!of(sale, program, customer) || !has(sale.campaigns, campaign) || undone(sale)) continue;
        for (const Campaign& own : document(program, sale.priced_by).campaigns)
            if (own.id == campaign && own.per_customer) ++uses;
    }
    return uses;
}

/// What a checkout is told of an order: what comes off it, and what the rest earns when it is paid. The
/// conditions of the discount look at the order, those of the points at what is paid.
model::Outcome NaiveModel::quote(const Accepted& balance, bool& overflow) const {
    Accepted order = balance;
    order.first_order = std::none_of(accepted_.begin(), accepted_.end(), [&](const Accepted& other) {
        return of(other, balance.program, balance.customer) &&
               other.command.command.kind == CommandKind::sale && !undone(other);
    });
    look_at_customer(order);
    order.has_referrer = false;  // commission is no business of who pays
    const auto admits = [&](const Campaign& c, Wide more, const auto& before) {
        return within_limits(order, c, more, before);
    };
    const Wide amount = balance.command.command.amount.value;
    const Earning whole = earning(order, amount, amount, admits);
    Wide off = whole.discount;
    if (balance.command.details && !balance.command.details->voucher.empty())
        off += std::min<Wide>(voucher_value(*voucher_of(balance.program, balance.command.details->voucher)),
                              amount - off);
    const Wide paid = amount - off;
    const Earning rest = earning(order, paid, paid, admits);
    overflow = whole.overflow || rest.overflow;
    Outcome outcome;
    outcome.detail = static_cast<std::int64_t>(off);
    outcome.points.value = overflow ? 0 : static_cast<std::int64_t>(rest.points);
    return outcome;
}

void NaiveModel::find_points(Accepted& entry) const {
    const model::Command& command = entry.command.command;
    const bool somebody = entry.customer.value != 0;
    if (command.kind == CommandKind::sale && somebody && entry.full <= kMost) {
        const Earning all = earned(entry);
        entry.full = all.points;
        entry.ranking = all.ranking;
    }
    if (is_return(command.kind) && somebody && command.original.kind == model::NameKind::none) {
        const model::EarnRate& rate = document(entry.program, entry.priced_by).points.earn;
        entry.full = entry.ranking =
            -(command.amount.value / rate.per_amount.value * Wide{rate.points.value});
    } else if (is_return(command.kind) && somebody) {
        const Accepted& sale = *find(entry.program, command.original);
        const Wide left = remaining(sale, accepted_.size());
        const bool voids = command.kind == CommandKind::voided;
        const Wide after = voids ? 0 : left - command.amount.value;
        const bool goes = voids || (after == 0 && command.amount.value > 0) || entry.took_last_goods;
        const Earning had = earned_of_rest(sale, left, undone(sale));
        const Earning has_now = earned_of_rest(sale, after, undone(sale) || goes, &entry);
        entry.full = has_now.points - had.points;
        entry.ranking = has_now.ranking - had.ranking;
    }
    if (command.kind == CommandKind::redeem || command.kind == CommandKind::redeem_reward)
        entry.full = -Wide{entry.cost};
    if (command.kind == CommandKind::capture)
        entry.full = -Wide{command.points.value != 0
                               ? command.points.value
                               : hold_of(entry.program, command.hold)->command.command.points.value};
    if (command.kind == CommandKind::adjust) {
        entry.full = command.points.value;
        entry.ranking = entry.full;
    }
}

}  // namespace tim::tests
