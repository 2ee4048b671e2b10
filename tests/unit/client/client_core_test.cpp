#include "clients/cpp/client_core.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <set>

#include "clients/cpp/random.h"
#include "clients/cpp/replies.h"
#include "fake_server.h"

namespace tim::client {
namespace {

using testing::FakeBehaviour;
using testing::FakeEngine;
using testing::FakeSession;
using ::testing::HasSubstr;
using testing::sale;

class SeededRandom final : public Random {
  public:
    explicit SeededRandom(std::uint64_t seed) : generator_(seed) {}
    void fill(std::span<std::uint8_t> bytes) override {
        for (auto& byte : bytes)
            byte = static_cast<std::uint8_t>(generator_());
    }

  private:
    std::mt19937_64 generator_;
};

/// A client and a server on a clock of the test: connects when the client wants to, moves bytes, drops when
/// the server does.
struct World {
    explicit World(std::uint64_t seed = 1, ClientOptions settings = {}) : random(seed), options(settings) {
        options.random = &random;
        options.connect.key = testing::test_secret();
        core.emplace(options);
    }

    void drop(const char* why = "dropped") {
        session.reset();
        core->disconnected({model::ErrorKind::unavailable, why}, now);
    }

    /// One move of each side; at most `most_bytes` cross each way.
    void step(std::size_t most_bytes = 1'000'000) {
        core->tick(now);
        if (core->wants_connection(now)) {
            core->connecting();
            connect_times.push_back(now);
            if (!reachable) return drop("cannot reach");
            FakeBehaviour behaviour;
            if (!script.empty()) {
                behaviour = script.front();
                script.erase(script.begin());
            }
            session.emplace(engine, behaviour);
            to_server.clear();
            core->connected();
        }
        if (!session) return;
        to_server.append(core->out().view());
        core->out().clear();
        bool goes_on = true;
        if (!to_server.empty()) {
            const std::size_t count = std::min(most_bytes, to_server.size());
            goes_on = session->receive(to_server.view().first(count));
            codec::ByteBuffer rest;
            rest.append(to_server.view().subspan(count));
            to_server.swap(rest);
        }
        codec::ByteBuffer bytes;
        bytes.swap(session->out());
        for (std::size_t at = 0; at < bytes.size(); at += most_bytes) {
            const auto part = bytes.view().subspan(at, std::min(most_bytes, bytes.size() - at));
            const auto space = core->read_space();
            std::memcpy(space.data(), part.data(), part.size());
            if (auto taken = core->received(part.size(), now); !taken) {
                session.reset();
                core->disconnected(taken.error(), now);
                return;
            }
        }
        if (!goes_on) drop();
    }

    void run(int steps = 200, std::int64_t step_ms = 10) {
        for (int i = 0; i < steps; ++i) {
            step();
            now += step_ms;
        }
    }

    void sell(std::uint64_t from, std::uint64_t count, std::int64_t timeout_ms = 0) {
        std::vector<model::Command> rows;
        for (std::uint64_t i = 0; i < count; ++i)
            rows.push_back(sale(from + i));
        auto request = RowsRequest::sales("shop", rows);
        ASSERT_TRUE(request);
        (*request)->timeout_ms = timeout_ms;
        (*request)->on_completion([this, from](model::Result<Outcomes> outcomes) {
            answers.push_back({from, std::move(outcomes)});
        });
        core->submit(std::move(*request), now);
    }

    struct Answer {
        std::uint64_t from;
        model::Result<Outcomes> outcomes;
    };

