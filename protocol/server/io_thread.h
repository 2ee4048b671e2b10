#pragma once

#include <asio/executor_work_guard.hpp>
#include <asio/ssl/context.hpp>
#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "protocol/server/asio_types.h"
#include "protocol/server/batch.h"
#include "protocol/server/context.h"
#include "protocol/server/followers.h"
#include "protocol/server/limits.h"
#include "protocol/server/outbox.h"
#include "protocol/server/worker_pool.h"

namespace tim::server {

class Session;

/// Deadlines of a connection; see limits.h.
struct Timeouts {
    std::int64_t handshake_ms = kHandshakeTimeoutMs;
    std::int64_t idle_ms = kIdleTimeoutMs;
    std::int64_t slow_reader_ms = kSlowReaderTimeoutMs;
    std::int64_t close_ms = kCloseTimeoutMs;
    std::int64_t farewell_ms = kFarewellTimeoutMs;
};

/// One thread that serves sockets and runs the engine: its sessions put what they read into one batch, which
/// is carried out once all of them have had their turn; the replies leave when the ledger is durable up to
/// them.
///
/// Members are for the thread itself, except where they say "any thread".
class IoThread {
  public:
    IoThread(ServerContext& context, WorkerPool& workers, const Timeouts& timeouts);
    ~IoThread();
    IoThread(const IoThread&) = delete;
    IoThread& operator=(const IoThread&) = delete;

    // ---- any thread

    void start();
    /// Takes nothing more from anyone, answers what was taken, closes; then the thread ends.
    void stop();
    void join();
    asio::io_context& io() { return io_; }
    /// The ledger has become durable further.
    void wake();
    /// Serves an accepted socket; with `tls`, behind a TLS handshake. The connection was counted.
    void adopt(Socket socket, asio::ssl::context* tls);

    // ---- for sessions

    ServerContext& context() { return context_; }
    const Timeouts& timeouts() const { return timeouts_; }
    Batch& batch() { return batch_; }
    BufferPool& buffers() { return buffers_; }
    /// Milliseconds of the monotonic clock, as of the last tick.
    std::int64_t now_ms() const { return now_ms_; }

    void add(Session& session);
    void remove(Session& session);
    /// Runs the batch once everything that is ready by now has been read.
    void schedule_flush();
    /// Lets a session's replies go that may, and comes back to it for those that wait for the ledger.
    void release(Session& session);
    void submit(Session& session);

  private:
    void flush();
    /// Has the engine commit once nothing more is ready.
    void schedule_commit();
    void release_durable();
    bool release(Session& session, model::Sequence durable);
    void watch_durable(model::Sequence seen);
    Task<> tick();
    void end_when_idle();

    ServerContext& context_;
    WorkerPool& workers_;
    const Timeouts timeouts_;
    BufferPool buffers_;  // before io_: sessions that end with it give buffers back
    Batch batch_;
    std::vector<Session*> sessions_;
    std::vector<Session*> waiting_;  // with sealed replies whose sequence is not durable yet
    std::vector<Session*> writable_;
    std::vector<Connection*> ran_;
    std::int64_t now_ms_ = 0;
    bool flush_scheduled_ = false;
    bool commit_scheduled_ = false;
    bool stopping_ = false;
    std::atomic<bool> wake_wanted_{false};  // the next advance of durability is to wake this thread
    asio::io_context io_{1};
    asio::executor_work_guard<Executor> work_{io_.get_executor()};
    Timer timer_{io_};
    Followers followers_{context_, workers_, io_};
    std::thread thread_;
};

}  // namespace tim::server
