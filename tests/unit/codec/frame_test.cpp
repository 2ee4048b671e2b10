#include "protocol/codec/frame.h"

#include <gmock/gmock.h>

#include <cstring>
#include <random>
#include <vector>

namespace tim::codec {
namespace {

using ::testing::HasSubstr;

std::vector<std::byte> header(std::uint32_t length, std::uint32_t correlation) {
    std::vector<std::byte> bytes(sizeof(FrameHeader));
    const FrameHeader value{length, correlation};
    std::memcpy(bytes.data(), &value, sizeof value);
    return bytes;
}

void feed(FrameReader& reader, std::span<const std::byte> bytes) {
    const auto room = reader.prepare(bytes.size());
    ASSERT_GE(room.size(), bytes.size());
    std::memcpy(room.data(), bytes.data(), bytes.size());
    reader.commit(bytes.size());
}

TEST(Frame, HeaderIsLittleEndianLengthAndCorrelation) {
    ByteBuffer out;
    const std::vector<std::byte> message(3, std::byte{0x7f});
    append_frame(out, 0x01020304, message);
    const unsigned char expected[] = {8, 0, 0, 0, 4, 3, 2, 1, 0x7f, 0x7f, 0x7f, 0, 0, 0, 0, 0};
    ASSERT_EQ(out.size(), sizeof expected);
    EXPECT_EQ(std::memcmp(out.data(), expected, sizeof expected), 0);
}

TEST(Frame, CutsAnyStreamIntoTheSameAlignedFrames) {
    std::mt19937 random(7);
    ByteBuffer stream;
    std::vector<std::vector<std::byte>> messages;
    for (std::uint32_t i = 0; i < 300; ++i) {
        auto& message = messages.emplace_back((1 + random() % 40) * 8 * (i % 50 == 49 ? 1000 : 1));
        for (auto& byte : message)
            byte = static_cast<std::byte>(random());
        append_frame(stream, i, message);
    }
    for (const std::size_t most : {1U, 7U, 100U, 5'000U, 1'000'000U}) {
        FrameReader reader(kMaxRequestBytes);
        std::size_t fed = 0;
        std::uint32_t taken = 0;
        while (taken < messages.size()) {
            const std::size_t count = std::min<std::size_t>(1 + random() % most, stream.size() - fed);
            const auto room = reader.prepare(1);
            const std::size_t fits = std::min(count, room.size());
            std::memcpy(room.data(), stream.data() + fed, fits);
            reader.commit(fits);
            fed += fits;
            for (;;) {
                const auto frame = reader.next();
                ASSERT_TRUE(frame) << frame.error().message;
                if (!*frame) break;
                EXPECT_EQ((*frame)->correlation, taken);
                EXPECT_EQ(reinterpret_cast<std::uintptr_t>((*frame)->payload.data()) % 8, 0U);
                ASSERT_TRUE(std::ranges::equal((*frame)->payload, messages[taken]));
                ++taken;
            }
        }
        EXPECT_EQ(reader.pending_bytes(), 0U);
    }
}

TEST(Frame, RefusesALengthOfFourGibibytesAsSoonAsItIsThere) {
    FrameReader reader(kMaxRequestBytes);
    feed(reader, header(0xffff'fff8, 9));
    const auto frame = reader.next();
    ASSERT_FALSE(frame);
    EXPECT_THAT(frame.error().message, HasSubstr("4294967288 bytes is too large"));
    EXPECT_TRUE(reader.too_large());
    EXPECT_EQ(reader.last_correlation(), 9U);
    EXPECT_FALSE(reader.next()) << "an error is for good";
}

TEST(Frame, TheGreatestLengthIsAllowedAndOneMoreUnitIsNot) {
    FrameReader reader(kMaxHelloBytes);
    feed(reader, header(kMaxHelloBytes, 1));
    EXPECT_TRUE(reader.next());
    FrameReader other(kMaxHelloBytes);
    feed(other, header(kMaxHelloBytes + 8, 1));
    EXPECT_FALSE(other.next());
    other.set_max_payload_bytes(kMaxRequestBytes);
    EXPECT_TRUE(other.next());
}

TEST(Frame, RefusesLengthsThatAreNoMultipleOfEight) {
    for (const std::uint32_t length : {0U, 1U, 7U, 12U, 4095U}) {
        FrameReader reader(kMaxHelloBytes);
        feed(reader, header(length, 1));
        const auto frame = reader.next();
        ASSERT_FALSE(frame) << length;
        EXPECT_THAT(frame.error().message, HasSubstr("multiple of 8"));
        EXPECT_FALSE(reader.too_large());
    }
}

TEST(Frame, MemoryFollowsWhatArrivesAndIsGivenBack) {
    FrameReader reader(kMaxRequestBytes);
    feed(reader, header(kMaxRequestBytes, 1));
    ASSERT_TRUE(reader.next());
    EXPECT_LE(reader.prepare(1).size(), FrameReader::kDefaultReadBytes);
    const std::vector<std::byte> rest(kMaxRequestBytes);
    feed(reader, rest);
    ASSERT_TRUE(*reader.next());
    EXPECT_LE(reader.prepare().size(), FrameReader::kRetainedBytes);
}

TEST(ByteBuffer, GrowsKeepsAndGivesBack) {
    ByteBuffer buffer;
    EXPECT_TRUE(buffer.empty());
    for (int i = 0; i < 10'000; ++i)
        *buffer.extend(1) = static_cast<std::byte>(i);
    for (int i = 0; i < 10'000; ++i)
        ASSERT_EQ(buffer.data()[i], static_cast<std::byte>(i));
    ByteBuffer other = std::move(buffer);
    EXPECT_EQ(other.size(), 10'000U);
    EXPECT_TRUE(buffer.empty());  // NOLINT(bugprone-use-after-move): a moved buffer is empty and usable
    other.truncate(3);
    EXPECT_EQ(other.size(), 3U);
    const std::size_t capacity = other.capacity();
    other.clear();
    EXPECT_EQ(other.capacity(), capacity);
    other.release();
    EXPECT_EQ(other.capacity(), 0U);
}

}  // namespace
}  // namespace tim::codec
