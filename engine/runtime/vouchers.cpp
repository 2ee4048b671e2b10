// Rewards and vouchers: evidence about them, their part of running rows, and questions.
#include <algorithm>

#include "engine/core/codes.h"
#include "engine/runtime/customer_view.h"
#include "engine/runtime/engine_impl.h"

namespace tim::runtime {

using core::Judgement;
using model::CommandKind;
using model::ErrorKind;
using model::Fact;
using model::FactType;
using model::failure;
using model::Refusal;
using model::Sequence;
using model::SubjectKind;
using storage::StoredFact;

namespace {

tl::unexpected<model::Error> no_program() {
    return failure(ErrorKind::not_found, "there is no such program");
}

bool gives_voucher(FactType type) {
    return type == FactType::reward_redeemed || type == FactType::voucher_granted;
}

}  // namespace

std::optional<StoredFact> EngineImpl::find_voucher(model::ProgramId program, std::string_view code) const {
    const auto id = core::read_voucher_code(state_.hashing, program, code);
    if (!id || id->value == 0 || id->value > executed_.load(std::memory_order_acquire)) return std::nullopt;
    StoredFact issued = fact_at(*id);
    const bool is_voucher =
        issued.fact.type == FactType::voucher_issued && issued.fact.subject.program() == program;
    return is_voucher ? std::optional(std::move(issued)) : std::nullopt;
}

core::VoucherEvidence EngineImpl::read_voucher(const StoredFact& issued, core::NameCandidates& state) const {
    core::VoucherEvidence voucher;
    voucher.id = issued.sequence;
    voucher.read(issued.fact, issued.sequence);
    const std::uint64_t fingerprint = state_.hashing.state_of(SubjectKind::voucher, issued.sequence);
    state = candidates(fingerprint);
    visit_candidates(fingerprint, state, [&](const StoredFact& stored) {
        if (stored.fact.type != FactType::voucher_noted || stored.fact.subject.id() != issued.sequence.value)
            return false;
        voucher.read(stored.fact, stored.sequence);
        return true;
    });
    return voucher;
}

void EngineImpl::plan_voucher(const Row& row, Evidence& evidence) {
    const model::Command& command = *row.command;
    core::VoucherEvidence& voucher = evidence.voucher.emplace();
    const auto issued = find_voucher(row.program->id(), voucher_named_by(command));
    if (!issued) return;
    voucher = read_voucher(*issued, evidence.voucher_state);
    if (command.kind == CommandKind::cancel_voucher)
        voucher.issue = transaction_at({issued->sequence.value - issued->fact.position});
}

void EngineImpl::plan_granted(core::SaleEvidence& sale, Evidence& evidence) {
    for (const core::RecordedFact& part : sale.parts) {
        if (part.fact.type != FactType::voucher_issued) continue;
        sale.granted.push_back(
            read_voucher({part.sequence, part.fact, {}}, evidence.granted_states.emplace_back()));
    }
}

bool EngineImpl::vouchers_hold(const Evidence& evidence) const {
    const auto stands = [&](Sequence voucher, const core::NameCandidates& state) {
        return state_.names.find(state_.hashing.state_of(SubjectKind::voucher, voucher)) == state;
    };
    if (evidence.voucher && evidence.voucher->id.value != 0 &&
        !stands(evidence.voucher->id, evidence.voucher_state))
        return false;
    for (std::size_t i = 0; i < evidence.granted_states.size(); ++i)
        if (!stands(evidence.sale->granted[i].id, evidence.granted_states[i])) return false;
    return true;
}

Judgement EngineImpl::decide_rewards(const Row& row, const Evidence& evidence, const core::Moment& moment,
                                     model::Subject subject, const core::CustomerRecord& record,
                                     const core::Lots* lots, core::FactWriter& facts) const {
    const core::RewardCounts& counts = row.program->reward_counts;
    if (row.command->kind == CommandKind::redeem_reward)
        return core::decide_reward(*row.command, moment, subject, record, counts, lots, facts);
    return core::decide_voucher(*row.command, moment, subject, record, *evidence.voucher, counts, facts);
}

void EngineImpl::tell_voucher(const core::RecordedFact& part, model::Effect& effect) const {
    const Fact& fact = part.fact;
    const model::ProgramId program = fact.subject.program();
    Sequence voucher;
    if (gives_voucher(fact.type)) voucher = {part.sequence.value + 1};
    if (model::moves_voucher(fact.type)) voucher = {fact.request.related};
    if (fact.subject.kind() == SubjectKind::voucher) {
        voucher = {fact.subject.id()};
        effect.reward = state_.program(program)->reward_id(fact.voucher.reward);
    }
    if (fact.subject.kind() == SubjectKind::reward)
        effect.reward = state_.program(program)->reward_id(fact.subject.id());
    if (voucher.value != 0) effect.code = core::voucher_code(state_.hashing, program, voucher);
    if (fact.type == FactType::voucher_granted) {
        effect.campaign = state_.program(program)->campaign_id(fact.party.counterparty);
        effect.reward = state_.program(program)->reward_id(fact.party.aux);
    }
}

VoucherView EngineImpl::voucher_view(core::ProgramState& program, const StoredFact& issued,
                                     Sequence& newest) const {
    core::NameCandidates state;
    const core::VoucherEvidence voucher = read_voucher(issued, state);
    newest = std::max(newest, voucher.newest);
    const model::Instant now = now_of(program, clock_.now());
    VoucherView view;
    view.id = voucher.id;
    view.code = core::voucher_code(state_.hashing, program.id(), voucher.id);
    view.reward = program.reward_id(voucher.reward);
    const core::Rules& rules = program.version_at(issued.fact.at, issued.fact.version);
    if (const model::Reward* const reward = core::find_reward(rules.program(), view.reward))
        view.name = reward->name;
    view.kind = voucher.is_gift() ? model::RewardKind::gift : model::RewardKind::voucher;
    view.value = voucher.value;
    view.cost = voucher.cost;
    view.by_campaign = voucher.by_campaign;
    view.customer = voucher.customer;
    view.phase = voucher.phase;
    const bool reserved = voucher.reserved_by(now);
    if (reserved) view.reserved_until = {static_cast<std::int64_t>(voucher.related)};
    if (voucher.phase == model::VoucherPhase::reserved && !reserved) view.phase = model::VoucherPhase::issued;
    view.expired = view.phase == model::VoucherPhase::issued && now >= voucher.expires_at;
    view.issued_at = issued.fact.at;
    view.expires_at = voucher.expires_at;
    view.changed_at = voucher.changed_at;
    if (voucher.phase == model::VoucherPhase::used && voucher.related != 0)
        view.sale = model::format_name(receipt_of(fact_at({voucher.related}).fact));
    return view;
}

Result<VoucherView> EngineImpl::voucher(model::ProgramId id, std::string_view code) {
    core::ProgramState* const program = state_.program(id);
    if (program == nullptr) return no_program();
    const auto issued = find_voucher(id, code);
    if (!issued) return failure(ErrorKind::not_found, "there is no such voucher code");
    Sequence newest = issued->sequence;
    VoucherView view = voucher_view(*program, *issued, newest);
    if (!wait_durable(newest)) return failure(ErrorKind::io, "a commit failed");
    return view;
}

Result<VouchersPage> EngineImpl::vouchers(model::ProgramId id, const model::CustomerRef& customer,
                                          Sequence before, std::size_t limit) {
    core::ProgramState* const program = state_.program(id);
    if (program == nullptr) return no_program();
    const auto found = resolve_customer(*program, customer);
    if (!found) return tl::unexpected(found.error());
    const model::Subject subject = model::Subject::customer(id, *found);
    Sequence next;
    {
        const StripeLocks::Guard stripe(stripes_, stripe_bit(*found));
        next = program->customers.at(found->value).last;
    }
    Sequence newest = next;
    if (before.value != 0 && before <= next) {
        const StoredFact cursor =
            fact_at({before.value - 1});  // the customer's fact stands before the voucher's
        if (cursor.fact.subject == subject) next = cursor.fact.previous;
    }
    VouchersPage page;
    while (next.value != 0) {
        if (options_.stop_queries.stop_requested())
            return failure(ErrorKind::unavailable, "the server is stopping; ask again later");
        const StoredFact stored = fact_at(next);
        if (gives_voucher(stored.fact.type) && (before.value == 0 || next < before)) {
            if (page.rows.size() == limit) {
                page.next = page.rows.back().id;
                break;
            }
            page.rows.push_back(voucher_view(*program, fact_at({next.value + 1}), newest));
        }
        next = stored.fact.previous;
    }
    if (!wait_durable(newest)) return failure(ErrorKind::io, "a commit failed");
    return page;
}

Result<std::vector<RewardView>> EngineImpl::catalogue(model::ProgramId id,
                                                      const model::CustomerRef& customer) {
    core::ProgramState* const program = state_.program(id);
    if (program == nullptr) return no_program();
    const model::Instant now = now_of(*program, clock_.now());
    const core::Rules* rules = &program->version_at(now);
    std::optional<core::PointsDraft> settled;
    if (customer.kind != model::KeyKind::none) {
        const auto found = resolve_customer(*program, customer);
        if (!found) return tl::unexpected(found.error());
        settled = settled_now(*program, *found, rules);
        if (!wait_durable(settled->record.last)) return failure(ErrorKind::io, "a commit failed");
    }
    std::vector<RewardView> rows;
    const auto& rewards = rules->program().rewards;
    for (std::size_t place = 0; place < rewards.size(); ++place) {
        const model::Reward& reward = rewards[place];
        RewardView& row = rows.emplace_back();
        row.program = rules->shared_program();
        row.place = place;
        row.given = program->reward_counts.given(rules->reward_number(reward.id));
        row.cost = reward.cost;
        const auto refuse = [&row](Refusal refusal, std::int64_t detail = 0) {
            if (row.refusal != Refusal::none) return;
            row.refusal = refusal;
            row.detail = detail;
        };
        if (settled && (settled->record.flags & core::kRecordBlocked) != 0) refuse(Refusal::customer_blocked);
        if (!core::is_offered(reward, now)) refuse(Refusal::reward_not_offered);
        const bool out = reward.stock && row.given >= *reward.stock;
        if (!settled) {
            if (out) refuse(Refusal::reward_out_of_stock, *reward.stock);
            continue;
        }
        const core::CustomerRecord& record = settled->record;
        row.cost = core::cost_of(reward, *rules, *rules, record.tier);
        if (!core::is_for_tier(reward, *rules, *rules, record.tier)) refuse(Refusal::reward_other_tier);
        if (out) refuse(Refusal::reward_out_of_stock, *reward.stock);
        const model::Points most =
            core::spendable(record.points, record.held, rules->keep_points(record.tier));
        if (row.cost > most) refuse(Refusal::insufficient_points, most.value);
    }
    return rows;
}

}  // namespace tim::runtime
