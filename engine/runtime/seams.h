#pragma once

#include <cstdint>
#include <span>

#include "engine/model/quantity.h"

namespace tim::runtime {

/// The wall clock, as a seam: tests and the simulation step it. Thread-safe.
class Clock {
  public:
    virtual ~Clock() = default;
    virtual model::Instant now() = 0;
};

/// Random bytes, as a seam: the simulation draws them from its seed. Thread-safe.
class Entropy {
  public:
    virtual ~Entropy() = default;
    virtual void fill(std::span<std::uint8_t> bytes) = 0;
};

/// The machine's clock.
class SystemClock final : public Clock {
  public:
    model::Instant now() override;
};

/// The operating system's generator.
class SystemEntropy final : public Entropy {
  public:
    void fill(std::span<std::uint8_t> bytes) override;
};

}  // namespace tim::runtime
