// Lockstep: a sale that comes back whole, with no command between (design rules, section 3: Returns).
#include <fmt/format.h>

#include <map>

#include "engine/runtime/reward_queries.h"
#include "tests/support/lockstep.h"
#include "tests/support/party_state.h"

namespace tim::tests {

using model::CommandKind;
using model::CustomerId;
using model::Fact;
using model::FactType;
using model::Outcome;
using model::ProgramId;
using model::Refusal;
using model::SubjectKind;

namespace {

constexpr std::size_t kLedgerPage = 1'000;

struct Sums {
    NaiveModel::Wide amount = 0;
    NaiveModel::Wide points = 0;
    NaiveModel::Wide ranking = 0;
};

/// What a fact adds to its subject's figures: spend, points and ranking points; of a wallet commission, of a
/// campaign what it has paid.
Sums sums_of(const Fact& fact) {
    switch (fact.type) {
        case FactType::shortfall:  // points that were not taken, and ranking points that fall all the same
            return {0, 0, fact.points.value};
        case FactType::order_undone:
        case FactType::receipt_reduced:
        case FactType::receipt_redeemed:
        case FactType::lots_taken:
        case FactType::lot_spent:
        case FactType::voucher_issued:
        case FactType::voucher_noted:
            return {};
        default:
            break;
    }
    const bool ranks = (fact.flags & model::kFactRanking) != 0 || fact.type == FactType::tier_bonus;
    return {fact.amount.value, fact.points.value, ranks ? fact.points.value : 0};
}

/// What time did to somebody before the transaction is not the receipt's doing.
bool is_time(FactType type) {
    return type == FactType::hold_expired || type == FactType::points_expired ||
           type == FactType::points_matured || type == FactType::period_closed ||
           type == FactType::tiers_recalculated || type == FactType::commission_matured ||
           type == FactType::payout_due || type == FactType::override_began ||
           type == FactType::override_ended || type == FactType::tier_found;
}

}  // namespace

/// All that is told of a program.
struct Lockstep::ProgramSnapshot {
    std::vector<PartyState> parties;
    CampaignLimits limits;
    std::vector<model::VoucherPhase> vouchers;  ///< of those that were known
};

Lockstep::ProgramSnapshot Lockstep::snapshot_of(ProgramId program) {
    ProgramSnapshot snapshot;
    fixture_.commit();
    for (std::uint64_t id = 1; id <= model_.customer_count(program); ++id)
        snapshot.parties.push_back(party_state(fixture_, program, {id}));
    snapshot.limits = campaign_limits(fixture_, program);
    for (const NaiveModel::KnownVoucher& known : model_.vouchers())
        snapshot.vouchers.push_back(fixture_.engine().rewards().voucher(known.program, known.code)->phase);
    return snapshot;
}

std::string Lockstep::round_trip() {
    const ProgramId program{static_cast<std::uint16_t>(1 + choices_.below(model_.program_count()))};
    if (model_.customer_count(program) == 0) return {};
    const OwnedCommand sale = generator_.some_sale(program, fixture_.clock().now());
    const ProgramSnapshot before = snapshot_of(program);
    const auto newest = fixture_.engine().ledger(program, {}, 1);
    if (!newest) return "ledger: " + newest.error().message;
    std::vector<Outcome> outcomes;
    std::string difference = carry_out({sale}, outcomes);
    if (!difference.empty() || outcomes[0].refusal != Refusal::none || outcomes[0].duplicate)
        return difference;
    bool whole = true;
    for (const OwnedCommand& back : generator_.give_all_back(model_.accepted().back())) {
        difference = carry_out({back}, outcomes);
        if (!difference.empty()) return difference;
        whole = whole && outcomes[0].refusal == Refusal::none;
    }
    if (!whole) return {};  // no longer accepted, or beyond what fits
    ++round_trips_;
    note("  came back whole");
    difference = compare_round_trip(program, sale, before, beside_sale(program, newest->last));
    return difference.empty() ? sum_up(program, newest->last) : "after a full return: " + difference;
}

Lockstep::Beside Lockstep::beside_sale(ProgramId program, model::Sequence begin) {
    bool sold = false;
    std::uint64_t sale = 0;  // where its transaction begins
    std::uint64_t buyer = 0;
    std::set<std::uint64_t> given;  // to whom, beside the buyer, points came with the sale
    std::set<std::uint64_t> taken;  // from whom a bonus
    Beside beside;
    for (model::Sequence after = begin;;) {
        const auto page = fixture_.engine().ledger(program, after, kLedgerPage);
        if (!page) return beside;
        for (const auto& stored : page->facts) {
            const Fact& fact = stored.fact;
            const std::uint64_t first = stored.sequence.value - fact.position;
            if (fact.type == FactType::sale) {
                sold = true;
                sale = first;
                buyer = fact.subject.packed;
            }
            if (sold && first == sale && fact.subject.packed != buyer && fact.points.value > 0)
                given.insert(fact.subject.packed);
            // At once: no time has passed.
            if (fact.type == FactType::points_expired && given.contains(fact.subject.packed))
                beside.expired_elsewhere.insert(fact.subject.id());
            if (!sold || fact.type != FactType::tier_bonus) continue;
            if (fact.points.value < 0)
                taken.insert(fact.subject.packed);
            else if (taken.contains(fact.subject.packed))
                beside.gave_a_bonus_again = true;
        }
        after = page->next;
        if (after.value == 0) return beside;
    }
}

std::string Lockstep::compare_round_trip(ProgramId program, const OwnedCommand& sale,
                                         const ProgramSnapshot& before, const Beside& beside) {
    const ProgramSnapshot after = snapshot_of(program);
    if (before.limits != after.limits)
        return fmt::format("\n  before {}\n  after  {}", describe(before.limits), describe(after.limits));
    // One that was reserved and paid can be used again by anybody.
    for (std::size_t i = 0; i < before.vouchers.size(); ++i) {
        const auto was = before.vouchers[i];
        const auto is = after.vouchers[i];
        const bool paid = was == model::VoucherPhase::reserved && is == model::VoucherPhase::issued;
        if (was != is && !paid)
            return fmt::format("voucher {} was {}, and is {}", model_.vouchers()[i].code,
                               model::voucher_phase_name(was), model::voucher_phase_name(is));
    }
    for (std::size_t i = before.vouchers.size(); i < after.vouchers.size(); ++i)
        if (after.vouchers[i] != model::VoucherPhase::withdrawn)
            return fmt::format("voucher {} came with the sale, and stays", model_.vouchers()[i].code);
    const model::Program& rules =
        model_.document(program, static_cast<std::uint16_t>(before.parties[0].figures.version));
    for (std::size_t i = 0; i < before.parties.size(); ++i) {
        PartyState was = before.parties[i];
        PartyState is = after.parties[i];
        const auto spent =
            sale.details && sale.details->hold.value != 0 ? was.figures.held - is.figures.held : 0;
        if (spent != 0) {
            // The hold was captured: what it reserved is free again.
            was.figures.held = is.figures.held;
            was.figures.spendable = is.figures.spendable;
            was.figures.next_expiry = is.figures.next_expiry;
            was.figures.expiring = is.figures.expiring;
        }
        // What rules.md names as kept: tier and bonus under `never`, and what comes of them (a tier by hand
        // may hide that there was one).
        if (rules.tiering.downgrade == model::Downgrade::never) {
            Figures kept = is.figures;
            kept.lifetime = was.figures.lifetime;
            kept.month = was.figures.month;
            kept.orders = was.figures.orders;
            kept.first_order_at = was.figures.first_order_at;
            kept.last_order_at = was.figures.last_order_at;
            was.figures = kept;
            was.relations.customer_class = is.relations.customer_class;
        }
        // A program that clamps never takes below zero: a debt that stood before was paid by the sale.
        if (rules.points.below_zero == model::BelowZero::clamp && was.figures.points - was.figures.held < 0) {
            was.figures.points = is.figures.points;
            was.figures.spendable = is.figures.spendable;
        }
        // A bonus that a late sale took (its tier opens the period by it), or the return of a piece of it, is
        // earned again: from now, by its expiry.
        if (beside.gave_a_bonus_again) {
            was.figures.next_expiry = is.figures.next_expiry;
            was.figures.expiring = is.figures.expiring;
        }
        // What a late sale gave to others than its buyer, and what had expired as it was recorded, is taken
        // of what they have: of the buyer's alone rules.md is read so that nobody misses it.
        if (beside.expired_elsewhere.contains(i + 1)) {
            was.figures.points = is.figures.points;
            was.figures.spendable = is.figures.spendable;
            was.figures.next_expiry = is.figures.next_expiry;
            was.figures.expiring = is.figures.expiring;
        }
        if (was != is)
            return fmt::format("program {} customer {}\n  before   {}\n  after    {}", program.value, i + 1,
                               describe(was), describe(is)) +
                   newest_facts(program, {i + 1});
    }
    return {};
}

std::string Lockstep::sum_up(ProgramId program, model::Sequence begin) {
    std::map<std::uint64_t, Sums> sums;
    std::uint64_t sale = 0;  // where its transaction begins
    bool kept = false;
    for (model::Sequence after = begin;;) {
        const auto page = fixture_.engine().ledger(program, after, kLedgerPage);
        if (!page) return "ledger: " + page.error().message;
        for (const auto& stored : page->facts) {
            const Fact& fact = stored.fact;
            const bool clamped = (fact.flags & model::kFactClamped) != 0 || fact.type == FactType::shortfall;
            const bool stays =
                fact.type == FactType::tier_bonus &&
                model_.document(program, fact.version.value).tiering.downgrade == model::Downgrade::never;
            kept = kept || clamped || stays;
            // What expired as the sale was recorded is its doing.
            const std::uint64_t first = stored.sequence.value - fact.position;
            if (fact.type == FactType::sale) sale = first;
            const bool with_sale = fact.type == FactType::points_expired && first == sale;
            if (is_time(fact.type) && !with_sale) continue;
            const Sums of_fact = sums_of(fact);
            Sums& sum = sums[fact.subject.packed];
            sum.amount += of_fact.amount;
            sum.points += of_fact.points;
            sum.ranking += of_fact.ranking;
        }
        after = page->next;
        if (after.value == 0) break;
    }
    if (kept) return {};
    for (const auto& [packed, sum] : sums)
        if (sum.amount != 0 || sum.points != 0 || sum.ranking != 0)
            return fmt::format(
                "the facts of a receipt that came back whole add up to amount {}, points {}, ranking {} "
                "of subject {} {}",
                static_cast<std::int64_t>(sum.amount), static_cast<std::int64_t>(sum.points),
                static_cast<std::int64_t>(sum.ranking), packed >> 56, packed & 0xFFFFFFFFFF);
    return {};
}

}  // namespace tim::tests
