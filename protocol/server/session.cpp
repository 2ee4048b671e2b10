#include "protocol/server/session.h"

#include <array>
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/redirect_error.hpp>
#include <exception>
#include <type_traits>
#include <utility>

#include "protocol/server/limits.h"

namespace tim::server {
namespace {

/// The pieces of one write: a buffer sequence that needs no allocation.
class Pieces {
  public:
    using value_type = asio::const_buffer;
    using const_iterator = const asio::const_buffer*;

    explicit Pieces(const Outbox& outbox) {
        std::array<std::span<const std::byte>, kGatheredChunks> chunks;
        count_ = outbox.gather(chunks);
        for (std::size_t i = 0; i < count_; ++i)
            buffers_[i] = asio::buffer(chunks[i].data(), chunks[i].size());
    }
    std::size_t size() const { return count_; }
    const_iterator begin() const { return buffers_.data(); }
    const_iterator end() const { return buffers_.data() + count_; }

  private:
    std::array<asio::const_buffer, kGatheredChunks> buffers_;
    std::size_t count_ = 0;
};

/// Nothing in a session throws; what does nonetheless is a broken invariant and stops the process.
void rethrow(std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
}

template <class Stream>
class StreamSession final : public Session {
  public:
    StreamSession(IoThread& thread, Stream stream) : Session(thread), stream_(std::move(stream)) {}

    void start() {
        asio::co_spawn(thread_.io(), run(std::static_pointer_cast<StreamSession>(shared_from_this())),
                       rethrow);
    }

  private:
    static constexpr bool kTls = !std::is_same_v<Stream, Socket>;

    Socket& socket() {
        if constexpr (kTls) {
            return stream_.next_layer();
        } else {
            return stream_;
        }
    }

    void shut_input() override {
        asio::error_code ignored;
        socket().shutdown(Socket::shutdown_receive, ignored);
    }
    void close_socket() override {
        asio::error_code ignored;
        socket().close(ignored);
    }

    /// Writes what the socket takes without waiting: almost always all, and then no handler is queued for it.
    std::size_t write_at_once([[maybe_unused]] const Pieces& pieces, asio::error_code& error) {
        if constexpr (kTls) {
            error = asio::error::would_block;
            return 0;
        } else {
            // One piece, the usual case, goes out by a cheaper system call.
            return pieces.size() == 1 ? stream_.write_some(*pieces.begin(), error)
                                      : stream_.write_some(pieces, error);
        }
    }

    // The parameter keeps the session alive as long as the coroutine.
    Task<> run(std::shared_ptr<StreamSession> self) {
        asio::error_code error;
        socket().non_blocking(true, error);
        if constexpr (kTls) {
            co_await stream_.async_handshake(asio::ssl::stream_base::server,
                                             asio::redirect_error(use_task, error));
            if (error) context().counters.handshakes_failed.fetch_add(1, std::memory_order_relaxed);
        }
        if (!error) {
            connected_ = true;
            asio::co_spawn(thread_.io(), write(self), rethrow);
            co_await read();
            co_await drain();
        }
        if constexpr (kTls) {
            if (!aborted_ && !error) co_await stream_.async_shutdown(asio::redirect_error(use_task, error));
        }
        if (!aborted_) socket().shutdown(Socket::shutdown_both, error);
        close_socket();
    }

    Task<> read() {
        while (open()) {
            take(thread_.batch());
            if (in_batch()) {
                thread_.schedule_flush();
                if (!batch_done_.passed()) co_await batch_done_.wait();
            } else {
                thread_.release(*this);
            }
            thread_.submit(*this);
            if (!open()) break;
            if (!has_room()) {
                if (!progress_.passed()) co_await progress_.wait();
                continue;
            }
            if (has_more()) continue;
            const std::span<std::byte> space = read_space();
            asio::error_code error;
            const std::size_t count = co_await stream_.async_read_some(
                asio::buffer(space.data(), space.size()), asio::redirect_error(use_task, error));
            if (error) break;
            received(count);
            last_request_ms_ = thread_.now_ms();
        }
        close();
    }

