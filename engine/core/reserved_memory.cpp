#include "engine/core/reserved_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>

#include "engine/core/invariant.h"

namespace tim::core {

namespace {

constexpr std::size_t kHugePageBytes = std::size_t{2} << 20;
constexpr std::size_t kLeastBytes = std::size_t{256} << 20;
constexpr std::size_t kSmallStepBytes = std::size_t{64} << 10;

std::size_t round_up(std::size_t bytes, std::size_t step) {
    return (bytes + step - 1) / step * step;
}

}  // namespace

ReservedMemory::ReservedMemory(std::size_t most_bytes) : most_bytes_(round_up(most_bytes, kHugePageBytes)) {
    const auto reserve = [this] {
        return ::mmap(nullptr, most_bytes_ + kHugePageBytes, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    };
    void* mapping = reserve();
    while (mapping == MAP_FAILED && most_bytes_ / 2 >= kLeastBytes) {  // under ulimit -v, or valgrind
        most_bytes_ = round_up(most_bytes_ / 2, kHugePageBytes);
        mapping = reserve();
    }
    TIM_INVARIANT(mapping != MAP_FAILED,
                  "address space for the tables is exhausted; is it limited by ulimit -v?");
    mapping_ = static_cast<std::byte*>(mapping);
    const std::size_t misaligned = reinterpret_cast<std::uintptr_t>(mapping_) % kHugePageBytes;
    begin_ = mapping_ + (misaligned == 0 ? 0 : kHugePageBytes - misaligned);
}

ReservedMemory::~ReservedMemory() {
    ::munmap(mapping_, most_bytes_ + kHugePageBytes);
}

void ReservedMemory::grow_to(std::size_t bytes) {
    const std::size_t before = bytes_.load(std::memory_order_relaxed);
    if (bytes <= before) return;
    const bool huge = bytes > kHugePageBytes;
    const std::size_t wanted = round_up(bytes, huge ? kHugePageBytes : kSmallStepBytes);
    TIM_INVARIANT(wanted <= most_bytes_, "a table outgrew its address space");
    const int denied = ::mprotect(begin_ + before, wanted - before, PROT_READ | PROT_WRITE);
    TIM_INVARIANT(denied == 0, "memory for the tables is exhausted");
    // A hint: small pages serve too.
    if (huge) ::madvise(begin_, wanted, MADV_HUGEPAGE);
    bytes_.store(wanted, std::memory_order_relaxed);
}

}  // namespace tim::core
