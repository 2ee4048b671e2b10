// The network and referrals once more (design rules, section 3: Network, Referral, Returns), from the list of
// accepted commands.
#include <date/tz.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "tests/support/naive_model.h"

namespace tim::tests {

using model::Command;
using model::CommandKind;
using model::CustomerId;
using model::Instant;
using model::KeyKind;
using model::ProgramId;
using model::Sequence;

namespace {

constexpr std::int64_t kMillisecondsOfDay = 86'400'000;
constexpr std::size_t kMostOpenPayouts = 16;

bool is_return(CommandKind kind) {
    return kind == CommandKind::returned || kind == CommandKind::voided;
}

bool has_network(const model::Program& rules) {
    return rules.network && rules.network->enabled;
}

bool has_referral(const model::Program& rules) {
    return rules.referral && rules.referral->enabled;
}

}  // namespace

void NaiveModel::learn_code(ProgramId program, const std::string& code, Sequence sale) {
    for (const KnownCode& known : codes_)
        if (known.program == program && known.text == code) return;
    codes_.push_back({program, code, sale});
}

// ------------------------------------------------------------------------------------------ who is whose

/// The VIP above a customer now.
std::uint64_t NaiveModel::under(ProgramId program, CustomerId customer) const {
    std::uint64_t vip = 0;
    for (const Accepted& entry : accepted_) {
        const CommandKind kind = entry.command.command.kind;
        if (of(entry, program, customer) && (kind == CommandKind::enroll || kind == CommandKind::move_member))
            vip = entry.under.value;
    }
    return vip;
}

std::uint64_t NaiveModel::members(ProgramId program, CustomerId vip) const {
    std::uint64_t count = 0;
    for (std::uint64_t id = 1; id <= customer_count(program); ++id)
        if (under(program, {id}) == vip.value) ++count;
    return count;
}

std::uint32_t NaiveModel::recruits(ProgramId program, CustomerId vip, std::int64_t month) const {
    std::uint32_t count = 0;
    for (const Accepted& entry : accepted_)
        if (entry.program == program && entry.command.command.kind == CommandKind::enroll &&
            entry.under == vip && month_of(program, entry.at) == month)
            ++count;
    return count;
}

/// As `when` finds a customer.
bool NaiveModel::is_vip(const Accepted& when, CustomerId customer) const {
    return fold_until(when.program, customer, accepted_.size(), when.now, std::max(when.now, when.at)).vip;
}

NaiveModel::Refusal NaiveModel::judge_vip(const Accepted& entry, const model::CustomerRef& ref,
                                          CustomerId& vip) const {
    if (!has_network(document(entry.program, entry.judged_by))) return Refusal::network_off;
    const auto found = find_customer(entry.program, ref);
    if (!found) return Refusal::unknown_vip;
    vip = *found;
    return is_vip(entry, vip) ? Refusal::none : Refusal::not_a_vip;
}

// ---------------------------------------------------------------------------------------------- judging

NaiveModel::Refusal NaiveModel::judge_network(Accepted& entry, std::int64_t& detail) const {
    const Command command = entry.command.view();
    const model::Program& rules = document(entry.program, entry.judged_by);
    if (command.kind == CommandKind::appoint_vip) {
        if (!has_network(rules)) return Refusal::network_off;
        return is_vip(entry, entry.customer) ? Refusal::already_vip : Refusal::none;
    }
    if (command.kind == CommandKind::move_member) {
        if (!has_network(rules)) return Refusal::network_off;
        if (command.network->vip.kind != KeyKind::none) {
            const Refusal refusal = judge_vip(entry, command.network->vip, entry.under);
            if (refusal != Refusal::none) return refusal;
            for (std::uint64_t above = entry.under.value; above != 0; above = under(entry.program, {above}))
                if (above == entry.customer.value) return Refusal::network_cycle;
        }
        return under(entry.program, entry.customer) == entry.under.value ? Refusal::same_vip : Refusal::none;
    }
    const std::int64_t until = std::max(entry.now, entry.at);
    if (command.kind == CommandKind::request_payout) {
        const Wallet wallet = wallet_until(entry.program, entry.customer, accepted_.size(), until);
        detail = std::max<std::int64_t>(wallet.available, 0);
        entry.payout_amount = command.amount.value == 0 ? detail : command.amount.value;
        if (entry.payout_amount > detail || entry.payout_amount == 0) return Refusal::insufficient_commission;
        detail = has_network(rules) ? rules.network->payout.min_amount.value : 0;
        if (entry.payout_amount < detail) return Refusal::payout_below_minimum;
        detail = static_cast<std::int64_t>(kMostOpenPayouts);
        return wallet.open_payouts >= kMostOpenPayouts ? Refusal::too_many_payouts : Refusal::none;
    }
    const Accepted* payout = payout_of(entry.program, command.network->payout);
    if (payout == nullptr) return Refusal::unknown_payout;
    entry.customer = payout->customer;
    entry.payout_amount = payout->payout_amount;
    bool approved = false;
    if (payout_ended(*payout, approved)) return Refusal::payout_closed;
    if (command.kind == CommandKind::approve_payout && approved) return Refusal::payout_approved;
    if (command.kind == CommandKind::pay_payout && !approved) return Refusal::payout_not_approved;
    return Refusal::none;
}

const NaiveModel::Accepted* NaiveModel::payout_of(ProgramId program, Sequence payout) const {
    for (const Accepted& entry : accepted_)
        if (entry.program == program && entry.command.command.kind == CommandKind::request_payout &&
            payout.value != 0 && entry.sequence == payout)
            return &entry;
    return nullptr;
}

bool NaiveModel::payout_ended(const Accepted& payout, bool& approved) const {
    bool ended = false;
    for (const Accepted& entry : accepted_) {
        const CommandKind kind = entry.command.command.kind;
        if (entry.program != payout.program || !model::ends_payout(kind) ||
            entry.command.network->terms.payout != payout.sequence)
            continue;
        if (kind == CommandKind::approve_payout)
            approved = true;
        else
            ended = true;
    }
    return ended;
}

/// The first instant after the end of the last day.
std::int64_t NaiveModel::code_ends(const Accepted& sale) const {
    const model::Program& rules = document(sale.program, sale.priced_by);
    const auto* zone = date::locate_zone(rules.time_zone);
    const auto local =
        zone->to_local(date::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(sale.at)));
    const date::local_days last = date::floor<date::days>(local) + date::days(rules.referral->code_days + 1);
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               zone->to_sys(last, date::choose::earliest).time_since_epoch())
        .count();
}

