#pragma once

#include <deque>
#include <string_view>
#include <vector>

#include "engine/model/command.h"
#include "protocol/codec/messages.h"

// The care calendar between frames and the model; as messages.h.
namespace tim::codec {

/// Server: a change as a command; what it says goes to the end of `terms` (a deque: it stays where it is).
model::Result<void> decode_care_change(const schema::CareChange& change, model::ProgramId program,
                                       std::deque<model::CareTerms>& terms,
                                       std::vector<model::Command>& commands);

/// Client: the message of a command about care. An error when it does not fit the protocol.
model::Result<schema::CareChangeT> to_care_change(std::string_view program, const model::Command& command);

}  // namespace tim::codec
