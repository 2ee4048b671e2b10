#pragma once

#include <chrono>
#include <cstdint>

namespace tim::server {

/// Milliseconds of the monotonic clock: for deadlines, never for business.
inline std::int64_t monotonic_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

}  // namespace tim::server
