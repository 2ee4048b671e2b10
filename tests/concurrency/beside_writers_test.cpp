// Readers, sweeps, checkpoints and verify beside writers; then a crash: what was durable is there.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "tests/support/shop.h"

namespace tim::tests {
namespace {

using model::Refusal;

constexpr std::uint64_t kCustomers = 64;
constexpr std::uint64_t kWriters = 6;
constexpr std::uint64_t kBatches = 60;
constexpr std::uint64_t kBatchSize = 32;

runtime::EngineOptions threaded() {
    runtime::EngineOptions options = EngineFixture::stepped(runtime::TimeSource::system, 512);
    options.background_threads = true;
    options.checkpoint_interval_ms = 10;
    options.recovery_threads = 3;
    return options;
}

Who customer(std::uint64_t number) {
    return fmt::format("id:{}", 1 + number % kCustomers);
}

/// Sales, returns, holds and captures of everyone; the writers meet on the same customers. Gives the spend
/// that it posted.
std::int64_t write(Shop& shop, std::uint64_t writer) {
    Random random(writer);
    std::int64_t spend = 0;
    std::uint64_t number = 0;
    for (std::uint64_t batch = 0; batch < kBatches; ++batch) {
        std::vector<OwnedCommand> commands;
        for (std::uint64_t i = 0; i < kBatchSize; ++i, ++number) {
            const Who who = customer(random.next());
            const auto name = receipt(static_cast<std::uint32_t>(writer), fmt::format("{}", number));
            if (i % 8 == 6)
                commands.push_back(make_hold(shop.program, request(writer << 32 | number), who, 1, 1'000));
            else if (i % 8 == 7)
                commands.push_back(make_return(shop.program, name, who, 1'000));
            else
                commands.push_back(make_sale(shop.program, name, who, 20'000));
        }
        const auto outcomes = shop.fixture.execute(commands);
        for (std::size_t i = 0; i < outcomes.size(); ++i) {
            if (outcomes[i].refusal != Refusal::none) {
                EXPECT_TRUE(outcomes[i].refusal == Refusal::insufficient_points ||
                            outcomes[i].refusal == Refusal::too_many_holds)
                    << describe(outcomes[i]);
                continue;
            }
            const auto& command = commands[i].command;
            if (command.kind == model::CommandKind::sale) spend += command.amount.value;
            if (command.kind == model::CommandKind::returned) spend -= command.amount.value;
        }
    }
    return spend;
}

TEST(BesideWriters, everyone_sees_what_adds_up) {
    Shop shop(nhanh_program(), threaded());
    for (std::uint64_t i = 2; i <= kCustomers; ++i)
        shop.fixture.enroll(shop.program, fmt::format("card:{}", i));
    auto& engine = shop.fixture.engine();
    std::atomic<bool> done = false;
    std::atomic<std::int64_t> spend = 0;

    std::vector<std::jthread> helpers;
    helpers.emplace_back([&] {  // time passes, so that holds time out
        while (!done) {
            shop.wait(100);
            engine.step_sweep();
            std::this_thread::yield();
        }
    });
    helpers.emplace_back([&] {
        Random random(77);
        while (!done) {
            const Who who = customer(random.next());
            const auto view = engine.show(shop.program, {who.kind, who.id, {}});
            ASSERT_TRUE(view.has_value());
            EXPECT_GE(view->held.value, 0);
            EXPECT_LE(view->spendable.value,
                      std::max<std::int64_t>(0, view->points.value - view->held.value));
            const auto history = engine.history(shop.program, {who.kind, who.id, {}}, {}, 20);
            ASSERT_TRUE(history.has_value());
            EXPECT_GT(history->size(), 0U);
        }
    });
    helpers.emplace_back([&] {
        while (!done) {
            const auto listed = engine.customers(shop.program, {}, 1'000);
            ASSERT_TRUE(listed.has_value());
            EXPECT_EQ(listed->size(), kCustomers);
            static_cast<void>(engine.stats());
        }
    });
    helpers.emplace_back([&] {
        while (!done) {
            ASSERT_TRUE(engine.checkpoint().has_value());
            const auto report = engine.verify([](std::uint64_t, std::uint64_t) {});
            ASSERT_TRUE(report.has_value());
            EXPECT_EQ(report->difference_count, 0U) << report->differences.front();
        }
    });
    std::vector<std::jthread> writers;
    for (std::uint64_t writer = 1; writer <= kWriters; ++writer)
        writers.emplace_back([&, writer] { spend += write(shop, writer); });
    writers.clear();
    done = true;
    helpers.clear();

    const auto total = [&] {
        std::int64_t sum = 0;
        const auto listed = shop.fixture.engine().customers(shop.program, {}, 1'000);
        for (const auto& view : *listed)
            sum += view.lifetime_spend.value;
        return sum;
    };
    EXPECT_EQ(total(), spend.load());
    EXPECT_EQ(shop.fixture.verify(), "");
    shop.fixture.crash_and_reopen();  // `customers` waited until all of it was durable
    EXPECT_EQ(total(), spend.load());
    EXPECT_EQ(shop.fixture.verify(), "");
}

/// A crash in the middle of it all: whatever an answer could have told is there afterwards.
TEST(BesideWriters, what_was_durable_survives_a_crash_in_the_middle) {
    for (std::uint64_t round = 1; round <= 5; ++round) {
        Shop shop(nhanh_program(), threaded());
        for (std::uint64_t i = 2; i <= kCustomers; ++i)
            shop.fixture.enroll(shop.program, fmt::format("card:{}", i));
        std::vector<std::pair<OwnedCommand, model::Outcome>> executed;
        Random random(round);
        for (std::uint64_t i = 0; i < 3'000 + random.next() % 500; ++i) {
            auto command =
                make_sale(shop.program, receipt(1, fmt::format("{}", i)), customer(random.next()), 10'000);
            executed.emplace_back(command, shop.fixture.execute(command));
        }
        const auto durable = shop.fixture.engine().durable();
        shop.fixture.crash_and_reopen();
        for (const auto& [command, outcome] : executed) {
            if (outcome.depends_on > durable) break;
            const auto again = shop.fixture.execute(command);
            ASSERT_TRUE(again.duplicate) << describe(command);
            ASSERT_EQ(again.balance, outcome.balance);
        }
        EXPECT_EQ(shop.fixture.verify(), "");
    }
}

}  // namespace
}  // namespace tim::tests
