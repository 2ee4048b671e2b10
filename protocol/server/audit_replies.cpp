#include "protocol/server/audit_replies.h"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "engine/model/effect.h"
#include "protocol/codec/limits.h"

namespace tim::server {
namespace {

using model::ErrorKind;
using model::failure;

std::string_view view(const flatbuffers::String* text) {
    return {text->c_str(), text->size()};
}

std::unique_ptr<schema::AuditEntryT> to_schema(const runtime::HistoryEntry& entry) {
    const model::Fact& fact = entry.stored.fact;
    const model::Effect effect = model::effect_of(fact, entry.stored.sequence);
    auto line = std::make_unique<schema::AuditEntryT>();
    line->sequence = entry.stored.sequence.value;
    line->recorded_ms = fact.recorded.value;
    line->type = model::fact_type_name(fact.type);
    line->subject = static_cast<schema::SubjectKind>(fact.subject.kind());
    line->subject_id = fact.subject.id();
    line->name = model::format_name(fact.name());
    line->amount = effect.amount.value;
    line->points = effect.points.value;
    line->reason = entry.reason;
    return line;
}

}  // namespace

model::Result<runtime::AuditQuery> audit_query(const schema::AuditRequest& request,
                                               const model::AccessKey& asking, runtime::Engine& engine) {
    runtime::AuditQuery query;
    if (request.program() != nullptr) {
        const auto program = engine.find_program(view(request.program()));
        if (!program)
            return failure(ErrorKind::not_found, "there is no program \"" + request.program()->str() + "\"");
        query.programs = {*program};
    } else if (!asking.programs.empty()) {
        for (const std::string& id : asking.programs) {
            if (const auto program = engine.find_program(id)) query.programs.push_back(*program);
        }
        if (query.programs.empty())
            return failure(ErrorKind::not_found, "there is none of the key's programs");
    }
    if (request.by() != nullptr) {
        const auto key = engine.find_access_key(view(request.by()));
        if (key == nullptr) return failure(ErrorKind::not_found, "there is no such key of access");
        query.actor = key->number;
    }
    query.after = {request.after()};
    query.limit = std::clamp<std::size_t>(request.limit(), 1, codec::kMaxHistoryPerPage);
    return query;
}

schema::AuditPageT to_schema(const runtime::AuditPage& page, runtime::Engine& engine, Actors& actors) {
    schema::AuditPageT answer;
    answer.entries.reserve(page.entries.size());
    for (const runtime::HistoryEntry& entry : page.entries) {
        const model::Fact& fact = entry.stored.fact;
        auto line = to_schema(entry);
        line->by = actors.of(fact);
        if (const auto found = engine.program(fact.subject.program())) line->program = found->program->id;
        answer.entries.push_back(std::move(line));
    }
    answer.next = page.next.value;
    answer.last = page.last.value;
    return answer;
}

}  // namespace tim::server
