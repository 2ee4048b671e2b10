#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/core/campaign_book.h"
#include "engine/core/care_book.h"
#include "engine/core/fact_writer.h"
#include "engine/core/hold_book.h"
#include "engine/core/lots.h"
#include "engine/core/order_book.h"
#include "engine/core/override_book.h"
#include "engine/core/record.h"
#include "engine/core/rewards.h"
#include "engine/core/rules.h"
#include "engine/core/wallet_book.h"
#include "engine/model/command.h"
#include "engine/model/documents.h"
#include "engine/model/fact.h"
#include "engine/model/sale_line.h"

namespace tim::core {

class ProgramState;

// Deciding is pure: a function of the state, the command and the moment answers with a refusal or with facts,
// and changes nothing. Facts are written into the FactWriter; the caller applies them, or drops them after a
// refusal.

/// Whether a command may be carried out.
struct Judgement {
    model::Refusal refusal = model::Refusal::none;
    std::int64_t detail = 0;

    bool accepted() const { return refusal == model::Refusal::none; }
};

inline Judgement refuse(model::Refusal refusal, std::int64_t detail = 0) {
    return {refusal, detail};
}

/// What the tiers by hand of one customer come to at a moment.
struct HandTier {
    model::Subject subject{};
    /// It is the tier held, whatever the record's figures lead to; none: the figures decide.
    std::optional<std::uint8_t> tier{};
    bool in_force = false;  ///< one is, though perhaps of a tier that is no more
    std::size_t count = 0;  ///< how many the customer has that are not over
};

/// Those of the customers of one command: few, and almost always nobody's.
class HandTiers {
  public:
    /// Null where a customer has none.
    const HandTier* find(model::Subject subject) const {
        for (const HandTier& hand : hands_)
            if (hand.subject == subject) return &hand;
        return nullptr;
    }
    void add(const HandTier& hand) { hands_.push_back(hand); }
    void clear() { hands_.clear(); }
    bool empty() const { return hands_.empty(); }

