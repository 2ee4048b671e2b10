#pragma once

#include <optional>
#include <span>
#include <vector>

#include "engine/core/decide.h"
#include "engine/model/sale_line.h"

namespace tim::core {

/// What lines come to by their prices; nothing on overflow.
std::optional<model::Money> worth_of(std::span<const model::SaleLine> lines);

/// Whether lines are such as a sale or an order (with prices) or a return may have.
Judgement check_lines(const model::Command& command);

/// What is left of the lines of a sale of `amount` before anything came back.
model::LinesLeft all_of(const std::vector<model::SaleLine>& lines, model::Money amount);

/// The money that belongs to the lines that are left. What came back is floored as one sum: many small
/// returns pay back what one large one does, whatever their order. Nothing when the figures do not fit.
std::optional<model::Money> share_of(std::span<const model::SaleLine> lines, const model::LinesLeft& left);

/// What so many of each come to by their prices; nothing on overflow, or of other numbers than lines.
std::optional<model::Money> worth_of(std::span<const model::SaleLine> lines,
                                     const std::vector<std::uint32_t>& quantities);

/// Lines with what is left of each; those of which nothing is are not among them.
std::vector<model::SaleLine> remaining_lines(const std::vector<model::SaleLine>& lines,
                                             const std::vector<std::uint32_t>& quantities);

}  // namespace tim::core
