#include "engine/core/due_lots.h"

#include <algorithm>

#include "engine/core/invariant.h"

namespace tim::core {
namespace {

bool is_due_before(const DueLots::Lot& lot, model::Instant due) {
    return lot.due < due;
}

}  // namespace

void DueLots::add(model::Instant due, model::Money change) {
    auto lot = lots_.end();
    if (empty() || lots_.back().due < due) {
        lot = lots_.insert(lots_.end(), {due, {}});
    } else if (lots_.back().due == due) {
        --lot;
    } else {
        lot = std::lower_bound(lots_.begin() + static_cast<std::ptrdiff_t>(front_), lots_.end(), due,
                               is_due_before);
        if (lot->due != due) lot = lots_.insert(lot, {due, {}});
    }
    lot->amount.value += change.value;
    TIM_INVARIANT(lot->amount.value >= 0, "a lot gives what it has");
    if (lot->amount.value == 0) trim();
}

model::Money DueLots::take_until(model::Instant until) {
    model::Money sum{};
    for (; !empty() && lots_[front_].due <= until; ++front_)
        sum.value += lots_[front_].amount.value;
    trim();
    return sum;
}

model::Money DueLots::at(model::Instant due) const {
    const std::span<const Lot> lots = all();
    const auto lot = std::lower_bound(lots.begin(), lots.end(), due, is_due_before);
    return lot == lots.end() || lot->due != due ? model::Money{} : lot->amount;
}

std::size_t DueLots::count() const {
    const std::span<const Lot> lots = all();
    return static_cast<std::size_t>(
        std::count_if(lots.begin(), lots.end(), [](const Lot& lot) { return lot.amount.value != 0; }));
}

void DueLots::trim() {
    while (!empty() && lots_.back().amount.value == 0)
        lots_.pop_back();
    while (!empty() && lots_[front_].amount.value == 0)
        ++front_;
    // Each lot is moved at most once on average.
    if (front_ > 0 && front_ * 2 >= lots_.size()) {
        lots_.erase(lots_.begin(), lots_.begin() + static_cast<std::ptrdiff_t>(front_));
        front_ = 0;
    }
}

}  // namespace tim::core
