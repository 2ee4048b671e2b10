#include "engine/core/parties.h"

#include <algorithm>

#include "engine/core/settle.h"
#include "engine/core/wallet_steps.h"

namespace tim::core {

using model::Fact;
using model::FactType;
using model::Points;
using model::Refusal;
using model::Subject;
using model::SubjectKind;

model::Money WalletParty::lot(model::Instant due) const {
    if (wallet == nullptr || due <= matured_until) return {};
    return wallet->lots.at(due);
}

Party& Parties::adopt(Subject subject, const CustomerRecord& record) {
    TIM_INVARIANT(parties_.size() < kMostParties, "a transaction's parties are few");
    return parties_.emplace_back(Party{subject, record, record, {}});
}

Party& Parties::settle(model::CustomerId customer) {
    const Subject subject = Subject::customer(program_.id(), customer);
    for (Party& party : parties_) {
        if (party.subject == subject) return party;
    }
    const CustomerRecord& record = program_.customers.at(customer.value);
    const auto settle_time = [&] {
        if (const TierOverrides* const overrides = program_.overrides_of(record, customer))
            return settle_overridden(record, subject, *overrides, moment_, facts_);
        const bool due = is_due(record, *moment_.current, settled_until(moment_));
        return due ? settle_tiers(record, subject, moment_, facts_) : record;
    };
    const OpenHolds* const holds = program_.open_holds(customer);
    const Lots* const lots = program_.lots_of(record, customer);
    // Where points with dates may come, a hold that has timed out is given back before them: what is held
    // must not pass for a debt that they pay.
    const bool dates =
        holds != nullptr && (dating(moment_).dates_points() || moment_.pricing->dates_points());
    if (lots != nullptr || dates) {
        PointsDraft draft{settle_time(), lots == nullptr ? Lots{} : *lots};
        settle_points(draft, subject, holds, moment_, facts_);
        return adopt(subject, draft.record);
    }
    Party& party = adopt(subject, settle_time());
    party.timed_out.value = record.held.value - settled_held(record, holds, moment_.now).value;
    return party;
}

Party& Parties::of(model::CustomerId customer) {
    const Subject subject = Subject::customer(program_.id(), customer);
    const auto found = std::find_if(parties_.begin(), parties_.end(),
                                    [&](const Party& party) { return party.subject == subject; });
    TIM_INVARIANT(found != parties_.end(), "a party was settled before the transaction");
    return *found;
}

WalletParty& Parties::settle_wallet(model::CustomerId vip, bool matures) {
    for (WalletParty& party : wallets_) {
        if (party.vip == vip) return party;
    }
    TIM_INVARIANT(wallets_.size() < kMostWallets, "a transaction's wallets are few");
    WalletParty& party = wallets_.emplace_back();
    party.vip = vip;
    party.wallet = program_.wallet(vip);
    const model::Instant until = settled_until(moment_);
    if (const Wallet* const wallet = party.wallet) {
        party.last = wallet->last;
        party.month = wallet->month;
        party.available = wallet->available;
        party.pending = wallet->pending;
        party.open_payouts = wallet->payouts.size();
        for (const WalletStep& step : wallet_steps(program_, *wallet, until, matures)) {
            party.month = std::max(party.month, step.month);
            Fact& fact = step.payout.value == 0 ? add(party, FactType::commission_matured, step.matured,
                                                      step.matured, {-step.matured.value})
                                                : add(party, FactType::payout_due, {-step.payout.value},
                                                      {-step.payout.value}, {});
            fact.at = step.at;
            if (step.payout.value != 0) ++party.open_payouts;
            facts_.end_transaction();
            party.matured_until = step.at;
        }
    }
    party.month = std::max(party.month, moment_.current->calendar().month_of(until));
    return party;
}

void Parties::catch_up(Party& party) {
    const std::size_t begin = facts_.transaction_begin();
    model::Sequence sequence{facts_.next().value - (facts_.facts().size() - begin)};
    for (const Fact& fact : facts_.facts().subspan(begin)) {
        if (fact.subject == party.subject) {
            fold_figures(party.draft, fact);
            party.draft.last = sequence;
        }
        ++sequence.value;
    }
}

Fact& Parties::add(Party& party, FactType type, const model::PartyPart& part) {
    const model::Sequence sequence = facts_.next();
    Fact& fact = facts_.add(type, party.subject, party.draft.last);
    const std::uint8_t tier = tier_now(moment_, party.subject, party.before);
    stamp(fact, moment_, tier, tier, party.draft.points, party.draft.held);
    fact.party = part;
    party.draft.last = sequence;
    return fact;
}

Judgement Parties::post(Party& party, FactType type, Points change, bool ranking, model::Month month,
                        const model::PartyPart& part, const std::optional<model::LotPart>& given,
                        Points expired) {
    Points moved = change;
    if (change.value < 0 && moment_.current->clamps()) {
        const Points held{party.draft.held.value - party.timed_out.value};
        const auto unheld = checked_sub(party.draft.points, held);
        const Points free = std::max(Points{}, Points{unheld.value_or(Points{}).value + expired.value});
        moved.value = -std::min(-change.value, free.value);
    }
    const std::uint8_t months = moment_.current->period_months();
    const auto points = checked_add(party.draft.points, moved);
    const Points ranks = ranking ? change : Points{};
    if (!points || !can_post(party.draft, month, months, {}, ranks)) return refuse(Refusal::overflow);
    Fact& fact = add(party, type, part);
    fact.flags = ranking ? model::kFactRanking : std::uint8_t{0};
    set_month(fact, moment_, month);
    fact.points = moved;
    fact.points_after = *points;
    if (moved.value > 0) date_points(fact, moment_);
    fold_figures(party.draft, fact);
    if (given && expired.value != 0) {
        Fact& undone = add(party, FactType::expiry_undone, part);
        undone.points = expired;
        undone.points_after = {party.draft.points.value + expired.value};
        undone.lot = *given;
        undone.content = 1;
        fold_figures(party.draft, undone);
    }
    if (given && (moved.value < 0 || expired.value != 0) && has_lots(party.before, party.subject, facts_)) {
        fact.flags |= model::kFactLot;
        Fact& taken = add(party, FactType::lots_taken, part);
        taken.points = {moved.value + expired.value};
        taken.lot = *given;
    }
    if (moved == change) return {};
    fact.flags |= model::kFactClamped;
    if (!ranking) return {};
    Fact& shortfall = add(party, FactType::shortfall, part);
    set_month(shortfall, moment_, month);
    shortfall.points = {change.value - moved.value};
    fold_figures(party.draft, shortfall);
    return {};
}

Fact& Parties::add(WalletParty& wallet, FactType type, model::Money amount, model::Money available,
                   model::Money pending) {
    wallet.available.value += available.value;
    wallet.pending.value += pending.value;
    const model::Sequence sequence = facts_.next();
    Fact& fact =
        facts_.add(type, Subject::of(SubjectKind::wallet, program_.id(), wallet.vip.value), wallet.last);
    stamp(fact, moment_, 0, 0, {wallet.available.value}, {wallet.pending.value});
    fact.month = wallet.month;
    fact.amount = amount;
    wallet.last = sequence;
    return fact;
}

Judgement Parties::find_all(const SaleEvidence* sale) {
    for (const Party& party : parties_) {
        if (party.draft.last.get() == party.before.last.get()) continue;  // nothing happened here
        const Judgement judgement =
            find_consequences(moment_, party.subject, party.before, facts_, sale, party.timed_out);
        if (!judgement.accepted()) return judgement;
    }
    return {};
}

std::uint8_t Parties::tier_of(const Party& party) const {
    std::uint8_t tier = tier_now(moment_, party.subject, party.before);
    for (const Fact& fact : facts_.facts().subspan(facts_.transaction_begin())) {
        if (fact.subject == party.subject) tier = fact.tier_after;
    }
    return tier;
}

std::uint8_t Parties::tier_beneath(const Party& party) const {
    const HandTier* const hand = moment_.hands.find(party.subject);
    if (hand == nullptr || !hand->in_force) return tier_of(party);
    std::uint8_t tier = moment_.current->tier_of(party.before);
    for (const Fact& fact : facts_.facts().subspan(facts_.transaction_begin())) {
        if (fact.subject == party.subject && fact.type == FactType::tier_found)
            tier = static_cast<std::uint8_t>(fact.tiers.found - 1);
    }
    return tier;
}

}  // namespace tim::core
