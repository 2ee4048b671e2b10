#pragma once

#include <vector>

#include "engine/runtime/insight.h"
#include "engine/runtime/reward_queries.h"
#include "protocol/schema/messages_generated.h"

// What the engine tells of standings, receipts, changes and rewards, as replies of the protocol.
namespace tim::server {

schema::CustomerT to_schema(const runtime::CustomerView& view);
schema::StandingT to_schema(const runtime::StandingView& view);
schema::OrdersT to_schema(const runtime::OrdersPage& page);
schema::ExplanationT to_schema(const runtime::Explanation& explanation);
schema::WhatIfReplyT to_schema(const runtime::WhatIf& answer);
schema::RecomputeReplyT to_schema(const runtime::RecomputeReport& report);

// reward_replies.cpp
schema::VouchersT to_schema(const runtime::VouchersPage& page);
schema::RewardsT to_schema(const std::vector<runtime::RewardView>& catalogue);

}  // namespace tim::server
