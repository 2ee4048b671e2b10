// The figures of the naive model: each is found by going through the list of accepted commands.
#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "tests/support/naive_model.h"

namespace tim::tests {

using model::CommandKind;
using model::CustomerId;
using model::Instant;
using model::ProgramId;
using model::Sequence;

namespace {

constexpr std::int64_t kDefaultTtl = 15 * 60'000;

bool is_return(CommandKind kind) {
    return kind == CommandKind::returned || kind == CommandKind::voided;
}

}  // namespace

/// floor(amount / per_amount) × points, by the version that priced `priced`.
NaiveModel::Wide NaiveModel::receipt_points(const Accepted& priced, Wide amount) const {
    const auto& earn = document(priced.program, priced.priced_by).points.earn;
    return amount / earn.per_amount.value * earn.points.value;
}

/// What is left of a sale after the returns among the first `length` entries.
NaiveModel::Wide NaiveModel::remaining(const Accepted& sale, std::size_t length) const {
    Wide left = sale.command.command.amount.value;
    for (std::size_t i = 0; i < length; ++i) {
        const auto& command = accepted_[i].command.command;
        if (accepted_[i].program != sale.program || !is_return(command.kind) ||
            command.original != sale.command.command.name)
            continue;
        left = command.kind == CommandKind::voided ? 0 : left - command.amount.value;
    }
    return left;
}

std::int64_t NaiveModel::remaining(const Accepted& sale) const {
    return static_cast<std::int64_t>(remaining(sale, accepted_.size()));
}

bool NaiveModel::void_or_return_accepted(const Accepted& sale) const {
    return std::any_of(accepted_.begin(), accepted_.end(), [&](const Accepted& entry) {
        return entry.program == sale.program && is_return(entry.command.command.kind) &&
               entry.command.command.original == sale.command.command.name;
    });
}

/// A void undoes the order, and so does a return of money that leaves nothing.
bool NaiveModel::undone(const Accepted& sale) const {
    Wide returned = 0;
    for (const Accepted& entry : accepted_) {
        const auto& command = entry.command.command;
        if (entry.program != sale.program || command.original != sale.command.command.name) continue;
        if (command.kind == CommandKind::voided) return true;
        if (command.kind == CommandKind::returned) returned += command.amount.value;
    }
    return returned > 0 && returned == sale.command.command.amount.value;
}

NaiveModel::Wide NaiveModel::full_points(std::size_t index) const {
    const Accepted& entry = accepted_[index];
    const auto& command = entry.command.command;
    switch (command.kind) {
        case CommandKind::sale:
            return entry.customer.value == 0 ? 0 : receipt_points(entry, command.amount.value);
        case CommandKind::returned:
        case CommandKind::voided: {
            if (entry.customer.value == 0) return 0;
            if (command.original.kind == model::NameKind::none)
                return -receipt_points(entry, command.amount.value);
            const Accepted* sale = find(entry.program, command.original);
            return receipt_points(*sale, remaining(*sale, index + 1)) -
                   receipt_points(*sale, remaining(*sale, index));
        }
        case CommandKind::redeem:
            return -static_cast<Wide>(entry.cost);
        case CommandKind::capture:
            return -static_cast<Wide>(
                command.points.value != 0
                    ? command.points.value
                    : hold_of(entry.program, command.hold)->command.command.points.value);
        case CommandKind::adjust:
            return command.points.value;
        default:
            return 0;
    }
}

NaiveModel::Wide NaiveModel::moved_points(std::size_t index) const {
    const Accepted& entry = accepted_[index];
    const Wide full = full_points(index);
    if (!is_return(entry.command.command.kind) ||
        document(entry.program, entry.judged_by).points.below_zero == model::BelowZero::debt)
        return full;
    const Wide free =
        points(entry.program, entry.customer, index) - held(entry.program, entry.customer, index, entry.now);
    return -std::min(-full, std::max<Wide>(0, free));
}

NaiveModel::Wide NaiveModel::points(ProgramId program, CustomerId customer, std::size_t length) const {
    // One pass: `moved_points` of a return under `clamp` would otherwise walk the list again for each entry.
    Wide sum = 0;
    for (std::size_t i = 0; i < length; ++i) {
        const Accepted& entry = accepted_[i];
        if (!of(entry, program, customer)) continue;
        const Wide full = full_points(i);
        const bool clamped = is_return(entry.command.command.kind) &&
                             document(program, entry.judged_by).points.below_zero == model::BelowZero::clamp;
        sum +=
            clamped ? -std::min(-full, std::max<Wide>(0, sum - held(program, customer, i, entry.now))) : full;
    }
    return sum;
}

/// Points of holds that are open at `now`, going by the first `length` entries.
NaiveModel::Wide NaiveModel::held(ProgramId program, CustomerId customer, std::size_t length,
                                  std::int64_t now) const {
    std::map<Sequence, Wide> open;
    for (std::size_t i = 0; i < length; ++i) {
        const Accepted& entry = accepted_[i];
        if (!of(entry, program, customer)) continue;
        const auto& command = entry.command.command;
        const std::int64_t ttl = command.ttl_ms == 0 ? kDefaultTtl : command.ttl_ms;
        if (command.kind == CommandKind::hold && now < entry.at + ttl)
            open[entry.sequence] = command.points.value;
        if (command.kind == CommandKind::capture || command.kind == CommandKind::release)
            open.erase(command.hold);
    }
    Wide sum = 0;
    for (const auto& [sequence, amount] : open)
        sum += amount;
    return sum;
}

std::size_t NaiveModel::open_holds(ProgramId program, CustomerId customer, std::int64_t now) const {
    std::size_t count = 0;
    for (const Accepted& entry : accepted_) {
        const auto& command = entry.command.command;
        const std::int64_t ttl = command.ttl_ms == 0 ? kDefaultTtl : command.ttl_ms;
        if (!of(entry, program, customer) || command.kind != CommandKind::hold || now >= entry.at + ttl)
            continue;
        ++count;
        for (const Accepted& end : accepted_)
            if (end.program == program && end.command.command.hold == entry.sequence) --count;
    }
    return count;
}

NaiveModel::Wide NaiveModel::lifetime(ProgramId program, CustomerId customer) const {
    Wide sum = 0;
    for (std::size_t i = 0; i < accepted_.size(); ++i) {
        const Accepted& entry = accepted_[i];
        if (!of(entry, program, customer)) continue;
        const auto& command = entry.command.command;
        if (command.kind == CommandKind::sale || command.kind == CommandKind::adjust)
            sum += command.amount.value;
        if (command.kind == CommandKind::returned) sum -= command.amount.value;
        if (command.kind == CommandKind::voided)
            sum -= find(program, command.original)->command.command.amount.value;
    }
    return sum;
}

std::int64_t NaiveModel::posted_at(const Accepted& entry) const {
    const auto& command = entry.command.command;
    const bool names_sale = is_return(command.kind) && command.original.kind != model::NameKind::none;
    return names_sale ? find(entry.program, command.original)->at : entry.at;
}

NaiveModel::Wide NaiveModel::month_spend(ProgramId program, CustomerId customer, std::int64_t month) const {
    Wide sum = 0;
    for (const Accepted& entry : accepted_) {
        if (!of(entry, program, customer) || month_of(program, posted_at(entry)) != month) continue;
        const auto& command = entry.command.command;
        if (command.kind == CommandKind::sale || command.kind == CommandKind::adjust)
            sum += command.amount.value;
        if (command.kind == CommandKind::returned) sum -= command.amount.value;
        if (command.kind == CommandKind::voided)
            sum -= find(program, command.original)->command.command.amount.value;
    }
    return sum;
}

/// All that was earned, less what returns call for, and adjustments that say so; spending never counts.
NaiveModel::Wide NaiveModel::ranking(ProgramId program, CustomerId customer) const {
    Wide sum = 0;
    for (std::size_t i = 0; i < accepted_.size(); ++i) {
        const Accepted& entry = accepted_[i];
        if (!of(entry, program, customer)) continue;
        const auto& command = entry.command.command;
        if (command.kind == CommandKind::sale || is_return(command.kind) ||
            (command.kind == CommandKind::adjust && command.ranking))
            sum += full_points(i);
    }
    return sum;
}

std::int64_t NaiveModel::month_of(ProgramId program, std::int64_t instant) const {
    const auto local =
        date::locate_zone(document(program, 1).time_zone)
            ->to_local(date::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(instant)));
    const date::year_month_day day(date::floor<date::days>(local));
    return static_cast<int>(day.year()) * 12 + static_cast<std::int64_t>(static_cast<unsigned>(day.month()));
}

