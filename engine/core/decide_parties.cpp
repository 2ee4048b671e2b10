// Sales and returns that other customers than the buyer take part in: the VIP above (S1.17, S1.19), and the
// two sides of a referral (S1.11).
#include <algorithm>

#include "engine/core/parties.h"

namespace tim::core {

using model::CustomerId;
using model::Fact;
using model::FactType;
using model::Money;
using model::PartyPart;
using model::Points;
using model::Refusal;
using model::Subject;
using model::SubjectKind;

namespace {

/// What is wrong with a code, in the order in which it is told.
Judgement judge_code(const model::Command& command, const Moment& moment, const CustomerRecord& record,
                     CustomerId referee, const ProgramState& program, const CodeEvidence& code,
                     std::uint64_t payment) {
    const Rules& rules = *moment.pricing;
    if (!rules.has_referral()) return refuse(Refusal::referral_off);
    if (code.referrer.value == 0 || code.dead || !code.issued_by->has_referral())
        return refuse(Refusal::referral_unknown);
    if (code.referrer == referee) return refuse(Refusal::referral_own);
    if (record.orders != 0) return refuse(Refusal::referral_not_first);
    if (code.used) return refuse(Refusal::referral_used);
    if (moment.at >= code.issued_by->code_ends(code.sold_at)) return refuse(Refusal::referral_expired);
    if (payment != 0 && payment == code.payment) return refuse(Refusal::referral_same_payment);
    if (!rules.pays_referral(command.amount)) return refuse(Refusal::referral_too_small);
    const auto& cap = rules.referral().cap_per_month;
    const ReferralEntry* const entry = program.referral(code.referrer);
    const model::Month month = rules.calendar().month_of(moment.at);
    if (cap && entry != nullptr && entry->months.of(month) >= static_cast<std::uint32_t>(*cap))
        return refuse(Refusal::referral_cap, *cap);
    return {};
}

/// The part of a sale that a VIP gets.
struct UplineShare {
    CustomerId vip{};
    Points points{};
    Money commission{};
    CommissionTerms terms;
};

std::optional<UplineShare> upline_share(const model::Command& command, const Moment& moment,
                                        const CustomerRecord& record, const ProgramState& program) {
    const Rules& rules = *moment.pricing;
    UplineShare share;
    if (!rules.has_network() || record.vip().value == 0) return share;
    share.vip = record.vip();
    const auto points = rules.upline_earned(command.amount);
    if (!points) return std::nullopt;
    share.points = *points;
    // S1.19: a VIP below a VIP brings points, and no commission.
    if (record.customer_class() != CustomerClass::member) return share;
    const Wallet* const wallet = program.wallet(share.vip);
    const model::Month month = rules.calendar().month_of(moment.at);
    const model::Month closed{static_cast<std::uint16_t>(month.value - (month.value > 0 ? 1 : 0))};
    share.terms.rate_bp = rules.commission_bp(wallet == nullptr ? 0 : wallet->recruits.of(closed));
    share.terms.due = {moment.at.value + rules.network().pending_days * kDayMs};
    share.commission = model::share_of(command.amount, share.terms.rate_bp);
    return share;
}

/// Who brought a customer, where campaigns may pay for that.
CustomerId referrer_of(CustomerId customer, const Moment& moment, const ProgramState& program) {
    if (!moment.pricing->campaigns().pays_referrers()) return {};
    const ReferralEntry* const entry = program.referral(customer);
    return entry == nullptr ? CustomerId{} : entry->referrer;
}

/// S4.6: what campaigns give for a sale to whoever brought the buyer. `earned` is what the wallet has ever
/// earned, with what this transaction has brought it already.
Judgement pay_referrer(const CampaignGains& gains, WalletParty& wallet, Money earned, CustomerId buyer,
                       model::Sequence sale, Parties& parties) {
    const Rules& rules = *parties.moment().pricing;
    const std::int64_t pending_days = rules.has_network() ? rules.network().pending_days : 0;
    for (const CampaignGain& gain : gains) {
        if (gain.commission.value == 0) continue;
        const auto sum = checked_add(earned, gain.commission);
        if (!sum || !checked_add(wallet.pending, gain.commission)) return refuse(Refusal::overflow);
        earned = *sum;
        const CommissionTerms terms{{parties.moment().at.value + pending_days * kDayMs}, gain.commission_bp};
        Fact& fact = parties.add(wallet, FactType::referrer_commission, gain.commission, {}, gain.commission);
        fact.party = {buyer.value, sale.value, terms.packed()};
        fact.content = gain.number;
    }
    return {};
}

}  // namespace

Judgement decide_party_sale(const model::Command& command, const Moment& moment, Subject subject,
                            const CustomerRecord& record, const ProgramState& program,
                            const CodeEvidence* code, FactWriter& facts, const SaleContext& context) {
    const SaleExtras* const extras = context.extras;
    const CustomerId buyer_id{subject.id()};
    if (subject.kind() != SubjectKind::customer)
        return decide_sale(command, moment, subject, record, facts, context);
    const bool notes_payment = extras != nullptr && extras->payment != 0 && moment.pricing->has_referral();
    const std::uint64_t payment = extras == nullptr ? 0 : extras->payment;
    const auto share = upline_share(command, moment, record, program);
    if (!share) return refuse(Refusal::overflow);
    const Judgement code_judged =
        code == nullptr ? Judgement{}
                        : judge_code(command, moment, record, buyer_id, program, *code, payment);
    const bool pays_referral = code != nullptr && code_judged.accepted();
    const CustomerId referrer = pays_referral ? code->referrer : referrer_of(buyer_id, moment, program);
    if (share->points.value == 0 && share->commission.value == 0 && code == nullptr && !notes_payment &&
        referrer.value == 0)
        return decide_sale(command, moment, subject, record, facts, context);

    Parties parties(program, moment, facts);
    Party& buyer = parties.adopt(subject, record);
    if (share->points.value != 0) parties.settle(share->vip);
    WalletParty* const wallet = share->commission.value == 0 ? nullptr : &parties.settle_wallet(share->vip);
    if (wallet != nullptr &&
        (!checked_add(wallet->pending, share->commission) ||
         !checked_add(wallet->wallet == nullptr ? Money{} : wallet->wallet->earned, share->commission)))
        return refuse(Refusal::overflow);
    if (pays_referral) parties.settle(code->referrer);
    const bool pays_referrer = referrer.value != 0 && moment.pricing->campaigns().pays_referrers();
    if (pays_referrer) parties.settle_wallet(referrer);

    const model::Sequence sale = facts.next();
    CampaignGains gains;
    SaleContext posting = context;
    if (pays_referrer) {
        posting.referrer = referrer;
        posting.gains = &gains;
    }
    if (const Judgement posted = post_sale(command, moment, subject, record, facts, posting);
        !posted.accepted())
        return posted;
    parties.catch_up(buyer);
    const model::Month month = facts.facts()[facts.transaction_begin()].month;
    const auto post = [&](Party& party, FactType type, Points points, bool ranking, const PartyPart& part) {
        return parties.post(party, type, points, ranking, month, part);
    };
    if (notes_payment) parties.add(buyer, FactType::payment_noted, {0, 0, payment});
    if (code != nullptr && !pays_referral) {
        Fact& refused = parties.add(buyer, FactType::extra_refused, {});
        refused.extra = {model::SaleExtra::referral, 0, static_cast<std::uint16_t>(code_judged.refusal), 0,
                         code_judged.detail,         0};
    }
    if (pays_referral) {
        const model::Referral& referral = moment.pricing->referral();
        Judgement posted =
            post(buyer, FactType::referral_welcome, referral.referee.points, referral.referee.ranking,
                 {code->referrer.value, sale.value, code->sale.value});
        if (!posted.accepted()) return posted;
        posted = post(parties.of(code->referrer), FactType::referral_earned, referral.referrer.points,
                      referral.referrer.ranking, {buyer_id.value, sale.value, code->sale.value});
        if (!posted.accepted()) return posted;
    }
    if (share->points.value != 0) {
        const Judgement posted =
            post(parties.of(share->vip), FactType::upline_earned, share->points,
                 moment.pricing->network().upline_earn->ranking, {buyer_id.value, sale.value, 0});
        if (!posted.accepted()) return posted;
    }
    if (const Judgement found = parties.find_all(); !found.accepted()) return found;
    if (wallet != nullptr) {
        parties.add(*wallet, FactType::commission_accrued, share->commission, {}, share->commission).party = {
            buyer_id.value, sale.value, share->terms.packed()};
    }
    if (pays_referrer) {
        WalletParty& theirs = parties.settle_wallet(referrer);
        Money earned = theirs.wallet == nullptr ? Money{} : theirs.wallet->earned;
        if (wallet == &theirs) earned.value += share->commission.value;
        const Judgement paid = pay_referrer(gains, theirs, earned, buyer_id, sale, parties);
        if (!paid.accepted()) return paid;
    }
    if (pays_referral) {
        Fact& used = facts.add(FactType::code_used,
                               Subject::of(SubjectKind::code, program.id(), code->sale.value), {});
        used.at = moment.at;
        used.recorded = moment.recorded;
        used.version = moment.current->version();
        used.party = {buyer_id.value, sale.value, 0};
    }
    facts.end_transaction();
    return {};
}

namespace {

/// Takes back, for a return, what the parts of a sale gave to others: by difference between what the
/// remaining amounts before and after earn, so that it does not matter in how many pieces things come back.
class TakingBack {
  public:
    TakingBack(Parties& parties, const SaleEvidence& sale, const ReturnTerms& terms)
        : parties_(parties), sale_(sale), terms_(terms), remaining_(terms.remaining) {}

