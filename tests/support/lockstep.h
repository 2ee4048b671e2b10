#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/support/engine_fixture.h"
#include "tests/support/generator.h"
#include "tests/support/naive_model.h"
#include "tests/support/random.h"

namespace tim::tests {

struct LockstepOptions {
    runtime::TimeSource time = runtime::TimeSource::system;
    std::size_t commands = 300;        ///< at most; fewer when the choices run out
    std::size_t names_in_memory = 24;  ///< few, so that names move to disk within a run
    std::uint64_t seed = 1;            ///< of the engine's entropy
    bool years = false;                ///< one program whose tiers are found in a random way, for years
    bool network = false;              ///< one program with a network and referrals
};

/// Runs random commands through the engine and the naive model side by side, with restarts, crashes,
/// checkpoints and time passing in between, and compares every outcome and every figure.
class Lockstep {
  public:
    Lockstep(const LockstepOptions& options, Choices& choices);

    /// "" when both agreed on everything; else what differed, after which commands.
    std::string run();

    std::size_t commands_run() const { return commands_run_; }
    /// How many sales came back whole with nothing between.
    std::size_t round_trips() const { return round_trips_; }
    /// How often histories had a fact of each type, by its number: shows the same of what time does.
    const std::array<std::uint64_t, 256>& fact_counts() const { return fact_counts_; }
    /// How often each refusal was given, by its number: shows that a run reaches what it should.
    const std::vector<std::uint64_t>& refusal_counts() const { return refusal_counts_; }

  private:
    std::string begin();
    std::string maintain();
    std::string run_batch();
    /// Runs commands through both, at one instant, and compares what they did.
    std::string carry_out(const std::vector<OwnedCommand>& commands, std::vector<model::Outcome>& outcomes);
    /// A sale and its full return: all state is as before, and the facts sum to zero.
    std::string round_trip();
    struct ProgramSnapshot;
    ProgramSnapshot snapshot_of(model::ProgramId program);
    /// What a sale, behind `begin`, and its returns have done beside earning and taking back.
    struct Beside {
        bool gave_a_bonus_again = false;  ///< that they had taken
        /// Customers, not the buyer, of whose share some had expired as the sale was recorded.
        std::set<std::uint64_t> expired_elsewhere;
    };
    Beside beside_sale(model::ProgramId program, model::Sequence begin);
    std::string compare_round_trip(model::ProgramId program, const OwnedCommand& sale,
                                   const ProgramSnapshot& before, const Beside& beside);
    /// Of the facts behind a sequence.
    std::string sum_up(model::ProgramId program, model::Sequence begin);
    std::string compare_outcome(const OwnedCommand& command, const model::Outcome& expected,
                                const model::Outcome& actual) const;
    std::string compare_customer(model::ProgramId program, model::CustomerId customer);
    std::string compare_parties(const OwnedCommand& command, const model::Outcome& outcome);
    /// What campaigns gave to a sale, as its effects tell.
    std::string compare_campaigns(const OwnedCommand& command, const model::Outcome& outcome);
    /// What campaigns have paid of their budgets, and how often each took effect for whom, as the ledger adds
    /// up to.
    std::string compare_limits(model::ProgramId program);
    std::string compare_issued(const OwnedCommand& command, const model::Outcome& outcome);
    /// Where each voucher stands, and how many of each reward are given out.
    std::string compare_vouchers();
    std::string compare_relations(model::ProgramId program, model::CustomerId customer);
    std::string compare_care(model::ProgramId program);
    /// Where each order stands.
    std::string compare_orders();
    std::string compare_all();
    /// Remembers what somebody has now, to ask for it later as of now.
    void take_snapshot();
    std::string compare_snapshots();
    /// Tries a version on everybody.
    std::string ask_what_if(const OwnedCommand& put);
    /// What was foreseen of a version that holds from now has come.
    std::string compare_what_if(model::ProgramId program);
    std::string newest_facts(model::ProgramId program, model::CustomerId customer);
    std::string compare_history(model::ProgramId program, model::CustomerId customer);
    void note(std::string line);

    LockstepOptions options_;
    Choices& choices_;
    EngineFixture fixture_;
    NaiveModel model_;
    CommandGenerator generator_;
    struct Snapshot {
        model::ProgramId program{};
        model::CustomerId customer{};
        model::Instant instant{};
        Figures figures;
        model::CustomerClasses classes;
    };
    std::vector<Snapshot> snapshots_;
    std::optional<runtime::WhatIf> foreseen_;
    std::size_t commands_run_ = 0;
    std::size_t round_trips_ = 0;
    std::vector<std::uint64_t> refusal_counts_;
    std::array<std::uint64_t, 256> fact_counts_{};
    std::vector<std::string> log_;
};

}  // namespace tim::tests
