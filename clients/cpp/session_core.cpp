#include "clients/cpp/session_core.h"

#include <fmt/format.h>

#include <vector>

namespace tim::client {
namespace {

using model::ErrorKind;
using model::failure;

std::span<const std::uint8_t> bytes_of(const flatbuffers::Vector<std::uint8_t>& bytes) {
    return {bytes.data(), bytes.size()};
}

tl::unexpected<model::Error> protocol_failure(std::string_view what) {
    return failure(ErrorKind::corrupt, fmt::format("the server broke the protocol: {}", what));
}

/// Failures after which the server closes, whatever request they carry.
bool ends_connection(schema::FailureCode code) {
    return code == schema::FailureCode::malformed || code == schema::FailureCode::denied ||
           code == schema::FailureCode::slow_reader || code == schema::FailureCode::overloaded;
}

}  // namespace

model::Error to_error(const schema::Failure& message) {
    const auto kind = [&] {
        switch (message.code()) {
            case schema::FailureCode::malformed:
                return ErrorKind::corrupt;
            case schema::FailureCode::denied:
            case schema::FailureCode::not_allowed:
                return ErrorKind::denied;
            case schema::FailureCode::not_found:
                return ErrorKind::not_found;
            case schema::FailureCode::unsupported:
            case schema::FailureCode::invalid:
            case schema::FailureCode::too_large:
                return ErrorKind::invalid;
            case schema::FailureCode::slow_reader:
            case schema::FailureCode::overloaded:
            case schema::FailureCode::stopping:
                return ErrorKind::unavailable;
            case schema::FailureCode::internal:
                return ErrorKind::io;
        }
        return ErrorKind::io;
    }();
    return {kind, message.message()->str()};
}

SessionCore::SessionCore(codec::AccessSecret key, const codec::Nonce& nonce, std::string client_name,
                         SessionHandler& handler)
    : handshake_(std::in_place, std::move(key), nonce),
      client_name_(std::move(client_name)),
      handler_(handler) {}

void SessionCore::start() {
    schema::HelloT hello;
    hello.protocol_version = codec::kProtocolVersion;
    hello.key_id = handshake_->key_id();
    const auto& nonce = handshake_->client_nonce();
    hello.client_nonce.assign(nonce.begin(), nonce.end());
    hello.client = client_name_;
    codec::append_request(out_, 0, std::move(hello));
    phase_ = Phase::challenged;
}

model::Result<void> SessionCore::received(std::size_t byte_count) {
    reader_.commit(byte_count);
    while (phase_ != Phase::stopped) {
        auto frame = reader_.next();
        if (!frame) return protocol_failure(frame.error().message);
        if (!*frame) break;
        if (auto taken = take(**frame); !taken) {
            phase_ = Phase::stopped;
            return taken;
        }
    }
    return {};
}

model::Result<void> SessionCore::take(const codec::Frame& frame) {
    const auto read = codec::read_reply(frame.payload);
    if (!read) return protocol_failure(read.error().message);
    const schema::Reply& reply = **read;
    if (const auto* message = reply.body_as_Failure(); message && ends_connection(message->code()))
        return tl::unexpected(to_error(*message));
    if (phase_ != Phase::ready) return take_handshake(reply);
    switch (reply.body_type()) {
        case schema::ReplyBody::SaleResults: {
            const auto* rows = reply.body_as_SaleResults()->rows();
            handler_.on_sales(frame.correlation,
                              {reinterpret_cast<const schema::SaleResult*>(rows->data()), rows->size()});
            break;
        }
        case schema::ReplyBody::CommandResults: {
            const auto* rows = reply.body_as_CommandResults()->rows();
            handler_.on_commands(
                frame.correlation,
                {reinterpret_cast<const schema::CommandResult*>(rows->data()), rows->size()});
            break;
        }
        default:
            handler_.on_reply(frame.correlation, reply);
    }
    return {};
}

model::Result<void> SessionCore::take_handshake(const schema::Reply& reply) {
    if (const auto* message = reply.body_as_Failure()) return tl::unexpected(to_error(*message));
    if (phase_ == Phase::challenged) {
        const auto* challenge = reply.body_as_Challenge();
        if (!challenge) return protocol_failure("it answered a Hello with something else than a Challenge");
        auto proof = handshake_->prove(bytes_of(*challenge->salt()), challenge->iterations(),
                                       bytes_of(*challenge->server_nonce()));
        if (!proof) return tl::unexpected(proof.error());
        schema::ProofT message;
        message.client_proof.assign(proof->begin(), proof->end());
        codec::append_request(out_, 0, std::move(message));
        phase_ = Phase::proving;
        return {};
    }
    const auto* welcome = reply.body_as_Welcome();
    if (!welcome) return protocol_failure("it answered a Proof with something else than a Welcome");
    if (auto genuine = handshake_->check_server(bytes_of(*welcome->server_signature())); !genuine)
        return genuine;
    role_ = static_cast<model::Role>(welcome->role());
    handshake_.reset();
    reader_.set_max_payload_bytes(codec::kMaxReplyBytes);
    phase_ = Phase::ready;
    handler_.on_ready();
    return {};
}

}  // namespace tim::client
