// The client's part of the care calendar.
#include "clients/cpp/client.h"
#include "clients/cpp/pending_request.h"
#include "clients/cpp/replies.h"
#include "protocol/codec/care.h"

namespace tim::client {

namespace {

std::string text_of(const flatbuffers::String* text) {
    return text != nullptr ? text->str() : std::string();
}

model::Result<CarePage> to_care_page(const schema::Reply& reply) {
    const auto* body = reply.body_as_CareTasks();
    if (body == nullptr) return other_reply(reply);
    CarePage page;
    page.next_due = {body->next_due_ms()};
    page.next_task = {body->next_task()};
    for (const auto* stored : *body->rows()) {
        CareTask& task = page.rows.emplace_back();
        task.id = {stored->id()};
        task.customer = {stored->customer()};
        task.key = text_of(stored->key());
        task.name = text_of(stored->name());
        task.phase = static_cast<model::CarePhase>(stored->phase());
        task.kind = static_cast<model::CareKind>(stored->kind());
        task.due = {stored->due_ms()};
        task.every_days = stored->every_days();
        task.staff = text_of(stored->staff());
        task.note = text_of(stored->note());
        task.changed_at = {stored->changed_at_ms()};
    }
    return page;
}

model::Result<std::vector<Birthday>> to_birthdays(const schema::Reply& reply) {
    const auto* body = reply.body_as_Birthdays();
    if (body == nullptr) return other_reply(reply);
    std::vector<Birthday> birthdays;
    for (const auto* stored : *body->rows())
        birthdays.push_back({{stored->day_ms()},
                             {stored->customer()},
                             text_of(stored->key()),
                             text_of(stored->name()),
                             text_of(stored->staff())});
    return birthdays;
}

}  // namespace

Admission Client::change_care(std::string_view program, const model::Command& command,
                              Completion<model::Outcome> completion, std::int64_t timeout_ms) {
    auto body = codec::to_care_change(program, command);
    if (!body)
        return ask(std::make_unique<InvalidRequest<model::Outcome>>(body.error(), std::move(completion)),
                   timeout_ms);
    return ask(std::make_unique<ChangeRequest>(std::move(*body), std::move(completion)), timeout_ms);
}

Admission Client::care(std::string_view program, const CareFilter& filter, std::uint32_t limit,
                       Completion<CarePage> completion, std::int64_t timeout_ms) {
    schema::CareRequestT body;
    body.program = program;
    body.from_ms = filter.from.value;
    body.until_ms = filter.until.value;
    body.staff = filter.staff.value_or("");
    body.of_company = filter.staff && filter.staff->empty();
    if (filter.kind) body.kind = static_cast<schema::CareKind>(*filter.kind);
    body.after_due_ms = filter.after_due.value;
    body.after_task = filter.after_task.value;
    body.limit = limit;
    return ask(std::make_unique<QueryRequest<CarePage>>(std::move(body), to_care_page, std::move(completion)),
               timeout_ms);
}

Admission Client::care_of(std::string_view program, const model::CustomerRef& customer,
                          model::Sequence before, std::uint32_t limit, Completion<CarePage> completion,
                          std::int64_t timeout_ms) {
    schema::CareRequestT body;
    body.program = program;
    body.customer = std::make_unique<schema::CustomerKeyT>(codec::to_schema(customer));
    body.after_task = before.value;
    body.limit = limit;
    return ask(std::make_unique<QueryRequest<CarePage>>(std::move(body), to_care_page, std::move(completion)),
               timeout_ms);
}

Admission Client::birthdays(std::string_view program, model::Instant from, std::int32_t days,
                            Completion<std::vector<Birthday>> completion, std::int64_t timeout_ms) {
    schema::BirthdaysRequestT body;
    body.program = program;
    body.from_ms = from.value;
    body.days = days;
    return ask(std::make_unique<QueryRequest<std::vector<Birthday>>>(std::move(body), to_birthdays,
                                                                     std::move(completion)),
               timeout_ms);
}

}  // namespace tim::client
