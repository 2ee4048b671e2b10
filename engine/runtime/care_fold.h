#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <optional>
#include <string>

#include "engine/model/fact.h"

namespace tim::runtime {

/// Folds where tasks of care stand, from the ledger's facts in order, for `verify`: a command about a task is
/// followed by the one fact that says where it stands, which follows the one before it; a task that is over
/// does not change.
///
/// Memory: an entry of 16 bytes for each task. One thread.
class CareFold {
  public:
    /// The next fact of the ledger; a sentence when it does not follow from those before it.
    std::optional<std::string> add(const model::Fact& fact, model::Sequence sequence);

    /// Calls `visit(task, newest)` for each task: the sequences of its plan and of the fact that says where
    /// it stands.
    template <class Visit>
    void visit(Visit&& visit) const {
        for (const auto& [task, state] : tasks_)
            visit(model::Sequence{task}, model::Sequence{state >> kPhaseBits});
    }

  private:
    static constexpr int kPhaseBits = 2;

    absl::flat_hash_map<std::uint64_t, std::uint64_t> tasks_;  // newest fact and phase, by the plan
    model::Fact command_;                                      // the newest fact of a customer about a task
    model::Sequence command_sequence_{};
};

}  // namespace tim::runtime
