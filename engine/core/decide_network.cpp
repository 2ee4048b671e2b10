// The network of members and VIPs (S1.14 to S1.22), and their wallets.
#include <algorithm>

#include "engine/core/parties.h"
#include "engine/core/settle.h"
#include "engine/core/wallet_steps.h"

namespace tim::core {

using model::CommandKind;
using model::CustomerId;
using model::Fact;
using model::FactType;
using model::Money;
using model::Refusal;

WalletSteps wallet_steps(const ProgramState& program, const Wallet& wallet, model::Instant until,
                         bool matures) {
    WalletSteps steps;
    const model::Calendar& calendar = program.newest().calendar();  // a program keeps its time zone
    auto lots = wallet.lots.all();
    Money available = wallet.available;
    std::size_t open = wallet.payouts.size();
    const auto matured_by = [&](model::Instant at) {
        Money sum{};
        for (; !lots.empty() && lots.front().due <= at; lots = lots.subspan(1))
            sum.value += lots.front().amount.value;
        return sum;
    };
    Money matured{};
    const model::Month newest = calendar.month_of(until);
    for (model::Month month{static_cast<std::uint16_t>(wallet.month.value + 1)}; month <= newest;
         ++month.value) {
        const model::Instant begins = calendar.month_start(month);
        const Rules& rules = program.version_at(begins);
        if (!rules.pays_out_monthly()) continue;
        matured.value += matured_by(begins).value;
        const std::int64_t sum = available.value + matured.value;
        const Money least = rules.network().payout.min_amount;
        if (sum < std::max<std::int64_t>(least.value, 1) || open == kMaxOpenPayouts) continue;
        if (matured.value > 0) steps.push_back({begins, month, matured, {}});
        steps.push_back({begins, month, {}, {sum}});
        available = matured = {};
        ++open;
    }
    if (!matures) return steps;
    matured.value += matured_by(until).value;
    if (matured.value > 0) steps.push_back({until, newest, matured, {}});
    return steps;
}

WalletFigures settled_wallet(const ProgramState& program, const Wallet& wallet, model::Instant now) {
    WalletFigures figures{wallet.available, wallet.pending, {}};
    for (const Payout& payout : wallet.payouts)
        figures.in_payout.value += payout.amount.value;
    for (const WalletStep& step : wallet_steps(program, wallet, now, true)) {
        figures.available.value += step.matured.value - step.payout.value;
        figures.pending.value -= step.matured.value;
        figures.in_payout.value += step.payout.value;
    }
    return figures;
}

bool is_wallet_due(const ProgramState& program, const Wallet& wallet, model::Instant now) {
    return !wallet_steps(program, wallet, now, false).empty();
}

void settle_wallet(const ProgramState& program, CustomerId vip, const Moment& moment, FactWriter& facts) {
    Parties(program, moment, facts).settle_wallet(vip);
}

Judgement check_vip(const Moment& moment, const ProgramState& program, CustomerId vip) {
    if (!moment.current->has_network()) return refuse(Refusal::network_off);
    if (vip.value == 0) return refuse(Refusal::unknown_vip);
    const CustomerRecord& record = program.customers.at(vip.value);
    if (record.is_vip()) return {};
    const bool due = is_due(record, *moment.current, settled_until(moment));
    const TierOverrides* const overrides = program.overrides_of(record, vip);
    const CustomerRecord draft = overrides == nullptr ? record : beneath(record, *overrides);
    const bool becomes = due && settle(draft, *moment.current, settled_until(moment)).makes_vip;
    return becomes ? Judgement{} : refuse(Refusal::not_a_vip);
}

Judgement decide_appoint(const model::Command& command, const Moment& moment, model::Subject subject,
                         const CustomerRecord& record, FactWriter& facts) {
    if (!moment.current->has_network()) return refuse(Refusal::network_off);
    if (record.is_vip()) return refuse(Refusal::already_vip);
    add_fact(FactType::vip_granted, command, moment, subject, record, facts);
    facts.end_transaction();
    return {};
}

namespace {

/// Whether `customer` stands above `vip`, or is it.
bool is_above(const ProgramState& program, CustomerId customer, CustomerId vip) {
    for (CustomerId at = vip; at.value != 0; at = program.customers.at(at.value).vip()) {
        if (at == customer) return true;
    }
    return false;
}

}  // namespace

Judgement decide_move(const model::Command& command, const Moment& moment, model::Subject subject,
                      const CustomerRecord& record, const ProgramState& program, CustomerId vip,
                      FactWriter& facts) {
    if (!moment.current->has_network()) return refuse(Refusal::network_off);
    const CustomerId customer{subject.id()};
    if (command.network->vip.kind != model::KeyKind::none) {
        if (const Judgement judgement = check_vip(moment, program, vip); !judgement.accepted())
            return judgement;
        if (is_above(program, customer, vip)) return refuse(Refusal::network_cycle);
    }
    if (record.vip() == vip) return refuse(Refusal::same_vip);

    Parties parties(program, moment, facts);
    Party& party = parties.adopt(subject, record);
    WalletParty* const left = record.vip().value == 0 ? nullptr : &parties.settle_wallet(record.vip());
    WalletParty* const joined = vip.value == 0 ? nullptr : &parties.settle_wallet(vip);
    Fact& fact = parties.add(party, FactType::member_assigned, {});
    name(fact, command);
    fact.request.related = vip.value;
    const model::PartyPart part{customer.value, 0, 0};
    if (left != nullptr) parties.add(*left, FactType::member_left, {}, {}, {}).party = part;
    if (joined != nullptr) parties.add(*joined, FactType::member_joined, {}, {}, {}).party = part;
    facts.end_transaction();
    return {};
}

namespace {

Judgement request_payout(const model::Command& command, Parties& parties, CustomerId vip) {
    const Rules& rules = *parties.moment().current;
    WalletParty& wallet = parties.settle_wallet(vip, true);
    const Money most = std::max(wallet.available, Money{});
    const Money amount = command.amount.value == 0 ? most : command.amount;
    if (amount > most || amount.value == 0) return refuse(Refusal::insufficient_commission, most.value);
    const Money least = rules.has_network() ? rules.network().payout.min_amount : Money{};
    if (amount < least) return refuse(Refusal::payout_below_minimum, least.value);
    if (wallet.open_payouts >= kMaxOpenPayouts) return refuse(Refusal::too_many_payouts, kMaxOpenPayouts);
    Fact& fact = parties.add(wallet, FactType::payout_requested, {-amount.value}, {-amount.value}, {});
    name(fact, command);
    return {};
}

Judgement end_payout(const model::Command& command, Parties& parties, CustomerId vip) {
    const Wallet* const before = parties.program().wallet(vip);
    const auto payout = before == nullptr ? std::nullopt : before->payout(command.network->payout);
    if (!payout) return refuse(Refusal::payout_closed);
    const bool approves = command.kind == CommandKind::approve_payout;
    if (approves && payout->approved != 0) return refuse(Refusal::payout_approved);
    const bool pays = command.kind == CommandKind::pay_payout;
    if (pays && payout->approved == 0) return refuse(Refusal::payout_not_approved);
    WalletParty& wallet = parties.settle_wallet(vip);
    const Money back = approves || pays ? Money{} : payout->amount;
    Fact& fact = parties.add(wallet,
                             approves ? FactType::payout_approved
                             : pays   ? FactType::payout_paid
                                      : FactType::payout_failed,
                             payout->amount, back, {});
    name(fact, command);
    fact.request.related = payout->id.value;
    return {};
}

}  // namespace

Judgement decide_payout(const model::Command& command, const Moment& moment, const ProgramState& program,
                        CustomerId vip, FactWriter& facts) {
    Parties parties(program, moment, facts);
    const Judgement judgement = command.kind == CommandKind::request_payout
                                    ? request_payout(command, parties, vip)
                                    : end_payout(command, parties, vip);
    if (judgement.accepted()) facts.end_transaction();
    return judgement;
}

}  // namespace tim::core
