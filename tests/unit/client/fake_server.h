#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "clients/cpp/options.h"
#include "engine/model/command.h"
#include "protocol/codec/frame.h"
#include "protocol/codec/messages.h"
#include "protocol/codec/scram.h"

// A server for tests of the client: it speaks the protocol through the codec, remembers names as the engine
// does, and misbehaves when it is told to.
namespace tim::client::testing {

/// The secret of the tests, and what the server keeps of it.
codec::AccessSecret test_secret();
model::AccessKey test_access_key();

/// What stands behind all connections. Thread-safe.
class FakeEngine {
  public:
    /// Judges a command that was not carried out before; none: everything is accepted.
    std::function<model::Refusal(const model::Command&)> judge;
    /// Answers of other requests than rows; none: Pong to Ping, else a Failure `unsupported`.
    std::function<bool(const schema::Request&, std::uint32_t correlation, codec::ByteBuffer& out)>
        answer_other;

    model::Outcome execute(const model::Command& command);

    /// The names in the order in which they were carried out (first time only).
    std::vector<std::string> carried_out() const;
    std::uint64_t repeats() const;
    /// How often each name was refused.
    std::map<std::string, int> refusals() const;

  private:
    mutable std::mutex mutex_;
    std::map<std::string, model::Outcome> done_;
    std::map<std::string, int> refusals_;
    std::vector<std::string> order_;
    std::uint64_t repeats_ = 0;
};

struct FakeBehaviour {
    bool lies = false;           ///< its signature is wrong
    bool knows_key = true;       ///< else the proof is refused
    bool revoked_later = false;  ///< the first request is answered by `denied`
    std::optional<std::size_t>
        replies;  ///< after so many the connection dies; what came next was carried out
    bool garbage_after_welcome = false;
    bool swallow = false;  ///< requests are never answered
    bool full = false;     ///< turned away: it has as many connections as it takes
};

/// One connection, without the connection.
class FakeSession {
  public:
    FakeSession(FakeEngine& engine, FakeBehaviour behaviour) : engine_(engine), behaviour_(behaviour) {}

    /// Takes bytes, appends answers to `out()`; false when the server ends the connection (after what is in
    /// `out`).
    bool receive(std::span<const std::byte> bytes);
    codec::ByteBuffer& out() { return out_; }

  private:
    bool take(const codec::Frame& frame);
    bool take_request(const codec::Frame& frame, const schema::Request& request);
    bool reply_counts();

    FakeEngine& engine_;
    FakeBehaviour behaviour_;
    codec::FrameReader reader_{codec::kMaxRequestBytes};
    codec::ByteBuffer out_;
    std::optional<codec::ServerHandshake> handshake_;
    bool ready_ = false;
    std::size_t replied_ = 0;
};

/// Connections on loopback, each a FakeSession, on a thread of its own.
class FakeServer {
  public:
    /// `port` 0 takes a free one.
    explicit FakeServer(FakeEngine& engine, std::uint16_t port = 0);
    ~FakeServer();

    std::uint16_t port() const { return port_; }
    std::size_t connections() const { return connections_; }
    /// The behaviour of the connections to come, one each; afterwards they are well-behaved.
    void script(std::vector<FakeBehaviour> behaviours);
    ConnectOptions options() const;

  private:
    struct Peer;
    void accept();

    FakeEngine& engine_;
    asio::io_context io_;
    asio::ip::tcp::acceptor acceptor_;
    std::uint16_t port_ = 0;
    std::atomic<std::size_t> connections_ = 0;
    std::mutex mutex_;
    std::deque<FakeBehaviour> script_;
    std::thread thread_;
};

/// A sale of terminal 1 with receipt `R<number>`.
model::Command sale(std::uint64_t number, std::string_view customer = "+84901234567");

}  // namespace tim::client::testing