    SeededRandom random;
    ClientOptions options;
    FakeEngine engine;
    std::vector<Answer> answers;
    std::optional<ClientCore> core;
    std::optional<FakeSession> session;
    codec::ByteBuffer to_server;
    std::vector<FakeBehaviour> script;
    std::vector<std::int64_t> connect_times;
    bool reachable = true;
    std::int64_t now = 1'000;
};

std::vector<std::string> receipts(std::uint64_t count) {
    std::vector<std::string> names;
    for (std::uint64_t i = 0; i < count; ++i)
        names.push_back(fmt::format("1/R{}", i));
    return names;
}

TEST(ClientCoreTest, AnswersComeInOrder) {
    World world;
    for (std::uint64_t i = 0; i < 10; ++i)
        world.sell(3 * i, 3);
    world.run(3);
    ASSERT_EQ(world.answers.size(), 10U);
    for (std::uint64_t i = 0; i < 10; ++i) {
        EXPECT_EQ(world.answers[i].from, 3 * i);
        ASSERT_TRUE(world.answers[i].outcomes);
        EXPECT_EQ((*world.answers[i].outcomes)[2].points.value, static_cast<std::int64_t>(3 * i + 3));
    }
    EXPECT_EQ(world.core->pending_count(), 0U);
    EXPECT_EQ(world.core->next_tick_ms(), INT64_MAX);
}

/// The server dies after k replies, having carried out one more request; again and again.
TEST(ClientCoreTest, EveryRowExactlyOnceThroughLostConnections) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        World world(seed);
        std::mt19937_64 random(seed);
        for (int i = 0; i < 20; ++i) {
            FakeBehaviour behaviour;
            behaviour.replies = random() % 5;
            world.script.push_back(behaviour);
        }
        constexpr std::uint64_t kRequests = 30;
        std::uint64_t sold = 0;
        for (int step = 0; step < 4000 && world.answers.size() < kRequests; ++step) {
            if (sold < kRequests && random() % 3 == 0) world.sell(2 * sold++, 2);
            world.step(random() % 400 + 1);
            world.now += static_cast<std::int64_t>(random() % 50);
        }
        ASSERT_EQ(world.answers.size(), kRequests) << "seed " << seed;
        EXPECT_EQ(world.engine.carried_out(), receipts(2 * kRequests)) << "seed " << seed;
        EXPECT_GT(world.connect_times.size(), 5U) << "seed " << seed;
        for (std::uint64_t i = 0; i < kRequests; ++i) {
            ASSERT_EQ(world.answers[i].from, 2 * i) << "seed " << seed;
            ASSERT_TRUE(world.answers[i].outcomes);
            // A repeat gets the first answer.
            EXPECT_EQ((*world.answers[i].outcomes)[1].sequence.value, 2 * i + 2) << "seed " << seed;
        }
    }
}

TEST(ClientCoreTest, RowsRefusedForTheMomentAreSentAgainAlone) {
    World world;
    std::set<std::string> refused_once;
    world.engine.judge = [&](const model::Command& command) {
        const std::string name = model::format_name(command.name);
        const bool odd = (name.back() - '0') % 2 == 1;
        if (odd && refused_once.insert(name).second) return model::Refusal::overloaded;
        return name == "1/R4" ? model::Refusal::unknown_customer : model::Refusal::none;
    };
    world.sell(0, 8);
    world.run();
    ASSERT_EQ(world.answers.size(), 1U);
    const auto& outcomes = *world.answers[0].outcomes;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        EXPECT_EQ(outcomes[i].refusal, i == 4 ? model::Refusal::unknown_customer : model::Refusal::none) << i;
        EXPECT_FALSE(outcomes[i].duplicate) << i;
        if (i != 4) {
            EXPECT_EQ(outcomes[i].points.value, static_cast<std::int64_t>(i + 1)) << i;
        }
    }
    // What was answered for good was not asked again.
    EXPECT_EQ(world.engine.refusals()["1/R4"], 1);
    EXPECT_EQ(world.engine.repeats(), 0U);
}

TEST(ClientCoreTest, ARefusalThatStaysIsTheAnswerInTheEnd) {
    ClientOptions options;
    options.refusal_attempts = 4;
    World world(1, options);
    world.engine.judge = [](const model::Command&) { return model::Refusal::disk_full; };
    world.sell(0, 1);
    world.run();
    ASSERT_EQ(world.answers.size(), 1U);
    EXPECT_EQ(world.answers[0].outcomes->front().refusal, model::Refusal::disk_full);
    EXPECT_EQ(world.engine.refusals()["1/R0"], 4);
}

TEST(ClientCoreTest, RowsWaitingForAnotherTrySurviveALostConnection) {
    World world;
    int refusals = 0;
    world.engine.judge = [&](const model::Command&) {
        return refusals++ == 0 ? model::Refusal::stopping : model::Refusal::none;
    };
    world.sell(0, 1);
    world.step();
    world.step();
    world.step();
    ASSERT_EQ(refusals, 1);
    world.drop();
    world.run();
    ASSERT_EQ(world.answers.size(), 1U);
    EXPECT_EQ(world.answers[0].outcomes->front().refusal, model::Refusal::none);
    EXPECT_EQ(world.engine.carried_out().size(), 1U);
}

