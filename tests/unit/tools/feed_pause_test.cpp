#include "tools/tim/feed/feed_pause.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace tim::cli {
namespace {

using std::chrono::milliseconds;

class FixedRandom final : public client::Random {
  public:
    explicit FixedRandom(std::uint8_t byte) : byte_(byte) {}
    void fill(std::span<std::uint8_t> bytes) override { std::ranges::fill(bytes, byte_); }

  private:
    std::uint8_t byte_;
};

/// How long each of the first pauses lasts, when every try after it is refused again.
std::vector<milliseconds> pauses(client::Random& random) {
    FeedPause pause(random);
    FeedPause::Clock::time_point now{};
    std::vector<milliseconds> lasted;
    for (int i = 0; i < 10; ++i) {
        pause.refused(model::Refusal::disk_full, 0, now);
        const auto begin = now;
        while (!pause.over(now)) {
            now += milliseconds(1);
            // What was sent before is still answered, and makes no pause longer.
            pause.refused(model::Refusal::disk_full, 0, std::min(now, begin + milliseconds(20)));
        }
        lasted.push_back(std::chrono::duration_cast<milliseconds>(now - begin));
    }
    return lasted;
}

TEST(FeedPause, GrowsWithinBoundsAndIsDrawnAtRandom) {
    FixedRandom low(0);
    FixedRandom high(77);
    const auto shortest = pauses(low);
    const auto other = pauses(high);
    EXPECT_NE(shortest, other);
    for (const auto& lasted : {shortest, other}) {
        EXPECT_GE(lasted.front(), milliseconds(50));
        EXPECT_LE(lasted.front(), milliseconds(100));
        EXPECT_GE(lasted[3], milliseconds(400));
        EXPECT_GE(lasted.back(), milliseconds(2'500));
        for (const milliseconds pause : lasted)
            EXPECT_LE(pause, milliseconds(5'000));
    }
}

TEST(FeedPause, NamesTheRefusalUntilSomethingIsTaken) {
    FixedRandom random(0);
    FeedPause pause(random);
    const FeedPause::Clock::time_point now{};
    EXPECT_TRUE(pause.over(now));
    EXPECT_EQ(pause.reason(), "");
    pause.refused(model::Refusal::disk_full, 0, now);
    EXPECT_EQ(pause.reason(), "the disk or the map is full; nothing was changed (disk_full)");
    EXPECT_FALSE(pause.over(now));
    EXPECT_TRUE(pause.over(now + milliseconds(100)));
    pause.taken();
    EXPECT_TRUE(pause.over(now));
    EXPECT_EQ(pause.reason(), "");
}

}  // namespace
}  // namespace tim::cli
