// Decisions of the rules where the sources are silent: names, time, holds, redemption, adjustments, programs
// side by side.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/shop.h"

namespace tim::tests {
namespace {

using model::kNoInstant;
using model::Refusal;

// ------------------------------------------------------------------------------------------------ exactly
// once

TEST(Names, a_repeat_gets_the_first_answer) {
    Shop shop;
    const auto first = shop.sale("S", 3'000'000);
    shop.sale("S2", 50'000);
    shop.redeem(10);
    const auto again = shop.sale("S", 3'000'000);
    EXPECT_TRUE(again.duplicate);
    EXPECT_EQ(again.refusal, Refusal::none);
    EXPECT_EQ(again.sequence, first.sequence);
    EXPECT_EQ(again.points, first.points);
    EXPECT_EQ(again.balance, first.balance);
    EXPECT_EQ(again.spendable, first.spendable);
    EXPECT_EQ(again.tier_before, 0);
    EXPECT_EQ(again.tier_after, 1);
    EXPECT_EQ(shop.figures().points, 295);
}

TEST(Names, other_content_is_a_conflict) {
    Shop shop;
    const auto at = shop.now();
    shop.fixture.enroll(shop.program, "card:2");
    shop.sale("S", 10'000);
    EXPECT_EQ(shop.sale("S", 10'001).refusal, Refusal::conflict);
    EXPECT_EQ(shop.sale("S", 10'000, at).refusal, Refusal::conflict);
    EXPECT_EQ(shop.sale("S", 10'000, kNoInstant, "card:2").refusal, Refusal::conflict);
    EXPECT_EQ(shop.sale("S", 10'000, kNoInstant, "").refusal, Refusal::conflict);
    EXPECT_EQ(shop.give_back("S", 10'000).refusal, Refusal::conflict);
    EXPECT_EQ(shop.figures().points, 1);
}

TEST(Names, another_key_of_the_same_customer_is_the_same_content) {
    Shop shop;
    const auto enrolled = shop.fixture.execute(make_enroll(
        shop.program, request(1), {"phone:+84 901 234 567", "email:An@Example.vn"}, kNoInstant, "An"));
    ASSERT_EQ(enrolled.refusal, Refusal::none);
    const auto first = shop.sale("S", 10'000, kNoInstant, "phone:+84901234567");
    EXPECT_EQ(first.customer, enrolled.customer);
    EXPECT_TRUE(shop.sale("S", 10'000, kNoInstant, "email:AN@example.VN").duplicate);
    EXPECT_TRUE(shop.sale("S", 10'000, kNoInstant, "phone:0084 (901) 234.567").duplicate);
    EXPECT_TRUE(shop.sale("S", 10'000, kNoInstant, fmt::format("id:{}", enrolled.customer.value)).duplicate);
    EXPECT_EQ(shop.sale("S", 10'000).refusal, Refusal::conflict);
    EXPECT_TRUE(shop.fixture
                    .execute(make_enroll(shop.program, request(1),
                                         {"phone:+84 901 234 567", "email:An@Example.vn"}, kNoInstant, "An"))
                    .duplicate);
    EXPECT_EQ(shop.fixture
                  .execute(make_enroll(shop.program, request(1), {"phone:+84 901 234 567"}, kNoInstant, "An"))
                  .refusal,
              Refusal::conflict);
}

TEST(Names, a_refused_name_is_free) {
    Shop shop;
    EXPECT_EQ(shop.sale("S", 10'000, kNoInstant, "card:nobody").refusal, Refusal::unknown_customer);
    EXPECT_EQ(shop.sale("S", 20'000).refusal, Refusal::none);
}

TEST(Names, of_terminals_and_programs_do_not_meet) {
    Shop shop;
    const auto other = shop.fixture.put(nhanh_program("other"));
    shop.fixture.enroll(other, "card:1");
    shop.sale("S", 10'000);
    EXPECT_FALSE(shop.fixture.execute(make_sale(shop.program, receipt(2, "S"), "card:1", 10'000)).duplicate);
    EXPECT_FALSE(shop.fixture.execute(make_sale(other, receipt(1, "S"), "card:1", 10'000)).duplicate);
    EXPECT_EQ(shop.figures().points, 2);
    EXPECT_EQ(shop.fixture.show(other, "card:1").points, 1);
}

TEST(Names, the_name_is_judged_before_the_time) {
    Shop shop;
    const auto at = shop.now();
    shop.sale("S", 10'000, at);
    shop.wait(100 * kDayMs);
    EXPECT_TRUE(shop.sale("S", 10'000, at).duplicate);
    EXPECT_EQ(shop.sale("S", 10'001, at).refusal, Refusal::conflict);
}

TEST(Names, survive_a_crash_and_a_restart) {
    Shop shop;
    const auto first = shop.sale("S", 10'000);
    shop.fixture.commit();
    shop.fixture.crash_and_reopen();
    EXPECT_TRUE(shop.sale("S", 10'000).duplicate);
    shop.fixture.stop_and_reopen();
    const auto again = shop.sale("S", 10'000);
    EXPECT_TRUE(again.duplicate);
    EXPECT_EQ(again.sequence, first.sequence);
    EXPECT_EQ(again.balance, first.balance);
    EXPECT_EQ(shop.sale("S", 10'001).refusal, Refusal::conflict);
}

TEST(Names, what_was_not_durable_never_happened) {
    Shop shop;
    shop.fixture.commit();
    const auto lost = shop.sale("S", 10'000);
    EXPECT_GT(lost.depends_on, shop.fixture.engine().durable());
    shop.fixture.crash_and_reopen();
    EXPECT_EQ(shop.figures().points, 0);
    const auto again = shop.sale("S", 20'000);
    EXPECT_EQ(again.refusal, Refusal::none);
    EXPECT_FALSE(again.duplicate);
}

// ------------------------------------------------------------------------------------------------ holds

TEST(Holds, capture_takes_a_part_and_frees_the_rest) {
    Shop shop;
    shop.adjust(100);
    const auto hold = shop.hold(60);
    EXPECT_EQ(hold.held.value, 60);
    EXPECT_EQ(hold.spendable.value, 40);
    EXPECT_EQ(hold.balance.value, 100);
    EXPECT_EQ(shop.redeem(41).refusal, Refusal::insufficient_points);
    const auto captured = shop.capture(hold.sequence, 25);
    EXPECT_EQ(captured.customer, shop.customer);
    EXPECT_EQ(captured.points.value, -25);
    EXPECT_EQ(captured.balance.value, 75);
    EXPECT_EQ(captured.held.value, 0);
    EXPECT_EQ(captured.spendable.value, 75);
    EXPECT_EQ(shop.release(hold.sequence).refusal, Refusal::hold_captured);
}

TEST(Holds, capture_of_zero_takes_all) {
    Shop shop;
    shop.adjust(100);
    EXPECT_EQ(shop.capture(shop.hold(60).sequence).balance.value, 40);
}

TEST(Holds, time_out_by_themselves) {
    Shop shop;
    shop.adjust(100);
    const auto hold = shop.hold(60, 1'000);
    shop.wait(999);
    EXPECT_EQ(shop.figures().held, 60);
    shop.wait(1);
    EXPECT_EQ(shop.figures().held, 0);
    EXPECT_EQ(shop.figures().spendable, 100);
    EXPECT_EQ(shop.capture(hold.sequence).refusal, Refusal::hold_expired);
    EXPECT_EQ(shop.hold(100).refusal, Refusal::none);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Holds, last_15_minutes_unless_told_and_7_days_at_most) {
    Shop shop;
    shop.adjust(100);
    shop.hold(1);
    shop.wait(15 * kMinuteMs - 1);
    EXPECT_EQ(shop.figures().held, 1);
    shop.wait(1);
    EXPECT_EQ(shop.figures().held, 0);
    EXPECT_EQ(shop.hold(1, 7 * kDayMs).refusal, Refusal::none);
    EXPECT_EQ(shop.hold(1, 7 * kDayMs + 1).refusal, Refusal::invalid_time);
    EXPECT_EQ(shop.hold(1, -1).refusal, Refusal::invalid_time);
}

TEST(Holds, run_from_their_at_and_begin_before_they_end) {
    Shop shop;
    shop.adjust(100);
    const auto hold = [&](std::uint64_t name, std::int64_t ago_ms, std::int64_t ttl_ms) {
        return shop.fixture.execute(
            make_hold(shop.program, request(name), "card:1", 10, ttl_ms, {shop.now().value - ago_ms}));
    };
    EXPECT_EQ(hold(1, kMinuteMs, kMinuteMs).refusal, Refusal::invalid_time);
    EXPECT_EQ(hold(1, 15 * kMinuteMs, 0).refusal, Refusal::invalid_time) << "15 minutes unless told";
    EXPECT_EQ(hold(1, kHourMs, 1).refusal, Refusal::invalid_time);
    EXPECT_EQ(shop.figures().held, 0);
    const auto open = hold(1, kMinuteMs, kMinuteMs + 1);
    EXPECT_EQ(open.refusal, Refusal::none);
    EXPECT_EQ(open.held.value, 10);
    // Its name gets the first answer for ever, also once it is over.
    const model::Instant at{shop.now().value - kMinuteMs};
    shop.wait(1);
    EXPECT_EQ(shop.figures().held, 0);
    EXPECT_TRUE(
        shop.fixture.execute(make_hold(shop.program, request(1), "card:1", 10, kMinuteMs + 1, at)).duplicate);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Holds, with_the_clock_of_events_a_late_one_is_judged_by_the_latest_seen) {
    Shop shop(nhanh_program(), EngineFixture::stepped(runtime::TimeSource::events));
    const model::Instant seen{kMonday.value + kDayMs};
    ASSERT_EQ(shop.sale("S", 1'000'000, seen).refusal, Refusal::none);
    const auto hold = [&](std::uint64_t name, std::int64_t at_ms) {
        return shop.fixture.execute(make_hold(shop.program, request(name), "card:1", 5, kMinuteMs, {at_ms}))
            .refusal;
    };
    EXPECT_EQ(hold(1, seen.value - kMinuteMs), Refusal::invalid_time);
    EXPECT_EQ(hold(1, seen.value - kMinuteMs + 1), Refusal::none);
    EXPECT_EQ(hold(2, seen.value + kDayMs), Refusal::none) << "its own at moves now";
    EXPECT_EQ(shop.figures().held, 5);
}

TEST(Holds, survive_a_restart) {
    Shop shop;
    shop.adjust(100);
    const auto hold = shop.hold(60);
    shop.fixture.stop_and_reopen();
    EXPECT_EQ(shop.figures().held, 60);
    EXPECT_EQ(shop.capture(hold.sequence, 10).balance.value, 90);
    shop.fixture.commit();
    shop.fixture.crash_and_reopen();
    EXPECT_EQ(shop.capture(hold.sequence, 10).refusal, Refusal::hold_captured);
}

TEST(Holds, the_sweep_settles_those_nobody_touches) {
    Shop shop;
    shop.adjust(100);
    shop.hold(60, 1'000);
    shop.wait(kHourMs);
    while (shop.fixture.engine().step_sweep()) {
    }
    shop.fixture.commit();
    const auto history =
        shop.fixture.engine().history(shop.program, {model::KeyKind::id, shop.customer, {}}, {}, 1);
    ASSERT_TRUE(history.has_value());
    ASSERT_EQ(history->size(), 1U);
    EXPECT_EQ(history->front().stored.fact.type, model::FactType::hold_expired);
}

TEST(Holds, of_another_program_are_unknown) {
    Shop shop;
    shop.adjust(100);
    const auto hold = shop.hold(10);
    const auto other = shop.fixture.put(nhanh_program("other"));
    EXPECT_EQ(shop.fixture.execute(make_capture(other, request(5), hold.sequence)).refusal,
              Refusal::unknown_hold);
}

// ------------------------------------------------------------------------------------------------ redeeming

TEST(Redeem, an_amount_costs_its_worth_rounded_up) {
    Shop shop;  // 1 point is worth 1,000
    shop.adjust(100);
    const auto outcome = shop.redeem(0, 1'001);
    EXPECT_EQ(outcome.points.value, -2);
    EXPECT_EQ(outcome.balance.value, 98);
    EXPECT_EQ(shop.redeem(0, 2'000).points.value, -2);
}

TEST(Redeem, needs_points_or_an_amount) {
    Shop shop;
    shop.adjust(100);
    EXPECT_EQ(shop.redeem(0).refusal, Refusal::invalid_points);
    EXPECT_EQ(shop.redeem(5, 5).refusal, Refusal::invalid_points);
    EXPECT_EQ(shop.figures().points, 100);
}

TEST(Redeem, an_amount_without_a_rate_is_refused) {
    model::Program program = nhanh_program();
    program.points.redeem.reset();
    Shop shop(program);
    shop.adjust(100);
    EXPECT_EQ(shop.redeem(0, 1'000).refusal, Refusal::invalid_command);
}

TEST(Redeem, under_a_receipt) {
    Shop shop;
    shop.adjust(100);
    const auto redeem = make_redeem(shop.program, receipt(1, "T"), "card:1", 30);
    EXPECT_EQ(shop.fixture.execute(redeem).refusal, Refusal::none);
    EXPECT_TRUE(shop.fixture.execute(redeem).duplicate);
    EXPECT_EQ(shop.give_back("R", 1, "T").refusal, Refusal::not_a_sale);
}

// ------------------------------------------------------------------------------------------------ adjusting

TEST(Adjust, counts_as_ranking_only_when_asked) {
    Shop shop;
    shop.adjust(10);
    EXPECT_EQ(shop.figures().ranking, 0);
    shop.adjust(5, 0, true);
    EXPECT_EQ(shop.figures().ranking, 5);
    EXPECT_EQ(shop.figures().points, 15);
}

TEST(Adjust, takes_no_more_than_is_free) {
    Shop shop;
    shop.adjust(10);
    shop.hold(4);
    const auto refused = shop.adjust(-7);
    EXPECT_EQ(refused.refusal, Refusal::insufficient_points);
    EXPECT_EQ(refused.detail, 6);
    EXPECT_EQ(shop.adjust(-6).refusal, Refusal::none);
}

TEST(Adjust, spend_counts_in_its_month) {
    Shop shop;  // January 15th
    shop.adjust(0, 1'000, false, {shop.now().value - 20 * kDayMs});
    EXPECT_EQ(shop.figures().month, 0);
    EXPECT_EQ(shop.figures().lifetime, 1'000);
    shop.adjust(0, -300);
    EXPECT_EQ(shop.figures().month, -300);
}

// ------------------------------------------------------------------------------------------------ time,
// money

TEST(Time, months_begin_by_the_programs_zone) {
    Shop shop;
    // 2024-02-01T00:00+07:00 is January 31st, 17:00 UTC.
    const std::int64_t february_ms = 1'706'720'400'000;
    shop.fixture.clock().set({february_ms - 1});
    shop.sale("S1", 10'000);
    EXPECT_EQ(shop.figures().month, 10'000);
    shop.wait(1);
    EXPECT_EQ(shop.figures().month, 0);
    shop.sale("S2", 500);
    shop.sale("S3", 70, {february_ms - 1});
    EXPECT_EQ(shop.figures().month, 500);
    EXPECT_EQ(shop.figures().lifetime, 10'570);
}

TEST(Time, with_the_clock_of_events_now_is_the_latest_seen) {
    Shop shop(nhanh_program(), EngineFixture::stepped(runtime::TimeSource::events));
    // Card 1 was enrolled when nothing had been seen: by the wall clock. Another program has its own time.
    const model::Instant old{kMonday.value - 4'000 * kDayMs};
    shop.program = shop.fixture.put(nhanh_program("old"));
    ASSERT_EQ(shop.fixture.execute(make_enroll(shop.program, request(1), {Shop::kCustomer}, old)).refusal,
              Refusal::none);
    EXPECT_EQ(shop.sale("S1", 100'000, old).refusal, Refusal::none);
    const auto hold = shop.hold(5, kMinuteMs);
    EXPECT_EQ(shop.figures().held, 5);
    // Nothing is too late, and the past does not move now.
    EXPECT_EQ(shop.sale("S2", 100'000, {old.value - 1'000 * kDayMs}).refusal, Refusal::none);
    EXPECT_EQ(shop.figures().held, 5);
    EXPECT_EQ(shop.sale("S3", 1, {old.value + kMinuteMs}, "").refusal, Refusal::none);
    EXPECT_EQ(shop.figures().held, 0);
    EXPECT_EQ(shop.capture(hold.sequence).refusal, Refusal::hold_expired);
    EXPECT_EQ(shop.sale("S4", 1, {kMonday.value + 4'000 * kDayMs}).refusal, Refusal::none);
}

TEST(Money, anonymous_sales_are_counted_and_earn_nothing) {
    Shop shop;
    const auto outcome = shop.sale("S", 50'000, kNoInstant, "");
    EXPECT_EQ(outcome.refusal, Refusal::none);
    EXPECT_EQ(outcome.customer.value, 0U);
    EXPECT_EQ(outcome.points.value, 0);
    EXPECT_TRUE(shop.sale("S", 50'000, kNoInstant, "").duplicate);
    EXPECT_EQ(shop.figures().orders, 0U);
}

TEST(Money, a_balance_says_what_an_amount_would_earn) {
    Shop shop;
    shop.sale("S", 3'000'000);
    const auto outcome = shop.balance(25'000);
    EXPECT_EQ(outcome.points.value, 2);
    EXPECT_EQ(outcome.balance.value, 300);
    EXPECT_EQ(outcome.lifetime_spend.value, 3'000'000);
    EXPECT_EQ(outcome.tier_after, 1);
    EXPECT_EQ(shop.figures().points, 300);
}

TEST(Programs, a_new_version_moves_everyone_at_once) {
    Shop shop;
    shop.sale("S", 5'000'000);
    EXPECT_EQ(shop.tier(), "bac");
    model::Program stricter = nhanh_program();
    stricter.tiers[1].min = 5'000'001;
    stricter.tiers[0].max = 5'000'000;
    shop.fixture.put(stricter);
    EXPECT_EQ(shop.tier(), "dong");
    const auto sold = shop.sale("S2", 1);
    EXPECT_EQ(sold.version.value, 2);
    EXPECT_EQ(sold.tier_before, 0);
    EXPECT_EQ(sold.tier_after, 1);
}

TEST(Programs, a_version_of_tomorrow_waits) {
    Shop shop;
    model::Program doubled = nhanh_program();
    doubled.points.earn.points.value = 2;
    const model::Instant tomorrow{shop.now().value + kDayMs};
    ASSERT_EQ(shop.fixture.execute(make_put_program(request(3), doubled, tomorrow)).refusal, Refusal::none);
    EXPECT_EQ(shop.sale("S1", 10'000).points.value, 1);
    shop.fixture.clock().set(tomorrow);
    EXPECT_EQ(shop.sale("S2", 10'000).points.value, 2);
    EXPECT_EQ(shop.sale("S3", 10'000, {tomorrow.value - 1}).points.value, 1);
}

}  // namespace
}  // namespace tim::tests