bool NaiveModel::pays_referral(const Accepted& sale, Wide amount) const {
    return amount > 0 && amount >= document(sale.program, sale.priced_by).referral->min_amount.value;
}

/// Whether a referral that a sale paid has not been taken back.
bool NaiveModel::referral_stands(const Accepted& sale) const {
    return sale.paid_code.value != 0 && pays_referral(sale, remaining(sale, accepted_.size()));
}

NaiveModel::Refusal NaiveModel::judge_code(const Accepted& entry, const std::string& text,
                                           const Accepted*& sale) const {
    const model::Program& rules = document(entry.program, entry.priced_by);
    if (!has_referral(rules)) return Refusal::referral_off;
    for (const KnownCode& known : codes_) {
        if (known.program != entry.program || known.text != text) continue;
        for (const Accepted& other : accepted_)
            if (other.program == entry.program && other.sequence == known.sale &&
                other.command.command.kind == CommandKind::sale)
                sale = &other;
    }
    if (sale == nullptr || remaining(*sale, accepted_.size()) == 0) return Refusal::referral_unknown;
    if (sale->customer == entry.customer) return Refusal::referral_own;
    bool used = false;
    int brought_this_month = 0;
    for (const Accepted& other : accepted_) {
        if (other.program != entry.program || other.command.command.kind != CommandKind::sale) continue;
        if (other.customer == entry.customer && !undone(other)) return Refusal::referral_not_first;
        if (other.paid_code.value == 0) continue;
        if (other.paid_code == sale->sequence) used = true;
        for (const Gift& gift : other.gifts)
            if (gift.kind == Gift::Kind::earned && gift.who == sale->customer && referral_stands(other) &&
                month_of(entry.program, other.at) == month_of(entry.program, entry.at))
                ++brought_this_month;
    }
    if (used) return Refusal::referral_used;
    if (entry.at >= code_ends(*sale)) return Refusal::referral_expired;
    if (!pays_referral(entry, entry.command.command.amount.value)) return Refusal::referral_too_small;
    const auto& cap = rules.referral->cap_per_month;
    return cap && brought_this_month >= *cap ? Refusal::referral_cap : Refusal::none;
}

