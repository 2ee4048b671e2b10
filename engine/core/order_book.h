#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/model/quantity.h"

namespace tim::core {

inline constexpr std::size_t kMaxOpenOrders = 256;  ///< of one customer, neither completed nor cancelled

/// A web order that is pending.
struct OpenOrder {
    model::Sequence id{};  ///< the sequence of its placing
    model::Money amount{};
    model::Instant placed_at{};
    model::TerminalId terminal{};  ///< of its receipt
    std::uint32_t reserved = 0;

    friend bool operator==(const OpenOrder&, const OpenOrder&) = default;
};

/// A customer's pending orders, oldest first.
struct OpenOrders {
    std::uint64_t digest = 0;  ///< kept as `list` changes; part of a fact's `check`
    std::vector<OpenOrder> list;

    const OpenOrder* find(model::Sequence id) const;
};

/// The pending orders of one program's customers of one stripe, guarded by it: who has none takes no memory,
/// and an order that is over takes none.
class OrderBook {
  public:
    /// Null when there are none.
    const OpenOrders* of(model::CustomerId customer) const {
        const auto found = orders_.find(customer.value);
        return found == orders_.end() ? nullptr : &found->second;
    }

    void open(model::CustomerId customer, const OpenOrder& order);
    void set_amount(model::CustomerId customer, model::Sequence id, model::Money amount);
    /// Takes an order out. Returns whether the customer has others.
    bool close(model::CustomerId customer, model::Sequence id);

  private:
    absl::flat_hash_map<std::uint64_t, OpenOrders> orders_;
};

}  // namespace tim::core
