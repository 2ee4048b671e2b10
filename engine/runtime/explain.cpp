#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/core/hashing.h"
#include "engine/runtime/explain_told.h"
#include "engine/runtime/limits.h"

namespace tim::runtime {

using model::ErrorKind;
using model::Fact;
using model::FactType;
using model::failure;
using model::Money;
using model::Points;
using model::SubjectKind;
using storage::StoredFact;

namespace {

// ------------------------------------------------------------------------------------- what amounts earn

struct Earned {
    std::string rate;        ///< in words
    std::string arithmetic;  ///< of the base points
    Points base{};
};

Earned base_points(const Told& told, const core::Rules& pricing, Money amount) {
    const model::EarnRate& rate = pricing.program().points.earn;
    const auto number = [&](Money money) { return model::format_money(money, pricing.program().currency); };
    Earned earned;
    earned.base = pricing.earned(amount).value_or(Points{});
    earned.rate = fmt::format("{} for every whole {}", told.points(rate.points), told.money(rate.per_amount));
    earned.arithmetic = fmt::format("floor({} / {}) × {} = {}", number(amount), number(rate.per_amount),
                                    rate.points.value, earned.base.value);
    return earned;
}

void explain_sale(const Told& told, Lines& lines) {
    const Fact& fact = told.fact();
    if (fact.subject.kind() == SubjectKind::anonymous) {
        lines.push_back(told.whole_line(
            fmt::format("A sale of {} to nobody in particular earns nothing.", told.money(fact.amount))));
        return;
    }
    const core::Rules& pricing = told.pricing();
    const Earned earned = base_points(told, pricing, fact.amount);
    ExplainedLine base = told.line();
    base.rule = "points.earn";
    base.arithmetic = earned.arithmetic;
    base.amount = fact.amount;
    base.points = base.ranking = earned.base;
    base.sentence = fmt::format("A sale of {} at {} earns {}.", told.money(fact.amount), earned.rate,
                                told.points(earned.base));
    const std::int64_t more = fact.points.value - earned.base.value;
    if ((fact.flags & model::kFactPending) != 0)
        base.sentence += fmt::format(" It is pending until {}.",
                                     told.instant(pricing.lot_dates(fact.at).matures_at.value));
    if (more == 0) base.sentence += told.tier_move();
    lines.push_back(std::move(base));
    if (more == 0) return;
    const auto tier = pricing.index_of(told.judged(), fact.tier_before).value_or(fact.tier_before);
    const std::int32_t multiplier = pricing.program().tiers[tier].multiplier_bp;
    ExplainedLine line = told.line();
    line.rule = fmt::format("tiers[{}].multiplier_bp", tier);
    line.arithmetic = fmt::format("floor({} × {} / {}) = {}", earned.base.value, multiplier, model::kWholeBp,
                                  fact.points.value);
    line.points = line.ranking = {more};
    line.sentence = fmt::format("{}, the tier held before the sale, earns {} % of that: {}.{}",
                                told.tier(fact.tier_before), static_cast<double>(multiplier) / 100,
                                signed_number(more), told.tier_move());
    lines.push_back(std::move(line));
}

void explain_return(const Told& told, Lines& lines) {
    const Fact& fact = told.fact();
    const Money back{-fact.amount.value};
    const char* const word = fact.type == FactType::voided ? "void" : "return";
    const Fact* const reduced = told.next();
    if ((fact.flags & model::kFactWithOriginal) == 0 || reduced == nullptr ||
        reduced->type != FactType::receipt_reduced) {
        const Earned earned = base_points(told, told.pricing(), back);
        ExplainedLine line =
            told.whole_line(fmt::format("A {} of {} without its sale takes back the base rate, {}: {}.", word,
                                        told.money(back), earned.rate, signed_number(fact.points.value)));
        line.rule = "points.earn";
        line.arithmetic = earned.arithmetic;
        if (fact.subject.kind() == SubjectKind::anonymous) line.arithmetic.clear();
        lines.push_back(std::move(line));
        return;
    }
    const Transaction& transaction = told.transaction();
    const StoredFact* const sale = transaction.sale;
    ExplainedLine line = told.whole_line(fmt::format(
        "A {} of {}: {} is left of the sale, which has earned {} for that: {}.", word, told.money(back),
        told.money(reduced->amount), told.points(reduced->points), signed_number(fact.points.value)));
    line.rule = "points.earn";
    if (sale != nullptr && fact.subject.kind() == SubjectKind::customer) {
        // What the rest earns, by the version and the tier that priced the sale.
        const std::int64_t before = transaction.earned_before.value;
        const core::Rules& priced = told.version_at(sale->fact.at, sale->fact.version);
        const Earned rest = base_points(told, priced, reduced->amount);
        line.arithmetic = rest.arithmetic;
        if (rest.base != reduced->points)
            line.arithmetic += fmt::format("; of tier {}: {}", told.tier_of(*sale), reduced->points.value);
        line.arithmetic +=
            fmt::format("; {} − {} = {}", reduced->points.value, before, reduced->points.value - before);
        if ((fact.flags & model::kFactClamped) != 0)
            line.arithmetic += fmt::format(", of which {} were there", -fact.points.value);
    }
    lines.push_back(std::move(line));
}

void explain_tier_bonus(const Told& told, Lines& lines) {
    const Fact& fact = told.fact();
    const auto& tiers = told.document().tiers;
    const auto bonus = [&](std::size_t index) {
        return tiers[index].active ? tiers[index].upgrade_bonus.value : 0;
    };
    // The bonuses next to where the customer stands now add up to what was paid, or taken back.
    std::vector<std::size_t> named;
    std::int64_t left = fact.points.value;
    if (left > 0) {
        for (std::size_t index = fact.tiers.bonus_tier + std::size_t{1}; index-- > 0 && left > 0;)
            if (bonus(index) > 0) {
                named.push_back(index);
                left -= bonus(index);
            }
        std::ranges::reverse(named);
    } else {
        for (std::size_t index = fact.tiers.bonus_tier + std::size_t{1}; index < tiers.size() && left < 0;
             ++index)
            if (bonus(index) > 0) {
                named.push_back(index);
                left += bonus(index);
            }
    }
    std::string names;
    std::string arithmetic;
    for (const std::size_t index : left == 0 ? named : std::vector<std::size_t>{}) {
        names += fmt::format("{}{}", names.empty() ? "" : ", ", told.tier(static_cast<std::uint8_t>(index)));
        arithmetic += fmt::format("{}{}", arithmetic.empty() ? "" : " + ", bonus(index));
    }
    const char* const what = fact.points.value > 0 ? "The bonus for reaching" : "The bonus is taken back of";
    ExplainedLine line = told.whole_line(fmt::format(
        "{} {}: {}.", what, names.empty() ? std::string("tiers") : names, signed_number(fact.points.value)));
    line.rule = named.size() == 1 && left == 0 ? fmt::format("tiers[{}].upgrade_bonus", named.front())
                                               : "tiers[].upgrade_bonus";
    line.arithmetic = std::move(arithmetic);
    lines.push_back(std::move(line));
}

void explain_shortfall(const Told& told, Lines& lines) {
    ExplainedLine line = told.line();
    line.rule = "points.below_zero";
    line.ranking = told.fact().points;
    line.sentence = fmt::format(
        "Points stop at zero: {} more were to be taken and were not there. Ranking points fall by them.",
        -told.fact().points.value);
    lines.push_back(std::move(line));
}

void explain_receipt_redeemed(const Told& told, Lines& lines) {
    lines.push_back(told.bare_line("They are spent in a sale, and come back when all of it does."));
}

void explain_order_undone(const Told& told, Lines& lines) {
    lines.push_back(told.bare_line("All of it came back: it counts as an order no more."));
}

void explain_redeemed(const Told& told, Lines& lines) {
    lines.push_back(told.whole_line(fmt::format("{} are spent.", told.points({-told.fact().points.value}))));
}

void explain_adjusted(const Told& told, Lines& lines) {
    lines.push_back(told.whole_line(fmt::format("An adjustment by hand: {} points, {} of spend.",
                                                signed_number(told.fact().points.value),
                                                told.money(told.fact().amount))));
}

void explain_hold(const Told& told, Lines& lines) {
    const Fact& fact = told.fact();
    switch (fact.type) {
        case FactType::hold_opened:
            lines.push_back(told.bare_line(fmt::format("{} are held until {}.", told.points(fact.points),
                                                       told.instant(fact.amount.value))));
            return;
        case FactType::hold_captured:
            lines.push_back(told.whole_line(fmt::format("Of hold {}, {} are spent.", fact.request.related,
                                                        told.points({-fact.points.value}))));
            return;
        case FactType::hold_released:
            lines.push_back(told.bare_line(fmt::format("Hold {} is released.", fact.request.related)));
            return;
        default:
            lines.push_back(told.bare_line(fmt::format("Hold {} has timed out.", fact.request.related)));
    }
}

void explain_time(const Told& told, Lines& lines) {
    switch (told.fact().type) {
        case FactType::period_closed:
            lines.push_back(told.bare_line(fmt::format("A month or period began at {}.", told.at())));
            return;
        case FactType::tiers_recalculated:
            lines.push_back(told.bare_line(
                fmt::format("Version {} of the rules holds from {}.", told.fact().version.value, told.at())));
            return;
        default:
            lines.push_back(
                told.bare_line(fmt::format("A closed period's figures changed: the current one began as {}.",
                                           told.tier(told.fact().tiers.opening_tier))));
    }
}

void explain_points(const Told& told, Lines& lines) {
    const Fact& fact = told.fact();
    const std::string points = told.points({std::abs(fact.points.value)});
    const auto until = [&] {
        return fact.lot.expires_at_ms == model::kNever.value
                   ? std::string("never expire")
                   : fmt::format("expire at {}", told.instant(fact.lot.expires_at_ms));
    };
    switch (fact.type) {
        case FactType::points_expired:
            lines.push_back(told.whole_line(fmt::format("{} have expired by {}.", points, told.at())));
            lines.back().rule = "points.expiry";
            return;
        case FactType::points_matured:
            lines.push_back(told.bare_line(fmt::format("{} can be spent from {}.", points, told.at())));
            lines.back().rule = "points.pending_days";
            return;
        case FactType::points_restored:
            lines.push_back(told.whole_line(
                fmt::format("{} spent in the sale are given back; they {}.", points, until())));
            return;
        case FactType::lots_taken:
            lines.push_back(
                told.bare_line("They are taken of the sale's own points first, then of those that "
                               "expire first."));
            return;
        default:
            lines.push_back(told.bare_line(fmt::format("Of what was spent, {} {}.", points, until())));
    }
}

void explain_extra_refused(const Told& told, Lines& lines) {
    const model::ExtraPart& extra = told.fact().extra;
    const auto refusal = static_cast<model::Refusal>(extra.refusal);
    lines.push_back(
        told.bare_line(fmt::format("Its {} was refused: {} ({}).", model::sale_extra_name(extra.extra),
                                   model::refusal_sentence(refusal, extra.detail, told.document().currency),
                                   model::refusal_name(refusal))));
}

/// What a campaign does, as its program says it: "× 2, + 50".
std::string arithmetic_of(const model::Campaign& campaign, const model::Currency& currency) {
    std::string text;
    for (const model::CampaignEffect& effect : campaign.then) {
        text += text.empty() ? "" : ", ";
        switch (effect.kind) {
            case model::EffectKind::multiplier:
                text += fmt::format("× {}", effect.multiplier_bp / double{model::kWholeBp});
                break;
            case model::EffectKind::bonus_points:
                text += fmt::format("+ {}", effect.points.value);
                break;
            case model::EffectKind::earn:
                text += fmt::format("+ floor(amount / {}) × {}",
                                    model::format_money(effect.per_amount, currency), effect.points.value);
                break;
            case model::EffectKind::discount:
                text += "a discount";
                break;
            case model::EffectKind::voucher:
                text += "a voucher";
                break;
            case model::EffectKind::commission:
                text += fmt::format("{} % for the referrer", effect.commission_bp / 100.0);
                break;
        }
    }
    return text;
}

void explain_campaign(const Told& told, Lines& lines) {
    const Fact& fact = told.fact();
    const std::string id = told.campaign();
    const auto& campaigns = told.pricing().program().campaigns;
    const auto campaign = std::ranges::find(campaigns, id, &model::Campaign::id);
    const bool applied = fact.type == FactType::campaign_applied;
    ExplainedLine line =
        told.whole_line(applied ? fmt::format("Campaign {} adds {}; the whole is rounded down once.", id,
                                              told.points(fact.points))
                                : fmt::format("The rest of the sale earns {} by campaign {}.",
                                              signed_number(fact.points.value), id));
    if (applied && campaign != campaigns.end()) {
        line.rule = fmt::format("campaigns[{}]", campaign - campaigns.begin());
        line.arithmetic = arithmetic_of(*campaign, told.document().currency);
    }
    if (applied && fact.party.aux != 0)
        line.sentence +=
            fmt::format(" It takes off {}.", told.money({static_cast<std::int64_t>(fact.party.aux)}));
    if (!applied && (fact.flags & model::kFactCounted) != 0)
        line.sentence += " It counts against the customer's limit no longer.";
    lines.push_back(std::move(line));
}

/// The campaign's own: nothing of the customer's.
void explain_campaign_budget(const Told& told, Lines& lines) {
    const Fact& fact = told.fact();
    ExplainedLine line = told.line();
    line.sentence =
        fmt::format("Campaign {} has paid {} in all.", told.campaign(), told.points(fact.points_after));
    lines.push_back(std::move(line));
}

void explain_enrolled(const Told& told, Lines& lines) {
    lines.push_back(told.bare_line("A new customer."));
}

void explain_password(const Told& told, Lines& lines) {
    lines.push_back(told.bare_line("The customer has a new password."));
}

/// A program or a key of access: of no receipt.
void explain_administration(const Told&, Lines&) {}

struct Explainer {
    FactType type;
    void (*explain)(const Told& told, Lines& lines);
};

/// How each type of fact is told. A type that is missing here is told by its name.
constexpr std::array kExplainers{
    Explainer{FactType::program_put, explain_administration},
    Explainer{FactType::access_key_added, explain_administration},
    Explainer{FactType::access_key_revoked, explain_administration},
    Explainer{FactType::enrolled, explain_enrolled},
    Explainer{FactType::password_set, explain_password},
    Explainer{FactType::sale, explain_sale},
    Explainer{FactType::returned, explain_return},
    Explainer{FactType::voided, explain_return},
    Explainer{FactType::receipt_reduced, explain_receipt_reduced},
    Explainer{FactType::order_undone, explain_order_undone},
    Explainer{FactType::redeemed, explain_redeemed},
    Explainer{FactType::adjusted, explain_adjusted},
    Explainer{FactType::hold_opened, explain_hold},
    Explainer{FactType::hold_captured, explain_hold},
    Explainer{FactType::hold_released, explain_hold},
    Explainer{FactType::hold_expired, explain_hold},
    Explainer{FactType::shortfall, explain_shortfall},
    Explainer{FactType::period_closed, explain_time},
    Explainer{FactType::tiers_recalculated, explain_time},
    Explainer{FactType::period_corrected, explain_time},
    Explainer{FactType::tier_bonus, explain_tier_bonus},
    Explainer{FactType::extra_refused, explain_extra_refused},
    Explainer{FactType::points_expired, explain_points},
    Explainer{FactType::points_matured, explain_points},
    Explainer{FactType::points_restored, explain_points},
    Explainer{FactType::lots_taken, explain_points},
    Explainer{FactType::lot_spent, explain_points},
    Explainer{FactType::receipt_redeemed, explain_receipt_redeemed},
    Explainer{FactType::campaign_applied, explain_campaign},
    Explainer{FactType::campaign_reduced, explain_campaign},
    Explainer{FactType::campaign_budgeted, explain_campaign_budget},
    Explainer{FactType::sale_lines, explain_sale_lines},
    Explainer{FactType::upline_earned, explain_upline},
    Explainer{FactType::upline_returned, explain_upline},
    Explainer{FactType::commission_accrued, explain_commission},
    Explainer{FactType::commission_returned, explain_commission},
    Explainer{FactType::referrer_commission, explain_commission},
    Explainer{FactType::referral_kept, explain_referral},
    Explainer{FactType::referral_earned, explain_referral},
    Explainer{FactType::referral_welcome, explain_referral},
    Explainer{FactType::referral_returned, explain_referral},
    Explainer{FactType::code_used, explain_referral},
    Explainer{FactType::payment_noted, explain_referral},
    Explainer{FactType::vip_granted, explain_network},
    Explainer{FactType::vip_undone, explain_network},
    Explainer{FactType::member_assigned, explain_network},
    Explainer{FactType::member_joined, explain_network},
    Explainer{FactType::member_left, explain_network},
    Explainer{FactType::commission_matured, explain_network},
    Explainer{FactType::payout_requested, explain_network},
    Explainer{FactType::payout_due, explain_network},
    Explainer{FactType::payout_approved, explain_network},
    Explainer{FactType::payout_paid, explain_network},
    Explainer{FactType::payout_failed, explain_network},
    Explainer{FactType::order_placed, explain_order},
    Explainer{FactType::order_updated, explain_order},
    Explainer{FactType::order_cancelled, explain_order},
    Explainer{FactType::order_noted, explain_order},
    Explainer{FactType::classified, explain_classified},
    Explainer{FactType::tier_overridden, explain_by_hand},
    Explainer{FactType::override_began, explain_by_hand},
    Explainer{FactType::override_ended, explain_by_hand},
    Explainer{FactType::tier_found, explain_by_hand},
    Explainer{FactType::overrides_dropped, explain_by_hand},
    Explainer{FactType::reward_redeemed, explain_reward},
    Explainer{FactType::voucher_granted, explain_reward},
    Explainer{FactType::voucher_reserved, explain_reward},
    Explainer{FactType::voucher_used, explain_reward},
    Explainer{FactType::voucher_released, explain_reward},
    Explainer{FactType::voucher_cancelled, explain_reward},
    Explainer{FactType::voucher_returned, explain_reward},
    Explainer{FactType::voucher_withdrawn, explain_reward},
    Explainer{FactType::voucher_issued, explain_reward},
    Explainer{FactType::voucher_noted, explain_reward},
    Explainer{FactType::reward_counted, explain_reward},
    Explainer{FactType::expiry_undone, explain_expiry_undone},
    Explainer{FactType::care_planned, explain_care},
    Explainer{FactType::care_changed, explain_care},
    Explainer{FactType::care_done, explain_care},
    Explainer{FactType::care_dropped, explain_care},
    Explainer{FactType::care_noted, explain_care},
    Explainer{FactType::customer_blocked, explain_person},
    Explainer{FactType::customer_unblocked, explain_person},
    Explainer{FactType::rekeyed, explain_person},
    Explainer{FactType::erased, explain_person},
    Explainer{FactType::claimed, explain_person},
    Explainer{FactType::receipt_claimed, explain_person},
};

}  // namespace

bool has_explanation(FactType type) {
    return std::ranges::find(kExplainers, type, &Explainer::type) != kExplainers.end();
}

void explain_transaction(const core::ProgramState& program, const Transaction& transaction, Lines& lines) {
    for (std::size_t place = 0; place < transaction.facts.size(); ++place) {
        const Told told(program, transaction, place);
        const auto explainer = std::ranges::find(kExplainers, told.fact().type, &Explainer::type);
        if (explainer != kExplainers.end())
            explainer->explain(told, lines);
        else
            lines.push_back(told.whole_line(fmt::format("{}: {}.", model::fact_type_name(told.fact().type),
                                                        signed_number(told.fact().points.value))));
    }
}

Transaction EngineImpl::transaction_of(model::Sequence sequence) const {
    Transaction transaction;
    const StoredFact named = fact_at(sequence);
    const std::uint64_t first = sequence.value - named.fact.position;
    for (std::uint64_t at = first; at < first + named.fact.count; ++at) {
        StoredFact& stored = transaction.facts.emplace_back(at == sequence.value ? named : fact_at({at}));
        if (stored.fact.type == FactType::sale_lines)
            transaction.lines = lines_of({{stored.sequence, stored.fact, stored.blob}});
        if (stored.fact.type == FactType::receipt_reduced && !stored.blob.empty()) {
            auto left = documents_.decode_lines_left(stored.blob);
            if (!left) core::broken_invariant("documents.decode_lines_left", left.error().message);
            transaction.left = std::move(*left);
            transaction.lines = lines_of(transaction_at({stored.fact.subject.id()}));
        }
        if (stored.fact.type != FactType::order_noted && stored.fact.type != FactType::classified &&
            stored.fact.type != FactType::care_noted)
            stored.blob.clear();
    }
    const Fact& head = transaction.facts.front().fact;
    if (head.name_kind != model::NameKind::none) transaction.name = model::format_name(head.name());
    return transaction;
}

Result<Explanation> EngineImpl::explain(model::ProgramId id, const model::Name& receipt) {
    const core::ProgramState* const program = state_.program(id);
    if (program == nullptr) return failure(ErrorKind::not_found, "there is no such program");
    const std::uint64_t fingerprint = state_.hashing.name(id, receipt);
    std::optional<StoredFact> named;
    visit_candidates(fingerprint, candidates(fingerprint), [&](const StoredFact& stored) {
        if (stored.fact.name() != receipt || stored.fact.subject.program() != id) return false;
        named = stored;
        return true;
    });
    if (!named)
        return failure(ErrorKind::not_found,
                       fmt::format("there is no receipt {}", model::format_name(receipt)));

    Explanation explanation;
    explanation.receipt = model::format_name(receipt);
    if (named->fact.subject.kind() == SubjectKind::customer)
        explanation.customer = {named->fact.subject.id()};
    Transaction own = transaction_of(named->sequence);
    model::Sequence newest{named->sequence.value + own.facts.size() - 1};
    const auto names_sale = [](const Fact& fact) { return (fact.flags & model::kFactWithOriginal) != 0; };
    if (names_sale(named->fact)) {
        const StoredFact sale = fact_at({own.facts[1].fact.subject.id()});
        explanation.original = model::format_name(receipt_of(sale.fact));
        own.sale = &sale;
        own.earned_before = earned_before(own, sale);
        explain_transaction(*program, own, explanation.lines);
    } else {
        explain_transaction(*program, own, explanation.lines);
    }
    if (named->fact.type == FactType::order_placed) {
        // What became of it, from where it stands back to its placing, which is told already.
        core::NameCandidates state;
        const core::OrderEvidence order = read_order(*named, state);
        std::vector<model::Sequence> notes;
        for (model::Sequence note = order.newest; note.value != 0; note = fact_at(note).fact.previous) {
            if (options_.stop_queries.stop_requested())
                return failure(ErrorKind::unavailable, "the server is stopping; ask again later");
            notes.push_back(note);
        }
        notes.pop_back();
        std::ranges::reverse(notes);
        newest = std::max(newest, order.newest);
        if (notes.size() > kMaxExplainedReturns) {
            explanation.left_out += notes.size() - kMaxExplainedReturns;
            notes.erase(notes.begin(), notes.end() - kMaxExplainedReturns);
        }
        for (const model::Sequence note : notes)
            explain_transaction(*program, transaction_of(note), explanation.lines);
        if (order.sale.value != 0) named = fact_at(order.sale);
    }
    while (named->fact.type == FactType::sale) {
        // From the newest return back along what was left of the receipt.
        std::vector<model::Sequence> reductions;
        const std::uint64_t state = state_.hashing.state_of(SubjectKind::receipt, named->sequence);
        visit_candidates(state, candidates(state), [&](const StoredFact& stored) {
            if (stored.fact.subject.kind() != SubjectKind::receipt ||
                stored.fact.subject.id() != named->sequence.value)
                return false;
            reductions.push_back(stored.sequence);
            return true;
        });
        while (!reductions.empty()) {
            if (options_.stop_queries.stop_requested())
                return failure(ErrorKind::unavailable, "the server is stopping; ask again later");
            const model::Sequence previous = fact_at(reductions.back()).fact.previous;
            if (previous.value == 0) break;
            reductions.push_back(previous);
        }
        std::ranges::reverse(reductions);
        if (!reductions.empty()) newest = std::max(newest, reductions.back());
        if (reductions.size() > kMaxExplainedReturns) {
            explanation.left_out += reductions.size() - kMaxExplainedReturns;
            reductions.resize(kMaxExplainedReturns);
        }
        for (const model::Sequence reduced : reductions) {
            Transaction back = transaction_of(reduced);
            back.sale = &*named;
            back.earned_before = earned_before(back, *named);
            explain_transaction(*program, back, explanation.lines);
        }
        const auto claimed = named->fact.subject.kind() == SubjectKind::anonymous
                                 ? find_claim(named->sequence, candidates(state))
                                 : std::nullopt;
        if (!claimed) break;
        named = *claimed;  // and how it went on as a customer's
        explanation.customer = {named->fact.subject.id()};
    }
    if (!wait_durable(newest)) return failure(ErrorKind::io, "a commit failed");
    return explanation;
}

Points EngineImpl::earned_before(const Transaction& back, const StoredFact& sale) const {
    for (const StoredFact& stored : back.facts) {
        if (stored.fact.type != FactType::receipt_reduced) continue;
        return stored.fact.previous.value == 0 ? sale.fact.points : fact_at(stored.fact.previous).fact.points;
    }
    return {};
}

}  // namespace tim::runtime
