#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace tim::cli {

/// Shows on stderr how a feed goes: a bar on a terminal, elsewhere only what a log should have. One thread.
class FeedProgress {
  public:
    FeedProgress();

    /// `share` of the input that was read, 0 when nobody knows.
    void show(std::uint64_t rows, std::uint64_t refused, double share);
    /// The server is away, and why; told at once, then every few seconds.
    void away(const std::string& reason, std::chrono::seconds for_how_long);
    /// It is back.
    void back();
    /// Clears the bar.
    void end();

  private:
    using Clock = std::chrono::steady_clock;

    bool terminal_;
    Clock::time_point begin_ = Clock::now();
    Clock::time_point told_{};
    bool away_ = false;
};

}  // namespace tim::cli
