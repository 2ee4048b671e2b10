#include <gtest/gtest.h>

#include <cstring>

#include "desk.h"
#include "engine/core/settle.h"
#include "engine/core/state.h"

namespace tim::core {
namespace {

using model::CommandKind;
using model::Fact;
using model::FactType;
using model::Refusal;
using test::command;
using test::Desk;
using test::kCustomer;
using test::kJanuary;
using test::kNobody;
using test::kNow;

constexpr std::int64_t kMost = INT64_MAX;

TEST(DecideSale, WritesOneFact) {
    Desk desk;
    const CustomerRecord record{.points = {10},
                                .ranking_points = {20},
                                .held = {4},
                                .lifetime_spend = {2'990'000},
                                .last = test::kLast,
                                .orders = 2};
    const model::Command sale = command(CommandKind::sale, 25'000);
    ASSERT_TRUE(decide_sale(sale, desk.moment, kCustomer, record, desk.facts).accepted());
    ASSERT_EQ(desk.count(), 1U);
    const Fact& fact = desk.fact(0);
    EXPECT_EQ(fact.type, FactType::sale);
    EXPECT_EQ(fact.subject, kCustomer);
    EXPECT_EQ(fact.previous, test::kLast);
    EXPECT_EQ(fact.at, kNow);
    EXPECT_EQ(fact.recorded, desk.moment.recorded);
    EXPECT_EQ(fact.version, model::VersionId{1});
    EXPECT_EQ(fact.position, 0);
    EXPECT_EQ(fact.count, 1);
    EXPECT_EQ(fact.flags, model::kFactRanking) << "not the first order";
    EXPECT_EQ(fact.month, kJanuary);
    EXPECT_EQ(fact.tier_before, 0);
    EXPECT_EQ(fact.tier_after, 1);
    EXPECT_EQ(fact.name(), sale.name);
    EXPECT_EQ(fact.content, content_digest(sale));
    EXPECT_EQ(fact.amount, model::Money{25'000});
    EXPECT_EQ(fact.points, model::Points{2});
    EXPECT_EQ(fact.points_after, model::Points{12});
    EXPECT_EQ(fact.held_after, model::Points{4});
    EXPECT_EQ(desk.facts.next(), model::Sequence{test::kFirst.value + 1});
}

TEST(DecideSale, IsPricedByTheVersionOfItsAtAndRankedByTheOneInForce) {
    Desk desk;
    model::Program other = test::program();
    other.points.earn.points = {7};
    other.tiers[1].min = 1;
    const auto earlier = test::compile(other, {2});
    desk.moment.pricing = earlier.get();
    ASSERT_TRUE(
        decide_sale(command(CommandKind::sale, 10'000), desk.moment, kCustomer, {}, desk.facts).accepted());
    EXPECT_EQ(desk.fact(0).points, model::Points{7});
    EXPECT_EQ(desk.fact(0).tier_after, 0);
    EXPECT_EQ(desk.fact(0).version, model::VersionId{1});
}

TEST(DecideSale, OfSimpleRulesIsWhatTheGeneralWayMakesOfIt) {
    // A multiplier of a tier that nobody holds takes a program off the short way, and changes nothing.
    model::Program simple = test::program();
    model::Program general = test::program();
    general.tiers[2].multiplier_bp = 20'000;
    for (const auto criterion :
         {model::Criterion::lifetime_spend, model::Criterion::lifetime_ranking_points}) {
        simple.tiering.criterion = general.tiering.criterion = criterion;
        Desk here(simple);
        Desk there(general);
        ASSERT_TRUE(here.rules->simple_sales());
        ASSERT_FALSE(there.rules->simple_sales());
        for (const std::int64_t before :
             {std::int64_t{-5}, std::int64_t{0}, std::int64_t{2'999'999}, std::int64_t{3'000'000},
              std::int64_t{9'999'999}, kMost / 2, kMost - 3, kMost})
            for (const std::int64_t amount :
                 {std::int64_t{0}, std::int64_t{1}, std::int64_t{9'999}, std::int64_t{30'000},
                  std::int64_t{7'000'001}, kMost / 2, kMost})
                for (const std::uint32_t orders : {0U, 3U, UINT32_MAX})
                    for (const int later : {-1, 0, 2}) {
                        CustomerRecord record;
                        record.lifetime_spend = {before};
                        record.ranking_points = {before};
                        record.points = {before};
                        record.orders = orders;
                        record.last = test::kLast;
                        record.month.value = static_cast<std::uint16_t>(kJanuary.value + later);
                        here.facts.clear();
                        there.facts.clear();
                        const model::Command sale = command(CommandKind::sale, amount);
                        const Judgement one = decide_sale(sale, here.moment, kCustomer, record, here.facts);
                        const Judgement other =
                            decide_sale(sale, there.moment, kCustomer, record, there.facts);
                        ASSERT_EQ(one.refusal, other.refusal) << before << " " << amount;
                        if (!one.accepted()) continue;
                        ASSERT_EQ(here.count(), 1U);
                        ASSERT_EQ(there.count(), 1U);
                        ASSERT_EQ(std::memcmp(&here.fact(0), &there.fact(0), sizeof(Fact)), 0)
                            << before << " " << amount;
                    }
    }
}

TEST(DecideSale, RanksByPointsWhereTheProgramDoes) {
    model::Program by_points = test::program();
    by_points.tiering.criterion = model::Criterion::lifetime_ranking_points;
    Desk desk(by_points);
    CustomerRecord record;
    record.ranking_points = {2'999'999};
    ASSERT_TRUE(decide_sale(command(CommandKind::sale, 10'000), desk.moment, kCustomer, record, desk.facts)
                    .accepted());
    EXPECT_EQ(desk.fact(0).tier_before, 0);
    EXPECT_EQ(desk.fact(0).tier_after, 1);
}

TEST(DecideSale, NobodyEarnsNothingAndHasNoTier) {
    Desk desk;
    CustomerRecord record;
    record.lifetime_spend = {50'000'000};
    ASSERT_TRUE(
        decide_sale(command(CommandKind::sale, 25'000), desk.moment, kNobody, record, desk.facts).accepted());
    EXPECT_EQ(desk.fact(0).subject, kNobody);
    EXPECT_EQ(desk.fact(0).points, model::Points{0});
    EXPECT_EQ(desk.fact(0).tier_before, 0);
    EXPECT_EQ(desk.fact(0).tier_after, 0);
    EXPECT_EQ(desk.fact(0).amount, model::Money{25'000});
}

TEST(DecideSale, PostsToTheMonthOfItsAtInTheProgramsZone) {
    constexpr std::int64_t kFebruaryMs = 1'706'720'400'000;  // 2024-02-01T00:00 in Hanoi
    for (const auto& [at, month] : {std::pair{kFebruaryMs - 1, 648}, {kFebruaryMs, 649}}) {
        Desk desk;
        desk.moment.at = {at};
        ASSERT_TRUE(
            decide_sale(command(CommandKind::sale, 1), desk.moment, kCustomer, {}, desk.facts).accepted());
        EXPECT_EQ(desk.fact(0).month.value, month);
        EXPECT_EQ(desk.fact(0).at.value, at);
    }
}

TEST(DecideSale, RefusesWhatWouldOverflow) {
    model::Program program = test::program();
    program.points.earn = {{1}, {2}};
    struct Case {
        const char* what;
        CustomerRecord record;
        std::int64_t amount;
        Refusal refusal;
    };
    const model::Month next{static_cast<std::uint16_t>(kJanuary.value + 1)};
    for (const Case& sale : {
             Case{"earned", {}, kMost / 2 + 1, Refusal::overflow},
             Case{"earned, just", {}, kMaxSum / 2, Refusal::none},
             Case{"ranking points at once", {}, kMaxSum / 2 + 1, Refusal::overflow},
             Case{"points", {.points = {kMost - 1}}, 1, Refusal::overflow},
             Case{"points, just", {.points = {kMost - 2}}, 1, Refusal::none},
             Case{"ranking points", {.ranking_points = {kMost - 1}}, 1, Refusal::overflow},
             Case{"lifetime spend", {.lifetime_spend = {kMost}}, 1, Refusal::overflow},
             Case{"lifetime spend, just", {.lifetime_spend = {kMaxSum - 1}}, 1, Refusal::none},
             Case{
                 "before this month", {.month = next, .spend_before_month = {kMaxSum}}, 1, Refusal::overflow},
             Case{"before the closed month",
                  {.month = {static_cast<std::uint16_t>(kJanuary.value + 2)},
                  .spend_before_closed_month = {kMaxSum}},
                  1,
                  Refusal::overflow},
             Case{"orders", {.orders = UINT32_MAX}, 1, Refusal::overflow},
         }) {
        Desk desk(program);
        EXPECT_EQ(decide_sale(command(CommandKind::sale, sale.amount), desk.moment, kCustomer, sale.record,
                              desk.facts)
                      .refusal,
                  sale.refusal)
            << sale.what;
        EXPECT_EQ(desk.count(), sale.refusal == Refusal::none ? 1U : 0U) << sale.what;
    }
}

TEST(DecideSale, CapturesTheHoldThatItNames) {
    Desk desk;
    const CustomerRecord record{.points = {50}, .held = {30}, .last = test::kLast};
    model::Command sale = command(CommandKind::sale, 25'000);
    const model::SaleDetails details{{12}};
    sale.details = &details;
    SaleExtras extras;
    const auto refusal = [&] {
        return decide_sale(sale, desk.moment, kCustomer, record, desk.facts, {&extras}).refusal;
    };
    EXPECT_EQ(refusal(), Refusal::unknown_hold);
    extras.hold_customer = {8};
    EXPECT_EQ(refusal(), Refusal::other_hold);
    extras.hold_customer = {7};
    extras.hold_resolved = FactType::hold_released;
    EXPECT_EQ(refusal(), Refusal::hold_released);
    extras.hold_resolved = FactType::hold_captured;
    EXPECT_EQ(refusal(), Refusal::hold_captured);
    extras.hold_resolved.reset();
    extras.hold = OpenHold{{12}, {30}, kNow};
    EXPECT_EQ(refusal(), Refusal::hold_expired);
    EXPECT_EQ(desk.count(), 0U);
    extras.hold->expires_at.value += 1;
    ASSERT_EQ(refusal(), Refusal::none);
    ASSERT_EQ(desk.count(), 2U);
    EXPECT_EQ(desk.fact(0).points_after, model::Points{52});
    EXPECT_EQ(desk.fact(0).count, 2);
    const Fact& captured = desk.fact(1);
    EXPECT_EQ(captured.type, FactType::hold_captured);
    EXPECT_EQ(captured.previous, test::kFirst);
    EXPECT_EQ(captured.position, 1);
    EXPECT_EQ(captured.name_kind, model::NameKind::none);
    EXPECT_EQ(captured.request.related, 12U);
    EXPECT_EQ(captured.points, model::Points{-30});
    EXPECT_EQ(captured.points_after, model::Points{22});
    EXPECT_EQ(captured.held_after, model::Points{0});
    EXPECT_NE(content_digest(sale), content_digest(command(CommandKind::sale, 25'000)));
}

TEST(DecideSale, KeepsPendingPointsOutOfTheBalance) {
    model::Program program = test::program();
    program.points.pending_days = 7;
    Desk desk(program);
    ASSERT_TRUE(
        decide_sale(command(CommandKind::sale, 25'000), desk.moment, kCustomer, {.points = {10}}, desk.facts)
            .accepted());
    EXPECT_EQ(desk.fact(0).points, model::Points{2});
    EXPECT_EQ(desk.fact(0).points_after, model::Points{10});
    EXPECT_EQ(desk.fact(0).flags,
              model::kFactRanking | model::kFactPending | model::kFactLot | model::kFactFirstOrder);
    // A week late they can be spent, and never expire: no dates.
    Desk late(program);
    late.moment.at.value -= 7 * kDayMs;
    ASSERT_TRUE(
        decide_sale(command(CommandKind::sale, 25'000), late.moment, kCustomer, {.points = {10}}, late.facts)
            .accepted());
    EXPECT_EQ(late.fact(0).points_after, model::Points{12});
    EXPECT_EQ(late.fact(0).flags, model::kFactRanking | model::kFactFirstOrder);
}

TEST(FoldFigures, AnExtraThatWasRefusedChangesNothing) {
    const CustomerRecord before{.points = {10}, .held = {4}, .version = {1}, .tier = 2};
    CustomerRecord after = before;
    Fact fact;
    fact.type = FactType::extra_refused;
    fact.subject = kCustomer;
    fact.version = {1};
    fact.tier_after = 2;
    fact.extra = {model::SaleExtra::voucher, 0, static_cast<std::uint16_t>(Refusal::overflow), 0, 0, 0};
    fold_figures(after, fact);
    EXPECT_EQ(digest(before), digest(after));
}

TEST(Quote, IsWhatASaleWouldEarn) {
    model::Program program = test::program();
    program.tiers[0].discount = model::Discount{1'000, {}, {}, {}};
    const auto rules = test::compile(program);
    const CampaignUses uses;
    const CampaignBudgets budgets;
    const RewardCounts rewards;
    const ProgramState state({1}, "p");
    const auto told = quote(command(CommandKind::balance, 25'000), *rules, kNow, {1}, {}, 0,
                            {uses, budgets, rewards, state});
    ASSERT_TRUE(told);
    EXPECT_EQ(told->discount.value, 2'500);
    EXPECT_EQ(told->points.value, 2) << "22,500 are left to pay";
}

}  // namespace
}  // namespace tim::core
