#pragma once

#include <stop_token>

#include "engine/core/state.h"
#include "engine/model/documents.h"
#include "engine/runtime/follow_queries.h"
#include "storage/store.h"

namespace tim::runtime {

/// Reads what followers are told: facts and their blobs, in one pass over the ledger. Of the engine's state
/// it needs the programs alone, which are only ever added to. Thread-safe.
class Following final : public FollowQueries {
  public:
    Following(const core::State& state, storage::Store& store, const model::DocumentFormat& documents,
              std::stop_token stop)
        : state_(state), store_(store), documents_(documents), stop_(std::move(stop)) {}

    model::Sequence committed() const override { return store_.ledger().last(); }
    Result<ChangePage> changes(model::ProgramId program, model::Sequence after, std::size_t limit,
                               Sees sees) override;

  private:
    Result<Change> change_at(const core::ProgramState& program, model::Sequence sequence,
                             const model::Fact& fact, model::BytesView blob, Sees sees) const;

    const core::State& state_;
    storage::Store& store_;
    const model::DocumentFormat& documents_;
    const std::stop_token stop_;
};

}  // namespace tim::runtime
