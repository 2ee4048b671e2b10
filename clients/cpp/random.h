#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "engine/model/name.h"

namespace tim::client {

/// Where nonces, request ids and the jitter of back-off come from: a seam, so that tests and the simulation
/// draw them from a seed. Implementations are thread-safe.
class Random {
  public:
    virtual ~Random() = default;
    virtual void fill(std::span<std::uint8_t> bytes) = 0;
};

/// The operating system's generator. Lives as long as the process.
Random& system_random();

/// A fresh request id: 16 random bytes, never all zero.
model::Name make_request_id(Random& random = system_random());

/// A number in [0, bound), bound > 0; the small bias of the remainder does no harm where this is used.
std::uint64_t random_below(Random& random, std::uint64_t bound);

}  // namespace tim::client
