#pragma once

#include <cstdint>
#include <vector>

#include "engine/model/name.h"
#include "engine/model/program.h"

namespace tim::tests {

/// What one customer has come to, as if the world had stopped at every instant at which something happens by
/// itself: a part of the naive model. Months are counted as year × 12 + month − 1.
struct NaiveFold {
    __extension__ using Wide = __int128;

    struct Posting {
        std::int64_t month = 0;
        std::int64_t period_month = 0;  ///< where it counts among periods; far below: nowhere any more
        std::int64_t month_counts = 0;  ///< the same among months
        Wide spend = 0;
        Wide ranking = 0;
    };
    struct Order {
        model::Name name;
        std::int64_t at = 0;
        Wide left = 0;
        Wide spent = 0;  ///< points paid with
        bool undone = false;
    };

    Wide points = 0;
    std::vector<Posting> postings;
    std::vector<Order> orders;
    std::uint16_t version = 0;
    std::int64_t month = 0;         ///< that is current
    std::int64_t period_start = 0;  ///< its first month
    bool one_period = false;        ///< since everybody started at zero
    std::uint8_t tier = 0;
    std::uint8_t opening = 0;
    std::uint8_t bonus_floor = 0;
    std::uint8_t bonus_tier = 0;
    Wide moved = 0;  ///< points that the newest entry moved, without bonuses

    Wide lifetime() const;
    Wide ranking() const;
    Wide month_spend(std::int64_t of_month) const;
    Wide period_spend() const;
    Wide period_ranking() const;
    std::int64_t period_months(const model::Program& rules) const;
    Wide figure(model::Criterion criterion) const;
    Wide figure_at_opening(model::Criterion criterion, std::int64_t period_months) const;
    std::int64_t first_order_month = 0;  ///< of the orders that stand; kept by whoever folds

    std::uint8_t reached(const model::Program& rules, Wide more_ranking) const;
    std::uint8_t reached_at_opening(const model::Program& rules) const;
    void post(std::int64_t to_month, Wide spend, Wide ranking);

    /// The highest tier of which the bonus is paid in this period, or beneath the floor.
    std::uint8_t paid_up_to(const model::Program& rules) const;
    /// Whether there is one period under rules, because everybody started at zero under them or before.
    static bool is_one_period(const model::Program& before, bool was, const model::Program& rules);

    /// A month begins under rules.
    void begin_month(const model::Program& rules);
    /// A version takes effect.
    void begin_version(const model::Program& before, const model::Program& rules);
    /// Something was posted: the tier, and the bonus points to pay or take back.
    Wide find_tier(const model::Program& rules);
    /// Whether every sum that the engine keeps is within its bounds.
    bool within_bounds(const model::Program& rules) const;
    bool has_orders() const;
};

}  // namespace tim::tests
