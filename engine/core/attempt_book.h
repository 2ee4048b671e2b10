#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>

#include "engine/model/quantity.h"

namespace tim::core {

/// Wrong passwords of a customer, within so long a time, after which none is looked at for as long.
inline constexpr std::uint32_t kPasswordTries = 10;
inline constexpr std::int64_t kPasswordPauseMs = 15 * 60'000;
/// Customers whose wrong passwords are remembered; beyond that, whoever is new waits.
inline constexpr std::size_t kMaxAttempts = 256 * 1024;

/// How often something was tried in vain, by a number that stands for whom. In memory alone, of bounded size.
/// Pure; the caller serializes, and gives the time.
class AttemptBook {
  public:
    /// How long nothing may be tried; 0: something may.
    std::int64_t wait_ms(std::uint64_t whom, model::Instant now) {
        forget(now);
        const auto found = entries_.find(whom);
        if (found == entries_.end()) return entries_.size() < kMaxAttempts ? 0 : kPasswordPauseMs;
        const Entry& entry = found->second;
        return entry.failed < kPasswordTries ? 0 : entry.begun_ms + kPasswordPauseMs - now.value;
    }
    void failed(std::uint64_t whom, model::Instant now) {
        const auto [found, fresh] = entries_.try_emplace(whom);
        Entry& entry = found->second;
        if (fresh) to_forget_.emplace_back(now.value, whom);
        if (fresh || entry.failed + 1 == kPasswordTries) entry.begun_ms = now.value;
        ++entry.failed;
    }
    void passed(std::uint64_t whom) { entries_.erase(whom); }

    std::size_t size() const { return entries_.size(); }

  private:
    struct Entry {
        std::int64_t begun_ms = 0;  ///< of the count, and once that is full of the pause
        std::uint32_t failed = 0;
    };

    void forget(model::Instant now) {
        while (!to_forget_.empty() && to_forget_.front().first + kPasswordPauseMs <= now.value) {
            const std::uint64_t whom = to_forget_.front().second;
            to_forget_.pop_front();
            const auto found = entries_.find(whom);
            if (found == entries_.end()) continue;
            if (found->second.begun_ms + kPasswordPauseMs <= now.value)
                entries_.erase(found);
            else
                to_forget_.emplace_back(found->second.begun_ms, whom);
        }
    }

    absl::flat_hash_map<std::uint64_t, Entry> entries_;
    std::deque<std::pair<std::int64_t, std::uint64_t>> to_forget_;
};

}  // namespace tim::core
