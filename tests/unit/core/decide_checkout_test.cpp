#include <gtest/gtest.h>

#include "desk.h"

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
using test::kNow;

/// Of the level whose floor is 100 points.
const CustomerRecord kGold{
    .points = {180}, .held = {10}, .lifetime_spend = {10'000'000}, .last = test::kLast};
constexpr std::int64_t kMost = 70;

model::Instant after_now(std::int64_t ms) {
    return {kNow.value + ms};
}

// ---------------------------------------------------------------------------------------- time-outs

const OpenHolds kHolds{{{41}, {10}, kNow}, {{42}, {5}, after_now(1)}, {{43}, {3}, after_now(-9)}};

TEST(SettleHolds, GivesBackWhatHasTimedOut) {
    Desk desk;
    CustomerRecord record = kGold;
    record.held = {18};
    const CustomerRecord draft = settle_holds(record, kCustomer, kHolds, desk.moment, desk.facts);
    EXPECT_EQ(draft.held, Points{5});
    EXPECT_EQ(draft.points, record.points);
    EXPECT_EQ(draft.last, model::Sequence{test::kFirst.value + 1});
    ASSERT_EQ(desk.count(), 2U);
    const std::uint64_t holds[] = {41, 43};
    const model::Instant times[] = {kNow, after_now(-9)};
    const std::int64_t held[] = {8, 5};
    for (std::size_t i = 0; i < 2; ++i) {
        const Fact& fact = desk.fact(i);
        EXPECT_EQ(fact.type, FactType::hold_expired);
        EXPECT_EQ(fact.previous, i == 0 ? test::kLast : test::kFirst);
        EXPECT_EQ(fact.request.related, holds[i]);
        EXPECT_EQ(fact.at, times[i]) << "when it timed out";
        EXPECT_EQ(fact.recorded, desk.moment.recorded);
        EXPECT_EQ(fact.held_after.value, held[i]);
        EXPECT_EQ(fact.points_after, record.points);
        EXPECT_EQ(fact.tier_after, 3);
        EXPECT_EQ(fact.name_kind, model::NameKind::none);
        EXPECT_EQ(fact.position, 0);
        EXPECT_EQ(fact.count, 1) << "a transaction of its own";
    }
}

TEST(Settled, ShowsTheRecordAsItStandsNow) {
    const auto rules = test::compile(test::program());
    CustomerRecord record = kGold;
    record.held = {18};
    record.month = {static_cast<std::uint16_t>(test::kJanuary.value - 1)};
    record.spend_before_month = {10'000'000 - 500};
    record.spend_before_closed_month = {10'000'000 - 507};
    record.tier = 1;
    const CustomerRecord view = settled(record, &kHolds, nullptr, nullptr, kNow, *rules).record;
    EXPECT_EQ(view.held, Points{5});
    EXPECT_EQ(view.month, test::kJanuary);
    EXPECT_EQ(view.month_spend(), model::Money{0});
    EXPECT_EQ(view.closed_month_spend(), model::Money{500});
    EXPECT_EQ(view.tier, 3);
    EXPECT_EQ(settled(record, nullptr, nullptr, nullptr, kNow, *rules).record.held, Points{18});
}

// ---------------------------------------------------------------------------------------- redeeming

