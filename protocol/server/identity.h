#pragma once

#include "engine/model/access.h"
#include "engine/model/result.h"
#include "engine/runtime/engine.h"
#include "protocol/schema/messages_generated.h"

namespace tim::server {

/// Answers a OneTimeCodeIssue or OneTimeCodeVerify. Any thread that may block.
model::Result<schema::OneTimeCodeReplyT> answer_one_time_code(runtime::Engine& engine,
                                                              const schema::Request& request);

/// Answers a PasswordSet or PasswordCheck of a key of a role. Any thread that may block.
model::Result<schema::PasswordReplyT> answer_password(runtime::Engine& engine, model::Role role,
                                                      const schema::Request& request);

}  // namespace tim::server
