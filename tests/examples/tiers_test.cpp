// The rules of tiers by the numbers of their sources, and worked example 4: `ctest -R S5_8`.
#include <gtest/gtest.h>

#include "tests/support/shop.h"

namespace tim::tests {
namespace {

using model::Criterion;
using model::Downgrade;
using model::Instant;
using model::Refusal;
using model::Review;
using model::Start;

constexpr auto at = hanoi;

/// Đồng, Bạc from 3,000,000, Vàng from 10,000,000, by the spend of half a year.
model::Program sapo(Review review = Review::half_yearly) {
    model::Program program = nhanh_program("sapo");
    program.tiering.criterion = Criterion::period_spend;
    program.tiering.downgrade = Downgrade::at_review;
    program.tiering.review = review;
    program.points.late_days = 400;
    program.tiers[2].keep_points = {};
    return program;
}

/// A shop of which a test sets the clock. It is January 2024.
struct TierShop : Shop {
    explicit TierShop(const model::Program& rules) : Shop(rules) {}

    void go_to(const char* text) { fixture.clock().set(at(text)); }
    void sweep() {
        while (fixture.engine().step_sweep()) {
        }
    }
    void change(const model::Program& document) {
        ASSERT_EQ(fixture.execute(make_put_program(fixture.fresh_request(), document)).refusal,
                  Refusal::none);
    }
};

/// It is the second half of 2024, in which the customer began as Bạc.
struct BacShop : TierShop {
    explicit BacShop(Review review = Review::half_yearly) : TierShop(sapo(review)) {
        go_to("2024-03-01");
        sale("A1", 3'000'000);
        go_to("2024-07-01T00:00:00");
    }
};

TEST(Examples, S5_8_the_period_that_ends_decides_at_its_review) {
    BacShop shop;
    EXPECT_EQ(shop.tier(), "bac");
    shop.go_to("2024-08-01");
    EXPECT_EQ(shop.sale("A2", 10'000'000).tier_after, 2);
    EXPECT_EQ(shop.give_back("A3", 10'000'000, "A2").tier_after, 1) << "not lower";
    EXPECT_EQ(shop.figures().metric, 0);
    shop.go_to("2024-12-31T23:59:59");
    EXPECT_EQ(shop.tier(), "bac");
    shop.go_to("2025-01-01T00:00:00");
    EXPECT_EQ(shop.tier(), "dong") << "the period's figure 0 decides";
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Examples, S5_8_a_year_is_reviewed_on_its_last_day_alone) {
    BacShop shop(Review::yearly);
    EXPECT_EQ(shop.tier(), "bac") << "its first period still: reached within it";
    EXPECT_EQ(shop.figures().metric, 3'000'000);
    shop.go_to("2025-01-01");
    EXPECT_EQ(shop.figures().metric, 0);
    EXPECT_EQ(shop.tier(), "bac");
    shop.go_to("2026-01-01");
    EXPECT_EQ(shop.tier(), "dong");
}

TEST(Examples, S5_9_nobody_falls_below_the_opening_tier) {
    BacShop shop;
    EXPECT_EQ(shop.give_back("A2", 9'000'000).tier_after, 1);
    EXPECT_EQ(shop.figures().metric, -9'000'000);
    EXPECT_EQ(shop.tier(), "bac");
}

TEST(Examples, S5_10_a_sale_at_midnight_counts_for_the_new_period_swept_or_not) {
    for (const bool swept : {false, true}) {
        BacShop shop;
        if (swept) shop.sweep();
        const auto sold = shop.sale("A2", 2'000'000, at("2024-07-01T00:00:00"));
        EXPECT_EQ(sold.tier_before, 1);
        EXPECT_EQ(shop.figures().metric, 2'000'000) << swept;
        shop.go_to("2025-01-01");
        EXPECT_EQ(shop.tier(), "dong") << "2,000,000 are not enough for Bạc";
        EXPECT_EQ(shop.fixture.verify(), "");
    }
}

TEST(Examples, S5_10_a_late_sale_posts_to_its_own_period_and_corrects_what_it_decided) {
    BacShop shop;
    EXPECT_EQ(shop.sale("A2", 7'000'000, at("2024-06-30T23:59:59")).tier_after, 2);
    EXPECT_EQ(shop.figures().metric, 0) << "it is not of this half-year";
    EXPECT_EQ(shop.tier(), "vang");
    EXPECT_EQ(shop.give_back("A3", 7'000'000, "A2").tier_after, 1);
    shop.fixture.crash_and_reopen();
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Examples, S5_1_ranking_points_of_the_period_are_not_lowered_by_spending) {
    model::Program program = sapo();
    program.tiering.criterion = Criterion::period_ranking_points;
    program.tiers[1].min = 300;
    program.tiers[0].max = 299;
    program.tiers[1].max = 999;
    program.tiers[2].min = 1'000;
    TierShop shop(program);
    EXPECT_EQ(shop.sale("A1", 3'000'000).tier_after, 1);
    EXPECT_EQ(shop.redeem(300).refusal, Refusal::none);
    EXPECT_EQ(shop.tier(), "bac");
    shop.go_to("2024-07-01");
    EXPECT_EQ(shop.figures().metric, 0);
    EXPECT_EQ(shop.tier(), "bac");
    shop.go_to("2025-01-01");
    EXPECT_EQ(shop.tier(), "dong");
}

TEST(Examples, S5_3_a_bonus_for_reaching_a_tier_goes_with_it) {
    model::Program program = nhanh_program("bonus");
    program.tiers[1].upgrade_bonus = {20};
    program.tiers[2].upgrade_bonus = {50};
    TierShop shop(program);
    const auto up = shop.sale("A1", 10'000'000);
    EXPECT_EQ(up.points.value, 1'000);
    EXPECT_EQ(up.balance.value, 1'070) << "the tier that is skipped pays too";
    EXPECT_EQ(shop.figures().ranking, 1'070);
    EXPECT_EQ(shop.sale("A2", 10'000).balance.value, 1'071) << "once";
    const auto down = shop.give_back("A3", 1'010'000);
    EXPECT_EQ(down.tier_after, 1);
    EXPECT_EQ(down.balance.value, 1'071 - 101 - 50);
    EXPECT_EQ(shop.sale("A4", 1'010'000).balance.value, 1'071) << "earned again";
    const auto again = shop.fixture.execute(
        make_return(shop.program, receipt(1, "A3"), Shop::kCustomer, 1'010'000, model::Name{}));
    EXPECT_TRUE(again.duplicate);
    EXPECT_EQ(again.balance, down.balance) << "the first answer";
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Examples, S5_3_a_bonus_is_paid_anew_in_each_period) {
    model::Program program = sapo();
    program.tiers[1].upgrade_bonus = {20};
    program.tiers[2].upgrade_bonus = {50};
    TierShop shop(program);
    EXPECT_EQ(shop.sale("A1", 3'000'000).balance.value, 320);
    shop.go_to("2024-07-01");
    EXPECT_EQ(shop.sale("A2", 3'000'000).balance.value, 620) << "Bạc is the opening tier";
    EXPECT_EQ(shop.sale("A3", 7'000'000).balance.value, 1'370);
}

TEST(Examples, S5_3_what_time_lowers_leaves_the_bonus_and_is_not_paid_again_in_the_period) {
    for (const Downgrade downgrade : {Downgrade::immediate, Downgrade::at_review}) {
        model::Program program = nhanh_program("average");
        const bool reviewed = downgrade == Downgrade::at_review;
        program.tiering = {Criterion::monthly_average_spend, downgrade,
                           reviewed ? Review::half_yearly : Review::never};
        program.tiers[1].upgrade_bonus = {20};
        program.tiers[2].upgrade_bonus = {50};
        TierShop shop(program);
        EXPECT_EQ(shop.sale("A1", 10'000'000).balance.value, 1'070);
        shop.go_to("2024-02-10");
        EXPECT_EQ(shop.tier(), "bac") << "10,000,000 in two months";
        EXPECT_EQ(shop.sale("A2", 10'000).balance.value, 1'071) << "the sale takes nothing that time left";
        EXPECT_EQ(shop.give_back("A3", 10'000, "A2").balance.value, 1'070);
        const auto again = shop.sale("A4", 10'000'000);
        EXPECT_EQ(again.tier_after, 2);
        EXPECT_EQ(again.balance.value, 2'070) << "once in a period";
        EXPECT_EQ(shop.fixture.verify(), "");
    }
}

TEST(Examples, S5_3_a_bonus_counts_for_the_next_tier) {
    model::Program program = nhanh_program("climb");
    program.tiering.criterion = Criterion::lifetime_ranking_points;
    program.tiers[0].max.reset();
    program.tiers[1].max.reset();
    program.tiers[1].min = 100;
    program.tiers[2].min = 150;
    program.tiers[1].upgrade_bonus = {50};
    TierShop shop(program);
    EXPECT_EQ(shop.sale("A1", 1'000'000).tier_after, 2);
    EXPECT_EQ(shop.give_back("A2", 10'000).tier_after, 0) << "99 without the bonus";
    EXPECT_EQ(shop.figures().points, 99);
}

TEST(Examples, S3_3_a_tier_may_name_its_own_rule) {
    model::Program program = nhanh_program("own");
    program.tiers[2].criterion = Criterion::month_spend;
    program.tiers[2].min = 5'000'000;
    TierShop shop(program);
    EXPECT_EQ(shop.sale("A1", 4'999'999).tier_after, 1) << "of a lifetime: Bạc";
    EXPECT_EQ(shop.sale("A2", 1).tier_after, 2) << "of a month: Vàng";
    shop.go_to("2024-02-29T23:59:59");
    EXPECT_EQ(shop.tier(), "vang") << "by the month that closed last";
    shop.go_to("2024-03-01");
    EXPECT_EQ(shop.tier(), "bac");
    EXPECT_EQ(shop.balance().tier_after, 1);
}

TEST(Examples, S3_3_total_of_a_month) {
    model::Program program = nhanh_program("monthly");
    program.tiering.criterion = Criterion::month_spend;
    program.points.late_days = 400;
    TierShop shop(program);
    EXPECT_EQ(shop.sale("A1", 3'000'000).tier_after, 1);
    shop.go_to("2024-02-15");
    EXPECT_EQ(shop.sale("A2", 10'000).tier_after, 1) << "January's figure still holds it";
    shop.go_to("2024-03-01");
    EXPECT_EQ(shop.tier(), "dong");
    EXPECT_EQ(shop.sale("A3", 10'000'000, at("2024-02-29T23:00:00")).tier_after, 2) << "late, for February";
    EXPECT_EQ(shop.figures().month, 0);
}

TEST(Examples, S3_3_monthly_average_counts_empty_months) {
    model::Program program = nhanh_program("average");
    program.tiering.criterion = Criterion::monthly_average_spend;
    TierShop shop(program);
    EXPECT_EQ(shop.sale("A1", 10'000'000).tier_after, 2);
    shop.go_to("2024-02-01");
    EXPECT_EQ(shop.figures().metric, 5'000'000);
    EXPECT_EQ(shop.tier(), "bac");
    shop.go_to("2024-04-01");
    EXPECT_EQ(shop.figures().metric, 2'500'000);
    EXPECT_EQ(shop.tier(), "dong");
    EXPECT_EQ(shop.sale("A2", 2'000'000).tier_after, 1) << "12,000,000 in four months";
}

TEST(Examples, S5_6_off_neither_tiers_nor_benefits_run) {
    model::Program program = nhanh_program("switch");
    program.tiers[1].multiplier_bp = 20'000;
    TierShop shop(program);
    shop.sale("A1", 10'000'000);
    shop.wait(kDayMs);
    program.enabled = false;
    shop.change(program);
    const auto sold = shop.give_back("A2", 9'000'000);
    EXPECT_EQ(sold.tier_after, 2) << "no move";
    EXPECT_EQ(shop.figures().spendable, 100) << "no floor";
    EXPECT_EQ(shop.figures().lifetime, 1'000'000) << "figures go on";
    EXPECT_EQ(shop.sale("A3", 10'000).points.value, 1) << "points too";
}

TEST(Examples, S5_11_on_again_everyone_is_found_from_current_figures) {
    model::Program program = nhanh_program("switch");
    TierShop shop(program);
    shop.sale("A1", 10'000'000);
    program.enabled = false;
    shop.change(program);
    shop.give_back("A2", 9'000'000);
    EXPECT_EQ(shop.tier(), "vang");
    shop.wait(kDayMs);
    program.enabled = true;
    shop.change(program);
    EXPECT_EQ(shop.tier(), "dong");
    shop.sweep();
    EXPECT_EQ(shop.tier(), "dong");
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Examples, S5_7_another_criterion_starts_everyone_at_zero_or_with_current_figures) {
    for (const Start start : {Start::current, Start::zero}) {
        TierShop shop(nhanh_program("sapo"));
        shop.go_to("2024-03-01");
        shop.sale("A1", 10'000'000);
        shop.go_to("2024-08-01");
        shop.sale("A2", 3'000'000);
        EXPECT_EQ(shop.tier(), "vang");
        model::Program program = sapo();
        program.tiers[2].keep_points = {100};
        program.tiering.start = start;
        shop.change(program);
        const bool zero = start == Start::zero;
        EXPECT_EQ(shop.figures().metric, zero ? 0 : 3'000'000) << "of this half-year";
        EXPECT_EQ(shop.tier(), zero ? "dong" : "vang") << "the half-year before had 10,000,000";
        EXPECT_EQ(shop.figures().lifetime, 13'000'000);
        EXPECT_EQ(shop.sale("A3", 3'000'000).tier_after, zero ? 1 : 2);
        shop.go_to("2025-01-01");
        EXPECT_EQ(shop.tier(), "bac");
        EXPECT_EQ(shop.fixture.verify(), "");
    }
}

TEST(Examples, S5_7_a_lifetime_may_start_at_zero_too) {
    model::Program program = nhanh_program("zero");
    TierShop shop(program);
    shop.sale("A1", 10'000'000);
    program.tiering.criterion = Criterion::lifetime_ranking_points;
    program.tiering.start = Start::zero;
    shop.change(program);
    EXPECT_EQ(shop.tier(), "dong");
    EXPECT_EQ(shop.figures().metric, 0);
    EXPECT_EQ(shop.figures().ranking, 1'000) << "what was earned stays in the books";
    shop.sale("A2", 20'000);
    EXPECT_EQ(shop.figures().metric, 2);
}

TEST(Examples, S5_5_a_tier_that_is_deleted_leaves_everyone_where_the_figures_say) {
    model::Program program = sapo();
    TierShop shop(program);
    shop.sale("A1", 10'000'000);
    shop.go_to("2024-07-02");
    EXPECT_EQ(shop.tier(), "vang");
    program.tiers.pop_back();
    program.tiers[1].max.reset();
    shop.change(program);
    EXPECT_EQ(shop.tier(), "bac");
    program.tiers.push_back(sapo().tiers[2]);
    shop.wait(1);
    shop.change(program);
    EXPECT_EQ(shop.tier(), "vang");
}

TEST(Examples, a_tier_that_never_falls_keeps_its_bonus) {
    model::Program program = nhanh_program("kept");
    program.tiering.downgrade = Downgrade::never;
    program.tiers[2].upgrade_bonus = {50};
    TierShop shop(program);
    shop.sale("A1", 10'000'000);
    const auto back = shop.void_sale("A2", "A1");
    EXPECT_EQ(back.tier_after, 2);
    EXPECT_EQ(back.balance.value, 50);
}

TEST(Examples, a_multiplier_is_that_of_the_tier_held_before_and_goes_back_with_the_sale) {
    model::Program program = nhanh_program("multiplied");
    program.tiers[1].multiplier_bp = 15'000;
    TierShop shop(program);
    EXPECT_EQ(shop.sale("A1", 3'000'000).points.value, 300) << "as Đồng";
    EXPECT_EQ(shop.balance(50'000).points.value, 7);
    EXPECT_EQ(shop.sale("A2", 50'000).points.value, 7) << "5 × 1.5, rounded down";
    EXPECT_EQ(shop.give_back("A3", 20'000, "A2").points.value, -3) << "30,000 are worth 4";
    EXPECT_EQ(shop.void_sale("A4", "A1").points.value, -300);
    EXPECT_EQ(shop.give_back("A5", 30'000, "A2").points.value, -4) << "of the tier that priced it";
    EXPECT_EQ(shop.figures().points, 0);
}

}  // namespace
}  // namespace tim::tests
