#include "engine/runtime/explain_told.h"

namespace tim::runtime {

namespace {

/// The lines with so many of each; those of none are left out.
std::string goods(const Told& told, const std::vector<std::uint32_t>& quantities) {
    const std::vector<model::SaleLine>& lines = told.transaction().lines;
    std::string text;
    for (std::size_t i = 0; i < lines.size() && i < quantities.size(); ++i) {
        if (quantities[i] == 0) continue;
        text += (text.empty() ? "" : ", ") +
                model::describe_line(lines[i], quantities[i], told.document().currency);
    }
    return text.empty() ? "nothing" : text;
}

}  // namespace

void explain_sale_lines(const Told& told, Lines& lines) {
    std::vector<std::uint32_t> quantities;
    for (const model::SaleLine& line : told.transaction().lines)
        quantities.push_back(line.quantity);
    lines.push_back(told.bare_line(fmt::format("What was sold: {}.", goods(told, quantities))));
}

void explain_receipt_reduced(const Told& told, Lines& lines) {
    std::string sentence = fmt::format("Of the sale {} is left, worth {}.", told.money(told.fact().amount),
                                       told.points(told.fact().points));
    if (const auto& left = told.transaction().left)
        sentence += fmt::format(" What came back: {}. What is left: {}.", goods(told, left->returned),
                                goods(told, left->quantities));
    lines.push_back(told.bare_line(std::move(sentence)));
}

}  // namespace tim::runtime
