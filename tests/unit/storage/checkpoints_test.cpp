#include "storage/checkpoints.h"

#include <gmock/gmock.h>

#include <thread>

#include "helpers.h"
#include "storage/block_codec.h"
#include "storage/memory/memory_store.h"

namespace tim::storage::test {
namespace {

using model::ErrorKind;
using ::testing::HasSubstr;

Bytes bytes_of_block(std::uint64_t number, std::size_t length) {
    Bytes bytes(length);
    for (std::size_t i = 0; i < length; ++i)
        bytes[i] = static_cast<std::byte>(number * 7 + i);
    return bytes;
}

class CheckpointsContract : public ::testing::TestWithParam<bool> {
  protected:
    void SetUp() override { open(); }
    void open() {
        store_.reset();
        if (GetParam()) {
            auto opened = open_store(folder_ / "data", small_options(), seeded_random(1));
            TIM_ASSERT_OK(opened);
            store_ = std::move(*opened);
        } else {
            store_ = std::make_unique<MemoryStore>(FaultPlan{}, seeded_random(1));
        }
    }
    Checkpoints& checkpoints() { return store_->checkpoints(); }

    TemporaryFolder folder_;
    std::unique_ptr<Store> store_;
};

INSTANTIATE_TEST_SUITE_P(Stores, CheckpointsContract, ::testing::Values(true, false),
                         [](const auto& instance) { return instance.param ? "lmdb" : "memory"; });

TEST_P(CheckpointsContract, KeepsTheNewestBytesOfEachBlock) {
    auto none = checkpoints().read({BlockTable::meta, 0, 0});
    TIM_ASSERT_OK(none);
    EXPECT_TRUE(none->empty());
    for (const std::uint64_t round : {1UL, 2UL}) {
        std::vector<Block> blocks;
        for (std::uint64_t number = round; number < 20; ++number) {
            blocks.push_back(
                {{BlockTable::customers, 3, number}, bytes_of_block(number + round, number * 1500)});
        }
        blocks.push_back({{BlockTable::meta, 0, 0}, bytes_of_block(round, 10)});
        TIM_ASSERT_OK(checkpoints().write(blocks));
    }
    for (std::uint64_t number = 1; number < 20; ++number) {
        auto read = checkpoints().read({BlockTable::customers, 3, number});
        TIM_ASSERT_OK(read);
        EXPECT_EQ(*read, bytes_of_block(number + (number == 1 ? 1 : 2), number * 1500));
    }
    EXPECT_EQ(*checkpoints().read({BlockTable::meta, 0, 0}), bytes_of_block(2, 10));
    EXPECT_TRUE(checkpoints().read({BlockTable::customers, 4, 1})->empty());
}

TEST_P(CheckpointsContract, ScansSharesInOrder) {
    std::vector<Block> blocks;
    for (std::uint16_t program = 1; program <= 3; ++program) {
        for (std::uint64_t number = 0; number < 300; number += program) {
            blocks.push_back({{BlockTable::customers, program, number}, bytes_of_block(number, 100)});
        }
    }
    blocks.push_back({{BlockTable::programs, 1, 0}, bytes_of_block(0, 5)});
    blocks.push_back({{BlockTable::keys, 1, 0}, bytes_of_block(0, 5)});
    TIM_ASSERT_OK(checkpoints().write(blocks));

    std::vector<std::vector<BlockId>> seen(3);
    std::vector<std::thread> threads;
    for (std::uint32_t share = 0; share < 3; ++share) {
        threads.emplace_back([&, share] {
            const auto scanned = checkpoints().scan(
                BlockTable::customers, share, 3, [&](const BlockId& id, BytesView bytes) -> Result<void> {
                    EXPECT_TRUE(std::ranges::equal(bytes, bytes_of_block(id.number, 100)));
                    seen[share].push_back(id);
                    return {};
                });
            EXPECT_TRUE(scanned) << message_of(scanned);
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    std::vector<BlockId> all;
    for (std::uint32_t share = 0; share < 3; ++share) {
        EXPECT_TRUE(std::ranges::is_sorted(seen[share]));
        for (const BlockId& id : seen[share])
            EXPECT_EQ(id.number % 3, share);
        all.insert(all.end(), seen[share].begin(), seen[share].end());
    }
    std::ranges::sort(all);
    ASSERT_EQ(all.size(), 300U + 150 + 100);
    for (std::size_t i = 0; i < all.size(); ++i)
        EXPECT_EQ(all[i], blocks[i].id);
}

TEST_P(CheckpointsContract, StopsAScanWhenTheVisitorFails) {
    std::vector<Block> blocks;
    for (std::uint64_t number = 0; number < 40; ++number) {
        blocks.push_back({{BlockTable::keys, 1, number}, bytes_of_block(number, 20)});
    }
    TIM_ASSERT_OK(checkpoints().write(blocks));
    int visits = 0;
    const auto scanned =
        checkpoints().scan(BlockTable::keys, 0, 1, [&](const BlockId&, BytesView) -> Result<void> {
            if (++visits == 20) return model::failure(ErrorKind::invalid, "enough");
            return {};
        });
    EXPECT_EQ(message_of(scanned), "enough");
    EXPECT_EQ(visits, 20);
}

TEST(FolderCheckpoints, SurviveAndShowDamage) {
    const TemporaryFolder folder;
    const auto file = folder / "data" / "checkpoint" / "data.mdb";
    const BlockId id{BlockTable::customers, 2, 77};
    {
        auto store = open_store(folder / "data", small_options(), seeded_random(1));
        TIM_ASSERT_OK(store);
        TIM_ASSERT_OK((*store)->checkpoints().write({{id, bytes_of_block(77, 130'000)}}));
    }
    {
        auto store = open_store(folder / "data", small_options(), seeded_random(1));
        TIM_ASSERT_OK(store);
        EXPECT_EQ(*(*store)->checkpoints().read(id), bytes_of_block(77, 130'000));
    }
    std::string bytes = contents(file);
    const std::size_t at = bytes.find(std::string("TIMK\1\0", 6));
    ASSERT_NE(at, std::string::npos);
    bytes[at + 24 + 100'000] ^= 4;
    std::ofstream(file, std::ios::binary) << bytes;
    auto store = open_store(folder / "data", small_options(), seeded_random(1));
    TIM_ASSERT_OK(store);
    const auto read = (*store)->checkpoints().read(id);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind, ErrorKind::corrupt);
    EXPECT_THAT(read.error().message, HasSubstr("customers 77 of program 2"));
    const auto scanned = (*store)->checkpoints().scan(
        BlockTable::customers, 1, 2, [](const BlockId&, BytesView) -> Result<void> { return {}; });
    EXPECT_EQ(message_of(scanned), read.error().message);
}

TEST(FolderCheckpoints, WriteAllOrNothing) {
    const TemporaryFolder folder;
    StoreOptions options = small_options();
    options.checkpoint_map_bytes = std::uint64_t{1} << 20;
    auto store = open_store(folder / "data", options, seeded_random(1));
    TIM_ASSERT_OK(store);
    Checkpoints& checkpoints = (*store)->checkpoints();
    TIM_ASSERT_OK(checkpoints.write({{{BlockTable::meta, 0, 0}, bytes_of_block(1, 10)}}));
    std::vector<Block> blocks{{{BlockTable::meta, 0, 0}, bytes_of_block(2, 10)}};
    for (std::uint64_t number = 0; number < 20; ++number) {
        blocks.push_back({{BlockTable::customers, 1, number}, bytes_of_block(number, 100'000)});
    }
    const auto written = checkpoints.write(blocks);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().kind, ErrorKind::full);
    EXPECT_EQ(*checkpoints.read({BlockTable::meta, 0, 0}), bytes_of_block(1, 10));
    EXPECT_TRUE(checkpoints.read({BlockTable::customers, 1, 0})->empty());
    TIM_ASSERT_OK(checkpoints.write({{{BlockTable::meta, 0, 0}, bytes_of_block(3, 10)}}));
}

TEST(BlockCodec, FindsEveryChangedByteAndEveryWrongPlace) {
    const BlockId id{BlockTable::keys, 500, 0x0102030405060708};
    EXPECT_EQ(*decode_block_key(encode_block_key(id)), id);
    EXPECT_FALSE(decode_block_key(BytesView(encode_block_key(id)).first(10)));
    const Bytes bytes = bytes_of_block(3, 100);
    Bytes encoded(kBlockHeaderBytes + bytes.size());
    encode_block(id, bytes, encoded);
    TIM_ASSERT_OK(decode_block(id, encoded));
    EXPECT_TRUE(std::ranges::equal(*decode_block(id, encoded), bytes));
    for (std::size_t at = 0; at < encoded.size(); ++at) {
        Bytes damaged = encoded;
        damaged[at] ^= std::byte{1};
        EXPECT_FALSE(decode_block(id, damaged)) << at;
        EXPECT_FALSE(decode_block(id, BytesView(encoded).first(at))) << at;
    }
    Bytes newer = encoded;
    newer[4] = std::byte{2};
    EXPECT_THAT(message_of(decode_block(id, newer)), HasSubstr("format version 2"));
    EXPECT_THAT(message_of(decode_block({BlockTable::keys, 500, 1}, encoded)), HasSubstr("checksum"));
}

TEST(BlockCodec, OrdersKeysLikeIds) {
    std::vector<BlockId> ids;
    for (const unsigned wide : {0U, 1U, 255U, 256U, 65535U}) {
        const auto program = static_cast<std::uint16_t>(wide);
        for (const std::uint64_t number : {0UL, 1UL, 255UL, 256UL, 1UL << 40, ~0UL}) {
            ids.push_back({BlockTable::meta, program, number});
            ids.push_back({BlockTable::keys, program, number});
        }
    }
    std::ranges::sort(ids);
    EXPECT_TRUE(std::ranges::is_sorted(
        ids, [](const BlockId& a, const BlockId& b) { return encode_block_key(a) < encode_block_key(b); }));
}

}  // namespace
}  // namespace tim::storage::test
