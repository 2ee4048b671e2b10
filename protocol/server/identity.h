#pragma once

#include "engine/model/access.h"
#include "engine/model/result.h"
#include "engine/runtime/engine.h"
#include "protocol/schema/messages_generated.h"

namespace tim::server {

/// Answers a OneTimeCodeIssue or OneTimeCodeVerify. Any thread that may block.
model::Result<schema::OneTimeCodeReplyT> answer_one_time_code(runtime::Engine& engine,
                                                              const schema::Request& request);

/// Answers a PasswordSet or PasswordCheck by a key of access. Any thread that may block.
model::Result<schema::PasswordReplyT> answer_password(runtime::Engine& engine, const model::AccessKey& key,
                                                      const schema::Request& request);

}  // namespace tim::server
