// The questions of insight.h, how their answers are read, and tiers by hand.
#include <utility>

#include "clients/cpp/client.h"
#include "clients/cpp/pending_request.h"
#include "clients/cpp/replies.h"
#include "protocol/codec/documents.h"

namespace tim::client {
namespace {

using model::Result;

std::string text_of(const flatbuffers::String* text) {
    return text ? text->str() : std::string();
}

std::vector<model::Key> keys_of(const flatbuffers::Vector<flatbuffers::Offset<schema::CustomerKey>>* stored) {
    std::vector<model::Key> keys;
    if (stored)
        for (const auto* key : *stored)
            keys.push_back({static_cast<model::KeyKind>(key->kind()), text_of(key->text())});
    return keys;
}

std::vector<TierMove> moves_of(const flatbuffers::Vector<const schema::TierMove*>* stored) {
    std::vector<TierMove> moves;
    if (stored)
        for (const auto* move : *stored)
            moves.push_back({move->customers(), move->before(), move->after()});
    return moves;
}

Result<Standing> to_standing(const schema::Reply& reply) {
    const auto* body = reply.body_as_Standing();
    if (!body) return other_reply(reply);
    const auto currency = model::find_currency(body->currency()->string_view());
    if (!currency) return tl::unexpected(currency.error());
    Standing standing;
    standing.customer = {body->customer()};
    standing.version = {body->version()};
    standing.tier = body->tier();
    if (body->next() >= 0) standing.next = static_cast<std::uint8_t>(body->next());
    standing.enabled = body->enabled();
    standing.currency = *currency;
    standing.counts_until = {body->counts_until_ms()};
    for (const auto* stored : *body->tiers()) {
        auto tier = codec::to_model(*stored->tier(), *currency);
        if (!tier) return tl::unexpected(tier.error());
        TierStanding& row = standing.tiers.emplace_back();
        row.index = stored->index();
        row.tier = std::move(*tier);
        row.figure = stored->figure();
        row.missing = stored->missing();
        if (stored->sale() >= 0) row.sale = model::Money{stored->sale()};
    }
    return standing;
}

Result<Explanation> to_explanation(const schema::Reply& reply) {
    const auto* body = reply.body_as_Explanation();
    if (!body) return other_reply(reply);
    Explanation explanation;
    explanation.receipt = text_of(body->receipt());
    explanation.customer = {body->customer()};
    explanation.original = text_of(body->original());
    explanation.left_out = body->left_out();
    for (const auto* stored : *body->lines()) {
        ExplainedLine& line = explanation.lines.emplace_back();
        line.sequence = {stored->sequence()};
        line.transaction = {stored->transaction()};
        line.at = {stored->at_ms()};
        line.type = text_of(stored->type());
        line.name = text_of(stored->name());
        line.subject = schema::EnumNameSubjectKind(stored->subject());
        line.subject_id = stored->subject_id();
        line.version = {stored->version()};
        line.tier_before = stored->tier_before();
        line.tier_after = stored->tier_after();
        line.rule = text_of(stored->rule());
        line.arithmetic = text_of(stored->arithmetic());
        line.amount = {stored->amount()};
        line.points = {stored->points()};
        line.ranking = {stored->ranking()};
        line.sentence = text_of(stored->sentence());
    }
    return explanation;
}

Result<WhatIf> to_what_if(const schema::Reply& reply) {
    const auto* body = reply.body_as_WhatIfReply();
    if (!body) return other_reply(reply);
    WhatIf answer;
    answer.version = {body->version()};
    answer.effective = {body->effective_ms()};
    answer.customers = body->customers();
    answer.moves = moves_of(body->moves());
    answer.points = {body->points()};
    answer.spendable_before = {body->spendable_before()};
    answer.spendable_after = {body->spendable_after()};
    answer.value_before = {body->value_before()};
    answer.value_after = {body->value_after()};
    answer.next = {body->next()};
    if (body->rows())
        for (const auto* stored : *body->rows())
            answer.rows.push_back({{stored->customer()},
                                   keys_of(stored->keys()),
                                   stored->tier_before(),
                                   stored->tier_after(),
                                   {stored->points()},
                                   {stored->spendable_before()},
                                   {stored->spendable_after()}});
    return answer;
}

Result<RecomputeReport> to_recompute_report(const schema::Reply& reply) {
    const auto* body = reply.body_as_RecomputeReply();
    if (!body) return other_reply(reply);
    return RecomputeReport{{body->version()}, body->customers(), body->recorded(), moves_of(body->moves())};
}

std::unique_ptr<schema::CustomerKeyT> customer_key(const model::CustomerRef& customer) {
    return std::make_unique<schema::CustomerKeyT>(codec::to_schema(customer));
}

template <class T, class Body>
std::unique_ptr<PendingRequest> query(Body body, Result<T> (*convert)(const schema::Reply&),
                                      Completion<T> completion, ProgressCallback progress = {}) {
    return std::make_unique<QueryRequest<T>>(std::move(body), convert, std::move(completion),
                                             std::move(progress));
}

}  // namespace

Admission Client::show_as_of(std::string_view program, const model::CustomerRef& customer,
                             model::Instant as_of, Completion<Customer> completion, std::int64_t timeout_ms) {
    schema::ShowRequestT body;
    body.program = program;
    body.customer = customer_key(customer);
    body.as_of_ms = as_of.value;
    return ask(query(std::move(body), to_customer, std::move(completion)), timeout_ms);
}

Admission Client::standing(std::string_view program, const model::CustomerRef& customer,
                           Completion<Standing> completion, std::int64_t timeout_ms) {
    schema::StandingRequestT body;
    body.program = program;
    body.customer = customer_key(customer);
    return ask(query(std::move(body), to_standing, std::move(completion)), timeout_ms);
}

Admission Client::explain(std::string_view program, const model::Name& receipt,
                          Completion<Explanation> completion, std::int64_t timeout_ms) {
    schema::ExplainRequestT body;
    body.program = program;
    body.terminal = receipt.terminal.value;
    body.number = receipt.number();
    return ask(query(std::move(body), to_explanation, std::move(completion)), timeout_ms);
}

Admission Client::what_if(const model::Program& change, model::Instant at, model::CustomerId after,
                          std::uint32_t limit, Completion<WhatIf> completion, std::int64_t timeout_ms) {
    schema::WhatIfRequestT body;
    body.program = codec::to_schema(change);
    body.at_ms = at.value;
    body.after = after.value;
    body.limit = limit;
    return ask(query(std::move(body), to_what_if, std::move(completion)), timeout_ms);
}

Admission Client::override_tier(std::string_view program, const model::CustomerRef& customer,
                                const model::TierAct& act, std::string_view reason, const model::Name& name,
                                model::Instant at, Completion<model::Outcome> completion,
                                std::int64_t timeout_ms) {
    schema::TierOverrideT body;
    const auto* id = reinterpret_cast<const std::uint8_t*>(name.bytes.data());
    body.request_id.assign(id, id + model::kRequestIdBytes);
    body.program = program;
    body.customer = customer_key(customer);
    body.at_ms = at.value;
    body.tier = act.tier;
    body.from_ms = act.from.value;
    body.until_ms = act.until.value;
    body.reason = reason;
    return ask(std::make_unique<ChangeRequest>(std::move(body), std::move(completion)), timeout_ms);
}

Admission Client::recompute(std::string_view program, ProgressCallback progress,
                            Completion<RecomputeReport> completion, std::int64_t timeout_ms) {
    schema::RecomputeRequestT body;
    body.program = program;
    return ask(query(std::move(body), to_recompute_report, std::move(completion), std::move(progress)),
               timeout_ms);
}

}  // namespace tim::client
