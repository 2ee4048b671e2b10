#pragma once

#include <array>
#include <string>
#include <string_view>

#include "engine/core/challenge_book.h"
#include "engine/runtime/engine.h"

namespace tim::runtime {

inline constexpr std::size_t kOneTimeCodeDigits = 6;

/// A one-time code that was asked for.
struct OneTimeCode {
    core::ChallengeState state = core::ChallengeState::issued;
    bool duplicate = false;  ///< the same request had asked for it: the same code
    std::string code;        ///< issued: six digits, to be sent to the key by whoever asked
    model::Instant ends_at = model::kNoInstant;  ///< issued: not valid any more from then on
    std::int64_t wait_ms = 0;                    ///< too_soon, too_many: until another may be asked for
};

/// What a code was worth that somebody brought.
struct CodeVerdict {
    core::ChallengeState state = core::ChallengeState::unknown;
    bool duplicate = false;        ///< verified: by the same request before
    std::uint8_t tries_left = 0;   ///< wrong: how many codes may be tried yet
    model::CustomerId customer{};  ///< verified: whose key it is; 0: nobody's
};

enum class PasswordState : std::uint8_t {
    right = 1,
    wrong = 2,
    none = 3,     ///< the customer has no password
    locked = 4,   ///< too many were wrong: none is looked at for a while
    set = 5,      ///< there is a new one
    refused = 6,  ///< it was not set: `outcome` says why
};

struct PasswordVerdict {
    PasswordState state = PasswordState::none;
    std::int64_t wait_ms = 0;      ///< locked: until one is looked at again
    model::CustomerId customer{};  ///< right, set
    model::Outcome outcome;        ///< set, refused
};

/// Who somebody is, for the web and the app. Proofs that a phone or an email is somebody's (S1.2): one-time
/// codes of six digits, valid for five minutes, five tries each, five an hour for each key and purpose. The
/// engine sends nothing: whoever asks does. Codes stand nowhere; they are made of the engine's secret and
/// what they are for. Challenges and wrong tries are in memory alone.
///
/// Passwords (S1.3): a verifier of each, sealed with the person's key, stands in the ledger.
///
/// Thread safety: as Engine's; of several who bring the right code at a time one is told `verified`. A
/// password takes some 50 ms of a processor. Errors: `invalid` (a key that is neither phone nor email, a
/// password that is too short or long), `not_found` (program, customer).
class IdentityQueries {
  public:
    using RequestId = core::ChallengeBook::RequestId;

    virtual Result<OneTimeCode> issue_code(model::ProgramId program, const model::CustomerRef& key,
                                           core::ChallengePurpose purpose, const RequestId& request) = 0;
    virtual Result<CodeVerdict> verify_code(model::ProgramId program, const model::CustomerRef& key,
                                            core::ChallengePurpose purpose, std::string_view code,
                                            const RequestId& request) = 0;

    /// Gives a customer another password, in a fact that the request names: the same request again is
    /// answered without one, whatever its password. That the customer wants it is the caller's to prove.
    /// `actor`: the number of the key of access that it came by; 0: by none.
    virtual Result<PasswordVerdict> set_password(model::ProgramId program, const model::CustomerRef& customer,
                                                 std::string_view password, const RequestId& request,
                                                 std::uint32_t actor) = 0;
    /// Whether a password is the customer's. Ten wrong ones within a quarter of an hour lock it for another.
    virtual Result<PasswordVerdict> check_password(model::ProgramId program,
                                                   const model::CustomerRef& customer,
                                                   std::string_view password) = 0;

  protected:
    ~IdentityQueries() = default;
};

}  // namespace tim::runtime
