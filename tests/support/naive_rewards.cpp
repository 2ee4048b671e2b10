// Rewards and vouchers in the naive model: where one stands is found by going through the list.
#include <date/tz.h>

#include <algorithm>
#include <chrono>

#include "tests/support/naive_model.h"

namespace tim::tests {

using model::CommandKind;
using model::ProgramId;
using model::Reward;

namespace {

constexpr std::int64_t kDefaultTtl = 15 * 60'000;

bool moves(CommandKind kind) {
    return kind == CommandKind::reserve_voucher || kind == CommandKind::use_voucher ||
           kind == CommandKind::release_voucher || kind == CommandKind::cancel_voucher;
}

bool is_return(CommandKind kind) {
    return kind == CommandKind::returned || kind == CommandKind::voided;
}

const Reward* find_by_id(const model::Program& program, std::string_view id) {
    for (const Reward& reward : program.rewards)
        if (reward.id == id) return &reward;
    return nullptr;
}

}  // namespace

void NaiveModel::learn_voucher(const std::string& code, model::Sequence id, std::size_t place) {
    const Accepted& entry = accepted_.back();
    vouchers_.push_back({entry.program, code, id, entry.sequence, place});
}

const NaiveModel::Accepted& NaiveModel::issue_of(const KnownVoucher& voucher) const {
    return *std::ranges::find_if(accepted_, [&](const Accepted& entry) {
        return entry.program == voucher.program && entry.sequence == voucher.issued_by;
    });
}

std::string NaiveModel::reward_of(const KnownVoucher& voucher) const {
    const Accepted& entry = issue_of(voucher);
    return entry.command.command.kind == CommandKind::redeem_reward ? entry.command.reward->reward
                                                                    : entry.granted[voucher.place];
}

std::int64_t NaiveModel::voucher_ends(const KnownVoucher& voucher) const {
    const Accepted& entry = issue_of(voucher);
    const model::Program& rules = document(entry.program, entry.priced_by);
    const auto* zone = date::locate_zone(rules.time_zone);
    const auto local =
        zone->to_local(date::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(entry.at)));
    const date::local_days last =
        date::floor<date::days>(local) + date::days(find_by_id(rules, reward_of(voucher))->valid_days + 1);
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               zone->to_sys(last, date::choose::earliest).time_since_epoch())
        .count();
}

const NaiveModel::KnownVoucher* NaiveModel::voucher_of(ProgramId program, std::string_view code) const {
    for (const KnownVoucher& voucher : vouchers_)
        if (voucher.program == program && voucher.code == code) return &voucher;
    return nullptr;
}

/// Whether the returns among the first `length` entries leave nothing of a sale.
bool NaiveModel::gone(const Accepted& sale, std::size_t length) const {
    Wide returned = 0;
    for (std::size_t i = 0; i < length; ++i) {
        const Accepted& entry = accepted_[i];
        const model::Command& command = entry.command.command;
        if (entry.program != sale.program || !is_return(command.kind) ||
            command.original != sale.command.command.name)
            continue;
        if (command.kind == CommandKind::voided || entry.took_last_goods) return true;
        returned += command.amount.value;
    }
    return returned > 0 && returned == sale.command.command.amount.value;
}

NaiveModel::VoucherNow NaiveModel::voucher_now(const KnownVoucher& voucher) const {
    using enum model::VoucherPhase;
    VoucherNow now;
    now.phase = issued;
    const Accepted* used_in = nullptr;
    const Accepted& issue = issue_of(voucher);
    for (std::size_t i = 0; i < accepted_.size(); ++i) {
        const Accepted& entry = accepted_[i];
        if (entry.program != voucher.program) continue;
        const model::Command& command = entry.command.command;
        if (moves(command.kind) && entry.voucher == voucher.id) {
            now.phase = command.kind == CommandKind::reserve_voucher   ? reserved
                        : command.kind == CommandKind::use_voucher     ? used
                        : command.kind == CommandKind::release_voucher ? issued
                                                                       : cancelled;
            if (now.phase == reserved)
                now.until = entry.at + (command.ttl_ms == 0 ? kDefaultTtl : command.ttl_ms);
        }
        if (command.kind == CommandKind::sale && entry.voucher == voucher.id) {
            now.phase = used;
            used_in = &entry;
        }
        if (!is_return(command.kind)) continue;
        const auto ends = [&](const Accepted& sale) {
            return command.original == sale.command.command.name && gone(sale, i + 1) && !gone(sale, i);
        };
        if (used_in != nullptr && ends(*used_in)) {
            now.phase = issued;
            used_in = nullptr;
        }
        const bool open = now.phase == issued || now.phase == reserved;
        if (issue.command.command.kind == CommandKind::sale && open && ends(issue)) now.phase = withdrawn;
    }
    return now;
}

std::int64_t NaiveModel::given(ProgramId program, const std::string& reward) const {
    std::int64_t count = 0;
    for (const KnownVoucher& voucher : vouchers_) {
        if (voucher.program != program || reward_of(voucher) != reward) continue;
        const model::VoucherPhase phase = voucher_now(voucher).phase;
        if (phase != model::VoucherPhase::cancelled && phase != model::VoucherPhase::withdrawn) ++count;
    }
    return count;
}