  private:
    absl::InlinedVector<HandTier, 1> hands_;
};

/// When a command is judged, and by which versions.
struct Moment {
    model::Instant now{};            ///< the program's
    model::Instant at{};             ///< business time of the command
    model::Instant recorded{};       ///< the machine's clock
    const Rules* current = nullptr;  ///< in force now: finds tiers, guards floors
    const Rules* pricing = nullptr;  ///< in force at `at`: prices sales
    HandTiers hands{};  ///< of the customers whom the command touches; `settle_overridden` tells them
};

/// Longest and default time until a hold times out.
inline constexpr std::int64_t kMaxHoldMs = 7 * kDayMs;
inline constexpr std::int64_t kDefaultHoldMs = 15 * 60 * 1000;
/// Bytes of an adjustment's reason.
inline constexpr std::size_t kMaxReasonBytes = 1024;
/// How far ahead of the clock an `at` may lie.
inline constexpr std::int64_t kMaxAheadMs = 5 * 60 * 1000;
/// Latest instant that a command may carry: the year 2200.
inline constexpr std::int64_t kMaxInstantMs = 7'258'118'400'000;

/// The first rungs of the ladder: what can be told from the command alone.
Judgement check_command(const model::Command& command);

/// Whether `at` is near enough to the clock; not asked where business time is the commands'.
Judgement check_time(const Rules& rules, model::Instant at, model::Instant clock);

/// The customer's record with the holds that have timed out by `now` given back, and a `hold_expired` fact
/// for each: what a command that follows is judged on. Call only when the record has holds.
CustomerRecord settle_holds(const CustomerRecord& record, model::Subject subject, const OpenHolds& holds,
                            const Moment& moment, FactWriter& facts);

/// A customer's points on their way through a command: record and lots.
struct PointsDraft {
    CustomerRecord record;
    Lots lots;
};

/// Settles a customer who has lots up to now, in the order of the instants: holds that have timed out are
/// given back, pending points mature, points expire; facts say so. In place of `settle_holds`.
void settle_points(PointsDraft& draft, model::Subject subject, const OpenHolds* holds, const Moment& moment,
                   FactWriter& facts);

/// Behind the transaction that the writer's facts from `begin` on are: what it left that has expired already
/// (a late sale's points, or those that a hold had kept) expires with it. Refuses what would not fit once all
/// pending points can be spent.
Judgement end_lots(PointsDraft& draft, std::size_t begin, model::Subject subject, const Moment& moment,
                   FactWriter& facts);

/// The rules that date the points which a command brings: those that a fact of it is read with later.
inline const Rules& dating(const Moment& moment) {
    return moment.pricing->version() > moment.current->version() ? *moment.current : *moment.pricing;
}

/// The customer's record with what `is_due` (settle.h) done to it, and the fact that says so. Comes before
/// everything else that a command or a sweep does to it.
CustomerRecord settle_tiers(const CustomerRecord& record, model::Subject subject, const Moment& moment,
                            FactWriter& facts);

/// As `settle_tiers` for a customer with tiers by hand: records too which of them began and ended, and tells
/// the moment which holds. The record that comes back has the tier that its figures lead to.
CustomerRecord settle_overridden(const CustomerRecord& record, model::Subject subject,
                                 const TierOverrides& overrides, Moment& moment, FactWriter& facts);

/// A record with the tier that its figures lead to, in place of one by hand.
inline CustomerRecord beneath(const CustomerRecord& record, const TierOverrides& overrides) {
    CustomerRecord draft = record;
    if (overrides.in_force()) draft.tier = overrides.found;
    return draft;
}

/// Whether a recomputation of everybody's tiers has something to record of a customer: what `is_due`, or a
/// tier that was recorded under other thresholds.
bool needs_recompute(const CustomerRecord& record, const Rules& current, model::Instant now);

/// As `settle_tiers`; and of plain rules, whose tiers nobody needs to visit, the tier of now as a fact where
/// another one was recorded last.
CustomerRecord recompute_tiers(const CustomerRecord& record, model::Subject subject, const Moment& moment,
                               FactWriter& facts);

/// The instant up to which a customer is settled before a command: one that is ahead of the clock takes the
/// customer with it.
inline model::Instant settled_until(const Moment& moment) {
    return std::max(moment.now, moment.at);
}

/// What is still held now.
model::Points settled_held(const CustomerRecord& record, const OpenHolds* holds, model::Instant now);

/// The figures of points as they stand now, without writing anything.
PointsDraft settled_points(const CustomerRecord& record, const OpenHolds* holds, const Lots& lots,
                           model::Instant now, const Rules& current);

/// The record and lots as they stand now, without writing anything. What the books have may be null.
PointsDraft settled(const CustomerRecord& record, const OpenHolds* holds, const Lots* lots,
                    const TierOverrides* overrides, model::Instant now, const Rules& current);

/// A new password of a customer's (S1.3); the caller adds the fact's blob.
Judgement decide_password(const model::Command& command, const Moment& moment, model::Subject subject,
                          const CustomerRecord& record, FactWriter& facts);

/// One fact of a transaction, as the ledger has it.
struct RecordedFact {
    model::Sequence sequence{};
    model::Fact fact;
    model::Bytes blob;  ///< empty when the fact has none
};

/// What the ledger tells of a voucher's code.
struct VoucherEvidence {
    model::Sequence id{};  ///< of the fact that issued it; 0: it is no code of the program
    model::Sequence newest{};
    model::CustomerId customer{};
    std::uint16_t reward = 0;  ///< its number
    bool by_campaign = false;
    model::Money value{};  ///< at a checkout; 0: it is a gift's code
    model::Points cost{};
    model::Instant expires_at{};
    model::Instant changed_at{};
    model::VoucherPhase phase = model::VoucherPhase::none;
    std::uint64_t related = 0;        ///< as of model::VoucherPart
    std::vector<RecordedFact> issue;  ///< the transaction that issued it; where it is cancelled

