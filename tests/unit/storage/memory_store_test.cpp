#include "storage/memory/memory_store.h"

#include <gmock/gmock.h>

#include "helpers.h"

namespace tim::storage::test {
namespace {

using model::ErrorKind;
using model::Sequence;
using ::testing::HasSubstr;

Block block_of(std::uint64_t number) {
    return {{BlockTable::customers, 1, number}, Bytes(50, static_cast<std::byte>(number))};
}

TEST(MemoryStore, LosesAnAppendThatFails) {
    FaultPlan plan;
    plan.ledger.lose_append = 3;
    MemoryStore store(plan, seeded_random(1));
    TIM_ASSERT_OK(store.ledger().append(batch_of(1, 10).batch()));
    TIM_ASSERT_OK(store.ledger().append(batch_of(11, 10).batch()));
    EXPECT_EQ(store.ledger().append(batch_of(21, 10).batch()).error().kind, ErrorKind::io);
    EXPECT_EQ(store.ledger().append(batch_of(21, 10).batch()).error().kind, ErrorKind::io) << "closed";
    EXPECT_EQ(store.ledger().last(), Sequence{20});

    auto next = store.after_crash();
    EXPECT_EQ(next->ledger().last(), Sequence{20});
    TIM_ASSERT_OK(next->ledger().append(batch_of(21, 5).batch()));
    std::uint64_t facts = 0;
    TIM_ASSERT_OK(next->ledger().scan({1}, [&](const Batch& batch) {
        facts += batch.facts.size();
        return true;
    }));
    EXPECT_EQ(facts, 25U);
}

TEST(MemoryStore, KeepsADoubtfulAppendForAfterTheCrash) {
    FaultPlan plan;
    plan.ledger.doubt_append = 2;
    MemoryStore store(plan, seeded_random(1));
    TIM_ASSERT_OK(store.ledger().append(batch_of(1, 10).batch()));
    EXPECT_FALSE(store.ledger().append(batch_of(11, 10).batch()));
    EXPECT_EQ(store.ledger().last(), Sequence{10});
    EXPECT_FALSE(store.ledger().fact_at({11}));

    auto next = store.after_crash();
    EXPECT_EQ(next->ledger().last(), Sequence{20});
    EXPECT_TRUE(same(next->ledger().fact_at({20})->fact, fact_of(20)));
    TIM_ASSERT_OK(next->ledger().append(batch_of(21, 1).batch()));
    TIM_ASSERT_OK(next->ledger().scan({1}, [](const Batch&) { return true; }));
}

TEST(MemoryStore, IsFullAtItsCapacity) {
    FaultPlan plan;
    plan.ledger.capacity_bytes = 100'000;
    MemoryStore store(plan, seeded_random(1));
    MemoryLedger& ledger = store.ledger();
    std::mt19937_64 random(2);
    std::uint64_t next = 1;
    while (true) {
        const std::size_t count = random() % 50 + 1;
        if (ledger.reserved_bytes() < ledger.bytes_for(count, 0)) break;
        TIM_ASSERT_OK(ledger.append(batch_of(next, count).batch()));
        next += count;
    }
    EXPECT_GT(next, 700U);
    EXPECT_EQ(ledger.append(batch_of(next, 100).batch()).error().kind, ErrorKind::full);
    EXPECT_TRUE(ledger.fact_at({next - 1}));
    ledger.set_capacity_bytes(200'000);
    EXPECT_GT(ledger.reserved_bytes(), ledger.bytes_for(100, 0));
    TIM_ASSERT_OK(ledger.append(batch_of(next, 100).batch()));
    ledger.set_capacity_bytes(0);
    EXPECT_EQ(ledger.reserved_bytes(), 0U);
}

TEST(MemoryStore, ShowsDamage) {
    MemoryStore store({}, seeded_random(1));
    for (std::uint64_t i = 0; i < 3; ++i) {
        TIM_ASSERT_OK(store.ledger().append(batch_of(i * 10 + 1, 10).batch()));
    }
    EXPECT_FALSE(store.ledger().damage({31}, 0, std::byte{1}));
    EXPECT_FALSE(store.ledger().damage({15}, 5000, std::byte{1}));
    ASSERT_TRUE(store.ledger().damage({15}, 200, std::byte{1}));
    const auto scanned = store.ledger().scan({1}, [](const Batch&) { return true; });
    ASSERT_FALSE(scanned);
    EXPECT_EQ(scanned.error().kind, ErrorKind::corrupt);
    EXPECT_THAT(scanned.error().message, HasSubstr("sequence 11"));
    EXPECT_FALSE(store.ledger().fact_at({12}));
    EXPECT_TRUE(store.ledger().fact_at({10}));
    EXPECT_EQ(store.after_crash()->ledger().fact_at({12}).error().kind, ErrorKind::corrupt);

    TIM_ASSERT_OK(store.checkpoints().write({block_of(1)}));
    EXPECT_FALSE(store.damage_block(block_of(2).id, 0, std::byte{1}));
    ASSERT_TRUE(store.damage_block(block_of(1).id, 7, std::byte{1}));
    EXPECT_EQ(store.checkpoints().read(block_of(1).id).error().kind, ErrorKind::corrupt);
}

TEST(MemoryStore, FailsOtherPartsAsPlanned) {
    FaultPlan plan;
    plan.fail_checkpoint_write = 2;
    plan.fail_name_run = 1;
    plan.fail_vault_sync = 1;
    MemoryStore store(plan, seeded_random(1));
    TIM_ASSERT_OK(store.checkpoints().write({block_of(1)}));
    EXPECT_EQ(store.checkpoints().write({block_of(2)}).error().kind, ErrorKind::io);
    EXPECT_TRUE(store.checkpoints().read(block_of(2).id)->empty());
    TIM_ASSERT_OK(store.checkpoints().write({block_of(3)}));

    const std::vector<NameEntry> run{{5, {1}}};
    EXPECT_EQ(store.names().add_run(run, {1}).error().kind, ErrorKind::io);
    EXPECT_EQ(store.names().through(), Sequence{0});
    TIM_ASSERT_OK(store.names().add_run(run, {1}));

    TIM_ASSERT_OK(store.vault().put({1}, {1}, std::vector<SecretKey>{SecretKey{1}}));
    EXPECT_EQ(store.vault().sync().error().kind, ErrorKind::io);
    EXPECT_FALSE(store.after_crash()->vault().get({1}, {1}));
    TIM_ASSERT_OK(store.vault().sync());
    EXPECT_TRUE(store.after_crash()->vault().get({1}, {1}));
}

TEST(MemoryStore, LosesUnsyncedKeysUnlessPlanned) {
    for (const bool keep : {false, true}) {
        FaultPlan plan;
        plan.keep_unsynced_keys = keep;
        MemoryStore store(plan, seeded_random(1));
        TIM_ASSERT_OK(store.vault().put({1}, {1}, std::vector<SecretKey>{SecretKey{1}}));
        TIM_ASSERT_OK(store.vault().sync());
        TIM_ASSERT_OK(store.vault().put({1}, {2}, std::vector<SecretKey>{SecretKey{2}}));
        EXPECT_TRUE(store.vault().get({1}, {2}));
        auto next = store.after_crash();
        EXPECT_TRUE(next->vault().get({1}, {1}));
        EXPECT_EQ(next->vault().get({1}, {2}).has_value(), keep);
        EXPECT_EQ(next->vault().engine_secret(), store.vault().engine_secret());
    }
}

TEST(MemoryStore, KeepsCheckpointsAndNamesOverACrash) {
    MemoryStore store({}, seeded_random(1));
    TIM_ASSERT_OK(store.checkpoints().write({block_of(1), block_of(2)}));
    TIM_ASSERT_OK(store.names().add_run(std::vector<NameEntry>{{5, {1}}, {6, {2}}}, {2}));
    auto next = store.after_crash();
    EXPECT_EQ(*next->checkpoints().read(block_of(2).id), block_of(2).bytes);
    EXPECT_EQ(next->names().through(), Sequence{2});
    EXPECT_EQ(next->names().find(6)->size(), 1U);
}

}  // namespace
}  // namespace tim::storage::test
