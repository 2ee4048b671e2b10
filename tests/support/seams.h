#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <span>

#include "engine/runtime/seams.h"
#include "tests/support/random.h"

namespace tim::tests {

inline constexpr std::int64_t kSecondMs = 1'000;
inline constexpr std::int64_t kMinuteMs = 60 * kSecondMs;
inline constexpr std::int64_t kHourMs = 60 * kMinuteMs;
inline constexpr std::int64_t kDayMs = 24 * kHourMs;

/// 2024-01-15T03:00:00Z, a Monday: where tests begin unless they say otherwise.
inline constexpr model::Instant kMonday{1'705'287'600'000};

/// A clock that stands still until a test moves it. Thread-safe.
class ManualClock final : public runtime::Clock {
  public:
    explicit ManualClock(model::Instant start = kMonday) : now_ms_(start.value) {}

    model::Instant now() override { return {now_ms_.load()}; }
    void set(model::Instant now) { now_ms_ = now.value; }
    void advance(std::int64_t by_ms) { now_ms_ += by_ms; }

  private:
    std::atomic<std::int64_t> now_ms_;
};

/// "Random" bytes drawn from a seed. Thread-safe.
class SeededEntropy final : public runtime::Entropy {
  public:
    explicit SeededEntropy(std::uint64_t seed) : random_(seed) {}

    void fill(std::span<std::uint8_t> bytes) override {
        const std::lock_guard lock(mutex_);
        for (auto& byte : bytes)
            byte = static_cast<std::uint8_t>(random_.next() >> 32);
    }

  private:
    std::mutex mutex_;
    Random random_;
};

}  // namespace tim::tests
