#include "tests/support/naive_model.h"

#include <algorithm>
#include <cctype>

#include "tests/support/same_program.h"

namespace tim::tests {

using model::Command;
using model::CommandKind;
using model::CustomerId;
using model::Instant;
using model::KeyKind;
using model::kNoInstant;
using model::Name;
using model::NameKind;
using model::Outcome;
using model::ProgramId;
using model::Sequence;

namespace {

constexpr std::int64_t kMillisecondsOfDay = 86'400'000;
constexpr std::int64_t kFiveMinutes = 300'000;
constexpr std::int64_t kDefaultTtl = 15 * 60'000;
constexpr std::int64_t kLongestTtl = 7 * kMillisecondsOfDay;
constexpr std::size_t kMostOpenHolds = 16;
constexpr std::size_t kMostKeys = 8;
constexpr std::size_t kMostOverrides = 8;

/// A key in one spelling, "" when it is none: rules of engine/model/keys.h, for what the generator sends.
std::string spelled(KeyKind kind, std::string_view text) {
    std::string result;
    if (kind == KeyKind::phone) {
        for (const char c : text)
            if (c == '+' || std::isdigit(static_cast<unsigned char>(c)) != 0)
                result += c;
            else if (c != ' ' && c != '.' && c != '-' && c != '(' && c != ')')
                return {};
        if (result.starts_with("00")) result = "+" + result.substr(2);
        if (!result.starts_with("+") || result.rfind('+') != 0) return {};
        return result.size() >= 9 && result.size() <= 16 ? result : std::string();
    }
    if (kind == KeyKind::email) {
        for (const char c : text)
            result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        const auto at = result.find('@');
        if (at == std::string::npos || at == 0 || result.rfind('@') != at) return {};
        return result.find('.', at) == std::string::npos ? std::string() : result;
    }
    if (kind == KeyKind::card) {
        if (text.empty() || text.size() > 64) return {};
        for (const char c : text)
            if (c <= ' ' || c > '~') return {};
        return std::string(text);
    }
    return {};
}

}  // namespace

std::string NaiveModel::spelled_key(const model::CustomerRef& ref) {
    return spelled(ref.kind, ref.text);
}

namespace {

bool names_somebody(const model::CustomerRef& ref) {
    return ref.kind != KeyKind::none;
}

bool valid_key(const model::CustomerRef& ref) {
    if (ref.kind == KeyKind::none) return true;
    return ref.kind == KeyKind::id ? ref.id.value != 0 : !spelled(ref.kind, ref.text).empty();
}

bool valid_name(const Name& name) {
    if (name.kind == NameKind::none) return false;
    if (name.kind == NameKind::request)
        return std::any_of(name.bytes.begin(), name.bytes.begin() + model::kRequestIdBytes,
                           [](char c) { return c != 0; });
    const auto number = name.number();
    return !number.empty() &&
           std::all_of(number.begin(), number.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

Outcome refused(model::Refusal refusal, std::int64_t detail = 0) {
    Outcome outcome;
    outcome.refusal = refusal;
    outcome.detail = detail;
    return outcome;
}

bool is_return(CommandKind kind) {
    return kind == CommandKind::returned || kind == CommandKind::voided;
}

}  // namespace

// ------------------------------------------------------------------------------------------------ judging

/// What can be told from the command alone.
std::optional<Outcome> NaiveModel::judge_alone(const Command& command) const {
    const bool by_receipt = command.kind == CommandKind::sale || is_return(command.kind) ||
                            command.kind == CommandKind::place_order;
    if (command.kind != CommandKind::balance) {
        if (!valid_name(command.name)) return refused(Refusal::invalid_name);
        if (by_receipt && command.name.kind != NameKind::receipt) return refused(Refusal::invalid_name);
        if (!by_receipt && command.kind != CommandKind::redeem &&
            command.kind != CommandKind::redeem_reward && command.name.kind != NameKind::request)
            return refused(Refusal::invalid_name);
    }
    if (command.amount.value < 0 && command.kind != CommandKind::adjust)
        return refused(Refusal::invalid_amount);
    if (command.kind == CommandKind::hold && command.points.value < 1)
        return refused(Refusal::invalid_points);
    if ((command.kind == CommandKind::capture || command.kind == CommandKind::redeem) &&
        command.points.value < 0)
        return refused(Refusal::invalid_points);
    if (command.kind == CommandKind::redeem && (command.points.value == 0) == (command.amount.value == 0))
        return refused(Refusal::invalid_points);
    if (!valid_key(command.customer)) return refused(Refusal::invalid_key);
    if (const auto refusal = judge_order_alone(command)) return refused(*refusal);
    if (const auto refusal = judge_person_alone(command)) return refused(*refusal);
    const bool needs_customer =
        command.kind == CommandKind::redeem || command.kind == CommandKind::hold ||
        command.kind == CommandKind::adjust || command.kind == CommandKind::balance ||
        command.kind == CommandKind::appoint_vip || command.kind == CommandKind::move_member ||
        command.kind == CommandKind::request_payout || command.kind == CommandKind::override_tier ||
        command.kind == CommandKind::classify || command.kind == CommandKind::redeem_reward ||
        command.kind == CommandKind::plan_care || command.kind == CommandKind::set_password;
    if (needs_customer && !names_somebody(command.customer)) return refused(Refusal::invalid_key);
    if (command.kind == CommandKind::enroll)
        for (const auto& key : command.enrollment->keys)
            if (key.kind == KeyKind::none || key.kind == KeyKind::id || !valid_key(key))
                return refused(Refusal::invalid_key);
    if (command.kind == CommandKind::enroll && !valid_key(command.enrollment->vip))
        return refused(Refusal::invalid_key);
    if (command.network != nullptr && !valid_key(command.network->vip)) return refused(Refusal::invalid_key);
    if (command.ttl_ms < 0 || command.ttl_ms > kLongestTtl) return refused(Refusal::invalid_time);
    if (command.details != nullptr && command.kind == CommandKind::sale &&
        (command.details->hold.value != 0 || !command.details->referral.empty()) &&
        !names_somebody(command.customer))
        return refused(Refusal::invalid_command);
    if (command.kind == CommandKind::adjust && command.points.value == 0 && command.amount.value == 0)
        return refused(Refusal::invalid_command);
    if (const Refusal refusal = judge_classes_alone(command); refusal != Refusal::none)
        return refused(refusal);
    if (const Refusal refusal = judge_care_alone(command); refusal != Refusal::none) return refused(refusal);
    return judge_lines(command);
}

Outcome NaiveModel::judge(const OwnedCommand& owned, Instant clock) {
    if (owned.command.kind == CommandKind::put_program) return judge_program(owned, clock);
    const Command command = owned.view();
    if (const auto outcome = judge_alone(command)) return *outcome;
    if (command.program.value == 0 || command.program.value > program_count())
        return refused(Refusal::unknown_program);

    Accepted entry;
    entry.command = owned;
    entry.asked_amount = command.amount.value;
    entry.program = command.program;
    entry.now = now(command.program, clock);
    entry.at = command.at == kNoInstant ? entry.now : command.at.value;
    if (command.kind == CommandKind::claim)
        if (const Accepted* const claimed = find(command.program, command.original)) entry.at = claimed->at;
    if (time_ == runtime::TimeSource::events) entry.now = std::max(latest(command.program), entry.at);
    entry.priced_by = version_at(command.program, entry.at);
    entry.judged_by = version_at(command.program, entry.now);

    if (command.kind != CommandKind::balance)
        if (const Accepted* first = first_of(command.program, command.name)) {
            if (!same_content(*first, command)) return refused(Refusal::conflict);
            Outcome again = first->outcome;
            again.duplicate = true;
            again.sequence = first->sequence;
            return again;
        }
    if (time_ == runtime::TimeSource::system) {
        const auto late_days = document(command.program, entry.judged_by).points.late_days;
        if (entry.at < entry.now - late_days * kMillisecondsOfDay)
            return refused(Refusal::too_late, late_days);
        if (entry.at > entry.now + kFiveMinutes) return refused(Refusal::in_the_future);
    }

    std::int64_t detail = 0;
    const Refusal refusal = judge_subject(entry, detail);
    if (refusal != Refusal::none) return refused(refusal, detail);
    if (is_claim(entry)) rename_claimed(entry.program, entry.command.command.name);

    Outcome outcome;
    const bool known = entry.customer.value != 0 && command.kind != CommandKind::enroll;
    outcome.version.value = entry.judged_by;
    outcome.customer = entry.customer;
    if (known) {
        const std::int64_t until = std::max(entry.now, entry.at);
        const NaiveFold before =
            fold_until(entry.program, entry.customer, accepted_.size(), entry.now, until);
        entry.held_tier = outcome.tier_before =
            held_tier(entry.program, entry.customer, accepted_.size(), until, entry.judged_by, before.tier);
    }
    if (command.kind == CommandKind::balance) {
        bool overflow = false;
        if (entry.command.details && !entry.command.details->voucher.empty())
            if (const Refusal refused_voucher =
                    judge_paying(voucher_of(entry.program, entry.command.details->voucher), entry);
                refused_voucher != Refusal::none)
                return refused(refused_voucher);
        const Outcome offer = quote(entry, overflow);
        if (overflow) return refused(Refusal::overflow);
        outcome.points = offer.points;
        outcome.detail = offer.detail;
    }
    find_code(entry);
    find_campaigns(entry);
    find_voucher(entry);
    find_points(entry);
    find_gifts(entry);
    if (entry.customer.value != 0) find_referrer_commissions(entry);
    accepted_.push_back(entry);
    if (overflows(entry) || parties_overflow(entry)) {
        accepted_.pop_back();
        restore_unclaimed();
        return refused(Refusal::overflow);
    }
    if (entry.customer.value != 0) {
        const Figures after = figures(entry.program, entry.customer, clock);
        outcome.tier_after = after.tier;
        if (!known) outcome.tier_before = after.tier;
        outcome.balance.value = after.points;
        outcome.spendable.value = after.spendable;
        // Of a command, what the figures allow.
        if (command.kind != CommandKind::balance)
            outcome.spendable.value = static_cast<std::int64_t>(
                spendable(entry.program, entry.customer, now(entry.program, clock)));
        outcome.held.value = after.held;
        if (command.kind == CommandKind::balance)
            outcome.lifetime_spend.value = after.lifetime;
        else
            outcome.points.value =
                static_cast<std::int64_t>(fold(entry.program, entry.customer, accepted_.size()).moved);
    }
    if (command.kind != CommandKind::balance) find_vips();
    if (entry.payout_amount != 0) {
        // Of a wallet: a customer's figures are not told.
        outcome = Outcome{};
        outcome.version.value = entry.judged_by;
        outcome.customer = entry.customer;
        outcome.lifetime_spend.value = entry.payout_amount;
    }
    if (command.kind == CommandKind::balance)
        accepted_.pop_back();
    else
        accepted_.back().outcome = outcome;
    return outcome;
}

/// Programs: a new id begins a program, a known one adds a version.
Outcome NaiveModel::judge_program(const OwnedCommand& owned, Instant clock) {
    Accepted entry;
    entry.command = owned;
    entry.program.value = static_cast<std::uint16_t>(program_count() + 1);
    for (std::uint16_t p = 1; p <= program_count(); ++p)
        if (document({p}, 1).id == owned.document->id) entry.program.value = p;
    entry.now = now(entry.program, clock);
    // Before the first event all of them are to come.
    if (time_ == runtime::TimeSource::events && latest(entry.program) == INT64_MIN) entry.now = 0;
    entry.at = owned.command.at == kNoInstant ? entry.now : owned.command.at.value;
    entry.outcome.program = entry.program;
    if (const std::uint16_t newest = version_count(entry.program); newest != 0) {
        if (same_program(document(entry.program, newest), *owned.document)) {  // nothing to change
            entry.outcome.duplicate = true;
            entry.outcome.version.value = newest;
            return entry.outcome;
        }
        // Versions follow one another in time, and none reprices what was recorded.
        const std::int64_t newest_from = newest == 1 ? INT64_MIN : effective(entry.program, newest);
        if (owned.command.at == kNoInstant) entry.at = std::max(entry.at, newest_from);
        if (entry.at < entry.now || entry.at < newest_from) return refused(Refusal::invalid_time);
    }
    entry.outcome.version.value = static_cast<std::uint16_t>(version_count(entry.program) + 1);
    accepted_.push_back(entry);
    return entry.outcome;
}

NaiveModel::Refusal NaiveModel::judge_subject(Accepted& entry, std::int64_t& detail) const {
    const Command command = entry.command.view();
    if (command.kind == CommandKind::enroll) {
        for (const auto& key : command.enrollment->keys)
            if (find_customer(entry.program, key)) return Refusal::key_taken;
        if (command.enrollment->keys.size() > kMostKeys) return Refusal::too_many_keys;
        if (names_somebody(command.enrollment->vip)) {
            const Refusal refusal = judge_vip(entry, command.enrollment->vip, entry.under);
            if (refusal != Refusal::none) return refusal;
        }
        if (const Refusal refusal = judge_classes(entry, detail); refusal != Refusal::none) return refusal;
        if (!command.enrollment->referral.empty()) entry.code = command.enrollment->referral;
        entry.customer.value = customer_count(entry.program) + 1;
        return Refusal::none;
    }
    if (names_somebody(command.customer)) {
        const auto customer = find_customer(entry.program, command.customer);
        if (!customer) return Refusal::unknown_customer;
        entry.customer = *customer;
        if (const Refusal refusal = judge_named(entry); refusal != Refusal::none) return refusal;
    }
    if (command.order != nullptr)
        if (const Refusal refusal = judge_order(entry, detail); refusal != Refusal::none) return refusal;
    switch (entry.command.command.kind) {
        case CommandKind::sale: {
            const Sequence hold = ended_hold(entry.command);
            return hold.value == 0 ? Refusal::none : judge_hold_end(entry, detail);
        }
        case CommandKind::returned:
        case CommandKind::voided:
            return judge_return(entry, detail);
        case CommandKind::capture:
        case CommandKind::release:
            return judge_hold_end(entry, detail);
        case CommandKind::hold:
        case CommandKind::redeem:
        case CommandKind::adjust:
            return judge_spending(entry, detail);
        case CommandKind::appoint_vip:
        case CommandKind::move_member:
        case CommandKind::request_payout:
        case CommandKind::approve_payout:
        case CommandKind::pay_payout:
        case CommandKind::fail_payout:
            return judge_network(entry, detail);
        case CommandKind::override_tier:
            return judge_override(entry, detail);
        case CommandKind::classify:
            return judge_classes(entry, detail);
        case CommandKind::plan_care:
        case CommandKind::change_care:
        case CommandKind::finish_care:
        case CommandKind::drop_care:
            return judge_care(entry, detail);
        case CommandKind::block_customer:
        case CommandKind::unblock_customer:
        case CommandKind::rekey:
        case CommandKind::claim:
        case CommandKind::erase:
            return judge_person(entry, detail);
        case CommandKind::redeem_reward:
            return judge_reward(entry, detail);
        case CommandKind::reserve_voucher:
        case CommandKind::use_voucher:
        case CommandKind::release_voucher:
        case CommandKind::cancel_voucher:
            return judge_voucher(entry);
        default:
            return Refusal::none;
    }
}

NaiveModel::Refusal NaiveModel::judge_return(Accepted& entry, std::int64_t& detail) const {
    const Command command = entry.command.view();
    if (command.original.kind == NameKind::none) return Refusal::none;
    const Accepted* sale = find(entry.program, command.original);
    if (sale == nullptr) return Refusal::unknown_receipt;
    const bool ordered = sale->command.command.kind == CommandKind::place_order;
    if (sale->command.command.kind != CommandKind::sale && !ordered) return Refusal::not_a_sale;
    if (command.kind == CommandKind::voided) entry.customer = sale->customer;
    if (sale->customer != entry.customer) return Refusal::other_customer;
    if (ordered)
        return order_now(*sale).phase == model::OrderPhase::cancelled ? Refusal::order_cancelled
                                                                      : Refusal::order_not_completed;
    const auto return_days = document(entry.program, entry.judged_by).points.return_days;
    if (entry.at - sale->at > return_days * kMillisecondsOfDay) {
        detail = return_days;
        return Refusal::return_too_late;
    }
    if (command.kind == CommandKind::voided)
        return void_or_return_accepted(*sale) ? Refusal::already_returned : Refusal::none;
    detail = remaining(*sale);
    return command.amount.value > detail ? Refusal::return_exceeds_sale : judge_goods(entry, *sale, detail);
}

NaiveModel::Refusal NaiveModel::judge_hold_end(Accepted& entry, std::int64_t& detail) const {
    const Command command = entry.command.view();
    const Sequence id = ended_hold(entry.command);
    const Accepted* hold = hold_of(entry.program, id);
    if (hold == nullptr) return Refusal::unknown_hold;
    if (command.kind == CommandKind::sale && entry.customer != hold->customer) return Refusal::other_hold;
    entry.customer = hold->customer;
    if (const Refusal refusal = judge_named(entry); refusal != Refusal::none) return refusal;
    for (const Accepted& other : accepted_) {
        if (other.program != entry.program || ended_hold(other.command) != id) continue;
        return other.command.command.kind == CommandKind::release ? Refusal::hold_released
                                                                  : Refusal::hold_captured;
    }
    const std::int64_t ttl = hold->command.command.ttl_ms;
    if (entry.now >= hold->at + (ttl == 0 ? kDefaultTtl : ttl)) return Refusal::hold_expired;
    detail = hold->command.command.points.value;
    return command.points.value > detail ? Refusal::capture_exceeds_hold : Refusal::none;
}

NaiveModel::Refusal NaiveModel::judge_spending(Accepted& entry, std::int64_t& detail) const {
    const Command& command = entry.command.command;
    if (command.original.kind != NameKind::none) {
        const Accepted* sale = find(entry.program, command.original);
        if (sale == nullptr) return Refusal::unknown_receipt;
        const bool ordered = sale->command.command.kind == CommandKind::place_order;
        if (sale->command.command.kind != CommandKind::sale && !ordered) return Refusal::not_a_sale;
        if (sale->customer != entry.customer) return Refusal::other_customer;
        if (ordered)
            return order_now(*sale).phase == model::OrderPhase::cancelled ? Refusal::order_cancelled
                                                                          : Refusal::order_not_completed;
        if (void_or_return_accepted(*sale) && remaining(*sale) == 0) return Refusal::already_returned;
    }
    const std::int64_t ttl = command.ttl_ms == 0 ? kDefaultTtl : command.ttl_ms;
    if (command.kind == CommandKind::hold && entry.at + ttl <= entry.now) return Refusal::invalid_time;
    if (command.kind == CommandKind::hold &&
        open_holds(entry.program, entry.customer, entry.now) >= kMostOpenHolds) {
        detail = static_cast<std::int64_t>(kMostOpenHolds);
        return Refusal::too_many_holds;
    }
    if (command.kind == CommandKind::adjust) {
        const Wide free = std::max<Wide>(
            0, fold_until(entry.program, entry.customer, accepted_.size(), entry.now, entry.now).unheld());
        detail = static_cast<std::int64_t>(free);
        return command.points.value < 0 && -static_cast<Wide>(command.points.value) > free
                   ? Refusal::insufficient_points
                   : Refusal::none;
    }
    Wide cost = command.points.value;
    if (command.kind == CommandKind::redeem && command.amount.value > 0) {
        const auto& rate = document(entry.program, entry.judged_by).points.redeem;
        if (!rate) return Refusal::invalid_command;
        const Wide product = static_cast<Wide>(command.amount.value) * rate->points.value;
        cost = product / rate->value.value + (product % rate->value.value != 0 ? 1 : 0);
    }
    const Wide most = spendable(entry.program, entry.customer, entry.now);
    detail = static_cast<std::int64_t>(most);
    if (cost > most) return Refusal::insufficient_points;
    entry.cost = static_cast<std::int64_t>(cost);
    return Refusal::none;
}

NaiveModel::Refusal NaiveModel::judge_override(const Accepted& entry, std::int64_t& detail) const {
    const model::TierAct& act = *entry.command.tier_act;
    const std::int64_t until = std::max(entry.now, entry.at);
    const std::size_t open = open_overrides(entry.program, entry.customer, until);
    if (act.tier.empty()) return open == 0 ? Refusal::no_override : Refusal::none;
    const auto& tiers = document(entry.program, entry.judged_by).tiers;
    if (std::none_of(tiers.begin(), tiers.end(),
                     [&](const model::Tier& tier) { return tier.id == act.tier && tier.active; }))
        return Refusal::unknown_tier;
    const std::int64_t time = std::max(entry.now, entry.at);
    if (act.until.value <= std::max(time, act.from.value)) return Refusal::invalid_time;
    detail = static_cast<std::int64_t>(kMostOverrides);
    return open >= kMostOverrides ? Refusal::too_many_overrides : Refusal::none;
}

/// Whether a figure leaves 64 bits with `entry`, the last of the list.
bool NaiveModel::overflows(const Accepted& entry) const {
    const auto beyond = [](Wide value) { return value > INT64_MAX || value < INT64_MIN; };
    const Command& command = entry.command.command;
    if (command.kind == CommandKind::balance) return false;  // its quote was judged
    const NaiveFold state = fold(entry.program, entry.customer, accepted_.size());
    return beyond(entry.full) || beyond(state.points()) || beyond(state.points() + state.pending()) ||
           !state.within_bounds(document(entry.program, entry.judged_by));
}

// ------------------------------------------------------------------------------------------------ the list

void NaiveModel::learn(Sequence sequence, Sequence durable_at) {
    accepted_.back().sequence = sequence;
    accepted_.back().durable_at = durable_at;
}

void NaiveModel::lose_after(Sequence durable) {
    std::erase_if(accepted_, [&](const Accepted& entry) { return entry.durable_at > durable; });
    restore_unclaimed();
    std::erase_if(codes_, [&](const KnownCode& code) { return code.sale > durable; });
    std::erase_if(vouchers_, [&](const KnownVoucher& voucher) {
        return std::ranges::find(accepted_, voucher.issued_by, &Accepted::sequence) == accepted_.end();
    });
}

const NaiveModel::Accepted* NaiveModel::find(ProgramId program, const Name& name) const {
    if (const Accepted* const claim = claim_of(program, name)) return claim;
    if (const Accepted* const before = claimed_by_now(program, name)) return before;
    const Accepted* const entry = first_of(program, name);
    if (entry == nullptr || entry->command.command.kind != CommandKind::place_order) return entry;
    const Accepted* const completion = completion_of(*entry);
    return completion == nullptr ? entry : completion;
}

std::uint64_t NaiveModel::customer_count(ProgramId program) const {
    return static_cast<std::uint64_t>(
        std::count_if(accepted_.begin(), accepted_.end(), [&](const Accepted& entry) {
            return entry.program == program && entry.command.command.kind == CommandKind::enroll;
        }));
}

std::uint16_t NaiveModel::program_count() const {
    std::uint16_t most = 0;
    for (const Accepted& entry : accepted_)
        most = std::max(most, entry.program.value);
    return most;
}

std::uint16_t NaiveModel::version_count(ProgramId program) const {
    std::uint16_t count = 0;
    for (const Accepted& entry : accepted_)
        if (entry.program == program && entry.command.command.kind == CommandKind::put_program) ++count;
    return count;
}

const model::Program& NaiveModel::document(ProgramId program, std::uint16_t version) const {
    for (const Accepted& entry : accepted_)
        if (entry.program == program && entry.command.command.kind == CommandKind::put_program &&
            --version == 0)
            return *entry.command.document;
    std::abort();
}

std::int64_t NaiveModel::effective(ProgramId program, std::uint16_t version) const {
    for (const Accepted& entry : accepted_)
        if (entry.program == program && entry.command.command.kind == CommandKind::put_program &&
            --version == 0)
            return entry.at;
    std::abort();
}

std::uint16_t NaiveModel::version_at(ProgramId program, std::int64_t instant) const {
    std::uint16_t best = 1;
    for (std::uint16_t version = 2; version <= version_count(program); ++version)
        if (effective(program, version) <= instant) best = version;
    return best;
}

/// The greatest `at` of what happened in a program.
std::int64_t NaiveModel::latest(ProgramId program) const {
    std::int64_t result = INT64_MIN;
    for (const Accepted& entry : accepted_)
        if (entry.program == program && entry.command.command.kind != CommandKind::put_program)
            result = std::max(result, entry.at);
    return result;
}

std::int64_t NaiveModel::now(ProgramId program, Instant clock) const {
    if (time_ == runtime::TimeSource::system) return clock.value;
    const std::int64_t seen = latest(program);
    return seen == INT64_MIN ? clock.value : seen;
}

}  // namespace tim::tests