// ----------------------------------------------------------------------------------------------- giving

void NaiveModel::find_gifts(Accepted& entry) const {
    if (entry.customer.value == 0) return;
    if (entry.command.command.kind == CommandKind::sale) find_sale_gifts(entry);
    if (is_return(entry.command.command.kind)) find_return_gifts(entry);
}

void NaiveModel::find_code(Accepted& entry) const {
    if (entry.customer.value == 0 || entry.command.command.kind != CommandKind::sale) return;
    const model::Program& rules = document(entry.program, entry.priced_by);
    std::optional<std::string> text;
    const bool given = entry.command.details && !entry.command.details->referral.empty();
    if (given) text = std::string(entry.command.details->referral);
    bool first = true;
    for (const Accepted& other : accepted_) {
        if (!of(other, entry.program, entry.customer)) continue;
        if (other.command.command.kind == CommandKind::enroll && !given) text = other.code;
        if (other.command.command.kind == CommandKind::sale && !undone(other)) first = false;
    }
    if (text && (given || first)) {
        const Accepted* sale = nullptr;
        entry.code_refusal = judge_code(entry, *text, sale);
        if (entry.code_refusal == Refusal::none) {
            entry.paid_code = sale->sequence;
            const model::Referral& referral = *rules.referral;
            entry.gifts.push_back({Gift::Kind::welcome, entry.customer, referral.referee.points.value,
                                   referral.referee.ranking});
            entry.gifts.push_back({Gift::Kind::earned, sale->customer, referral.referrer.points.value,
                                   referral.referrer.ranking});
        }
    }
}

