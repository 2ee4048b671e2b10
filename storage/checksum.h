#pragma once

#include <cstdint>

#include "engine/model/documents.h"

namespace tim::storage {

/// XXH3-64 of some bytes, with the widest instructions that the processor has. It finds damage, not malice.
std::uint64_t checksum(model::BytesView bytes);

}  // namespace tim::storage
