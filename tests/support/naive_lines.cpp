// Goods by line, once more: every figure is found by going through all that came back of a sale.
#include <algorithm>

#include "tests/support/naive_model.h"

namespace tim::tests {

using model::Command;
using model::CommandKind;
using model::SaleLine;

namespace {

constexpr std::size_t kMostLines = 64;
constexpr std::int64_t kMostOfALine = 1'000'000'000;

bool printable(const std::string& text, std::size_t most, const std::string& without, bool ascii) {
    if (text.size() > most) return false;
    return std::all_of(text.begin(), text.end(), [&](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 32 && byte != 127 && !(ascii && byte > 126) && without.find(c) == std::string::npos;
    });
}

NaiveModel::Wide worth(const std::vector<SaleLine>& lines, const std::vector<NaiveModel::Wide>& quantities) {
    NaiveModel::Wide sum = 0;
    for (std::size_t i = 0; i < lines.size(); ++i)
        sum += NaiveModel::Wide{lines[i].price.value} * quantities[i];
    return sum;
}

/// Takes one piece after the other; how many could not be taken, or −1 when none such was sold.
std::int64_t take(const std::vector<SaleLine>& sold, const SaleLine& named,
                  std::vector<NaiveModel::Wide>& left) {
    bool known = false;
    for (std::int64_t missing = named.quantity;; --missing) {
        bool taken = false;
        for (std::size_t i = 0; i < sold.size() && !taken; ++i) {
            const bool meant = sold[i].sku == named.sku &&
                               (named.price.value == -1 || named.price == sold[i].price) &&
                               (named.category.empty() || named.category == sold[i].category);
            known |= meant;
            if (!meant || missing == 0 || left[i] == 0) continue;
            left[i] -= 1;
            taken = true;
        }
        if (!known) return -1;
        if (!taken) return missing;
    }
}

}  // namespace

std::optional<model::Outcome> NaiveModel::judge_lines(const Command& command) const {
    if (command.details == nullptr) return std::nullopt;
    const std::vector<SaleLine>& lines = command.details->lines;
    const bool returns = command.kind == CommandKind::returned;
    model::Outcome outcome;
    if (returns && !lines.empty() && command.original.kind == model::NameKind::none) {
        outcome.refusal = Refusal::invalid_command;
        return outcome;
    }
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const SaleLine& line = lines[i];
        const bool edges = !line.sku.empty() && line.sku.front() != ' ' && line.sku.back() != ' ';
        if (i < kMostLines && edges && printable(line.sku, 32, ":;", true) &&
            printable(line.category, 64, ";", false) && line.quantity >= 1 && line.quantity <= kMostOfALine &&
            line.price.value >= (returns ? -1 : 0))
            continue;
        outcome.refusal = Refusal::invalid_lines;
        outcome.detail = static_cast<std::int64_t>(i) + 1;
        return outcome;
    }
    if (returns || lines.empty()) return std::nullopt;
    std::vector<Wide> all;
    for (const SaleLine& line : lines)
        all.push_back(line.quantity);
    const Wide sum = worth(lines, all);
    if (sum > INT64_MAX) outcome.refusal = Refusal::overflow;
    if (sum <= INT64_MAX && command.amount.value > sum) {
        outcome.refusal = Refusal::amount_exceeds_lines;
        outcome.detail = static_cast<std::int64_t>(sum);
    }
    return outcome.refusal == Refusal::none ? std::nullopt : std::optional(outcome);
}

NaiveModel::Goods NaiveModel::goods_left(const Accepted& sale, const Accepted* next) const {
    Goods goods;
    goods.lines = sale.command.details ? sale.command.details->lines : std::vector<SaleLine>{};
    for (const SaleLine& line : goods.lines)
        goods.left.push_back(line.quantity);
    goods.money = goods.shared = sale.command.command.amount.value;
    goods.worth = worth(goods.lines, goods.left);
    for (std::size_t place = 0; place < accepted_.size() + (next != nullptr ? 1 : 0); ++place) {
        const Accepted& entry = place < accepted_.size() ? accepted_[place] : *next;
        const Command& back = entry.command.command;
        const bool returns = back.kind == CommandKind::returned || back.kind == CommandKind::voided;
        if (entry.program != sale.program || !returns || back.original != sale.command.command.name) continue;
        if (back.kind == CommandKind::voided) {
            goods.money = 0;
        } else {
            goods.money -= back.amount.value;
        }
        const bool by_line = entry.command.details && !entry.command.details->lines.empty();
        const bool nothing_left =
            goods.money == 0 && (back.amount.value > 0 || back.kind == CommandKind::voided);
        if (by_line) {
            for (const SaleLine& line : entry.command.details->lines)
                take(goods.lines, line, goods.left);
        } else if (nothing_left) {
            std::fill(goods.left.begin(), goods.left.end(), 0);
        } else {
            goods.shared = goods.money;
            goods.worth = worth(goods.lines, goods.left);
        }
    }
    return goods;
}

NaiveModel::Refusal NaiveModel::judge_goods(Accepted& entry, const Accepted& sale,
                                            std::int64_t& detail) const {
    if (!entry.command.details || entry.command.details->lines.empty()) return Refusal::none;
    Goods goods = goods_left(sale);
    detail = 0;
    for (const SaleLine& line : entry.command.details->lines) {
        ++detail;
        const std::int64_t missing = take(goods.lines, line, goods.left);
        if (missing < 0) return Refusal::unknown_line;
        if (missing > 0) return Refusal::return_exceeds_line;
    }
    Wide stays = goods.shared;
    if (goods.worth > 0) stays -= goods.shared * (goods.worth - worth(goods.lines, goods.left)) / goods.worth;
    detail = static_cast<std::int64_t>(goods.money - stays);
    std::int64_t& amount = entry.command.command.amount.value;
    if (amount != 0 && amount != detail) return Refusal::line_amount_differs;
    amount = detail;
    entry.took_last_goods = sale.command.command.amount.value == 0 &&
                            std::all_of(goods.left.begin(), goods.left.end(), [](Wide n) { return n == 0; });
    return Refusal::none;
}

}  // namespace tim::tests
