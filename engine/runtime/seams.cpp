#include "engine/runtime/seams.h"

#include <openssl/rand.h>

#include <chrono>

#include "engine/core/invariant.h"

namespace tim::runtime {

model::Instant SystemClock::now() {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count()};
}

void SystemEntropy::fill(std::span<std::uint8_t> bytes) {
    TIM_INVARIANT(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1,
                  "the system gives random bytes");
}

}  // namespace tim::runtime
