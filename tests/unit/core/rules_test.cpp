#include "engine/core/rules.h"

#include <gtest/gtest.h>

#include "desk.h"

namespace tim::core {
namespace {

constexpr std::int64_t kMost = INT64_MAX;

TEST(Rules, TheTierIsTheHighestActiveOneThatIsReached) {
    const auto rules = test::compile(test::program());
    for (const auto& [figure, tier] : {std::pair<std::int64_t, int>{INT64_MIN, 0},
                                       {-1, 0},
                                       {0, 0},
                                       {2'999'999, 0},
                                       {3'000'000, 1},
                                       {5'000'000, 1},  // that of index 2 is not in use
                                       {9'999'999, 1},
                                       {10'000'000, 3},
                                       {kMost, 3}})
        EXPECT_EQ(rules->tier_of(figure), tier) << figure;
}

TEST(Rules, TheCriterionChoosesTheFigure) {
    CustomerRecord record;
    record.lifetime_spend = {3'000'000};
    record.ranking_points = {10'000'000};
    model::Program program = test::program();
    const auto by_spend = test::compile(program);
    EXPECT_TRUE(by_spend->by_spend());
    EXPECT_EQ(by_spend->metric(record), 3'000'000);
    EXPECT_EQ(by_spend->tier_of(record), 1);
    program.tiering.criterion = model::Criterion::lifetime_ranking_points;
    const auto by_points = test::compile(program);
    EXPECT_FALSE(by_points->by_spend());
    EXPECT_EQ(by_points->metric(record), 10'000'000);
    EXPECT_EQ(by_points->tier_of(record), 3);
}

TEST(Rules, EarnsWholeUnitsAndNeverWraps) {
    struct Case {
        model::EarnRate rate;
        std::int64_t amount;
        std::optional<model::Points> earned;
    };
    for (const Case& sale :
         {Case{{{10'000}, {1}}, 0, model::Points{0}}, Case{{{10'000}, {1}}, 9'999, model::Points{0}},
          Case{{{10'000}, {1}}, 10'000, model::Points{1}}, Case{{{10'000}, {1}}, 19'999, model::Points{1}},
          Case{{{100}, {3}}, 250, model::Points{6}}, Case{{{1}, {1}}, kMost, model::Points{kMost}},
          Case{{{1}, {kMost}}, 1, model::Points{kMost}}, Case{{{1}, {kMost}}, 2, std::nullopt},
          Case{{{2}, {3}}, kMost, std::nullopt}}) {
        model::Program program = test::program();
        program.points.earn = sale.rate;
        EXPECT_EQ(test::compile(program)->earned({sale.amount}), sale.earned)
            << sale.amount << " at " << sale.rate.per_amount.value;
    }
}

TEST(Rules, AnAmountIsWorthItsPointsRoundedUp) {
    struct Case {
        std::optional<model::RedeemRate> rate;
        std::int64_t amount;
        std::optional<model::Points> worth;
    };
    const model::RedeemRate plain{{1}, {1'000}};
    const model::RedeemRate uneven{{100}, {33}};
    for (const Case& redeem : {Case{plain, 1, model::Points{1}}, Case{plain, 1'000, model::Points{1}},
                               Case{plain, 1'001, model::Points{2}}, Case{uneven, 33, model::Points{100}},
                               Case{uneven, 34, model::Points{104}}, Case{uneven, 1, model::Points{4}},
                               Case{model::RedeemRate{{1}, {1}}, kMost, model::Points{kMost}},
                               Case{uneven, kMost, std::nullopt}, Case{std::nullopt, 1, std::nullopt}}) {
        model::Program program = test::program();
        program.points.redeem = redeem.rate;
        EXPECT_EQ(test::compile(program)->worth({redeem.amount}), redeem.worth) << redeem.amount;
    }
}

TEST(Rules, KeepWhatTheProgramSays) {
    model::Program program = test::program();
    program.points.late_days = 3;
    program.points.return_days = 20;
    program.points.below_zero = model::BelowZero::clamp;
    const auto rules = test::compile(program, {5}, {77});
    EXPECT_EQ(rules->version(), model::VersionId{5});
    EXPECT_EQ(rules->effective(), model::Instant{77});
    EXPECT_EQ(rules->late_ms(), 3 * kDayMs);
    EXPECT_EQ(rules->return_ms(), 20 * kDayMs);
    EXPECT_TRUE(rules->clamps());
    EXPECT_FALSE(test::compile(test::program())->clamps());
    EXPECT_EQ(rules->keep_points(3), model::Points{100});
    EXPECT_EQ(rules->keep_points(0), model::Points{0});
    EXPECT_EQ(rules->calendar().zone_name(), "Asia/Ho_Chi_Minh");
    EXPECT_EQ(rules->program().id, "shop");
}

TEST(Rules, AnUnknownZoneIsAnError) {
    model::Program program = test::program();
    program.time_zone = "Asia/Nowhere";
    EXPECT_FALSE(Rules::compile(std::make_shared<const model::Program>(program), {1}, {}));
}

TEST(RulesDeathTest, OnlyValidatedProgramsAreCompiled) {
    model::Program free = test::program();
    free.points.earn.per_amount = {0};
    EXPECT_DEATH(test::compile(free), "only validated programs are compiled");
    model::Program tierless = test::program();
    tierless.tiers[0].active = false;
    EXPECT_DEATH(test::compile(tierless), "only validated programs are compiled");
}

TEST(Spendable, IsWhatIsNeitherHeldNorKept) {
    struct Case {
        std::int64_t points, held, keep, spendable;
    };
    for (const Case& customer : {Case{180, 0, 100, 80}, Case{180, 30, 100, 50}, Case{130, 30, 100, 0},
                                 Case{100, 101, 0, 0}, Case{-5, 0, 0, 0}, Case{kMost, 0, 0, kMost},
                                 Case{INT64_MIN, 1, 0, 0}, Case{INT64_MIN + 1, 1, 1, 0}})
        EXPECT_EQ(spendable({customer.points}, {customer.held}, {customer.keep}),
                  model::Points{customer.spendable})
            << customer.points << " " << customer.held << " " << customer.keep;
}

}  // namespace
}  // namespace tim::core
