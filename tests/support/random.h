#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace tim::tests {

/// Numbers that a test draws from its seed: the same on every platform and library (SplitMix64).
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31);
    }

  private:
    std::uint64_t state_;
};

/// Where a generator takes its decisions from: a seed without end, or a finite list of numbers that
/// RapidCheck made and can shrink.
class Choices {
  public:
    explicit Choices(std::uint64_t seed) : random_(seed), endless_(true) {}
    explicit Choices(std::span<const std::uint32_t> numbers) : random_(0), numbers_(numbers) {}

    bool exhausted() const { return !endless_ && next_ >= numbers_.size(); }

    /// A number in [0, bound); 0 when the list has run out.
    std::uint64_t below(std::uint64_t bound) {
        if (endless_) return random_.next() % bound;
        if (exhausted()) return 0;
        return numbers_[next_++] % bound;
    }

    /// A number in [low, high].
    std::int64_t between(std::int64_t low, std::int64_t high) {
        return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
    }

    /// True `percent` times in a hundred.
    bool chance(std::uint64_t percent) { return below(100) < percent; }

  private:
    Random random_;
    std::span<const std::uint32_t> numbers_;
    std::size_t next_ = 0;
    bool endless_ = false;
};

}  // namespace tim::tests
