#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "engine/model/care.h"
#include "engine/model/name.h"
#include "engine/model/order.h"
#include "engine/model/quantity.h"
#include "engine/model/voucher.h"

namespace tim::model {

/// Whatever has state. Values are part of the ledger's format.
enum class SubjectKind : std::uint8_t {
    none = 0,
    customer = 1,   ///< id: the customer's
    anonymous = 2,  ///< id 0: the program's sales and returns without a customer
    receipt = 3,    ///< id: the sequence of the sale: what of it has come back
    program = 4,    ///< id 0: the program's versions
    access = 5,     ///< program 0, id 0: the keys of access
    campaign = 6,   ///< id: the campaign's number in its program: what it has paid of its budget
    wallet = 7,     ///< id: the VIP's customer id: commission, payouts, members (S1.17, S1.21)
    code = 8,       ///< id: the sequence of the sale that a referral code was issued for
    order = 9,      ///< id: the sequence of the fact that placed it: where a web order stands
    reward = 10,    ///< id: the reward's number in its program: how many were given out
    voucher = 11,   ///< id: the sequence of the fact that issued it: where a voucher or a gift's code stands
    care = 12,      ///< id: the sequence of the fact that planned it: where a task of care stands
};

/// Names one subject in 64 bits: kind, program, id (40 bits).
struct Subject {
    std::uint64_t packed = 0;

    static constexpr Subject of(SubjectKind kind, ProgramId program, std::uint64_t id) {
        return {static_cast<std::uint64_t>(kind) << 56 | static_cast<std::uint64_t>(program.value) << 40 |
                id};
    }
    static constexpr Subject customer(ProgramId program, CustomerId id) {
        return of(SubjectKind::customer, program, id.value);
    }

    constexpr SubjectKind kind() const { return static_cast<SubjectKind>(packed >> 56); }
    constexpr ProgramId program() const { return {static_cast<std::uint16_t>(packed >> 40)}; }
    constexpr std::uint64_t id() const { return packed & ((std::uint64_t{1} << 40) - 1); }

