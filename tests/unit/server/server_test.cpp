#include "protocol/server/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <asio/write.hpp>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

#include "caller.h"
#include "certificate.h"
#include "fake_engine.h"
#include "test_keys.h"

namespace tim::server::test {
namespace {

using schema::FailureCode;
using schema::ReplyBody;
using ::testing::HasSubstr;

class ServerTest : public ::testing::Test {
  protected:
    ServerTest() { engine.add_key(key_of("key", model::Role::admin)); }
    ~ServerTest() override {
        committing = false;
        if (committer.joinable()) committer.join();
    }

    void start(std::size_t threads = 1) {
        options.threads = threads;
        auto listener = Listener::open(where, files);
        ASSERT_TRUE(listener.has_value()) << listener.error().message;
        auto created = Server::create(options, std::move(*listener), engine, entropy);
        ASSERT_TRUE(created.has_value()) << created.error().message;
        server = std::move(*created);
        ASSERT_TRUE(server->start().has_value());
    }
    /// Makes things durable from a thread of its own, as a committer does.
    void commit_in_background() {
        engine.durable_at_once = false;
        committer = std::thread([this] {
            while (committing) {
                engine.make_durable();
                std::this_thread::sleep_for(std::chrono::microseconds(200));
            }
        });
    }

    FakeEngine engine;
    CountingEntropy entropy;
    ServerOptions options;
    Endpoint where{"127.0.0.1", 0};
    TlsFiles files;
    std::unique_ptr<Server> server;
    std::atomic<bool> committing{true};
    std::thread committer;
};

TEST_F(ServerTest, TellsTheRealPort) {
    start();
    EXPECT_NE(server->port(), 0);
    EXPECT_EQ(server->address(), "127.0.0.1:" + std::to_string(server->port()));
}

TEST_F(ServerTest, ServesSalesAndQueries) {
    start();
    PlainCaller caller(server->port(), secret_of("key"));
    ASSERT_TRUE(caller.authenticate());
    caller.client().sales(1, 3, 100);
    caller.client().request(2, schema::StatsRequestT{});
    caller.client().request(3, schema::VerifyRequestT{});
    caller.send();
    const auto replies = caller.receive(3);
    ASSERT_EQ(replies.size(), 3U);
    EXPECT_EQ(replies[0].reply->body_as_SaleResults()->rows()->Get(2)->points(), 10);
}

TEST_F(ServerTest, AWrongKeyIsDenied) {
    start();
    PlainCaller caller(server->port(), secret_of("stranger"));
    EXPECT_FALSE(caller.authenticate());
    EXPECT_TRUE(caller.ended());
}

TEST_F(ServerTest, RandomBytesGetAFailureAndAClosedConnection) {
    start();
    PlainCaller caller(server->port(), secret_of("key"));
    const std::array<std::byte, 24> rubbish{std::byte{0xff}, std::byte{0xff}, std::byte{0xff},
                                            std::byte{0xff}};
    caller.client().out.append(rubbish);
    caller.send();
    const auto replies = caller.receive();
    ASSERT_EQ(replies.size(), 1U);
    EXPECT_EQ(replies[0].failure()->code(), FailureCode::too_large);
    EXPECT_TRUE(caller.ended());
}

TEST_F(ServerTest, AnswersWaitForDurability) {
    start();
    engine.durable_at_once = false;
    PlainCaller caller(server->port(), secret_of("key"));
    ASSERT_TRUE(caller.authenticate());
    caller.client().sales(1, 1, 100);
    caller.send();
    while (engine.last() == 0)
        std::this_thread::yield();
    // The sale was carried out; its answer is not there, however long one looks.
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    EXPECT_EQ(caller.socket().available(), 0U);
    engine.make_durable();
    EXPECT_EQ(caller.receive().at(0).correlation, 1U);
}

TEST_F(ServerTest, WhoseHandshakeTakesTooLongIsClosed) {
    options.timeouts.handshake_ms = 100;
    start();
    PlainCaller caller(server->port(), secret_of("key"));
    const auto replies = caller.receive();
    ASSERT_EQ(replies.size(), 1U);
    EXPECT_EQ(replies[0].failure()->code(), FailureCode::denied);
    EXPECT_TRUE(caller.ended());
}

TEST_F(ServerTest, WhoAsksNothingIsClosed) {
    options.timeouts.idle_ms = 100;
    start();
    PlainCaller caller(server->port(), secret_of("key"));
    ASSERT_TRUE(caller.authenticate());
    EXPECT_TRUE(caller.ended());
}

TEST_F(ServerTest, WhoDoesNotReadIsDropped) {
    options.timeouts.slow_reader_ms = 300;
    options.timeouts.close_ms = 300;
    start();
    PlainCaller caller(server->port(), secret_of("key"));
    ASSERT_TRUE(caller.authenticate());
    // Large answers to small questions, none of which is read, until the server has had enough of it.
    asio::error_code error;
    while (!error) {
        for (std::uint32_t i = 0; i < 100; ++i)
            caller.client().sales(i, 1'000, 10);
        asio::write(caller.socket(),
                    asio::buffer(caller.client().out.view().data(), caller.client().out.size()), error);
        caller.client().out.clear();
    }
    PlainCaller other(server->port(), secret_of("key"));
    ASSERT_TRUE(other.authenticate()) << "the others are served";
    other.client().request(1, schema::StatsRequestT{});
    other.send();
    const auto stats = other.receive();
    ASSERT_EQ(stats.at(0).type(), ReplyBody::StatsReply);
    double slow_readers = 0;
    for (const auto* stat : *stats[0].reply->body_as_StatsReply()->stats()) {
        if (stat->name()->str() == "server_slow_readers_total") slow_readers = stat->value();
    }
    EXPECT_EQ(slow_readers, 1);
}

TEST_F(ServerTest, OneConnectionTooManyIsTurnedAway) {
    options.max_connections = 1;
    start();
    PlainCaller first(server->port(), secret_of("key"));
    ASSERT_TRUE(first.authenticate());
    PlainCaller second(server->port(), secret_of("key"));
    const auto replies = second.receive();
    ASSERT_EQ(replies.size(), 1U);
    EXPECT_EQ(replies[0].failure()->code(), FailureCode::overloaded);
    EXPECT_EQ(replies[0].failure()->message()->str(),
              "the server has as many connections as it takes (1); try again later");
    EXPECT_TRUE(second.ended());
    first.client().request(1, schema::PingT{});
    first.send();
    EXPECT_EQ(first.receive().at(0).type(), ReplyBody::Pong);
}

TEST_F(ServerTest, OneTlsConnectionTooManyIsTurnedAwayWithTheSameWords) {
    const TestCertificate certificate;
    files.certificate = certificate.certificate_file();
    files.key = certificate.key_file();
    options.max_connections = 1;
    start();
    asio::ssl::context tls(asio::ssl::context::tls_client);
    using TlsCaller = Caller<asio::ssl::stream<asio::ip::tcp::socket>>;
    TlsCaller first(server->port(), secret_of("key"), tls);
    ASSERT_TRUE(first.authenticate());
    for (int i = 0; i < 40; ++i) {  // more than are told at a time: each that has gone makes room for another
        TlsCaller second(server->port(), secret_of("key"), tls);
        second.client().hello();
        second.send();
        const auto replies = second.receive();
        ASSERT_EQ(replies.size(), 1U) << i;
        EXPECT_EQ(replies[0].failure()->code(), FailureCode::overloaded);
        EXPECT_EQ(replies[0].failure()->message()->str(),
                  "the server has as many connections as it takes (1); try again later");
        EXPECT_TRUE(second.ended());
    }
    first.client().request(1, schema::PingT{});
    first.send();
    EXPECT_EQ(first.receive().at(0).type(), ReplyBody::Pong);
}

TEST_F(ServerTest, WhoIsTurnedAwayAndSaysNothingIsForgotten) {
    const TestCertificate certificate;
    files.certificate = certificate.certificate_file();
    files.key = certificate.key_file();
    options.max_connections = 1;
    options.timeouts.farewell_ms = 100;
    start();
    asio::ssl::context tls(asio::ssl::context::tls_client);
    using TlsCaller = Caller<asio::ssl::stream<asio::ip::tcp::socket>>;
    TlsCaller first(server->port(), secret_of("key"), tls);
    ASSERT_TRUE(first.authenticate());
    // None of these begins the handshake, so that nothing can be said to them.
    std::vector<std::unique_ptr<PlainCaller>> silent;
    for (std::size_t i = 0; i < 2 * kMaxFarewells; ++i)
        silent.push_back(std::make_unique<PlainCaller>(server->port(), secret_of("key")));
    for (const auto& caller : silent)
        EXPECT_TRUE(caller->ended());
}

TEST_F(ServerTest, ASecondServerOnTheSamePortIsRefused) {
    start();
    where.port = server->port();
    const auto second = Listener::open(where, files);
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().kind, model::ErrorKind::io);
}

TEST_F(ServerTest, AnAddressThatOthersCanReachNeedsTls) {
    where.host = "0.0.0.0";
    const auto refused = Listener::open(where, files);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, model::ErrorKind::invalid);
    EXPECT_THAT(refused.error().message, HasSubstr("TLS"));
}

TEST_F(ServerTest, SpeaksTls) {
    const TestCertificate certificate;
    files.certificate = certificate.certificate_file();
    files.key = certificate.key_file();
    start();
    asio::ssl::context tls(asio::ssl::context::tls_client);
    Caller<asio::ssl::stream<asio::ip::tcp::socket>> caller(server->port(), secret_of("key"), tls);
    ASSERT_TRUE(caller.authenticate());
    for (std::uint32_t i = 1; i <= 50; ++i)
        caller.client().sales(i, 200, 10);
    caller.send();
    EXPECT_EQ(caller.receive(50).size(), 50U);
}

TEST_F(ServerTest, AMissingCertificateIsNamed) {
    files.certificate = "/nowhere/cert.pem";
    files.key = "/nowhere/key.pem";
    const auto refused = Listener::open(where, files);
    ASSERT_FALSE(refused.has_value());
    EXPECT_THAT(refused.error().message, HasSubstr("/nowhere/cert.pem"));
}

TEST_F(ServerTest, StoppingAnswersWhatWasTaken) {
    start();
    engine.durable_at_once = false;
    PlainCaller caller(server->port(), secret_of("key"));
    ASSERT_TRUE(caller.authenticate());
    for (std::uint32_t i = 1; i <= 10; ++i)
        caller.client().sales(i, 1, 10);
    caller.send();
    while (engine.last() < 10)
        std::this_thread::yield();
    std::thread stopper([this] { server->stop(); });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    engine.make_durable();
    EXPECT_EQ(caller.receive(10).size(), 10U);
    EXPECT_TRUE(caller.ended());
    stopper.join();
}

TEST_F(ServerTest, StoppingDoesNotWaitForeverForTheLedger) {
    options.timeouts.close_ms = 200;
    start();
    engine.durable_at_once = false;
    PlainCaller caller(server->port(), secret_of("key"));
    ASSERT_TRUE(caller.authenticate());
    caller.client().sales(1, 1, 10);
    caller.send();
    while (engine.last() == 0)
        std::this_thread::yield();
    server->stop();
    EXPECT_TRUE(caller.ended()) << "what is not durable is never answered";
}

TEST_F(ServerTest, ThreadsServeManyClientsAtATime) {
    start(3);
    commit_in_background();
    constexpr std::size_t kClients = 12;
    constexpr std::uint32_t kRounds = 40;
    std::atomic<std::size_t> answered{0};
    std::vector<std::thread> clients;
    for (std::size_t c = 0; c < kClients; ++c) {
        clients.emplace_back([&, c] {
            PlainCaller caller(server->port(), secret_of("key"));
            ASSERT_TRUE(caller.authenticate());
            for (std::uint32_t round = 0; round < kRounds; ++round) {
                const std::uint32_t depth = 1 + (round + static_cast<std::uint32_t>(c)) % 16;
                for (std::uint32_t i = 0; i < depth; ++i)
                    caller.client().sales(i, 1 + i % 3, 10);
                const bool asks = round % 8 == 0;
                if (asks) caller.client().request(1'000, schema::StatsRequestT{});
                caller.send();
                std::uint32_t next = 0;
                for (const Received& reply : caller.receive(depth + (asks ? 1 : 0))) {
                    if (reply.correlation == 1'000) continue;
                    ASSERT_EQ(reply.correlation, next++);
                    ++answered;
                }
                ASSERT_EQ(next, depth);
            }
            if (c % 3 == 0) caller.socket().close();
        });
    }
    for (std::thread& client : clients)
        client.join();
    EXPECT_GE(answered.load(), kClients * kRounds);
    server->stop();
}

TEST_F(ServerTest, StopsWhileClientsAreBusy) {
    for (int round = 0; round < 5; ++round) {
        start(2);
        std::vector<std::thread> clients;
        std::atomic<int> started{0};
        for (int c = 0; c < 4; ++c) {
            clients.emplace_back([&] {
                PlainCaller caller(server->port(), secret_of("key"));
                ASSERT_TRUE(caller.authenticate());
                ++started;
                for (;;) {
                    for (std::uint32_t i = 0; i < 8; ++i)
                        caller.client().sales(i, 2, 10);
                    caller.client().request(9, schema::StatsRequestT{});
                    asio::error_code error;
                    asio::write(caller.socket(),
                                asio::buffer(caller.client().out.view().data(), caller.client().out.size()),
                                error);
                    caller.client().out.clear();
                    if (error || caller.receive(9).size() < 9) return;
                }
            });
        }
        while (started < 4)
            std::this_thread::yield();
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        server->stop();
        for (std::thread& client : clients)
            client.join();
        server.reset();
    }
}

TEST(Endpoint, IsAHostAndAPort) {
    EXPECT_EQ(parse_endpoint("127.0.0.1:7400")->port, 7400);
    EXPECT_EQ(parse_endpoint("[::1]:0")->host, "::1");
    EXPECT_EQ(parse_endpoint("localhost:65535")->host, "localhost");
    for (const char* text :
         {"", "7400", ":7400", "host:", "host:65536", "host:-1", "host:7x", "::1:7400", "[::1:5", "[]:5"}) {
        EXPECT_FALSE(parse_endpoint(text).has_value()) << text;
    }
}

}  // namespace
}  // namespace tim::server::test
