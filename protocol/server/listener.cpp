#include "protocol/server/listener.h"

#include <charconv>
#include <utility>

namespace tim::server {

using model::ErrorKind;
using model::failure;

namespace {

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

model::Result<Listener> Listener::open(const Endpoint& where, const TlsFiles& files) {
    Listener listener;
    if (files.enabled()) {
        auto tls = make_tls_context(files);
        if (!tls) return tl::unexpected(tls.error());
        listener.tls_ = std::move(*tls);
    }
    asio::error_code error;
    Tcp::resolver resolver(*listener.io_);
    const auto found =
        resolver.resolve(where.host, std::to_string(where.port), Tcp::resolver::passive, error);
    if (error || found.empty()) {
        return failure(ErrorKind::invalid, "the address " + where.host + " is not known: " + error.message());
    }
    const Tcp::endpoint endpoint = found.begin()->endpoint();
    if (!endpoint.address().is_loopback() && !listener.tls_) {
        return failure(ErrorKind::invalid, "listening on " + format(endpoint) +
                                               ", which others can reach, needs TLS: give --tls-cert and "
                                               "--tls-key, or listen on 127.0.0.1");
    }
    listener.acceptor_ = std::make_unique<Acceptor>(*listener.io_);
    Acceptor& acceptor = *listener.acceptor_;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(Acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (error) return failure(ErrorKind::io, "cannot listen on " + format(endpoint) + ": " + error.message());
    listener.address_ = format(acceptor.local_endpoint());
    listener.port_ = acceptor.local_endpoint().port();
    return listener;
}

Acceptor Listener::take_acceptor(asio::io_context& io) {
    asio::error_code ignored;
    const auto protocol = acceptor_->local_endpoint(ignored).protocol();
    return Acceptor(io, protocol, acceptor_->release());
}

}  // namespace tim::server
