#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engine/model/quantity.h"
#include "engine/model/result.h"

namespace tim::storage {

using model::Result;

/// The fingerprint of a name and the sequence of the fact that it leads to.
struct NameEntry {
    std::uint64_t fingerprint = 0;
    model::Sequence sequence{};

    friend bool operator==(const NameEntry&, const NameEntry&) = default;
};

/// Names that have left the engine's memory: sorted runs of fingerprints on disk. Several entries of one
/// fingerprint may exist (the same name later leads elsewhere, or two names share it); look-ups give all of
/// them, newest first.
class NameStore {
  public:
    virtual ~NameStore() = default;

    /// Adds a run durably. `entries` are sorted by fingerprint, then by sequence; `through` is the sequence
    /// up to which, with this run, every name of the ledger is in the store.
    virtual Result<void> add_run(std::span<const NameEntry> entries, model::Sequence through) = 0;

    /// The greatest `through` of the runs; 0 for none.
    virtual model::Sequence through() const = 0;

    /// Number of entries in all runs.
    virtual std::uint64_t size() const = 0;

    /// All sequences of a fingerprint, newest first.
    virtual Result<std::vector<model::Sequence>> find(std::uint64_t fingerprint) const = 0;

    /// Visits every fingerprint, in no particular order: to build the filter that answers "never seen".
    virtual Result<void> scan(const std::function<void(std::span<const NameEntry>)>& visit) const = 0;

    /// Merges runs in the background so that `find` stays cheap; returns whether it did anything. One thread.
    virtual bool step() = 0;
};

}  // namespace tim::storage
