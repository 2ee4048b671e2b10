// Long runs of random commands through the engine and the naive model, from seeds. To go on longer or to see
// one seed again:
//   TIM_SEED=17 TIM_TIME=events property_lockstep_test --gtest_filter=*one_seed
//   TIM_SEEDS=5000 property_lockstep_test
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/support/lockstep.h"

namespace tim::tests {
namespace {

constexpr std::size_t kCommandsPerSeed = 300;

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::stoull(text);
}

std::string run_seed(std::uint64_t seed, runtime::TimeSource time, bool years, bool network,
                     std::vector<std::uint64_t>& refusals, std::size_t& commands,
                     std::array<std::uint64_t, 256>* facts = nullptr, std::size_t* round_trips = nullptr) {
    LockstepOptions options;
    options.time = time;
    options.years = years;
    options.network = network;
    options.seed = seed;
    options.commands = kCommandsPerSeed;
    Choices choices(seed);
    Lockstep lockstep(options, choices);
    const std::string difference = lockstep.run();
    commands += lockstep.commands_run();
    if (round_trips != nullptr) *round_trips += lockstep.round_trips();
    for (std::size_t i = 0; facts != nullptr && i < facts->size(); ++i)
        (*facts)[i] += lockstep.fact_counts()[i];
    for (std::size_t i = 0; i < refusals.size(); ++i)
        refusals[i] += lockstep.refusal_counts()[i];
    if (difference.empty()) return {};
    return fmt::format(
        "{}\nTo see it again: TIM_SEED={} TIM_TIME={} TIM_YEARS={:d} TIM_NETWORK={:d} "
        "property_lockstep_test --gtest_filter=*one_seed",
        difference, seed, time == runtime::TimeSource::events ? "events" : "system", years, network);
}

void run_seeds(runtime::TimeSource time) {
    const std::uint64_t seeds = number_from_environment("TIM_SEEDS", 200);
    std::vector<std::uint64_t> refusals(256);
    std::size_t commands = 0;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        const std::string difference = run_seed(seed, time, false, false, refusals, commands);
        ASSERT_EQ(difference, "") << "seed " << seed;
    }
    std::string reached;
    for (std::size_t i = 1; i < refusals.size(); ++i)
        if (refusals[i] != 0)
            reached +=
                fmt::format(" {}={}", model::refusal_name(static_cast<model::Refusal>(i)), refusals[i]);
    fmt::print("{} seeds, {} commands, accepted or repeated {}, refused:{}\n", seeds, commands, refusals[0],
               reached);
    // A generator that stopped reaching the rules would pass everything.
    EXPECT_GT(refusals[0], commands / 4);
    if (seeds < 100) return;  // too few to reach each of these
    using model::Refusal;
    for (const Refusal refusal : {Refusal::invalid_time,
                                  Refusal::conflict,
                                  Refusal::unknown_customer,
                                  Refusal::key_taken,
                                  Refusal::unknown_receipt,
                                  Refusal::not_a_sale,
                                  Refusal::other_customer,
                                  Refusal::already_returned,
                                  Refusal::return_exceeds_sale,
                                  Refusal::unknown_hold,
                                  Refusal::other_hold,
                                  Refusal::hold_captured,
                                  Refusal::hold_released,
                                  Refusal::hold_expired,
                                  Refusal::capture_exceeds_hold,
                                  Refusal::insufficient_points,
                                  Refusal::overflow,
                                  Refusal::unknown_order,
                                  Refusal::not_an_order,
                                  Refusal::order_completed,
                                  Refusal::order_cancelled,
                                  Refusal::order_not_completed,
                                  Refusal::unknown_reward,
                                  Refusal::reward_not_offered,
                                  Refusal::reward_other_tier,
                                  Refusal::reward_out_of_stock,
                                  Refusal::unknown_voucher,
                                  Refusal::voucher_used,
                                  Refusal::voucher_cancelled,
                                  Refusal::voucher_withdrawn,
                                  Refusal::voucher_expired,
                                  Refusal::voucher_reserved,
                                  Refusal::voucher_not_reserved,
                                  Refusal::voucher_is_gift,
                                  Refusal::unknown_care_task,
                                  Refusal::care_task_done,
                                  Refusal::care_task_dropped})
        EXPECT_GT(refusals[static_cast<std::size_t>(refusal)], 0U) << model::refusal_name(refusal);
}

TEST(Lockstep, with_the_wall_clock) {
    run_seeds(runtime::TimeSource::system);
}

TEST(Lockstep, with_the_clock_of_events) {
    run_seeds(runtime::TimeSource::events);
}

