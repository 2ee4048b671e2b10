#include <algorithm>
#include <limits>
#include <unordered_set>

#include "engine/core/apply.h"
#include "engine/core/codes.h"
#include "engine/runtime/engine_impl.h"

namespace tim::runtime {

using model::Command;
using model::CommandKind;
using model::Fact;
using model::FactType;
using model::NameKind;
using model::Sequence;
using model::SubjectKind;
using storage::StoredFact;

namespace {

/// The hold that a capture or release ends, or a sale captures; 0 for none.
Sequence hold_named_by(const Command& command) {
    return command.details != nullptr ? command.details->hold : command.hold;
}

}  // namespace

core::NameCandidates EngineImpl::candidates(std::uint64_t fingerprint) const {
    const storage::MutexLock lock(sequencer_);
    return state_.names.find(fingerprint);
}

StoredFact EngineImpl::fact_at(Sequence sequence) const {
    {
        const storage::MutexLock lock(sequencer_);
        if (auto found = buffer_.find(sequence)) return std::move(*found);
    }
    auto stored = store_.ledger().fact_at(sequence);
    if (!stored) core::broken_invariant("ledger.fact_at", stored.error().message);
    return std::move(*stored);
}

std::vector<core::RecordedFact> EngineImpl::transaction_at(Sequence first) const {
    std::vector<core::RecordedFact> parts;
    std::size_t count = 1;
    for (std::size_t i = 0; i < count; ++i) {
        StoredFact stored = fact_at({first.value + i});
        if (i == 0) count = stored.fact.count;
        parts.push_back({stored.sequence, stored.fact, std::move(stored.blob)});
    }
    return parts;
}

std::vector<model::Effect> EngineImpl::effects(Sequence first) const {
    std::vector<model::Effect> effects;
    for (const core::RecordedFact& part : transaction_at(first)) {
        model::Effect& effect = effects.emplace_back(model::effect_of(part.fact, part.sequence));
        tell_voucher(part, effect);
        if (part.fact.type == FactType::campaign_applied || part.fact.type == FactType::campaign_reduced)
            effect.campaign =
                state_.program(part.fact.subject.program())->campaign_id(part.fact.party.counterparty);
        if (part.fact.type != FactType::sale || part.fact.subject.kind() != SubjectKind::customer) continue;
        const core::ProgramState& program = *state_.program(part.fact.subject.program());
        const core::Rules& rules = program.version_at(part.fact.at, part.fact.version);
        if (rules.has_referral() && part.fact.amount.value > 0)
            effect.code = core::referral_code(state_.hashing, program.id(), part.sequence);
    }
    return effects;
}

bool EngineImpl::visit_candidates(std::uint64_t fingerprint, const core::NameCandidates& candidates,
                                  const std::function<bool(const StoredFact&)>& visit) const {
    std::vector<Sequence> sequences(candidates.sequences, candidates.sequences + candidates.count);
    if (candidates.maybe_on_disk) {
        const auto on_disk = store_.names().find(fingerprint);
        if (!on_disk) core::broken_invariant("names.find", on_disk.error().message);
        sequences.insert(sequences.end(), on_disk->begin(), on_disk->end());
    }
    std::sort(sequences.begin(), sequences.end(), std::greater<>());
    sequences.erase(std::unique(sequences.begin(), sequences.end()), sequences.end());
    return std::any_of(sequences.begin(), sequences.end(),
                       [&](Sequence sequence) { return visit(fact_at(sequence)); });
}

std::vector<Row*> EngineImpl::repeats(std::span<Row> rows) const {
    std::vector<Row*> found;
    const storage::MutexLock lock(sequencer_);
    for (Row& row : rows) {
        if (!row.done && !state_.names.find(row.fingerprint).empty()) found.push_back(&row);
    }
    return found;
}

void EngineImpl::plan(Row& row, Evidence& evidence) {
    if (row.done) return;
    counters_.plans.fetch_add(1, std::memory_order_relaxed);
    const Command& command = *row.command;
    const model::ProgramId scope = row.program == nullptr ? model::ProgramId{} : row.program->id();

    evidence = Evidence{};
    if (command.kind == CommandKind::balance) {  // a question has no name
        if (row.program != nullptr) plan_voucher(row, evidence);
        evidence.planned = true;
        return;
    }
    evidence.same_name = candidates(row.fingerprint);
    const bool repeat = visit_candidates(row.fingerprint, evidence.same_name, [&](const StoredFact& stored) {
        if (stored.fact.name() != command.name || core::name_scope(stored.fact.subject) != scope)
            return false;
        answer_repeat(row, stored);
        return true;
    });
    if (repeat) return;
    if (model::changes_order(command.kind))
        plan_order(row, evidence);
    else if (command.original.kind != NameKind::none)
        plan_return(row, evidence);
    if (model::changes_keys(command.kind) && row.program != nullptr) plan_person(row, evidence);
    plan_hold_end(row, evidence);
    if (row.program != nullptr && !voucher_named_by(command).empty()) plan_voucher(row, evidence);
    if (model::ends_payout(command.kind)) plan_payout(row, evidence);
    if (row.program != nullptr && model::changes_care(command.kind)) plan_care(row, evidence);
    if (row.program != nullptr && may_have_code(command, *row.program, evidence)) plan_code(row, evidence);
    evidence.planned = true;
}

void EngineImpl::answer_repeat(Row& row, const StoredFact& first) {
    const Command& command = *row.command;
    const Fact& fact = first.fact;
    const bool names_customer = command.customer.kind != model::KeyKind::none;
    const bool may_be_nobodys = command.kind == CommandKind::sale || command.kind == CommandKind::returned;
    const std::uint32_t content = core::content_digest(command);
    bool same = fact.content == content;
    // Of what says who somebody is the digest is concealed; of enrolments it was not always.
    if (command.kind == CommandKind::enroll || model::changes_keys(command.kind))
        same =
            fact.content == state_.hashing.conceal(content) || (same && command.kind == CommandKind::enroll);
    if (command.kind == CommandKind::sale) same = same && fact.amount == command.amount;
    if (command.kind == CommandKind::put_program)
        same = same && documents_.encode(*command.document) == first.blob;
    const bool of_wallet = fact.subject.kind() == SubjectKind::wallet;
    if (names_customer && of_wallet) same = same && fact.subject.id() == row.customer.value;
    if (names_customer && !of_wallet) {
        const bool is_theirs = fact.subject == model::Subject::customer(fact.subject.program(), row.customer);
        // Or the key was the customer's then.
        same = same && (is_theirs || (row.by_key && had_key(fact, row.digest)));
    }
    if (command.kind == CommandKind::move_member) same = same && fact.request.related == row.vip.value;
    if (!names_customer && may_be_nobodys) same = same && fact.subject.kind() == SubjectKind::anonymous;
    if (!same) return finish(row, core::refuse(model::Refusal::conflict), first.sequence);
    const core::ProgramState* const program = state_.program(fact.subject.program());
    answer(program, fact, first.sequence, *row.outcome);
    for (std::uint64_t next = first.sequence.value + 1; next <= row.outcome->depends_on.value; ++next)
        add_to_answer(program, fact_at({next}).fact, *row.outcome);
    row.outcome->duplicate = true;
    row.done = true;
    counters_.duplicates.fetch_add(1, std::memory_order_relaxed);
}

void EngineImpl::plan_return(const Row& row, Evidence& evidence) {
    const Command& command = *row.command;
    const core::ProgramState& program = *row.program;
    const std::uint64_t name = state_.hashing.name(program.id(), command.original);
    evidence.original_name = candidates(name);
    auto named = find_receipt(program.id(), command.original, evidence.original_name);
    if (!named) return;
    core::SaleEvidence& sale = evidence.sale.emplace();
    if (named->fact.type == FactType::order_placed) {
        evidence.order = read_order(*named, evidence.order_state);
        sale.order = evidence.order->phase;
        if (evidence.order->sale.value != 0) named = fact_at(evidence.order->sale);
    }
    sale.sequence = named->sequence;
    sale.sale = named->fact;
    if (sale.sale.type != FactType::sale) return;
    evidence.receipt_state = candidates(state_.hashing.state_of(SubjectKind::receipt, sale.sequence));
    if (const auto claim = find_claim(sale.sequence, evidence.receipt_state)) {  // nobody's no more
        sale.sequence = claim->sequence;
        sale.sale = claim->fact;
        evidence.receipt_state = candidates(state_.hashing.state_of(SubjectKind::receipt, sale.sequence));
    }

    sale.parts = transaction_at(sale.sequence);
    sale.pricing = &program.version_at(sale.sale.at, sale.sale.version);
    sale.judged = &program.version(sale.sale.version);
    sale.remaining = sale.sale.amount;
    sale.points = sale.sale.points;
    read_remaining(evidence.receipt_state, sale);
    for (Sequence sequence = sale.reduced; sequence.value != 0;) {
        const StoredFact stored = fact_at(sequence);
        const Fact& fact = stored.fact;
        if (fact.type == FactType::receipt_redeemed) {
            for (core::RecordedFact& part : transaction_at({sequence.value - fact.position}))
                sale.redeemed.push_back(std::move(part));
        }
        if (fact.type == FactType::receipt_reduced && !sale.returned) {
            sale.returned = true;
            read_lines(stored, sale);
        }
        if (fact.type == FactType::receipt_reduced && core::expired_with(sale)) {
            for (const core::RecordedFact& part : transaction_at({sequence.value - fact.position}))
                if (part.fact.type == FactType::expiry_undone && part.fact.content != 0)
                    sale.undone.value += part.fact.points.value;
        }
        sequence = fact.previous;
    }
    if (!sale.returned) read_lines({}, sale);
    if (command.kind == CommandKind::claim) {
        for (std::size_t i = 0; i < sale.lines.size(); ++i) {
            if (sale.left.quantities[i] == 0) continue;
            evidence.claimed.lines.push_back(sale.lines[i]);
            evidence.claimed.lines.back().quantity = sale.left.quantities[i];
        }
    }

    const bool may_end_it = command.kind == CommandKind::voided || command.kind == CommandKind::returned;
    if (!may_end_it || !core::return_terms(command, sale).whole) return;
    plan_granted(sale, evidence);
    if (sale.sale.subject.kind() == SubjectKind::customer) find_orders(sale, evidence, program);
}

void EngineImpl::read_remaining(const core::NameCandidates& state, core::SaleEvidence& sale) const {
    const std::uint64_t fingerprint = state_.hashing.state_of(SubjectKind::receipt, sale.sequence);
    visit_candidates(fingerprint, state, [&](const StoredFact& stored) {
        if (stored.fact.subject.kind() != SubjectKind::receipt ||
            stored.fact.subject.id() != sale.sequence.value)
            return false;
        sale.reduced = stored.sequence;
        sale.remaining = stored.fact.amount;
        sale.points = stored.fact.points;
        return true;
    });
}

void EngineImpl::plan_payout(const Row& row, Evidence& evidence) {
    const Sequence payout = row.command->network->payout;
    if (payout.value == 0 || payout.value > executed_.load(std::memory_order_acquire)) return;
    const Fact fact = fact_at(payout).fact;
    const bool is_payout = fact.type == FactType::payout_requested || fact.type == FactType::payout_due;
    if (is_payout && fact.subject.program() == row.program->id()) evidence.payout_vip = {fact.subject.id()};
}

std::optional<Sequence> EngineImpl::code_of(const Row& row, const Evidence& evidence) const {
    const model::CustomerId customer =
        evidence.order ? model::CustomerId{evidence.order->placed.subject.id()} : row.customer;
    if (customer.value == 0) return std::nullopt;
    // Whoever writes holds the sequencer: records and books stand still.
    const auto typed = [&](std::string_view code) {
        return core::read_referral_code(state_.hashing, row.program->id(), code).value_or(Sequence{});
    };
    if (const model::SaleDetails* const details = row.command->details;
        details != nullptr && !details->referral.empty())
        return typed(details->referral);
    if (evidence.order && !evidence.order->texts.referral.empty())
        return typed(evidence.order->texts.referral);
    const core::CustomerRecord& record = row.program->customers.at(customer.value);
    if ((record.flags & core::kRecordHasReferral) == 0 || record.orders != 0) return std::nullopt;
    const core::ReferralEntry& entry = *row.program->referral(customer);
    return entry.has_kept != 0 ? std::optional(entry.kept) : std::nullopt;
}

void EngineImpl::plan_code(const Row& row, Evidence& evidence) {
    std::optional<Sequence> sequence;
    {
        const storage::MutexLock lock(sequencer_);
        sequence = code_of(row, evidence);
    }
    if (!sequence) return;
    core::CodeEvidence& code = evidence.code.emplace();
    code.sale = *sequence;
    if (sequence->value == 0 || sequence->value > executed_.load(std::memory_order_acquire)) return;
    const Fact sold = fact_at(*sequence).fact;
    const core::ProgramState& program = *row.program;
    if (sold.type != FactType::sale || sold.subject.kind() != SubjectKind::customer ||
        sold.subject.program() != program.id())
        return;
    code.referrer = {sold.subject.id()};
    code.sold_at = sold.at;
    code.issued_by = &program.version_at(sold.at, sold.version);
    for (const core::RecordedFact& part : transaction_at(*sequence)) {
        if (part.fact.type == FactType::payment_noted) code.payment = part.fact.party.aux;
    }
    const std::uint64_t state = state_.hashing.state_of(SubjectKind::code, *sequence);
    evidence.code_state = candidates(state);
    code.used = visit_candidates(state, evidence.code_state, [&](const StoredFact& stored) {
        return stored.fact.type == FactType::code_used && stored.fact.subject.id() == sequence->value;
    });
    core::SaleEvidence sale;
    sale.sequence = *sequence;
    sale.remaining = sold.amount;
    evidence.code_receipt_state = candidates(state_.hashing.state_of(SubjectKind::receipt, *sequence));
    read_remaining(evidence.code_receipt_state, sale);
    code.dead = sale.remaining.value == 0;
}

void EngineImpl::find_orders(core::SaleEvidence& sale, Evidence& evidence,
                             const core::ProgramState& program) {
    const std::uint64_t customer = sale.sale.subject.id();
    {
        const storage::MutexLock lock(sequencer_);
        evidence.customer_last = program.customers.at(customer).last;
    }
    std::unordered_set<std::uint64_t> undone = {sale.sequence.value};
    model::Instant first{std::numeric_limits<std::int64_t>::max()};
    model::Instant last = model::kNoInstant;
    for (Sequence sequence = evidence.customer_last; sequence.value != 0;) {
        const StoredFact stored = fact_at(sequence);
        if (stored.fact.type == FactType::order_undone) undone.insert(stored.fact.request.related);
        if (stored.fact.type == FactType::sale && !undone.contains(sequence.value)) {
            first = std::min(first, stored.fact.at);
            last = std::max(last, stored.fact.at);
        }
        sequence = stored.fact.previous;
    }
    sale.last_order = last;
    sale.first_order = last == model::kNoInstant ? model::kNoInstant : first;
}

void EngineImpl::plan_hold_end(const Row& row, Evidence& evidence) {
    const Sequence hold = hold_named_by(*row.command);
    if (hold.value == 0 || hold.value > executed_.load(std::memory_order_acquire)) return;
    const StoredFact opened = fact_at(hold);
    if (opened.fact.type != FactType::hold_opened || opened.fact.subject.program() != row.program->id())
        return;
    evidence.hold_customer = {opened.fact.subject.id()};
    const std::uint64_t state = state_.hashing.state_of(SubjectKind::customer, hold);
    evidence.hold_state = candidates(state);
    visit_candidates(state, evidence.hold_state, [&](const StoredFact& stored) {
        const FactType type = stored.fact.type;
        const bool ends = type == FactType::hold_captured || type == FactType::hold_released ||
                          type == FactType::hold_expired;
        if (!ends || stored.fact.request.related != hold.value) return false;
        evidence.hold_resolved = type;
        return true;
    });
}

bool EngineImpl::evidence_holds(const Row& row, const Evidence& evidence) const {
    const Command& command = *row.command;
    if (evidence.person && evidence.person->customer.value != 0 &&
        row.program->customers.at(evidence.person->customer.value).profile.get() != evidence.person->profile)
        return false;
    if (command.original.kind != NameKind::none) {
        if (state_.names.find(state_.hashing.name(row.program->id(), command.original)) !=
            evidence.original_name)
            return false;
        if (evidence.order && state_.names.find(state_.hashing.state_of(
                                  SubjectKind::order, evidence.order->id)) != evidence.order_state)
            return false;
        if (evidence.sale) {
            const core::SaleEvidence& sale = *evidence.sale;
            // Nothing was looked up of what is no sale.
            if (sale.sale.type == FactType::sale &&
                state_.names.find(state_.hashing.state_of(SubjectKind::receipt, sale.sequence)) !=
                    evidence.receipt_state)
                return false;
            if (evidence.customer_last.value != 0 &&
                row.program->customers.at(sale.sale.subject.id()).last != evidence.customer_last)
                return false;
        }
    }
    if (evidence.code && evidence.code->referrer.value != 0) {
        const Sequence code = evidence.code->sale;
        if (state_.names.find(state_.hashing.state_of(SubjectKind::code, code)) != evidence.code_state ||
            state_.names.find(state_.hashing.state_of(SubjectKind::receipt, code)) !=
                evidence.code_receipt_state)
            return false;
    }
    if (!vouchers_hold(evidence) || !care_holds(evidence)) return false;
    if (evidence.hold_customer.value == 0) return true;
    return state_.names.find(state_.hashing.state_of(SubjectKind::customer, hold_named_by(command))) ==
           evidence.hold_state;
}

}  // namespace tim::runtime
