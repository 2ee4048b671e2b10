// Goods by line: in a sale, and in what comes back of it (rules.md, Returns).
#include "engine/core/lines.h"

#include <algorithm>

#include "engine/core/invariant.h"

namespace tim::core {

using model::CommandKind;
using model::LinesLeft;
using model::Money;
using model::Refusal;
using model::SaleLine;

namespace {

std::vector<std::uint32_t> quantities_of(std::span<const SaleLine> lines) {
    std::vector<std::uint32_t> quantities;
    for (const SaleLine& line : lines)
        quantities.push_back(line.quantity);
    return quantities;
}

bool is_gone(const LinesLeft& left) {
    return std::ranges::all_of(left.quantities, [](std::uint32_t quantity) { return quantity == 0; });
}

/// Whether a line that was sold is one that a return's line names.
bool is_named(const SaleLine& sold, const SaleLine& named) {
    return sold.sku == named.sku && (named.price == model::kAnyPrice || sold.price == named.price) &&
           (named.category.empty() || sold.category == named.category);
}

/// Takes what the lines name, in their order, of the first of the sale's lines that still have some.
Judgement take(const std::vector<SaleLine>& lines, const std::vector<SaleLine>& named, LinesLeft& left) {
    for (std::size_t number = 0; number < named.size(); ++number) {
        std::uint32_t missing = named[number].quantity;
        bool known = false;
        for (std::size_t i = 0; i < lines.size() && i < left.quantities.size(); ++i) {
            if (!is_named(lines[i], named[number])) continue;
            known = true;
            const std::uint32_t taken = std::min(missing, left.quantities[i]);
            left.quantities[i] -= taken;
            left.returned[i] += taken;
            missing -= taken;
        }
        const auto detail = static_cast<std::int64_t>(number) + 1;
        if (!known) return refuse(Refusal::unknown_line, detail);
        if (missing != 0) return refuse(Refusal::return_exceeds_line, detail);
    }
    return {};
}

}  // namespace

std::optional<Money> worth_of(std::span<const SaleLine> lines, const std::vector<std::uint32_t>& quantities) {
    if (lines.size() != quantities.size()) return std::nullopt;
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::int64_t worth = 0;
        if (__builtin_mul_overflow(lines[i].price.value, std::int64_t{quantities[i]}, &worth) ||
            __builtin_add_overflow(sum, worth, &sum))
            return std::nullopt;
    }
    return Money{sum};
}

std::optional<Money> worth_of(std::span<const SaleLine> lines) {
    return worth_of(lines, quantities_of(lines));
}

std::optional<Money> share_of(std::span<const SaleLine> lines, const LinesLeft& left) {
    const auto worth = worth_of(lines, left.quantities);
    if (!worth || worth->value < 0 || *worth > left.worth || left.paid.value < 0) return std::nullopt;
    if (left.worth.value == 0) return left.paid;
    const auto back =
        model::floor_multiply_divide(left.paid.value, left.worth.value - worth->value, left.worth.value);
    if (!back) return std::nullopt;
    return Money{left.paid.value - *back};
}

Judgement check_lines(const model::Command& command) {
    const std::vector<SaleLine>& lines = command.details->lines;
    const bool returns = command.kind == CommandKind::returned;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const SaleLine& line = lines[i];
        const bool priced = line.price.value >= 0 || (returns && line.price == model::kAnyPrice);
        if (i >= model::kMaxSaleLines || !model::is_sku(line.sku) || !model::is_category(line.category) ||
            line.quantity < 1 || line.quantity > model::kMaxLineQuantity || !priced)
            return refuse(Refusal::invalid_lines, static_cast<std::int64_t>(i) + 1);
    }
    if (returns || lines.empty()) return {};
    const auto worth = worth_of(lines);
    if (!worth) return refuse(Refusal::overflow);
    if (command.amount > *worth) return refuse(Refusal::amount_exceeds_lines, worth->value);
    return {};
}

LinesLeft all_of(const std::vector<SaleLine>& lines, Money amount) {
    LinesLeft left;
    left.quantities = quantities_of(lines);
    left.returned.assign(lines.size(), 0);
    left.paid = amount;
    left.worth = worth_of(lines).value_or(Money{});
    return left;
}

std::vector<SaleLine> remaining_lines(const std::vector<SaleLine>& lines,
                                      const std::vector<std::uint32_t>& quantities) {
    std::vector<SaleLine> remaining;
    for (std::size_t i = 0; i < lines.size() && i < quantities.size(); ++i) {
        if (quantities[i] == 0) continue;
        remaining.push_back(lines[i]);
        remaining.back().quantity = quantities[i];
    }
    return remaining;
}

ReturnTerms return_terms(const model::Command& command, const SaleEvidence& sale) {
    const bool voids = command.kind == CommandKind::voided;
    const bool by_line = command.details != nullptr && !command.details->lines.empty();
    ReturnTerms terms;
    terms.left = sale.left;
    terms.left.returned.assign(terms.left.quantities.size(), 0);
    terms.amount = voids ? sale.remaining : command.amount;
    if (by_line) {
        terms.judgement = take(sale.lines, command.details->lines, terms.left);
        if (!terms.judgement.accepted()) return terms;
        const auto share = share_of(sale.lines, terms.left);
        TIM_INVARIANT(share, "no more is left of lines than was sold");
        terms.amount.value = sale.remaining.value - share->value;
        if (command.amount.value != 0 && command.amount != terms.amount) {
            terms.judgement = refuse(Refusal::line_amount_differs, terms.amount.value);
            return terms;
        }
    }
    terms.remaining = {sale.remaining.value - terms.amount.value};
    terms.whole = terms.remaining.value == 0 && (terms.amount.value > 0 || voids);
    // Of a sale that was free the lines tell when it is back.
    if (by_line && sale.sale.amount.value == 0) terms.whole = is_gone(terms.left);
    if (by_line || sale.lines.empty()) return terms;
    if (terms.whole) {
        std::swap(terms.left.returned, terms.left.quantities);
    } else {
        // Money without goods: the lines that are left share what is left of it.
        terms.left.paid = terms.remaining;
        terms.left.worth = worth_of(sale.lines, terms.left.quantities).value_or(Money{});
    }
    return terms;
}

}  // namespace tim::core