    void settle_parties() {
        for (const RecordedFact& part : sale_.parts) {
            const Subject subject = part.fact.subject;
            if (subject.kind() == SubjectKind::customer && touches(part)) parties_.settle({subject.id()});
            if (is_commission(part.fact) && commission_difference(part.fact).value != 0)
                parties_.settle_wallet({subject.id()});
        }
    }

    Judgement take_points() {
        for (const RecordedFact& part : sale_.parts) {
            const Fact& fact = part.fact;
            if (!touches(part) || fact.type == FactType::vip_granted) continue;
            const bool upline = fact.type == FactType::upline_earned;
            const Points due = upline ? upline_difference() : fact.points;
            Points expired{};
            if (fact.type == FactType::referral_welcome)
                expired = std::min(due, expired_beside(sale_, parties_.facts()));
            const Judgement posted =
                parties_.post(parties_.of({fact.subject.id()}),
                              upline ? FactType::upline_returned : FactType::referral_returned, {-due.value},
                              (fact.flags & model::kFactRanking) != 0, sale_.sale.month, fact.party,
                              lot_given(sale_, fact.subject, fact.type), expired);
            if (!posted.accepted()) return posted;
        }
        return {};
    }

    Judgement take_commission() {
        for (const RecordedFact& part : sale_.parts) {
            if (!is_commission(part.fact)) continue;
            const CommissionTerms terms = CommissionTerms::of(part.fact.party.aux);
            const Money difference = commission_difference(part.fact);
            if (difference.value == 0) continue;
            WalletParty& wallet = parties_.settle_wallet({part.fact.subject.id()});
            if (difference.value < 0) {  // the rest meets a campaign's conditions again
                Fact& again = parties_.add(wallet, FactType::referrer_commission, {-difference.value}, {},
                                           {-difference.value});
                again.party = part.fact.party;
                again.content = part.fact.content;
                continue;
            }
            const Money pending = std::min(wallet.lot(terms.due), difference);
            if (!model::checked_sub(wallet.available.value, difference.value))
                return refuse(Refusal::overflow);
            Fact& returned = parties_.add(wallet, FactType::commission_returned, {-difference.value},
                                          {pending.value - difference.value}, {-pending.value});
            returned.party = part.fact.party;
            returned.content = part.fact.content;
        }
        return {};
    }

