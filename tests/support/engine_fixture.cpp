#include "tests/support/engine_fixture.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

namespace tim::tests {

void fail(const std::string& sentence) {
    std::fprintf(stderr, "%s\n", sentence.c_str());
    std::abort();
}

runtime::EngineOptions EngineFixture::stepped(runtime::TimeSource time, std::size_t names_in_memory) {
    runtime::EngineOptions options;
    options.time = time;
    options.names_in_memory = names_in_memory;
    options.recovery_threads = 1;
    options.background_threads = false;
    return options;
}

EngineFixture::EngineFixture(runtime::EngineOptions options, std::uint64_t seed,
                             const storage::FaultPlan& faults)
    : options_(options),
      entropy_(seed),
      store_(std::make_unique<storage::MemoryStore>(
          faults, [this](std::span<std::uint8_t> bytes) { entropy_.fill(bytes); })) {
    open();
}

void EngineFixture::open() {
    auto opened = runtime::Engine::open(options_, *store_, documents_, clock_, entropy_);
    if (!opened) fail("the engine does not open: " + opened.error().message);
    engine_ = std::move(*opened);
    fatal_ = false;
    engine_->on_fatal([this](const model::Error&) { fatal_ = true; });
}

std::vector<model::Outcome> EngineFixture::execute(std::span<const OwnedCommand> commands) {
    std::vector<model::Command> views;
    views.reserve(commands.size());
    for (const OwnedCommand& command : commands)
        views.push_back(command.view());
    std::vector<model::Outcome> outcomes(commands.size());
    engine_->execute(views, outcomes);
    return outcomes;
}

model::Outcome EngineFixture::execute(const OwnedCommand& command) {
    return execute(std::span(&command, 1)).front();
}

void EngineFixture::commit() {
    if (options_.background_threads) return;  // the engine commits, and queries wait for it
    while (engine_->step_commit()) {
    }
}

void EngineFixture::crash_and_reopen(const storage::FaultPlan& faults) {
    // What is on the disk at this moment, whatever the engine's end still does.
    crash_and_reopen(store_->after_crash(faults));
}

void EngineFixture::crash_and_reopen(std::unique_ptr<storage::MemoryStore> left) {
    engine_.reset();
    store_ = std::move(left);
    open();
}

bool EngineFixture::try_stop_and_reopen() {
    if (!engine_->stop()) return false;
    crash_and_reopen();  // a clean stop leaves nothing that a crash could take
    return true;
}

void EngineFixture::stop_and_reopen() {
    if (!try_stop_and_reopen()) fail("the engine does not stop");
}

runtime::CustomerView EngineFixture::view(model::ProgramId program, const Who& customer) {
    commit();
    const auto found = engine_->show(program, {customer.kind, customer.id, customer.text});
    if (!found) fail("show: " + found.error().message);
    return *found;
}

Figures EngineFixture::show(model::ProgramId program, const Who& customer) {
    return figures_of(view(program, customer));
}

std::string EngineFixture::verify() {
    commit();
    const auto report = engine_->verify([](std::uint64_t, std::uint64_t) {});
    if (!report) return "verify: " + report.error().message;
    std::string text;
    for (const auto& difference : report->differences)
        text += difference + "\n";
    if (text.empty() && report->difference_count != 0) text = "differences without a name";
    return text;
}

model::ProgramId EngineFixture::put(const model::Program& program) {
    const auto outcome = execute(make_put_program(fresh_request(), program));
    if (outcome.refusal != model::Refusal::none) fail("put: " + describe(outcome));
    return outcome.program;
}

model::CustomerId EngineFixture::enroll(model::ProgramId program, const Who& key) {
    const auto outcome = execute(make_enroll(program, fresh_request(), {key}));
    if (outcome.refusal != model::Refusal::none) fail("enroll: " + describe(outcome));
    return outcome.customer;
}

Figures figures_of(const runtime::CustomerView& view) {
    Figures result;
    result.version = view.version.value;
    result.tier = view.tier;
    result.points = view.points.value;
    result.held = view.held.value;
    result.spendable = view.spendable.value;
    result.ranking = view.ranking_points.value;
    result.metric = view.period_metric;
    result.lifetime = view.lifetime_spend.value;
    result.month = view.month_spend.value;
    result.orders = view.orders;
    result.first_order_at = view.first_order_at.value;
    result.last_order_at = view.last_order_at.value;
    result.pending = view.pending.value;
    result.next_expiry = view.next_expiry.value;
    result.expiring = view.expiring.value;
    result.orders_pending = view.orders_pending;
    result.orders_pending_amount = view.orders_pending_amount.value;
    return result;
}

}  // namespace tim::tests
