#include "bench/load/probe.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>

namespace tim::bench {

double round_trip_ns() {
    if (std::thread::hardware_concurrency() < 2) return 0;
    using Clock = std::chrono::steady_clock;
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
    while (ball.load(std::memory_order_acquire) < 2000) {
        std::uint64_t seen = ball.load(std::memory_order_acquire);
        if (seen % 2 == 0) ball.store(seen + 1, std::memory_order_release);
    }
    const std::uint64_t first = ball.load(std::memory_order_acquire);
    const auto begin = Clock::now();
    auto now = begin;
    std::uint64_t seen = first;
    while (now - begin < kDuration) {
        for (int i = 0; i < 4096; ++i) {
            seen = ball.load(std::memory_order_acquire);
            if (seen % 2 == 0) ball.store(seen + 1, std::memory_order_release);
        }
        now = Clock::now();
    }
    // The other thread may be about to raise an odd number: wait until the ball is ours, then stop.
    while (ball.load(std::memory_order_acquire) % 2 == 1)
        std::this_thread::yield();
    ball.store(kStop, std::memory_order_release);
    other.join();
    const auto trips = static_cast<double>(seen - first) / 2;
    const auto ns =
        static_cast<double>(std::chrono::duration_cast<std::chrono::nanoseconds>(now - begin).count());
    return trips > 0 ? ns / trips : 0;
}

}  // namespace tim::bench
