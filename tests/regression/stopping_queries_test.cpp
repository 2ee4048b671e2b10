// SIGTERM waited for a running `verify` to come to its end, however long the ledger.
#include <gtest/gtest.h>

#include <stop_token>

#include "tests/support/shop.h"

namespace tim::tests {
namespace {

struct StoppingShop {
    std::stop_source stop;
    Shop shop{nhanh_program(), options()};

    runtime::EngineOptions options() const {
        runtime::EngineOptions options = EngineFixture::stepped();
        options.stop_queries = stop.get_token();
        return options;
    }
    runtime::Engine& engine() { return shop.fixture.engine(); }
};

TEST(Regression, verify_ends_early_when_the_engine_stops) {
    StoppingShop world;
    for (int i = 0; i < 10; ++i) {  // a batch each
        world.shop.sale("S" + std::to_string(i), 10'000);
        world.shop.fixture.commit();
    }
    int batches = 0;
    const auto report = world.engine().verify([&](std::uint64_t, std::uint64_t) {
        if (++batches == 3) world.stop.request_stop();
    });
    ASSERT_FALSE(report.has_value());
    EXPECT_EQ(report.error().kind, model::ErrorKind::unavailable);
    EXPECT_EQ(batches, 3) << "the next batch is not looked at any more";
}

TEST(Regression, queries_that_may_take_long_are_not_begun_when_the_engine_stops) {
    StoppingShop world;
    world.shop.sale("S", 10'000);
    world.shop.fixture.commit();
    world.stop.request_stop();
    const auto kind = [](const auto& result) {
        return result.has_value() ? std::nullopt : std::optional(result.error().kind);
    };
    const model::CustomerRef customer{model::KeyKind::id, world.shop.customer, {}};
    int batches = 0;
    EXPECT_EQ(kind(world.engine().verify([&](std::uint64_t, std::uint64_t) { ++batches; })),
              model::ErrorKind::unavailable);
    EXPECT_EQ(batches, 0);
    EXPECT_EQ(kind(world.engine().customers(world.shop.program, {}, 10)), model::ErrorKind::unavailable);
    EXPECT_EQ(kind(world.engine().history(world.shop.program, customer, {}, 10)),
              model::ErrorKind::unavailable);
    EXPECT_EQ(kind(world.engine().ledger(world.shop.program, {}, 10)), model::ErrorKind::unavailable);
    EXPECT_EQ(world.shop.figures().points, 1) << "what is answered at once still is";
}

}  // namespace
}  // namespace tim::tests
