#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "engine/core/invariant.h"

namespace tim::core {

struct DigestEntry {
    std::uint64_t digest = 0;
    std::uint64_t payload = 0;  ///< 0: the slot is free
};

/// How full a DigestTable may get, and how much its shards grow then. An unsuccessful look-up walks past
/// (1 + 1/(1−load)²)/2 slots, a successful one past (1 + 1/(1−load))/2.
struct TableLoad {
    std::size_t most_percent;  ///< of a shard's slots that are used
    std::size_t grow_percent;  ///< by which a full shard grows
};

/// An open-addressing multimap from 64-bit digests to 64-bit payloads, 16 bytes a slot: what stands under
/// both the index of keys and the index of names. Digests must be uniform (they are keyed hashes); a payload
/// is never 0.
///
/// Split into shards that grow one at a time, so that no insertion waits long.
///
/// Thread safety: one writer at a time, and no reader beside it; only `prefetch` may run beside anything.
template <TableLoad kLoad>
class DigestTable {
  public:
    using Entry = DigestEntry;

    static constexpr std::size_t kShards = 512;

    std::size_t size() const { return size_; }

    void prefetch(std::uint64_t digest) const {
        const Shard& shard = shards_[shard_of(digest)];
        const Entry* const entries = shard.entries.load(std::memory_order_relaxed);
        if (entries != nullptr)
            __builtin_prefetch(entries + slot_of(digest, shard.capacity.load(std::memory_order_relaxed)));
    }

    /// Calls `visit(payload)` for every entry of the digest until it returns true; whether it did.
    template <class Visit>
    bool find(std::uint64_t digest, Visit&& visit) const {
        const Shard& shard = shards_[shard_of(digest)];
        const std::size_t capacity = shard.capacity.load(std::memory_order_relaxed);
        if (capacity == 0) return false;
        const Entry* const entries = shard.entries.load(std::memory_order_relaxed);
        for (std::size_t slot = slot_of(digest, capacity);; slot = slot + 1 == capacity ? 0 : slot + 1) {
            if (entries[slot].payload == 0) return false;
            if (entries[slot].digest == digest && visit(entries[slot].payload)) return true;
        }
    }

    /// Adds an entry. `keep(payload)` is asked of the shard's entries when the shard is full: those it
    /// answers false for leave through `leave(entry)` before the shard grows.
    template <class Keep, class Leave>
    void insert(std::uint64_t digest, std::uint64_t payload, Keep&& keep, Leave&& leave) {
        TIM_INVARIANT(payload != 0, "0 marks a free slot");
        Shard& shard = shards_[shard_of(digest)];
        if ((shard.used + 1) * 100 > shard.capacity.load(std::memory_order_relaxed) * kLoad.most_percent)
            rebuild(shard, keep, leave);
        place(shard, {digest, payload});
        ++size_;
    }

    void insert(std::uint64_t digest, std::uint64_t payload) {
        insert(
            digest, payload, [](std::uint64_t) { return true; }, [](const Entry&) {});
    }

    /// Changes the payload of the entry (digest, payload); whether there is such an entry.
    bool replace(std::uint64_t digest, std::uint64_t payload, std::uint64_t new_payload) {
        Shard& shard = shards_[shard_of(digest)];
        const std::size_t capacity = shard.capacity.load(std::memory_order_relaxed);
        if (capacity == 0 || payload == 0) return false;
        Entry* const entries = shard.memory.get();
        for (std::size_t slot = slot_of(digest, capacity);; slot = slot + 1 == capacity ? 0 : slot + 1) {
            if (entries[slot].payload == 0) return false;
            if (entries[slot].digest == digest && entries[slot].payload == payload) {
                entries[slot].payload = new_payload;
                return true;
            }
        }
    }

    /// Calls `visit(entry)` for every entry of one shard.
    template <class Visit>
    void visit_shard(std::size_t index, Visit&& visit) const {
        const Shard& shard = shards_[index];
        const Entry* const entries = shard.entries.load(std::memory_order_relaxed);
        for (std::size_t slot = 0, end = shard.capacity.load(std::memory_order_relaxed); slot < end; ++slot) {
            if (entries[slot].payload != 0) visit(entries[slot]);
        }
    }

    std::size_t bytes() const {
        std::size_t slots = 0;
        for (const Shard& shard : shards_)
            slots += shard.capacity.load(std::memory_order_relaxed);
        return slots * sizeof(Entry);
    }

  private:
    struct Shard {
        std::atomic<Entry*> entries{nullptr};
        std::atomic<std::size_t> capacity{0};
        std::size_t used = 0;
        std::unique_ptr<Entry[]> memory;
    };

    static std::size_t shard_of(std::uint64_t digest) { return digest >> 55; }
    static_assert(kShards == std::size_t{1} << (64 - 55));

    static std::size_t slot_of(std::uint64_t digest, std::size_t capacity) {
        __extension__ using Wide = unsigned __int128;
        return static_cast<std::size_t>(static_cast<Wide>(digest << 9) * capacity >> 64);
    }

    static void place(Shard& shard, const Entry& entry) {
        const std::size_t capacity = shard.capacity.load(std::memory_order_relaxed);
        Entry* const entries = shard.memory.get();
        std::size_t slot = slot_of(entry.digest, capacity);
        while (entries[slot].payload != 0)
            slot = slot + 1 == capacity ? 0 : slot + 1;
        entries[slot] = entry;
        ++shard.used;
    }

    template <class Keep, class Leave>
    void rebuild(Shard& shard, Keep&& keep, Leave&& leave) {
        const std::size_t old_capacity = shard.capacity.load(std::memory_order_relaxed);
        const std::unique_ptr<Entry[]> old = std::move(shard.memory);
        std::size_t kept = 0;
        for (std::size_t slot = 0; slot < old_capacity; ++slot) {
            if (old[slot].payload != 0 && keep(old[slot].payload)) ++kept;
        }
        // Grow, unless enough has left to make room for as long again.
        const std::size_t least = kept * (100 + kLoad.grow_percent) / kLoad.most_percent + 8;
        const std::size_t capacity =
            std::max(least, old_capacity == 0 ? least : std::min(old_capacity, least * 2));
        shard.memory = std::make_unique<Entry[]>(capacity);
        shard.entries.store(shard.memory.get(), std::memory_order_relaxed);
        shard.capacity.store(capacity, std::memory_order_relaxed);
        size_ -= shard.used;
        shard.used = 0;
        for (std::size_t slot = 0; slot < old_capacity; ++slot) {
            if (old[slot].payload == 0) continue;
            if (keep(old[slot].payload)) {
                place(shard, old[slot]);
            } else {
                leave(old[slot]);
            }
        }
        size_ += shard.used;
    }

    std::array<Shard, kShards> shards_;
    std::size_t size_ = 0;
};

}  // namespace tim::core
