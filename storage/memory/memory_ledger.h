#pragma once

#include <absl/base/thread_annotations.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "storage/batch_codec.h"
#include "storage/ledger.h"
#include "storage/mutex.h"

namespace tim::storage {

/// What goes wrong with a MemoryLedger. Appends are counted from 1 over the ledger's life; 0 is "never".
struct LedgerFaults {
    std::uint64_t lose_append = 0;   ///< this append fails, and nothing of it survives a crash
    std::uint64_t doubt_append = 0;  ///< this append fails, and yet its batch stands there after a crash
    std::uint64_t capacity_bytes = UINT64_MAX;  ///< space for batches in their encoded form
    std::function<void()> meanwhile;            ///< called while an append is under way, before it is durable
};

/// The ledger without a disk: the same bytes through the same codec, the same contract, and faults on demand.
class MemoryLedger final : public Ledger {
  public:
    explicit MemoryLedger(const LedgerFaults& faults) : meanwhile_(faults.meanwhile), faults_(faults) {}

    Result<void> append(const Batch& batch) override;
    model::Sequence last() const override;
    std::uint64_t reserved_bytes() const override;
    std::uint64_t bytes_for(std::size_t facts, std::size_t blob_bytes) const override;
    Result<StoredFact> fact_at(model::Sequence sequence) const override;
    Result<void> scan(model::Sequence from, const std::function<bool(const Batch&)>& visit) const override;
    bool step() override { return false; }

    /// What a crash at this moment leaves behind.
    std::unique_ptr<MemoryLedger> after_crash(const LedgerFaults& faults) const;

    /// Space came, or went.
    void set_capacity_bytes(std::uint64_t bytes);

    /// Flips the bits of `mask` in byte `offset` of the encoded batch that holds a sequence, if there is such
    /// a byte; whether there is.
    bool damage(model::Sequence sequence, std::uint64_t offset, std::byte mask);

  private:
    // Eight bytes aligned, like LMDB's large values; shared, so that a visitor can keep what it reads.
    struct Stored {
        model::Sequence first{};
        std::uint64_t bytes = 0;
        std::shared_ptr<const std::vector<std::uint64_t>> words;
        BytesView view() const { return std::as_bytes(std::span(*words)).first(bytes); }
    };

    std::size_t index_of(model::Sequence sequence) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);

    const std::function<void()> meanwhile_;
    mutable Mutex mutex_;
    LedgerFaults faults_ ABSL_GUARDED_BY(mutex_);
    std::vector<Stored> batches_ ABSL_GUARDED_BY(mutex_);
    std::vector<Stored> doubtful_ ABSL_GUARDED_BY(mutex_);  // not to be seen before a crash
    std::uint64_t appends_ ABSL_GUARDED_BY(mutex_) = 0;
    std::uint64_t used_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
    std::uint64_t last_ ABSL_GUARDED_BY(mutex_) = 0;
    std::uint64_t last_checksum_ ABSL_GUARDED_BY(mutex_) = 0;
    bool broken_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace tim::storage
