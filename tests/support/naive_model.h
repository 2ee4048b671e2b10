#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/model/command.h"
#include "engine/model/segment.h"
#include "engine/runtime/engine.h"
#include "tests/support/commands.h"
#include "tests/support/naive_fold.h"

namespace tim::tests {

/// A customer's figures, as `Engine::show` gives them.
struct Figures {
    std::uint16_t version = 0;
    std::uint8_t tier = 0;
    std::int64_t points = 0;
    std::int64_t held = 0;
    std::int64_t spendable = 0;
    std::int64_t ranking = 0;
    std::int64_t metric = 0;
    std::int64_t lifetime = 0;
    std::int64_t month = 0;
    std::uint32_t orders = 0;
    std::int64_t first_order_at = INT64_MIN;
    std::int64_t last_order_at = INT64_MIN;
    std::int64_t pending = 0;
    std::int64_t next_expiry = INT64_MIN;
    std::int64_t expiring = 0;
    std::size_t orders_pending = 0;
    std::int64_t orders_pending_amount = 0;

    friend bool operator==(const Figures&, const Figures&) = default;
};

std::string describe(const Figures& figures);

/// The rules once more (design rules, sections 3 and 4), written from their text and not from the engine: the
/// model keeps the list of accepted commands and nothing else, and finds every figure by going through the
/// whole list again. Slow, and meant to be obviously right.
///
/// It knows the sequence of a fact only where a test tells it (`learn`), because sequences are the engine's.
class NaiveModel {
  public:
    __extension__ using Wide = __int128;

    /// Points for somebody else than the buyer, or for the buyer as a referee.
    struct Gift {
        enum class Kind : std::uint8_t { welcome, earned, upline };
        Kind kind = Kind::upline;
        model::CustomerId who{};
        Wide points = 0;
        bool ranking = true;
    };
    struct Commission {
        model::CustomerId vip{};
        std::int64_t amount = 0;
        std::int64_t due = 0;
        std::int32_t rate_bp = 0;
    };

    /// One accepted command with what was known when it was accepted.
    struct Accepted {
        OwnedCommand command;
        /// The completion of an order as it came: `command` is then the sale of the order's receipt.
        std::optional<OwnedCommand> sent;
        model::ProgramId program{};
        model::CustomerId customer{};  ///< 0: anonymous, or not about a customer
        std::int64_t at = 0;           ///< as sent, or the now of then
        std::int64_t now = 0;
        std::uint16_t priced_by = 0;  ///< version in force at `at`
        std::uint16_t judged_by = 0;  ///< version in force at `now`
        std::uint8_t held_tier = 0;   ///< the customer's, of the version that judged
        std::int64_t cost = 0;        ///< redeem: points taken
        Wide full = 0;     ///< points given (> 0) or called for (< 0), before `clamp` looks at them
        Wide ranking = 0;  ///< of these, ranking points
        model::Sequence sequence{};
        model::Sequence durable_at{};
        model::Outcome outcome;

        // Campaigns, of a sale.
        bool first_order = false;
        bool has_referrer = false;            ///< somebody who is paid by campaigns
        model::CustomerClasses classes;       ///< of the customer, then
        std::map<std::string, bool> belongs;  ///< to the segments that its campaigns ask for
        std::vector<std::string> campaigns;   ///< those that took effect, by id

        // The network and referrals.
        std::vector<Gift> gifts;  ///< to the parties of a sale, or (below 0) taken back
        Commission commission;    ///< for the VIP above, or (below 0) taken back
        /// By campaigns for whoever brought the buyer, or (below 0) taken back; `vip` is that.
        std::vector<Commission> referrer_commissions;
        std::vector<model::CustomerId> made_vips;
        std::vector<model::CustomerId> unmade_vips;
        model::CustomerId under{};        ///< enroll, move: the VIP; 0: nobody
        std::optional<std::string> code;  ///< enroll: the referral code as given
        model::Sequence paid_code{};      ///< sale: of the referral that it paid
        model::Refusal code_refusal = model::Refusal::none;
        std::int64_t payout_amount = 0;

        // Rewards.
        std::vector<std::string> granted;  ///< sale: the rewards of which campaigns gave vouchers
        model::Sequence voucher{};         ///< moved by the command, or used in the sale; 0: none
        model::Refusal voucher_refusal = model::Refusal::none;