    friend constexpr bool operator==(Subject, Subject) = default;
};

/// What happened. Values are part of the ledger's format and never change their meaning. Unless said
/// otherwise the subject is a customer, `amount` the change of lifetime spend and `points` the change of
/// points.
enum class FactType : std::uint8_t {
    none = 0,
    program_put = 1,         ///< subject program; blob: the program; version: its own; at: effective from
    access_key_added = 2,    ///< subject access; blob: the key of access
    access_key_revoked = 3,  ///< subject access; blob: the key of access
    enrolled = 4,            ///< blob: digests of the keys, sealed profile
    sale = 5,                ///< subject customer or anonymous
    returned = 6,            ///< subject customer or anonymous; with or without its original
    voided = 7,              ///< subject customer or anonymous; a full return
    /// Subject receipt; amount, points: what is left of the sale after a return; blob: of its lines.
    receipt_reduced = 8,
    /// Subject customer or anonymous; a full return takes an order back. related: the sale; amount, points:
    /// the instants of the first and last order that remain, or kNoInstant.
    order_undone = 9,
    redeemed = 10,       ///< points < 0
    adjusted = 11,       ///< blob: the reason
    hold_opened = 12,    ///< amount: the instant at which it times out; points: what is held
    hold_captured = 13,  ///< related: the hold; points ≤ 0: what is taken; the rest is free again
    hold_released = 14,  ///< related: the hold
    hold_expired = 15,   ///< related: the hold; at: when it timed out
    shortfall = 16,      ///< a clamped return called for `-points` more than were there: ranking points fall
    // What time and rules did to a customer; `tiers` has what the record takes over, amount and points are 0.
    period_closed = 17,       ///< months, and perhaps periods, have closed; at: when the newest began
    tiers_recalculated = 18,  ///< new rules of tiers took effect; at: from when they hold
    period_corrected = 19,  ///< a posting to a closed period changed the tier that the current one began with
    tier_bonus = 20,        ///< `points` for tiers reached (> 0) or lost again (< 0); ranking points too
    // Tiers by hand; `amount` and `points` change no figures.
    /// blob: the reason; month: the tier, an index in `version`; amount: until when; points: from when, or
    /// kNoInstant for at once; period_months: the tier beneath.
    tier_overridden = 21,
    override_began = 22,     ///< amount: the sequence of what began; at: when
    override_ended = 23,     ///< amount: the sequence of what ended; at: when
    tier_found = 24,         ///< the figures lead to another tier beneath one by hand
    overrides_dropped = 25,  ///< blob: the reason; the figures alone decide again
    /// Of a sale that names extras, in its transaction: `extra` tells which of them was refused and why;
    /// nothing changes.
    extra_refused = 30,
    /// Points whose expiry has come up to `at`; those that could be spent leave `points`, and with
    /// kFactPending others never could.
    points_expired = 31,
    points_matured = 32,   ///< pending points can be spent: those that were to by `at`
    points_restored = 33,  ///< a full return gives back what was spent in the sale; `lot` has its expiry
    /// Behind a return that names its sale: of which points it took `-points`: of the sale's own first, whose
    /// dates `lot` has, then of the earliest expiry. Points > 0, which a rest may earn by campaigns, have the
    /// expiry of `lot`. Nothing but lots changes.
    lots_taken = 34,
    /// Of a hold captured with a sale, or a redemption that names one: `-points` had the expiry of `lot`;
    /// nothing changes.
    lot_spent = 35,
    receipt_redeemed = 36,  ///< subject receipt: points were spent in the sale; amount, points as they stand
    /// Of a sale whose means of payment is known, where referrals are: party: aux its keyed digest.
    payment_noted = 39,
    // Network and referral. Facts that have no name of their own say in `party` who else takes part.
    vip_granted = 40,      ///< by appointment (named), or by a tier that makes VIPs; party: related the sale
    vip_undone = 41,       ///< the order that alone made the VIP came back; party: related the sale
    member_assigned = 42,  ///< to a VIP: at the enrolment (party: counterparty), or moved (related: the VIP)
    upline_earned = 43,    ///< the VIP's points of a member's sale; party: the member, the sale
    upline_returned = 44,  ///< points ≤ 0; party: the member, the sale
    // Subject wallet: amounts are commission, points_after is what is available, held_after what is pending.
    member_joined = 45,  ///< party: the member; aux: the month in which it was recruited, 0: moved here
    member_left = 46,    ///< party: the member
    commission_accrued =
        47,  ///< party: the member, the sale; aux: rate_bp, and from bit 16 on when it is due
    commission_returned = 48,  ///< amount ≤ 0; party as of commission_accrued
    commission_matured = 49,   ///< `amount` has become available by `at`
    payout_requested = 50,     ///< amount < 0: leaves what is available
    payout_due = 51,           ///< the same by itself, at a month's beginning: approved with that
    payout_approved = 52,      ///< related: the payout
    payout_paid = 53,          ///< related: the payout; amount: what was paid
    payout_failed = 54,        ///< related: the payout; amount: what is available again
    referral_kept = 55,     ///< a code was given at the enrolment; party: aux its sale, 0: a code of nobody's
    referral_earned = 56,   ///< the referrer's; party: the referee, the referee's sale; aux: the code's sale
    referral_welcome = 57,  ///< the referee's; party: the referrer, the sale; aux: the code's sale
    referral_returned = 58,  ///< of either side, points ≤ 0; party as of what it takes back
    code_used = 59,          ///< subject code; party: the referee, the referee's sale
    // What campaigns add to a sale: `party` has the campaign's number as counterparty, the sale as related.
    /// points ≥ 0; aux: the discount that it gives, in minor units; content: a bit for each of its conditions
    /// about the customer, as they were answered.
    campaign_applied = 60,
    campaign_reduced = 61,  ///< points: what a return takes back (< 0), or gives again
    campaign_budgeted =
        62,           ///< subject campaign; points: the change of what it has paid, points_after: in all
    sale_lines = 64,  ///< behind a sale with lines; blob: the lines; nothing changes
    // Web orders (rules.md, Orders). Before its completion, which is a `sale` named by a request id, an order
    // changes no figures; `amount` is the order's.
    order_placed = 70,     ///< named by the order's receipt
    order_updated = 71,    ///< related: the order_placed
    order_cancelled = 72,  ///< related: the order_placed
    /// Subject order, in the transaction of each of these and of the completion: where it stands. amount:
    /// the order's; `order` has the rest; blob: OrderTexts.
    order_noted = 73,
    /// blob: what the customer is classified by after it (core::Classified). Figures do not change.
    classified = 100,
    // Vouchers, and the codes of gifts. Facts of a customer; behind each stands one of the voucher's own.
    reward_redeemed = 80,    ///< points ≤ 0: what the reward cost; the voucher_issued is the next fact
    voucher_granted = 81,    ///< a campaign's gift with a sale; party: the campaign's number, the sale
    voucher_reserved = 82,   ///< related: the voucher
    voucher_used = 83,       ///< related: the voucher; named by itself, or in the transaction of a sale
    voucher_released = 84,   ///< related: the voucher
    voucher_cancelled = 85,  ///< related: the voucher; points_restored, behind it, gives back what it cost
    voucher_returned = 86,   ///< related: the voucher, that the sale was paid with of which nothing is left
    voucher_withdrawn = 87,  ///< related: the voucher, that came with the sale of which nothing is left
    // Subject voucher. amount: what it is worth; points: what it cost; points_after: the first instant at
    // which it is not valid any more; `voucher` has the rest.
    voucher_issued = 88,
    voucher_noted = 89,   ///< where it stands now
    reward_counted = 90,  ///< subject reward; points: 1 given out, -1 back; points_after: in all
    /// Subject wallet: by a campaign, of whoever brought the buyer (S4.6). As of commission_accrued; content:
    /// the campaign's number.
    referrer_commission = 101,
    /// Behind a return's fact that takes points: so many of them had expired as the sale was recorded, and
    /// nobody misses them (> 0), or the rest has earned them again (< 0). No lot changes. content: 0 of the
    /// sale's own points, 1 of what came with it.
    expiry_undone = 102,
    // Care (S3.12, S4.3, S4.11). Facts of a customer, which change no figures; behind each stands one of the
    // task's own.
    care_planned = 103,  ///< its sequence is the task's id
    care_changed = 104,  ///< related: the care_planned
    care_done = 105,     ///< related: the care_planned
    care_dropped = 106,  ///< related: the care_planned
    /// Subject care: where the task stands. amount: the instant at which it is due; `care` has the rest;
    /// blob: CareTexts.
    care_noted = 107,
    // People (rules.md, People).
    customer_blocked = 120,    ///< blob: the reason; the customer earns, and spends nothing
    customer_unblocked = 121,  ///< blob: the reason
    /// blob: digests of the keys that the customer has from now on, sealed profile; amount: the instant of
    /// the enrolment, and changes no spend.
    rekeyed = 122,
    /// Subject receipt, of an anonymous sale: what was left of it is a customer's sale from now on, which
    /// `party` names as `related`; amount, points: nothing is left of the sale itself.
    receipt_claimed = 123,
    /// Subject anonymous: what a customer has claimed leaves nobody's figures. amount ≤ 0; party: the
    /// customer, the sale that it was.
    claimed = 124,
    erased = 125,        ///< blob: the reason; keys, name and birthday are gone, figures stay
    password_set = 140,  ///< blob: the verifier, sealed with the person's key. Figures do not change
};

/// What a sale can name beside its amount. Values are part of the ledger's format.
enum class SaleExtra : std::uint8_t { none = 0, hold = 1, referral = 2, voucher = 3 };

/// "hold", "referral", "voucher"; "none".
std::string_view sale_extra_name(SaleExtra extra);

/// The name of a fact's type in exports and histories: "hold_opened".
std::string_view fact_type_name(FactType type);

/// Bits of Fact::flags.
inline constexpr std::uint8_t kFactHasBlob = 1;  ///< `related` is a BlobRef
inline constexpr std::uint8_t kFactRanking = 2;  ///< `points` changes ranking points too
inline constexpr std::uint8_t kFactClamped = 4;  ///< fewer points were taken than the return called for
inline constexpr std::uint8_t kFactClaims = 4;  ///< sale: a customer's, of a receipt that was nobody's before
inline constexpr std::uint8_t kFactWithOriginal =
    8;  ///< a return or redemption that names a sale; the transaction's next fact says which

/// Some of `points` are or were pending: `points_after` tells how many were not.
inline constexpr std::uint8_t kFactPending = 16;
/// The points that it brings have dates: see core::dates_of. Of what a return takes back (points < 0) of a
/// bonus, a referral or a VIP's share: `lots_taken`, behind it, tells of which points.
inline constexpr std::uint8_t kFactLot = 32;
/// campaign_applied: counts against the customer's limit; campaign_reduced: does not any more.
inline constexpr std::uint8_t kFactCounted = 64;
inline constexpr std::uint8_t kFactFirstOrder = 128;  ///< sale: the customer had no order before

/// Where a fact's variable part stands in its batch: bytes from the start of the batch's blobs.
struct BlobRef {
    std::uint32_t offset = 0;
    std::uint32_t length = 0;
};

/// What stands in a fact in a receipt number's place when no receipt names it. Without initialisers of its
/// own, as a member of Fact's union must be: Fact sets all of the union's bytes to zero.
struct RequestPart {
    std::array<char, kRequestIdBytes> id;
    std::uint64_t related;  ///< a hold's sequence, or a BlobRef
};

/// The part of a customer's record that reviews set, in place of a name: see CustomerRecord in
/// engine/core/record.h. Without initialisers of its own, as RequestPart.
struct TierState {
    std::uint8_t opening_tier;
    std::uint8_t bonus_floor;
    std::uint8_t bonus_tier;
    /// Which of its sums the record takes for each of four: month, closed month, period, closed period
    /// (core::Sum).
    std::array<std::uint8_t, 4> sums;
    /// 1 + the tier that the figures lead to, beneath one by hand that is in force; 0: there is none.
    std::uint8_t found;
    std::uint16_t period;  ///< first month of the current period, counted as Month
    std::array<std::uint8_t, 14> zeros;
};

/// What `extra_refused` says, in place of a name. Without initialisers of its own, as RequestPart.
struct ExtraPart {
    SaleExtra extra;
    std::uint8_t zero;
    std::uint16_t refusal;  ///< model::Refusal
    std::uint32_t zeros;
    std::int64_t detail;  ///< what the refusal's sentence names
    std::uint64_t more_zeros;
};

/// The dates of points, in place of a name. Without initialisers of its own, as RequestPart.
struct LotPart {
    std::int64_t matures_at_ms;  ///< kNoInstant: they can be spent
    std::int64_t expires_at_ms;  ///< kNever: they do not
    std::uint64_t related;
};

/// Who else takes part in what a fact tells, in place of a name. Without initialisers of its own, as
/// RequestPart.
struct PartyPart {
    std::uint64_t counterparty;  ///< a customer's id
    std::uint64_t related;       ///< the sequence of a sale
    std::uint64_t aux;           ///< by the fact's type
};

/// Where an order stands, in place of a name. Without initialisers of its own, as RequestPart.
struct OrderPart {
    std::uint64_t sale;  ///< the sequence of the sale that completed it; 0: none
    OrderPhase phase;
    std::array<std::uint8_t, 7> zeros;
    std::uint64_t related;  ///< the BlobRef, where a RequestPart has it
};

/// Where a voucher stands, in place of a name. Without initialisers of its own, as RequestPart.
struct VoucherPart {
    std::uint64_t customer;  ///< whose it is
    /// Reserved: the instant at which that times out. Used in a sale: the sale's sequence, else 0.
    std::uint64_t related;
    std::uint16_t reward;  ///< its number in the program
    VoucherPhase phase;
    std::uint8_t campaign;  ///< 1: a campaign gave it
    std::uint32_t zeros;
};

/// Where a task of care stands, in place of a name. Without initialisers of its own, as RequestPart.
struct CarePart {
    std::uint64_t customer;  ///< whose care it is
    CarePhase phase;
    CareKind kind;
    std::uint16_t every_days;  ///< 0: once
    std::uint32_t zeros;
    std::uint64_t related;  ///< the BlobRef, where a RequestPart has it
};

/// One immutable entry of the ledger: what happened to one subject. Plain bytes, little-endian, 112 of them;
/// the layout is drawn in storage/FORMAT.md. A fact does not hold its own sequence: its batch does, and its
/// place in it.
///
/// A fact carries the figures *after* it, and `check`, a digest of the subject's whole state after it.
/// `apply` compares both with what it finds: live, in recovery and in `verify`.
struct Fact {
    Sequence previous{};  ///< the same subject's previous fact: a history is a walk along these
    Subject subject{};
    Instant at{};        ///< business time
    Instant recorded{};  ///< when the engine took it
    FactType type = FactType::none;
    std::uint8_t position =
        0;  ///< place in its transaction: the first fact's sequence is this one's − position
    std::uint8_t count = 1;  ///< facts of its transaction
    std::uint8_t flags = 0;
    VersionId version{};           ///< the program version that judged it
    Month month{};                 ///< the month to which `amount` posts
    std::uint8_t tier_before = 0;  ///< index in that version's tiers
    std::uint8_t tier_after = 0;
    NameKind name_kind = NameKind::none;  ///< `none` on all but the first fact of a transaction
    std::uint8_t period_months = 0;  ///< by which periods its months are counted: 1, 6, 12; 0: one for all
    /// Of a receipt; of the sale that completes an order or claims a receipt, its receipt's; of what else is
    /// named by a request id, the number of the key of access that it came by (0: none).
    TerminalId terminal{};
    union {
        std::array<char, kMaxReceiptBytes> number{};  ///< NameKind::receipt
        RequestPart request;                          ///< NameKind::request (and `none`: a zero id)
        TierState tiers;  ///< of period_closed to tier_bonus, override_began to tier_found
        ExtraPart extra;  ///< of extra_refused
        LotPart lot;  ///< of points_restored and lot_spent (related: the fact that spent them) and lots_taken
        PartyPart party;      ///< of what campaigns, network and referral bring about
        OrderPart order;      ///< of order_noted
        VoucherPart voucher;  ///< of voucher_issued and voucher_noted
        CarePart care;        ///< of care_noted
    };
    Money amount{};
    Points points{};
    Points points_after{};
    Points held_after{};
    std::uint32_t check = 0;  ///< digest of the subject's state after this fact
    /// Of the first fact of a transaction: digest of the command's content, to tell a repeat from a conflict.
    std::uint32_t content = 0;

