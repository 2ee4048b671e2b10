#include "engine/core/customer_table.h"

#include <sys/mman.h>

#include <cstdlib>
#include <new>

#include "engine/core/invariant.h"

namespace tim::core {

namespace {
constexpr std::size_t kChunkBytes = kRecordsPerChunk * sizeof(CustomerRecord);
static_assert(kChunkBytes == std::size_t{2} << 20, "a chunk is one huge page");
}  // namespace

CustomerTable::CustomerTable() : chunks_(new std::atomic<CustomerRecord*>[kMaxChunks]()) {
    add_chunk(0);
}

CustomerTable::~CustomerTable() {
    for (std::size_t i = 0; i < kMaxChunks; ++i)
        std::free(chunks_[i].load());
}

void CustomerTable::add_chunk(std::size_t index) {
    void* const memory = std::aligned_alloc(kChunkBytes, kChunkBytes);
    TIM_INVARIANT(memory != nullptr, "memory for customers is exhausted");
    ::madvise(memory, kChunkBytes, MADV_HUGEPAGE);  // a hint: small pages serve too
    auto* const records = static_cast<CustomerRecord*>(memory);
    for (std::size_t i = 0; i < kRecordsPerChunk; ++i)
        new (records + i) CustomerRecord();
    chunks_[index].store(records, std::memory_order_release);
}

void CustomerTable::grow_to(std::uint64_t count) {
    TIM_INVARIANT(count <= kMaxCustomers, "more customers than ids");
    if (count <= count_.load(std::memory_order_relaxed)) return;
    for (std::size_t index = count / kRecordsPerChunk;; --index) {
        if (chunks_[index].load(std::memory_order_relaxed) != nullptr) break;
        add_chunk(index);
    }
    count_.store(count, std::memory_order_release);
}

}  // namespace tim::core
