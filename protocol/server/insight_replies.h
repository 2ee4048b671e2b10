#pragma once

#include "engine/runtime/insight.h"
#include "engine/runtime/relation_queries.h"
#include "protocol/schema/messages_generated.h"

// What the engine tells of standings, receipts and changes, as replies of the protocol.
namespace tim::server {

schema::StandingT to_schema(const runtime::StandingView& view);
schema::OrdersT to_schema(const runtime::OrdersPage& page);
schema::ExplanationT to_schema(const runtime::Explanation& explanation);
schema::WhatIfReplyT to_schema(const runtime::WhatIf& answer);
schema::RecomputeReplyT to_schema(const runtime::RecomputeReport& report);
/// By what a report is asked for; one too many is refused by the engine.
model::Result<std::vector<runtime::Dimension>> dimensions_of(const schema::SegmentRequest& request);
schema::SegmentReplyT to_schema(const runtime::SegmentCount& count);
schema::SegmentReplyT to_schema(const runtime::SegmentReport& report);

}  // namespace tim::server
