#include <algorithm>
#include <optional>
#include <vector>

#include "engine/core/decide_common.h"
#include "engine/core/lines.h"
#include "engine/core/spent.h"
#include "engine/core/voucher_facts.h"

namespace tim::core {

using model::CommandKind;
using model::Fact;
using model::FactType;
using model::Instant;
using model::Refusal;
using model::SubjectKind;

Judgement check_original(const model::Command& command, const Moment& moment, model::Subject subject,
                         const SaleEvidence& sale) {
    if (sale.sale.type != FactType::sale && sale.order == model::OrderPhase::none)
        return refuse(Refusal::not_a_sale);
    if (sale.sale.subject != subject) return refuse(Refusal::other_customer);
    if (sale.order == model::OrderPhase::placed) return refuse(Refusal::order_not_completed);
    if (sale.order == model::OrderPhase::cancelled) return refuse(Refusal::order_cancelled);
    if (command.kind == CommandKind::redeem) {
        const bool gone = sale.returned && sale.remaining.value == 0;
        return gone ? refuse(Refusal::already_returned) : Judgement{};
    }
    if (moment.at.value - sale.sale.at.value > moment.current->return_ms()) {
        return refuse(Refusal::return_too_late, moment.current->program().points.return_days);
    }
    if (command.kind == CommandKind::voided && sale.returned) return refuse(Refusal::already_returned);
    if (command.kind == CommandKind::returned && command.amount > sale.remaining) {
        return refuse(Refusal::return_exceeds_sale, sale.remaining.value);
    }
    return return_terms(command, sale).judgement;
}

std::optional<model::LotPart> lot_given(const SaleEvidence& sale, model::Subject subject, FactType type) {
    for (const RecordedFact& part : sale.parts) {
        if (part.fact.subject != subject || part.fact.type != type || part.fact.points.value <= 0) continue;
        const LotDates dates = dates_of(part.fact, *sale.pricing);
        return model::LotPart{model::kNoInstant.value, dates.expires_at.value, sale.sequence.value};
    }
    return std::nullopt;
}

namespace {

/// What of a sale's points had expired as it was recorded, by where they came from. A debt takes of the first
/// that can be spent: of the sale's own, unless they were pending.
struct Expired {
    std::int64_t all = 0;
    std::int64_t own = 0;     ///< by base rate, tier and campaigns
    std::int64_t beside = 0;  ///< by what came with it
};

/// When what a sale brought its buyer expires; all of it does at once.
Instant expiry_of(const SaleEvidence& sale) {
    for (const RecordedFact& part : sale.parts)
        if (part.fact.subject == sale.sale.subject && (part.fact.flags & model::kFactLot) != 0 &&
            part.fact.points.value > 0)
            return dates_of(part.fact, *sale.pricing).expires_at;
    return model::kNever;
}

Expired expired_in(const SaleEvidence& sale) {
    const Instant expiry = expiry_of(sale);
    Expired expired;
    std::int64_t own = 0;
    std::int64_t beside = 0;
    for (const RecordedFact& part : sale.parts) {
        const Fact& fact = part.fact;
        if (fact.subject != sale.sale.subject) continue;
        // What a hold gave back as it was captured may have expired too, at another instant.
        if (fact.type == FactType::points_expired && fact.at == expiry) expired.all -= fact.points.value;
        if (fact.type == FactType::sale || fact.type == FactType::campaign_applied) own += fact.points.value;
        if (fact.type == FactType::tier_bonus || fact.type == FactType::referral_welcome)
            beside += std::max<std::int64_t>(fact.points.value, 0);
    }
    const bool pending = (sale.sale.flags & model::kFactPending) != 0;
    expired.own = std::clamp<std::int64_t>(pending ? expired.all : expired.all - beside, 0, own);
    expired.beside = expired.all - expired.own;
    return expired;
}

/// The dates of what a sale earned.
LotDates dates_of_sale(const SaleEvidence& sale) {
    return (sale.sale.flags & model::kFactLot) != 0 ? dates_of(sale.sale, *sale.pricing) : LotDates{};
}

/// What a return takes back of one part of a sale's points.
struct Loss {
    model::Points difference{};  ///< what the rest does not earn any more (> 0); < 0: what it earns again
    model::Points pending{};     ///< of that, taken of points that nobody could spend yet
    model::Points taken{};       ///< of that, taken of the balance

