#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/campaign.h"
#include "engine/model/money.h"
#include "engine/model/quantity.h"

namespace tim::model {

inline constexpr std::size_t kMaxTiers = 32;
inline constexpr std::size_t kMaxProgramIdBytes = 32;

/// Which figure of a customer a tier's minimum is compared with (rules.md, Tiers). Spend is in minor units of
/// the currency. Months and periods are those of the program's time zone.
enum class Criterion : std::uint8_t {
    lifetime_spend,
    lifetime_ranking_points,
    month_spend,            ///< of this month or the last closed one, whichever is more
    monthly_average_spend,  ///< lifetime spend over the months since the first purchase, both ends counted
    period_spend,           ///< since the last review
    period_ranking_points,
};

constexpr bool is_money(Criterion criterion) {
    return criterion != Criterion::lifetime_ranking_points && criterion != Criterion::period_ranking_points;
}

/// When a customer may fall to a lower tier.
enum class Downgrade : std::uint8_t {
    immediate,  ///< S3: as soon as the figure is lost
    at_review,  ///< S5: not below the tier with which the period began; the review finds the next one
    never,
};

/// When periods close and tiers are found anew: at local midnight of a month's end, of 30/6 and 31/12, of
/// 31/12.
enum class Review : std::uint8_t { never, monthly, half_yearly, yearly };

/// How customers start under a version that changes a criterion or the thresholds (S5.7).
enum class Start : std::uint8_t {
    current,  ///< with the figures that they have
    zero,     ///< everyone at 0 and in the lowest tier
};

/// What a return does to points that were spent already.
enum class BelowZero : std::uint8_t {
    debt,   ///< points go below zero and the next earnings absorb it
    clamp,  ///< points stop at zero (or at what is held); the shortfall is recorded
};

/// `floor(amount / per_amount) × points` for every receipt.
struct EarnRate {
    Money per_amount{};
    Points points{};
};

/// `points` are worth `value` at a checkout; absent when points are not money.
struct RedeemRate {
    Points points{};
    Money value{};
};

/// Until when points can be spent that are earned now. By the calendar of the program's zone.
enum class ExpiryPolicy : std::uint8_t {
    never,
    months,    ///< to the end of the month that lies so many months on
    year_end,  ///< to the end of the year that lies so many years on
};

inline constexpr std::int32_t kMaxExpiryMonths = 60;
inline constexpr std::int32_t kMaxExpiryYears = 5;
inline constexpr std::int32_t kMaxPendingDays = 365;

struct Expiry {
    ExpiryPolicy policy = ExpiryPolicy::never;
    std::int32_t months = 0;  ///< with `months`: 1 to kMaxExpiryMonths; else 0
    std::int32_t years = 0;   ///< with `year_end`: 0 (this year's end) to kMaxExpiryYears; else 0

