#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/ssl/context.hpp>
#include <asio/ssl/stream.hpp>
#include <asio/steady_timer.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "clients/cpp/options.h"
#include "engine/model/result.h"
#include "protocol/codec/buffer.h"

namespace tim::client {

/// One TCP or TLS connection on an io_context: resolve, connect, read, write, time out. Whoever derives from
/// it supplies the buffers; pending operations keep the whole object alive, buffers included. Held by
/// shared_ptr. Not thread-safe: one thread runs the io_context.
class Transport : public std::enable_shared_from_this<Transport> {
  public:
    Transport(asio::io_context& io, const ConnectOptions& options);
    virtual ~Transport() = default;
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;

    void connect();
    /// The peer has proved itself: the connect timeout no longer runs.
    void settled();
    /// Ends everything; no callback follows.
    void close();
    /// Closes and tells the derived class why.
    void fail(model::Error error);
    /// Sends what `unsent` holds, unless a write is under way, which then goes on with it.
    void flush();

    std::size_t unsent_bytes() const { return writing_.size(); }

  protected:
    virtual void on_connected() = 0;
    virtual std::span<std::byte> read_space() = 0;
    virtual void on_read(std::size_t byte_count) = 0;
    virtual codec::ByteBuffer& unsent() = 0;
    /// The connection has failed or ended; nothing follows.
    virtual void on_disconnected(const model::Error& error) = 0;

    bool is_closed() const { return closed_; }

  private:
    using Socket = asio::ip::tcp::socket;

    model::Result<void> prepare_tls();
    void tune_socket();
    void start_handshake();
    void begin();
    void read();
    void write();
    void fail_to_connect(const std::string& what);

    asio::io_context& io_;
    std::string host_;
    std::string port_;
    std::optional<TlsOptions> tls_;
    std::int64_t connect_timeout_ms_;
    asio::ip::tcp::resolver resolver_;
    asio::steady_timer timer_;
    Socket socket_;
    std::optional<asio::ssl::context> tls_context_;
    std::optional<asio::ssl::stream<Socket&>> tls_stream_;
    codec::ByteBuffer writing_;
    bool is_writing_ = false;
    bool begun_ = false;
    bool closed_ = false;
};

}  // namespace tim::client
