#pragma once

#include <absl/container/btree_map.h>
#include <absl/container/flat_hash_map.h>
#include <absl/container/inlined_vector.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "engine/core/due_lots.h"
#include "engine/core/month_counts.h"
#include "engine/model/fact.h"
#include "engine/model/quantity.h"

namespace tim::core {

inline constexpr std::size_t kMaxOpenPayouts = 16;  ///< of one wallet

/// Commission on its way to a bank account.
struct Payout {
    model::Sequence id{};  ///< the sequence of its fact
    model::Money amount{};
    std::uint64_t approved = 0;  ///< 0 or 1

    friend bool operator==(const Payout&, const Payout&) = default;
};

/// A VIP's commission, apart from points, and who is below the VIP (S1.17, S1.21, S1.22).
///
/// Commission is pending, in lots by the instant at which it is due, until a fact (or whoever reads) finds
/// the instant over; then it is available, until a payout takes it. Available may be negative: what came back
/// after it was paid out.
struct Wallet {
    model::Sequence last{};  ///< newest fact
    model::Money available{};
    model::Money pending{};  ///< sum of the lots
    model::Money earned{};   ///< ever, without what came back
    model::Money paid{};     ///< ever
    std::uint64_t members = 0;
    std::uint64_t lots_digest = 0;  ///< kept as lots change
    std::uint64_t recruits_digest = 0;
    model::Month month{};  ///< up to which payouts that are due by themselves are recorded
    absl::InlinedVector<Payout, 1> payouts;
    MonthCounts recruits;
    DueLots lots;

    /// Adds its own lines to what is touched; see touch.h.
    void touch(TouchList& lines) const {
        const auto* const begin = reinterpret_cast<const std::byte*>(this);
        for (std::size_t at = 0; at < sizeof(Wallet); at += 64)
            lines.add(begin + at);
        lines.add(begin + sizeof(Wallet) - 1);
    }
    void add_to_lot(model::Instant due, model::Money change);
    std::optional<Payout> payout(model::Sequence id) const;
    std::uint64_t digest() const;
};

/// The wallets of one program's VIPs of one stripe, guarded by it. A wallet stays where it is.
class WalletBook {
  public:
    using Wallets = absl::btree_map<std::uint64_t, Wallet*>;

    const Wallet* find(model::CustomerId vip) const {
        const auto found = places_.find(vip.value);
        return found == places_.end() ? nullptr : found->second.get();
    }
    /// The wallet, which begins empty.
    Wallet& at(model::CustomerId vip);

    /// By the VIPs' ids.
    const Wallets& wallets() const { return wallets_; }

  private:
    absl::flat_hash_map<std::uint64_t, std::unique_ptr<Wallet>> places_;
    Wallets wallets_;  ///< the same in order
};

/// Folds a wallet's fact in.
void fold_wallet(Wallet& wallet, const model::Fact& fact, model::Sequence sequence);

/// The two things that `aux` of commission_accrued holds.
struct CommissionTerms {
    model::Instant due{};
    std::int32_t rate_bp = 0;

    std::uint64_t packed() const {
        return static_cast<std::uint64_t>(due.value) << 16 | static_cast<std::uint64_t>(rate_bp);
    }
    static CommissionTerms of(std::uint64_t aux) {
        return {{static_cast<std::int64_t>(aux) >> 16}, static_cast<std::int32_t>(aux & 0xFFFF)};
    }
};

}  // namespace tim::core
