// What campaigns ask about the customer of a sale, in the naive model: who belongs to a segment, and who
// brought whom (docs/segments.md; design rules, section 3: Campaigns, Referral).
#include <date/tz.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "tests/support/naive_model.h"

namespace tim::tests {

using model::CommandKind;
using model::CustomerId;
using model::ProgramId;
using model::SegmentCompare;
using model::SegmentField;
using model::SegmentNode;
using model::SegmentNodeKind;

namespace {

__extension__ using Wide = __int128;

constexpr std::int64_t kMillisecondsOfDay = 86'400'000;

bool is_return(CommandKind kind) {
    return kind == CommandKind::returned || kind == CommandKind::voided;
}

bool compares(SegmentCompare compare, Wide a, Wide b) {
    switch (compare) {
        case SegmentCompare::equal:
            return a == b;
        case SegmentCompare::below:
            return a < b;
        case SegmentCompare::at_most:
            return a <= b;
        case SegmentCompare::above:
            return a > b;
        case SegmentCompare::at_least:
            return a >= b;
    }
    return false;
}

std::int64_t number_of(const std::string& text) {
    return std::stoll(text);
}

/// 00:00 of the same day so many months ago, or of that month's last day.
std::int64_t months_ago(const std::string& zone_name, std::int64_t instant, std::int32_t months) {
    const auto* zone = date::locate_zone(zone_name);
    const auto local =
        zone->to_local(date::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(instant)));
    date::year_month_day day(date::floor<date::days>(local));
    day = day - date::months(months);
    if (!day.ok()) day = day.year() / day.month() / date::last;
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               zone->to_sys(date::local_days(day), date::choose::earliest).time_since_epoch())
        .count();
}

void find_segments(const model::Condition& condition, std::vector<std::string>& texts, bool& asks) {
    asks = asks || model::is_about_customer(condition.kind);
    if (condition.kind == model::ConditionKind::segment) texts.push_back(condition.texts.front());
    for (const model::Condition& part : condition.parts)
        find_segments(part, texts, asks);
}

}  // namespace

void NaiveModel::look_at_customer(Accepted& entry) const {
    const model::Program& rules = document(entry.program, entry.priced_by);
    std::vector<std::string> texts;
    bool asks = false;
    for (const model::Campaign& campaign : rules.campaigns)
        find_segments(campaign.when, texts, asks);
    if (asks) entry.classes = classes_at(entry.program, entry.customer, entry.now, entry.priced_by);
    if (!texts.empty()) {
        const Figures now_figures = figures_at(entry.program, entry.customer, entry.now);
        for (const std::string& text : texts)
            entry.belongs[text] = belongs(*model::parse_segment(text), entry, now_figures);
    }
    entry.has_referrer = entry.paid_code.value != 0 || referrer(entry.program, entry.customer) != 0;
}

bool NaiveModel::belongs(const SegmentNode& node, const Accepted& entry, const Figures& figures) const {
    const auto part = [&](const SegmentNode& one) { return belongs(one, entry, figures); };
    switch (node.kind) {
        case SegmentNodeKind::all:
            return std::ranges::all_of(node.parts, part);
        case SegmentNodeKind::any:
            return std::ranges::any_of(node.parts, part);
        case SegmentNodeKind::negation:
            return !part(node.parts.front());
        case SegmentNodeKind::condition:
            break;
    }
    return is_met(node, entry, figures);
}

