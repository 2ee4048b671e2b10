#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/inlined_vector.h>

#include <cstdint>
#include <optional>
#include <queue>
#include <vector>

#include "engine/model/fact.h"
#include "engine/model/quantity.h"

namespace tim::core {

inline constexpr std::size_t kMaxOpenHolds = 16;  ///< of one customer

/// Points that a checkout has reserved.
struct OpenHold {
    model::Sequence id{};  ///< the sequence of its fact
    model::Points points{};
    model::Instant expires_at{};  ///< timed out when now has reached this

    friend bool operator==(const OpenHold&, const OpenHold&) = default;
};

using OpenHolds = absl::InlinedVector<OpenHold, 2>;

/// The open holds of one program's customers of one stripe, and when the next of them times out. Guarded by
/// the stripe.
class HoldBook {
  public:
    /// A customer's open holds, oldest first; null when there are none.
    const OpenHolds* of(model::CustomerId customer) const {
        const auto found = holds_.find(customer.value);
        return found == holds_.end() ? nullptr : &found->second;
    }

    std::optional<OpenHold> find(model::CustomerId customer, model::Sequence id) const;

    void open(model::CustomerId customer, const OpenHold& hold);

    /// Takes a hold out. Returns whether the customer has others.
    bool close(model::CustomerId customer, model::Sequence id);

    /// A customer with an open hold that has timed out by `now`; nothing when there is none.
    std::optional<model::CustomerId> due(model::Instant now);

  private:
    struct Due {
        model::Instant at{};
        model::Sequence id{};
        model::CustomerId customer{};
        bool operator<(const Due& other) const { return at != other.at ? at > other.at : id > other.id; }
    };

    absl::flat_hash_map<std::uint64_t, OpenHolds> holds_;
    std::priority_queue<Due> due_;  ///< may still name holds that are closed
};

}  // namespace tim::core
