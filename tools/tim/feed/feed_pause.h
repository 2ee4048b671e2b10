#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "clients/cpp/options.h"
#include "clients/cpp/random.h"
#include "engine/model/refusal.h"

namespace tim::cli {

/// What a feed does while the server refuses rows for the moment (overloaded, disk_full, stopping): it sends
/// nothing for a while, longer each time and drawn at random within bounds, and knows what to tell people.
/// One thread.
class FeedPause {
  public:
    using Clock = std::chrono::steady_clock;

    explicit FeedPause(client::Random& random = client::system_random()) : random_(random) {}

    /// A row was refused for the moment. What comes while a pause lasts is answered to what was sent before
    /// it.
    void refused(model::Refusal refusal, std::int64_t detail, Clock::time_point now);
    /// A row has a final answer: the next pause is a short one again.
    void taken();

    /// Whether rows may be sent. While `reason` is not empty only a few, to see whether it still holds.
    bool over(Clock::time_point now) const { return now >= until_; }
    /// "the sentence (its_name)" of the last refusal; empty when rows were taken since.
    const std::string& reason() const { return reason_; }

  private:
    static constexpr client::BackOff kBackOff{100, 5'000};

    client::Random& random_;
    Clock::time_point until_{};
    unsigned refusals_ = 0;
    std::string reason_;
};

}  // namespace tim::cli
