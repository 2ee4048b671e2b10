#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/access.h"
#include "engine/model/care.h"
#include "engine/model/classification.h"
#include "engine/model/keys.h"
#include "engine/model/name.h"
#include "engine/model/order.h"
#include "engine/model/program.h"
#include "engine/model/quantity.h"
#include "engine/model/refusal.h"
#include "engine/model/sale_line.h"
#include "engine/model/voucher.h"

namespace tim::model {

enum class CommandKind : std::uint8_t {
    balance = 0,   ///< reads: figures, and what `amount` would earn; records nothing
    sale = 1,      ///< receipt, customer (or none), amount, at
    returned = 2,  ///< receipt, customer (or none), amount or lines, at; `original` when it is known
    voided = 3,    ///< receipt, original: a full return; the customer is the sale's
    /// receipt or request id, customer, points > 0 — or amount > 0, whose worth in points is taken;
    /// `original`: the sale in which they are spent, whose full return restores them
    redeem = 4,
    hold = 5,     ///< request id, customer, points > 0, ttl_ms
    capture = 6,  ///< request id, hold, points (0: all of it)
    release = 7,  ///< request id, hold
    adjust = 8,   ///< request id, customer, points and amount of either sign, reason
    enroll = 9,   ///< request id, enrollment
    put_program = 10,
    add_access_key = 11,
    revoke_access_key = 12,
    override_tier = 20,  ///< request id, customer, tier_act, reason
    // The network (S1.14 to S1.22): by request id, with `network`.
    appoint_vip = 40,     ///< customer
    move_member = 41,     ///< customer; network->vip: to whom, none: to nobody
    request_payout = 42,  ///< customer, amount (0: all that is available)
    approve_payout = 43,  ///< network->payout
    pay_payout = 44,      ///< network->payout
    fail_payout = 45,     ///< network->payout
    // Web orders, with `order`. All but placing go by request id and name the order's receipt as `original`.
    place_order = 66,     ///< receipt, customer, amount, at
    update_order = 67,    ///< something of `order`
    complete_order = 68,  ///< a sale: `details` as of one; `order->amount` in place of what was placed
    cancel_order = 69,
    // Customer relations (S4.1 to S4.11).
    classify = 90,  ///< request id, customer, class_terms
    // The care calendar, by request id, with `care`.
    plan_care = 91,    ///< customer; care->due
    change_care = 92,  ///< care->task, and something of it
    finish_care = 93,  ///< care->task; perhaps another staff code or note: who did it, and how it went
    drop_care = 94,    ///< care->task; likewise
    // Rewards (S1.9), with `reward`. All but the first go by request id and name a voucher's code.
    redeem_reward = 80,    ///< receipt or request id, customer
    reserve_voucher = 81,  ///< ttl_ms
    use_voucher = 82,      ///< outside of a sale: a gift is handed out, a voucher is cashed elsewhere
    release_voucher = 83,
    cancel_voucher = 84,
    // People, by request id.
    block_customer = 100,    ///< customer, reason
    unblock_customer = 101,  ///< customer, reason
    rekey = 102,             ///< customer, enrollment
    claim = 103,             ///< customer, original: an anonymous sale
    erase = 104,             ///< customer, reason
    set_password = 110,      ///< request id, customer; reason: the sealed verifier (runtime::make_verifier)
};

/// A new customer; of a rekey, what changes of one.
struct Enrollment {
    std::vector<CustomerRef> keys;  ///< as sent; the first is the one that lists and exports show
    std::string name;
    CustomerRef vip{};       ///< whose member the customer becomes; none: nobody's
    std::string referral{};  ///< a referral code, as typed; empty: none
    ClassifyTerms classes{};
    // rekey: `keys` are those that come.
    std::vector<CustomerRef> drop{};  ///< those that go
    bool keeps_name = false;          ///< `name` is not to be taken
};

/// A tier by hand, or the end of all of them.
struct TierAct {
    std::string tier;           ///< its id; empty: the figures alone are to decide again
    Instant from = kNoInstant;  ///< none: at once
    Instant until = kNoInstant;
};

/// What a sale names beside its amount. A return that names its sale, and a balance that is asked for an
/// order, may have lines, and nothing else of it.
struct SaleDetails {
    /// Captured whole with the sale, or the sale is refused: a checkout must know before goods leave. 0:
    /// none.
    Sequence hold{};
    /// A referral code, as typed; refused by itself, and the sale is accepted. Empty: none.
    std::string_view referral{};
    /// What tells a means of payment from others (a till's token of a card), for referrals; empty: not known.
    std::string_view payment{};
    /// The goods, at most kMaxSaleLines. Of a sale their prices come to its amount or more: the amount is
    /// what was paid, after discounts. Of a return, what comes back; without an amount it is their share of
    /// it.
    std::vector<SaleLine> lines{};
    /// A voucher's code, as typed: used with the sale, or refused by itself, and the sale is accepted. Of a
    /// balance: what it would take off. Empty: none.
    std::string_view voucher{};
    /// Not a sale's: where rows of batches keep what Command::reward of a redemption points to.
    RewardTerms reward{};
};

/// What commands about the network name beside the customer.
struct NetworkTerms {
    CustomerRef vip;
    Sequence payout{};
};

/// Whether a command is about the engine itself, not about a program's customers.
constexpr bool is_administration(CommandKind kind) {
    return kind == CommandKind::put_program || kind == CommandKind::add_access_key ||
           kind == CommandKind::revoke_access_key;
}

/// Whether a command settles a payout: who is paid only the ledger tells.
constexpr bool ends_payout(CommandKind kind) {
    return kind == CommandKind::approve_payout || kind == CommandKind::pay_payout ||
           kind == CommandKind::fail_payout;
}

/// Whether a command changes an order that was placed before.
constexpr bool changes_order(CommandKind kind) {
    return kind == CommandKind::update_order || kind == CommandKind::complete_order ||
           kind == CommandKind::cancel_order;
}

/// Whether a command moves a voucher that was issued before.
constexpr bool moves_voucher(CommandKind kind) {
    return kind == CommandKind::reserve_voucher || kind == CommandKind::use_voucher ||
           kind == CommandKind::release_voucher || kind == CommandKind::cancel_voucher;
}

/// Whether a command changes a task of care that was planned before.
constexpr bool changes_care(CommandKind kind) {
    return kind == CommandKind::change_care || kind == CommandKind::finish_care ||
           kind == CommandKind::drop_care;
}

/// Whether a command changes to whom keys lead.
constexpr bool changes_keys(CommandKind kind) {
    return kind == CommandKind::rekey || kind == CommandKind::erase;
}

/// Whether a command sells: at a till, by completing an order, or by claiming a sale that was nobody's.
constexpr bool sells(CommandKind kind) {
    return kind == CommandKind::sale || kind == CommandKind::complete_order || kind == CommandKind::claim;
}

/// One request to change something (or to read a balance), in the form in which the engine takes it. Plain;
/// what it points to lives as long as the batch it came in.
struct Command {
    CommandKind kind = CommandKind::balance;
    bool ranking = false;  ///< adjust: the points count as ranking points too
    ProgramId program{};
    CustomerRef customer;
    Name name;
    Instant at = kNoInstant;  ///< business time; none: the engine's now
    Money amount{};
    Points points{};
    std::int64_t ttl_ms = 0;  ///< hold: until it times out
    Sequence hold{};
    /// The sale of a return or void, or in which a redemption spends; the order that is changed.
    Name original;
    std::string_view reason;  ///< adjust, override_tier, block, unblock, erase; set_password
    const Enrollment* enrollment = nullptr;
    /// sale, complete_order, returned, balance: null when it has an amount alone
    const SaleDetails* details = nullptr;
    const OrderTerms* order = nullptr;      ///< commands about orders; null when nothing is said of one
    const Program* document = nullptr;      ///< put_program: validated
    VersionId follows{};                    ///< put_program: the version that it changes; 0: whichever
    std::uint32_t actor = 0;                ///< number of the key of access that it came by; 0: by none
    const TierAct* tier_act = nullptr;      ///< override_tier
    const AccessKey* access_key = nullptr;  ///< add_access_key, revoke_access_key
    const NetworkTerms* network = nullptr;
    const ClassifyTerms* class_terms = nullptr;  ///< classify
    const RewardTerms* reward = nullptr;
    const CareTerms* care = nullptr;  ///< commands about care
};

/// The answer to one command.
struct Outcome {
    Refusal refusal = Refusal::none;
    bool duplicate = false;  ///< the command had been carried out before: this is the first answer
    std::uint8_t tier_before = 0;
    std::uint8_t tier_after = 0;
    VersionId version{};  ///< of the program; the tiers are indices in it
    ProgramId program{};  ///< put_program: the program's number
    CustomerId customer{};
    Points points{};     ///< earned (> 0) or taken (< 0) by this command; balance: what `amount` would earn
    Points balance{};    ///< after the command
    Points spendable{};  ///< after the command
    Points held{};       ///< after the command
    Money lifetime_spend{};   ///< balance; of commands about payouts: the payout's amount
    Sequence sequence{};      ///< of the command's first fact; a hold's id is this
    Sequence depends_on{};    ///< the answer may go out once this is durable
    std::int64_t detail = 0;  ///< what the refusal's sentence names; balance: what comes off `amount`
};

}  // namespace tim::model
