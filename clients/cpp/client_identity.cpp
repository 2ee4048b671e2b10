// The client's part of one-time codes.
#include <cstring>
#include <utility>

#include "clients/cpp/client.h"
#include "clients/cpp/pending_request.h"
#include "clients/cpp/replies.h"
#include "protocol/codec/messages.h"

namespace tim::client {
namespace {

model::Result<OneTimeCode> to_code_proof(const schema::Reply& reply) {
    const auto* body = reply.body_as_OneTimeCodeReply();
    if (!body) return other_reply(reply);
    OneTimeCode told;
    told.proof = static_cast<CodeProof>(body->state());
    told.duplicate = body->duplicate();
    if (body->code()) told.code = body->code()->str();
    told.ends_at = {body->ends_at_ms()};
    told.wait_ms = body->wait_ms();
    told.tries_left = body->tries_left();
    told.customer = {body->customer()};
    return told;
}

model::Result<PasswordAnswer> to_password_answer(const schema::Reply& reply) {
    const auto* body = reply.body_as_PasswordReply();
    if (!body) return other_reply(reply);
    PasswordAnswer told;
    told.state = static_cast<PasswordProof>(body->state());
    told.duplicate = body->duplicate();
    told.wait_ms = body->wait_ms();
    told.customer = {body->customer()};
    told.sequence = {body->sequence()};
    told.code = static_cast<CodeProof>(body->proof());
    told.refusal = static_cast<model::Refusal>(body->refusal());
    told.detail = body->detail();
    return told;
}

template <class Body>
Body body_for(std::string_view program, const model::CustomerRef& key, CodePurpose purpose,
              const model::Name& name) {
    Body body;
    body.program = program;
    body.request_id.resize(model::kRequestIdBytes);
    std::memcpy(body.request_id.data(), name.bytes.data(), body.request_id.size());
    body.key = std::make_unique<schema::CustomerKeyT>(codec::to_schema(key));
    body.purpose = static_cast<schema::CodePurpose>(purpose);
    return body;
}

}  // namespace

std::string_view code_proof_name(CodeProof proof) {
    switch (proof) {
        case CodeProof::none:
            return "none";
        case CodeProof::issued:
            return "issued";
        case CodeProof::verified:
            return "verified";
        case CodeProof::unknown:
            return "unknown";
        case CodeProof::expired:
            return "expired";
        case CodeProof::wrong:
            return "wrong";
        case CodeProof::spent:
            return "spent";
        case CodeProof::used:
            return "used";
        case CodeProof::too_soon:
            return "too_soon";
        case CodeProof::too_many:
            return "too_many";
    }
    return "other";
}

Admission Client::issue_code(std::string_view program, const model::CustomerRef& key, CodePurpose purpose,
                             const model::Name& name, Completion<OneTimeCode> completion,
                             std::int64_t timeout_ms) {
    auto body = body_for<schema::OneTimeCodeIssueT>(program, key, purpose, name);
    return ask(
        std::make_unique<QueryRequest<OneTimeCode>>(std::move(body), to_code_proof, std::move(completion)),
        timeout_ms);
}

Admission Client::verify_code(std::string_view program, const model::CustomerRef& key, CodePurpose purpose,
                              std::string_view code, const model::Name& name,
                              Completion<OneTimeCode> completion, std::int64_t timeout_ms) {
    auto body = body_for<schema::OneTimeCodeVerifyT>(program, key, purpose, name);
    body.code = code;
    return ask(
        std::make_unique<QueryRequest<OneTimeCode>>(std::move(body), to_code_proof, std::move(completion)),
        timeout_ms);
}

std::string_view password_proof_name(PasswordProof proof) {
    switch (proof) {
        case PasswordProof::unproved:
            return "unproved";
        case PasswordProof::right:
            return "right";
        case PasswordProof::wrong:
            return "wrong";
        case PasswordProof::none:
            return "none";
        case PasswordProof::locked:
            return "locked";
        case PasswordProof::set:
            return "set";
        case PasswordProof::refused:
            return "refused";
    }
    return "other";
}

Admission Client::set_password(std::string_view program, const model::CustomerRef& customer,
                               const NewPassword& password, const model::Name& name,
                               Completion<PasswordAnswer> completion, std::int64_t timeout_ms) {
    schema::PasswordSetT body;
    body.program = program;
    body.request_id.resize(model::kRequestIdBytes);
    std::memcpy(body.request_id.data(), name.bytes.data(), body.request_id.size());
    body.customer = std::make_unique<schema::CustomerKeyT>(codec::to_schema(customer));
    body.password = password.password;
    body.code = password.code;
    body.old_password = password.old_password;
    return ask(std::make_unique<QueryRequest<PasswordAnswer>>(std::move(body), to_password_answer,
                                                              std::move(completion)),
               timeout_ms);
}

Admission Client::check_password(std::string_view program, const model::CustomerRef& customer,
                                 std::string_view password, Completion<PasswordAnswer> completion,
                                 std::int64_t timeout_ms) {
    schema::PasswordCheckT body;
    body.program = program;
    body.customer = std::make_unique<schema::CustomerKeyT>(codec::to_schema(customer));
    body.password = password;
    return ask(std::make_unique<QueryRequest<PasswordAnswer>>(std::move(body), to_password_answer,
                                                              std::move(completion)),
               timeout_ms);
}

}  // namespace tim::client
