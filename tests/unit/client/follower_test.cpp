#include "clients/cpp/follower.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <vector>

#include "fake_server.h"

namespace tim::client {
namespace {

using testing::FakeBehaviour;
using testing::FakeEngine;
using testing::FakeServer;

ClientOptions options_for(const FakeServer& server) {
    ClientOptions options;
    options.connect = server.options();
    options.reconnect_back_off = {1, 20};
    return options;
}

/// A ledger of so many facts, told in pages of at most seven; then nothing.
bool tell(std::uint64_t facts, const schema::Request& request, std::uint32_t correlation,
          codec::ByteBuffer& out) {
    const auto* asked = request.body_as_FollowRequest();
    if (asked == nullptr) return false;
    schema::FollowPageT page;
    page.last = facts;
    page.through = std::min(facts, asked->after() + std::min<std::uint64_t>(asked->limit(), 7));
    for (std::uint64_t sequence = asked->after() + 1; sequence <= page.through; ++sequence) {
        auto change = std::make_unique<schema::ChangeT>();
        change->fact = std::make_unique<schema::LedgerFactT>();
        change->fact->sequence = sequence;
        change->fact->type = "sale";
        change->spend = 100;
        change->orders = -1;
        change->month = 673;
        page.changes.push_back(std::move(change));
    }
    codec::append_reply(out, correlation, std::move(page));
    return true;
}

TEST(FollowerTest, TellsEverythingOnceThroughLostConnections) {
    constexpr std::uint64_t kFacts = 300;
    FakeEngine engine;
    engine.answer_other = [](const auto& request, std::uint32_t correlation, auto& out) {
        return tell(kFacts, request, correlation, out);
    };
    FakeServer server(engine);
    std::vector<FakeBehaviour> mortal(12);
    for (std::size_t i = 0; i < mortal.size(); ++i)
        mortal[i].replies = i % 4;
    server.script(mortal);
    Client client(options_for(server));
    std::uint64_t told = 40;
    std::promise<void> all;
    {
        Follower follower(
            client, "shop", {40},
            [&](const ChangesPage& page) {
                for (const Change& change : page.changes) {
                    EXPECT_EQ(change.fact.sequence.value, ++told);
                    EXPECT_EQ(change.spend.value, 100);
                    EXPECT_EQ(change.orders, -1);
                    EXPECT_EQ(change.month.value, 673);
                }
                if (told < kFacts) return true;
                all.set_value();
                return false;
            },
            [](const model::Error& error) { ADD_FAILURE() << error.message; });
        all.get_future().wait();
    }
    EXPECT_EQ(told, kFacts);
    EXPECT_EQ(server.connections(), mortal.size() + 1);
}

TEST(FollowerTest, AnErrorEndsIt) {
    FakeEngine engine;
    engine.answer_other = [](const auto&, std::uint32_t correlation, auto& out) {
        codec::append_failure(out, correlation, schema::FailureCode::invalid, "after: the ledger ends at 7");
        return true;
    };
    FakeServer server(engine);
    Client client(options_for(server));
    std::promise<model::Error> end;
    Follower follower(
        client, "shop", {99},
        [](const ChangesPage&) {
            ADD_FAILURE() << "there is nothing to tell";
            return false;
        },
        [&](const model::Error& error) { end.set_value(error); });
    const model::Error error = end.get_future().get();
    EXPECT_EQ(error.kind, model::ErrorKind::invalid);
    EXPECT_EQ(follower.through().value, 99U);
}

TEST(FollowerTest, MayGoWhileAQuestionIsOpen) {
    FakeEngine engine;
    engine.answer_other = [](const auto& request, std::uint32_t correlation, auto& out) {
        return tell(1'000'000'000, request, correlation, out);
    };
    FakeServer server(engine);
    Client client(options_for(server));
    for (int i = 0; i < 50; ++i) {
        std::atomic<bool> gone = false;
        {
            Follower follower(
                client, "shop", {},
                [&](const ChangesPage&) {
                    EXPECT_FALSE(gone);
                    return true;
                },
                [](const model::Error& error) { ADD_FAILURE() << error.message; });
            if (i % 2 == 0)
                while (follower.through().value < 20)
                    std::this_thread::yield();
        }
        gone = true;
    }
}

}  // namespace
}  // namespace tim::client
