#pragma once

#include "engine/core/digest_table.h"
#include "engine/model/documents.h"
#include "engine/model/quantity.h"

namespace tim::core {

/// Finds a customer by the digest of a key. An entry holds the digest's 88 bits and the id's 40.
///
/// Thread safety: as DigestTable.
class KeyIndex {
  public:
    /// Almost every look-up finds its key: dense. 20 to 25 bytes a key.
    using Table = DigestTable<TableLoad{80, 25}>;

    std::size_t size() const { return table_.size(); }
    std::size_t bytes() const { return table_.bytes(); }

    /// Adds what a look-up reads to what is touched; see touch.h.
    void touch(const model::KeyDigest& digest, TouchList& lines) const { table_.touch(digest.high, lines); }

    void recall(const model::KeyDigest& digest) const { table_.recall(digest.high); }

    /// The customer who has the key; id 0 when nobody has.
    model::CustomerId find(const model::KeyDigest& digest) const {
        const model::CustomerId found = entry_of(digest);
        return found.value == kNobody ? model::CustomerId{} : found;
    }

    /// Gives the key to a customer; one that has it already keeps it.
    void insert(const model::KeyDigest& digest, model::CustomerId customer) {
        const model::CustomerId holder = entry_of(digest);
        if (holder == customer) return;
        if (holder.value == kNobody) {
            table_.replace(digest.high, payload_of(digest, holder), payload_of(digest, customer));
            return;
        }
        TIM_INVARIANT(holder.value == 0, "a key belongs to one customer");
        table_.insert(digest.high, payload_of(digest, customer));
    }

    /// Takes the key from a customer; nothing happens to one that is another's.
    void drop(const model::KeyDigest& digest, model::CustomerId customer) {
        table_.replace(digest.high, payload_of(digest, customer), payload_of(digest, {kNobody}));
    }

    /// Whether an entry of `table()` is of a key that was given up.
    static bool is_given_up(const DigestEntry& entry) {
        return (entry.payload & model::kMaxCustomerId) == kNobody;
    }
    /// To whom an entry of `table()` leads; 0: to nobody, any more.
    static std::uint64_t holder_of(const DigestEntry& entry) {
        const std::uint64_t holder = entry.payload & model::kMaxCustomerId;
        return holder == kNobody ? 0 : holder;
    }

    const Table& table() const { return table_; }
    /// Puts back an entry that `table()` gave, in recovery.
    void restore(const DigestEntry& entry) { table_.insert(entry.digest, entry.payload); }

  private:
    /// Stands for the customer of a key that was given up: an entry never leaves the table, since others were
    /// put behind it.
    static constexpr std::uint64_t kNobody = model::kMaxCustomerId;

    static std::uint64_t payload_of(const model::KeyDigest& digest, model::CustomerId customer) {
        return static_cast<std::uint64_t>(digest.low) << 40 | customer.value;
    }
    model::CustomerId entry_of(const model::KeyDigest& digest) const {
        model::CustomerId found{};
        table_.find(digest.high, [&](std::uint64_t payload) {
            if (payload >> 40 != digest.low) return false;
            found.value = payload & model::kMaxCustomerId;
            return true;
        });
        return found;
    }

    Table table_;
};

}  // namespace tim::core