    Name name() const {
        Name result{name_kind, name_kind == NameKind::receipt ? terminal : TerminalId{}, {}};
        if (name_kind == NameKind::receipt) result.bytes = number;
        if (name_kind == NameKind::request)
            std::memcpy(result.bytes.data(), request.id.data(), request.id.size());
        return result;
    }
    void set_name(const Name& name) {
        name_kind = name.kind;
        terminal = name.terminal;
        if (name.kind == NameKind::receipt) number = name.bytes;
        if (name.kind == NameKind::request)
            std::memcpy(request.id.data(), name.bytes.data(), request.id.size());
    }
    BlobRef blob() const {
        return {static_cast<std::uint32_t>(request.related),
                static_cast<std::uint32_t>(request.related >> 32)};
    }
    void set_blob(BlobRef ref) {
        flags = static_cast<std::uint8_t>(flags | kFactHasBlob);
        request.related = static_cast<std::uint64_t>(ref.length) << 32 | ref.offset;
    }
};

/// Whether a fact is a sale that goes by another fact's receipt: `request.related` is an order's placing, or
/// the anonymous sale that it claims.
inline bool goes_by_receipt(const Fact& fact) {
    return fact.type == FactType::sale && fact.name_kind == NameKind::request;
}

/// Whether a fact is the sale that completes an order, in place of one at a till.
inline bool completes_order(const Fact& fact) {
    return goes_by_receipt(fact) && (fact.flags & kFactClaims) == 0;
}

/// The number of the key of access that a command came by, in the fact that is named after it; 0: by none, or
/// the fact does not tell.
inline std::uint32_t actor_of(const Fact& fact) {
    return fact.name_kind == NameKind::request && !goes_by_receipt(fact) ? fact.terminal.value : 0;
}

/// Whether a fact of a customer's is about a web order: in its transaction stands an order_noted.
inline bool is_of_order(const Fact& fact) {
    return fact.type == FactType::order_placed || fact.type == FactType::order_updated ||
           fact.type == FactType::order_cancelled || completes_order(fact);
}

/// Whether a fact of a customer's moves a voucher that was issued before: `request.related` is the voucher,
/// and the next fact is its voucher_noted.
constexpr bool moves_voucher(FactType type) {
    return type >= FactType::voucher_reserved && type <= FactType::voucher_withdrawn;
}

/// Whether a fact of a customer's is about a task of care: the next fact is its care_noted.
constexpr bool is_of_care(FactType type) {
    return type >= FactType::care_planned && type <= FactType::care_dropped;
}

/// Whom and what else a fact tells of: another customer (0: none), and the sequence of a hold, a sale or a
/// payout (0: none).
struct Counterpart {
    CustomerId customer{};
    Sequence related{};
};
Counterpart counterpart_of(const Fact& fact);

static_assert(sizeof(Fact) == 112, "the ledger's format: see storage/FORMAT.md");
static_assert(sizeof(RequestPart) == kMaxReceiptBytes && sizeof(TierState) == kMaxReceiptBytes &&
                  sizeof(ExtraPart) == kMaxReceiptBytes && sizeof(LotPart) == kMaxReceiptBytes &&
                  sizeof(PartyPart) == kMaxReceiptBytes && sizeof(OrderPart) == kMaxReceiptBytes &&
                  sizeof(VoucherPart) == kMaxReceiptBytes && sizeof(CarePart) == kMaxReceiptBytes,
              "what sets one of the union's members sets all");
static_assert(offsetof(OrderPart, related) == offsetof(RequestPart, related) &&
                  offsetof(CarePart, related) == offsetof(RequestPart, related),
              "a blob is found in one place");
static_assert(std::is_trivially_copyable_v<Fact>);

}  // namespace tim::model
