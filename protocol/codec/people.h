#pragma once

#include <deque>
#include <string_view>
#include <vector>

#include "engine/model/command.h"
#include "protocol/codec/messages.h"

// Changes of who a customer is, between frames and the model; as messages.h.
namespace tim::codec {

/// Server: the change as a command; what a rekey says goes to the end of `enrollments` (a deque: it stays
/// where it is). Texts point into the payload.
model::Result<void> decode_person_change(const schema::PersonChange& change, model::ProgramId program,
                                         std::deque<model::Enrollment>& enrollments,
                                         std::vector<model::Command>& commands);

/// Client: the message of a command of a kind from block_customer to erase. An error when it does not fit the
/// protocol.
model::Result<schema::PersonChangeT> to_person_change(std::string_view program,
                                                      const model::Command& command);

/// A program without what it says of tiers that are not shown to everybody (their places stay, since tiers
/// are told by them), and without campaigns.
void hide_tiers(schema::ProgramT& program);

}  // namespace tim::codec
