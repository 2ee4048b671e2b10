#include "engine/runtime/voucher_fold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/support/reward_shop.h"

namespace tim::tests {
namespace {

using model::Fact;
using model::FactType;
using model::VoucherPhase;
using testing::HasSubstr;
using testing::IsEmpty;

/// What the engine wrote of three vouchers (one used in a sale that came back, one reserved and released, one
/// cancelled), to be changed by a test and folded.
class Ledger {
  public:
    Ledger() {
        RewardShop shop;
        shop.adjust(1'000);
        const std::string first = shop.buy("v50");
        const std::string second = shop.buy("v50");
        const std::string third = shop.buy("cup");
        shop.sale_paid_with("A1", 10'000, first);
        shop.void_sale("V1", "A1");
        shop.reserve(second);
        shop.release(second);
        shop.cancel(third);
        shop.fixture.commit();
        static_cast<void>(shop.fixture.store().ledger().scan({1}, [&](const storage::Batch& batch) {
            facts_.insert(facts_.end(), batch.facts.begin(), batch.facts.end());
            return true;
        }));
    }

    Fact& nth(FactType type, int n) {
        for (Fact& fact : facts_)
            if (fact.type == type && n-- == 0) return fact;
        fail("there is no such fact");
    }

    std::string fold() {
        runtime::VoucherFold fold;
        std::string text;
        for (std::size_t i = 0; i < facts_.size(); ++i)
            if (const auto difference = fold.add(facts_[i], {i + 1})) text += *difference + "\n";
        moved = 0;
        fold.visit([&](model::Sequence, model::Sequence) { ++moved; });
        return text;
    }

    std::size_t moved = 0;

  private:
    std::vector<Fact> facts_;
};

TEST(VoucherFold, TakesWhatTheEngineWrites) {
    Ledger ledger;
    EXPECT_THAT(ledger.fold(), IsEmpty());
    EXPECT_EQ(ledger.moved, 3U);
}

TEST(VoucherFold, SeesAVoucherThatNobodyWasGiven) {
    Ledger ledger;
    ledger.nth(FactType::reward_redeemed, 1).type = FactType::redeemed;
    EXPECT_THAT(ledger.fold(), HasSubstr("a voucher is issued right behind what gives it"));
    Ledger other;
    other.nth(FactType::voucher_issued, 0).voucher.customer = 9;
    EXPECT_THAT(other.fold(), HasSubstr("is not the one that was given"));
}

TEST(VoucherFold, SeesAMoveThatIsNotSaid) {
    Ledger ledger;
    ledger.nth(FactType::voucher_used, 0).type = FactType::lot_spent;
    EXPECT_THAT(ledger.fold(), HasSubstr("right behind what moves it"));
    Ledger other;
    other.nth(FactType::voucher_released, 0).request.related += 1;
    EXPECT_THAT(other.fold(), HasSubstr("is not the one that was moved"));
}

TEST(VoucherFold, SeesWhereAVoucherCannotStand) {
    Ledger ledger;
    ledger.nth(FactType::voucher_noted, 0).voucher.phase = VoucherPhase::cancelled;
    EXPECT_THAT(ledger.fold(), HasSubstr("stands where its move does not lead"));
    Ledger again;
    again.nth(FactType::voucher_returned, 0).type = FactType::voucher_reserved;
    again.nth(FactType::voucher_noted, 1).voucher.phase = VoucherPhase::reserved;
    EXPECT_THAT(again.fold(), HasSubstr("was used and cannot become reserved"));
    Ledger chain;
    chain.nth(FactType::voucher_noted, 1).previous = {1};
    EXPECT_THAT(chain.fold(), HasSubstr("was last told of at"));
}

}  // namespace
}  // namespace tim::tests
