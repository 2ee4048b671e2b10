// The network of members and VIPs (S1.1, S1.6, S1.14 to S1.22) by the numbers of their source, and worked
// example 6: `ctest -R S1_19`.
#include <gtest/gtest.h>

#include "tests/support/network_shop.h"

namespace tim::tests {
namespace {

using core::CustomerClass;
using model::CommandKind;
using model::FactType;
using model::Instant;
using model::Refusal;
using model::Sequence;

constexpr auto at = hanoi;

TEST(Network, S1_1_a_customer_of_no_vip_is_retail) {
    Shop shop(lan_toa_program());
    const auto view = shop.fixture.view(shop.program, "card:1");
    EXPECT_EQ(view.customer_class, CustomerClass::retail);
    EXPECT_EQ(view.vip.value, 0U);
    shop.sale("A1", 1'000'000);
    EXPECT_EQ(shop.fixture.view(shop.program, "card:1").customer_class, CustomerClass::retail);
}

TEST(Network, S1_4_a_new_account_is_dong_and_points_lead_through_five_tiers) {
    Shop shop(lan_toa_program());
    EXPECT_EQ(shop.tier(), "dong");
    shop.sale("A1", 1'000'000);
    EXPECT_EQ(shop.tier(), "bac");
    shop.sale("A2", 2'000'000);
    EXPECT_EQ(shop.tier(), "vang");
    shop.sale("A3", 3'000'000);
    EXPECT_EQ(shop.tier(), "bach-kim");
    shop.sale("A4", 4'000'000);
    EXPECT_EQ(shop.tier(), "kim-cuong");
}

TEST(Network, S1_6_a_retail_customer_who_reaches_kim_cuong_is_a_vip) {
    Shop shop(lan_toa_program());
    shop.sale("A1", 9'999'999);
    EXPECT_EQ(shop.fixture.view(shop.program, "card:1").customer_class, CustomerClass::retail);
    shop.sale("A2", 10'000);
    EXPECT_EQ(shop.fixture.view(shop.program, "card:1").customer_class, CustomerClass::vip);
    // With all a VIP can do: members come under them.
    const auto joined = shop.fixture.execute(
        make_enroll_with(shop.program, shop.fixture.fresh_request(), {"card:2"}, "card:1", ""));
    EXPECT_EQ(joined.refusal, Refusal::none);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Network, S1_6_whom_new_rules_lift_is_a_vip_and_stays_one) {
    Shop shop(lan_toa_program());
    shop.sale("A1", 6'000'000);
    model::Program lower = lan_toa_program();
    lower.tiers[4].min = 601;
    lower.tiers[3].min = 500;
    shop.wait(1'000);
    ASSERT_EQ(shop.fixture.execute(make_put_program(shop.fixture.fresh_request(), lower)).refusal,
              Refusal::none);
    shop.wait(1'000);
    EXPECT_EQ(shop.fixture.view(shop.program, "card:1").customer_class, CustomerClass::retail);
    model::Program lowest = lower;
    lowest.tiers[4].min = 600;
    ASSERT_EQ(shop.fixture.execute(make_put_program(shop.fixture.fresh_request(), lowest)).refusal,
              Refusal::none);
    shop.wait(1'000);
    model::Program high = lan_toa_program();
    ASSERT_EQ(shop.fixture.execute(make_put_program(shop.fixture.fresh_request(), high)).refusal,
              Refusal::none);
    shop.wait(1'000);
    // Nobody has visited the customer in between.
    EXPECT_EQ(shop.tier(), "bach-kim");
    EXPECT_EQ(shop.fixture.view(shop.program, "card:1").customer_class, CustomerClass::vip);
    while (shop.fixture.engine().step_sweep()) {
    }
    EXPECT_EQ(shop.fixture.view(shop.program, "card:1").customer_class, CustomerClass::vip);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Network, S1_14_S1_15_a_vip_creates_members) {
    NetworkShop shop;
    EXPECT_EQ(shop.class_of("card:1"), CustomerClass::vip);
    EXPECT_EQ(shop.class_of("card:2"), CustomerClass::member);
    EXPECT_EQ(shop.fixture.view(shop.program, "card:2").vip, shop.customer);
    EXPECT_EQ(shop.vip().members, 1U);
    EXPECT_EQ(shop.recruit("card:3", "card:2").refusal, Refusal::not_a_vip);
    EXPECT_EQ(shop.recruit("card:3", "card:99").refusal, Refusal::unknown_vip);
    EXPECT_EQ(shop.recruit("card:2").refusal, Refusal::key_taken);
    Shop plain;
    EXPECT_EQ(
        plain.fixture
            .execute(make_enroll_with(plain.program, plain.fixture.fresh_request(), {"card:2"}, "card:1", ""))
            .refusal,
        Refusal::network_off);
    EXPECT_EQ(shop.vip().members, 1U);
}

TEST(Network, S1_15_an_enrolment_that_is_repeated_recruits_once) {
    NetworkShop shop;
    const OwnedCommand again =
        make_enroll_with(shop.program, shop.fixture.fresh_request(), {"card:3"}, "card:1", "");
    const auto first = shop.fixture.execute(again);
    const auto second = shop.fixture.execute(again);
    EXPECT_TRUE(second.duplicate);
    EXPECT_EQ(second.customer, first.customer);
    EXPECT_EQ(shop.vip().members, 2U);
    OwnedCommand other = again;
    auto changed = std::make_shared<OwnedCommand::EnrollmentText>(*again.enrollment);
    changed->enrollment.vip = {};
    other.enrollment = changed;
    EXPECT_EQ(shop.fixture.execute(other).refusal, Refusal::conflict);
}

TEST(Network, S1_16_a_member_buys_and_is_promoted_as_anyone) {
    NetworkShop shop;
    const auto outcome = shop.sale("A1", 1'000'000, model::kNoInstant, "card:2");
    EXPECT_EQ(outcome.points.value, 100);
    EXPECT_EQ(shop.tier("card:2"), "bac");
    EXPECT_EQ(shop.class_of("card:2"), CustomerClass::member);
}

TEST(Network, S1_17_a_members_order_earns_the_vip_points_and_commission) {
    NetworkShop shop;
    shop.sale("A1", 1'019'999, model::kNoInstant, "card:2");
    EXPECT_EQ(shop.points("card:2"), 101);
    EXPECT_EQ(shop.points("card:1"), 50);  // floor(1,019,999 / 20,000)
    EXPECT_EQ(shop.figures("card:1").ranking, 50);
    EXPECT_EQ(shop.vip().pending.value, 30'599);  // floor of 3 %
    EXPECT_EQ(shop.vip().available.value, 0);
    shop.wait(7 * kDayMs - 1);
    EXPECT_EQ(shop.vip().available.value, 0);
    shop.wait(1);
    EXPECT_EQ(shop.vip().available.value, 30'599);
    EXPECT_EQ(shop.vip().pending.value, 0);
    EXPECT_EQ(shop.fixture.view(shop.program, "card:1").commission_available.value, 30'599);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Network, S1_17_points_that_a_rule_leaves_out_of_ranking) {
    model::Program document = lan_toa_program();
    document.network->upline_earn->ranking = false;
    NetworkShop shop(document);
    shop.sale("A1", 1'000'000, model::kNoInstant, "card:2");
    EXPECT_EQ(shop.points("card:1"), 50);
    EXPECT_EQ(shop.figures("card:1").ranking, 0);
}

// Worked example 6.
TEST(Network, S1_18_S1_19_a_member_at_kim_cuong_is_a_vip_under_the_old_one) {
    model::Program document = lan_toa_program();
    document.tiers[4].min = 1'000;
    NetworkShop shop(document);
    shop.sale("A0", 9'000'000, model::kNoInstant, "card:2");
    const std::int64_t before = shop.vip().pending.value;
    const std::int64_t points = shop.points("card:1");
    shop.sale("A1", 1'000'000, model::kNoInstant, "card:2");
    EXPECT_EQ(shop.tier("card:2"), "kim-cuong");
    EXPECT_EQ(shop.class_of("card:2"), CustomerClass::vip);
    EXPECT_EQ(shop.vip().pending.value - before, 30'000);
    EXPECT_EQ(shop.points("card:1") - points, 50);

    shop.sale("A2", 1'000'000, model::kNoInstant, "card:2");
    EXPECT_EQ(shop.points("card:1") - points, 100);
    EXPECT_EQ(shop.vip().pending.value - before, 30'000);
    EXPECT_EQ(shop.fixture.view(shop.program, "card:2").vip, shop.customer);
    EXPECT_EQ(shop.vip().members, 1U);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Network, S1_20_the_board_appoints) {
    NetworkShop shop;
    const OwnedCommand appoint = make_appoint(shop.program, shop.fixture.fresh_request(), "card:2");
    EXPECT_EQ(shop.fixture.execute(appoint).refusal, Refusal::none);
    EXPECT_EQ(shop.class_of("card:2"), CustomerClass::vip);
    EXPECT_TRUE(shop.fixture.execute(appoint).duplicate);
    EXPECT_EQ(shop.appoint("card:2").refusal, Refusal::already_vip);
    EXPECT_EQ(shop.appoint("card:99").refusal, Refusal::unknown_customer);
    Shop plain;
    EXPECT_EQ(
        plain.fixture.execute(make_appoint(plain.program, plain.fixture.fresh_request(), "card:1")).refusal,
        Refusal::network_off);
}

TEST(Network, S1_21_members_are_seen) {
    NetworkShop shop;
    for (int i = 3; i < 8; ++i)
        shop.recruit("card:" + std::to_string(i));
    shop.fixture.enroll(shop.program, "card:20");
    shop.fixture.commit();
    const model::CustomerRef vip{model::KeyKind::card, {}, "1"};
    const auto first = shop.fixture.engine().network().members(shop.program, vip, {}, 4);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->rows.size(), 4U);
    const auto rest = shop.fixture.engine().network().members(shop.program, vip, first->next, 4);
    EXPECT_EQ(rest->rows.size(), 2U);
    EXPECT_EQ(rest->next.value, 0U);
    EXPECT_EQ(rest->rows.back().keys.front().text, "7");
}

TEST(Network, S1_21_commission_is_paid_out_on_request) {
    model::Program document = lan_toa_program();
    document.network->payout.min_amount = {10'000};
    NetworkShop shop(document);
    shop.sale("A1", 1'000'000, model::kNoInstant, "card:2");
    auto refused = shop.request_payout();
    EXPECT_EQ(refused.refusal, Refusal::insufficient_commission);
    shop.wait(7 * kDayMs);
    refused = shop.request_payout(30'001);
    EXPECT_EQ(refused.refusal, Refusal::insufficient_commission);
    EXPECT_EQ(refused.detail, 30'000);
    EXPECT_EQ(shop.request_payout(9'999).refusal, Refusal::payout_below_minimum);
    const auto payout = shop.request_payout(20'000);
    ASSERT_EQ(payout.refusal, Refusal::none);
    EXPECT_EQ(payout.customer, shop.customer);
    EXPECT_EQ(payout.lifetime_spend.value, 20'000);
    EXPECT_EQ(shop.vip().available.value, 10'000);
    EXPECT_EQ(shop.vip().in_payout.value, 20'000);
    EXPECT_EQ(shop.end_payout(CommandKind::pay_payout, payout.sequence).refusal,
              Refusal::payout_not_approved);
    EXPECT_EQ(shop.end_payout(CommandKind::approve_payout, payout.sequence).refusal, Refusal::none);
    EXPECT_EQ(shop.end_payout(CommandKind::approve_payout, payout.sequence).refusal,
              Refusal::payout_approved);
    EXPECT_EQ(shop.end_payout(CommandKind::pay_payout, payout.sequence).refusal, Refusal::none);
    EXPECT_EQ(shop.end_payout(CommandKind::fail_payout, payout.sequence).refusal, Refusal::payout_closed);
    EXPECT_EQ(shop.end_payout(CommandKind::fail_payout, {1}).refusal, Refusal::unknown_payout);
    EXPECT_EQ(shop.vip().paid.value, 20'000);
    EXPECT_EQ(shop.vip().in_payout.value, 0);

    // One that fails puts its amount back.
    const auto second = shop.request_payout();
    EXPECT_EQ(shop.vip().available.value, 0);
    EXPECT_EQ(shop.end_payout(CommandKind::fail_payout, second.sequence).refusal, Refusal::none);
    EXPECT_EQ(shop.vip().available.value, 10'000);
    const auto lines = shop.statement();
    ASSERT_EQ(lines.size(), 8U);
    EXPECT_EQ(lines.front().stored.fact.type, FactType::payout_failed);
    EXPECT_EQ(lines.front().stored.fact.points_after.value, 10'000);
    EXPECT_EQ(lines.back().stored.fact.type, FactType::member_joined);
    EXPECT_EQ(lines[6].original, "1/A1");
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Network, S1_21_a_payout_asked_for_twice_is_one) {
    NetworkShop shop;
    shop.sale("A1", 1'000'000, model::kNoInstant, "card:2");
    shop.wait(7 * kDayMs);
    const OwnedCommand request =
        make_payout_request(shop.program, shop.fixture.fresh_request(), "card:1", 20'000);
    const auto first = shop.fixture.execute(request);
    const auto again = shop.fixture.execute(request);
    EXPECT_TRUE(again.duplicate);
    EXPECT_EQ(again.sequence, first.sequence);
    EXPECT_EQ(again.lifetime_spend.value, 20'000);
    EXPECT_EQ(shop.vip().available.value, 10'000);
    OwnedCommand other = request;
    other.command.amount.value = 10'000;
    EXPECT_EQ(shop.fixture.execute(other).refusal, Refusal::conflict);
}

TEST(Network, S1_21_commission_is_due_by_itself_each_month) {
    model::Program document = lan_toa_program();
    document.network->payout = {model::PayoutMode::monthly, {25'000}};
    NetworkShop shop(document);
    shop.sale("A1", 1'000'000, model::kNoInstant, "card:2");
    shop.fixture.clock().set(at("2024-01-28T12:00:00"));
    shop.sale("A2", 500'000, model::kNoInstant, "card:2");  // due on February 4
    shop.fixture.clock().set(at("2024-02-20T00:00:00"));
    // Nobody has visited the wallet: what is shown is what a visit would find.
    EXPECT_EQ(shop.vip().in_payout.value, 30'000);
    EXPECT_EQ(shop.vip().available.value, 15'000);
    ASSERT_EQ(shop.vip().payouts.size(), 1U);
    EXPECT_EQ(shop.vip().payouts[0].id.value, 0U) << "it has its number when it is recorded";
    EXPECT_EQ(shop.vip().payouts[0].amount.value, 30'000);
    EXPECT_EQ(shop.vip().payouts[0].requested_at, at("2024-02-01"));
    EXPECT_EQ(shop.fixture.engine().network().payouts(shop.program, {}, 10)->size(), 1U);
    while (shop.fixture.engine().step_sweep()) {
    }
    ASSERT_EQ(shop.vip().payouts.size(), 1U);
    EXPECT_NE(shop.vip().payouts[0].id.value, 0U);
    EXPECT_EQ(shop.vip().payouts[0].amount.value, 30'000);
    EXPECT_TRUE(shop.vip().payouts[0].approved);
    EXPECT_EQ(shop.vip().payouts[0].requested_at, at("2024-02-01"));
    EXPECT_EQ(shop.vip().available.value, 15'000);
    EXPECT_EQ(shop.end_payout(CommandKind::pay_payout, shop.vip().payouts[0].id).refusal, Refusal::none);
    // Below the minimum the next month leaves it.
    shop.fixture.clock().set(at("2024-03-20T00:00:00"));
    while (shop.fixture.engine().step_sweep()) {
    }
    EXPECT_EQ(shop.vip().available.value, 15'000);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Network, S1_22_the_rate_is_by_recruits_of_the_closed_month) {
    model::Program document = lan_toa_program();
    document.network->commission = {{0, 200}, {2, 300}, {3, 500}};
    NetworkShop shop(document);
    const auto commission = [&](const char* number) {
        const std::int64_t before = shop.vip().pending.value;
        shop.sale(number, 1'000'000, model::kNoInstant, "card:2");
        return shop.vip().pending.value - before;
    };
    EXPECT_EQ(commission("A1"), 20'000);
    shop.recruit("card:3");
    EXPECT_EQ(commission("A2"), 20'000);  // the month is not closed
    shop.fixture.clock().set(at("2024-02-01T00:00:00"));
    EXPECT_EQ(shop.vip().recruits_closed_month, 2U);
    EXPECT_EQ(shop.vip().rate_bp, 300);
    EXPECT_EQ(commission("A3"), 30'000);
    // One who was recruited late, in January by its own time, counts there.
    shop.recruit("card:4", "card:1", at("2024-01-31T23:59:59"));
    EXPECT_EQ(commission("A4"), 50'000);
    shop.fixture.clock().set(at("2024-03-01T00:00:00"));
    EXPECT_EQ(commission("A5"), 20'000);  // nobody in February
    // A late sale takes the rate of its own month.
    const std::int64_t before = shop.vip().pending.value + shop.vip().available.value;
    shop.sale("A6", 1'000'000, at("2024-02-29T23:00:00"), "card:2");
    EXPECT_EQ(shop.vip().pending.value + shop.vip().available.value - before, 50'000);
}

TEST(Network, a_return_takes_back_by_difference_whatever_the_pieces) {
    NetworkShop shop;
    shop.sale("A1", 1'019'999, model::kNoInstant, "card:2");
    for (int i = 0; i < 9; ++i) {
        ASSERT_EQ(shop.give_back("R" + std::to_string(i), 110'000, "A1", model::kNoInstant, "card:2").refusal,
                  Refusal::none);
    }
    EXPECT_EQ(shop.points("card:1"), 1);  // of 29,999
    EXPECT_EQ(shop.vip().pending.value, 899);
    shop.give_back("RX", 29'999, "A1", model::kNoInstant, "card:2");
    EXPECT_EQ(shop.points("card:1"), 0);
    EXPECT_EQ(shop.figures("card:1").ranking, 0);
    EXPECT_EQ(shop.vip().pending.value, 0);
    EXPECT_EQ(shop.vip().earned.value, 0);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Network, commission_that_was_paid_out_becomes_debt_of_the_wallet) {
    NetworkShop shop;
    shop.sale("A1", 1'000'000, model::kNoInstant, "card:2");
    shop.wait(8 * kDayMs);
    const auto payout = shop.request_payout();
    shop.end_payout(CommandKind::approve_payout, payout.sequence);
    shop.end_payout(CommandKind::pay_payout, payout.sequence);
    shop.void_sale("V1", "A1");
    EXPECT_EQ(shop.vip().available.value, -30'000);
    EXPECT_EQ(shop.request_payout().refusal, Refusal::insufficient_commission);
    shop.sale("A2", 2'000'000, model::kNoInstant, "card:2");
    shop.wait(8 * kDayMs);
    EXPECT_EQ(shop.vip().available.value, 30'000);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Network, points_of_the_vip_that_are_spent_become_debt_or_are_clamped) {
    NetworkShop shop;
    shop.sale("A1", 1'000'000, model::kNoInstant, "card:2");
    ASSERT_EQ(shop.redeem(50, 0, "card:1").refusal, Refusal::none);
    shop.void_sale("V1", "A1");
    EXPECT_EQ(shop.points("card:1"), -50);

    model::Program document = lan_toa_program();
    document.points.below_zero = model::BelowZero::clamp;
    NetworkShop clamps(document);
    clamps.sale("A1", 1'000'000, model::kNoInstant, "card:2");
    ASSERT_EQ(clamps.redeem(40, 0, "card:1").refusal, Refusal::none);
    clamps.void_sale("V1", "A1");
    EXPECT_EQ(clamps.points("card:1"), 0);
    EXPECT_EQ(clamps.figures("card:1").ranking, 0);
    EXPECT_EQ(clamps.fixture.verify(), "");
}

TEST(Network, a_full_return_undoes_the_vip_whom_that_order_alone_made) {
    NetworkShop shop;
    shop.sale("A1", 10'000'000, model::kNoInstant, "card:2");
    EXPECT_EQ(shop.class_of("card:2"), CustomerClass::vip);
    shop.void_sale("V1", "A1");
    EXPECT_EQ(shop.class_of("card:2"), CustomerClass::member);
    EXPECT_EQ(shop.fixture.view(shop.program, "card:2").vip, shop.customer);

    // Who has a member stays one, and so does who would be one without that order.
    shop.sale("A2", 10'000'000, model::kNoInstant, "card:2");
    shop.recruit("card:3", "card:2");
    shop.void_sale("V2", "A2");
    EXPECT_EQ(shop.class_of("card:2"), CustomerClass::vip);
    EXPECT_EQ(shop.tier("card:2"), "dong");

    shop.recruit("card:4");
    shop.sale("A3", 10'000'000, model::kNoInstant, "card:4");
    shop.sale("A4", 10'000'000, model::kNoInstant, "card:4");
    shop.void_sale("V3", "A3");
    EXPECT_EQ(shop.class_of("card:4"), CustomerClass::vip);
    // A part that comes back leaves the VIP too, who is one for good.
    shop.recruit("card:5");
    shop.sale("A5", 10'000'000, model::kNoInstant, "card:5");
    shop.give_back("R5", 5'000'000, "A5", model::kNoInstant, "card:5");
    EXPECT_EQ(shop.tier("card:5"), "vang");
    EXPECT_EQ(shop.class_of("card:5"), CustomerClass::vip);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Network, the_relation_at_the_time_of_the_order_counts) {
    NetworkShop shop;
    shop.appoint("card:1");
    shop.fixture.enroll(shop.program, "card:9");
    shop.appoint("card:9");
    shop.sale("A1", 1'000'000, model::kNoInstant, "card:2");
    ASSERT_EQ(shop.move("card:2", "card:9").refusal, Refusal::none);
    EXPECT_EQ(shop.vip().members, 0U);
    EXPECT_EQ(shop.vip("card:9").members, 1U);
    EXPECT_EQ(shop.vip("card:9").recruits_this_month, 0U);
    shop.sale("A2", 2'000'000, model::kNoInstant, "card:2");
    EXPECT_EQ(shop.vip().pending.value, 30'000);
    EXPECT_EQ(shop.vip("card:9").pending.value, 60'000);
    shop.void_sale("V1", "A1");
    EXPECT_EQ(shop.vip().pending.value, 0);
    EXPECT_EQ(shop.vip("card:9").pending.value, 60'000);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Network, the_tree_refuses_cycles) {
    NetworkShop shop;
    shop.appoint("card:2");
    shop.recruit("card:3", "card:2");
    shop.appoint("card:3");
    EXPECT_EQ(shop.move("card:1", "card:3").refusal, Refusal::network_cycle);
    EXPECT_EQ(shop.move("card:1", "card:1").refusal, Refusal::network_cycle);
    EXPECT_EQ(shop.move("card:2", "card:1").refusal, Refusal::same_vip);
    EXPECT_EQ(shop.move("card:2", "card:99").refusal, Refusal::unknown_vip);
    shop.fixture.enroll(shop.program, "card:8");
    EXPECT_EQ(shop.move("card:2", "card:8").refusal, Refusal::not_a_vip);
    EXPECT_EQ(shop.move("card:2", "").refusal, Refusal::none);
    EXPECT_EQ(shop.move("card:1", "card:3").refusal, Refusal::none);
    EXPECT_EQ(shop.class_of("card:1"), CustomerClass::vip);
    EXPECT_EQ(shop.move("card:8", "card:3").refusal, Refusal::none);
    EXPECT_EQ(shop.class_of("card:8"), CustomerClass::member);
    EXPECT_EQ(shop.move("card:8", "").refusal, Refusal::none);
    EXPECT_EQ(shop.class_of("card:8"), CustomerClass::retail);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Network, a_vips_own_points_may_lift_tiers_and_are_lost_again) {
    NetworkShop shop;
    shop.sale("A1", 2'000'000, model::kNoInstant, "card:2");
    EXPECT_EQ(shop.tier("card:1"), "bac");  // 100 of the upline
    shop.void_sale("V1", "A1");
    EXPECT_EQ(shop.tier("card:1"), "dong");
}

TEST(Network, wallets_and_classes_survive_crashes_and_checkpoints) {
    model::Program document = lan_toa_program();
    document.network->payout.mode = model::PayoutMode::monthly;
    NetworkShop shop(document);
    shop.sale("A1", 1'000'000, model::kNoInstant, "card:2");
    shop.fixture.commit();
    ASSERT_TRUE(shop.fixture.engine().checkpoint());
    shop.sale("A2", 500'000, model::kNoInstant, "card:2");
    shop.wait(8 * kDayMs);
    const auto payout = shop.request_payout(15'000);
    shop.fixture.commit();
    const auto before = shop.vip();
    shop.fixture.crash_and_reopen();
    EXPECT_EQ(shop.vip().available, before.available);
    EXPECT_EQ(shop.vip().payouts.size(), 1U);
    EXPECT_EQ(shop.fixture.verify(), "");
    shop.fixture.stop_and_reopen();
    EXPECT_EQ(shop.vip().available, before.available);
    EXPECT_EQ(shop.vip().recruits_this_month, before.recruits_this_month);
    EXPECT_EQ(shop.end_payout(CommandKind::approve_payout, payout.sequence).refusal, Refusal::none);
    EXPECT_EQ(shop.fixture.verify(), "");
}

}  // namespace
}  // namespace tim::tests
