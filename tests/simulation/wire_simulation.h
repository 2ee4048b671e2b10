#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "clients/cpp/client_core.h"
#include "clients/cpp/random.h"
#include "protocol/server/batch.h"
#include "protocol/server/connection.h"
#include "protocol/server/context.h"
#include "protocol/server/outbox.h"
#include "tests/simulation/audited_engine.h"
#include "tests/simulation/simulation.h"

namespace tim::tests {

/// The same shop through the real protocol: each client is the client library's core with its reconnects and
/// retries, each connection the server's, and between them run pipes that carry bytes in pieces of any size,
/// and break. No socket, no thread, no clock but the simulation's.
class WireSimulation final : public Simulation {
  public:
    explicit WireSimulation(std::uint64_t seed);
    ~WireSimulation() override;

  private:
    class SeededRandom final : public client::Random {
      public:
        explicit SeededRandom(std::uint64_t seed) : entropy_(seed) {}
        void fill(std::span<std::uint8_t> bytes) override { entropy_.fill(bytes); }

      private:
        SeededEntropy entropy_;
    };

    /// What the server process has; gone with it.
    struct Server {
        AuditedEngine engine;
        server::ServerContext context;
        server::BufferPool pool;
        server::Batch batch;

        Server(runtime::Engine& real, AuditedEngine::Executed executed, runtime::Entropy& entropy)
            : engine(real, std::move(executed)), context{engine, entropy, {}, "simulation", 0, {}} {}
    };
    struct Pipe {
        std::vector<std::byte> bytes;
    };
    struct Link {
        std::unique_ptr<server::Connection> connection;
        Pipe to_server;
        Pipe to_client;
    };
    struct Wire {
        std::unique_ptr<client::ClientCore> core;
        std::optional<Link> link;
    };

    void submit(std::size_t client) override;
    void deliver() override;
    void release() override;
    void restarted() override;

    void boot();
    void connect(Wire& wire);
    void cut(Wire& wire);
    void carry_to_server(Wire& wire);
    void carry_to_client(Wire& wire);
    std::size_t some_of(std::size_t count);
    std::int64_t now_ms() const { return static_cast<std::int64_t>(tick_) * 50; }

    SeededRandom random_;
    SeededEntropy server_entropy_;
    codec::AccessSecret secret_;
    std::unique_ptr<Server> server_;
    std::vector<Wire> wires_;
};

}  // namespace tim::tests
