#pragma once

#include <absl/container/inlined_vector.h>

#include "engine/core/decide_common.h"
#include "engine/core/state.h"

namespace tim::core {

/// A customer who takes part in a transaction: the record as it was settled before, and with the
/// transaction's facts folded in.
struct Party {
    model::Subject subject{};
    CustomerRecord before;
    CustomerRecord draft;
    model::Points timed_out{};  ///< of what is held, by holds that are over and not recorded so
};

/// A wallet that takes part.
struct WalletParty {
    model::CustomerId vip{};
    const Wallet* wallet = nullptr;  ///< null: it begins with this transaction
    model::Sequence last{};
    model::Month month{};
    model::Money available{};
    model::Money pending{};
    std::size_t open_payouts = 0;
    model::Instant matured_until = model::kNoInstant;  ///< lots that were due by then have gone

    /// What a lot holds still.
    model::Money lot(model::Instant due) const;
};

/// The customers and wallets of one transaction, and its facts. First everybody is settled, in transactions
/// of their own; then the facts are added, each behind the ones before it of its subject; `end` finds what
/// follows from them for each customer.
class Parties {
  public:
    Parties(const ProgramState& program, const Moment& moment, FactWriter& facts)
        : program_(program), moment_(moment), facts_(facts) {}

    /// The command's own customer, who is settled already.
    Party& adopt(model::Subject subject, const CustomerRecord& record);
    Party& settle(model::CustomerId customer);
    /// With `matures`, what is due becomes available.
    WalletParty& settle_wallet(model::CustomerId vip, bool matures = false);

    Party& of(model::CustomerId customer);

    /// Folds facts into a party that were written without it, from the transaction's beginning.
    void catch_up(Party& party);

    /// A fact that changes no figures, or whose figures the caller fills in and folds.
    model::Fact& add(Party& party, model::FactType type, const model::PartyPart& part);
    /// Points for, or (by the program's way with debts) from a party, posted to a month. `given` are the lots
    /// of which a return takes them; so many as `expired` are in none any more, and nobody misses them.
    Judgement post(Party& party, model::FactType type, model::Points change, bool ranking, model::Month month,
                   const model::PartyPart& part, const std::optional<model::LotPart>& given = {},
                   model::Points expired = {});

    /// A wallet's fact; `available` and `pending` are what it changes.
    model::Fact& add(WalletParty& wallet, model::FactType type, model::Money amount, model::Money available,
                     model::Money pending);

    /// Finds what follows from the transaction for each customer.
    /// `sale` is the one that a return takes back, or null.
    Judgement find_all(const SaleEvidence* sale = nullptr);
    /// The tier that a party has come to.
    std::uint8_t tier_of(const Party& party) const;
    /// The tier that a party's figures lead to, beneath one by hand.
    std::uint8_t tier_beneath(const Party& party) const;

    const Moment& moment() const { return moment_; }
    const ProgramState& program() const { return program_; }
    FactWriter& facts() { return facts_; }

  private:
    static constexpr std::size_t kMostParties = 4;
    static constexpr std::size_t kMostWallets = 2;

    const ProgramState& program_;
    Moment moment_;  ///< of its own: it learns the tiers by hand of those who are settled
    FactWriter& facts_;
    // Their places stay: there are never more than stand in the object itself.
    absl::InlinedVector<Party, kMostParties> parties_;
    absl::InlinedVector<WalletParty, kMostWallets> wallets_;
};

}  // namespace tim::core
