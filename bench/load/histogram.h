#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace tim::bench {

/// Counts of durations in a log-linear table (after HdrHistogram): exact up to 255, above that within 1/128.
/// Recording costs a few instructions and allocates nothing. One thread.
class Histogram {
  public:
    Histogram() : counts_(kBuckets) {}

    void record(std::uint64_t value, std::uint64_t times = 1) {
        counts_[bucket_of(value)] += times;
        count_ += times;
        if (value > max_) max_ = value;
    }

    std::uint64_t count() const { return count_; }
    std::uint64_t max() const { return max_; }

    /// The least value that at least this share of the records does not exceed, as the upper end of its
    /// bucket; `quantile` in (0, 1]. 0 when there is no record.
    std::uint64_t at_quantile(double quantile) const;

    void merge(const Histogram& other);
    void clear();

  private:
    static constexpr int kSubBits = 7;  // 128 buckets for each power of two
    static constexpr std::uint64_t kSub = std::uint64_t{1} << kSubBits;
    static constexpr std::size_t kBuckets = (64 - kSubBits + 1) * kSub;

    static std::size_t bucket_of(std::uint64_t value) {
        if (value < 2 * kSub) return static_cast<std::size_t>(value);
        const int shift = static_cast<int>(std::bit_width(value)) - kSubBits - 1;
        return static_cast<std::size_t>(static_cast<std::uint64_t>(shift) * kSub + (value >> shift));
    }
    static std::uint64_t upper_end(std::size_t bucket);

    std::vector<std::uint64_t> counts_;
    std::uint64_t count_ = 0;
    std::uint64_t max_ = 0;
};

}  // namespace tim::bench
