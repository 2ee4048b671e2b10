#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>

#include "engine/core/decide_common.h"

namespace tim::core {

/// What a customer spent in transactions (a sale's, redemptions', a reward's), by expiry.
class Spent {
  public:
    /// What has expired by `now` is not told apart: it is restored to expire at once.
    explicit Spent(model::Instant now) : now_(now) {}

    /// Takes in the facts of a transaction; once, and before anything is restored.
    void add(std::span<const RecordedFact> facts) {
        for (const RecordedFact& part : facts) {
            const model::Points points{-part.fact.points.value};
            switch (part.fact.type) {
                case model::FactType::lot_spent: {
                    const std::int64_t expires = part.fact.lot.expires_at_ms;
                    if (expires <= now_.value) last_expired_ = std::max(last_expired_, expires);
                    (expires <= now_.value ? expired_ : by_expiry_[expires]).value += points.value;
                    by_expiry_[model::kNever.value].value -= points.value;
                    break;
                }
                case model::FactType::hold_captured:
                case model::FactType::redeemed:
                case model::FactType::reward_redeemed:
                    by_expiry_[model::kNever.value].value += points.value;
                    all_.value += points.value;
                    break;
                default:
                    break;
            }
        }
    }

    model::Points all() const { return all_; }

    /// Gives them back, the earliest expiry first; `of` is what they were spent in. False on overflow.
    bool restore(model::Sequence of, FactChain& chain) const {
        auto parts = by_expiry_;
        if (expired_.value != 0) parts[last_expired_] = expired_;
        for (const auto& [expires_at_ms, part] : parts) {
            if (part.value == 0) continue;
            model::Fact* const fact = chain.add(model::FactType::points_restored, part);
            if (fact == nullptr) return false;
            fact->lot = {model::kNoInstant.value, expires_at_ms, of.value};
            if (expires_at_ms != model::kNever.value) fact->flags |= model::kFactLot;
        }
        return true;
    }

  private:
    model::Instant now_;
    std::map<std::int64_t, model::Points> by_expiry_;
    model::Points expired_{};
    std::int64_t last_expired_ = model::kNoInstant.value;
    model::Points all_{};
};

}  // namespace tim::core
