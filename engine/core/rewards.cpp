#include "engine/core/rewards.h"

#include <algorithm>
#include <memory>

#include "engine/core/invariant.h"
#include "engine/core/rules.h"

namespace tim::core {

RewardNumbers numbered(const model::Program& program, RewardNumbers given) {
    for (const model::Reward& reward : program.rewards)
        given.try_emplace(reward.id, static_cast<std::uint16_t>(given.size() + 1));
    TIM_INVARIANT(given.size() <= kMaxRewardNumbers, "the program's rewards were counted");
    return given;
}

bool rewards_fit(const model::Program& program, const RewardNumbers& given) {
    const auto added = std::ranges::count_if(
        program.rewards, [&](const model::Reward& reward) { return !given.contains(reward.id); });
    return given.size() + static_cast<std::size_t>(added) <= kMaxRewardNumbers;
}

RewardCounts::~RewardCounts() {
    for (const std::atomic<Block*>& block : blocks_)
        delete block.load(std::memory_order_relaxed);
}

const RewardCounts::Count* RewardCounts::find(std::uint16_t reward) const {
    TIM_INVARIANT(reward >= 1 && reward <= kMaxRewardNumbers, "rewards are numbered from 1");
    const Block* const block = blocks_[reward / kCountsPerBlock].load(std::memory_order_acquire);
    return block == nullptr ? nullptr : &(*block)[reward % kCountsPerBlock];
}

void RewardCounts::set(std::uint16_t reward, std::int64_t given, model::Sequence last) {
    TIM_INVARIANT(reward >= 1 && reward <= kMaxRewardNumbers, "rewards are numbered from 1");
    std::atomic<Block*>& place = blocks_[reward / kCountsPerBlock];
    if (place.load(std::memory_order_relaxed) == nullptr)
        place.store(std::make_unique<Block>().release(), std::memory_order_release);
    Count& count = (*place.load(std::memory_order_relaxed))[reward % kCountsPerBlock];
    count.given.store(given, std::memory_order_relaxed);
    count.last = last;
}

bool is_offered(const model::Reward& reward, model::Instant at) {
    return (!reward.starts || at >= *reward.starts) && (!reward.ends || at < *reward.ends);
}

namespace {

/// The tier of another version in this one, or none.
const model::Tier* tier_in(const Rules& rules, const Rules& judged, std::uint8_t tier) {
    const auto index = &judged == &rules ? std::optional(tier) : rules.index_of(judged, tier);
    return index ? &rules.program().tiers[*index] : nullptr;
}

}  // namespace

bool is_for_tier(const model::Reward& reward, const Rules& rules, const Rules& judged, std::uint8_t tier) {
    if (reward.tiers.empty()) return true;
    const model::Tier* const held = tier_in(rules, judged, tier);
    return held != nullptr && std::ranges::find(reward.tiers, held->id) != reward.tiers.end();
}

model::Points cost_of(const model::Reward& reward, const Rules& rules, const Rules& judged,
                      std::uint8_t tier) {
    const model::Tier* const held = rules.enabled() ? tier_in(rules, judged, tier) : nullptr;
    if (held == nullptr) return reward.cost;
    // What comes off is rounded down, so what is left is rounded up.
    const auto off =
        model::floor_multiply_divide(reward.cost.value, held->voucher_discount_bp, model::kWholeBp);
    return {reward.cost.value - off.value()};  // of at most 100 %
}

model::Instant expiry_of(const model::Reward& reward, const Rules& rules, model::Instant at) {
    return rules.calendar().day_start(at, reward.valid_days + 1);
}

const model::Reward* find_reward(const model::Program& program, std::string_view id) {
    const auto found = std::ranges::find(program.rewards, id, &model::Reward::id);
    return found == program.rewards.end() ? nullptr : &*found;
}

}  // namespace tim::core
