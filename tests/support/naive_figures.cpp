// The figures of the naive model: each is found by going through the list of accepted commands.
#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <tuple>

#include "tests/support/naive_model.h"

namespace tim::tests {

using model::CommandKind;
using model::CustomerId;
using model::Instant;
using model::ProgramId;
using model::Sequence;

namespace {

constexpr std::int64_t kDefaultTtl = 15 * 60'000;

bool is_return(CommandKind kind) {
    return kind == CommandKind::returned || kind == CommandKind::voided;
}

}  // namespace

/// What is left of a sale after the returns among the first `length` entries.
NaiveModel::Wide NaiveModel::remaining(const Accepted& sale, std::size_t length) const {
    Wide left = sale.command.command.amount.value;
    for (std::size_t i = 0; i < length; ++i) {
        const auto& command = accepted_[i].command.command;
        if (accepted_[i].program != sale.program || !is_return(command.kind) ||
            command.original != sale.command.command.name)
            continue;
        left = command.kind == CommandKind::voided ? 0 : left - command.amount.value;
    }
    return left;
}

std::int64_t NaiveModel::remaining(const Accepted& sale) const {
    return static_cast<std::int64_t>(remaining(sale, accepted_.size()));
}

bool NaiveModel::void_or_return_accepted(const Accepted& sale) const {
    return std::any_of(accepted_.begin(), accepted_.end(), [&](const Accepted& entry) {
        return entry.program == sale.program && is_return(entry.command.command.kind) &&
               entry.command.command.original == sale.command.command.name;
    });
}

/// A void undoes the order, and so does a return of money that leaves nothing.
bool NaiveModel::undone(const Accepted& sale) const {
    Wide returned = 0;
    for (const Accepted& entry : accepted_) {
        const auto& command = entry.command.command;
        if (entry.program != sale.program || command.original != sale.command.command.name) continue;
        if (command.kind == CommandKind::voided || entry.took_last_goods) return true;
        if (command.kind == CommandKind::returned) returned += command.amount.value;
    }
    return returned > 0 && returned == sale.command.command.amount.value;
}

void NaiveModel::settle(NaiveFold& state, ProgramId program, std::uint16_t last, std::int64_t until) const {
    const std::int64_t month = month_of(program, until);
    for (;;) {
        const auto next = static_cast<std::uint16_t>(state.version + 1);
        // At one instant a month begins before a version does.
        const bool version_comes = next <= last && month_of(program, effective(program, next)) <= state.month;
        if (version_comes) {
            state.begin_version(document(program, state.version), document(program, next));
            state.version = next;
            state.look_for_vip(document(program, next));
        } else if (state.month < month || next <= last) {
            state.begin_month(document(program, state.version));
            state.look_for_vip(document(program, state.version));
        } else {
            return;
        }
    }
}

std::int64_t NaiveModel::expiry(ProgramId program, std::uint16_t version, std::int64_t at) const {
    const model::Expiry& rule = document(program, version).points.expiry;
    const std::int64_t month = month_of(program, at);
    std::int64_t begins = 0;
    if (rule.policy == model::ExpiryPolicy::never) return INT64_MAX;
    if (rule.policy == model::ExpiryPolicy::months) begins = month + rule.months + 1;
    if (rule.policy == model::ExpiryPolicy::year_end) begins = (month / 12 + rule.years + 1) * 12;
    const date::year_month_day first(date::year(static_cast<int>(begins / 12)),
                                     date::month(static_cast<unsigned>(begins % 12 + 1)), date::day(1));
    const auto instant = date::locate_zone(document(program, 1).time_zone)
                             ->to_sys(date::local_days(first), date::choose::earliest);
    return std::chrono::duration_cast<std::chrono::milliseconds>(instant.time_since_epoch()).count();
}

NaiveModel::Dates NaiveModel::dates_of(const Accepted& sale) const {
    // A till ahead of the clock is not ahead of the versions.
    const std::uint16_t version = std::min(sale.priced_by, sale.judged_by);
    Dates dates;
    dates.expires = expiry(sale.program, version, sale.at);
    const std::int64_t days = document(sale.program, version).points.pending_days;
    if (days > 0 && sale.at + days * 86'400'000 > sale.now) dates.matures = sale.at + days * 86'400'000;
    return dates;
}

std::int64_t NaiveModel::hold_index(ProgramId program, Sequence hold) const {
    return hold_of(program, hold) - accepted_.data();
}

void NaiveModel::add_to(NaiveFold& state, std::size_t index) const {
    const Accepted& entry = accepted_[index];
    const auto& command = entry.command.command;
    const Wide full = entry.full;
    state.moved = full;
    if (entry.customer.value == 0 && command.kind != CommandKind::sale && !is_return(command.kind)) return;
    const Dates dates = dates_of(entry);
    Wide restored = 0;
    Wide spend = command.amount.value;
    switch (command.kind) {
        case CommandKind::sale: {
            const Wide earned_points = state.earn(full, dates.matures, dates.expires);
            NaiveFold::Order order;
            order.name = command.name;
            order.at = entry.at;
            order.left = spend;
            if (dates.expires <= entry.now) order.expired = earned_points;
            if (const Sequence hold = ended_hold(entry.command); hold.value != 0)
                order.spent = state.end_hold(hold_index(entry.program, hold),
                                             hold_of(entry.program, hold)->command.command.points.value);
            state.orders.push_back(order);
            break;
        }
        case CommandKind::returned:
        case CommandKind::voided: {
            spend = -spend;
            std::vector<NaiveFold::Batch> back;
            Wide unmissed = 0;
            for (NaiveFold::Order& order : state.orders) {
                if (order.name != command.original) continue;
                // Many small returns take what had expired first, as one large one does.
                const Wide called_for = order.called_for - full;
                unmissed = std::clamp<Wide>(called_for, 0, order.expired) -
                           std::clamp<Wide>(order.called_for, 0, order.expired);
                order.called_for = called_for;
                if (command.kind == CommandKind::voided) spend = -order.left;
                order.left += spend;
                const bool takes_all =
                    spend != 0 || command.kind == CommandKind::voided || entry.took_last_goods;
                if (order.left != 0 || !takes_all) continue;
                order.undone = true;
                back = order.spent;
            }
            for (const NaiveFold::Batch& batch : back)
                restored += batch.points;
            Dates own;
            if (const Accepted* sale = find(entry.program, command.original);
                command.original.kind != model::NameKind::none && sale->customer.value != 0)
                own = dates_of(*sale);
            const Wide unpaid = std::clamp<Wide>(-full, 0, state.pending_of(own.matures, own.expires));
            state.moved = clamped(entry, full + unpaid, state.unheld() + restored + unmissed) - unpaid;
            if (state.moved + unmissed > 0)  // what the rest meets again
                state.earn(state.moved + unmissed, INT64_MIN, own.expires);
            else if (command.original.kind == model::NameKind::none)
                state.take(-state.moved);
            else
                state.take_back(-state.moved - unmissed, own.matures, own.expires);
            std::stable_sort(back.begin(), back.end(),
                             [](const auto& a, const auto& b) { return a.expires < b.expires; });
            for (const NaiveFold::Batch& batch : back)
                state.earn(batch.points, INT64_MIN, batch.expires);
            break;
        }
        case CommandKind::hold:
            state.open_hold(static_cast<std::int64_t>(index),
                            entry.at + (command.ttl_ms == 0 ? kDefaultTtl : command.ttl_ms),
                            command.points.value);
            break;
        case CommandKind::capture:
            state.end_hold(hold_index(entry.program, command.hold), -full);
            break;
        case CommandKind::release:
            state.end_hold(hold_index(entry.program, command.hold), 0);
            break;
        case CommandKind::adjust:
            if (full > 0) state.earn(full, INT64_MIN, dates.expires);
            if (full < 0) state.take(-full);
            break;
        case CommandKind::redeem: {
            const auto gone = state.take(-full);
            for (NaiveFold::Order& order : state.orders)
                if (order.name == command.original)
                    order.spent.insert(order.spent.end(), gone.begin(), gone.end());
            break;
        }
        case CommandKind::redeem_reward:
            state.rewards[index] = state.take(-full);
            break;
        case CommandKind::cancel_voucher: {
            const auto known = std::ranges::find(vouchers_, entry.voucher, &KnownVoucher::id);
            auto back = state.rewards[static_cast<std::size_t>(&issue_of(*known) - accepted_.data())];
            std::stable_sort(back.begin(), back.end(),
                             [](const auto& a, const auto& b) { return a.expires < b.expires; });
            for (const NaiveFold::Batch& batch : back)
                state.earn(batch.points, INT64_MIN, batch.expires);
            break;
        }
        default:
            break;
    }
    if (command.kind == CommandKind::appoint_vip) state.vip = true;
    if (command.kind != CommandKind::sale && !is_return(command.kind) && command.kind != CommandKind::adjust)
        return;

    std::int64_t first = INT64_MAX;
    for (const NaiveFold::Order& order : state.orders)
        if (!order.undone) first = std::min(first, order.at);
    if (first != INT64_MAX) state.first_order_month = month_of(entry.program, first);
    const bool ranks = command.kind != CommandKind::adjust || command.ranking;
    state.post(month_of(entry.program, posted_at(entry)), spend, ranks ? entry.ranking : 0);
    if (entry.customer.value == 0) return;
    add_gifts(state, index, entry.customer);
    find_tier(state, index, entry.customer);
    if (command.kind == CommandKind::sale) state.orders.back().find_expired(state, dates.matures, entry.now);
}

bool NaiveModel::touches(const Accepted& entry, ProgramId program, CustomerId customer) const {
    if (entry.program != program || entry.customer == customer) return false;
    const auto is_theirs = [&](const Gift& gift) { return gift.who == customer; };
    return std::any_of(entry.gifts.begin(), entry.gifts.end(), is_theirs) ||
           std::find(entry.unmade_vips.begin(), entry.unmade_vips.end(), customer) != entry.unmade_vips.end();
}

void NaiveModel::add_gifts(NaiveFold& state, std::size_t index, CustomerId customer) const {
    const Accepted& entry = accepted_[index];
    for (const Gift& gift : entry.gifts) {
        if (gift.who != customer) continue;
        move(state, entry, gift.points, true, gift.kind == Gift::Kind::welcome);
        state.post(month_of(entry.program, posted_at(entry)), 0, gift.ranking ? gift.points : 0);
    }
}

/// Points that are given otherwise than by a sale, or taken; `of_sale`: which the sale gave that comes back.
/// `buyers`: they came, or go, with the buyer's own sale.
void NaiveModel::move(NaiveFold& state, const Accepted& entry, Wide points, bool of_sale, bool buyers) const {
    const model::Command& command = entry.command.command;
    const bool sells = command.kind == CommandKind::sale;
    Wide unmissed = 0;
    for (NaiveFold::Order& order : state.orders)
        if (buyers && of_sale && points < 0 && order.name == command.original) {
            unmissed = std::min(-points, order.expired_beside);
            order.expired_beside -= unmissed;
        }
    const Wide moved = clamped(entry, points, state.unheld() + unmissed);
    const Wide net = moved + unmissed;
    if (points < 0 && of_sale) {
        const std::int64_t expires = dates_of(*find(entry.program, command.original)).expires;
        if (net > 0) state.earn(net, INT64_MIN, expires);
        if (net < 0) state.take_back(-net, INT64_MIN, expires);
        return;
    }
    if (moved < 0) state.take(-moved);
    if (moved <= 0) return;
    const std::int64_t expires = dates_of(entry).expires;
    const Wide kept = state.earn(moved, INT64_MIN, expires);
    if (buyers && sells && expires <= entry.now) state.orders.back().expired_beside += kept;
}

NaiveModel::Wide NaiveModel::clamped(const Accepted& entry, Wide points, Wide free) const {
    const auto& rules = document(entry.program, entry.judged_by);
    if (points >= 0 || rules.points.below_zero == model::BelowZero::debt) return points;
    return -std::min(-points, std::max<Wide>(0, free));
}

void NaiveModel::find_tier(NaiveFold& state, std::size_t index, CustomerId customer) const {
    const Accepted& entry = accepted_[index];
    const auto& rules = document(entry.program, entry.judged_by);
    const Wide bonus = state.find_tier(rules);
    if (bonus != 0) {
        const model::Command& command = entry.command.command;
        const auto& sales = state.bonus_sales;
        const bool gave = is_return(command.kind) && command.original.kind != model::NameKind::none &&
                          std::find(sales.begin(), sales.end(), command.original) != sales.end();
        move(state, entry, bonus, gave && bonus < 0, entry.customer == customer);
        if (command.kind == CommandKind::sale && bonus > 0) state.bonus_sales.push_back(command.name);
        state.post(state.month, 0, bonus);
    }
    state.look_for_vip(rules);
    if (std::find(entry.unmade_vips.begin(), entry.unmade_vips.end(), customer) != entry.unmade_vips.end())
        state.vip = false;
}

NaiveFold NaiveModel::fold(ProgramId program, CustomerId customer, std::size_t length) const {
    NaiveFold state;
    bool begun = false;
    for (std::size_t i = 0; i < length; ++i) {
        const Accepted& entry = accepted_[i];
        if (entry.command.command.kind == CommandKind::put_program) continue;
        const std::int64_t until = std::max(entry.now, entry.at);
        if (customer.value != 0 && touches(entry, program, customer)) {
            settle(state, program, entry.judged_by, until);
            state.pass(entry.now);
            add_gifts(state, i, customer);
            find_tier(state, i, customer);
            continue;
        }
        if (!of(entry, program, customer)) continue;
        if (!begun || customer.value == 0) {
            // Nobody's months only count postings.
            const std::int64_t month = month_of(program, until);
            if (!begun || month > state.month) state.month = month;
            state.version = entry.judged_by;
            bool one_period = false;
            for (std::uint16_t version = 2; version <= entry.judged_by; ++version)
                one_period =
                    NaiveFold::is_one_period(document(program, static_cast<std::uint16_t>(version - 1)),
                                             one_period, document(program, version));
            state.one_period = one_period;
            const std::int64_t months = state.period_months(document(program, entry.judged_by));
            if (!begun || months != 0)
                state.period_start = months == 0 ? 0 : state.month - state.month % months;
            begun = true;
        } else {
            settle(state, program, entry.judged_by, until);
            state.pass(entry.now);
        }
        add_to(state, i);
    }
    return state;
}

NaiveFold NaiveModel::fold_until(ProgramId program, CustomerId customer, std::size_t length, std::int64_t now,
                                 std::int64_t until) const {
    NaiveFold state = fold(program, customer, length);
    if (customer.value == 0) return state;
    settle(state, program, version_at(program, now), until);
    state.pass(now);
    return state;
}

/// Points of holds that are open at `now`, going by the first `length` entries.
NaiveModel::Wide NaiveModel::held(ProgramId program, CustomerId customer, std::size_t length,
                                  std::int64_t now) const {
    std::map<Sequence, Wide> open;
    for (std::size_t i = 0; i < length; ++i) {
        const Accepted& entry = accepted_[i];
        if (!of(entry, program, customer)) continue;
        const auto& command = entry.command.command;
        const std::int64_t ttl = command.ttl_ms == 0 ? kDefaultTtl : command.ttl_ms;
        if (command.kind == CommandKind::hold && now < entry.at + ttl)
            open[entry.sequence] = command.points.value;
        if (const Sequence ended = ended_hold(entry.command); ended.value != 0) open.erase(ended);
    }
    Wide sum = 0;
    for (const auto& [sequence, amount] : open)
        sum += amount;
    return sum;
}

std::size_t NaiveModel::open_holds(ProgramId program, CustomerId customer, std::int64_t now) const {
    std::size_t count = 0;
    for (const Accepted& entry : accepted_) {
        const auto& command = entry.command.command;
        const std::int64_t ttl = command.ttl_ms == 0 ? kDefaultTtl : command.ttl_ms;
        if (!of(entry, program, customer) || command.kind != CommandKind::hold || now >= entry.at + ttl)
            continue;
        ++count;
        for (const Accepted& end : accepted_)
            if (end.program == program && ended_hold(end.command) == entry.sequence) --count;
    }
    return count;
}

std::int64_t NaiveModel::posted_at(const Accepted& entry) const {
    const auto& command = entry.command.command;
    const bool names_sale = is_return(command.kind) && command.original.kind != model::NameKind::none;
    return names_sale ? find(entry.program, command.original)->at : entry.at;
}

std::int64_t NaiveModel::month_of(ProgramId program, std::int64_t instant) const {
    const auto local =
        date::locate_zone(document(program, 1).time_zone)
            ->to_local(date::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(instant)));
    const date::year_month_day day(date::floor<date::days>(local));
    return static_cast<int>(day.year()) * 12 + static_cast<std::int64_t>(static_cast<unsigned>(day.month())) -
           1;
}

