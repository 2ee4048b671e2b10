#pragma once

#include <absl/base/thread_annotations.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "storage/lmdb/environment.h"
#include "storage/mutex.h"
#include "storage/name_store.h"
#include "storage/run_codec.h"

namespace tim::storage::lmdb {

/// Runs of names in an LMDB environment of their own. Fingerprints are uniform, so a look-up guesses the page
/// of each run and reads two or three. Four runs of a level merge into one of the next: a name is written
/// log₄ of the number of runs times, and a look-up meets at most three runs of a level besides a merge's.
///
/// A merge writes its run in pieces, one transaction a step; only the last one lets it count, in place of
/// its sources. A crash before that leaves a run that never counts; opening gives it up.
class LmdbNameStore final : public NameStore {
  public:
    static Result<std::unique_ptr<LmdbNameStore>> open(const std::filesystem::path& folder,
                                                       std::uint64_t map_bytes);

    Result<void> add_run(std::span<const NameEntry> entries, model::Sequence through) override;
    model::Sequence through() const override { return {through_.load(std::memory_order_acquire)}; }
    std::uint64_t size() const override { return size_.load(std::memory_order_acquire); }
    Result<std::vector<model::Sequence>> find(std::uint64_t fingerprint) const override;
    Result<void> scan(const std::function<void(std::span<const NameEntry>)>& visit) const override;
    bool step() override;

  private:
    /// Where the next entry of a source stands.
    struct Source {
        RunRecord record;
        std::uint64_t next = 0;
    };
    struct Merge {
        std::vector<Source> sources;
        RunRecord target;
    };

    explicit LmdbNameStore(std::unique_ptr<Environment> environment) : environment_(std::move(environment)) {}

    Result<void> load();
    Result<std::vector<RunRecord>> records(MDB_txn* transaction) const;
    Result<void> read_page(MDB_txn* transaction, std::uint32_t run, std::uint64_t page, RunPage& into) const;
    Result<void> write_page(MDB_txn* transaction, std::uint32_t run, std::uint64_t page,
                            std::span<const NameEntry> entries) const;
    Result<void> put_record(MDB_txn* transaction, const RunRecord& record) const;
    Result<std::uint64_t> lower_bound_page(MDB_txn* transaction, const RunRecord& record,
                                           std::uint64_t fingerprint) const;
    Result<void> find_in(MDB_txn* transaction, const RunRecord& record, std::uint64_t fingerprint,
                         std::vector<model::Sequence>& found) const;

    /// One piece of work; whether there was any.
    Result<bool> work() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
    Result<bool> delete_piece(const RunRecord& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
    Result<bool> begin_merge(const std::vector<RunRecord>& runs) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
    Result<bool> merge_piece() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

    std::unique_ptr<Environment> environment_;
    MDB_dbi runs_ = 0;
    MDB_dbi pages_ = 0;
    std::atomic<std::uint64_t> through_{0};
    std::atomic<std::uint64_t> size_{0};
    Mutex mutex_;  // held by who writes
    std::uint32_t next_run_ ABSL_GUARDED_BY(mutex_) = 1;
    std::optional<Merge> merge_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tim::storage::lmdb
