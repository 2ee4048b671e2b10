#include "engine/core/wallet_book.h"

#include <algorithm>

#include "engine/core/invariant.h"

namespace tim::core {

using model::Fact;
using model::FactType;

namespace {

/// Linear in the amount, so that what is added in pieces counts like the whole.
std::uint64_t lot_digest(model::Instant due, model::Money amount) {
    return (mix_words(0x2545F4914F6CDD1Du, static_cast<std::uint64_t>(due.value)) | 1) *
           static_cast<std::uint64_t>(amount.value);
}

model::Money mature(Wallet& wallet, model::Instant until) {
    for (const DueLots::Lot& lot : wallet.lots.all()) {
        if (lot.due > until) break;
        wallet.lots_digest -= lot_digest(lot.due, lot.amount);
    }
    const model::Money matured = wallet.lots.take_until(until);
    wallet.pending.value -= matured.value;
    return matured;
}

/// Out of its own lot while it is pending there, else of what is available.
void take_back(Wallet& wallet, const Fact& fact) {
    const model::Instant due = CommissionTerms::of(fact.party.aux).due;
    const std::int64_t pending = std::min(wallet.lots.at(due).value, -fact.amount.value);
    if (pending > 0) wallet.add_to_lot(due, {-pending});
    wallet.available.value += fact.amount.value + pending;
    wallet.earned.value += fact.amount.value;
}

Payout close_payout(Wallet& wallet, std::uint64_t id) {
    const auto found = std::find_if(wallet.payouts.begin(), wallet.payouts.end(),
                                    [id](const Payout& payout) { return payout.id.value == id; });
    TIM_INVARIANT(found != wallet.payouts.end(), "a payout is closed while it is open");
    const Payout payout = *found;
    wallet.payouts.erase(found);
    return payout;
}

}  // namespace

void Wallet::add_to_lot(model::Instant due, model::Money change) {
    lots.add(due, change);
    lots_digest += lot_digest(due, change);
    pending.value += change.value;
}

std::optional<Payout> Wallet::payout(model::Sequence id) const {
    const auto found =
        std::find_if(payouts.begin(), payouts.end(), [id](const Payout& open) { return open.id == id; });
    return found == payouts.end() ? std::nullopt : std::optional(*found);
}

std::uint64_t Wallet::digest() const {
    std::uint64_t sum = 0;
    const auto mix = [&sum](auto value) { sum = mix_words(sum, static_cast<std::uint64_t>(value)); };
    mix(available.value);
    mix(pending.value);
    mix(earned.value);
    mix(paid.value);
    mix(members);
    mix(lots_digest);
    mix(recruits_digest);
    mix(month.value);
    for (const Payout& payout : payouts) {
        mix(payout.id.value);
        mix(payout.amount.value);
        mix(payout.approved);
    }
    return sum;
}

Wallet& WalletBook::at(model::CustomerId vip) {
    auto& place = places_[vip.value];
    if (!place) {
        place = std::make_unique<Wallet>();
        wallets_.emplace(vip.value, place.get());
    }
    return *place;
}

void fold_wallet(Wallet& wallet, const Fact& fact, model::Sequence sequence) {
    TIM_INVARIANT(wallet.last == fact.previous, "a fact follows its subject's newest fact");
    switch (fact.type) {
        case FactType::member_joined:
            ++wallet.members;
            if (fact.party.aux == 0) break;
            wallet.recruits.add({static_cast<std::uint16_t>(fact.party.aux)});
            wallet.recruits_digest += mix_words(1, fact.party.aux);
            break;
        case FactType::member_left:
            TIM_INVARIANT(wallet.members > 0, "who leaves was there");
            --wallet.members;
            break;
        case FactType::commission_accrued:
        case FactType::referrer_commission:
            wallet.add_to_lot(CommissionTerms::of(fact.party.aux).due, fact.amount);
            wallet.earned.value += fact.amount.value;
            break;
        case FactType::commission_returned:
            take_back(wallet, fact);
            break;
        case FactType::commission_matured: {
            const model::Money matured = mature(wallet, fact.at);
            TIM_INVARIANT(matured == fact.amount, "what was pending becomes available");
            wallet.available.value += matured.value;
            break;
        }
        case FactType::payout_requested:
        case FactType::payout_due:
            TIM_INVARIANT(wallet.payouts.size() < kMaxOpenPayouts, "a wallet's open payouts are bounded");
            wallet.available.value += fact.amount.value;
            wallet.payouts.push_back(
                {sequence,
                 {-fact.amount.value},
                 fact.type == FactType::payout_due ? std::uint64_t{1} : std::uint64_t{0}});
            break;
        case FactType::payout_approved: {
            const auto found =
                std::find_if(wallet.payouts.begin(), wallet.payouts.end(),
                             [&](const Payout& payout) { return payout.id.value == fact.request.related; });
            TIM_INVARIANT(found != wallet.payouts.end(), "a payout is approved while it is open");
            found->approved = 1;
            break;
        }
        case FactType::payout_paid:
            wallet.paid.value += close_payout(wallet, fact.request.related).amount.value;
            break;
        case FactType::payout_failed:
            wallet.available.value += close_payout(wallet, fact.request.related).amount.value;
            break;
        default:
            TIM_INVARIANT(false, "a fact of this type has another subject");
    }
    wallet.month = fact.month;
    wallet.last = sequence;
    TIM_INVARIANT(
        wallet.available.value == fact.points_after.value && wallet.pending.value == fact.held_after.value,
        "a fact carries the figures after it");
}

}  // namespace tim::core
