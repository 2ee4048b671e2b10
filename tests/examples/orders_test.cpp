// Web orders (S1.3, S2.2; rules.md, Orders): placed, changed, completed or cancelled. `ctest -R S2_2`.
#include <gmock/gmock.h>

#include "engine/runtime/network_queries.h"
#include "tests/support/order_shop.h"

namespace tim::tests {
namespace {

using model::CommandKind;
using model::FactType;
using model::Instant;
using model::kNoInstant;
using model::Name;
using model::OrderPhase;
using model::Refusal;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto at = hanoi;

// ------------------------------------------------------------------------------------ what an order is worth

TEST(Orders, S2_2_a_web_order_earns_when_it_is_completed) {
    OrderShop shop;
    const Figures before = shop.figures();
    const auto placed = shop.place("W1", 95'000);
    EXPECT_EQ(placed.refusal, Refusal::none);
    EXPECT_EQ(placed.points.value, 0);
    EXPECT_EQ(placed.balance.value, 0);
    Figures waiting = shop.figures();
    EXPECT_EQ(waiting.orders_pending, 1U);
    EXPECT_EQ(waiting.orders_pending_amount, 95'000);
    waiting.orders_pending = 0;
    waiting.orders_pending_amount = 0;
    EXPECT_EQ(waiting, before) << "nothing is earned, spent or counted yet";
    EXPECT_EQ(shop.shown().orders_pending, 1U);
    EXPECT_EQ(shop.shown().orders_pending_amount, model::Money{95'000});
    EXPECT_EQ(shop.shown().orders_pending_points.value, 9);

    const auto completed = shop.complete("W1");
    EXPECT_EQ(completed.refusal, Refusal::none);
    EXPECT_EQ(completed.points.value, 9);
    EXPECT_EQ(completed.balance.value, 9);
    EXPECT_EQ(shop.figures().points, 9);
    EXPECT_EQ(shop.figures().lifetime, 95'000);
    EXPECT_EQ(shop.figures().orders, 1U);
    EXPECT_EQ(shop.shown().orders_pending, 0U);
    EXPECT_EQ(shop.shown().orders_pending_points.value, 0);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Orders, S2_2_a_cancelled_order_earns_nothing) {
    OrderShop shop;
    const Figures before = shop.figures();
    shop.place("W1", 95'000);
    EXPECT_EQ(shop.cancel("W1").refusal, Refusal::none);
    EXPECT_EQ(shop.figures(), before);
    EXPECT_EQ(shop.shown().orders_pending, 0U);
    EXPECT_EQ(shop.complete("W1").refusal, Refusal::order_cancelled);
    EXPECT_EQ(shop.figures(), before);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Orders, S2_2_the_completion_prices_the_order) {
    OrderShop shop;
    shop.fixture.clock().set(at("2024-01-10"));
    shop.place("W1", 100'000);
    shop.place("W2", 100'000);
    shop.place("W3", 100'000);
    EXPECT_EQ(shop.shown().orders_pending_points.value, 30);
    model::Program doubled = nhanh_program();
    doubled.points.earn.points = {2};
    doubled.tiers[1].multiplier_bp = 15'000;
    ASSERT_EQ(shop.fixture.execute(make_put_program(request(77), doubled, at("2024-01-20"))).refusal,
              Refusal::none);
    shop.fixture.clock().set(at("2024-01-25"));
    EXPECT_EQ(shop.shown().orders_pending_points.value, 60) << "what they would earn now";
    const auto late = shop.complete("W1", {}, {}, {}, at("2024-01-15"));
    EXPECT_EQ(late.points.value, 10) << "a late completion by the version of its own instant";
    EXPECT_EQ(shop.complete("W2").points.value, 20);
    shop.sale("A1", 3'000'000);
    EXPECT_EQ(shop.tier(), "bac");
    EXPECT_EQ(shop.complete("W3").points.value, 30) << "by the tier held when it is completed";
    EXPECT_EQ(shop.figures().first_order_at, at("2024-01-15").value);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Orders, S2_2_completed_orders_move_the_tier_as_sales_do) {
    OrderShop shop;
    shop.place("W1", 3'000'000);
    EXPECT_EQ(shop.tier(), "dong");
    const auto completed = shop.complete("W1");
    EXPECT_EQ(completed.tier_before, 0);
    EXPECT_EQ(completed.tier_after, 1);
    EXPECT_EQ(shop.tier(), "bac");
}

TEST(Orders, what_was_paid_in_the_end_is_what_counts) {
    OrderShop shop;
    shop.place("W1", 100'000);
    shop.place("W2", 100'000);
    EXPECT_EQ(shop.update("W1", {80'000}).refusal, Refusal::none);
    EXPECT_EQ(shop.shown().orders_pending_amount, model::Money{180'000});
    EXPECT_EQ(shop.complete("W1").points.value, 8);
    EXPECT_EQ(shop.complete("W2", {50'000}).points.value, 5);
    EXPECT_EQ(shop.order("W2").amount, model::Money{50'000});
    EXPECT_EQ(shop.figures().lifetime, 130'000);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Orders, campaigns_see_the_web_shop_and_the_first_completed_order) {
    model::Program program = nhanh_program();
    model::Campaign& web = program.campaigns.emplace_back();
    web.id = "web";
    web.when.kind = model::ConditionKind::terminal_in;
    web.when.numbers = {kWebShop};
    web.then.resize(1);
    web.then[0].points = {7};
    web.per_customer = 1;
    model::Campaign& first = program.campaigns.emplace_back();
    first.id = "first";
    first.when.kind = model::ConditionKind::first_order;
    first.then.resize(1);
    first.then[0].points = {100};
    OrderShop shop(program);
    shop.place("W1", 50'000);
    EXPECT_EQ(shop.shown().orders_pending_points.value, 112);
    shop.sale("A1", 10'000);
    EXPECT_EQ(shop.shown().orders_pending_points.value, 12) << "it is no first order any more";
    const auto completed = shop.complete("W1");
    EXPECT_EQ(completed.points.value, 12);
    EXPECT_EQ(shop.order("W1").points.value, 12);
    EXPECT_EQ(shop.void_order("V", "W1").balance.value, 101);
    EXPECT_EQ(shop.fixture.verify(), "");
}

// ------------------------------------------------------------------------------------ status and waybill
// code

TEST(Orders, S1_3_an_order_has_a_waybill_code_and_a_status) {
    OrderShop shop;
    shop.place("W1", 95'000, {{}, "chờ xác nhận"});
    EXPECT_EQ(shop.order("W1").phase, OrderPhase::placed);
    EXPECT_EQ(shop.order("W1").status, "chờ xác nhận");
    EXPECT_EQ(shop.order("W1").waybill, "");
    EXPECT_EQ(shop.order("W1").points.value, 9) << "that it would earn";
    shop.wait(kHourMs);
    EXPECT_EQ(shop.update("W1", {{}, "đang giao", "GHN00417"}).refusal, Refusal::none);
    EXPECT_EQ(shop.order("W1").status, "đang giao");
    EXPECT_EQ(shop.order("W1").waybill, "GHN00417");
    EXPECT_EQ(shop.order("W1").changed_at, shop.now());
    EXPECT_EQ(shop.order("W1").placed_at, Instant{shop.now().value - kHourMs});
    shop.update("W1", {{}, {}, ""});
    EXPECT_EQ(shop.order("W1").status, "đang giao") << "what is not said stays";
    EXPECT_EQ(shop.order("W1").waybill, "") << "and what is said to be nothing goes";
    const auto completed = shop.complete("W1", {{}, "đã giao"});
    EXPECT_EQ(shop.order("W1").phase, OrderPhase::completed);
    EXPECT_EQ(shop.order("W1").status, "đã giao");
    EXPECT_EQ(shop.order("W1").sale, completed.sequence);
    EXPECT_EQ(shop.order("W1").points.value, 9);
    EXPECT_EQ(shop.order("W1").customer, shop.customer);
    EXPECT_FALSE(shop.fixture.engine().order(shop.program, order_name("W2")));
    shop.sale("A1", 10'000);
    EXPECT_FALSE(shop.fixture.engine().order(shop.program, receipt(1, "A1"))) << "a sale of a till";
}

TEST(Orders, S1_3_a_customers_orders_are_listed_newest_first) {
    OrderShop shop;
    for (const char* number : {"W1", "W2", "W3", "W4"})
        shop.place(number, 10'000);
    shop.sale("A1", 10'000);
    shop.complete("W2");
    shop.cancel("W3");
    const auto numbers = [](const runtime::OrdersPage& page) {
        std::vector<std::string> list;
        for (const auto& view : page.rows)
            list.emplace_back(view.receipt.number());
        return list;
    };
    EXPECT_THAT(numbers(shop.orders(false)), ElementsAre("W4", "W3", "W2", "W1"));
    EXPECT_THAT(numbers(shop.orders(true)), ElementsAre("W4", "W1"));
    for (const bool pending : {false, true}) {
        std::vector<std::string> paged;
        model::Sequence before{};
        do {
            const auto page = shop.orders(pending, before, 1);
            ASSERT_EQ(page.rows.size(), 1U);
            paged.emplace_back(page.rows[0].receipt.number());
            before = page.next;
        } while (before.value != 0);
        EXPECT_EQ(paged, numbers(shop.orders(pending)));
    }
    EXPECT_THAT(shop.orders(true, {1}).rows, IsEmpty());
    shop.complete("W1");
    shop.cancel("W4");
    EXPECT_THAT(shop.orders(true).rows, IsEmpty());
    EXPECT_EQ(shop.orders(false).rows[3].phase, OrderPhase::completed);
}

TEST(Orders, S1_3_history_and_explanation_tell_placing_changes_and_completion) {
    OrderShop shop;
    shop.place("W1", 95'000, {{}, "chờ xác nhận"});
    shop.update("W1", {100'000, "đang giao", "GHN00417"});
    shop.complete("W1");
    shop.give_back_of_order("R1", 100'000, "W1");
    shop.fixture.commit();
    const auto history =
        *shop.fixture.engine().history(shop.program, {model::KeyKind::card, {}, "1"}, {}, 100);
    std::vector<std::string> lines;
    for (auto entry = history.rbegin(); entry != history.rend(); ++entry)
        lines.push_back(std::string(model::fact_type_name(entry->stored.fact.type)) + "|" + entry->original +
                        "|" + entry->reason);
    EXPECT_THAT(lines, ElementsAre("enrolled||", "order_placed||status chờ xác nhận",
                                   "order_updated|9/W1|status đang giao, waybill GHN00417",
                                   "sale|9/W1|status đang giao, waybill GHN00417", "returned|9/W1|",
                                   "order_undone|9/W1|"));

    const auto told = *shop.fixture.engine().explain(shop.program, order_name("W1"));
    EXPECT_EQ(told.receipt, "9/W1");
    std::string text;
    std::int64_t points = 0;
    std::int64_t spend = 0;
    for (const auto& line : told.lines) {
        text += line.sentence + "\n";
        points += line.points.value;
        spend += line.amount.value;
    }
    EXPECT_THAT(text, HasSubstr("An order of 95000 VND is placed"));
    EXPECT_THAT(text, HasSubstr("The order is placed: status đang giao, waybill GHN00417."));
    EXPECT_THAT(text, HasSubstr("A sale of 100000 VND"));
    EXPECT_THAT(text, HasSubstr("The order is completed"));
    EXPECT_THAT(text, HasSubstr("A return of 100000 VND"));
    EXPECT_EQ(points, 0);
    EXPECT_EQ(spend, 0);
    EXPECT_EQ(shop.fixture.engine().explain(shop.program, receipt(1, "R1"))->original, "9/W1");
}

TEST(Orders, past_instants_know_what_was_pending) {
    OrderShop shop;
    shop.fixture.clock().set(at("2024-03-10"));
    shop.place("W1", 100'000);
    shop.fixture.clock().set(at("2024-03-11"));
    shop.complete("W1");
    shop.fixture.clock().set(at("2024-03-12"));
    shop.fixture.commit();
    const auto then = shop.fixture.engine().show_as_of(shop.program, {model::KeyKind::card, {}, "1"},
                                                       at("2024-03-10T12:00:00"));
    ASSERT_TRUE(then);
    EXPECT_EQ(then->orders_pending, 1U);
    EXPECT_EQ(then->orders_pending_points.value, 10);
    EXPECT_EQ(then->points.value, 0);
    const auto later = shop.fixture.engine().show_as_of(shop.program, {model::KeyKind::card, {}, "1"},
                                                        at("2024-03-11T12:00:00"));
    ASSERT_TRUE(later);
    EXPECT_EQ(later->orders_pending, 0U);
    EXPECT_EQ(later->points.value, 10);
}

// ------------------------------------------------------------------------------------ receipts and returns

TEST(Orders, an_orders_receipt_is_one_for_sales_too) {
    OrderShop shop;
    shop.place("W1", 50'000);
    EXPECT_EQ(
        shop.fixture.execute(make_sale(shop.program, order_name("W1"), Shop::kCustomer, 50'000)).refusal,
        Refusal::conflict);
    shop.fixture.execute(make_sale(shop.program, order_name("A1"), Shop::kCustomer, 50'000));
    EXPECT_EQ(shop.place("A1", 50'000).refusal, Refusal::conflict);
    EXPECT_EQ(shop.complete("A1").refusal, Refusal::not_an_order);
    EXPECT_EQ(shop.update("A1", {{}, "x"}).refusal, Refusal::not_an_order);
    EXPECT_EQ(shop.cancel("A1").refusal, Refusal::not_an_order);
    EXPECT_EQ(shop.complete("A2").refusal, Refusal::unknown_order);
}

TEST(Orders, a_completed_order_is_returned_like_a_sale) {
    OrderShop shop;
    const Figures before = shop.figures();
    shop.place("W1", 100'000);
    EXPECT_EQ(shop.give_back_of_order("R0", 10'000, "W1").refusal, Refusal::order_not_completed);
    EXPECT_EQ(shop.void_order("V0", "W1").refusal, Refusal::order_not_completed);
    shop.complete("W1");
    EXPECT_EQ(shop.cancel("W1").refusal, Refusal::order_completed);
    shop.fixture.enroll(shop.program, "card:2");
    EXPECT_EQ(shop.give_back_of_order("R1", 10'000, "W1", "card:2").refusal, Refusal::other_customer);
    EXPECT_EQ(shop.give_back_of_order("R1", 40'000, "W1").balance.value, 6);
    EXPECT_EQ(shop.void_order("V1", "W1").refusal, Refusal::already_returned);
    shop.fixture.stop_and_reopen();
    EXPECT_EQ(shop.give_back_of_order("R2", 70'000, "W1").refusal, Refusal::return_exceeds_sale);
    EXPECT_EQ(shop.give_back_of_order("R2", 60'000, "W1").balance.value, 0);
    EXPECT_EQ(shop.figures(), before);
    shop.place("W2", 100'000);
    shop.complete("W2");
    EXPECT_EQ(shop.void_order("V2", "W2").balance.value, 0);
    EXPECT_EQ(shop.figures(), before);
    shop.place("W3", 100'000);
    shop.cancel("W3");
    EXPECT_EQ(shop.give_back_of_order("R3", 1, "W3").refusal, Refusal::order_cancelled);
    EXPECT_EQ(shop.void_order("V3", "W3").refusal, Refusal::order_cancelled);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Orders, points_spent_in_an_order_come_back_with_it) {
    OrderShop shop;
    shop.adjust(100);
    const Figures before = shop.figures();
    shop.place("W1", 50'000);
    const auto hold = shop.hold(60).sequence;
    const auto completed = shop.complete("W1", {40'000}, hold);
    EXPECT_EQ(completed.points.value, 4);
    EXPECT_EQ(completed.balance.value, 44);
    EXPECT_EQ(completed.held.value, 0);
    EXPECT_THAT(types_of(shop.fixture.engine().effects(completed.sequence)),
                ElementsAre(FactType::sale, FactType::hold_captured, FactType::order_noted));
    OwnedCommand spend = make_redeem(shop.program, shop.fixture.fresh_request(), Shop::kCustomer, 10);
    spend.command.original = order_name("W1");
    EXPECT_EQ(shop.fixture.execute(spend).balance.value, 34);
    EXPECT_EQ(shop.void_order("V", "W1").balance.value, 100);
    EXPECT_EQ(shop.figures(), before);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Orders, a_hold_that_cannot_be_captured_refuses_the_completion) {
    OrderShop shop;
    shop.fixture.enroll(shop.program, "card:2");
    shop.adjust(100);
    const auto released = shop.hold(5).sequence;
    const auto open = shop.hold(5).sequence;
    shop.release(released);
    shop.place("W1", 50'000);
    shop.place("W2", 50'000, {}, kNoInstant, "card:2");
    EXPECT_EQ(shop.complete("W1", {}, {999}).refusal, Refusal::unknown_hold);
    EXPECT_EQ(shop.complete("W1", {}, released).refusal, Refusal::hold_released);
    EXPECT_EQ(shop.complete("W2", {}, open).refusal, Refusal::other_hold);
    EXPECT_EQ(shop.order("W1").phase, OrderPhase::placed);
    EXPECT_EQ(shop.complete("W1", {}, open).refusal, Refusal::none);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Orders, points_with_dates_are_dated_by_the_completion) {
    model::Program program = nhanh_program();
    program.points.pending_days = 7;
    program.points.expiry = {model::ExpiryPolicy::months, 1, 0};
    OrderShop shop(program);
    shop.fixture.clock().set(at("2024-01-10"));
    shop.place("W1", 100'000);
    shop.fixture.clock().set(at("2024-02-10"));
    shop.complete("W1");
    EXPECT_EQ(shop.figures().pending, 10);
    shop.fixture.clock().set(at("2024-02-17"));
    EXPECT_EQ(shop.figures().points, 10);
    shop.fixture.clock().set(at("2024-04-01"));
    EXPECT_EQ(shop.figures().points, 0);
    EXPECT_EQ(shop.fixture.verify(), "");
}

}  // namespace
}  // namespace tim::tests
