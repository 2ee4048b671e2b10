#include "bench/load/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace tim::bench {
namespace {

TEST(SplitMix64, StaysBelowItsBoundAndMeetsAll) {
    SplitMix64 random(1);
    std::vector<int> counts(10);
    for (int i = 0; i < 10'000; ++i)
        ++counts[random.below(10)];
    for (const int count : counts)
        EXPECT_NEAR(count, 1000, 150);
}

TEST(SplitMix64, GivesTheSameFromTheSameSeed) {
    SplitMix64 a(9);
    SplitMix64 b(9);
    for (int i = 0; i < 100; ++i)
        ASSERT_EQ(a.next(), b.next());
}

/// Frequencies of the first ranks against rank^-exponent over the harmonic sum.
TEST(ZipfRanks, FollowsTheLaw) {
    for (const double exponent : {0.5, 0.99, 1.5}) {
        constexpr std::uint64_t kRanks = 1000;
        constexpr int kDraws = 400'000;
        const ZipfRanks ranks(kRanks, exponent);
        SplitMix64 random(3);
        std::vector<int> counts(kRanks + 1);
        for (int i = 0; i < kDraws; ++i) {
            const std::uint64_t rank = ranks.draw(random);
            ASSERT_GE(rank, 1U);
            ASSERT_LE(rank, kRanks);
            ++counts[rank];
        }
        double harmonic = 0;
        for (std::uint64_t rank = 1; rank <= kRanks; ++rank)
            harmonic += std::pow(static_cast<double>(rank), -exponent);
        for (const std::uint64_t rank : {1ULL, 2ULL, 3ULL, 10ULL, 100ULL}) {
            const double expected = kDraws * std::pow(static_cast<double>(rank), -exponent) / harmonic;
            EXPECT_NEAR(counts[rank], expected, 5 * std::sqrt(expected)) << exponent << " rank " << rank;
        }
    }
}

TEST(ZipfRanks, HasOneRankAtLeast) {
    const ZipfRanks ranks(1, 0.99);
    SplitMix64 random(3);
    for (int i = 0; i < 100; ++i)
        ASSERT_EQ(ranks.draw(random), 1U);
}

}  // namespace
}  // namespace tim::bench
