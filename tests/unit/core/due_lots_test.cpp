#include "engine/core/due_lots.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

namespace tim::core {
namespace {

TEST(DueLots, LateOnesFindTheirPlace) {
    DueLots lots;
    lots.add({30}, {3});
    lots.add({50}, {5});
    lots.add({40}, {4});
    lots.add({40}, {1});
    ASSERT_EQ(lots.all().size(), 3U);
    EXPECT_EQ(lots.all()[1].due.value, 40);
    EXPECT_EQ(lots.at({40}).value, 5);
    EXPECT_EQ(lots.at({41}).value, 0);
}

TEST(DueLots, OneThatIsTakenBackLeavesTheOthers) {
    DueLots lots;
    for (std::int64_t due : {10, 20, 30})
        lots.add({due}, {due});
    lots.add({20}, {-20});
    EXPECT_EQ(lots.count(), 2U);
    EXPECT_EQ(lots.at({20}).value, 0);
    lots.add({10}, {-10});
    EXPECT_EQ(lots.all().size(), 1U);
    EXPECT_EQ(lots.take_until({30}).value, 30);
    EXPECT_TRUE(lots.empty());
}

TEST(DueLotsDeathTest, NoneGivesMoreThanItHas) {
    DueLots lots;
    lots.add({10}, {5});
    EXPECT_DEATH(lots.add({10}, {-6}), "a lot gives what it has");
}

RC_GTEST_PROP(DueLots, HoldWhatAMapHolds, ()) {
    DueLots lots;
    std::map<std::int64_t, std::int64_t> map;
    std::int64_t newest = 100;
    const int steps = *rc::gen::inRange(0, 200);
    for (int step = 0; step < steps; ++step) {
        newest += *rc::gen::inRange(0, 3);
        const int what = *rc::gen::inRange(0, 10);
        if (what < 7) {
            const std::int64_t due = what == 0 ? *rc::gen::inRange<std::int64_t>(0, newest) : newest;
            lots.add({due}, {what + 1});
            map[due] += what + 1;
        } else if (what < 9 && !map.empty()) {
            auto lot = map.lower_bound(*rc::gen::inRange<std::int64_t>(0, newest));
            if (lot == map.end()) --lot;
            const std::int64_t taken = *rc::gen::inRange<std::int64_t>(1, lot->second + 1);
            lots.add({lot->first}, {-taken});
            if ((lot->second -= taken) == 0) map.erase(lot);
        } else {
            const std::int64_t until = newest - *rc::gen::inRange(0, 20);
            std::int64_t sum = 0;
            while (!map.empty() && map.begin()->first <= until) {
                sum += map.begin()->second;
                map.erase(map.begin());
            }
            RC_ASSERT(lots.take_until({until}).value == sum);
        }
        RC_ASSERT(lots.count() == map.size());
        RC_ASSERT(lots.empty() == map.empty());
        std::map<std::int64_t, std::int64_t> held;
        for (const DueLots::Lot& lot : lots.all()) {
            if (lot.amount.value != 0) held[lot.due.value] = lot.amount.value;
        }
        RC_ASSERT(held == map);
        if (!map.empty()) RC_ASSERT(lots.at({map.rbegin()->first}).value == map.rbegin()->second);
    }
}

}  // namespace
}  // namespace tim::core
