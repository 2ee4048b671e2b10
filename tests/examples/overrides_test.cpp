// Tiers by hand: a tier, a from and an until (rules.md, Tiers). They lie over what the figures lead to.
#include <gtest/gtest.h>

#include "tests/support/shop.h"

namespace tim::tests {
namespace {

using model::Instant;
using model::kNoInstant;
using model::Refusal;

constexpr auto at = hanoi;

/// It is the beginning of 2024; the multiplier of Vàng is 1.5.
model::Program generous() {
    model::Program program = nhanh_program();
    program.tiers[2].multiplier_bp = 15'000;
    return program;
}

struct HandShop : Shop {
    explicit HandShop(const model::Program& rules = generous()) : Shop(rules) { go_to("2024-01-01"); }

    void go_to(const char* text) { fixture.clock().set(at(text)); }
    model::Outcome give(const std::string& tier, const char* until, const char* from = nullptr) {
        return fixture.execute(make_override(program, fixture.fresh_request(), kCustomer, tier, at(until),
                                             from == nullptr ? kNoInstant : at(from)));
    }
    model::Outcome take_back() {
        return fixture.execute(make_override(program, fixture.fresh_request(), kCustomer, ""));
    }
    void sweep() {
        while (fixture.engine().step_sweep()) {
        }
    }
    std::vector<model::FactType> history() {
        fixture.commit();
        std::vector<model::FactType> types;
        const auto entries = fixture.engine().history(program, {model::KeyKind::card, {}, "1"}, {}, 100);
        for (const auto& entry : *entries)
            types.push_back(entry.stored.fact.type);
        return types;
    }
};

TEST(Overrides, a_tier_by_hand_holds_from_its_beginning_until_its_end) {
    for (const bool swept : {false, true}) {
        HandShop shop;
        EXPECT_EQ(shop.give("vang", "2024-03-01", "2024-02-01").tier_after, 0);
        shop.go_to("2024-01-31T23:59:59");
        if (swept) shop.sweep();
        EXPECT_EQ(shop.tier(), "dong");
        shop.go_to("2024-02-01");
        if (swept) shop.sweep();
        EXPECT_EQ(shop.tier(), "vang");
        shop.go_to("2024-02-29T23:59:59");
        const auto sold = shop.sale("A1", 100'000);
        EXPECT_EQ(sold.tier_before, 2);
        EXPECT_EQ(sold.tier_after, 2);
        EXPECT_EQ(sold.points.value, 15) << "it prices";
        EXPECT_EQ(sold.spendable.value, 0) << "100 stay on the account";
        shop.go_to("2024-03-01");
        if (swept) shop.sweep();
        EXPECT_EQ(shop.tier(), "dong");
        EXPECT_EQ(shop.figures().spendable, 15);
        EXPECT_EQ(shop.give_back("R1", 50'000, "A1").points.value, -8)
            << "returns go by the tier that priced";
        EXPECT_EQ(shop.fixture.verify(), "");
        using enum model::FactType;
        EXPECT_EQ(shop.history(), (std::vector<model::FactType>{returned, override_ended, sale,
                                                                override_began, tier_overridden, enrolled}));
    }
}

TEST(Overrides, figures_go_on_beneath_and_hold_when_it_is_over) {
    HandShop shop;
    shop.sale("A1", 11'000'000);
    EXPECT_EQ(shop.give("dong", "2024-06-01").tier_after, 0) << "it holds down too";
    EXPECT_EQ(shop.sale("A2", 1'000'000).tier_after, 0);
    EXPECT_EQ(shop.give_back("R1", 11'000'000, "A1").tier_after, 0);
    shop.go_to("2024-06-01");
    EXPECT_EQ(shop.tier(), "dong");
    shop.sale("A3", 3'000'000);
    EXPECT_EQ(shop.tier(), "bac");
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Overrides, never_falls_keeps_what_was_found_beneath_not_what_was_given) {
    model::Program program = generous();
    program.tiering.downgrade = model::Downgrade::never;
    HandShop shop(program);
    shop.give("vang", "2024-02-01");
    shop.sale("A1", 4'000'000);
    shop.give_back("R1", 4'000'000, "A1");
    EXPECT_EQ(shop.tier(), "vang");
    shop.go_to("2024-02-01");
    EXPECT_EQ(shop.tier(), "bac") << "reached once; Vàng was only lent";
    shop.sale("A2", 10'000);
    EXPECT_EQ(shop.tier(), "bac");
    shop.fixture.crash_and_reopen();
    EXPECT_EQ(shop.tier(), "bac");
}

TEST(Overrides, reviews_find_the_tier_beneath_and_bonuses_follow_it) {
    model::Program program = generous();
    program.tiering = {model::Criterion::period_spend, model::Downgrade::at_review,
                       model::Review::half_yearly, model::Start::current};
    program.tiers[1].upgrade_bonus = {50};
    program.tiers[2].upgrade_bonus = {100};
    HandShop shop(program);
    EXPECT_EQ(shop.give("vang", "2024-08-01").balance.value, 0) << "a tier by hand pays no bonus";
    EXPECT_EQ(shop.sale("A1", 3'000'000).balance.value, 450 + 50) << "the tier beneath does";
    shop.go_to("2024-07-15");
    EXPECT_EQ(shop.tier(), "vang");
    shop.go_to("2024-08-01");
    EXPECT_EQ(shop.tier(), "bac") << "opened with the first half-year's figure";
    shop.go_to("2025-01-01");
    EXPECT_EQ(shop.tier(), "dong");
    shop.sweep();
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Overrides, the_last_one_given_holds_and_all_can_be_taken_back) {
    HandShop shop;
    shop.give("vang", "2024-12-01");
    shop.give("bac", "2024-02-01");
    EXPECT_EQ(shop.tier(), "bac");
    shop.go_to("2024-02-01");
    EXPECT_EQ(shop.tier(), "vang") << "the older one goes on";
    EXPECT_EQ(shop.take_back().tier_after, 0);
    EXPECT_EQ(shop.tier(), "dong");
    EXPECT_EQ(shop.take_back().refusal, Refusal::no_override);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Overrides, a_version_without_the_tier_lets_it_lapse) {
    HandShop shop;
    shop.give("bac", "2024-12-01");
    model::Program program = generous();
    program.tiers.erase(program.tiers.begin() + 1);
    program.tiers[0].max = 9'999'999;
    shop.fixture.execute(make_put_program(shop.fixture.fresh_request(), program));
    EXPECT_EQ(shop.tier(), "dong");
    shop.fixture.execute(make_put_program(shop.fixture.fresh_request(), generous()));
    EXPECT_EQ(shop.tier(), "bac") << "the tier is there again";
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Overrides, survive_restarts_crashes_and_checkpoints) {
    HandShop shop;
    shop.give("vang", "2024-03-01");
    shop.give("bac", "2024-06-01", "2024-02-01");
    ASSERT_TRUE(shop.fixture.engine().checkpoint());
    shop.fixture.stop_and_reopen();
    EXPECT_EQ(shop.tier(), "vang");
    shop.go_to("2024-02-10");
    EXPECT_EQ(shop.sale("A1", 10'000).tier_before, 1);
    shop.fixture.commit();
    shop.fixture.crash_and_reopen();
    EXPECT_EQ(shop.tier(), "bac");
    shop.go_to("2024-06-01");
    shop.sweep();
    EXPECT_EQ(shop.tier(), "dong");
    EXPECT_EQ(shop.fixture.verify(), "");
    const auto then =
        shop.fixture.engine().show_as_of(shop.program, {model::KeyKind::card, {}, "1"}, at("2024-01-20"));
    EXPECT_EQ(then->tier, 2);
}

TEST(Overrides, happen_once_and_bad_ones_are_refused) {
    HandShop shop;
    const auto given =
        make_override(shop.program, shop.fixture.fresh_request(), Shop::kCustomer, "vang", at("2024-03-01"));
    const auto first = shop.fixture.execute(given);
    auto again = shop.fixture.execute(given);
    EXPECT_TRUE(again.duplicate);
    EXPECT_EQ(again.sequence, first.sequence);
    EXPECT_EQ(again.tier_after, 2);
    auto other = given;
    other.tier_act =
        std::make_shared<const model::TierAct>(model::TierAct{"bac", kNoInstant, at("2024-03-01")});
    EXPECT_EQ(shop.fixture.execute(other).refusal, Refusal::conflict);
    EXPECT_EQ(shop.give("kim-cuong", "2024-03-01").refusal, Refusal::unknown_tier);
    EXPECT_EQ(shop.give("vang", "2023-12-31").refusal, Refusal::invalid_time);
    EXPECT_EQ(shop.give("vang", "2024-03-01", "2024-03-01").refusal, Refusal::invalid_time);
    for (int i = 0; i < 7; ++i)
        EXPECT_EQ(shop.give("bac", "2024-03-01").refusal, Refusal::none);
    const auto many = shop.give("bac", "2024-03-01");
    EXPECT_EQ(many.refusal, Refusal::too_many_overrides);
    EXPECT_EQ(many.detail, 8);
    auto undated = make_override(shop.program, shop.fixture.fresh_request(), Shop::kCustomer, "vang");
    EXPECT_EQ(shop.fixture.execute(undated).refusal, Refusal::invalid_time);
    auto dated_end =
        make_override(shop.program, shop.fixture.fresh_request(), Shop::kCustomer, "", at("2024-03-01"));
    EXPECT_EQ(shop.fixture.execute(dated_end).refusal, Refusal::invalid_command);
}

TEST(Overrides, what_if_looks_beneath_and_above) {
    HandShop shop;
    shop.give("vang", "2024-12-01");
    shop.sale("A1", 4'000'000);
    model::Program change = generous();
    change.tiers[1].min = 5'000'000;
    change.tiers[0].max = 4'999'999;
    shop.fixture.commit();
    const auto answer = shop.fixture.engine().what_if(shop.program, change, {});
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->moves, (std::vector<runtime::TierMove>{{1, 2, 2}}));
}

}  // namespace
}  // namespace tim::tests
