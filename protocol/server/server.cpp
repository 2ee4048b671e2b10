#include "protocol/server/server.h"

#include <array>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <chrono>
#include <mutex>
#include <utility>
#include <vector>

#include "protocol/codec/messages.h"
#include "protocol/server/farewell.h"
#include "protocol/server/worker_pool.h"

namespace tim::server {

using model::ErrorKind;
using model::failure;

namespace {

/// The threads to wake when the ledger has become durable further. The engine may call after the server has
/// gone.
class DurableListeners {
  public:
    void add(IoThread& thread) {
        const std::lock_guard lock(mutex_);
        threads_.push_back(&thread);
    }
    void clear() {
        const std::lock_guard lock(mutex_);
        threads_.clear();
    }
    void notify() {
        const std::lock_guard lock(mutex_);
        for (IoThread* thread : threads_)
            thread->wake();
    }

  private:
    std::mutex mutex_;
    std::vector<IoThread*> threads_;  // guarded by mutex_
};

}  // namespace

class Server::Implementation {
  public:
    Implementation(const ServerOptions& options, Listener listener, runtime::Engine& engine,
                   runtime::Entropy& entropy)
        : max_connections_(options.max_connections),
          farewell_ms_(options.timeouts.farewell_ms),
          context_{engine, entropy, options.decoy_secret, options.version, {}, {}, options.clock},
          tls_(listener.take_tls()),
          workers_(kQueryThreads, kMaxQueuedQueries),
          threads_(make_threads(options)),
          acceptor_(listener.take_acceptor(threads_.front()->io())),
          address_(listener.address()),
          port_(listener.port()) {
        for (const auto& thread : threads_)
            listeners_->add(*thread);
        context_.engine.on_durable([listeners = listeners_] { listeners->notify(); });
    }

    ~Implementation() {
        stop();
        listeners_->clear();
    }

    model::Result<void> start() {
        asio::error_code error;
        acceptor_.listen(asio::socket_base::max_listen_connections, error);
        if (error) return failure(ErrorKind::io, "cannot listen on " + address_ + ": " + error.message());
        started_ = true;
        for (const auto& thread : threads_)
            thread->start();
        asio::co_spawn(threads_.front()->io(), accept(), asio::detached);
        return {};
    }

    void stop() {
        if (!std::exchange(started_, false)) return;
        stopping_.store(true, std::memory_order_release);
        asio::post(threads_.front()->io(), [this] {
            asio::error_code ignored;
            acceptor_.close(ignored);
            retry_.cancel();
        });
        for (const auto& thread : threads_)
            thread->stop();
        for (const auto& thread : threads_)
            thread->join();
        workers_.stop();
    }

    const std::string& address() const { return address_; }
    std::uint16_t port() const { return port_; }

  private:
    std::vector<std::unique_ptr<IoThread>> make_threads(const ServerOptions& options) {
        std::vector<std::unique_ptr<IoThread>> threads;
        for (std::size_t i = 0; i < options.threads; ++i) {
            threads.push_back(std::make_unique<IoThread>(context_, workers_, options.timeouts));
        }
        return threads;
    }

    Task<> accept() {
        for (std::size_t next = 0;; next = (next + 1) % threads_.size()) {
            IoThread& thread = *threads_[next];
            asio::error_code error;
            Socket socket =
                co_await acceptor_.async_accept(thread.io(), asio::redirect_error(use_task, error));
            if (stopping_.load(std::memory_order_acquire)) co_return;
            if (error) {
                // Out of file descriptors, mostly: those that are waiting go on waiting.
                retry_.expires_after(std::chrono::milliseconds(kAcceptRetryMs));
                co_await retry_.async_wait(asio::redirect_error(use_task, error));
                continue;
            }
            Counters& counters = context_.counters;
            if (counters.connections.load(std::memory_order_relaxed) >= max_connections_) {
                counters.connections_refused.fetch_add(1, std::memory_order_relaxed);
                turn_away(thread, std::move(socket));
                continue;
            }
            counters.connections.fetch_add(1, std::memory_order_relaxed);
            counters.connections_total.fetch_add(1, std::memory_order_relaxed);
            socket.set_option(Tcp::no_delay(true), error);
            socket.set_option(asio::socket_base::keep_alive(true), error);
            thread.adopt(std::move(socket), tls_.get());
        }
    }

    /// Says why: at once, or behind the TLS handshake.
    void turn_away(IoThread& thread, Socket socket) const {
        codec::ByteBuffer frame;
        codec::append_failure(frame, 0, schema::FailureCode::overloaded,
                              "the server has as many connections as it takes (" +
                                  std::to_string(max_connections_) + "); try again later");
        asio::error_code ignored;
        socket.non_blocking(true, ignored);
        if (tls_)
            return bid_farewell(thread.io(), std::move(socket), *tls_, std::move(frame), farewell_ms_,
                                farewells_);
        socket.write_some(asio::buffer(frame.view().data(), frame.size()), ignored);
        socket.shutdown(Socket::shutdown_send, ignored);
        // A Hello that is there already is read: closing over unread bytes may take the answer away again.
        std::array<std::byte, codec::kMaxHelloBytes> hello;
        socket.read_some(asio::buffer(hello), ignored);
    }

    const std::size_t max_connections_;
    const std::int64_t farewell_ms_;
    const std::shared_ptr<FarewellCount> farewells_ = std::make_shared<FarewellCount>();
    ServerContext context_;
    std::unique_ptr<asio::ssl::context> tls_;
    WorkerPool workers_;
    std::shared_ptr<DurableListeners> listeners_ = std::make_shared<DurableListeners>();
    std::vector<std::unique_ptr<IoThread>> threads_;
    Acceptor acceptor_;
    Timer retry_{threads_.front()->io()};
    std::atomic<bool> stopping_{false};
    bool started_ = false;
    std::string address_;
    std::uint16_t port_ = 0;
};

Server::Server(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
Server::~Server() = default;

model::Result<std::unique_ptr<Server>> Server::create(const ServerOptions& options, Listener listener,
                                                      runtime::Engine& engine, runtime::Entropy& entropy) {
    if (options.threads == 0 || options.threads > kMaxIoThreads) {
        return failure(ErrorKind::invalid,
                       "the number of I/O threads is 1 to " + std::to_string(kMaxIoThreads));
    }
    if (options.max_connections == 0 || options.max_connections > kMaxConnections) {
        return failure(ErrorKind::invalid,
                       "the number of connections is 1 to " + std::to_string(kMaxConnections));
    }
    return std::unique_ptr<Server>(
        new Server(std::make_unique<Implementation>(options, std::move(listener), engine, entropy)));
}

model::Result<void> Server::start() {
    return implementation_->start();
}
const std::string& Server::address() const {
    return implementation_->address();
}
std::uint16_t Server::port() const {
    return implementation_->port();
}
void Server::stop() {
    implementation_->stop();
}

}  // namespace tim::server
