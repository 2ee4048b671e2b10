#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/money.h"
#include "engine/model/quantity.h"
#include "engine/model/result.h"

namespace tim::model {

inline constexpr std::size_t kMaxSaleLines = 64;  ///< of one sale, and of one return
inline constexpr std::size_t kMaxSkuBytes = 32;
inline constexpr std::size_t kMaxCategoryBytes = 64;
inline constexpr std::uint32_t kMaxLineQuantity = 1'000'000'000;

/// In a return's line: whatever the price.
inline constexpr Money kAnyPrice{-1};

/// Goods of one kind in a sale or in a return. A sale may have several lines of one SKU.
struct SaleLine {
    std::string sku;
    std::uint32_t quantity = 0;
    Money price = kAnyPrice;  ///< of one, before discounts
    std::string category;     ///< empty: none

    friend bool operator==(const SaleLine&, const SaleLine&) = default;
};

/// What a return has left of the lines of its sale.
struct LinesLeft {
    std::vector<std::uint32_t> quantities;  ///< of each of the sale's lines, in their order
    std::vector<std::uint32_t> returned;    ///< of each, by this return
    /// What the lines that are left share: when they were worth `worth` by their prices, `paid` of the money
    /// was left. That is the sale's amount, or what a return of money without goods has left.
    Money paid{};
    Money worth{};

    friend bool operator==(const LinesLeft&, const LinesLeft&) = default;
};

/// 1 to kMaxSkuBytes printable ASCII bytes other than the colon and semicolon that separate them from what
/// follows, neither beginning nor ending with a blank.
bool is_sku(std::string_view text);
/// Up to kMaxCategoryBytes bytes without control characters and semicolons.
bool is_category(std::string_view text);

/// "SKU:QTY:PRICE[:CATEGORY]"; of a return "SKU:QTY[:PRICE[:CATEGORY]]" will do. Errors: invalid.
Result<SaleLine> parse_sale_line(std::string_view text, const Currency& currency);
Result<SaleLine> parse_return_line(std::string_view text, const Currency& currency);
/// Several of them, separated by semicolons. An error names the line.
Result<std::vector<SaleLine>> parse_sale_lines(std::string_view text, const Currency& currency, bool returns);

/// "oolong × 2 at 45000 (tea), cup × 1 at 9000": so many of each, without those of which there are none. What
/// goes beyond `max_bytes` is counted: "…, and 12 more". "nothing" when there are none at all.
std::string describe_lines(std::span<const SaleLine> lines, std::span<const std::uint32_t> quantities,
                           const Currency& currency, std::size_t max_bytes);

}  // namespace tim::model
