#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/core/invariant.h"
#include "engine/core/reserved_memory.h"
#include "engine/core/touch.h"

namespace tim::core {

struct DigestEntry {
    std::uint64_t digest = 0;
    std::uint64_t payload = 0;  ///< 0: the slot is free
};

/// How full a DigestTable may get, and how much it grows then. An unsuccessful look-up walks past
/// (1 + 1/(1−load)²)/2 slots, a successful one past (1 + 1/(1−load))/2.
struct TableLoad {
    std::size_t most_percent;  ///< of the slots that are used
    std::size_t grow_percent;  ///< by which a full table grows
};

/// An open-addressing multimap from 64-bit digests to 64-bit payloads, 16 bytes a slot: what stands under
/// both the index of keys and the index of names. Digests must be uniform (they are keyed hashes); a payload
/// is never 0.
///
/// One array that grows in place, a little with every insertion, so that none waits long. An entry's home is
/// its digest scaled to the capacity, rounded down to a cache line, so homes are in the order of digests and
/// most look-ups end in one line. When the table grows, the array
/// gets longer and the entries move to their new homes, the greatest digests first: a new home is never
/// before the old one, hence at any time the array is parted by one free slot, the separator:
///
///   slots below the separator: the entries whose digest is less than `frontier`, by their old homes
///   the separator:             free
///   slots above it:            all others, by their new homes
///
/// What moves at once are neighbours up to a free slot, which becomes the separator: no look-up of an entry
/// that stays behind passes it. Runs without a free slot are short: (ln n)·150 is rare at a load of 90
/// percent.
///
/// Thread safety: one writer at a time, and no reader beside it; only `touch` may run beside anything.
template <TableLoad kLoad>
class DigestTable {
  public:
    using Entry = DigestEntry;

    /// Parts of the digests' range that `visit_part` visits.
    static constexpr std::size_t kParts = 512;

    DigestTable() { memory_.grow_to(bytes_of(kFirstSlots)); }

    std::size_t size() const { return size_; }
    std::size_t bytes() const { return capacity() * sizeof(Entry); }

    /// Adds the line of a digest's home, and the one behind it, to what is touched; see touch.h.
    void touch(std::uint64_t digest, TouchList& lines) const {
        const Entry* const entry = home(digest);
        lines.add(entry);
        lines.add(entry + kEntriesPerLine);
    }

    /// See touch.h.
    void recall(std::uint64_t digest) const { core::recall(home(digest)); }

    /// Calls `visit(payload)` for every entry of the digest until it returns true; whether it did.
    template <class Visit>
    bool find(std::uint64_t digest, Visit&& visit) const {
        for (const Entry* line = home(digest);; line += kEntriesPerLine) {
            for (std::uint32_t hits = hits_in(line, digest); hits != 0; hits &= hits - 1) {
                if (visit(line[std::countr_zero(hits)].payload)) return true;
            }
            if (free_in(line) != 0) return false;
        }
    }

    /// Mostly asked of digests that are not there: that some slot of a line has the digest is improbable
    /// enough to be one branch, behind which `find` looks closer.
    bool contains(std::uint64_t digest) const {
        for (const Entry* line = home(digest);; line += kEntriesPerLine) {
            static_assert(kEntriesPerLine == 4);
            if ((line[0].digest == digest) | (line[1].digest == digest) | (line[2].digest == digest) |
                (line[3].digest == digest)) [[unlikely]]
                return find(digest, [](std::uint64_t) { return true; });
            if ((line[0].payload == 0) | (line[1].payload == 0) | (line[2].payload == 0) |
                (line[3].payload == 0))
                return false;
        }
    }

