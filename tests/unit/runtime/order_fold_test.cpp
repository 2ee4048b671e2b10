#include "engine/runtime/order_fold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/support/shop.h"

namespace tim::tests {
namespace {

using model::CommandKind;
using model::Fact;
using model::FactType;
using model::OrderPhase;
using testing::HasSubstr;
using testing::IsEmpty;

/// What the engine wrote of three orders (one completed after a change, one cancelled, one pending), to be
/// changed by a test and folded.
class Ledger {
  public:
    Ledger() {
        Shop shop;
        for (const char* number : {"W1", "W2", "W3"})
            shop.fixture.execute(
                make_place_order(shop.program, receipt(9, number), Shop::kCustomer, 100'000));
        const auto change = [&](CommandKind kind, const char* number, const OrderWords& words = {}) {
            shop.fixture.execute(make_order_change(kind, shop.program, shop.fixture.fresh_request(),
                                                   receipt(9, number), words));
        };
        change(CommandKind::update_order, "W1", {90'000});
        change(CommandKind::complete_order, "W1");
        change(CommandKind::cancel_order, "W2");
        shop.sale("S", 10'000);
        shop.fixture.commit();
        static_cast<void>(shop.fixture.store().ledger().scan({1}, [&](const storage::Batch& batch) {
            facts_.insert(facts_.end(), batch.facts.begin(), batch.facts.end());
            return true;
        }));
    }

    /// The n-th fact of a type, from 0.
    Fact& nth(FactType type, int n) {
        for (Fact& fact : facts_)
            if (fact.type == type && n-- == 0) return fact;
        fail("there is no such fact");
    }
    void erase(const Fact& fact) { facts_.erase(facts_.begin() + (&fact - facts_.data())); }

    std::string fold() {
        runtime::OrderFold fold;
        std::string text;
        for (std::size_t i = 0; i < facts_.size(); ++i)
            if (const auto difference = fold.add(facts_[i], {i + 1})) text += *difference + "\n";
        orders = fold.size();
        return text;
    }

    std::size_t orders = 0;

  private:
    std::vector<Fact> facts_;
};

TEST(OrderFold, FollowsWhatTheEngineWrote) {
    Ledger ledger;
    EXPECT_THAT(ledger.fold(), IsEmpty());
    EXPECT_EQ(ledger.orders, 3U);
}

TEST(OrderFold, FindsAnOrderOfWhichNothingIsTold) {
    Ledger ledger;
    ledger.nth(FactType::order_noted, 5).type = FactType::extra_refused;  // the cancellation's
    EXPECT_THAT(ledger.fold(), HasSubstr("nothing says where the order of this stands"));
}

TEST(OrderFold, FindsAnOrderThatMovesByItself) {
    Ledger ledger;
    ledger.erase(ledger.nth(FactType::order_cancelled, 0));
    EXPECT_THAT(ledger.fold(), HasSubstr("moves without a command"));
}

TEST(OrderFold, FindsAnotherAmountThanTheCommands) {
    Ledger ledger;
    ledger.nth(FactType::order_noted, 3).amount = {90'001};
    EXPECT_THAT(ledger.fold(), HasSubstr("is of 90001, and its command says 90000"));
}

TEST(OrderFold, FindsAnotherOrderThanTheCommands) {
    Ledger ledger;
    ledger.nth(FactType::order_cancelled, 0).request.related += 2;
    EXPECT_THAT(ledger.fold(), HasSubstr("is not the one of the command before it"));
}

TEST(OrderFold, FindsAnotherPhaseThanTheCommands) {
    Ledger ledger;
    ledger.nth(FactType::order_noted, 5).order.phase = OrderPhase::placed;
    EXPECT_THAT(ledger.fold(), HasSubstr("stands where its command does not lead"));
    Ledger other;
    other.nth(FactType::order_noted, 4).order.sale += 1;
    EXPECT_THAT(other.fold(), HasSubstr("stands where its command does not lead"));
}

TEST(OrderFold, FindsABrokenChain) {
    Ledger ledger;
    ledger.nth(FactType::order_noted, 4).previous = {2};
    EXPECT_THAT(ledger.fold(), HasSubstr("was last told of at"));
}

TEST(OrderFold, FindsAnOrderThatIsOverAndChangesAgain) {
    Ledger ledger;
    // The change of W1 as its cancellation: what follows completes it nonetheless.
    ledger.nth(FactType::order_updated, 0).type = FactType::order_cancelled;
    ledger.nth(FactType::order_noted, 3).order.phase = OrderPhase::cancelled;
    EXPECT_THAT(ledger.fold(), HasSubstr("was cancelled already"));
}

}  // namespace
}  // namespace tim::tests
