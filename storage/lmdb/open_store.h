#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>

#include "storage/store.h"

namespace tim::storage {

/// Sizes of a data folder. The maps are addresses, not space on the disk: a map bounds how far its file may
/// grow, and can be larger at the next start. The ledger needs a map of 4 MiB at least.
struct StoreOptions {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    std::uint64_t ledger_map_bytes = std::uint64_t{8} << 30;
    std::uint64_t checkpoint_map_bytes = std::uint64_t{8} << 30;
    std::uint64_t names_map_bytes = std::uint64_t{8} << 30;
#else
    std::uint64_t ledger_map_bytes = std::uint64_t{1} << 40;
    std::uint64_t checkpoint_map_bytes = std::uint64_t{1} << 38;
    std::uint64_t names_map_bytes = std::uint64_t{1} << 38;
#endif
    std::uint64_t reserve_first_bytes = std::uint64_t{32} << 20;  ///< kept ahead of a small ledger
    std::uint64_t reserve_most_bytes = std::uint64_t{256} << 20;  ///< kept ahead of a large one
    std::uint64_t reserve_piece_bytes = std::uint64_t{1} << 20;   ///< written by one `Ledger::step`
};

/// Fills bytes from a generator that is fit for secrets.
using RandomFill = std::function<void(std::span<std::uint8_t>)>;

/// Opens a data folder, making it and what is missing in it (folders 0700, files 0600). `random` makes the
/// engine's secret when the folder is new. Errors: `busy` when a process has it open; `corrupt` when it is
/// damaged, of an unknown format, or has facts but no secret; `full`, `io`.
Result<std::unique_ptr<Store>> open_store(const std::filesystem::path& folder, const StoreOptions& options,
                                          const RandomFill& random);

}  // namespace tim::storage
