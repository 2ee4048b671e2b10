#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "engine/model/command.h"
#include "engine/model/refusal.h"

namespace tim::demo {

/// What came of the rows of one thread.
struct Tally {
    std::uint64_t sales = 0;
    std::uint64_t anonymous = 0;  ///< of the sales
    std::uint64_t returns = 0;
    std::uint64_t voids = 0;
    std::uint64_t repeats = 0;  ///< posted a second time on purpose, and answered with the first answer
    std::uint64_t quotes = 0;
    std::uint64_t holds = 0;
    std::uint64_t captures = 0;
    std::uint64_t releases = 0;
    std::int64_t points = 0;    ///< earned less taken, as answered
    std::int64_t redeemed = 0;  ///< points taken at the checkout
    std::map<model::Refusal, std::uint64_t> refusals;
    std::vector<std::uint32_t> latencies_us;

    std::uint64_t answered() const { return latencies_us.size(); }
    void add(const Tally& other);
};

/// The latency that `per_mille` of a thousand do not exceed; 0 when there are none. Sorts.
std::uint32_t percentile_us(std::vector<std::uint32_t>& latencies_us, std::uint32_t per_mille);

}  // namespace tim::demo
