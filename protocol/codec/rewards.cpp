#include "protocol/codec/rewards.h"

#include <fmt/format.h>

#include "protocol/codec/same_value.h"
#include "protocol/codec/text.h"

namespace tim::codec {

namespace {

using model::CommandKind;
using model::ErrorKind;
using model::failure;

static_assert(same_value(schema::VoucherAct::redeem, CommandKind::redeem_reward) &&
              same_value(schema::VoucherAct::reserve, CommandKind::reserve_voucher) &&
              same_value(schema::VoucherAct::use, CommandKind::use_voucher) &&
              same_value(schema::VoucherAct::release, CommandKind::release_voucher) &&
              same_value(schema::VoucherAct::cancel, CommandKind::cancel_voucher));
static_assert(same_value(schema::VoucherPhase::issued, model::VoucherPhase::issued) &&
              same_value(schema::VoucherPhase::reserved, model::VoucherPhase::reserved) &&
              same_value(schema::VoucherPhase::used, model::VoucherPhase::used) &&
              same_value(schema::VoucherPhase::cancelled, model::VoucherPhase::cancelled) &&
              same_value(schema::VoucherPhase::withdrawn, model::VoucherPhase::withdrawn));

model::Result<void> check_uses(const schema::RewardChange& change, bool redeems, bool reserves) {
    const auto unless = [](bool used, bool given, const char* field) -> model::Result<void> {
        if (used || !given) return {};
        return failure(ErrorKind::invalid,
                       fmt::format("{}: must be left out of a change of this kind", field));
    };
    const bool by_receipt = change.number() != nullptr;
    if (auto fits = unless(redeems, by_receipt, "number"); !fits) return fits;
    if (auto fits = unless(by_receipt, change.terminal() != 0, "terminal"); !fits) return fits;
    if (auto fits = unless(!by_receipt, change.request_id() != nullptr, "request_id"); !fits) return fits;
    if (auto fits = unless(redeems, change.customer() != nullptr, "customer"); !fits) return fits;
    if (auto fits = unless(redeems, change.reward() != nullptr, "reward"); !fits) return fits;
    if (auto fits = unless(!redeems, change.voucher() != nullptr, "voucher"); !fits) return fits;
    return unless(reserves, change.ttl_ms() != 0, "ttl_ms");
}

model::Result<std::string_view> read_text(const flatbuffers::String* text, const char* field,
                                          std::size_t most) {
    if (text == nullptr || text->size() == 0)
        return failure(ErrorKind::invalid, fmt::format("{}: is missing", field));
    if (text->size() > most)
        return failure(ErrorKind::invalid,
                       fmt::format("{}: {} bytes; it has at most {}", field, text->size(), most));
    return std::string_view(text->c_str(), text->size());
}

}  // namespace

model::Result<void> decode_reward_change(const schema::RewardChange& change, model::ProgramId program,
                                         std::deque<model::RewardTerms>& terms,
                                         std::vector<model::Command>& commands) {
    if (change.kind() < schema::VoucherAct::MIN || change.kind() > schema::VoucherAct::MAX)
        return failure(ErrorKind::invalid,
                       fmt::format("kind: {} is no kind of change", static_cast<unsigned>(change.kind())));
    model::Command command;
    command.kind = static_cast<CommandKind>(change.kind());
    command.program = program;
    command.at = {change.at_ms()};
    command.ttl_ms = change.ttl_ms();
    const bool redeems = command.kind == CommandKind::redeem_reward;
    if (auto fits = check_uses(change, redeems, command.kind == CommandKind::reserve_voucher); !fits)
        return fits;
    if (const auto* const number = change.number()) {
        if (number->size() > model::kMaxReceiptBytes)
            return failure(ErrorKind::invalid,
                           fmt::format("number: {} bytes; a receipt's number has at most {}", number->size(),
                                       model::kMaxReceiptBytes));
        command.name = model::Name::receipt({change.terminal()}, {number->c_str(), number->size()});
    } else {
        const auto id = decode_request_id(change.request_id());
        if (!id) return failure(id.error().kind, "request_id: " + id.error().message);
        command.name = *id;
    }
    model::RewardTerms named;
    if (redeems) {
        if (change.customer() == nullptr)
            return failure(ErrorKind::invalid, "customer: a reward is somebody's");
        const auto customer = decode_customer(*change.customer());
        if (!customer) return tl::unexpected(customer.error());
        command.customer = *customer;
        const auto reward = read_text(change.reward(), "reward", model::kMaxProgramIdBytes);
        if (!reward) return tl::unexpected(reward.error());
        named.reward = *reward;
    } else {
        const auto code = read_text(change.voucher(), "voucher", model::kMaxVoucherCodeBytes);
        if (!code) return tl::unexpected(code.error());
        named.voucher = *code;
    }
    command.reward = &terms.emplace_back(named);
    commands.push_back(command);
    return {};
}

model::Result<schema::RewardChangeT> to_reward_change(std::string_view program,
                                                      const model::Command& command) {
    const bool redeems = command.kind == CommandKind::redeem_reward;
    if ((!redeems && !model::moves_voucher(command.kind)) || command.reward == nullptr)
        return failure(ErrorKind::invalid,
                       "only commands about rewards and vouchers are sent as changes of one");
    if (!redeems && command.name.kind != model::NameKind::request)
        return failure(ErrorKind::invalid, "a change of a voucher is named by a request id");
    schema::RewardChangeT change;
    change.program = program;
    change.kind = static_cast<schema::VoucherAct>(command.kind);
    change.at_ms = command.at.value;
    change.ttl_ms = command.ttl_ms;
    if (command.name.kind == model::NameKind::receipt) {
        change.terminal = command.name.terminal.value;
        change.number = command.name.number();
    } else {
        const auto* id = reinterpret_cast<const std::uint8_t*>(command.name.bytes.data());
        change.request_id.assign(id, id + model::kRequestIdBytes);
    }
    if (redeems) {
        if (command.customer.text.size() > kMaxTextBytes)
            return failure(ErrorKind::invalid, fmt::format("a key of {} bytes; {} are the most",
                                                           command.customer.text.size(), kMaxTextBytes));
        change.customer = std::make_unique<schema::CustomerKeyT>(to_schema(command.customer));
    }
    change.reward = command.reward->reward;
    change.voucher = command.reward->voucher;
    if (change.reward.size() > model::kMaxProgramIdBytes ||
        change.voucher.size() > model::kMaxVoucherCodeBytes)
        return failure(ErrorKind::invalid,
                       fmt::format("a reward's id has at most {} bytes, a code {}", model::kMaxProgramIdBytes,
                                   model::kMaxVoucherCodeBytes));
    return change;
}

}  // namespace tim::codec
