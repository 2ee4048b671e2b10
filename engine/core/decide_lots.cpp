// What time does to points that have dates, and to holds: in the order of the instants, at one instant holds
// time out before points mature, and these before points expire.
#include <algorithm>
#include <array>
#include <map>

#include "engine/core/decide_common.h"

namespace tim::core {

using model::Fact;
using model::FactType;
using model::Instant;
using model::Points;

namespace {

/// Settles one customer's points, fact by fact; each is a transaction of its own.
class PointsClock {
  public:
    /// `alone`: each fact is a transaction of its own, else they join one that the caller ends.
    PointsClock(const Moment& moment, model::Subject subject, PointsDraft& draft, FactWriter& facts,
                bool alone)
        : moment_(moment), subject_(subject), draft_(draft), facts_(facts), alone_(alone) {}

    void settle(const OpenHolds* holds) {
        OpenHolds timed_out;
        if (holds != nullptr)
            std::copy_if(holds->begin(), holds->end(), std::back_inserter(timed_out),
                         [&](const OpenHold& hold) { return hold.expires_at <= moment_.now; });
        std::stable_sort(timed_out.begin(), timed_out.end(),
                         [](const OpenHold& a, const OpenHold& b) { return a.expires_at < b.expires_at; });
        for (const OpenHold& hold : timed_out) {
            settle_lots({hold.expires_at.value - 1});
            const Points before = free();
            draft_.record.held.value -= hold.points.value;
            Fact& fact = add(FactType::hold_expired, hold.expires_at);
            fact.request.related = hold.id.value;
            end(fact, before);
        }
        settle_lots(moment_.now);
    }

    void settle_lots(Instant until) {
        if (const LotsDue due = draft_.lots.maturing(until); due.any()) {
            const Points before = free();
            draft_.record.points.value += due.points.value;
            Fact& fact = add(FactType::points_matured, due.at);
            fact.points = due.points;
            end(fact, before);
        }
        if (const LotsDue due = draft_.lots.expiring(until); due.any()) {
            const Points before = free();
            draft_.record.points.value -= due.spendable.value;
            Fact& fact = add(FactType::points_expired, due.at);
            fact.points = {-due.points.value};
            if (due.spendable != due.points) fact.flags |= model::kFactPending;
            end(fact, before);
        }
    }

  private:
    Fact& add(FactType type, Instant at) {
        CustomerRecord& record = draft_.record;
        sequence_ = facts_.next();
        Fact& fact = facts_.add(type, subject_, record.last);
        const std::uint8_t tier = tier_now(moment_, subject_, record);
        stamp(fact, moment_, tier, tier, record.points, record.held);
        fact.at = at;
        record.last = sequence_;
        return fact;
    }
    Points free() const { return free_points(draft_.record.points, draft_.record.held); }
    void end(const Fact& fact, Points free_before) {
        draft_.lots.fold(fact, sequence_, {}, free_before);
        if (alone_) facts_.end_transaction();
    }

    const Moment& moment_;
    model::Subject subject_;
    PointsDraft& draft_;
    FactWriter& facts_;
    bool alone_;
    model::Sequence sequence_{};
};

}  // namespace

void settle_points(PointsDraft& draft, model::Subject subject, const OpenHolds* holds, const Moment& moment,
                   FactWriter& facts) {
    PointsClock(moment, subject, draft, facts, true).settle(holds);
}

void tell_lots(const Lots& before, const Lots& after, model::Sequence spent, model::Subject subject,
               const Fact& fact, FactWriter& facts) {
    std::map<std::int64_t, std::int64_t> gone;
    for (const Lot& lot : before.all())
        if (!lot.pending()) gone[lot.dates.expires_at.value] += lot.points.value;
    for (const Lot& lot : after.all())
        if (!lot.pending()) gone[lot.dates.expires_at.value] -= lot.points.value;
    const Fact spending = fact;
    model::Sequence previous = spent;
    for (const auto& [expires_at_ms, points] : gone) {
        if (points == 0) continue;
        const model::Sequence sequence = facts.next();
        Fact& told = facts.add(FactType::lot_spent, subject, previous);
        told.at = spending.at;
        told.recorded = spending.recorded;
        told.version = spending.version;
        told.tier_before = spending.tier_before;
        told.tier_after = spending.tier_after;
        told.points_after = spending.points_after;
        told.held_after = spending.held_after;
        told.points = {-points};
        told.lot = {model::kNoInstant.value, expires_at_ms, spent.value};
        previous = sequence;
    }
}

PointsDraft settled_points(const CustomerRecord& record, const OpenHolds* holds, const Lots& lots,
                           Instant now, const Rules& current) {
    PointsDraft draft{record, lots};
    const bool holds_due =
        holds != nullptr &&
        std::any_of(holds->begin(), holds->end(), [&](const auto& hold) { return hold.expires_at <= now; });
    if (!holds_due && lots.next_due() > now) return draft;
    Moment moment;
    moment.now = moment.at = now;
    moment.current = moment.pricing = &current;
    std::array<Fact, kMaxFactsPerCommand> room;
    FactWriter facts(room, {1});
    settle_points(draft, model::Subject::customer({}, {}), holds, moment, facts);
    return draft;
}

Judgement end_lots(PointsDraft& draft, std::size_t begin, model::Subject subject, const Moment& moment,
                   FactWriter& facts) {
    const auto written = facts.facts().subspan(begin);
    model::Sequence sequence{facts.next().value - written.size()};
    std::uint8_t tier_before = 0;
    std::uint8_t tier_after = 0;
    for (const Fact& fact : written) {
        if (fact.subject == subject) {
            draft.lots.fold(fact, sequence, dates_of(fact, dating(moment)),
                            free_points(draft.record.points, draft.record.held));
            draft.record.points = fact.points_after;
            draft.record.held = fact.held_after;
            draft.record.last = sequence;
            tier_before = fact.tier_before;
            tier_after = fact.tier_after;
        }
        ++sequence.value;
    }
    if (!checked_add(draft.record.points, draft.lots.pending())) return refuse(model::Refusal::overflow);
    if (!draft.lots.expiring(moment.now).any()) return {};
    const std::size_t end = facts.facts().size();
    facts.reopen_transaction();
    PointsClock(moment, subject, draft, facts, false).settle_lots(moment.now);
    for (Fact& fact : facts.facts().subspan(end)) {
        fact.tier_before = tier_before;
        fact.tier_after = tier_after;
    }
    facts.end_transaction();
    return {};
}

}  // namespace tim::core
