// Points that expire and points that are pending (design rules, section 3: Points lots, Earning, Returns,
// Holds).
#include <gmock/gmock.h>

#include "tests/support/shop.h"

namespace tim::tests {
namespace {

using model::FactType;
using model::Refusal;

/// The clock of tests stands at 2024-01-15T11:00 in Hanoi.
constexpr std::int64_t kHanoi = -7 * kHourMs;

/// Local midnight of a day in 2024, counted from 1 January.
model::Instant day_of_2024(int day) {
    return {1'704'067'200'000 + kHanoi + (day - 1) * kDayMs};
}
const model::Instant kFebruary = day_of_2024(32);
const model::Instant kMarch = day_of_2024(61);
const model::Instant kApril = day_of_2024(92);

model::Program dated(std::int32_t months, std::int32_t pending_days = 0) {
    model::Program program = nhanh_program();
    if (months > 0) program.points.expiry = {model::ExpiryPolicy::months, months, 0};
    program.points.pending_days = pending_days;
    program.points.late_days = 400;
    program.points.return_days = 800;
    return program;
}

void go_to(Shop& shop, model::Instant at) {
    shop.wait(at.value - shop.now().value);
}

TEST(Lots, expire_at_the_end_of_the_month_that_lies_so_many_months_on) {
    Shop shop(dated(2));
    shop.sale("A", 100'000);
    EXPECT_EQ(shop.figures().next_expiry, kApril.value);
    EXPECT_EQ(shop.figures().expiring, 10);
    go_to(shop, {kFebruary.value});
    shop.sale("B", 50'000);
    go_to(shop, {kApril.value - 1});
    EXPECT_EQ(shop.figures().points, 15);
    EXPECT_EQ(shop.balance().spendable.value, 15);
    go_to(shop, kApril);
    EXPECT_EQ(shop.figures().points, 5);
    EXPECT_EQ(shop.balance().balance.value, 5);
    EXPECT_EQ(shop.balance().spendable.value, 5);
    EXPECT_EQ(shop.figures().ranking, 15);
    EXPECT_EQ(shop.redeem(6).refusal, Refusal::insufficient_points);
    EXPECT_EQ(shop.redeem(5).balance.value, 0);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Lots, expire_at_the_end_of_a_year) {
    model::Program program = dated(0);
    program.points.expiry = {model::ExpiryPolicy::year_end, 0, 1};
    Shop shop(program);
    shop.sale("A", 100'000);
    const model::Instant in_2026{day_of_2024(1).value + (366 + 365) * kDayMs};
    EXPECT_EQ(shop.figures().next_expiry, in_2026.value);
    go_to(shop, {in_2026.value - 1});
    EXPECT_EQ(shop.figures().points, 10);
    go_to(shop, in_2026);
    EXPECT_EQ(shop.figures().points, 0);
}

TEST(Lots, never_expire_unless_the_program_says_so) {
    Shop shop;
    shop.sale("A", 100'000);
    EXPECT_EQ(shop.figures().next_expiry, INT64_MIN);
    shop.wait(2'000 * kDayMs);
    EXPECT_EQ(shop.figures().points, 10);
}

TEST(Lots, spending_takes_the_earliest_expiry_first_and_what_never_expires_last) {
    Shop shop(dated(1));
    shop.sale("A", 100'000);  // to the end of February
    go_to(shop, kFebruary);
    shop.sale("B", 200'000);  // of March
    model::Program never = dated(0);
    never.name = "without expiry";
    shop.fixture.put(never);
    shop.sale("C", 300'000);
    EXPECT_EQ(shop.redeem(12).balance.value, 48);
    EXPECT_EQ(shop.figures().next_expiry, kApril.value);
    EXPECT_EQ(shop.figures().expiring, 18);
    EXPECT_EQ(shop.redeem(20).balance.value, 28);
    EXPECT_EQ(shop.figures().next_expiry, INT64_MIN);
    go_to(shop, kApril);
    EXPECT_EQ(shop.figures().points, 28);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Lots, pending_points_count_for_tiers_at_once_and_are_spendable_after_the_days) {
    model::Program program = dated(1, 7);
    program.tiering.criterion = model::Criterion::lifetime_ranking_points;
    program.tiers = {program.tiers[0], program.tiers[1]};
    program.tiers[0].max.reset();
    program.tiers[1].max.reset();
    program.tiers[1].min = 10;
    Shop shop(program);
    const auto sold = shop.sale("A", 100'000);
    EXPECT_EQ(sold.points.value, 10);
    EXPECT_EQ(sold.balance.value, 0);
    EXPECT_EQ(sold.spendable.value, 0);
    EXPECT_EQ(sold.tier_after, 1);
    EXPECT_EQ(shop.figures().pending, 10);
    EXPECT_EQ(shop.figures().ranking, 10);
    EXPECT_EQ(shop.figures().expiring, 10);  // counted from the sale
    EXPECT_EQ(shop.figures().next_expiry, kMarch.value);
    EXPECT_EQ(shop.redeem(1).refusal, Refusal::insufficient_points);
    shop.wait(7 * kDayMs - 1);
    EXPECT_EQ(shop.figures().points, 0);
    shop.wait(1);
    EXPECT_EQ(shop.figures().points, 10);
    EXPECT_EQ(shop.figures().pending, 0);
    EXPECT_EQ(shop.balance().spendable.value, 10);
    EXPECT_EQ(shop.redeem(4).balance.value, 6);
    EXPECT_EQ(shop.figures().next_expiry, kMarch.value);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Lots, a_late_sale_is_dated_from_its_day) {
    Shop shop(dated(1, 7));
    // Eight days ago: spendable; last October's: gone by the end of November.
    EXPECT_EQ(shop.sale("A", 100'000, {shop.now().value - 8 * kDayMs}).balance.value, 10);
    const auto old = shop.sale("B", 50'000, {shop.now().value - 90 * kDayMs});
    EXPECT_EQ(old.points.value, 5);
    EXPECT_EQ(old.balance.value, 10);
    EXPECT_EQ(shop.figures().points, 10);
    EXPECT_EQ(shop.figures().ranking, 15);
    const auto again = shop.sale("B", 50'000, {shop.now().value - 90 * kDayMs});
    EXPECT_TRUE(again.duplicate);
    EXPECT_EQ(again.balance.value, 10);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Lots, a_hold_pins_what_it_took) {
    Shop shop(dated(1));
    shop.sale("A", 100'000);
    go_to(shop, {kMarch.value - kHourMs});
    const auto captured = shop.hold(4, kDayMs).sequence;
    const auto released = shop.hold(3, kDayMs).sequence;
    const auto timed_out = shop.hold(2, 2 * kHourMs).sequence;
    EXPECT_EQ(shop.figures().expiring, 1);
    go_to(shop, kMarch);
    EXPECT_EQ(shop.figures().points, 9);  // what is held has not expired
    EXPECT_EQ(shop.figures().spendable, 0);
    EXPECT_EQ(shop.capture(captured, 3).balance.value, 5);  // and the fourth, freed, is gone
    EXPECT_EQ(shop.release(released).balance.value, 2);
    shop.wait(2 * kHourMs);
    EXPECT_EQ(shop.figures().points, 0);
    EXPECT_EQ(shop.capture(timed_out).refusal, Refusal::hold_expired);
    EXPECT_EQ(shop.figures().points, 0);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Lots, returns_take_the_sales_own_points_first) {
    Shop shop(dated(2));
    shop.sale("A", 100'000);  // to the end of March
    go_to(shop, kFebruary);
    shop.sale("B", 200'000);  // to the end of April
    EXPECT_EQ(shop.give_back("R1", 150'000, "B").points.value, -15);
    EXPECT_EQ(shop.figures().expiring, 10);
    EXPECT_EQ(shop.figures().next_expiry, kApril.value);
    shop.hold(5, kDayMs);  // of A's
    shop.redeem(8);        // the rest of A's, three of B's
    EXPECT_EQ(shop.give_back("R2", 50'000, "B").points.value, -5);
    // Two were left of B's; the rest becomes debt, for what is held stays held.
    EXPECT_EQ(shop.figures().points, 2);
    EXPECT_EQ(shop.figures().held, 5);
    EXPECT_EQ(shop.figures().next_expiry, INT64_MIN);
    EXPECT_EQ(shop.sale("C", 40'000).balance.value, 6);
    EXPECT_EQ(shop.figures().expiring, 1);  // three of the four pay the debt
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Lots, returns_take_what_is_pending_before_what_is_not) {
    Shop shop(dated(0, 7));
    shop.adjust(100);
    shop.sale("A", 100'000);
    const auto part = shop.give_back("R1", 40'000, "A");
    EXPECT_EQ(part.points.value, -4);
    EXPECT_EQ(part.balance.value, 100);
    EXPECT_EQ(shop.figures().pending, 6);
    EXPECT_EQ(shop.figures().ranking, 6);
    EXPECT_EQ(shop.void_sale("V", "A").refusal, Refusal::already_returned);
    EXPECT_EQ(shop.give_back("R2", 60'000, "A").points.value, -6);
    EXPECT_EQ(shop.figures().pending, 0);
    EXPECT_EQ(shop.figures().points, 100);
    EXPECT_EQ(shop.figures().ranking, 0);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Lots, debt_absorbs_what_matures) {
    Shop shop(dated(2, 7));
    shop.sale("A", 100'000);
    shop.wait(8 * kDayMs);
    shop.redeem(10);
    shop.give_back("R", 100'000, "A");
    EXPECT_EQ(shop.figures().points, -10);
    shop.sale("B", 150'000);
    EXPECT_EQ(shop.figures().points, -10);
    EXPECT_EQ(shop.figures().pending, 15);
    shop.wait(7 * kDayMs);
    EXPECT_EQ(shop.figures().points, 5);
    EXPECT_EQ(shop.figures().expiring, 5);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Lots, what_a_return_restores_keeps_its_expiry) {
    Shop shop(dated(1));
    shop.sale("A", 100'000);  // to the end of February
    go_to(shop, kFebruary);
    shop.sale("B", 50'000);  // to the end of March
    const Figures before = shop.figures();
    const auto hold = shop.hold(12, kDayMs).sequence;
    const auto sold = shop.sale_with("C", 200'000, hold);
    EXPECT_EQ(sold.balance.value, 23);
    const auto effects = shop.fixture.engine().effects(sold.sequence);
    ASSERT_EQ(effects.size(), 4U);
    EXPECT_EQ(effects[2].type, FactType::lot_spent);
    EXPECT_EQ(effects[2].points.value, -10);
    EXPECT_EQ(effects[3].points.value, -2);
    EXPECT_EQ(shop.void_sale("V", "C").balance.value, 15);
    EXPECT_EQ(shop.figures(), before);
    EXPECT_EQ(shop.figures().expiring, 10);

    // Once they have expired, they are restored to expire.
    shop.sale_with("D", 200'000, shop.hold(12, kDayMs).sequence);
    go_to(shop, kMarch);
    EXPECT_EQ(shop.void_sale("W", "D").balance.value, 5);
    EXPECT_EQ(shop.figures().expiring, 5);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Lots, what_had_expired_as_a_late_sale_was_recorded_is_no_debt_when_it_comes_back) {
    for (const auto below_zero : {model::BelowZero::debt, model::BelowZero::clamp}) {
        model::Program program = dated(1);
        program.points.below_zero = below_zero;
        program.tiers[1].upgrade_bonus.value = 50;
        Shop shop(program);
        shop.wait(200 * kDayMs);
        const model::Instant late{shop.now().value - 120 * kDayMs};
        shop.adjust(5);
        shop.sale("A", 3'050'000, late);
        EXPECT_EQ(shop.figures().points, 5) << "305 points, and a bonus of 50, that nobody could spend";
        EXPECT_EQ(shop.figures().ranking, 355);
        EXPECT_EQ(shop.give_back("R1", 30'000, "A").balance.value, 5);
        EXPECT_EQ(shop.give_back("R2", 1'000'000, "A").balance.value, 5) << "the tier is lost, the bonus too";
        EXPECT_EQ(shop.tier(), "dong");
        EXPECT_EQ(shop.void_sale("V1", "A").refusal, Refusal::already_returned);
        EXPECT_EQ(shop.give_back("R3", 2'020'000, "A").balance.value, 5);
        EXPECT_EQ(shop.figures().points, 5);
        EXPECT_EQ(shop.figures().ranking, 0);
        EXPECT_EQ(shop.fixture.verify(), "");
    }
}

TEST(Lots, a_debt_that_a_late_sale_paid_is_back_with_its_return) {
    Shop shop(dated(1));
    shop.wait(200 * kDayMs);
    shop.fixture.execute(make_return(shop.program, receipt(1, "R0"), Shop::kCustomer, 40'000, {}));
    EXPECT_EQ(shop.figures().points, -4);
    shop.sale("A", 100'000, {shop.now().value - 120 * kDayMs});
    EXPECT_EQ(shop.figures().points, 0) << "four pay the debt, six had expired";
    EXPECT_EQ(shop.give_back("R1", 50'000, "A").balance.value, 0) << "of those that had expired";
    EXPECT_EQ(shop.give_back("R2", 50'000, "A").balance.value, -4);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Lots, what_a_redemption_took_is_restored_with_its_expiry) {
    Shop shop(dated(1));
    shop.sale("A", 100'000);
    go_to(shop, kFebruary);
    shop.sale("B", 50'000);
    const Figures before = shop.figures();
    shop.sale("C", 10'000);
    shop.redeem_in("C", 3);
    shop.redeem_in("C", 9);
    EXPECT_EQ(shop.figures().expiring, 4);
    EXPECT_EQ(shop.void_sale("V", "C").refusal, Refusal::none);
    EXPECT_EQ(shop.figures(), before);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Lots, bonuses_and_gifts_expire_and_are_never_pending) {
    model::Program program = dated(1, 7);
    program.tiers[1].upgrade_bonus.value = 7;
    Shop shop(program);
    EXPECT_EQ(shop.adjust(100).balance.value, 100);
    EXPECT_EQ(shop.sale("A", 3'000'000).balance.value, 107);
    EXPECT_EQ(shop.figures().pending, 300);
    EXPECT_EQ(shop.figures().expiring, 407);
    go_to(shop, kMarch);
    EXPECT_EQ(shop.figures().points, 0);
    EXPECT_EQ(shop.figures().ranking, 307);
}

TEST(Lots, a_full_return_leaves_everything_as_before) {
    Shop shop(dated(3, 7));
    shop.sale("A", 100'000);
    shop.wait(10 * kDayMs);
    shop.sale("B", 70'000);
    const Figures before = shop.figures();
    shop.sale("C", 1'000'000);
    shop.give_back("R1", 333'333, "C");
    shop.wait(1);
    shop.give_back("R2", 666'667, "C");
    EXPECT_EQ(shop.figures(), before);
    shop.sale("D", 1'000'000, {shop.now().value - 20 * kDayMs});
    EXPECT_EQ(shop.void_sale("V", "D").refusal, Refusal::none);
    EXPECT_EQ(shop.figures(), before);
}

TEST(Lots, the_sweep_records_what_nobody_touches) {
    Shop shop(dated(1, 7));
    shop.sale("A", 100'000);
    go_to(shop, kMarch);
    EXPECT_TRUE(shop.fixture.engine().step_sweep());
    const auto history = shop.fixture.engine().history(shop.program, {model::KeyKind::card, {}, "1"}, {}, 10);
    ASSERT_TRUE(history);
    ASSERT_GE(history->size(), 2U);
    EXPECT_EQ((*history)[0].stored.fact.type, FactType::points_expired);
    EXPECT_EQ((*history)[0].stored.fact.at, kMarch);
    EXPECT_EQ((*history)[0].stored.fact.points.value, -10);
    EXPECT_EQ((*history)[1].stored.fact.type, FactType::points_matured);
    EXPECT_FALSE(shop.fixture.engine().step_sweep());
    EXPECT_EQ(shop.figures().points, 0);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Lots, survive_restarts_and_crashes) {
    Shop shop(dated(2, 7));
    shop.sale("A", 100'000);
    shop.wait(8 * kDayMs);
    const auto hold = shop.hold(4, 7 * kDayMs).sequence;
    shop.sale("B", 50'000);
    const Figures before = shop.figures();
    shop.fixture.stop_and_reopen();
    EXPECT_EQ(shop.figures(), before);
    EXPECT_EQ(shop.fixture.verify(), "");
    shop.sale("C", 10'000);
    shop.fixture.commit();
    shop.fixture.crash_and_reopen();
    EXPECT_EQ(shop.figures().pending, 6);
    EXPECT_EQ(shop.capture(hold).balance.value, 6);
    go_to(shop, kApril);
    EXPECT_TRUE(shop.fixture.engine().step_sweep());
    EXPECT_EQ(shop.figures().points, 0);
    EXPECT_EQ(shop.fixture.verify(), "");
}

}  // namespace
}  // namespace tim::tests