    model::Points moved() const { return {-(pending.value + taken.value)}; }
    bool clamped() const { return pending.value + taken.value != difference.value; }
};

struct CampaignLoss : Loss {
    CampaignGain gain;  ///< as the sale had it
};

/// What a return takes back of points.
struct Losses {
    model::Points own_left{};       ///< by base rate and tier: what the rest earns
    std::int64_t taken_before = 0;  ///< what returns before have called for
    /// Of what is called for, what had expired with the sale: of many returns the first take it.
    std::int64_t expired(std::int64_t most) const {
        return std::clamp<std::int64_t>(taken_before + difference().value, 0, most) -
               std::clamp<std::int64_t>(taken_before, 0, most);
    }
    Loss own;
    std::vector<CampaignLoss> campaigns;

    model::Points difference() const { return sum(&Loss::difference, false); }
    model::Points moved() const {
        return {-(sum(&Loss::pending, false).value + sum(&Loss::taken, false).value)};
    }
    model::Points ranking_difference() const { return sum(&Loss::difference, true); }
    /// What ranking points lose beside what is taken.
    model::Points ranking_shortfall() const {
        return {sum(&Loss::pending, true).value + sum(&Loss::taken, true).value - ranking_difference().value};
    }

    /// Takes what is called for, so much of it of pending points and at most `most` of the balance: first of
    /// what base rate and tier gave, then of campaigns in their order.
    void take(model::Points pending, model::Points most) {
        std::int64_t left = std::max<std::int64_t>(most.value, 0);
        for (const CampaignLoss& loss : campaigns)
            left += std::max<std::int64_t>(-loss.difference.value, 0);
        const auto take_one = [&](Loss& loss) {
            loss.pending.value = std::clamp<std::int64_t>(loss.difference.value, 0, pending.value);
            pending.value -= loss.pending.value;
            loss.taken.value = std::min(loss.difference.value - loss.pending.value, left);
            left -= std::max<std::int64_t>(loss.taken.value, 0);
        };
        take_one(own);
        for (CampaignLoss& loss : campaigns)
            take_one(loss);
    }

