#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/commands.h"
#include "tests/support/naive_model.h"
#include "tests/support/random.h"

namespace tim::tests {

/// What one client of a simulated shop does next: a till sells and takes goods back, by money and by line, a
/// checkout holds points, captures and redeems, the web places orders, changes, completes and cancels them,
/// the office looks after VIPs, members and payouts, and gives tiers by hand. All enrol customers while there
/// are few.
class Actor {
  public:
    enum class Role : std::uint8_t { till, checkout, web, office };

    Actor(std::uint32_t terminal, Role role) : terminal_(terminal), role_(role) {}

    /// The model is looked at for who bought what; `next_name` is shared by all actors.
    OwnedCommand next(model::ProgramId program, const NaiveModel& model, model::Instant now, Choices& choices,
                      std::uint64_t& next_name);

    /// The answer to what `next` gave.
    void answered(const OwnedCommand& command, const model::Outcome& outcome);

  private:
    OwnedCommand till(model::ProgramId program, const NaiveModel& model, model::Instant now, Choices& choices,
                      std::uint64_t& next_name);
    /// Something of what this actor has sold.
    OwnedCommand take_back(model::ProgramId program, const NaiveModel& model, model::Instant now,
                           Choices& choices, model::Name name);
    OwnedCommand web(model::ProgramId program, const NaiveModel& model, model::Instant now, Choices& choices,
                     std::uint64_t& next_name);
    OwnedCommand checkout(model::ProgramId program, Choices& choices, std::uint64_t& next_name);
    OwnedCommand person(model::ProgramId program, const NaiveModel& model, Choices& choices,
                        model::Name name);
    OwnedCommand office(model::ProgramId program, const NaiveModel& model, model::Instant now,
                        Choices& choices, std::uint64_t& next_name);

    std::uint32_t terminal_;
    Role role_;
    std::vector<model::Name> sold_;
    std::vector<model::Name> placed_;
    std::size_t returned_ = 0;  ///< in `sold_`: the one of which something came back last
    model::Sequence open_hold_{};
};

}  // namespace tim::tests
