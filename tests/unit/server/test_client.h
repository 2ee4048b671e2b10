#pragma once

#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "protocol/codec/frame.h"
#include "protocol/codec/messages.h"
#include "protocol/codec/scram.h"

namespace tim::server::test {

/// A reply as a client reads it. The message points into bytes of its own.
struct Received {
    std::uint32_t correlation = 0;
    std::shared_ptr<std::vector<std::uint64_t>> words;  // aligned, and where it is however this is copied
    const schema::Reply* reply = nullptr;

    schema::ReplyBody type() const { return reply->body_type(); }
    const schema::Failure* failure() const { return reply->body_as_Failure(); }
};

/// The client's half of a conversation, as bytes.
class TestClient {
  public:
    explicit TestClient(codec::AccessSecret secret, std::uint8_t nonce_seed = 1)
        : handshake_(secret, nonce(nonce_seed)) {}

    template <class Body>
    void request(std::uint32_t correlation, Body body) {
        codec::append_request(out, correlation, std::move(body));
    }
    void hello(std::uint16_t version = codec::kProtocolVersion) {
        schema::HelloT hello;
        hello.protocol_version = version;
        hello.key_id = handshake_.key_id();
        hello.client_nonce.assign(handshake_.client_nonce().begin(), handshake_.client_nonce().end());
        hello.client = "test";
        request(0, std::move(hello));
    }
    std::vector<std::uint8_t> prove(const schema::Challenge& challenge) {
        const auto proof =
            handshake_.prove({challenge.salt()->data(), challenge.salt()->size()}, challenge.iterations(),
                             {challenge.server_nonce()->data(), challenge.server_nonce()->size()});
        return {proof->begin(), proof->end()};
    }
    void proof(std::vector<std::uint8_t> bytes) {
        schema::ProofT proof;
        proof.client_proof = std::move(bytes);
        request(0, std::move(proof));
    }
    bool server_is_right(const schema::Welcome& welcome) const {
        return handshake_
            .check_server({welcome.server_signature()->data(), welcome.server_signature()->size()})
            .has_value();
    }

    /// One message with `count` sales of `amount` each.
    void sales(std::uint32_t correlation, std::size_t count, std::int64_t amount,
               const std::string& program = "shop") {
        codec::SaleRows rows;
        for (std::size_t i = 0; i < count; ++i) {
            model::Command sale;
            sale.kind = model::CommandKind::sale;
            sale.customer = {model::KeyKind::card, {}, "20417"};
            sale.name = model::Name::receipt({1}, "R" + std::to_string(++receipts_));
            sale.amount = {amount};
            if (!rows.add(sale)) std::abort();
        }
        codec::BatchEncoder(program).append_sales(out, correlation, rows.rows);
    }
    void command(std::uint32_t correlation, model::CommandKind kind, const std::string& program = "shop") {
        codec::CommandRows rows;
        model::Command command;
        command.kind = kind;
        if (kind != model::CommandKind::capture && kind != model::CommandKind::release &&
            kind != model::CommandKind::voided) {
            command.customer = {model::KeyKind::card, {}, "20417"};
        }
        if (kind == model::CommandKind::sale || kind == model::CommandKind::returned ||
            kind == model::CommandKind::voided) {
            command.name = model::Name::receipt({1}, "C" + std::to_string(++receipts_));
        } else if (kind != model::CommandKind::balance) {
            std::array<std::uint8_t, model::kRequestIdBytes> id{};
            id[0] = static_cast<std::uint8_t>(++receipts_);
            id[15] = 1;
            command.name = model::Name::request(id);
        }
        if (kind == model::CommandKind::voided) command.original = model::Name::receipt({1}, "R1");
        if (kind == model::CommandKind::hold || kind == model::CommandKind::redeem ||
            kind == model::CommandKind::adjust) {
            command.points = {5};
        }
        if (kind == model::CommandKind::hold) command.ttl_ms = 60'000;
        if (kind == model::CommandKind::capture || kind == model::CommandKind::release) command.hold = {3};
        if (kind == model::CommandKind::adjust) command.reason = "gift";
        if (kind == model::CommandKind::sale || kind == model::CommandKind::returned) command.amount = {100};
        if (const auto added = rows.add(command); !added) throw std::runtime_error(added.error().message);
        codec::BatchEncoder(program).append_commands(out, correlation, rows.rows, rows.texts);
    }

    /// Takes whole replies out of what came.
    std::vector<Received> take() {
        std::vector<Received> replies;
        for (;;) {
            const auto frame = reader.next();
            if (!frame.has_value() || !*frame) return replies;
            Received& received = replies.emplace_back();
            received.correlation = (*frame)->correlation;
            received.words = std::make_shared<std::vector<std::uint64_t>>((*frame)->payload.size() / 8);
            std::memcpy(received.words->data(), (*frame)->payload.data(), (*frame)->payload.size());
            received.reply = *codec::read_reply(std::as_bytes(std::span(*received.words)));
        }
    }

    codec::ByteBuffer out;
    codec::FrameReader reader{codec::kMaxReplyBytes};

  private:
    static codec::Nonce nonce(std::uint8_t seed) {
        codec::Nonce nonce{};
        nonce.fill(seed);
        return nonce;
    }

    codec::ClientHandshake handshake_;
    std::uint32_t receipts_ = 0;
};

}  // namespace tim::server::test
