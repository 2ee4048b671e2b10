#pragma once

#include <absl/base/thread_annotations.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "engine/model/result.h"
#include "storage/files/file.h"
#include "storage/mutex.h"

namespace tim::storage::lmdb {

using model::Result;

struct ReserveOptions {
    std::uint64_t first_bytes = std::uint64_t{32} << 20;  ///< kept ahead of a small file
    std::uint64_t most_bytes = std::uint64_t{256} << 20;  ///< kept ahead of a large one
    std::uint64_t piece_bytes = std::uint64_t{1} << 20;   ///< written by one step
};

/// Space that is written with zeros ahead of LMDB's pages, so that a commit changes no metadata of the file
/// system, and so that a full disk shows before anything depends on it.
///
/// How this shares the file with LMDB: LMDB writes pages below its high-water mark only, and raises the mark
/// by what one append takes. An append first makes sure (`ensure`) that the most it may take lies below the
/// *frontier*; zeros are written from the frontier upwards only, and the frontier is raised after they are on
/// the disk. So no page is ever written by both. The zeros are written through a file descriptor of their
/// own: an error that the kernel reports once for each open file is not taken away from LMDB.
///
/// `ensure`, `replenish` and `set_used_pages` belong to the thread that appends, `step` to any one other, the
/// rest to all.
class Reserve {
  public:
    /// `used_pages` and `map_bytes` as LMDB tells. Writes the first zeros; a full disk is no error here.
    static Result<std::unique_ptr<Reserve>> open(const std::filesystem::path& data_file,
                                                 const ReserveOptions& options, std::uint64_t page_bytes,
                                                 std::uint64_t map_bytes, std::uint64_t used_pages);

    /// Makes sure that `pages` above the high-water mark are reserved; `full` when they cannot be.
    Result<void> ensure(std::uint64_t pages);

    /// After an append of `pages`: writes more ahead than it took when less than half of what should be ahead
    /// is left, so that steps that fall behind slow appends down instead of running the reserve dry.
    void replenish(std::uint64_t pages);

    /// Takes note of LMDB's high-water mark. The mark above the frontier would mean that the bound of an
    /// append's pages is wrong, and pages may be lost: the process stops.
    void set_used_pages(std::uint64_t pages);

    /// Pages above the high-water mark that are reserved.
    std::uint64_t free_pages() const;

    /// Writes a piece of zeros when fewer are ahead than should be; whether it did.
    bool step();

  private:
    Reserve(File file, const ReserveOptions& options, std::uint64_t page_bytes, std::uint64_t map_pages);
    Result<void> extend_to(std::uint64_t page) ABSL_LOCKS_EXCLUDED(mutex_);
    std::uint64_t wanted_pages() const;

    const File file_;
    const ReserveOptions options_;
    const std::uint64_t page_bytes_;
    const std::uint64_t map_pages_;
    std::atomic<std::uint64_t> used_{0};
    std::atomic<std::uint64_t> frontier_{0};  // raised under mutex_ only
    Mutex mutex_;                             // held while zeros are written
};

}  // namespace tim::storage::lmdb
