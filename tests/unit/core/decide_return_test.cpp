#include <gtest/gtest.h>

#include <functional>

#include "desk.h"

namespace tim::core {
namespace {

using model::CommandKind;
using model::Fact;
using model::FactType;
using model::Refusal;
using model::SubjectKind;
using test::command;
using test::Desk;
using test::kCustomer;
using test::kJanuary;
using test::kNobody;
using test::kNow;

constexpr std::int64_t kLeast = INT64_MIN;
constexpr model::Sequence kSale{17};
constexpr model::Sequence kReduced{19};

/// A sale of 95,000 a day ago that earned 9, of which nothing came back yet.
SaleEvidence evidence(const Rules& pricing) {
    SaleEvidence sale;
    sale.sequence = kSale;
    sale.sale.type = FactType::sale;
    sale.sale.subject = kCustomer;
    sale.sale.at = {kNow.value - kDayMs};
    sale.sale.month = kJanuary;
    sale.sale.amount = sale.remaining = {95'000};
    sale.sale.points = sale.points = {9};
    sale.first_order = {111};
    sale.last_order = {222};
    sale.pricing = sale.judged = &pricing;
    return sale;
}

const CustomerRecord kBuyer{.points = {309},
                            .ranking_points = {309},
                            .held = {4},
                            .lifetime_spend = {3'095'000},
                            .last = test::kLast,
                            .orders = 2,
                            .month = kJanuary};

TEST(CheckOriginal, JudgesTheSaleThatIsNamed) {
    struct Case {
        const char* what;
        CommandKind kind;
        std::int64_t amount;
        std::function<void(SaleEvidence&)> change;
        Refusal refusal;
        std::int64_t detail;
    };
    const std::int64_t year_ms = 365 * kDayMs;
    const auto redeemed = [](auto& sale) {
        sale.sale.type = FactType::redeemed;
        sale.sale.subject = kNobody;
    };
    const auto of_nobody = [&](auto& sale) {
        sale.sale.subject = kNobody;
        sale.sale.at = {kNow.value - year_ms - 1};
    };
    const auto too_old = [&](auto& sale) {
        sale.sale.at = {kNow.value - year_ms - 1};
        sale.reduced = kReduced;
        sale.returned = true;
    };
    const auto old = [&](auto& sale) { sale.sale.at = {kNow.value - year_ms}; };
    const auto reduced = [](auto& sale) {
        sale.reduced = kReduced;
        sale.returned = true;
        sale.remaining = {5'000};
    };
    const auto as_it_is = [](auto&) {};
    for (const Case& back : {
             Case{"all of it", CommandKind::returned, 95'000, as_it_is, Refusal::none, 0},
             Case{"more than all", CommandKind::returned, 95'001, as_it_is, Refusal::return_exceeds_sale,
                  95'000},
             Case{"a void", CommandKind::voided, 0, as_it_is, Refusal::none, 0},
             Case{"no sale", CommandKind::returned, 95'001, redeemed, Refusal::not_a_sale, 0},
             Case{"another's", CommandKind::returned, 95'001, of_nobody, Refusal::other_customer, 0},
             Case{"too late", CommandKind::returned, 95'001, too_old, Refusal::return_too_late, 365},
             Case{"a void too late", CommandKind::voided, 0, too_old, Refusal::return_too_late, 365},
             Case{"on the last day", CommandKind::returned, 95'000, old, Refusal::none, 0},
             Case{"the rest", CommandKind::returned, 5'000, reduced, Refusal::none, 0},
             Case{"more than the rest", CommandKind::returned, 5'001, reduced, Refusal::return_exceeds_sale,
                  5'000},
             Case{"a void of a rest", CommandKind::voided, 0, reduced, Refusal::already_returned, 0},
         }) {
        const Desk desk;
        SaleEvidence sale = evidence(*desk.rules);
        back.change(sale);
        const Judgement judgement =
            check_original(command(back.kind, back.amount), desk.moment, kCustomer, sale);
        EXPECT_EQ(judgement.refusal, back.refusal) << back.what;
        EXPECT_EQ(judgement.detail, back.detail) << back.what;
    }
}

TEST(DecideReturn, WithoutTheSaleTakesTheBaseRatesPoints) {
    Desk desk;
    CustomerRecord record = kBuyer;
    record.points = {1};
    const model::Command back = command(CommandKind::returned, 125'000);
    ASSERT_TRUE(decide_return(back, desk.moment, kCustomer, record, nullptr, desk.facts).accepted());
    ASSERT_EQ(desk.count(), 1U);
    const Fact& fact = desk.fact(0);
    EXPECT_EQ(fact.type, FactType::returned);
    EXPECT_EQ(fact.previous, test::kLast);
    EXPECT_EQ(fact.name(), back.name);
    EXPECT_EQ(fact.content, content_digest(back));
    EXPECT_EQ(fact.flags, model::kFactRanking);
    EXPECT_EQ(fact.month, kJanuary);
    EXPECT_EQ(fact.amount, model::Money{-125'000});
    EXPECT_EQ(fact.points, model::Points{-12});
    EXPECT_EQ(fact.points_after, model::Points{-11}) << "what was spent becomes debt";
    EXPECT_EQ(fact.held_after, model::Points{4});
    EXPECT_EQ(fact.tier_before, 1);
    EXPECT_EQ(fact.tier_after, 0);
}

TEST(DecideReturn, APartOfASaleReducesItsReceipt) {
    Desk desk;
    SaleEvidence sale = evidence(*desk.rules);
    sale.reduced = kReduced;
    sale.returned = true;
    ASSERT_TRUE(decide_return(command(CommandKind::returned, 10'000), desk.moment, kCustomer, kBuyer, &sale,
                              desk.facts)
                    .accepted());
    ASSERT_EQ(desk.count(), 2U);
    const Fact& back = desk.fact(0);
    EXPECT_EQ(back.flags, model::kFactRanking | model::kFactWithOriginal);
    EXPECT_EQ(back.points, model::Points{-1});
    EXPECT_EQ(back.points_after, model::Points{308});
    const Fact& reduced = desk.fact(1);
    EXPECT_EQ(reduced.type, FactType::receipt_reduced);
    EXPECT_EQ(reduced.subject, model::Subject::of(SubjectKind::receipt, test::kProgram, kSale.value));
    EXPECT_EQ(reduced.previous, kReduced);
    EXPECT_EQ(reduced.at, kNow);
    EXPECT_EQ(reduced.recorded, desk.moment.recorded);
    EXPECT_EQ(reduced.version, model::VersionId{1});
    EXPECT_EQ(reduced.name_kind, model::NameKind::none);
    EXPECT_EQ(reduced.amount, model::Money{85'000});
    EXPECT_EQ(reduced.points, model::Points{8});
    for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_EQ(desk.fact(i).position, i);
        EXPECT_EQ(desk.fact(i).count, 2);
    }
}

TEST(DecideReturn, AllOfASaleTakesTheOrderBackToo) {
    for (const CommandKind kind : {CommandKind::returned, CommandKind::voided}) {
        Desk desk;
        const SaleEvidence sale = evidence(*desk.rules);
        const std::int64_t amount = kind == CommandKind::voided ? 0 : 95'000;
        ASSERT_TRUE(decide_return(command(kind, amount), desk.moment, kCustomer, kBuyer, &sale, desk.facts)
                        .accepted());
        ASSERT_EQ(desk.count(), 3U);
        EXPECT_EQ(desk.fact(0).type, kind == CommandKind::voided ? FactType::voided : FactType::returned);
        EXPECT_EQ(desk.fact(0).amount, model::Money{-95'000});
        EXPECT_EQ(desk.fact(0).points, model::Points{-9});
        EXPECT_EQ(desk.fact(1).amount, model::Money{0});
        EXPECT_EQ(desk.fact(1).points, model::Points{0});
        const Fact& undone = desk.fact(2);
        EXPECT_EQ(undone.type, FactType::order_undone);
        EXPECT_EQ(undone.subject, kCustomer);
        EXPECT_EQ(undone.previous, test::kFirst);
        EXPECT_EQ(undone.request.related, kSale.value);
        EXPECT_EQ(undone.amount.value, 111);
        EXPECT_EQ(undone.points.value, 222);
        EXPECT_EQ(undone.points_after, model::Points{300});
        EXPECT_EQ(undone.position, 2);
        EXPECT_EQ(undone.count, 3);
    }
}

TEST(DecideReturn, OfNothingUndoesAnOrderOnlyAsAVoid) {
    for (const auto& [kind, facts] : {std::pair{CommandKind::returned, 2U}, {CommandKind::voided, 3U}}) {
        Desk desk;
        SaleEvidence sale = evidence(*desk.rules);
        sale.sale.amount = sale.remaining = {0};
        sale.sale.points = sale.points = {0};
        ASSERT_TRUE(
            decide_return(command(kind, 0), desk.moment, kCustomer, kBuyer, &sale, desk.facts).accepted());
        EXPECT_EQ(desk.count(), facts);
    }
}

TEST(DecideReturn, InPartsTakesExactlyWhatOneTakes) {
    for (const std::int64_t part : {1'000, 4'999, 9'999, 10'001, 50'000}) {
        const Desk rules;
        SaleEvidence sale = evidence(*rules.rules);
        std::int64_t taken = 0;
        while (sale.remaining.value > 0) {
            Desk desk;
            const std::int64_t amount = std::min(part, sale.remaining.value);
            ASSERT_TRUE(decide_return(command(CommandKind::returned, amount), desk.moment, kCustomer, kBuyer,
                                      &sale, desk.facts)
                            .accepted());
            taken -= desk.fact(0).points.value;
            sale.remaining = desk.fact(1).amount;
            sale.points = desk.fact(1).points;
        }
        EXPECT_EQ(taken, 9) << part;
    }
}

TEST(DecideReturn, GoesByTheVersionAndTheMonthOfTheSale) {
    Desk desk;
    model::Program generous = test::program();
    generous.points.earn.points = {10};
    const auto earlier = test::compile(generous, {2});
    SaleEvidence sale = evidence(*earlier);
    sale.points = {90};
    sale.sale.month = {640};
    ASSERT_TRUE(decide_return(command(CommandKind::returned, 10'000), desk.moment, kCustomer, kBuyer, &sale,
                              desk.facts)
                    .accepted());
    EXPECT_EQ(desk.fact(0).points, model::Points{-10});
    EXPECT_EQ(desk.fact(0).month, model::Month{640});
    EXPECT_EQ(desk.fact(0).version, model::VersionId{1});
}

TEST(DecideReturn, NobodysTakesNoPoints) {
    Desk desk;
    SaleEvidence sale = evidence(*desk.rules);
    sale.sale.subject = kNobody;
    sale.points = {0};
    ASSERT_TRUE(
        decide_return(command(CommandKind::returned, 95'000), desk.moment, kNobody, kBuyer, &sale, desk.facts)
            .accepted());
    EXPECT_EQ(desk.fact(0).points, model::Points{0});
    EXPECT_EQ(desk.fact(0).amount, model::Money{-95'000});
    EXPECT_EQ(desk.fact(0).tier_before, 0);
    Desk unnamed;
    ASSERT_TRUE(decide_return(command(CommandKind::returned, 95'000), unnamed.moment, kNobody, kBuyer,
                              nullptr, unnamed.facts)
                    .accepted());
    EXPECT_EQ(unnamed.fact(0).points, model::Points{0});
}

TEST(DecideReturn, UnderClampTakesWhatIsThereAndRecordsTheShortfall) {
    model::Program program = test::program();
    program.points.below_zero = model::BelowZero::clamp;
    struct Case {
        std::int64_t points, held, taken;
    };
    for (const Case& customer :
         {Case{100, 0, 9}, Case{9, 0, 9}, Case{12, 3, 9}, Case{5, 3, 2}, Case{2, 3, 0}, Case{-4, 0, 0}}) {
        Desk desk(program);
        CustomerRecord record = kBuyer;
        record.points = {customer.points};
        record.held = {customer.held};
        const SaleEvidence sale = evidence(*desk.rules);
        ASSERT_TRUE(decide_return(command(CommandKind::returned, 95'000), desk.moment, kCustomer, record,
                                  &sale, desk.facts)
                        .accepted());
        const bool clamped = customer.taken != 9;
        ASSERT_EQ(desk.count(), clamped ? 4U : 3U) << customer.points;
        EXPECT_EQ(desk.fact(0).points.value, -customer.taken) << customer.points;
        EXPECT_EQ(desk.fact(0).points_after.value, customer.points - customer.taken);
        EXPECT_EQ((desk.fact(0).flags & model::kFactClamped) != 0, clamped);
        if (!clamped) continue;
        const Fact& shortfall = desk.fact(3);
        EXPECT_EQ(shortfall.type, FactType::shortfall);
        EXPECT_EQ(shortfall.previous, model::Sequence{test::kFirst.value + 2}) << "the order that was undone";
        EXPECT_EQ(shortfall.points.value, customer.taken - 9);
        EXPECT_EQ(shortfall.points_after, desk.fact(0).points_after);
        EXPECT_EQ(shortfall.position, 3);
        EXPECT_EQ(shortfall.count, 4);
    }
}

TEST(DecideReturn, AShortfallWithoutTheSaleFollowsTheReturn) {
    model::Program program = test::program();
    program.points.below_zero = model::BelowZero::clamp;
    Desk desk(program);
    CustomerRecord record = kBuyer;
    record.points = {5};
    ASSERT_TRUE(decide_return(command(CommandKind::returned, 95'000), desk.moment, kCustomer, record, nullptr,
                              desk.facts)
                    .accepted());
    ASSERT_EQ(desk.count(), 2U);
    EXPECT_EQ(desk.fact(1).type, FactType::shortfall);
    EXPECT_EQ(desk.fact(1).previous, test::kFirst);
    EXPECT_EQ(desk.fact(1).points, model::Points{1 - 9});
}

TEST(DecideReturn, RefusesWhatWouldOverflow) {
    struct Case {
        const char* what;
        CustomerRecord record;
        Refusal refusal;
    };
    for (const Case& back : {
             Case{"points", {.points = {kLeast}}, Refusal::overflow},
             Case{"points, just", {.points = {kLeast + 9}}, Refusal::none},
             Case{"ranking points", {.ranking_points = {kLeast}}, Refusal::overflow},
             Case{"lifetime spend", {.lifetime_spend = {kLeast}}, Refusal::overflow},
             Case{"lifetime spend, just", {.lifetime_spend = {95'000 - kMaxSum}}, Refusal::none},
             Case{"the month before", {.month = {700}, .spend_before_month = {-kMaxSum}}, Refusal::overflow},
         }) {
        Desk desk;
        const SaleEvidence sale = evidence(*desk.rules);
        EXPECT_EQ(decide_return(command(CommandKind::returned, 95'000), desk.moment, kCustomer, back.record,
                                &sale, desk.facts)
                      .refusal,
                  back.refusal)
            << back.what;
    }
    model::Program dear = test::program();
    dear.points.earn = {{1}, {2}};
    Desk desk(dear);
    EXPECT_EQ(decide_return(command(CommandKind::returned, INT64_MAX), desk.moment, kCustomer, kBuyer,
                            nullptr, desk.facts)
                  .refusal,
              Refusal::overflow);
    EXPECT_EQ(desk.count(), 0U);
}

}  // namespace
}  // namespace tim::core
