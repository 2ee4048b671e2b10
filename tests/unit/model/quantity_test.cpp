#include "engine/model/quantity.h"

#include <gtest/gtest.h>

namespace tim::model {
namespace {

TEST(Quantity, AddsAndSubtractsUpToTheEdges) {
    EXPECT_EQ(checked_add(Points{INT64_MAX - 1}, Points{1}), Points{INT64_MAX});
    EXPECT_EQ(checked_add(Points{INT64_MAX}, Points{1}), std::nullopt);
    EXPECT_EQ(checked_add(Money{INT64_MIN}, Money{-1}), std::nullopt);
    EXPECT_EQ(checked_sub(Money{INT64_MIN + 1}, Money{1}), Money{INT64_MIN});
    EXPECT_EQ(checked_sub(Money{INT64_MIN}, Money{1}), std::nullopt);
    EXPECT_EQ(checked_sub(Points{0}, Points{INT64_MIN}), std::nullopt);
}

TEST(Quantity, MultipliesThroughMoreThan64Bits) {
    EXPECT_EQ(floor_multiply_divide(95'000, 1, 10'000), 9);
    EXPECT_EQ(floor_multiply_divide(INT64_MAX, INT64_MAX, INT64_MAX), INT64_MAX);
    EXPECT_EQ(floor_multiply_divide(INT64_MAX, 3, 2), std::nullopt);
    EXPECT_EQ(floor_multiply_divide(INT64_MAX, 10'000, 20'000), INT64_MAX / 2);
}

}  // namespace
}  // namespace tim::model
