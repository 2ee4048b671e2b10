#include "tools/tim/figures.h"

#include <fmt/format.h>

#include <optional>

#include "tools/tim/text_table.h"

namespace tim::cli {

using model::ErrorKind;
using model::failure;
using model::Result;

std::string signed_points(model::Points points) {
    return points.value > 0 ? fmt::format("+{}", points.value) : std::to_string(points.value);
}

std::string tier_move(const ProgramVersion& version, const model::Outcome& outcome) {
    std::string after = version.tier_name(outcome.tier_after);
    if (outcome.tier_before == outcome.tier_after) return after;
    return fmt::format("{} → {}", version.tier_name(outcome.tier_before), after);
}

Result<model::Money> read_amount(const Shop& shop, const std::string& text, const std::string& what,
                                 bool any_sign) {
    auto amount = model::parse_money(text, shop.version->program().currency);
    if (!amount) return failure(ErrorKind::invalid, fmt::format("{}: {}", what, amount.error().message));
    if (!any_sign && amount->value < 0)
        return failure(ErrorKind::invalid, fmt::format("{}: {} is negative", what, text));
    return amount;
}

Result<std::vector<model::SaleLine>> read_lines(const Shop& shop, const std::vector<std::string>& texts,
                                                bool returns) {
    const auto parse = returns ? model::parse_return_line : model::parse_sale_line;
    if (texts.size() > model::kMaxSaleLines)
        return failure(ErrorKind::invalid, fmt::format("--line: {} lines; at most {} are allowed",
                                                       texts.size(), model::kMaxSaleLines));
    std::vector<model::SaleLine> lines;
    for (const std::string& text : texts) {
        auto line = parse(text, shop.version->program().currency);
        if (!line) return failure(ErrorKind::invalid, fmt::format("--line: {}", line.error().message));
        lines.push_back(std::move(*line));
    }
    return lines;
}

namespace {

/// What a return by line came to: that its own fact tells.
std::optional<model::Money> paid_back(const model::Command& command, const client::DetailedOutcome* sale) {
    if (sale == nullptr || sale->effects.empty() || command.kind != model::CommandKind::returned)
        return std::nullopt;
    return model::Money{-sale->effects.front().amount.value};
}

bool opens_hold(const model::Command& command) {
    return command.kind == model::CommandKind::hold;
}

/// The effects of a sale beside its own fact.
using Effects = std::vector<client::SaleEffect>;

std::string effects_json(const Shop& shop, const ProgramVersion& version, const Effects& effects) {
    std::string all;
    for (const client::SaleEffect& effect : effects) {
        JsonLine json;
        json.add("type", effect.type).add("subject", effect.subject).add("subject_id", effect.subject_id);
        if (effect.amount.value != 0) json.add("amount", version.money(effect.amount));
        json.add("points", effect.points.value);
        if (effect.related.value != 0) json.add("related", effect.related.value);
        if (!effect.campaign.empty()) json.add("campaign", effect.campaign);
        if (effect.discount.value != 0) json.add("discount", version.money(effect.discount));
        if (effect.counterparty.value != 0) json.add("counterparty", effect.counterparty.value);
        if (!effect.code.empty()) json.add("code", effect.code);
        if (!effect.reward.empty()) json.add("reward", effect.reward);
        if (effect.until != model::kNoInstant) json.add("until", shop.time(effect.until));
        if (effect.type == "extra_refused")
            json.add("extra", effect.extra)
                .add("refused", model::refusal_name(effect.refusal))
                .add("sentence",
                     model::refusal_sentence(effect.refusal, effect.detail, version.program().currency));
        all += (all.empty() ? "" : ",") + json.text();
    }
    return "[" + all + "]";
}

std::string effect_line(const Shop& shop, const ProgramVersion& version, const model::Outcome& outcome,
                        const client::SaleEffect& effect) {
    if (effect.type == "extra_refused")
        return fmt::format("{} refused: {} ({})", effect.extra,
                           model::refusal_sentence(effect.refusal, effect.detail, version.program().currency),
                           model::refusal_name(effect.refusal));
    if (effect.type == "receipt_reduced")
        return fmt::format("{} {} is left of the sale, for {} points", version.money(effect.amount),
                           version.program().currency.code, effect.points.value);
    if (effect.type == "voucher_issued")
        return fmt::format("voucher {} of {}, valid until {}", effect.code, effect.reward,
                           shop.time(effect.until));
    std::string text = effect.type;
    if (effect.subject != "voucher" && !effect.code.empty()) text += " " + effect.code;
    if (effect.type == "hold_captured") text += fmt::format(" {}", effect.related.value);
    if (!effect.campaign.empty()) text += " " + effect.campaign;
    if (effect.subject == "wallet")
        return fmt::format("{} {} for id:{}", text, version.money(effect.amount), effect.subject_id);
    if (effect.points.value != 0) text += fmt::format(", {} points", signed_points(effect.points));
    if (effect.subject == "customer" && effect.subject_id != outcome.customer.value)
        text += fmt::format(", id:{}", effect.subject_id);
    return text;
}

void tell_json(const Shop& shop, const ProgramVersion& version, const Subject& subject,
               const model::Command& command, const model::Outcome& outcome,
               const client::DetailedOutcome* sale) {
    JsonLine json;
    json.add("command", subject.command).add("name", subject.name);
    if (command.name.kind == model::NameKind::request)
        json.add("request_id", model::format_name(command.name));
    json.add("duplicate", outcome.duplicate);
    if (outcome.customer.value != 0) json.add("id", outcome.customer.value);
    if (opens_hold(command)) json.add("hold", outcome.sequence.value);
    json.add("points", outcome.points.value)
        .add("balance", outcome.balance.value)
        .add("held", outcome.held.value)
        .add("spendable", outcome.spendable.value)
        .add("tier_before", version.tier_id(outcome.tier_before))
        .add("tier_after", version.tier_id(outcome.tier_after))
        .add("sequence", outcome.sequence.value);
    if (const auto amount = paid_back(command, sale)) json.add("amount", version.money(*amount));
    if (sale != nullptr) {
        json.add_or_null("code", sale->code);
        json.add_raw("effects", effects_json(shop, version, sale->effects));
    }
    print(json.text() + "\n");
}

void tell_people(const Shop& shop, const ProgramVersion& version, const Subject& subject,
                 const model::Command& command, const model::Outcome& outcome,
                 const client::DetailedOutcome* sale) {
    std::vector<std::pair<std::string, std::string>> fields;
    fields.emplace_back(subject.command,
                        subject.name + (outcome.duplicate ? " (done before; this is the first answer)" : ""));
    if (opens_hold(command)) fields.emplace_back("hold", std::to_string(outcome.sequence.value));
    if (const auto amount = paid_back(command, sale))
        fields.emplace_back("paid back",
                            fmt::format("{} {}", version.money(*amount), version.program().currency.code));
    if (outcome.customer.value == 0) {
        // Without a customer nobody has figures.
        fields.emplace_back("customer", "none");
        print(field_list(fields));
        return;
    }
    fields.emplace_back("customer", fmt::format("id:{}", outcome.customer.value));
    fields.emplace_back("points", signed_points(outcome.points));
    fields.emplace_back("balance", std::to_string(outcome.balance.value));
    if (outcome.held.value != 0) fields.emplace_back("held", std::to_string(outcome.held.value));
    fields.emplace_back("spendable", std::to_string(outcome.spendable.value));
    fields.emplace_back("tier", tier_move(version, outcome));
    const bool redeems = command.kind == model::CommandKind::redeem_reward;
    if (sale != nullptr && !sale->code.empty())
        fields.emplace_back(redeems ? "code" : "referral code", sale->code);
    for (std::size_t i = 1; sale != nullptr && i < sale->effects.size(); ++i) {
        // Lines whoever asks has named; where an order stands is what they asked for.
        if (sale->effects[i].type == "sale_lines" || sale->effects[i].type == "order_noted") continue;
        // What a customer's own fact tells already.
        if (sale->effects[i].type == "voucher_noted" || sale->effects[i].type == "reward_counted") continue;
        if (sale->effects[i].type == "lot_spent" && redeems) continue;
        fields.emplace_back("effect", effect_line(shop, version, outcome, sale->effects[i]));
    }
    if (command.name.kind == model::NameKind::request)
        fields.emplace_back("request id", model::format_name(command.name));
    print(field_list(fields));
}

int tell(const CommandLine& line, Shop& shop, const Subject& subject, const model::Command& command,
         const Result<model::Outcome>& outcome, const client::DetailedOutcome* sale) {
    if (!outcome) {
        if (outcome.error().kind == ErrorKind::unavailable)
            fmt::print(stderr,
                       "tim: it may or may not have been done; ask again under the same name, which is {}\n",
                       model::format_name(command.name));
        return fail(outcome.error());
    }
    if (outcome->refusal != model::Refusal::none)
        return refuse(line, outcome->refusal, outcome->detail, &shop.version->program().currency);
    const auto version = shop.session.program(shop.program, outcome->version);
    if (!version) return fail(version.error());
    if (line.options.json)
        tell_json(shop, **version, subject, command, *outcome, sale);
    else
        tell_people(shop, **version, subject, command, *outcome, sale);
    return kDone;
}

}  // namespace

int tell_outcome(const CommandLine& line, Shop& shop, const Subject& subject, const model::Command& command,
                 const Result<model::Outcome>& outcome) {
    return tell(line, shop, subject, command, outcome, nullptr);
}

int tell_sale(const CommandLine& line, Shop& shop, const Subject& subject, const model::Command& command,
              const Result<client::DetailedOutcome>& sale) {
    if (!sale) return tell(line, shop, subject, command, tl::unexpected(sale.error()), nullptr);
    return tell(line, shop, subject, command, sale->outcome, &*sale);
}

}  // namespace tim::cli
