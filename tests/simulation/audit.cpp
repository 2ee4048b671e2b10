#include "tests/simulation/audit.h"

#include <fmt/format.h>

#include "tests/support/party_state.h"
#include "tests/support/random.h"

namespace tim::tests {

using model::CommandKind;
using model::Outcome;
using model::Refusal;

namespace {

bool is_untold(model::FactType type) {
    using model::FactType;
    return type == FactType::points_expired || type == FactType::points_restored ||
           type == FactType::tier_bonus || type == FactType::upline_earned ||
           type == FactType::upline_returned || type == FactType::referral_earned ||
           type == FactType::referral_welcome || type == FactType::referral_returned;
}

}  // namespace

Audit::Audit(EngineFixture& fixture, model::ProgramId program, const OwnedCommand& put,
             const Outcome& outcome)
    : fixture_(fixture), program_(program) {
    model_.judge(put, fixture_.clock().now());
    model_.learn(outcome.sequence, outcome.depends_on);
}

std::string Audit::executed(std::span<const OwnedCommand> commands, std::span<const Outcome> outcomes) {
    for (std::size_t i = 0; i < commands.size(); ++i) {
        if (model::is_transient(outcomes[i].refusal)) {
            ++transient_count_;
            continue;
        }
        const std::size_t before = model_.accepted().size();
        const Outcome expected = model_.judge(commands[i], fixture_.clock().now());
        if (expected.refusal != outcomes[i].refusal || expected.duplicate != outcomes[i].duplicate ||
            expected.points != outcomes[i].points || expected.balance != outcomes[i].balance ||
            expected.held != outcomes[i].held || expected.spendable != outcomes[i].spendable)
            return fmt::format("{}\n  expected {}\n  actual   {}", describe(commands[i]), describe(expected),
                               describe(outcomes[i]));
        if (model_.accepted().size() == before) continue;
        model_.learn(outcomes[i].sequence, outcomes[i].depends_on);
        const CommandKind kind = commands[i].command.kind;
        const bool sells = kind == CommandKind::sale || kind == CommandKind::complete_order;
        if (!sells || outcomes[i].customer.value == 0) continue;
        const std::string code = fixture_.engine().effects(outcomes[i].sequence).front().code;
        if (!code.empty()) model_.learn_code(program_, code, outcomes[i].sequence);
    }
    return {};
}

void Audit::answered(std::size_t client, const OwnedCommand& command, const Outcome& outcome) {
    for (const std::uint64_t value :
         {std::uint64_t{client}, outcome.sequence.value, static_cast<std::uint64_t>(outcome.refusal),
          static_cast<std::uint64_t>(outcome.balance.value), static_cast<std::uint64_t>(outcome.detail)})
        mix(value);
    if (outcome.refusal == Refusal::none)
        answered_.push_back({command, outcome});
    else
        refused_.push_back(command);
}

std::string Audit::survived() {
    model_.lose_after(fixture_.engine().durable());
    for (const Answered& each : answered_) {
        const auto* entry = model_.first_of(program_, each.command.command.name);
        if (entry == nullptr) return "answered and lost: " + describe(each.command);
        if (entry->sequence != each.outcome.sequence)
            return "answered and counted again: " + describe(each.command);
    }
    if (auto difference = compare_customers(); !difference.empty()) return difference;
    return fixture_.verify();
}

std::string Audit::compare_customers() {
    for (std::uint64_t i = 1; i <= model_.customer_count(program_); ++i) {
        const model::Instant now = fixture_.clock().now();
        PartyState expected{model_.figures(program_, {i}, now), model_.wallet(program_, {i}, now),
                            model_.relations(program_, {i}, now)};
        expected.wallet.open_payouts = 0;
        const PartyState actual = party_state(fixture_, program_, {i});
        if (expected != actual)
            return fmt::format("customer {}\n  expected {}\n  actual   {}", i, describe(expected),
                               describe(actual));
    }
    return {};
}

/// What no answer's points tell: what has expired, what a sale captured or its return restored beside what it
/// earned, what tiers gave, and what others' sales gave.
std::int64_t Audit::untold_points() {
    std::int64_t sum = 0;
    for (model::Sequence after{};;) {
        const auto page = fixture_.engine().ledger(program_, after, 1'000);
        if (!page) fail("ledger: " + page.error().message);
        for (const auto& stored : page->facts) {
            const model::Fact& fact = stored.fact;
            const bool with_sale = fact.type == model::FactType::hold_captured && fact.position != 0;
            if (with_sale || is_untold(fact.type)) sum += fact.points.value;
        }
        after = page->next;
        if (after.value == 0) return sum;
    }
}

std::string Audit::at_end() {
    while (fixture_.engine().step_sweep()) {
    }
    fixture_.commit();
    if (auto difference = compare_customers(); !difference.empty()) return difference;
    // A refusal is not remembered: of a row that was sent twice, the first to arrive may be refused and the
    // other, late, accepted.
    std::vector<Answered> counted = answered_;
    for (const OwnedCommand& command : refused_)
        if (const auto* late = model_.first_of(program_, command.command.name))
            counted.push_back({command, late->outcome});
    std::int64_t told = untold_points();
    std::int64_t posted = 0;
    for (const Answered& each : counted) {
        told += each.outcome.points.value;
        // Not every answer names the customer.
        const NaiveModel::Accepted& entry = *model_.first_of(program_, each.command.command.name);
        if (entry.customer.value == 0) continue;
        // A completion has become the sale that it is, a return by line has found its amount.
        const auto& command = entry.command.command;
        if (command.kind == CommandKind::sale || command.kind == CommandKind::adjust)
            posted += command.amount.value;
        if (command.kind == CommandKind::returned) posted -= command.amount.value;
        if (command.kind == CommandKind::voided)
            posted -= model_.find(program_, command.original)->command.command.amount.value;
    }
    const auto listed = fixture_.engine().customers(program_, {}, 1'000);
    if (!listed) return "customers: " + listed.error().message;
    std::int64_t points = 0;
    std::int64_t spend = 0;
    for (const auto& view : *listed) {
        points += view.points.value + view.pending.value;
        spend += view.lifetime_spend.value;
        mix(static_cast<std::uint64_t>(view.points.value));
        mix(static_cast<std::uint64_t>(view.lifetime_spend.value));
        mix(view.orders);
    }
    if (points != told) return fmt::format("clients were told of {} points, customers have {}", told, points);
    if (spend != posted) return fmt::format("clients posted {}, customers have {}", posted, spend);
    return fixture_.verify();
}

void Audit::mix(std::uint64_t value) {
    digest_ = Random(digest_ ^ value).next();
}

}  // namespace tim::tests
