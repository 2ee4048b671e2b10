#include "engine/core/lots.h"

#include <algorithm>
#include <tuple>

#include "engine/core/invariant.h"
#include "engine/core/rules.h"

namespace tim::core {

using model::Fact;
using model::FactType;
using model::Instant;
using model::Points;
using model::Sequence;

namespace {

auto order_of(const Lot& lot) {
    return std::tuple(lot.dates.expires_at, lot.dates.matures_at, lot.hold);
}

Points above_zero(Points points) {
    return std::max(points, Points{});
}

bool names_its_sale(const Fact& fact) {
    return (fact.flags & model::kFactWithOriginal) != 0;
}

/// What a return takes back of what its sale gave beside the sale's own points.
bool takes_of_sale(const Fact& fact) {
    return fact.points.value < 0 && (fact.flags & model::kFactLot) != 0;
}

}  // namespace

void Lots::add(const Lot& lot) {
    if (lot.points.value <= 0 || !lot.dates.any()) return;
    const auto place = std::lower_bound(lots_.begin(), lots_.end(), lot,
                                        [](const Lot& a, const Lot& b) { return order_of(a) < order_of(b); });
    if (place != lots_.end() && order_of(*place) == order_of(lot))
        place->points.value += lot.points.value;
    else
        lots_.insert(place, lot);
}

void Lots::drop_empty() {
    lots_.erase(
        std::remove_if(lots_.begin(), lots_.end(), [](const Lot& lot) { return lot.points.value == 0; }),
        lots_.end());
}

Points Lots::free() const {
    Points sum{};
    for (const Lot& lot : lots_)
        if (!lot.pending() && lot.hold.value == 0) sum.value += lot.points.value;
    return sum;
}

Points Lots::pending() const {
    Points sum{};
    for (const Lot& lot : lots_)
        if (lot.pending()) sum.value += lot.points.value;
    return sum;
}

Points Lots::pending_of(const LotDates& dates) const {
    Points sum{};
    for (const Lot& lot : lots_)
        if (lot.pending() && lot.dates == dates) sum.value += lot.points.value;
    return sum;
}

LotsDue Lots::next_expiry() const {
    LotsDue next;
    for (const Lot& lot : lots_) {
        if (lot.hold.value != 0 || lot.dates.expires_at == model::kNever) continue;
        if (next.any() && lot.dates.expires_at != next.at) break;
        next.at = lot.dates.expires_at;
        next.points.value += lot.points.value;
        if (!lot.pending()) next.spendable.value += lot.points.value;
    }
    return next;
}

LotsDue Lots::maturing(Instant until) const {
    LotsDue due;
    for (const Lot& lot : lots_) {
        if (!lot.matures_by(until)) continue;
        due.at = std::max(due.at, lot.dates.matures_at);
        due.points.value += lot.points.value;
    }
    due.spendable = due.points;
    return due;
}

LotsDue Lots::expiring(Instant until) const {
    LotsDue due;
    for (const Lot& lot : lots_) {
        if (!lot.expires_by(until)) continue;
        due.at = std::max(due.at, lot.dates.expires_at);
        due.points.value += lot.points.value;
        if (!lot.pending()) due.spendable.value += lot.points.value;
    }
    return due;
}

Instant Lots::next_due() const {
    Instant next = model::kNever;
    for (const Lot& lot : lots_) {
        if (lot.hold.value == 0) next = std::min(next, lot.dates.expires_at);
        if (lot.pending()) next = std::min(next, lot.dates.matures_at);
    }
    return next;
}

Points Lots::take(Points points, Sequence into) {
    Points left = above_zero(points);
    absl::InlinedVector<Lot, 4> taken;
    for (Lot& lot : lots_) {
        if (left.value == 0) break;
        if (lot.pending() || lot.hold.value != 0) continue;
        const Points some = std::min(left, lot.points);
        lot.points.value -= some.value;
        left.value -= some.value;
        if (into.value != 0) taken.push_back({lot.dates, some, into});
    }
    drop_empty();
    for (const Lot& lot : taken)
        add(lot);
    return {above_zero(points).value - left.value};
}

Points Lots::take_of(const LotDates& dates, Points points) {
    Points taken{};
    for (Lot& lot : lots_) {
        if (lot.dates != dates || lot.hold.value != 0) continue;
        const Points some = std::min(points, lot.points);
        lot.points.value -= some.value;
        taken.value += some.value;
        points.value -= some.value;
    }
    drop_empty();
    return taken;
}

void Lots::mature(Instant until, Points free_before) {
    absl::InlinedVector<Lot, 4> matured;
    for (Lot& lot : lots_) {
        if (!lot.matures_by(until)) continue;
        matured.push_back(lot);
        lot.points = {};
    }
    drop_empty();
    // One after the other, as they came due: the first of them absorb a debt.
    std::sort(matured.begin(), matured.end(), [](const Lot& a, const Lot& b) {
        return std::tuple(a.dates.matures_at, a.dates.expires_at) <
               std::tuple(b.dates.matures_at, b.dates.expires_at);
    });
    for (Lot& lot : matured) {
        free_before.value += lot.points.value;
        lot.points = std::min(lot.points, above_zero(free_before));
        lot.dates.matures_at = model::kNoInstant;
        add(lot);
    }
}

void Lots::end_hold(Sequence hold, Points captured, Points free_before) {
    absl::InlinedVector<Lot, 4> returned;
    // A debt that arose beneath the hold takes of what comes back, as a spending does.
    Points debt{free_before.value < 0 ? -std::max(free_before.value, -INT64_MAX) : 0};
    for (Lot& lot : lots_) {
        if (lot.hold != hold) continue;
        Lot back{lot.dates, lot.points, {}};
        for (Points* const taker : {&captured, &debt}) {
            const Points some = std::min(*taker, back.points);
            taker->value -= some.value;
            back.points.value -= some.value;
        }
        returned.push_back(back);
        lot.points = {};
    }
    drop_empty();
    for (const Lot& lot : returned)
        add(lot);
}

void Lots::fold(const Fact& fact, Sequence sequence, const LotDates& dates, Points free_before) {
    const Points after = free_points(fact.points_after, fact.held_after);
    // What a fact brings has its dates; what it takes is taken of the earliest expiry.
    const auto move = [&] {
        if (dates.matures_at != model::kNoInstant) {
            add({dates, fact.points, {}});
        } else if (after < free_before) {
            take(checked_sub(free_before, after).value_or(Points{INT64_MAX}));
        } else if (dates.any()) {  // a debt is paid first
            const Points more = checked_sub(after, free_before).value_or(Points{INT64_MAX});
            const Points room{above_zero(after).value - free().value};
            add({dates, std::min(more, above_zero(room)), {}});
        }
    };
    switch (fact.type) {
        case FactType::returned:
        case FactType::voided:
            // Of one that names its sale `lots_taken`, behind it, tells more.
            if (names_its_sale(fact)) return;
            move();
            break;
        case FactType::campaign_reduced:  // of a return that names its sale
        case FactType::expiry_undone:     // likewise
            return;
        case FactType::lots_taken: {
            Points left{-fact.points.value};
            LotDates own{{fact.lot.matures_at_ms}, {fact.lot.expires_at_ms}};
            if (left.value > 0 && own.matures_at != model::kNoInstant) left.value -= take_of(own, left).value;
            own.matures_at = model::kNoInstant;
            if (left.value > 0 && own.any()) left.value -= take_of(own, left).value;
            // Of a sale whose points had no dates, those go first that have none.
            if (!own.any()) left = std::min(left, Points{free().value - above_zero(after).value});
            take(left);
            if (left.value < 0 && own.any()) {  // the rest earns more; a debt is paid first
                const Points room{above_zero(after).value - free().value};
                add({own, std::min(Points{-left.value}, above_zero(room)), {}});
            }
            break;
        }
        case FactType::hold_opened:
            take(fact.points, sequence);
            break;
        case FactType::hold_captured:
        case FactType::hold_released:
        case FactType::hold_expired:
            end_hold({fact.request.related}, {-fact.points.value}, free_before);
            break;
        case FactType::points_matured:
            mature(fact.at, free_before);
            break;
        case FactType::points_expired:
            lots_.erase(std::remove_if(lots_.begin(), lots_.end(),
                                       [&](const Lot& lot) { return lot.expires_by(fact.at); }),
                        lots_.end());
            break;
        default:
            if (takes_of_sale(fact)) return;  // `lots_taken`, behind it, tells of which
            move();
    }
    TIM_INVARIANT(free() <= above_zero(after), "points with dates are no more than the customer has free");
}

std::uint64_t Lots::digest() const {
    std::uint64_t sum = lots_.size();
    const auto mix = [&sum](auto quantity) {
        sum = (sum ^ static_cast<std::uint64_t>(quantity.value)) * 0x9E3779B97F4A7C15u;
        sum ^= sum >> 29;
    };
    for (const Lot& lot : lots_) {
        mix(lot.dates.matures_at);
        mix(lot.dates.expires_at);
        mix(lot.points);
        mix(lot.hold);
    }
    return sum;
}

LotDates dates_of(const Fact& fact, const Rules& rules) {
    LotDates dates;
    if ((fact.flags & model::kFactLot) == 0) return dates;
    if (fact.type == FactType::points_restored) {
        dates.expires_at = {fact.lot.expires_at_ms};
        return dates;
    }
    dates = rules.lot_dates(fact.at);
    if ((fact.flags & model::kFactPending) == 0) dates.matures_at = model::kNoInstant;
    return dates;
}

bool LotBook::fold(model::CustomerId customer, const Fact& fact, Sequence sequence, const LotDates& dates,
                   Points free_before) {
    Entry& entry = lots_[customer.value];
    entry.lots.fold(fact, sequence, dates, free_before);
    if (entry.lots.empty()) {
        lots_.erase(customer.value);
        return false;
    }
    queue(customer, entry);
    return true;
}

void LotBook::restore(model::CustomerId customer, const Lot& lot) {
    Entry& entry = lots_[customer.value];
    entry.lots.restore(lot);
    queue(customer, entry);
}

void LotBook::queue(model::CustomerId customer, Entry& entry) {
    const Instant next = entry.lots.next_due();
    if (next >= entry.queued) return;
    entry.queued = next;
    due_.push({next, customer});
}

std::optional<model::CustomerId> LotBook::due(Instant now) {
    while (!due_.empty() && due_.top().at <= now) {
        const Due top = due_.top();
        const auto found = lots_.find(top.customer.value);
        if (found != lots_.end() && found->second.lots.next_due() <= now) return top.customer;
        due_.pop();
        if (found == lots_.end() || found->second.queued < top.at) continue;
        found->second.queued = model::kNever;
        queue(top.customer, found->second);
    }
    return std::nullopt;
}

}  // namespace tim::core
