#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <thread>

#include "clients/cpp/blocking_client.h"
#include "tools/demo/morning.h"
#include "tools/demo/tally.h"

namespace tim::demo {

/// A checkout that asks, one customer after the other, what may be spent, holds some of it and takes it (or
/// lets it go), while the tills sell. Runs on a thread of its own between the constructor and `finish`.
class CheckoutLane {
  public:
    CheckoutLane(client::ClientOptions options, const Morning& morning, std::uint64_t seed);
    ~CheckoutLane();
    CheckoutLane(const CheckoutLane&) = delete;
    CheckoutLane& operator=(const CheckoutLane&) = delete;

    /// Ends the lane; afterwards `tally` and `failure` may be read.
    void finish();
    const Tally& tally() const { return tally_; }
    const std::optional<model::Error>& failure() const { return failure_; }

  private:
    void run();
    /// Serves one customer; false when the server cannot be asked.
    bool serve();
    /// Counts the outcome; nothing when it was refused or could not be asked for.
    const model::Outcome* take(const model::Result<model::Outcome>& outcome);

    client::BlockingClient client_;
    const Morning& morning_;
    Dice dice_;
    Tally tally_;
    std::optional<model::Error> failure_;
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

}  // namespace tim::demo
