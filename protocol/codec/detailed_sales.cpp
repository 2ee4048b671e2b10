#include "protocol/codec/detailed_sales.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "protocol/codec/same_value.h"
#include "protocol/codec/text.h"

namespace tim::codec {

namespace {

using model::ErrorKind;
using model::failure;

static_assert(same_value(schema::SaleExtra::hold, model::SaleExtra::hold) &&
              same_value(schema::SaleExtra::referral, model::SaleExtra::referral) &&
              same_value(schema::SaleExtra::voucher, model::SaleExtra::voucher));
static_assert(same_value(schema::SubjectKind::customer, model::SubjectKind::customer) &&
              same_value(schema::SubjectKind::anonymous, model::SubjectKind::anonymous) &&
              same_value(schema::SubjectKind::receipt, model::SubjectKind::receipt) &&
              same_value(schema::SubjectKind::program, model::SubjectKind::program) &&
              same_value(schema::SubjectKind::campaign, model::SubjectKind::campaign) &&
              same_value(schema::SubjectKind::wallet, model::SubjectKind::wallet) &&
              same_value(schema::SubjectKind::code, model::SubjectKind::code) &&
              same_value(schema::SubjectKind::order, model::SubjectKind::order) &&
              same_value(schema::SubjectKind::reward, model::SubjectKind::reward) &&
              same_value(schema::SubjectKind::voucher, model::SubjectKind::voucher) &&
              same_value(schema::SubjectKind::care, model::SubjectKind::care));
static_assert(kMaxReferralBytes == model::kMaxVoucherCodeBytes, "codes of both kinds have one bound");

/// The kinds of rows that may have details.
bool may_have_details(model::CommandKind kind) {
    return kind == model::CommandKind::sale || kind == model::CommandKind::returned ||
           kind == model::CommandKind::balance || kind == model::CommandKind::redeem_reward;
}

/// Points for a reward: nothing else of a row.
model::Result<void> decode_redemption(const schema::DetailedSale& row, model::SaleDetails& details,
                                      model::Command& command) {
    const auto is_left_out = [](bool given, const char* field) -> model::Result<void> {
        if (!given) return {};
        return failure(ErrorKind::invalid, fmt::format("{}: must be left out of a redemption", field));
    };
    if (row.reward() == nullptr) return failure(ErrorKind::invalid, "reward: a redemption names one");
    if (row.reward()->size() > model::kMaxProgramIdBytes)
        return failure(ErrorKind::invalid, fmt::format("reward: {} bytes; it has at most {}",
                                                       row.reward()->size(), model::kMaxProgramIdBytes));
    for (const auto& [given, field] :
         {std::pair{row.amount() != 0, "amount"}, std::pair{row.hold() != 0, "hold"},
          std::pair{row.referral() != nullptr, "referral"}, std::pair{row.payment() != nullptr, "payment"},
          std::pair{row.lines() != nullptr, "lines"}, std::pair{row.voucher() != nullptr, "voucher"}})
        if (auto fits = is_left_out(given, field); !fits) return fits;
    details.reward.reward = {row.reward()->c_str(), row.reward()->size()};
    command.reward = &details.reward;
    command.details = nullptr;
    return {};
}

model::Result<void> decode_lines(const flatbuffers::Vector<flatbuffers::Offset<schema::SaleLine>>* lines,
                                 std::vector<model::SaleLine>& out) {
    if (lines == nullptr) return {};
    if (lines->size() > model::kMaxSaleLines)
        return failure(ErrorKind::invalid,
                       fmt::format("lines: {}; a row has at most {}", lines->size(), model::kMaxSaleLines));
    for (flatbuffers::uoffset_t i = 0; i < lines->size(); ++i) {
        const schema::SaleLine& line = *lines->Get(i);
        const auto fault = [i](std::string_view field, std::string_view what) {
            return failure(ErrorKind::invalid, fmt::format("lines[{}].{}: {}", i, field, what));
        };
        // Many lines may point at one text, which is copied for each.
        if (line.sku()->size() > model::kMaxSkuBytes)
            return fault("sku",
                         fmt::format("{} bytes; it has at most {}", line.sku()->size(), model::kMaxSkuBytes));
        model::SaleLine& decoded = out.emplace_back();
        decoded.sku = line.sku()->str();
        decoded.quantity = line.quantity();
        decoded.price = {line.price()};
        if (line.category() == nullptr) continue;
        if (line.category()->size() > model::kMaxCategoryBytes)
            return fault("category", fmt::format("{} bytes; it has at most {}", line.category()->size(),
                                                 model::kMaxCategoryBytes));
        decoded.category = line.category()->str();
        if (!is_clean_text(decoded.category))
            return fault("category", "is not UTF-8 text without control characters");
    }
    return {};
}

/// The receipt that names a row, and the one of the sale that a return is of.
model::Result<void> decode_names(const schema::DetailedSale& row, model::Command& command) {
    const auto fault = [](const char* field, std::size_t size) {
        return failure(ErrorKind::invalid, fmt::format("{}: {} bytes; a receipt's number has at most {}",
                                                       field, size, model::kMaxReceiptBytes));
    };
    const auto& number = *row.number();
    if (number.size() > model::kMaxReceiptBytes) return fault("number", number.size());
    if (command.kind != model::CommandKind::balance)
        command.name = model::Name::receipt({row.terminal()}, {number.c_str(), number.size()});
    else if (number.size() != 0 || row.terminal() != 0)
        return failure(ErrorKind::invalid, "number: a balance has no name");
    if (row.original() == nullptr && row.original_terminal() == 0) return {};
    if (command.kind != model::CommandKind::returned || row.original() == nullptr)
        return failure(ErrorKind::invalid, "original: only a return names the receipt of its sale");
    const auto& original = *row.original();
    if (original.size() > model::kMaxReceiptBytes) return fault("original", original.size());
    command.original = model::Name::receipt({row.original_terminal()}, {original.c_str(), original.size()});
    return {};
}

model::Result<void> decode_row(const schema::DetailedSale& row, model::SaleDetails& details,
                               model::Command& command) {
    const bool redeems = row.kind() == schema::RowKind::redeem;
    command.kind = redeems ? model::CommandKind::redeem_reward : static_cast<model::CommandKind>(row.kind());
    if (!may_have_details(command.kind))
        return failure(ErrorKind::invalid,
                       fmt::format("kind: {} is none of balance, sale, returned and redeem",
                                   static_cast<unsigned>(row.kind())));
    command.at = {row.at_ms()};
    command.amount = {row.amount()};
    command.details = &details;
    if (redeems) {
        if (auto decoded = decode_redemption(row, details, command); !decoded) return decoded;
    } else if (row.reward() != nullptr) {
        return failure(ErrorKind::invalid, "reward: only a redemption names one");
    }
    details.hold = {row.hold()};
    const auto take = [](const flatbuffers::String* text, const char* field, std::size_t most,
                         std::string_view& out) -> model::Result<void> {
        if (text == nullptr) return {};
        if (text->size() > most)
            return failure(ErrorKind::invalid,
                           fmt::format("{}: {} bytes; it has at most {}", field, text->size(), most));
        out = {text->c_str(), text->size()};
        return {};
    };
    if (auto taken = take(row.referral(), "referral", kMaxReferralBytes, details.referral); !taken)
        return taken;
    if (auto taken = take(row.payment(), "payment", kMaxTextBytes, details.payment); !taken) return taken;
    if (auto taken = take(row.voucher(), "voucher", model::kMaxVoucherCodeBytes, details.voucher); !taken)
        return taken;
    if (auto named = decode_names(row, command); !named) return named;
    if (auto lines = decode_lines(row.lines(), details.lines); !lines) return lines;
    if (row.customer() == nullptr) return {};
    const auto customer = decode_customer(*row.customer());
    if (!customer) return tl::unexpected(customer.error());
    command.customer = *customer;
    return {};
}

std::unique_ptr<schema::EffectT> to_schema(const model::Effect& effect) {
    auto table = std::make_unique<schema::EffectT>();
    table->sequence = effect.sequence.value;
    table->type = model::fact_type_name(effect.type);
    table->subject = static_cast<schema::SubjectKind>(effect.subject);
    table->subject_id = effect.subject_id;
    table->amount = effect.amount.value;
    table->points = effect.points.value;
    table->related = effect.related.value;
    table->extra = static_cast<schema::SaleExtra>(effect.extra);
    table->refusal = static_cast<std::uint16_t>(effect.refusal);
    table->detail = effect.detail;
    table->campaign = effect.campaign;
    table->discount = effect.discount.value;
    table->counterparty = effect.counterparty.value;
    table->reward = effect.reward;
    table->until_ms = effect.until.value;
    if (effect.type != model::FactType::sale) table->code = effect.code;  // the sale's stands in the row
    return table;
}

}  // namespace

model::Result<void> decode_detailed_sales(const schema::DetailedSaleBatch& batch, model::ProgramId program,
                                          std::deque<model::SaleDetails>& details,
                                          std::vector<model::Command>& commands) {
    const auto& rows = *batch.rows();
    if (rows.size() == 0) return failure(ErrorKind::invalid, "rows: a request has at least one");
    if (rows.size() > kMaxDetailedSalesPerRequest)
        return failure(ErrorKind::invalid, fmt::format("rows: {}; a request has at most {}", rows.size(),
                                                       kMaxDetailedSalesPerRequest));
    const std::size_t commands_before = commands.size();
    const std::size_t details_before = details.size();
    for (flatbuffers::uoffset_t index = 0; index < rows.size(); ++index) {
        auto& command = commands.emplace_back();
        command.program = program;
        if (auto decoded = decode_row(*rows.Get(index), details.emplace_back(), command); !decoded) {
            commands.resize(commands_before);
            details.resize(details_before);
            return failure(decoded.error().kind, fmt::format("rows[{}].{}", index, decoded.error().message));
        }
    }
    return {};
}

void append_detailed_sale_results(ByteBuffer& out, std::uint32_t correlation,
                                  std::span<const model::Outcome> outcomes,
                                  std::span<const std::vector<model::Effect>> effects) {
    schema::DetailedSaleResultsT results;
    results.rows.reserve(outcomes.size());
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        auto row = std::make_unique<schema::DetailedSaleResultT>();
        row->result = std::make_unique<schema::CommandResult>(to_command_result(outcomes[i]));
        for (const model::Effect& effect : effects[i])
            row->effects.push_back(to_schema(effect));
        if (!effects[i].empty()) row->code = effects[i].front().code;
        results.rows.push_back(std::move(row));
    }
    append_reply(out, correlation, std::move(results));
}

