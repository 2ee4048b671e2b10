#include "engine/core/order_book.h"

#include <gtest/gtest.h>

namespace tim::core {
namespace {

constexpr model::CustomerId kAn{1};
constexpr model::CustomerId kBinh{2};

OpenOrder order(std::uint64_t id, std::int64_t amount) {
    return {{id}, {amount}, {1'000}, {9}, 0};
}

TEST(OrderBook, KeepsThePendingOrdersOfEach) {
    OrderBook book;
    EXPECT_EQ(book.of(kAn), nullptr);
    book.open(kAn, order(5, 100));
    book.open(kBinh, order(6, 50));
    book.open(kAn, order(7, 40));
    ASSERT_NE(book.of(kAn), nullptr);
    EXPECT_EQ(book.of(kAn)->list, (std::vector<OpenOrder>{order(5, 100), order(7, 40)})) << "oldest first";
    ASSERT_NE(book.of(kAn)->find({7}), nullptr);
    EXPECT_EQ(*book.of(kAn)->find({7}), order(7, 40));
    EXPECT_EQ(book.of(kAn)->find({6}), nullptr) << "another's";
    book.set_amount(kAn, {5}, {120});
    EXPECT_EQ(book.of(kAn)->find({5})->amount, model::Money{120});
    EXPECT_TRUE(book.close(kAn, {5}));
    EXPECT_EQ(book.of(kAn)->list, std::vector<OpenOrder>{order(7, 40)});
    EXPECT_FALSE(book.close(kAn, {7}));
    EXPECT_EQ(book.of(kAn), nullptr);
    EXPECT_NE(book.of(kBinh), nullptr);
}

TEST(OrderBook, ADigestTellsWhatIsPendingHoweverItCameAbout) {
    OrderBook direct;
    direct.open(kAn, order(7, 60));
    OrderBook roundabout;
    roundabout.open(kAn, order(5, 100));
    roundabout.open(kAn, order(7, 40));
    EXPECT_NE(roundabout.of(kAn)->digest, direct.of(kAn)->digest);
    roundabout.set_amount(kAn, {7}, {60});
    roundabout.close(kAn, {5});
    EXPECT_EQ(roundabout.of(kAn)->digest, direct.of(kAn)->digest);
    roundabout.set_amount(kAn, {7}, {61});
    EXPECT_NE(roundabout.of(kAn)->digest, direct.of(kAn)->digest);
}

TEST(OrderBookDeathTest, AnOrderIsOverOnce) {
    OrderBook book;
    book.open(kAn, order(5, 100));
    EXPECT_DEATH(book.close(kAn, {6}), "while it is pending");
    EXPECT_DEATH(book.set_amount(kBinh, {5}, {1}), "while it is pending");
    book.close(kAn, {5});
    EXPECT_DEATH(book.close(kAn, {5}), "while it is pending");
}

}  // namespace
}  // namespace tim::core
