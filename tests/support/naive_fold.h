#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
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
    /// Points of one kind. Milliseconds; INT64_MIN: spendable, INT64_MAX: never expire. `hold` is the place
    /// of the hold among the accepted commands, −1 for none.
    struct Batch {
        std::int64_t matures = INT64_MIN;
        std::int64_t expires = INT64_MAX;
        Wide points = 0;
        std::int64_t hold = -1;
    };
    struct Hold {
        std::int64_t index = -1;
        std::int64_t until = 0;
    };
    struct Order {
        model::Name name;
        std::int64_t at = 0;
        Wide left = 0;
        std::vector<Batch> spent;  ///< points paid with
        bool undone = false;
        // Of what it brought, what had expired when it was recorded: its own points, and what came with it.
        Wide expired = 0;
        Wide expired_beside = 0;
        Wide called_for = 0;  ///< of its own points, by returns

        /// A bonus that went as the sale moved the tier took of what was about to expire: of what came first.
        void find_expired(const NaiveFold& state, std::int64_t own_matures, std::int64_t now);
    };

    std::vector<Batch> batches;
    std::vector<Hold> holds;
    /// What rewards cost, by the place of the redemption among the accepted commands.
    std::map<std::size_t, std::vector<Batch>> rewards;
    Wide debt = 0;
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
    std::vector<model::Name> bonus_sales;  ///< those that brought a tier bonus
    Wide moved = 0;                        ///< points that the newest entry moved, without bonuses
    bool vip = false;

    /// The balance: what is not pending, held points too, less the debt.
    Wide points() const;
    Wide pending() const;
    /// The balance without what is held.
    Wide unheld() const;
    /// Earned points pay a debt first; what is pending does so when it matures. Returns what is left.
    Wide earn(Wide amount, std::int64_t matures, std::int64_t expires);
    /// The earliest expiry first, what never expires last; what is not there becomes debt.
    /// Returns what was there.
    std::vector<Batch> take(Wide amount);
    /// A return: the sale's own points first.
    void take_back(Wide amount, std::int64_t matures, std::int64_t expires);
    Wide pending_of(std::int64_t matures, std::int64_t expires) const;
    void open_hold(std::int64_t index, std::int64_t until, Wide amount);
    /// Spends so much of a hold; the rest is free again. Returns what was spent.
    std::vector<Batch> end_hold(std::int64_t index, Wide spent);
    /// Stops the world at every instant up to one at which a hold times out, points mature or points expire.
    void pass(std::int64_t until);

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

    /// Whoever stands in a tier that makes VIPs is one.
    void look_for_vip(const model::Program& rules);
    static bool makes_vip(const model::Program& rules, std::uint8_t tier);
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