void NaiveModel::find_sale_gifts(Accepted& entry) const {
    const model::Program& rules = document(entry.program, entry.priced_by);
    const Wide amount = entry.command.command.amount.value;
    const CustomerId vip{under(entry.program, entry.customer)};
    if (!has_network(rules) || vip.value == 0) return;
    if (const auto& earn = rules.network->upline_earn) {
        const Wide points = amount / earn->rate.per_amount.value * earn->rate.points.value;
        if (points != 0) entry.gifts.push_back({Gift::Kind::upline, vip, points, earn->ranking});
    }
    if (is_vip(entry, entry.customer)) return;
    const std::int64_t month = month_of(entry.program, entry.at);
    std::int32_t rate_bp = 0;
    for (const auto& step : rules.network->commission)
        if (recruits(entry.program, vip, month - 1) >= static_cast<std::uint32_t>(step.recruits))
            rate_bp = step.rate_bp;
    const auto commission = static_cast<std::int64_t>(amount * rate_bp / 10'000);
    entry.commission = {vip, commission, entry.at + rules.network->pending_days * kMillisecondsOfDay,
                        rate_bp};
}

void NaiveModel::find_return_gifts(Accepted& entry) const {
    const Command& command = entry.command.command;
    if (command.original.kind == model::NameKind::none) return;
    const Accepted& sale = *find(entry.program, command.original);
    const Wide before = remaining(sale, accepted_.size());
    const Wide after = command.kind == CommandKind::voided ? 0 : before - command.amount.value;
    const model::Program& rules = document(sale.program, sale.priced_by);
    for (const Gift& gift : sale.gifts) {
        Wide taken = gift.points;
        if (gift.kind == Gift::Kind::upline) {
            const model::EarnRate& rate = rules.network->upline_earn->rate;
            taken = (before / rate.per_amount.value - after / rate.per_amount.value) * rate.points.value;
            if (taken == 0) continue;
        } else if (!pays_referral(sale, before) || pays_referral(sale, after)) {
            continue;
        }
        entry.gifts.push_back({gift.kind, gift.who, -taken, gift.ranking});
    }
    if (sale.commission.amount == 0) return;
    entry.commission = sale.commission;
    entry.commission.amount = static_cast<std::int64_t>(after * sale.commission.rate_bp / 10'000 -
                                                        before * sale.commission.rate_bp / 10'000);
}

void NaiveModel::find_vips() {
    Accepted& entry = accepted_.back();
    const CommandKind kind = entry.command.command.kind;
    if (entry.customer.value == 0 || kind == CommandKind::enroll || kind == CommandKind::appoint_vip) return;
    std::vector<CustomerId> parties = {entry.customer};
    for (const Gift& gift : entry.gifts)
        parties.push_back(gift.who);
    const std::int64_t until = std::max(entry.now, entry.at);
    for (const CustomerId party : parties) {
        const bool before = fold_until(entry.program, party, accepted_.size() - 1, entry.now, until).vip;
        const bool after = fold_until(entry.program, party, accepted_.size(), entry.now, until).vip;
        if (!before && after) entry.made_vips.push_back(party);
    }
    if (!is_return(kind) || entry.command.command.original.kind == model::NameKind::none) return;
    const Accepted& sale = *find(entry.program, entry.command.command.original);
    if (remaining(sale, accepted_.size()) != 0) return;
    std::vector<CustomerId> undone_vips;
    for (const CustomerId vip : sale.made_vips) {
        const NaiveFold now = fold_until(entry.program, vip, accepted_.size(), entry.now, until);
        const model::Program& rules = document(entry.program, entry.judged_by);
        const bool stays = NaiveFold::makes_vip(rules, now.tier);
        if (now.vip && !stays && members(entry.program, vip) == 0) undone_vips.push_back(vip);
    }
    entry.unmade_vips = undone_vips;
}

bool NaiveModel::parties_overflow(const Accepted& entry) const {
    const auto beyond = [](Wide value) { return value > INT64_MAX || value < INT64_MIN; };
    for (const Gift& gift : entry.gifts) {
        if (beyond(gift.points)) return true;
        const NaiveFold state = fold(entry.program, gift.who, accepted_.size());
        if (beyond(state.points()) || !state.within_bounds(document(entry.program, entry.judged_by)))
            return true;
    }
    std::vector<Commission> all = entry.referrer_commissions;
    all.push_back(entry.commission);
    for (const Commission& one : all) {
        if (one.amount <= 0) continue;
        Wide earned = 0;
        for (const Accepted& other : accepted_)
            for (const Commission& commission : commissions_of(other, entry.program, one.vip))
                earned += commission.amount;
        if (beyond(earned)) return true;
    }
    return false;
}

/// What an entry brings to a wallet, or takes from it.
std::vector<NaiveModel::Commission> NaiveModel::commissions_of(const Accepted& entry, ProgramId program,
                                                               CustomerId vip) {
    std::vector<Commission> all;
    if (entry.program != program) return all;
    if (entry.commission.vip == vip && entry.commission.amount != 0) all.push_back(entry.commission);
    for (const Commission& commission : entry.referrer_commissions)
        if (commission.vip == vip) all.push_back(commission);
    return all;
}

// ---------------------------------------------------------------------------------------------- wallets

NaiveModel::Wallet NaiveModel::wallet_until(ProgramId program, CustomerId vip, std::size_t length,
                                            std::int64_t until) const {
    Wallet wallet;
    std::map<std::int64_t, std::int64_t> lots;  // by when they are due
    bool begun = false;
    std::int64_t month = 0;
    const auto mature = [&](std::int64_t now) {
        while (!lots.empty() && lots.begin()->first <= now) {
            wallet.available += lots.begin()->second;
            lots.erase(lots.begin());
        }
    };
    // The world stops at every month's beginning.
    const auto pass = [&](std::int64_t now) {
        const std::int64_t month_now = month_of(program, now);
        if (!begun) month = month_now;
        begun = true;
        for (; month < month_now; ++month) {
            const auto* zone = date::locate_zone(document(program, 1).time_zone);
            const std::int64_t next = month + 1;
            const date::local_days first{date::year(static_cast<int>(next / 12)) /
                                         date::month(static_cast<unsigned>(next % 12 + 1)) / 1};
            const std::int64_t begins = std::chrono::duration_cast<std::chrono::milliseconds>(
                                            zone->to_sys(first, date::choose::earliest).time_since_epoch())
                                            .count();
            const model::Program& rules = document(program, version_at(program, begins));
            if (!has_network(rules) || rules.network->payout.mode != model::PayoutMode::monthly) continue;
            mature(begins);
            const std::int64_t least = std::max<std::int64_t>(rules.network->payout.min_amount.value, 1);
            if (wallet.available < least || wallet.open_payouts == kMostOpenPayouts) continue;
            wallet.in_payout += wallet.available;
            wallet.available = 0;
            ++wallet.open_payouts;
        }
        mature(now);
    };
    for (std::size_t i = 0; i < length; ++i) {
        const Accepted& entry = accepted_[i];
        const CommandKind kind = entry.command.command.kind;
        if (entry.program != program || kind == CommandKind::put_program) continue;
        const std::vector<Commission> commissions = commissions_of(entry, program, vip);
        const bool payout = entry.customer == vip && entry.payout_amount != 0;
        const bool joins =
            (kind == CommandKind::enroll || kind == CommandKind::move_member) && entry.under == vip;
        bool leaves = false;
        if (kind == CommandKind::move_member) {
            std::uint64_t before = 0;
            for (std::size_t j = 0; j < i; ++j)
                if (of(accepted_[j], program, entry.customer) &&
                    (accepted_[j].command.command.kind == CommandKind::enroll ||
                     accepted_[j].command.command.kind == CommandKind::move_member))
                    before = accepted_[j].under.value;
            leaves = before == vip.value;
        }
        if (commissions.empty() && !payout && !joins && !leaves) continue;
        pass(std::max(entry.now, entry.at));
        if (joins) ++wallet.members;
        if (leaves) --wallet.members;
        for (const Commission& commission : commissions) {
            wallet.earned += commission.amount;
            std::int64_t& lot = lots[commission.due];
            if (commission.amount > 0) {
                lot += commission.amount;
            } else {
                const std::int64_t pending = std::min(lot, -commission.amount);
                lot -= pending;
                wallet.available += commission.amount + pending;
            }
            if (lot == 0) lots.erase(commission.due);
        }
        if (kind == CommandKind::request_payout && payout) {
            wallet.available -= entry.payout_amount;
            wallet.in_payout += entry.payout_amount;
            ++wallet.open_payouts;
        }
        if ((kind == CommandKind::pay_payout || kind == CommandKind::fail_payout) && payout) {
            wallet.in_payout -= entry.payout_amount;
            --wallet.open_payouts;
            (kind == CommandKind::pay_payout ? wallet.paid : wallet.available) += entry.payout_amount;
        }
    }
    if (begun) pass(until);
    for (const auto& [due, amount] : lots)
        wallet.pending += amount;
    return wallet;
}

NaiveModel::Wallet NaiveModel::wallet(ProgramId program, CustomerId vip, Instant clock) const {
    const std::int64_t instant = now(program, clock);
    Wallet result = wallet_until(program, vip, accepted_.size(), instant);
    const std::int64_t month = month_of(program, instant);
    result.recruits_this_month = recruits(program, vip, month);
    result.recruits_closed_month = recruits(program, vip, month - 1);
    return result;
}

NaiveModel::Relations NaiveModel::relations(ProgramId program, CustomerId customer, Instant clock) const {
    const std::int64_t instant = now(program, clock);
    Relations result;
    result.vip = under(program, customer);
    const bool vip = fold_until(program, customer, accepted_.size(), instant, instant).vip;
    result.customer_class = vip ? 2 : result.vip != 0 ? 1 : 0;
    for (const Accepted& sale : accepted_) {
        if (sale.program != program || !referral_stands(sale)) continue;
        for (const Gift& gift : sale.gifts) {
            if (gift.kind != Gift::Kind::earned) continue;
            if (sale.customer == customer) result.referrer = gift.who.value;
            if (gift.who != customer) continue;
            ++result.brought;
            result.referral_points += static_cast<std::int64_t>(gift.points);
        }
    }
    return result;
}

}  // namespace tim::tests