    /// Adds an entry. Entries for which `keep(payload)` is false leave while the table moves its entries;
    /// `room()` tells how many entries a full table is to have room for then.
    template <class Keep, class Room>
    void insert(std::uint64_t digest, std::uint64_t payload, Keep&& keep, Room&& room) {
        TIM_INVARIANT(payload != 0, "0 marks a free slot");
        if (moving()) {
            if (size_ % kInsertionsPerMove == 0) move(kInsertionsPerMove * kSlotsPerInsertion, keep);
        } else if ((size_ + 1) * 100 > capacity() * kLoad.most_percent) {
            begin_move(room(), keep);
        }
        Entry* slot = free_slot(digest);
        while (digest < frontier() && slot == memory() + separator_) {
            move(1, keep);
            slot = free_slot(digest);
        }
        put(slot, {digest, payload});
        ++size_;
    }

    void insert(std::uint64_t digest, std::uint64_t payload) {
        insert(
            digest, payload, [](std::uint64_t) { return true; }, [this] { return grown(size_); });
    }

    /// Changes the payload of the entry (digest, payload); whether there is such an entry.
    bool replace(std::uint64_t digest, std::uint64_t payload, std::uint64_t new_payload) {
        if (payload == 0) return false;
        for (Entry* entry = home(digest); entry->payload != 0; ++entry) {
            if (entry->digest != digest || entry->payload != payload) continue;
            entry->payload = new_payload;
            return true;
        }
        return false;
    }

    /// Calls `visit(entry)` for every entry of one part of the digests' range.
    template <class Visit>
    void visit_part(std::size_t part, Visit&& visit) const {
        const std::uint64_t first = static_cast<std::uint64_t>(part) * kPartDigests;
        const std::uint64_t last = first + (kPartDigests - 1);
        const std::uint64_t border = frontier();
        if (first < border) visit_range(first, std::min(last, border - 1), visit);
        if (last >= border) visit_range(std::max(first, border), last, visit);
    }

  private:
    static constexpr std::uint64_t kPartDigests = std::uint64_t{1} << 55;
    static_assert(kPartDigests * (kParts - 1) + (kPartDigests - 1) == UINT64_MAX);

    static constexpr std::size_t kEntriesPerLine = 64 / sizeof(Entry);
    static constexpr std::size_t kFirstSlots = 4096;
    /// Behind the last home, for the run that begins before it.
    static constexpr std::size_t kSlackSlots = 8192;
    /// How a move goes on: it is done before another 1/32 of the slots has filled.
    static constexpr std::size_t kSlotsPerInsertion = 32;
    static constexpr std::size_t kInsertionsPerMove = 8;
    static constexpr std::size_t kMostBytes = std::size_t{1} << 36;

    static constexpr std::size_t bytes_of(std::size_t capacity) {
        return (capacity + kSlackSlots) * sizeof(Entry);
    }
    static std::size_t grown(std::size_t entries) { return entries + entries * kLoad.grow_percent / 100; }
    static std::size_t lines_up(std::size_t slots) {
        return (slots + kEntriesPerLine - 1) / kEntriesPerLine * kEntriesPerLine;
    }
    static std::size_t scale(std::uint64_t digest, std::size_t capacity) {
        __extension__ using Wide = unsigned __int128;
        return static_cast<std::size_t>(static_cast<Wide>(digest) * capacity >> 64) & ~(kEntriesPerLine - 1);
    }
    /// The least digest whose home is `slot` or behind it; the greatest when no home is.
    static std::uint64_t least_digest(std::size_t slot, std::size_t capacity) {
        __extension__ using Wide = unsigned __int128;
        const std::size_t home = lines_up(slot);
        if (home >= capacity) return UINT64_MAX;
        return static_cast<std::uint64_t>(((static_cast<Wide>(home) << 64) + (capacity - 1)) / capacity);
    }

    Entry* memory() const { return reinterpret_cast<Entry*>(memory_.begin()); }
    std::size_t capacity() const { return capacity_.load(std::memory_order_relaxed); }
    std::size_t old_capacity() const { return old_capacity_.load(std::memory_order_relaxed); }
    std::uint64_t frontier() const { return frontier_.load(std::memory_order_relaxed); }
    bool moving() const { return separator_ != 0; }

