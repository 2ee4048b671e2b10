#pragma once

#include <absl/base/thread_annotations.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>

#include "storage/files/file.h"
#include "storage/mutex.h"
#include "storage/vault.h"

namespace tim::storage {

/// The vault as flat files in a folder: `engine.secret`, and for each program `program-N.keys` with a slot of
/// 32 bytes for each customer, at 32 × id; the file's head stands in slot 0. A slot is overwritten where it
/// stands and never crosses a sector, so it is never half written. (Not LMDB: copying on write would leave
/// destroyed keys in old pages.)
class FileVault final : public Vault {
  public:
    /// Files of programs that are open at the same time, at most.
    static constexpr std::size_t kMaxOpenFiles = 64;

    /// Opens the vault in a folder that exists. Without a secret there, `random` makes one when
    /// `may_be_new`, and it is `corrupt` otherwise: the data could not be read without it.
    static Result<std::unique_ptr<FileVault>> open(
        const std::filesystem::path& folder, bool may_be_new,
        const std::function<void(std::span<std::uint8_t>)>& random);

    const SecretKey& engine_secret() const override { return secret_; }
    Result<void> put(model::ProgramId program, model::CustomerId first,
                     std::span<const SecretKey> keys) override;
    Result<void> sync() override;
    Result<SecretKey> get(model::ProgramId program, model::CustomerId customer) const override;
    Result<void> destroy(model::ProgramId program, model::CustomerId customer) override;

  private:
    struct Slots {
        File file;
        std::atomic<bool> dirty{false};
    };

    FileVault(std::filesystem::path folder, const SecretKey& secret)
        : folder_(std::move(folder)), secret_(secret) {}

    /// The file of a program; `not_found` when there is none and it is not to be made.
    Result<std::shared_ptr<Slots>> slots(model::ProgramId program, bool make) const;
    static Result<void> sync_slots(Slots& slots);

    const std::filesystem::path folder_;
    const SecretKey secret_;
    mutable Mutex mutex_;
    mutable std::map<model::ProgramId, std::shared_ptr<Slots>> open_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tim::storage