/// Whether a command recorded something of a customer, as its own or as another party's.
bool NaiveModel::takes_part(const Accepted& entry, ProgramId program, CustomerId customer) const {
    const auto& command = entry.command.command;
    if (entry.program != program || command.kind == CommandKind::put_program) return false;
    if (of(entry, program, customer)) return true;
    for (const Gift& gift : entry.gifts)
        if (gift.who == customer) return true;
    if (!is_return(command.kind) || command.original.kind == model::NameKind::none) return false;
    // Whoever became a VIP by an order that comes back whole.
    const Accepted& sale = *find(program, command.original);
    return std::ranges::find(sale.made_vips, customer) != sale.made_vips.end() &&
           remaining(sale, static_cast<std::size_t>(&entry - accepted_.data()) + 1) == 0;
}

std::int64_t NaiveModel::customer_time(ProgramId program, CustomerId customer, std::size_t first,
                                       std::size_t length, std::int64_t until) const {
    for (std::size_t i = first; i < length; ++i)
        if (takes_part(accepted_[i], program, customer))
            until = std::max(until, std::max(accepted_[i].now, accepted_[i].at));
    return until;
}

std::uint8_t NaiveModel::held_tier(ProgramId program, CustomerId customer, std::size_t length,
                                   std::int64_t until, std::uint16_t version, std::uint8_t found) const {
    for (std::size_t i = length; i-- > 0;) {
        const Accepted& entry = accepted_[i];
        if (!of(entry, program, customer) || entry.command.command.kind != CommandKind::override_tier)
            continue;
        const model::TierAct& act = *entry.command.tier_act;
        if (act.tier.empty()) return found;  // what was before is taken back
        const std::int64_t time = customer_time(program, customer, i, length, until);
        if (std::max(act.from.value, std::max(entry.now, entry.at)) > time || act.until.value <= time)
            continue;
        const auto& tiers = document(program, version).tiers;
        for (std::size_t index = 0; index < tiers.size(); ++index)
            if (tiers[index].id == act.tier && tiers[index].active) return static_cast<std::uint8_t>(index);
    }
    return found;
}

