#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <variant>

#include "engine/runtime/engine.h"
#include "protocol/server/server.h"

namespace tim::daemon {

/// How timd is to run: flags, then the environment, then the configuration file, then these defaults.
struct Options {
    std::filesystem::path data = "./tim-data";
    server::Endpoint listen{"127.0.0.1", 7400};
    std::size_t threads = 1;
    std::size_t max_connections = server::kMaxConnections;
    std::int64_t idle_timeout_s = server::kIdleTimeoutMs / 1000;
    server::TlsFiles tls;
    runtime::Durability durability = runtime::Durability::sync;
    runtime::TimeSource clock = runtime::TimeSource::system;
    std::int64_t async_window_ms = 100;
    std::int64_t checkpoint_interval_s = 60;
    std::size_t names_in_memory = 16'000'000;
    std::uint64_t map_size_mib = 0;  ///< 0: what storage takes by itself
    std::string log_level = "info";
};

/// What is left to do when there is nothing to run: help was shown, or the input was wrong.
struct ExitCode {
    int value = 0;
};

/// Reads flags, the environment (`TIM_…`) and the configuration file. Prints help, version and errors itself.
std::variant<Options, ExitCode> read_options(int argc, const char* const* argv);

}  // namespace tim::daemon
