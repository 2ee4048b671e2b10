#include "protocol/codec/care.h"

#include <fmt/format.h>

#include "protocol/codec/same_value.h"
#include "protocol/codec/text.h"

namespace tim::codec {

namespace {

using model::CommandKind;
using model::ErrorKind;
using model::failure;

static_assert(same_value(schema::CareAct::plan, CommandKind::plan_care) &&
              same_value(schema::CareAct::change, CommandKind::change_care) &&
              same_value(schema::CareAct::finish, CommandKind::finish_care) &&
              same_value(schema::CareAct::drop, CommandKind::drop_care));
static_assert(same_value(schema::CareKind::other, model::CareKind::other) &&
              same_value(schema::CareKind::call, model::CareKind::call) &&
              same_value(schema::CareKind::message, model::CareKind::message) &&
              same_value(schema::CareKind::visit, model::CareKind::visit) &&
              same_value(schema::CareKind::sample, model::CareKind::sample) &&
              same_value(schema::CareKind::quote, model::CareKind::quote));
static_assert(same_value(schema::CarePhase::open, model::CarePhase::open) &&
              same_value(schema::CarePhase::done, model::CarePhase::done) &&
              same_value(schema::CarePhase::dropped, model::CarePhase::dropped));

/// The engine judges how long they may be; an empty text does not cross the wire.
model::Result<void> read_text(const flatbuffers::String* text, bool drops, const char* field,
                              std::optional<std::string>& into) {
    if (drops && text != nullptr)
        return failure(ErrorKind::invalid, fmt::format("{}: is given and dropped", field));
    if (drops) into.emplace();
    if (text == nullptr) return {};
    if (text->size() > kMaxTextBytes)
        return failure(ErrorKind::invalid, fmt::format("{}: {} bytes; a text has at most {}", field,
                                                       text->size(), kMaxTextBytes));
    into = text->str();
    if (!is_clean_text(*into))
        return failure(ErrorKind::invalid,
                       fmt::format("{}: is not UTF-8 text without control characters", field));
    return {};
}

}  // namespace

model::Result<void> decode_care_change(const schema::CareChange& change, model::ProgramId program,
                                       std::deque<model::CareTerms>& terms,
                                       std::vector<model::Command>& commands) {
    if (change.act() < schema::CareAct::MIN || change.act() > schema::CareAct::MAX)
        return failure(ErrorKind::invalid,
                       fmt::format("act: {} is no act of care", static_cast<unsigned>(change.act())));
    model::Command command;
    command.kind = static_cast<CommandKind>(change.act());
    command.program = program;
    command.at = {change.at_ms()};
    const auto name = decode_request_id(change.request_id());
    if (!name) return failure(name.error().kind, "request_id: " + name.error().message);
    command.name = *name;
    const bool plans = command.kind == CommandKind::plan_care;
    if (plans != (change.customer() != nullptr))
        return failure(ErrorKind::invalid, plans ? "customer: a task is planned for somebody"
                                                 : "customer: must be left out of a change of this kind");
    if (plans != (change.task() == 0))
        return failure(ErrorKind::invalid, plans ? "task: must be left out of a plan" : "task: is missing");
    if (plans) {
        const auto customer = decode_customer(*change.customer());
        if (!customer) return tl::unexpected(customer.error());
        command.customer = *customer;
    }
    model::CareTerms said;
    said.task = {change.task()};
    if (change.kind()) {
        if (*change.kind() < schema::CareKind::MIN || *change.kind() > schema::CareKind::MAX)
            return failure(ErrorKind::invalid,
                           fmt::format("kind: {} is no kind of care", static_cast<unsigned>(*change.kind())));
        said.kind = static_cast<model::CareKind>(*change.kind());
    }
    if (change.due_ms()) said.due = model::Instant{*change.due_ms()};
    if (change.every_days()) said.every_days = *change.every_days();
    if (auto read = read_text(change.staff(), change.drop_staff(), "staff", said.staff); !read) return read;
    if (auto read = read_text(change.note(), change.drop_note(), "note", said.note); !read) return read;
    command.care = &terms.emplace_back(std::move(said));
    commands.push_back(command);
    return {};
}

model::Result<schema::CareChangeT> to_care_change(std::string_view program, const model::Command& command) {
    const bool plans = command.kind == CommandKind::plan_care;
    if ((!plans && !model::changes_care(command.kind)) || command.care == nullptr ||
        command.name.kind != model::NameKind::request)
        return failure(ErrorKind::invalid, "only commands about care, by a request id, are sent as such");
    const model::CareTerms& terms = *command.care;
    for (const auto* text : {&terms.staff, &terms.note})
        if (*text && (*text)->size() > kMaxTextBytes)
            return failure(ErrorKind::invalid, fmt::format("a text of {} bytes; {} are the most",
                                                           (*text)->size(), kMaxTextBytes));
    schema::CareChangeT change;
    change.program = program;
    change.act = static_cast<schema::CareAct>(command.kind);
    const auto* id = reinterpret_cast<const std::uint8_t*>(command.name.bytes.data());
    change.request_id.assign(id, id + model::kRequestIdBytes);
    change.at_ms = command.at.value;
    if (plans) {
        if (command.customer.text.size() > kMaxTextBytes)
            return failure(ErrorKind::invalid, fmt::format("a key of {} bytes; {} are the most",
                                                           command.customer.text.size(), kMaxTextBytes));
        change.customer = std::make_unique<schema::CustomerKeyT>(to_schema(command.customer));
    }
    change.task = terms.task.value;
    if (terms.kind) change.kind = static_cast<schema::CareKind>(*terms.kind);
    if (terms.due) change.due_ms = terms.due->value;
    if (terms.every_days) change.every_days = *terms.every_days;
    change.staff = terms.staff.value_or("");
    change.note = terms.note.value_or("");
    change.drop_staff = terms.staff && terms.staff->empty();
    change.drop_note = terms.note && terms.note->empty();
    return change;
}

}  // namespace tim::codec
