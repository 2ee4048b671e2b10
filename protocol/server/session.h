#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "protocol/server/connection.h"
#include "protocol/server/gate.h"
#include "protocol/server/io_thread.h"

namespace tim::server {

/// A connection on a socket: one coroutine reads and takes requests, another writes replies. Lives on its I/O
/// thread; its coroutines keep it alive.
class Session : public Connection, public std::enable_shared_from_this<Session> {
  public:
    explicit Session(IoThread& thread);
    ~Session() override;

    // ---- events, from the thread

    /// The batch has run; resumes the reader.
    void on_batch_done() { batch_done_.open(); }
    /// The outbox has something to write; resumes the writer.
    void on_writable() { writable_.open(); }
    /// Looks at the deadlines.
    void on_tick(std::int64_t now_ms);
    /// The server stops: nothing more is taken, what was is answered.
    void on_stop();
    /// A query's frames came back from a worker.
    void on_query_answered(std::span<const std::byte> frames, bool final_reply, bool of_follow);

    /// Index in the thread's list of sessions, and whether it stands in its list of those that wait.
    std::size_t slot = 0;
    bool waits_for_durable = false;

  protected:
    /// Ends a read that is waiting; writes go on.
    virtual void shut_input() = 0;
    /// Closes the socket whatever is going on.
    virtual void close_socket() = 0;

    void interrupt();
    void abort();

    IoThread& thread_;
    Gate batch_done_;
    Gate progress_;  // room in the outbox, a query's end, the writer's end
    Gate writable_;
    bool aborted_ = false;
    bool writing_ended_ = false;
    bool writer_done_ = false;
    bool connected_ = false;  // behind the TLS handshake, if any
    const std::int64_t started_ms_;
    std::int64_t last_request_ms_;
    std::int64_t writing_since_ms_ = -1;
    std::int64_t closing_since_ms_ = -1;
};

/// Serves a socket from now on.
void start_session(IoThread& thread, Socket socket, asio::ssl::context* tls);

}  // namespace tim::server
