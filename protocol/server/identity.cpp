#include "protocol/server/identity.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "engine/runtime/identity_queries.h"
#include "protocol/codec/messages.h"
#include "protocol/codec/permissions.h"
#include "protocol/codec/same_value.h"

namespace tim::server {
namespace {

using model::ErrorKind;
using model::failure;
using model::Result;

static_assert(codec::same_value(schema::ChallengeState::issued, core::ChallengeState::issued) &&
              codec::same_value(schema::ChallengeState::too_many, core::ChallengeState::too_many) &&
              codec::same_value(schema::CodePurpose::login, core::ChallengePurpose::login) &&
              codec::same_value(schema::CodePurpose::password, core::ChallengePurpose::password) &&
              codec::same_value(schema::PasswordState::right, runtime::PasswordState::right) &&
              codec::same_value(schema::PasswordState::refused, runtime::PasswordState::refused));

/// What both messages name.
struct Asked {
    model::ProgramId program{};
    model::CustomerRef key;
    core::ChallengePurpose purpose = core::ChallengePurpose::login;
    runtime::IdentityQueries::RequestId request{};
};

template <class Message>
Result<model::ProgramId> find_program(const runtime::Engine& engine, const Message& message) {
    if (const auto program = engine.find_program(message.program()->string_view())) return *program;
    return failure(ErrorKind::not_found, "there is no program \"" + message.program()->str() + "\"");
}

runtime::IdentityQueries::RequestId request_of(const model::Name& name) {
    runtime::IdentityQueries::RequestId request{};
    std::copy_n(reinterpret_cast<const std::uint8_t*>(name.bytes.data()), request.size(), request.begin());
    return request;
}

template <class Message>
Result<Asked> read(const runtime::Engine& engine, const Message& message) {
    const auto program = find_program(engine, message);
    if (!program) return tl::unexpected(program.error());
    const auto name = codec::decode_request_id(message.request_id());
    if (!name) return tl::unexpected(name.error());
    const auto key = codec::decode_customer(*message.key());
    if (!key) return tl::unexpected(key.error());
    if (message.purpose() < schema::CodePurpose::MIN || message.purpose() > schema::CodePurpose::MAX)
        return failure(ErrorKind::invalid,
                       "purpose: it is none of login, registration, key_change, password");
    return Asked{*program, *key, static_cast<core::ChallengePurpose>(message.purpose()), request_of(*name)};
}

schema::PasswordReplyT told(const runtime::PasswordVerdict& verdict) {
    schema::PasswordReplyT reply;
    reply.state = static_cast<schema::PasswordState>(verdict.state);
    reply.duplicate = verdict.outcome.duplicate;
    reply.wait_ms = verdict.wait_ms;
    reply.customer = verdict.customer.value;
    reply.sequence = verdict.outcome.sequence.value;
    reply.refusal = static_cast<std::uint16_t>(verdict.outcome.refusal);
    reply.detail = verdict.outcome.detail;
    return reply;
}

/// What a proof is worth that comes with another password; none: it is one.
Result<std::optional<schema::PasswordReplyT>> check_proof(runtime::IdentityQueries& identity,
                                                          model::ProgramId program,
                                                          const model::CustomerRef& customer,
                                                          const runtime::IdentityQueries::RequestId& request,
                                                          const schema::PasswordSet& set) {
    if (set.code() != nullptr) {
        const auto verdict = identity.verify_code(program, customer, core::ChallengePurpose::password,
                                                  set.code()->string_view(), request);
        if (!verdict) return tl::unexpected(verdict.error());
        if (verdict->state == core::ChallengeState::verified) return std::nullopt;
        schema::PasswordReplyT reply;
        reply.proof = static_cast<schema::ChallengeState>(verdict->state);
        return reply;
    }
    if (set.old_password() == nullptr)
        return failure(ErrorKind::denied,
                       "such a key proves that the customer wants another password: by a one-time code "
                       "or the old one");
    const auto verdict = identity.check_password(program, customer, set.old_password()->string_view());
    if (!verdict) return tl::unexpected(verdict.error());
    if (verdict->state == runtime::PasswordState::right) return std::nullopt;
    return told(*verdict);
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

Result<schema::PasswordReplyT> answer_password(runtime::Engine& engine, const model::AccessKey& key,
                                               const schema::Request& request) {
    runtime::IdentityQueries& identity = engine.identity();
    if (const auto* check = request.body_as_PasswordCheck()) {
        const auto program = find_program(engine, *check);
        if (!program) return tl::unexpected(program.error());
        const auto customer = codec::decode_customer(*check->customer());
        if (!customer) return tl::unexpected(customer.error());
        const auto verdict = identity.check_password(*program, *customer, check->password()->string_view());
        if (!verdict) return tl::unexpected(verdict.error());
        return told(*verdict);
    }
    const auto& set = *request.body_as_PasswordSet();
    const auto program = find_program(engine, set);
    if (!program) return tl::unexpected(program.error());
    const auto name = codec::decode_request_id(set.request_id());
    if (!name) return tl::unexpected(name.error());
    const auto customer = codec::decode_customer(*set.customer());
    if (!customer) return tl::unexpected(customer.error());
    const auto request_id = request_of(*name);
    if (codec::needs_proof(key.role)) {
        const auto fault = check_proof(identity, *program, *customer, request_id, set);
        if (!fault) return tl::unexpected(fault.error());
        if (*fault) return std::move(**fault);
    }
    const auto verdict =
        identity.set_password(*program, *customer, set.password()->string_view(), request_id, key.number);
    if (!verdict) return tl::unexpected(verdict.error());
    return told(*verdict);
}

}  // namespace tim::server
