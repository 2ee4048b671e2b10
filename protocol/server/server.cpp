#include "protocol/server/server.h"

#include <algorithm>
#include <array>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/ip/v6_only.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <charconv>
#include <chrono>
#include <mutex>
#include <utility>
#include <vector>

#include "protocol/codec/messages.h"
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

std::string format(const Tcp::endpoint& endpoint) {
    const std::string address = endpoint.address().to_string();
    return (endpoint.address().is_v6() ? "[" + address + "]" : address) + ":" +
           std::to_string(endpoint.port());
}

}  // namespace

model::Result<Endpoint> parse_endpoint(std::string_view text) {
    const auto wrong = [text] {
        return failure(
            ErrorKind::invalid,
            "\"" + std::string(text) + "\" is no address: HOST:PORT is needed, such as 127.0.0.1:7400");
    };
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return wrong();
    std::string_view host = text.substr(0, colon);
    const std::string_view port = text.substr(colon + 1);
    if (host.front() == '[') {
        if (host.back() != ']' || host.size() < 3) return wrong();
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        return wrong();
    }
    Endpoint endpoint{std::string(host), 0};
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
    if (error != std::errc() || end != port.data() + port.size() || port.empty()) return wrong();
    return endpoint;
}

class Server::Implementation {
  public:
    Implementation(const ServerOptions& options, runtime::Engine& engine, runtime::Entropy& entropy)
        : max_connections_(options.max_connections),
          context_{engine, entropy, options.decoy_secret, options.version, {}, {}},
          workers_(kQueryThreads, kMaxQueuedQueries),
          threads_(make_threads(options)) {}

    ~Implementation() {
        stop();
        listeners_->clear();
    }

    model::Result<void> prepare(const ServerOptions& options) {
        if (options.tls.enabled()) {
            auto tls = make_tls_context(options.tls);
            if (!tls) return tl::unexpected(tls.error());
            tls_ = std::move(*tls);
        }
        if (auto bound = bind(options.listen); !bound) return bound;
        for (const auto& thread : threads_)
            listeners_->add(*thread);
        context_.engine.on_durable([listeners = listeners_] { listeners->notify(); });
        return {};
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

    model::Result<void> bind(const Endpoint& where) {
        asio::error_code error;
        Tcp::resolver resolver(threads_.front()->io());
        const auto found =
            resolver.resolve(where.host, std::to_string(where.port), Tcp::resolver::passive, error);
        if (error || found.empty()) {
            return failure(ErrorKind::invalid,
                           "the address " + where.host + " is not known: " + error.message());
        }
        const Tcp::endpoint endpoint = found.begin()->endpoint();
        if (!endpoint.address().is_loopback() && !tls_) {
            return failure(ErrorKind::invalid, "listening on " + format(endpoint) +
                                                   ", which others can reach, needs TLS: give --tls-cert and "
                                                   "--tls-key, or listen on 127.0.0.1");
        }
        acceptor_.open(endpoint.protocol(), error);
        if (!error) acceptor_.set_option(Acceptor::reuse_address(true), error);
        if (!error) acceptor_.bind(endpoint, error);
        if (error)
            return failure(ErrorKind::io, "cannot listen on " + format(endpoint) + ": " + error.message());
        address_ = format(acceptor_.local_endpoint());
        port_ = acceptor_.local_endpoint().port();
        return {};
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
                turn_away(std::move(socket));
                continue;
            }
            counters.connections.fetch_add(1, std::memory_order_relaxed);
            counters.connections_total.fetch_add(1, std::memory_order_relaxed);
            socket.set_option(Tcp::no_delay(true), error);
            socket.set_option(asio::socket_base::keep_alive(true), error);
            thread.adopt(std::move(socket), tls_.get());
        }
    }

    /// Says why, where that can be said without waiting.
    void turn_away(Socket socket) const {
        if (tls_) return;
        codec::ByteBuffer frame;
        codec::append_failure(frame, 0, schema::FailureCode::overloaded,
                              "the server has as many connections as it takes (" +
                                  std::to_string(max_connections_) + "); try again later");
        asio::error_code ignored;
        socket.non_blocking(true, ignored);
        socket.write_some(asio::buffer(frame.view().data(), frame.size()), ignored);
        socket.shutdown(Socket::shutdown_send, ignored);
        // A Hello that is there already is read: closing over unread bytes may take the answer away again.
        std::array<std::byte, codec::kMaxHelloBytes> hello;
        socket.read_some(asio::buffer(hello), ignored);
    }

    const std::size_t max_connections_;
    ServerContext context_;
    std::unique_ptr<asio::ssl::context> tls_;
    WorkerPool workers_;
    std::shared_ptr<DurableListeners> listeners_ = std::make_shared<DurableListeners>();
    std::vector<std::unique_ptr<IoThread>> threads_;
    Acceptor acceptor_{threads_.front()->io()};
    Timer retry_{threads_.front()->io()};
    std::atomic<bool> stopping_{false};
    bool started_ = false;
    std::string address_;
    std::uint16_t port_ = 0;
};

Server::Server(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
Server::~Server() = default;

model::Result<std::unique_ptr<Server>> Server::create(const ServerOptions& options, runtime::Engine& engine,
                                                      runtime::Entropy& entropy) {
    if (options.threads == 0 || options.threads > kMaxIoThreads) {
        return failure(ErrorKind::invalid,
                       "the number of I/O threads is 1 to " + std::to_string(kMaxIoThreads));
    }
    if (options.max_connections == 0 || options.max_connections > kMaxConnections) {
        return failure(ErrorKind::invalid,
                       "the number of connections is 1 to " + std::to_string(kMaxConnections));
    }
    auto implementation = std::make_unique<Implementation>(options, engine, entropy);
    if (auto ready = implementation->prepare(options); !ready) return tl::unexpected(ready.error());
    return std::unique_ptr<Server>(new Server(std::move(implementation)));
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
