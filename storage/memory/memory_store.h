#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "storage/memory/memory_ledger.h"
#include "storage/store.h"

namespace tim::storage {

/// What goes wrong with a MemoryStore. Calls are counted from 1 over the store's life; 0 is "never". What
/// fails changes nothing, except as `ledger.doubt_append` says.
struct FaultPlan {
    LedgerFaults ledger;
    std::uint64_t fail_checkpoint_write = 0;
    std::uint64_t fail_name_run = 0;
    std::uint64_t fail_vault_sync = 0;
    bool keep_unsynced_keys = false;  ///< keys that were put but not synced happen to survive a crash
    /// What happens beside a checkpoint: called when blocks, or a run of names, have just been written. It
    /// may use the engine as another thread would, and take what a crash at this moment would leave.
    std::function<void()> meanwhile;
};

/// A Store in memory for tests and simulations: the contract of every part, deterministic, with faults and
/// crashes. Thread-safe as the interfaces say.
class MemoryStore final : public Store {
  public:
    /// `random` makes the engine's secret.
    MemoryStore(const FaultPlan& faults, const std::function<void(std::span<std::uint8_t>)>& random);
    ~MemoryStore() override;

    MemoryLedger& ledger() override { return *ledger_; }
    Checkpoints& checkpoints() override;
    NameStore& names() override;
    Vault& vault() override;

    /// A store that holds exactly what would be on the disk had the process died now. This one stays as it
    /// is; drop it.
    std::unique_ptr<MemoryStore> after_crash(const FaultPlan& faults = {}) const;

    /// Flips the bits of `mask` in byte `offset` of a block's bytes; whether there is such a byte. Reading
    /// the block is then `corrupt`.
    bool damage_block(const BlockId& id, std::uint64_t offset, std::byte mask);

  private:
    class MemoryCheckpoints;
    class MemoryNames;
    class MemoryVault;

    MemoryStore();

    std::unique_ptr<MemoryLedger> ledger_;
    std::unique_ptr<MemoryCheckpoints> checkpoints_;
    std::unique_ptr<MemoryNames> names_;
    std::unique_ptr<MemoryVault> vault_;
};

}  // namespace tim::storage
