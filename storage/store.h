#pragma once

#include <memory>

#include "storage/checkpoints.h"
#include "storage/ledger.h"
#include "storage/name_store.h"
#include "storage/vault.h"

namespace tim::storage {

/// Everything that one data folder keeps. Opening holds a lock on the folder: a second process is refused
/// (`busy`).
class Store {
  public:
    virtual ~Store() = default;

    virtual Ledger& ledger() = 0;
    virtual Checkpoints& checkpoints() = 0;
    virtual NameStore& names() = 0;
    virtual Vault& vault() = 0;
};

}  // namespace tim::storage
