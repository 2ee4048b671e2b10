#include "engine/runtime/explain_told.h"

namespace tim::runtime {

namespace {

/// Of what a return tells: it may be one of many.
constexpr std::size_t kMaxReturnBytes = 1'000;
/// All that a sale may have.
constexpr std::size_t kMaxSaleBytes =
    model::kMaxSaleLines * (model::kMaxSkuBytes + model::kMaxCategoryBytes + 64);

std::string goods(const Told& told, const std::vector<std::uint32_t>& quantities, std::size_t max_bytes) {
    return model::describe_lines(told.transaction().lines, quantities, told.document().currency, max_bytes);
}

}  // namespace

void explain_sale_lines(const Told& told, Lines& lines) {
    std::vector<std::uint32_t> quantities;
    for (const model::SaleLine& line : told.transaction().lines)
        quantities.push_back(line.quantity);
    lines.push_back(
        told.bare_line(fmt::format("What was sold: {}.", goods(told, quantities, kMaxSaleBytes))));
}

void explain_receipt_reduced(const Told& told, Lines& lines) {
    std::string sentence = fmt::format("Of the sale {} is left, worth {}.", told.money(told.fact().amount),
                                       told.points(told.fact().points));
    if (const auto& left = told.transaction().left)
        sentence += fmt::format(" What came back: {}. What is left: {}.",
                                goods(told, left->returned, kMaxReturnBytes),
                                goods(told, left->quantities, kMaxReturnBytes));
    lines.push_back(told.bare_line(std::move(sentence)));
}

void explain_expiry_undone(const Told& told, Lines& lines) {
    lines.push_back(told.whole_line(
        fmt::format("Of that, {} had expired as the sale was recorded: they are not missing now.",
                    told.points(told.fact().points))));
}

}  // namespace tim::runtime
