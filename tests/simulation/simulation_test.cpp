// Seeds of the simulation. To see one again, or to go on for long:
//   TIM_SEED=17 simulation_test --gtest_filter=*one_seed
//   TIM_SEEDS=20000 simulation_test
#include "tests/simulation/simulation.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace tim::tests {
namespace {

constexpr std::size_t kTicks = 700;

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::stoull(text);
}

SimulationResult run_seed(std::uint64_t seed) {
    SimulationResult result = MessageSimulation(seed).run(kTicks);
    if (!result.failure.empty())
        result.failure +=
            fmt::format("\nTo see it again: TIM_SEED={} simulation_test --gtest_filter=*one_seed", seed);
    return result;
}

TEST(Simulation, of_many_seeds) {
    const std::uint64_t seeds = number_from_environment("TIM_SEEDS", 60);
    SimulationResult sum;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        const SimulationResult result = run_seed(seed);
        ASSERT_EQ(result.failure, "") << "seed " << seed;
        sum.answered += result.answered;
        sum.executed += result.executed;
        sum.crashes += result.crashes;
        sum.failed_commits += result.failed_commits;
        sum.transient += result.transient;
    }
    fmt::print("{} seeds: {} answered, {} executed, {} crashes, {} of failed commits, {} met a full disk\n",
               seeds, sum.answered, sum.executed, sum.crashes, sum.failed_commits, sum.transient);
    // Faults that no longer happen would let everything pass.
    EXPECT_GT(sum.answered, seeds * kTicks / 4);
    EXPECT_GT(sum.executed, sum.answered);
    EXPECT_GT(sum.crashes, seeds);
    EXPECT_GT(sum.failed_commits, 0U);
    EXPECT_GT(sum.transient, 0U);
}

TEST(Simulation, same_seed_same_digest) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        const SimulationResult first = run_seed(seed);
        const SimulationResult second = run_seed(seed);
        ASSERT_EQ(first.failure, "");
        EXPECT_EQ(first.digest, second.digest) << "seed " << seed;
        EXPECT_EQ(first.executed, second.executed) << "seed " << seed;
    }
    EXPECT_NE(run_seed(1).digest, run_seed(2).digest);
}

TEST(Simulation, one_seed) {
    EXPECT_EQ(run_seed(number_from_environment("TIM_SEED", 4711)).failure, "");
}

}  // namespace
}  // namespace tim::tests
