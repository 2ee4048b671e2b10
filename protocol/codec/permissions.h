#pragma once

#include <string_view>

#include "engine/model/access.h"
#include "engine/model/command.h"
#include "protocol/schema/messages_generated.h"

// Which role may send what. PROTOCOL.md shows the same as tables; a test compares them.
namespace tim::codec {

/// Whether a role may send a message at all; the rows of a CommandBatch are judged one by one
/// (`may_command`). Hello, Proof and Ping are everyone's. The messages about the engine as a whole
/// (`is_engine_wide`) need, besides, a key that may touch every program.
bool may_request(model::Role role, schema::RequestBody body);

/// What a message asks for, in words that complete "may not …": "verify the ledger".
std::string_view deed(schema::RequestBody body);

/// Whether a role may give a command; a row that it may not is refused with Refusal::not_allowed.
bool may_command(model::Role role, model::CommandKind kind);

/// Whether a role sets another password only with a proof that the customer wants it.
bool needs_proof(model::Role role);

/// Verify, stats and the keys of access: not of one program.
bool is_engine_wide(schema::RequestBody body);

/// What replies to a role leave out. What is left out is empty there, as if nobody had said it.
struct Sight {
    bool names = false;        ///< keys, names and birthdays of people
    bool reasons = false;      ///< the words that were given with what is in a history
    bool actors = false;       ///< by which key of access something was done
    bool care = false;         ///< what is said of tasks of care
    bool hidden_tiers = true;  ///< of a program, tiers that are not shown to everybody (S2.7), and campaigns
};
Sight sight_of(model::Role role);

/// Whether the key may touch the program: its list is empty, or names it.
bool may_touch(const model::AccessKey& key, std::string_view program);

}  // namespace tim::codec
