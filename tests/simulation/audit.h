#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tests/support/engine_fixture.h"
#include "tests/support/naive_model.h"

namespace tim::tests {

/// The invariants of a simulated shop of one program. Keeps what clients were told, and the naive model of
/// what survived. The checks give "" or a sentence.
class Audit {
  public:
    Audit(EngineFixture& fixture, model::ProgramId program, const OwnedCommand& put,
          const model::Outcome& outcome);

    const NaiveModel& model() const { return model_; }

    /// The engine carried these out, in this order: the model agrees.
    std::string executed(std::span<const OwnedCommand> commands, std::span<const model::Outcome> outcomes);

    /// A client was told so.
    void answered(std::size_t client, const OwnedCommand& command, const model::Outcome& outcome);

    /// The fixture has been killed and opened again: what was answered is there, once, and the engine holds
    /// exactly what survived.
    std::string survived();

    /// Every client was answered: what all were told adds up to what all customers have.
    std::string at_end();

    std::uint64_t digest() const { return digest_; }
    std::size_t transient_count() const { return transient_count_; }

  private:
    struct Answered {
        OwnedCommand command;
        model::Outcome outcome;
    };

    std::string compare_customers();
    std::int64_t untold_points();
    void mix(std::uint64_t value);

    EngineFixture& fixture_;
    model::ProgramId program_;
    NaiveModel model_{runtime::TimeSource::system};
    std::vector<Answered> answered_;
    std::vector<OwnedCommand> refused_;
    std::uint64_t digest_ = 0;
    std::size_t transient_count_ = 0;
};

}  // namespace tim::tests
