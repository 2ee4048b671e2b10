#include <chrono>

#include "engine/core/apply.h"
#include "engine/core/settle.h"
#include "engine/runtime/engine_impl.h"

namespace tim::runtime {

namespace {
constexpr std::chrono::milliseconds kUpkeepInterval{5};
constexpr std::chrono::milliseconds kCheckpointPoll{50};
}  // namespace

/// Tells when commands begin to be refused for want of space, and when a whole chunk of them fits again: what
/// fits by and by, as space is won in small pieces, is not told each time.
void EngineImpl::watch_space() {
    const std::uint64_t refused =
        refusals_[static_cast<std::size_t>(model::Refusal::disk_full)].load(std::memory_order_relaxed);
    const bool was_full = disk_full_.load(std::memory_order_relaxed);
    if (!was_full && refused == refused_disk_full_) return;
    SpaceNotice notice;
    notice.full = !was_full;
    const std::size_t commands = was_full ? kChunkRows : 1;
    {
        const storage::MutexLock sequencer(sequencer_);
        notice.needed_bytes =
            store_.ledger().bytes_for(buffer_.waiting_facts() + commands * core::kMaxFactsPerCommand,
                                      buffer_.waiting_blob_bytes() + commands * core::kMaxReasonBytes);
        notice.free_bytes = store_.ledger().reserved_bytes();
    }
    if (was_full && notice.needed_bytes > notice.free_bytes) return;
    refused_disk_full_ = refused;
    disk_full_.store(notice.full, std::memory_order_relaxed);
    const std::lock_guard lock(notify_mutex_);
    if (notify_space_) notify_space_(notice);
}

std::size_t EngineImpl::sweep_books(core::ProgramState& program, model::Instant recorded, std::size_t most) {
    std::size_t customers = 0;
    for (std::size_t stripe = 0; stripe < core::kStripes; ++stripe) {
        const storage::MutexLock sequencer(sequencer_);
        const StripeLocks::Guard stripes(stripes_, StripeMask{1} << stripe);
        core::Moment moment;
        if (!moment_of(program, model::kNoInstant, recorded, moment).accepted()) continue;
        while (customers < most && admission(1, 0).accepted()) {
            auto due = program.holds[stripe].due(moment.now);
            if (!due) due = program.lots[stripe].due(moment.now);
            if (!due) due = program.overrides[stripe].due(moment.now);
            if (!due) break;
            core::FactWriter facts = buffer_.writer();
            settle_customer(program, *due, moment, facts);
            accept(facts, 0);
            ++customers;
        }
        publish_executed();
    }
    return customers;
}

bool EngineImpl::sweep_tiers(core::ProgramState& program, model::Instant recorded) {
    const storage::MutexLock sequencer(sequencer_);
    core::Moment moment;
    if (!moment_of(program, model::kNoInstant, recorded, moment).accepted()) return false;
    const core::Rules& rules = *moment.current;
    if (tier_sweeps_.size() < program.id().value) tier_sweeps_.resize(program.id().value);
    TierSweep& sweep = tier_sweeps_[program.id().value - 1u];
    const model::Month month = rules.by_month() ? rules.calendar().month_of(moment.now) : model::Month{};
    if (sweep.epoch != rules.epoch() || sweep.month != month) sweep = {rules.epoch(), month, 1};
    const std::uint64_t count = program.customers.count();
    if (rules.founder().previous() == nullptr && !rules.by_month())
        sweep.next = count + 1;  // nothing can be due
    bool recorded_any = false;
    for (std::size_t looks = 0; looks < kSweepCustomers && sweep.next <= count; ++looks) {
        const model::CustomerId customer{sweep.next};
        const StripeLocks::Guard stripe(stripes_, stripe_bit(customer));
        const core::CustomerRecord& record = program.customers.at(customer.value);
        if (core::is_due(record, rules, moment.now)) {
            if (!admission(1, 0).accepted()) break;
            core::FactWriter facts = buffer_.writer();
            settle_customer(program, customer, moment, facts);
            accept(facts, 0);
            recorded_any = true;
        }
        ++sweep.next;
    }
    publish_executed();
    return recorded_any || sweep.next <= count;
}

bool EngineImpl::sweep_wallets(core::ProgramState& program, model::Instant recorded) {
    if (!program.has_parties()) return false;
    const storage::MutexLock sequencer(sequencer_);
    core::Moment moment;
    if (!moment_of(program, model::kNoInstant, recorded, moment).accepted()) return false;
    if (tier_sweeps_.size() < program.id().value) tier_sweeps_.resize(program.id().value);
    TierSweep& sweep = tier_sweeps_[program.id().value - 1u];
    const model::Month month = moment.current->calendar().month_of(moment.now);
    if (sweep.wallet_month != month) {
        sweep.wallet_month = month;
        sweep.wallet_stripe = 0;
    }
    if (sweep.wallet_stripe == core::kStripes) return false;
    bool whole = true;
    bool recorded_any = false;
    {
        const StripeLocks::Guard stripe(stripes_, StripeMask{1} << sweep.wallet_stripe);
        for (const auto& [vip, wallet] : program.wallets[sweep.wallet_stripe].wallets()) {
            if (!core::is_wallet_due(program, *wallet, moment.now)) continue;
            if (!admission(1, 0).accepted()) {
                whole = false;
                break;
            }
            core::FactWriter facts = buffer_.writer();
            core::settle_wallet(program, {vip}, moment, facts);
            accept(facts, 0);
            recorded_any = true;
        }
        if (whole) ++sweep.wallet_stripe;
    }
    publish_executed();
    return recorded_any || (whole && sweep.wallet_stripe < core::kStripes);
}

/// Records what nobody has touched since it came due (time-outs of holds, points, closed months and reviews,
/// new rules), a bounded piece at a time.
bool EngineImpl::step_sweep() {
    watch_space();
    const model::Instant recorded = clock_.now();
    std::size_t customers = 0;
    bool tiers = false;
    for (std::uint16_t number = 1; number <= state_.program_count(); ++number) {
        core::ProgramState& program = *state_.program({number});
        customers += sweep_books(program, recorded, kSweepCustomers - customers);
        tiers |= sweep_tiers(program, recorded);
        tiers |= sweep_wallets(program, recorded);
    }
    if (customers > 0 || tiers) flush();
    return customers > 0 || tiers;
}

/// Room on the disk is made ahead, and time-outs are recorded.
void EngineImpl::upkeep_loop() {
    while (!finishing_.load(std::memory_order_acquire)) {
        bool busy = store_.ledger().step();
        if (!stopping_.load(std::memory_order_relaxed)) busy |= step_sweep();
        flush();  // should whoever announced more have died of it
        std::unique_lock lock(upkeep_mutex_);
        if (!busy && !finishing_.load(std::memory_order_acquire))
            upkeep_wakes_.wait_for(lock, kUpkeepInterval);
    }
}

/// Checkpoints at intervals, and names that memory has too many of in between.
void EngineImpl::checkpoint_loop() {
    auto last = std::chrono::steady_clock::now();
    std::uint64_t last_sequence = durable_.load();
    while (!finishing_.load(std::memory_order_acquire) && !failed_.load(std::memory_order_relaxed)) {
        const bool busy = step_names() || store_.names().step();
        const auto elapsed = std::chrono::steady_clock::now() - last;
        if (elapsed >= std::chrono::milliseconds(options_.checkpoint_interval_ms) &&
            durable_.load() != last_sequence) {
            last_sequence = durable_.load();
            if (!checkpoint()) counters_.checkpoint_failures.fetch_add(1, std::memory_order_relaxed);
            last = std::chrono::steady_clock::now();
        }
        std::unique_lock lock(upkeep_mutex_);
        if (!busy && !finishing_.load(std::memory_order_acquire))
            upkeep_wakes_.wait_for(lock, kCheckpointPoll);
    }
}

void EngineImpl::start_threads() {
    if (!options_.background_threads) return;
    committer_thread_ = std::thread([this] { commit_loop(); });
    upkeep_thread_ = std::thread([this] { upkeep_loop(); });
    checkpoint_thread_ = std::thread([this] { checkpoint_loop(); });
}

Result<void> EngineImpl::stop() {
    {
        const storage::MutexLock lock(sequencer_);  // whoever is deciding has finished
        if (stopping_.exchange(true)) return {};
    }
    if (!options_.background_threads) {
        while (step_commit()) {
        }
    } else {
        wait_durable({executed_.load()});
    }
    Result<void> result = failed_ ? model::failure(model::ErrorKind::io, "a commit failed") : checkpoint();
    finishing_.store(true);
    work_.fetch_add(1, std::memory_order_release);
    work_.notify_all();
    {
        const std::lock_guard lock(upkeep_mutex_);
        upkeep_wakes_.notify_all();
    }
    for (std::thread* thread : {&committer_thread_, &upkeep_thread_, &checkpoint_thread_}) {
        if (thread->joinable()) thread->join();
    }
    watch_space();  // what was refused since the upkeep last looked is told too
    return result;
}

}  // namespace tim::runtime
