// Web orders (rules.md, Orders): exactly once, their bounds and refusals, and orders that other customers
// than the buyer take part in. `ctest -R S1_11`.
#include <gmock/gmock.h>

#include "engine/core/order_book.h"
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

constexpr auto at = hanoi;

// ------------------------------------------------------------------------------------ exactly once

TEST(Orders, every_command_happens_once) {
    OrderShop shop;
    const OwnedCommand place = make_place_order(shop.program, order_name("W1"), Shop::kCustomer, 95'000,
                                                {{}, "mới", {}, "7K3M9QXWTB2C"});
    const OwnedCommand update = make_order_change(CommandKind::update_order, shop.program, request(1),
                                                  order_name("W1"), {90'000, {}, "GHN1"});
    const OwnedCommand complete =
        make_complete_order(shop.program, request(2), order_name("W1"), {{}, "xong"});
    shop.place("W2", 1);
    const OwnedCommand cancel =
        make_order_change(CommandKind::cancel_order, shop.program, request(3), order_name("W2"));
    const std::vector<OwnedCommand> all = {place, update, complete, cancel};
    std::vector<model::Outcome> first;
    for (const OwnedCommand& command : all)
        first.push_back(shop.fixture.execute(command));
    shop.sale("A1", 10'000);
    const Figures after = shop.figures();
    for (int round = 0; round < 3; ++round) {
        for (std::size_t i = 0; i < all.size(); ++i) {
            ASSERT_EQ(first[i].refusal, Refusal::none) << describe(all[i]);
            const auto again = shop.fixture.execute(all[i]);
            EXPECT_TRUE(again.duplicate) << describe(all[i]);
            EXPECT_EQ(again.sequence, first[i].sequence);
            EXPECT_EQ(again.points, first[i].points);
            EXPECT_EQ(again.balance, first[i].balance);
            EXPECT_EQ(again.customer, shop.customer);
            EXPECT_EQ(again.tier_after, first[i].tier_after);
        }
        EXPECT_EQ(shop.figures(), after);
        if (round == 0)
            shop.fixture.crash_and_reopen();
        else
            shop.fixture.stop_and_reopen();
    }
    const auto conflicts = [&](OwnedCommand other) {
        EXPECT_EQ(shop.fixture.execute(other).refusal, Refusal::conflict) << describe(other);
    };
    conflicts(make_place_order(shop.program, order_name("W1"), Shop::kCustomer, 95'001,
                               {{}, "mới", {}, "7K3M9QXWTB2C"}));
    conflicts(make_place_order(shop.program, order_name("W1"), Shop::kCustomer, 95'000, {{}, "mới"}));
    conflicts(make_place_order(shop.program, order_name("W1"), Shop::kCustomer, 95'000,
                               {{}, {}, "mới", "7K3M9QXWTB2C"}));
    shop.fixture.enroll(shop.program, "card:2");
    conflicts(
        make_place_order(shop.program, order_name("W1"), "card:2", 95'000, {{}, "mới", {}, "7K3M9QXWTB2C"}));
    conflicts(make_order_change(CommandKind::update_order, shop.program, request(1), order_name("W1"),
                                {90'001, {}, "GHN1"}));
    conflicts(make_order_change(CommandKind::update_order, shop.program, request(1), order_name("W2"),
                                {90'000, {}, "GHN1"}));
    conflicts(make_complete_order(shop.program, request(2), order_name("W1"), {90'000, "xong"}));
    conflicts(make_complete_order(shop.program, request(2), order_name("W1"), {{}, "xong"}, {5}));
    conflicts(make_order_change(CommandKind::cancel_order, shop.program, request(2), order_name("W1"),
                                {{}, "xong"}));
    conflicts(make_order_change(CommandKind::cancel_order, shop.program, request(3), order_name("W1")));
    EXPECT_EQ(shop.figures(), after);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Orders, pending_orders_survive_a_restart_in_checkpoint_and_ledger) {
    for (const bool checkpointed : {false, true}) {
        OrderShop shop;
        shop.place("W1", 100'000, {{}, "mới"});
        shop.place("W2", 50'000);
        shop.update("W2", {60'000});
        shop.fixture.commit();
        if (checkpointed)
            shop.fixture.stop_and_reopen();
        else
            shop.fixture.crash_and_reopen();
        EXPECT_EQ(shop.shown().orders_pending, 2U);
        EXPECT_EQ(shop.shown().orders_pending_amount, model::Money{160'000});
        EXPECT_EQ(shop.order("W1").status, "mới");
        EXPECT_EQ(shop.complete("W2").points.value, 6);
        EXPECT_EQ(shop.cancel("W1").refusal, Refusal::none);
        EXPECT_EQ(shop.shown().orders_pending, 0U);
        EXPECT_EQ(shop.fixture.verify(), "");
    }
}

TEST(Orders, an_old_orders_state_is_found_on_disk) {
    OrderShop shop(nhanh_program(), EngineFixture::stepped(runtime::TimeSource::system, 4));
    shop.place("W1", 100'000, {{}, "mới"});
    for (int i = 0; i < 20; ++i) {
        shop.sale("A" + std::to_string(i), 1'000);
        if (i % 5 == 0) shop.fixture.stop_and_reopen();
    }
    EXPECT_EQ(shop.order("W1").status, "mới");
    EXPECT_EQ(shop.update("W1", {{}, "đang giao"}).refusal, Refusal::none);
    shop.fixture.stop_and_reopen();
    EXPECT_EQ(shop.complete("W1").points.value, 10);
    shop.fixture.stop_and_reopen();
    EXPECT_EQ(shop.complete("W1").refusal, Refusal::order_completed);
    EXPECT_EQ(shop.give_back_of_order("R1", 100'000, "W1").refusal, Refusal::none);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Orders, of_one_batch_follow_each_other) {
    OrderShop shop;
    const std::vector<OwnedCommand> batch = {
        make_place_order(shop.program, order_name("W1"), Shop::kCustomer, 100'000),
        make_order_change(CommandKind::update_order, shop.program, request(1), order_name("W1"), {90'000}),
        make_complete_order(shop.program, request(2), order_name("W1")),
        make_return(shop.program, receipt(1, "R"), Shop::kCustomer, 40'000, order_name("W1")),
        make_order_change(CommandKind::cancel_order, shop.program, request(3), order_name("W1"))};
    const auto outcomes = shop.fixture.execute(batch);
    EXPECT_EQ(outcomes[2].points.value, 9);
    EXPECT_EQ(outcomes[3].balance.value, 5);
    EXPECT_EQ(outcomes[4].refusal, Refusal::order_completed);
    EXPECT_EQ(shop.fixture.verify(), "");
}

// ------------------------------------------------------------------------------------ refusals

TEST(Orders, refuse_what_does_not_belong_to_them) {
    OrderShop shop;
    const auto refusal = [&](const OwnedCommand& command) { return shop.fixture.execute(command).refusal; };
    EXPECT_EQ(shop.place("W1", -1).refusal, Refusal::invalid_amount);
    EXPECT_EQ(shop.place("W1", 1, {}, kNoInstant, "").refusal, Refusal::invalid_key) << "somebody's";
    EXPECT_EQ(shop.place("W1", 1, {}, kNoInstant, "card:7").refusal, Refusal::unknown_customer);
    EXPECT_EQ(shop.place("", 1).refusal, Refusal::invalid_name);
    EXPECT_EQ(shop.place("W1", 1, {1}).refusal, Refusal::invalid_command) << "an amount twice";
    EXPECT_EQ(shop.place("W1", 1, {{}, std::string(65, 'x')}).refusal, Refusal::invalid_command);
    EXPECT_EQ(shop.place("W1", 1, {}, {shop.now().value - 31 * kDayMs}).refusal, Refusal::too_late);
    EXPECT_EQ(shop.place("W1", 1, {}, {shop.now().value + kHourMs}).refusal, Refusal::in_the_future);
    EXPECT_EQ(shop.place("W1", 1).refusal, Refusal::none);
    EXPECT_EQ(shop.update("W1", {}).refusal, Refusal::invalid_command) << "it says nothing";
    EXPECT_EQ(shop.update("W1", {-1}).refusal, Refusal::invalid_amount);
    EXPECT_EQ(shop.update("W1", {{}, {}, {}, "7K3M9QXWTB2C"}).refusal, Refusal::invalid_command);
    EXPECT_EQ(shop.cancel("W1", {5}).refusal, Refusal::invalid_command);
    EXPECT_EQ(refusal(make_order_change(CommandKind::cancel_order, shop.program, request(5), Name{})),
              Refusal::invalid_command)
        << "of which order?";
    EXPECT_EQ(refusal(make_order_change(CommandKind::cancel_order, shop.program, receipt(1, "C"),
                                        order_name("W1"))),
              Refusal::invalid_name)
        << "by request id";
    EXPECT_EQ(shop.complete("W1", {}, {}, {}, {shop.now().value - 31 * kDayMs}).refusal, Refusal::too_late);
    OwnedCommand sale = make_sale(shop.program, receipt(1, "S"), Shop::kCustomer, 1);
    sale.order = make_place_order(shop.program, {}, "", 1, {{}, "mới"}).order;
    EXPECT_EQ(refusal(sale), Refusal::invalid_command) << "a sale is no order";
    EXPECT_EQ(shop.order("W1").phase, OrderPhase::placed);
    EXPECT_EQ(shop.complete("W1").refusal, Refusal::none);
    EXPECT_EQ(shop.update("W1", {{}, "x"}).refusal, Refusal::order_completed);
    EXPECT_EQ(shop.complete("W1").refusal, Refusal::order_completed);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Orders, are_bounded_for_each_customer) {
    OrderShop shop;
    for (std::size_t i = 0; i < core::kMaxOpenOrders; ++i)
        ASSERT_EQ(shop.place("W" + std::to_string(i), 1).refusal, Refusal::none);
    const auto refused = shop.place("W", 1);
    EXPECT_EQ(refused.refusal, Refusal::too_many_orders);
    EXPECT_EQ(refused.detail, static_cast<std::int64_t>(core::kMaxOpenOrders));
    shop.cancel("W7");
    EXPECT_EQ(shop.place("W", 1).refusal, Refusal::none);
    EXPECT_EQ(shop.fixture.verify(), "");
}

// ------------------------------------------------------------------------------------ referral and network

/// `card:1` has bought A0 and so has a code.
struct PartyOrders : OrderShop {
    PartyOrders() : OrderShop(lan_toa_program()) {
        fixture.clock().set(at("2024-01-10T09:00:00"));
        sale("A0", 500'000);
        fixture.enroll(program, "card:2");
    }
    std::string code(const Name& name) {
        fixture.commit();
        return fixture.engine().network().code(program, name)->code;
    }
    std::vector<model::Effect> effects(const model::Outcome& outcome) {
        return fixture.engine().effects(outcome.sequence);
    }
};

TEST(Orders, S1_11_a_code_that_an_order_is_placed_with_pays_both_when_it_is_completed) {
    PartyOrders shop;
    shop.place("W1", 500'000, {{}, {}, {}, shop.code(receipt(1, "A0"))}, kNoInstant, "card:2");
    EXPECT_EQ(shop.figures("card:2").points, 0);
    EXPECT_EQ(shop.figures().points, 50);
    const auto completed = shop.complete("W1");
    EXPECT_EQ(completed.balance.value, 60);
    EXPECT_EQ(shop.figures().points, 70);
    const auto found =
        shop.fixture.engine().network().referral(shop.program, {model::KeyKind::card, {}, "1"}, 10);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->rows.at(0).receipt, "9/W1") << "by the order's receipt";
    EXPECT_FALSE(shop.code(order_name("W1")).empty()) << "a completed order brings a code of its own";
    EXPECT_EQ(shop.effects(completed).front().code, shop.code(order_name("W1")));
    EXPECT_EQ(shop.void_order("V", "W1").balance.value, 0);
    EXPECT_EQ(shop.figures().points, 50) << "and returned, it takes both sides' back";
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Orders, S1_12_the_code_is_judged_at_the_completion) {
    PartyOrders shop;
    const std::string code = shop.code(receipt(1, "A0"));
    shop.place("W1", 500'000, {{}, {}, {}, code}, kNoInstant, "card:2");
    shop.fixture.clock().set(at("2024-02-12"));
    const auto completed = shop.complete("W1");
    EXPECT_EQ(completed.refusal, Refusal::none);
    EXPECT_EQ(shop.figures("card:2").points, 50);
    Refusal refused = Refusal::none;
    for (const model::Effect& effect : shop.effects(completed))
        if (effect.type == FactType::extra_refused) refused = effect.refusal;
    EXPECT_EQ(refused, Refusal::referral_expired);
}

TEST(Orders, a_code_of_a_program_without_referral_is_refused_by_name) {
    OrderShop shop;
    shop.place("W1", 50'000, {{}, {}, {}, "7K3M9QXWTB2C"});
    const auto completed = shop.complete("W1");
    EXPECT_EQ(completed.points.value, 5);
    const auto effects = shop.fixture.engine().effects(completed.sequence);
    EXPECT_THAT(types_of(effects),
                ElementsAre(FactType::sale, FactType::extra_refused, FactType::order_noted));
    EXPECT_EQ(effects[1].refusal, Refusal::referral_off);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Orders, S1_11_a_code_of_the_completion_takes_the_place_of_the_one_before) {
    PartyOrders shop;
    shop.place("W1", 500'000, {{}, {}, {}, "7K3M9QXWTB2C"}, kNoInstant, "card:2");
    EXPECT_EQ(shop.complete("W1", {}, {}, shop.code(receipt(1, "A0"))).balance.value, 60);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Orders, S1_11_a_code_kept_since_the_enrolment_is_judged_by_the_first_completed_order) {
    PartyOrders shop;
    shop.fixture.execute(make_enroll_with(shop.program, shop.fixture.fresh_request(), {"card:3"}, "",
                                          shop.code(receipt(1, "A0"))));
    shop.place("W1", 500'000, {}, kNoInstant, "card:3");
    shop.place("W2", 400'000, {}, kNoInstant, "card:3");
    shop.cancel("W1");
    EXPECT_EQ(shop.complete("W2").balance.value, 50) << "the second that was placed is the first completed";
    EXPECT_EQ(shop.figures().points, 70);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Orders, S1_17_a_members_completed_order_pays_the_vip) {
    PartyOrders shop;
    shop.fixture.execute(make_appoint(shop.program, shop.fixture.fresh_request(), "card:1"));
    shop.fixture.execute(
        make_enroll_with(shop.program, shop.fixture.fresh_request(), {"card:4"}, "card:1", ""));
    shop.place("W1", 1'000'000, {}, kNoInstant, "card:4");
    EXPECT_EQ(shop.figures().points, 50);
    shop.complete("W1");
    EXPECT_EQ(shop.figures().points, 100);
    EXPECT_EQ(shop.shown().commission_pending, model::Money{30'000});
    shop.void_order("V", "W1");
    EXPECT_EQ(shop.figures().points, 50);
    EXPECT_EQ(shop.shown().commission_pending, model::Money{});
    EXPECT_EQ(shop.fixture.verify(), "");
}

}  // namespace
}  // namespace tim::tests
