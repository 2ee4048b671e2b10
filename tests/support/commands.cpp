#include "tests/support/commands.h"

#include <fmt/format.h>

#include <cstring>

namespace tim::tests {

using model::Command;
using model::CommandKind;
using model::Instant;
using model::Name;
using model::ProgramId;

namespace {

OwnedCommand make(CommandKind kind, ProgramId program, Name name, Instant at) {
    OwnedCommand result;
    result.command.kind = kind;
    result.command.program = program;
    result.command.name = name;
    result.command.at = at;
    return result;
}

OwnedCommand make(CommandKind kind, ProgramId program, Name name, const Who& customer, Instant at) {
    OwnedCommand result = make(kind, program, name, at);
    result.command.customer.kind = customer.kind;
    result.command.customer.id = customer.id;
    result.customer_text = customer.text;
    return result;
}

const char* kind_word(CommandKind kind) {
    switch (kind) {
        case CommandKind::balance:
            return "balance";
        case CommandKind::sale:
            return "sale";
        case CommandKind::returned:
            return "return";
        case CommandKind::voided:
            return "void";
        case CommandKind::redeem:
            return "redeem";
        case CommandKind::hold:
            return "hold";
        case CommandKind::capture:
            return "capture";
        case CommandKind::release:
            return "release";
        case CommandKind::block_customer:
            return "block_customer";
        case CommandKind::unblock_customer:
            return "unblock_customer";
        case CommandKind::rekey:
            return "rekey";
        case CommandKind::claim:
            return "claim";
        case CommandKind::erase:
            return "erase";
        case CommandKind::adjust:
            return "adjust";
        case CommandKind::enroll:
            return "enroll";
        case CommandKind::put_program:
            return "put_program";
        case CommandKind::add_access_key:
            return "add_access_key";
        case CommandKind::revoke_access_key:
            return "revoke_access_key";
        case CommandKind::appoint_vip:
            return "appoint_vip";
        case CommandKind::move_member:
            return "move_member";
        case CommandKind::request_payout:
            return "request_payout";
        case CommandKind::approve_payout:
            return "approve_payout";
        case CommandKind::pay_payout:
            return "pay_payout";
        case CommandKind::fail_payout:
            return "fail_payout";
        case CommandKind::override_tier:
            return "override_tier";
        case CommandKind::place_order:
            return "place_order";
        case CommandKind::update_order:
            return "update_order";
        case CommandKind::complete_order:
            return "complete_order";
        case CommandKind::cancel_order:
            return "cancel_order";
        case CommandKind::classify:
            return "classify";
        case CommandKind::plan_care:
            return "plan_care";
        case CommandKind::change_care:
            return "change_care";
        case CommandKind::finish_care:
            return "finish_care";
        case CommandKind::drop_care:
            return "drop_care";
        case CommandKind::redeem_reward:
            return "redeem_reward";
        case CommandKind::reserve_voucher:
            return "reserve_voucher";
        case CommandKind::use_voucher:
            return "use_voucher";
        case CommandKind::release_voucher:
            return "release_voucher";
        case CommandKind::cancel_voucher:
            return "cancel_voucher";
        case CommandKind::set_password:
            return "set_password";
    }
    return "?";
}

void own_details(OwnedCommand& command, std::string referral, std::string payment, std::string voucher = {}) {
    const auto texts = std::make_shared<const std::vector<std::string>>(
        std::vector<std::string>{std::move(referral), std::move(payment), std::move(voucher)});
    command.detail_texts = texts;
    command.details->referral = (*texts)[0];
    command.details->payment = (*texts)[1];
    command.details->voucher = (*texts)[2];
}

std::shared_ptr<const OwnedCommand::RewardText> own_reward(std::string reward, std::string voucher) {
    auto owned = std::make_shared<OwnedCommand::RewardText>();
    owned->reward = std::move(reward);
    owned->voucher = std::move(voucher);
    owned->terms = {owned->reward, owned->voucher};
    return owned;
}

std::shared_ptr<const OwnedCommand::OrderText> own_order(const OrderWords& words) {
    auto owned = std::make_shared<OwnedCommand::OrderText>();
    owned->status = words.status.value_or("");
    owned->waybill = words.waybill.value_or("");
    owned->referral = words.referral;
    if (words.amount) owned->terms.amount = model::Money{*words.amount};
    if (words.status) owned->terms.status = owned->status;
    if (words.waybill) owned->terms.waybill = owned->waybill;
    owned->terms.referral = owned->referral;
    return owned;
}

std::string name_word(const Name& name) {
    switch (name.kind) {
        case model::NameKind::none:
            return "-";
        case model::NameKind::receipt:
            return fmt::format("{}/{}", name.terminal.value, name.number());
        case model::NameKind::request: {
            std::uint64_t number = 0;
            std::memcpy(&number, name.bytes.data(), sizeof number);
            return fmt::format("#{}", number);
        }
    }
    return "?";
}

}  // namespace

OwnedCommand OwnedCommand::copy_of(const Command& command) {
    OwnedCommand result;
    result.command = command;
    result.customer_text = command.customer.text;
    result.reason = command.reason;
    result.command.customer.text = {};
    result.command.reason = {};
    result.command.enrollment = nullptr;
    result.command.network = nullptr;
    result.command.document = nullptr;
    result.command.access_key = nullptr;
    result.command.details = nullptr;
    if (command.details != nullptr) {
        result.details = *command.details;
        own_details(result, std::string(command.details->referral), std::string(command.details->payment),
                    std::string(command.details->voucher));
    }
    result.command.tier_act = nullptr;
    if (command.tier_act != nullptr)
        result.tier_act = std::make_shared<const model::TierAct>(*command.tier_act);
    result.command.class_terms = nullptr;
    if (command.class_terms != nullptr)
        result.class_terms = std::make_shared<const model::ClassifyTerms>(*command.class_terms);
    result.command.care = nullptr;
    if (command.care != nullptr) result.care = std::make_shared<const model::CareTerms>(*command.care);
    if (command.enrollment != nullptr) {
        auto owned = std::make_shared<EnrollmentText>();
        for (const auto& key : command.enrollment->keys)
            owned->texts.emplace_back(key.text);
        for (const auto& key : command.enrollment->drop)
            owned->drop_texts.emplace_back(key.text);
        owned->enrollment = *command.enrollment;
        for (std::size_t i = 0; i < owned->texts.size(); ++i)
            owned->enrollment.keys[i].text = owned->texts[i];
        for (std::size_t i = 0; i < owned->drop_texts.size(); ++i)
            owned->enrollment.drop[i].text = owned->drop_texts[i];
        owned->vip_text = command.enrollment->vip.text;
        owned->enrollment.vip.text = owned->vip_text;
        result.enrollment = std::move(owned);
    }
    result.command.reward = nullptr;
    if (command.reward != nullptr)
        result.reward = own_reward(std::string(command.reward->reward), std::string(command.reward->voucher));
    result.command.order = nullptr;
    if (command.order != nullptr) {
        const model::OrderTerms& terms = *command.order;
        OrderWords words;
        if (terms.amount) words.amount = terms.amount->value;
        if (terms.status) words.status = std::string(*terms.status);
        if (terms.waybill) words.waybill = std::string(*terms.waybill);
        words.referral = terms.referral;
        result.order = own_order(words);
    }
    if (command.network != nullptr) {
        auto owned = std::make_shared<NetworkText>();
        owned->vip_text = command.network->vip.text;
        owned->terms = *command.network;
        owned->terms.vip.text = owned->vip_text;
        result.network = std::move(owned);
    }
    return result;
}

Command OwnedCommand::view() const {
    Command result = command;
    result.customer.text = customer_text;
    result.reason = reason;
    result.enrollment = enrollment ? &enrollment->enrollment : nullptr;
    result.details = details ? &*details : nullptr;
    result.network = network ? &network->terms : nullptr;
    result.order = order ? &order->terms : nullptr;
    result.reward = reward ? &reward->terms : nullptr;
    result.document = document.get();
    result.access_key = access_key.get();
    result.tier_act = tier_act.get();
    result.class_terms = class_terms.get();
    result.care = care.get();
    return result;
}

Who::Who(const std::string& words) {
    if (words.empty()) return;
    const auto colon = words.find(':');
    const std::string prefix = words.substr(0, colon);
    text = colon == std::string::npos ? std::string() : words.substr(colon + 1);
    if (prefix == "phone") kind = model::KeyKind::phone;
    if (prefix == "email") kind = model::KeyKind::email;
    if (prefix == "card") kind = model::KeyKind::card;
    if (prefix == "id") {
        kind = model::KeyKind::id;
        id.value = std::stoull(text);
        text.clear();
    }
}

Name receipt(std::uint32_t terminal, const std::string& number) {
    return Name::receipt(model::TerminalId{terminal}, number);
}

Name request(std::uint64_t number) {
    std::array<std::uint8_t, model::kRequestIdBytes> id{};
    std::memcpy(id.data(), &number, sizeof number);
    id.back() = 1;
    return Name::request(id);
}

OwnedCommand make_put_program(Name name, model::Program program, Instant effective) {
    OwnedCommand result = make(CommandKind::put_program, {}, name, effective);
    result.document = std::make_shared<const model::Program>(std::move(program));
    return result;
}

OwnedCommand make_enroll(ProgramId program, Name name, const std::vector<Who>& keys, Instant at,
                         const std::string& customer_name) {
    OwnedCommand result = make(CommandKind::enroll, program, name, at);
    auto owned = std::make_shared<OwnedCommand::EnrollmentText>();
    for (const Who& key : keys)
        owned->texts.push_back(key.text);
    for (std::size_t i = 0; i < keys.size(); ++i)
        owned->enrollment.keys.push_back({keys[i].kind, keys[i].id, owned->texts[i]});
    owned->enrollment.name = customer_name;
    result.enrollment = std::move(owned);
    return result;
}

OwnedCommand make_enroll_with(ProgramId program, Name name, const std::vector<Who>& keys, const Who& vip,
                              const std::string& referral, Instant at) {
    OwnedCommand result = make(CommandKind::enroll, program, name, at);
    auto owned = std::make_shared<OwnedCommand::EnrollmentText>();
    for (const Who& key : keys)
        owned->texts.push_back(key.text);
    for (std::size_t i = 0; i < keys.size(); ++i)
        owned->enrollment.keys.push_back({keys[i].kind, keys[i].id, owned->texts[i]});
    owned->vip_text = vip.text;
    owned->enrollment.vip = {vip.kind, vip.id, owned->vip_text};
    owned->enrollment.referral = referral;
    result.enrollment = std::move(owned);
    return result;
}

OwnedCommand make_referred_sale(ProgramId program, Name name, const Who& customer, std::int64_t amount,
                                const std::string& referral, const std::string& payment, Instant at) {
    OwnedCommand result = make(CommandKind::sale, program, name, customer, at);
    result.command.amount.value = amount;
    result.details.emplace();
    own_details(result, referral, payment);
    return result;
}

OwnedCommand make_appoint(ProgramId program, Name name, const Who& customer, Instant at) {
    return make(CommandKind::appoint_vip, program, name, customer, at);
}

OwnedCommand make_move(ProgramId program, Name name, const Who& customer, const Who& vip, Instant at) {
    OwnedCommand result = make(CommandKind::move_member, program, name, customer, at);
    auto owned = std::make_shared<OwnedCommand::NetworkText>();
    owned->vip_text = vip.text;
    owned->terms.vip = {vip.kind, vip.id, owned->vip_text};
    result.network = std::move(owned);
    return result;
}

OwnedCommand make_payout_request(ProgramId program, Name name, const Who& vip, std::int64_t amount,
                                 Instant at) {
    OwnedCommand result = make(CommandKind::request_payout, program, name, vip, at);
    result.command.amount.value = amount;
    return result;
}

OwnedCommand make_payout_end(CommandKind kind, ProgramId program, Name name, model::Sequence payout,
                             Instant at) {
    OwnedCommand result = make(kind, program, name, at);
    auto owned = std::make_shared<OwnedCommand::NetworkText>();
    owned->terms.payout = payout;
    result.network = std::move(owned);
    return result;
}

OwnedCommand make_classify(ProgramId program, Name name, const Who& customer, model::ClassifyTerms terms,
                           Instant at) {
    OwnedCommand result = make(CommandKind::classify, program, name, customer, at);
    result.class_terms = std::make_shared<const model::ClassifyTerms>(std::move(terms));
    return result;
}

OwnedCommand make_plan_care(ProgramId program, Name name, const Who& customer, model::CareTerms terms,
                            Instant at) {
    OwnedCommand result = make(CommandKind::plan_care, program, name, customer, at);
    result.care = std::make_shared<const model::CareTerms>(std::move(terms));
    return result;
}

OwnedCommand make_care_change(CommandKind kind, ProgramId program, Name name, model::CareTerms terms,
                              Instant at) {
    OwnedCommand result = make(kind, program, name, Who(), at);
    result.care = std::make_shared<const model::CareTerms>(std::move(terms));
    return result;
}

OwnedCommand with_classes(OwnedCommand enrollment, model::ClassifyTerms terms) {
    const OwnedCommand::EnrollmentText& from = *enrollment.enrollment;
    auto owned = std::make_shared<OwnedCommand::EnrollmentText>(from);
    for (std::size_t i = 0; i < owned->texts.size(); ++i)
        owned->enrollment.keys[i].text = owned->texts[i];
    owned->enrollment.vip.text = owned->vip_text;
    owned->enrollment.classes = std::move(terms);
    enrollment.enrollment = std::move(owned);
    return enrollment;
}

OwnedCommand make_place_order(ProgramId program, Name name, const Who& customer, std::int64_t amount,
                              const OrderWords& words, Instant at) {
    OwnedCommand result = make(CommandKind::place_order, program, name, customer, at);
    result.command.amount.value = amount;
    result.order = own_order(words);
    return result;
}

OwnedCommand make_order_change(CommandKind kind, ProgramId program, Name name, Name order,
                               const OrderWords& words, Instant at) {
    OwnedCommand result = make(kind, program, name, at);
    result.command.original = order;
    result.order = own_order(words);
    return result;
}

OwnedCommand make_complete_order(ProgramId program, Name name, Name order, const OrderWords& words,
                                 model::Sequence hold, const std::string& referral, Instant at) {
    OwnedCommand result = make_order_change(CommandKind::complete_order, program, name, order, words, at);
    if (hold.value == 0 && referral.empty()) return result;
    result.details.emplace().hold = hold;
    own_details(result, referral, {});
    return result;
}

OwnedCommand make_redeem_reward(ProgramId program, Name name, const Who& customer, const std::string& reward,
                                Instant at) {
    OwnedCommand result = make(CommandKind::redeem_reward, program, name, customer, at);
    result.reward = own_reward(reward, {});
    return result;
}

OwnedCommand make_voucher_act(CommandKind kind, ProgramId program, Name name, const std::string& voucher,
                              std::int64_t ttl_ms, Instant at) {
    OwnedCommand result = make(kind, program, name, at);
    result.reward = own_reward({}, voucher);
    result.command.ttl_ms = ttl_ms;
    return result;
}

OwnedCommand with_voucher(OwnedCommand command, const std::string& voucher) {
    if (!command.details) command.details.emplace();
    own_details(command, std::string(command.details->referral), std::string(command.details->payment),
                voucher);
    return command;
}

OwnedCommand make_balance(ProgramId program, const Who& customer, std::int64_t amount) {
    OwnedCommand result = make(CommandKind::balance, program, {}, customer, model::kNoInstant);
    result.command.amount.value = amount;
    return result;
}

OwnedCommand make_sale(ProgramId program, Name name, const Who& customer, std::int64_t amount, Instant at) {
    OwnedCommand result = make(CommandKind::sale, program, name, customer, at);
    result.command.amount.value = amount;
    return result;
}

OwnedCommand make_sale_with(ProgramId program, Name name, const Who& customer, std::int64_t amount,
                            model::Sequence hold, Instant at) {
    OwnedCommand result = make_sale(program, name, customer, amount, at);
    result.details.emplace().hold = hold;
    return result;
}

OwnedCommand with_lines(OwnedCommand command, std::vector<model::SaleLine> lines) {
    if (!command.details) command.details.emplace();
    command.details->lines = std::move(lines);
    return command;
}

OwnedCommand make_return(ProgramId program, Name name, const Who& customer, std::int64_t amount,
                         Name original, Instant at) {
    OwnedCommand result = make(CommandKind::returned, program, name, customer, at);
    result.command.amount.value = amount;
    result.command.original = original;
    return result;
}

OwnedCommand make_void(ProgramId program, Name name, Name original, Instant at) {
    OwnedCommand result = make(CommandKind::voided, program, name, at);
    result.command.original = original;
    return result;
}

OwnedCommand make_redeem(ProgramId program, Name name, const Who& customer, std::int64_t points,
                         std::int64_t amount, Instant at) {
    OwnedCommand result = make(CommandKind::redeem, program, name, customer, at);
    result.command.points.value = points;
    result.command.amount.value = amount;
    return result;
}

OwnedCommand make_hold(ProgramId program, Name name, const Who& customer, std::int64_t points,
                       std::int64_t ttl_ms, Instant at) {
    OwnedCommand result = make(CommandKind::hold, program, name, customer, at);
    result.command.points.value = points;
    result.command.ttl_ms = ttl_ms;
    return result;
}

OwnedCommand make_capture(ProgramId program, Name name, model::Sequence hold, std::int64_t points,
                          Instant at) {
    OwnedCommand result = make(CommandKind::capture, program, name, at);
    result.command.hold = hold;
    result.command.points.value = points;
    return result;
}

OwnedCommand make_release(ProgramId program, Name name, model::Sequence hold, Instant at) {
    OwnedCommand result = make(CommandKind::release, program, name, at);
    result.command.hold = hold;
    return result;
}

OwnedCommand make_adjust(ProgramId program, Name name, const Who& customer, std::int64_t points,
                         std::int64_t amount, bool ranking, Instant at, const std::string& reason) {
    OwnedCommand result = make(CommandKind::adjust, program, name, customer, at);
    result.command.points.value = points;
    result.command.amount.value = amount;
    result.command.ranking = ranking;
    result.reason = reason;
    return result;
}

OwnedCommand make_password(ProgramId program, Name name, const Who& customer, const std::string& verifier,
                           Instant at) {
    OwnedCommand result = make(CommandKind::set_password, program, name, customer, at);
    result.reason = verifier;
    return result;
}

OwnedCommand make_override(ProgramId program, Name name, const Who& customer, const std::string& tier,
                           Instant until, Instant from, Instant at, const std::string& reason) {
    OwnedCommand result = make(CommandKind::override_tier, program, name, customer, at);
    result.tier_act = std::make_shared<const model::TierAct>(model::TierAct{tier, from, until});
    result.reason = reason;
    return result;
}

std::string describe(const OwnedCommand& owned) {
    const Command& command = owned.command;
    std::string line = fmt::format("program {}: {} {}", command.program.value, kind_word(command.kind),
                                   name_word(command.name));
    const auto key = model::key_kind_name(command.customer.kind);
    if (command.customer.kind == model::KeyKind::id)
        line += fmt::format(" of id:{}", command.customer.id.value);
    else if (command.customer.kind != model::KeyKind::none)
        line += fmt::format(" of {}:{}", key, owned.customer_text);
    if (command.amount.value != 0) line += fmt::format(" amount {}", command.amount.value);
    if (command.points.value != 0) line += fmt::format(" points {}", command.points.value);
    if (ended_hold(owned).value != 0) line += fmt::format(" hold {}", ended_hold(owned).value);
    if (command.ttl_ms != 0) line += fmt::format(" ttl_ms {}", command.ttl_ms);
    if (command.original.kind != model::NameKind::none) line += " original " + name_word(command.original);
    if (command.ranking) line += " ranking";
    if (owned.enrollment)
        for (const auto& ref : owned.enrollment->enrollment.keys)
            line += fmt::format(" {}:{}", model::key_kind_name(ref.kind), ref.text);
    if (owned.enrollment)
        for (const auto& ref : owned.enrollment->enrollment.drop)
            line += fmt::format(" without {}:{}", model::key_kind_name(ref.kind), ref.text);
    if (owned.enrollment && owned.enrollment->enrollment.vip.kind != model::KeyKind::none)
        line += fmt::format(" under {}:{}{}", model::key_kind_name(owned.enrollment->enrollment.vip.kind),
                            owned.enrollment->enrollment.vip.id.value, owned.enrollment->vip_text);
    if (owned.enrollment && !owned.enrollment->enrollment.referral.empty())
        line += " with code " + owned.enrollment->enrollment.referral;
    if (owned.network && owned.network->terms.payout.value != 0)
        line += fmt::format(" payout {}", owned.network->terms.payout.value);
    if (owned.network && command.kind == CommandKind::move_member)
        line += fmt::format(" to {}:{}{}", model::key_kind_name(owned.network->terms.vip.kind),
                            owned.network->terms.vip.id.value, owned.network->vip_text);
    if (owned.details && !owned.details->referral.empty())
        line += fmt::format(" with code {}", owned.details->referral);
    if (owned.order) {
        const model::OrderTerms& terms = owned.order->terms;
        if (terms.amount) line += fmt::format(" of {} in the end", terms.amount->value);
        if (terms.status) line += fmt::format(" status \"{}\"", *terms.status);
        if (terms.waybill) line += fmt::format(" waybill \"{}\"", *terms.waybill);
        if (!terms.referral.empty()) line += fmt::format(" placed with code {}", terms.referral);
    }
    if (owned.details)
        for (const model::SaleLine& goods : owned.details->lines)
            line += fmt::format(" line {}:{}:{}:{}", goods.sku, goods.quantity, goods.price.value,
                                goods.category);
    if (owned.tier_act)
        line += fmt::format(" tier \"{}\" from {} until {}", owned.tier_act->tier, owned.tier_act->from.value,
                            owned.tier_act->until.value);
    if (owned.care) {
        const model::CareTerms& terms = *owned.care;
        if (terms.task.value != 0) line += fmt::format(" task {}", terms.task.value);
        if (terms.due) line += fmt::format(" due {}", terms.due->value);
        if (terms.every_days) line += fmt::format(" every {} days", *terms.every_days);
        if (terms.kind) line += fmt::format(" {}", model::care_kind_name(*terms.kind));
        if (terms.staff) line += fmt::format(" by \"{}\"", *terms.staff);
        if (terms.note) line += fmt::format(" note \"{}\"", *terms.note);
    }
    if (owned.document) line += " document " + owned.document->id;
    if (command.at != model::kNoInstant) line += fmt::format(" at {}", command.at.value);
    return line;
}

std::string describe(const model::Outcome& outcome) {
    if (outcome.refusal != model::Refusal::none)
        return fmt::format("{} (detail {})", model::refusal_name(outcome.refusal), outcome.detail);
    return fmt::format(
        "{}tier {} -> {} of version {}, customer {}, points {}, balance {}, spendable {}, held {}",
        outcome.duplicate ? "duplicate: " : "", outcome.tier_before, outcome.tier_after,
        outcome.version.value, outcome.customer.value, outcome.points.value, outcome.balance.value,
        outcome.spendable.value, outcome.held.value);
}

}  // namespace tim::tests
