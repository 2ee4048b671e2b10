#include "engine/core/name_filter.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace tim::core {
namespace {

TEST(NameFilter, AnEmptyOneContainsNothing) {
    const NameFilter filter;
    for (const std::uint64_t fingerprint : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}})
        EXPECT_FALSE(filter.may_contain(fingerprint));
    EXPECT_EQ(filter.size(), 0U);
}

TEST(NameFilter, NeverForgetsAndSeldomMistakes) {
    constexpr std::size_t kFirstLayer = 1'000;
    constexpr std::size_t kNames = 30'000;  // 1,000 and 4,000 and 16,000 names fill three layers
    NameFilter filter(kFirstLayer);
    std::mt19937_64 random(7);
    std::vector<std::uint64_t> names(kNames);
    for (std::uint64_t& name : names) {
        name = random();
        filter.add(name);
    }
    EXPECT_EQ(filter.size(), kNames);
    for (const std::uint64_t name : names)
        ASSERT_TRUE(filter.may_contain(name));
    // About two in a thousand a layer; four layers.
    std::size_t mistaken = 0;
    for (std::size_t i = 0; i < kNames; ++i)
        mistaken += filter.may_contain(random()) ? 1 : 0;
    EXPECT_LT(mistaken, kNames / 50);
    EXPECT_GT(filter.bytes(), 2 * kNames) << "16 bits a name";
}

TEST(NameFilter, TakesFingerprintsOfAnyShape) {
    NameFilter filter(16);
    for (unsigned bit = 0; bit < 64; ++bit) {
        filter.add(std::uint64_t{1} << bit);
        EXPECT_TRUE(filter.may_contain(std::uint64_t{1} << bit));
    }
    filter.add(0);
    filter.add(~std::uint64_t{0});
    TouchList lines;
    filter.touch(0, lines);
    lines.run();
    EXPECT_TRUE(filter.may_contain(0));
    EXPECT_TRUE(filter.may_contain(~std::uint64_t{0}));
}

}  // namespace
}  // namespace tim::core
