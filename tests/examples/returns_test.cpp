// Returns, voids and what they undo (rules, "Returns").
#include <gtest/gtest.h>

#include "tests/support/shop.h"

namespace tim::tests {
namespace {

using model::Refusal;

constexpr std::int64_t kNever = INT64_MIN;

model::Program clamped() {
    model::Program program = nhanh_program();
    program.points.below_zero = model::BelowZero::clamp;
    return program;
}

TEST(Returns, points_already_spent_become_debt) {
    Shop shop;
    shop.sale("S", 100'000);
    shop.redeem(8);
    const auto back = shop.give_back("R", 100'000, "S");
    EXPECT_EQ(back.points.value, -10);
    EXPECT_EQ(back.balance.value, -8);
    EXPECT_EQ(back.spendable.value, 0);
    EXPECT_EQ(shop.sale("S2", 90'000).balance.value, 1);
}

TEST(Returns, clamp_stops_at_zero_and_ranking_falls_by_all) {
    Shop shop(clamped());
    shop.sale("S", 100'000);
    shop.redeem(8);
    const auto back = shop.give_back("R", 100'000, "S");
    EXPECT_EQ(back.points.value, -2);
    EXPECT_EQ(back.balance.value, 0);
    EXPECT_EQ(shop.figures().ranking, 0);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Returns, clamp_never_takes_what_is_held) {
    Shop shop(clamped());
    shop.sale("S", 100'000);
    const auto hold = shop.hold(7);
    const auto back = shop.give_back("R", 100'000, "S");
    EXPECT_EQ(back.points.value, -3);
    EXPECT_EQ(back.held.value, 7);
    EXPECT_EQ(shop.capture(hold.sequence).balance.value, 0);
}

TEST(Returns, without_the_original_take_the_base_rate) {
    Shop shop;
    shop.sale("S", 100'000);
    const auto back = shop.give_back("R", 29'999);
    EXPECT_EQ(back.points.value, -2);
    const Figures figures = shop.figures();
    EXPECT_EQ(figures.ranking, 8);
    EXPECT_EQ(figures.lifetime, 70'001);
    EXPECT_EQ(figures.orders, 1U);
    EXPECT_EQ(shop.give_back("R2", 500'000).balance.value, -42);
    EXPECT_EQ(shop.figures().lifetime, -429'999);
    EXPECT_EQ(shop.tier(), "dong");
}

TEST(Returns, with_the_original_post_to_the_month_of_the_sale) {
    Shop shop;
    const model::Instant sold = shop.now();
    shop.sale("S", 100'000);
    shop.wait(30 * kDayMs);  // January 15th to February 14th
    shop.sale("S2", 40'000);
    shop.give_back("R", 60'000, "S");
    EXPECT_EQ(shop.figures().month, 40'000);
    EXPECT_EQ(shop.figures().lifetime, 80'000);
    shop.give_back("R2", 10'000);
    EXPECT_EQ(shop.figures().month, 30'000);
    shop.give_back("R3", 1'000, "", {sold.value + kHourMs});
    EXPECT_EQ(shop.figures().month, 30'000);
}

TEST(Returns, a_full_return_undoes_the_order) {
    Shop shop;
    const model::Instant first = shop.now();
    shop.sale("S1", 10'000);
    shop.wait(kDayMs);
    const model::Instant second = shop.now();
    shop.sale("S2", 20'000);
    shop.wait(kDayMs);
    const model::Instant third = shop.now();
    shop.sale("S3", 30'000);
    shop.give_back("R1", 9'999, "S1");
    EXPECT_EQ(shop.figures().orders, 3U);
    shop.give_back("R2", 1, "S1");
    Figures figures = shop.figures();
    EXPECT_EQ(figures.orders, 2U);
    EXPECT_EQ(figures.first_order_at, second.value);
    EXPECT_EQ(figures.last_order_at, third.value);
    shop.void_sale("V3", "S3");
    figures = shop.figures();
    EXPECT_EQ(figures.orders, 1U);
    EXPECT_EQ(figures.last_order_at, second.value);
    shop.void_sale("V2", "S2");
    figures = shop.figures();
    EXPECT_EQ(figures.orders, 0U);
    EXPECT_EQ(figures.first_order_at, kNever);
    EXPECT_EQ(figures.last_order_at, kNever);
    EXPECT_GT(second, first);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Returns, of_nothing_are_taken_and_undo_nothing) {
    Shop shop;
    shop.sale("S", 0);
    EXPECT_EQ(shop.figures().orders, 1U);
    EXPECT_EQ(shop.give_back("R", 0, "S").refusal, Refusal::none);
    EXPECT_EQ(shop.figures().orders, 1U);
    EXPECT_EQ(shop.void_sale("V", "S").refusal, Refusal::already_returned);
}

TEST(Returns, a_sale_of_nothing_can_be_voided) {
    Shop shop;
    shop.sale("S", 0);
    EXPECT_EQ(shop.void_sale("V", "S").refusal, Refusal::none);
    EXPECT_EQ(shop.figures().orders, 0U);
}

TEST(Returns, void_takes_everything_and_names_the_customer) {
    Shop shop;
    shop.sale("S", 3'500'000);
    const auto voided = shop.void_sale("V", "S");
    EXPECT_EQ(voided.refusal, Refusal::none);
    EXPECT_EQ(voided.customer, shop.customer);
    EXPECT_EQ(voided.points.value, -350);
    EXPECT_EQ(voided.tier_before, 1);
    EXPECT_EQ(voided.tier_after, 0);
    EXPECT_EQ(shop.void_sale("V2", "S").refusal, Refusal::already_returned);
    EXPECT_EQ(shop.give_back("R", 1, "S").refusal, Refusal::return_exceeds_sale);
}

TEST(Returns, void_is_refused_once_something_came_back) {
    Shop shop;
    shop.sale("S", 20'000);
    shop.give_back("R", 1, "S");
    EXPECT_EQ(shop.void_sale("V", "S").refusal, Refusal::already_returned);
    // The refused name is free.
    EXPECT_EQ(shop.give_back("V", 19'999, "S").refusal, Refusal::none);
}

TEST(Returns, of_anonymous_sales) {
    Shop shop;
    EXPECT_EQ(shop.sale("S", 20'000, model::kNoInstant, "").refusal, Refusal::none);
    EXPECT_EQ(shop.give_back("R1", 5'000, "S", model::kNoInstant, "").refusal, Refusal::none);
    EXPECT_EQ(shop.give_back("R2", 5'000, "S").refusal, Refusal::other_customer);
    const auto beyond = shop.give_back("R3", 15'001, "S", model::kNoInstant, "");
    EXPECT_EQ(beyond.refusal, Refusal::return_exceeds_sale);
    EXPECT_EQ(beyond.detail, 15'000);
    EXPECT_EQ(shop.give_back("R4", 77, "", model::kNoInstant, "").refusal, Refusal::none);
    EXPECT_EQ(shop.sale("S2", 20'000, model::kNoInstant, "").customer.value, 0U);
    EXPECT_EQ(shop.void_sale("V", "S2").refusal, Refusal::none);
    EXPECT_EQ(shop.figures().lifetime, 0);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Returns, are_accepted_to_the_last_millisecond_of_return_days) {
    model::Program program = nhanh_program();
    program.points.return_days = 10;
    Shop shop(program);
    shop.sale("S", 20'000);
    shop.wait(10 * kDayMs);
    EXPECT_EQ(shop.give_back("R1", 1'000, "S").refusal, Refusal::none);
    shop.wait(1);
    const auto late = shop.give_back("R2", 1'000, "S");
    EXPECT_EQ(late.refusal, Refusal::return_too_late);
    EXPECT_EQ(late.detail, 10);
}

TEST(Returns, of_a_sale_that_left_memory_long_ago) {
    Shop shop(nhanh_program(), EngineFixture::stepped(runtime::TimeSource::system, 4));
    shop.sale("S", 50'000);
    for (int i = 0; i < 100; ++i) {
        shop.sale("F" + std::to_string(i), 1);
        shop.fixture.commit();
    }
    ASSERT_TRUE(shop.fixture.engine().checkpoint().has_value());
    EXPECT_TRUE(shop.sale("S", 50'000).duplicate);
    EXPECT_EQ(shop.sale("S", 50'001).refusal, Refusal::conflict);
    EXPECT_EQ(shop.give_back("R", 50'000, "S").points.value, -5);
    shop.fixture.crash_and_reopen();
}

}  // namespace
}  // namespace tim::tests