TEST(ClientCoreTest, BacksOffBetweenConnectionsWithinBounds) {
    ClientOptions options;
    options.reconnect_back_off = {100, 2'000};
    World world(7, options);
    world.reachable = false;
    world.run(20'000, 1);
    ASSERT_GT(world.connect_times.size(), 8U);
    for (std::size_t i = 1; i < world.connect_times.size(); ++i) {
        const std::int64_t whole = std::min<std::int64_t>(2'000, 100LL << std::min<std::size_t>(i - 1, 10));
        const std::int64_t gap = world.connect_times[i] - world.connect_times[i - 1];
        EXPECT_GE(gap, whole / 2) << i;
        EXPECT_LE(gap, whole + 1) << i;
    }
    // Once there is a connection, patience starts anew.
    world.reachable = true;
    world.run(3'000, 1);
    ASSERT_EQ(world.core->state(), ClientCore::State::ready);
    world.drop();
    EXPECT_LE(world.core->next_tick_ms() - world.now, 100);
}

TEST(ClientCoreTest, DeadlinesHoldWhetherConnectedOrNot) {
    World world;
    FakeBehaviour silent;
    silent.swallow = true;
    world.script = {silent};
    world.sell(0, 1, 500);
    world.run(100);
    ASSERT_EQ(world.answers.size(), 1U);
    ASSERT_FALSE(world.answers[0].outcomes);
    EXPECT_EQ(world.answers[0].outcomes.error().kind, model::ErrorKind::unavailable);
    EXPECT_THAT(world.answers[0].outcomes.error().message, HasSubstr("no answer within 500 ms"));

    World away;
    away.reachable = false;
    away.sell(0, 1, 500);
    away.run(100);
    ASSERT_EQ(away.answers.size(), 1U);
    EXPECT_THAT(away.answers[0].outcomes.error().message, HasSubstr("cannot reach"));
    EXPECT_EQ(away.core->pending_count(), 0U);
}

TEST(ClientCoreTest, AnswersAfterTheDeadlineAreDropped) {
    World world;
    world.run(3);
    world.sell(0, 1, 50);
    world.sell(1, 1);
    world.core->tick(world.now + 60);
    ASSERT_EQ(world.answers.size(), 1U);
    world.run(5);
    ASSERT_EQ(world.answers.size(), 2U);
    EXPECT_EQ(world.answers[1].from, 1U);
    EXPECT_EQ(world.core->state(), ClientCore::State::ready);
}

TEST(ClientCoreTest, WithoutReconnectTheFirstLossEndsIt) {
    ClientOptions options;
    options.reconnect = false;
    World world(1, options);
    FakeBehaviour mortal;
    mortal.replies = 1;
    world.script = {mortal};
    for (std::uint64_t i = 0; i < 3; ++i)
        world.sell(i, 1);
    world.run();
    ASSERT_EQ(world.answers.size(), 3U);
    EXPECT_TRUE(world.answers[0].outcomes);
    EXPECT_FALSE(world.answers[1].outcomes);
    EXPECT_FALSE(world.answers[2].outcomes);
    EXPECT_EQ(world.core->state(), ClientCore::State::closed);
    EXPECT_EQ(world.connect_times.size(), 1U);
    world.sell(9, 1);
    ASSERT_EQ(world.answers.size(), 4U);
    EXPECT_EQ(world.answers[3].outcomes.error().kind, model::ErrorKind::unavailable);
}

TEST(ClientCoreTest, AServerThatIsFullIsTriedAgain) {
    FakeBehaviour full;
    full.full = true;
    World world;
    world.script = {full, full};
    world.sell(0, 1);
    world.run();
    ASSERT_EQ(world.answers.size(), 1U);
    EXPECT_TRUE(world.answers[0].outcomes);
    EXPECT_EQ(world.connect_times.size(), 3U);

    ClientOptions once;
    once.reconnect = false;
    World impatient(1, once);
    impatient.script = {full};
    impatient.sell(0, 1);
    impatient.run();
    ASSERT_EQ(impatient.answers.size(), 1U);
    EXPECT_EQ(impatient.answers[0].outcomes.error().kind, model::ErrorKind::unavailable);
    EXPECT_EQ(impatient.answers[0].outcomes.error().message, "too many connections");
}

TEST(ClientCoreTest, AWrongKeyIsNotTriedAgain) {
    World world;
    FakeBehaviour stranger;
    stranger.knows_key = false;
    world.script = {stranger};
    world.sell(0, 1);
    world.run();
    ASSERT_EQ(world.answers.size(), 1U);
    EXPECT_EQ(world.answers[0].outcomes.error().kind, model::ErrorKind::denied);
    EXPECT_EQ(world.core->state(), ClientCore::State::closed);
    EXPECT_EQ(world.connect_times.size(), 1U);
}

TEST(ClientCoreTest, AServerThatBreaksTheProtocolIsNotTriedAgain) {
    World world;
    FakeBehaviour mad;
    mad.garbage_after_welcome = true;
    world.script = {mad};
    world.sell(0, 1);
    world.run();
    ASSERT_EQ(world.answers.size(), 1U);
    EXPECT_EQ(world.answers[0].outcomes.error().kind, model::ErrorKind::corrupt);
}

TEST(ClientCoreTest, AnAnswerThatDoesNotFitEndsTheConnection) {
    World world;
    world.engine.answer_other = [](const schema::Request&, std::uint32_t correlation,
                                   codec::ByteBuffer& out) {
        const std::vector<model::Outcome> two(2);
        codec::append_sale_results(out, correlation, two);
        return true;
    };
    bool failed = false;
    world.core->submit(std::make_unique<QueryRequest<void>>(
                           schema::PingT{}, to_pong,
                           [&](model::Result<void> answer) {
                               failed = !answer && answer.error().kind == model::ErrorKind::corrupt;
                           }),
                       world.now);
    world.run();
    EXPECT_TRUE(failed);
    EXPECT_EQ(world.core->state(), ClientCore::State::closed);
}

TEST(ClientCoreTest, ProgressComesBeforeTheAnswer) {
    World world;
    world.engine.answer_other = [](const schema::Request&, std::uint32_t correlation,
                                   codec::ByteBuffer& out) {
        for (std::uint64_t done : {1U, 2U}) {
            schema::ProgressT progress;
            progress.done = done;
            progress.total = 2;
            codec::append_reply(out, correlation, std::move(progress));
        }
        schema::VerifyReplyT reply;
        reply.facts = 10;
        reply.difference_count = 1;
        reply.differences = {"customer 4: points"};
        codec::append_reply(out, correlation, std::move(reply));
        return true;
    };
    std::vector<std::uint64_t> steps;
    std::optional<VerifyReport> report;
    world.core->submit(std::make_unique<QueryRequest<VerifyReport>>(
                           schema::VerifyRequestT{}, to_verify_report,
                           [&](model::Result<VerifyReport> answer) {
                               EXPECT_EQ(steps.size(), 2U);
                               report = *answer;
                           },
                           [&](std::uint64_t done, std::uint64_t) { steps.push_back(done); }),
                       world.now);
    world.run();
    EXPECT_THAT(steps, ::testing::ElementsAre(1U, 2U));
    ASSERT_TRUE(report);
    EXPECT_EQ(report->facts, 10U);
    EXPECT_THAT(report->differences, ::testing::ElementsAre("customer 4: points"));
}

TEST(ClientCoreTest, CompletionsMayAskForMore) {
    World world;
    int answered = 0;
    std::function<void()> next = [&] {
        auto request = RowsRequest::sales("shop", std::vector{sale(static_cast<std::uint64_t>(answered))});
        (*request)->on_completion([&](model::Result<Outcomes> outcomes) {
            ASSERT_TRUE(outcomes);
            if (++answered < 50) next();
        });
        world.core->submit(std::move(*request), world.now);
    };
    next();
    world.run();
    EXPECT_EQ(answered, 50);
    EXPECT_EQ(world.engine.carried_out(), receipts(50));
}

TEST(ClientCoreTest, BatchesAreCheckedBeforeTheyAreSent) {
    EXPECT_FALSE(RowsRequest::sales("shop", {}));
    const std::vector<model::Command> many(codec::kMaxRowsPerRequest + 1, sale(1));
    EXPECT_FALSE(RowsRequest::sales("shop", many));
    auto wrong = sale(1);
    wrong.kind = model::CommandKind::hold;
    const auto request = RowsRequest::sales("shop", std::vector{sale(0), wrong});
    ASSERT_FALSE(request);
    EXPECT_EQ(request.error().kind, model::ErrorKind::invalid);
    EXPECT_THAT(request.error().message, HasSubstr("row 1"));
}

}  // namespace
}  // namespace tim::client