std::uint8_t NaiveModel::tier(ProgramId program, CustomerId customer, std::int64_t now) const {
    const auto& rules = document(program, version_at(program, now));
    const Wide figure = std::max<Wide>(0, rules.tiering.criterion == model::Criterion::lifetime_spend
                                              ? lifetime(program, customer)
                                              : ranking(program, customer));
    std::uint8_t best = 0;
    for (std::size_t i = 0; i < rules.tiers.size(); ++i)
        if (rules.tiers[i].active && rules.tiers[i].min <= figure) best = static_cast<std::uint8_t>(i);
    return best;
}

NaiveModel::Wide NaiveModel::spendable(ProgramId program, CustomerId customer, std::int64_t now) const {
    const auto& rules = document(program, version_at(program, now));
    return std::max<Wide>(0, points(program, customer, accepted_.size()) -
                                 held(program, customer, accepted_.size(), now) -
                                 rules.tiers[tier(program, customer, now)].keep_points.value);
}

const NaiveModel::Accepted* NaiveModel::hold_of(ProgramId program, Sequence hold) const {
    for (const Accepted& entry : accepted_)
        if (entry.program == program && entry.command.command.kind == CommandKind::hold && hold.value != 0 &&
            entry.sequence == hold)
            return &entry;
    return nullptr;
}

