#include "tools/tim/feed/feed_row.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "engine/model/program.h"
#include "protocol/codec/limits.h"

namespace tim::cli {
namespace {

constexpr std::array<std::string_view, kFeedColumns> kColumnNames = {
    "kind",     "receipt",  "at",     "terminal", "customer", "amount",
    "original", "referral", "reward", "vip",      "line"};

std::optional<FeedKind> find_kind(std::string_view text) {
    if (text == "sale") return FeedKind::sale;
    if (text == "return") return FeedKind::returned;
    if (text == "void") return FeedKind::voided;
    if (text == "redeem") return FeedKind::redeem;
    if (text == "enroll") return FeedKind::enroll;
    return std::nullopt;
}

std::string_view cell(const FeedCells& cells, FeedColumn column) {
    return cells[static_cast<std::size_t>(column)];
}

std::string missing(FeedColumn column) {
    return fmt::format("{} is missing", feed_column_name(column));
}

}  // namespace

std::string_view feed_column_name(FeedColumn column) {
    return kColumnNames[static_cast<std::size_t>(column)];
}

void FeedRowReader::read(const FeedCells& cells, FeedRow& row) {
    row.fault = check(cells, row);
}

std::string FeedRowReader::read_at(std::string_view text, FeedRow& row) {
    if (text.empty()) return missing(FeedColumn::at);
    if (text != last_at_text_) {
        const auto at = calendar_.parse(text);
        if (!at) return fmt::format("at: {}", at.error().message);
        last_at_text_ = text;
        last_at_ = *at;
    }
    row.at = last_at_;
    return {};
}

std::string FeedRowReader::read_customer(std::string_view text, FeedRow& row) {
    row.customer_kind = model::KeyKind::none;
    row.customer.clear();
    if (text.empty()) return {};
    const auto customer = model::parse_customer(text);
    if (!customer) return fmt::format("customer: {}", customer.error().message);
    if (customer->kind == model::KeyKind::id) {
        row.customer_id = customer->id;
    } else {
        auto key = model::normalize_key(customer->kind, customer->text);
        if (!key) return fmt::format("customer: {}", key.error().message);
        row.customer = std::move(key->text);
    }
    row.customer_kind = customer->kind;
    return {};
}

std::string FeedRowReader::read_lines(std::string_view text, FeedRow& row) {
    row.lines.clear();
    if (text.empty()) return {};
    const bool returns = row.kind == FeedKind::returned;
    if (!returns && row.kind != FeedKind::sale) return "line: only sales and returns have lines";
    auto lines = model::parse_sale_lines(text, currency_, returns);
    if (!lines) return fmt::format("line: {}", lines.error().message);
    row.lines = std::move(*lines);
    return {};
}

/// A referral code, and whose member a new customer becomes.
std::string FeedRowReader::read_network(const FeedCells& cells, std::string_view kind_text, FeedRow& row) {
    const auto has_none = [&](FeedColumn column) {
        return fmt::format("{}: a row of kind {} has none", feed_column_name(column), kind_text);
    };
    row.referral = cell(cells, FeedColumn::referral);
    row.vip_kind = model::KeyKind::none;
    row.vip.clear();
    if (!row.referral.empty()) {
        if (row.kind != FeedKind::sale && row.kind != FeedKind::enroll) return has_none(FeedColumn::referral);
        if (row.customer_kind == model::KeyKind::none) return "referral: an anonymous sale has none";
        if (row.referral.size() > codec::kMaxReferralBytes)
            return fmt::format("referral: it has {} bytes, at most {} are allowed", row.referral.size(),
                               codec::kMaxReferralBytes);
    }
    const std::string_view text = cell(cells, FeedColumn::vip);
    if (text.empty()) return {};
    if (row.kind != FeedKind::enroll) return has_none(FeedColumn::vip);
    const auto vip = model::parse_customer(text);
    if (!vip) return fmt::format("vip: {}", vip.error().message);
    if (vip->kind == model::KeyKind::id) {
        row.vip_id = vip->id;
    } else {
        auto key = model::normalize_key(vip->kind, vip->text);
        if (!key) return fmt::format("vip: {}", key.error().message);
        row.vip = std::move(key->text);
    }
    row.vip_kind = vip->kind;
    return {};
}

/// A reward: it is redeemed by itself.
std::string FeedRowReader::check_reward(const FeedCells& cells, std::string_view kind_text,
                                        const FeedRow& row) {
    if (row.reward.empty()) return {};
    if (row.kind != FeedKind::redeem) return fmt::format("reward: a row of kind {} has none", kind_text);
    if (row.reward.size() > model::kMaxProgramIdBytes)
        return fmt::format("reward: it has {} bytes, at most {} are allowed", row.reward.size(),
                           model::kMaxProgramIdBytes);
    if (!cell(cells, FeedColumn::original).empty()) return "original: a reward is exchanged outside of sales";
    return {};
}

std::string FeedRowReader::check(const FeedCells& cells, FeedRow& row) {
    const std::string_view kind_text = cell(cells, FeedColumn::kind);
    if (kind_text.empty()) return missing(FeedColumn::kind);
    const auto kind = find_kind(kind_text);
    if (!kind) return fmt::format("kind: '{}' is none of enroll, sale, return, void, redeem", kind_text);
    row.kind = *kind;
    const bool has_receipt = *kind != FeedKind::enroll;

    const std::string_view receipt = cell(cells, FeedColumn::receipt);
    if (has_receipt && receipt.empty()) return missing(FeedColumn::receipt);
    if (auto fault = read_at(cell(cells, FeedColumn::at), row); !fault.empty()) return fault;

    const std::string_view terminal_text = cell(cells, FeedColumn::terminal);
    if (has_receipt) {
        if (terminal_text.empty()) return missing(FeedColumn::terminal);
        const auto terminal = model::parse_integer(terminal_text);
        if (!terminal || *terminal < 0 || *terminal > UINT32_MAX)
            return fmt::format("terminal: '{}' is not a number from 0 to {}", terminal_text, UINT32_MAX);
        if (receipt.size() > model::kMaxReceiptBytes)
            return fmt::format("receipt: it has {} bytes, at most {} are allowed", receipt.size(),
                               model::kMaxReceiptBytes);
        row.name = model::Name::receipt({static_cast<std::uint32_t>(*terminal)}, receipt);
        if (!row.name.valid()) return fmt::format("receipt: '{}' is not printable ASCII", receipt);
    }

    if (auto fault = read_customer(cell(cells, FeedColumn::customer), row); !fault.empty()) return fault;
    const bool needs_customer = *kind == FeedKind::enroll || *kind == FeedKind::redeem;
    if (needs_customer && row.customer_kind == model::KeyKind::none) return missing(FeedColumn::customer);
    if (*kind == FeedKind::enroll && row.customer_kind == model::KeyKind::id)
        return "customer: an id is given by the engine; enrol by phone, email or card";

    const std::string_view amount_text = cell(cells, FeedColumn::amount);
    const bool has_amount =
        *kind == FeedKind::sale || *kind == FeedKind::returned || *kind == FeedKind::redeem;
    const bool by_line = *kind == FeedKind::returned && !cell(cells, FeedColumn::line).empty();
    row.reward = cell(cells, FeedColumn::reward);
    if (auto fault = check_reward(cells, kind_text, row); !fault.empty()) return fault;
    if (has_amount && !by_line && row.reward.empty() && amount_text.empty())
        return missing(FeedColumn::amount);
    row.amount = {};
    if (!amount_text.empty()) {
        const auto amount = model::parse_money(amount_text, currency_);
        if (!amount) return fmt::format("amount: {}", amount.error().message);
        if (amount->value < 0) return fmt::format("amount: {} is negative", amount_text);
        if (*kind == FeedKind::redeem && row.reward.empty() && amount->value == 0)
            return "amount: a redemption is of more than 0";
        if (!row.reward.empty() && amount->value != 0) return "amount: a reward costs points, and has none";
        if (*kind == FeedKind::enroll && amount->value != 0) return "amount: an enrolment has none";
        if (has_amount) row.amount = *amount;
    }

    const std::string_view original = cell(cells, FeedColumn::original);
    const bool may_have_original =
        *kind == FeedKind::returned || *kind == FeedKind::voided || *kind == FeedKind::redeem;
    if (*kind == FeedKind::voided && original.empty()) return missing(FeedColumn::original);
    row.original = {};
    if (!original.empty()) {
        if (!may_have_original) return fmt::format("original: a row of kind {} has none", kind_text);
        const auto name = model::parse_receipt(original, row.name.terminal);
        if (!name) return fmt::format("original: {}", name.error().message);
        row.original = *name;
    }

    if (auto fault = read_network(cells, kind_text, row); !fault.empty()) return fault;
    if (auto fault = read_lines(cell(cells, FeedColumn::line), row); !fault.empty()) return fault;
    if (by_line && original.empty()) return "original: lines that come back are of a sale; name its receipt";
    return {};
}

}  // namespace tim::cli
