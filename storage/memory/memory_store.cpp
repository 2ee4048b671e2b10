#include "storage/memory/memory_store.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "storage/block_codec.h"
#include "storage/checksum.h"
#include "storage/mutex.h"

namespace tim::storage {
namespace {

using model::ErrorKind;
using model::Sequence;

tl::unexpected<model::Error> planned(const std::string& what) {
    return model::failure(ErrorKind::io, what + " failed as planned");
}

}  // namespace

class MemoryStore::MemoryCheckpoints final : public Checkpoints {
  public:
    explicit MemoryCheckpoints(const FaultPlan& faults)
        : fail_write_(faults.fail_checkpoint_write), meanwhile_(faults.meanwhile) {}

    Result<void> write(const std::vector<Block>& blocks) override {
        {
            const MutexLock lock(mutex_);
            if (++writes_ == fail_write_) return planned("writing a checkpoint");
            for (const Block& block : blocks) {
                blocks_[block.id] = std::make_shared<const Kept>(Kept{block.bytes, checksum(block.bytes)});
            }
        }
        if (meanwhile_) meanwhile_();
        return {};
    }

    Result<Bytes> read(const BlockId& id) const override {
        const ReaderLock lock(mutex_);
        const auto found = blocks_.find(id);
        if (found == blocks_.end()) return Bytes{};
        if (auto checked = check(id, *found->second); !checked) {
            return tl::unexpected(std::move(checked.error()));
        }
        return found->second->bytes;
    }

    Result<void> scan(BlockTable table, std::uint32_t share, std::uint32_t shares,
                      const std::function<Result<void>(const BlockId&, BytesView)>& visit) const override {
        std::vector<std::pair<BlockId, std::shared_ptr<const Kept>>> matching;
        {
            const ReaderLock lock(mutex_);
            for (const auto& [id, kept] : blocks_) {
                if (id.table == table && id.number % shares == share) matching.emplace_back(id, kept);
            }
        }
        for (const auto& [id, kept] : matching) {
            if (auto checked = check(id, *kept); !checked) return checked;
            if (auto visited = visit(id, kept->bytes); !visited) return visited;
        }
        return {};
    }

    std::unique_ptr<MemoryCheckpoints> after_crash(const FaultPlan& faults) const {
        auto next = std::make_unique<MemoryCheckpoints>(faults);
        const ReaderLock lock(mutex_);
        const MutexLock next_lock(next->mutex_);
        next->blocks_ = blocks_;
        return next;
    }

    bool damage(const BlockId& id, std::uint64_t offset, std::byte mask) {
        const MutexLock lock(mutex_);
        const auto found = blocks_.find(id);
        if (found == blocks_.end() || offset >= found->second->bytes.size()) return false;
        Kept damaged = *found->second;
        damaged.bytes[offset] ^= mask;
        found->second = std::make_shared<const Kept>(std::move(damaged));
        return true;
    }

  private:
    struct Kept {
        Bytes bytes;
        std::uint64_t checksum = 0;
    };

    static Result<void> check(const BlockId& id, const Kept& kept) {
        if (checksum(kept.bytes) == kept.checksum) return {};
        return model::failure(ErrorKind::corrupt,
                              "the checkpoint's block " + format_block(id) + " fails its checksum");
    }

    const std::uint64_t fail_write_;
    const std::function<void()> meanwhile_;
    mutable Mutex mutex_;
    std::uint64_t writes_ ABSL_GUARDED_BY(mutex_) = 0;
    std::map<BlockId, std::shared_ptr<const Kept>> blocks_ ABSL_GUARDED_BY(mutex_);
};

class MemoryStore::MemoryNames final : public NameStore {
  public:
    explicit MemoryNames(const FaultPlan& faults)
        : fail_run_(faults.fail_name_run), meanwhile_(faults.meanwhile) {}

    Result<void> add_run(std::span<const NameEntry> entries, Sequence through) override {
        {
            const MutexLock lock(mutex_);
            if (++runs_added_ == fail_run_) return planned("adding a run of names");
            runs_.emplace_back(entries.begin(), entries.end());
            through_ = std::max(through_, through);
        }
        if (meanwhile_) meanwhile_();
        return {};
    }

    Sequence through() const override {
        const ReaderLock lock(mutex_);
        return through_;
    }

    std::uint64_t size() const override {
        const ReaderLock lock(mutex_);
        std::uint64_t sum = 0;
        for (const auto& run : runs_)
            sum += run.size();
        return sum;
    }

    Result<std::vector<Sequence>> find(std::uint64_t fingerprint) const override {
        const ReaderLock lock(mutex_);
        std::vector<Sequence> found;
        for (const auto& run : runs_) {
            auto at = std::lower_bound(
                run.begin(), run.end(), fingerprint,
                [](const NameEntry& entry, std::uint64_t wanted) { return entry.fingerprint < wanted; });
            for (; at != run.end() && at->fingerprint == fingerprint; ++at)
                found.push_back(at->sequence);
        }
        std::sort(found.begin(), found.end(), std::greater<>());
        return found;
    }

    Result<void> scan(const std::function<void(std::span<const NameEntry>)>& visit) const override {
        const ReaderLock lock(mutex_);
        for (const auto& run : runs_)
            visit(run);
        return {};
    }

