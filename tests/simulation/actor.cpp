#include "tests/simulation/actor.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/support/seams.h"

namespace tim::tests {

using model::CommandKind;
using model::Name;
using model::ProgramId;

namespace {

constexpr std::uint64_t kCustomers = 20;

Who some_customer(Choices& choices) {
    return fmt::format("card:{}", 1 + choices.below(kCustomers));
}

const model::Program& rules_of(ProgramId program, const NaiveModel& model) {
    return model.document(program, model.version_count(program));
}

/// One that was issued, the newer ones rather, or none that ever was.
std::string some_code(const NaiveModel& model, Choices& choices) {
    const auto& codes = model.codes();
    if (codes.empty() || choices.chance(10)) return "7K3M9QXWTB2C";
    const std::size_t newest = std::min<std::size_t>(codes.size(), 5);
    return codes[codes.size() - 1 - choices.below(newest)].text;
}

/// A sale that was nobody's and whose receipt a customer has claimed: the receipt's name is the claim's now.
bool is_claimed(const NaiveModel::Accepted& entry) {
    return entry.sent && entry.sent->command.name.kind == model::NameKind::receipt;
}

/// The newest entry of a kind, or an older one.
const NaiveModel::Accepted* some_accepted(const NaiveModel& model, CommandKind kind, Choices& choices) {
    const auto& done = model.accepted();
    std::uint64_t skip = choices.below(3);
    const NaiveModel::Accepted* found = nullptr;
    for (auto entry = done.rbegin(); entry != done.rend(); ++entry) {
        if (entry->command.command.kind != kind || is_claimed(*entry)) continue;
        found = &*entry;
        if (skip-- == 0) break;
    }
    return found;
}

/// A few kinds of goods that account for the whole amount.
OwnedCommand with_goods(OwnedCommand sale, Choices& choices) {
    std::vector<model::SaleLine> lines;
    const std::int64_t kinds = choices.between(1, 3);
    for (std::int64_t i = 0; i < kinds; ++i) {
        const auto quantity = static_cast<std::uint32_t>(choices.between(1, 4));
        const std::int64_t share = sale.command.amount.value / kinds / quantity + 1;
        lines.push_back({fmt::format("g{}", i), quantity, {share + choices.between(0, share / 3)}, ""});
    }
    return with_lines(std::move(sale), std::move(lines));
}

/// Some of the goods that are left, or one piece that may be gone.
OwnedCommand back_by_line(const NaiveModel::Accepted& sale, const NaiveModel& model, const Who& owner,
                          Name name, model::Instant now, Choices& choices) {
    const NaiveModel::Goods goods = model.goods_left(sale);
    std::vector<model::SaleLine> lines;
    for (std::size_t i = 0; i < goods.lines.size(); ++i) {
        const auto left = static_cast<std::int64_t>(goods.left[i]);
        if (left == 0 || choices.chance(40)) continue;
        lines.push_back({goods.lines[i].sku,
                         static_cast<std::uint32_t>(choices.chance(50) ? left : choices.between(1, left)),
                         model::kAnyPrice,
                         {}});
    }
    if (lines.empty()) lines.push_back({goods.lines[0].sku, 1, model::kAnyPrice, {}});
    return with_lines(make_return(sale.program, name, owner, 0, sale.command.command.name, now),
                      std::move(lines));
}

}  // namespace

OwnedCommand Actor::next(ProgramId program, const NaiveModel& model, model::Instant now, Choices& choices,
                         std::uint64_t& next_name) {
    const std::uint64_t enrolled = model.customer_count(program);
    if (enrolled < kCustomers && choices.chance(enrolled < 2 ? 100 : 10)) {
        if (!rules_of(program, model).network || choices.chance(30))
            return make_enroll(program, request(next_name++), {some_customer(choices)});
        const Who vip = choices.chance(50) ? some_customer(choices) : Who();
        return make_enroll_with(program, request(next_name++), {some_customer(choices)}, vip,
                                choices.chance(50) ? some_code(model, choices) : std::string());
    }
    if (role_ == Role::web) return web(program, model, now, choices, next_name);
    if (role_ == Role::checkout) return checkout(program, choices, next_name);
    return role_ == Role::till ? till(program, model, now, choices, next_name)
                               : office(program, model, now, choices, next_name);
}

OwnedCommand Actor::till(ProgramId program, const NaiveModel& model, model::Instant now, Choices& choices,
                         std::uint64_t& next_name) {
    const Name name = receipt(terminal_, fmt::format("N{}", next_name++));
    const Who who = choices.chance(12) ? Who() : some_customer(choices);
    const std::int64_t amount = choices.between(0, choices.chance(10) ? 4'000'000 : 150'000);
    const std::uint64_t dice = choices.below(100);
    if (rules_of(program, model).network && dice < 15)
        return make_referred_sale(program, name, some_customer(choices), amount, some_code(model, choices),
                                  {}, now);
    if (dice < 50 || sold_.empty()) {
        const auto& done = model.accepted();
        const auto hold = std::find_if(done.rbegin(), done.rend(), [](const NaiveModel::Accepted& entry) {
            return entry.command.command.kind == CommandKind::hold;
        });
        if (choices.chance(30)) return with_goods(make_sale(program, name, who, amount, now), choices);
        if (hold == done.rend() || !choices.chance(15)) return make_sale(program, name, who, amount, now);
        return make_sale_with(program, name, fmt::format("id:{}", hold->customer.value), amount,
                              hold->sequence, now);
    }
    if (dice < 56) return make_return(program, name, who, amount / 20, {}, now);
    return take_back(program, model, now, choices, name);
}

OwnedCommand Actor::take_back(ProgramId program, const NaiveModel& model, model::Instant now,
                              Choices& choices, Name name) {
    // Often the same again: of one receipt, several returns come soon after each other.
    if (!choices.chance(60)) returned_ = choices.below(sold_.size());
    const Name& original = sold_[returned_];
    if (choices.chance(16)) return make_void(program, name, original, now);
    // What was answered is there, also after a crash.
    const NaiveModel::Accepted& sale = *model.find(program, original);
    const Who owner = sale.customer.value == 0 ? Who() : Who(fmt::format("id:{}", sale.customer.value));
    const bool has_lines = sale.command.details && !sale.command.details->lines.empty();
    if (has_lines && choices.chance(70)) return back_by_line(sale, model, owner, name, now, choices);
    const std::int64_t amount = sale.command.command.amount.value;
    const std::int64_t back = choices.chance(20) ? amount : choices.between(0, amount / 4);
    return make_return(program, name, owner, back, original, now);
}

OwnedCommand Actor::web(ProgramId program, const NaiveModel& model, model::Instant now, Choices& choices,
                        std::uint64_t& next_name) {
    const bool has_codes = rules_of(program, model).network.has_value();
    const std::uint64_t dice = choices.below(100);
    const std::int64_t amount = choices.between(0, choices.chance(10) ? 4'000'000 : 150'000);
    OrderWords words;
    if (choices.chance(40)) words.status = "đang giao";
    if (choices.chance(30)) words.waybill = fmt::format("GHN{}", next_name);
    if (dice < 30 || placed_.empty()) {
        if (has_codes && choices.chance(40)) words.referral = some_code(model, choices);
        return make_place_order(program, receipt(terminal_, fmt::format("W{}", next_name++)),
                                some_customer(choices), amount, words, now);
    }
    if (dice < 45 && !sold_.empty())
        return take_back(program, model, now, choices, receipt(terminal_, fmt::format("R{}", next_name++)));
    const Name name = request(next_name++);
    // The newest ones, which are mostly pending still.
    const Name order = placed_[placed_.size() - 1 - choices.below(std::min<std::size_t>(placed_.size(), 4))];
    if (dice < 53) return make_order_change(CommandKind::cancel_order, program, name, order, words);
    if (choices.chance(40)) words.amount = amount;
    if (dice < 68) {
        if (!words.amount && !words.status) words.status = "chờ xác nhận";
        return make_order_change(CommandKind::update_order, program, name, order, words);
    }
    const auto* const hold = choices.chance(15) ? some_accepted(model, CommandKind::hold, choices) : nullptr;
    return make_complete_order(program, name, order, words,
                               hold == nullptr ? model::Sequence{} : hold->sequence,
                               has_codes && choices.chance(30) ? some_code(model, choices) : std::string());
}

OwnedCommand Actor::checkout(ProgramId program, Choices& choices, std::uint64_t& next_name) {
    const Name name = request(next_name++);
    if (open_hold_.value != 0) {
        const model::Sequence hold = open_hold_;
        open_hold_ = {};
        if (choices.chance(60)) return make_capture(program, name, hold, choices.chance(50) ? 0 : 1);
        if (choices.chance(60)) return make_release(program, name, hold);
    }
    const Who who = some_customer(choices);
    const std::uint64_t dice = choices.below(100);
    if (dice < 20) {
        const std::int64_t points = choices.between(1, 30);
        return make_adjust(program, name, who, choices.chance(40) ? -points : points, 0);
    }
    if (dice < 45) return make_redeem(program, name, who, choices.between(1, 25));
    const std::int64_t points = choices.between(1, 25);
    return make_hold(program, name, who, points, choices.chance(50) ? 20 * kSecondMs : 0);
}

OwnedCommand Actor::office(ProgramId program, const NaiveModel& model, model::Instant now, Choices& choices,
                           std::uint64_t& next_name) {
    const Name name = request(next_name++);
    const Who who = some_customer(choices);
    const model::Program& rules = rules_of(program, model);
    if (choices.chance(30)) return person(program, model, choices, name);
    const std::uint64_t dice = choices.below(100);
    if (!rules.network || dice < 20) {
        if (choices.chance(20)) return make_override(program, name, who, "");
        return make_override(program, name, who, rules.tiers[choices.below(rules.tiers.size())].id,
                             {now.value + choices.between(1, choices.chance(70) ? 60 : 3'000) * kMinuteMs});
    }
    if (dice < 40) return make_appoint(program, name, who);
    if (dice < 60) return make_move(program, name, who, choices.chance(80) ? some_customer(choices) : Who());
    if (dice < 80) return make_payout_request(program, name, who, choices.chance(70) ? 0 : 1'000);
    constexpr CommandKind ends[] = {CommandKind::approve_payout, CommandKind::pay_payout,
                                    CommandKind::fail_payout};
    const auto* payout = some_accepted(model, CommandKind::request_payout, choices);
    return make_payout_end(ends[choices.below(std::size(ends))], program, name,
                           payout == nullptr ? model::Sequence{1} : payout->sequence);
}

OwnedCommand Actor::person(ProgramId program, const NaiveModel& model, Choices& choices, Name name) {
    const Who who = some_customer(choices);
    const std::uint64_t dice = choices.below(100);
    if (dice < 15) return make_person_act(CommandKind::block_customer, program, name, who);
    if (dice < 35) return make_person_act(CommandKind::unblock_customer, program, name, who);
    if (dice < 38) return make_person_act(CommandKind::erase, program, name, who);
    if (dice < 70) {
        // Somebody shows a receipt: mostly one that is nobody's.
        const NaiveModel::Accepted* shown = some_accepted(model, CommandKind::sale, choices);
        for (const NaiveModel::Accepted& entry : model.accepted())
            if (entry.command.command.kind == CommandKind::sale && entry.customer.value == 0 &&
                !is_claimed(entry) && choices.chance(20))
                shown = &entry;
        return make_claim(program, name, who,
                          shown == nullptr ? receipt(9, "NEVER") : shown->command.command.name);
    }
    const Who other = some_customer(choices);
    return make_rekey(program, name, who, {other},
                      choices.chance(60) ? std::vector<Who>{who} : std::vector<Who>{});
}

void Actor::answered(const OwnedCommand& command, const model::Outcome& outcome) {
    if (outcome.refusal != model::Refusal::none) return;
    if (command.command.kind == CommandKind::sale) sold_.push_back(command.command.name);
    if (command.command.kind == CommandKind::place_order) placed_.push_back(command.command.name);
    if (command.command.kind == CommandKind::complete_order) sold_.push_back(command.command.original);
    if (command.command.kind == CommandKind::hold) open_hold_ = outcome.sequence;
}

}  // namespace tim::tests
