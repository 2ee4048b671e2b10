#include "engine/core/wallet_book.h"

#include <gtest/gtest.h>

#include <memory>

namespace tim::core {
namespace {

using model::Fact;
using model::FactType;
using model::Money;

constexpr std::int64_t kDay = 86'400'000;

/// A wallet, and the facts that come to it.
struct Till {
    Wallet wallet;
    std::uint64_t sequence = 10;

    Fact fact(FactType type, std::int64_t amount, std::int64_t available, std::int64_t pending) const {
        Fact fact;
        fact.type = type;
        fact.previous = wallet.last;
        fact.amount = {amount};
        fact.points_after = {available};
        fact.held_after = {pending};
        fact.month = {648};
        return fact;
    }
    void commission(FactType type, std::int64_t amount, std::int64_t due, std::int64_t available,
                    std::int64_t pending) {
        Fact made = fact(type, amount, available, pending);
        made.party.aux = CommissionTerms{{due}, 300}.packed();
        fold(made);
    }
    void matured(std::int64_t amount, std::int64_t at, std::int64_t available, std::int64_t pending) {
        Fact made = fact(FactType::commission_matured, amount, available, pending);
        made.at = {at};
        fold(made);
    }
    void fold(const Fact& made) { fold_wallet(wallet, made, {sequence++}); }
};

TEST(WalletBook, CommissionTermsArePacked) {
    const CommissionTerms terms{{1'705'291'200'000}, 10'000};
    const CommissionTerms again = CommissionTerms::of(terms.packed());
    EXPECT_EQ(again.due, terms.due);
    EXPECT_EQ(again.rate_bp, terms.rate_bp);
}

TEST(WalletBook, CommissionWaitsAndIsTakenFromItsOwnLot) {
    Till till;
    till.commission(FactType::commission_accrued, 300, kDay, 0, 300);
    till.commission(FactType::commission_accrued, 500, 2 * kDay, 0, 800);
    till.commission(FactType::commission_returned, -100, 2 * kDay, 0, 700);
    till.matured(300, kDay, 300, 400);
    // What is available already is taken from there, also below zero.
    till.commission(FactType::commission_returned, -350, kDay, -50, 400);
    EXPECT_EQ(till.wallet.earned, Money{350});
    till.matured(400, 3 * kDay, 350, 0);
    EXPECT_TRUE(till.wallet.lots.empty());
    EXPECT_EQ(till.wallet.lots_digest, 0U);
}

TEST(WalletBook, LotsOfOneInstantAreOne) {
    Till a;
    a.commission(FactType::commission_accrued, 300, kDay, 0, 300);
    a.commission(FactType::commission_accrued, 200, kDay, 0, 500);
    Till b;
    b.commission(FactType::commission_accrued, 200, kDay, 0, 200);
    b.commission(FactType::commission_accrued, 300, kDay, 0, 500);
    EXPECT_EQ(a.wallet.lots.count(), 1U);
    EXPECT_EQ(a.wallet.digest(), b.wallet.digest());
    Till c;
    c.commission(FactType::commission_accrued, 500, 2 * kDay, 0, 500);
    EXPECT_NE(a.wallet.digest(), c.wallet.digest());
}

TEST(WalletBook, PayoutsAreRequestedApprovedPaidOrFail) {
    Till till;
    till.commission(FactType::commission_accrued, 900, kDay, 0, 900);
    till.matured(900, kDay, 900, 0);
    till.fold(till.fact(FactType::payout_requested, -400, 500, 0));
    const std::uint64_t first = till.sequence - 1;
    till.fold(till.fact(FactType::payout_due, -500, 0, 0));
    const std::uint64_t second = till.sequence - 1;
    EXPECT_EQ(till.wallet.payout({first})->approved, 0U);
    EXPECT_EQ(till.wallet.payout({second})->approved, 1U);
    Fact approved = till.fact(FactType::payout_approved, 400, 0, 0);
    approved.request.related = first;
    till.fold(approved);
    EXPECT_EQ(till.wallet.payout({first})->approved, 1U);
    Fact paid = till.fact(FactType::payout_paid, 400, 0, 0);
    paid.request.related = first;
    till.fold(paid);
    Fact failed = till.fact(FactType::payout_failed, 500, 500, 0);
    failed.request.related = second;
    till.fold(failed);
    EXPECT_EQ(till.wallet.paid, Money{400});
    EXPECT_TRUE(till.wallet.payouts.empty());
}

TEST(WalletBook, MonthsAreCounted) {
    const auto kept = std::make_unique<MonthCounts>();
    MonthCounts& counts = *kept;
    counts.add({648});
    counts.add({650});
    counts.add({648});
    counts.add({649});
    EXPECT_EQ(counts.of({648}), 2U);
    EXPECT_EQ(counts.of({647}), 0U);
    counts.remove({648});
    counts.remove({648});
    EXPECT_EQ(counts.of({648}), 0U);
    EXPECT_EQ(counts.entries().size(), 2U);
}

TEST(WalletBookDeath, MoreThanALotHasIsNotTakenOfIt) {
    EXPECT_DEATH(
        {
            Wallet wallet;
            wallet.add_to_lot({kDay}, {100});
            wallet.add_to_lot({kDay}, {-101});
        },
        "a lot gives what it has");
}

}  // namespace
}  // namespace tim::core