bool NaiveModel::is_met(const SegmentNode& node, const Accepted& entry, const Figures& figures) const {
    const model::Program& rules = document(entry.program, entry.priced_by);
    const auto says = [&](std::string_view text, std::string_view nothing = {}) {
        return std::ranges::any_of(node.values, [&](const model::SegmentValue& value) {
            return value.text == text || (text.empty() && !nothing.empty() && value.text == nothing);
        });
    };
    const auto has_one = [&](const std::vector<std::string>& held) {
        return std::ranges::any_of(held, [&](const std::string& one) { return says(one); });
    };
    const auto number = [&](Wide figure) {
        return compares(node.compare, figure, number_of(node.values.front().text));
    };
    const auto money = [&](Wide figure) {
        return compares(node.compare, figure,
                        model::parse_money(node.values.front().text, rules.currency)->value);
    };
    const auto state = [&] {
        return fold_until(entry.program, entry.customer, accepted_.size(), entry.now, entry.now);
    };
    const auto others = [&] { return relations(entry.program, entry.customer, {entry.now}); };
    switch (node.field) {
        case SegmentField::status:
            return says(model::status_name(entry.classes.status));
        case SegmentField::source:
            return says(entry.classes.source, "none");
        case SegmentField::channel:
            return says(entry.classes.channel);
        case SegmentField::staff:
            return says(entry.classes.staff, "company");
        case SegmentField::nature:
            return has_one(entry.classes.natures);
        case SegmentField::type:
            return has_one(entry.classes.types);
        case SegmentField::item:
            return has_one(entry.classes.items);
        case SegmentField::tier: {
            const std::string& held = document(entry.program, figures.version).tiers[figures.tier].id;
            std::size_t own = rules.tiers.size();
            for (std::size_t i = 0; i < rules.tiers.size(); ++i)
                if (rules.tiers[i].id == held &&
                    (rules.tiers[i].active || figures.version == entry.priced_by))
                    own = i;
            if (own == rules.tiers.size()) return false;
            return std::ranges::any_of(node.values, [&](const model::SegmentValue& value) {
                const auto named = std::ranges::find(rules.tiers, value.text, &model::Tier::id);
                return compares(node.compare, static_cast<Wide>(own), named - rules.tiers.begin());
            });
        }
        case SegmentField::customer_class: {
            constexpr std::string_view kNames[] = {"retail", "member", "vip"};
            return says(kNames[others().customer_class]);
        }
        case SegmentField::birthday:
            return says(std::to_string(entry.classes.birthday.month));
        case SegmentField::bought:
            return figures.orders > 0 &&
                   figures.last_order_at >= months_ago(rules.time_zone, entry.now, node.months);
        case SegmentField::orders:
            return number(figures.orders);
        case SegmentField::points:
            return number(figures.points);
        case SegmentField::held:
            return number(figures.held);
        case SegmentField::spendable:
            return number(figures.spendable);
        case SegmentField::pending:
            return number(figures.pending);
        case SegmentField::ranking_points:
            return number(figures.ranking);
        case SegmentField::spend:
            return money(figures.lifetime);
        case SegmentField::month_spend:
            return money(figures.month);
        case SegmentField::closed_month_spend: {
            const NaiveFold now_state = state();
            return money(now_state.month_spend(now_state.month - 1));
        }
        case SegmentField::period_spend:
            return money(state().period_spend());
        case SegmentField::vip:
            return says(others().vip == 0 ? std::string("none") : "id:" + std::to_string(others().vip));
        case SegmentField::referrer: {
            const std::uint64_t by = others().referrer;
            if (node.values.empty()) return by != 0;
            return says(by == 0 ? std::string("none") : "id:" + std::to_string(by));
        }
        case SegmentField::brought:
            return number(static_cast<Wide>(others().brought));
    }
    return false;
}

/// Who brought a customer; 0: nobody.
std::uint64_t NaiveModel::referrer(ProgramId program, CustomerId customer) const {
    std::uint64_t by = 0;
    for (const Accepted& sale : accepted_) {
        if (!of(sale, program, customer) || !referral_stands(sale)) continue;
        for (const Gift& gift : sale.gifts)
            if (gift.kind == Gift::Kind::earned) by = gift.who.value;
    }
    return by;
}

void NaiveModel::find_referrer_commissions(Accepted& entry) const {
    const model::Command& command = entry.command.command;
    if (command.kind == CommandKind::sale) {
        Commission commission;
        commission.vip.value = referrer(entry.program, entry.customer);
        for (const Gift& gift : entry.gifts)
            if (gift.kind == Gift::Kind::earned) commission.vip = gift.who;
        const model::Program& rules = document(entry.program, entry.priced_by);
        const bool network = rules.network && rules.network->enabled;
        commission.due = entry.at + (network ? rules.network->pending_days : 0) * kMillisecondsOfDay;
        for (const CampaignShare& share : earned(entry).shares) {
            if (share.commission == 0) continue;
            commission.amount = share.commission;
            commission.rate_bp = share.commission_bp;
            entry.referrer_commissions.push_back(commission);
        }
        return;
    }
    if (!is_return(command.kind) || command.original.kind == model::NameKind::none) return;
    const Accepted& sale = *find(entry.program, command.original);
    if (sale.referrer_commissions.empty()) return;
    const Wide left = remaining(sale, accepted_.size());
    const Wide after = command.kind == CommandKind::voided ? 0 : left - command.amount.value;
    const bool goes = command.kind == CommandKind::voided || (after == 0 && command.amount.value > 0) ||
                      entry.took_last_goods;
    const Earning had = earned_of_rest(sale, left, undone(sale));
    const Earning has = earned_of_rest(sale, after, undone(sale) || goes, &entry);
    Commission commission = sale.referrer_commissions.front();
    commission.amount = 0;
    for (const CampaignShare& share : has.shares)
        commission.amount += share.commission;
    for (const CampaignShare& share : had.shares)
        commission.amount -= share.commission;
    if (commission.amount != 0) entry.referrer_commissions.push_back(commission);
}

}  // namespace tim::tests
