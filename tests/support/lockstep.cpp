#include "tests/support/lockstep.h"

#include <fmt/format.h>

#include "engine/runtime/network_queries.h"
#include "tests/support/describe_rules.h"

namespace tim::tests {

using model::CommandKind;
using model::CustomerId;
using model::FactType;
using model::Instant;
using model::Outcome;
using model::ProgramId;
using model::Refusal;

namespace {

constexpr std::size_t kMostLogLines = 400;
constexpr std::uint64_t kRoundTrips = 4;  ///< of a hundred steps
constexpr std::size_t kMostSnapshots = 12;
constexpr std::size_t kFactsOfFailure = 20;
constexpr std::size_t kHistoryPage = 7;

bool has_detail(Refusal refusal) {
    return refusal == Refusal::too_late || refusal == Refusal::return_too_late ||
           refusal == Refusal::return_exceeds_sale || refusal == Refusal::capture_exceeds_hold ||
           refusal == Refusal::too_many_holds || refusal == Refusal::insufficient_points ||
           refusal == Refusal::insufficient_commission || refusal == Refusal::payout_below_minimum ||
           refusal == Refusal::too_many_payouts || refusal == Refusal::invalid_lines ||
           refusal == Refusal::amount_exceeds_lines || refusal == Refusal::unknown_line ||
           refusal == Refusal::return_exceeds_line || refusal == Refusal::line_amount_differs ||
           refusal == Refusal::unknown_nature || refusal == Refusal::unknown_type ||
           refusal == Refusal::unknown_item || refusal == Refusal::reward_out_of_stock ||
           refusal == Refusal::too_many_care_tasks;
}

Who by_id(CustomerId customer) {
    return fmt::format("id:{}", customer.value);
}

}  // namespace

Lockstep::Lockstep(const LockstepOptions& options, Choices& choices)
    : options_(options),
      choices_(choices),
      fixture_(EngineFixture::stepped(options.time, options.names_in_memory), options.seed),
      model_(options.time),
      generator_(options.time, model_, choices),
      refusal_counts_(256) {}

void Lockstep::note(std::string line) {
    log_.push_back(std::move(line));
}

std::string Lockstep::run() {
    std::string difference = begin();
    while (difference.empty() && commands_run_ < options_.commands && !choices_.exhausted()) {
        difference = maintain();
        if (difference.empty()) difference = choices_.chance(kRoundTrips) ? round_trip() : run_batch();
    }
    if (difference.empty()) difference = compare_all();
    if (difference.empty()) difference = fixture_.verify();
    if (difference.empty()) return {};
    std::string text;
    const std::size_t from = log_.size() > kMostLogLines ? log_.size() - kMostLogLines : 0;
    for (std::size_t i = from; i < log_.size(); ++i)
        text += log_[i] + "\n";
    return text + difference;
}

std::string Lockstep::begin() {
    std::uint64_t number = std::uint64_t{1} << 50;
    for (const auto& program : CommandGenerator::programs(choices_)) {
        if (options_.years && program.id != "tiered" && program.id != "network") continue;
        if (options_.network && program.id != "network") continue;
        const OwnedCommand command = make_put_program(request(number++), program);
        const Outcome expected = model_.judge(command, fixture_.clock().now());
        const Outcome actual = fixture_.execute(command);
        if (actual.refusal != Refusal::none || actual.program != expected.program)
            return fmt::format("put_program {}: {}", program.id, describe(actual));
        model_.learn(actual.sequence, actual.depends_on);
        note(describe_rules(program));
    }
    fixture_.commit();
    return {};
}

/// Right before the clock goes on: nothing more is recorded at this instant.
void Lockstep::take_snapshot() {
    if (options_.time != runtime::TimeSource::system || choices_.chance(70)) return;
    const ProgramId program{static_cast<std::uint16_t>(1 + choices_.below(model_.program_count()))};
    const std::uint64_t customers = model_.customer_count(program);
    if (customers == 0) return;
    const CustomerId customer{1 + choices_.below(customers)};
    const Instant now = fixture_.clock().now();
    if (snapshots_.size() == kMostSnapshots) snapshots_.erase(snapshots_.begin());
    snapshots_.push_back({program, customer, now, model_.figures(program, customer, now),
                          model_.classes(program, customer, now)});
}

std::string Lockstep::compare_snapshots() {
    for (const Snapshot& then : snapshots_) {
        if (fixture_.clock().now() <= then.instant) continue;
        const Who who = by_id(then.customer);
        const auto view =
            fixture_.engine().show_as_of(then.program, {who.kind, who.id, who.text}, then.instant);
        if (!view) return "show_as_of: " + view.error().message;
        if (view->classes != then.classes)
            return fmt::format("program {} customer {} as of {} is {} {}, expected {} {}", then.program.value,
                               then.customer.value, then.instant.value,
                               model::status_name(view->classes.status), model::say_classes(view->classes),
                               model::status_name(then.classes.status), model::say_classes(then.classes));
        if (figures_of(*view) == then.figures) continue;
        return fmt::format("program {} customer {} as of {}\n  expected {}\n  actual   {}",
                           then.program.value, then.customer.value, then.instant.value,
                           describe(then.figures), describe(figures_of(*view)));
    }
    return {};
}

std::string Lockstep::ask_what_if(const OwnedCommand& put) {
    foreseen_.reset();
    const auto program = fixture_.engine().find_program(put.document->id);
    if (!put.document || !program || put.command.at != model::kNoInstant) return {};
    fixture_.commit();
    auto answer = fixture_.engine().what_if(*program, *put.document, {model::kNoInstant, {}, 1'000});
    if (!answer) return "what_if: " + answer.error().message;
    foreseen_ = std::move(*answer);
    return {};
}

std::string Lockstep::compare_what_if(ProgramId program) {
    const auto before = fixture_.engine().program(program, foreseen_->version)->program;
    const auto after = fixture_.engine().program(program, {})->program;
    for (std::uint64_t id = 1; id <= model_.customer_count(program); ++id) {
        const Figures now = fixture_.show(program, by_id({id}));
        if (now.version <= foreseen_->version.value) return {};  // it holds from later on
        for (const runtime::WhatIfCustomer& row : foreseen_->rows) {
            if (row.id.value != id) continue;
            if (row.tier_after != now.tier || row.spendable_after.value != now.spendable)
                return fmt::format("customer {} was to move to tier {} with {} to spend\n  actual   {}", id,
                                   row.tier_after, row.spendable_after.value, describe(now));
            if (before->tiers[row.tier_before].id == after->tiers[now.tier].id)
                return fmt::format("customer {} was to move, and stays", id);
        }
    }
    return {};
}

std::string Lockstep::maintain() {
    const std::uint64_t dice = choices_.below(200);
    if (dice < 84) take_snapshot();
    if (dice < 60)
        fixture_.clock().advance(choices_.between(0, 90 * kSecondMs));
    else if (dice < 80)
        fixture_.clock().advance(choices_.between(0, 20 * kMinuteMs));
    else if (dice < 84)
        fixture_.clock().advance(choices_.between(0, 3 * kDayMs));
    else if (dice == 199 || (options_.years && dice >= 190))
        fixture_.clock().advance(choices_.between(1, 300) * kDayMs);
    else if (dice < 100)
        fixture_.commit();
    else if (dice < 105) {
        const bool everybody = choices_.chance(30);
        note(everybody ? "recompute" : "sweep");
        if (!everybody) static_cast<void>(fixture_.engine().step_sweep());
        for (std::uint16_t program = 1; everybody && program <= model_.program_count(); ++program)
            if (const auto done = fixture_.engine().recompute({program}, {}); !done)
                return "recompute: " + done.error().message;
    } else if (dice < 109) {
        note("checkpoint");
        if (const auto done = fixture_.engine().checkpoint(); !done)
            return "checkpoint: " + done.error().message;
    } else if (dice < 112) {
        note("stop and open again");
        fixture_.stop_and_reopen();
        return compare_all();
    } else if (dice < 117) {
        if (choices_.chance(50)) fixture_.commit();
        const auto durable = fixture_.engine().durable();
        note(fmt::format("crash, durable {}", durable.value));
        fixture_.crash_and_reopen();
        model_.lose_after(durable);
        snapshots_.clear();  // what was lost was seen in some of them
        return compare_all();
    } else if (dice == 117) {
        return fixture_.verify();
    } else if (dice < 122) {
        return compare_all();
    }
    return {};
}

std::string Lockstep::run_batch() {
    const std::size_t size = choices_.chance(70) ? 1 : 1 + choices_.below(8);
    const Instant clock = fixture_.clock().now();
    std::vector<OwnedCommand> commands;
    for (std::size_t i = 0; i < size; ++i)
        commands.push_back(generator_.next(clock));
    const bool tries = size == 1 && commands[0].document;
    if (tries)
        if (const std::string failed = ask_what_if(commands[0]); !failed.empty()) return failed;
    std::vector<Outcome> outcomes;
    if (std::string difference = carry_out(commands, outcomes); !difference.empty()) return difference;
    if (tries && foreseen_ && outcomes[0].refusal == Refusal::none && !outcomes[0].duplicate)
        if (std::string difference = compare_what_if(outcomes[0].program); !difference.empty())
            return difference;
    for (std::size_t i = 0; i < size; ++i) {
        if (outcomes[i].customer.value == 0) continue;
        const std::string difference = compare_customer(commands[i].command.program, outcomes[i].customer);
        if (!difference.empty()) return difference;
    }
    return {};
}

std::string Lockstep::carry_out(const std::vector<OwnedCommand>& commands, std::vector<Outcome>& outcomes) {
    const Instant clock = fixture_.clock().now();
    outcomes = fixture_.execute(commands);
    commands_run_ += commands.size();
    for (std::size_t i = 0; i < commands.size(); ++i) {
        const std::size_t accepted_before = model_.accepted().size();
        const Outcome expected = model_.judge(commands[i], clock);
        note(fmt::format("[{}] {}  =>  {}", outcomes[i].sequence.value, describe(commands[i]),
                         describe(outcomes[i])));
        if (commands[i].document) note(describe_rules(*commands[i].document));
        ++refusal_counts_[static_cast<std::size_t>(outcomes[i].refusal)];
        const std::string difference = compare_outcome(commands[i], expected, outcomes[i]);
        if (!difference.empty())
            return difference + newest_facts(commands[i].command.program, outcomes[i].customer);
        if (model_.accepted().size() > accepted_before)
            model_.learn(outcomes[i].sequence, outcomes[i].depends_on);
        if (expected.refusal != Refusal::none) generator_.refused(commands[i]);
        std::string others = compare_issued(commands[i], outcomes[i]);
        if (others.empty()) others = compare_campaigns(commands[i], outcomes[i]);
        if (others.empty()) others = compare_parties(commands[i], outcomes[i]);
        if (!others.empty()) return others + newest_facts(commands[i].command.program, outcomes[i].customer);
    }
    return {};
}

std::string Lockstep::compare_outcome(const OwnedCommand& command, const Outcome& expected,
                                      const Outcome& actual) const {
    const auto differ = [&](const char* what) {
        return fmt::format("{} differs\n  command  {}\n  expected {}\n  actual   {}", what, describe(command),
                           describe(expected), describe(actual));
    };
    if (expected.refusal != actual.refusal) return differ("refusal");
    if (expected.refusal != Refusal::none)
        return has_detail(expected.refusal) && expected.detail != actual.detail ? differ("detail")
                                                                                : std::string();
    if (expected.duplicate != actual.duplicate) return differ("duplicate");
    if (expected.version != actual.version) return differ("version");
    if (command.command.kind == CommandKind::put_program)
        return expected.program != actual.program ? differ("program") : std::string();
    if (expected.customer != actual.customer) return differ("customer");
    if (expected.points != actual.points) return differ("points");
    if (expected.balance != actual.balance) return differ("balance");
    if (expected.spendable != actual.spendable) return differ("spendable");
    if (expected.held != actual.held) return differ("held");
    if (expected.customer.value != 0 &&
        (expected.tier_before != actual.tier_before || expected.tier_after != actual.tier_after))
        return differ("tier");
    if (command.command.kind == CommandKind::balance) {
        if (expected.detail != actual.detail) return differ("discount");
        return expected.lifetime_spend != actual.lifetime_spend ? differ("lifetime spend") : std::string();
    }
    if (actual.sequence.value == 0) return differ("sequence");
    if (actual.depends_on < actual.sequence) return differ("depends_on");
    if (expected.duplicate && expected.sequence != actual.sequence)
        return differ("sequence of the first answer");
    return {};
}

std::string Lockstep::compare_customer(ProgramId program, CustomerId customer) {
    const Figures expected = model_.figures(program, customer, fixture_.clock().now());
    const Figures actual = fixture_.show(program, by_id(customer));
    if (expected != actual)
        return fmt::format("program {} customer {}\n  expected {}\n  actual   {}", program.value,
                           customer.value, describe(expected), describe(actual));
    const Instant now = fixture_.clock().now();
    const auto view = fixture_.view(program, by_id(customer));
    const auto held = model_.keys_held(program, customer);
    bool same_keys = held.size() == view.keys.size() &&
                     view.blocked == model_.is_blocked(program, customer) &&
                     view.erased == model_.is_erased(program, customer);
    for (std::size_t i = 0; same_keys && i < held.size(); ++i)
        same_keys = held[i].kind == view.keys[i].kind && held[i].text == view.keys[i].text;
    if (!same_keys)
        return fmt::format("program {} customer {} has {} keys, expected {}, blocked {} erased {}",
                           program.value, customer.value, view.keys.size(), held.size(), view.blocked,
                           view.erased);
    if (const auto classes = model_.classes(program, customer, now); classes != view.classes)
        return fmt::format("program {} customer {}\n  expected {} {}\n  actual   {} {}", program.value,
                           customer.value, model::status_name(classes.status), model::say_classes(classes),
                           model::status_name(view.classes.status), model::say_classes(view.classes));
    return compare_relations(program, customer);
}

/// The parties of a sale: each figure, why a code was refused; and the code that came with it is learnt.
std::string Lockstep::compare_parties(const OwnedCommand& command, const Outcome& outcome) {
    const ProgramId program = command.command.program;
    if (outcome.refusal != Refusal::none || outcome.duplicate || outcome.customer.value == 0 ||
        command.command.kind == CommandKind::put_program || !model_.document(program, 1).network)
        return {};
    const NaiveModel::Accepted& entry = model_.accepted().back();
    if (entry.sequence != outcome.sequence) return {};  // a balance
    if (model::sells(command.command.kind)) {
        Refusal refused = Refusal::none;
        for (const auto& effect : fixture_.engine().effects(outcome.sequence))
            if (effect.type == FactType::extra_refused && effect.extra == model::SaleExtra::referral)
                refused = effect.refusal;
        if (refused != entry.code_refusal)
            return fmt::format("{}\n  the code is refused {}, expected {}", describe(command),
                               model::refusal_name(refused), model::refusal_name(entry.code_refusal));
        if (refused != Refusal::none) ++refusal_counts_[static_cast<std::size_t>(refused)];
        if (entry.paid_code.value != 0) note("  a referral is paid");
        const std::string code = fixture_.engine().effects(outcome.sequence).front().code;
        if (!code.empty() && choices_.chance(60)) model_.learn_code(program, code, outcome.sequence);
    }
    return {};
}

std::string Lockstep::compare_relations(ProgramId program, CustomerId customer) {
    if (!model_.document(program, 1).network) return {};
    auto& clock = fixture_.clock();
    const NaiveModel::Wallet wallet = model_.wallet(program, customer, clock.now());
    const NaiveModel::Relations relations = model_.relations(program, customer, clock.now());
    const Who who = by_id(customer);
    const model::CustomerRef ref{who.kind, who.id, who.text};
    auto& questions = fixture_.engine().network();
    const auto vip = questions.vip(program, ref);
    const auto referral = questions.referral(program, ref, 100);
    if (!vip || !referral) return "the network cannot be asked";
    NaiveModel::Wallet actual{
        vip->available.value, vip->pending.value, vip->in_payout.value,     vip->earned.value,
        vip->paid.value,      vip->members,       vip->recruits_this_month, vip->recruits_closed_month,
        wallet.open_payouts};
    const NaiveModel::Relations found{static_cast<int>(vip->customer_class), vip->vip.value,
                                      referral->referrer.value, referral->brought, referral->points.value};
    const auto text = [](const NaiveModel::Wallet& w, const NaiveModel::Relations& r) {
        return fmt::format(
            "available {} pending {} in payout {} earned {} paid {} members {} recruits {} and {}, class {} "
            "under "
            "{} brought by {} has brought {} for {}",
            w.available, w.pending, w.in_payout, w.earned, w.paid, w.members, w.recruits_this_month,
            w.recruits_closed_month, r.customer_class, r.vip, r.referrer, r.brought, r.referral_points);
    };
    if (wallet == actual && relations == found) return {};
    return fmt::format("program {} customer {}\n  expected {}\n  actual   {}", program.value, customer.value,
                       text(wallet, relations), text(actual, found));
}

std::string Lockstep::compare_orders() {
    for (const NaiveModel::Accepted& entry : model_.accepted()) {
        if (entry.command.command.kind != CommandKind::place_order) continue;
        const NaiveModel::OrderNow expected = model_.order_now(entry);
        const auto actual = fixture_.engine().order(entry.program, entry.command.command.name);
        if (!actual) return "order: " + actual.error().message;
        if (actual->phase == expected.phase && actual->amount.value == expected.amount &&
            actual->status == expected.status && actual->waybill == expected.waybill)
            continue;
        return fmt::format("{}\n  expected {} of {}: {}, {}\n  actual   {} of {}: {}, {}",
                           describe(entry.command), model::order_phase_name(expected.phase), expected.amount,
                           expected.status, expected.waybill, model::order_phase_name(actual->phase),
                           actual->amount.value, actual->status, actual->waybill);
    }
    return {};
}

std::string Lockstep::compare_all() {
    for (std::uint16_t program = 1; program <= model_.program_count(); ++program) {
        fixture_.commit();
        const auto listed = fixture_.engine().customers({program}, {}, 1'000);
        if (!listed) return "customers: " + listed.error().message;
        if (listed->size() != model_.customer_count({program}))
            return fmt::format("program {} has {} customers, expected {}", program, listed->size(),
                               model_.customer_count({program}));
        for (const auto& view : *listed) {
            const Figures expected = model_.figures({program}, view.id, fixture_.clock().now());
            if (expected != figures_of(view))
                return fmt::format("program {} customer {} in the list\n  expected {}\n  actual   {}",
                                   program, view.id.value, describe(expected), describe(figures_of(view)));
            std::string difference = compare_history({program}, view.id);
            if (difference.empty()) difference = compare_relations({program}, view.id);
            if (!difference.empty()) return difference;
        }
        if (std::string difference = compare_limits({program}); !difference.empty()) return difference;
        if (std::string difference = compare_care({program}); !difference.empty()) return difference;
    }
    std::string difference = compare_orders();
    if (difference.empty()) difference = compare_vouchers();
    return difference.empty() ? compare_snapshots() : difference;
}

/// What led a customer to where the engine has it, newest first.
std::string Lockstep::newest_facts(ProgramId program, CustomerId customer) {
    std::string text;
    if (customer.value == 0) return text;
    fixture_.commit();
    const auto history =
        fixture_.engine().history(program, {model::KeyKind::id, customer, {}}, {}, kFactsOfFailure);
    if (!history) return "\nhistory: " + history.error().message;
    for (const auto& [stored, original, reason] : *history) {
        const model::Fact& fact = stored.fact;
        text += fmt::format(
            "\n  [{}] {} at {} flags {} version {} tier {} -> {} amount {} points {} -> {} held {}",
            stored.sequence.value, model::fact_type_name(fact.type), fact.at.value, fact.flags,
            fact.version.value, fact.tier_before, fact.tier_after, fact.amount.value, fact.points.value,
            fact.points_after.value, fact.held_after.value);
        if (fact.type >= FactType::period_closed && fact.type <= FactType::tier_bonus)
            text += fmt::format(" opening {} floor {} bonus {}", fact.tiers.opening_tier,
                                fact.tiers.bonus_floor, fact.tiers.bonus_tier);
    }
    return text;
}

/// A history goes back to the enrolment, page by page. Its changes of spend add up to the figure; each fact's
/// balance is the one before it with what it moved (points that come due are in no fact before somebody
/// records them, so the newest balance need not be today's).
std::string Lockstep::compare_history(ProgramId program, CustomerId customer) {
    const Figures expected = model_.figures(program, customer, fixture_.clock().now());
    const Who who = by_id(customer);
    // Wide: huge amounts may come and go again within a history.
    NaiveModel::Wide spend = 0;
    bool follows = false;                 // whether the fact behind this one tells the balance before it
    NaiveModel::Wide balance_before = 0;  // that one
    model::Sequence before{};
    bool enrolled = false;
    const auto wrong = [&](const char* what) {
        return fmt::format("program {} customer {}: {} at {}, expected {}", program.value, customer.value,
                           what, before.value, describe(expected));
    };
    for (;;) {
        const auto page =
            fixture_.engine().history(program, {who.kind, who.id, who.text}, before, kHistoryPage);
        if (!page) return "history: " + page.error().message;
        for (const auto& entry : *page) {
            const auto& fact = entry.stored.fact;
            if (before.value != 0 && entry.stored.sequence >= before) return "history is not newest first";
            before = entry.stored.sequence;
            ++fact_counts_[static_cast<std::size_t>(fact.type)];
            enrolled = fact.type == FactType::enrolled;
            if (follows && balance_before != fact.points_after.value)
                return wrong("the history's balances do not follow each other");
            const bool by_hand = fact.type == FactType::tier_overridden ||
                                 fact.type == FactType::override_began ||
                                 fact.type == FactType::override_ended;  // dates stand there, no figures
            const bool moves_none = by_hand || fact.type == FactType::hold_opened ||
                                    fact.type == FactType::order_undone || fact.type == FactType::shortfall ||
                                    fact.type == FactType::lots_taken || fact.type == FactType::lot_spent;
            const NaiveModel::Wide moved = moves_none ? 0 : fact.points.value;
            follows = (fact.flags & model::kFactPending) == 0;
            balance_before = NaiveModel::Wide{fact.points_after.value} - moved;
            const bool before_sale = model::is_of_order(fact) && fact.type != FactType::sale;
            if (by_hand || before_sale || fact.type == FactType::hold_opened ||
                fact.type == FactType::order_undone)
                continue;
            spend += fact.amount.value;
        }
        if (page->size() < kHistoryPage) break;
    }
    if (!enrolled) return wrong("the history does not begin with the enrolment");
    if (spend != expected.lifetime) return wrong("the history does not add up to the spend");
    return {};
}

}  // namespace tim::tests
