#include "tools/tim/import/import_row.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/model/program.h"
#include "protocol/codec/limits.h"
#include "tools/tim/options.h"

namespace tim::cli {
namespace {

using enum ImportColumn;

constexpr std::array<std::string_view, kImportColumns> kNames = {
    "customer",       "keys",           "name",    "at",    "vip",   "status",   "staff",
    "source",         "channel",        "natures", "types", "items", "birthday", "points",
    "ranking_points", "lifetime_spend", "tier",    "from",  "until", "reason"};

constexpr ImportColumn kCustomers[] = {customer, keys,    name,    at,    vip,   status,  staff,
                                       source,   channel, natures, types, items, birthday};
constexpr ImportColumn kTotals[] = {customer, points, ranking_points, lifetime_spend, at, reason};
constexpr ImportColumn kTiers[] = {customer, tier, from, until, at, reason};

/// Of `tim export customers --profile` and `tim export tiers`.
constexpr std::string_view kExported[] = {"id",
                                          "class",
                                          "tier",
                                          "tier_name",
                                          "points",
                                          "held",
                                          "spendable",
                                          "ranking_points",
                                          "period_metric",
                                          "lifetime_spend",
                                          "month_spend",
                                          "orders",
                                          "first_order_at",
                                          "last_order_at",
                                          "vip",
                                          "commission_available",
                                          "commission_pending",
                                          "status",
                                          "keys",
                                          "name",
                                          "staff",
                                          "source",
                                          "channel",
                                          "natures",
                                          "types",
                                          "items",
                                          "birthday"};

std::string_view cell(const ImportCells& cells, ImportColumn column) {
    return cells[static_cast<std::size_t>(column)];
}

std::string at_column(ImportColumn column, std::string_view fault) {
    return fmt::format("{}: {}", import_column_name(column), fault);
}

/// The words of a cell that holds several, between blanks.
std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    while (!text.empty()) {
        const std::size_t begin = text.find_first_not_of(' ');
        if (begin == std::string_view::npos) break;
        const std::size_t end = std::min(text.find(' ', begin), text.size());
        words.push_back(text.substr(begin, end - begin));
        text.remove_prefix(end);
    }
    return words;
}

std::string read_customer_text(ImportColumn column, std::string_view text, ImportCustomer& read) {
    const auto parsed = model::parse_customer(text);
    if (!parsed) return at_column(column, parsed.error().message);
    read.kind = parsed->kind;
    read.id = parsed->id;
    if (parsed->kind == model::KeyKind::id) return {};
    auto key = model::normalize_key(parsed->kind, parsed->text);
    if (!key) return at_column(column, key.error().message);
    read.text = std::move(key->text);
    return {};
}

std::string read_points(const ImportCells& cells, ImportColumn column, model::Points& read) {
    const std::string_view text = cell(cells, column);
    if (text.empty()) return {};
    const auto number = model::parse_integer(text);
    if (!number) return at_column(column, fmt::format("'{}' is not a whole number", text));
    read.value = *number;
    return {};
}

std::string check_words(ImportColumn column, std::string_view text) {
    const auto checked = check_text(std::string(import_column_name(column)), std::string(text));
    return checked ? std::string() : checked.error().message;
}

}  // namespace

std::string_view import_kind_name(ImportKind kind) {
    switch (kind) {
        case ImportKind::customers:
            return "customers";
        case ImportKind::totals:
            return "totals";
        case ImportKind::tiers:
            return "tiers";
    }
    return "";
}

std::string_view import_column_name(ImportColumn column) {
    return kNames[static_cast<std::size_t>(column)];
}

std::span<const ImportColumn> columns_of(ImportKind kind) {
    switch (kind) {
        case ImportKind::customers:
            return kCustomers;
        case ImportKind::totals:
            return kTotals;
        case ImportKind::tiers:
            return kTiers;
    }
    return {};
}

bool is_passed_over(ImportKind kind, std::string_view name) {
    const auto own = columns_of(kind);
    const bool is_own =
        std::ranges::any_of(own, [&](ImportColumn column) { return import_column_name(column) == name; });
    return !is_own && std::ranges::find(kExported, name) != std::end(kExported);
}

std::string ImportCustomer::label() const {
    if (kind == model::KeyKind::id) return fmt::format("id:{}", id.value);
    return fmt::format("{}:{}", model::key_kind_name(kind), text);
}

