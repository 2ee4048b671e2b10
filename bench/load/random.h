#pragma once

#include <cmath>
#include <cstdint>

namespace tim::bench {

/// SplitMix64 (Steele, Lea, Flood 2014): a stream of 64-bit numbers from a seed, the same on every machine.
class SplitMix64 {
  public:
    explicit SplitMix64(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() { return mix(state_ += 0x9E3779B97F4A7C15ULL); }

    /// Uniform in [0, bound), bound > 0 (Lemire's multiplication; its bias is below 2^-32 for our bounds).
    std::uint64_t below(std::uint64_t bound) {
        __extension__ using Wide = unsigned __int128;
        return static_cast<std::uint64_t>(static_cast<Wide>(next()) * bound >> 64);
    }

    /// Uniform in [0, 1).
    double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

    static std::uint64_t mix(std::uint64_t x) {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
        return x ^ (x >> 31);
    }

  private:
    std::uint64_t state_;
};

/// Ranks from 1 to n with probability in proportion to rank^-exponent, by rejection-inversion (Hörmann and
/// Derflinger 1996): no table, any exponent > 0 other than 1, a few logarithms a draw.
class ZipfRanks {
  public:
    ZipfRanks(std::uint64_t n, double exponent)
        : n_(static_cast<double>(n)),
          exponent_(exponent),
          low_(integral(1.5) - 1.0),
          high_(integral(n_ + 0.5)),
          shortcut_(2.0 - inverse(integral(2.5) - weight(2.0))) {}

    std::uint64_t draw(SplitMix64& random) const {
        while (true) {
            const double u = high_ + random.unit() * (low_ - high_);
            const double x = inverse(u);
            double rank = std::floor(x + 0.5);
            rank = rank < 1.0 ? 1.0 : rank > n_ ? n_ : rank;
            if (rank - x <= shortcut_ || u >= integral(rank + 0.5) - weight(rank))
                return static_cast<std::uint64_t>(rank);
        }
    }

  private:
    double weight(double x) const { return std::exp(-exponent_ * std::log(x)); }
    /// An antiderivative of `weight`.
    double integral(double x) const {
        return (std::exp((1.0 - exponent_) * std::log(x)) - 1.0) / (1.0 - exponent_);
    }
    double inverse(double y) const {
        return std::exp(std::log(1.0 + y * (1.0 - exponent_)) / (1.0 - exponent_));
    }

    double n_;
    double exponent_;
    double low_;
    double high_;
    double shortcut_;
};

}  // namespace tim::bench
