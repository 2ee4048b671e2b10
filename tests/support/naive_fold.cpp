// The rules of tiers once more (design rules, section 3: Tiers, Tier formulas, Tier bonus, Changing rules),
// from lists of postings.
#include "tests/support/naive_fold.h"

#include <algorithm>
#include <string>

namespace tim::tests {

using model::Criterion;
using model::Downgrade;
using model::Program;
using model::Review;
using Wide = NaiveFold::Wide;

namespace {

constexpr std::int64_t kNowhere = -1'000'000;

bool has_bonuses(const Program& rules) {
    return rules.enabled && std::any_of(rules.tiers.begin(), rules.tiers.end(), [](const model::Tier& tier) {
               return tier.active && tier.upgrade_bonus.value > 0;
           });
}

Wide bonuses(const Program& rules, std::uint8_t above, std::uint8_t up_to) {
    Wide sum = 0;
    for (std::size_t i = 0; i < rules.tiers.size(); ++i)
        if (rules.enabled && rules.tiers[i].active && i > above && i <= up_to)
            sum += rules.tiers[i].upgrade_bonus.value;
    return sum;
}

/// Whether each period begins with a tier of its own.
bool reopens(const Program& rules) {
    if (!rules.enabled) return false;
    if (rules.tiering.downgrade == Downgrade::at_review) return true;
    return rules.tiering.criterion == Criterion::month_spend &&
           rules.tiering.downgrade == Downgrade::immediate;
}

bool uses(const Program& rules, Criterion criterion) {
    if (rules.tiering.criterion == criterion) return true;
    for (const auto& tier : rules.tiers)
        if (tier.active && rules.criterion_of(tier) == criterion) return true;
    return false;
}

/// A tier of one version in another, or nothing when it is not there to be held.
std::uint8_t same_tier_in(const Program& rules, const std::string& id, std::uint8_t otherwise) {
    for (std::size_t i = 0; i < rules.tiers.size(); ++i)
        if (rules.tiers[i].id == id && rules.tiers[i].active) return static_cast<std::uint8_t>(i);
    return otherwise;
}

/// A tier that names the program's own criterion says no more than one that names none.
Criterion criterion_of(const Program& program, std::size_t tier) {
    return program.tiers[tier].criterion.value_or(program.tiering.criterion);
}

bool same_thresholds(const Program& a, const Program& b) {
    if (a.tiering.criterion != b.tiering.criterion || a.tiers.size() != b.tiers.size()) return false;
    for (std::size_t i = 0; i < a.tiers.size(); ++i)
        if (a.tiers[i].id != b.tiers[i].id || a.tiers[i].min != b.tiers[i].min ||
            a.tiers[i].active != b.tiers[i].active || criterion_of(a, i) != criterion_of(b, i))
            return false;
    return true;
}

bool same_bonuses(const Program& a, const Program& b) {
    for (std::size_t i = 0; i < a.tiers.size(); ++i)
        if (a.tiers[i].upgrade_bonus != b.tiers[i].upgrade_bonus) return false;
    return true;
}

Wide floor_divide(Wide value, Wide divisor) {
    Wide result = value / divisor;
    if (value % divisor < 0) --result;
    return result;
}

}  // namespace

Wide NaiveFold::points() const {
    Wide sum = -debt;
    for (const Batch& batch : batches)
        if (batch.matures == INT64_MIN) sum += batch.points;
    return sum;
}

Wide NaiveFold::pending() const {
    Wide sum = 0;
    for (const Batch& batch : batches)
        if (batch.matures != INT64_MIN) sum += batch.points;
    return sum;
}

Wide NaiveFold::unheld() const {
    Wide sum = -debt;
    for (const Batch& batch : batches)
        if (batch.matures == INT64_MIN && batch.hold < 0) sum += batch.points;
    return sum;
}

Wide NaiveFold::earn(Wide amount, std::int64_t matures, std::int64_t expires) {
    if (matures == INT64_MIN) {
        const Wide paid = std::min(debt, amount);
        debt -= paid;
        amount -= paid;
    }
    if (amount > 0) batches.push_back({matures, expires, amount, -1});
    return amount;
}

void NaiveFold::Order::find_expired(const NaiveFold& state, std::int64_t own_matures, std::int64_t now) {
    Wide about_to = 0;
    for (const Batch& batch : state.batches)
        if (batch.hold < 0 && batch.expires <= now) about_to += batch.points;
    Wide taken = std::max<Wide>(0, expired + expired_beside - about_to);
    const bool own_came_first = own_matures == INT64_MIN;
    for (Wide* part :
         {own_came_first ? &expired : &expired_beside, own_came_first ? &expired_beside : &expired}) {
        const Wide some = std::min(taken, *part);
        *part -= some;
        taken -= some;
    }
}

std::vector<NaiveFold::Batch> NaiveFold::take(Wide amount) {
    std::vector<Batch> gone;
    std::stable_sort(batches.begin(), batches.end(),
                     [](const Batch& a, const Batch& b) { return a.expires < b.expires; });
    for (Batch& batch : batches) {
        if (batch.matures != INT64_MIN || batch.hold >= 0) continue;
        const Wide some = std::min(amount, batch.points);
        batch.points -= some;
        amount -= some;
        gone.push_back({INT64_MIN, batch.expires, some, -1});
    }
    debt += amount;
    return gone;
}

Wide NaiveFold::pending_of(std::int64_t matures, std::int64_t expires) const {
    Wide sum = 0;
    for (const Batch& batch : batches)
        if (matures != INT64_MIN && batch.matures == matures && batch.expires == expires) sum += batch.points;
    return sum;
}

void NaiveFold::take_back(Wide amount, std::int64_t matures, std::int64_t expires) {
    // First the sale's own that are pending, then its own, then any.
    for (const std::int64_t own_matures : {matures, INT64_MIN})
        for (Batch& batch : batches) {
            const bool own = batch.matures == own_matures && batch.expires == expires && batch.hold < 0;
            if (!own) continue;
            const Wide some = std::min(amount, batch.points);
            batch.points -= some;
            amount -= some;
        }
    take(amount);
}

void NaiveFold::open_hold(std::int64_t index, std::int64_t until, Wide amount) {
    std::stable_sort(batches.begin(), batches.end(),
                     [](const Batch& a, const Batch& b) { return a.expires < b.expires; });
    std::vector<Batch> held;
    for (Batch& batch : batches) {
        if (batch.matures != INT64_MIN || batch.hold >= 0) continue;
        const Wide some = std::min(amount, batch.points);
        batch.points -= some;
        amount -= some;
        held.push_back({INT64_MIN, batch.expires, some, index});
    }
    batches.insert(batches.end(), held.begin(), held.end());
    holds.push_back({index, until});
}

std::vector<NaiveFold::Batch> NaiveFold::end_hold(std::int64_t index, Wide spent) {
    std::stable_sort(batches.begin(), batches.end(),
                     [](const Batch& a, const Batch& b) { return a.expires < b.expires; });
    std::vector<Batch> gone;
    for (Batch& batch : batches) {
        if (batch.hold != index) continue;
        const Wide some = std::min(spent, batch.points);
        gone.push_back({INT64_MIN, batch.expires, some, -1});
        spent -= some;
        batch.points -= some;
        const Wide paid = std::min(debt, batch.points);
        debt -= paid;
        batch.points -= paid;
        batch.hold = -1;
    }
    std::erase_if(holds, [&](const Hold& hold) { return hold.index == index; });
    return gone;
}

void NaiveFold::pass(std::int64_t until) {
    for (;;) {
        std::erase_if(batches, [](const Batch& batch) { return batch.points == 0; });
        std::int64_t next = INT64_MAX;
        for (const Hold& hold : holds)
            next = std::min(next, hold.until);
        for (const Batch& batch : batches) {
            if (batch.hold < 0) next = std::min(next, batch.expires);
            if (batch.matures != INT64_MIN) next = std::min(next, batch.matures);
        }
        if (next > until || next == INT64_MAX) return;
        for (const Hold& hold : std::vector<Hold>(holds))
            if (hold.until == next) end_hold(hold.index, 0);
        // What would expire as it matures was never to be spent.
        std::erase_if(batches, [&](const Batch& batch) {
            return batch.hold < 0 && batch.matures != INT64_MIN && batch.expires == next;
        });
        std::stable_sort(batches.begin(), batches.end(),
                         [](const Batch& a, const Batch& b) { return a.expires < b.expires; });
        for (const Batch& batch : std::vector<Batch>(batches))
            if (batch.matures == next) earn(batch.points, INT64_MIN, batch.expires);
        std::erase_if(batches, [&](const Batch& batch) {
            return batch.matures == next || (batch.hold < 0 && batch.expires == next);
        });
    }
}

Wide NaiveFold::lifetime() const {
    Wide sum = 0;
    for (const Posting& posting : postings)
        sum += posting.spend;
    return sum;
}

Wide NaiveFold::ranking() const {
    Wide sum = 0;
    for (const Posting& posting : postings)
        sum += posting.ranking;
    return sum;
}

Wide NaiveFold::month_spend(std::int64_t of_month) const {
    Wide sum = 0;
    for (const Posting& posting : postings)
        if (posting.month_counts == of_month) sum += posting.spend;
    return sum;
}

Wide NaiveFold::period_spend() const {
    Wide sum = 0;
    for (const Posting& posting : postings)
        if (posting.period_month >= period_start) sum += posting.spend;
    return sum;
}

Wide NaiveFold::period_ranking() const {
    Wide sum = 0;
    for (const Posting& posting : postings)
        if (posting.period_month >= period_start) sum += posting.ranking;
    return sum;
}

/// 0: one period. Half-years where nothing is reviewed.
std::int64_t NaiveFold::period_months(const Program& rules) const {
    if (one_period) return 0;
    if (rules.tiering.criterion == Criterion::month_spend) return 1;
    if (rules.tiering.review == Review::monthly) return 1;
    return rules.tiering.review == Review::yearly ? 12 : 6;
}

bool NaiveFold::has_orders() const {
    return std::any_of(orders.begin(), orders.end(), [](const Order& order) { return !order.undone; });
}

Wide NaiveFold::figure(Criterion criterion) const {
    switch (criterion) {
        case Criterion::lifetime_spend:
            return one_period ? period_spend() : lifetime();
        case Criterion::lifetime_ranking_points:
            return one_period ? period_ranking() : ranking();
        case Criterion::month_spend:
            return std::max(month_spend(month), month_spend(month - 1));
        case Criterion::monthly_average_spend:
            if (!has_orders()) return lifetime();
            return floor_divide(lifetime(), std::max<std::int64_t>(month - first_order_month, 0) + 1);
        case Criterion::period_spend:
            return period_spend();
        case Criterion::period_ranking_points:
            return period_ranking();
    }
    return 0;
}

/// What the review that opened the current period saw, with what has been posted late since.
Wide NaiveFold::figure_at_opening(Criterion criterion, std::int64_t months) const {
    const Wide spend_then = lifetime() - period_spend();
    const Wide ranking_then = ranking() - period_ranking();
    switch (criterion) {
        case Criterion::lifetime_spend:
            return spend_then;
        case Criterion::lifetime_ranking_points:
            return ranking_then;
        case Criterion::month_spend:
            return month_spend(month - 1);
        case Criterion::monthly_average_spend:
            if (!has_orders()) return spend_then;
            return floor_divide(spend_then,
                                std::max<std::int64_t>(period_start - 1 - first_order_month, 0) + 1);
        default:
            break;
    }
    Wide sum = 0;
    for (const Posting& posting : postings)
        if (posting.period_month < period_start && posting.period_month >= period_start - months)
            sum += criterion == Criterion::period_spend ? posting.spend : posting.ranking;
    return sum;
}

std::uint8_t NaiveFold::reached(const Program& rules, Wide more_ranking) const {
    std::uint8_t best = 0;
    for (std::size_t i = 0; i < rules.tiers.size(); ++i) {
        const Criterion criterion = rules.criterion_of(rules.tiers[i]);
        Wide now = figure(criterion);
        if (!model::is_money(criterion)) now += more_ranking;
        if (rules.tiers[i].active && std::max<Wide>(now, 0) >= rules.tiers[i].min)
            best = static_cast<std::uint8_t>(i);
    }
    return best;
}

std::uint8_t NaiveFold::reached_at_opening(const Program& rules) const {
    std::uint8_t best = 0;
    for (std::size_t i = 0; i < rules.tiers.size(); ++i) {
        const Wide then = figure_at_opening(rules.criterion_of(rules.tiers[i]), period_months(rules));
        if (rules.tiers[i].active && std::max<Wide>(then, 0) >= rules.tiers[i].min)
            best = static_cast<std::uint8_t>(i);
    }
    return best;
}

void NaiveFold::post(std::int64_t to_month, Wide spend, Wide ranking_points) {
    postings.push_back({to_month, to_month, to_month, spend, ranking_points});
}

bool NaiveFold::makes_vip(const Program& rules, std::uint8_t tier) {
    for (std::size_t i = 0; i <= tier; ++i)
        if (rules.enabled && rules.network && rules.network->enabled && rules.tiers[i].active &&
            rules.tiers[i].makes_vip)
            return true;
    return false;
}

void NaiveFold::look_for_vip(const Program& rules) {
    if (makes_vip(rules, tier)) vip = true;
}

void NaiveFold::begin_month(const Program& rules) {
    ++month;
    const std::int64_t months = period_months(rules);
    const bool review = months != 0 && month % months == 0;
    if (review) period_start = month;
    const bool moves = reopens(rules) || uses(rules, Criterion::month_spend) ||
                       uses(rules, Criterion::monthly_average_spend);
    if (!rules.enabled || !moves) return;
    const std::uint8_t held = tier;
    const std::uint8_t now = reached(rules, 0);
    if (reopens(rules) && review) {
        opening = bonus_tier = reached_at_opening(rules);
        bonus_floor = 0;
    }
    if (rules.tiering.downgrade == Downgrade::immediate) tier = now;
    if (rules.tiering.downgrade == Downgrade::at_review) tier = std::max(opening, now);
    if (rules.tiering.downgrade == Downgrade::never) tier = std::max(held, now);
    const bool begins_anew = reopens(rules) && review;
    if (!begins_anew && tier < held && has_bonuses(rules)) bonus_floor = paid_up_to(rules);
}

std::uint8_t NaiveFold::paid_up_to(const Program& rules) const {
    std::uint8_t highest = bonus_floor;
    for (std::size_t i = 0; i <= bonus_tier; ++i)
        if (i > std::max(opening, bonus_floor) && rules.tiers[i].active &&
            rules.tiers[i].upgrade_bonus.value > 0)
            highest = static_cast<std::uint8_t>(i);
    return highest;
}

bool NaiveFold::is_one_period(const Program& before, bool was, const Program& rules) {
    if (rules.tiering.review != Review::never || rules.tiering.criterion == Criterion::month_spend)
        return false;
    return was || (!same_thresholds(before, rules) && rules.tiering.start == model::Start::zero);
}

void NaiveFold::begin_version(const Program& before, const Program& rules) {
    const bool new_thresholds = !same_thresholds(before, rules);
    const bool other_review = before.tiering.review != rules.tiering.review;
    const bool other_policy = before.tiering.downgrade != rules.tiering.downgrade;
    const std::int64_t months_before = period_months(before);
    const bool zero = new_thresholds && rules.tiering.start == model::Start::zero;
    const bool was_one_period = one_period;
    one_period = is_one_period(before, one_period, rules);
    if (!new_thresholds && !other_review && !other_policy && before.enabled == rules.enabled &&
        one_period == was_one_period) {
        if (same_bonuses(before, rules)) return;
        std::uint8_t paid = std::max(opening, tier);
        if (has_bonuses(before)) paid = std::max(paid, paid_up_to(before));
        bonus_floor = bonus_tier = paid;
        return;
    }
    const std::int64_t months = period_months(rules);
    if (months != months_before && months != 0) {
        const std::int64_t begins = month - month % months;
        const std::int64_t counted_from =
            begins < period_start && begins + months_before == period_start ? begins : period_start;
        for (Posting& posting : postings) {
            if (posting.period_month < counted_from)
                posting.period_month = kNowhere;
            else
                posting.period_month = std::max(posting.period_month, begins);
        }
        period_start = begins;
    }
    if (zero) {
        for (Posting& posting : postings) {
            posting.period_month = kNowhere;
            if (uses(rules, Criterion::month_spend)) posting.month_counts = kNowhere;
        }
        if (months == 0) period_start = month;
        tier = opening = bonus_floor = bonus_tier = 0;
        return;
    }
    const std::uint8_t paid =
        has_bonuses(before) ? same_tier_in(rules, before.tiers[paid_up_to(before)].id, 0) : std::uint8_t{0};
    if (!rules.enabled) {
        tier = same_tier_in(rules, before.tiers[tier].id, reached(rules, 0));
        opening = 0;
        bonus_floor = bonus_tier = paid;
        return;
    }
    opening = reopens(rules) ? reached_at_opening(rules) : std::uint8_t{0};
    std::uint8_t least = 0;
    if (rules.tiering.downgrade == Downgrade::at_review) least = opening;
    if (rules.tiering.downgrade == Downgrade::never && before.tiering.downgrade == Downgrade::never)
        least = same_tier_in(rules, before.tiers[tier].id, 0);
    tier = std::max(least, reached(rules, 0));
    bonus_floor = bonus_tier = std::max(tier, paid);
}

Wide NaiveFold::find_tier(const Program& rules) {
    if (!rules.enabled) return 0;
    const Wide paid = bonuses(rules, std::max(opening, bonus_floor), bonus_tier);
    if (reopens(rules)) opening = reached_at_opening(rules);
    const std::uint8_t floor = std::max(opening, bonus_floor);
    std::uint8_t stop = 0;
    if (rules.tiering.downgrade == Downgrade::at_review) stop = opening;
    if (rules.tiering.downgrade == Downgrade::never) stop = tier;
    // Climbing: one tier after the other, with the bonuses of those below.
    for (std::size_t i = 1; i < rules.tiers.size(); ++i) {
        const model::Tier& next = rules.tiers[i];
        if (!next.active) continue;
        const Criterion criterion = rules.criterion_of(next);
        Wide now = figure(criterion);
        if (!model::is_money(criterion)) now += bonuses(rules, floor, stop) - paid;
        if (std::max<Wide>(now, 0) >= next.min) stop = std::max(stop, static_cast<std::uint8_t>(i));
    }
    tier = stop;
    const Wide bonus = bonuses(rules, floor, tier) - paid;
    if (bonus != 0 || has_bonuses(rules)) bonus_tier = tier;
    return bonus;
}

bool NaiveFold::within_bounds(const Program& rules) const {
    constexpr Wide kMost = Wide{1} << 62;
    const auto within = [](Wide sum) { return sum <= kMost && sum >= -kMost; };
    const Wide spend = lifetime();
    const Wide points_sum = ranking();
    const std::int64_t months = period_months(rules);
    Wide before_month = 0;
    Wide before_closed_month = 0;
    for (const Posting& posting : postings) {
        if (posting.month_counts < month) before_month += posting.spend;
        if (posting.month_counts < month - 1) before_closed_month += posting.spend;
    }
    const Wide before_period = spend - period_spend();
    const Wide ranking_before = points_sum - period_ranking();
    return within(spend) && within(points_sum) && within(before_month) && within(before_closed_month) &&
           within(before_period) && within(ranking_before) &&
           within(before_period - figure_at_opening(Criterion::period_spend, months)) &&
           within(ranking_before - figure_at_opening(Criterion::period_ranking_points, months));
}

}  // namespace tim::tests