        std::int64_t asked_amount = 0;  ///< as sent; a return by line has found its own
        bool took_last_goods = false;   ///< of a sale that was free: by line, nothing of it is left
    };

    /// What is left of the lines of a sale: `money` in all, and so much was `shared` by lines of that
    /// `worth`.
    struct Goods {
        std::vector<model::SaleLine> lines;
        std::vector<Wide> left;
        Wide money = 0;
        Wide shared = 0;
        Wide worth = 0;
    };

    /// What one campaign gives to a sale.
    struct CampaignShare {
        std::string id;
        Wide points = 0;
        std::int64_t discount = 0;
        bool ranking = true;
        std::string reward;           ///< of a voucher that it gives; empty: none
        std::int64_t commission = 0;  ///< for the referrer
        std::int32_t commission_bp = 0;
    };
    /// What a receipt earns, and what comes off before it is paid.
    struct Earning {
        bool overflow = false;
        Wide points = 0;   ///< in all
        Wide ranking = 0;  ///< of these, ranking points
        std::int64_t discount = 0;
        std::vector<CampaignShare> shares;
    };

    /// A VIP's commission and members.
    struct Wallet {
        std::int64_t available = 0;
        std::int64_t pending = 0;
        std::int64_t in_payout = 0;
        std::int64_t earned = 0;
        std::int64_t paid = 0;
        std::uint64_t members = 0;
        std::uint32_t recruits_this_month = 0;
        std::uint32_t recruits_closed_month = 0;
        std::size_t open_payouts = 0;

        friend bool operator==(const Wallet&, const Wallet&) = default;
    };
    /// What a customer has to do with others.
    struct Relations {
        int customer_class = 0;  ///< 0 retail, 1 member, 2 VIP
        std::uint64_t vip = 0;
        std::uint64_t referrer = 0;
        std::uint64_t brought = 0;
        std::int64_t referral_points = 0;

        friend bool operator==(const Relations&, const Relations&) = default;
    };

    explicit NaiveModel(runtime::TimeSource time) : time_(time) {}

    /// Judges a command at wall-clock time `clock`; an accepted one joins the list.
    model::Outcome judge(const OwnedCommand& command, model::Instant clock);

    /// Tells which sequence the engine gave to the last accepted command.
    void learn(model::Sequence sequence, model::Sequence durable_at);

    /// What a crash leaves: commands of which something was not durable never happened.
    void lose_after(model::Sequence durable);

    /// Tells which sale a referral code is of; codes are the engine's.
    void learn_code(model::ProgramId program, const std::string& code, model::Sequence sale);
    struct KnownCode {
        model::ProgramId program{};
        std::string text;
        model::Sequence sale{};
    };
    const std::vector<KnownCode>& codes() const { return codes_; }

    /// A voucher that the last accepted command has issued, the first, second, … of its transaction; codes
    /// are the engine's.
    void learn_voucher(const std::string& code, model::Sequence id, std::size_t place);
    struct KnownVoucher {
        model::ProgramId program{};
        std::string code;
        model::Sequence id{};
        model::Sequence issued_by{};
        std::size_t place = 0;
    };
    const std::vector<KnownVoucher>& vouchers() const { return vouchers_; }
    struct VoucherNow {
        model::VoucherPhase phase = model::VoucherPhase::none;
        std::int64_t until = 0;  ///< reserved
    };
    VoucherNow voucher_now(const KnownVoucher& voucher) const;
    std::string reward_of(const KnownVoucher& voucher) const;
    std::int64_t voucher_ends(const KnownVoucher& voucher) const;
    /// How many of a reward are given out.
    std::int64_t given(model::ProgramId program, const std::string& reward) const;

    Wallet wallet(model::ProgramId program, model::CustomerId vip, model::Instant clock) const;
    Relations relations(model::ProgramId program, model::CustomerId customer, model::Instant clock) const;

    /// What a campaign has paid of its budget, all its versions together.
    Wide campaign_paid(model::ProgramId program, const std::string& campaign) const;
    /// How often it has taken effect for a customer, as its limit counts.
    std::uint32_t campaign_uses(model::ProgramId program, model::CustomerId customer,
                                const std::string& campaign) const;
    /// What an accepted sale earned, campaign by campaign.
    Earning earned(const Accepted& sale) const;

    Figures figures(model::ProgramId program, model::CustomerId customer, model::Instant clock) const;
    Figures figures_at(model::ProgramId program, model::CustomerId customer, std::int64_t instant) const;

