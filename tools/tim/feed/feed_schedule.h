#pragma once

#include <absl/container/flat_hash_map.h>

#include <array>
#include <cstdint>
#include <deque>
#include <vector>

namespace tim::cli {

/// Decides which rows of a feed may be under way at once. Rows that depend on each other (of one customer, of
/// one receipt, a return and its sale) go one after the other, each only when the one before it has its final
/// answer; all others go together. So the order in which related rows take effect is the file's, whatever
/// the number of connections, also when the server refuses a row for a moment or goes away with rows
/// unanswered.
///
/// Rows stand in a window of bounded size and leave it in the order of the file. A row is known by its
/// ordinal, from 0. One thread.
class FeedSchedule {
  public:
    /// What a row depends on, as digests; 0 is "nothing". Two things that share a digest only wait for each
    /// other.
    using Subjects = std::array<std::uint64_t, 3>;

    explicit FeedSchedule(std::size_t capacity) : slots_(capacity) {}

    bool full() const { return end_ - begin_ == slots_.size(); }
    bool empty() const { return end_ == begin_; }

    /// Takes the next row of the file. Not when full.
    std::uint64_t add(const Subjects& subjects);

    /// The same for a row that needs no sending: it only keeps its place.
    std::uint64_t add_complete();

    bool has_ready() const { return !ready_.empty(); }
    std::size_t ready_count() const { return ready_.size(); }

    /// A row that may be sent now. Only when `has_ready`.
    std::uint64_t take_ready();

    /// The row was taken, but has no final answer: it is to be sent again, before all others.
    void put_back(std::uint64_t ordinal) { ready_.push_front(ordinal); }

    /// The row has its final answer; rows that waited for it become ready.
    void complete(std::uint64_t ordinal);

    /// Whether the oldest row of the window is complete; `retire` then lets it go and returns its ordinal.
    bool can_retire() const { return !empty() && slots_[begin_ % slots_.size()].complete; }
    std::uint64_t retire() { return begin_++; }

  private:
    static constexpr std::uint64_t kNone = ~std::uint64_t{0};

    struct Slot {
        Subjects subjects{};
        std::array<std::uint64_t, 3> next{};  // by subject: the row that waits for this one
        std::uint8_t waits_for = 0;
        bool complete = false;
    };

    Slot& slot(std::uint64_t ordinal) { return slots_[ordinal % slots_.size()]; }

    std::vector<Slot> slots_;
    std::uint64_t begin_ = 0;
    std::uint64_t end_ = 0;
    std::deque<std::uint64_t> ready_;
    absl::flat_hash_map<std::uint64_t, std::uint64_t> last_;  // by subject: its last row that is not complete
};

}  // namespace tim::cli
