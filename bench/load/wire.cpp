#include "bench/load/wire.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace tim::bench {
namespace {

using model::ErrorKind;
using model::failure;
using model::Result;

Result<Socket> open_socket(const std::string& server) {
    const auto colon = server.rfind(':');
    if (colon == std::string::npos)
        return failure(ErrorKind::invalid, fmt::format("'{}' is not HOST:PORT", server));
    const std::string host = server.substr(0, colon);
    const std::string port = server.substr(colon + 1);

    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int status = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found); status != 0)
        return failure(ErrorKind::unavailable, fmt::format("{}: {}", server, ::gai_strerror(status)));
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, ::freeaddrinfo);

    int error = 0;
    for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
        Socket socket(
            ::socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC, address->ai_protocol));
        if (socket.descriptor() < 0 ||
            ::connect(socket.descriptor(), address->ai_addr, address->ai_addrlen) != 0) {
            error = errno;
            continue;
        }
        const int on = 1;
        ::setsockopt(socket.descriptor(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        return socket;
    }
    return failure(ErrorKind::unavailable, fmt::format("{}: {}", server, std::strerror(error)));
}

ErrorKind kind_of(schema::FailureCode code) {
    switch (code) {
        case schema::FailureCode::denied:
        case schema::FailureCode::not_allowed:
            return ErrorKind::denied;
        case schema::FailureCode::slow_reader:
        case schema::FailureCode::overloaded:
        case schema::FailureCode::stopping:
            return ErrorKind::unavailable;
        default:
            return ErrorKind::invalid;
    }
}

std::span<const std::uint8_t> bytes_of(const flatbuffers::Vector<std::uint8_t>* bytes) {
    if (bytes == nullptr) return {};
    return {bytes->data(), bytes->size()};
}

}  // namespace

Socket::~Socket() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> Wire::send(const codec::ByteBuffer& out) {
    auto bytes = out.view();
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_.descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0)
            return failure(ErrorKind::unavailable,
                           fmt::format("the connection broke: {}", std::strerror(errno)));
        bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
    return {};
}

Result<const schema::Reply*> Wire::receive() {
    while (true) {
        auto frame = reader_.next();
        if (!frame) return tl::unexpected(frame.error());
        if (!*frame) {
            const auto room = reader_.prepare();
            const ssize_t got = ::recv(socket_.descriptor(), room.data(), room.size(), 0);
            if (got < 0 && errno == EINTR) continue;
            if (got <= 0)
                return failure(ErrorKind::unavailable,
                               got == 0 ? "the server closed the connection"
                                        : fmt::format("the connection broke: {}", std::strerror(errno)));
            reader_.commit(static_cast<std::size_t>(got));
            continue;
        }
        correlation_ = (*frame)->correlation;
        auto reply = codec::read_reply((*frame)->payload);
        if (!reply) return reply;
        if ((*reply)->body_type() == schema::ReplyBody::Progress) continue;
        if (const auto* refused = (*reply)->body_as_Failure()) {
            return failure(kind_of(refused->code()), refused->message()->str());
        }
        return reply;
    }
}

Result<Wire> Wire::connect(const std::string& server, const codec::AccessSecret& secret) {
    auto socket = open_socket(server);
    if (!socket) return tl::unexpected(socket.error());
    Wire wire(std::move(*socket));

    codec::Nonce nonce{};
    codec::fill_random(nonce);
    codec::ClientHandshake handshake(secret, nonce);
    schema::HelloT hello;
    hello.protocol_version = codec::kProtocolVersion;
    hello.key_id = secret.id;
    hello.client_nonce.assign(nonce.begin(), nonce.end());
    hello.client = "tim-bench";
    auto challenged = wire.ask(std::move(hello));
    if (!challenged) return tl::unexpected(challenged.error());
    const auto* challenge = (*challenged)->body_as_Challenge();
    if (challenge == nullptr)
        return failure(ErrorKind::denied, "the server answered Hello with no challenge");
    const auto proof = handshake.prove(bytes_of(challenge->salt()), challenge->iterations(),
                                       bytes_of(challenge->server_nonce()));
    if (!proof) return tl::unexpected(proof.error());

    schema::ProofT answer;
    answer.client_proof.assign(proof->begin(), proof->end());
    auto welcomed = wire.ask(std::move(answer));
    if (!welcomed) return tl::unexpected(welcomed.error());
    const auto* welcome = (*welcomed)->body_as_Welcome();
    if (welcome == nullptr) return failure(ErrorKind::denied, "the server did not welcome the key");
    if (auto checked = handshake.check_server(bytes_of(welcome->server_signature())); !checked)
        return tl::unexpected(checked.error());
    return wire;
}

}  // namespace tim::bench
