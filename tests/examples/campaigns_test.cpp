// Discounts by tier and campaigns, by the numbers of their sources: `ctest -R S3_14`.
#include <gmock/gmock.h>

#include "tests/support/shop.h"

namespace tim::tests {
namespace {

using model::Campaign;
using model::CampaignEffect;
using model::Condition;
using model::ConditionKind;
using model::EffectKind;
using model::FactType;
using model::Instant;
using model::Refusal;
using testing::ElementsAre;

constexpr auto at = hanoi;

Condition when(ConditionKind kind, std::int64_t amount = 0) {
    Condition condition;
    condition.kind = kind;
    condition.amount = {amount};
    return condition;
}
Condition group(ConditionKind kind, std::vector<Condition> parts) {
    Condition condition;
    condition.kind = kind;
    condition.parts = std::move(parts);
    return condition;
}
Condition tier_in(std::vector<std::string> tiers) {
    Condition condition;
    condition.kind = ConditionKind::tier_in;
    condition.texts = std::move(tiers);
    return condition;
}

CampaignEffect multiplier(std::int32_t bp) {
    CampaignEffect effect;
    effect.kind = EffectKind::multiplier;
    effect.multiplier_bp = bp;
    return effect;
}
CampaignEffect bonus(std::int64_t points) {
    CampaignEffect effect;
    effect.points = {points};
    return effect;
}
CampaignEffect percent_off(std::int32_t bp, std::int64_t most = 0) {
    CampaignEffect effect;
    effect.kind = EffectKind::discount;
    effect.discount.percent_bp = bp;
    if (most > 0) effect.discount.max_amount = model::Money{most};
    return effect;
}

Campaign campaign(std::string id, std::vector<CampaignEffect> then, Condition condition = {}) {
    Campaign result;
    result.id = std::move(id);
    result.then = std::move(then);
    result.when = std::move(condition);
    return result;
}

model::Program with(std::vector<Campaign> campaigns) {
    model::Program program = nhanh_program();
    program.campaigns = std::move(campaigns);
    return program;
}

std::vector<std::string> effects_of(Shop& shop, const model::Outcome& outcome) {
    std::vector<std::string> told;
    for (const model::Effect& effect : shop.fixture.engine().effects(outcome.sequence)) {
        std::string text(model::fact_type_name(effect.type));
        if (!effect.campaign.empty()) text += " " + effect.campaign;
        told.push_back(text + " " + std::to_string(effect.points.value));
    }
    return told;
}

TEST(Examples, S3_14_nested_conditions_of_one_or_more_levels) {
    Condition any = group(ConditionKind::any,
                          {when(ConditionKind::amount_from, 500'000), when(ConditionKind::first_order)});
    Shop shop(with(
        {campaign("tet", {multiplier(20'000)}, group(ConditionKind::all, {tier_in({"bac", "vang"}), any}))}));
    const auto first = shop.sale("A", 3'000'000);
    EXPECT_EQ(first.points.value, 300) << "Đồng before it: the tier that prices is the one held before";
    EXPECT_EQ(first.tier_after, 1);
    EXPECT_EQ(shop.sale("B", 499'999).points.value, 49) << "Bạc now, but neither large nor the first";
    const auto large = shop.sale("C", 500'000);
    EXPECT_EQ(large.points.value, 100);
    EXPECT_EQ(large.balance.value, 300 + 49 + 100);
    EXPECT_THAT(effects_of(shop, large), ElementsAre("sale 50", "campaign_applied tet 50"));
    EXPECT_EQ(shop.figures().ranking, 449);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Examples, S3_14_one_floor_for_tier_and_campaigns_together) {
    model::Program program = with({campaign("half", {multiplier(15'000)}),
                                   campaign("third", {multiplier(13'333)}), campaign("three", {bonus(3)})});
    program.tiers[0].multiplier_bp = 12'000;
    Shop shop(program);
    // 9 × 1.2 = 10.8; × 1.5 = 16.2; × 1.3333 = 21.59946; + 3 = 24.59946.
    const auto sold = shop.sale("A", 95'000);
    EXPECT_EQ(sold.points.value, 24);
    EXPECT_THAT(effects_of(shop, sold), ElementsAre("sale 10", "campaign_applied half 6",
                                                    "campaign_applied third 5", "campaign_applied three 3"));
    EXPECT_EQ(shop.balance(95'000).points.value, 24) << "a quote says the same";
}

TEST(Examples, S3_14_a_campaign_runs_from_its_first_day_to_the_end_of_its_last) {
    Campaign tet = campaign("tet", {bonus(10)});
    tet.starts = at("2024-01-20");
    tet.ends = at("2024-02-11");  // the last day is the 10th
    Shop shop(with({tet}));
    shop.fixture.clock().set(at("2024-02-20"));
    EXPECT_EQ(shop.sale("A", 10'000, at("2024-02-10T23:59:59")).points.value, 11);
    EXPECT_EQ(shop.sale("B", 10'000, at("2024-02-11T00:00:00")).points.value, 1);
    EXPECT_EQ(shop.sale("C", 10'000, at("2024-01-21")).points.value, 11);
}

TEST(Examples, S3_14_hours_and_weekdays_are_the_program_s) {
    Condition evening = when(ConditionKind::hours);
    evening.from = 22;
    evening.until = 2;
    Condition weekend = when(ConditionKind::weekday_in);
    weekend.numbers = {5, 6};
    Shop shop(with({campaign("night", {bonus(1)}, evening), campaign("weekend", {bonus(10)}, weekend),
                    campaign("till", {bonus(100)}, [] {
                        Condition till = when(ConditionKind::terminal_in);
                        till.numbers = {7, 1};
                        return group(ConditionKind::negation, {till});
                    }())}));
    shop.fixture.clock().set(at("2024-01-31"));
    EXPECT_EQ(shop.sale("A", 10'000, at("2024-01-26T22:00")).points.value, 2) << "a Friday";
    EXPECT_EQ(shop.sale("B", 10'000, at("2024-01-27T01:59:59")).points.value, 12);
    EXPECT_EQ(shop.sale("C", 10'000, at("2024-01-27T02:00")).points.value, 11);
    EXPECT_EQ(shop.sale("D", 10'000, at("2024-01-29T12:00")).points.value, 1);
    const auto other = shop.fixture.execute(
        make_sale(shop.program, receipt(2, "E"), Shop::kCustomer, 10'000, at("2024-01-29T12:00")));
    EXPECT_EQ(other.points.value, 101);
}

TEST(Examples, S3_14_the_first_order_alone) {
    Condition first = when(ConditionKind::first_order);
    Shop shop(with({campaign("welcome", {bonus(50)}, first)}));
    EXPECT_EQ(shop.sale("A", 10'000).points.value, 51);
    EXPECT_EQ(shop.sale("B", 10'000).points.value, 1);
    EXPECT_EQ(shop.void_sale("V", "A").points.value, -51);
    EXPECT_EQ(shop.figures().points, 1);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Campaigns, a_budget_that_is_too_small_pays_nothing) {
    Campaign tet = campaign("tet", {bonus(40)});
    tet.budget_points = model::Points{100};
    Shop shop(with({tet}));
    EXPECT_EQ(shop.sale("A", 10'000).points.value, 41);
    EXPECT_EQ(shop.sale("B", 10'000).points.value, 41);
    EXPECT_EQ(shop.sale("C", 10'000).points.value, 1) << "20 are left of 40";
    EXPECT_EQ(shop.void_sale("V", "A").points.value, -41);
    EXPECT_EQ(shop.sale("D", 10'000).points.value, 41) << "what a return takes back may be paid again";
    shop.fixture.stop_and_reopen();
    EXPECT_EQ(shop.sale("E", 10'000).points.value, 1);
    EXPECT_EQ(shop.fixture.verify(), "");
    shop.fixture.crash_and_reopen();
    EXPECT_EQ(shop.sale("F", 10'000).points.value, 1);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Campaigns, take_effect_for_a_customer_as_often_as_they_may) {
    Campaign thrice = campaign("thrice", {bonus(5)});
    thrice.per_customer = 3;
    Shop shop(with({thrice}));
    shop.fixture.enroll(shop.program, "card:2");
    for (const char* number : {"A", "B", "C"})
        EXPECT_EQ(shop.sale(number, 10'000).points.value, 6);
    EXPECT_EQ(shop.sale("D", 10'000).points.value, 1);
    EXPECT_EQ(shop.balance(10'000).points.value, 1);
    EXPECT_EQ(shop.sale("E", 10'000, model::kNoInstant, "card:2").points.value, 6);
    EXPECT_EQ(shop.give_back("R", 4'000, "B").points.value, -1);
    EXPECT_EQ(shop.sale("F", 10'000).points.value, 1) << "something of B is left";
    EXPECT_EQ(shop.give_back("S", 6'000, "B").points.value, -5);
    shop.fixture.stop_and_reopen();
    EXPECT_EQ(shop.sale("G", 10'000).points.value, 6) << "B does not count any more";
    EXPECT_EQ(shop.sale("H", 10'000).points.value, 1);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Campaigns, go_back_with_what_no_longer_meets_them) {
    Shop shop(with({campaign("large", {multiplier(30'000)}, when(ConditionKind::amount_from, 100'000))}));
    EXPECT_EQ(shop.sale("A", 150'000).points.value, 45);
    EXPECT_EQ(shop.give_back("R", 50'000, "A").points.value, -15) << "100,000 left: 10 × 3";
    EXPECT_EQ(shop.give_back("S", 1, "A").points.value, -21) << "99,999 left: 9";
    EXPECT_EQ(shop.give_back("T", 99'999, "A").points.value, -9);
    EXPECT_EQ(shop.figures().points, 0);
    EXPECT_EQ(shop.figures().ranking, 0);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Campaigns, go_back_with_a_void_of_a_sale_of_no_amount) {
    Campaign gift = campaign("gift", {bonus(5)});
    gift.budget_points = model::Points{5};
    Shop shop(with({gift}));
    EXPECT_EQ(shop.sale("A", 0).points.value, 5);
    EXPECT_EQ(shop.sale("B", 0).points.value, 0);
    EXPECT_EQ(shop.void_sale("V", "A").points.value, -5);
    EXPECT_EQ(shop.figures().points, 0);
    EXPECT_EQ(shop.sale("C", 0).points.value, 5) << "the budget got back what was taken";
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Campaigns, go_back_before_points_that_were_spent_in_the_sale_are_restored) {
    model::Program program = with({campaign("gift", {bonus(10)})});
    program.points.expiry = {model::ExpiryPolicy::months, 1, 0};
    Shop shop(program);
    EXPECT_EQ(shop.sale("A", 50'000).balance.value, 15);
    EXPECT_EQ(shop.redeem_in("A", 4).balance.value, 11);
    EXPECT_EQ(shop.void_sale("V", "A").balance.value, 0);
    EXPECT_EQ(shop.figures().expiring, 0) << "no lot is left of a balance of nothing";
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Campaigns, a_rest_that_meets_a_condition_again_has_the_sale_s_expiry) {
    Condition either = group(ConditionKind::any, {when(ConditionKind::amount_from, 100'000),
                                                  when(ConditionKind::amount_below, 50'000)});
    model::Program program = with({campaign("either", {bonus(40)}, either)});
    program.points.expiry = {model::ExpiryPolicy::months, 1, 0};
    Shop shop(program);
    EXPECT_EQ(shop.sale("A", 100'000).points.value, 50);
    EXPECT_EQ(shop.give_back("R", 30'000, "A").points.value, -43);
    EXPECT_EQ(shop.give_back("S", 30'000, "A").points.value, 37);
    EXPECT_EQ(shop.figures().points, 44);
    EXPECT_EQ(shop.figures().expiring, 44);
    EXPECT_EQ(shop.give_back("T", 40'000, "A").points.value, -44);
    EXPECT_EQ(shop.figures().expiring, 0);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Campaigns, a_budget_that_nothing_could_fill_does_not_refuse_a_sale) {
    model::CampaignEffect much;
    much.kind = EffectKind::earn;
    much.per_amount = {1};
    much.points = {1'000};
    Campaign rich = campaign("rich", {much});
    rich.budget_points = model::Points{100};
    Shop shop(with({rich}));
    EXPECT_EQ(shop.sale("A", 4'000'000'000'000'000'000).points.value, 400'000'000'000'000)
        << "too much to pay";
}

TEST(Campaigns, many_small_returns_take_what_one_large_one_takes) {
    const model::Program program =
        with({campaign("a", {multiplier(13'000)}), campaign("b", {bonus(2), multiplier(20'000)})});
    Shop one(program);
    Shop many(program);
    for (Shop* shop : {&one, &many})
        EXPECT_EQ(shop->sale("A", 95'000).points.value, 27);  // (9 × 1.3 + 2) × 2 = 27.4
    one.give_back("R", 60'000, "A");
    for (int i = 0; i < 6; ++i)
        many.give_back("R" + std::to_string(i), 10'000, "A");
    EXPECT_EQ(one.figures().points, many.figures().points);
    EXPECT_EQ(one.figures().points, 11) << "(3 × 1.3 + 2) × 2 = 11.8";
}

TEST(Campaigns, points_that_are_no_ranking_points_lift_nobody) {
    model::Program program = with({campaign("gift", {bonus(1'000)})});
    program.campaigns[0].ranking = false;
    program.tiering.criterion = model::Criterion::lifetime_ranking_points;
    for (std::size_t i = 1; i < 3; ++i)
        program.tiers[i].min = static_cast<std::int64_t>(i) * 100;
    program.tiers[0].max = 99;
    program.tiers[1].max = 199;
    Shop shop(program);
    EXPECT_EQ(shop.sale("A", 990'000).tier_after, 0);
    EXPECT_EQ(shop.figures().points, 1'099);
    EXPECT_EQ(shop.figures().ranking, 99);
    EXPECT_EQ(shop.sale("B", 10'000).tier_after, 1);
}

TEST(Campaigns, a_clamped_return_takes_what_is_there) {
    model::Program program = with({campaign("gift", {bonus(10)})});
    program.points.below_zero = model::BelowZero::clamp;
    Shop shop(program);
    EXPECT_EQ(shop.sale("A", 100'000).points.value, 20);
    shop.redeem(15);
    EXPECT_EQ(shop.void_sale("V", "A").points.value, -5);
    EXPECT_EQ(shop.figures().points, 0);
    EXPECT_EQ(shop.figures().ranking, 0);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Campaigns, their_points_have_the_dates_of_the_sale) {
    model::Program program = with({campaign("gift", {bonus(10)})});
    program.points.expiry = {model::ExpiryPolicy::months, 1, 0};
    program.points.pending_days = 7;
    Shop shop(program);
    const auto sold = shop.sale("A", 50'000);
    EXPECT_EQ(sold.points.value, 15);
    EXPECT_EQ(sold.balance.value, 0) << "all of them are pending";
    EXPECT_EQ(shop.figures().ranking, 15);
    EXPECT_EQ(shop.figures().pending, 15);
    EXPECT_EQ(shop.give_back("R", 20'000, "A").points.value, -2);
    EXPECT_EQ(shop.figures().pending, 13);
    EXPECT_EQ(shop.fixture.verify(), "");
    shop.wait(7 * kDayMs);
    EXPECT_EQ(shop.figures().points, 13);
    EXPECT_EQ(shop.figures().expiring, 13);
    EXPECT_EQ(shop.sale("B", 10'000).points.value, 11);
    EXPECT_EQ(shop.void_sale("V", "B").points.value, -11);
    EXPECT_EQ(shop.figures().pending, 0);
    EXPECT_EQ(shop.give_back("S", 30'000, "A").points.value, -13);
    EXPECT_EQ(shop.figures().points, 0);
    EXPECT_EQ(shop.figures().ranking, 0);
    EXPECT_EQ(shop.fixture.verify(), "");
    shop.fixture.crash_and_reopen();
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Campaigns, a_late_sale_is_priced_by_the_campaigns_of_its_day) {
    Shop shop(with({campaign("old", {bonus(10)})}));
    const Instant before = shop.now();
    shop.wait(3'600'000);
    ASSERT_EQ(
        shop.fixture
            .execute(make_put_program(shop.fixture.fresh_request(), with({campaign("new", {bonus(7)})})))
            .refusal,
        Refusal::none);
    EXPECT_EQ(shop.sale("A", 10'000, before).points.value, 11);
    EXPECT_EQ(shop.sale("B", 10'000).points.value, 8);
    EXPECT_EQ(shop.void_sale("V", "A").points.value, -11);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Campaigns, a_repeat_tells_the_first_answer) {
    Campaign once = campaign("once", {bonus(10)});
    once.per_customer = 1;
    Shop shop(with({once}));
    const auto first = shop.sale("A", 10'000);
    const auto again = shop.sale("A", 10'000);
    EXPECT_TRUE(again.duplicate);
    EXPECT_EQ(again.points, first.points);
    EXPECT_EQ(again.balance, first.balance);
    EXPECT_EQ(first.points.value, 11);
}

TEST(Examples, S5_2_a_discount_with_a_largest_amount_and_a_smallest_order) {
    model::Program program = nhanh_program();
    program.tiers[0].discount = model::Discount{500, {}, model::Money{20'000}, {100'000}};
    Shop shop(program);
    EXPECT_EQ(shop.balance(99'999).detail, 0);
    EXPECT_EQ(shop.balance(100'001).detail, 5'000) << "rounded down";
    const auto large = shop.balance(1'000'000);
    EXPECT_EQ(large.detail, 20'000);
    EXPECT_EQ(large.points.value, 98) << "of what is left to pay";
}

TEST(Examples, S3_13_discounts_by_tier_then_campaigns_each_on_what_is_left) {
    model::Program program =
        with({campaign("tenth", {percent_off(1'000)}), campaign("half", {percent_off(5'000, 30'000)})});
    program.tiers[0].discount = model::Discount{2'000, {}, {}, {}};
    Shop shop(program);
    // 100,000 − 20,000 = 80,000; − 8,000 = 72,000; half is 36,000, at most 30,000.
    EXPECT_EQ(shop.balance(100'000).detail, 58'000);
    EXPECT_EQ(shop.balance(100'000).points.value, 4);
    program.enabled = false;
    ASSERT_EQ(shop.fixture.execute(make_put_program(shop.fixture.fresh_request(), program)).refusal,
              Refusal::none);
    EXPECT_EQ(shop.balance(100'000).detail, 40'000) << "off: no discount of a tier";
}

}  // namespace
}  // namespace tim::tests