    struct HeldKey {
        model::KeyKind kind = model::KeyKind::none;
        std::string text;
        friend bool operator==(const HeldKey&, const HeldKey&) = default;
    };
    /// The keys that a customer has now, in the order in which they came.
    std::vector<HeldKey> keys_held(model::ProgramId program, model::CustomerId customer) const;
    bool is_blocked(model::ProgramId program, model::CustomerId customer) const;
    bool is_erased(model::ProgramId program, model::CustomerId customer) const;

    /// What a customer is classified by.
    model::CustomerClasses classes(model::ProgramId program, model::CustomerId customer,
                                   model::Instant clock) const;
    /// At an instant, by the status of a version.
    model::CustomerClasses classes_at(model::ProgramId program, model::CustomerId customer,
                                      std::int64_t instant, std::uint16_t version) const;

    std::optional<model::CustomerId> find_customer(model::ProgramId program,
                                                   const model::CustomerRef& ref) const;
    std::uint64_t customer_count(model::ProgramId program) const;
    std::uint16_t program_count() const;
    std::uint16_t version_count(model::ProgramId program) const;
    const model::Program& document(model::ProgramId program, std::uint16_t version) const;
    std::int64_t effective(model::ProgramId program, std::uint16_t version) const;
    const std::vector<Accepted>& accepted() const { return accepted_; }

    /// Where a task of care stands, by its plan.
    struct CareNow {
        model::CarePhase phase = model::CarePhase::open;
        model::CareKind kind = model::CareKind::other;
        std::int64_t due = 0;
        std::int32_t every_days = 0;
        std::string staff;
        std::string note;
    };
    CareNow care_now(const Accepted& plan) const;
    /// The plans of a program's open tasks.
    std::vector<const Accepted*> open_care(model::ProgramId program) const;
    std::int64_t now(model::ProgramId program, model::Instant clock) const;

    /// Where an order stands, by its placing.
    struct OrderNow {
        model::OrderPhase phase = model::OrderPhase::placed;
        std::int64_t amount = 0;
        std::string status;
        std::string waybill;
    };
    OrderNow order_now(const Accepted& placed) const;

    /// The accepted command of a name; of the receipt of an order that is completed, the sale.
    const Accepted* find(model::ProgramId program, const model::Name& name) const;
    /// The command that a name was first used for: of an order's receipt the placing, of a completion's
    /// request the sale that it became.
    const Accepted* first_of(model::ProgramId program, const model::Name& name) const;
    /// What is left of a sale.
    std::int64_t remaining(const Accepted& sale) const;
    Goods goods_left(const Accepted& sale, const Accepted* next = nullptr) const;

  private:
    using Refusal = model::Refusal;
    using Outcome = model::Outcome;

    std::optional<model::Outcome> judge_alone(const model::Command& command) const;
    model::Outcome judge_program(const OwnedCommand& command, model::Instant clock);
    Refusal judge_subject(Accepted& entry, std::int64_t& detail) const;
    Refusal judge_return(Accepted& entry, std::int64_t& detail) const;
    Refusal judge_hold_end(Accepted& entry, std::int64_t& detail) const;
    Refusal judge_spending(Accepted& entry, std::int64_t& detail) const;
    bool same_content(const Accepted& first, const model::Command& again) const;
    bool overflows(const Accepted& entry) const;

    // naive_campaigns.cpp
    using Admits =
        std::function<bool(const model::Campaign&, Wide points, const std::vector<CampaignShare>& before)>;
    Earning earning(const Accepted& priced, Wide amount, Wide order, const Admits& admits) const;
    bool meets(const model::Condition& condition, const Accepted& sale, Wide amount) const;
    bool within_limits(const Accepted& sale, const model::Campaign& campaign, Wide points,
                       const std::vector<CampaignShare>& before) const;
    void find_campaigns(Accepted& sale) const;
    /// What a sale has earned of which so much is left; nothing when the last of it came back.
    Earning earned_of_rest(const Accepted& sale, Wide left, bool gone, const Accepted* next = nullptr) const;
    Outcome quote(const Accepted& balance, bool& overflow) const;
    /// The tier that prices, in the version that prices, or none.
    const model::Tier* pricing_tier(const Accepted& priced) const;
    /// What a command gives or calls for; before the entry joins the list.
    void find_points(Accepted& entry) const;

