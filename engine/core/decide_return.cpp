#include <algorithm>
#include <map>

#include "engine/core/decide_common.h"

namespace tim::core {

using model::CommandKind;
using model::Fact;
using model::FactType;
using model::Refusal;
using model::SubjectKind;

Judgement check_original(const model::Command& command, const Moment& moment, model::Subject subject,
                         const SaleEvidence& sale) {
    if (sale.sale.type != FactType::sale) return refuse(Refusal::not_a_sale);
    if (sale.sale.subject != subject) return refuse(Refusal::other_customer);
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
    return {};
}

namespace {

/// Whether a return of so much leaves nothing of the sale: the order is undone, and what was spent in it is
/// given back.
bool takes_all(model::Money remaining, model::Money amount, bool voids) {
    return remaining.value == 0 && (amount.value > 0 || voids);
}

/// What the customer spent in a sale with points, by their expiry.
class Spent {
  public:
    /// What has expired by `now` is not told apart: it is restored to expire at once.
    Spent(const SaleEvidence& sale, model::Instant now) {
        for (const auto* facts : {&sale.parts, &sale.redeemed}) {
            for (const RecordedFact& part : *facts) {
                const model::Points points{-part.fact.points.value};
                if (part.fact.type == FactType::lot_spent) {
                    const std::int64_t expires = part.fact.lot.expires_at_ms;
                    (expires <= now.value ? expired_ : by_expiry_[expires]).value += points.value;
                    if (expires <= now.value) last_expired_ = std::max(last_expired_, expires);
                    by_expiry_[model::kNever.value].value -= points.value;
                }
                if (part.fact.type == FactType::hold_captured || part.fact.type == FactType::redeemed) {
                    by_expiry_[model::kNever.value].value += points.value;
                    all_.value += points.value;
                }
            }
        }
        if (expired_.value != 0) by_expiry_[last_expired_] = expired_;
    }

    model::Points all() const { return all_; }

    /// Gives them back, the earliest expiry first. Returns the customer's newest fact.
    model::Sequence restore(const SaleEvidence& sale, const Moment& moment, model::Subject subject,
                            model::Sequence previous, std::uint8_t tier, model::Points& points,
                            model::Points held, FactWriter& facts) const {
        for (const auto& [expires_at_ms, part] : by_expiry_) {
            if (part.value == 0) continue;
            points.value += part.value;
            const model::Sequence sequence = facts.next();
            Fact& fact = facts.add(FactType::points_restored, subject, previous);
            stamp(fact, moment, tier, tier, points, held);
            fact.points = part;
            fact.lot = {model::kNoInstant.value, expires_at_ms, sale.sequence.value};
            if (expires_at_ms != model::kNever.value) fact.flags |= model::kFactLot;
            previous = sequence;
        }
        return previous;
    }

