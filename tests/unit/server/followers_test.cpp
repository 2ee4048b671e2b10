#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <vector>

#include "caller.h"
#include "fake_engine.h"
#include "protocol/server/server.h"
#include "test_keys.h"

namespace tim::server::test {
namespace {

using schema::ReplyBody;
using std::chrono::milliseconds;

schema::FollowRequestT follow(std::uint64_t after, std::uint32_t wait_ms) {
    schema::FollowRequestT request;
    request.program = "shop";
    request.after = after;
    request.wait_ms = wait_ms;
    return request;
}

constexpr std::uint32_t kLong = 60'000;

class FollowersTest : public ::testing::Test {
  protected:
    FollowersTest() { engine.add_key(key_of("key", model::Role::admin)); }

    void start(std::size_t threads = 1) {
        options.threads = threads;
        auto listener = Listener::open({"127.0.0.1", 0}, {});
        ASSERT_TRUE(listener.has_value()) << listener.error().message;
        auto created = Server::create(options, std::move(*listener), engine, entropy);
        ASSERT_TRUE(created.has_value()) << created.error().message;
        server = std::move(*created);
        ASSERT_TRUE(server->start().has_value());
    }
    std::unique_ptr<PlainCaller> call() {
        auto caller = std::make_unique<PlainCaller>(server->port(), secret_of("key"));
        EXPECT_TRUE(caller->authenticate());
        return caller;
    }
    void sell(PlainCaller& caller, std::size_t count) {
        caller.client().sales(1, count, 100);
        caller.send();
        if (!engine.durable_at_once) return;
        EXPECT_EQ(caller.receive(1).size(), 1U);
    }

    FakeEngine engine;
    CountingEntropy entropy;
    ServerOptions options;
    std::unique_ptr<Server> server;
};

TEST_F(FollowersTest, AreAnsweredWhenTheLedgerHasGrownOnDisk) {
    engine.durable_at_once = false;
    start();
    auto follower = call();
    follower->client().request(5, follow(0, kLong));
    follower->send();
    auto seller = call();
    sell(*seller, 2);
    while (engine.last() < 2)
        std::this_thread::yield();
    // Carried out and not on disk: nothing is told, however long one looks.
    std::this_thread::sleep_for(milliseconds(60));
    EXPECT_EQ(follower->socket().available(), 0U);
    EXPECT_EQ(engine.followed.looks, 0) << "nothing is read for a follower who has all there is";
    engine.make_durable();
    const auto replies = follower->receive();
    ASSERT_EQ(replies.at(0).type(), ReplyBody::FollowPage);
    EXPECT_EQ(replies[0].correlation, 5U);
    EXPECT_EQ(replies[0].reply->body_as_FollowPage()->changes()->size(), 2U);
}

TEST_F(FollowersTest, AreAnsweredWithNothingInTheEnd) {
    start();
    auto follower = call();
    follower->client().request(1, follow(0, 30));
    follower->send();
    const auto replies = follower->receive();
    ASSERT_EQ(replies.at(0).type(), ReplyBody::FollowPage);
    EXPECT_EQ(replies[0].reply->body_as_FollowPage()->changes()->size(), 0U);
    EXPECT_EQ(replies[0].reply->body_as_FollowPage()->through(), 0U);
}

TEST_F(FollowersTest, KeepNothingElseOfTheirConnectionWaiting) {
    start();
    auto follower = call();
    follower->client().request(1, follow(0, kLong));
    for (std::uint32_t i = 2; i < 12; ++i)
        follower->client().request(i, schema::StatsRequestT{});
    follower->send();
    for (const Received& reply : follower->receive(10))
        EXPECT_EQ(reply.type(), ReplyBody::StatsReply);
    sell(*call(), 1);
    EXPECT_EQ(follower->receive().at(0).type(), ReplyBody::FollowPage);
}

TEST_F(FollowersTest, WhoseKeyIsRevokedMeanwhileIsToldNothing) {
    engine.add_key(key_of("till", model::Role::admin));
    start();
    auto follower = call();
    follower->client().request(7, follow(0, kLong));
    follower->send();
    auto key = key_of("key", model::Role::admin);
    key.revoked = true;
    engine.add_key(std::move(key));
    PlainCaller seller(server->port(), secret_of("till"));
    ASSERT_TRUE(seller.authenticate());
    sell(seller, 1);
    const auto replies = follower->receive(1);
    ASSERT_EQ(replies.size(), 1U);
    EXPECT_EQ(replies[0].correlation, 7U);
    ASSERT_NE(replies[0].failure(), nullptr);
    EXPECT_EQ(replies[0].failure()->code(), schema::FailureCode::denied);
}

TEST_F(FollowersTest, WhoHasGoneIsForgotten) {
    start();
    for (int i = 0; i < 20; ++i) {
        auto follower = call();
        follower->client().request(1, follow(0, kLong));
        follower->send();
        follower->socket().close();
    }
    auto seller = call();
    for (;;) {
        seller->client().request(1, schema::StatsRequestT{});
        seller->send();
        double connections = 0;
        const auto replies = seller->receive();  // they own what the statistics stand in
        for (const auto* stat : *replies.at(0).reply->body_as_StatsReply()->stats())
            if (stat->name()->str() == "server_connections") connections = stat->value();
        if (connections == 1) break;
        std::this_thread::sleep_for(milliseconds(5));
    }
    // Nobody is left to whom the sale could be told.
    const int looks = engine.followed.looks;
    sell(*seller, 1);
    std::this_thread::sleep_for(milliseconds(60));
    EXPECT_EQ(engine.followed.looks, looks);
}

TEST_F(FollowersTest, StoppingAnswersThoseWhoWait) {
    start(2);
    std::vector<std::unique_ptr<PlainCaller>> followers;
    for (int i = 0; i < 6; ++i) {
        followers.push_back(call());
        followers.back()->client().request(1, follow(0, kLong));
        followers.back()->send();
    }
    std::this_thread::sleep_for(milliseconds(30));
    server->stop();
    for (const auto& follower : followers) {
        const auto replies = follower->receive();
        ASSERT_EQ(replies.size(), 1U);
        EXPECT_EQ(replies[0].type(), ReplyBody::FollowPage);
        EXPECT_TRUE(follower->ended());
    }
}

TEST_F(FollowersTest, EachIsToldEverythingOnce) {
    start(2);
    constexpr std::uint64_t kSales = 2'000;
    std::vector<std::thread> threads;
    for (int f = 0; f < 4; ++f) {
        threads.emplace_back([&] {
            auto follower = call();
            std::uint64_t through = 0;
            for (std::uint32_t asked = 1; through < kSales; ++asked) {
                auto request = follow(through, 500);
                request.limit = 64;
                follower->client().request(asked, request);
                follower->send();
                const auto replies = follower->receive();
                ASSERT_EQ(replies.size(), 1U);
                const auto* page = replies[0].reply->body_as_FollowPage();
                ASSERT_NE(page, nullptr);
                for (const auto* change : *page->changes())
                    ASSERT_EQ(change->fact()->sequence(), ++through);
                ASSERT_EQ(page->through(), through);
            }
        });
    }
    threads.emplace_back([&] {
        auto seller = call();
        for (std::uint64_t sold = 0; sold < kSales; sold += 20) {
            sell(*seller, 20);
            std::this_thread::sleep_for(milliseconds(1));
        }
    });
    for (std::thread& thread : threads)
        thread.join();
}

}  // namespace
}  // namespace tim::server::test
