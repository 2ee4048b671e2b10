// How a connection begins: its client proves who it is.
#include <fmt/format.h>

#include <utility>

#include "protocol/codec/permissions.h"
#include "protocol/server/connection.h"

namespace tim::server {
namespace {

std::bitset<kCommandKinds> allowed_kinds(model::Role role) {
    std::bitset<kCommandKinds> kinds;
    for (std::size_t kind = 0; kind < kCommandKinds; ++kind)  // of numbers that no kind has, nobody's
        kinds.set(kind, codec::may_command(role, static_cast<model::CommandKind>(kind)));
    return kinds;
}

std::string_view view(const flatbuffers::String* text) {
    return text == nullptr ? std::string_view() : std::string_view(text->c_str(), text->size());
}

std::span<const std::uint8_t> view(const flatbuffers::Vector<std::uint8_t>* bytes) {
    return bytes == nullptr ? std::span<const std::uint8_t>() : std::span(bytes->data(), bytes->size());
}

template <class Array>
std::vector<std::uint8_t> to_vector(const Array& bytes) {
    return {bytes.begin(), bytes.end()};
}

}  // namespace

void Connection::greet(std::uint32_t correlation, const schema::Request& request) {
    if (state_ == State::awaiting_hello && request.body_type() == schema::RequestBody::Hello) {
        begin_handshake(correlation, *request.body_as_Hello());
    } else if (state_ == State::awaiting_proof && request.body_type() == schema::RequestBody::Proof) {
        check_proof(correlation, *request.body_as_Proof());
    } else {
        fail(correlation, schema::FailureCode::denied,
             state_ == State::awaiting_hello ? "a connection begins with Hello"
                                             : "after the Challenge comes the Proof");
    }
}

void Connection::begin_handshake(std::uint32_t correlation, const schema::Hello& hello) {
    if (hello.protocol_version() != codec::kProtocolVersion) {
        fail(correlation, schema::FailureCode::unsupported,
             fmt::format("protocol version {} is not known here; this server speaks {}",
                         hello.protocol_version(), codec::kProtocolVersion));
        return;
    }
    revocations_seen_ = context_.revocations.load(std::memory_order_acquire);
    key_ = context_.engine.find_access_key(view(hello.key_id()));
    codec::Nonce server_nonce{};
    context_.entropy.fill(server_nonce);
    auto handshake = codec::ServerHandshake::begin(
        view(hello.key_id()), key_.get(), view(hello.client_nonce()), server_nonce, context_.decoy_secret);
    if (!handshake) {
        fail(correlation, schema::FailureCode::invalid, handshake.error().message);
        return;
    }
    schema::ChallengeT challenge;
    challenge.salt = to_vector(handshake->salt());
    challenge.iterations = handshake->iterations();
    challenge.server_nonce = to_vector(handshake->server_nonce());
    handshake_.emplace(std::move(*handshake));
    state_ = State::awaiting_proof;
    codec::append_reply(outbox_.tail(), correlation, std::move(challenge));
    added_reply();
}

void Connection::check_proof(std::uint32_t correlation, const schema::Proof& proof) {
    const auto signature = handshake_->check(view(proof.client_proof()));
    handshake_.reset();
    if (!signature || !key_ || !key_->valid_at(context_.now())) {
        context_.counters.handshakes_failed.fetch_add(1, std::memory_order_relaxed);
        fail(correlation, schema::FailureCode::denied,
             signature ? "the key or its proof is wrong" : signature.error().message);
        return;
    }
    state_ = State::ready;
    reader_.set_max_payload_bytes(codec::kMaxRequestBytes);
    allowed_kinds_ = allowed_kinds(key_->role);
    schema::WelcomeT welcome;
    welcome.server_signature = to_vector(*signature);
    welcome.role = static_cast<schema::Role>(key_->role);
    welcome.programs = key_->programs;
    welcome.server = context_.version;
    codec::append_reply(outbox_.tail(), correlation, std::move(welcome));
    added_reply();
}

void Connection::check_key() {
    if (!key_ || closing_) return;
    const std::uint64_t revocations = context_.revocations.load(std::memory_order_acquire);
    if (revocations != revocations_seen_) {
        revocations_seen_ = revocations;
        key_ = context_.engine.find_access_key(key_->id);
        if (!key_ || key_->revoked) return fail(0, schema::FailureCode::denied, "the key was revoked");
    }
    if (key_->expires == model::kNoInstant) return;
    if (!key_->valid_at(context_.now())) fail(0, schema::FailureCode::denied, "the key has expired");
}

bool Connection::key_holds() const {
    const auto key = key_ == nullptr ? nullptr : context_.engine.find_access_key(key_->id);
    return key != nullptr && key->valid_at(context_.now());
}

}  // namespace tim::server
