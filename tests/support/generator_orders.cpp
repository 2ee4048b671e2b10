// Web orders, and the goods of sales and returns.
#include <fmt/format.h>

#include <algorithm>

#include "tests/support/generator.h"
#include "tests/support/seams.h"

namespace tim::tests {

using model::CommandKind;
using model::Name;
using model::ProgramId;

OwnedCommand CommandGenerator::order(ProgramId program) {
    constexpr const char* statuses[] = {"", "chờ xác nhận", "đang giao", "đã giao"};
    OrderWords words;
    if (choices_.chance(40)) words.status = statuses[choices_.below(std::size(statuses))];
    if (choices_.chance(30)) words.waybill = fmt::format("GHN{}", next_number_);
    const bool has_codes = model_.document(program, 1).network.has_value();
    const NaiveModel::Accepted* const placed = some_accepted(program, CommandKind::place_order);
    if (placed == nullptr || choices_.chance(40)) {
        if (has_codes && choices_.chance(40)) words.referral = code(program);
        const Who who = choices_.chance(2) ? Who() : customer(program);
        return make_place_order(program, next_receipt(), who, amount(program), words);
    }
    Name name = placed->command.command.name;
    if (choices_.chance(3)) name = receipt(9, "NEVER-PLACED");
    if (choices_.chance(3))
        if (const auto* sold = some_accepted(program, CommandKind::sale)) name = sold->command.command.name;
    const std::uint64_t dice = choices_.below(100);
    if (dice >= 80 && dice < 90)
        return make_order_change(CommandKind::cancel_order, program, next_request(), name, words);
    if (choices_.chance(30)) words.amount = amount(program);
    if (dice >= 90) return make_order_change(CommandKind::update_order, program, next_request(), name, words);
    const NaiveModel::Accepted* const hold =
        choices_.chance(15) ? some_accepted(program, CommandKind::hold) : nullptr;
    return make_complete_order(program, next_request(), name, words,
                               hold == nullptr ? model::Sequence{} : hold->sequence,
                               has_codes && choices_.chance(30) ? code(program) : std::string());
}

OwnedCommand CommandGenerator::with_goods(OwnedCommand sale) {
    std::int64_t left = sale.command.amount.value;
    std::vector<model::SaleLine> lines;
    while (lines.size() < 4 && (lines.empty() || left > 0 || choices_.chance(30))) {
        model::SaleLine line{fmt::format("g{}", choices_.below(3)), 0, {}, choices_.chance(50) ? "tea" : ""};
        line.quantity = static_cast<std::uint32_t>(choices_.between(1, 4));
        line.price.value = choices_.chance(10) ? 0 : choices_.between(0, std::max<std::int64_t>(left, 3) / 2);
        // What is left to account for, and some more.
        if (lines.size() == 3 && left > 0 && choices_.chance(95))
            line.price.value = std::min(left, INT64_MAX / 5) / line.quantity + choices_.between(1, 3);
        if (choices_.chance(1)) line.sku = "no:sku";
        line.price.value = std::min(line.price.value, INT64_MAX / 8);
        left -= std::min(left, line.price.value * std::int64_t{line.quantity});
        lines.push_back(std::move(line));
    }
    return with_lines(std::move(sale), std::move(lines));
}

OwnedCommand CommandGenerator::give_back_goods(const NaiveModel::Accepted& sale, const Name& original) {
    const NaiveModel::Goods goods = model_.goods_left(sale);
    std::vector<model::SaleLine> lines;
    const bool all = choices_.chance(15);
    for (std::size_t i = 0; i < goods.lines.size(); ++i) {
        if (!all && choices_.chance(50)) continue;
        model::SaleLine line{goods.lines[i].sku, 0, model::kAnyPrice, {}};
        const auto left = static_cast<std::int64_t>(goods.left[i]);
        line.quantity =
            static_cast<std::uint32_t>(all ? left : choices_.between(1, std::max<std::int64_t>(left, 1)));
        if (all || choices_.chance(50)) line.price = goods.lines[i].price;
        if (all || choices_.chance(20)) line.category = goods.lines[i].category;
        if (choices_.chance(2)) line.sku = "never-sold";
        if (choices_.chance(3)) ++line.quantity;
        if (line.quantity != 0) lines.push_back(std::move(line));
    }
    if (lines.empty()) lines.push_back({goods.lines[0].sku, 1, model::kAnyPrice, {}});
    const Who owner = sale.customer.value == 0 ? Who() : Who(fmt::format("id:{}", sale.customer.value));
    return with_lines(make_return(sale.program, next_receipt(), owner, choices_.chance(5) ? 7 : 0, original),
                      std::move(lines));
}

}  // namespace tim::tests
