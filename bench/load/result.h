#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/load/histogram.h"
#include "bench/load/plot.h"
#include "engine/model/refusal.h"

namespace tim::bench {

/// What the server acknowledged to this client over a whole run, warm-up included: its sums must be found
/// again in what the server holds.
struct Acknowledged {
    std::uint64_t operations = 0;
    std::int64_t spend_minor = 0;  ///< sum of the sales' amounts
    std::int64_t points = 0;       ///< earned less taken
    std::uint64_t duplicates = 0;  ///< answers that say "carried out before": of a run's fresh names, none
};

/// Sums over all customers of the program.
struct Totals {
    std::uint64_t customers = 0;
    std::int64_t spend_minor = 0;
    std::int64_t points = 0;
};

/// What a run found.
struct RunResult {
    Histogram latency_ns;          ///< of messages, in the measured part
    std::uint64_t operations = 0;  ///< rows carried out or read in the measured part
    double measured_s = 0;
    Acknowledged acknowledged;
    std::uint64_t refused = 0;
    std::array<std::uint64_t, 256> refused_by_code{};
    std::uint64_t not_sent = 0;  ///< open loop: messages that were due when the run ended
    std::vector<Sample> samples;
    double round_trip_before_ns = 0;
    double round_trip_after_ns = 0;

    double ops_per_second() const {
        return measured_s > 0 ? static_cast<double>(operations) / measured_s : 0;
    }
};

}  // namespace tim::bench
