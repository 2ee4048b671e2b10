#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/model/quantity.h"
#include "engine/model/refusal.h"

namespace tim::client {

/// For what somebody is to prove that a phone or an email is theirs. A code is good for its own purpose.
enum class CodePurpose : std::uint8_t { login = 1, registration = 2, key_change = 3, password = 4 };

enum class CodeProof : std::uint8_t {
    none = 0,
    issued = 1,    ///< `code` is to be sent to the key
    verified = 2,  ///< it was right; nobody else is told so
    unknown = 3,   ///< none was asked for
    expired = 4,
    wrong = 5,
    spent = 6,  ///< too many were wrong: ask for another
    used = 7,
    too_soon = 8,  ///< one was asked for a moment ago
    too_many = 9,  ///< so many were asked for within an hour
};
/// "issued", "verified", …
std::string_view code_proof_name(CodeProof proof);

/// What became of a one-time code.
struct OneTimeCode {
    CodeProof proof = CodeProof::none;
    bool duplicate = false;                      ///< the same request had this answer before
    std::string code;                            ///< issued
    model::Instant ends_at = model::kNoInstant;  ///< issued: not valid any more from then on
    std::int64_t wait_ms = 0;      ///< too_soon, too_many: until another may be asked for; 0: nobody knows
    std::uint8_t tries_left = 0;   ///< wrong
    model::CustomerId customer{};  ///< verified: whose key it is; 0: nobody's yet
};

enum class PasswordProof : std::uint8_t {
    unproved = 0,  ///< not set: the proof was none (`code` says why, where it was one)
    right = 1,
    wrong = 2,
    none = 3,    ///< the customer has no password
    locked = 4,  ///< too many were wrong: none is looked at for a while
    set = 5,
    refused = 6,  ///< not set: `refusal` says why
};
/// "right", "wrong", …
std::string_view password_proof_name(PasswordProof proof);

/// What became of a password.
struct PasswordAnswer {
    PasswordProof state = PasswordProof::unproved;
    bool duplicate = false;            ///< set: the same request had set one
    std::int64_t wait_ms = 0;          ///< locked: until one is looked at again
    model::CustomerId customer{};      ///< right, set
    model::Sequence sequence{};        ///< set: of the fact
    CodeProof code = CodeProof::none;  ///< unproved: what the one-time code was worth
    model::Refusal refusal = model::Refusal::none;
    std::int64_t detail = 0;
};

/// Another password, and what proves that the customer wants it; a key of role admin needs no proof.
struct NewPassword {
    std::string_view password;  ///< 8 to 256 bytes
    std::string_view code{};    ///< a one-time code of purpose `password`, sent to the customer as named
    std::string_view old_password{};
};

}  // namespace tim::client
