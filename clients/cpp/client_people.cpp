// The client's part of who customers are, and of who did what.
#include "clients/cpp/client.h"
#include "clients/cpp/pending_request.h"
#include "clients/cpp/replies.h"
#include "protocol/codec/people.h"

namespace tim::client {

namespace {

std::string text_of(const flatbuffers::String* text) {
    return text == nullptr ? std::string() : text->str();
}

model::Result<AuditPage> to_audit(const schema::Reply& reply) {
    const auto* body = reply.body_as_AuditPage();
    if (body == nullptr) return other_reply(reply);
    AuditPage page;
    page.entries.reserve(body->entries()->size());
    for (const auto* told : *body->entries()) {
        AuditEntry& entry = page.entries.emplace_back();
        entry.sequence = {told->sequence()};
        entry.recorded = {told->recorded_ms()};
        entry.by = text_of(told->by());
        entry.type = text_of(told->type());
        entry.program = text_of(told->program());
        entry.subject = schema::EnumNameSubjectKind(told->subject());
        entry.subject_id = told->subject_id();
        entry.name = text_of(told->name());
        entry.amount = {told->amount()};
        entry.points = {told->points()};
        entry.reason = text_of(told->reason());
    }
    page.next = {body->next()};
    page.last = {body->last()};
    return page;
}

}  // namespace

Admission Client::change_person(std::string_view program, const model::Command& command,
                                Completion<model::Outcome> completion, std::int64_t timeout_ms) {
    auto body = codec::to_person_change(program, command);
    if (!body)
        return ask(std::make_unique<InvalidRequest<model::Outcome>>(body.error(), std::move(completion)),
                   timeout_ms);
    return ask(std::make_unique<ChangeRequest>(std::move(*body), std::move(completion)), timeout_ms);
}

Admission Client::audit(std::string_view program, std::string_view by, model::Sequence after,
                        std::uint32_t limit, Completion<AuditPage> completion, std::int64_t timeout_ms) {
    schema::AuditRequestT body;
    body.program = program;
    body.by = by;
    body.after = after.value;
    body.limit = limit;
    return ask(std::make_unique<QueryRequest<AuditPage>>(std::move(body), to_audit, std::move(completion)),
               timeout_ms);
}

}  // namespace tim::client
