#include <algorithm>
#include <chrono>

#include "engine/runtime/engine_impl.h"

namespace tim::runtime {

namespace {

/// Puts the keys of new customers into the vault, consecutive ones together, durably.
Result<void> store_secrets(storage::Vault& vault, const std::vector<NewSecret>& secrets) {
    std::vector<storage::SecretKey> keys;
    for (std::size_t begin = 0; begin < secrets.size();) {
        keys.clear();
        std::size_t end = begin;
        while (end < secrets.size() && secrets[end].program == secrets[begin].program &&
               secrets[end].customer.value == secrets[begin].customer.value + (end - begin)) {
            keys.push_back(secrets[end++].key);
        }
        if (auto put = vault.put(secrets[begin].program, secrets[begin].customer, keys); !put) return put;
        begin = end;
    }
    return secrets.empty() ? Result<void>() : vault.sync();
}

}  // namespace

model::Sequence EngineImpl::durable() const {
    if (options_.durability == Durability::async) {
        // First what was executed, then how old the oldest is that waits: whatever of this is not durable yet
        // was executed before the clock is read.
        const model::Sequence executed{executed_.load(std::memory_order_acquire)};
        if (within_window()) return executed;
    }
    return {durable_.load(std::memory_order_acquire)};
}

bool EngineImpl::within_window() const {
    if (failed_.load(std::memory_order_relaxed)) return false;
    const std::int64_t since_ms = waiting_since_ms_.load(std::memory_order_acquire);
    if (since_ms == model::kNoInstant.value) return true;
    // A clock that was set back tells nothing of an age.
    const std::int64_t age_ms = clock_.now().value - since_ms;
    return age_ms >= 0 && age_ms < options_.async_window_ms;
}

void EngineImpl::publish_executed() {
    if (options_.durability == Durability::async &&
        waiting_since_ms_.load(std::memory_order_relaxed) == model::kNoInstant.value)
        waiting_since_ms_.store(buffer_.oldest().value, std::memory_order_release);
    executed_.store(buffer_.next().value - 1, std::memory_order_release);
}

bool EngineImpl::step_commit() {
    const storage::MutexLock one_at_a_time(commit_);
    return commit();
}

bool EngineImpl::commit() {
    const CommitBuffer::Half* half = nullptr;
    {
        const storage::MutexLock lock(sequencer_);
        if (failed_.load(std::memory_order_relaxed)) return false;
        half = buffer_.turn();
        taken_.store(buffer_.next().value - 1, std::memory_order_relaxed);
    }
    if (half == nullptr) return false;
    const storage::Batch batch = half->batch();

    // The vault first: a customer whose key were lost would be nameless.
    Result<void> result = store_secrets(store_.vault(), half->secrets);
    if (result) result = store_.ledger().append(batch);
    // Once the ledger says so, and before it is said to anybody: recovery does it again.
    for (std::size_t i = 0; result && i < half->erased.size(); ++i)
        result = store_.vault().destroy(half->erased[i].program, half->erased[i].customer);
    if (!result) {
        failed_.store(true);
        {
            const std::lock_guard lock(durable_mutex_);
            durable_changed_.notify_all();
        }
        const std::lock_guard lock(notify_mutex_);
        if (notify_fatal_) notify_fatal_(result.error());
        return false;
    }
    counters_.commits.fetch_add(1, std::memory_order_relaxed);
    counters_.committed_facts.fetch_add(batch.facts.size(), std::memory_order_relaxed);
    {
        // Durable before the buffer lets go: whoever looks for a fact finds it in one of the two.
        const storage::MutexLock lock(sequencer_);
        durable_.store(batch.last().value, std::memory_order_release);
        buffer_.written();
        if (options_.durability == Durability::async)
            waiting_since_ms_.store(buffer_.oldest().value, std::memory_order_release);
    }
    {
        const std::lock_guard lock(durable_mutex_);
        durable_changed_.notify_all();
    }
    const std::lock_guard lock(notify_mutex_);
    if (notify_durable_) notify_durable_();
    return true;
}

bool EngineImpl::little_waits() const {
    return options_.durability == Durability::sync &&
           executed_.load(std::memory_order_relaxed) - durable_.load(std::memory_order_relaxed) <=
               kCallersFacts;
}

// A commit costs two flushes of the disk however little it holds: 1,000 facts at a time cost three times what
// 8,000 do, for each. So the committer does not take what little has come while it wrote; it waits until a
// commit is worth its cost, or those who bring facts say that they have no more. What is worth it shows: when
// so much comes together while a commit runs, the disk is what all wait for, and commits shall be larger;
// when nobody has more to bring and no commit runs, it was waited for in vain, and they shall be smaller.

void EngineImpl::commit_if_worth() {
    if (!options_.background_threads || commit_asked_.load(std::memory_order_relaxed)) return;
    const std::uint64_t taken = taken_.load(std::memory_order_relaxed);
    const std::size_t worth = worth_a_commit_.load(std::memory_order_relaxed);
    if (executed_.load(std::memory_order_relaxed) - taken < worth) return;
    const bool commits = taken != durable_.load(std::memory_order_relaxed);
    if (commits) worth_a_commit_.store(std::min(worth * 2, kMostWorthACommit), std::memory_order_relaxed);
    ask_commit();
}

void EngineImpl::commit_rest(Follows follows) {
    if (!options_.background_threads || executed_.load() == durable_.load()) return;
    if (little_waits() && commit_.try_lock()) {
        const storage::MutexLock one_at_a_time(commit_, std::adopt_lock);
        commit();
    }
    if (follows == Follows::nothing) flush();
}

void EngineImpl::flush() {
    if (!options_.background_threads) return;
    const std::uint64_t taken = taken_.load();
    if (executed_.load() == taken || commit_asked_.load()) return;
    const std::size_t worth = worth_a_commit_.load(std::memory_order_relaxed);
    const bool commits = taken != durable_.load();
    if (!commits) worth_a_commit_.store(std::max(worth / 2, kLeastWorthACommit), std::memory_order_relaxed);
    ask_commit();
}

void EngineImpl::ask_commit() {
    commit_asked_.store(true, std::memory_order_release);
    // Sequentially consistent, as in commit_loop: of "there is work" and "I wait", one side sees the other's.
    work_.fetch_add(1, std::memory_order_seq_cst);
    if (committer_waits_.load(std::memory_order_seq_cst)) work_.notify_one();
}

void EngineImpl::commit_loop() {
    while (!failed_.load(std::memory_order_relaxed)) {
        const std::uint32_t seen = work_.load(std::memory_order_acquire);
        if (commit_asked_.exchange(false, std::memory_order_acq_rel)) {
            step_commit();
            continue;
        }
        if (finishing_.load(std::memory_order_acquire)) return;
        committer_waits_.store(true, std::memory_order_seq_cst);
        work_.wait(seen, std::memory_order_seq_cst);
        committer_waits_.store(false, std::memory_order_relaxed);
    }
}

bool EngineImpl::wait_durable(model::Sequence sequence) {
    if (!options_.background_threads) {
        while (durable_.load() < sequence.value && step_commit()) {
        }
        return durable_.load() >= sequence.value;
    }
    if (durable_.load() < sequence.value) flush();
    std::unique_lock lock(durable_mutex_);
    durable_changed_.wait(lock, [&] { return durable_.load() >= sequence.value || failed_.load(); });
    return durable_.load() >= sequence.value;
}

}  // namespace tim::runtime
