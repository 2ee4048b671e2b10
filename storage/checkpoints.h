#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/model/documents.h"
#include "engine/model/result.h"

namespace tim::storage {

using model::Bytes;
using model::BytesView;
using model::Result;

/// Which of a checkpoint's tables a block belongs to. Values are part of the format.
enum class BlockTable : std::uint8_t {
    meta = 1,       ///< one block: what the checkpoint as a whole includes
    programs = 2,   ///< a block a program: versions and the program's own figures
    customers = 3,  ///< records and open holds of consecutive customers
    keys = 4,       ///< a part of the index of keys
    access = 5,     ///< keys of access
    care = 6,       ///< the care calendar of a stripe's customers
};

/// Names a block: table, program and number within them.
struct BlockId {
    BlockTable table = BlockTable::meta;
    std::uint16_t program = 0;
    std::uint64_t number = 0;

    friend auto operator<=>(const BlockId&, const BlockId&) = default;
};

struct Block {
    BlockId id;
    Bytes bytes;
};

/// Opaque blocks that survive a crash. The newest bytes of each block are kept; what they mean, and which
/// sequence they include, is the engine's business. Each block has a checksum; one that fails it is an error
/// of kind `corrupt`.
class Checkpoints {
  public:
    virtual ~Checkpoints() = default;

    /// Writes blocks, all or nothing, durably.
    virtual Result<void> write(const std::vector<Block>& blocks) = 0;

    /// One block; an empty result when there is none.
    virtual Result<Bytes> read(const BlockId& id) const = 0;

    /// Visits the blocks of a table with number ≡ `share` modulo `shares`, in order, so that several threads
    /// can load a table together. The bytes are valid during the visit only.
    virtual Result<void> scan(BlockTable table, std::uint32_t share, std::uint32_t shares,
                              const std::function<Result<void>(const BlockId&, BytesView)>& visit) const = 0;
};

}  // namespace tim::storage
