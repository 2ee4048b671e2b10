#pragma once

#include <asio/io_context.hpp>
#include <asio/ssl/context.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/model/result.h"
#include "protocol/server/asio_types.h"
#include "protocol/server/tls.h"

namespace tim::server {

/// Where to listen.
struct Endpoint {
    std::string host;
    std::uint16_t port = 0;  ///< 0: any that is free
};

/// Reads `HOST:PORT`; an IPv6 address stands in brackets.
model::Result<Endpoint> parse_endpoint(std::string_view text);

/// What a server needs of the machine: an address that is bound to it, and TLS with its files read. A process
/// opens one before it does anything that lasts, so that a fault here leaves nothing behind. One thread.
class Listener {
  public:
    /// Errors: `invalid` (an unknown host, one that others can reach without TLS, a bad file of TLS), `io`
    /// (the address is taken).
    static model::Result<Listener> open(const Endpoint& where, const TlsFiles& files);

    Listener(Listener&&) = default;
    Listener& operator=(Listener&&) = delete;

    /// With the real port: `127.0.0.1:7400`.
    const std::string& address() const { return address_; }
    std::uint16_t port() const { return port_; }

    /// Each is given once, to the server.
    Acceptor take_acceptor(asio::io_context& io);
    std::unique_ptr<asio::ssl::context> take_tls() { return std::move(tls_); }

  private:
    Listener() = default;

    std::unique_ptr<asio::io_context> io_ = std::make_unique<asio::io_context>();
    std::unique_ptr<Acceptor> acceptor_;
    std::unique_ptr<asio::ssl::context> tls_;
    std::string address_;
    std::uint16_t port_ = 0;
};

}  // namespace tim::server
