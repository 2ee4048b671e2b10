#include "engine/core/order_book.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>

#include "engine/core/invariant.h"

namespace tim::core {

namespace {

/// Sums of these are the digest: the order of what is added and taken does not matter.
std::uint64_t digest_of(const OpenOrder& order) {
    static_assert(sizeof(OpenOrder) == 32, "nothing of it is padding");
    return XXH3_64bits(&order, sizeof order);
}

OpenOrder& find_in(OpenOrders& orders, model::Sequence id) {
    const auto found = std::ranges::find(orders.list, id, &OpenOrder::id);
    TIM_INVARIANT(found != orders.list.end(), "an order is completed or cancelled once, while it is pending");
    return *found;
}

}  // namespace

const OpenOrder* OpenOrders::find(model::Sequence id) const {
    const auto found = std::ranges::find(list, id, &OpenOrder::id);
    return found == list.end() ? nullptr : &*found;
}

void OrderBook::open(model::CustomerId customer, const OpenOrder& order) {
    OpenOrders& orders = orders_[customer.value];
    TIM_INVARIANT(orders.list.size() < kMaxOpenOrders, "a customer's pending orders are bounded");
    orders.list.push_back(order);
    orders.digest += digest_of(order);
}

void OrderBook::set_amount(model::CustomerId customer, model::Sequence id, model::Money amount) {
    const auto found = orders_.find(customer.value);
    TIM_INVARIANT(found != orders_.end(), "an order is changed while it is pending");
    OpenOrder& order = find_in(found->second, id);
    found->second.digest -= digest_of(order);
    order.amount = amount;
    found->second.digest += digest_of(order);
}

bool OrderBook::close(model::CustomerId customer, model::Sequence id) {
    const auto found = orders_.find(customer.value);
    TIM_INVARIANT(found != orders_.end(), "an order is completed or cancelled once, while it is pending");
    OpenOrders& orders = found->second;
    const OpenOrder& order = find_in(orders, id);
    orders.digest -= digest_of(order);
    orders.list.erase(orders.list.begin() + (&order - orders.list.data()));
    if (!orders.list.empty()) return true;
    orders_.erase(found);
    return false;
}

}  // namespace tim::core
