// What the sources ask of levels and their benefits: how a shop configures them, and what a change of them
// moves. By the numbers of the sources: `ctest -R S3_6`.
#include <gtest/gtest.h>

#include "tests/support/shop.h"

namespace tim::tests {
namespace {

using model::Criterion;
using model::Refusal;

model::Outcome put(Shop& shop, const model::Program& program) {
    shop.wait(1'000);
    const auto outcome = shop.fixture.execute(make_put_program(shop.fixture.fresh_request(), program));
    shop.wait(1'000);
    return outcome;
}

/// As the customer's own page shows it.
runtime::StandingView standing(Shop& shop) {
    shop.fixture.commit();
    return *shop.fixture.engine().standing(shop.program, {model::KeyKind::card, {}, "1"});
}

const model::Tier& tier_of(Shop& shop, const runtime::StandingView& view) {
    return shop.fixture.engine().program(shop.program, {view.version})->program->tiers[view.tier];
}

TEST(Levels, S1_5_orders_that_reach_milestones_promote_one_tier_after_the_other) {
    Shop shop(lan_toa_program());
    const auto& tiers = shop.fixture.engine().program(shop.program, {1})->program->tiers;
    ASSERT_EQ(tiers.size(), 5U);
    std::int64_t ranking = 0;
    for (std::size_t i = 1; i < tiers.size(); ++i) {
        const std::int64_t missing = tiers[i].min - ranking;
        const std::string number = std::to_string(i);
        EXPECT_EQ(shop.sale("A" + number, (missing - 1) * 10'000).tier_after, i - 1) << "a point short of it";
        EXPECT_EQ(shop.sale("B" + number, 10'000).tier_after, i);
        ranking = tiers[i].min;
    }
}

TEST(Levels, S1_7_S2_4_every_tier_has_a_threshold_and_benefits_of_its_own) {
    model::Program program = nhanh_program();
    program.tiers[1].benefits = {"A gift on your birthday"};
    program.tiers[2].benefits = {"A gift on your birthday", "A line of your own"};
    program.tiers[2].multiplier_bp = 15'000;
    program.tiers[2].discount = model::Discount{500, {}, {}, {}};
    Shop shop(program);
    EXPECT_TRUE(tier_of(shop, standing(shop)).benefits.empty());
    EXPECT_EQ(shop.sale("A1", 3'000'000).points.value, 300);
    EXPECT_EQ(tier_of(shop, standing(shop)).benefits.size(), 1U);
    EXPECT_EQ(shop.balance(1'000'000).detail, 0) << "no discount here";
    shop.sale("A2", 7'000'000);
    EXPECT_EQ(tier_of(shop, standing(shop)).benefits.back(), "A line of your own");
    EXPECT_EQ(shop.balance(1'000'000).detail, 50'000) << "5 %";
    EXPECT_EQ(shop.sale("A3", 100'000).points.value, 15);
}

TEST(Levels, S2_6_a_tier_has_name_description_threshold_and_whether_all_see_it) {
    model::Program program = nhanh_program();
    program.tiers[1].name = "Bạc";
    program.tiers[1].description = "From three million";
    program.tiers[1].visible = false;
    Shop shop(program);
    const auto stored = shop.fixture.engine().program(shop.program, {1})->program;
    EXPECT_EQ(stored->tiers[1].name, "Bạc");
    EXPECT_EQ(stored->tiers[1].description, "From three million");
    EXPECT_EQ(stored->tiers[1].min, 3'000'000);
    const auto sees_second = [&] {
        for (const auto& tier : standing(shop).tiers)
            if (tier.index == 1) return true;
        return false;
    };
    EXPECT_FALSE(sees_second());
    shop.sale("A1", 3'000'000);
    EXPECT_TRUE(sees_second());
}

TEST(Levels, S2_8_S5_4_names_benefits_and_bonuses_are_edited_and_nobody_moves) {
    Shop shop;
    shop.sale("A1", 4'000'000);
    const Figures before = shop.figures();
    model::Program edited = nhanh_program();
    edited.tiers[1].name = "Silver";
    edited.tiers[1].description = "As it was, by another name";
    edited.tiers[1].benefits = {"Free delivery", "A gift on your birthday"};
    edited.tiers[1].upgrade_bonus = {50};
    ASSERT_EQ(put(shop, edited).refusal, Refusal::none);
    const Figures after = shop.figures();
    EXPECT_EQ(after.points, before.points) << "the bonus is for those who reach the tier from now on";
    EXPECT_EQ(shop.tier(), "bac");
    EXPECT_EQ(tier_of(shop, standing(shop)).benefits.size(), 2U);
    shop.fixture.enroll(shop.program, "card:2");
    EXPECT_EQ(shop.sale("B1", 3'000'000, model::kNoInstant, "card:2").balance.value, 350);
}

TEST(Levels, S5_4_another_threshold_says_how_customers_start_under_it) {
    for (const auto start : {model::Start::current, model::Start::zero}) {
        Shop shop;
        shop.sale("A1", 4'000'000);
        model::Program higher = nhanh_program();
        higher.tiers[0].max = 3'999'999;
        higher.tiers[1].min = 4'000'000;
        higher.tiering.start = start;
        ASSERT_EQ(put(shop, higher).refusal, Refusal::none);
        EXPECT_EQ(shop.tier(), start == model::Start::current ? "bac" : "dong");
        EXPECT_EQ(shop.figures().lifetime, 4'000'000) << "the books stay";
        EXPECT_EQ(shop.fixture.verify(), "");
    }
}

TEST(Levels, S3_1_S3_2_levels_follow_the_accumulated_money_by_themselves) {
    Shop shop;
    EXPECT_EQ(shop.tier(), "dong");
    EXPECT_EQ(shop.sale("A1", 2'999'999).tier_after, 0);
    EXPECT_EQ(shop.sale("A2", 1).tier_after, 1) << "the criterion is met";
    EXPECT_EQ(shop.give_back("R1", 1, "A2").tier_after, 0) << "and lost again";
}

TEST(Levels, S3_6_above_the_maximum_is_the_next_level_and_the_top_has_none) {
    Shop shop;
    const auto& tiers = shop.fixture.engine().program(shop.program, {1})->program->tiers;
    EXPECT_FALSE(tiers.back().max);
    EXPECT_EQ(shop.sale("A1", *tiers[1].max).tier_after, 1) << "at the maximum";
    EXPECT_EQ(shop.sale("A2", 1).tier_after, 2) << "above it, at the next minimum";
    EXPECT_EQ(shop.sale("A3", 1'000'000'000'000).tier_after, 2);
}

}  // namespace
}  // namespace tim::tests