std::size_t NaiveModel::open_overrides(ProgramId program, CustomerId customer, std::int64_t until) const {
    std::size_t open = 0;
    for (std::size_t i = 0; i < accepted_.size(); ++i) {
        const Accepted& entry = accepted_[i];
        if (!of(entry, program, customer) || entry.command.command.kind != CommandKind::override_tier)
            continue;
        if (entry.command.tier_act->tier.empty()) open = 0;
        if (!entry.command.tier_act->tier.empty() &&
            entry.command.tier_act->until.value >
                customer_time(program, customer, i, accepted_.size(), until))
            ++open;
    }
    return open;
}

NaiveModel::Wide NaiveModel::spendable(ProgramId program, CustomerId customer, std::int64_t now) const {
    const auto& rules = document(program, version_at(program, now));
    const NaiveFold state = fold_until(program, customer, accepted_.size(), now, now);
    const std::uint8_t tier =
        held_tier(program, customer, accepted_.size(), now, version_at(program, now), state.tier);
    const std::int64_t keep = rules.enabled ? rules.tiers[tier].keep_points.value : 0;
    return std::max<Wide>(0, state.unheld() - keep);
}

const NaiveModel::Accepted* NaiveModel::hold_of(ProgramId program, Sequence hold) const {
    for (const Accepted& entry : accepted_)
        if (entry.program == program && entry.command.command.kind == CommandKind::hold && hold.value != 0 &&
            entry.sequence == hold)
            return &entry;
    return nullptr;
}

