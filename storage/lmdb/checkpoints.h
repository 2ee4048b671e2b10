#pragma once

#include <memory>

#include "storage/checkpoints.h"
#include "storage/lmdb/environment.h"

namespace tim::storage::lmdb {

/// Checkpoints in an LMDB environment of their own; key and value as block_codec.h writes them. Thread-safe;
/// one `write` at a time.
class LmdbCheckpoints final : public Checkpoints {
  public:
    static Result<std::unique_ptr<LmdbCheckpoints>> open(const std::filesystem::path& folder,
                                                         std::uint64_t map_bytes);

    Result<void> write(const std::vector<Block>& blocks) override;
    Result<Bytes> read(const BlockId& id) const override;
    Result<void> scan(BlockTable table, std::uint32_t share, std::uint32_t shares,
                      const std::function<Result<void>(const BlockId&, BytesView)>& visit) const override;

  private:
    LmdbCheckpoints(std::unique_ptr<Environment> environment, MDB_dbi table)
        : environment_(std::move(environment)), table_(table) {}

    std::unique_ptr<Environment> environment_;
    MDB_dbi table_;
};

}  // namespace tim::storage::lmdb
