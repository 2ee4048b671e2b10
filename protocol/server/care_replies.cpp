#include <memory>
#include <utility>

#include "protocol/server/insight_replies.h"

namespace tim::server {

runtime::CareFilter filter_of(const schema::CareRequest& request) {
    runtime::CareFilter filter;
    if (request.from_ms() != model::kNoInstant.value) filter.from = {request.from_ms()};
    filter.until = {request.until_ms()};
    if (request.staff() != nullptr) filter.staff = request.staff()->str();
    if (request.of_company()) filter.staff.emplace();
    if (request.kind()) filter.kind = static_cast<model::CareKind>(*request.kind());
    return filter;
}

schema::CareTasksT to_schema(const runtime::CarePage& page) {
    schema::CareTasksT tasks;
    tasks.next_due_ms = page.next.due.value;
    tasks.next_task = page.next.task.value;
    tasks.rows.reserve(page.rows.size());
    for (const runtime::CareView& view : page.rows) {
        auto row = std::make_unique<schema::CareTaskT>();
        row->id = view.id.value;
        row->customer = view.customer.value;
        row->key = view.key;
        row->name = view.name;
        row->phase = static_cast<schema::CarePhase>(view.phase);
        row->kind = static_cast<schema::CareKind>(view.kind);
        row->due_ms = view.due.value;
        row->every_days = view.every_days;
        row->staff = view.staff;
        row->note = view.note;
        row->changed_at_ms = view.changed_at.value;
        tasks.rows.push_back(std::move(row));
    }
    return tasks;
}

schema::BirthdaysT to_schema(const std::vector<runtime::BirthdayView>& birthdays) {
    schema::BirthdaysT answer;
    answer.rows.reserve(birthdays.size());
    for (const runtime::BirthdayView& view : birthdays) {
        auto row = std::make_unique<schema::BirthdayT>();
        row->day_ms = view.day.value;
        row->customer = view.customer.value;
        row->key = view.key;
        row->name = view.name;
        row->staff = view.staff;
        answer.rows.push_back(std::move(row));
    }
    return answer;
}

}  // namespace tim::server
