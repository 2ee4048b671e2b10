#include "storage/batch_codec.h"

#include <gmock/gmock.h>

#include "helpers.h"

namespace tim::storage::test {
namespace {

using model::ErrorKind;
using model::Sequence;
using ::testing::HasSubstr;

std::vector<std::byte> encode(const OwnedBatch& batch, std::uint64_t previous) {
    std::vector<std::byte> bytes(encoded_batch_bytes(batch.facts.size(), batch.blobs.size()));
    encode_batch(batch.batch(), previous, bytes);
    return bytes;
}

/// Writes an integer over encoded bytes.
template <class T>
void poke(std::vector<std::byte>& bytes, std::size_t offset, T value) {
    std::memcpy(bytes.data() + offset, &value, sizeof value);
}

TEST(BatchCodec, RoundTripsFactsAndBlobs) {
    for (const std::size_t count : {1UL, 2UL, 36UL, 37UL, 300UL, 5000UL}) {
        for (const std::size_t blob_every : {0UL, 1UL, 3UL}) {
            const OwnedBatch made = batch_of(1000, count, blob_every, 333);
            const auto bytes = encode(made, 42);
            auto view = BatchView::open(bytes, {1000});
            TIM_ASSERT_OK(view);
            EXPECT_EQ(view->first(), Sequence{1000});
            EXPECT_EQ(view->last(), Sequence{999 + count});
            EXPECT_EQ(view->previous_checksum(), 42U);
            TIM_ASSERT_OK(view->verify());
            std::vector<model::Fact> scratch;
            const Batch read = view->batch(scratch);
            ASSERT_EQ(read.facts.size(), count);
            EXPECT_TRUE(std::ranges::equal(read.blobs, made.blobs));
            for (std::size_t i = 0; i < count; ++i)
                EXPECT_TRUE(same(read.facts[i], made.facts[i]));
            for (const std::size_t i : {std::size_t{0}, count / 2, count - 1}) {
                auto stored = view->fact({1000 + i});
                TIM_ASSERT_OK(stored);
                EXPECT_EQ(stored->sequence.value, 1000 + i);
                EXPECT_TRUE(same(stored->fact, made.facts[i]));
                const bool has_blob = blob_every != 0 && (1000 + i) % blob_every == 0;
                EXPECT_EQ(stored->blob, has_blob ? blob_of(1000 + i, 333) : Bytes{});
            }
        }
    }
}

TEST(BatchCodec, ReadsBytesAtAnyAddress) {
    const OwnedBatch made = batch_of(5, 10);
    const auto bytes = encode(made, 0);
    std::vector<std::byte> shifted(bytes.size() + 8);
    for (std::size_t shift = 1; shift < 8; ++shift) {
        std::memcpy(shifted.data() + shift, bytes.data(), bytes.size());
        auto view = BatchView::open(std::span(shifted).subspan(shift, bytes.size()), {5});
        TIM_ASSERT_OK(view);
        std::vector<model::Fact> scratch;
        const Batch read = view->batch(scratch);
        for (std::size_t i = 0; i < 10; ++i)
            EXPECT_TRUE(same(read.facts[i], made.facts[i]));
    }
}

TEST(BatchCodec, FindsEveryChangedByte) {
    const OwnedBatch made = batch_of(77, 80, 20, 50);
    const auto bytes = encode(made, 9);
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        auto damaged = bytes;
        damaged[at] ^= std::byte{0x10};
        auto view = BatchView::open(damaged, {77});
        const Result<void> read = view ? view->verify() : tl::unexpected(view.error());
        ASSERT_FALSE(read) << "byte " << at;
        EXPECT_EQ(read.error().kind, ErrorKind::corrupt);
        EXPECT_THAT(read.error().message, HasSubstr("sequence 77"));
    }
}

TEST(BatchCodec, FindsEveryLength) {
    const auto bytes = encode(batch_of(1, 3, 1, 10), 0);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        EXPECT_FALSE(BatchView::open(BytesView(bytes).first(length), {1})) << length;
    }
    auto longer = bytes;
    longer.push_back(std::byte{0});
    EXPECT_FALSE(BatchView::open(longer, {1}));
}

