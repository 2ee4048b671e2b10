#include "engine/core/decide_common.h"
#include "engine/core/settle.h"

namespace tim::core {

using model::CommandKind;
using model::Fact;
using model::FactType;
using model::Refusal;

namespace {

model::Points spendable_now(const Moment& moment, model::Subject subject, const CustomerRecord& record) {
    return spendable(record.points, record.held,
                     moment.current->keep_points(tier_now(moment, subject, record)));
}

}  // namespace

CustomerRecord settle_holds(const CustomerRecord& record, model::Subject subject, const OpenHolds& holds,
                            const Moment& moment, FactWriter& facts) {
    CustomerRecord draft = record;
    for (const OpenHold& hold : holds) {
        if (hold.expires_at > moment.now) continue;
        draft.held.value -= hold.points.value;
        const model::Sequence sequence = facts.next();
        Fact& fact = add_fact(FactType::hold_expired, moment, subject, draft, facts);
        fact.at = hold.expires_at;
        fact.request.related = hold.id.value;
        facts.end_transaction();
        draft.last = sequence;
    }
    return draft;
}

model::Points settled_held(const CustomerRecord& record, const OpenHolds* holds, model::Instant now) {
    model::Points held = record.held;
    if (holds == nullptr) return held;
    for (const OpenHold& hold : *holds) {
        if (hold.expires_at <= now) held.value -= hold.points.value;
    }
    return held;
}

PointsDraft settled(const CustomerRecord& record, const OpenHolds* holds, const Lots* lots,
                    const TierOverrides* overrides, model::Instant now, const Rules& current) {
    PointsDraft draft;
    if (lots != nullptr) draft = settled_points(record, holds, *lots, now, current);
    const model::Points points = lots != nullptr ? draft.record.points : record.points;
    const model::Points held = lots != nullptr ? draft.record.held : settled_held(record, holds, now);
    CustomerRecord& view = draft.record;
    view = overrides == nullptr ? record : beneath(record, *overrides);
    if (is_due(record, current, now)) view = settle(view, current, now).record;
    view.points = points;
    view.held = held;
    if (const model::Month month = current.calendar().month_of(now); month > view.month) {
        Bases bases = Bases::of(view);
        bases.advance(month, current.period_months());
        bases.put(view);
    }
    const auto by_hand = overrides == nullptr ? std::nullopt : tier_by_hand(*overrides, now, current);
    view.tier = by_hand ? *by_hand : current.tier_of(view);
    return draft;
}

Judgement decide_redeem(const model::Command& command, const Moment& moment, model::Subject subject,
                        const CustomerRecord& record, FactWriter& facts, const SaleEvidence* sale,
                        const Lots* lots) {
    model::Points points = command.points;
    if (points.value == 0) {
        if (!moment.current->program().points.redeem) return refuse(Refusal::invalid_command);
        const auto worth = moment.current->worth(command.amount);
        if (!worth) return refuse(Refusal::overflow);
        points = *worth;
    }
    const model::Points most = spendable_now(moment, subject, record);
    if (points > most) return refuse(Refusal::insufficient_points, most.value);

    const model::Sequence sequence = facts.next();
    Fact& fact = add_fact(FactType::redeemed, moment, subject, record, facts);
    name(fact, command);
    fact.points = {-points.value};
    fact.points_after = {record.points.value - points.value};
    if (sale != nullptr) {
        fact.flags |= model::kFactWithOriginal;
        Fact& receipt = facts.add(
            FactType::receipt_redeemed,
            model::Subject::of(model::SubjectKind::receipt, subject.program(), sale->sequence.value),
            sale->reduced);
        receipt.at = moment.at;
        receipt.recorded = moment.recorded;
        receipt.version = moment.current->version();
        receipt.amount = sale->remaining;
        receipt.points = sale->points;
        if (lots != nullptr) {
            Lots after = *lots;
            after.fold(fact, sequence, {}, free_points(record.points, record.held));
            tell_lots(*lots, after, sequence, subject, fact, facts);
        }
    }
    facts.end_transaction();
    return {};
}

Judgement decide_hold(const model::Command& command, const Moment& moment, model::Subject subject,
                      const CustomerRecord& record, std::size_t open_holds, FactWriter& facts) {
    const model::Instant expires_at{moment.at.value +
                                    (command.ttl_ms == 0 ? kDefaultHoldMs : command.ttl_ms)};
    if (expires_at <= moment.now) return refuse(Refusal::invalid_time);
    if (open_holds >= kMaxOpenHolds) return refuse(Refusal::too_many_holds, kMaxOpenHolds);
    const model::Points most = spendable_now(moment, subject, record);
    if (command.points > most) return refuse(Refusal::insufficient_points, most.value);

    Fact& fact = add_fact(FactType::hold_opened, moment, subject, record, facts);
    name(fact, command);
    fact.amount = {expires_at.value};
    fact.points = command.points;
    fact.held_after = {record.held.value + command.points.value};
    facts.end_transaction();
    return {};
}

Judgement check_hold(const std::optional<OpenHold>& hold, std::optional<model::FactType> resolved,
                     model::Instant now) {
    if (hold && hold->expires_at > now) return {};
    if (!hold && resolved == FactType::hold_captured) return refuse(Refusal::hold_captured);
    if (!hold && resolved == FactType::hold_released) return refuse(Refusal::hold_released);
    return refuse(Refusal::hold_expired);
}

Judgement decide_hold_end(const model::Command& command, const Moment& moment, model::Subject subject,
                          const CustomerRecord& record, const std::optional<OpenHold>& hold,
                          std::optional<model::FactType> resolved, FactWriter& facts) {
    if (const Judgement open = check_hold(hold, resolved, moment.now); !open.accepted()) return open;
    const bool captures = command.kind == CommandKind::capture;
    if (captures && command.points > hold->points)
        return refuse(Refusal::capture_exceeds_hold, hold->points.value);
    const model::Points taken = !captures                   ? model::Points{}
                                : command.points.value == 0 ? hold->points
                                                            : command.points;
    const auto points = checked_sub(record.points, taken);
    if (!points) return refuse(Refusal::overflow);

    Fact& fact = add_fact(captures ? FactType::hold_captured : FactType::hold_released, moment, subject,
                          record, facts);
    name(fact, command);
    fact.request.related = hold->id.value;
    fact.points = {-taken.value};
    fact.points_after = *points;
    fact.held_after = {record.held.value - hold->points.value};
    facts.end_transaction();
    return {};
}

}  // namespace tim::core
