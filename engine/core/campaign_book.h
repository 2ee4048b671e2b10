#pragma once

#include <absl/container/flat_hash_map.h>

#include <atomic>
#include <cstdint>
#include <memory>

#include "engine/core/campaigns.h"
#include "engine/core/invariant.h"
#include "engine/model/quantity.h"

namespace tim::core {

/// How often campaigns with a limit for each customer have taken effect, for one program's customers of one
/// stripe. Guarded by the stripe.
class CampaignUses {
  public:
    std::uint32_t of(model::CustomerId customer, std::uint16_t campaign) const {
        const auto found = uses_.find(key(customer, campaign));
        return found == uses_.end() ? 0 : found->second;
    }

    void add(model::CustomerId customer, std::uint16_t campaign) { ++uses_[key(customer, campaign)]; }

    void take_back(model::CustomerId customer, std::uint16_t campaign) {
        const auto found = uses_.find(key(customer, campaign));
        TIM_INVARIANT(found != uses_.end() && found->second > 0, "only a use that was counted is taken back");
        if (--found->second == 0) uses_.erase(found);
    }

    /// Calls `visit(campaign, uses)` for what a customer has used, in the order of the numbers up to `most`.
    template <class Visit>
    void visit(model::CustomerId customer, std::size_t most, Visit&& visit) const {
        for (std::size_t campaign = 1; campaign <= most; ++campaign) {
            const auto found = uses_.find(key(customer, static_cast<std::uint16_t>(campaign)));
            if (found != uses_.end()) visit(static_cast<std::uint16_t>(campaign), found->second);
        }
    }

    /// Out of a checkpoint.
    void restore(model::CustomerId customer, std::uint16_t campaign, std::uint32_t uses) {
        uses_[key(customer, campaign)] = uses;
    }

  private:
    static std::uint64_t key(model::CustomerId customer, std::uint16_t campaign) {
        return customer.value << 16 | campaign;
    }

    absl::flat_hash_map<std::uint64_t, std::uint32_t> uses_;
};

/// What one campaign has paid of its budget. The engine's sequencer guards it; `paid` may be read by any
/// thread.
struct CampaignBudget {
    std::atomic<std::int64_t> paid{0};
    model::Sequence last{};  ///< newest fact
};

/// The budgets of one program's campaigns, by number.
class CampaignBudgets {
  public:
    CampaignBudget& of(std::uint16_t campaign) { return budgets_[index(campaign)]; }
    const CampaignBudget& of(std::uint16_t campaign) const { return budgets_[index(campaign)]; }

  private:
    static std::size_t index(std::uint16_t campaign) {
        TIM_INVARIANT(campaign >= 1 && campaign <= kMaxCampaignNumbers, "campaigns are numbered from 1");
        return campaign - 1u;
    }

    std::unique_ptr<CampaignBudget[]> budgets_ = std::make_unique<CampaignBudget[]>(kMaxCampaignNumbers);
};

}  // namespace tim::core
