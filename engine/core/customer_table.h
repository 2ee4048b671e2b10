#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "engine/core/record.h"
#include "engine/core/reserved_memory.h"
#include "engine/core/touch.h"
#include "engine/model/quantity.h"

namespace tim::core {

inline constexpr std::size_t kRecordsPerBlock =
    1024;  ///< a block is what a checkpoint writes and a stripe owns
inline constexpr std::uint64_t kMaxCustomers = (std::uint64_t{1} << 28) - 1;  ///< of one program
/// Few, since a chunk of rows locks most of them anyway. (ThreadSanitizer follows 64 locks of a thread at
/// most, the sequencer and the index of keys among them.)
inline constexpr std::size_t kStripes = 32;
static_assert(kMaxCustomers <= model::kMaxCustomerId, "an id must fit a Subject");

/// The records of one program's customers, reached by index arithmetic from the dense id: one array that
/// grows in place, by small pages while there are few customers, then by huge ones. Slot 0, which is no
/// customer's, holds the program's anonymous sales.
///
/// Thread safety: `grow_to` by one thread at a time; `at`, `touch` and `count` by any. What a record holds
/// is guarded by its stripe, which is not this class's business.
class CustomerTable {
  public:
    CustomerTable();
    CustomerTable(const CustomerTable&) = delete;
    CustomerTable& operator=(const CustomerTable&) = delete;

    /// Number of ids given out: customers are 1 … count().
    std::uint64_t count() const { return count_.load(std::memory_order_acquire); }

    /// Makes room for ids up to `count`, and counts them. `count` ≤ kMaxCustomers.
    void grow_to(std::uint64_t count);

    /// The record of an id ≤ count(). It never moves.
    CustomerRecord& at(std::uint64_t id) { return records_[id]; }
    const CustomerRecord& at(std::uint64_t id) const { return records_[id]; }

    /// Adds a record's first line to what is touched; see touch.h.
    void touch(std::uint64_t id, TouchList& lines) const { lines.add(&at(id)); }

    /// Adds the rest of a record.
    void touch_rest(std::uint64_t id, TouchList& lines) const {
        lines.add(reinterpret_cast<const std::byte*>(&at(id)) + 64);
    }
    static_assert(sizeof(CustomerRecord) == 128);

    void recall(std::uint64_t id) const { core::recall(&at(id)); }

    /// Number of blocks that hold ids 0 … count().
    std::uint64_t blocks() const { return count() / kRecordsPerBlock + 1; }

    std::size_t bytes() const { return memory_.bytes(); }

  private:
    ReservedMemory memory_;
    CustomerRecord* const records_;  ///< where `memory_` begins
    std::atomic<std::uint64_t> count_{0};
};

}  // namespace tim::core
