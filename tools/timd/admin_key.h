#pragma once

#include <filesystem>

#include "engine/model/result.h"
#include "engine/runtime/engine.h"

namespace tim::daemon {

/// Where the administrator's key stands in a data folder.
std::filesystem::path admin_key_file(const std::filesystem::path& data);

/// On the first start, that is while the engine knows no key of access: makes the administrator's, writes it
/// to `admin_key_file` (mode 0600) and has the engine keep what it needs to check it. Returns whether it did.
model::Result<bool> ensure_admin_key(const std::filesystem::path& data, runtime::Engine& engine);

}  // namespace tim::daemon
