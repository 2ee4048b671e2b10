#include "protocol/server/outbox.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <random>
#include <string>

#include "protocol/server/limits.h"

namespace tim::server {
namespace {

void add(Outbox& outbox, const std::string& text, std::uint64_t depends_on, bool final_reply = true) {
    outbox.tail().append(std::as_bytes(std::span(text)));
    outbox.added({depends_on}, final_reply);
}

/// Takes at most `most` bytes of what may leave.
std::string take(Outbox& outbox, std::size_t most, std::size_t* answered = nullptr) {
    std::array<std::span<const std::byte>, kGatheredChunks> pieces;
    const std::size_t count = outbox.gather(pieces);
    std::string text;
    for (std::size_t i = 0; i < count && text.size() < most; ++i) {
        const auto piece = pieces[i].first(std::min(pieces[i].size(), most - text.size()));
        text.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    }
    const std::size_t replies = outbox.consume(text.size());
    if (answered != nullptr) *answered += replies;
    return text;
}

TEST(Outbox, NothingLeavesBeforeItsSequence) {
    BufferPool pool;
    Outbox outbox(pool);
    add(outbox, "abc", 5);
    EXPECT_FALSE(outbox.release({4}));
    EXPECT_TRUE(outbox.waiting());
    EXPECT_TRUE(outbox.release({5}));
    EXPECT_FALSE(outbox.waiting());
    EXPECT_EQ(take(outbox, 100), "abc");
    EXPECT_TRUE(outbox.empty());
}

TEST(Outbox, NothingOvertakes) {
    BufferPool pool;
    Outbox outbox(pool);
    add(outbox, "first", 9);
    EXPECT_FALSE(outbox.release({0}));
    add(outbox, "second", 0);
    EXPECT_FALSE(outbox.release({8}));
    EXPECT_TRUE(outbox.release({9}));
    EXPECT_EQ(take(outbox, 100), "firstsecond");
}

TEST(Outbox, CountsRequestsWhenTheirLastByteHasLeft) {
    BufferPool pool;
    Outbox outbox(pool);
    add(outbox, "one", 0);
    add(outbox, "progress", 0, false);
    outbox.release({0});
    add(outbox, "two", 0);
    outbox.release({0});
    std::size_t answered = 0;
    EXPECT_EQ(take(outbox, 10, &answered), "oneprogres");
    EXPECT_EQ(answered, 0U);
    EXPECT_EQ(take(outbox, 1, &answered), "s");
    EXPECT_EQ(answered, 1U);
    EXPECT_EQ(take(outbox, 10, &answered), "two");
    EXPECT_EQ(answered, 2U);
}

TEST(Outbox, KeepsEveryByteInOrder) {
    std::mt19937_64 random(7);
    BufferPool pool;
    Outbox outbox(pool);
    std::string written;
    std::string left;
    std::uint64_t sequence = 0;
    std::size_t replies = 0;
    std::size_t answered = 0;
    for (int step = 0; step < 20'000; ++step) {
        switch (random() % 3) {
            case 0: {
                const std::string text(1 + random() % 3'000, static_cast<char>('a' + random() % 26));
                written += text;
                add(outbox, text, ++sequence);
                ++replies;
                break;
            }
            case 1:
                outbox.release({sequence - std::min<std::uint64_t>(sequence, random() % 4)});
                break;
            default:
                if (outbox.released()) left += take(outbox, 1 + random() % 6'000, &answered);
        }
        ASSERT_EQ(outbox.bytes(), written.size() - left.size());
    }
    outbox.release({sequence});
    while (!outbox.empty())
        left += take(outbox, SIZE_MAX, &answered);
    EXPECT_EQ(left, written);
    EXPECT_EQ(answered, replies);
}

TEST(BufferPool, GivesBigBuffersBackToTheSystem) {
    BufferPool pool;
    codec::ByteBuffer small;
    small.extend(100);
    codec::ByteBuffer big;
    big.extend(kKeptBufferBytes + 1);
    pool.give_back(std::move(big));
    EXPECT_EQ(pool.take().capacity(), 0U);
    pool.give_back(std::move(small));
    EXPECT_GE(pool.take().capacity(), 100U);
}

}  // namespace
}  // namespace tim::server