void ImportRowReader::read(const ImportCells& cells, ImportRow& row) const {
    const std::string_view named = cell(cells, customer);
    if (named.empty()) {
        row.fault = "customer is missing";
        return;
    }
    row.fault = read_customer_text(customer, named, row.customer);
    if (row.good()) row.fault = read_instant(cells, at, row.at);
    if (!row.good()) return;
    switch (kind_) {
        case ImportKind::customers:
            row.fault = read_person(cells, row);
            break;
        case ImportKind::totals:
            row.fault = read_totals(cells, row);
            break;
        case ImportKind::tiers:
            row.fault = read_tier(cells, row);
            break;
    }
    row.reason = cell(cells, reason);
    if (row.good() && !row.reason.empty()) row.fault = check_words(reason, row.reason);
}

std::string ImportRowReader::read_instant(const ImportCells& cells, ImportColumn column,
                                          model::Instant& instant) const {
    const std::string_view text = cell(cells, column);
    if (text.empty()) return {};
    const auto parsed = calendar_.parse(text);
    if (!parsed) return at_column(column, parsed.error().message);
    instant = *parsed;
    return {};
}

std::string ImportRowReader::read_person(const ImportCells& cells, ImportRow& row) const {
    if (row.customer.kind == model::KeyKind::id)
        return "customer: an id is given by the engine; name a phone, email or card";
    for (const std::string_view key : words_of(cell(cells, keys))) {
        ImportCustomer& other = row.others.emplace_back();
        if (auto fault = read_customer_text(keys, key, other); !fault.empty()) return fault;
        if (other.kind == model::KeyKind::id) return "keys: an id is no key";
    }
    row.name = cell(cells, name);
    if (auto fault = check_words(name, row.name); !fault.empty()) return fault;
    if (const std::string_view above = cell(cells, vip); !above.empty())
        if (auto fault = read_customer_text(vip, above, row.vip); !fault.empty()) return fault;

    model::ClassifyTerms& classes = row.classes;
    const std::string_view status_text = cell(cells, status);
    // An export tells all four; two of them follow from sales, and new is what everybody is.
    if (status_text == "prospect") {
        classes.status = model::CustomerStatus::prospect;
    } else if (!status_text.empty() && !model::read_status(status_text)) {
        return at_column(status, fmt::format("'{}' is none of new, prospect, purchased, vip", status_text));
    }
    for (const auto& [column, text] : {std::pair{staff, &classes.staff}, std::pair{source, &classes.source},
                                       std::pair{channel, &classes.channel}}) {
        const std::string_view told = cell(cells, column);
        if (told.empty()) continue;
        if (auto fault = check_words(column, told); !fault.empty()) return fault;
        *text = told;
    }
    for (const auto& [column, list] : {std::pair{natures, &classes.natures}, std::pair{types, &classes.types},
                                       std::pair{items, &classes.items}}) {
        for (const std::string_view word : words_of(cell(cells, column)))
            list->add.emplace_back(word);
        if (auto fault = check_words(column, cell(cells, column)); !fault.empty()) return fault;
    }
    if (const std::string_view day = cell(cells, birthday); !day.empty()) {
        classes.birthday = model::read_birthday(day);
        if (!classes.birthday) return at_column(birthday, fmt::format("'{}' is no day as MM-DD", day));
    }
    return {};
}

std::string ImportRowReader::read_totals(const ImportCells& cells, ImportRow& row) const {
    if (auto fault = read_points(cells, points, row.points); !fault.empty()) return fault;
    if (!cell(cells, ranking_points).empty()) {
        row.ranking.emplace();
        if (auto fault = read_points(cells, ranking_points, *row.ranking); !fault.empty()) return fault;
        if (row.ranking->value < 0) return "ranking_points: they are never below 0";
        if (!checked_sub(row.points, *row.ranking)) return "points: they are beyond what 64 bits can hold";
    }
    if (const std::string_view text = cell(cells, lifetime_spend); !text.empty()) {
        const auto amount = model::parse_money(text, currency_);
        if (!amount) return at_column(lifetime_spend, amount.error().message);
        row.spend = *amount;
    }
    return {};
}

std::string ImportRowReader::read_tier(const ImportCells& cells, ImportRow& row) const {
    row.tier = cell(cells, tier);
    if (row.tier.empty()) return "tier is missing";
    if (row.tier.size() > model::kMaxProgramIdBytes)
        return at_column(tier, fmt::format("it has {} bytes, at most {} are allowed", row.tier.size(),
                                           model::kMaxProgramIdBytes));
    if (auto fault = check_words(tier, row.tier); !fault.empty()) return fault;
    if (auto fault = read_instant(cells, from, row.from); !fault.empty()) return fault;
    row.until = until_;
    if (auto fault = read_instant(cells, until, row.until); !fault.empty()) return fault;
    if (row.until == model::kNoInstant)
        return "until is missing: a tier by hand has an end (or name --until)";
    return {};
}

}  // namespace tim::cli