Figures NaiveModel::figures(ProgramId program, CustomerId customer, Instant clock) const {
    return figures_at(program, customer, now(program, clock));
}

Figures NaiveModel::figures_at(ProgramId program, CustomerId customer, std::int64_t instant) const {
    Figures result;
    result.version = version_at(program, instant);
    const NaiveFold state = fold_until(program, customer, accepted_.size(), instant, instant);
    result.tier = held_tier(program, customer, accepted_.size(), instant, result.version, state.tier);
    result.points = static_cast<std::int64_t>(state.points());
    result.pending = static_cast<std::int64_t>(state.pending());
    for (const NaiveFold::Batch& batch : state.batches) {
        if (batch.hold >= 0 || batch.expires == INT64_MAX) continue;
        if (result.next_expiry == INT64_MIN || batch.expires < result.next_expiry) {
            result.next_expiry = batch.expires;
            result.expiring = 0;
        }
        if (batch.expires == result.next_expiry) result.expiring += static_cast<std::int64_t>(batch.points);
    }
    result.held = static_cast<std::int64_t>(held(program, customer, accepted_.size(), instant));
    if (!is_blocked(program, customer))
        result.spendable = static_cast<std::int64_t>(spendable(program, customer, instant));
    result.ranking = static_cast<std::int64_t>(state.ranking());
    result.lifetime = static_cast<std::int64_t>(state.lifetime());
    result.month = static_cast<std::int64_t>(state.month_spend(state.month));
    result.metric =
        static_cast<std::int64_t>(state.figure(document(program, result.version).tiering.criterion));
    for (const Accepted& entry : accepted_) {
        if (!of(entry, program, customer) || entry.command.command.kind != CommandKind::sale || undone(entry))
            continue;
        ++result.orders;
        const bool first = result.orders == 1;
        result.first_order_at = first ? entry.at : std::min(result.first_order_at, entry.at);
        result.last_order_at = first ? entry.at : std::max(result.last_order_at, entry.at);
    }
    std::tie(result.orders_pending, result.orders_pending_amount) = pending_orders(program, customer);
    return result;
}

std::string describe(const Figures& f) {
    return fmt::format(
        "version {} tier {} points {} held {} spendable {} ranking {} metric {} lifetime {} month {} orders "
        "{} "
        "first {} last {} pending {} next expiry {} of {}, {} orders of {} pending",
        f.version, f.tier, f.points, f.held, f.spendable, f.ranking, f.metric, f.lifetime, f.month, f.orders,
        f.first_order_at, f.last_order_at, f.pending, f.next_expiry, f.expiring, f.orders_pending,
        f.orders_pending_amount);
}

}  // namespace tim::tests
