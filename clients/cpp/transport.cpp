#include "clients/cpp/transport.h"

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>

#include <asio/buffer.hpp>
#include <asio/connect.hpp>
#include <asio/ssl/host_name_verification.hpp>
#include <asio/write.hpp>
#include <chrono>

namespace tim::client {
namespace {

using model::Error;
using model::ErrorKind;

/// A peer that vanished without a word is given up after this long without an acknowledgement from its host.
constexpr int kDeadPeerMs = 20'000;

template <int Level, int Name>
using IntegerOption = asio::detail::socket_option::integer<Level, Name>;

}  // namespace

Transport::Transport(asio::io_context& io, const ConnectOptions& options)
    : io_(io),
      host_(options.host),
      port_(std::to_string(options.port)),
      tls_(options.tls),
      connect_timeout_ms_(options.connect_timeout_ms),
      resolver_(io),
      timer_(io),
      socket_(io) {}

void Transport::connect() {
    if (auto prepared = prepare_tls(); !prepared) {
        // Told from the loop, never from within `connect`.
        asio::post(io_, [self = shared_from_this(), error = prepared.error()] { self->fail(error); });
        return;
    }
    timer_.expires_after(std::chrono::milliseconds(connect_timeout_ms_));
    timer_.async_wait([self = shared_from_this()](const std::error_code& error) {
        if (!error) self->fail_to_connect(fmt::format("no answer within {} ms", self->connect_timeout_ms_));
    });
    resolver_.async_resolve(
        host_, port_, [self = shared_from_this()](const std::error_code& error, const auto& endpoints) {
            if (self->closed_) return;
            if (error) return self->fail_to_connect(error.message());
            asio::async_connect(self->socket_, endpoints,
                                [self](const std::error_code& failure, const auto& /*endpoint*/) {
                                    if (self->closed_) return;
                                    if (failure) return self->fail_to_connect(failure.message());
                                    self->tune_socket();
                                    if (self->tls_stream_) return self->start_handshake();
                                    self->begin();
                                });
        });
}

model::Result<void> Transport::prepare_tls() {
    if (!tls_) return {};
    try {
        tls_context_.emplace(asio::ssl::context::tls_client);
        tls_context_->set_options(asio::ssl::context::default_workarounds);
        SSL_CTX_set_min_proto_version(tls_context_->native_handle(), TLS1_2_VERSION);
        if (tls_->ca_file.empty())
            tls_context_->set_default_verify_paths();
        else
            tls_context_->load_verify_file(tls_->ca_file.string());
        if (!tls_->certificate_file.empty()) {
            tls_context_->use_certificate_chain_file(tls_->certificate_file.string());
            tls_context_->use_private_key_file(tls_->private_key_file.string(), asio::ssl::context::pem);
        }
        tls_stream_.emplace(socket_, *tls_context_);
        const std::string& name = tls_->server_name.empty() ? host_ : tls_->server_name;
        tls_stream_->set_verify_mode(asio::ssl::verify_peer);
        tls_stream_->set_verify_callback(asio::ssl::host_name_verification(name));
        // SNI names hosts, never addresses (RFC 6066). The macro of OpenSSL casts in the old style.
        std::error_code is_no_address;
        asio::ip::make_address(name, is_no_address);
        if (is_no_address)
            SSL_ctrl(tls_stream_->native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                     const_cast<char*>(name.c_str()));
    } catch (const std::exception& error) {
        return model::failure(ErrorKind::invalid,
                              fmt::format("cannot use these TLS files: {}", error.what()));
    }
    return {};
}

void Transport::tune_socket() {
    // A socket that takes none of these still works.
    std::error_code ignored;
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    socket_.set_option(asio::socket_base::keep_alive(true), ignored);
    socket_.set_option(IntegerOption<IPPROTO_TCP, TCP_USER_TIMEOUT>(kDeadPeerMs), ignored);
    socket_.set_option(IntegerOption<IPPROTO_TCP, TCP_KEEPIDLE>(10), ignored);
    socket_.set_option(IntegerOption<IPPROTO_TCP, TCP_KEEPINTVL>(5), ignored);
}

void Transport::start_handshake() {
    tls_stream_->async_handshake(
        asio::ssl::stream_base::client, [self = shared_from_this()](const std::error_code& error) {
            if (self->closed_) return;
            if (error) return self->fail_to_connect(fmt::format("TLS: {}", error.message()));
            self->begin();
        });
}

void Transport::begin() {
    begun_ = true;
    on_connected();
    flush();
    read();
}

void Transport::settled() {
    timer_.cancel();
}

void Transport::read() {
    if (closed_) return;
    const auto space = read_space();
    const auto done = [self = shared_from_this()](const std::error_code& error, std::size_t byte_count) {
        if (self->closed_) return;
        if (error)
            return self->fail({ErrorKind::unavailable,
                               error == asio::error::eof
                                   ? fmt::format("{}:{} closed the connection", self->host_, self->port_)
                                   : fmt::format("the connection to {}:{} broke: {}", self->host_,
                                                 self->port_, error.message())});
        self->on_read(byte_count);
        self->flush();
        self->read();
    };
    const auto buffer = asio::buffer(space.data(), space.size());
    if (tls_stream_)
        tls_stream_->async_read_some(buffer, done);
    else
        socket_.async_read_some(buffer, done);
}

void Transport::flush() {
    if (closed_ || !begun_ || is_writing_ || unsent().empty()) return;
    writing_.swap(unsent());
    write();
}

void Transport::write() {
    is_writing_ = true;
    const auto done = [self = shared_from_this()](const std::error_code& error, std::size_t) {
        self->is_writing_ = false;
        self->writing_.clear();
        // A broken write shows as a broken read too, where what the server said last can still be read.
        if (!error) self->flush();
    };
    const auto bytes = writing_.view();
    const auto buffer = asio::buffer(bytes.data(), bytes.size());
    if (tls_stream_)
        asio::async_write(*tls_stream_, buffer, done);
    else
        asio::async_write(socket_, buffer, done);
}

void Transport::fail_to_connect(const std::string& what) {
    fail({ErrorKind::unavailable, fmt::format("cannot reach {}:{}: {}", host_, port_, what)});
}

void Transport::fail(Error error) {
    if (closed_) return;
    close();
    on_disconnected(error);
}

void Transport::close() {
    if (closed_) return;
    closed_ = true;
    resolver_.cancel();
    timer_.cancel();
    std::error_code ignored;
    socket_.shutdown(asio::socket_base::shutdown_both, ignored);
    socket_.close(ignored);
}

}  // namespace tim::client