Figures NaiveModel::figures(ProgramId program, CustomerId customer, Instant clock) const {
    const std::int64_t instant = now(program, clock);
    Figures result;
    result.version = version_at(program, instant);
    result.tier = tier(program, customer, instant);
    result.points = static_cast<std::int64_t>(points(program, customer, accepted_.size()));
    result.held = static_cast<std::int64_t>(held(program, customer, accepted_.size(), instant));
    result.spendable = static_cast<std::int64_t>(spendable(program, customer, instant));
    result.ranking = static_cast<std::int64_t>(ranking(program, customer));
    result.lifetime = static_cast<std::int64_t>(lifetime(program, customer));
    result.month = static_cast<std::int64_t>(month_spend(program, customer, month_of(program, instant)));
    result.metric = document(program, result.version).tiering.criterion == model::Criterion::lifetime_spend
                        ? result.lifetime
                        : result.ranking;
    for (const Accepted& entry : accepted_) {
        if (!of(entry, program, customer) || entry.command.command.kind != CommandKind::sale || undone(entry))
            continue;
        ++result.orders;
        const bool first = result.orders == 1;
        result.first_order_at = first ? entry.at : std::min(result.first_order_at, entry.at);
        result.last_order_at = first ? entry.at : std::max(result.last_order_at, entry.at);
    }
    return result;
}

std::string describe(const Figures& f) {
    return fmt::format(
        "version {} tier {} points {} held {} spendable {} ranking {} metric {} lifetime {} month {} orders "
        "{} "
        "first {} last {}",
        f.version, f.tier, f.points, f.held, f.spendable, f.ranking, f.metric, f.lifetime, f.month, f.orders,
        f.first_order_at, f.last_order_at);
}

}  // namespace tim::tests
