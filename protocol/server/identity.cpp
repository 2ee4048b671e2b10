#include "protocol/server/identity.h"

#include <string>

#include "engine/runtime/identity_queries.h"
#include "protocol/codec/messages.h"
#include "protocol/codec/same_value.h"

namespace tim::server {
namespace {

using model::ErrorKind;
using model::failure;
using model::Result;

static_assert(codec::same_value(schema::ChallengeState::issued, core::ChallengeState::issued) &&
              codec::same_value(schema::ChallengeState::too_many, core::ChallengeState::too_many) &&
              codec::same_value(schema::CodePurpose::login, core::ChallengePurpose::login) &&
              codec::same_value(schema::CodePurpose::password, core::ChallengePurpose::password));

/// What both messages name.
struct Asked {
    model::ProgramId program{};
    model::CustomerRef key;
    core::ChallengePurpose purpose = core::ChallengePurpose::login;
    runtime::IdentityQueries::RequestId request{};
};

template <class Message>
Result<Asked> read(const runtime::Engine& engine, const Message& message) {
    const auto program = engine.find_program(message.program()->string_view());
    if (!program)
        return failure(ErrorKind::not_found, "there is no program \"" + message.program()->str() + "\"");
    const auto name = codec::decode_request_id(message.request_id());
    if (!name) return tl::unexpected(name.error());
    const auto key = codec::decode_customer(*message.key());
    if (!key) return tl::unexpected(key.error());
    if (message.purpose() < schema::CodePurpose::MIN || message.purpose() > schema::CodePurpose::MAX)
        return failure(ErrorKind::invalid,
                       "purpose: it is none of login, registration, key_change, password");
    Asked asked{*program, *key, static_cast<core::ChallengePurpose>(message.purpose()), {}};
    std::copy_n(reinterpret_cast<const std::uint8_t*>(name->bytes.data()), asked.request.size(),
                asked.request.begin());
    return asked;
}

}  // namespace

Result<schema::OneTimeCodeReplyT> answer_one_time_code(runtime::Engine& engine,
                                                       const schema::Request& request) {
    schema::OneTimeCodeReplyT reply;
    if (const auto* issue = request.body_as_OneTimeCodeIssue()) {
        const auto asked = read(engine, *issue);
        if (!asked) return tl::unexpected(asked.error());
        auto issued =
            engine.identity().issue_code(asked->program, asked->key, asked->purpose, asked->request);
        if (!issued) return tl::unexpected(issued.error());
        reply.state = static_cast<schema::ChallengeState>(issued->state);
        reply.duplicate = issued->duplicate;
        reply.code = std::move(issued->code);
        reply.ends_at_ms = issued->ends_at.value;
        reply.wait_ms = issued->wait_ms;
        return reply;
    }
    const auto& verify = *request.body_as_OneTimeCodeVerify();
    const auto asked = read(engine, verify);
    if (!asked) return tl::unexpected(asked.error());
    const auto verdict = engine.identity().verify_code(asked->program, asked->key, asked->purpose,
                                                       verify.code()->string_view(), asked->request);
    if (!verdict) return tl::unexpected(verdict.error());
    reply.state = static_cast<schema::ChallengeState>(verdict->state);
    reply.duplicate = verdict->duplicate;
    reply.tries_left = verdict->tries_left;
    reply.customer = verdict->customer.value;
    return reply;
}

}  // namespace tim::server
