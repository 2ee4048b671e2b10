#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "clients/cpp/queue.h"
#include "engine/model/command.h"

namespace tim::client {

/// The rows between a queue's acknowledged position and what was read of it: which may go out now, which are
/// on their way, which are answered. Knows no thread and no network. Not thread-safe.
class PostingWindow {
  public:
    struct Answer {
        model::Outcome outcome;
        std::string rejected_as;  ///< empty: it counts
        std::string reason;
    };
    struct Done {
        QueuedEntry entry;
        Answer answer;
    };
    explicit PostingWindow(std::uint64_t first_index) : first_index_(first_index) {}

    std::size_t size() const { return slots_.size(); }
    /// Index of the row after the last one here.
    std::uint64_t end() const { return first_index_ + slots_.size(); }
    void push(QueuedEntry entry);

    /// The next rows that may go out in one request, marked as under way; empty when all wait for answers.
    /// They are of one program, and either enrolments or other commands.
    std::vector<std::uint64_t> next_batch(std::size_t max_rows);

    const QueuedEntry& entry(std::uint64_t index) const { return slots_[place(index)].entry; }
    /// The row has its answer.
    void answer(std::uint64_t index, Answer answer);
    /// The row has none and is to go out again; `alone`: in a batch of its own.
    void put_back(std::uint64_t index, bool alone);

    /// The oldest row when it is answered.
    std::optional<Done> pop_done();

  private:
    enum class Phase : std::uint8_t { waiting, under_way, done };
    struct Slot {
        QueuedEntry entry;
        Phase phase = Phase::waiting;
        bool alone = false;
        std::vector<std::string> subjects;  ///< what it may not share with a row under way; none: anything
        Answer answer;
    };

    std::size_t place(std::uint64_t index) const { return static_cast<std::size_t>(index - first_index_); }
    bool may_go(const Slot& slot) const;
    void leave(Slot& slot);

    std::uint64_t first_index_;
    std::deque<Slot> slots_;
    std::unordered_set<std::string> subjects_under_way_;
    std::size_t under_way_ = 0;
    bool barrier_under_way_ = false;
};

}  // namespace tim::client
