#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <mutex>

#include "engine/core/apply.h"
#include "engine/runtime/checkpoint_format.h"
#include "engine/runtime/engine_impl.h"

namespace tim::runtime {

using model::Fact;
using model::FactType;
using model::SubjectKind;
using storage::BlockId;
using storage::BlockTable;

std::uint64_t secret_check(const storage::SecretKey& secret) {
    return XXH3_64bits_withSeed(secret.data(), secret.size(), 1);
}

std::uint64_t hash_seed(const storage::SecretKey& secret) {
    return XXH3_64bits_withSeed(secret.data(), secret.size(), 2);
}

EngineImpl::EngineImpl(const EngineOptions& options, storage::Store& store,
                       const model::DocumentFormat& documents, Clock& clock, Entropy& entropy)
    : options_(options),
      store_(store),
      documents_(documents),
      clock_(clock),
      entropy_(entropy),
      state_(documents, hash_seed(store.vault().engine_secret()), options.names_in_memory),
      identity_(state_, store.vault(), clock, entropy, identity_hooks()),
      buffer_(store.ledger().last()) {}

EngineImpl::~EngineImpl() {
    stopping_.store(true);
    finishing_.store(true);
    work_.fetch_add(1);
    work_.notify_all();
    {
        const std::lock_guard lock(upkeep_mutex_);
        upkeep_wakes_.notify_all();
    }
    for (std::thread* thread : {&committer_thread_, &upkeep_thread_, &checkpoint_thread_}) {
        if (thread->joinable()) thread->join();
    }
}

Result<std::unique_ptr<Engine>> Engine::open(const EngineOptions& options, storage::Store& store,
                                             const model::DocumentFormat& documents, Clock& clock,
                                             Entropy& entropy) {
    auto engine = std::make_unique<EngineImpl>(options, store, documents, clock, entropy);
    if (auto recovered = engine->recover(); !recovered) return tl::unexpected(recovered.error());
    engine->start_threads();
    return engine;
}

namespace {

/// Runs `load(share)` on so many threads; the first error, if any.
Result<void> in_parallel(std::uint32_t shares, const std::function<Result<void>(std::uint32_t)>& load) {
    std::vector<Result<void>> results(shares);
    std::vector<std::thread> threads;
    for (std::uint32_t share = 0; share < shares; ++share) {
        threads.emplace_back([&, share] { results[share] = load(share); });
    }
    for (std::thread& thread : threads)
        thread.join();
    for (const Result<void>& result : results) {
        if (!result) return result;
    }
    return {};
}

Result<void> load_program(core::State& state, const BlockId& id, model::BytesView bytes) {
    auto block = decode_program(bytes);
    if (!block) return tl::unexpected(block.error());
    core::ProgramState* program = nullptr;
    for (std::size_t i = 0; i < block->versions.size(); ++i) {
        auto document = state.documents().decode_program(block->versions[i].document);
        if (!document) return tl::unexpected(document.error());
        if (program == nullptr) program = &state.add_program(document->id);
        auto rules = core::Rules::compile(std::make_shared<const model::Program>(std::move(*document)),
                                          {static_cast<std::uint16_t>(i + 1)}, block->versions[i].effective,
                                          i == 0 ? nullptr : &program->newest());
        if (!rules) return tl::unexpected(rules.error());
        program->add_version(std::move(*rules));
    }
    if (program == nullptr || program->id().value != id.program) {
        return model::failure(model::ErrorKind::corrupt,
                              "the checkpoint's programs are not numbered without gaps");
    }
    for (const SavedBudget& saved : block->budgets) {
        if (saved.campaign == 0 || saved.campaign > program->campaign_count())
            return model::failure(model::ErrorKind::corrupt, "the checkpoint has a budget of no campaign");
        core::CampaignBudget& budget =
            program->campaign_budgets.of(static_cast<std::uint16_t>(saved.campaign));
        budget.last = saved.last;
        budget.paid.store(saved.paid.value, std::memory_order_relaxed);
    }
    for (const SavedReward& saved : block->rewards) {
        if (saved.reward == 0 || saved.reward > program->reward_count())
            return model::failure(model::ErrorKind::corrupt, "the checkpoint counts what is no reward");
        program->reward_counts.set(static_cast<std::uint16_t>(saved.reward), saved.given, saved.last);
    }
    program->last = block->last;
    program->advance_latest(block->latest);
    return {};
}

}  // namespace

Result<void> EngineImpl::load_checkpoint() {
    const storage::Checkpoints& checkpoints = store_.checkpoints();
    auto head = checkpoints.read({BlockTable::meta, 0, 0});
    if (!head) return tl::unexpected(head.error());
    if (head->empty()) return {};
    const auto meta = decode_meta(*head);
    if (!meta) return tl::unexpected(meta.error());
    if (meta->secret_check != secret_check(store_.vault().engine_secret())) {
        return model::failure(model::ErrorKind::corrupt,
                              "the vault's secret is not the one that this data was written with");
    }
    if (meta->through > store_.ledger().last()) {
        return model::failure(model::ErrorKind::corrupt,
                              "the checkpoint is ahead of the ledger: facts are missing at the ledger's end");
    }
    saved_through_ = meta->through;

    auto access_bytes = checkpoints.read({BlockTable::access, 0, 0});
    if (!access_bytes) return tl::unexpected(access_bytes.error());
    const auto access = decode_access(*access_bytes);
    if (!access) return tl::unexpected(access.error());
    state_.access_last = access->last;
    for (const model::Bytes& bytes : access->keys) {
        auto key = documents_.decode_access_key(bytes);
        if (!key) return tl::unexpected(key.error());
        auto& place = state_.access_keys[key->id];  // before the key moves: the right side of `=` runs first
        place = std::make_shared<const model::AccessKey>(std::move(*key));
    }
    auto programs = checkpoints.scan(
        BlockTable::programs, 0, 1,
        [&](const BlockId& id, model::BytesView bytes) { return load_program(state_, id, bytes); });
    if (!programs) return programs;
    saved_blocks_.resize(state_.program_count());
    saved_keys_.resize(state_.program_count());
    saved_care_.resize(state_.program_count());
    auto care = checkpoints.scan(
        BlockTable::care, 0, 1, [&](const BlockId& id, model::BytesView bytes) -> Result<void> {
            const auto block = decode_care(bytes);
            if (!block) return tl::unexpected(block.error());
            core::ProgramState* const program = state_.program({id.program});
            if (program == nullptr || id.number >= core::kStripes)
                return model::failure(model::ErrorKind::corrupt,
                                      "the checkpoint has a care calendar out of place");
            core::CareBook& book = program->care[id.number];
            for (const SavedCare& saved : block->tasks)
                book.restore(saved.place, saved.task);
            book.restore(block->through);
            saved_care_[id.program - 1u][id.number] = block->through;
            return {};
        });
    if (!care) return care;

    std::mutex mutex;  // for what two shares may touch together: growing tables, books of holds
    const auto shares = static_cast<std::uint32_t>(std::max<std::size_t>(options_.recovery_threads, 1));
    auto customers = in_parallel(shares, [&](std::uint32_t share) {
        return checkpoints.scan(
            BlockTable::customers, share, shares,
            [&](const BlockId& id, model::BytesView bytes) -> Result<void> {
                auto block = decode_customers(bytes);
                if (!block) return tl::unexpected(block.error());
                core::ProgramState* const program = state_.program({id.program});
                if (program == nullptr || block->records.empty() ||
                    block->records.size() > core::kRecordsPerBlock ||
                    id.number > core::kMaxCustomers / core::kRecordsPerBlock) {
                    return model::failure(model::ErrorKind::corrupt,
                                          "the checkpoint has customers out of place");
                }
                const std::uint64_t first = id.number * core::kRecordsPerBlock;
                {
                    const std::lock_guard lock(mutex);
                    program->customers.grow_to(
                        std::max(program->customers.count(), first + block->records.size() - 1));
                    for (const SavedHold& saved : block->holds) {
                        program->holds[core::stripe_of({saved.customer})].open({saved.customer}, saved.hold);
                    }
                    for (const SavedLot& saved : block->lots)
                        program->lots[core::stripe_of({saved.customer})].restore({saved.customer}, saved.lot);
                    for (const SavedUse& saved : block->uses) {
                        program->campaign_uses[core::stripe_of({saved.customer})].restore(
                            {saved.customer}, static_cast<std::uint16_t>(saved.campaign), saved.uses);
                    }
                    for (const SavedWallet& saved : block->wallets)
                        program->wallets[core::stripe_of({saved.vip})].at({saved.vip}) = saved.wallet;
                    for (const SavedReferral& saved : block->referrals)
                        program->referrals[core::stripe_of({saved.customer})].at({saved.customer}) =
                            saved.entry;
                    for (const SavedOverride& saved : block->overrides) {
                        core::OverrideBook& book = program->overrides[core::stripe_of({saved.customer})];
                        book.add({saved.customer}, saved.given);
                        book.set_found({saved.customer}, static_cast<std::uint8_t>(saved.found));
                    }
                    for (const SavedOrder& saved : block->orders)
                        program->orders[core::stripe_of({saved.customer})].open({saved.customer},
                                                                                saved.order);
                    for (const SavedClasses& saved : block->classified)
                        program->classifications[core::stripe_of({saved.customer})].set({saved.customer},
                                                                                        saved.classified);
                    std::vector<model::Sequence>& saved = saved_blocks_[id.program - 1u];
                    saved.resize(std::max<std::size_t>(saved.size(), id.number + 1));
                    saved[id.number] = block->through;
                }
                std::copy(block->records.begin(), block->records.end(), &program->customers.at(first));
                return {};
            });
    });
    if (!customers) return customers;
    return checkpoints.scan(
        BlockTable::keys, 0, 1, [&](const BlockId& id, model::BytesView bytes) -> Result<void> {
            const auto block = decode_keys(bytes);
            if (!block) return tl::unexpected(block.error());
            core::ProgramState* const program = state_.program({id.program});
            if (program == nullptr || id.number >= kKeyBlocks)
                return model::failure(model::ErrorKind::corrupt, "the checkpoint has keys of no program");
            for (const core::DigestEntry& entry : block->entries)
                program->keys.restore(entry);
            saved_key_blocks_[id.program][id.number] = block->through;
            return {};
        });
}

void EngineImpl::replay_keys(const Fact& fact, model::Sequence sequence, model::BytesView blob) {
    const auto blocks = saved_key_blocks_.find(fact.subject.program().value);
    core::apply_keys(state_, fact, blob, [&](const model::KeyDigest& digest) {
        return blocks != saved_key_blocks_.end() && sequence <= blocks->second[key_block_of(digest)];
    });
    if (fact.type == model::FactType::erased)
        erased_.push_back({fact.subject.program(), {fact.subject.id()}});
}

void EngineImpl::replay_fact(const Fact& fact, model::Sequence sequence, model::BytesView blob) {
    bool included = false;  // in the block that was loaded
    core::ProgramState* const program = state_.program(fact.subject.program());
    switch (fact.subject.kind()) {
        case SubjectKind::customer:
        case SubjectKind::anonymous:
        case SubjectKind::wallet: {
            TIM_INVARIANT(program != nullptr, "a fact's program exists");
            const auto& saved = saved_blocks_.size() < fact.subject.program().value
                                    ? std::vector<model::Sequence>()
                                    : saved_blocks_[fact.subject.program().value - 1u];
            const std::uint64_t block = fact.subject.id() / core::kRecordsPerBlock;
            included = block < saved.size() && sequence <= saved[block];
            if (core::changes_keys(fact.type)) replay_keys(fact, sequence, blob);
            if (included) program->advance_latest(fact.at);
            break;
        }
        case SubjectKind::program:
            included = program != nullptr && sequence <= program->last;
            break;
        case SubjectKind::campaign: {
            TIM_INVARIANT(program != nullptr, "a fact's program exists");
            const auto number = static_cast<std::uint16_t>(fact.subject.id());
            included = sequence <= program->campaign_budgets.of(number).last;
            break;
        }
        case SubjectKind::reward: {
            TIM_INVARIANT(program != nullptr, "a fact's program exists");
            const auto number = static_cast<std::uint16_t>(fact.subject.id());
            included = sequence <= program->reward_counts.last(number);
            break;
        }
        case SubjectKind::care: {
            TIM_INVARIANT(program != nullptr, "a fact's program exists");
            included = sequence <= program->care[core::stripe_of({fact.care.customer})].last();
            break;
        }
        case SubjectKind::access:
            included = sequence <= state_.access_last;
            break;
        default:
            break;
    }
    if (!included) {
        const std::uint32_t check = core::apply(state_, fact, sequence, blob);
        TIM_INVARIANT(check == fact.check, "a fact read back leads to the same state");
    }
    if (sequence > store_.names().through()) core::apply_names(state_, fact, sequence);
}

Result<void> EngineImpl::replay() {
    const model::Sequence from{saved_through_.value + 1};
    if (from > store_.ledger().last()) return {};
    return store_.ledger().scan(from, [&](const storage::Batch& batch) {
        for (std::size_t i = 0; i < batch.facts.size(); ++i) {
            const model::Sequence sequence{batch.first.value + i};
            if (sequence < from) continue;
            const Fact& fact = batch.facts[i];
            const bool has_blob = (fact.flags & model::kFactHasBlob) != 0;
            replay_fact(
                fact, sequence,
                has_blob ? batch.blobs.subspan(fact.blob().offset, fact.blob().length) : model::BytesView());
        }
        return true;
    });
}

Result<void> EngineImpl::recover() ABSL_NO_THREAD_SAFETY_ANALYSIS {  // nobody else is there yet
    auto filtered = store_.names().scan([&](std::span<const storage::NameEntry> entries) {
        for (const storage::NameEntry& entry : entries)
            state_.names.add_to_filter(entry.fingerprint);
    });
    if (!filtered) return filtered;
    state_.names.persisted(store_.names().through());
    if (auto loaded = load_checkpoint(); !loaded) return loaded;
    if (auto replayed = replay(); !replayed) return replayed;
    // A crash may have come between the ledger's word and the deed.
    for (const ErasedCustomer& erased : erased_) {
        if (auto destroyed = store_.vault().destroy(erased.program, erased.customer); !destroyed)
            return destroyed;
    }
    erased_.clear();
    saved_key_blocks_.clear();
    for (std::uint16_t number = 1; number <= state_.program_count(); ++number) {
        const core::ProgramState& program = *state_.program({number});
        for (std::uint64_t id = 1; id <= program.customers.count(); ++id) {
            TIM_INVARIANT(program.customers.at(id).exists(), "every id that was given out is a customer's");
        }
        for (std::size_t part = 0; part < core::KeyIndex::Table::kParts; ++part) {
            program.keys.table().visit_part(part, [&](const core::DigestEntry& entry) {
                TIM_INVARIANT(core::KeyIndex::holder_of(entry) <= program.customers.count(),
                              "a key leads to a customer whom the ledger knows");
            });
        }
    }
    durable_.store(store_.ledger().last().value);
    executed_.store(store_.ledger().last().value);
    return {};
}

}  // namespace tim::runtime
