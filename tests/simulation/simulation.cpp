#include "tests/simulation/simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tests/support/generator.h"
#include "tests/support/seams.h"

namespace tim::tests {

namespace {

constexpr std::uint32_t kClients = 8;
constexpr std::uint32_t kCheckouts = 2;
constexpr std::uint16_t kMostVersions = 8;
/// Longer than this, points could expire before they can be spent, which no answer and no fact counts.
constexpr std::int32_t kMostPendingDays = 5;
constexpr std::size_t kTicksToDrain = 3'000;

}  // namespace

Simulation::Simulation(std::uint64_t seed)
    : choices_(seed),
      fixture_(EngineFixture::stepped(runtime::TimeSource::system, 16 + seed % 100), seed, no_faults()) {
    for (std::uint32_t i = 0; i < kClients; ++i)
        clients_.push_back({Actor(i, i < kCheckouts        ? Actor::Role::checkout
                                     : i == kCheckouts     ? Actor::Role::office
                                     : i == kCheckouts + 1 ? Actor::Role::web
                                                           : Actor::Role::till),
                            {},
                            false});
    if (choices_.chance(50)) checkpoint_percent_ = 25;
    begin();
}

/// The program is there before the first till.
void Simulation::begin() {
    const std::uint64_t dice = choices_.below(100);
    const bool network = dice >= 60;
    model::Program program = network ? lan_toa_program("nhanh") : nhanh_program();
    if (choices_.chance(50)) program.points.below_zero = model::BelowZero::clamp;
    if (choices_.chance(50)) {
        program.points.expiry = {model::ExpiryPolicy::months, 1, 0};
        program.points.pending_days = choices_.chance(50) ? 1 : 0;
    }
    if (dice >= 30) {
        CommandGenerator::choose_tiering(program, choices_);
        CommandGenerator::choose_dates(program.points, choices_);
        CommandGenerator::choose_campaigns(program, fixture_.clock().now().value, choices_);
    }
    if (network) CommandGenerator::choose_network(program, choices_);
    program.points.pending_days = std::min(program.points.pending_days, kMostPendingDays);
    const OwnedCommand put = make_put_program(request(next_name_++), program);
    const model::Outcome outcome = fixture_.execute(put);
    program_ = outcome.program;
    audit_.emplace(fixture_, program_, put, outcome);
    fixture_.commit();
}

SimulationResult Simulation::run(std::size_t ticks) {
    while (tick_ < ticks && result_.failure.empty())
        tick();
    // The faults end; everyone is answered in the end.
    faults_ = false;
    if (result_.failure.empty()) crash();
    const auto busy = [&] {
        return std::any_of(clients_.begin(), clients_.end(),
                           [](const Client& client) { return client.waiting; });
    };
    for (std::size_t i = 0; i < kTicksToDrain && busy() && result_.failure.empty(); ++i)
        tick();
    if (result_.failure.empty() && busy()) check("a client was never answered");
    if (result_.failure.empty()) check(audit_->at_end());
    result_.digest = audit_->digest();
    result_.transient = audit_->transient_count();
    return result_;
}

void Simulation::tick() {
    ++tick_;
    fixture_.clock().advance(choices_.between(1, 2 * kSecondMs));
    if (faults_) disturb();
    if (faults_) act();
    deliver();
    if (!faults_ || choices_.chance(35)) commit();
    release();
}

/// Clients that wait for nothing do something new.
void Simulation::act() {
    for (std::size_t i = 0; i < clients_.size(); ++i) {
        if (clients_[i].waiting || !choices_.chance(40)) continue;
        clients_[i].waiting = true;
        clients_[i].command =
            clients_[i].actor.next(program_, audit_->model(), fixture_.clock().now(), choices_, next_name_);
        submit(i);
    }
}

std::vector<model::Outcome> Simulation::execute(std::span<const OwnedCommand> commands) {
    const auto outcomes = fixture_.execute(commands);
    result_.executed += commands.size();
    check(audit_->executed(commands, outcomes));
    return outcomes;
}

void Simulation::take_answer(std::size_t index, const model::Outcome& outcome) {
    Client& client = clients_[index];
    client.waiting = false;
    ++result_.answered;
    const OwnedCommand& command = client.command;
    if (outcome.refusal == model::Refusal::none) {
        if (command.command.kind == model::CommandKind::complete_order) ++result_.completed_orders;
        if (command.command.kind == model::CommandKind::returned && command.details &&
            !command.details->lines.empty())
            ++result_.returns_by_line;
    }
    client.actor.answered(client.command, outcome);
    audit_->answered(index, client.command, outcome);
}

void Simulation::disturb() {
    if (choices_.chance(checkpoint_percent_)) checkpoint();
    const std::uint64_t dice = choices_.below(1'000);
    if (dice < 6) {
        crash();
    } else if (dice < 9) {
        if (!fixture_.try_stop_and_reopen()) {
            ++result_.failed_commits;
            return crash();
        }
        full_until_tick_ = 0;
        restarted();
        check(audit_->survived());
    } else if (dice < 45) {
        static_cast<void>(fixture_.engine().step_sweep());
    } else if (dice < 49) {
        full_until_tick_ = tick_ + 1 + choices_.below(40);
        fixture_.store().ledger().set_capacity_bytes(0);
    } else if (dice < 55) {
        fixture_.clock().advance(choices_.between(0, 26 * kHourMs));
    } else if (dice < 59) {
        change_program();
    }
    if (full_until_tick_ != 0 && tick_ >= full_until_tick_) {
        full_until_tick_ = 0;
        fixture_.store().ledger().set_capacity_bytes(UINT64_MAX);
    }
}

/// The office puts a version, from now.
void Simulation::change_program() {
    if (audit_->model().version_count(program_) >= kMostVersions) return;
    const std::int64_t now = fixture_.clock().now().value;
    model::Program rules = audit_->model().document(program_, audit_->model().version_count(program_));
    rules.name = fmt::format("version {}", next_name_);
    rules.points.earn.points.value = choices_.between(1, 4);
    const bool tiers = choices_.chance(50);
    if (tiers) CommandGenerator::choose_tiering(rules, choices_);
    if (choices_.chance(30)) CommandGenerator::choose_dates(rules.points, choices_);
    // Campaigns name tiers.
    if (tiers || choices_.chance(50)) CommandGenerator::choose_campaigns(rules, now, choices_);
    if (rules.network) CommandGenerator::choose_network(rules, choices_);
    rules.points.pending_days = std::min(rules.points.pending_days, kMostPendingDays);
    if (const auto faults = model::validate(rules); !faults.empty())
        fail("a program was made that is not valid: " + model::describe(faults));
    static_cast<void>(execute(std::vector{make_put_program(request(next_name_++), rules)}));
}

void Simulation::commit() {
    kill_percent_ = 2;
    static_cast<void>(fixture_.engine().step_commit());
    kill_percent_.reset();
    if (killed() || !fixture_.fatal()) return;
    ++result_.failed_commits;
    crash();
}

void Simulation::checkpoint() {
    kill_percent_ = 7;
    const auto done = fixture_.engine().checkpoint();
    kill_percent_.reset();
    if (killed() || done) return;
    if (!fixture_.fatal()) return check("checkpoint: " + done.error().message);
    ++result_.failed_commits;
    crash();
}

/// A commit is under way, or a part of a checkpoint has just been written: other threads execute commands, or
/// the process is killed. What it did afterwards, nobody has seen.
void Simulation::meanwhile(std::uint64_t deliver_percent) {
    if (!kill_percent_ || !faults_ || left_ != nullptr) return;
    const std::uint64_t kill_percent = *std::exchange(kill_percent_, std::nullopt);
    if (choices_.chance(deliver_percent)) {
        tick_ += choices_.below(6);  // a disk takes its time
        act();
        deliver();
    }
    if (choices_.chance(kill_percent)) left_ = fixture_.store().after_crash(next_faults());
    kill_percent_ = kill_percent;
}

bool Simulation::killed() {
    if (left_ == nullptr) return false;
    ++result_.crashes;
    ++result_.kills_beside;
    full_until_tick_ = 0;
    fixture_.crash_and_reopen(std::move(left_));
    restarted();
    check(audit_->survived());
    return true;
}

storage::FaultPlan Simulation::no_faults() {
    storage::FaultPlan faults;
    faults.meanwhile = [this] { meanwhile(20); };
    faults.ledger.meanwhile = [this] { meanwhile(70); };
    return faults;
}

storage::FaultPlan Simulation::next_faults() {
    storage::FaultPlan faults = no_faults();
    if (!faults_) return faults;
    if (choices_.chance(30))
        faults.ledger.lose_append = 1 + choices_.below(120);
    else if (choices_.chance(30))
        faults.ledger.doubt_append = 1 + choices_.below(120);
    if (choices_.chance(20)) faults.keep_unsynced_keys = true;
    return faults;
}

/// The process is gone, with all that was on its way to or from it.
void Simulation::crash() {
    ++result_.crashes;
    full_until_tick_ = 0;
    fixture_.crash_and_reopen(next_faults());
    restarted();
    check(audit_->survived());
}

void Simulation::check(const std::string& failure) {
    if (!failure.empty() && result_.failure.empty())
        result_.failure = fmt::format("tick {}: {}", tick_, failure);
}

}  // namespace tim::tests
