#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/access.h"
#include "engine/model/command.h"
#include "engine/model/keys.h"
#include "engine/model/program.h"
#include "engine/model/quantity.h"
#include "engine/model/result.h"

namespace tim::client {

/// Where a customer stands in the network.
enum class CustomerClass : std::uint8_t { retail = 0, member = 1, vip = 2 };
/// "retail", "member", "vip".
std::string_view class_name(CustomerClass customer_class);

/// One customer as of now, settled.
struct Customer {
    model::CustomerId id{};
    std::vector<model::Key> keys;  ///< empty when the person was erased
    std::string name;
    model::VersionId version{};  ///< of the program: `tier` is an index in its tiers
    std::uint8_t tier = 0;
    model::Points points{};
    model::Points held{};
    model::Points spendable{};
    model::Points pending{};                         ///< earned, and not to be spent yet: not in `points`
    model::Instant next_expiry = model::kNoInstant;  ///< of points that no hold reserves
    model::Points expiring{};                        ///< how many expire then
    model::Points ranking_points{};
    std::int64_t period_metric = 0;  ///< the figure that the program's criterion looks at, in its unit
    model::Money lifetime_spend{};
    model::Money month_spend{};
    std::uint32_t orders = 0;
    model::Instant enrolled_at{};
    model::Instant first_order_at = model::kNoInstant;
    model::Instant last_order_at = model::kNoInstant;
    CustomerClass customer_class = CustomerClass::retail;
    model::CustomerId vip{};              ///< above the customer; 0: nobody
    model::Money commission_available{};  ///< below 0: what came back after it was paid out
    model::Money commission_pending{};
    std::uint32_t orders_pending = 0;  ///< web orders, neither completed nor cancelled
    model::Money orders_pending_amount{};
    model::Points orders_pending_points{};  ///< what they would earn if they were completed now
    model::CustomerClasses classes;
    bool blocked = false;  ///< earns, and spends nothing
    bool erased = false;   ///< nobody knows who it was
};

/// A piece of the list of all customers, in the order of their ids.
struct CustomersPage {
    std::vector<Customer> rows;
    model::CustomerId next{};  ///< `after` of the next page; 0 when this was the last
};

/// One fact of a customer's history.
struct HistoryEntry {
    model::Sequence sequence{};
    model::Instant at{};
    model::Instant recorded{};
    std::string type;  ///< a fact type's name: "sale", "hold_opened"
    std::string name;  ///< receipt as TERMINAL/NUMBER, or request id
    model::Money amount{};
    model::Points points{};
    model::Points points_after{};
    model::Points held_after{};
    model::VersionId version{};
    std::uint8_t tier_before = 0;
    std::uint8_t tier_after = 0;
    model::Sequence related{};  ///< the hold, the payout, or the sale that the fact came with
    std::string original;       ///< the receipt that a return named, or of the sale that the fact came with
    std::string reason;         ///< of an adjustment, and of what else came with words
    model::CustomerId counterparty{};  ///< another customer who took part
    std::string by;                    ///< the id of the key of access that it came by; empty: not told
};

/// A piece of a customer's history, newest first.
struct History {
    model::CustomerId customer{};
    std::vector<HistoryEntry> entries;
    model::Sequence next{};  ///< `before` of the next page; 0 when this was the last
};

/// One fact of the ledger.
struct LedgerFact {
    model::Sequence sequence{};
    model::Sequence transaction{};  ///< the sequence of its first fact
    model::Instant at{};
    model::Instant recorded{};
    std::string type;              ///< a fact type's name: "sale", "hold_opened"
    std::string subject;           ///< "customer", "anonymous", "receipt", "program"
    std::uint64_t subject_id = 0;  ///< a customer's id; of a receipt, the sequence of its sale
    std::string name;              ///< receipt or request id; of a transaction's first fact
    model::Money amount{};         ///< of an opened hold: the instant at which it times out
    model::Points points{};
    model::Points points_after{};
    model::Points held_after{};
    model::VersionId version{};
    std::uint8_t tier_before = 0;
    std::uint8_t tier_after = 0;
    model::Sequence related{};  ///< the hold, the payout, the sale of an order undone or that it came with
    model::CustomerId counterparty{};  ///< another customer who took part
    std::string by;                    ///< the id of the key of access that it came by; empty: not told
};

/// What somebody did, by way of a key of access.
struct AuditEntry {
    model::Sequence sequence{};
    model::Instant recorded{};
    std::string by;
    std::string type;     ///< a fact type's name: "adjusted", "program_put"
    std::string program;  ///< empty: of the keys of access
    std::string subject;
    std::uint64_t subject_id = 0;  ///< a customer's id
    std::string name;              ///< the request id
    model::Money amount{};
    model::Points points{};
    std::string reason;
};

/// A piece of what was done, oldest first.
struct AuditPage {
    std::vector<AuditEntry> entries;
    model::Sequence next{};  ///< `after` of the next page; 0 when the ledger ends here
    model::Sequence last{};  ///< the ledger's last sequence as this was asked
};

/// A payout of commission that is neither paid nor failed.
struct Payout {
    model::Sequence id{};
    model::CustomerId vip{};
    model::Money amount{};
    bool approved = false;
    model::Instant requested_at = model::kNoInstant;
};

struct PayoutsPage {
    std::vector<Payout> rows;
    model::CustomerId next{};  ///< `after` of the next page; 0 when this was the last
};

/// A customer's side of the network, and the wallet.
struct Vip {
    model::CustomerId id{};
    CustomerClass customer_class = CustomerClass::retail;
    model::CustomerId vip{};  ///< above the customer; 0: nobody
    std::uint64_t members = 0;
    std::uint32_t recruits_this_month = 0;
    std::uint32_t recruits_closed_month = 0;
    std::int32_t rate_bp = 0;  ///< of commission, this month
    model::Money available{};
    model::Money pending{};
    model::Money in_payout{};  ///< requested or due, not paid yet
    model::Money earned{};     ///< ever, without what came back
    model::Money paid{};       ///< ever
    std::vector<Payout> payouts;
};

/// Somebody whom a customer has brought.
struct Brought {
    model::CustomerId referee{};
    model::Sequence order{};  ///< the referee's sale that paid
    std::string receipt;      ///< of it
    model::Instant at{};
    model::Points points{};  ///< that the referrer got
};

/// A customer's side of the referral graph.
struct Referral {
    model::CustomerId id{};
    model::CustomerId referrer{};  ///< who brought this customer; 0: nobody
    bool has_code = false;         ///< a code was given at the enrolment
    std::uint64_t brought = 0;     ///< how many; `rows` may hold fewer
    model::Points points{};        ///< that they have paid
    std::vector<Brought> rows;     ///< newest first
};

/// A web order.
struct Order {
    model::Sequence id{};
    std::string receipt;  ///< TERMINAL/NUMBER
    model::CustomerId customer{};
    model::OrderPhase phase = model::OrderPhase::none;
    model::Money amount{};
    model::Points points{};  ///< completed: what the sale earned; placed: what it would earn now
    std::string status;
    std::string waybill;
    std::string referral;  ///< the code that was given as it was placed
    model::Instant placed_at{};
    model::Instant changed_at{};
    model::Sequence sale{};  ///< that completed it; 0: none
};

/// A piece of a customer's orders, newest first.
struct OrdersPage {
    std::vector<Order> rows;
    model::Sequence next{};  ///< `before` of the next page; 0 when this was the last
};

/// A voucher, or the code of a gift.
struct Voucher {
    model::Sequence id{};
    std::string code;
    std::string reward;  ///< its id
    std::string name;
    model::RewardKind kind = model::RewardKind::voucher;
    model::Money value{};  ///< at a checkout; of a gift 0
    model::Points cost{};
    bool by_campaign = false;  ///< it was given, free
    model::CustomerId customer{};
    model::VoucherPhase phase = model::VoucherPhase::none;
    bool expired = false;  ///< it was not used in time
    model::Instant issued_at{};
    model::Instant expires_at{};                        ///< not valid any more from then on
    model::Instant reserved_until = model::kNoInstant;  ///< while it is reserved
    model::Instant changed_at{};
    std::string sale;  ///< the receipt of the sale that it was used in; empty: none

