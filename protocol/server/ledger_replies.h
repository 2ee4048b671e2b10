#pragma once

#include <memory>

#include "engine/runtime/engine.h"
#include "engine/runtime/follow_queries.h"
#include "protocol/schema/messages_generated.h"
#include "protocol/server/actors.h"

// Facts of the ledger as replies of the protocol.
namespace tim::server {

/// Whether a fact's `amount` and `points` tell another fact's sequence: see FactType.
bool names_override(const model::Fact& fact);

std::unique_ptr<schema::HistoryEntryT> to_schema(const runtime::HistoryEntry& entry);
std::unique_ptr<schema::LedgerFactT> to_schema(model::Sequence sequence, const model::Fact& fact);
schema::FollowPageT to_schema(const runtime::ChangePage& page, Actors& actors);

}  // namespace tim::server
