#include "storage/lmdb/open_store.h"

#include <system_error>
#include <utility>

#include "storage/files/file.h"
#include "storage/files/file_vault.h"
#include "storage/lmdb/checkpoints.h"
#include "storage/lmdb/ledger.h"
#include "storage/lmdb/name_store.h"

namespace tim::storage {
namespace {

class FolderStore final : public Store {
  public:
    explicit FolderStore(File lock) : lock_(std::move(lock)) {}

    Ledger& ledger() override { return *ledger_; }
    Checkpoints& checkpoints() override { return *checkpoints_; }
    NameStore& names() override { return *names_; }
    Vault& vault() override { return *vault_; }

    Result<void> open(const std::filesystem::path& folder, const StoreOptions& options,
                      const RandomFill& random) {
        for (const char* part : {"ledger", "checkpoint", "names", "vault"}) {
            if (auto made = make_folder(folder / part); !made) return made;
        }
        auto ledger = lmdb::LmdbLedger::open(
            folder / "ledger", options.ledger_map_bytes,
            {options.reserve_first_bytes, options.reserve_most_bytes, options.reserve_piece_bytes});
        if (!ledger) return tl::unexpected(std::move(ledger.error()));
        ledger_ = std::move(*ledger);

        auto checkpoints = lmdb::LmdbCheckpoints::open(folder / "checkpoint", options.checkpoint_map_bytes);
        if (!checkpoints) return tl::unexpected(std::move(checkpoints.error()));
        checkpoints_ = std::move(*checkpoints);

        auto names = lmdb::LmdbNameStore::open(folder / "names", options.names_map_bytes);
        if (!names) return tl::unexpected(std::move(names.error()));
        names_ = std::move(*names);

        auto vault = FileVault::open(folder / "vault", ledger_->last().value == 0, random);
        if (!vault) return tl::unexpected(std::move(vault.error()));
        vault_ = std::move(*vault);
        return {};
    }

  private:
    File lock_;  // released last
    std::unique_ptr<Ledger> ledger_;
    std::unique_ptr<Checkpoints> checkpoints_;
    std::unique_ptr<NameStore> names_;
    std::unique_ptr<Vault> vault_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_store(const std::filesystem::path& folder, const StoreOptions& options,
                                          const RandomFill& random) {
    const auto parent = std::filesystem::absolute(folder).lexically_normal().parent_path();
    std::error_code code;
    std::filesystem::create_directories(parent, code);
    if (code) return tl::unexpected(system_error(code.value(), "cannot make the folder " + parent.string()));
    if (auto made = make_folder(folder); !made) return tl::unexpected(std::move(made.error()));
    auto lock = lock_folder(folder);
    if (!lock) return tl::unexpected(std::move(lock.error()));
    auto store = std::make_unique<FolderStore>(std::move(*lock));
    if (auto opened = store->open(folder, options, random); !opened) {
        return tl::unexpected(std::move(opened.error()));
    }
    return store;
}

}  // namespace tim::storage
