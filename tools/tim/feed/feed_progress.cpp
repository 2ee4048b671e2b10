#include "tools/tim/feed/feed_progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace tim::cli {
namespace {

constexpr int kBarCells = 30;
constexpr auto kTellEvery = std::chrono::seconds(5);

}  // namespace

FeedProgress::FeedProgress() : terminal_(::isatty(STDERR_FILENO) != 0) {}

void FeedProgress::show(std::uint64_t rows, std::uint64_t refused, double share) {
    if (!terminal_ || relief_ != nullptr) return;
    const double seconds = std::max(std::chrono::duration<double>(Clock::now() - begin_).count(), 1e-3);
    const double rate = static_cast<double>(rows) / seconds;
    std::string bar;
    if (share > 0) {
        const int cells = std::clamp(static_cast<int>(share * kBarCells), 0, kBarCells);
        for (int i = 0; i < kBarCells; ++i)
            bar += i < cells ? "█" : "░";
        bar += fmt::format(" {:3.0f} % read  ", std::min(share, 1.0) * 100);
    }
    fmt::print(stderr, "\r{}{} rows, {:.0f} a second, {} refused\x1b[K", bar, rows, rate, refused);
}

void FeedProgress::away(const std::string& reason, std::chrono::seconds for_how_long) {
    tell(fmt::format("the server is away ({})", reason), "the server is back", for_how_long);
}

void FeedProgress::refuses(const std::string& reason, std::chrono::seconds for_how_long) {
    tell("the server takes no rows: " + reason, "the server takes rows again", for_how_long);
}

void FeedProgress::tell(const std::string& trouble, const char* relief, std::chrono::seconds for_how_long) {
    const auto now = Clock::now();
    const bool first = relief_ != relief;
    relief_ = relief;
    if (!first && now - told_ < kTellEvery) return;
    told_ = now;
    const std::string text = fmt::format("{}; trying again, for {} s now", trouble, for_how_long.count());
    if (terminal_)
        fmt::print(stderr, "\r{}\x1b[K", text);
    else
        fmt::print(stderr, "tim: {}\n", text);
}

void FeedProgress::back() {
    if (relief_ == nullptr) return;
    if (!terminal_) fmt::print(stderr, "tim: {}\n", relief_);
    relief_ = nullptr;
}

void FeedProgress::end() {
    if (terminal_) fmt::print(stderr, "\r\x1b[K");
}

}  // namespace tim::cli
