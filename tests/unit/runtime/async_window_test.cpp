// Durability::async: what a crash can take of what was answered was executed within one window.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <vector>

#include "tests/support/engine_fixture.h"
#include "tests/support/random.h"

namespace tim::tests {
namespace {

constexpr std::int64_t kWindowMs = 100;

runtime::EngineOptions async_options(bool threads = false) {
    runtime::EngineOptions options = EngineFixture::stepped();
    options.durability = runtime::Durability::async;
    options.async_window_ms = kWindowMs;
    options.background_threads = threads;
    return options;
}

/// A shop whose appends are held up by whatever a test does meanwhile.
struct AsyncShop {
    explicit AsyncShop(bool threads = false) : fixture(async_options(threads), 1, faults()) {
        program = fixture.put(nhanh_program());
        fixture.enroll(program, "card:1");
        fixture.commit();
    }
    storage::FaultPlan faults() {
        storage::FaultPlan faults;
        faults.ledger.meanwhile = [this] {
            if (meanwhile) meanwhile();
        };
        return faults;
    }
    /// The sequence that the answer depends on.
    model::Sequence sale() {
        const auto outcome =
            fixture.execute(make_sale(program, receipt(1, fmt::format("S{}", ++sales)), "card:1", 10'000));
        EXPECT_EQ(outcome.refusal, model::Refusal::none);
        return outcome.depends_on;
    }
    bool goes_out(model::Sequence answer) { return fixture.engine().durable() >= answer; }
    void wait(std::int64_t ms) { fixture.clock().advance(ms); }

    std::function<void()> meanwhile;
    EngineFixture fixture;
    model::ProgramId program;
    int sales = 0;
};

TEST(AsyncWindow, answers_go_out_at_once_while_the_oldest_change_is_younger_than_the_window) {
    AsyncShop shop;
    const auto first = shop.sale();
    EXPECT_TRUE(shop.goes_out(first));
    shop.wait(kWindowMs - 1);
    const auto second = shop.sale();
    EXPECT_TRUE(shop.goes_out(second));
    shop.wait(1);
    const auto third = shop.sale();
    EXPECT_FALSE(shop.goes_out(third)) << "the first has waited for a window";
    EXPECT_FALSE(shop.goes_out(first));
    shop.fixture.commit();
    EXPECT_TRUE(shop.goes_out(third));
}

TEST(AsyncWindow, a_window_begins_with_the_first_change_behind_a_commit) {
    AsyncShop shop;
    shop.sale();
    shop.fixture.commit();
    shop.wait(10 * kWindowMs);  // nothing waits: no age
    const auto answer = shop.sale();
    EXPECT_TRUE(shop.goes_out(answer));
    shop.wait(kWindowMs);
    EXPECT_FALSE(shop.goes_out(answer));
}

TEST(AsyncWindow, a_commit_under_way_counts_until_it_is_done) {
    AsyncShop shop;
    std::vector<model::Sequence> held;
    const auto first = shop.sale();
    shop.wait(60);
    shop.meanwhile = [&] {  // the sync takes 100 ms
        held.push_back(shop.sale());
        EXPECT_TRUE(shop.goes_out(held.back())) << "60 ms";
        shop.wait(40);
        held.push_back(shop.sale());
        EXPECT_FALSE(shop.goes_out(held.back())) << "what is being committed waits for 100 ms";
        EXPECT_FALSE(shop.goes_out(first));
        shop.wait(60);
    };
    ASSERT_TRUE(shop.fixture.engine().step_commit());
    shop.meanwhile = nullptr;
    EXPECT_TRUE(shop.goes_out(first));
    EXPECT_FALSE(shop.goes_out(held[0])) << "it has waited for 100 ms by now, behind the first commit";
    shop.fixture.commit();
    EXPECT_TRUE(shop.goes_out(held[1]));
}

TEST(AsyncWindow, behind_a_slow_commit_younger_changes_go_out_again) {
    AsyncShop shop;
    model::Sequence second;
    shop.sale();
    shop.meanwhile = [&] {
        shop.wait(2 * kWindowMs);
        second = shop.sale();
        EXPECT_FALSE(shop.goes_out(second));
    };
    ASSERT_TRUE(shop.fixture.engine().step_commit());
    EXPECT_TRUE(shop.goes_out(second)) << "not durable, and young";
}

TEST(AsyncWindow, a_clock_that_was_set_back_makes_answers_wait) {
    AsyncShop shop;
    const auto answer = shop.sale();
    shop.wait(-1);
    EXPECT_FALSE(shop.goes_out(answer)) << "how old the change is cannot be told";
    shop.fixture.commit();
    EXPECT_TRUE(shop.goes_out(answer));
}

/// A crash at any moment takes answered changes of one window at most.
TEST(AsyncWindow, a_crash_takes_one_window_of_answers_at_most) {
    int crashes_that_took_answers = 0;
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        Choices choices(seed);
        AsyncShop shop;
        struct Sold {
            model::Sequence sequence;
            std::int64_t at_ms = 0;
            bool answered = false;
        };
        std::vector<Sold> sold;
        const auto answer = [&] {
            for (Sold& each : sold)
                each.answered |= shop.goes_out(each.sequence);
        };
        const auto sell = [&] {
            for (std::uint64_t i = choices.below(4); i > 0; --i) {
                shop.wait(choices.between(0, 40));
                sold.push_back({shop.sale(), shop.fixture.clock().now().value, false});
                answer();
            }
        };
        shop.meanwhile = sell;
        for (int tick = 0; tick < 40; ++tick) {
            sell();
            shop.wait(choices.between(0, 30));
            answer();
            if (choices.chance(40)) static_cast<void>(shop.fixture.engine().step_commit());
        }
        const model::Sequence left = shop.fixture.store().ledger().last();
        std::int64_t first_ms = INT64_MAX;
        std::int64_t last_ms = INT64_MIN;
        for (const Sold& each : sold) {
            if (each.sequence <= left || !each.answered) continue;
            first_ms = std::min(first_ms, each.at_ms);
            last_ms = std::max(last_ms, each.at_ms);
        }
        if (first_ms > last_ms) continue;
        ++crashes_that_took_answers;
        EXPECT_LT(last_ms - first_ms, kWindowMs) << "seed " << seed;
    }
    EXPECT_GT(crashes_that_took_answers, 10);
}

TEST(AsyncWindow, whoever_waits_is_told_when_a_delayed_sync_is_done) {
    std::mutex mutex;
    std::condition_variable changed;
    bool syncing = false;
    bool may_end = false;
    int told = 0;
    AsyncShop shop(true);
    shop.fixture.engine().on_durable([&] {
        const std::lock_guard lock(mutex);
        ++told;
        changed.notify_all();
    });
    // Nothing is being committed by now: the enrolment's commit was the last.
    static_cast<void>(shop.fixture.view(shop.program, "card:1"));
    shop.meanwhile = [&] {
        std::unique_lock lock(mutex);
        syncing = true;
        changed.notify_all();
        changed.wait(lock, [&] { return may_end; });
    };
    const auto first = shop.sale();
    EXPECT_TRUE(shop.goes_out(first));
    {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return syncing; });
    }
    shop.wait(kWindowMs);
    const auto second = shop.sale();
    EXPECT_FALSE(shop.goes_out(first));
    EXPECT_FALSE(shop.goes_out(second));
    std::unique_lock lock(mutex);
    const int before = told;
    may_end = true;
    changed.notify_all();
    changed.wait(lock, [&] { return told > before && shop.goes_out(second); });
}

}  // namespace
}  // namespace tim::tests
