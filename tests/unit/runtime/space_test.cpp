// A full disk is told once when commands begin to be refused, and once when there is room again.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/support/shop.h"

namespace tim::tests {
namespace {

using model::Refusal;

struct WatchedShop : Shop {
    WatchedShop() {
        fixture.commit();
        fixture.engine().on_space([this](const runtime::SpaceNotice& notice) { told.push_back(notice); });
    }
    void capacity(std::uint64_t bytes) { fixture.store().ledger().set_capacity_bytes(bytes); }
    void step() { static_cast<void>(fixture.engine().step_sweep()); }
    Refusal sell() { return sale(fmt::format("S{}", ++sales), 10'000).refusal; }
    double stat(const std::string& name) {
        for (const auto& stat : fixture.engine().stats())
            if (stat.name == name) return stat.value;
        return -1;
    }

    std::vector<runtime::SpaceNotice> told;
    int sales = 0;
};

TEST(Space, is_not_told_of_before_a_command_is_refused) {
    WatchedShop shop;
    shop.sell();
    shop.step();
    shop.fixture.commit();
    shop.capacity(0);
    shop.step();
    EXPECT_TRUE(shop.told.empty());
    EXPECT_EQ(shop.stat("disk_full"), 0);
}

TEST(Space, is_told_of_once_when_it_ends_and_once_when_it_is_back) {
    WatchedShop shop;
    shop.capacity(0);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(shop.sell(), Refusal::disk_full);
        shop.step();
        shop.step();
    }
    ASSERT_EQ(shop.told.size(), 1U);
    EXPECT_TRUE(shop.told[0].full);
    EXPECT_EQ(shop.told[0].free_bytes, 0U);
    EXPECT_GT(shop.told[0].needed_bytes, 0U);
    EXPECT_EQ(shop.stat("disk_full"), 1);

    shop.capacity(UINT64_MAX);
    EXPECT_EQ(shop.sell(), Refusal::none);
    shop.step();
    shop.step();
    ASSERT_EQ(shop.told.size(), 2U);
    EXPECT_FALSE(shop.told[1].full);
    EXPECT_GE(shop.told[1].free_bytes, shop.told[1].needed_bytes);
    EXPECT_EQ(shop.stat("disk_full"), 0);

    shop.capacity(0);
    EXPECT_EQ(shop.sell(), Refusal::disk_full);
    shop.step();
    ASSERT_EQ(shop.told.size(), 3U) << "the next time is told again";
    EXPECT_TRUE(shop.told[2].full);
}

/// Else a ledger at its end, of which a row fits now and then, would fill the log.
TEST(Space, is_not_back_while_only_few_commands_fit) {
    WatchedShop shop;
    shop.capacity(0);
    shop.sell();
    shop.step();
    shop.capacity(60'000);
    EXPECT_EQ(shop.sell(), Refusal::none) << "the example";
    shop.step();
    EXPECT_EQ(shop.told.size(), 1U);
}

}  // namespace
}  // namespace tim::tests
