#pragma once

#include <string>
#include <vector>

namespace tim::bench {

/// What a second of a run looked like.
struct Sample {
    double second = 0;  ///< since the measured part began, at the sample's end
    double ops_per_second = 0;
    double p50_us = 0;
    double p99_us = 0;
};

/// An SVG picture of a run: throughput above, latencies below, over time.
std::string svg_plot(const std::string& title, const std::vector<Sample>& samples);

}  // namespace tim::bench
