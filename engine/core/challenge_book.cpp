#include "engine/core/challenge_book.h"

#include <algorithm>

#include "engine/core/invariant.h"

namespace tim::core {

/// An entry is looked at an hour after each challenge: it goes when that was its last.
void ChallengeBook::forget(model::Instant now) {
    while (!to_forget_.empty() && to_forget_.front().first <= now.value) {
        const ChallengeKey key = to_forget_.front().second;
        to_forget_.pop_front();
        const auto found = entries_.find(key);
        if (found != entries_.end() && found->second.begun_ms[0] + kChallengeHourMs <= now.value)
            entries_.erase(found);
    }
}

ChallengeBook::Begun ChallengeBook::begin(const ChallengeKey& key, const RequestId& request,
                                          model::Instant now) {
    forget(now);
    auto found = entries_.find(key);
    if (found != entries_.end()) {
        const Entry& entry = found->second;
        const std::int64_t newest = entry.begun_ms[0];
        if (entry.begun_by == request && now.value < newest + kChallengeLifeMs)
            return {ChallengeState::issued, {newest}, 0, true};
        if (now.value < newest + kChallengePauseMs)
            return {ChallengeState::too_soon, {}, newest + kChallengePauseMs - now.value, false};
        const std::int64_t oldest = entry.begun_ms.back();
        if (oldest != 0 && now.value < oldest + kChallengeHourMs)
            return {ChallengeState::too_many, {}, oldest + kChallengeHourMs - now.value, false};
    } else {
        if (entries_.size() >= kMaxChallenges || to_forget_.size() >= kMaxChallenges * kChallengesPerHour)
            return {ChallengeState::too_many, {}, 0, false};
        found = entries_.try_emplace(key).first;
    }
    Entry& entry = found->second;
    std::shift_right(entry.begun_ms.begin(), entry.begun_ms.end(), 1);
    entry.begun_ms[0] = now.value;
    entry.begun_by = request;
    entry.tries_left = kChallengeTries;
    entry.verified = false;
    to_forget_.emplace_back(now.value + kChallengeHourMs, key);
    return {ChallengeState::issued, now, 0, false};
}

ChallengeBook::Open ChallengeBook::find(const ChallengeKey& key, const RequestId& request,
                                        model::Instant now) const {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return {};
    const Entry& entry = found->second;
    Open open{ChallengeState::issued, entry.begun_by, {entry.begun_ms[0]}, false};
    if (entry.verified) {
        open.duplicate = entry.verified_by == request;
        open.state = open.duplicate ? ChallengeState::verified : ChallengeState::used;
    } else if (now.value >= open.at.value + kChallengeLifeMs) {
        open.state = ChallengeState::expired;
    } else if (entry.tries_left == 0) {
        open.state = ChallengeState::spent;
    }
    return open;
}

ChallengeBook::Judged ChallengeBook::judge(const ChallengeKey& key, const RequestId& request, bool right) {
    const auto found = entries_.find(key);
    TIM_INVARIANT(found != entries_.end() && !found->second.verified && found->second.tries_left > 0,
                  "a code is judged while its challenge is open");
    Entry& entry = found->second;
    if (right) {
        entry.verified = true;
        entry.verified_by = request;
        return {ChallengeState::verified, 0};
    }
    --entry.tries_left;
    return {ChallengeState::wrong, entry.tries_left};
}

}  // namespace tim::core
