// What `verify` finds beside customers: receipts of which too much came back, indexes that lead elsewhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/runtime/checkpoint_format.h"
#include "tests/support/shop.h"

namespace tim::tests {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t kKeyBlocks = 64;

/// Opens the shop again on what `change` makes of its store.
template <class Change>
void reopen_changed(Shop& shop, Change&& change) {
    shop.fixture.commit();
    auto store = shop.fixture.store().after_crash();
    change(*store);
    shop.fixture.crash_and_reopen(std::move(store));
}

TEST(Verify, a_receipt_of_which_something_can_come_back_twice) {
    Shop shop;
    shop.sale("S", 100'000);
    const auto first = shop.give_back("R1", 40'000, "S");
    shop.give_back("R2", 60'000, "S");
    ASSERT_EQ(shop.fixture.verify(), "");
    // The fact that said "60,000 are left" once more: its check is right, and recovery has nothing against
    // it.
    reopen_changed(shop, [&](storage::MemoryStore& store) {
        const auto reduced = store.ledger().fact_at({first.sequence.value + 1});
        ASSERT_TRUE(reduced && reduced->fact.type == model::FactType::receipt_reduced);
        const std::vector<model::Fact> forged = {reduced->fact};
        ASSERT_TRUE(store.ledger().append({{store.ledger().last().value + 1}, forged, {}}));
    });
    EXPECT_EQ(shop.give_back("R3", 10'000, "S").refusal, model::Refusal::none) << "the example";
    EXPECT_THAT(shop.fixture.verify(), HasSubstr("a receipt is reduced without a return before it"));
}

TEST(Verify, what_came_back_of_a_receipt_is_not_found) {
    Shop shop;
    shop.sale("S", 100'000);
    const auto first = shop.give_back("R1", 40'000, "S");
    reopen_changed(shop, [&](storage::MemoryStore& store) {  // as if all names had been written, and none was
        ASSERT_TRUE(store.names().add_run({}, store.ledger().last()));
    });
    EXPECT_THAT(shop.fixture.verify(), HasSubstr("fact " + std::to_string(first.sequence.value + 1) +
                                                 ": what has come back of the sale at "));
}

TEST(Verify, finds_what_came_back_of_receipts_on_disk_too) {
    EngineFixture fixture(EngineFixture::stepped(runtime::TimeSource::system, 4));
    const auto program = fixture.put(nhanh_program());
    fixture.enroll(program, "card:1");
    fixture.execute(make_sale(program, receipt(1, "S"), "card:1", 100'000));
    fixture.execute(make_return(program, receipt(1, "R"), "card:1", 40'000, receipt(1, "S")));
    fixture.stop_and_reopen();
    EXPECT_EQ(fixture.verify(), "");
}

TEST(Verify, a_key_that_the_ledger_does_not_know) {
    Shop shop;
    shop.fixture.enroll(shop.program, "card:2");
    shop.fixture.stop_and_reopen();
    ASSERT_EQ(shop.fixture.verify(), "");
    reopen_changed(shop, [&](storage::MemoryStore& store) {
        for (std::uint64_t number = 0; number < kKeyBlocks; ++number) {
            const storage::BlockId id{storage::BlockTable::keys, shop.program.value, number};
            const auto bytes = store.checkpoints().read(id);
            ASSERT_TRUE(bytes);
            if (bytes->empty()) continue;
            auto block = runtime::decode_keys(*bytes);
            ASSERT_TRUE(block);
            auto forged = block->entries.front();
            forged.digest ^= 1;
            block->entries.push_back(forged);
            ASSERT_TRUE(store.checkpoints().write({{id, runtime::encode(*block)}}));
            return;
        }
        FAIL() << "there is no block of keys";
    });
    EXPECT_THAT(shop.fixture.verify(), HasSubstr("2 keys lead there, the ledger says 1"));
}

}  // namespace
}  // namespace tim::tests