    /// A VIP whom this order alone made is none any more, while nobody is below.
    void undo_vips() {
        for (const RecordedFact& part : sale_.parts) {
            if (part.fact.type != FactType::vip_granted || !touches(part)) continue;
            Party& party = parties_.of({part.fact.subject.id()});
            const Wallet* const wallet = parties_.program().wallet({part.fact.subject.id()});
            const bool has_members = wallet != nullptr && wallet->members > 0;
            const std::uint8_t tier = parties_.tier_of(party);
            if (!party.before.is_vip() || has_members ||
                parties_.moment().current->makes_vip(parties_.tier_beneath(party)))
                continue;
            const model::Sequence last = newest_of(party);
            Fact& fact = parties_.facts().add(FactType::vip_undone, party.subject, last);
            stamp(fact, parties_.moment(), tier, tier, points_after_, held_after_);
            fact.party.related = sale_.sequence.value;
        }
    }

  private:
    static bool is_commission(const Fact& fact) {
        return fact.type == FactType::commission_accrued || fact.type == FactType::referrer_commission;
    }

    /// Whether a part gave somebody something that this return takes.
    bool touches(const RecordedFact& part) const {
        switch (part.fact.type) {
            case FactType::upline_earned:
                return upline_difference().value != 0;
            case FactType::referral_earned:
            case FactType::referral_welcome:
                return sale_.pricing->pays_referral(sale_.remaining) &&
                       !sale_.pricing->pays_referral(remaining_);
            case FactType::vip_granted:
                return remaining_.value == 0;
            default:
                return false;
        }
    }

