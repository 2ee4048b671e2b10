#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/quantity.h"

namespace tim::model {

inline constexpr std::size_t kMaxCampaigns = 64;           ///< of one version of a program
inline constexpr std::size_t kMaxCampaignConditions = 64;  ///< of one campaign, all levels together
inline constexpr std::size_t kMaxConditionDepth = 8;
inline constexpr std::size_t kMaxCampaignEffects = 8;
inline constexpr std::size_t kMaxVoucherCampaigns = 8;     ///< of a program, that give vouchers
inline constexpr std::size_t kMaxCommissionCampaigns = 4;  ///< of a program, that pay commission
inline constexpr std::size_t kMaxConditionTexts = 1'000;   ///< SKUs or categories of one condition
/// Conditions of one campaign about the customer: `campaign_applied` has an answer for each.
inline constexpr std::size_t kMaxCustomerConditions = 32;

/// Money off an order: `percent_bp` of it, at most `max_amount`, or a fixed `amount`; nothing below
/// `min_order`. Rounded down to the minor unit, never more than the order.
struct Discount {
    std::int32_t percent_bp = 0;
    Money amount{};
    std::optional<Money> max_amount;
    Money min_order{};

    friend bool operator==(const Discount&, const Discount&) = default;
};

/// What `discount` takes off an order of `order`.
Money discount_of(const Discount& discount, Money order);

/// floor(amount × rate) of an amount ≥ 0, for 0 ≤ rate ≤ 100 %.
Money share_of(Money amount, std::int32_t rate_bp);

enum class ConditionKind : std::uint8_t {
    all,           ///< every one of `parts`; of none: true
    any,           ///< one of `parts`; of none: false
    negation,      ///< not its one part
    amount_from,   ///< the receipt's amount is at least `amount`
    amount_below,  ///< the receipt's amount is less than `amount`
    tier_in,       ///< the tier held before the sale, by id: `texts`
    terminal_in,   ///< `numbers`
    weekday_in,    ///< of the sale's `at`, program time; `numbers`: 0 Monday … 6 Sunday
    hours,  ///< from `from` (0 … 23) to before `until` (1 … 24), program time; past midnight when from ≥
            ///< until
    dates,        ///< from `starts` to before `ends`
    first_order,  ///< `wanted`: whether the customer had no order before
    sku_in,       ///< a line of the sale is of one of `texts`; a sale without lines has none
    category_in,  ///< the same for a line's category
    // About the customer, as the sale is recorded (S4.5 to S4.9); `texts` are values of the program's lists.
    source_in,
    nature_in,       ///< one of the customer's at least
    type_in,         ///< the same
    item_in,         ///< the same
    birthday_month,  ///< `wanted`: whether the sale's month, program time, is that of the customer's birthday
    segment,         ///< the customer belongs to the segment that the one of `texts` says (segment.h)
};

/// Whether a condition is about the customer, apart from what the sale itself tells.
constexpr bool is_about_customer(ConditionKind kind) {
    return kind >= ConditionKind::source_in && kind <= ConditionKind::segment;
}

/// One node of a campaign's condition.
struct Condition {
    ConditionKind kind = ConditionKind::all;
    std::vector<Condition> parts;
    std::vector<std::string> texts;
    std::vector<std::uint32_t> numbers;
    Money amount{};
    std::int32_t from = 0;
    std::int32_t until = 24;
    std::optional<Instant> starts;
    std::optional<Instant> ends;
    bool wanted = true;

    friend bool operator==(const Condition&, const Condition&) = default;
};

enum class EffectKind : std::uint8_t {
    multiplier,    ///< the points so far × `multiplier_bp` / 10,000
    bonus_points,  ///< `points` more
    earn,          ///< floor(amount / per_amount) × points more
    discount,      ///< money off, for whoever asks before the sale
    voucher,       ///< one of `reward`, free, with the sale; of its stock alone it takes notice
    commission,    ///< `commission_bp` of the amount for whoever brought the customer (S4.6)
};

struct CampaignEffect {
    EffectKind kind = EffectKind::bonus_points;
    std::int32_t multiplier_bp = 10'000;
    Points points{};
    Money per_amount{};
    Discount discount;
    std::string reward;  ///< its id
    std::int32_t commission_bp = 0;

    friend bool operator==(const CampaignEffect&, const CampaignEffect&) = default;
};

/// For a while, sales that meet a condition set more in motion than they would by themselves.
struct Campaign {
    std::string id;
    std::string name;
    std::optional<Instant> starts;  ///< the first instant at which it runs; none: always has
    std::optional<Instant> ends;    ///< the first instant at which it does not any more
    Condition when;                 ///< all of nothing: every sale of a customer
    std::vector<CampaignEffect> then;
    bool ranking = true;                        ///< whether its points are ranking points too
    std::optional<Points> budget_points;        ///< that it pays in all
    std::optional<std::uint32_t> per_customer;  ///< how often it takes effect for one customer

    friend bool operator==(const Campaign&, const Campaign&) = default;
};

}  // namespace tim::model
