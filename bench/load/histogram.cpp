#include "bench/load/histogram.h"

#include <algorithm>
#include <cmath>

namespace tim::bench {

std::uint64_t Histogram::upper_end(std::size_t bucket) {
    if (bucket < 2 * kSub) return bucket;
    const std::uint64_t shift = bucket / kSub - 1;
    const std::uint64_t mantissa = bucket - shift * kSub;
    return ((mantissa + 1) << shift) - 1;
}

std::uint64_t Histogram::at_quantile(double quantile) const {
    if (count_ == 0) return 0;
    const auto wanted = std::clamp<std::uint64_t>(
        static_cast<std::uint64_t>(std::ceil(quantile * static_cast<double>(count_))), 1, count_);
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        seen += counts_[i];
        if (seen >= wanted) return std::min(upper_end(i), max_);
    }
    return max_;
}

void Histogram::merge(const Histogram& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i)
        counts_[i] += other.counts_[i];
    count_ += other.count_;
    max_ = std::max(max_, other.max_);
}

void Histogram::clear() {
    std::fill(counts_.begin(), counts_.end(), 0);
    count_ = 0;
    max_ = 0;
}

}  // namespace tim::bench