  private:
    std::map<std::int64_t, model::Points> by_expiry_;
    model::Points expired_{};
    std::int64_t last_expired_ = model::kNoInstant.value;
    model::Points all_{};
};

/// The dates of what a sale earned.
LotDates dates_of_sale(const SaleEvidence& sale) {
    return (sale.sale.flags & model::kFactLot) != 0 ? dates_of(sale.sale, *sale.pricing) : LotDates{};
}

}  // namespace

Judgement decide_return(const model::Command& command, const Moment& moment, model::Subject subject,
                        const CustomerRecord& record, const SaleEvidence* sale, FactWriter& facts,
                        const Lots* lots) {
    const bool anonymous = subject.kind() == SubjectKind::anonymous;
    const bool voids = command.kind == CommandKind::voided;
    const model::Money amount = voids ? sale->remaining : command.amount;

    // What is taken back: with the sale known, the difference between what it has earned and what its
    // remaining amount earns, so that many small returns take exactly what one large one takes; else the base
    // rate's points.
    model::Money remaining{};
    model::Points should{};
    model::Points difference{};
    if (sale != nullptr) {
        remaining.value = sale->remaining.value - amount.value;
        if (!anonymous)
            should = sale->pricing->earned(remaining, *sale->judged, sale->sale.tier_before)
                         .value();  // less than the sale's, which did not overflow
        difference.value = sale->points.value - should.value;
    } else if (!anonymous) {
        const auto earned = moment.pricing->earned(amount);
        if (!earned) return refuse(Refusal::overflow);
        difference = *earned;
    }
    const bool whole = sale != nullptr && takes_all(remaining, amount, voids);
    const std::optional<Spent> spent =
        whole ? std::optional<Spent>(std::in_place, *sale, moment.now) : std::nullopt;
    const model::Points restored = spent ? spent->all() : model::Points{};
    const auto with_restored = checked_add(record.points, restored);
    if (!with_restored) return refuse(Refusal::overflow);
    // Of the sale's own points, those that are pending go first: they are in nobody's balance.
    const LotDates own = sale != nullptr ? dates_of_sale(*sale) : LotDates{};
    model::Points pending{};
    if (lots != nullptr && own.matures_at != model::kNoInstant)
        pending = std::min(difference, lots->pending_of(own));
    const model::Points called{difference.value - pending.value};
    model::Points taken = called;
    if (!anonymous && moment.current->clamps()) {
        const auto unheld = checked_sub(*with_restored, record.held);
        taken = std::min(called, std::max(model::Points{}, unheld.value_or(model::Points{})));
    }

    auto points = checked_sub(record.points, taken);
    const model::Money posted{-amount.value};
    const model::Month month =
        sale != nullptr ? sale->sale.month : moment.current->calendar().month_of(moment.at);
    if (!points || !can_post(record, month, moment.current->period_months(), posted, {-difference.value}))
        return refuse(Refusal::overflow);

    const std::uint8_t before = tier_now(moment, subject, record);
    const model::Sequence first = facts.next();
    Fact& fact = facts.add(voids ? FactType::voided : FactType::returned, subject, record.last);
    stamp(fact, moment, before, before, *points, record.held);
    name(fact, command);
    fact.flags = model::kFactRanking;
    if (sale != nullptr) fact.flags |= model::kFactWithOriginal;
    if (taken != called) fact.flags |= model::kFactClamped;
    if (pending.value != 0) fact.flags |= model::kFactPending;
    set_month(fact, moment, month);
    fact.amount = posted;
    fact.points = {-taken.value - pending.value};

    model::Sequence previous = first;
    if (sale != nullptr) {
        Fact& reduced = facts.add(
            FactType::receipt_reduced,
            model::Subject::of(SubjectKind::receipt, subject.program(), sale->sequence.value), sale->reduced);
        reduced.at = moment.at;
        reduced.recorded = moment.recorded;
        reduced.version = moment.current->version();
        reduced.amount = remaining;
        reduced.points = should;
        if (lots != nullptr) {
            const model::Sequence sequence = facts.next();
            Fact& lots_taken = facts.add(FactType::lots_taken, subject, previous);
            stamp(lots_taken, moment, before, before, *points, record.held);
            lots_taken.points = fact.points;
            lots_taken.lot = {own.matures_at.value, own.expires_at.value, sale->sequence.value};
            previous = sequence;
        }
        if (whole) {
            const model::Sequence undone_at = facts.next();
            Fact& undone = facts.add(FactType::order_undone, subject, previous);
            stamp(undone, moment, before, before, *points, record.held);
            undone.request.related = sale->sequence.value;
            undone.amount = {sale->first_order.value};
            undone.points = {sale->last_order.value};
            previous = undone_at;
            previous = spent->restore(*sale, moment, subject, previous, before, *points, record.held, facts);
        }
    }
    if (taken != called) {
        Fact& shortfall = facts.add(FactType::shortfall, subject, previous);
        stamp(shortfall, moment, before, before, *points, record.held);
        set_month(shortfall, moment, month);
        shortfall.points = {taken.value - called.value};
    }
    return end_posting(moment, subject, record, facts);
}

}  // namespace tim::core
