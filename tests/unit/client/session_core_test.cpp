#include "clients/cpp/session_core.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "fake_server.h"

namespace tim::client {
namespace {

using testing::FakeBehaviour;
using testing::FakeEngine;
using testing::FakeSession;
using ::testing::HasSubstr;
using testing::sale;
using testing::test_secret;

struct Heard : SessionHandler {
    bool ready = false;
    std::vector<std::pair<std::uint32_t, std::vector<std::int64_t>>> sales;
    std::vector<std::uint32_t> commands;
    std::vector<std::pair<std::uint32_t, schema::ReplyBody>> others;

    void on_ready() override { ready = true; }
    void on_sales(std::uint32_t correlation, std::span<const schema::SaleResult> results) override {
        sales.push_back({correlation, {}});
        for (const auto& result : results)
            sales.back().second.push_back(result.points());
    }
    void on_commands(std::uint32_t correlation, std::span<const schema::CommandResult>) override {
        commands.push_back(correlation);
    }
    void on_reply(std::uint32_t correlation, const schema::Reply& reply) override {
        others.push_back({correlation, reply.body_type()});
    }
};

/// A session and a server, with bytes carried between them in pieces of at most `piece` bytes.
struct Wire {
    explicit Wire(FakeBehaviour behaviour = {}, std::size_t piece_bytes = 1'000'000,
                  codec::AccessSecret secret = test_secret())
        : server(engine, behaviour),
          client(std::move(secret), codec::Nonce{4}, "test", heard),
          piece(piece_bytes) {
        client.start();
    }

    /// Until nothing moves any more.
    model::Result<void> run() {
        for (bool moved = true; moved;) {
            moved = false;
            if (!client.out().empty()) {
                codec::ByteBuffer bytes;
                bytes.swap(client.out());
                for (std::size_t at = 0; at < bytes.size(); at += piece)
                    server_goes_on &=
                        server.receive(bytes.view().subspan(at, std::min(piece, bytes.size() - at)));
                moved = true;
            }
            if (!server.out().empty()) {
                codec::ByteBuffer bytes;
                bytes.swap(server.out());
                for (std::size_t at = 0; at < bytes.size(); at += piece) {
                    const auto part = bytes.view().subspan(at, std::min(piece, bytes.size() - at));
                    std::memcpy(client.read_space(part.size()).data(), part.data(), part.size());
                    if (auto taken = client.received(part.size()); !taken) return taken;
                }
                moved = true;
            }
        }
        return {};
    }

    FakeEngine engine;
    FakeSession server;
    Heard heard;
    SessionCore client;
    std::size_t piece;
    bool server_goes_on = true;
};

codec::SaleRows rows_of(std::uint64_t from, std::uint64_t count) {
    codec::SaleRows rows;
    for (std::uint64_t i = 0; i < count; ++i)
        EXPECT_TRUE(rows.add(sale(from + i)));
    return rows;
}

TEST(SessionCoreTest, ProvesTheKeyAndCarriesRequests) {
    Wire wire;
    ASSERT_TRUE(wire.run());
    ASSERT_TRUE(wire.heard.ready);
    EXPECT_EQ(wire.client.role(), model::Role::admin);
    const codec::BatchEncoder encoder("shop");
    encoder.append_sales(wire.client.out(), 1, rows_of(0, 3).rows);
    codec::append_request(wire.client.out(), 2, schema::PingT{});
    encoder.append_sales(wire.client.out(), 3, rows_of(3, 1).rows);
    ASSERT_TRUE(wire.run());
    EXPECT_THAT(wire.heard.sales, ::testing::ElementsAre(std::pair(1U, std::vector<std::int64_t>{1, 2, 3}),
                                                         std::pair(3U, std::vector<std::int64_t>{4})));
    EXPECT_THAT(wire.heard.others, ::testing::ElementsAre(std::pair(2U, schema::ReplyBody::Pong)));
}

TEST(SessionCoreTest, TakesBytesInPiecesOfAnySize) {
    for (const std::size_t piece : {1U, 2U, 3U, 7U, 8U, 9U, 63U, 200U}) {
        Wire wire({}, piece);
        ASSERT_TRUE(wire.run()) << piece;
        const codec::BatchEncoder encoder("shop");
        for (std::uint32_t i = 1; i <= 20; ++i)
            encoder.append_sales(wire.client.out(), i, rows_of(100 * i, i).rows);
        ASSERT_TRUE(wire.run()) << piece;
        ASSERT_EQ(wire.heard.sales.size(), 20U) << piece;
        EXPECT_EQ(wire.heard.sales[19].second.size(), 20U) << piece;
        EXPECT_EQ(wire.engine.carried_out().size(), 210U) << piece;
    }
}

TEST(SessionCoreTest, WrongSecretIsDenied) {
    auto secret = test_secret();
    secret.secret[5] ^= 1;
    Wire wire({}, 1000, secret);
    const auto outcome = wire.run();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, model::ErrorKind::denied);
    EXPECT_FALSE(wire.heard.ready);
}

TEST(SessionCoreTest, UnknownKeyIsDeniedInTheSameWay) {
    auto secret = test_secret();
    secret.id = "nobody";
    Wire wire({}, 1000, secret);
    const auto outcome = wire.run();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, model::ErrorKind::denied);
}