TEST(DecideRedeem, TakesPointsOrAnAmountsWorth) {
    struct Case {
        std::int64_t points, amount, taken;
        Refusal refusal;
    };
    for (const Case& redeem :
         {Case{kMost, 0, kMost, Refusal::none}, Case{kMost + 1, 0, 0, Refusal::insufficient_points},
          Case{0, 1, 1, Refusal::none}, Case{0, 70'000, kMost, Refusal::none},
          Case{0, 70'001, 0, Refusal::insufficient_points}}) {
        Desk desk;
        const model::Command given = command(CommandKind::redeem, redeem.amount, redeem.points);
        const Judgement judgement = decide_redeem(given, desk.moment, kCustomer, kGold, desk.facts);
        ASSERT_EQ(judgement.refusal, redeem.refusal) << redeem.points << " " << redeem.amount;
        if (!judgement.accepted()) {
            EXPECT_EQ(judgement.detail, kMost);
            EXPECT_EQ(desk.count(), 0U);
            continue;
        }
        const Fact& fact = desk.fact(0);
        EXPECT_EQ(fact.type, FactType::redeemed);
        EXPECT_EQ(fact.previous, test::kLast);
        EXPECT_EQ(fact.name(), given.name);
        EXPECT_EQ(fact.content, content_digest(given));
        EXPECT_EQ(fact.points.value, -redeem.taken);
        EXPECT_EQ(fact.points_after.value, 180 - redeem.taken);
        EXPECT_EQ(fact.held_after, Points{10});
        EXPECT_EQ(fact.tier_before, 3);
        EXPECT_EQ(fact.tier_after, 3);
        EXPECT_EQ(fact.count, 1);
    }
}

TEST(DecideRedeem, NeedsARateForAnAmount) {
    model::Program worthless = test::program();
    worthless.points.redeem.reset();
    Desk desk(worthless);
    EXPECT_EQ(
        decide_redeem(command(CommandKind::redeem, 1'000), desk.moment, kCustomer, kGold, desk.facts).refusal,
        Refusal::invalid_command);
    model::Program dear = test::program();
    dear.points.redeem = model::RedeemRate{{2}, {1}};
    Desk other(dear);
    EXPECT_EQ(
        decide_redeem(command(CommandKind::redeem, INT64_MAX), other.moment, kCustomer, kGold, other.facts)
            .refusal,
        Refusal::overflow);
}

TEST(DecideRedeem, OfDebtSaysThatNothingCanBeSpent) {
    Desk desk;
    CustomerRecord debtor;
    debtor.points = {-5};
    const Judgement judgement =
        decide_redeem(command(CommandKind::redeem, 0, 1), desk.moment, kCustomer, debtor, desk.facts);
    EXPECT_EQ(judgement.refusal, Refusal::insufficient_points);
    EXPECT_EQ(judgement.detail, 0);
}

// ---------------------------------------------------------------------------------------- holds

TEST(DecideHold, IsJudgedByItsTimeThenTheirNumberThenThePoints) {
    struct Case {
        const char* what;
        std::int64_t points, ttl_ms, ago_ms;
        std::size_t open;
        Refusal refusal;
        std::int64_t detail;
    };
    constexpr std::size_t kFull = kMaxOpenHolds;
    for (const Case& hold : {
             Case{"all there is", kMost, 1, 0, kFull - 1, Refusal::none, 0},
             Case{"over already", kMost + 1, 60'000, 60'000, kFull, Refusal::invalid_time, 0},
             Case{"over by the default", 1, 0, kDefaultHoldMs, 0, Refusal::invalid_time, 0},
             Case{"not quite over", 1, 0, kDefaultHoldMs - 1, 0, Refusal::none, 0},
             Case{"one too many", kMost + 1, 1, 0, kFull, Refusal::too_many_holds, 16},
             Case{"too much", kMost + 1, 1, 0, kFull - 1, Refusal::insufficient_points, kMost},
         }) {
        Desk desk;
        desk.moment.at = after_now(-hold.ago_ms);
        model::Command given = command(CommandKind::hold, 0, hold.points);
        given.ttl_ms = hold.ttl_ms;
        const Judgement judgement = decide_hold(given, desk.moment, kCustomer, kGold, hold.open, desk.facts);
        EXPECT_EQ(judgement.refusal, hold.refusal) << hold.what;
        EXPECT_EQ(judgement.detail, hold.detail) << hold.what;
        ASSERT_EQ(desk.count(), judgement.accepted() ? 1U : 0U) << hold.what;
        if (!judgement.accepted()) continue;
        const Fact& fact = desk.fact(0);
        const std::int64_t ttl_ms = hold.ttl_ms == 0 ? kDefaultHoldMs : hold.ttl_ms;
        EXPECT_EQ(fact.type, FactType::hold_opened);
        EXPECT_EQ(fact.name(), given.name);
        EXPECT_EQ(fact.amount.value, desk.moment.at.value + ttl_ms) << "when it times out";
        EXPECT_EQ(fact.points.value, hold.points);
        EXPECT_EQ(fact.points_after, Points{180});
        EXPECT_EQ(fact.held_after.value, 10 + hold.points);
    }
}

const OpenHold kHold{{41}, {10}, after_now(1)};

TEST(DecideHoldEnd, SaysHowAHoldEndedThatIsNotOpen) {
    for (const auto& [resolved, refusal] :
         {std::pair<std::optional<FactType>, Refusal>{FactType::hold_captured, Refusal::hold_captured},
          {FactType::hold_released, Refusal::hold_released},
          {FactType::hold_expired, Refusal::hold_expired},
          {std::nullopt, Refusal::hold_expired}}) {  // settled by this very command
        for (const CommandKind kind : {CommandKind::capture, CommandKind::release}) {
            Desk desk;
            EXPECT_EQ(decide_hold_end(command(kind, 0), desk.moment, kCustomer, kGold, std::nullopt, resolved,
                                      desk.facts)
                          .refusal,
                      refusal);
        }
    }
}

TEST(DecideHoldEnd, TakesWhatIsAskedForAndFreesTheRest) {
    struct Case {
        const char* what;
        CommandKind kind;
        std::int64_t points;
        std::int64_t expires_in_ms;
        std::int64_t taken;
        Refusal refusal;
        std::int64_t detail;
    };
    for (const Case& end : {
             Case{"a part", CommandKind::capture, 4, 1, 4, Refusal::none, 0},
             Case{"all", CommandKind::capture, 10, 1, 10, Refusal::none, 0},
             Case{"all, unsaid", CommandKind::capture, 0, 1, 10, Refusal::none, 0},
             Case{"too much", CommandKind::capture, 11, 1, 0, Refusal::capture_exceeds_hold, 10},
             Case{"too late", CommandKind::capture, 11, 0, 0, Refusal::hold_expired, 0},
             Case{"nothing", CommandKind::release, 0, 1, 0, Refusal::none, 0},
             Case{"nothing, too late", CommandKind::release, 0, 0, 0, Refusal::hold_expired, 0},
         }) {
        Desk desk;
        OpenHold hold = kHold;
        hold.expires_at = after_now(end.expires_in_ms);
        const model::Command given = command(end.kind, 0, end.points);
        const Judgement judgement =
            decide_hold_end(given, desk.moment, kCustomer, kGold, hold, std::nullopt, desk.facts);
        EXPECT_EQ(judgement.refusal, end.refusal) << end.what;
        EXPECT_EQ(judgement.detail, end.detail) << end.what;
        ASSERT_EQ(desk.count(), judgement.accepted() ? 1U : 0U) << end.what;
        if (!judgement.accepted()) continue;
        const Fact& fact = desk.fact(0);
        EXPECT_EQ(fact.type,
                  end.kind == CommandKind::capture ? FactType::hold_captured : FactType::hold_released);
        EXPECT_EQ(fact.request.related, kHold.id.value);
        EXPECT_EQ(fact.points.value, -end.taken) << end.what;
        EXPECT_EQ(fact.points_after.value, 180 - end.taken) << end.what;
        EXPECT_EQ(fact.held_after, Points{0}) << end.what;
        EXPECT_EQ(fact.content, content_digest(given));
    }
}

TEST(DecideHoldEnd, RefusesWhatWouldOverflow) {
    Desk desk;
    CustomerRecord debtor = kGold;
    debtor.points = {INT64_MIN};
    EXPECT_EQ(decide_hold_end(command(CommandKind::capture, 0), desk.moment, kCustomer, debtor, kHold,
                              std::nullopt, desk.facts)
                  .refusal,
              Refusal::overflow);
}

}  // namespace
}  // namespace tim::core
