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

/// Proofs that a phone or an email is somebody's (S1.2): one-time codes of six digits, valid for five
/// minutes, five tries each, five an hour for each key and purpose. The engine sends nothing: whoever asks
/// does. Codes stand nowhere; they are made of the engine's secret and what they are for. Challenges are in
/// memory alone.
///
/// Thread safety: as Engine's; of several who bring the right code at a time one is told `verified`. Errors:
/// `invalid` (a key that is neither phone nor email), `not_found` (the program).
class IdentityQueries {
  public:
    using RequestId = core::ChallengeBook::RequestId;

    virtual Result<OneTimeCode> issue_code(model::ProgramId program, const model::CustomerRef& key,
                                           core::ChallengePurpose purpose, const RequestId& request) = 0;
    virtual Result<CodeVerdict> verify_code(model::ProgramId program, const model::CustomerRef& key,
                                            core::ChallengePurpose purpose, std::string_view code,
                                            const RequestId& request) = 0;

  protected:
    ~IdentityQueries() = default;
};

}  // namespace tim::runtime
