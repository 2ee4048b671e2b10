#include "engine/model/campaign.h"

#include <algorithm>

#include "engine/model/program.h"

namespace tim::model {

Money discount_of(const Discount& discount, Money order) {
    if (order.value <= 0 || order < discount.min_order) return {};
    Money off = discount.amount;
    // Less than the order: a percentage is at most the whole.
    if (discount.percent_bp > 0)
        off.value = floor_multiply_divide(order.value, discount.percent_bp, kWholeBp).value_or(order.value);
    if (discount.max_amount) off = std::min(off, *discount.max_amount);
    return std::min(off, order);
}

Money share_of(Money amount, std::int32_t rate_bp) {
    return {floor_multiply_divide(amount.value, rate_bp, kWholeBp).value_or(amount.value)};
}

}  // namespace tim::model
