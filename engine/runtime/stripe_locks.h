#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <mutex>

#include "engine/core/state.h"

namespace tim::runtime {

/// Set of stripes, a bit each.
using StripeMask = std::uint64_t;
static_assert(core::kStripes < 64);

inline constexpr StripeMask kAllStripes = (StripeMask{1} << core::kStripes) - 1;

inline StripeMask stripe_bit(model::CustomerId customer) {
    return StripeMask{1} << core::stripe_of(customer);
}

/// The locks of the stripes. A record, and the open holds of its customer, are read and written under its
/// stripe.
class StripeLocks {
  public:
    /// Holds a set of stripes, locked in ascending order, so that no two sets can wait for one another.
    class Guard {
      public:
        // The set is only known at run time: clang's thread-safety analysis could not follow it.
        Guard(StripeLocks& locks, StripeMask mask) : locks_(locks), mask_(mask) {
            for (StripeMask rest = mask_; rest != 0; rest &= rest - 1)
                locks_.slots_[index(rest)].mutex.lock();
        }
        ~Guard() {
            for (StripeMask rest = mask_; rest != 0; rest &= rest - 1)
                locks_.slots_[index(rest)].mutex.unlock();
        }
        Guard(const Guard&) = delete;
        Guard& operator=(const Guard&) = delete;

      private:
        static std::size_t index(StripeMask rest) { return static_cast<std::size_t>(std::countr_zero(rest)); }

        StripeLocks& locks_;
        StripeMask mask_;
    };

  private:
    struct alignas(64) Slot {
        std::mutex mutex;
    };
    std::array<Slot, core::kStripes> slots_;
};

}  // namespace tim::runtime