/// The naive model stops the world at every month's end, review and version; the engine settles whoever is
/// visited, and sweeps a few now and then.
void run_years(runtime::TimeSource time) {
    const std::uint64_t seeds = number_from_environment("TIM_SEEDS", 200);
    std::vector<std::uint64_t> refusals(256);
    std::array<std::uint64_t, 256> facts{};
    std::size_t commands = 0;
    std::size_t round_trips = 0;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed)
        ASSERT_EQ(run_seed(seed, time, true, false, refusals, commands, &facts, &round_trips), "")
            << "seed " << seed;
    std::string reached;
    for (std::size_t i = 1; i < facts.size(); ++i)
        if (facts[i] != 0)
            reached +=
                fmt::format(" {}={}", model::fact_type_name(static_cast<model::FactType>(i)), facts[i]);
    fmt::print(
        "{} seeds, {} commands, accepted or repeated {}, {} sales came back whole at once; facts in "
        "histories:{}\n",
        seeds, commands, refusals[0], round_trips, reached);
    EXPECT_GT(refusals[0], commands / 4);
    EXPECT_GT(round_trips, seeds);
    if (seeds < 100) return;
    using model::FactType;
    for (const FactType type :
         {FactType::period_closed,     FactType::tiers_recalculated, FactType::period_corrected,
          FactType::tier_bonus,        FactType::points_expired,     FactType::points_matured,
          FactType::points_restored,   FactType::lots_taken,         FactType::lot_spent,
          FactType::campaign_applied,  FactType::campaign_reduced,   FactType::order_placed,
          FactType::order_updated,     FactType::order_cancelled,    FactType::reward_redeemed,
          FactType::voucher_granted,   FactType::voucher_reserved,   FactType::voucher_used,
          FactType::voucher_released,  FactType::voucher_cancelled,  FactType::voucher_returned,
          FactType::voucher_withdrawn, FactType::care_planned,       FactType::care_changed,
          FactType::care_done,         FactType::care_dropped})
        EXPECT_GT(facts[static_cast<std::size_t>(type)], 0U) << model::fact_type_name(type);
}

TEST(Lockstep, S5_10_settling_whenever_equals_stopping_the_world_by_the_wall_clock) {
    run_years(runtime::TimeSource::system);
}

TEST(Lockstep, S5_10_settling_whenever_equals_stopping_the_world_by_the_clock_of_events) {
    run_years(runtime::TimeSource::events);
}

/// One program with a network and referrals: several parties to almost every command.
void run_network(runtime::TimeSource time) {
    const std::uint64_t seeds = number_from_environment("TIM_SEEDS", 200);
    std::vector<std::uint64_t> refusals(256);
    std::size_t commands = 0;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed)
        ASSERT_EQ(run_seed(seed, time, false, true, refusals, commands), "") << "seed " << seed;
    std::string reached;
    for (std::size_t i = 120; i < 150; ++i)
        if (refusals[i] != 0)
            reached +=
                fmt::format(" {}={}", model::refusal_name(static_cast<model::Refusal>(i)), refusals[i]);
    fmt::print("{} seeds, {} commands, accepted or repeated {}, refused:{}\n", seeds, commands, refusals[0],
               reached);
    EXPECT_GT(refusals[0], commands / 4);
    if (seeds < 100) return;  // too few to reach each of these
    using model::Refusal;
    for (const Refusal refusal :
         {Refusal::network_off, Refusal::unknown_vip, Refusal::not_a_vip, Refusal::already_vip,
          Refusal::network_cycle, Refusal::same_vip, Refusal::unknown_payout, Refusal::payout_closed,
          Refusal::payout_approved, Refusal::payout_not_approved, Refusal::insufficient_commission,
          Refusal::referral_unknown, Refusal::referral_own, Refusal::referral_not_first,
          Refusal::referral_expired, Refusal::referral_used, Refusal::referral_too_small})
        EXPECT_GT(refusals[static_cast<std::size_t>(refusal)], 0U) << model::refusal_name(refusal);
}

TEST(Lockstep, a_network_with_the_wall_clock) {
    run_network(runtime::TimeSource::system);
}

TEST(Lockstep, a_network_with_the_clock_of_events) {
    run_network(runtime::TimeSource::events);
}

TEST(Lockstep, one_seed) {
    const char* time = std::getenv("TIM_TIME");
    std::vector<std::uint64_t> refusals(256);
    std::size_t commands = 0;
    EXPECT_EQ(run_seed(number_from_environment("TIM_SEED", 4711),
                       time != nullptr && std::string(time) == "events" ? runtime::TimeSource::events
                                                                        : runtime::TimeSource::system,
                       number_from_environment("TIM_YEARS", 0) != 0,
                       number_from_environment("TIM_NETWORK", 0) != 0, refusals, commands),
              "");
}

}  // namespace
}  // namespace tim::tests
