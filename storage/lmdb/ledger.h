#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "storage/batch_codec.h"
#include "storage/ledger.h"
#include "storage/lmdb/environment.h"
#include "storage/lmdb/reserve.h"

namespace tim::storage::lmdb {

/// The ledger in an LMDB environment of its own. Key: a batch's first sequence; value: the batch
/// (batch_codec.h). An append is one transaction, synced.
class LmdbLedger final : public Ledger {
  public:
    /// Opens or makes the ledger in a folder that exists. The last batch is checked whole.
    static Result<std::unique_ptr<LmdbLedger>> open(const std::filesystem::path& folder,
                                                    std::uint64_t map_bytes, const ReserveOptions& reserve);

    Result<void> append(const Batch& batch) override;
    model::Sequence last() const override { return {last_.load(std::memory_order_acquire)}; }
    std::uint64_t reserved_bytes() const override;
    std::uint64_t bytes_for(std::size_t facts, std::size_t blob_bytes) const override;
    Result<StoredFact> fact_at(model::Sequence sequence) const override;
    Result<void> scan(model::Sequence from, const std::function<bool(const Batch&)>& visit) const override;
    bool step() override { return reserve_->step(); }

  private:
    explicit LmdbLedger(std::unique_ptr<Environment> environment) : environment_(std::move(environment)) {}

    std::uint64_t pages_for(std::uint64_t value_bytes) const;
    Result<void> load_last();
    Result<BatchView> view_at(const MDB_val& key, const MDB_val& value) const;
    Result<BatchView> seek(const Cursor& cursor, model::Sequence sequence) const;

    std::unique_ptr<Environment> environment_;
    std::unique_ptr<Reserve> reserve_;
    MDB_dbi table_ = 0;
    std::atomic<std::uint64_t> last_{0};
    // Of the thread that appends:
    std::uint64_t last_checksum_ = 0;
    bool broken_ = false;
};

}  // namespace tim::storage::lmdb
