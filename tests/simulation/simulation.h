#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/actor.h"
#include "tests/simulation/audit.h"
#include "tests/support/engine_fixture.h"
#include "tests/support/random.h"

namespace tim::tests {

struct SimulationResult {
    std::string failure;       ///< "" when every invariant held
    std::uint64_t digest = 0;  ///< of every answer, in order, and of the last figures
    std::size_t answered = 0;
    std::size_t executed = 0;  ///< above `answered` by what was sent again
    std::size_t crashes = 0;
    std::size_t failed_commits = 0;
    std::size_t kills_beside = 0;  ///< crashes in the middle of a commit or a checkpoint
    std::size_t transient = 0;     ///< commands that met a full disk
    std::size_t completed_orders = 0;
    std::size_t returns_by_line = 0;
};

/// Tills, checkouts and an office against a stepped engine on one thread, all from one seed. Commits are slow
/// and fail; the process is killed and loses what was not synced, at any moment of a checkpoint too, beside
/// which commands are executed; the map is full for a while; the clock jumps ahead; the program changes. It
/// is a plain one, or has tiers, lots, campaigns, a network and referrals in a random way. How commands reach
/// the engine and answers come back is up to the derived class.
///
/// Invariants (see Audit): what was answered is never lost and never counted twice; the engine agrees with
/// the naive model of what survived, after each crash and at the end; what clients were told adds up to what
/// customers have; `verify` finds no difference.
class Simulation {
  public:
    explicit Simulation(std::uint64_t seed);
    virtual ~Simulation() = default;

    SimulationResult run(std::size_t ticks);

  protected:
    struct Client {
        Actor actor;
        OwnedCommand command;
        bool waiting = false;
    };

    /// A client has a command to be carried out, once.
    virtual void submit(std::size_t client) = 0;
    /// Moves messages on by one tick; commands that have arrived are executed.
    virtual void deliver() = 0;
    /// Answers that are durable go out, and come in.
    virtual void release() = 0;
    /// The process has just been replaced; everything on its way is gone. The engine is another one.
    virtual void restarted() = 0;

    void take_answer(std::size_t client, const model::Outcome& outcome);
    std::vector<model::Outcome> execute(std::span<const OwnedCommand> commands);
    void check(const std::string& failure);

    Choices choices_;
    EngineFixture fixture_;
    model::ProgramId program_{};
    std::optional<Audit> audit_;
    std::vector<Client> clients_;
    std::uint64_t tick_ = 0;
    SimulationResult result_;

  private:
    void begin();
    void tick();
    void act();
    void disturb();
    void crash();
    void change_program();
    void commit();
    void checkpoint();
    void meanwhile(std::uint64_t deliver_percent);
    bool killed();
    storage::FaultPlan no_faults();
    storage::FaultPlan next_faults();

    bool faults_ = true;
    std::uint64_t checkpoint_percent_ = 2;        ///< of the ticks
    std::optional<std::uint64_t> kill_percent_;   ///< set while steps of the store call `meanwhile`
    std::unique_ptr<storage::MemoryStore> left_;  ///< what was on the disk when the process was killed
    std::uint64_t next_name_ = 1;
    std::uint64_t full_until_tick_ = 0;
};

/// Over a network of messages that are delayed, reordered, doubled by retries and lost.
class MessageSimulation final : public Simulation {
  public:
    explicit MessageSimulation(std::uint64_t seed) : Simulation(seed), retry_ticks_(clients_.size()) {}

  private:
    struct Request {
        std::size_t client = 0;
        OwnedCommand command;
        std::uint64_t due_tick = 0;
    };
    struct Reply {
        std::size_t client = 0;
        model::Name name;
        model::Outcome outcome;
        std::uint64_t due_tick = 0;
    };

    void submit(std::size_t client) override;
    void deliver() override;
    void release() override;
    void restarted() override;

    std::vector<std::uint64_t> retry_ticks_;
    std::deque<Request> requests_;
    std::deque<Reply> unreleased_;  ///< executed, waiting until they are durable
    std::deque<Reply> replies_;
};

}  // namespace tim::tests