    /// "issued", "reserved", "used", "expired", "cancelled", "withdrawn".
    std::string_view state() const { return expired ? "expired" : model::voucher_phase_name(phase); }
};

/// A piece of a customer's vouchers, newest first.
struct VouchersPage {
    std::vector<Voucher> rows;
    model::Sequence next{};  ///< `before` of the next page; 0 when this was the last
};

/// A reward of the catalogue.
struct RewardOffer {
    std::string id;
    std::string name;
    model::RewardKind kind = model::RewardKind::voucher;
    std::string value;  ///< at a checkout, a decimal of the program's currency; of a gift empty
    std::int32_t valid_days = 0;
    std::optional<std::int64_t> stock;
    std::vector<std::string> tiers;  ///< who may have it; empty: everybody
    std::string from;                ///< the first day, and
    std::string to;                  ///< the last, on which it is offered; empty: none
    std::int64_t given = 0;          ///< out of its stock
    model::Points cost{};            ///< for the customer who was named, else for anybody
    /// Why it could not be had now; none: it could.
    model::Refusal refusal = model::Refusal::none;
    std::int64_t detail = 0;
};

enum class CodeState : std::uint8_t { open = 0, used = 1, expired = 2, dead = 3, none = 4 };
/// "open", "used", "expired", "dead" (the purchase came back whole), "none".
std::string_view code_state_name(CodeState state);

/// The referral code that came with a purchase.
struct Code {
    std::string code;
    CodeState state = CodeState::none;
    model::Instant ends_at = model::kNoInstant;  ///< not valid any more from then on
};

/// A piece of the ledger, oldest first.
struct LedgerPage {
    std::vector<LedgerFact> facts;
    model::Sequence next{};  ///< `after` of the next page; 0 when the ledger ends here
    model::Sequence last{};  ///< the ledger's last sequence as this was asked
};

struct ProgramInfo {
    model::Program program;
    model::VersionId version{};
    std::uint16_t versions = 0;  ///< how many the program has
    model::Instant effective = model::kNoInstant;
};

struct ProgramSummary {
    std::string id;
    std::string name;
    std::string currency;
    std::uint16_t versions = 0;
    std::uint64_t customers = 0;
};

struct VerifyReport {
    std::uint64_t facts = 0;
    std::uint64_t customers = 0;
    std::uint64_t difference_count = 0;
    std::vector<std::string> differences;  ///< the first of them
};

struct Stat {
    std::string name;
    double value = 0;
    std::string text;  ///< for what is no number
};

struct AccessKeySummary {
    std::string id;
    model::Role role = model::Role::pos;
    std::vector<std::string> programs;  ///< empty: all
    bool revoked = false;
    model::Instant expires = model::kNoInstant;  ///< none: never
};

using Outcomes = std::vector<model::Outcome>;

/// What one fact of a sale's transaction did, and to whom.
struct SaleEffect {
    model::Sequence sequence{};
    std::string type;     ///< a fact type's name: "sale", "hold_captured", "extra_refused"
    std::string subject;  ///< "customer", "anonymous", …
    std::uint64_t subject_id = 0;
    model::Money amount{};
    model::Points points{};
    model::Sequence related{};         ///< the hold that was captured, or the sale that the effect came with
    model::CustomerId counterparty{};  ///< another customer who took part
    std::string extra;                 ///< of extra_refused: "referral", …
    model::Refusal refusal = model::Refusal::none;
    std::int64_t detail = 0;  ///< what the refusal's sentence names
    std::string campaign;     ///< of what a campaign did: its id
    model::Money discount{};  ///< that it gives to whoever asks before the sale
    std::string code;         ///< of what is about a voucher: its code
    std::string reward;       ///< of a voucher's own facts: the reward's id
    model::Instant until =
        model::kNoInstant;  ///< of a voucher's own facts: until when it is valid, or reserved
};

/// The answer to a sale with details.
struct DetailedOutcome {
    model::Outcome outcome;
    std::vector<SaleEffect> effects;  ///< the sale's own fact first; none when the sale was refused
    /// The referral code that came with the sale; the code that a reward was exchanged for.
    std::string code;
};

/// Called exactly once per accepted request.
template <class T>
using Completion = std::function<void(model::Result<T>)>;

using ProgressCallback = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// Whether a request was taken; only then its completion is called.
enum class [[nodiscard]] Admission : std::uint8_t{
    accepted,
    full,    ///< as much is unanswered as the options allow: try again when something was answered
    closed,  ///< the client will not connect (again): it was closed, denied, or may not reconnect
};

}  // namespace tim::client
