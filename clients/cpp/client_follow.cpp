// The client's part of following the ledger.
#include <utility>

#include "clients/cpp/client.h"
#include "clients/cpp/pending_request.h"
#include "clients/cpp/replies.h"
#include "protocol/codec/messages.h"

namespace tim::client {
namespace {

std::string text_of(const flatbuffers::String* text) {
    return text ? text->str() : std::string();
}

Change convert(const schema::Change& told) {
    Change change;
    change.fact = to_ledger_fact(*told.fact());
    change.spend = {told.spend()};
    change.ranking = {told.ranking()};
    change.orders = told.orders();
    change.month = {told.month()};
    change.until = {told.until_ms()};
    change.first_order_at = {told.first_order_at_ms()};
    change.last_order_at = {told.last_order_at_ms()};
    if (told.classes()) change.classes = codec::to_model(*told.classes());
    if (told.keys())
        for (const auto* key : *told.keys())
            change.keys.push_back({static_cast<model::KeyKind>(key->kind()), text_of(key->text())});
    change.person = text_of(told.person());
    change.text = text_of(told.text());
    return change;
}

model::Result<ChangesPage> to_changes(const schema::Reply& reply) {
    const auto* body = reply.body_as_FollowPage();
    if (!body) return other_reply(reply);
    ChangesPage page;
    page.changes.reserve(body->changes()->size());
    for (const auto* told : *body->changes())
        page.changes.push_back(convert(*told));
    page.through = {body->through()};
    page.last = {body->last()};
    return page;
}

}  // namespace

Admission Client::changes(std::string_view program, model::Sequence after, std::uint32_t limit,
                          std::uint32_t wait_ms, Completion<ChangesPage> completion,
                          std::int64_t timeout_ms) {
    schema::FollowRequestT body;
    body.program = program;
    body.after = after.value;
    body.limit = limit;
    body.wait_ms = wait_ms;
    return ask(
        std::make_unique<QueryRequest<ChangesPage>>(std::move(body), to_changes, std::move(completion)),
        timeout_ms);
}

}  // namespace tim::client
