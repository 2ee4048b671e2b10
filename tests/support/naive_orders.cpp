// Web orders in the naive model: one that is completed becomes a sale of its own receipt.
#include <algorithm>

#include "tests/support/naive_model.h"

namespace tim::tests {

using model::Command;
using model::CommandKind;
using model::CustomerId;
using model::Name;
using model::ProgramId;

namespace {

constexpr std::size_t kMostPending = 256;

bool changes(CommandKind kind) {
    return kind == CommandKind::update_order || kind == CommandKind::complete_order ||
           kind == CommandKind::cancel_order;
}

bool is_completion(const NaiveModel::Accepted& entry) {
    return entry.sent.has_value();
}

}  // namespace

/// What stands in a command about an order, or does not belong there.
std::optional<NaiveModel::Refusal> NaiveModel::judge_order_alone(const Command& command) const {
    const bool places = command.kind == CommandKind::place_order;
    if (!places && !changes(command.kind)) return std::nullopt;
    const model::OrderTerms none;
    const model::OrderTerms& terms = command.order == nullptr ? none : *command.order;
    if (terms.amount && terms.amount->value < 0) return Refusal::invalid_amount;
    if (places && !names_key(command)) return Refusal::invalid_key;
    if (command.kind == CommandKind::update_order && !terms.amount && !terms.status && !terms.waybill)
        return Refusal::invalid_command;
    return std::nullopt;
}

bool NaiveModel::names_key(const Command& command) const {
    return command.customer.kind != model::KeyKind::none;
}

const NaiveModel::Accepted* NaiveModel::first_of(ProgramId program, const Name& name) const {
    for (const Accepted& entry : accepted_) {
        const OwnedCommand& sent = entry.sent ? *entry.sent : entry.command;
        if (entry.program == program && sent.command.name == name) return &entry;
    }
    return nullptr;
}

const NaiveModel::Accepted* NaiveModel::completion_of(const Accepted& placed) const {
    for (const Accepted& entry : accepted_)
        if (entry.program == placed.program && is_completion(entry) &&
            entry.command.command.name == placed.command.command.name)
            return &entry;
    return nullptr;
}

NaiveModel::OrderNow NaiveModel::order_now(const Accepted& placed) const {
    OrderNow now;
    now.amount = placed.command.command.amount.value;
    now.status = placed.command.order->status;
    now.waybill = placed.command.order->waybill;
    for (const Accepted& entry : accepted_) {
        if (entry.program != placed.program) continue;
        const OwnedCommand& sent = entry.sent ? *entry.sent : entry.command;
        if (!changes(sent.command.kind) || sent.command.original != placed.command.command.name) continue;
        if (sent.order->terms.amount) now.amount = sent.order->terms.amount->value;
        if (sent.command.kind == CommandKind::complete_order) now.phase = model::OrderPhase::completed;
        if (sent.command.kind == CommandKind::cancel_order) now.phase = model::OrderPhase::cancelled;
        const model::OrderTerms& terms = sent.order->terms;
        if (terms.status) now.status = *terms.status;
        if (terms.waybill) now.waybill = *terms.waybill;
    }
    return now;
}

/// A command about an order; a completion becomes the sale that it is.
NaiveModel::Refusal NaiveModel::judge_order(Accepted& entry, std::int64_t& detail) const {
    const CommandKind kind = entry.command.command.kind;
    if (kind == CommandKind::place_order) {
        detail = static_cast<std::int64_t>(kMostPending);
        return pending_orders(entry.program, entry.customer).first >= kMostPending ? Refusal::too_many_orders
                                                                                   : Refusal::none;
    }
    const Accepted* const placed = first_of(entry.program, entry.command.command.original);
    if (placed == nullptr) return Refusal::unknown_order;
    if (placed->command.command.kind != CommandKind::place_order) return Refusal::not_an_order;
    entry.customer = placed->customer;
    if (const Refusal refusal = judge_named(entry); refusal != Refusal::none) return refusal;
    const OrderNow now = order_now(*placed);
    if (now.phase == model::OrderPhase::completed) return Refusal::order_completed;
    if (now.phase == model::OrderPhase::cancelled) return Refusal::order_cancelled;
    if (kind != CommandKind::complete_order) return Refusal::none;
    const std::int64_t amount =
        entry.command.order->terms.amount ? entry.command.order->terms.amount->value : now.amount;
    const model::Sequence hold = ended_hold(entry.command);
    std::string referral;
    if (entry.command.details) referral = std::string(entry.command.details->referral);
    if (referral.empty()) referral = placed->command.order->referral;
    entry.sent = entry.command;
    const Who buyer(model::KeyKind::id, {});
    entry.command = make_referred_sale(entry.program, placed->command.command.name, buyer, amount, referral,
                                       {}, entry.sent->command.at);
    entry.command.command.customer.id = entry.customer;
    entry.command.details->hold = hold;
    return Refusal::none;
}

std::pair<std::size_t, std::int64_t> NaiveModel::pending_orders(ProgramId program,
                                                                CustomerId customer) const {
    std::size_t count = 0;
    Wide amount = 0;
    for (const Accepted& entry : accepted_) {
        if (!of(entry, program, customer) || entry.command.command.kind != CommandKind::place_order) continue;
        const OrderNow now = order_now(entry);
        if (now.phase != model::OrderPhase::placed) continue;
        ++count;
        amount += now.amount;
    }
    return {count, static_cast<std::int64_t>(std::min<Wide>(amount, INT64_MAX))};
}

}  // namespace tim::tests
