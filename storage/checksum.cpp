#include "storage/checksum.h"

#if defined(__x86_64__)
#include <xxh_x86dispatch.h>
#else
#include <xxhash.h>
#endif

namespace tim::storage {

// On x86 the dispatching header makes this name choose among SSE2, AVX2 and AVX-512 while running.
std::uint64_t checksum(model::BytesView bytes) {
    return XXH3_64bits(bytes.data(), bytes.size());
}

}  // namespace tim::storage
