// Web orders: evidence about them, their part of running rows, and questions.
#include <algorithm>

#include "engine/runtime/customer_view.h"
#include "engine/runtime/engine_impl.h"

namespace tim::runtime {

using core::Judgement;
using core::refuse;
using model::CommandKind;
using model::ErrorKind;
using model::Fact;
using model::FactType;
using model::failure;
using model::OrderPhase;
using model::Sequence;
using model::SubjectKind;
using storage::StoredFact;

namespace {

tl::unexpected<model::Error> no_program() {
    return failure(ErrorKind::not_found, "there is no such program");
}

tl::unexpected<model::Error> ended_early() {
    return failure(ErrorKind::unavailable, "the server is stopping; ask again later");
}

std::string_view text_of(const model::Bytes& blob) {
    return {reinterpret_cast<const char*>(blob.data()), blob.size()};
}

}  // namespace

std::optional<StoredFact> EngineImpl::find_receipt(model::ProgramId program, const model::Name& receipt,
                                                   const core::NameCandidates& found) const {
    std::optional<StoredFact> named;
    visit_candidates(state_.hashing.name(program, receipt), found, [&](const StoredFact& stored) {
        if (stored.fact.name() != receipt || stored.fact.subject.program() != program) return false;
        named = stored;
        return true;
    });
    return named;
}

core::OrderEvidence EngineImpl::read_order(const StoredFact& placed, core::NameCandidates& state) const {
    core::OrderEvidence order;
    order.id = placed.sequence;
    order.placed = placed.fact;
    const std::uint64_t fingerprint = state_.hashing.state_of(SubjectKind::order, placed.sequence);
    state = candidates(fingerprint);
    visit_candidates(fingerprint, state, [&](const StoredFact& stored) {
        if (stored.fact.type != FactType::order_noted || stored.fact.subject.id() != placed.sequence.value)
            return false;
        order.newest = stored.sequence;
        order.phase = stored.fact.order.phase;
        order.amount = stored.fact.amount;
        order.sale = {stored.fact.order.sale};
        order.changed_at = stored.fact.at;
        auto texts = model::decode_order_texts(text_of(stored.blob));
        TIM_INVARIANT(texts, "what is said of an order can be read");
        order.texts = std::move(*texts);
        return true;
    });
    TIM_INVARIANT(order.newest.value != 0, "the index of names leads to where an order stands");
    return order;
}

std::optional<StoredFact> EngineImpl::find_sale(model::ProgramId program, const model::Name& receipt) const {
    auto named = find_receipt(program, receipt, candidates(state_.hashing.name(program, receipt)));
    if (named && named->fact.type == FactType::order_placed) {
        core::NameCandidates state;
        const core::OrderEvidence order = read_order(*named, state);
        if (order.sale.value == 0) return std::nullopt;
        return fact_at(order.sale);
    }
    if (!named || named->fact.type != FactType::sale) return std::nullopt;
    if (named->fact.subject.kind() != SubjectKind::anonymous) return named;
    const std::uint64_t state = state_.hashing.state_of(SubjectKind::receipt, named->sequence);
    const auto claim = find_claim(named->sequence, candidates(state));
    return claim ? claim : named;
}

model::Name EngineImpl::receipt_of(const Fact& sale) const {
    return model::goes_by_receipt(sale) ? fact_at({sale.request.related}).fact.name() : sale.name();
}

void EngineImpl::plan_order(const Row& row, Evidence& evidence) {
    const model::Name& receipt = row.command->original;
    const model::ProgramId program = row.program->id();
    evidence.original_name = candidates(state_.hashing.name(program, receipt));
    const auto named = find_receipt(program, receipt, evidence.original_name);
    evidence.original_found = named.has_value();
    if (named && named->fact.type == FactType::order_placed)
        evidence.order = read_order(*named, evidence.order_state);
}

Judgement EngineImpl::decide_order(const Row& row, const Evidence& evidence, const core::Moment& moment,
                                   model::Subject subject, const core::CustomerRecord& record,
                                   const core::Lots* lots, core::FactWriter& facts) const {
    const model::Command& command = *row.command;
    if (command.kind == CommandKind::place_order) {
        const core::OpenOrders* const open =
            row.program->orders_of(row.program->customers.at(subject.id()), {subject.id()});
        return core::decide_place_order(command, moment, subject, record,
                                        open == nullptr ? 0 : open->list.size(), facts);
    }
    const core::OrderEvidence& order = *evidence.order;
    if (command.kind != CommandKind::complete_order)
        return core::decide_order_change(command, moment, subject, record, order, facts);
    if (const Judgement judgement = core::check_order(order); !judgement.accepted()) return judgement;
    const model::Command sale = core::sale_of(command, order);
    const Judgement sold = decide_sale(row, evidence, sale, order.id, moment, subject, record, lots, facts);
    if (!sold.accepted()) return sold;
    const auto written = facts.facts();
    const auto named = std::ranges::find_if(
        written, [](const Fact& fact) { return fact.name_kind != model::NameKind::none; });
    const Sequence sequence{facts.next().value - static_cast<std::uint64_t>(written.end() - named)};
    core::note_completion(order, sequence, sale.amount, moment, facts);
    return {};
}

void EngineImpl::add_order_texts(const model::Command& command, const Evidence& evidence,
                                 core::FactWriter& facts) {
    const auto written = facts.facts();
    const auto noted = std::ranges::find(written, FactType::order_noted, &Fact::type);
    if (noted == written.end()) return;
    const model::OrderTexts texts =
        model::changed(evidence.order ? evidence.order->texts : model::OrderTexts{},
                       command.order == nullptr ? model::OrderTerms{} : *command.order);
    static_assert(3 * (1 + model::kMaxOrderTextBytes) <= core::kMaxReasonBytes,
                  "admission has made room for the texts of an order");
    const std::string bytes = model::encode_order_texts(texts);
    noted->set_blob(buffer_.add_blob(std::as_bytes(std::span(bytes))));
}

Result<OrderView> EngineImpl::order_view(core::ProgramState& program, const StoredFact& placed) {
    core::NameCandidates state;
    core::OrderEvidence order = read_order(placed, state);
    OrderView view;
    view.id = order.id;
    view.receipt = placed.fact.name();
    view.customer = {placed.fact.subject.id()};
    view.phase = order.phase;
    view.amount = order.amount;
    view.status = std::move(order.texts.status);
    view.waybill = std::move(order.texts.waybill);
    view.referral = std::move(order.texts.referral);
    view.placed_at = placed.fact.at;
    view.changed_at = order.changed_at;
    view.sale = order.sale;
    if (order.phase == OrderPhase::completed) {
        for (const core::RecordedFact& part : transaction_at(order.sale)) {
            const bool of_sale =
                part.fact.type == FactType::sale || part.fact.type == FactType::campaign_applied;
            if (of_sale) view.points.value += part.fact.points.value;
        }
    } else if (order.phase == OrderPhase::placed) {
        const model::Instant now = now_of(program, clock_.now());
        const StripeLocks::Guard stripe(stripes_, stripe_bit(view.customer));
        const core::Rules& rules = program.version_at(now);
        const core::PointsDraft settled = settled_customer(program, view.customer, now, rules);
        view.points = expected_of(program, view.customer, settled.record, rules, now, order.amount,
                                  placed.fact.terminal);
    }
    if (!wait_durable(order.newest)) return failure(ErrorKind::io, "a commit failed");
    return view;
}

Result<OrderView> EngineImpl::order(model::ProgramId id, const model::Name& receipt) {
    core::ProgramState* const program = state_.program(id);
    if (program == nullptr) return no_program();
    if (receipt.kind != model::NameKind::receipt || !receipt.valid())
        return failure(ErrorKind::invalid, "that is no receipt");
    const auto named = find_receipt(id, receipt, candidates(state_.hashing.name(id, receipt)));
    if (!named || named->fact.type != FactType::order_placed)
        return failure(ErrorKind::not_found, "there is no order of that receipt");
    return order_view(*program, *named);
}

Result<OrdersPage> EngineImpl::orders(model::ProgramId id, const model::CustomerRef& customer, bool pending,
                                      Sequence before, std::size_t limit) {
    core::ProgramState* const program = state_.program(id);
    if (program == nullptr) return no_program();
    const auto found = resolve_customer(*program, customer);
    if (!found) return tl::unexpected(found.error());
    const model::Subject subject = model::Subject::customer(id, *found);
    std::vector<Sequence> waiting;
    Sequence next;
    {
        const StripeLocks::Guard stripe(stripes_, stripe_bit(*found));
        const core::CustomerRecord& record = program->customers.at(found->value);
        next = record.last;
        if (const core::OpenOrders* const open = pending ? program->orders_of(record, *found) : nullptr)
            for (const core::OpenOrder& order : open->list)
                waiting.push_back(order.id);
    }
    if (!wait_durable(next)) return failure(ErrorKind::io, "a commit failed");
    OrdersPage page;
    const auto take = [&](const StoredFact& placed) -> Result<void> {
        auto view = order_view(*program, placed);
        if (!view) return tl::unexpected(view.error());
        page.rows.push_back(std::move(*view));
        return {};
    };
    if (pending) {
        // At most a few hundred: their newest come first, as below.
        for (auto order = waiting.rbegin(); order != waiting.rend() && page.rows.size() < limit; ++order) {
            if (before.value != 0 && *order >= before) continue;
            if (auto taken = take(fact_at(*order)); !taken) return tl::unexpected(taken.error());
        }
        const bool more = !page.rows.empty() && page.rows.back().id != waiting.front();
        if (more) page.next = page.rows.back().id;
        return page;
    }
    if (before.value != 0 && before <= next) {
        const StoredFact cursor = fact_at(before);
        if (cursor.fact.subject == subject) next = cursor.fact.previous;
    }
    while (next.value != 0) {
        if (options_.stop_queries.stop_requested()) return ended_early();
        const StoredFact stored = fact_at(next);
        const bool placed = stored.fact.type == FactType::order_placed;
        if (placed && page.rows.size() == limit) {
            page.next = page.rows.back().id;
            break;
        }
        if (placed && (before.value == 0 || next < before)) {
            if (auto taken = take(stored); !taken) return tl::unexpected(taken.error());
        }
        next = stored.fact.previous;
    }
    return page;
}

}  // namespace tim::runtime
