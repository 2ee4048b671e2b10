#include "protocol/server/ledger_replies.h"

#include <utility>

#include "protocol/codec/messages.h"

namespace tim::server {

using model::FactType;

bool names_override(const model::Fact& fact) {
    return fact.type == FactType::override_began || fact.type == FactType::override_ended;
}

std::unique_ptr<schema::HistoryEntryT> to_schema(const runtime::HistoryEntry& entry) {
    const model::Fact& fact = entry.stored.fact;
    auto line = std::make_unique<schema::HistoryEntryT>();
    line->sequence = entry.stored.sequence.value;
    line->at_ms = fact.at.value;
    line->recorded_ms = fact.recorded.value;
    line->type = model::fact_type_name(fact.type);
    if (fact.name_kind != model::NameKind::none) line->name = model::format_name(fact.name());
    line->amount = fact.amount.value;
    line->points = fact.points.value;
    line->points_after = fact.points_after.value;
    line->held_after = fact.held_after.value;
    line->version = fact.version.value;
    line->tier_before = fact.tier_before;
    line->tier_after = fact.tier_after;
    // Of an order that was undone, `original` says which it was.
    const model::Counterpart counterpart = model::counterpart_of(fact);
    if (fact.type != FactType::order_undone) line->related = counterpart.related.value;
    line->counterparty = counterpart.customer.value;
    if (names_override(fact)) line->amount = 0;
    line->original = entry.original;
    line->reason = entry.reason;
    return line;
}

std::unique_ptr<schema::LedgerFactT> to_schema(model::Sequence sequence, const model::Fact& fact) {
    auto line = std::make_unique<schema::LedgerFactT>();
    line->sequence = sequence.value;
    line->transaction = sequence.value - fact.position;
    line->at_ms = fact.at.value;
    line->recorded_ms = fact.recorded.value;
    line->type = model::fact_type_name(fact.type);
    line->subject = static_cast<schema::SubjectKind>(fact.subject.kind());
    line->subject_id = fact.subject.id();
    if (fact.name_kind != model::NameKind::none) line->name = model::format_name(fact.name());
    line->points_after = fact.points_after.value;
    line->held_after = fact.held_after.value;
    line->version = fact.version.value;
    line->tier_before = fact.tier_before;
    line->tier_after = fact.tier_after;
    const bool undone = fact.type == FactType::order_undone;
    const bool says_who = fact.type == FactType::rekeyed || fact.type == FactType::erased;
    const model::Counterpart counterpart = model::counterpart_of(fact);
    line->related = counterpart.related.value;
    line->counterparty = counterpart.customer.value;
    if (!undone && !says_who && !names_override(fact)) {  // there stand instants that `apply` needs
        line->amount = fact.amount.value;
        line->points = fact.type == FactType::tier_overridden ? 0 : fact.points.value;
    }
    return line;
}

namespace {

std::unique_ptr<schema::ChangeT> to_schema(const runtime::Change& change, Actors& actors) {
    const model::Fact& fact = change.fact;
    auto told = std::make_unique<schema::ChangeT>();
    told->fact = server::to_schema(change.sequence, fact);
    told->fact->by = actors.of(fact);
    told->spend = change.figures.spend.value;
    told->ranking = change.figures.ranking.value;
    told->orders = static_cast<std::int8_t>(change.figures.orders);
    if (change.figures.spend.value != 0 || change.figures.ranking.value != 0) told->month = fact.month.value;
    if (fact.type == FactType::hold_opened || fact.type == FactType::tier_overridden ||
        fact.type == FactType::care_noted)
        told->until_ms = fact.amount.value;
    if (fact.type == FactType::order_undone && fact.subject.kind() == model::SubjectKind::customer) {
        told->first_order_at_ms = fact.amount.value;
        told->last_order_at_ms = fact.points.value;
    }
    if (change.classes)
        told->classes = std::make_unique<schema::CustomerClassesT>(codec::to_schema(*change.classes));
    told->keys = codec::to_schema(change.keys);
    told->person = change.person;
    told->text = change.text;
    return told;
}

}  // namespace

schema::FollowPageT to_schema(const runtime::ChangePage& page, Actors& actors) {
    schema::FollowPageT told;
    told.changes.reserve(page.changes.size());
    for (const runtime::Change& change : page.changes)
        told.changes.push_back(to_schema(change, actors));
    told.through = page.through.value;
    told.last = page.last.value;
    return told;
}

}  // namespace tim::server
