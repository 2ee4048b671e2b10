// The worked examples 1 to 3 of the rules, and the requirements of the sources that this version serves, each
// by its number: `ctest -R S3_10`.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/shop.h"

namespace tim::tests {
namespace {

using model::Refusal;

TEST(Examples, S3_10_return_demotes_at_once) {
    Shop shop;
    shop.sale("A1", 9'500'000);
    EXPECT_EQ(shop.tier(), "bac");
    const auto up = shop.sale("A2", 1'000'000);
    EXPECT_EQ(up.tier_before, 1);
    EXPECT_EQ(up.tier_after, 2);
    EXPECT_EQ(shop.tier(), "vang");
    shop.wait(kDayMs);
    const auto down = shop.give_back("A3", 2'000'000);
    EXPECT_EQ(down.tier_before, 2);
    EXPECT_EQ(down.tier_after, 1);
    EXPECT_EQ(shop.figures().lifetime, 8'500'000);
    EXPECT_EQ(shop.tier(), "bac");
}

TEST(Examples, S3_9_levels_move_after_every_purchase) {
    Shop shop;
    EXPECT_EQ(shop.tier(), "dong");
    EXPECT_EQ(shop.sale("A1", 2'999'999).tier_after, 0);
    EXPECT_EQ(shop.sale("A2", 1).tier_after, 1);
    EXPECT_EQ(shop.sale("A3", 6'999'999).tier_after, 1);
    EXPECT_EQ(shop.sale("A4", 1).tier_after, 2);
}

TEST(Examples, S3_7_point_floor) {
    Shop shop;
    shop.sale("A1", 10'000'000);
    shop.redeem(900);
    shop.adjust(80);
    const Figures figures = shop.figures();
    EXPECT_EQ(figures.points, 180);
    EXPECT_EQ(figures.spendable, 80);
    const auto refused = shop.redeem(81);
    EXPECT_EQ(refused.refusal, Refusal::insufficient_points);
    EXPECT_EQ(refused.detail, 80);
    EXPECT_EQ(model::refusal_sentence(refused.refusal, refused.detail),
              "80 points is the most that can be spent now");
    EXPECT_EQ(shop.redeem(80).refusal, Refusal::none);
    EXPECT_EQ(shop.figures().points, 100);
    EXPECT_EQ(shop.figures().spendable, 0);
}

TEST(Examples, S3_4_totals_are_adjusted) {
    Shop shop;
    EXPECT_EQ(shop.adjust(0, 3'000'000).tier_after, 1);
    EXPECT_EQ(shop.adjust(0, -1).tier_after, 0);
    EXPECT_EQ(shop.figures().orders, 0U);
}

TEST(Examples, S3_8_a_level_that_is_not_active_is_passed_over) {
    model::Program program = nhanh_program();
    program.tiers[1].active = false;
    program.tiers[1].max.reset();
    program.tiers[0].max.reset();
    Shop shop(program);
    EXPECT_EQ(shop.sale("A1", 9'999'999).tier_after, 0);
    EXPECT_EQ(shop.sale("A2", 1).tier_after, 2);
}

TEST(Examples, S2_3_ten_orders_of_19999_earn_10) {
    Shop shop;
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(shop.sale(fmt::format("A{}", i), 19'999).points.value, 1);
    EXPECT_EQ(shop.figures().points, 10);
}

TEST(Examples, S2_1_tiers_by_accumulated_points_do_not_fall_when_points_are_spent) {
    model::Program program = nhanh_program();
    program.tiering.criterion = model::Criterion::lifetime_ranking_points;
    program.tiers[1].min = 10;
    program.tiers[0].max.reset();
    program.tiers[1].max.reset();
    Shop shop(program);
    EXPECT_EQ(shop.sale("A1", 100'000).tier_after, 1);
    EXPECT_EQ(shop.redeem(10).tier_after, 1);
    const Figures figures = shop.figures();
    EXPECT_EQ(figures.points, 0);
    EXPECT_EQ(figures.ranking, 10);
    EXPECT_EQ(figures.metric, 10);
    EXPECT_EQ(shop.give_back("A2", 1'000, "A1").tier_after, 0);
}

TEST(Examples, S1_4_a_new_account_is_in_the_lowest_tier) {
    Shop shop;
    EXPECT_EQ(shop.tier(), "dong");
    EXPECT_EQ(shop.figures().points, 0);
}

TEST(Examples, small_returns_take_what_one_large_one_takes) {
    Shop shop;
    EXPECT_EQ(shop.sale("S", 95'000).points.value, 9);
    for (std::int64_t i = 0; i < 9; ++i) {
        const auto back = shop.give_back(fmt::format("R{}", i), 10'000, "S");
        EXPECT_EQ(back.refusal, Refusal::none);
        EXPECT_EQ(back.points.value, -1);
        EXPECT_EQ(back.balance.value, 8 - i);
    }
    EXPECT_EQ(shop.give_back("R9", 5'000, "S").points.value, 0);
    EXPECT_EQ(shop.figures().points, 0);
    const auto beyond = shop.give_back("R10", 1, "S");
    EXPECT_EQ(beyond.refusal, Refusal::return_exceeds_sale);
    EXPECT_EQ(beyond.detail, 0);
    EXPECT_EQ(shop.figures().points, 0);
    EXPECT_EQ(shop.figures().orders, 0U);
}

/// A late sale is priced by the program of its day and moves the tier of today.
TEST(Examples, a_late_sale_is_priced_by_the_version_of_its_day) {
    Shop shop;
    const model::Instant before = shop.now();
    shop.wait(2 * kDayMs);
    model::Program doubled = nhanh_program();
    doubled.points.earn.points.value = 2;
    shop.fixture.put(doubled);
    EXPECT_EQ(shop.sale("A1", 50'000, before).points.value, 5);
    EXPECT_EQ(shop.sale("A2", 50'000).points.value, 10);
    EXPECT_EQ(shop.give_back("A3", 50'000, "A1").points.value, -5);
    EXPECT_EQ(shop.give_back("A4", 10'000, "", before).points.value, -1);
    EXPECT_EQ(shop.give_back("A5", 10'000).points.value, -2);
}

}  // namespace
}  // namespace tim::tests