model::Result<schema::DetailedSaleT> to_detailed_sale(const model::Command& sale) {
    const bool named = sale.kind != model::CommandKind::balance;
    if (!may_have_details(sale.kind) || named != (sale.name.kind == model::NameKind::receipt))
        return failure(
            ErrorKind::invalid,
            "only balances, and sales, returns and redemptions of rewards that are named by a receipt, are "
            "sent with details");
    schema::DetailedSaleT row;
    const bool redeems = sale.kind == model::CommandKind::redeem_reward;
    row.kind = redeems ? schema::RowKind::redeem : static_cast<schema::RowKind>(sale.kind);
    if (redeems) {
        if (sale.reward == nullptr || sale.reward->reward.size() > model::kMaxProgramIdBytes)
            return failure(ErrorKind::invalid,
                           fmt::format("a reward's id has at most {} bytes", model::kMaxProgramIdBytes));
        row.reward = sale.reward->reward;
    }
    row.terminal = sale.name.terminal.value;
    row.number = sale.name.number();
    row.original = sale.original.number();
    row.original_terminal = sale.original.terminal.value;
    row.at_ms = sale.at.value;
    row.amount = sale.amount.value;
    if (sale.customer.kind != model::KeyKind::none) {
        if (sale.customer.text.size() > kMaxTextBytes)
            return failure(ErrorKind::invalid, fmt::format("a key of {} bytes; {} are the most",
                                                           sale.customer.text.size(), kMaxTextBytes));
        row.customer = std::make_unique<schema::CustomerKeyT>(to_schema(sale.customer));
    }
    if (sale.details == nullptr) return row;
    if (sale.details->referral.size() > kMaxReferralBytes || sale.details->payment.size() > kMaxTextBytes ||
        sale.details->voucher.size() > model::kMaxVoucherCodeBytes)
        return failure(ErrorKind::invalid, fmt::format("a code has at most {} bytes, a means of payment {}",
                                                       kMaxReferralBytes, kMaxTextBytes));
    row.hold = sale.details->hold.value;
    row.referral = sale.details->referral;
    row.payment = sale.details->payment;
    row.voucher = sale.details->voucher;
    if (sale.details->lines.size() > model::kMaxSaleLines)
        return failure(ErrorKind::invalid, fmt::format("{} lines; {} are the most",
                                                       sale.details->lines.size(), model::kMaxSaleLines));
    for (const model::SaleLine& line : sale.details->lines) {
        if (line.sku.size() > model::kMaxSkuBytes || line.category.size() > model::kMaxCategoryBytes)
            return failure(ErrorKind::invalid, fmt::format("an SKU has at most {} bytes, a category {}",
                                                           model::kMaxSkuBytes, model::kMaxCategoryBytes));
        row.lines.push_back(std::make_unique<schema::SaleLineT>());
        row.lines.back()->sku = line.sku;
        row.lines.back()->quantity = line.quantity;
        row.lines.back()->price = line.price.value;
        row.lines.back()->category = line.category;
    }
    return row;
}

void append_detailed_sales(ByteBuffer& out, std::uint32_t correlation, std::string_view program,
                           std::span<const schema::DetailedSaleT> rows) {
    schema::DetailedSaleBatchT batch;
    batch.program = program;
    batch.rows.reserve(rows.size());
    for (const schema::DetailedSaleT& row : rows)
        batch.rows.push_back(std::make_unique<schema::DetailedSaleT>(row));
    append_request(out, correlation, std::move(batch));
}

}  // namespace tim::codec
