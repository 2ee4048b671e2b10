#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/core/customer_table.h"
#include "engine/core/digest_table.h"
#include "engine/core/hold_book.h"
#include "engine/core/state.h"
#include "engine/model/documents.h"
#include "engine/model/result.h"

namespace tim::runtime {

// The bytes of a checkpoint's blocks (storage/FORMAT.md, Checkpoint). Every block begins with its format's
// number; a reader refuses one that it does not know. Little-endian.

/// The block that makes the others a checkpoint.
struct CheckpointMeta {
    model::Sequence through{};       ///< every fact up to here is in the blocks; replay begins behind it
    std::uint64_t secret_check = 0;  ///< digest of the engine's secret: blocks of other data do not fit
};

/// A customer's open hold in a block.
struct SavedHold {
    std::uint64_t customer = 0;
    core::OpenHold hold;
};

/// A customer's points with dates in a block.
struct SavedLot {
    std::uint64_t customer = 0;
    core::Lot lot;
};

/// How often a campaign has taken effect for a customer.
struct SavedUse {
    std::uint64_t customer = 0;
    std::uint32_t campaign = 0;
    std::uint32_t uses = 0;
};

/// A VIP's wallet in a block.
struct SavedWallet {
    std::uint64_t vip = 0;
    core::Wallet wallet;
};

/// A customer's referrals in a block.
struct SavedReferral {
    std::uint64_t customer = 0;
    core::ReferralEntry entry;
};

/// A customer's tier by hand in a block; those of one customer follow each other, oldest first.
struct SavedOverride {
    std::uint64_t customer = 0;
    core::TierOverride given;
    std::uint64_t found = 0;  ///< core::TierOverrides::found
};

/// A customer's pending order in a block; those of one customer follow each other, oldest first.
struct SavedOrder {
    std::uint64_t customer = 0;
    core::OpenOrder order;
};

/// What a customer is classified by, in a block.
struct SavedClasses {
    std::uint64_t customer = 0;
    core::Classified classified;
};

/// Records of consecutive customers as of a sequence, which is the newest among theirs and their wallets'.
struct CustomersBlock {
    model::Sequence through{};
    std::vector<core::CustomerRecord> records;
    std::vector<SavedHold> holds;
    std::vector<SavedLot> lots;
    std::vector<SavedUse> uses;
    std::vector<SavedWallet> wallets;
    std::vector<SavedReferral> referrals;
    std::vector<SavedOverride> overrides;
    std::vector<SavedOrder> orders;
    std::vector<SavedClasses> classified;
};

struct SavedVersion {
    model::Instant effective{};
    model::Bytes document;
};

/// What a campaign has paid of its budget.
struct SavedBudget {
    std::uint64_t campaign = 0;
    model::Sequence last{};
    model::Points paid{};
};

/// How many of a reward are given out.
struct SavedReward {
    std::uint64_t reward = 0;
    model::Sequence last{};
    std::int64_t given = 0;
};

struct ProgramBlock {
    model::Sequence last{};
    model::Instant latest{};
    std::vector<SavedVersion> versions;
    std::vector<SavedBudget> budgets;  ///< of campaigns that have paid
    std::vector<SavedReward> rewards;  ///< of which some were given out
};

struct AccessBlock {
    model::Sequence last{};
    std::vector<model::Bytes> keys;
};

/// An open task of care.
struct SavedCare {
    core::CarePlace place;
    core::OpenCare task;
};

/// The care calendar of a stripe's customers, as of the newest fact of a task of theirs.
struct CareBlock {
    model::Sequence through{};
    std::vector<SavedCare> tasks;  ///< in the order in which they are due
};

model::Bytes encode(const CheckpointMeta& meta);
model::Bytes encode(const CustomersBlock& block);
model::Bytes encode(const ProgramBlock& block);
model::Bytes encode(const AccessBlock& block);
model::Bytes encode(const CareBlock& block);
/// Parts of the index of keys that stand in one block.
inline constexpr std::size_t kPartsPerBlock = 8;
inline constexpr std::size_t kKeyBlocks = core::KeyIndex::Table::kParts / kPartsPerBlock;
/// The block of a key.
inline std::size_t key_block_of(const model::KeyDigest& digest) {
    static_assert(kKeyBlocks == 64);
    return digest.high >> 58;
}

/// A piece of the index of keys as of a sequence: all that happened to its keys by then.
struct KeysBlock {
    model::Sequence through{};
    std::vector<core::DigestEntry> entries;
};
model::Bytes encode(const KeysBlock& block);

model::Result<CheckpointMeta> decode_meta(model::BytesView bytes);
model::Result<CustomersBlock> decode_customers(model::BytesView bytes);
model::Result<ProgramBlock> decode_program(model::BytesView bytes);
model::Result<AccessBlock> decode_access(model::BytesView bytes);
model::Result<CareBlock> decode_care(model::BytesView bytes);
/// Of the format before this one, `through` is 0: no customer had given up a key.
model::Result<KeysBlock> decode_keys(model::BytesView bytes);

}  // namespace tim::runtime
