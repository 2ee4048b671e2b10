#include "engine/core/record.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

namespace tim::core {
namespace {

/// A record of July 2024 (month 654), whose half-year began with it.
CustomerRecord july() {
    CustomerRecord record;
    record.lifetime_spend = {1'000};
    record.ranking_points = {100};
    record.month = record.period = {654};
    record.spend_before_month = record.spend_before_period = {600};
    record.spend_before_closed_month = {350};
    record.spend_before_closed_period = {200};
    record.ranking_before_period = {60};
    record.ranking_before_closed_period = {20};
    return record;
}

struct Figures {
    std::int64_t month, closed_month, period, closed_period, period_ranking, closed_period_ranking;
    std::uint16_t now, opened;

    friend bool operator==(const Figures&, const Figures&) = default;
};

Figures figures(const CustomerRecord& record) {
    return {record.month_spend().value,
            record.closed_month_spend().value,
            record.period_spend().value,
            record.closed_period_spend().value,
            record.period_ranking().value,
            record.closed_period_ranking().value,
            record.month.value,
            record.period.value};
}

TEST(Bases, CloseMonthsAndPeriods) {
    struct Case {
        std::uint16_t to;
        std::uint8_t period_months;
        bool closed;
        Figures after;
    };
    for (const Case& step : {
             Case{654, 6, false, {400, 250, 400, 400, 40, 40, 654, 654}},
             Case{600, 6, false, {400, 250, 400, 400, 40, 40, 654, 654}},  // it never goes back
             Case{655, 6, false, {0, 400, 400, 400, 40, 40, 655, 654}},
             Case{655, 1, true, {0, 400, 0, 400, 0, 40, 655, 655}},
             Case{656, 6, false, {0, 0, 400, 400, 40, 40, 656, 654}},
             Case{660, 6, true, {0, 0, 0, 400, 0, 40, 660, 660}},
             Case{660, 12, true, {0, 0, 0, 400, 0, 40, 660, 660}},
             Case{666, 6, true, {0, 0, 0, 0, 0, 0, 666, 666}},
             Case{666, 0, false, {0, 0, 400, 400, 40, 40, 666, 654}},
         }) {
        CustomerRecord record = july();
        Bases bases = Bases::of(record);
        EXPECT_EQ(bases.advance({step.to}, step.period_months), step.closed) << step.to;
        bases.put(record);
        EXPECT_EQ(figures(record), step.after) << step.to << " by " << int{step.period_months};
        EXPECT_EQ(record.lifetime_spend.value, 1'000);
    }
}

TEST(Posting, GoesToItsOwnMonthAndPeriod) {
    struct Case {
        std::uint16_t month;
        Figures after;
    };
    for (const Case& posted : {
             Case{654, {407, 250, 407, 400, 43, 40, 654, 654}},
             Case{655, {7, 400, 407, 400, 43, 40, 655, 654}},
             Case{653, {400, 257, 400, 407, 40, 43, 654, 654}},  // late: of the closed month and period
             Case{648, {400, 250, 400, 407, 40, 43, 654, 654}},
             Case{647, {400, 250, 400, 400, 40, 40, 654, 654}},  // before both
             Case{660, {7, 0, 7, 400, 3, 40, 660, 660}},
         }) {
        CustomerRecord record = july();
        ASSERT_TRUE(can_post(record, {posted.month}, 6, {7}, {3}));
        post(record, {posted.month}, 6, {7}, {3});
        EXPECT_EQ(figures(record), posted.after) << posted.month;
        EXPECT_EQ(record.lifetime_spend.value, 1'007);
        EXPECT_EQ(record.ranking_points.value, 103);
    }
}

TEST(Packed, KeepsSequencesAndInstants) {
    for (const std::int64_t value : {INT64_MIN, std::int64_t{-1}, std::int64_t{0},
                                     std::int64_t{7'258'118'400'000}, std::int64_t{1} << 46})
        EXPECT_EQ(Packed<model::Instant>(model::Instant{value}).get().value, value);
    EXPECT_EQ(Packed<model::Sequence>(model::Sequence{1}).get(), model::Sequence{1});
}

TEST(Digest, TellsEveryFigureOfTheFirstLineApart) {
    const std::function<void(CustomerRecord&)> changes[] = {
        [](auto&) {},
        [](auto& record) { record.points = {1}; },
        [](auto& record) { record.ranking_points = {1}; },
        [](auto& record) { record.held = {1}; },
        [](auto& record) { record.lifetime_spend = {1}; },
        [](auto& record) { record.last_order_at = model::Instant{1}; },
        [](auto& record) { record.orders = 1; },
        [](auto& record) { record.month = {1}; },
        [](auto& record) { record.tier = 1; },
        [](auto& record) { record.flags = 1; },
        [](auto& record) { record.version = {1}; },
        [](auto& record) { record.opening_tier = 1; },
        [](auto& record) { record.bonus_floor = 1; },
        [](auto& record) { record.bonus_tier = 1; },
    };
    std::set<std::uint32_t> digests;
    for (const auto& change : changes) {
        CustomerRecord record;
        change(record);
        digests.insert(digest(record));
    }
    EXPECT_EQ(digests.size(), std::size(changes));
}

TEST(Digest, LeavesOutTheSequenceAndTheSecondLine) {
    CustomerRecord record;
    record.last = model::Sequence{9};
    record.profile = model::Sequence{9};
    record.first_order_at = model::Instant{9};
    record.spend_before_closed_month = {9};
    record.period = {9};
    EXPECT_EQ(digest(record), digest(CustomerRecord{}));
    EXPECT_TRUE(record.exists());
    EXPECT_FALSE(CustomerRecord{}.exists());
}

}  // namespace
}  // namespace tim::core
