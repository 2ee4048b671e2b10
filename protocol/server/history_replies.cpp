// What the ledger tells, as replies.
#include "engine/model/effect.h"
#include "engine/model/fact.h"
#include "protocol/server/insight_replies.h"

namespace tim::server {

namespace {

bool names_override(const model::Fact& fact) {
    return fact.type == model::FactType::override_began || fact.type == model::FactType::override_ended;
}

}  // namespace

schema::HistoryEntryT to_schema(const runtime::HistoryEntry& entry) {
    const model::Fact& fact = entry.stored.fact;
    schema::HistoryEntryT line;
    line.sequence = entry.stored.sequence.value;
    line.at_ms = fact.at.value;
    line.recorded_ms = fact.recorded.value;
    line.type = model::fact_type_name(fact.type);
    if (fact.name_kind != model::NameKind::none) line.name = model::format_name(fact.name());
    line.amount = fact.amount.value;
    line.points = fact.points.value;
    line.points_after = fact.points_after.value;
    line.held_after = fact.held_after.value;
    line.version = fact.version.value;
    line.tier_before = fact.tier_before;
    line.tier_after = fact.tier_after;
    // Of an order that was undone, `original` says which it was.
    const model::Counterpart counterpart = model::counterpart_of(fact);
    if (fact.type != model::FactType::order_undone) line.related = counterpart.related.value;
    line.counterparty = counterpart.customer.value;
    if (names_override(fact)) line.amount = 0;
    line.original = entry.original;
    line.reason = entry.reason;
    return line;
}

schema::LedgerFactT to_schema(const storage::StoredFact& stored) {
    const model::Fact& fact = stored.fact;
    schema::LedgerFactT line;
    line.sequence = stored.sequence.value;
    line.transaction = stored.sequence.value - fact.position;
    line.at_ms = fact.at.value;
    line.recorded_ms = fact.recorded.value;
    line.type = model::fact_type_name(fact.type);
    line.subject = static_cast<schema::SubjectKind>(fact.subject.kind());
    line.subject_id = fact.subject.id();
    if (fact.name_kind != model::NameKind::none) line.name = model::format_name(fact.name());
    line.points_after = fact.points_after.value;
    line.held_after = fact.held_after.value;
    line.version = fact.version.value;
    line.tier_before = fact.tier_before;
    line.tier_after = fact.tier_after;
    const model::Counterpart counterpart = model::counterpart_of(fact);
    line.related = counterpart.related.value;
    line.counterparty = counterpart.customer.value;
    const bool undone = fact.type == model::FactType::order_undone;
    const bool says_who = fact.type == model::FactType::rekeyed || fact.type == model::FactType::erased;
    if (!undone && !says_who &&
        !names_override(fact)) {  // there stand instants that `apply` needs, no figures
        line.amount = fact.amount.value;
        line.points = fact.type == model::FactType::tier_overridden ? 0 : fact.points.value;
    }
    return line;
}

schema::AuditEntryT to_audit_entry(const runtime::HistoryEntry& entry) {
    const model::Fact& fact = entry.stored.fact;
    const model::Effect effect = model::effect_of(fact, entry.stored.sequence);
    schema::AuditEntryT line;
    line.sequence = entry.stored.sequence.value;
    line.recorded_ms = fact.recorded.value;
    line.type = model::fact_type_name(fact.type);
    line.subject = static_cast<schema::SubjectKind>(fact.subject.kind());
    line.subject_id = fact.subject.id();
    line.name = model::format_name(fact.name());
    line.amount = effect.amount.value;
    line.points = effect.points.value;
    line.reason = entry.reason;
    return line;
}

}  // namespace tim::server
