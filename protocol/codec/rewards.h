#pragma once

#include <deque>
#include <string_view>
#include <vector>

#include "engine/model/command.h"
#include "protocol/codec/messages.h"

// Rewards and vouchers between frames and the model; as messages.h.
namespace tim::codec {

/// Server: a change as a command; what it names goes to the end of `terms` (a deque: it stays where it is).
/// Texts point into the payload.
model::Result<void> decode_reward_change(const schema::RewardChange& change, model::ProgramId program,
                                         std::deque<model::RewardTerms>& terms,
                                         std::vector<model::Command>& commands);

/// Client: the message of a command about a reward or a voucher. An error when it does not fit the protocol.
model::Result<schema::RewardChangeT> to_reward_change(std::string_view program,
                                                      const model::Command& command);

}  // namespace tim::codec