TEST(SessionCoreTest, ServerThatDoesNotKnowTheKeyIsNotTrusted) {
    FakeBehaviour behaviour;
    behaviour.lies = true;
    Wire wire(behaviour);
    const auto outcome = wire.run();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, model::ErrorKind::denied);
    EXPECT_FALSE(wire.heard.ready);
    EXPECT_FALSE(wire.client.is_ready());
}

TEST(SessionCoreTest, GarbageEndsTheSession) {
    FakeBehaviour behaviour;
    behaviour.garbage_after_welcome = true;
    Wire wire(behaviour);
    const auto outcome = wire.run();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, model::ErrorKind::corrupt);
    EXPECT_THAT(outcome.error().message, HasSubstr("broke the protocol"));
}

TEST(SessionCoreTest, RandomBytesNeverGetThrough) {
    std::mt19937_64 random(17);
    for (int round = 0; round < 300; ++round) {
        Heard heard;
        SessionCore client(test_secret(), codec::Nonce{4}, "test", heard);
        client.start();
        for (int piece = 0; piece < 8; ++piece) {
            const std::size_t length = random() % 300 + 1;
            const auto space = client.read_space(length);
            for (std::size_t i = 0; i < length; ++i)
                space[i] = static_cast<std::byte>(random());
            // Half of them with a length that may come true.
            const std::uint32_t claimed = 8 * static_cast<std::uint32_t>(random() % 8 + 1);
            if (round % 2 == 0 && length >= 4) std::memcpy(space.data(), &claimed, sizeof claimed);
            if (!client.received(length)) break;
        }
        EXPECT_FALSE(heard.ready);
        EXPECT_TRUE(heard.sales.empty() && heard.others.empty());
    }
}

TEST(SessionCoreTest, RevokedKeyEndsTheSession) {
    FakeBehaviour behaviour;
    behaviour.revoked_later = true;
    Wire wire(behaviour);
    ASSERT_TRUE(wire.run());
    codec::append_request(wire.client.out(), 1, schema::PingT{});
    const auto outcome = wire.run();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, model::ErrorKind::denied);
    EXPECT_EQ(outcome.error().message, "the key was revoked");
}

TEST(SessionCoreTest, FailureOfOneRequestLeavesTheOthers) {
    Wire wire;
    ASSERT_TRUE(wire.run());
    codec::append_request(wire.client.out(), 1, schema::StatsRequestT{});
    codec::append_request(wire.client.out(), 2, schema::PingT{});
    ASSERT_TRUE(wire.run());
    EXPECT_THAT(wire.heard.others, ::testing::ElementsAre(std::pair(1U, schema::ReplyBody::Failure),
                                                          std::pair(2U, schema::ReplyBody::Pong)));
}

}  // namespace
}  // namespace tim::client
