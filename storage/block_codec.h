#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "storage/checkpoints.h"

namespace tim::storage {

/// The bytes of a checkpoint's block and of its key, version 1 (drawn in FORMAT.md).

inline constexpr std::size_t kBlockHeaderBytes = 24;

/// Table, program and number, big-endian: the keys' order is that of the ids.
using BlockKey = std::array<std::byte, 11>;
BlockKey encode_block_key(const BlockId& id);
Result<BlockId> decode_block_key(BytesView key);

/// Writes header and bytes into `out`, which has `kBlockHeaderBytes` more than `bytes`.
void encode_block(const BlockId& id, BytesView bytes, std::span<std::byte> out);

/// The bytes of an encoded block, in place. `corrupt` when they are damaged, belong to another block or have
/// an unknown version.
Result<BytesView> decode_block(const BlockId& id, BytesView encoded);

/// "customers 3 of program 1", for messages.
std::string format_block(const BlockId& id);

}  // namespace tim::storage
