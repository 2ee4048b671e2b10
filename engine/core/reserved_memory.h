#pragma once

#include <atomic>
#include <cstddef>

namespace tim::core {

/// Zeroed memory that grows in place: address space for the most that it may ever hold, of which a prefix can
/// be used. What is behind the prefix costs nothing. From 2 MiB on the kernel is asked for huge pages,
/// without which every random access waits for a walk through the page tables too.
///
/// Thread safety: `grow_to` by one thread at a time; `begin` never changes.
class ReservedMemory {
  public:
    /// Where address space is limited, a half, a quarter … is reserved instead; without any the process ends.
    explicit ReservedMemory(std::size_t most_bytes);
    ~ReservedMemory();
    ReservedMemory(const ReservedMemory&) = delete;
    ReservedMemory& operator=(const ReservedMemory&) = delete;

    /// Aligned to 2 MiB.
    std::byte* begin() const { return begin_; }
    /// How much can be used. Any thread may ask.
    std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

    /// At least so many bytes can be used afterwards; those that are new are zero.
    void grow_to(std::size_t bytes);

  private:
    std::byte* mapping_ = nullptr;
    std::byte* begin_ = nullptr;
    std::size_t most_bytes_ = 0;
    std::atomic<std::size_t> bytes_{0};
};

}  // namespace tim::core
