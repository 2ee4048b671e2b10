#pragma once

#include <atomic>
#include <cstdint>

namespace tim::runtime {

/// Counts for `stats`, read by any thread.
struct Counters {
    std::atomic<std::uint64_t> accepted{0};  ///< written under the sequencer lock
    std::atomic<std::uint64_t> duplicates{0};
    std::atomic<std::uint64_t> refused{0};
    std::atomic<std::uint64_t> reads{0};
    std::atomic<std::uint64_t> commits{0};
    std::atomic<std::uint64_t> committed_facts{0};
    std::atomic<std::uint64_t> checkpoints{0};
    std::atomic<std::uint64_t> checkpoint_failures{0};
    std::atomic<std::uint64_t> plans{0};
};

/// Counts one more where a lock keeps other writers out: no bus is locked for it.
inline void count(std::atomic<std::uint64_t>& counter) {
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

}  // namespace tim::runtime
