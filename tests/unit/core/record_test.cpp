#include "engine/core/record.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

namespace tim::core {
namespace {

using model::Month;

constexpr std::int64_t kMost = INT64_MAX;

struct Figures {
    std::uint16_t month;
    std::int64_t spend, closed;

    friend bool operator==(const Figures&, const Figures&) = default;
};

MonthFigures to_model(const Figures& figures) {
    return {{figures.month}, {figures.spend}, {figures.closed}};
}

Figures from_model(const MonthFigures& figures) {
    return {figures.month.value, figures.spend.value, figures.closed_spend.value};
}

TEST(MonthFigures, AreSettledToTheMonthThatIs) {
    struct Case {
        std::uint16_t now;
        Figures settled;
    };
    const Figures before{648, 100, 7};
    for (const Case& step : {Case{647, before}, Case{648, before}, Case{649, {649, 0, 100}},
                             Case{650, {650, 0, 0}}, Case{UINT16_MAX, {UINT16_MAX, 0, 0}}})
        EXPECT_EQ(from_model(settle_month(to_model(before), {step.now})), step.settled) << step.now;
}

TEST(MonthFigures, TakeWhatIsPosted) {
    struct Case {
        Figures before;
        std::uint16_t posted;
        std::int64_t amount;
        std::optional<Figures> after;
    };
    for (const Case& post : {
             Case{{0, 0, 0}, 648, 5, Figures{648, 5, 0}},  // the first of all
             Case{{648, 100, 7}, 648, 5, Figures{648, 105, 7}},
             Case{{648, 100, 7}, 648, -205, Figures{648, -105, 7}},
             Case{{648, 100, 7}, 649, 5, Figures{649, 5, 100}},
             Case{{648, 100, 7}, 650, 5, Figures{650, 5, 0}},
             Case{{648, 100, 7}, 647, 5, Figures{648, 100, 12}},  // late: the closed month
             Case{{648, 100, 7}, 646, 5, Figures{648, 100, 7}},   // later: no figure is kept of it
             Case{{648, kMost, 7}, 648, 1, std::nullopt},
             Case{{648, -kMost, 7}, 648, -2, std::nullopt},
             Case{{648, 100, kMost}, 647, 1, std::nullopt},
             Case{{648, kMost, kMost}, 646, 1, Figures{648, kMost, kMost}},
             Case{{648, kMost, 7}, 649, 1, Figures{649, 1, kMost}},
         }) {
        const auto after = post_to_month(to_model(post.before), {post.posted}, {post.amount});
        EXPECT_EQ(after ? std::optional(from_model(*after)) : std::nullopt, post.after)
            << post.amount << " in " << post.posted;
    }
}

TEST(Digest, TellsEveryFigureOfTheFirstLineApart) {
    const std::function<void(CustomerRecord&)> changes[] = {
        [](auto&) {},
        [](auto& record) { record.points = {1}; },
        [](auto& record) { record.ranking_points = {1}; },
        [](auto& record) { record.held = {1}; },
        [](auto& record) { record.lifetime_spend = {1}; },
        [](auto& record) { record.month_spend = {1}; },
        [](auto& record) { record.last_order_at = {1}; },
        [](auto& record) { record.orders = 1; },
        [](auto& record) { record.month = {1}; },
        [](auto& record) { record.tier = 1; },
        [](auto& record) { record.flags = 1; },
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
    record.last = {9};
    record.profile = {9};
    record.enrolled_at = {9};
    record.first_order_at = {9};
    record.closed_month_spend = {9};
    EXPECT_EQ(digest(record), digest(CustomerRecord{}));
    EXPECT_TRUE(record.exists());
    EXPECT_FALSE(CustomerRecord{}.exists());
}

}  // namespace
}  // namespace tim::core
