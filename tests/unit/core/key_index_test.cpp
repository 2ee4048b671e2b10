#include "engine/core/key_index.h"

#include <gtest/gtest.h>

namespace tim::core {
namespace {

model::KeyDigest digest(std::uint64_t high, std::uint32_t low) {
    return {high, low, model::KeyKind::card};
}

TEST(KeyIndex, FindsWhoHasAKey) {
    KeyIndex index;
    EXPECT_EQ(index.find(digest(1, 1)), model::CustomerId{0});
    index.insert(digest(1, 1), {7});
    index.insert(digest(2, 1), {7});
    EXPECT_EQ(index.find(digest(1, 1)), model::CustomerId{7});
    EXPECT_EQ(index.find(digest(2, 1)), model::CustomerId{7});
    EXPECT_EQ(index.find(digest(3, 1)), model::CustomerId{0});
    EXPECT_EQ(index.size(), 2U);
}

TEST(KeyIndex, TellsKeysApartThatShareHalfOfTheirDigest) {
    KeyIndex index;
    constexpr std::uint32_t kGreatest = 0xFFFFFF;
    constexpr std::uint64_t kLast = model::kMaxCustomerId - 1;  // the one above stands for nobody
    index.insert(digest(1, 0), {kLast});
    index.insert(digest(1, kGreatest), {1});
    index.insert(digest(1, 1), {2});
    EXPECT_EQ(index.find(digest(1, 0)), model::CustomerId{kLast});
    EXPECT_EQ(index.find(digest(1, kGreatest)), model::CustomerId{1});
    EXPECT_EQ(index.find(digest(1, 1)), model::CustomerId{2});
    EXPECT_EQ(index.find(digest(1, 2)), model::CustomerId{0});
}

TEST(KeyIndex, InsertingAgainChangesNothing) {
    KeyIndex index;
    index.insert(digest(1, 1), {7});
    index.insert(digest(1, 1), {7});
    EXPECT_EQ(index.size(), 1U);
}

TEST(KeyIndex, HasThousandsOfKeys) {
    KeyIndex index;
    const auto spread = [](std::uint64_t i) { return digest(i * 0x9E3779B97F4A7C15u, i & 0xFFFFFF); };
    constexpr std::uint64_t kKeys = 50'000;
    for (std::uint64_t i = 1; i <= kKeys; ++i)
        index.insert(spread(i), {i});
    EXPECT_EQ(index.size(), kKeys);
    for (std::uint64_t i = 1; i <= kKeys; ++i)
        ASSERT_EQ(index.find(spread(i)).value, i);
    EXPECT_EQ(index.find(spread(kKeys + 1)).value, 0U);
}

TEST(KeyIndexDeathTest, AKeyBelongsToOneCustomer) {
    KeyIndex index;
    index.insert(digest(1, 1), {7});
    EXPECT_DEATH(index.insert(digest(1, 1), {8}), "a key belongs to one customer");
}

TEST(KeyIndex, AKeyThatWasGivenUpIsNobodysUntilItIsTakenAgain) {
    KeyIndex index;
    const model::KeyDigest key{0x1234'5678'9ABC'DEF0u, 0, model::KeyKind::phone};  // the low bits may be 0
    const model::KeyDigest neighbour{key.high, 1, model::KeyKind::phone};
    index.insert(key, {7});
    index.insert(neighbour, {8});
    index.drop(key, {9});
    EXPECT_EQ(index.find(key), model::CustomerId{7}) << "it is not theirs to give";
    index.drop(key, {7});
    EXPECT_EQ(index.find(key), model::CustomerId{});
    EXPECT_EQ(index.find(neighbour), model::CustomerId{8});
    index.drop(key, {7});
    index.insert(key, {9});
    EXPECT_EQ(index.find(key), model::CustomerId{9});
    EXPECT_EQ(index.size(), 2U) << "in the place that it had";
    std::size_t given_up = 0;
    index.drop(neighbour, {8});
    for (std::size_t part = 0; part < KeyIndex::Table::kParts; ++part)
        index.table().visit_part(
            part, [&](const DigestEntry& entry) { given_up += KeyIndex::is_given_up(entry) ? 1 : 0; });
    EXPECT_EQ(given_up, 1U);
}

}  // namespace
}  // namespace tim::core
