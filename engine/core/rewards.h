#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "engine/model/program.h"
#include "engine/model/quantity.h"

namespace tim::core {

class Rules;

/// A reward keeps its number through all versions of its program: by its id, from 1, in the order in which
/// they appeared.
using RewardNumbers = std::map<std::string, std::uint16_t, std::less<>>;
inline constexpr std::size_t kMaxRewardNumbers = 10'000;  ///< of one program, all versions together

/// The numbers that were given out before, and those of what a next version adds.
RewardNumbers numbered(const model::Program& program, RewardNumbers given);

/// Whether a next version's rewards leave its program within kMaxRewardNumbers.
bool rewards_fit(const model::Program& program, const RewardNumbers& given);

/// How many of each of one program's rewards are given out: bought or given by campaigns, and not come back.
/// By number; the engine's sequencer guards it, but any thread may ask for `given`.
class RewardCounts {
  public:
    RewardCounts() = default;
    RewardCounts(const RewardCounts&) = delete;
    RewardCounts& operator=(const RewardCounts&) = delete;
    ~RewardCounts();

    std::int64_t given(std::uint16_t reward) const {
        const Count* const count = find(reward);
        return count == nullptr ? 0 : count->given.load(std::memory_order_relaxed);
    }
    /// The reward's newest fact.
    model::Sequence last(std::uint16_t reward) const {
        const Count* const count = find(reward);
        return count == nullptr ? model::Sequence{} : count->last;
    }
    void set(std::uint16_t reward, std::int64_t given, model::Sequence last);

  private:
    struct Count {
        std::atomic<std::int64_t> given{0};
        model::Sequence last{};
    };
    static constexpr std::size_t kCountsPerBlock = 250;
    using Block = std::array<Count, kCountsPerBlock>;

    const Count* find(std::uint16_t reward) const;

    /// Blocks come with the first count in them: most programs have few rewards.
    std::array<std::atomic<Block*>, kMaxRewardNumbers / kCountsPerBlock + 1> blocks_{};
};

/// Whether a reward is offered at an instant.
bool is_offered(const model::Reward& reward, model::Instant at);

/// Whether a customer may have it who holds a tier of `judged`; of a version that knows the reward.
bool is_for_tier(const model::Reward& reward, const Rules& rules, const Rules& judged, std::uint8_t tier);

/// What it costs a customer who holds a tier of `judged` (S2.9): less the tier's discount, rounded up.
model::Points cost_of(const model::Reward& reward, const Rules& rules, const Rules& judged,
                      std::uint8_t tier);

/// The first instant at which a code of a reward given out at `at` is not valid any more: the end of its last
/// day, program time; the day of `at` is day 0.
model::Instant expiry_of(const model::Reward& reward, const Rules& rules, model::Instant at);

/// A program's reward by its id; null for none.
const model::Reward* find_reward(const model::Program& program, std::string_view id);

}  // namespace tim::core