    // naive_care.cpp
    static Refusal judge_care_alone(const model::Command& command);
    Refusal judge_care(Accepted& entry, std::int64_t& detail) const;
    const Accepted* care_plan(model::ProgramId program, model::Sequence task) const;

    // naive_segments.cpp
    /// Looks at the customer of a sale or a quote, where campaigns ask.
    void look_at_customer(Accepted& entry) const;
    bool belongs(const model::SegmentNode& node, const Accepted& entry, const Figures& figures) const;
    bool is_met(const model::SegmentNode& node, const Accepted& entry, const Figures& figures) const;
    std::uint64_t referrer(model::ProgramId program, model::CustomerId customer) const;
    void find_referrer_commissions(Accepted& entry) const;

    // naive_classes.cpp
    static Refusal judge_classes_alone(const model::Command& command);
    Refusal judge_classes(const Accepted& entry, std::int64_t& detail) const;

    // naive_orders.cpp
    std::optional<Refusal> judge_order_alone(const model::Command& command) const;
    bool names_key(const model::Command& command) const;
    Refusal judge_order(Accepted& entry, std::int64_t& detail) const;
    const Accepted* completion_of(const Accepted& placed) const;
    /// How many and of what amount.
    std::pair<std::size_t, std::int64_t> pending_orders(model::ProgramId program,
                                                        model::CustomerId customer) const;

    // naive_people.cpp
    std::optional<Refusal> judge_person_alone(const model::Command& command) const;
    Refusal judge_named(const Accepted& entry) const;
    Refusal judge_person(Accepted& entry, std::int64_t& detail) const;
    Refusal judge_rekey(const Accepted& entry, std::int64_t& detail) const;
    Refusal judge_claim(Accepted& entry) const;
    static bool is_claim(const Accepted& entry);
    const Accepted* claim_of(model::ProgramId program, const model::Name& receipt) const;
    /// The sale of nobody's whose receipt was claimed and which goes by this name since.
    const Accepted* claimed_by_now(model::ProgramId program, const model::Name& name) const;
    void rename_claimed(model::ProgramId program, const model::Name& receipt);
    void restore_unclaimed();
    /// A key in normal form; "" when it is none.
    static std::string spelled_key(const model::CustomerRef& ref);
    /// Whether a customer has, or once had, a key, or is of that id.
    bool ever_had(model::ProgramId program, model::CustomerId customer, const model::CustomerRef& ref) const;

    // naive_rewards.cpp
    Refusal judge_reward(Accepted& entry, std::int64_t& detail) const;
    Refusal judge_voucher(Accepted& entry) const;
    Refusal judge_usable(const KnownVoucher* voucher, const Accepted& entry) const;
    Refusal judge_paying(const KnownVoucher* voucher, const Accepted& entry) const;
    void find_voucher(Accepted& sale) const;
    const KnownVoucher* voucher_of(model::ProgramId program, std::string_view code) const;
    const Accepted& issue_of(const KnownVoucher& voucher) const;
    std::int64_t voucher_value(const KnownVoucher& voucher) const;
    bool gone(const Accepted& sale, std::size_t length) const;

    // naive_lines.cpp
    std::optional<model::Outcome> judge_lines(const model::Command& command) const;
    /// Of a return by line: finds its amount.
    Refusal judge_goods(Accepted& entry, const Accepted& sale, std::int64_t& detail) const;

    // naive_network.cpp
    Refusal judge_network(Accepted& entry, std::int64_t& detail) const;
    Refusal judge_vip(const Accepted& entry, const model::CustomerRef& ref, model::CustomerId& vip) const;
    Refusal judge_code(const Accepted& entry, const std::string& text, const Accepted*& sale) const;
    /// What a sale gives others, and a return takes from them; before the entry joins the list.
    void find_gifts(Accepted& entry) const;
    /// Judges the referral code of a sale, and what it gives.
    void find_code(Accepted& entry) const;
    void find_sale_gifts(Accepted& entry) const;
    void find_return_gifts(Accepted& entry) const;
    /// Who became a VIP by the newest entry, and who is none any more.
    void find_vips();
    bool parties_overflow(const Accepted& entry) const;
    static std::vector<Commission> commissions_of(const Accepted& entry, model::ProgramId program,
                                                  model::CustomerId vip);
    bool pays_referral(const Accepted& sale, Wide amount) const;
    std::int64_t code_ends(const Accepted& sale) const;
    std::uint64_t under(model::ProgramId program, model::CustomerId customer) const;
    std::uint64_t members(model::ProgramId program, model::CustomerId vip) const;
    std::uint32_t recruits(model::ProgramId program, model::CustomerId vip, std::int64_t month) const;
    bool is_vip(const Accepted& when, model::CustomerId customer) const;
    Wallet wallet_until(model::ProgramId program, model::CustomerId vip, std::size_t length,
                        std::int64_t until) const;
    const Accepted* payout_of(model::ProgramId program, model::Sequence payout) const;
    bool payout_ended(const Accepted& payout, bool& approved) const;
    bool referral_stands(const Accepted& sale) const;
    bool touches(const Accepted& entry, model::ProgramId program, model::CustomerId customer) const;
    void add_gifts(NaiveFold& state, std::size_t index, model::CustomerId customer) const;
    void find_tier(NaiveFold& state, std::size_t index, model::CustomerId customer) const;
    void move(NaiveFold& state, const Accepted& entry, Wide points, bool of_sale, bool buyers) const;
    Wide clamped(const Accepted& entry, Wide points, Wide free) const;

