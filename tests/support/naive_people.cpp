// Who customers are, in the naive model: every key that was ever given or taken, in its order.
#include <algorithm>

#include "tests/support/naive_model.h"

namespace tim::tests {

using model::Command;
using model::CommandKind;
using model::CustomerId;
using model::KeyKind;
using model::Name;
using model::ProgramId;

namespace {

constexpr std::size_t kMostKeys = 8;
/// A receipt that a customer has claimed goes by a till that there is none of: its name is the customer's
/// sale's.
constexpr std::uint32_t kNobodysTerminal = 1'000'000'000;

bool is_person(CommandKind kind) {
    return kind == CommandKind::block_customer || kind == CommandKind::unblock_customer ||
           kind == CommandKind::rekey || kind == CommandKind::claim || kind == CommandKind::erase;
}

}  // namespace

std::vector<NaiveModel::HeldKey> NaiveModel::keys_held(ProgramId program, CustomerId customer) const {
    std::vector<HeldKey> held;
    for (const Accepted& entry : accepted_) {
        if (!of(entry, program, customer)) continue;
        const Command command = entry.command.view();
        if (command.kind == CommandKind::erase) held.clear();
        if (command.kind == CommandKind::enroll) held.clear();
        if (command.kind != CommandKind::enroll && command.kind != CommandKind::rekey) continue;
        for (const auto& key : command.enrollment->drop)
            std::erase(held, HeldKey{key.kind, spelled_key(key)});
        for (const auto& key : command.enrollment->keys) {
            HeldKey come{key.kind, spelled_key(key)};
            if (std::find(held.begin(), held.end(), come) == held.end()) held.push_back(std::move(come));
        }
    }
    return held;
}

bool NaiveModel::ever_had(ProgramId program, CustomerId customer, const model::CustomerRef& ref) const {
    if (ref.kind == KeyKind::id) return ref.id == customer;
    for (const Accepted& entry : accepted_) {
        const Command command = entry.command.view();
        if (!of(entry, program, customer) ||
            (command.kind != CommandKind::enroll && command.kind != CommandKind::rekey))
            continue;
        for (const auto& key : command.enrollment->keys)
            if (key.kind == ref.kind && spelled_key(key) == spelled_key(ref)) return true;
    }
    return false;
}

bool NaiveModel::is_erased(ProgramId program, CustomerId customer) const {
    return std::any_of(accepted_.begin(), accepted_.end(), [&](const Accepted& entry) {
        return of(entry, program, customer) && entry.command.command.kind == CommandKind::erase;
    });
}

bool NaiveModel::is_blocked(ProgramId program, CustomerId customer) const {
    bool blocked = false;
    for (const Accepted& entry : accepted_) {
        if (!of(entry, program, customer)) continue;
        if (entry.command.command.kind == CommandKind::block_customer) blocked = true;
        if (entry.command.command.kind == CommandKind::unblock_customer) blocked = false;
    }
    return blocked;
}

std::optional<NaiveModel::Refusal> NaiveModel::judge_person_alone(const Command& command) const {
    if (!is_person(command.kind)) return std::nullopt;
    if (command.customer.kind == KeyKind::none) return Refusal::invalid_key;
    if (command.kind != CommandKind::rekey) return std::nullopt;
    for (const auto* keys : {&command.enrollment->keys, &command.enrollment->drop})
        for (const auto& key : *keys)
            if (key.kind == KeyKind::none || key.kind == KeyKind::id || spelled_key(key).empty())
                return Refusal::invalid_key;
    const bool says_nothing = command.enrollment->keys.empty() && command.enrollment->drop.empty() &&
                              command.enrollment->keeps_name;
    return says_nothing ? std::optional(Refusal::invalid_command) : std::nullopt;
}

/// What is refused to somebody whom a command names, whatever it asks for.
NaiveModel::Refusal NaiveModel::judge_named(const Accepted& entry) const {
    // As it was sent: the completion of an order names nobody, whatever sale it becomes.
    const OwnedCommand& sent = entry.sent ? *entry.sent : entry.command;
    const Command command = sent.view();
    // Questions are answered, and what was sold can come back.
    const bool takes_back = command.kind == CommandKind::returned || command.kind == CommandKind::voided ||
                            command.kind == CommandKind::balance;
    if (command.customer.kind != KeyKind::none && !takes_back && is_erased(entry.program, entry.customer))
        return Refusal::customer_erased;
    const bool spends = command.kind == CommandKind::redeem || command.kind == CommandKind::hold ||
                        command.kind == CommandKind::capture || command.kind == CommandKind::redeem_reward ||
                        command.kind == CommandKind::request_payout ||
                        ((command.kind == CommandKind::sale || command.kind == CommandKind::complete_order) &&
                         ended_hold(sent).value != 0);
    return spends && is_blocked(entry.program, entry.customer) ? Refusal::customer_blocked : Refusal::none;
}

NaiveModel::Refusal NaiveModel::judge_person(Accepted& entry, std::int64_t& detail) const {
    const Command command = entry.command.view();
    switch (command.kind) {
        case CommandKind::block_customer:
            return is_blocked(entry.program, entry.customer) ? Refusal::already_blocked : Refusal::none;
        case CommandKind::unblock_customer:
            return is_blocked(entry.program, entry.customer) ? Refusal::none : Refusal::not_blocked;
        case CommandKind::rekey:
            return judge_rekey(entry, detail);
        case CommandKind::claim:
            return judge_claim(entry);
        default:
            return Refusal::none;
    }
}

NaiveModel::Refusal NaiveModel::judge_rekey(const Accepted& entry, std::int64_t& detail) const {
    const Command command = entry.command.view();
    std::vector<HeldKey> keys = keys_held(entry.program, entry.customer);
    bool unknown = false;
    std::vector<HeldKey> gone;
    for (const auto& key : command.enrollment->drop) {
        const HeldKey goes{key.kind, spelled_key(key)};
        if (std::find(gone.begin(), gone.end(), goes) != gone.end()) continue;  // it was said twice
        gone.push_back(goes);
        unknown |= std::erase(keys, goes) == 0;
    }
    for (const auto& key : command.enrollment->keys) {
        HeldKey come{key.kind, spelled_key(key)};
        if (std::find(keys.begin(), keys.end(), come) != keys.end()) continue;
        const auto holder = find_customer(entry.program, key);
        if (holder && *holder != entry.customer) {
            detail = static_cast<std::int64_t>(holder->value);
            return Refusal::key_taken;
        }
        keys.push_back(std::move(come));
    }
    if (keys.size() > kMostKeys) return Refusal::too_many_keys;
    if (unknown) return Refusal::unknown_key;
    return keys.empty() ? Refusal::last_key : Refusal::none;
}

/// What was nobody's becomes a sale of its own time and till.
NaiveModel::Refusal NaiveModel::judge_claim(Accepted& entry) const {
    const Accepted* const sale = find(entry.program, entry.command.command.original);
    if (sale == nullptr) return Refusal::unknown_receipt;
    if (sale->command.command.kind != CommandKind::sale) return Refusal::not_a_sale;
    if (sale->customer.value != 0) return Refusal::not_anonymous;
    if (void_or_return_accepted(*sale) && remaining(*sale) == 0) return Refusal::nothing_left;
    entry.sent = entry.command;
    entry.command = make_sale(entry.program, sale->command.command.name, Who(KeyKind::id, {}),
                              remaining(*sale), entry.sent->command.at);
    entry.command.command.customer.id = entry.customer;
    const Goods goods = goods_left(*sale);
    std::vector<model::SaleLine> lines;
    for (std::size_t i = 0; i < goods.lines.size(); ++i) {
        if (goods.left[i] == 0) continue;
        lines.push_back(goods.lines[i]);
        lines.back().quantity = static_cast<std::uint32_t>(goods.left[i]);
    }
    if (!lines.empty()) entry.command = with_lines(std::move(entry.command), std::move(lines));
    return Refusal::none;
}

bool NaiveModel::is_claim(const Accepted& entry) {
    return entry.sent && entry.sent->command.kind == CommandKind::claim;
}

const NaiveModel::Accepted* NaiveModel::claim_of(ProgramId program, const Name& receipt) const {
    for (const Accepted& entry : accepted_)
        if (entry.program == program && is_claim(entry) && entry.command.command.name == receipt)
            return &entry;
    return nullptr;
}

const NaiveModel::Accepted* NaiveModel::claimed_by_now(ProgramId program, const Name& name) const {
    if (name.terminal.value < kNobodysTerminal) return nullptr;
    for (const Accepted& entry : accepted_)
        if (entry.program == program && entry.command.command.name == name) return &entry;
    return nullptr;
}

/// The receipt's name is the claim's now: what was nobody's, and what came back of it, goes by another.
void NaiveModel::rename_claimed(ProgramId program, const Name& receipt) {
    const auto rename = [](Accepted& entry, Name& name) {
        if (!entry.sent) {
            entry.sent = entry.command;
            entry.sent->command.amount.value = entry.asked_amount;
        }
        name.terminal.value += kNobodysTerminal;
    };
    for (Accepted& entry : accepted_) {
        if (entry.program != program || is_claim(entry)) continue;
        if (entry.command.command.name == receipt) rename(entry, entry.command.command.name);
        if (entry.command.command.original == receipt) rename(entry, entry.command.command.original);
    }
}

/// What a crash leaves of claims that it took.
void NaiveModel::restore_unclaimed() {
    for (Accepted& entry : accepted_) {
        for (Name* const name : {&entry.command.command.name, &entry.command.command.original}) {
            if (name->terminal.value < kNobodysTerminal) continue;
            Name receipt = *name;
            receipt.terminal.value -= kNobodysTerminal;
            if (claim_of(entry.program, receipt) != nullptr) continue;
            *name = receipt;
        }
        const bool is_as_sent = entry.sent && entry.sent->command.kind == entry.command.command.kind &&
                                entry.sent->command.name == entry.command.command.name &&
                                entry.sent->command.original == entry.command.command.original;
        if (is_as_sent) entry.sent.reset();
    }
}

}  // namespace tim::tests
