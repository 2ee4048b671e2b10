#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <optional>
#include <string>

#include "engine/model/fact.h"

namespace tim::runtime {

/// Folds where web orders stand, from the ledger's facts in order, for `verify`. Every command about an order
/// is followed in its transaction by one fact that says where the order stands; that fact follows the one
/// before it, only pending orders change, and what the customer's fact says is what the order's says.
///
/// Memory: an entry of 16 bytes for each order (19 to 38 bytes with the table's spare slots). One thread.
class OrderFold {
  public:
    /// The next fact of the ledger; a sentence when it does not follow from those before it.
    std::optional<std::string> add(const model::Fact& fact, model::Sequence sequence);

    /// Number of orders.
    std::size_t size() const { return orders_.size(); }

    /// Calls `visit(order, newest)` for each of them: the sequences of the placing and of the fact that says
    /// where it stands.
    template <class Visit>
    void visit(Visit&& visit) const {
        for (const auto& [order, state] : orders_)
            visit(model::Sequence{order}, model::Sequence{state >> kPhaseBits});
    }

  private:
    static constexpr int kPhaseBits = 2;

    std::optional<std::string> note(const model::Fact& fact, model::Sequence sequence);

    absl::flat_hash_map<std::uint64_t, std::uint64_t> orders_;  // newest fact and phase, by the placing
    model::Fact command_;  // the newest fact of a customer about an order whose order_noted is still to come
    model::Sequence command_sequence_{};  // 0: none
    std::uint64_t transaction_end_ = 0;   // the last sequence of its transaction
};

}  // namespace tim::runtime
