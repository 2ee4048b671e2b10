#pragma once

#include <asio/ssl/context.hpp>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "protocol/codec/buffer.h"
#include "protocol/server/asio_types.h"

namespace tim::server {

/// How many farewells are under way, of all threads together.
using FarewellCount = std::atomic<std::size_t>;

/// Tells a client with TLS why it is turned away: shakes hands, sends `frame`, closes; within `timeout_ms`,
/// whatever the client does. With kMaxFarewells under way it closes the socket at once. Runs on the socket's
/// thread, any thread may call.
void bid_farewell(asio::io_context& io, Socket socket, asio::ssl::context& tls, codec::ByteBuffer frame,
                  std::int64_t timeout_ms, std::shared_ptr<FarewellCount> under_way);

}  // namespace tim::server
