// Referral (S1.10 to S1.13) by the numbers of its source, and worked example 5: `ctest -R S1_12`.
#include <gtest/gtest.h>

#include "engine/runtime/network_queries.h"
#include "tests/support/shop.h"

namespace tim::tests {
namespace {

using model::FactType;
using model::Instant;
using model::Refusal;
using runtime::CodeState;

constexpr auto at = hanoi;

/// `card:1` has bought A0 on January 10, at nine in the morning.
struct ReferralShop : Shop {
    explicit ReferralShop(const model::Program& document = lan_toa_program()) : Shop(document) {
        fixture.clock().set(at("2024-01-10T09:00:00"));
        sale("A0", 500'000);
    }

    runtime::CodeView code(const std::string& number) {
        fixture.commit();
        return *fixture.engine().network().code(program, receipt(1, number));
    }
    model::Outcome invite(const Who& who, const std::string& text) {
        return fixture.execute(make_enroll_with(program, fixture.fresh_request(), {who}, "", text));
    }
    model::Outcome order(const std::string& number, std::int64_t amount, const Who& who) {
        return sale(number, amount, model::kNoInstant, who);
    }
    runtime::ReferralView referral(const Who& who) {
        fixture.commit();
        return *fixture.engine().network().referral(program, {who.kind, who.id, who.text}, 100);
    }
    std::int64_t points(const Who& who) { return figures(who).points; }
    /// Why the code that came with a customer's newest sale was refused.
    Refusal refused(const Who& who) {
        fixture.commit();
        const auto entries = fixture.engine().history(program, {who.kind, who.id, who.text}, {}, 20);
        for (const auto& entry : *entries) {
            if (entry.stored.fact.type == FactType::sale) return Refusal::none;
            if (entry.stored.fact.type == FactType::extra_refused)
                return static_cast<Refusal>(entry.stored.fact.extra.refusal);
        }
        return Refusal::none;
    }
};

TEST(Referral, S1_10_S1_13_every_purchase_of_a_known_customer_makes_a_code) {
    ReferralShop shop;
    shop.sale("A1", 10'000);
    const auto first = shop.code("A0");
    const auto second = shop.code("A1");
    EXPECT_EQ(first.state, CodeState::open);
    EXPECT_EQ(first.code.size(), 12U);
    EXPECT_EQ(first.code.find_first_of("ILOU"), std::string::npos);
    EXPECT_NE(first.code, second.code);
    shop.fixture.execute(make_sale(shop.program, receipt(1, "N1"), "", 10'000));
    EXPECT_EQ(shop.code("N1").state, CodeState::none);
    // Old accounts and new: who was brought gets codes too.
    shop.invite("card:2", first.code);
    shop.order("B1", 100'000, "card:2");
    EXPECT_EQ(shop.code("B1").state, CodeState::open);
    Shop plain;
    plain.sale("A0", 10'000);
    plain.fixture.commit();
    EXPECT_EQ(plain.fixture.engine().network().code(plain.program, receipt(1, "A0"))->state, CodeState::none);
}

TEST(Referral, S1_11_both_sides_earn_with_the_first_order) {
    ReferralShop shop;
    EXPECT_EQ(shop.points("card:1"), 50);
    shop.invite("card:2", shop.code("A0").code);
    EXPECT_EQ(shop.points("card:1"), 50);  // not before the order
    const auto outcome = shop.order("B1", 500'000, "card:2");
    EXPECT_EQ(outcome.points.value, 50);
    EXPECT_EQ(outcome.balance.value, 60);
    EXPECT_EQ(shop.points("card:1"), 70);
    EXPECT_EQ(shop.figures("card:1").ranking, 70);
    EXPECT_EQ(shop.figures("card:2").ranking, 60);
    EXPECT_EQ(shop.code("A0").state, CodeState::used);
    shop.order("B2", 500'000, "card:2");  // and no other order
    EXPECT_EQ(shop.points("card:1"), 70);
    EXPECT_EQ(shop.points("card:2"), 110);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Referral, a_code_is_taken_as_people_type_it) {
    ReferralShop shop;
    std::string typed;
    for (const char c : shop.code("A0").code) {
        typed += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        if (typed.size() == 4 || typed.size() == 9) typed += '-';
    }
    shop.invite("card:2", typed);
    shop.order("B1", 10'000, "card:2");
    EXPECT_EQ(shop.points("card:1"), 70);
}

// Worked example 5.
TEST(Referral, S1_12_a_code_is_valid_for_thirty_days_to_the_end_of_the_day) {
    ReferralShop shop;
    const std::string code = shop.code("A0").code;
    EXPECT_EQ(shop.code("A0").ends_at, at("2024-02-10T00:00:00"));
    shop.invite("card:2", code);
    shop.invite("card:3", code);
    shop.fixture.clock().set(at("2024-02-09T23:59:59"));
    {
        ReferralShop late;
        late.invite("card:3", late.code("A0").code);
        late.fixture.clock().set(at("2024-02-10T00:00:00"));
        EXPECT_EQ(late.order("C1", 500'000, "card:3").refusal, Refusal::none);
        EXPECT_EQ(late.refused("card:3"), Refusal::referral_expired);
        EXPECT_EQ(late.points("card:1"), 50);
        EXPECT_EQ(late.points("card:3"), 50);
        EXPECT_EQ(late.code("A0").state, CodeState::expired);
        // Judged at the order's own time, whenever it was recorded: but this was not the first any more.
        EXPECT_EQ(late.sale("C2", 500'000, at("2024-02-09T23:59:59"), "card:3").balance.value, 100);
    }
    EXPECT_EQ(shop.order("B1", 500'000, "card:2").balance.value, 60);
    EXPECT_EQ(shop.points("card:1"), 70);
    // Returned whole, it takes both sides' points back; the code stays used.
    shop.give_back("R1", 500'000, "B1", model::kNoInstant, "card:2");
    EXPECT_EQ(shop.points("card:1"), 50);
    EXPECT_EQ(shop.points("card:2"), 0);
    EXPECT_EQ(shop.figures("card:1").ranking, 50);
    EXPECT_EQ(shop.code("A0").state, CodeState::used);
    EXPECT_EQ(shop.referral("card:1").brought, 0U);
    EXPECT_EQ(shop.referral("card:2").referrer.value, 0U);
    shop.order("B2", 500'000, "card:2");
    EXPECT_EQ(shop.refused("card:2"), Refusal::referral_used);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Referral, S1_12_an_order_that_was_late_is_judged_at_its_own_time) {
    ReferralShop shop;
    shop.invite("card:2", shop.code("A0").code);
    shop.fixture.clock().set(at("2024-02-12T08:00:00"));
    EXPECT_EQ(shop.sale("B1", 500'000, at("2024-02-09T23:59:59"), "card:2").balance.value, 60);
}

TEST(Referral, a_code_is_used_once) {
    ReferralShop shop;
    const std::string code = shop.code("A0").code;
    shop.invite("card:2", code);
    shop.invite("card:3", code);
    shop.order("B1", 10'000, "card:2");
    const auto outcome = shop.order("C1", 10'000, "card:3");
    EXPECT_EQ(outcome.refusal, Refusal::none);
    EXPECT_EQ(shop.refused("card:3"), Refusal::referral_used);
    EXPECT_EQ(shop.points("card:1"), 70);
}

TEST(Referral, what_is_no_code_is_unknown) {
    ReferralShop shop;
    shop.invite("card:2", "ABCDEFGHJKMN");
    shop.invite("card:3", "nothing of the kind");
    shop.order("B1", 10'000, "card:2");
    shop.order("C1", 10'000, "card:3");
    EXPECT_EQ(shop.refused("card:2"), Refusal::referral_unknown);
    EXPECT_EQ(shop.refused("card:3"), Refusal::referral_unknown);
    // Another program's code says nothing here.
    model::Program other = lan_toa_program("other");
    const auto elsewhere = shop.fixture.put(other);
    shop.fixture.enroll(elsewhere, "card:1");
    shop.fixture.execute(make_sale(elsewhere, receipt(1, "A0"), "card:1", 10'000));
    shop.fixture.commit();
    shop.invite("card:4", shop.fixture.engine().network().code(elsewhere, receipt(1, "A0"))->code);
    shop.order("D1", 10'000, "card:4");
    EXPECT_EQ(shop.refused("card:4"), Refusal::referral_unknown);
    EXPECT_EQ(shop.points("card:1"), 50);
}

TEST(Referral, codes_of_a_receipt_that_came_back_whole_are_dead) {
    ReferralShop shop;
    shop.invite("card:2", shop.code("A0").code);
    shop.give_back("R0", 400'000, "A0");
    EXPECT_EQ(shop.code("A0").state, CodeState::open);
    shop.give_back("R1", 100'000, "A0");
    EXPECT_EQ(shop.code("A0").state, CodeState::dead);
    shop.order("B1", 10'000, "card:2");
    EXPECT_EQ(shop.refused("card:2"), Refusal::referral_unknown);
}

TEST(Referral, a_referrer_is_paid_for_so_many_a_month) {
    model::Program document = lan_toa_program();
    document.referral->cap_per_month = 2;
    ReferralShop shop(document);
    for (int i = 1; i <= 4; ++i) {
        shop.sale("A" + std::to_string(i), 10'000);
        shop.invite("card:1" + std::to_string(i), shop.code("A" + std::to_string(i)).code);
    }
    const std::int64_t before = shop.points("card:1");
    shop.order("B1", 10'000, "card:11");
    shop.order("B2", 10'000, "card:12");
    shop.order("B3", 10'000, "card:13");
    EXPECT_EQ(shop.refused("card:13"), Refusal::referral_cap);
    EXPECT_EQ(shop.points("card:1") - before, 40);
    // A place that is given back is free again, and each month has its own.
    shop.void_sale("V1", "B1");
    shop.order("B4", 10'000, "card:14");
    EXPECT_EQ(shop.refused("card:14"), Refusal::none);
    shop.fixture.clock().set(at("2024-02-01T00:00:00"));
    shop.sale("A5", 10'000);
    shop.invite("card:15", shop.code("A5").code);
    shop.order("B5", 10'000, "card:15");
    EXPECT_EQ(shop.refused("card:15"), Refusal::none);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Referral, an_order_below_the_conditions_does_not_pay_and_falls_back_below_them) {
    model::Program document = lan_toa_program();
    document.referral->min_amount = {100'000};
    ReferralShop shop(document);
    const std::string code = shop.code("A0").code;
    shop.invite("card:2", code);
    shop.order("B1", 99'999, "card:2");
    EXPECT_EQ(shop.refused("card:2"), Refusal::referral_too_small);
    EXPECT_EQ(shop.code("A0").state, CodeState::open);
    shop.invite("card:3", code);
    shop.order("C1", 150'000, "card:3");
    EXPECT_EQ(shop.points("card:1"), 70);
    shop.give_back("R1", 50'000, "C1", model::kNoInstant, "card:3");
    EXPECT_EQ(shop.points("card:1"), 70);
    shop.give_back("R2", 1, "C1", model::kNoInstant, "card:3");
    EXPECT_EQ(shop.points("card:1"), 50);
    EXPECT_EQ(shop.points("card:3"), 9);
    shop.give_back("R3", 99'999, "C1", model::kNoInstant, "card:3");
    EXPECT_EQ(shop.points("card:1"), 50);
    EXPECT_EQ(shop.points("card:3"), 0);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Referral, a_program_that_is_off_refuses_the_code) {
    ReferralShop shop;
    shop.invite("card:2", shop.code("A0").code);
    model::Program off = lan_toa_program();
    off.referral->enabled = false;
    shop.wait(1'000);
    ASSERT_EQ(shop.fixture.execute(make_put_program(shop.fixture.fresh_request(), off)).refusal,
              Refusal::none);
    shop.wait(1'000);
    EXPECT_EQ(shop.order("B1", 10'000, "card:2").refusal, Refusal::none);
    EXPECT_EQ(shop.refused("card:2"), Refusal::referral_off);
    shop.sale("A1", 10'000);
    EXPECT_EQ(shop.code("A1").state, CodeState::none);
}

TEST(Referral, S1_11_a_code_may_be_given_at_the_first_order) {
    ReferralShop shop;
    shop.fixture.enroll(shop.program, "card:2");
    const auto refer = [&](const char* number, const char* who, const std::string& code,
                           const std::string& payment = {}) {
        return shop.fixture.execute(
            make_referred_sale(shop.program, receipt(1, number), who, 100'000, code, payment));
    };
    const std::string code = shop.code("A0").code;
    const auto outcome = refer("B1", "card:2", code);
    EXPECT_EQ(outcome.balance.value, 20);
    EXPECT_EQ(shop.points("card:1"), 70);
    EXPECT_TRUE(refer("B1", "card:2", code).duplicate);
    EXPECT_EQ(refer("B1", "card:2", "7K3M9QXWTB2C").refusal, Refusal::conflict);
    // The answer tells of both sides, and of the code that came with this sale.
    const auto effects = shop.fixture.engine().effects(outcome.sequence);
    ASSERT_EQ(effects.size(), 4U);
    EXPECT_EQ(effects[0].code, shop.code("B1").code);
    EXPECT_EQ(effects[1].type, FactType::referral_welcome);
    EXPECT_EQ(effects[1].counterparty, shop.customer);
    EXPECT_EQ(effects[2].type, FactType::referral_earned);
    EXPECT_EQ(effects[2].subject_id, shop.customer.value);
    EXPECT_EQ(effects[2].points.value, 20);

    // Each refusal has its reason, and the sale is accepted.
    shop.sale("A1", 10'000);
    const std::string fresh = shop.code("A1").code;
    EXPECT_EQ(refer("A2", "card:1", fresh).refusal, Refusal::none);
    EXPECT_EQ(shop.refused("card:1"), Refusal::referral_own);
    EXPECT_EQ(refer("B2", "card:2", fresh).refusal, Refusal::none);
    EXPECT_EQ(shop.refused("card:2"), Refusal::referral_not_first);
    shop.fixture.enroll(shop.program, "card:3");
    refer("C1", "card:3", code);
    EXPECT_EQ(shop.refused("card:3"), Refusal::referral_used);
    EXPECT_EQ(
        shop.fixture.execute(make_referred_sale(shop.program, receipt(1, "N1"), "", 10'000, fresh)).refusal,
        Refusal::invalid_command);
    EXPECT_EQ(shop.code("A1").state, CodeState::open);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Referral, nobody_refers_oneself_with_the_same_card) {
    ReferralShop shop;
    shop.fixture.execute(
        make_referred_sale(shop.program, receipt(1, "A1"), "card:1", 10'000, "", "visa-4242"));
    const std::string code = shop.code("A1").code;
    for (const char* who : {"card:2", "card:3"})
        shop.fixture.enroll(shop.program, who);
    shop.fixture.execute(
        make_referred_sale(shop.program, receipt(1, "B1"), "card:2", 10'000, code, "visa-4242"));
    EXPECT_EQ(shop.refused("card:2"), Refusal::referral_same_payment);
    shop.fixture.execute(
        make_referred_sale(shop.program, receipt(1, "C1"), "card:3", 10'000, code, "visa-1111"));
    EXPECT_EQ(shop.refused("card:3"), Refusal::none);
    EXPECT_EQ(shop.referral("card:3").referrer, shop.customer);
    // The same phone or email is one customer's: an account with it cannot be opened.
    shop.fixture.enroll(shop.program, "phone:+84901234567");
    EXPECT_EQ(shop.invite("phone:+84901234567", code).refusal, Refusal::key_taken);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Referral, the_graph_can_be_asked) {
    ReferralShop shop;
    shop.sale("A1", 10'000);
    shop.invite("card:2", shop.code("A0").code);
    shop.invite("card:3", shop.code("A1").code);
    shop.order("B1", 10'000, "card:2");
    shop.order("C1", 10'000, "card:3");
    const auto graph = shop.referral("card:1");
    EXPECT_EQ(graph.brought, 2U);
    EXPECT_EQ(graph.points.value, 40);
    ASSERT_EQ(graph.rows.size(), 2U);
    EXPECT_EQ(graph.rows[0].receipt, "1/C1");
    EXPECT_EQ(graph.rows[1].referee.value, 2U);
    EXPECT_EQ(shop.referral("card:3").referrer, shop.customer);
    EXPECT_TRUE(shop.referral("card:3").has_code);
    EXPECT_FALSE(graph.has_code);
}

TEST(Referral, a_referrer_who_is_the_vip_too_gets_both) {
    ReferralShop shop;
    shop.fixture.execute(make_appoint(shop.program, shop.fixture.fresh_request(), "card:1"));
    shop.fixture.execute(make_enroll_with(shop.program, shop.fixture.fresh_request(), {"card:2"}, "card:1",
                                          shop.code("A0").code));
    shop.order("B1", 1'000'000, "card:2");
    EXPECT_EQ(shop.points("card:1"), 50 + 20 + 50);
    EXPECT_EQ(shop.tier("card:1"), "bac");
    shop.void_sale("V1", "B1");
    EXPECT_EQ(shop.points("card:1"), 50);
    EXPECT_EQ(shop.tier("card:1"), "dong");
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Referral, a_repeat_of_the_order_pays_nothing_more) {
    ReferralShop shop;
    shop.invite("card:2", shop.code("A0").code);
    const auto first = shop.order("B1", 500'000, "card:2");
    const auto again = shop.order("B1", 500'000, "card:2");
    EXPECT_TRUE(again.duplicate);
    EXPECT_EQ(again.balance, first.balance);
    EXPECT_EQ(shop.points("card:1"), 70);
}

TEST(Referral, all_of_it_survives_crashes_and_checkpoints) {
    ReferralShop shop;
    shop.sale("A1", 10'000);
    const auto code = shop.code("A0");
    shop.invite("card:2", code.code);
    shop.invite("card:3", shop.code("A1").code);
    shop.order("B1", 10'000, "card:2");
    shop.fixture.commit();
    ASSERT_TRUE(shop.fixture.engine().checkpoint());
    shop.fixture.crash_and_reopen();
    EXPECT_EQ(shop.code("A0").code, code.code);
    EXPECT_EQ(shop.code("A0").state, CodeState::used);
    shop.order("C1", 10'000, "card:3");
    EXPECT_EQ(shop.referral("card:1").brought, 2U);
    shop.void_sale("V1", "B1");
    EXPECT_EQ(shop.referral("card:1").brought, 1U);
    shop.fixture.stop_and_reopen();
    EXPECT_EQ(shop.referral("card:1").brought, 1U);
    EXPECT_EQ(shop.fixture.verify(), "");
}

}  // namespace
}  // namespace tim::tests
