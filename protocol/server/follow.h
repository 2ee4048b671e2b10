#pragma once

#include <optional>

#include "protocol/codec/buffer.h"
#include "protocol/server/context.h"
#include "protocol/server/query.h"

namespace tim::server {

/// Answers a FollowRequest with what there is now: appends one reply to `out`. When that tells nothing,
/// returns up to where nothing was found: the follower may wait instead, and the reply be forgotten. Blocks;
/// any thread.
std::optional<model::Sequence> answer_follow(ServerContext& context, const Query& query,
                                             codec::ByteBuffer& out);

}  // namespace tim::server
