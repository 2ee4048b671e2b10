#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "engine/model/documents.h"
#include "protocol/codec/buffer.h"
#include "protocol/server/context.h"

namespace tim::server {

/// What of a FollowRequest decides when it is looked at.
struct FollowWait {
    model::Sequence after{};       ///< grows past other programs' facts while it waits
    std::int64_t wait_ms = 0;      ///< how long it may
    std::int64_t deadline_ms = 0;  ///< on the I/O thread's clock, once it has been taken
};

/// A request that may have to read the disk, on its way to a thread where it may block. Checked already:
/// verified bytes, and a key that may ask this.
struct Query {
    std::uint32_t correlation = 0;
    model::Bytes payload;
    std::shared_ptr<const model::AccessKey> key;  ///< whose programs a list is cut down to
    std::optional<FollowWait> follow;             ///< of a FollowRequest
};

/// Answers a query: appends one reply to `out`. Hands frames that precede it, if any, to `progress`. Blocks;
/// any thread.
void answer_query(ServerContext& context, const Query& query, codec::ByteBuffer& out,
                  const std::function<void(codec::ByteBuffer)>& progress);

}  // namespace tim::server
