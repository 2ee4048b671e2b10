#pragma once

#include <array>
#include <asio/async_result.hpp>
#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

#include "protocol/server/asio_types.h"

namespace tim::server {

/// Where one coroutine waits for an event of its own thread: `if (!gate.passed()) co_await gate.wait();`.
/// Opening resumes the waiter at once, within the call; an opening that nobody waits for is remembered, once.
/// No lock and no queue: the sessions of a thread wait here for their batch, thousands of times a second.
/// Belongs to one thread.
class Gate {
  public:
    Gate() = default;
    Gate(const Gate&) = delete;
    Gate& operator=(const Gate&) = delete;
    ~Gate() {
        if (resume_) resume_(storage_.data(), false);
    }

    void open() {
        if (!resume_) {
            open_ = true;
            return;
        }
        const auto resume = std::exchange(resume_, nullptr);
        resume(storage_.data(), true);
    }

    /// Whether it was opened since it was passed last; takes note of that. When not, `wait` comes next.
    bool passed() { return std::exchange(open_, false); }

    /// Ends when the gate is opened. One waiter at a time.
    Task<> wait() {
        return asio::async_initiate<const asio::use_awaitable_t<Executor>, void()>(
            [this](auto handler) { keep(std::move(handler)); }, use_task);
    }

  private:
    static constexpr std::size_t kHandlerBytes = 64;

    template <class Handler>
    void keep(Handler handler) {
        static_assert(sizeof(Handler) <= kHandlerBytes);
        static_assert(alignof(Handler) <= alignof(std::max_align_t));
        new (storage_.data()) Handler(std::move(handler));
        resume_ = [](std::byte* place, bool run) {
            auto* kept = std::launder(reinterpret_cast<Handler*>(place));
            Handler taken(std::move(*kept));
            kept->~Handler();
            if (run) std::move(taken)();
        };
    }

    alignas(std::max_align_t) std::array<std::byte, kHandlerBytes> storage_{};
    void (*resume_)(std::byte*, bool run) = nullptr;
    bool open_ = false;
};

}  // namespace tim::server
