// The life of a voucher (rules.md, Vouchers and gifts): issued, reserved for a checkout, used, or expired,
// cancelled or withdrawn. It has a chain of its own; the customer's chain tells of it too.
#include "engine/core/spent.h"
#include "engine/core/voucher_facts.h"

namespace tim::core {

using model::CommandKind;
using model::Fact;
using model::FactType;
using model::Refusal;
using model::SubjectKind;
using model::VoucherPhase;

namespace {

/// What of a voucher cannot change any more.
Judgement check_over(const VoucherEvidence& voucher) {
    if (voucher.id.value == 0) return refuse(Refusal::unknown_voucher);
    switch (voucher.phase) {
        case VoucherPhase::used:
            return refuse(Refusal::voucher_used);
        case VoucherPhase::cancelled:
            return refuse(Refusal::voucher_cancelled);
        case VoucherPhase::withdrawn:
            return refuse(Refusal::voucher_withdrawn);
        default:
            return {};
    }
}

FactType moved_by(CommandKind kind) {
    switch (kind) {
        case CommandKind::reserve_voucher:
            return FactType::voucher_reserved;
        case CommandKind::release_voucher:
            return FactType::voucher_released;
        case CommandKind::cancel_voucher:
            return FactType::voucher_cancelled;
        default:
            return FactType::voucher_used;
    }
}

VoucherPhase phase_after(FactType type) {
    switch (type) {
        case FactType::voucher_reserved:
            return VoucherPhase::reserved;
        case FactType::voucher_used:
            return VoucherPhase::used;
        case FactType::voucher_cancelled:
            return VoucherPhase::cancelled;
        case FactType::voucher_withdrawn:
            return VoucherPhase::withdrawn;
        default:
            return VoucherPhase::issued;
    }
}

Judgement check_move(CommandKind kind, const VoucherEvidence& voucher, const Moment& moment) {
    if (kind == CommandKind::use_voucher) return check_usable(voucher, moment.at, moment.now);
    if (const Judgement over = check_over(voucher); !over.accepted()) return over;
    const bool reserved = voucher.reserved_by(moment.now);
    if (kind == CommandKind::release_voucher)
        return reserved ? Judgement{} : refuse(Refusal::voucher_not_reserved);
    if (reserved) return refuse(Refusal::voucher_reserved);
    return moment.at >= voucher.expires_at ? refuse(Refusal::voucher_expired) : Judgement{};
}

/// A customer's fact that moves a voucher, and where that stands then.
bool move(const VoucherEvidence& voucher, FactType type, std::uint64_t related, FactChain& chain) {
    Fact* const fact = chain.add(type, {});
    if (fact == nullptr) return false;
    fact->request.related = voucher.id.value;
    note_voucher(voucher, phase_after(type), related, chain.moment(), chain.subject().program(),
                 chain.facts());
    return true;
}

/// What a voucher's own fact says of it.
VoucherEvidence evidence_of(const RecordedFact& noted) {
    VoucherEvidence voucher;
    voucher.id = {noted.fact.subject.id()};
    voucher.read(noted.fact, noted.sequence);
    return voucher;
}

}  // namespace

void VoucherEvidence::read(const Fact& fact, model::Sequence sequence) {
    newest = sequence;
    changed_at = fact.at;
    customer = {fact.voucher.customer};
    reward = fact.voucher.reward;
    by_campaign = fact.voucher.campaign != 0;
    value = fact.amount;
    cost = fact.points;
    expires_at = {fact.points_after.value};
    phase = fact.voucher.phase;
    related = fact.voucher.related;
}

Judgement check_usable(const VoucherEvidence& voucher, model::Instant at, model::Instant now) {
    if (const Judgement over = check_over(voucher); !over.accepted()) return over;
    // A reservation keeps what would expire before the checkout is through, as a hold does.
    if (voucher.reserved_by(now)) return {};
    return at >= voucher.expires_at ? refuse(Refusal::voucher_expired) : Judgement{};
}

Judgement check_paying(const VoucherEvidence& voucher, model::Instant at, model::Instant now) {
    const Judgement usable = check_usable(voucher, at, now);
    return usable.accepted() && voucher.is_gift() ? refuse(Refusal::voucher_is_gift) : usable;
}

void add_issued(const model::Reward& reward, std::uint16_t number, model::CustomerId customer,
                model::Points cost, bool by_campaign, const Moment& moment, model::ProgramId program,
                FactWriter& facts) {
    const model::Sequence id = facts.next();
    Fact& fact =
        facts.add(FactType::voucher_issued, model::Subject::of(SubjectKind::voucher, program, id.value), {});
    fact.at = moment.at;
    fact.recorded = moment.recorded;
    fact.version = moment.current->version();
    fact.amount = reward.value;
    fact.points = cost;
    fact.points_after = {expiry_of(reward, *moment.pricing, moment.at).value};
    fact.voucher = {
        customer.value, 0, number, VoucherPhase::issued, by_campaign ? std::uint8_t{1} : std::uint8_t{0}, 0};
}

void note_voucher(const VoucherEvidence& voucher, VoucherPhase phase, std::uint64_t related,
                  const Moment& moment, model::ProgramId program, FactWriter& facts) {
    Fact& fact =
        facts.add(FactType::voucher_noted,
                  model::Subject::of(SubjectKind::voucher, program, voucher.id.value), voucher.newest);
    fact.at = moment.at;
    fact.recorded = moment.recorded;
    fact.version = moment.current->version();
    fact.amount = voucher.value;
    fact.points = voucher.cost;
    fact.points_after = {voucher.expires_at.value};
    fact.voucher = {voucher.customer.value,
                    related,
                    voucher.reward,
                    phase,
                    voucher.by_campaign ? std::uint8_t{1} : std::uint8_t{0},
                    0};
}

void count_reward(model::ProgramId program, std::uint16_t number, std::int64_t change, const Moment& moment,
                  const RewardCounts& counts, FactWriter& facts) {
    const auto subject = model::Subject::of(SubjectKind::reward, program, number);
    model::Sequence last = counts.last(number);
    std::int64_t given = counts.given(number);
    const auto written = facts.facts().subspan(facts.transaction_begin());
    model::Sequence sequence{facts.next().value - written.size()};
    for (const Fact& fact : written) {
        if (fact.subject == subject) {
            last = sequence;
            given = fact.points_after.value;
        }
        ++sequence.value;
    }
    Fact& fact = facts.add(FactType::reward_counted, subject, last);
    fact.at = moment.at;
    fact.recorded = moment.recorded;
    fact.version = moment.current->version();
    fact.points = {change};
    fact.points_after = {given + change};
}

Judgement decide_voucher(const model::Command& command, const Moment& moment, model::Subject subject,
                         const CustomerRecord& record, const VoucherEvidence& voucher,
                         const RewardCounts& counts, FactWriter& facts) {
    if (const Judgement judgement = check_move(command.kind, voucher, moment); !judgement.accepted())
        return judgement;
    std::uint64_t related = 0;
    if (command.kind == CommandKind::reserve_voucher) {
        const model::Instant until{moment.at.value + (command.ttl_ms == 0 ? kDefaultHoldMs : command.ttl_ms)};
        if (until <= moment.now) return refuse(Refusal::invalid_time);
        related = static_cast<std::uint64_t>(until.value);
    }
    const std::size_t first = facts.facts().size();
    FactChain chain(moment, subject, tier_now(moment, subject, record), record.points, record.held,
                    record.last, facts);
    const FactType type = moved_by(command.kind);
    if (!move(voucher, type, related, chain)) return refuse(Refusal::overflow);
    name(facts.facts()[first], command);
    if (type == FactType::voucher_cancelled) {
        count_reward(subject.program(), voucher.reward, -1, moment, counts, facts);
        Spent spent(moment.now);
        if (!voucher.by_campaign) spent.add(voucher.issue);
        if (!spent.restore(voucher.id, chain)) return refuse(Refusal::overflow);
    }
    facts.end_transaction();
    return {};
}

void use_voucher(const VoucherEvidence& voucher, model::Sequence sale, FactChain& chain) {
    const Moment& moment = chain.moment();
    const Judgement judgement = check_paying(voucher, moment.at, moment.now);
    if (judgement.accepted()) {
        move(voucher, FactType::voucher_used, sale.value, chain);
        return;
    }
    Fact& refused = *chain.add(FactType::extra_refused, {});
    refused.extra = {model::SaleExtra::voucher, 0, static_cast<std::uint16_t>(judgement.refusal), 0,
                     judgement.detail,          0};
}

void unwind_vouchers(const SaleEvidence& sale, const RewardCounts* counts, FactChain& chain) {
    for (std::size_t i = 0; i < sale.parts.size(); ++i) {
        if (sale.parts[i].fact.type != FactType::voucher_used) continue;
        TIM_INVARIANT(i + 1 < sale.parts.size() && sale.parts[i + 1].fact.type == FactType::voucher_noted,
                      "behind what moves a voucher stands where it is then");
        move(evidence_of(sale.parts[i + 1]), FactType::voucher_returned, 0, chain);
    }
    for (const VoucherEvidence& voucher : sale.granted) {
        if (!check_over(voucher).accepted()) continue;
        move(voucher, FactType::voucher_withdrawn, 0, chain);
        count_reward(chain.subject().program(), voucher.reward, -1, chain.moment(), *counts, chain.facts());
    }
}

}  // namespace tim::core
