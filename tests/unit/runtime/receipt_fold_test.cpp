#include "engine/runtime/receipt_fold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "protocol/codec/documents.h"
#include "tests/support/shop.h"

namespace tim::tests {
namespace {

using model::Fact;
using model::FactType;
using model::Sequence;
using runtime::ReceiptFold;
using testing::HasSubstr;
using testing::IsEmpty;

/// What the engine has written, to be changed by a test and folded.
class Ledger {
  public:
    explicit Ledger(Shop& shop, const model::Program& program = nhanh_program()) {
        shop.fixture.commit();
        static_cast<void>(shop.fixture.store().ledger().scan({1}, [&](const storage::Batch& batch) {
            facts_.insert(facts_.end(), batch.facts.begin(), batch.facts.end());
            for (std::size_t i = 0; i < batch.facts.size(); ++i) {
                const Fact& fact = batch.facts[i];
                if ((fact.flags & model::kFactHasBlob) == 0) continue;
                const auto blob = batch.blobs.subspan(fact.blob().offset, fact.blob().length);
                const std::uint64_t sequence = batch.first.value + i;
                if (fact.type == FactType::sale_lines)
                    lines[sequence - 1] = *codec::FlatDocuments().decode_sale_lines(blob);
                if (fact.type == FactType::receipt_reduced)
                    left[sequence] = *codec::FlatDocuments().decode_lines_left(blob);
            }
            return true;
        }));
        auto rules = core::Rules::compile(std::make_shared<const model::Program>(program), {1}, {});
        if (!rules) fail("the program does not compile");
        rules_ = std::move(*rules);
    }

    /// The n-th fact of a type, from 0.
    Fact& nth(FactType type, int n) {
        for (Fact& fact : facts_)
            if (fact.type == type && n-- == 0) return fact;
        fail("there is no such fact");
    }
    Sequence sequence_of(const Fact& fact) const {
        return {static_cast<std::uint64_t>(&fact - facts_.data()) + 1};
    }
    void erase(const Fact& fact) { facts_.erase(facts_.begin() + (&fact - facts_.data())); }

    /// Every difference, a line each.
    std::string fold() {
        ReceiptFold fold([this](Sequence sequence) -> model::Result<ReceiptFold::Sale> {
            if (sequence.value == 0 || sequence.value > facts_.size())
                return model::failure(model::ErrorKind::not_found, "no such fact");
            return ReceiptFold::Sale{facts_[sequence.value - 1], rules_.get(), rules_.get(),
                                     lines[sequence.value]};
        });
        std::string text;
        for (std::size_t i = 0; i < facts_.size(); ++i)
            if (const auto difference = fold.add(facts_[i], {i + 1}, left_at(i + 1)))
                text += *difference + "\n";
        receipts = fold.size();
        return text;
    }

    std::size_t receipts = 0;
    std::map<std::uint64_t, std::vector<model::SaleLine>> lines;  // by the sequence of the sale
    std::map<std::uint64_t, model::LinesLeft> left;               // by the sequence of the fact

  private:
    std::optional<model::LinesLeft> left_at(std::uint64_t sequence) const {
        const auto found = left.find(sequence);
        return found == left.end() ? std::nullopt : std::optional(found->second);
    }

