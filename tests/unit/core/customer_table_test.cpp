#include "engine/core/customer_table.h"

#include <gtest/gtest.h>

#include <cstring>

namespace tim::core {
namespace {

TEST(CustomerTable, HasASlotForNobodyFromTheStart) {
    CustomerTable table;
    EXPECT_EQ(table.count(), 0U);
    EXPECT_EQ(table.blocks(), 1U);
    EXPECT_FALSE(table.at(0).exists());
    table.at(0).orders = 3;
    EXPECT_EQ(table.at(0).orders, 3U);
}

/// As many records as one huge page holds.
constexpr std::uint64_t kPerHugePage = (std::uint64_t{2} << 20) / sizeof(CustomerRecord);

TEST(CustomerTable, GrowsAcrossBlocksAndPagesAndKeepsWhatItHas) {
    CustomerTable table;
    std::uint64_t filled = 0;
    for (const std::uint64_t count :
         {std::uint64_t{1}, std::uint64_t{kRecordsPerBlock - 1}, std::uint64_t{kRecordsPerBlock},
          kPerHugePage - 1, kPerHugePage, 3 * kPerHugePage + 5}) {  // several huge pages at a time
        const CustomerRecord* const first = &table.at(0);
        table.grow_to(count);
        EXPECT_EQ(table.count(), count);
        EXPECT_EQ(table.blocks(), count / kRecordsPerBlock + 1);
        EXPECT_EQ(&table.at(0), first) << "records stay where they are";
        for (; filled < count; ++filled)
            table.at(filled + 1).last = model::Sequence{filled + 1};
    }
    for (std::uint64_t id = 1; id <= table.count(); ++id)
        ASSERT_EQ(table.at(id).last.get().value, id);
    EXPECT_EQ(table.bytes(), 4 * kPerHugePage * sizeof(CustomerRecord));
}

TEST(CustomerTable, FewCustomersTakeLittleMemory) {
    CustomerTable table;
    EXPECT_EQ(table.bytes(), 64U << 10);
    table.grow_to(2'000);
    EXPECT_EQ(table.bytes(), 256U << 10);
}

TEST(CustomerTable, NeverShrinks) {
    CustomerTable table;
    table.grow_to(10);
    table.grow_to(4);
    EXPECT_EQ(table.count(), 10U);
}

TEST(CustomerTable, NewRecordsAreEmpty) {
    CustomerTable table;
    table.grow_to(kPerHugePage);
    const CustomerRecord empty;
    for (const std::uint64_t id : {std::uint64_t{1}, kPerHugePage})
        EXPECT_EQ(std::memcmp(&table.at(id), &empty, sizeof empty), 0) << id;
}

TEST(CustomerTableDeathTest, IdsAreBounded) {
    CustomerTable table;
    EXPECT_DEATH(table.grow_to(kMaxCustomers + 1), "more customers than ids");
}

}  // namespace
}  // namespace tim::core
