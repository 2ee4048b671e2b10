#pragma once

#include <fmt/format.h>
#include <cstdint>
#include <string>

#include "engine/model/quantity.h"

namespace tim::demo {

/// The morning that the tills live through.
struct Morning {
    std::string program;
    std::string run;  ///< begins every receipt number, so that two runs on one server do not meet
    std::uint64_t customers = 0;
    std::uint64_t rows_per_till = 0;
    std::size_t rows_in_flight = 8;  ///< a till's unanswered rows
    model::Instant opens{};
    std::int64_t length_ms = 0;
};

/// The phone of the demo's customer of this number.
inline std::string phone_of(std::uint64_t customer) {
    return fmt::format("+8490{:07}", customer);
}

/// A generator of one's own per till: the same seed, the same morning (SplitMix64).
class Dice {
  public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
    std::uint64_t below(std::uint64_t bound) { return next() % bound; }

  private:
    std::uint64_t state_;
};

}  // namespace tim::demo
