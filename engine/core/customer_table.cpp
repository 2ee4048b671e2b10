#include "engine/core/customer_table.h"

#include <new>

#include "engine/core/invariant.h"

namespace tim::core {

namespace {

constexpr std::size_t bytes_of(std::uint64_t count) {
    return (count + 1) * sizeof(CustomerRecord);
}

}  // namespace

CustomerTable::CustomerTable()
    : memory_(bytes_of(kMaxCustomers)), records_(reinterpret_cast<CustomerRecord*>(memory_.begin())) {
    memory_.grow_to(bytes_of(0));
    new (records_) CustomerRecord();
}

void CustomerTable::grow_to(std::uint64_t count) {
    TIM_INVARIANT(count <= kMaxCustomers, "more customers than ids");
    const std::uint64_t before = count_.load(std::memory_order_relaxed);
    if (count <= before) return;
    memory_.grow_to(bytes_of(count));
    for (std::uint64_t id = before + 1; id <= count; ++id)
        new (records_ + id) CustomerRecord();
    count_.store(count, std::memory_order_release);
}

}  // namespace tim::core
