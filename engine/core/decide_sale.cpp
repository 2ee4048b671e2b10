#include "engine/core/decide_common.h"

namespace tim::core {

using model::Fact;
using model::FactType;
using model::Refusal;
using model::SubjectKind;

namespace {

Judgement check_extras(const SaleExtras& extras, const model::Command& command, const Moment& moment,
                       model::Subject subject) {
    if (command.details->hold.value == 0) return {};
    if (extras.hold_customer.value == 0) return refuse(Refusal::unknown_hold);
    if (subject != model::Subject::customer(subject.program(), extras.hold_customer))
        return refuse(Refusal::other_hold);
    return check_hold(extras.hold, extras.hold_resolved, moment.now);
}

/// The hold is captured whole, behind the sale's own fact.
Judgement capture(const OpenHold& hold, const Lots* lots, const Moment& moment, model::Subject subject,
                  model::Sequence sale, FactWriter& facts) {
    const model::Sequence sequence = facts.next();
    const Fact sold = facts.facts().back();
    const auto points = checked_sub(sold.points_after, hold.points);
    if (!points) return refuse(Refusal::overflow);
    Fact& fact = facts.add(FactType::hold_captured, subject, sale);
    stamp(fact, moment, sold.tier_before, sold.tier_after, *points,
          {sold.held_after.value - hold.points.value});
    fact.request.related = hold.id.value;
    fact.points = {-hold.points.value};
    if (lots != nullptr) {
        Lots after = *lots;
        after.fold(fact, sequence, {}, free_points(sold.points_after, sold.held_after));
        tell_lots(*lots, after, sequence, subject, fact, facts);
    }
    return {};
}

}  // namespace

Judgement decide_sale(const model::Command& command, const Moment& moment, model::Subject subject,
                      const CustomerRecord& record, FactWriter& facts, const SaleExtras* extras) {
    if (extras != nullptr) {
        const Judgement judgement = check_extras(*extras, command, moment, subject);
        if (!judgement.accepted()) return judgement;
    }
    const bool anonymous = subject.kind() == SubjectKind::anonymous;
    const std::uint8_t before = tier_now(moment, subject, record);
    const auto earned =
        anonymous ? model::Points{} : moment.pricing->earned(command.amount, *moment.current, before);
    if (!earned) return refuse(Refusal::overflow);
    LotDates dates;
    if (dating(moment).dates_points() && earned->value > 0) dates = dating(moment).lot_dates(moment.at);
    const bool pending = dates.matures_at != model::kNoInstant && dates.matures_at > moment.now;
    const auto points = pending ? std::optional(record.points) : checked_add(record.points, *earned);
    const model::Month month = moment.current->calendar().month_of(moment.at);
    if (!points || record.orders == UINT32_MAX ||
        !can_post(record, month, moment.current->period_months(), command.amount, *earned))
        return refuse(Refusal::overflow);

    const model::Sequence sequence = facts.next();
    Fact& fact = facts.add(FactType::sale, subject, record.last);
    stamp(fact, moment, before, before, *points, record.held);
    name(fact, command);
    fact.flags = model::kFactRanking;
    if (pending) fact.flags |= model::kFactPending;
    if (pending || dates.expires_at != model::kNever) fact.flags |= model::kFactLot;
    set_month(fact, moment, month);
    fact.amount = command.amount;
    fact.points = *earned;
    if (extras != nullptr && extras->hold) {
        const Judgement captured = capture(*extras->hold, extras->lots, moment, subject, sequence, facts);
        if (!captured.accepted()) return captured;
    }
    return end_posting(moment, subject, record, facts);
}

std::optional<model::Points> quote(const Rules& current, model::Money amount, std::uint8_t tier) {
    return current.earned(amount, current, tier);
}

}  // namespace tim::core
