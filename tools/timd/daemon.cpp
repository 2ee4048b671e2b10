#include "daemon.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <signal.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "admin_key.h"
#include "engine/runtime/seams.h"
#include "protocol/codec/documents.h"
#include "protocol/codec/scram.h"
#include "storage/lmdb/open_store.h"

namespace tim::daemon {
namespace {

constexpr int kFailed = 1;
constexpr int kUsageError = 2;

/// SIGTERM and SIGINT wait for `wait`, in every thread that is started from now on; a peer that is gone is an
/// error of the write, not a signal.
class StopSignals {
  public:
    StopSignals() {
        ::signal(SIGPIPE, SIG_IGN);
        ::sigemptyset(&signals_);
        ::sigaddset(&signals_, SIGTERM);
        ::sigaddset(&signals_, SIGINT);
        ::pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    }
    int wait() const {
        int signal = 0;
        ::sigwait(&signals_, &signal);
        return signal;
    }

  private:
    sigset_t signals_{};
};

void set_up_log(const std::string& level) {
    auto logger = spdlog::stderr_color_mt("timd");
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
    logger->set_level(spdlog::level::from_str(level));
    logger->flush_on(spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
}

/// What stops the daemon stands on stderr whatever the log's level.
int fail(const std::string& message) {
    fmt::print(stderr, "timd: {}\n", message);
    std::fflush(stderr);
    return kFailed;
}

/// Salts of unknown keys must not change from start to start, nor be known to anyone.
std::array<std::uint8_t, 32> decoy_secret(const storage::SecretKey& engine_secret) {
    std::vector<std::uint8_t> input(engine_secret.begin(), engine_secret.end());
    constexpr std::string_view kPurpose = "salts of unknown access keys";
    input.insert(input.end(), kPurpose.begin(), kPurpose.end());
    std::array<std::uint8_t, 32> secret{};
    unsigned size = 0;
    ::EVP_Digest(input.data(), input.size(), secret.data(), &size, ::EVP_sha256(), nullptr);
    return secret;
}

void log_space(const Options& options, const runtime::SpaceNotice& notice) {
    const std::filesystem::path ledger = options.data / "ledger";
    if (!notice.full) {
        spdlog::info("{}: there is room again ({} bytes free): commands are taken", ledger.string(),
                     notice.free_bytes);
        return;
    }
    std::error_code fault;
    const std::filesystem::space_info disk = std::filesystem::space(ledger, fault);
    spdlog::error(
        "{} is full: commands are refused (disk_full) until there is room; the next may need {} bytes, {} "
        "are "
        "free; the file system has {} bytes left, --map-size-mib is {}",
        ledger.string(), notice.needed_bytes, notice.free_bytes,
        fault ? "unknown" : std::to_string(disk.available), options.map_size_mib);
}

server::ServerOptions server_options(const Options& options, storage::Store& store) {
    server::ServerOptions server;
    server.threads = options.threads;
    server.max_connections = options.max_connections;
    server.timeouts.idle_ms = options.idle_timeout_s * 1000;
    server.decoy_secret = decoy_secret(store.vault().engine_secret());
    server.version = "timd " TIM_VERSION;
    return server;
}

runtime::EngineOptions engine_options(const Options& options, std::stop_token stop_queries) {
    runtime::EngineOptions engine;
    engine.stop_queries = std::move(stop_queries);
    engine.durability = options.durability;
    engine.time = options.clock;
    engine.async_window_ms = options.async_window_ms;
    engine.checkpoint_interval_ms = options.checkpoint_interval_s * 1000;
    engine.names_in_memory = options.names_in_memory;
    engine.recovery_threads = options.threads + 1;
    return engine;
}

}  // namespace

int run(const Options& options) {
    const StopSignals signals;
    set_up_log(options.log_level);

    // First of all, as nothing has to be made for it: a wrong address or file leaves no folder behind.
    auto listener = server::Listener::open(options.listen, options.tls);
    if (!listener) {
        fail(listener.error().message);
        return listener.error().kind == model::ErrorKind::invalid ? kUsageError : kFailed;
    }

    storage::StoreOptions store_options;
    if (options.map_size_mib != 0) store_options.ledger_map_bytes = options.map_size_mib << 20;
    auto store = storage::open_store(options.data, store_options, codec::fill_random);
    if (!store) return fail(store.error().message);

    const auto started = std::chrono::steady_clock::now();
    const codec::FlatDocuments documents;
    runtime::SystemClock clock;
    runtime::SystemEntropy entropy;
    std::stop_source stop_queries;
    auto opened = runtime::Engine::open(engine_options(options, stop_queries.get_token()), **store, documents,
                                        clock, entropy);
    if (!opened) return fail(opened.error().message);
    runtime::Engine& engine = **opened;
    spdlog::info(
        "opened {} in {} ms: {} facts", options.data.string(),
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started)
            .count(),
        engine.durable().value);
    engine.on_fatal([](const model::Error& error) {
        // Nobody is answered any more, and nothing is tidied up: what is not durable did not happen.
        fail("a commit failed, stopping at once: " + error.message);
        std::_Exit(kFailed);
    });

    engine.on_space([&options](const runtime::SpaceNotice& notice) { log_space(options, notice); });

    auto created =
        server::Server::create(server_options(options, **store), std::move(*listener), engine, entropy);
    if (!created) return fail(created.error().message);
    server::Server& server = **created;
    const auto made = ensure_admin_key(options.data, engine);
    if (!made) return fail(made.error().message);
    if (*made) spdlog::info("wrote the administrator's key to {}", admin_key_file(options.data).string());
    if (auto serving = server.start(); !serving) return fail(serving.error().message);

    fmt::print("ready {}\n", server.address());
    std::fflush(stdout);
    spdlog::info("serving on {} with {} threads", server.address(), options.threads);

    const int signal = signals.wait();
    spdlog::info("{}: stopping", signal == SIGTERM ? "SIGTERM" : "SIGINT");
    stop_queries.request_stop();
    server.stop();
    if (auto stopped = engine.stop(); !stopped) return fail("stopping: " + stopped.error().message);
    spdlog::info("stopped");
    return 0;
}

}  // namespace tim::daemon
