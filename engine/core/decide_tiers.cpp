#include <algorithm>

#include "engine/core/decide_common.h"
#include "engine/core/settle.h"

namespace tim::core {

using model::Fact;
using model::FactType;
using model::Points;
using model::Refusal;

namespace {

/// What a customer's figures lead to.
struct Standing {
    std::uint8_t tier = 0;
    std::uint8_t opening = 0;
    Points bonus{};  ///< to pay now (> 0), or to take back
};

/// The tier is found from the figure without this period's bonuses, climbing by the bonus of each tier that
/// is reached; those above where it ends are taken back (rules.md, Tier bonus).
Standing climb(const Rules& rules, const CustomerRecord& record) {
    Standing standing{record.tier, record.opening_tier, {}};
    if (!rules.enabled()) return standing;
    if (rules.reopens()) standing.opening = rules.reached_at_opening(record);
    const Points paid = rules.bonuses(std::max(record.opening_tier, record.bonus_floor), record.bonus_tier);
    const std::uint8_t floor = std::max(standing.opening, record.bonus_floor);
    std::uint8_t least = 0;
    if (rules.downgrade() == model::Downgrade::never) least = record.tier;
    if (rules.downgrade() == model::Downgrade::at_review) least = standing.opening;
    Points due{};
    for (;;) {
        standing.tier = std::max(least, rules.reached(record, {due.value - paid.value}));
        const Points reached = rules.bonuses(floor, standing.tier);
        if (reached == due) break;
        due = reached;
    }
    standing.bonus.value = due.value - paid.value;
    return standing;
}

/// Adds what a customer's facts lead to, one behind the other.
class Consequences {
  public:
    Consequences(const Moment& moment, model::Subject subject, const CustomerRecord& before,
                 CustomerRecord& draft, Points timed_out, FactWriter& facts)
        : moment_(moment),
          subject_(subject),
          before_(before),
          draft_(draft),
          timed_out_(timed_out),
          facts_(facts) {}

    void correct(const Standing& standing) {
        Fact& fact = add(FactType::period_corrected);
        fact.month = draft_.month;
        fact.tiers = tier_state(draft_);
        fact.tiers.opening_tier = standing.opening;
        fact.tiers.bonus_tier = standing.tier;  // what this makes due is settled by the bonus behind it
        fold_figures(draft_, fact);
    }

    /// A bonus that a sale gave which comes back goes with its own lot.
    Judgement pay(const Standing& standing, const SaleEvidence* sale) {
        Points moved = standing.bonus;
        const auto lot = sale == nullptr || moved.value >= 0
                             ? std::nullopt
                             : lot_given(*sale, subject_, FactType::tier_bonus);
        Points back{};  // that had expired as the sale was recorded
        if (lot && subject_ == sale->sale.subject)
            back.value = std::min(-moved.value, expired_beside(*sale, facts_).value);
        if (moved.value < 0 && moment_.current->clamps()) {
            const auto unheld = checked_sub(draft_.points, {draft_.held.value - timed_out_.value});
            const Points free = std::max(Points{}, Points{unheld.value_or(Points{}).value + back.value});
            moved.value = -std::min(-moved.value, free.value);
        }
        const model::Month month = std::max(draft_.month, moment_.current->calendar().month_of(moment_.now));
        const std::uint8_t months = moment_.current->period_months();
        const auto points = checked_add(draft_.points, moved);
        if (!points || !can_post(draft_, month, months, {}, standing.bonus)) return refuse(Refusal::overflow);
        Fact& fact = add(FactType::tier_bonus);
        fact.flags = model::kFactRanking;
        if (moved.value > 0) date_points(fact, moment_);
        set_month(fact, moment_, month);
        fact.points = moved;
        fact.points_after = *points;
        fact.tiers = tier_state(draft_);
        fact.tiers.bonus_tier = standing.tier;
        fold_figures(draft_, fact);
        if (moved != standing.bonus) fact.flags |= model::kFactClamped;
        if (back.value != 0) {
            Fact& undone = add(FactType::expiry_undone);
            undone.points = back;
            undone.points_after = {draft_.points.value + back.value};
            undone.lot = *lot;
            undone.content = 1;
            fold_figures(draft_, undone);
        }
        if (lot && (moved.value < 0 || back.value != 0) && has_lots(before_, subject_, facts_)) {
            fact.flags |= model::kFactLot;
            Fact& taken = add(FactType::lots_taken);
            taken.points = {moved.value + back.value};
            taken.lot = *lot;
        }
        if (moved == standing.bonus) return {};
        Fact& shortfall = add(FactType::shortfall);
        set_month(shortfall, moment_, month);
        shortfall.points = {standing.bonus.value - moved.value};
        fold_figures(draft_, shortfall);
        return {};
    }