    friend bool operator==(const Expiry&, const Expiry&) = default;
};

struct PointsRules {
    std::string unit = "points";
    EarnRate earn;
    std::optional<RedeemRate> redeem;
    BelowZero below_zero = BelowZero::debt;
    Expiry expiry;
    std::int32_t pending_days = 0;   ///< after so many days the points of a sale can be spent
    std::int32_t late_days = 30;     ///< how far back an `at` may lie
    std::int32_t return_days = 365;  ///< how long after the sale a return with its original is taken
};

struct Tiering {
    Criterion criterion = Criterion::lifetime_spend;
    Downgrade downgrade = Downgrade::immediate;
    Review review = Review::never;
    Start start = Start::current;
};

/// No multiplier: 100 %.
inline constexpr std::int32_t kWholeBp = 10'000;

/// One level. `min` and `max` are in the criterion's unit: minor units of money, or points. `max` only
/// documents where the next level begins (S3.5, S3.6): validation checks it, the rules need only `min`.
struct Tier {
    std::string id;
    std::string name;
    std::string description;
    std::string icon;
    std::vector<std::string> benefits;
    std::optional<Criterion> criterion;  ///< S3.3: its own; else the program's
    std::int64_t min = 0;
    std::optional<std::int64_t> max;
    Points keep_points{};                   ///< S3.7: the points of a customer that a checkout may not touch
    Points upgrade_bonus{};                 ///< S5.3: for reaching it, points and ranking points
    std::int32_t multiplier_bp = kWholeBp;  ///< of the points that its customers earn
    std::optional<Discount> discount;       ///< S5.2: off each order of its customers
    bool visible = true;                    ///< S2.7: else only those who are in it see it
    bool active = true;
    bool makes_vip = false;                ///< S1.6, S1.18: who reaches it becomes a VIP of the network
    std::int32_t voucher_discount_bp = 0;  ///< S2.9: off the points that rewards cost
    std::string price_list;                ///< S2.9: the name of the shop's prices for this level
};

/// Points for one side of a referral.
struct ReferralSide {
    Points points{};
    bool ranking = true;  ///< they are ranking points too
};

/// S1.10 to S1.13: every purchase of a known customer makes a code; another's first order with it pays both.
struct Referral {
    bool enabled = true;
    std::int32_t code_days = 30;  ///< valid to the end of the day so many days after the purchase
    ReferralSide referrer;
    ReferralSide referee;
    std::optional<std::int32_t> cap_per_month;  ///< referrals that pay a referrer in a month; none: no cap
    Money min_amount{};                         ///< of the order; one of nothing never pays
};

/// The VIP's points of a member's sale: `floor(amount / per_amount) × points`.
struct UplineEarn {
    EarnRate rate;
    bool ranking = true;
};

/// S1.22: the commission of a VIP who recruited so many members in the previous closed month.
struct CommissionStep {
    std::int32_t recruits = 0;  ///< at least
    std::int32_t rate_bp = 0;
};

enum class PayoutMode : std::uint8_t {
    manual,   ///< the VIP asks
    monthly,  ///< and what is available at a month's beginning is due by itself
};

struct PayoutRules {
    PayoutMode mode = PayoutMode::manual;
    Money min_amount{};
};

/// S1.14 to S1.22: members under VIPs.
struct Network {
    bool enabled = true;
    std::optional<UplineEarn> upline_earn;
    std::int32_t pending_days = 7;           ///< until commission is available
    std::vector<CommissionStep> commission;  ///< ascending by recruits
    PayoutRules payout;
};

inline constexpr std::size_t kMaxCommissionSteps = 32;
/// Longest time for which commission is pending.
inline constexpr std::int32_t kMaxCommissionPendingDays = 90;

enum class RewardKind : std::uint8_t { voucher, gift };

inline constexpr std::size_t kMaxRewards = 1'000;
inline constexpr std::int32_t kMaxRewardDays = 3'650;
inline constexpr std::int64_t kMaxStock = 1'000'000'000;

/// S1.9: what points are exchanged for.
struct Reward {
    std::string id;
    std::string name;
    RewardKind kind = RewardKind::voucher;
    Points cost{};
    Money value{};                      ///< of a voucher, at a checkout
    std::int32_t valid_days = 30;       ///< of its code: to the end of the day so many days on
    std::optional<std::int64_t> stock;  ///< so many are given out in all; none: no end of it
    std::vector<std::string> tiers;     ///< who may have it, by the tier held; empty: everybody
    std::optional<Instant> starts;      ///< the first instant at which it is offered; none: always was
    std::optional<Instant> ends;        ///< the first instant at which it is not any more
};

/// S4.2 to S4.9: the values that customers are classified by; at most kMaxSources and kMaxClassValues of each
/// (classification.h).
struct Classification {
    std::optional<Money> vip_month_spend;  ///< S4.3: net sales of a month above it make the status VIP
    std::vector<std::string> sources;
    std::vector<std::string> natures;
    std::vector<std::string> types;
    std::vector<std::string> items;

    friend bool operator==(const Classification&, const Classification&) = default;
};

/// One shop's rules. Nothing of one program is visible to another.
struct Program {
    std::string id;
    std::string name;
    Currency currency;
    std::string time_zone;
    /// S5.6: off, there are no tier moves, bonuses, multipliers and floors; figures and points go on. S5.11:
    /// on again, everyone's tier is found from the figures of then.
    bool enabled = true;
    PointsRules points;
    Tiering tiering;
    std::vector<Tier> tiers;          ///< from the lowest to the highest
    std::vector<Campaign> campaigns;  ///< in the order in which they take effect
    std::optional<Referral> referral;
    std::optional<Network> network;
    std::vector<Reward> rewards;
    std::optional<Classification> classification;

    Criterion criterion_of(const Tier& tier) const { return tier.criterion.value_or(tiering.criterion); }
};

/// What is wrong with a program, and where: `tiers[2].min`.
struct ProgramFault {
    std::string path;
    std::string message;
};

/// Every fault of the program; none means that it may take effect. Sources: S3.5 and S3.6 (ranges), rules.md
/// (Tiers).
std::vector<ProgramFault> validate(const Program& program);

/// The faults as one text, a line each.
std::string describe(const std::vector<ProgramFault>& faults);

}  // namespace tim::model
