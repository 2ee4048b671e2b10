#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "engine/core/digest_table.h"
#include "engine/core/name_filter.h"
#include "engine/model/quantity.h"

namespace tim::core {

/// What memory knows of a name.
struct NameCandidates {
    static constexpr std::size_t kMost = 8;
    model::Sequence sequences[kMost] = {};  ///< facts that the fingerprint leads to; compare the whole name
    std::uint8_t count = 0;
    bool maybe_on_disk = false;  ///< look into the store of names too

    bool empty() const { return count == 0 && !maybe_on_disk; }
    friend bool operator==(const NameCandidates&, const NameCandidates&) = default;
};

/// The names of the newest facts, in memory, and the filter that tells which others may be on disk. A name
/// leaves memory only when it is in the store of names and the table is full: `persisted(through)` moves both
/// borders.
///
/// Thread safety: under the engine's sequencer lock, except for `touch…` and where "any thread" is said.
class NameIndex {
  public:
    /// Almost every look-up finds nothing, and a table that doubles moves each name once on average: roomy
    /// while it grows.
    using Table = DigestTable<TableLoad{70, 100}>;

    explicit NameIndex(std::size_t names_in_memory) : names_in_memory_(names_in_memory) {}

    /// Adds what the look-ups below read to what is touched; see touch.h.
    void touch(std::uint64_t fingerprint, TouchList& lines) const {
        table_.touch(fingerprint, lines);
        filter_.touch(fingerprint, lines);
    }
    void touch_filter(std::uint64_t fingerprint, TouchList& lines) const {
        filter_.touch(fingerprint, lines);
    }

    void recall(std::uint64_t fingerprint) const { table_.recall(fingerprint); }

    bool is_in_memory(std::uint64_t fingerprint) const { return table_.contains(fingerprint); }

    /// Whether a name may have left memory. Any thread may ask. An answer "no" holds for as long as
    /// `persisted_through` is what it was before: until then no other name may leave.
    bool maybe_on_disk(std::uint64_t fingerprint) const { return filter_.may_contain(fingerprint); }

    NameCandidates find(std::uint64_t fingerprint) const {
        NameCandidates found;
        table_.find(fingerprint, [&](std::uint64_t payload) {
            found.sequences[found.count++] = {payload};
            return found.count == NameCandidates::kMost;
        });
        found.maybe_on_disk = filter_.may_contain(fingerprint);
        return found;
    }

    void insert(std::uint64_t fingerprint, model::Sequence sequence) {
        if (sequence.value > names_in_memory_) {
            leave_through_ = std::min(persisted_through().value, sequence.value - names_in_memory_);
        }
        table_.insert(
            fingerprint, sequence.value, [this](std::uint64_t payload) { return payload > leave_through_; },
            [this, sequence] { return room_for(sequence.value - leave_through_); });
    }

    /// As `insert`, in place of the entry that leads to `previous` when memory still has it: for state that
    /// moves on, so that a fingerprint has one entry however often its subject changes.
    void advance(std::uint64_t fingerprint, model::Sequence previous, model::Sequence sequence) {
        if (!table_.replace(fingerprint, previous.value, sequence.value)) insert(fingerprint, sequence);
    }

    /// A name that is in the store of names: the filter must know it before it may leave memory.
    void add_to_filter(std::uint64_t fingerprint) { filter_.add(fingerprint); }

    /// Every name up to this sequence is in the store of names, and in the filter.
    void persisted(model::Sequence through) {
        persisted_through_.store(through.value, std::memory_order_release);
    }
    /// Any thread may ask.
    model::Sequence persisted_through() const { return {persisted_through_.load(std::memory_order_acquire)}; }

    const Table& table() const { return table_; }
    std::size_t size() const { return table_.size(); }
    std::size_t bytes() const { return table_.bytes() + filter_.bytes(); }

  private:
    /// Twice as many as there are, but beyond the names that memory is for only a quarter more: each
    /// insertion then moves four entries on average, and a name takes less than 32 bytes.
    std::size_t room_for(std::size_t names) const {
        return std::min(names * 2, std::max(names, names_in_memory_) + names_in_memory_ / 4);
    }

    Table table_;
    NameFilter filter_;
    std::size_t names_in_memory_;
    std::atomic<std::uint64_t> persisted_through_{0};
    std::uint64_t leave_through_ = 0;  ///< names up to here may leave
};

}  // namespace tim::core