  private:
    Fact& add(FactType type) {
        const model::Sequence sequence = facts_.next();
        Fact& fact = facts_.add(type, subject_, draft_.last);
        const std::uint8_t held = tier_now(moment_, subject_, draft_);
        stamp(fact, moment_, held, held, draft_.points, draft_.held);
        draft_.last = sequence;
        return fact;
    }

    const Moment& moment_;
    model::Subject subject_;
    const CustomerRecord& before_;
    CustomerRecord& draft_;
    Points timed_out_;
    FactWriter& facts_;
};

}  // namespace

std::uint8_t found_tier(const Rules& rules, const CustomerRecord& record) {
    return climb(rules, record).tier;
}

CustomerRecord settle_tiers(const CustomerRecord& record, model::Subject subject, const Moment& moment,
                            FactWriter& facts) {
    const Settlement settlement = settle(record, *moment.current, settled_until(moment));
    if (settlement.type == FactType::none) return record;
    CustomerRecord draft = settlement.record;
    const model::Sequence sequence = facts.next();
    Fact& fact = facts.add(settlement.type, subject, record.last);
    stamp(fact, moment, settlement.tier_before, draft.tier, draft.points, draft.held);
    fact.at = settlement.at;
    set_month(fact, moment, draft.month);
    fact.tiers = settlement.state;
    draft.last = sequence;
    if (settlement.makes_vip) {
        draft.last = facts.next();
        Fact& granted = facts.add(FactType::vip_granted, subject, sequence);
        stamp(granted, moment, draft.tier, draft.tier, draft.points, draft.held);
        granted.at = settlement.at;
    }
    facts.end_transaction();
    return draft;
}

bool needs_recompute(const CustomerRecord& record, const Rules& current, model::Instant now) {
    if (is_due(record, current, now)) return true;
    if (!current.plain() || (record.flags & kRecordHasOverrides) != 0) return false;
    const Rules& recorded = current.before(record.version);
    return current.index_of(recorded, record.tier) != current.tier_of(record);
}

CustomerRecord recompute_tiers(const CustomerRecord& record, model::Subject subject, const Moment& moment,
                               FactWriter& facts) {
    const Rules& rules = *moment.current;
    CustomerRecord draft = settle_tiers(record, subject, moment, facts);
    if (draft.last.get() != record.last.get() || !needs_recompute(record, rules, moment.now)) return draft;
    const std::uint8_t tier = rules.tier_of(draft);
    const std::uint8_t before = rules.index_of(rules.before(record.version), record.tier).value_or(tier);
    const model::Sequence sequence = facts.next();
    Fact& fact = facts.add(FactType::tiers_recalculated, subject, draft.last);
    stamp(fact, moment, before, tier, draft.points, draft.held);
    set_month(fact, moment, draft.month);
    fact.tiers = tier_state(draft);
    facts.end_transaction();
    draft.tier = tier;
    draft.version = rules.version();
    draft.last = sequence;
    return draft;
}

namespace {

/// S1.6, S1.18: whoever reaches the tier is a VIP from then on.
void grant_vip(const Moment& moment, model::Subject subject, std::uint8_t tier, FactWriter& facts) {
    const std::size_t begin = facts.transaction_begin();
    const std::size_t end = facts.facts().size();
    const model::Sequence first{facts.next().value - (end - begin)};
    std::size_t newest = begin;
    for (std::size_t i = begin; i < end; ++i) {
        if (facts.facts()[i].subject == subject) newest = i;
    }
    const Fact& last = facts.facts()[newest];
    const model::Points points = last.points_after;
    const model::Points held = last.held_after;
    Fact& fact = facts.add(FactType::vip_granted, subject, {first.value + newest - begin});
    stamp(fact, moment, tier, tier, points, held);
    fact.party.related = first.value;
}

}  // namespace

bool has_lots(const CustomerRecord& before, model::Subject subject, const FactWriter& facts) {
    const auto brings = [&](const Fact& fact) {
        return fact.subject == subject && (fact.flags & model::kFactLot) != 0;
    };
    return (before.flags & kRecordHasLots) != 0 ||
           std::ranges::any_of(facts.facts().subspan(facts.transaction_begin()), brings);
}

Judgement find_consequences(const Moment& moment, model::Subject subject, const CustomerRecord& before,
                            FactWriter& facts, const SaleEvidence* sale, Points timed_out) {
    const Rules& rules = *moment.current;
    const std::size_t begin = facts.transaction_begin();
    if (subject.kind() != model::SubjectKind::customer) return {};
    std::uint8_t tier = before.tier;
    if (rules.plain()) {
        std::int64_t figure = rules.by_spend() ? before.lifetime_spend.value : before.ranking_points.value;
        for (const Fact& fact : facts.facts().subspan(begin)) {
            if (fact.subject != subject || fact.type == FactType::order_undone) continue;
            const bool ranking = (fact.flags & model::kFactRanking) != 0 || fact.type == FactType::shortfall;
            if (rules.by_spend())
                figure += fact.amount.value;
            else if (ranking)
                figure += fact.points.value;
        }
        tier = rules.tier_of(figure);
    } else {
        CustomerRecord draft = before;
        model::Sequence sequence{facts.next().value - (facts.facts().size() - begin)};
        for (const Fact& fact : facts.facts().subspan(begin)) {
            if (fact.subject == subject) {
                fold_figures(draft, fact);
                draft.last = sequence;
            }
            ++sequence.value;
        }
        draft.tier = before.tier;
        const Standing standing = climb(rules, draft);
        tier = standing.tier;
        Consequences consequences(moment, subject, before, draft, timed_out, facts);
        if (standing.opening != draft.opening_tier) consequences.correct(standing);
        if (standing.bonus.value != 0) {
            if (const Judgement paid = consequences.pay(standing, sale); !paid.accepted()) return paid;
        }
    }
    const HandTier* const hand = moment.hands.find(subject);
    const std::uint8_t held = hand != nullptr && hand->tier ? *hand->tier : tier;
    const Fact* newest = nullptr;
    for (Fact& fact : facts.facts().subspan(begin)) {
        if (fact.subject != subject) continue;
        fact.tier_after = held;
        newest = &fact;
    }
    if (hand != nullptr && hand->in_force && newest != nullptr && tier != rules.tier_of(before)) {
        const auto behind = static_cast<std::uint64_t>(facts.facts().data() + facts.facts().size() - newest);
        const model::Points points = newest->points_after;
        const model::Points still_held = newest->held_after;
        Fact& fact = facts.add(FactType::tier_found, subject, {facts.next().value - behind});
        stamp(fact, moment, held, held, points, still_held);
        fact.tiers = tier_state(before);
        fact.tiers.found = static_cast<std::uint8_t>(tier + 1);
    }
    if (rules.makes_vips() && rules.makes_vip(tier) && !before.is_vip())
        grant_vip(moment, subject, held, facts);
    return {};
}

Judgement end_posting(const Moment& moment, model::Subject subject, const CustomerRecord& before,
                      FactWriter& facts, const SaleEvidence* sale) {
    const Judgement judgement = find_consequences(moment, subject, before, facts, sale);
    if (judgement.accepted()) facts.end_transaction();
    return judgement;
}

}  // namespace tim::core
