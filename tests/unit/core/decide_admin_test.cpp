#include <gtest/gtest.h>

#include "desk.h"
#include "engine/core/customer_table.h"
#include "engine/core/state.h"

namespace tim::core {
namespace {

using model::CommandKind;
using model::Fact;
using model::FactType;
using model::Points;
using model::Refusal;
using test::command;
using test::Desk;
using test::kCustomer;
using test::kJanuary;

constexpr std::int64_t kMost = INT64_MAX;

TEST(DecideAdjust, ChangesPointsAndSpend) {
    for (const bool ranking : {false, true}) {
        Desk desk;
        const CustomerRecord record{.points = {20},
                                    .ranking_points = {7},
                                    .held = {4},
                                    .lifetime_spend = {2'999'999},
                                    .last = test::kLast};
        model::Command gift = command(CommandKind::adjust, 1, -16);
        gift.ranking = ranking;
        ASSERT_TRUE(decide_adjust(gift, desk.moment, kCustomer, record, desk.facts).accepted());
        ASSERT_EQ(desk.count(), 1U);
        const Fact& fact = desk.fact(0);
        EXPECT_EQ(fact.type, FactType::adjusted);
        EXPECT_EQ(fact.previous, test::kLast);
        EXPECT_EQ(fact.name(), gift.name);
        EXPECT_EQ(fact.content, content_digest(gift));
        EXPECT_EQ(fact.flags, ranking ? model::kFactRanking : 0);
        EXPECT_EQ(fact.month, kJanuary);
        EXPECT_EQ(fact.amount, model::Money{1});
        EXPECT_EQ(fact.points, Points{-16});
        EXPECT_EQ(fact.points_after, Points{4});
        EXPECT_EQ(fact.held_after, Points{4});
        EXPECT_EQ(fact.tier_before, 0);
        EXPECT_EQ(fact.tier_after, 1);
        EXPECT_EQ(fact.count, 1);
    }
}

TEST(DecideAdjust, RankingPointsMoveTheTierOnlyWhenAsked) {
    model::Program by_points = test::program();
    by_points.tiering.criterion = model::Criterion::lifetime_ranking_points;
    for (const bool ranking : {false, true}) {
        Desk desk(by_points);
        model::Command gift = command(CommandKind::adjust, 0, 3'000'000);
        gift.ranking = ranking;
        ASSERT_TRUE(decide_adjust(gift, desk.moment, kCustomer, {}, desk.facts).accepted());
        EXPECT_EQ(desk.fact(0).tier_after, ranking ? 1 : 0);
    }
}

TEST(DecideAdjust, RefusesWhatIsNotThereAndWhatWouldOverflow) {
    struct Case {
        const char* what;
        CustomerRecord record;
        std::int64_t points, amount;
        Refusal refusal;
        std::int64_t detail;
    };
    for (const Case& gift : {
             Case{"all that is free", {.points = {20}, .held = {4}}, -16, 0, Refusal::none, 0},
             Case{"what is held", {.points = {20}, .held = {4}}, -17, 0, Refusal::insufficient_points, 16},
             Case{"of debt", {.points = {-3}}, -1, 0, Refusal::insufficient_points, 0},
             Case{"to debt", {.points = {-3}}, 1, 0, Refusal::none, 0},
             Case{"points", {.points = {kMost}}, 1, 0, Refusal::overflow, 0},
             Case{"ranking points", {.ranking_points = {kMost}}, 1, 0, Refusal::overflow, 0},
             Case{"lifetime spend", {.lifetime_spend = {kMost}}, 0, 1, Refusal::overflow, 0},
             Case{"lifetime spend, just", {.lifetime_spend = {kMaxSum - 1}}, 0, 1, Refusal::none, 0},
             Case{"the month before",
                  {.month = {700}, .spend_before_month = {-kMaxSum}},
                  0,
                  -2,
                  Refusal::overflow,
                  0},
         }) {
        Desk desk;
        model::Command given = command(CommandKind::adjust, gift.amount, gift.points);
        given.ranking = true;
        const Judgement judgement = decide_adjust(given, desk.moment, kCustomer, gift.record, desk.facts);
        EXPECT_EQ(judgement.refusal, gift.refusal) << gift.what;
        EXPECT_EQ(judgement.detail, gift.detail) << gift.what;
        EXPECT_EQ(desk.count(), judgement.accepted() ? 1U : 0U) << gift.what;
    }
}

TEST(DecideEnroll, BeginsACustomer) {
    Desk desk;
    model::Command enroll = command(CommandKind::enroll, 0);
    const model::Enrollment newcomer;
    enroll.enrollment = &newcomer;
    const ProgramState shop(test::kProgram, "shop");
    decide_enroll(enroll, desk.moment, kCustomer, shop, {}, desk.facts);
    ASSERT_EQ(desk.count(), 1U);
    const Fact& fact = desk.fact(0);
    EXPECT_EQ(fact.type, FactType::enrolled);
    EXPECT_EQ(fact.subject, kCustomer);
    EXPECT_EQ(fact.previous, model::Sequence{0});
    EXPECT_EQ(fact.at, test::kNow);
    EXPECT_EQ(fact.name(), enroll.name);
    EXPECT_EQ(fact.content, content_digest(enroll));
    EXPECT_EQ(fact.tier_before, 0);
    EXPECT_EQ(fact.tier_after, 0);
    EXPECT_EQ(fact.points_after, Points{0});
    EXPECT_EQ(fact.count, 1);
}

TEST(CheckEnrollment, KeysAndCustomersAreBounded) {
    struct Case {
        std::size_t keys;
        std::uint64_t customers;
        Refusal refusal;
    };
    for (const Case& newcomer :
         {Case{1, 0, Refusal::none}, Case{8, kMaxCustomers - 1, Refusal::none},
          Case{9, 0, Refusal::too_many_keys}, Case{1, kMaxCustomers, Refusal::too_many_customers},
          Case{9, kMaxCustomers, Refusal::too_many_keys}})
        EXPECT_EQ(check_enrollment(newcomer.keys, newcomer.customers).refusal, newcomer.refusal)
            << newcomer.keys << " " << newcomer.customers;
}

}  // namespace
}  // namespace tim::core
