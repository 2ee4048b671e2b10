#include "protocol/codec/orders.h"

#include <fmt/format.h>

#include "protocol/codec/same_value.h"
#include "protocol/codec/text.h"

namespace tim::codec {

namespace {

using model::CommandKind;
using model::ErrorKind;
using model::failure;

static_assert(same_value(schema::OrderKind::place, CommandKind::place_order) &&
              same_value(schema::OrderKind::update, CommandKind::update_order) &&
              same_value(schema::OrderKind::complete, CommandKind::complete_order) &&
              same_value(schema::OrderKind::cancel, CommandKind::cancel_order));
static_assert(same_value(schema::OrderPhase::placed, model::OrderPhase::placed) &&
              same_value(schema::OrderPhase::completed, model::OrderPhase::completed) &&
              same_value(schema::OrderPhase::cancelled, model::OrderPhase::cancelled));
static_assert(kMaxReferralBytes == model::kMaxOrderTextBytes, "a code that is given with an order fits it");

/// A text that people see, within its bound.
model::Result<std::string_view> read_text(const flatbuffers::String* text, const char* field,
                                          std::size_t most) {
    if (text == nullptr) return std::string_view();
    if (text->size() > most)
        return failure(ErrorKind::invalid,
                       fmt::format("{}: {} bytes; it has at most {}", field, text->size(), most));
    if (!is_clean_text(text->str()))
        return failure(ErrorKind::invalid,
                       fmt::format("{}: is not UTF-8 text without control characters", field));
    return std::string_view(text->c_str(), text->size());
}

model::Result<void> check_uses(const schema::OrderChange& change, CommandKind kind) {
    const bool places = kind == CommandKind::place_order;
    const bool completes = kind == CommandKind::complete_order;
    const bool priced = places || completes || kind == CommandKind::update_order;
    const auto unless = [](bool used, bool given, const char* field) -> model::Result<void> {
        if (used || !given) return {};
        return failure(ErrorKind::invalid,
                       fmt::format("{}: must be left out of a change of this kind", field));
    };
    if (auto fits = unless(!places, change.request_id() != nullptr, "request_id"); !fits) return fits;
    if (auto fits = unless(places, change.customer() != nullptr, "customer"); !fits) return fits;
    if (auto fits = unless(priced, change.amount() != 0, "amount"); !fits) return fits;
    if (auto fits = unless(priced && !places, change.has_amount(), "has_amount"); !fits) return fits;
    if (auto fits = unless(places || change.has_amount(), change.amount() != 0, "amount"); !fits) return fits;
    if (auto fits = unless(places || completes, change.referral() != nullptr, "referral"); !fits) return fits;
    if (auto fits = unless(completes, change.hold() != 0, "hold"); !fits) return fits;
    if (auto fits = unless(completes, change.payment() != nullptr, "payment"); !fits) return fits;
    if (auto fits = unless(completes, change.voucher() != nullptr, "voucher"); !fits) return fits;
    if (auto fits = unless(change.has_status(), change.status() != nullptr, "status"); !fits) return fits;
    return unless(change.has_waybill(), change.waybill() != nullptr, "waybill");
}

}  // namespace

model::Result<void> decode_order_change(const schema::OrderChange& change, model::ProgramId program,
                                        std::deque<model::OrderTerms>& all_terms,
                                        std::deque<model::SaleDetails>& all_details,
                                        std::vector<model::Command>& commands) {
    if (change.kind() < schema::OrderKind::MIN || change.kind() > schema::OrderKind::MAX)
        return failure(ErrorKind::invalid,
                       fmt::format("kind: {} is no kind of change", static_cast<unsigned>(change.kind())));
    model::Command command;
    command.kind = static_cast<CommandKind>(change.kind());
    command.program = program;
    command.at = {change.at_ms()};
    if (auto fits = check_uses(change, command.kind); !fits) return fits;
    const bool places = command.kind == CommandKind::place_order;

    const auto& number = *change.number();
    if (number.size() > model::kMaxReceiptBytes)
        return failure(ErrorKind::invalid, fmt::format("number: {} bytes; a receipt's number has at most {}",
                                                       number.size(), model::kMaxReceiptBytes));
    const auto receipt = model::Name::receipt({change.terminal()}, {number.c_str(), number.size()});
    (places ? command.name : command.original) = receipt;
    if (places) {
        if (change.customer() == nullptr)
            return failure(ErrorKind::invalid, "customer: an order is somebody's");
        const auto customer = decode_customer(*change.customer());
        if (!customer) return tl::unexpected(customer.error());
        command.customer = *customer;
        command.amount = {change.amount()};
    } else {
        const auto id = decode_request_id(change.request_id());
        if (!id) return failure(id.error().kind, "request_id: " + id.error().message);
        command.name = *id;
    }

    const auto status = read_text(change.status(), "status", model::kMaxOrderTextBytes);
    if (!status) return tl::unexpected(status.error());
    const auto waybill = read_text(change.waybill(), "waybill", model::kMaxOrderTextBytes);
    if (!waybill) return tl::unexpected(waybill.error());
    const auto referral = read_text(change.referral(), "referral", kMaxReferralBytes);
    if (!referral) return tl::unexpected(referral.error());
    const auto payment = read_text(change.payment(), "payment", kMaxTextBytes);
    if (!payment) return tl::unexpected(payment.error());
    const auto voucher = read_text(change.voucher(), "voucher", model::kMaxVoucherCodeBytes);
    if (!voucher) return tl::unexpected(voucher.error());

    model::OrderTerms& terms = all_terms.emplace_back();
    if (change.has_amount()) terms.amount = model::Money{change.amount()};
    if (change.has_status()) terms.status = *status;
    if (change.has_waybill()) terms.waybill = *waybill;
    if (places) terms.referral = *referral;
    command.order = &terms;
    if (command.kind == CommandKind::complete_order)
        command.details =
            &all_details.emplace_back(model::SaleDetails{{change.hold()}, *referral, *payment, {}, *voucher});
    commands.push_back(command);
    return {};
}

model::Result<schema::OrderChangeT> to_order_change(std::string_view program, const model::Command& command) {
    const bool places = command.kind == CommandKind::place_order;
    if (!places && !model::changes_order(command.kind))
        return failure(ErrorKind::invalid, "only commands about orders are sent as changes of one");
    const model::Name& receipt = places ? command.name : command.original;
    if (receipt.kind != model::NameKind::receipt)
        return failure(ErrorKind::invalid, "an order is named by its receipt");
    if (!places && command.name.kind != model::NameKind::request)
        return failure(ErrorKind::invalid, "a change of an order is named by a request id");
    schema::OrderChangeT change;
    change.program = program;
    change.kind = static_cast<schema::OrderKind>(command.kind);
    change.terminal = receipt.terminal.value;
    change.number = receipt.number();
    change.at_ms = command.at.value;
    if (!places) {
        const auto* id = reinterpret_cast<const std::uint8_t*>(command.name.bytes.data());
        change.request_id.assign(id, id + model::kRequestIdBytes);
    }
    if (places) {
        if (command.customer.text.size() > kMaxTextBytes)
            return failure(ErrorKind::invalid, fmt::format("a key of {} bytes; {} are the most",
                                                           command.customer.text.size(), kMaxTextBytes));
        change.customer = std::make_unique<schema::CustomerKeyT>(to_schema(command.customer));
        change.amount = command.amount.value;
    }
    if (command.order != nullptr) {
        const model::OrderTerms& terms = *command.order;
        change.has_amount = terms.amount.has_value();
        if (terms.amount) change.amount = terms.amount->value;
        change.has_status = terms.status.has_value();
        change.status = terms.status.value_or("");
        change.has_waybill = terms.waybill.has_value();
        change.waybill = terms.waybill.value_or("");
        change.referral = terms.referral;
    }
    if (command.details != nullptr) {
        change.hold = command.details->hold.value;
        change.referral = command.details->referral;
        change.payment = command.details->payment;
        change.voucher = command.details->voucher;
    }
    static_assert(model::kMaxVoucherCodeBytes == model::kMaxOrderTextBytes);
    for (const std::string* text : {&change.status, &change.waybill, &change.referral, &change.voucher})
        if (text->size() > model::kMaxOrderTextBytes)
            return failure(ErrorKind::invalid, fmt::format("a text of {} bytes; {} are the most of an order",
                                                           text->size(), model::kMaxOrderTextBytes));
    if (change.payment.size() > kMaxTextBytes)
        return failure(ErrorKind::invalid, fmt::format("a means of payment of {} bytes; {} are the most",
                                                       change.payment.size(), kMaxTextBytes));
    return change;
}

}  // namespace tim::codec
