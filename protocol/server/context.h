#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

#include "engine/runtime/engine.h"
#include "engine/runtime/seams.h"

namespace tim::server {

/// Figures that the server shows beside the engine's.
struct Counters {
    std::atomic<std::uint64_t> connections{0};          ///< open now
    std::atomic<std::uint64_t> connections_total{0};    ///< ever accepted
    std::atomic<std::uint64_t> connections_refused{0};  ///< turned away at the bound
    std::atomic<std::uint64_t> handshakes_failed{0};
    std::atomic<std::uint64_t> protocol_errors{0};
    std::atomic<std::uint64_t> slow_readers{0};
    std::atomic<std::uint64_t> batches{0};
    std::atomic<std::uint64_t> commands{0};
    std::atomic<std::uint64_t> followers_waiting{0};  ///< follow requests without anything to tell
};

/// What all connections of a server share. Thread-safe.
struct ServerContext {
    runtime::Engine& engine;
    runtime::Entropy& entropy;
    std::array<std::uint8_t, 32>
        decoy_secret{};   ///< for salts of unknown keys: codec::ServerHandshake::begin
    std::string version;  ///< told in the Welcome
    /// Grows whenever a key of access was revoked through this server: connections then look at theirs again.
    std::atomic<std::uint64_t> revocations{0};
    Counters counters;
    runtime::Clock* clock = nullptr;  ///< by which keys of access expire; null: the machine's

    model::Instant now() { return clock == nullptr ? machine.now() : clock->now(); }
    runtime::SystemClock machine{};
};

}  // namespace tim::server
