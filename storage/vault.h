#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "engine/model/quantity.h"
#include "engine/model/result.h"

namespace tim::storage {

using model::Result;

using SecretKey = std::array<std::uint8_t, 32>;

/// Says what is wrong with the arguments of `Vault::put`: an id outside of [1, kMaxCustomerId], or a key of
/// zeros only, which stands for "none". Kind `invalid`.
Result<void> check_vault_keys(model::CustomerId first, std::span<const SecretKey> keys);

/// The secrets, kept apart from ledger and checkpoint (and from backups of those): one key for each customer,
/// which seals that customer's data wherever it stands, and one for the engine. Destroying a customer's key
/// erases the person. Keys are overwritten in place, never copied on write. Thread-safe.
class Vault {
  public:
    virtual ~Vault() = default;

    /// The engine's own secret, the same for the life of the data: seeds digests of keys and names.
    virtual const SecretKey& engine_secret() const = 0;

    /// Stores the keys of customers `first`, `first`+1, …; durable after the next `sync`.
    /// `invalid` as `check_vault_keys` says.
    virtual Result<void> put(model::ProgramId program, model::CustomerId first,
                             std::span<const SecretKey> keys) = 0;

    virtual Result<void> sync() = 0;

    /// A customer's key; an error of kind `not_found` when it was destroyed or never stored.
    virtual Result<SecretKey> get(model::ProgramId program, model::CustomerId customer) const = 0;

    /// Overwrites a customer's key; durable when it returns. No error when there is
    /// none.
    virtual Result<void> destroy(model::ProgramId program, model::CustomerId customer) = 0;
};

}  // namespace tim::storage