    Task<> drain() {
        closing_since_ms_ = thread_.now_ms();
        while (!aborted_ && queries_in_flight() > 0) {
            if (!progress_.passed()) co_await progress_.wait();
        }
        finish();
        thread_.release(*this);
        while (!aborted_ && !outbox().empty()) {
            if (!progress_.passed()) co_await progress_.wait();
        }
        writing_ended_ = true;
        writable_.open();
        while (!writer_done_) {
            if (!progress_.passed()) co_await progress_.wait();
        }
    }

    Task<> write([[maybe_unused]] std::shared_ptr<StreamSession> self) {
        for (;;) {
            while (!aborted_ && outbox().released()) {
                asio::error_code error;
                writing_since_ms_ = thread_.now_ms();
                const Pieces pieces(outbox());
                std::size_t count = write_at_once(pieces, error);
                if (error == asio::error::would_block) {
                    count = co_await stream_.async_write_some(pieces, asio::redirect_error(use_task, error));
                }
                writing_since_ms_ = -1;
                if (error) {
                    abort();
                    break;
                }
                written(count);
                progress_.open();
            }
            if (aborted_ || writing_ended_) break;
            if (!writable_.passed()) co_await writable_.wait();
        }
        writer_done_ = true;
        progress_.open();
    }

    ServerContext& context() { return thread_.context(); }

    Stream stream_;
};

}  // namespace

Session::Session(IoThread& thread)
    : Connection(thread.context(), thread.buffers()),
      thread_(thread),
      started_ms_(thread.now_ms()),
      last_request_ms_(started_ms_) {
    thread_.add(*this);
}

Session::~Session() {
    thread_.remove(*this);
}

void Session::interrupt() {
    shut_input();
    progress_.open();
}

void Session::abort() {
    if (aborted_) return;
    const auto self = shared_from_this();  // each of these may let the last coroutine end
    aborted_ = true;
    close();
    close_socket();
    progress_.open();
    writable_.open();
}

void Session::on_tick(std::int64_t now_ms) {
    if (aborted_) return;
    const auto self = shared_from_this();
    const Timeouts& timeouts = thread_.timeouts();
    if (closing_since_ms_ >= 0) {
        if (now_ms - closing_since_ms_ > timeouts.close_ms) abort();
        return;
    }
    if (!open()) return;
    if (!authenticated()) {
        if (now_ms - started_ms_ <= timeouts.handshake_ms) return;
        if (!connected_) return abort();
        fail(0, schema::FailureCode::denied, "the handshake took too long");
        return interrupt();
    }
    check_key();
    if (open() && writing_since_ms_ >= 0 && now_ms - writing_since_ms_ > timeouts.slow_reader_ms) {
        thread_.context().counters.slow_readers.fetch_add(1, std::memory_order_relaxed);
        fail(0, schema::FailureCode::slow_reader, "the client does not read its answers");
    }
    if (open() && in_flight() == 0 && now_ms - last_request_ms_ > timeouts.idle_ms) close();
    if (!open()) interrupt();
}

void Session::on_stop() {
    if (!connected_) return abort();
    close();
    interrupt();
}

void Session::on_query_answered(std::span<const std::byte> frames, bool final_reply, bool of_follow) {
    if (aborted_) return;
    answer_query(frames, final_reply, of_follow);
    thread_.release(*this);
    if (final_reply) progress_.open();
}

void start_session(IoThread& thread, Socket socket, asio::ssl::context* tls) {
    if (tls == nullptr) {
        std::make_shared<StreamSession<Socket>>(thread, std::move(socket))->start();
    } else {
        std::make_shared<StreamSession<TlsStream>>(thread, TlsStream(std::move(socket), *tls))->start();
    }
}

}  // namespace tim::server
