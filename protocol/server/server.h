#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/model/result.h"
#include "engine/runtime/engine.h"
#include "protocol/server/io_thread.h"
#include "protocol/server/limits.h"
#include "protocol/server/listener.h"

namespace tim::server {

struct ServerOptions {
    std::size_t threads = 1;
    std::size_t max_connections = kMaxConnections;
    Timeouts timeouts;
    std::array<std::uint8_t, 32> decoy_secret{};  ///< see codec::ServerHandshake::begin
    std::string version = "timd";
    runtime::Clock* clock = nullptr;  ///< by which keys of access expire; null: the machine's
};

/// The listener and its threads.
///
/// Thread safety: `create`, `start` and `stop` from one thread; the rest from any.
class Server {
  public:
    /// Takes the engine's `on_durable`; the engine must not have executed anything yet. The engine and the
    /// entropy must outlive the server. Errors: `invalid` (a number out of its bounds).
    static model::Result<std::unique_ptr<Server>> create(const ServerOptions& options, Listener listener,
                                                         runtime::Engine& engine, runtime::Entropy& entropy);
    ~Server();

    /// Listens and serves.
    model::Result<void> start();

    /// Where it listens, with the real port: `127.0.0.1:7400`.
    const std::string& address() const;
    std::uint16_t port() const;

    /// Accepts and takes nothing more, answers what was taken, closes all connections, joins the threads.
    void stop();

  private:
    class Implementation;
    explicit Server(std::unique_ptr<Implementation> implementation);

    std::unique_ptr<Implementation> implementation_;
};

}  // namespace tim::server
