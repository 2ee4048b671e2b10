#include "engine/core/fact_writer.h"

#include <gtest/gtest.h>

#include <array>

namespace tim::core {
namespace {

using model::Fact;
using model::FactType;
using model::Sequence;

constexpr model::Subject kCustomer = model::Subject::customer({1}, {7});

TEST(FactWriter, WritesInPlaceAndNumbersTransactions) {
    std::array<Fact, 4> room;
    room[0].points = {99};  // of a command that was refused
    FactWriter facts(room, {100});
    EXPECT_EQ(facts.next(), Sequence{100});
    facts.add(FactType::hold_expired, kCustomer, {40});
    facts.end_transaction();
    EXPECT_EQ(facts.transaction_begin(), 1U);
    facts.add(FactType::returned, kCustomer, {100});
    facts.add(FactType::receipt_reduced, kCustomer, {});
    facts.end_transaction();
    EXPECT_EQ(facts.next(), Sequence{103});
    ASSERT_EQ(facts.facts().size(), 3U);
    EXPECT_EQ(facts.facts().data(), room.data());
    EXPECT_EQ(room[0].type, FactType::hold_expired);
    EXPECT_EQ(room[0].subject, kCustomer);
    EXPECT_EQ(room[0].previous, Sequence{40});
    EXPECT_EQ(room[0].points, model::Points{0});
    const int positions[] = {0, 0, 1};
    const int counts[] = {1, 2, 2};
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(room[i].position, positions[i]);
        EXPECT_EQ(room[i].count, counts[i]);
    }
}

TEST(FactWriter, IsUsedAgainAfterClear) {
    std::array<Fact, 1> room;
    FactWriter facts(room, {100});
    facts.add(FactType::sale, kCustomer, {});
    facts.end_transaction();
    facts.clear();
    EXPECT_TRUE(facts.facts().empty());
    EXPECT_EQ(facts.next(), Sequence{100});
    EXPECT_EQ(facts.transaction_begin(), 0U);
    facts.add(FactType::redeemed, kCustomer, {});
    EXPECT_EQ(room[0].type, FactType::redeemed);
}

TEST(FactWriterDeathTest, ItsRoomIsBounded) {
    std::array<Fact, 1> room;
    FactWriter facts(room, {100});
    facts.add(FactType::sale, kCustomer, {});
    EXPECT_DEATH(facts.add(FactType::sale, kCustomer, {}), "a command's facts are bounded");
}

}  // namespace
}  // namespace tim::core
