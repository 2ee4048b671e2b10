#pragma once

#include <memory>
#include <vector>

#include "engine/runtime/care_queries.h"
#include "engine/runtime/insight.h"
#include "engine/runtime/network_queries.h"
#include "engine/runtime/relation_queries.h"
#include "engine/runtime/reward_queries.h"
#include "protocol/schema/messages_generated.h"

// What the engine tells of standings, receipts, changes and rewards, as replies of the protocol.
namespace tim::server {

/// The code of a query's failure.
schema::FailureCode to_code(model::ErrorKind kind);
schema::CustomerT to_schema(const runtime::CustomerView& view);
schema::StandingT to_schema(const runtime::StandingView& view);
schema::OrdersT to_schema(const runtime::OrdersPage& page);
schema::ExplanationT to_schema(const runtime::Explanation& explanation);
schema::WhatIfReplyT to_schema(const runtime::WhatIf& answer);
schema::RecomputeReplyT to_schema(const runtime::RecomputeReport& report);
/// By what a report is asked for; one too many is refused by the engine.
model::Result<std::vector<runtime::Dimension>> dimensions_of(const schema::SegmentRequest& request);
schema::SegmentReplyT to_schema(const runtime::SegmentCount& count);
schema::SegmentReplyT to_schema(const runtime::SegmentReport& report);

// network_replies.cpp
std::unique_ptr<schema::PayoutT> to_schema(const runtime::PayoutView& view);
schema::VipReplyT to_schema(const runtime::VipView& view);
schema::ReferralReplyT to_schema(const runtime::ReferralView& view);

// reward_replies.cpp
schema::VouchersT to_schema(const runtime::VouchersPage& page);
schema::RewardsT to_schema(const std::vector<runtime::RewardView>& catalogue);

// care_replies.cpp
runtime::CareFilter filter_of(const schema::CareRequest& request);
schema::CareTasksT to_schema(const runtime::CarePage& page);
schema::BirthdaysT to_schema(const std::vector<runtime::BirthdayView>& birthdays);

}  // namespace tim::server