TEST(BatchCodec, SaysWhatIsWrongWithAHeader) {
    const auto good = encode(batch_of(77, 3), 9);
    const auto message = [&](std::size_t offset, auto value) {
        auto bytes = good;
        poke(bytes, offset, value);
        return message_of(BatchView::open(bytes, {77}));
    };
    EXPECT_THAT(message(0, std::uint32_t{1}), HasSubstr("mark"));
    EXPECT_THAT(message(4, std::uint16_t{1}), HasSubstr("format version 1"));
    EXPECT_THAT(message(6, std::uint16_t{63}), HasSubstr("another shape"));
    EXPECT_THAT(message(8, std::uint64_t{78}), HasSubstr("header's checksum"));
    EXPECT_THAT(message(16, std::uint32_t{4}), HasSubstr("length"));
    EXPECT_THAT(message(16, std::uint32_t{0}), HasSubstr("length"));
    EXPECT_THAT(message(20, std::uint32_t{96}), HasSubstr("another shape"));
    EXPECT_THAT(message(24, std::uint64_t{1}), HasSubstr("length"));
    EXPECT_THAT(message(24, ~std::uint64_t{0} - 400), HasSubstr("length"));
    EXPECT_THAT(message(32, std::uint64_t{10}), HasSubstr("header's checksum"));
    EXPECT_THAT(message(40, std::uint32_t{8192}), HasSubstr("another shape"));
    EXPECT_THAT(message(56, std::uint64_t{0}), HasSubstr("header's checksum"));
    EXPECT_THAT(message(64, std::uint64_t{0}), HasSubstr("header's checksum"));
    EXPECT_THAT(message_of(BatchView::open(good, {78})), HasSubstr("says that it begins at sequence 77"));
}

TEST(BatchCodec, ChecksOnlyWhatAFactNeeds) {
    const OwnedBatch made = batch_of(1, 200, 200, 5000);
    auto bytes = encode(made, 0);
    const std::size_t body = bytes.size() - 200 * sizeof(model::Fact) - 5000;
    bytes[body + 100 * sizeof(model::Fact)] ^= std::byte{1};
    auto view = BatchView::open(bytes, {1});
    TIM_ASSERT_OK(view);
    EXPECT_FALSE(view->verify());
    EXPECT_TRUE(view->fact({1}));
    EXPECT_FALSE(view->fact({101}));
    EXPECT_TRUE(view->fact({200}));
    bytes[bytes.size() - 1] ^= std::byte{1};  // of its blob
    EXPECT_FALSE(view->fact({200}));
}

TEST(BatchCodec, RefusesABlobOutsideOfItsBatch) {
    OwnedBatch made = batch_of(1, 4, 4, 10);
    made.facts[3].set_blob({8, 3});
    const auto bytes = encode(made, 0);
    auto view = BatchView::open(bytes, {1});
    TIM_ASSERT_OK(view);
    EXPECT_THAT(message_of(view->fact({4})), HasSubstr("sequence 4, whose blob lies outside"));
}

TEST(BatchCodec, NamesTheFirstSequenceThatIsDamaged) {
    auto bytes = encode(batch_of(500, 400), 0);
    bytes[bytes.size() - 1] ^= std::byte{1};
    auto view = BatchView::open(bytes, {500});
    TIM_ASSERT_OK(view);
    // 400 facts of 112 bytes are 10 sections of 4,096 and a part; the last begins inside fact 365.
    EXPECT_THAT(message_of(view->verify()), HasSubstr("(sequence 865 on)"));
}

TEST(BatchCodec, ChecksArguments) {
    EXPECT_EQ(check_batch({{1}, {}, {}}, {1}).error().kind, ErrorKind::invalid);
    const OwnedBatch made = batch_of(5, 1);
    EXPECT_TRUE(check_batch(made.batch(), {5}));
    EXPECT_THAT(message_of(check_batch(made.batch(), {4})), HasSubstr("begins at sequence 5, not at 4"));
    const BytesView huge(made.blobs.data(), kMaxBatchBytes);
    EXPECT_THAT(message_of(check_batch({{5}, made.facts, huge}, {5})),
                HasSubstr("larger than a batch may be"));
}

}  // namespace
}  // namespace tim::storage::test
