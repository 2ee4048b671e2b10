#pragma once

#include "engine/model/access.h"
#include "engine/model/result.h"
#include "engine/runtime/engine.h"
#include "protocol/schema/messages_generated.h"
#include "protocol/server/actors.h"

// Who did what, by way of keys of access.
namespace tim::server {

/// What is asked for: never more than the asking key may touch. An error of kind `not_found` where a program
/// or key of access is named that there is none of.
model::Result<runtime::AuditQuery> audit_query(const schema::AuditRequest& request,
                                               const model::AccessKey& asking, runtime::Engine& engine);
schema::AuditPageT to_schema(const runtime::AuditPage& page, runtime::Engine& engine, Actors& actors);

}  // namespace tim::server
