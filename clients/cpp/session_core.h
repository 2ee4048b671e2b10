#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "engine/model/access.h"
#include "engine/model/result.h"
#include "protocol/codec/buffer.h"
#include "protocol/codec/frame.h"
#include "protocol/codec/messages.h"
#include "protocol/codec/scram.h"

namespace tim::client {

namespace schema = tim::schema;

/// What a session hears. Spans and messages point into the session's buffer: they end with the call.
class SessionHandler {
  public:
    virtual ~SessionHandler() = default;

    /// The server has proved itself; requests may go out.
    virtual void on_ready() = 0;
    /// The answer to a SaleBatch or CommandBatch.
    virtual void on_sales(std::uint32_t correlation, std::span<const schema::SaleResult> results) = 0;
    virtual void on_commands(std::uint32_t correlation, std::span<const schema::CommandResult> results) = 0;
    /// Any other answer; a Failure of that one request and Progress too.
    virtual void on_reply(std::uint32_t correlation, const schema::Reply& reply) = 0;
};

/// The client's side of one connection without the connection: bytes in, bytes out. Says Hello, proves the
/// key, checks the server's signature, then carries requests and replies. Nothing here knows sockets, threads
/// or clocks: Channel and Client put it on Asio, tests and the simulation step it. Not thread-safe.
class SessionCore {
  public:
    SessionCore(codec::AccessSecret key, const codec::Nonce& nonce, std::string client_name,
                SessionHandler& handler);

    /// Writes the Hello. Call once, when the connection stands.
    void start();

    bool is_ready() const { return phase_ == Phase::ready; }
    model::Role role() const { return role_; }

    /// What is to be sent. Requests are encoded straight into it; whoever sends takes it away with `swap`.
    /// Requests may be appended only when ready; correlation 0 belongs to the handshake.
    codec::ByteBuffer& out() { return out_; }

    /// Where received bytes go, then `received` tells how many came and runs the handler's calls. An error
    /// ends the connection: denied (either side did not prove itself), corrupt (not this protocol, or the
    /// server says so of us), unavailable (the server dropped us as a slow reader, or has too many
    /// connections; connect again).
    std::span<std::byte> read_space(std::size_t min_bytes = codec::FrameReader::kDefaultReadBytes) {
        return reader_.prepare(min_bytes);
    }
    model::Result<void> received(std::size_t byte_count);

    /// A handler that wants no more calls in this round: `received` returns after the current one.
    void stop() { phase_ = Phase::stopped; }

  private:
    enum class Phase : std::uint8_t { fresh, challenged, proving, ready, stopped };

    model::Result<void> take(const codec::Frame& frame);
    model::Result<void> take_handshake(const schema::Reply& reply);

    codec::FrameReader reader_{codec::kMaxHelloBytes};
    codec::ByteBuffer out_;
    std::optional<codec::ClientHandshake> handshake_;
    std::string client_name_;
    SessionHandler& handler_;
    Phase phase_ = Phase::fresh;
    model::Role role_ = model::Role::pos;
};

/// A Failure as an Error. `not_allowed` becomes `denied` like a wrong key, but leaves the connection up.
model::Error to_error(const schema::Failure& failure);

}  // namespace tim::client