  private:
    model::Points sum(model::Points Loss::*part, bool ranking_alone) const {
        model::Points all = own.*part;
        for (const CampaignLoss& loss : campaigns)
            if (loss.gain.ranking || !ranking_alone) all.value += (loss.*part).value;
        return all;
    }
};

/// What campaigns have added to the sale for as much of it as `remaining`, with so much of its lines: only
/// those that took effect then can now, by all that priced the sale.
CampaignGains gains_for(const SaleEvidence& sale, const CampaignGains& applied, model::Money remaining,
                        const model::LinesLeft& left) {
    if (applied.empty()) return {};
    const std::vector<model::SaleLine> lines = remaining_lines(sale.lines, left.quantities);
    CampaignSale rest{
        remaining, sale.sale.at, {}, sale.sale.terminal, (sale.sale.flags & model::kFactFirstOrder) != 0};
    rest.lines = lines;
    rest.has_referrer = std::ranges::any_of(
        sale.parts, [](const RecordedFact& part) { return part.fact.type == FactType::referrer_commission; });
    // About the customer the sale has the answers: what is known of the customer may have changed.
    const auto answered = [&applied](std::uint16_t number, std::span<const CustomerQuestion>) {
        const auto gain = std::ranges::find(applied, number, &CampaignGain::number);
        return gain == applied.end() ? std::uint32_t{0} : gain->answers;
    };
    const CampaignSale::Ask ask(answered);
    rest.ask = &ask;
    const auto took_effect = [&applied](const CampaignGain& gain) {
        return std::ranges::any_of(applied,
                                   [&](const CampaignGain& one) { return one.number == gain.number; });
    };
    auto earning = sale.pricing->earning(rest, *sale.judged, sale.sale.tier_before, remaining, took_effect);
    return std::move(earning.value().gains);  // of less than the sale, which did not overflow
}

/// The campaigns that took effect in the sale.
CampaignGains applied_in(const SaleEvidence& sale) {
    CampaignGains applied;
    for (const RecordedFact& part : sale.parts) {
        if (part.fact.type != FactType::campaign_applied) continue;
        CampaignGain& gain = applied.emplace_back();
        gain.number = static_cast<std::uint16_t>(part.fact.party.counterparty);
        gain.ranking = (part.fact.flags & model::kFactRanking) != 0;
        gain.counted = (part.fact.flags & model::kFactCounted) != 0;
        gain.points = part.fact.points;
        gain.answers = part.fact.content;
        const auto next = static_cast<std::size_t>(&part - sale.parts.data()) + 1;
        gain.budgeted = next < sale.parts.size() && sale.parts[next].fact.type == FactType::campaign_budgeted;
    }
    return applied;
}

CampaignGain gain_of(const CampaignGains& gains, std::uint16_t number) {
    for (const CampaignGain& gain : gains)
        if (gain.number == number) return gain;
    return {};
}

/// What the campaigns of a sale have given for what is left of it, and give for what a return leaves.
struct Rests {
    CampaignGains applied;  ///< as the sale had them
    CampaignGains before;
    CampaignGains after;
};

Rests rests_of(const SaleEvidence& sale, const ReturnTerms& terms) {
    Rests rests;
    rests.applied = applied_in(sale);
    const bool gone = sale.sale.amount.value > 0 && sale.remaining.value == 0;
    if (gone) return rests;
    rests.before = gains_for(sale, rests.applied, sale.remaining, sale.left);
    if (!terms.whole) rests.after = gains_for(sale, rests.applied, terms.remaining, terms.left);
    return rests;
}

/// With the sale known: the difference between what it has earned and what the rest of it earns, so that many
/// small returns take exactly what one large one takes. A receipt of which the last came back has earned
/// nothing; one of no amount stands until it is voided.
Losses losses_of(const SaleEvidence& sale, const ReturnTerms& terms) {
    Losses losses;
    losses.own_left = sale.pricing->earned(terms.remaining, *sale.judged, sale.sale.tier_before)
                          .value();  // less than the sale's, which did not overflow
    losses.own.difference.value = sale.points.value - losses.own_left.value;
    losses.taken_before = sale.sale.points.value - sale.points.value;
    const Rests rests = rests_of(sale, terms);
    for (const CampaignGain& gain : rests.applied) {
        const CampaignGain had = gain_of(rests.before, gain.number);
        const CampaignGain has = gain_of(rests.after, gain.number);
        losses.taken_before += gain.points.value - had.points.value;
        CampaignLoss& loss = losses.campaigns.emplace_back();
        loss.difference = {had.points.value - has.points.value};
        loss.gain = gain;
        // What was too little for a point then may make one of the rest.
        loss.gain.budgeted = gain.budgeted || had.budgeted || has.budgeted;
    }
    return losses;
}

/// A fact for each campaign that loses something by the return; when nothing of the sale is left, it does not
/// count against the customer's limits either.
bool take_gains(const Losses& losses, bool whole, model::Month month, model::Sequence sale,
                const CampaignBudgets* budgets, FactChain& chain) {
    for (const CampaignLoss& loss : losses.campaigns) {
        const bool uncounts = whole && loss.gain.counted;
        if (loss.difference.value == 0 && !uncounts) continue;
        Fact* const fact = chain.add(FactType::campaign_reduced, {-loss.taken.value});
        if (fact == nullptr) return false;
        fact->points = loss.moved();
        set_month(*fact, chain.moment(), month);
        fact->party = {loss.gain.number, sale.value, 0};
        if (loss.gain.ranking) fact->flags |= model::kFactRanking;
        if (uncounts) fact->flags |= model::kFactCounted;
        if (loss.clamped()) fact->flags |= model::kFactClamped;
        if (loss.pending.value != 0) fact->flags |= model::kFactPending;
        if (loss.gain.budgeted && loss.difference.value != 0)
            charge(chain.subject().program(), loss.gain.number, {-loss.difference.value}, chain.moment(),
                   *budgets, chain.facts());
    }
    return true;
}

}  // namespace

model::Money commission_loss(const SaleEvidence& sale, const ReturnTerms& terms, std::uint16_t campaign) {
    const Rests rests = rests_of(sale, terms);
    return {gain_of(rests.before, campaign).commission.value -
            gain_of(rests.after, campaign).commission.value};
}

bool expired_with(const SaleEvidence& sale) {
    return expired_in(sale).all != 0;
}

model::Points expired_beside(const SaleEvidence& sale, const FactWriter& facts) {
    if (!expired_with(sale)) return {};
    std::int64_t left = expired_in(sale).beside - sale.undone.value;
    for (const Fact& fact : facts.facts().subspan(facts.transaction_begin()))
        if (fact.type == FactType::expiry_undone && fact.content != 0) left -= fact.points.value;
    return {std::max<std::int64_t>(left, 0)};
}

Judgement post_return(const model::Command& command, const Moment& moment, model::Subject subject,
                      const CustomerRecord& record, const SaleEvidence* sale, FactWriter& facts,
                      const ReturnContext& context) {
    const Lots* const lots = context.lots;
    const bool anonymous = subject.kind() == SubjectKind::anonymous;
    const bool voids = command.kind == CommandKind::voided;
    const ReturnTerms terms = sale == nullptr ? ReturnTerms{} : return_terms(command, *sale);
    const model::Money amount = sale == nullptr ? command.amount : terms.amount;

    // What is taken back; without the sale, the base rate's points.
    Losses losses;
    if (sale != nullptr && !anonymous) {
        losses = losses_of(*sale, terms);
    } else if (!anonymous) {
        const auto earned = moment.pricing->earned(amount);
        if (!earned) return refuse(Refusal::overflow);
        losses.own.difference = *earned;
    }
    const bool whole = terms.whole;
    Spent spent(moment.now);
    if (whole) {
        spent.add(sale->parts);
        spent.add(sale->redeemed);
    }
    model::Points unmissed{};  // had expired as the sale was recorded
    if (sale != nullptr && !anonymous && expired_with(*sale))
        unmissed.value = losses.expired(expired_in(*sale).own);
    const auto with_restored = checked_add(record.points, model::Points{spent.all().value + unmissed.value});
    if (!with_restored) return refuse(Refusal::overflow);
    // Of the sale's own points, those that are pending go first: they are in nobody's balance.
    const LotDates dates = sale != nullptr ? dates_of_sale(*sale) : LotDates{};
    model::Points pending{};
    if (lots != nullptr && dates.matures_at != model::kNoInstant)
        pending = std::clamp(losses.difference(), model::Points{}, lots->pending_of(dates));
    model::Points most{losses.difference().value - pending.value};
    if (!anonymous && moment.current->clamps()) {
        const auto unheld = checked_sub(*with_restored, record.held);
        most = std::min(most, std::max(model::Points{}, unheld.value_or(model::Points{})));
    }
    losses.take(pending, most);

    const auto points = checked_sub(record.points, losses.own.taken);
    const model::Money posted{-amount.value};
    const model::Month month =
        sale != nullptr ? sale->sale.month : moment.current->calendar().month_of(moment.at);
    if (!points || !can_post(record, month, moment.current->period_months(), posted,
                             {-losses.ranking_difference().value}))
        return refuse(Refusal::overflow);

    const std::uint8_t before = tier_now(moment, subject, record);
    const model::Sequence first = facts.next();
    Fact& fact = facts.add(voids ? FactType::voided : FactType::returned, subject, record.last);
    stamp(fact, moment, before, before, *points, record.held);
    name(fact, command);
    fact.flags = model::kFactRanking;
    if (sale != nullptr) fact.flags |= model::kFactWithOriginal;
    if (losses.own.clamped()) fact.flags |= model::kFactClamped;
    if (losses.own.pending.value != 0) fact.flags |= model::kFactPending;
    set_month(fact, moment, month);
    fact.amount = posted;
    fact.points = losses.own.moved();

    FactChain chain(moment, subject, before, *points, record.held, first, facts);
    if (sale != nullptr) {
        Fact& reduced = facts.add(
            FactType::receipt_reduced,
            model::Subject::of(SubjectKind::receipt, subject.program(), sale->sequence.value), sale->reduced);
        reduced.at = moment.at;
        reduced.recorded = moment.recorded;
        reduced.version = moment.current->version();
        reduced.amount = terms.remaining;
        reduced.points = losses.own_left;
        if (!take_gains(losses, whole, month, sale->sequence, context.budgets, chain))
            return refuse(Refusal::overflow);
        // Behind all that is taken, and before anything is given back: lots are what is left of the balance.
        if (unmissed.value != 0) {
            Fact* const expired = chain.add(FactType::expiry_undone, unmissed);
            if (expired == nullptr) return refuse(Refusal::overflow);
            expired->lot = {model::kNoInstant.value, dates.expires_at.value, sale->sequence.value};
        }
        const model::Points moved{losses.moved().value + unmissed.value};
        const bool gives = moved.value > 0 && dates.expires_at != model::kNever;
        if (lots != nullptr || gives) {
            Fact& lots_taken = *chain.add(FactType::lots_taken, {});
            if (gives) lots_taken.flags |= model::kFactLot;
            lots_taken.points = moved;
            lots_taken.lot = {dates.matures_at.value, dates.expires_at.value, sale->sequence.value};
        }
        if (whole) {
            Fact& undone = *chain.add(FactType::order_undone, {});
            undone.request.related = sale->sequence.value;
            undone.amount = {sale->first_order.value};
            undone.points = {sale->last_order.value};
            if (!spent.restore(sale->sequence, chain)) return refuse(Refusal::overflow);
            unwind_vouchers(*sale, context.rewards, chain);
        }
    }
    if (const model::Points shortfall = losses.ranking_shortfall(); shortfall.value != 0) {
        Fact& missing = *chain.add(FactType::shortfall, {});
        set_month(missing, moment, month);
        missing.points = shortfall;
    }
    return {};
}

Judgement decide_return(const model::Command& command, const Moment& moment, model::Subject subject,
                        const CustomerRecord& record, const SaleEvidence* sale, FactWriter& facts,
                        const ReturnContext& context) {
    const Judgement judgement = post_return(command, moment, subject, record, sale, facts, context);
    return judgement.accepted() ? end_posting(moment, subject, record, facts, sale) : judgement;
}

}  // namespace tim::core
