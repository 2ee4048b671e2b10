#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/campaign_book.h"
#include "engine/core/care_book.h"
#include "engine/core/classification.h"
#include "engine/core/customer_table.h"
#include "engine/core/hashing.h"
#include "engine/core/hold_book.h"
#include "engine/core/key_index.h"
#include "engine/core/lots.h"
#include "engine/core/name_index.h"
#include "engine/core/order_book.h"
#include "engine/core/override_book.h"
#include "engine/core/referral_book.h"
#include "engine/core/rules.h"
#include "engine/core/wallet_book.h"
#include "engine/model/access.h"
#include "engine/model/documents.h"
#include "engine/model/fact.h"

namespace tim::core {

inline constexpr std::size_t kMaxPrograms = 1024;
inline constexpr std::size_t kMaxVersions = 1024;  ///< of one program

/// The stripe that guards a customer: blocks of consecutive ids go to one stripe, so that a checkpoint copies
/// a block under one lock.
constexpr std::size_t stripe_of(model::CustomerId customer) {
    return customer.value / kRecordsPerBlock % kStripes;
}

/// One program: its versions and all that belongs to its customers.
///
/// Thread safety: versions are added by one thread at a time and may be read by any; records, holds and lots
/// are guarded by stripes; the index of keys by a lock of the engine's.
class ProgramState {
  public:
    ProgramState(model::ProgramId id, std::string name) : id_(id), name_(std::move(name)) {}

    model::ProgramId id() const { return id_; }
    const std::string& name() const { return name_; }

    std::uint16_t version_count() const { return version_count_.load(std::memory_order_acquire); }
    /// A version by its number, 1 … version_count().
    const Rules& version(model::VersionId version) const { return *versions_[version.value - 1u]; }
    const Rules& newest() const { return version({version_count()}); }
    /// The id of the campaign of a number; empty for none.
    std::string campaign_id(std::uint64_t number) const;
    /// The id of the reward of a number; empty for none.
    std::string reward_id(std::uint64_t number) const;
    /// How many rewards have had a number.
    std::uint16_t reward_count() const {
        return static_cast<std::uint16_t>(newest().reward_numbers()->size());
    }
    /// How many campaigns have had a number.
    std::uint16_t campaign_count() const {
        return static_cast<std::uint16_t>(newest().campaigns().numbers()->size());
    }
    /// The version in force at an instant, of those up to `known`: the newest that is effective by then;
    /// before all, the first.
    const Rules& version_at(model::Instant at, model::VersionId known) const {
        std::uint16_t number = known.value;
        while (number > 1 && versions_[number - 1u]->effective() > at)
            --number;
        return *versions_[number - 1u];
    }
    const Rules& version_at(model::Instant at) const { return version_at(at, {version_count()}); }
    void add_version(std::unique_ptr<const Rules> rules);

    /// The latest `at` among the program's facts: now, where business time is the commands'.
    model::Instant latest() const { return {latest_.load(std::memory_order_relaxed)}; }
    void advance_latest(model::Instant at) {
        if (at.value > latest_.load(std::memory_order_relaxed))
            latest_.store(at.value, std::memory_order_relaxed);
    }

    CustomerTable customers;
    KeyIndex keys;
    std::atomic<std::uint64_t> key_changes{0};  ///< of customers who were enrolled before
    std::array<HoldBook, kStripes> holds;
    std::array<LotBook, kStripes> lots;
    std::array<CampaignUses, kStripes> campaign_uses;
    CampaignBudgets campaign_budgets;
    RewardCounts reward_counts;
    std::array<WalletBook, kStripes> wallets;  ///< by the stripe of the VIP
    std::array<ReferralBook, kStripes> referrals;

    /// Whether a version knows a network or referrals: commands then touch other customers than their own.
    bool has_parties() const { return has_parties_.load(std::memory_order_relaxed); }

    const Wallet* wallet(model::CustomerId vip) const { return wallets[stripe_of(vip)].find(vip); }
    const ReferralEntry* referral(model::CustomerId customer) const {
        return referrals[stripe_of(customer)].find(customer);
    }
    const OpenHolds* open_holds(model::CustomerId customer) const {
        return holds[stripe_of(customer)].of(customer);
    }

    std::array<OverrideBook, kStripes> overrides;
    std::array<OrderBook, kStripes> orders;
    std::array<ClassificationBook, kStripes> classifications;
    std::array<CareBook, kStripes> care;  ///< by the stripe of the customer

    /// What books have of a customer; null for none. The caller holds the stripe.
    const OpenHolds* holds_of(const CustomerRecord& record, model::CustomerId customer) const {
        return (record.flags & kRecordHasHolds) == 0 ? nullptr : holds[stripe_of(customer)].of(customer);
    }
    const Lots* lots_of(const CustomerRecord& record, model::CustomerId customer) const {
        return (record.flags & kRecordHasLots) == 0 ? nullptr : lots[stripe_of(customer)].of(customer);
    }
    const TierOverrides* overrides_of(const CustomerRecord& record, model::CustomerId customer) const {
        return (record.flags & kRecordHasOverrides) == 0 ? nullptr
                                                         : overrides[stripe_of(customer)].of(customer);
    }
    const OpenOrders* orders_of(const CustomerRecord& record, model::CustomerId customer) const {
        return (record.flags & kRecordHasOrders) == 0 ? nullptr : orders[stripe_of(customer)].of(customer);
    }
    /// What a customer is classified by. The caller holds the stripe.
    const Classified& classified_of(model::CustomerId customer) const {
        return classifications[stripe_of(customer)].of(customer);
    }
    model::Sequence last{};  ///< newest fact of the program itself

  private:
    model::ProgramId id_;
    std::string name_;
    std::array<std::unique_ptr<const Rules>, kMaxVersions> versions_;
    std::atomic<std::uint16_t> version_count_{0};
    std::atomic<bool> has_parties_{false};
    std::atomic<std::int64_t> latest_{model::kNoInstant.value};
};

/// All that the ledger's facts fold into. Changes through `apply` (apply.h) alone.
///
/// Thread safety: programs are added by one thread at a time and may be read by any. For the rest see
/// ProgramState.
class State {
  public:
    State(const model::DocumentFormat& documents, std::uint64_t hash_seed, std::size_t names_in_memory)
        : hashing(hash_seed), names(names_in_memory), documents_(documents) {}

    const model::DocumentFormat& documents() const { return documents_; }

    std::uint16_t program_count() const { return program_count_.load(std::memory_order_acquire); }
    /// A program by its number, or null.
    ProgramState* program(model::ProgramId id) const {
        return id.value == 0 || id.value > program_count() ? nullptr : programs_[id.value - 1u].get();
    }
    ProgramState* find_program(std::string_view name) const;
    /// Adds the program of the next number.
    ProgramState& add_program(std::string name);

    const Hashing hashing;
    NameIndex names;
    std::map<std::string, std::shared_ptr<const model::AccessKey>, std::less<>> access_keys;
    model::Sequence access_last{};  ///< newest fact of the keys of access

  private:
    const model::DocumentFormat& documents_;
    std::array<std::unique_ptr<ProgramState>, kMaxPrograms> programs_;
    std::atomic<std::uint16_t> program_count_{0};
};

}  // namespace tim::core