    bool is_gift() const { return value.value == 0; }
    /// Whether it is reserved at an instant.
    bool reserved_by(model::Instant now) const {
        return phase == model::VoucherPhase::reserved && static_cast<std::int64_t>(related) > now.value;
    }
    /// Takes over what a fact of the voucher's own says.
    void read(const model::Fact& fact, model::Sequence sequence);
};

/// Whether a code can be used; what pays in a sale may be no gift's.
Judgement check_usable(const VoucherEvidence& voucher, model::Instant at, model::Instant now);
Judgement check_paying(const VoucherEvidence& voucher, model::Instant at, model::Instant now);

/// What ledger and books say of the extras that a sale names.
struct SaleExtras {
    model::CustomerId hold_customer{};  ///< whose the hold is; 0: there is none
    std::optional<OpenHold> hold;       ///< while it is open
    std::optional<model::FactType> hold_resolved;
    const Lots* lots = nullptr;                ///< the customer's; null when there are none
    std::uint64_t payment = 0;                 ///< keyed digest of the means of payment; 0: not known
    const VoucherEvidence* voucher = nullptr;  ///< that it names; null for none
};

/// What limits campaigns: their budgets, and how often each has taken effect for customers of the stripe.
struct CampaignCounts {
    const CampaignUses& uses;
    const CampaignBudgets& budgets;
    const RewardCounts& rewards;  ///< of what campaigns may give
    const ProgramState& program;  ///< of which campaigns may ask about the customer
};

/// What a sale is judged by beside its customer.
struct SaleContext {
    const SaleExtras* extras = nullptr;      ///< of the command's details; null where it has none
    const CampaignCounts* counts = nullptr;  ///< needed where the pricing version has campaigns
    model::Sequence order{};  ///< the placing of the order that the sale completes; 0: it is one of a till
    model::CustomerId referrer{};    ///< who gets what campaigns pay to whoever brought the buyer; 0: nobody
    CampaignGains* gains = nullptr;  ///< told what campaigns give; null: nobody asks
};

/// A sale (S2.3, S3.9, S3.14; rules.md, Earning, Campaigns). `subject` may be the program's anonymous sales.
Judgement decide_sale(const model::Command& command, const Moment& moment, model::Subject subject,
                      const CustomerRecord& record, FactWriter& facts, const SaleContext& context = {});

/// What a checkout is told of an order before it is paid.
struct Quote {
    model::Money discount{};  ///< tier, campaigns and voucher, each on what is left
    model::Points points{};   ///< that the order earns when the rest is paid
};

/// The quote of an order of the command's amount, for a customer of a tier now, paid with a voucher worth
/// so much too; nothing on overflow.
std::optional<Quote> quote(const model::Command& command, const Rules& current, model::Instant now,
                           model::CustomerId customer, const CustomerRecord& record, std::uint8_t tier,
                           const CampaignCounts& counts, model::Money voucher = {});

/// What an order that is pending would earn if it were completed now: a sale of the command's amount and
/// terminal by a customer of a tier; nothing on overflow.
std::optional<model::Points> expected_points(const model::Command& command, const Rules& current,
                                             model::Instant now, model::CustomerId customer,
                                             const CustomerRecord& record, std::uint8_t tier,
                                             const CampaignCounts& counts);

/// What the ledger tells of an order.
struct OrderEvidence {
    model::Sequence id{};  ///< of the fact that placed it
    model::Fact placed;
    model::Sequence newest{};  ///< the order's newest fact; 0: this is to be its first
    model::OrderPhase phase = model::OrderPhase::none;
    model::Money amount{};
    model::Sequence sale{};  ///< that completed it; 0: none
    model::OrderTexts texts;
    model::Instant changed_at = model::kNoInstant;  ///< by the newest fact
};

/// Whether an order is pending, so that it can be changed.
Judgement check_order(const OrderEvidence& order);

/// A new order of a customer who has so many pending. The caller adds the texts, here and below, as the blob
/// of the transaction's order_noted.
Judgement decide_place_order(const model::Command& command, const Moment& moment, model::Subject subject,
                             const CustomerRecord& record, std::size_t open_orders, FactWriter& facts);

/// Updates or cancels.
Judgement decide_order_change(const model::Command& command, const Moment& moment, model::Subject subject,
                              const CustomerRecord& record, const OrderEvidence& order, FactWriter& facts);

/// The sale that completes an order: of what was placed, or of what the completion says, at the till of the
/// order's receipt. For `decide_sale` or `decide_party_sale`.
model::Command sale_of(const model::Command& completion, const OrderEvidence& order);

/// Ends the transaction of the sale of so much at a sequence: the order is completed.
void note_completion(const OrderEvidence& order, model::Sequence sale, model::Money amount,
                     const Moment& moment, FactWriter& facts);

/// The sale that a return names, and what has come back of it.
struct SaleEvidence {
    model::Sequence sequence{};  ///< of the sale
    model::Fact sale;            ///< of an order that was never completed, the fact that placed it: no sale
    model::OrderPhase order = model::OrderPhase::none;  ///< where the order stands that the receipt is of
    std::vector<RecordedFact> parts;     ///< all that the sale's transaction did, the sale first
    std::vector<RecordedFact> redeemed;  ///< all that the transactions of redemptions did that name the sale
    model::Sequence reduced{};           ///< the receipt's newest fact; 0: none yet
    bool returned = false;               ///< something came back
    model::Money remaining{};            ///< not returned yet
    model::Points points{};              ///< that the remaining amount has earned
    model::Points undone{};  ///< what earlier returns gave back of what had expired beside its own points
    std::vector<model::SaleLine> lines;    ///< as they were sold; empty: the sale has none
    model::LinesLeft left;                 ///< of them
    std::vector<VoucherEvidence> granted;  ///< that campaigns gave with the sale; where nothing is left of it
    model::Instant first_order = model::kNoInstant;  ///< of the customer's orders without this one
    model::Instant last_order = model::kNoInstant;
    const Rules* pricing = nullptr;  ///< the version that priced the sale
    const Rules* judged = nullptr;   ///< the version that the tiers of the sale's fact are of
};

/// Whether something that a sale brought its buyer had expired as it was recorded.
bool expired_with(const SaleEvidence& sale);

/// What a return or void comes to that names its sale.
struct ReturnTerms {
    Judgement judgement;       ///< of its lines; refused, the rest means nothing
    model::Money amount{};     ///< what comes back
    model::Money remaining{};  ///< what is left then
    /// Nothing of the sale is left: the order is undone, and what was spent in it is given back.
    bool whole = false;
    model::LinesLeft left;  ///< of the sale's lines
};

/// By line: the share of what was paid that belongs to the lines; else the amount that is named, or all that
/// is left. A return of money alone takes no goods until nothing is left.
ReturnTerms return_terms(const model::Command& command, const SaleEvidence& sale);

/// What a return is judged by beside its customer.
struct ReturnContext {
    const Lots* lots = nullptr;                ///< the customer's; null for none
    const CampaignBudgets* budgets = nullptr;  ///< needed where campaigns took effect in the sale
    const RewardCounts* rewards = nullptr;     ///< needed where campaigns gave vouchers with it
};

/// A return or void (S3.10; rules.md, Returns). `sale` is null for a return without its original.
Judgement decide_return(const model::Command& command, const Moment& moment, model::Subject subject,
                        const CustomerRecord& record, const SaleEvidence* sale, FactWriter& facts,
                        const ReturnContext& context = {});

/// Of a sale that a return takes back: the lots of what it gave to a customer by facts of one type beside the
/// sale's own; nothing when it gave nothing by such.
std::optional<model::LotPart> lot_given(const SaleEvidence& sale, model::Subject subject,
                                        model::FactType type);

/// What the ledger tells of a referral code.
struct CodeEvidence {
    model::Sequence sale{};        ///< that it was issued for; 0: it is no code
    model::CustomerId referrer{};  ///< 0: there is no such sale of a customer
    model::Instant sold_at{};
    const Rules* issued_by = nullptr;  ///< the version that priced that sale
    std::uint64_t payment = 0;         ///< with which it was paid; 0: not known
    bool used = false;
    bool dead = false;  ///< the sale came back whole
};

// Sales and returns of programs with a network or referrals: they touch other customers, whose records
// `program` holds under locks. For the rest as `decide_sale` and `decide_return`.

/// `code` is the one that the sale carries or the referee has kept, or null.
Judgement decide_party_sale(const model::Command& command, const Moment& moment, model::Subject subject,
                            const CustomerRecord& record, const ProgramState& program,
                            const CodeEvidence* code, FactWriter& facts, const SaleContext& context = {});
Judgement decide_party_return(const model::Command& command, const Moment& moment, model::Subject subject,
                              const CustomerRecord& record, const ProgramState& program,
                              const SaleEvidence* sale, FactWriter& facts, const ReturnContext& context = {});

// The network (S1.14 to S1.22).

/// Whether the VIP above a newcomer may be; `vip` is 0 when nobody has the key.
Judgement check_vip(const Moment& moment, const ProgramState& program, model::CustomerId vip);
Judgement decide_appoint(const model::Command& command, const Moment& moment, model::Subject subject,
                         const CustomerRecord& record, FactWriter& facts);
/// `vip`: to whom; 0: to nobody, unless the command names one whom nobody is.
Judgement decide_move(const model::Command& command, const Moment& moment, model::Subject subject,
                      const CustomerRecord& record, const ProgramState& program, model::CustomerId vip,
                      FactWriter& facts);
Judgement decide_payout(const model::Command& command, const Moment& moment, const ProgramState& program,
                        model::CustomerId vip, FactWriter& facts);

/// What a wallet comes to by an instant: what has matured, and payouts that are due by themselves.
struct WalletFigures {
    model::Money available{};
    model::Money pending{};
    model::Money in_payout{};  ///< requested or due, not paid yet
};
WalletFigures settled_wallet(const ProgramState& program, const Wallet& wallet, model::Instant now);

/// Whether something of a wallet is due to be recorded: payouts at a month's beginning.
bool is_wallet_due(const ProgramState& program, const Wallet& wallet, model::Instant now);
/// Records it, in transactions of its own.
void settle_wallet(const ProgramState& program, model::CustomerId vip, const Moment& moment,
                   FactWriter& facts);

/// What is judged about a return or redemption that names its sale.
Judgement check_original(const model::Command& command, const Moment& moment, model::Subject subject,
                         const SaleEvidence& sale);

/// `sale` is the one that the redemption names, null for none; `lots` of a customer who has some.
Judgement decide_redeem(const model::Command& command, const Moment& moment, model::Subject subject,
                        const CustomerRecord& record, FactWriter& facts, const SaleEvidence* sale = nullptr,
                        const Lots* lots = nullptr);

/// Points for a reward. `lots` of a customer who has some.
Judgement decide_reward(const model::Command& command, const Moment& moment, model::Subject subject,
                        const CustomerRecord& record, const RewardCounts& counts, const Lots* lots,
                        FactWriter& facts);

/// A voucher is reserved (from the command's `at`; what would be over by now is refused `invalid_time`),
/// used, released or cancelled. `subject` is whose it is.
Judgement decide_voucher(const model::Command& command, const Moment& moment, model::Subject subject,
                         const CustomerRecord& record, const VoucherEvidence& voucher,
                         const RewardCounts& counts, FactWriter& facts);

/// A hold runs from its `at`; one that would be over by now is refused `invalid_time`.
Judgement decide_hold(const model::Command& command, const Moment& moment, model::Subject subject,
                      const CustomerRecord& record, std::size_t open_holds, FactWriter& facts);

/// Captures or releases. `hold` is the open one, or none; `resolved` tells how it was resolved.
Judgement decide_hold_end(const model::Command& command, const Moment& moment, model::Subject subject,
                          const CustomerRecord& record, const std::optional<OpenHold>& hold,
                          std::optional<model::FactType> resolved, FactWriter& facts);

/// S3.4. The caller adds the reason as the fact's blob.
Judgement decide_adjust(const model::Command& command, const Moment& moment, model::Subject subject,
                        const CustomerRecord& record, FactWriter& facts);

/// A tier by hand, or the end of all of them. The caller adds the reason as the fact's blob.
Judgement decide_override(const model::Command& command, const Moment& moment, model::Subject subject,
                          const CustomerRecord& record, FactWriter& facts);

/// S4.1 to S4.9: a change of what a customer is classified by, who is classified by `before`. The caller adds
/// what comes of it (core::classified) as the fact's blob.
Judgement decide_classify(const model::Command& command, const Moment& moment, model::Subject subject,
                          const CustomerRecord& record, const Classified& before, FactWriter& facts);

/// What the ledger tells of a task of care.
struct CareEvidence {
    model::Sequence id{};      ///< of the fact that planned it
    model::Sequence newest{};  ///< the task's newest fact; 0: this is to be its first
    model::CustomerId customer{};
    model::CarePhase phase = model::CarePhase::none;
    model::CareKind kind = model::CareKind::other;
    std::int32_t every_days = 0;
    model::Instant due{};
    model::CareTexts texts;
    model::Instant changed_at = model::kNoInstant;  ///< by the newest fact
};

/// A new task for a customer of whom so many are open. The caller adds the texts, here and below, as the blob
/// of the transaction's care_noted.
Judgement decide_plan_care(const model::Command& command, const Moment& moment, model::Subject subject,
                           const CustomerRecord& record, std::size_t open_tasks, FactWriter& facts);

/// Changes, finishes or drops a task. One that comes back by itself stays open when it is done, and is due
/// again: so many days on, at the same time of day, at the first such instant after it was done.
Judgement decide_care_change(const model::Command& command, const Moment& moment, model::Subject subject,
                             const CustomerRecord& record, const CareEvidence& task, FactWriter& facts);

/// Whether a newcomer may be classified so.
Judgement check_classes(const model::ClassifyTerms& terms, const Moment& moment);

/// What is judged about a newcomer beside whose the keys are: how many they are, and whether a program of so
/// many customers takes one more.
Judgement check_enrollment(std::size_t keys, std::uint64_t customers);

/// What a newcomer brings along.
struct Newcoming {
    model::CustomerId vip{};  ///< whose member the customer becomes; 0: nobody's
    bool has_code = false;    ///< a referral code
    model::Sequence code{};   ///< its sale; 0: it is nobody's
};

/// A new customer. The caller has found that nobody has any of the keys, and adds the blob to the first fact
/// that has the command's name, and to `classified` what that leads to.
void decide_enroll(const model::Command& command, const Moment& moment, model::Subject subject,
                   const ProgramState& program, const Newcoming& newcoming, FactWriter& facts);

/// Digest of what a command asks for, without its name and its customer: tells a repeat from a conflict.
std::uint32_t content_digest(const model::Command& command);

// Who a customer is (rules.md, People): decide_person.cpp.

/// Whether a command spends points or commission of its customer's.
bool spends(const model::Command& command);

/// Why a command may not be given for its customer: one who was erased is named by nobody (what comes back of
/// old sales still does), one who is blocked spends nothing.
Judgement check_person(const model::Command& command, const CustomerRecord& record);

Judgement decide_block(const model::Command& command, const Moment& moment, model::Subject subject,
                       const CustomerRecord& record, FactWriter& facts);

/// Other keys or another name, which the caller puts into the fact's blob. `enrolled_at`: of the enrolment,
/// which the record's `profile` leads to no more.
Judgement decide_rekey(const model::Command& command, const Moment& moment, model::Subject subject,
                       const CustomerRecord& record, model::Instant enrolled_at, FactWriter& facts);

/// With `knows_birthday` a `classified` without it stands in the transaction.
Judgement decide_erase(const model::Command& command, const Moment& moment, model::Subject subject,
                       const CustomerRecord& record, model::Instant enrolled_at, bool knows_birthday,
                       FactWriter& facts);

/// Whether what is left of a sale can be claimed by a customer who shows the receipt.
Judgement check_claim(const SaleEvidence& sale);
/// The claim as a sale: of what is left, at the sale's till.
model::Command claim_of(const model::Command& command, const SaleEvidence& sale);
/// Ends the transaction of a claim, whose sale is written at `claim`: what is claimed leaves nobody's
/// figures, and the receipt leads to the customer.
Judgement note_claim(const SaleEvidence& sale, model::Sequence claim, model::Subject customer,
                     const CustomerRecord& anonymous, const Moment& moment, FactWriter& facts);

}  // namespace tim::core