NaiveModel::Refusal NaiveModel::judge_usable(const KnownVoucher* voucher, const Accepted& entry) const {
    using enum model::VoucherPhase;
    if (voucher == nullptr) return Refusal::unknown_voucher;
    const VoucherNow now = voucher_now(*voucher);
    if (now.phase == used) return Refusal::voucher_used;
    if (now.phase == cancelled) return Refusal::voucher_cancelled;
    if (now.phase == withdrawn) return Refusal::voucher_withdrawn;
    if (now.phase == reserved && now.until > entry.now) return Refusal::none;
    return entry.at >= voucher_ends(*voucher) ? Refusal::voucher_expired : Refusal::none;
}

NaiveModel::Refusal NaiveModel::judge_paying(const KnownVoucher* voucher, const Accepted& entry) const {
    const Refusal refusal = judge_usable(voucher, entry);
    if (refusal != Refusal::none) return refusal;
    const Accepted& issue = issue_of(*voucher);
    const Reward& reward = *find_by_id(document(issue.program, issue.priced_by), reward_of(*voucher));
    return reward.kind == model::RewardKind::gift ? Refusal::voucher_is_gift : Refusal::none;
}

std::int64_t NaiveModel::voucher_value(const KnownVoucher& voucher) const {
    const Accepted& issue = issue_of(voucher);
    return find_by_id(document(issue.program, issue.priced_by), reward_of(voucher))->value.value;
}

NaiveModel::Refusal NaiveModel::judge_voucher(Accepted& entry) const {
    const CommandKind kind = entry.command.command.kind;
    const KnownVoucher* const voucher = voucher_of(entry.program, entry.command.reward->voucher);
    if (voucher == nullptr) return Refusal::unknown_voucher;
    const Accepted& issue = issue_of(*voucher);
    entry.customer = issue.customer;
    entry.voucher = voucher->id;
    Refusal refusal = judge_usable(voucher, entry);
    if (kind == CommandKind::use_voucher) return refusal;
    const VoucherNow now = voucher_now(*voucher);
    const bool reserved = now.phase == model::VoucherPhase::reserved && now.until > entry.now;
    if (kind == CommandKind::release_voucher) {
        if (refusal == Refusal::voucher_expired || refusal == Refusal::none)
            refusal = reserved ? Refusal::none : Refusal::voucher_not_reserved;
        return refusal;
    }
    if (refusal == Refusal::none && reserved) return Refusal::voucher_reserved;
    if (refusal == Refusal::none && kind == CommandKind::reserve_voucher) {
        const std::int64_t ttl = entry.command.command.ttl_ms;
        if (entry.at + (ttl == 0 ? kDefaultTtl : ttl) <= entry.now) return Refusal::invalid_time;
    }
    return refusal;
}

NaiveModel::Refusal NaiveModel::judge_reward(Accepted& entry, std::int64_t& detail) const {
    const model::Program& rules = document(entry.program, entry.priced_by);
    const Reward* const reward = find_by_id(rules, entry.command.reward->reward);
    if (reward == nullptr) return Refusal::unknown_reward;
    if ((reward->starts && entry.at < reward->starts->value) ||
        (reward->ends && entry.at >= reward->ends->value))
        return Refusal::reward_not_offered;
    const std::int64_t until = std::max(entry.now, entry.at);
    const NaiveFold state = fold_until(entry.program, entry.customer, accepted_.size(), entry.now, until);
    entry.held_tier =
        held_tier(entry.program, entry.customer, accepted_.size(), until, entry.judged_by, state.tier);
    const model::Tier* const tier = pricing_tier(entry);
    if (!reward->tiers.empty() &&
        (tier == nullptr || std::ranges::find(reward->tiers, tier->id) == reward->tiers.end()))
        return Refusal::reward_other_tier;
    if (reward->stock && given(entry.program, reward->id) >= *reward->stock) {
        detail = *reward->stock;
        return Refusal::reward_out_of_stock;
    }
    const std::int32_t off = rules.enabled && tier != nullptr ? tier->voucher_discount_bp : 0;
    const Wide exact = Wide{reward->cost.value} * (10'000 - off);
    entry.cost = static_cast<std::int64_t>(exact / 10'000 + (exact % 10'000 != 0 ? 1 : 0));
    const model::Program& current = document(entry.program, entry.judged_by);
    const std::int64_t keep = current.enabled ? current.tiers[entry.held_tier].keep_points.value : 0;
    const Wide most = std::max<Wide>(0, state.unheld() - keep);
    detail = static_cast<std::int64_t>(most);
    return entry.cost > most ? Refusal::insufficient_points : Refusal::none;
}

/// A voucher that a sale names: used, or refused by itself.
void NaiveModel::find_voucher(Accepted& sale) const {
    if (sale.command.command.kind != CommandKind::sale || !sale.command.details ||
        sale.command.details->voucher.empty())
        return;
    const KnownVoucher* const voucher = voucher_of(sale.program, sale.command.details->voucher);
    sale.voucher_refusal = judge_paying(voucher, sale);
    if (sale.voucher_refusal == Refusal::none) sale.voucher = voucher->id;
}

}  // namespace tim::tests
