#include "bench/load/probe.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <utility>

namespace tim::bench {

double round_trip_ns() {
    if (std::thread::hardware_concurrency() < 2) return 0;
    using Clock = std::chrono::steady_clock;
    constexpr auto kWarmUp = std::chrono::milliseconds(5);
    constexpr auto kDuration = std::chrono::milliseconds(50);
    constexpr std::uint64_t kStop = ~std::uint64_t{0};

    alignas(64) std::atomic<std::uint64_t> ball{0};
    // Even numbers are this thread's to raise, odd ones the other's.
    std::thread other([&ball] {
        while (true) {
            const std::uint64_t seen = ball.load(std::memory_order_acquire);
            if (seen == kStop) return;
            if (seen % 2 == 1) ball.store(seen + 1, std::memory_order_release);
        }
    });
    // By the clock, not by round trips: on a machine that is busy otherwise each may take a time slice.
    const auto play_until = [&ball](Clock::time_point end) {
        std::uint64_t seen = 0;
        auto now = Clock::now();
        do {
            for (int i = 0; i < 4096; ++i) {
                seen = ball.load(std::memory_order_acquire);
                if (seen % 2 == 0) ball.store(seen + 1, std::memory_order_release);
            }
            now = Clock::now();
        } while (now < end);
        return std::pair(seen, now);
    };
    const auto [first, begin] = play_until(Clock::now() + kWarmUp);
    const auto [last, end] = play_until(begin + kDuration);
    // The other thread may be about to raise an odd number: wait until the ball is ours, then stop.
    while (ball.load(std::memory_order_acquire) % 2 == 1)
        std::this_thread::yield();
    ball.store(kStop, std::memory_order_release);
    other.join();
    const auto trips = static_cast<double>(last - first) / 2;
    const auto ns =
        static_cast<double>(std::chrono::duration_cast<std::chrono::nanoseconds>(end - begin).count());
    return trips > 0 ? ns / trips : 0;
}

}  // namespace tim::bench
