#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/model/quantity.h"

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

}  // namespace tim::client
