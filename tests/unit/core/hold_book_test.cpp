#include "engine/core/hold_book.h"

#include <gtest/gtest.h>

namespace tim::core {
namespace {

constexpr model::CustomerId kAn{1};
constexpr model::CustomerId kBinh{2};

OpenHold hold(std::uint64_t id, std::int64_t expires_at_ms) {
    return {{id}, {static_cast<std::int64_t>(id) * 10}, {expires_at_ms}};
}

TEST(HoldBook, KeepsTheOpenHoldsOfEach) {
    HoldBook book;
    EXPECT_EQ(book.of(kAn), nullptr);
    book.open(kAn, hold(5, 100));
    book.open(kBinh, hold(6, 50));
    book.open(kAn, hold(7, 40));
    ASSERT_NE(book.of(kAn), nullptr);
    EXPECT_EQ(*book.of(kAn), (OpenHolds{hold(5, 100), hold(7, 40)})) << "oldest first";
    EXPECT_EQ(book.find(kAn, {7}), hold(7, 40));
    EXPECT_EQ(book.find(kAn, {6}), std::nullopt) << "another's";
    EXPECT_EQ(book.find({3}, {5}), std::nullopt);
}

TEST(HoldBook, SaysWhetherACustomerHasOthers) {
    HoldBook book;
    book.open(kAn, hold(5, 100));
    book.open(kAn, hold(7, 40));
    EXPECT_TRUE(book.close(kAn, {5}));
    EXPECT_EQ(*book.of(kAn), OpenHolds{hold(7, 40)});
    EXPECT_FALSE(book.close(kAn, {7}));
    EXPECT_EQ(book.of(kAn), nullptr);
}

TEST(HoldBook, TellsWhoHasTimedOutAndForgetsWhatIsClosed) {
    HoldBook book;
    book.open(kAn, hold(5, 100));
    book.open(kBinh, hold(6, 50));
    book.open(kBinh, hold(7, 60));
    EXPECT_EQ(book.due({49}), std::nullopt);
    EXPECT_EQ(book.due({50}), kBinh);
    EXPECT_EQ(book.due({50}), kBinh) << "until somebody closes it";
    book.close(kBinh, {6});
    EXPECT_EQ(book.due({59}), std::nullopt);
    EXPECT_EQ(book.due({200}), kBinh);
    book.close(kBinh, {7});
    book.close(kAn, {5});
    EXPECT_EQ(book.due({200}), std::nullopt);
}

TEST(HoldBookDeathTest, AHoldIsResolvedOnceAndTheirNumberIsBounded) {
    HoldBook book;
    for (std::uint64_t id = 1; id <= kMaxOpenHolds; ++id)
        book.open(kAn, hold(id, 100));
    EXPECT_DEATH(book.open(kAn, hold(99, 100)), "a customer's open holds are bounded");
    book.close(kAn, {1});
    EXPECT_DEATH(book.close(kAn, {1}), "a hold is resolved at most once");
    EXPECT_DEATH(book.close(kBinh, {2}), "a hold is resolved while it is open");
}

}  // namespace
}  // namespace tim::core
