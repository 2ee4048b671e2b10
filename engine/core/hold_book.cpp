#include "engine/core/hold_book.h"

#include <algorithm>

#include "engine/core/invariant.h"

namespace tim::core {

std::optional<OpenHold> HoldBook::find(model::CustomerId customer, model::Sequence id) const {
    const OpenHolds* const holds = of(customer);
    if (holds == nullptr) return std::nullopt;
    const auto found =
        std::find_if(holds->begin(), holds->end(), [&](const OpenHold& hold) { return hold.id == id; });
    return found == holds->end() ? std::nullopt : std::optional(*found);
}

void HoldBook::open(model::CustomerId customer, const OpenHold& hold) {
    OpenHolds& holds = holds_[customer.value];
    TIM_INVARIANT(holds.size() < kMaxOpenHolds, "a customer's open holds are bounded");
    holds.push_back(hold);
    due_.push({hold.expires_at, hold.id, customer});
}

bool HoldBook::close(model::CustomerId customer, model::Sequence id) {
    const auto found = holds_.find(customer.value);
    TIM_INVARIANT(found != holds_.end(), "a hold is resolved while it is open");
    OpenHolds& holds = found->second;
    const auto hold =
        std::find_if(holds.begin(), holds.end(), [&](const OpenHold& open) { return open.id == id; });
    TIM_INVARIANT(hold != holds.end(), "a hold is resolved at most once");
    holds.erase(hold);
    if (!holds.empty()) return true;
    holds_.erase(found);
    return false;
}

std::optional<model::CustomerId> HoldBook::due(model::Instant now) {
    for (; !due_.empty() && due_.top().at <= now; due_.pop()) {
        if (find(due_.top().customer, due_.top().id)) return due_.top().customer;
    }
    return std::nullopt;
}

}  // namespace tim::core
