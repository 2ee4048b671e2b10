// Sales that name a hold (design rules, section 3: Holds, Returns; interface, `tim sale --hold`).
#include <gmock/gmock.h>

#include "tests/support/shop.h"

namespace tim::tests {
namespace {

using model::FactType;
using model::Refusal;
using testing::ElementsAre;

std::vector<FactType> types_of(const std::vector<model::Effect>& effects) {
    std::vector<FactType> types;
    for (const model::Effect& effect : effects)
        types.push_back(effect.type);
    return types;
}

TEST(DetailedSales, capture_the_whole_hold_with_the_sale) {
    Shop shop;
    shop.adjust(100);
    const auto hold = shop.hold(60).sequence;
    const auto sold = shop.sale_with("S", 50'000, hold);
    EXPECT_EQ(sold.refusal, Refusal::none);
    EXPECT_EQ(sold.points.value, 5);
    EXPECT_EQ(sold.balance.value, 45);
    EXPECT_EQ(sold.held.value, 0);
    EXPECT_EQ(sold.spendable.value, 45);
    EXPECT_EQ(shop.figures().points, 45);
    EXPECT_EQ(shop.figures().ranking, 5);
    EXPECT_EQ(shop.capture(hold).refusal, Refusal::hold_captured);

    const auto effects = shop.fixture.engine().effects(sold.sequence);
    EXPECT_THAT(types_of(effects), ElementsAre(FactType::sale, FactType::hold_captured));
    EXPECT_EQ(effects[0].points.value, 5);
    EXPECT_EQ(effects[1].points.value, -60);
    EXPECT_EQ(effects[1].related, hold);
    EXPECT_EQ(effects[1].subject_id, shop.customer.value);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(DetailedSales, tell_bonuses_among_their_effects) {
    model::Program program = nhanh_program();
    program.tiers[1].upgrade_bonus.value = 7;
    Shop shop(program);
    shop.adjust(100);
    const auto sold = shop.sale_with("S", 3'000'000, shop.hold(60).sequence);
    EXPECT_EQ(sold.balance.value, 100 + 300 - 60 + 7);
    EXPECT_EQ(sold.tier_after, 1);
    const auto effects = shop.fixture.engine().effects(sold.sequence);
    EXPECT_THAT(types_of(effects),
                ElementsAre(FactType::sale, FactType::hold_captured, FactType::tier_bonus));
    EXPECT_EQ(effects[2].points.value, 7);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(DetailedSales, a_hold_that_cannot_be_captured_refuses_the_sale) {
    Shop shop;
    shop.fixture.enroll(shop.program, "card:2");
    shop.adjust(100);
    const auto captured = shop.hold(5).sequence;
    const auto released = shop.hold(5).sequence;
    const auto expired = shop.hold(5, 1).sequence;
    const auto open = shop.hold(5).sequence;
    shop.capture(captured, 1);
    shop.release(released);
    shop.wait(1);
    const Figures before = shop.figures();
    EXPECT_EQ(shop.sale_with("S", 10'000, {999}).refusal, Refusal::unknown_hold);
    EXPECT_EQ(shop.sale_with("S", 10'000, captured).refusal, Refusal::hold_captured);
    EXPECT_EQ(shop.sale_with("S", 10'000, released).refusal, Refusal::hold_released);
    EXPECT_EQ(shop.sale_with("S", 10'000, expired).refusal, Refusal::hold_expired);
    EXPECT_EQ(shop.sale_with("S", 10'000, open, "card:2").refusal, Refusal::other_hold);
    EXPECT_EQ(shop.sale_with("S", 10'000, open, "").refusal, Refusal::invalid_command);
    EXPECT_EQ(shop.figures(), before);
    EXPECT_EQ(shop.sale_with("S", 10'000, open).refusal, Refusal::none);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(DetailedSales, are_carried_out_once) {
    Shop shop;
    shop.adjust(100);
    const auto hold = shop.hold(60).sequence;
    const auto other = shop.hold(10).sequence;
    const auto first = shop.sale_with("S", 50'000, hold);
    const auto effects = shop.fixture.engine().effects(first.sequence);
    shop.sale("T", 90'000);
    shop.fixture.commit();
    for (int round = 0; round < 2; ++round) {
        const auto again = shop.sale_with("S", 50'000, hold);
        EXPECT_TRUE(again.duplicate);
        EXPECT_EQ(again.sequence, first.sequence);
        EXPECT_EQ(again.balance, first.balance);
        EXPECT_EQ(again.held, first.held);
        EXPECT_EQ(again.spendable, first.spendable);
        EXPECT_EQ(types_of(shop.fixture.engine().effects(again.sequence)), types_of(effects));
        EXPECT_EQ(shop.sale_with("S", 50'000, other).refusal, Refusal::conflict);
        EXPECT_EQ(shop.sale("S", 50'000).refusal, Refusal::conflict);
        shop.fixture.crash_and_reopen();
    }
}

TEST(DetailedSales, without_details_are_sales) {
    Shop shop;
    EXPECT_EQ(shop.sale_with("S", 50'000, {}).points.value, 5);
    EXPECT_TRUE(shop.sale("S", 50'000).duplicate);
    EXPECT_EQ(shop.sale("T", 50'000).points.value, 5);
    EXPECT_TRUE(shop.sale_with("T", 50'000, {}).duplicate);
}

TEST(DetailedSales, a_full_return_restores_what_was_spent) {
    Shop shop;
    shop.adjust(100);
    const Figures before = shop.figures();
    shop.sale_with("S", 50'000, shop.hold(60).sequence);
    // In part: the goods that are left were paid with points too.
    EXPECT_EQ(shop.give_back("R1", 30'000, "S").balance.value, 42);
    const auto rest = shop.give_back("R2", 20'000, "S");
    EXPECT_EQ(rest.points.value, -2);
    EXPECT_EQ(rest.balance.value, 100);
    EXPECT_EQ(shop.figures(), before);
    EXPECT_EQ(shop.fixture.verify(), "");

    shop.sale_with("T", 50'000, shop.hold(60).sequence);
    EXPECT_EQ(shop.void_sale("V", "T").balance.value, 100);
    EXPECT_EQ(shop.figures(), before);
    shop.fixture.crash_and_reopen();
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(DetailedSales, a_sale_paid_with_points_alone_is_voided) {
    Shop shop;
    shop.adjust(100);
    const Figures before = shop.figures();
    shop.sale_with("S", 0, shop.hold(60).sequence);
    EXPECT_EQ(shop.give_back("R", 0, "S").balance.value, 40);  // nothing comes back
    EXPECT_EQ(shop.void_sale("V", "S").refusal, Refusal::already_returned);
    shop.sale_with("T", 0, shop.hold(40).sequence);
    EXPECT_EQ(shop.void_sale("V", "T").balance.value, 40);
    EXPECT_EQ(shop.figures().orders, before.orders + 1);
}

TEST(DetailedSales, what_is_restored_is_there_to_be_taken) {
    model::Program program = nhanh_program();
    program.points.below_zero = model::BelowZero::clamp;
    Shop shop(program);
    shop.adjust(100);
    shop.sale_with("S", 100'000, shop.hold(100).sequence);
    EXPECT_EQ(shop.redeem(10).balance.value, 0);
    // The ten points that the sale earned are gone, but a hundred come back: nothing falls short.
    const auto back = shop.void_sale("V", "S");
    EXPECT_EQ(back.points.value, -10);
    EXPECT_EQ(back.balance.value, 90);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(DetailedSales, redemptions_that_name_a_sale_are_restored_with_it) {
    Shop shop;
    shop.adjust(100);
    const Figures before = shop.figures();
    shop.sale_with("S", 500'000, shop.hold(20).sequence);
    shop.sale("T", 10'000);
    EXPECT_EQ(shop.redeem_in("S", 30).balance.value, 101);
    EXPECT_EQ(shop.redeem(1).refusal, Refusal::none);
    EXPECT_EQ(shop.give_back("R1", 100'000, "S").balance.value, 90);
    EXPECT_EQ(shop.redeem_in("S", 40).balance.value, 50);
    EXPECT_EQ(shop.void_sale("V", "S").refusal, Refusal::already_returned);
    shop.fixture.stop_and_reopen();
    EXPECT_EQ(shop.give_back("R2", 400'000, "S").balance.value, 100);
    EXPECT_EQ(shop.void_sale("V", "T").balance.value, 99);
    EXPECT_EQ(shop.figures().points, before.points - 1);
    EXPECT_EQ(shop.fixture.verify(), "");

    EXPECT_EQ(shop.redeem_in("S", 1).refusal, Refusal::already_returned);
    EXPECT_EQ(shop.redeem_in("R1", 1).refusal, Refusal::not_a_sale);
    EXPECT_EQ(shop.redeem_in("NEVER", 1).refusal, Refusal::unknown_receipt);
    shop.fixture.enroll(shop.program, "card:2");
    shop.sale("U", 10'000, model::kNoInstant, "card:2");
    EXPECT_EQ(shop.redeem_in("U", 1).refusal, Refusal::other_customer);
}

TEST(DetailedSales, a_sale_that_points_were_spent_in_can_be_voided) {
    Shop shop;
    shop.adjust(100);
    shop.sale("S", 500'000);
    shop.redeem_in("S", 30);
    EXPECT_EQ(shop.void_sale("V", "S").balance.value, 100);
    EXPECT_EQ(shop.fixture.verify(), "");
    const auto history = shop.fixture.engine().history(shop.program, {model::KeyKind::card, {}, "1"}, {}, 20);
    ASSERT_TRUE(history);
    const auto redeemed = std::find_if(history->begin(), history->end(), [](const auto& entry) {
        return entry.stored.fact.type == FactType::redeemed;
    });
    ASSERT_NE(redeemed, history->end());
    EXPECT_EQ(redeemed->original, "1/S");
}

}  // namespace
}  // namespace tim::tests
