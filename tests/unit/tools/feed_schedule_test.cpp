#include "tools/tim/feed/feed_schedule.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <vector>

namespace tim::cli {
namespace {

std::vector<std::uint64_t> take_all(FeedSchedule& schedule) {
    std::vector<std::uint64_t> taken;
    while (schedule.has_ready())
        taken.push_back(schedule.take_ready());
    return taken;
}

TEST(FeedSchedule, RowsOfOneCustomerGoOneByOne) {
    FeedSchedule schedule(8);
    schedule.add({7, 0, 0});
    schedule.add({7, 0, 0});
    schedule.add({8, 0, 0});
    EXPECT_EQ(take_all(schedule), (std::vector<std::uint64_t>{0, 2}));
    schedule.complete(0);
    EXPECT_EQ(take_all(schedule), (std::vector<std::uint64_t>{1}));
    schedule.complete(1);
    schedule.add({7, 0, 0});
    EXPECT_EQ(take_all(schedule), (std::vector<std::uint64_t>{3}));
}

TEST(FeedSchedule, ARowWaitsForAllThatItDependsOn) {
    FeedSchedule schedule(8);
    schedule.add({1, 10, 0});
    schedule.add({2, 20, 0});
    schedule.add({1, 30, 20});  // of customer 1, and of receipt 20
    EXPECT_EQ(take_all(schedule), (std::vector<std::uint64_t>{0, 1}));
    schedule.complete(1);
    EXPECT_FALSE(schedule.has_ready());
    schedule.complete(0);
    EXPECT_EQ(take_all(schedule), (std::vector<std::uint64_t>{2}));
}

TEST(FeedSchedule, ASubjectNamedTwiceIsNoDeadlock) {
    FeedSchedule schedule(4);
    schedule.add({5, 5, 5});
    schedule.add({5, 5, 0});
    EXPECT_EQ(take_all(schedule), (std::vector<std::uint64_t>{0}));
    schedule.complete(0);
    EXPECT_EQ(take_all(schedule), (std::vector<std::uint64_t>{1}));
}

TEST(FeedSchedule, WhatIsPutBackComesFirstAndHoldsUpItsOwnOnly) {
    FeedSchedule schedule(8);
    schedule.add({1, 0, 0});
    schedule.add({1, 0, 0});
    schedule.add({2, 0, 0});
    EXPECT_EQ(schedule.take_ready(), 0U);
    schedule.put_back(0);
    EXPECT_EQ(take_all(schedule), (std::vector<std::uint64_t>{0, 2}));
}

TEST(FeedSchedule, LeavesInOrderAndIsBounded) {
    FeedSchedule schedule(2);
    schedule.add({1, 0, 0});
    schedule.add({2, 0, 0});
    EXPECT_TRUE(schedule.full());
    schedule.take_ready();
    schedule.take_ready();
    schedule.complete(1);
    EXPECT_FALSE(schedule.can_retire());
    schedule.complete(0);
    EXPECT_EQ(schedule.retire(), 0U);
    EXPECT_EQ(schedule.retire(), 1U);
    EXPECT_TRUE(schedule.empty());
    EXPECT_EQ(schedule.add({1, 0, 0}), 2U);
}

/// Any order of answers, with rows put back at random: every pair of related rows is completed in the order
/// of the file, and all are.
TEST(FeedSchedule, KeepsTheOrderOfRelatedRowsWhateverTheAnswersOrder) {
    for (std::uint32_t seed = 0; seed < 50; ++seed) {
        std::mt19937 random(seed);
        const auto below = [&random](std::uint32_t bound) { return random() % bound; };
        FeedSchedule schedule(64);
        std::vector<FeedSchedule::Subjects> rows;
        std::vector<std::uint64_t> under_way;
        std::map<std::uint64_t, std::uint64_t> last_done;  // by subject
        std::size_t completed = 0;
        constexpr std::size_t kRows = 2000;
        while (completed < kRows) {
            while (rows.size() < kRows && !schedule.full()) {
                rows.push_back({below(20), 100 + below(200), below(3) == 0 ? 100 + below(200) : 0});
                ASSERT_EQ(schedule.add(rows.back()), rows.size() - 1);
            }
            while (schedule.has_ready() && under_way.size() < 16)
                under_way.push_back(schedule.take_ready());
            std::set<std::uint64_t> busy;
            for (const std::uint64_t row : under_way)
                for (const std::uint64_t subject :
                     std::set<std::uint64_t>(rows[row].begin(), rows[row].end()))
                    if (subject != 0) {
                        ASSERT_TRUE(busy.insert(subject).second) << "seed " << seed;
                    }
            ASSERT_FALSE(under_way.empty());
            const std::size_t index = below(static_cast<std::uint32_t>(under_way.size()));
            const std::uint64_t row = under_way[index];
            under_way.erase(under_way.begin() + static_cast<std::ptrdiff_t>(index));
            if (below(5) == 0) {
                schedule.put_back(row);
                continue;
            }
            for (const std::uint64_t subject : rows[row]) {
                if (subject == 0) continue;
                const auto [place, fresh] = last_done.try_emplace(subject, row);
                ASSERT_TRUE(fresh || place->second <= row) << "seed " << seed;
                place->second = row;
            }
            schedule.complete(row);
            ++completed;
            while (schedule.can_retire())
                schedule.retire();
        }
        EXPECT_TRUE(schedule.empty());
    }
}

}  // namespace
}  // namespace tim::cli
