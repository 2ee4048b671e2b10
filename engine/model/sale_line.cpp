#include "engine/model/sale_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace tim::model {

namespace {

/// Takes what stands before the next colon off `rest`; nothing when `rest` is used up.
std::optional<std::string_view> take_part(std::optional<std::string_view>& rest) {
    if (!rest) return std::nullopt;
    const std::size_t colon = rest->find(':');
    const std::string_view part = rest->substr(0, colon);
    rest = colon == std::string_view::npos ? std::nullopt : std::optional(rest->substr(colon + 1));
    return part;
}

Result<SaleLine> parse_line(std::string_view text, const Currency& currency, bool returns) {
    const char* const form = returns ? "SKU:QTY[:PRICE[:CATEGORY]]" : "SKU:QTY:PRICE[:CATEGORY]";
    const auto wrong = [&](std::string_view what) {
        return failure(ErrorKind::invalid, fmt::format("\"{}\": {}; a line is {}", text, what, form));
    };
    std::optional<std::string_view> rest = text;
    SaleLine line;
    line.sku = *take_part(rest);
    if (!is_sku(line.sku)) return wrong(fmt::format("an SKU is 1 to {} printable ASCII bytes", kMaxSkuBytes));
    const auto quantity_text = take_part(rest);
    const auto quantity = parse_integer(quantity_text.value_or(""));
    if (!quantity || *quantity < 1 || *quantity > kMaxLineQuantity)
        return wrong(fmt::format("the quantity is a number from 1 to {}", kMaxLineQuantity));
    line.quantity = static_cast<std::uint32_t>(*quantity);
    const auto price_text = take_part(rest);
    if (price_text && !(returns && price_text->empty())) {
        const auto price = parse_money(*price_text, currency);
        if (!price) return wrong(fmt::format("price: {}", price.error().message));
        if (price->value < 0) return wrong("the price is negative");
        line.price = *price;
    } else if (!returns) {
        return wrong("the price is missing");
    }
    if (rest) line.category = *rest;
    if (!is_category(line.category))
        return wrong(fmt::format("a category has at most {} bytes, without semicolons", kMaxCategoryBytes));
    return line;
}

}  // namespace

bool is_sku(std::string_view text) {
    const auto fits = [](char c) { return c >= ' ' && c <= '~' && c != ':' && c != ';'; };
    return !text.empty() && text.size() <= kMaxSkuBytes && text.front() != ' ' && text.back() != ' ' &&
           std::ranges::all_of(text, fits);
}

bool is_category(std::string_view text) {
    const auto fits = [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != '\x7F' && c != ';'; };
    return text.size() <= kMaxCategoryBytes && std::ranges::all_of(text, fits);
}

Result<SaleLine> parse_sale_line(std::string_view text, const Currency& currency) {
    return parse_line(text, currency, false);
}

Result<SaleLine> parse_return_line(std::string_view text, const Currency& currency) {
    return parse_line(text, currency, true);
}

Result<std::vector<SaleLine>> parse_sale_lines(std::string_view text, const Currency& currency,
                                               bool returns) {
    std::vector<SaleLine> lines;
    for (std::optional<std::string_view> rest = text; rest;) {
        const std::size_t end = rest->find(';');
        auto line = parse_line(rest->substr(0, end), currency, returns);
        if (!line) return tl::unexpected(line.error());
        if (lines.size() == kMaxSaleLines)
            return failure(ErrorKind::invalid, fmt::format("there are more than {} lines", kMaxSaleLines));
        lines.push_back(std::move(*line));
        rest = end == std::string_view::npos ? std::nullopt : std::optional(rest->substr(end + 1));
    }
    return lines;
}

std::string describe_lines(std::span<const SaleLine> lines, std::span<const std::uint32_t> quantities,
                           const Currency& currency, std::size_t max_bytes) {
    std::string text;
    std::size_t left_out = 0;
    for (std::size_t i = 0; i < lines.size() && i < quantities.size(); ++i) {
        if (quantities[i] == 0) continue;
        std::string line =
            fmt::format("{} × {} at {}", lines[i].sku, quantities[i], format_money(lines[i].price, currency));
        if (!lines[i].category.empty()) line += fmt::format(" ({})", lines[i].category);
        if (left_out > 0 || text.size() + line.size() > max_bytes)
            ++left_out;
        else
            text += (text.empty() ? "" : ", ") + line;
    }
    if (left_out > 0) text += fmt::format("{}{} more", text.empty() ? "" : ", and ", left_out);
    return text.empty() ? "nothing" : text;
}

}  // namespace tim::model
