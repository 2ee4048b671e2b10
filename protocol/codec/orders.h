#pragma once

#include <deque>
#include <string_view>
#include <vector>

#include "engine/model/command.h"
#include "protocol/codec/messages.h"

// Web orders between frames and the model; as messages.h.
namespace tim::codec {

/// Server: a change of an order as a command; what it says goes to the ends of `terms` and `details` (deques:
/// they stay where they are). Texts point into the payload.
model::Result<void> decode_order_change(const schema::OrderChange& change, model::ProgramId program,
                                        std::deque<model::OrderTerms>& terms,
                                        std::deque<model::SaleDetails>& details,
                                        std::vector<model::Command>& commands);

/// Client: the message of a command about an order. An error when it does not fit the protocol.
model::Result<schema::OrderChangeT> to_order_change(std::string_view program, const model::Command& command);

}  // namespace tim::codec
