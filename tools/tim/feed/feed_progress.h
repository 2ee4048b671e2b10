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
    /// It is there, but refuses rows for the moment.
    void refuses(const std::string& reason, std::chrono::seconds for_how_long);
    /// All is well again.
    void back();
    /// Clears the bar.
    void end();

  private:
    using Clock = std::chrono::steady_clock;

    void tell(const std::string& trouble, const char* relief, std::chrono::seconds for_how_long);

    bool terminal_;
    Clock::time_point begin_ = Clock::now();
    Clock::time_point told_{};
    const char* relief_ = nullptr;  ///< what `back` tells; none when all is well
};

}  // namespace tim::cli