    std::vector<Fact> facts_;
    std::unique_ptr<const core::Rules> rules_;
};

/// A sale of 100,000 (10 points), of which 40,000 and 25,000 come back, then 35,000.
struct ReturnedSale : Shop {
    ReturnedSale() {
        sale("S", 100'000);
        give_back("R1", 40'000, "S");
        give_back("R2", 25'000, "S");
        sale("T", 10'000);
        give_back("R3", 35'000, "S");
    }
};

constexpr FactType kReduced = FactType::receipt_reduced;
constexpr FactType kReturned = FactType::returned;

TEST(ReceiptFold, finds_no_difference_in_what_the_engine_writes) {
    model::Program program = nhanh_program();
    program.points.below_zero = model::BelowZero::clamp;
    Shop shop(program);
    shop.sale("S", 100'000);
    shop.redeem(8);
    shop.give_back("R1", 55'000, "S");  // clamped: 6 points are due, 2 are there
    shop.give_back("R2", 45'000, "S");
    shop.sale("V", 70'000);
    shop.void_sale("R3", "V");
    shop.sale("A", 30'000, model::kNoInstant, "");
    shop.give_back("R4", 10'000, "A", model::kNoInstant, "");
    shop.give_back("R5", 10'000);  // names no sale
    shop.give_back("R6", 0, "A", model::kNoInstant, "");
    Ledger ledger(shop, program);
    EXPECT_EQ(ledger.fold(), "");
    EXPECT_EQ(ledger.receipts, 3U) << "only what came back takes memory";
    EXPECT_NE(ledger.nth(kReturned, 0).flags & model::kFactClamped, 0) << "the example clamps";
}

/// A sale of 90,000 by lines of which a half, a third of the money and the rest come back, and a void.
struct ReturnedLines : Shop {
    ReturnedLines() {
        sale_of("S", 90'000, {{"a", 2, {30'000}, ""}, {"b", 1, {40'000}, ""}, {"gift", 1, {0}, ""}});
        give_back_lines("R1", "S", {{"a", 1, model::kAnyPrice, ""}});
        give_back("R2", 21'000, "S");
        give_back_lines("R3", "S", {{"b", 1, model::kAnyPrice, ""}});
        give_back_lines("R4", "S", {{"a", 1, model::kAnyPrice, ""}});
        give_back_lines("R5", "S", {{"gift", 1, model::kAnyPrice, ""}});
        sale_of("V", 0, {{"gift", 1, {0}, ""}});
        void_sale("R6", "V");
    }
};

TEST(ReceiptFold, lines_come_back_as_they_were_sold) {
    ReturnedLines shop;
    Ledger ledger(shop);
    ASSERT_EQ(ledger.left.size(), 6U);
    EXPECT_EQ(ledger.fold(), "");
}

TEST(ReceiptFold, lines_that_do_not_add_up) {
    ReturnedLines shop;
    Ledger ledger(shop);
    const auto second = std::next(ledger.left.begin());
    const model::LinesLeft good = second->second;
    second->second.quantities[0] = 2;
    EXPECT_THAT(ledger.fold(), HasSubstr("had 1 left of line 1; 0 came back, and 2 are left"));
    second->second = good;
    second->second.paid.value += 1;
    EXPECT_THAT(ledger.fold(), HasSubstr("has lines that share 42001 of 70000, not 42000 of 70000"));
    second->second = good;
    second->second.returned.pop_back();
    EXPECT_THAT(ledger.fold(), HasSubstr("has 3 lines, and tells of 2"));
    ledger.left.erase(second);
    EXPECT_THAT(ledger.fold(), HasSubstr("does not tell what is left of its lines"));
}

TEST(ReceiptFold, money_that_is_not_the_lines) {
    Shop shop;
    shop.sale_of("S", 90'000, {{"a", 2, {30'000}, ""}, {"b", 1, {40'000}, ""}});
    shop.give_back_lines("R", "S", {{"a", 1, model::kAnyPrice, ""}});
    Ledger ledger(shop);
    EXPECT_EQ(ledger.fold(), "");
    model::LinesLeft& left = ledger.left.begin()->second;
    left.quantities = {2, 0};
    left.returned = {0, 1};
    EXPECT_THAT(ledger.fold(), HasSubstr("has 63000 left; the lines that are left have 54000"));
}

TEST(ReceiptFold, lines_of_a_sale_that_has_none) {
    ReturnedSale shop;
    Ledger ledger(shop);
    ledger.left[ledger.sequence_of(ledger.nth(kReduced, 0)).value] = {};
    EXPECT_THAT(ledger.fold(), HasSubstr("has no lines, and tells what is left of them"));
}

TEST(ReceiptFold, more_came_back_than_was_sold) {
    ReturnedSale shop;
    Ledger ledger(shop);
    ledger.nth(kReturned, 2).amount.value = -35'001;
    EXPECT_THAT(ledger.fold(), HasSubstr("had 35000 left, and 35001 came back"));
}

TEST(ReceiptFold, a_negative_return) {
    ReturnedSale shop;
    Ledger ledger(shop);
    ledger.nth(kReturned, 1).amount.value = 5;
    ledger.nth(kReduced, 1).amount.value = 60'005;
    EXPECT_THAT(ledger.fold(), HasSubstr("had 60000 left, and -5 came back"));
    ledger.nth(kReturned, 1).amount.value = INT64_MIN;
    EXPECT_THAT(ledger.fold(), HasSubstr("had 60000 left"));
}

TEST(ReceiptFold, amounts_that_do_not_add_up) {
    ReturnedSale shop;
    Ledger ledger(shop);
    ledger.nth(kReduced, 0).amount.value = 60'001;
    EXPECT_THAT(ledger.fold(), HasSubstr("has 60001 left; 40000 came back of 100000"));
}

TEST(ReceiptFold, what_is_left_is_worth_what_the_sales_rules_earn) {
    ReturnedSale shop;
    Ledger ledger(shop);
    ledger.nth(kReduced, 1).points.value = 4;
    EXPECT_THAT(ledger.fold(), HasSubstr("is worth 3 points; 4 are left of it"));
}

TEST(ReceiptFold, a_return_takes_the_points_that_are_no_longer_earned) {
    ReturnedSale shop;
    Ledger ledger(shop);
    ledger.nth(kReturned, 0).points.value = -3;
    EXPECT_THAT(ledger.fold(), HasSubstr("had 10 points before and has 6 now; the return took 3"));
    ledger.nth(kReturned, 0).flags |= model::kFactClamped;
    EXPECT_EQ(ledger.fold(), "") << "fewer were there";
    ledger.nth(kReturned, 0).points.value = -5;
    EXPECT_THAT(ledger.fold(), HasSubstr("the return took 5"));
}

TEST(ReceiptFold, two_facts_that_follow_the_same_one) {
    ReturnedSale shop;
    Ledger ledger(shop);
    Fact& third = ledger.nth(kReduced, 2);
    third.previous = ledger.sequence_of(ledger.nth(kReduced, 0));
    EXPECT_THAT(ledger.fold(), HasSubstr("was last reduced at"));
    third.previous = {};
    EXPECT_THAT(ledger.fold(), HasSubstr("was last reduced at"));
}

TEST(ReceiptFold, a_receipt_that_is_of_no_sale_or_of_another_customer) {
    ReturnedSale shop;
    Ledger ledger(shop);
    const auto program = shop.program;
    const auto point_to = [&](std::uint64_t id) {
        ledger.nth(kReduced, 2).subject = model::Subject::of(model::SubjectKind::receipt, program, id);
        return ledger.fold();
    };
    EXPECT_THAT(point_to(ledger.sequence_of(ledger.nth(FactType::enrolled, 0)).value),
                HasSubstr("is of no sale"));
    EXPECT_THAT(point_to(9'999), HasSubstr("cannot be read"));
    ledger.nth(FactType::sale, 1).subject = model::Subject::customer(program, {7});
    EXPECT_THAT(point_to(ledger.sequence_of(ledger.nth(FactType::sale, 1)).value),
                HasSubstr("is another customer's than the return"));
}

TEST(ReceiptFold, a_redemption_in_a_sale_leaves_the_sale_as_it_is) {
    ReturnedSale shop;
    shop.adjust(100);
    shop.redeem_in("T", 5);
    shop.redeem_in("T", 6);
    constexpr FactType in_sale = FactType::receipt_redeemed;
    EXPECT_EQ(Ledger(shop).fold(), "");
    const auto changed = [&](auto change) {
        Ledger ledger(shop);
        change(ledger);
        return ledger.fold();
    };
    EXPECT_THAT(changed([](Ledger& ledger) { ledger.nth(in_sale, 1).amount = {1}; }),
                HasSubstr("had 10000 left for 1 points, and a redemption changed that to 1 for 1"));
    EXPECT_THAT(changed([](Ledger& ledger) { ledger.nth(in_sale, 1).previous = {}; }),
                HasSubstr("was last touched at"));
    EXPECT_THAT(changed([](Ledger& ledger) { ledger.erase(ledger.nth(in_sale, 1)); }), IsEmpty())
        << "nothing follows the last fact";
    EXPECT_THAT(changed([](Ledger& ledger) { ledger.erase(ledger.nth(in_sale, 0)); }),
                HasSubstr("a redemption names its sale, and nothing of that says so"));
    EXPECT_THAT(changed([](Ledger& ledger) { ledger.nth(FactType::redeemed, 0).flags = 0; }),
                HasSubstr("points are spent in a sale without a redemption before it"));
    EXPECT_THAT(changed([](Ledger& ledger) {
                    ledger.nth(FactType::redeemed, 0).subject = model::Subject::customer({1}, {9});
                }),
                HasSubstr("is another customer's than the redemption"));
    EXPECT_THAT(changed([&](Ledger& ledger) {
                    ledger.nth(in_sale, 0).subject =
                        model::Subject::of(model::SubjectKind::receipt, shop.program, 2);
                }),
                HasSubstr("is of no sale"));
}

TEST(ReceiptFold, a_return_and_what_is_left_come_together) {
    ReturnedSale shop;
    {
        Ledger ledger(shop);
        ledger.erase(ledger.nth(kReduced, 2));
        EXPECT_THAT(ledger.fold(), HasSubstr("a return names its sale, and nothing is taken off that"));
    }
    Ledger ledger(shop);
    ledger.nth(kReturned, 2).type = FactType::redeemed;
    ledger.nth(FactType::redeemed, 0).flags = 0;
    EXPECT_THAT(ledger.fold(), HasSubstr("a receipt is reduced without a return before it"));
}

}  // namespace
}  // namespace tim::tests
