#include "engine/core/lines.h"

#include <gtest/gtest.h>

namespace tim::core {
namespace {

using model::LinesLeft;
using model::Money;
using model::Refusal;
using model::SaleLine;
using Lines = std::vector<SaleLine>;

const Lines kSold = {{"a", 2, {60}, "x"}, {"b", 1, {45}, "y"}, {"a", 1, {35}, "y"}};  // 200

/// A sale of so much, of which nothing came back.
SaleEvidence sale_of(std::int64_t amount, const Lines& lines = kSold) {
    SaleEvidence sale;
    sale.sale.amount = sale.remaining = {amount};
    sale.lines = lines;
    sale.left = all_of(lines, {amount});
    return sale;
}

ReturnTerms give_back(const SaleEvidence& sale, const Lines& lines, std::int64_t amount = 0) {
    model::SaleDetails details;
    details.lines = lines;
    model::Command command;
    command.kind = model::CommandKind::returned;
    command.amount = {amount};
    command.details = &details;
    return return_terms(command, sale);
}

/// As the next return finds the sale.
void take(SaleEvidence& sale, const ReturnTerms& terms) {
    sale.remaining = terms.remaining;
    sale.left = terms.left;
    sale.returned = true;
}

TEST(Lines, AreWorthWhatTheirPricesComeTo) {
    EXPECT_EQ(worth_of(kSold), Money{200});
    EXPECT_EQ(worth_of(Lines{}), Money{0});
    EXPECT_EQ(worth_of(Lines{{"a", 2, {INT64_MAX / 2}, ""}}), Money{INT64_MAX - 1});
    EXPECT_EQ(worth_of(Lines{{"a", 2, {INT64_MAX / 2 + 1}, ""}}), std::nullopt);
    EXPECT_EQ(worth_of(Lines{{"a", 1, {INT64_MAX}, ""}, {"b", 1, {1}, ""}}), std::nullopt);
    EXPECT_EQ(worth_of(kSold, {1, 0, 0}), Money{60});
    EXPECT_EQ(worth_of(kSold, {1, 0}), std::nullopt);
}

TEST(Lines, ThatAreLeftHaveTheirShareOfTheMoney) {
    LinesLeft left = all_of(kSold, {101});
    EXPECT_EQ(share_of(kSold, left), Money{101});
    left.quantities = {1, 1, 1};
    EXPECT_EQ(share_of(kSold, left), Money{101 - 30}) << "floor(101 × 60 / 200)";
    left.quantities = {0, 0, 0};
    EXPECT_EQ(share_of(kSold, left), Money{0});
    left.quantities = {9, 9, 9};
    EXPECT_EQ(share_of(kSold, left), std::nullopt) << "more than there was";
    const LinesLeft huge = {{0}, {1}, {INT64_MAX}, {INT64_MAX}};
    EXPECT_EQ(share_of(Lines{{"a", 1, {INT64_MAX}, ""}}, huge), Money{0});
}

TEST(Lines, OfAReturnTakeOfThoseThatWereSold) {
    SaleEvidence sale = sale_of(200);
    ReturnTerms terms = give_back(sale, {{"a", 3, model::kAnyPrice, ""}});
    EXPECT_TRUE(terms.judgement.accepted());
    EXPECT_EQ(terms.amount, Money{155});
    EXPECT_EQ(terms.left.quantities, (std::vector<std::uint32_t>{0, 1, 0}));
    EXPECT_EQ(terms.left.returned, (std::vector<std::uint32_t>{2, 0, 1}));
    EXPECT_FALSE(terms.whole);
    EXPECT_EQ(give_back(sale, {{"a", 1, {35}, ""}}).amount, Money{35});
    EXPECT_EQ(give_back(sale, {{"a", 1, model::kAnyPrice, "y"}}).amount, Money{35});
    EXPECT_EQ(give_back(sale, {{"a", 1, {35}, "x"}}).judgement.refusal, Refusal::unknown_line);
    EXPECT_EQ(give_back(sale, {{"a", 4, model::kAnyPrice, ""}}).judgement.refusal,
              Refusal::return_exceeds_line);
    EXPECT_EQ(give_back(sale, {{"b", 1, model::kAnyPrice, ""}}, 44).judgement.detail, 45);
    take(sale, terms);
    terms = give_back(sale, {{"b", 1, model::kAnyPrice, ""}});
    EXPECT_TRUE(terms.whole);
    EXPECT_EQ(terms.remaining, Money{0});
}

TEST(Lines, StayWhereMoneyAloneComesBack) {
    SaleEvidence sale = sale_of(200);
    take(sale, give_back(sale, {}, 100));
    EXPECT_EQ(sale.left.quantities, (std::vector<std::uint32_t>{2, 1, 1}));
    EXPECT_EQ(sale.left.paid, Money{100});
    EXPECT_EQ(give_back(sale, {{"a", 1, {60}, ""}}).amount, Money{30});
    const ReturnTerms rest = give_back(sale, {}, 100);
    EXPECT_TRUE(rest.whole);
    EXPECT_EQ(rest.left.quantities, (std::vector<std::uint32_t>{0, 0, 0}));
    EXPECT_EQ(rest.left.returned, (std::vector<std::uint32_t>{2, 1, 1}));
}

TEST(Lines, OfAFreeSaleTellWhenItIsWholeAgain) {
    SaleEvidence sale = sale_of(0, {{"a", 2, {60}, ""}});
    take(sale, give_back(sale, {{"a", 1, model::kAnyPrice, ""}}));
    EXPECT_FALSE(give_back(sale, {}, 0).whole);
    EXPECT_TRUE(give_back(sale, {{"a", 1, model::kAnyPrice, ""}}).whole);
    model::Command command;
    command.kind = model::CommandKind::voided;
    EXPECT_TRUE(return_terms(command, sale).whole);
}

TEST(Lines, ThatAreLeftAreThoseOfWhichSomeIs) {
    EXPECT_EQ(remaining_lines(kSold, {1, 0, 1}), (Lines{{"a", 1, {60}, "x"}, {"a", 1, {35}, "y"}}));
    EXPECT_TRUE(remaining_lines(kSold, {0, 0, 0}).empty());
}

}  // namespace
}  // namespace tim::core
