// Seeds of the simulation. To see one again, or to go on for long:
//   TIM_SEED=17 simulation_test --gtest_filter=MessageSimulation.one_seed
//   TIM_SEEDS=20000 simulation_test
#include "tests/simulation/simulation.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/simulation/wire_simulation.h"

namespace tim::tests {
namespace {

constexpr std::size_t kTicks = 700;

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::stoull(text);
}

template <class Kind>
constexpr const char* kKindName = "MessageSimulation";
template <>
constexpr const char* kKindName<WireSimulation> = "WireSimulation";

template <class Kind>
SimulationResult run_seed(std::uint64_t seed) {
    SimulationResult result = Kind(seed).run(kTicks);
    if (!result.failure.empty())
        result.failure +=
            fmt::format("\nTo see it again: TIM_SEED={} simulation_test --gtest_filter={}.one_seed", seed,
                        kKindName<Kind>);
    return result;
}

template <class Kind>
void run_seeds(std::uint64_t seeds) {
    SimulationResult sum;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        const SimulationResult result = run_seed<Kind>(seed);
        ASSERT_EQ(result.failure, "") << "seed " << seed;
        sum.answered += result.answered;
        sum.executed += result.executed;
        sum.crashes += result.crashes;
        sum.failed_commits += result.failed_commits;
        sum.kills_beside += result.kills_beside;
        sum.transient += result.transient;
        sum.completed_orders += result.completed_orders;
        sum.returns_by_line += result.returns_by_line;
    }
    fmt::print(
        "{} seeds: {} answered, {} executed, {} crashes, {} of failed commits, {} beside a commit or a "
        "checkpoint, {} met a full disk; {} orders completed, {} returns by line\n",
        seeds, sum.answered, sum.executed, sum.crashes, sum.failed_commits, sum.kills_beside, sum.transient,
        sum.completed_orders, sum.returns_by_line);
    // Faults and commands that no longer happen would let everything pass.
    EXPECT_GT(sum.answered, seeds * kTicks / 4);
    EXPECT_GT(sum.executed, sum.answered);
    EXPECT_GT(sum.crashes, seeds);
    EXPECT_GT(sum.failed_commits, 0U);
    EXPECT_GT(sum.kills_beside, seeds);
    EXPECT_GT(sum.transient, 0U);
    EXPECT_GT(sum.completed_orders, seeds);
    EXPECT_GT(sum.returns_by_line, seeds);
}

template <class Kind>
void same_digests() {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        const SimulationResult first = run_seed<Kind>(seed);
        const SimulationResult second = run_seed<Kind>(seed);
        ASSERT_EQ(first.failure, "");
        EXPECT_EQ(first.digest, second.digest) << "seed " << seed;
        EXPECT_EQ(first.executed, second.executed) << "seed " << seed;
    }
    EXPECT_NE(run_seed<Kind>(1).digest, run_seed<Kind>(2).digest);
}

TEST(MessageSimulation, of_many_seeds) {
    run_seeds<MessageSimulation>(number_from_environment("TIM_SEEDS", 100));
}
TEST(MessageSimulation, same_seed_same_digest) {
    same_digests<MessageSimulation>();
}
TEST(MessageSimulation, one_seed) {
    EXPECT_EQ(run_seed<MessageSimulation>(number_from_environment("TIM_SEED", 4711)).failure, "");
}

TEST(WireSimulation, of_many_seeds) {
    run_seeds<WireSimulation>(number_from_environment("TIM_SEEDS", 40));
}
TEST(WireSimulation, same_seed_same_digest) {
    same_digests<WireSimulation>();
}
TEST(WireSimulation, one_seed) {
    EXPECT_EQ(run_seed<WireSimulation>(number_from_environment("TIM_SEED", 4711)).failure, "");
}

}  // namespace
}  // namespace tim::tests
