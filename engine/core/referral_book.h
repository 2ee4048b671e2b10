#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <vector>

#include "engine/core/month_counts.h"
#include "engine/model/fact.h"
#include "engine/model/quantity.h"

namespace tim::core {

/// Somebody whom a customer has brought.
struct Brought {
    model::Sequence order{};  ///< the referee's sale that paid
    model::CustomerId referee{};
    model::Points points{};  ///< that the referrer got for it
    std::uint64_t month = 0;

    friend bool operator==(const Brought&, const Brought&) = default;
};

/// What a customer has to do with referrals: as referee, as referrer.
struct ReferralEntry {
    std::uint64_t has_kept = 0;        ///< 1: a code was given at the enrolment
    model::Sequence kept{};            ///< its sale; 0: it was nobody's code
    model::CustomerId referrer{};      ///< who brought this customer; 0: nobody
    model::Sequence brought_by{};      ///< this customer's sale that paid
    std::uint64_t brought_digest = 0;  ///< kept as `brought` changes
    MonthCounts months;                ///< of `brought`
    std::vector<Brought> brought;      ///< oldest first

    std::uint64_t digest() const;
};

/// The referrals of one program's customers of one stripe, guarded by it: who has none takes no memory.
class ReferralBook {
  public:
    const ReferralEntry* find(model::CustomerId customer) const {
        const auto found = entries_.find(customer.value);
        return found == entries_.end() ? nullptr : &found->second;
    }
    ReferralEntry& at(model::CustomerId customer) { return entries_[customer.value]; }
    void erase(model::CustomerId customer) { entries_.erase(customer.value); }

  private:
    absl::flat_hash_map<std::uint64_t, ReferralEntry> entries_;
};

/// Folds the part of a customer's fact that concerns referrals in. Returns whether the entry says anything
/// still; one that does not is to be erased.
bool fold_referral(ReferralEntry& entry, const model::Fact& fact);

/// Whether a fact is one for `fold_referral`.
constexpr bool concerns_referral(model::FactType type) {
    return type == model::FactType::referral_kept || type == model::FactType::referral_earned ||
           type == model::FactType::referral_welcome || type == model::FactType::referral_returned;
}

}  // namespace tim::core
