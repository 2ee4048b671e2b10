#pragma once

#include <absl/container/inlined_vector.h>

#include <algorithm>
#include <cstdint>

#include "engine/model/quantity.h"

namespace tim::core {

/// How often something happened in each month in which it did: ascending by month.
class MonthCounts {
  public:
    struct Entry {
        std::uint16_t month = 0;
        std::uint16_t reserved = 0;
        std::uint32_t count = 0;

        friend bool operator==(const Entry&, const Entry&) = default;
    };
    using Entries = absl::InlinedVector<Entry, 1>;

    std::uint32_t of(model::Month month) const {
        const auto found = place(month);
        return found != entries_.end() && found->month == month.value ? found->count : 0;
    }
    void add(model::Month month) {
        auto found = entries_.begin() + (place(month) - entries_.begin());
        if (found == entries_.end() || found->month != month.value)
            found = entries_.insert(found, {month.value, 0, 0});
        ++found->count;
    }
    /// One less; the month has one.
    void remove(model::Month month) {
        const auto found = entries_.begin() + (place(month) - entries_.begin());
        if (--found->count == 0) entries_.erase(found);
    }
    const Entries& entries() const { return entries_; }
    void restore(Entry entry) { entries_.push_back(entry); }

  private:
    Entries::const_iterator place(model::Month month) const {
        return std::lower_bound(entries_.begin(), entries_.end(), month.value,
                                [](const Entry& entry, std::uint16_t value) { return entry.month < value; });
    }

    Entries entries_;
};

/// Mixes words into one, so that their order counts.
constexpr std::uint64_t mix_words(std::uint64_t sum, std::uint64_t word) {
    sum = (sum ^ word) * 0x9E3779B97F4A7C15u;
    return sum ^ sum >> 29;
}

}  // namespace tim::core
