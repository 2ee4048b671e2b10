// What every Ledger promises, asked of the one on LMDB and of its twin in memory.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "helpers.h"
#include "storage/memory/memory_store.h"

namespace tim::storage::test {
namespace {

using model::ErrorKind;
using model::Sequence;
using ::testing::HasSubstr;

class LedgerContract : public ::testing::TestWithParam<bool> {
  protected:
    void SetUp() override {
        if (GetParam()) {
            auto opened = open_store(folder_ / "data", small_options(), seeded_random(1));
            TIM_ASSERT_OK(opened);
            store_ = std::move(*opened);
        } else {
            store_ = std::make_unique<MemoryStore>(FaultPlan{}, seeded_random(1));
        }
    }
    Ledger& ledger() { return store_->ledger(); }

    TemporaryFolder folder_;
    std::unique_ptr<Store> store_;
};

INSTANTIATE_TEST_SUITE_P(Stores, LedgerContract, ::testing::Values(true, false),
                         [](const auto& instance) { return instance.param ? "lmdb" : "memory"; });

TEST_P(LedgerContract, IsEmptyWhenNew) {
    EXPECT_EQ(ledger().last(), Sequence{0});
    EXPECT_GT(ledger().reserved_bytes(), ledger().bytes_for(1000, 1000));
    EXPECT_EQ(ledger().fact_at({1}).error().kind, ErrorKind::not_found);
    EXPECT_EQ(ledger().fact_at({0}).error().kind, ErrorKind::not_found);
    int visits = 0;
    TIM_ASSERT_OK(ledger().scan({1}, [&](const Batch&) { return ++visits != 0; }));
    EXPECT_EQ(visits, 0);
}

TEST_P(LedgerContract, GivesBackWhatWasAppended) {
    // Small batches lie inside LMDB's leaves, at odd addresses; large ones have pages of their own.
    const std::vector<std::size_t> sizes{1, 1, 2, 5, 40, 3, 1000, 17, 1, 4000, 1};
    std::uint64_t next = 1;
    for (const std::size_t size : sizes) {
        TIM_ASSERT_OK(ledger().append(batch_of(next, size, 7, 300).batch()));
        next += size;
        EXPECT_EQ(ledger().last(), Sequence{next - 1});
    }
    for (std::uint64_t sequence = 1; sequence < next; ++sequence) {
        auto stored = ledger().fact_at({sequence});
        TIM_ASSERT_OK(stored);
        ASSERT_EQ(stored->sequence, Sequence{sequence});
        if (sequence % 7 == 0) {
            ASSERT_EQ(stored->blob, blob_of(sequence, 300));
        } else {
            ASSERT_TRUE(same(stored->fact, fact_of(sequence)));
            ASSERT_TRUE(stored->blob.empty());
        }
    }
    EXPECT_EQ(ledger().fact_at({next}).error().kind, ErrorKind::not_found);
}

TEST_P(LedgerContract, ScansFromAnySequence) {
    constexpr std::uint64_t kBatches = 300;  // several snapshots of a scan
    std::vector<std::uint64_t> firsts;
    std::uint64_t next = 1;
    for (std::uint64_t i = 0; i < kBatches; ++i) {
        firsts.push_back(next);
        const std::size_t size = i % 4 + 1;
        TIM_ASSERT_OK(ledger().append(batch_of(next, size).batch()));
        next += size;
    }
    for (const std::uint64_t from : {0UL, 1UL, 2UL, 3UL, 4UL, 399UL, 400UL, 401UL, next - 1}) {
        const auto above = std::ranges::upper_bound(firsts, std::max(from, 1UL));
        std::uint64_t expected = *std::prev(above);
        TIM_ASSERT_OK(ledger().scan({from}, [&](const Batch& batch) {
            EXPECT_EQ(batch.first.value, expected);
            for (std::size_t i = 0; i < batch.facts.size(); ++i) {
                EXPECT_TRUE(same(batch.facts[i], fact_of(expected + i)));
            }
            expected += batch.facts.size();
            return true;
        }));
        EXPECT_EQ(expected, next) << "from " << from;
    }
    int visits = 0;
    TIM_ASSERT_OK(ledger().scan({next}, [&](const Batch&) { return ++visits != 0; }));
    EXPECT_EQ(visits, 0);
    TIM_ASSERT_OK(ledger().scan({1}, [&](const Batch&) { return ++visits < 5; }));
    EXPECT_EQ(visits, 5);
}

TEST_P(LedgerContract, RefusesGapsAndEmptyBatches) {
    EXPECT_EQ(ledger().append(batch_of(2, 1).batch()).error().kind, ErrorKind::invalid);
    EXPECT_EQ(ledger().append({{1}, {}, {}}).error().kind, ErrorKind::invalid);
    TIM_ASSERT_OK(ledger().append(batch_of(1, 3).batch()));
    EXPECT_EQ(ledger().append(batch_of(3, 1).batch()).error().kind, ErrorKind::invalid);
    TIM_ASSERT_OK(ledger().append(batch_of(4, 1).batch()));
}

TEST_P(LedgerContract, LetsManyReadWhileOneAppends) {
    TIM_ASSERT_OK(ledger().append(batch_of(1, 10).batch()));
    std::atomic<bool> done{false};
    std::atomic<std::uint64_t> wrong{0};
    std::vector<std::thread> readers;
    for (unsigned seed = 0; seed < 3; ++seed) {
        readers.emplace_back([&, seed] {
            std::mt19937_64 random(seed);
            while (!done) {
                const std::uint64_t sequence = random() % ledger().last().value + 1;
                const auto stored = ledger().fact_at({sequence});
                if (!stored || !same(stored->fact, fact_of(sequence))) ++wrong;
                std::uint64_t expected = 0;
                const auto scanned = ledger().scan({sequence}, [&](const Batch& batch) {
                    if (expected != 0 && batch.first.value != expected) ++wrong;
                    expected = batch.last().value + 1;
                    return true;
                });
                if (!scanned) ++wrong;
            }
        });
    }
    std::thread reserving([&] {
        while (!done) {
            if (!ledger().step()) std::this_thread::yield();
        }
    });
    std::uint64_t next = 11;
    for (std::size_t i = 0; i < 150; ++i) {
        const std::size_t size = i % 5 == 0 ? 200 : 1;
        EXPECT_TRUE(ledger().append(batch_of(next, size).batch()));
        next += size;
    }
    done = true;
    for (std::thread& reader : readers)
        reader.join();
    reserving.join();
    EXPECT_EQ(wrong, 0U);
}

}  // namespace
}  // namespace tim::storage::test