    Points upline_difference() const {
        return {sale_.pricing->upline_earned(sale_.remaining)->value -
                sale_.pricing->upline_earned(remaining_)->value};
    }

    Money commission_difference(const Fact& accrued) const {
        const CommissionTerms terms = CommissionTerms::of(accrued.party.aux);
        if (accrued.type == FactType::referrer_commission)
            return commission_loss(sale_, terms_, static_cast<std::uint16_t>(accrued.content));
        return {model::share_of(sale_.remaining, terms.rate_bp).value -
                model::share_of(remaining_, terms.rate_bp).value};
    }

    model::Sequence newest_of(const Party& party) {
        const std::size_t begin = parties_.facts().transaction_begin();
        model::Sequence sequence{parties_.facts().next().value - (parties_.facts().facts().size() - begin)};
        model::Sequence newest = party.before.last;
        points_after_ = party.before.points;
        held_after_ = party.before.held;
        for (const Fact& fact : parties_.facts().facts().subspan(begin)) {
            if (fact.subject == party.subject) {
                newest = sequence;
                points_after_ = fact.points_after;
                held_after_ = fact.held_after;
            }
            ++sequence.value;
        }
        return newest;
    }

    Parties& parties_;
    const SaleEvidence& sale_;
    const ReturnTerms& terms_;
    const Money remaining_;
    Points points_after_{};
    Points held_after_{};
};

}  // namespace

Judgement decide_party_return(const model::Command& command, const Moment& moment, Subject subject,
                              const CustomerRecord& record, const ProgramState& program,
                              const SaleEvidence* sale, FactWriter& facts, const ReturnContext& context) {
    if (sale == nullptr || sale->parts.size() <= 1)
        return decide_return(command, moment, subject, record, sale, facts, context);
    const ReturnTerms terms = return_terms(command, *sale);
    Parties parties(program, moment, facts);
    Party& buyer = parties.adopt(subject, record);
    TakingBack taking(parties, *sale, terms);
    taking.settle_parties();
    if (const Judgement posted = post_return(command, moment, subject, record, sale, facts, context);
        !posted.accepted())
        return posted;
    parties.catch_up(buyer);
    if (const Judgement taken = taking.take_points(); !taken.accepted()) return taken;
    if (const Judgement found = parties.find_all(sale); !found.accepted()) return found;
    if (const Judgement taken = taking.take_commission(); !taken.accepted()) return taken;
    taking.undo_vips();
    facts.end_transaction();
    return {};
}

}  // namespace tim::core