    Entry* home(std::uint64_t digest) const {
        return memory() + scale(digest, digest < frontier() ? old_capacity() : capacity());
    }
    /// Bits of a line's entries, all four looked at before anything is decided: where a walk ends is chance,
    /// and a branch for every slot would be guessed wrongly once in every look-up. An entry never stands
    /// behind a free slot that its walk would have met.
    static std::uint32_t free_in(const Entry* line) {
        static_assert(kEntriesPerLine == 4);
        const auto bit = [line](std::uint32_t i) {
            return static_cast<std::uint32_t>(line[i].payload == 0) << i;
        };
        return bit(0) | bit(1) | bit(2) | bit(3);
    }
    static std::uint32_t hits_in(const Entry* line, std::uint64_t digest) {
        const auto bit = [line, digest](std::uint32_t i) {
            return (static_cast<std::uint32_t>(line[i].digest == digest) &
                    static_cast<std::uint32_t>(line[i].payload != 0))
                   << i;
        };
        return bit(0) | bit(1) | bit(2) | bit(3);
    }
    Entry* free_slot_from(Entry* line) const {
        std::uint32_t free = free_in(line);
        while (free == 0) {
            line += kEntriesPerLine;
            free = free_in(line);
        }
        return line + std::countr_zero(free);
    }
    Entry* free_slot(std::uint64_t digest) const { return free_slot_from(home(digest)); }
    void put(Entry* slot, const Entry& entry) {
        TIM_INVARIANT(slot + 1 < memory() + capacity() + kSlackSlots,
                      "digests are uniform: no run reaches the end of the slack");
        *slot = entry;
    }

    template <class Visit>
    void visit_range(std::uint64_t first, std::uint64_t last, Visit&& visit) const {
        const Entry* const last_home = home(last);
        for (const Entry* entry = home(first); entry <= last_home || entry->payload != 0; ++entry) {
            if (entry->payload != 0 && entry->digest >= first && entry->digest <= last) visit(*entry);
        }
    }

    template <class Keep>
    void begin_move(std::size_t room, Keep&& keep) {
        const std::size_t old = capacity();
        // An estimate that was too low shows in a table that is fuller than it should be.
        if (size_ * 100 > old * (kLoad.most_percent + 5)) room = grown(size_);
        const std::size_t longer = std::max(old, lines_up(room * 100 / kLoad.most_percent));
        memory_.grow_to(bytes_of(longer));
        separator_ = old;
        while (memory()[separator_].payload != 0)
            ++separator_;
        old_capacity_.store(old, std::memory_order_relaxed);
        capacity_.store(longer, std::memory_order_relaxed);
        do {
            move(1, keep);  // until the frontier is a digest
        } while (lines_up(separator_ + 1) >= old);
    }

    /// Moves at least so many slots below the separator, and on to the next free slot.
    template <class Keep>
    void move(std::size_t slots, Keep&& keep) {
        std::size_t begin = separator_ > slots ? separator_ - slots : 0;
        while (begin > 0 && memory()[begin - 1].payload != 0)
            --begin;
        moved_.assign(memory() + begin, memory() + separator_);
        std::fill(memory() + begin, memory() + separator_, Entry{});
        frontier_.store(least_digest(begin, old_capacity()), std::memory_order_relaxed);
        for (const Entry& entry : moved_) {
            if (entry.payload == 0) continue;
            if (!keep(entry.payload)) {
                --size_;
                continue;
            }
            put(free_slot_from(memory() + scale(entry.digest, capacity())), entry);
        }
        separator_ = begin == 0 ? 0 : begin - 1;
        if (separator_ == 0) frontier_.store(0, std::memory_order_relaxed);  // all have moved
    }

    ReservedMemory memory_{kMostBytes};
    std::atomic<std::size_t> capacity_{kFirstSlots};
    std::atomic<std::size_t> old_capacity_{kFirstSlots};
    std::atomic<std::uint64_t> frontier_{0};
    std::size_t separator_ = 0;  ///< 0: nothing moves
    std::size_t size_ = 0;
    std::vector<Entry> moved_;
};

}  // namespace tim::core
