#pragma once

#include <absl/container/flat_hash_map.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>

#include "engine/model/documents.h"
#include "engine/model/name.h"
#include "engine/model/quantity.h"

namespace tim::core {

/// For what somebody is to prove that a phone or an email is theirs. One challenge of a key for each.
enum class ChallengePurpose : std::uint8_t { login = 1, registration = 2, key_change = 3, password = 4 };

inline constexpr std::int64_t kChallengeLifeMs = 5 * 60'000;
inline constexpr std::uint8_t kChallengeTries = 5;
/// Between two challenges of a key and purpose, and how many of them begin within an hour.
inline constexpr std::int64_t kChallengePauseMs = 30'000;
inline constexpr std::size_t kChallengesPerHour = 5;
inline constexpr std::int64_t kChallengeHourMs = 3'600'000;
/// Keys and purposes that are remembered: some 130 bytes each.
inline constexpr std::size_t kMaxChallenges = 256 * 1024;

static_assert(kChallengeLifeMs < kChallengeHourMs, "what is remembered for an hour outlives its challenge");
static_assert(kChallengeTries * kChallengesPerHour <= 25, "25 of a million codes can be tried in an hour");

/// Whose challenge, and for what.
struct ChallengeKey {
    model::ProgramId program{};
    ChallengePurpose purpose = ChallengePurpose::login;
    model::KeyDigest key;

    friend bool operator==(const ChallengeKey&, const ChallengeKey&) = default;
    template <class State>
    friend State AbslHashValue(State state, const ChallengeKey& of) {
        return State::combine(std::move(state), of.program.value, static_cast<std::uint8_t>(of.purpose),
                              of.key.high, of.key.low, static_cast<std::uint8_t>(of.key.kind));
    }
};

enum class ChallengeState : std::uint8_t {
    issued = 1,    ///< a code was made: it is to be sent to its key
    verified = 2,  ///< the code was right; nobody else is told so
    unknown = 3,   ///< there is no challenge
    expired = 4,   ///< its five minutes are over
    wrong = 5,     ///< the code was not right
    spent = 6,     ///< too many codes were wrong: another challenge is needed
    used = 7,      ///< the code was used already
    too_soon = 8,  ///< the last challenge began a moment ago
    too_many = 9,  ///< so many have begun within an hour, of this key or of all
};

/// Which challenges are open (S1.2). No code stands here, not even a digest of one: what a challenge is made
/// of does, and the owner of the secret makes the code of it again. In memory alone: a restart forgets the
/// challenges, and people ask for another.
///
/// Pure and of bounded size; the caller serializes, and gives the time.
class ChallengeBook {
  public:
    using RequestId = std::array<std::uint8_t, model::kRequestIdBytes>;

    struct Begun {
        ChallengeState state = ChallengeState::issued;
        model::Instant at{};       ///< issued: when the challenge began
        std::int64_t wait_ms = 0;  ///< too_soon, too_many: until another may begin; 0: nobody knows
        bool duplicate = false;    ///< the same request had begun it
    };
    /// Begins a challenge in place of the last one of the same key and purpose. The same request again is
    /// answered with the challenge that it began, while that is open.
    Begun begin(const ChallengeKey& key, const RequestId& request, model::Instant now);

    struct Open {
        ChallengeState state = ChallengeState::unknown;  ///< issued: compare the code, and say `judge`
        RequestId begun_by{};
        model::Instant at{};
        bool duplicate = false;  ///< verified, by the same request
    };
    /// The challenge to which somebody has brought a code.
    Open find(const ChallengeKey& key, const RequestId& request, model::Instant now) const;

    struct Judged {
        ChallengeState state = ChallengeState::wrong;
        std::uint8_t tries_left = 0;
    };
    /// What `find` gave as issued, without anything in between: the code was right or not.
    Judged judge(const ChallengeKey& key, const RequestId& request, bool right);

    std::size_t size() const { return entries_.size(); }

  private:
    struct Entry {
        RequestId begun_by{};
        RequestId verified_by{};
        std::array<std::int64_t, kChallengesPerHour> begun_ms{};  ///< newest first; 0: none
        std::uint8_t tries_left = 0;
        bool verified = false;
    };

    void forget(model::Instant now);

    absl::flat_hash_map<ChallengeKey, Entry> entries_;
    std::deque<std::pair<std::int64_t, ChallengeKey>> to_forget_;  ///< by instants that grow
};

}  // namespace tim::core