    bool of(const Accepted& entry, model::ProgramId program, model::CustomerId customer) const {
        return entry.program == program && entry.customer == customer;
    }
    std::int64_t latest(model::ProgramId program) const;
    std::uint16_t version_at(model::ProgramId program, std::int64_t instant) const;
    Wide remaining(const Accepted& sale, std::size_t length) const;
    bool void_or_return_accepted(const Accepted& sale) const;
    bool undone(const Accepted& sale) const;
    /// What a customer has come to with the first `length` entries, settled up to the last of them. Nobody's
    /// sales have figures, but no tiers.
    NaiveFold fold(model::ProgramId program, model::CustomerId customer, std::size_t length) const;
    /// The same, settled up to an instant, with the versions that are in force `now`.
    NaiveFold fold_until(model::ProgramId program, model::CustomerId customer, std::size_t length,
                         std::int64_t now, std::int64_t until) const;
    /// Lets time pass: versions up to `last`, months by `until`.
    void settle(NaiveFold& state, model::ProgramId program, std::uint16_t last, std::int64_t until) const;
    void add_to(NaiveFold& state, std::size_t index) const;
    /// Until when points last that are earned at an instant, by a version.
    std::int64_t expiry(model::ProgramId program, std::uint16_t version, std::int64_t at) const;
    struct Dates {
        std::int64_t matures = INT64_MIN;
        std::int64_t expires = INT64_MAX;
    };
    /// Those of what a sale earned, as it was accepted.
    Dates dates_of(const Accepted& sale) const;
    /// The place of a hold among the accepted commands.
    std::int64_t hold_index(model::ProgramId program, model::Sequence hold) const;
    Wide held(model::ProgramId program, model::CustomerId customer, std::size_t length,
              std::int64_t now) const;
    std::size_t open_holds(model::ProgramId program, model::CustomerId customer, std::int64_t now) const;
    /// The instant whose month gets the entry's spend: the sale's of a return that names it.
    std::int64_t posted_at(const Accepted& entry) const;
    /// Months since the year 0, program time.
    std::int64_t month_of(model::ProgramId program, std::int64_t instant) const;
    bool takes_part(const Accepted& entry, model::ProgramId program, model::CustomerId customer) const;
    /// The instant up to which a customer's time has gone since entry `first`, by the first `length` entries
    /// and a further instant.
    std::int64_t customer_time(model::ProgramId program, model::CustomerId customer, std::size_t first,
                               std::size_t length, std::int64_t until) const;
    /// The tier by hand that holds at that instant, of a version's tiers; else the one that was found.
    std::uint8_t held_tier(model::ProgramId program, model::CustomerId customer, std::size_t length,
                           std::int64_t until, std::uint16_t version, std::uint8_t found) const;
    /// How many tiers by hand a customer has that are not over.
    std::size_t open_overrides(model::ProgramId program, model::CustomerId customer,
                               std::int64_t until) const;
    Refusal judge_override(const Accepted& entry, std::int64_t& detail) const;
    Wide spendable(model::ProgramId program, model::CustomerId customer, std::int64_t now) const;
    const Accepted* hold_of(model::ProgramId program, model::Sequence hold) const;

    runtime::TimeSource time_;
    std::vector<Accepted> accepted_;
    std::vector<KnownCode> codes_;
    std::vector<KnownVoucher> vouchers_;
};

}  // namespace tim::tests
