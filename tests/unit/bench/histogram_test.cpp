#include "bench/load/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace tim::bench {
namespace {

TEST(Histogram, IsExactForSmallValues) {
    Histogram histogram;
    for (std::uint64_t value = 1; value <= 200; ++value)
        histogram.record(value);
    EXPECT_EQ(histogram.at_quantile(0.5), 100U);
    EXPECT_EQ(histogram.at_quantile(0.01), 2U);
    EXPECT_EQ(histogram.at_quantile(1.0), 200U);
    EXPECT_EQ(histogram.count(), 200U);
}

TEST(Histogram, HasNothingToSayOfNothing) {
    const Histogram histogram;
    EXPECT_EQ(histogram.at_quantile(0.5), 0U);
    EXPECT_EQ(histogram.max(), 0U);
}

TEST(Histogram, StaysWithinOnePartIn128OfTheTruth) {
    std::mt19937_64 random(5);
    std::vector<std::uint64_t> values;
    Histogram histogram;
    for (int i = 0; i < 20'000; ++i) {
        values.push_back(static_cast<std::uint64_t>(std::exp2(static_cast<double>(random() % 4000) / 100)));
        histogram.record(values.back());
    }
    std::sort(values.begin(), values.end());
    for (const double quantile : {0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1.0}) {
        const auto place =
            static_cast<std::size_t>(std::ceil(quantile * static_cast<double>(values.size()))) - 1;
        const auto truth = values[place];
        const auto found = histogram.at_quantile(quantile);
        EXPECT_GE(found, truth) << quantile;
        EXPECT_LE(static_cast<double>(found - truth), static_cast<double>(truth) / 128 + 1) << quantile;
    }
    EXPECT_EQ(histogram.max(), values.back());
}

TEST(Histogram, TakesTheLargestValue) {
    Histogram histogram;
    histogram.record(UINT64_MAX);
    EXPECT_EQ(histogram.at_quantile(0.5), UINT64_MAX);
}

TEST(Histogram, MergesAndClears) {
    Histogram a;
    Histogram b;
    a.record(10, 3);
    b.record(1000);
    a.merge(b);
    EXPECT_EQ(a.count(), 4U);
    EXPECT_EQ(a.at_quantile(0.75), 10U);
    EXPECT_EQ(a.max(), 1000U);
    a.clear();
    EXPECT_EQ(a.count(), 0U);
    EXPECT_EQ(a.at_quantile(0.5), 0U);
}

}  // namespace
}  // namespace tim::bench
