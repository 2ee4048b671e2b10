#include "engine/core/override_book.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>

#include "engine/core/invariant.h"

namespace tim::core {

bool TierOverrides::in_force() const {
    return std::ranges::any_of(list, [](const TierOverride& given) { return given.begun; });
}

bool TierOverrides::due(model::Instant now) const {
    return std::ranges::any_of(list, [now](const TierOverride& given) {
        return given.until <= now || (!given.begun && given.from <= now);
    });
}

std::optional<std::uint8_t> tier_by_hand(const TierOverrides& overrides, model::Instant now,
                                         const Rules& current) {
    for (auto given = overrides.list.rbegin(); given != overrides.list.rend(); ++given) {
        if ((!given->begun && given->from > now) || given->until <= now) continue;
        if (const auto tier = current.index_of(current.before(given->version), given->tier)) return tier;
    }
    return std::nullopt;
}

std::uint32_t digest(const TierOverrides& overrides) {
    return static_cast<std::uint32_t>(XXH3_64bits_withSeed(
        overrides.list.data(), overrides.list.size() * sizeof(TierOverride), overrides.found));
}

TierOverride& OverrideBook::find(model::CustomerId customer, model::Sequence id) {
    const auto found = overrides_.find(customer.value);
    TIM_INVARIANT(found != overrides_.end(), "a tier by hand begins and ends while it is there");
    const auto given = std::ranges::find(found->second.list, id, &TierOverride::id);
    TIM_INVARIANT(given != found->second.list.end(), "a tier by hand ends at most once");
    return *given;
}

void OverrideBook::add(model::CustomerId customer, const TierOverride& override_) {
    auto& list = overrides_[customer.value].list;
    TIM_INVARIANT(list.size() < kMaxTierOverrides, "a customer's tiers by hand are bounded");
    list.push_back(override_);
    if (!override_.begun) due_.push({override_.from, customer});
    due_.push({override_.until, customer});
}

void OverrideBook::begin(model::CustomerId customer, model::Sequence id) {
    find(customer, id).begun = true;
}

bool OverrideBook::end(model::CustomerId customer, model::Sequence id) {
    auto& list = overrides_.find(customer.value)->second.list;
    list.erase(list.begin() + (&find(customer, id) - list.data()));
    if (!list.empty()) return true;
    overrides_.erase(customer.value);
    return false;
}

void OverrideBook::drop(model::CustomerId customer) {
    overrides_.erase(customer.value);
}

void OverrideBook::set_found(model::CustomerId customer, std::uint8_t tier) {
    const auto found = overrides_.find(customer.value);
    TIM_INVARIANT(found != overrides_.end(), "a tier is found beneath one by hand");
    found->second.found = tier;
}

std::optional<model::CustomerId> OverrideBook::due(model::Instant now) {
    for (; !due_.empty() && due_.top().at <= now; due_.pop()) {
        const TierOverrides* const overrides = of(due_.top().customer);
        if (overrides != nullptr && overrides->due(now)) return due_.top().customer;
    }
    return std::nullopt;
}

}  // namespace tim::core
