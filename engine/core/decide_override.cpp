// Tiers by hand, with a date (rules.md, Tiers). They lie over what the figures lead to and change nothing of
// that: the tier beneath goes on being found, periods open with it and bonuses follow it.
#include <algorithm>

#include "engine/core/decide_common.h"
#include "engine/core/settle.h"

namespace tim::core {

using model::Fact;
using model::FactType;
using model::Refusal;

namespace {

/// What is in force by what has been recorded, as an index in `current`.
std::optional<std::uint8_t> recorded_by_hand(const TierOverrides& overrides, const Rules& current) {
    for (auto given = overrides.list.rbegin(); given != overrides.list.rend(); ++given) {
        if (!given->begun) continue;
        if (const auto tier = current.index_of(current.before(given->version), given->tier)) return tier;
    }
    return std::nullopt;
}

struct Boundary {
    model::Instant at{};
    bool ends = false;
    model::Sequence id{};

    /// At one instant what begins comes before what ends.
    friend bool operator<(const Boundary& a, const Boundary& b) {
        if (a.at != b.at) return a.at < b.at;
        return a.ends != b.ends ? !a.ends : a.id < b.id;
    }
};

absl::InlinedVector<Boundary, 4> boundaries_until(const TierOverrides& overrides, model::Instant until) {
    absl::InlinedVector<Boundary, 4> found;
    for (const TierOverride& given : overrides.list) {
        if (!given.begun && given.from <= until) found.push_back({given.from, false, given.id});
        if (given.until <= until) found.push_back({given.until, true, given.id});
    }
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace

CustomerRecord settle_overridden(const CustomerRecord& record, model::Subject subject,
                                 const TierOverrides& overrides, Moment& moment, FactWriter& facts) {
    const Rules& rules = *moment.current;
    const model::Instant until = settled_until(moment);
    TierOverrides left = overrides;
    CustomerRecord draft = beneath(record, overrides);
    if (is_due(draft, rules, until)) {
        const Settlement settlement = settle(draft, rules, until);
        if (settlement.type != FactType::none) {
            draft = settlement.record;
            const auto forced = recorded_by_hand(left, rules);
            const std::uint8_t after = forced.value_or(draft.tier);
            std::uint8_t before = settlement.tier_before;
            if (left.in_force())
                before = rules.index_of(rules.before(record.version), record.tier).value_or(after);
            const model::Sequence sequence = facts.next();
            Fact& fact = facts.add(settlement.type, subject, record.last);
            stamp(fact, moment, before, after, draft.points, draft.held);
            fact.at = settlement.at;
            set_month(fact, moment, draft.month);
            fact.tiers = settlement.state;
            if (left.in_force()) fact.tiers.found = static_cast<std::uint8_t>(draft.tier + 1);
            draft.last = sequence;
            if (settlement.makes_vip) {
                draft.last = facts.next();
                Fact& granted = facts.add(FactType::vip_granted, subject, sequence);
                stamp(granted, moment, after, after, draft.points, draft.held);
                granted.at = settlement.at;
            }
            facts.end_transaction();
        }
    }
    const std::uint8_t found = rules.tier_of(draft);
    for (const Boundary& boundary : boundaries_until(overrides, until)) {
        const std::uint8_t before = recorded_by_hand(left, rules).value_or(found);
        const auto given = std::ranges::find(left.list, boundary.id, &TierOverride::id);
        if (boundary.ends)
            left.list.erase(given);
        else
            given->begun = true;
        const std::uint8_t after = recorded_by_hand(left, rules).value_or(found);
        const model::Sequence sequence = facts.next();
        Fact& fact = facts.add(boundary.ends ? FactType::override_ended : FactType::override_began, subject,
                               draft.last);
        stamp(fact, moment, before, after, draft.points, draft.held);
        fact.at = boundary.at;
        fact.amount = {static_cast<std::int64_t>(boundary.id.value)};
        fact.tiers = tier_state(draft);
        fact.tiers.found = static_cast<std::uint8_t>(found + 1);
        facts.end_transaction();
        draft.last = sequence;
    }
    moment.hands.add({subject, recorded_by_hand(left, rules), left.in_force(), left.list.size()});
    return draft;
}

Judgement decide_override(const model::Command& command, const Moment& moment, model::Subject subject,
                          const CustomerRecord& record, FactWriter& facts) {
    const Rules& rules = *moment.current;
    const model::TierAct& act = *command.tier_act;
    const std::uint8_t before = tier_now(moment, subject, record);
    const std::uint8_t found = rules.tier_of(record);
    const HandTier* const hand = moment.hands.find(subject);
    const std::size_t overrides = hand == nullptr ? 0 : hand->count;
    if (act.tier.empty()) {
        if (overrides == 0) return refuse(Refusal::no_override);
        Fact& fact = facts.add(FactType::overrides_dropped, subject, record.last);
        stamp(fact, moment, before, found, record.points, record.held);
        name(fact, command);
        facts.end_transaction();
        return {};
    }
    const auto& tiers = rules.program().tiers;
    const auto tier = std::ranges::find(tiers, act.tier, &model::Tier::id);
    if (tier == tiers.end() || !tier->active) return refuse(Refusal::unknown_tier);
    const model::Instant now = settled_until(moment);
    if (act.until <= std::max(now, act.from)) return refuse(Refusal::invalid_time);
    if (overrides >= kMaxTierOverrides) return refuse(Refusal::too_many_overrides, kMaxTierOverrides);
    const bool begins = act.from <= now;
    const auto index = static_cast<std::uint8_t>(tier - tiers.begin());
    Fact& fact = facts.add(FactType::tier_overridden, subject, record.last);
    stamp(fact, moment, before, begins ? index : before, record.points, record.held);
    name(fact, command);
    fact.amount = {act.until.value};
    fact.points = {begins ? model::kNoInstant.value : act.from.value};
    fact.month = {index};
    fact.period_months = found;
    facts.end_transaction();
    return {};
}

}  // namespace tim::core
