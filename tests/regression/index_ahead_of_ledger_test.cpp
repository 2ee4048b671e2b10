// What a checkpoint writes of its indexes was ahead of the ledger. The blocks of keys did not wait for the
// enrolments they came from, so that after a crash a key led to nobody, and later to whoever was given that
// id. A run of names left out what had been executed beside it, though that stood in memory in place of what
// it should have had: after a crash nothing led to the older one, and more could be returned than had been
// sold.
#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "tests/support/engine_fixture.h"

namespace tim::tests {
namespace {

using model::Refusal;

/// A shop of which a checkpoint is taken. At one moment of it (a commit is under way; blocks, or names, have
/// just been written) somebody else executes a command, and at the same or a later one the process dies.
class CheckpointedShop {
  public:
    CheckpointedShop()
        : fixture_(EngineFixture::stepped(), 1, faults()), program_(fixture_.put(nhanh_program())) {
        fixture_.enroll(program_, "card:1");
        fixture_.commit();
    }

    /// Whether there are so many moments.
    bool checkpoint_and_crash(int command_at, const OwnedCommand& command, int crash_at) {
        int moment = 0;
        meanwhile_ = [&, this] {
            ++moment;
            if (moment == command_at) fixture_.execute(command);
            if (moment == crash_at) left_ = fixture_.store().after_crash();
        };
        const auto done = fixture_.engine().checkpoint();
        meanwhile_ = nullptr;
        if (!done) fail("checkpoint: " + done.error().message);
        if (left_ == nullptr) return false;
        fixture_.crash_and_reopen(std::move(left_));
        return true;
    }

    EngineFixture& fixture() { return fixture_; }
    model::ProgramId program() const { return program_; }
    model::Outcome execute(const OwnedCommand& command) { return fixture_.execute(command); }

    OwnedCommand sale(const char* number, std::int64_t amount) const {
        return make_sale(program_, receipt(1, number), "card:1", amount);
    }
    OwnedCommand give_back(const char* number, std::int64_t amount, const char* original) const {
        return make_return(program_, receipt(1, number), "card:1", amount, receipt(1, original));
    }

  private:
    storage::FaultPlan faults() {
        storage::FaultPlan faults;
        faults.meanwhile = faults.ledger.meanwhile = [this] {
            if (meanwhile_) meanwhile_();
        };
        return faults;
    }

    std::function<void()> meanwhile_;
    std::unique_ptr<storage::MemoryStore> left_;
    EngineFixture fixture_;
    model::ProgramId program_;
};

/// Calls `run(shop, command_at, crash_at)` for every pair of moments; it returns whether there were so many.
/// Returns the number of moments.
template <class Run>
int at_every_moment(Run&& run) {
    for (int command_at = 1;; ++command_at) {
        for (int crash_at = command_at;; ++crash_at) {
            SCOPED_TRACE(testing::Message()
                         << "command at moment " << command_at << ", crash at " << crash_at);
            CheckpointedShop shop;
            if (run(shop, command_at, crash_at)) continue;
            if (crash_at == command_at) return command_at - 1;
            break;
        }
    }
}

TEST(Regression, a_key_in_the_checkpoint_leads_to_its_own_customer_after_a_crash) {
    const int moments = at_every_moment([](CheckpointedShop& shop, int command_at, int crash_at) {
        shop.execute(shop.sale("S", 100'000));  // a commit is to be made
        const auto enroll = make_enroll(shop.program(), request(1), {"card:2"});
        if (!shop.checkpoint_and_crash(command_at, enroll, crash_at)) return false;

        const auto other = shop.fixture().enroll(shop.program(), "card:3");
        const auto again = shop.execute(enroll);
        EXPECT_EQ(again.refusal, Refusal::none) << "card:2 leads to id:" << again.customer.value;
        EXPECT_NE(again.customer, other);
        EXPECT_EQ(shop.fixture().view(shop.program(), "card:2").id, again.customer);
        EXPECT_EQ(shop.fixture().verify(), "");
        return true;
    });
    EXPECT_GE(moments, 6) << "a commit, a run of names, programs, customers, keys, the head";
}

TEST(Regression, what_was_returned_of_a_receipt_is_known_after_a_crash) {
    const int moments = at_every_moment([](CheckpointedShop& shop, int command_at, int crash_at) {
        const OwnedCommand sent[] = {shop.sale("S", 100'000), shop.give_back("R1", 40'000, "S"),
                                     shop.give_back("R2", 20'000, "S")};
        shop.execute(sent[0]);
        shop.execute(sent[1]);
        if (!shop.checkpoint_and_crash(command_at, sent[2], crash_at)) return false;

        for (const OwnedCommand& command : sent)  // no answer had gone out
            EXPECT_EQ(shop.execute(command).refusal, Refusal::none);
        const auto too_much = shop.execute(shop.give_back("R3", 40'001, "S"));
        EXPECT_EQ(too_much.refusal, Refusal::return_exceeds_sale);
        EXPECT_EQ(too_much.detail, 40'000) << "what is left of the sale";
        EXPECT_EQ(shop.execute(shop.give_back("R4", 40'000, "S")).refusal, Refusal::none);
        const Figures figures = shop.fixture().show(shop.program(), "card:1");
        EXPECT_EQ(figures.points, 0);
        EXPECT_EQ(figures.lifetime, 0);
        EXPECT_EQ(figures.orders, 0U);
        EXPECT_EQ(shop.fixture().verify(), "");
        return true;
    });
    EXPECT_GE(moments, 6) << "a commit, a run of names, programs, customers, keys, the head";
}

}  // namespace
}  // namespace tim::tests
