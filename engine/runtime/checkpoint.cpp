#include <algorithm>

#include "engine/runtime/checkpoint_format.h"
#include "engine/runtime/engine_impl.h"

namespace tim::runtime {

using storage::Block;
using storage::BlockId;
using storage::BlockTable;

namespace {

/// Calls `visit(vip, wallet)` for each wallet of a block.
template <class Visit>
void visit_wallets(const core::ProgramState& program, std::uint64_t first, std::uint64_t last,
                   Visit&& visit) {
    const auto& wallets = program.wallets[core::stripe_of({first})].wallets();
    for (auto at = wallets.lower_bound(first); at != wallets.end() && at->first <= last; ++at)
        visit(at->first, *at->second);
}

/// Copies a block's records, and what its customers have beside them; the caller holds its stripe.
CustomersBlock copy_block(const core::ProgramState& program, std::uint64_t first, std::uint64_t last) {
    CustomersBlock block;
    block.records.reserve(last - first + 1);
    for (std::uint64_t id = first; id <= last; ++id) {
        const core::CustomerRecord& record = program.customers.at(id);
        block.records.push_back(record);
        block.through = std::max(block.through, record.last.get());
        if ((record.flags & core::kRecordHasLots) != 0)
            for (const core::Lot& lot : program.lots[core::stripe_of({id})].of({id})->all())
                block.lots.push_back({id, lot});
        if ((record.flags & core::kRecordHasReferral) != 0)
            block.referrals.push_back({id, *program.referral({id})});
        if ((record.flags & core::kRecordHasHolds) != 0) {
            for (const core::OpenHold& hold : *program.holds[core::stripe_of({id})].of({id}))
                block.holds.push_back({id, hold});
        }
        if ((record.flags & core::kRecordHasCampaignUses) != 0) {
            program.campaign_uses[core::stripe_of({id})].visit(
                {id}, program.campaign_count(), [&](std::uint16_t campaign, std::uint32_t uses) {
                    block.uses.push_back({id, campaign, uses});
                });
        }
        if (const core::TierOverrides* const overrides = program.overrides_of(record, {id}))
            for (const core::TierOverride& given : overrides->list)
                block.overrides.push_back({id, given, overrides->found});
        if (const core::OpenOrders* const orders = program.orders_of(record, {id}))
            for (const core::OpenOrder& order : orders->list)
                block.orders.push_back({id, order});
        if (record.is_classified()) block.classified.push_back({id, program.classified_of({id})});
    }
    visit_wallets(program, first, last, [&](std::uint64_t vip, const core::Wallet& wallet) {
        block.wallets.push_back({vip, wallet});
        block.through = std::max(block.through, wallet.last);
    });
    return block;
}

/// What campaigns have paid of their budgets; the caller holds the sequencer.
std::vector<SavedBudget> copy_budgets(const core::ProgramState& program) {
    std::vector<SavedBudget> budgets;
    for (std::uint16_t number = 1; number <= program.campaign_count(); ++number) {
        const core::CampaignBudget& budget = program.campaign_budgets.of(number);
        if (budget.last.value != 0)
            budgets.push_back({number, budget.last, {budget.paid.load(std::memory_order_relaxed)}});
    }
    return budgets;
}

/// How many of each reward are given out; the caller holds the sequencer.
std::vector<SavedReward> copy_rewards(const core::ProgramState& program) {
    std::vector<SavedReward> rewards;
    for (std::uint16_t number = 1; number <= program.reward_count(); ++number) {
        const model::Sequence last = program.reward_counts.last(number);
        if (last.value != 0) rewards.push_back({number, last, program.reward_counts.given(number)});
    }
    return rewards;
}

model::Sequence newest_of(const core::ProgramState& program, std::uint64_t first, std::uint64_t last) {
    model::Sequence newest{};
    for (std::uint64_t id = first; id <= last; ++id)
        newest = std::max(newest, program.customers.at(id).last.get());
    visit_wallets(program, first, last,
                  [&](std::uint64_t, const core::Wallet& wallet) { newest = std::max(newest, wallet.last); });
    return newest;
}

/// Sorts what a part of the index gave: homes are in the order of digests, so an entry is out of place by the
/// length of a run of slots at most.
void sort_neighbours(std::span<storage::NameEntry> entries) {
    const auto before = [](const storage::NameEntry& a, const storage::NameEntry& b) {
        return a.fingerprint != b.fingerprint ? a.fingerprint < b.fingerprint : a.sequence < b.sequence;
    };
    for (std::size_t i = 1; i < entries.size(); ++i) {
        const storage::NameEntry entry = entries[i];
        std::size_t place = i;
        for (; place > 0 && before(entry, entries[place - 1]); --place)
            entries[place] = entries[place - 1];
        entries[place] = entry;
    }
}

}  // namespace

Result<void> EngineImpl::write_customers(const core::ProgramState& program) {
    std::vector<model::Sequence>& saved = saved_blocks_[program.id().value - 1u];
    const std::uint64_t count = program.customers.count();
    const std::uint64_t blocks = count / core::kRecordsPerBlock + 1;
    saved.resize(std::max<std::size_t>(saved.size(), blocks));

    std::vector<Block> group;
    std::vector<model::Sequence> throughs;
    const auto write_group = [&]() -> Result<void> {
        if (group.empty()) return {};
        // What was copied may run ahead of the disk: a block is written only once all it includes is durable.
        const model::Sequence newest = *std::max_element(throughs.begin(), throughs.end());
        if (!wait_durable(newest)) return model::failure(model::ErrorKind::io, "a commit failed");
        if (auto written = store_.checkpoints().write(group); !written) return written;
        for (std::size_t i = 0; i < group.size(); ++i)
            saved[group[i].id.number] = throughs[i];
        group.clear();
        throughs.clear();
        return {};
    };
    for (std::uint64_t number = 0; number < blocks; ++number) {
        const std::uint64_t first = number * core::kRecordsPerBlock;
        const std::uint64_t last = std::min(first + core::kRecordsPerBlock - 1, count);
        CustomersBlock block;
        {
            const StripeLocks::Guard stripe(stripes_, stripe_bit({first}));
            if (newest_of(program, first, last) <= saved[number]) continue;
            block = copy_block(program, first, last);
        }
        group.push_back({{BlockTable::customers, program.id().value, number}, encode(block)});
        throughs.push_back(block.through);
        if (group.size() < kBlocksPerWrite) continue;
        if (auto written = write_group(); !written) return written;
    }
    return write_group();
}

Result<void> EngineImpl::write_care(const core::ProgramState& program) {
    auto& saved = saved_care_[program.id().value - 1u];
    for (std::size_t stripe = 0; stripe < core::kStripes; ++stripe) {
        CareBlock block;
        {
            const StripeLocks::Guard guard(stripes_, StripeMask{1} << stripe);
            const core::CareBook& book = program.care[stripe];
            if (book.last() <= saved[stripe]) continue;
            block.through = book.last();
            block.tasks.reserve(book.calendar().size());
            for (const auto& [place, task] : book.calendar())
                block.tasks.push_back({place, task});
        }
        if (!wait_durable(block.through)) return model::failure(model::ErrorKind::io, "a commit failed");
        const BlockId id{BlockTable::care, program.id().value, stripe};
        if (auto written = store_.checkpoints().write({{id, encode(block)}}); !written) return written;
        saved[stripe] = block.through;
    }
    return {};
}

Result<void> EngineImpl::write_keys(const core::ProgramState& program) {
    for (std::size_t number = 0; number < core::KeyIndex::Table::kParts / kPartsPerBlock; ++number) {
        KeysBlock block;
        {
            // Whoever changes keys holds the lock until that is executed.
            const storage::ReaderLock lock(keys_);
            block.through = {executed_.load(std::memory_order_acquire)};
            for (std::size_t part = number * kPartsPerBlock; part < (number + 1) * kPartsPerBlock; ++part) {
                program.keys.table().visit_part(
                    part, [&](const core::DigestEntry& entry) { block.entries.push_back(entry); });
            }
        }
        if (block.entries.empty()) continue;
        if (!wait_durable(block.through)) return model::failure(model::ErrorKind::io, "a commit failed");
        const BlockId id{BlockTable::keys, program.id().value, number};
        if (auto written = store_.checkpoints().write({{id, encode(block)}}); !written) return written;
    }
    return {};
}

Result<void> EngineImpl::persist_names(model::Sequence through) {
    std::uint64_t after = state_.names.persisted_through().value;
    std::vector<storage::NameEntry> entries;
    // About a name a fact, and not less for what comes meanwhile: a gigabyte of them would be costly to move.
    entries.reserve(executed_.load(std::memory_order_acquire) - after + core::NameIndex::Table::kParts);
    model::Sequence newest;
    for (std::size_t part = 0; part < core::NameIndex::Table::kParts; ++part) {
        const std::size_t begin = entries.size();
        {
            const storage::MutexLock lock(sequencer_);
            after = state_.names.persisted_through().value;
            state_.names.table().visit_part(part, [&](const core::DigestEntry& entry) {
                if (entry.payload <= after) return;
                // Also what is newer than `through`: it may stand in place of an entry that is not
                // (`advance`). Should a crash lose the newer fact, the older one would be found by nothing.
                // Hence the wait, too.
                entries.push_back({entry.digest, {entry.payload}});
                newest = std::max(newest, model::Sequence{entry.payload});
            });
        }
        sort_neighbours(std::span(entries).subspan(begin));
    }
    if (through.value <= after) return {};
    if (!wait_durable(newest)) return model::failure(model::ErrorKind::io, "a commit failed");
    if (auto added = store_.names().add_run(entries, through); !added) return added;
    core::TouchList lines;
    for (std::span<const storage::NameEntry> rest = entries; !rest.empty();) {
        const auto some = rest.first(std::min(rest.size(), kChunkRows));
        for (const storage::NameEntry& entry : some)
            state_.names.touch_filter(entry.fingerprint, lines);
        lines.run();
        for (const storage::NameEntry& entry : some)
            state_.names.add_to_filter(entry.fingerprint);
        rest = rest.subspan(some.size());
    }
    const storage::MutexLock lock(sequencer_);
    state_.names.persisted(through);
    return {};
}

bool EngineImpl::step_names() {
    model::Sequence through;
    {
        const storage::MutexLock lock(sequencer_);
        through = {durable_.load()};
        if (through.value - state_.names.persisted_through().value < options_.names_in_memory / 2)
            return false;
    }
    const storage::MutexLock lock(checkpoint_);
    return persist_names(through).has_value();
}

Result<void> EngineImpl::checkpoint() {
    const storage::MutexLock lock(checkpoint_);
    const model::Sequence through{executed_.load(std::memory_order_acquire)};
    if (!wait_durable(through)) return model::failure(model::ErrorKind::io, "a commit failed");
    if (through == saved_through_) return {};
    if (auto written = persist_names(through); !written) return written;

    std::vector<Block> small;
    AccessBlock access;
    {
        const storage::MutexLock sequencer(sequencer_);
        access.last = state_.access_last;
        for (const auto& [id, key] : state_.access_keys)
            access.keys.push_back(documents_.encode(*key));
        for (std::uint16_t number = 1; number <= state_.program_count(); ++number) {
            const core::ProgramState& program = *state_.program({number});
            ProgramBlock block{
                program.last, program.latest(), {}, copy_budgets(program), copy_rewards(program)};
            for (std::uint16_t version = 1; version <= program.version_count(); ++version) {
                const core::Rules& rules = program.version({version});
                block.versions.push_back({rules.effective(), documents_.encode(rules.program())});
            }
            small.push_back({{BlockTable::programs, number, 0}, encode(block)});
        }
    }
    // These may run ahead of `through`: replay passes over what they include.
    if (!wait_durable({executed_.load(std::memory_order_acquire)}))
        return model::failure(model::ErrorKind::io, "a commit failed");
    small.push_back({{BlockTable::access, 0, 0}, encode(access)});
    if (auto written = store_.checkpoints().write(small); !written) return written;

    const auto programs = static_cast<std::uint16_t>(small.size() - 1);
    saved_blocks_.resize(programs);
    saved_keys_.resize(programs);
    saved_care_.resize(programs);
    for (std::uint16_t number = 1; number <= programs; ++number) {
        const core::ProgramState& program = *state_.program({number});
        const std::uint64_t customers = program.customers.count();
        if (auto written = write_customers(program); !written) return written;
        if (auto written = write_care(program); !written) return written;
        // Keys come with customers, and change afterwards.
        const std::uint64_t keys = customers + program.key_changes.load(std::memory_order_relaxed);
        if (keys == saved_keys_[number - 1u]) continue;
        if (auto written = write_keys(program); !written) return written;
        saved_keys_[number - 1u] = keys;
    }
    const CheckpointMeta meta{through, secret_check(store_.vault().engine_secret())};
    if (auto written = store_.checkpoints().write({{{BlockTable::meta, 0, 0}, encode(meta)}}); !written)
        return written;
    saved_through_ = through;
    counters_.checkpoints.fetch_add(1, std::memory_order_relaxed);
    return {};
}

}  // namespace tim::runtime