    bool step() override {
        const MutexLock lock(mutex_);
        if (runs_.size() < 4) return false;
        std::vector<NameEntry> merged;
        for (const auto& run : runs_)
            merged.insert(merged.end(), run.begin(), run.end());
        std::sort(merged.begin(), merged.end(), [](const NameEntry& a, const NameEntry& b) {
            return std::tie(a.fingerprint, a.sequence) < std::tie(b.fingerprint, b.sequence);
        });
        runs_.clear();
        runs_.push_back(std::move(merged));
        return true;
    }

    std::unique_ptr<MemoryNames> after_crash(const FaultPlan& faults) const {
        auto next = std::make_unique<MemoryNames>(faults);
        const ReaderLock lock(mutex_);
        const MutexLock next_lock(next->mutex_);
        next->runs_ = runs_;
        next->through_ = through_;
        return next;
    }

  private:
    const std::uint64_t fail_run_;
    const std::function<void()> meanwhile_;
    mutable Mutex mutex_;
    std::uint64_t runs_added_ ABSL_GUARDED_BY(mutex_) = 0;
    std::vector<std::vector<NameEntry>> runs_ ABSL_GUARDED_BY(mutex_);
    Sequence through_ ABSL_GUARDED_BY(mutex_);
};

class MemoryStore::MemoryVault final : public Vault {
  public:
    MemoryVault(const SecretKey& secret, const FaultPlan& faults)
        : secret_(secret), fail_sync_(faults.fail_vault_sync), keep_unsynced_(faults.keep_unsynced_keys) {}

    const SecretKey& engine_secret() const override { return secret_; }

    Result<void> put(model::ProgramId program, model::CustomerId first,
                     std::span<const SecretKey> keys) override {
        const MutexLock lock(mutex_);
        if (auto checked = check_vault_keys(first, keys); !checked) return checked;
        for (std::size_t i = 0; i < keys.size(); ++i)
            unsynced_[{program, {first.value + i}}] = keys[i];
        return {};
    }

    Result<void> sync() override {
        const MutexLock lock(mutex_);
        if (++syncs_ == fail_sync_) return planned("syncing the vault");
        for (const auto& [customer, key] : unsynced_)
            synced_[customer] = key;
        unsynced_.clear();
        return {};
    }

    Result<SecretKey> get(model::ProgramId program, model::CustomerId customer) const override {
        const ReaderLock lock(mutex_);
        const std::pair slot{program, customer};
        if (const auto found = unsynced_.find(slot); found != unsynced_.end()) return found->second;
        if (const auto found = synced_.find(slot); found != synced_.end()) return found->second;
        return model::failure(ErrorKind::not_found,
                              "the vault has no key of customer " + std::to_string(customer.value));
    }

    Result<void> destroy(model::ProgramId program, model::CustomerId customer) override {
        const MutexLock lock(mutex_);
        unsynced_.erase({program, customer});
        synced_.erase({program, customer});
        return {};
    }

    std::unique_ptr<MemoryVault> after_crash(const FaultPlan& faults) const {
        auto next = std::make_unique<MemoryVault>(secret_, faults);
        const ReaderLock lock(mutex_);
        const MutexLock next_lock(next->mutex_);
        next->synced_ = synced_;
        if (keep_unsynced_) {
            for (const auto& [customer, key] : unsynced_)
                next->synced_[customer] = key;
        }
        return next;
    }

  private:
    using Slots = std::map<std::pair<model::ProgramId, model::CustomerId>, SecretKey>;

    const SecretKey secret_;
    const std::uint64_t fail_sync_;
    const bool keep_unsynced_;
    mutable Mutex mutex_;
    std::uint64_t syncs_ ABSL_GUARDED_BY(mutex_) = 0;
    Slots synced_ ABSL_GUARDED_BY(mutex_);
    Slots unsynced_ ABSL_GUARDED_BY(mutex_);
};

MemoryStore::MemoryStore() = default;
MemoryStore::~MemoryStore() = default;

MemoryStore::MemoryStore(const FaultPlan& faults, const std::function<void(std::span<std::uint8_t>)>& random)
    : ledger_(std::make_unique<MemoryLedger>(faults.ledger)),
      checkpoints_(std::make_unique<MemoryCheckpoints>(faults)),
      names_(std::make_unique<MemoryNames>(faults)) {
    SecretKey secret{};
    random(secret);
    vault_ = std::make_unique<MemoryVault>(secret, faults);
}

Checkpoints& MemoryStore::checkpoints() {
    return *checkpoints_;
}
NameStore& MemoryStore::names() {
    return *names_;
}
Vault& MemoryStore::vault() {
    return *vault_;
}

std::unique_ptr<MemoryStore> MemoryStore::after_crash(const FaultPlan& faults) const {
    std::unique_ptr<MemoryStore> next(new MemoryStore);
    next->ledger_ = ledger_->after_crash(faults.ledger);
    next->checkpoints_ = checkpoints_->after_crash(faults);
    next->names_ = names_->after_crash(faults);
    next->vault_ = vault_->after_crash(faults);
    return next;
}

bool MemoryStore::damage_block(const BlockId& id, std::uint64_t offset, std::byte mask) {
    return checkpoints_->damage(id, offset, mask);
}

}  // namespace tim::storage
