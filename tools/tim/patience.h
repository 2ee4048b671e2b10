#pragma once

#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>

#include "clients/cpp/client.h"

namespace tim::cli {

/// Waits for answers of a client that connects again by itself: tells on stderr when the server is away and
/// when it is back, and gives up when it stays away. One thread.
class Patience {
  public:
    /// `give_up_s`: seconds without a server; 0: for ever.
    Patience(client::Client& client, std::int64_t give_up_s) : client_(client), give_up_s_(give_up_s) {}

    template <class T>
    model::Result<T> wait(std::future<model::Result<T>>& answer) {
        auto last_sign = Clock::now();
        while (answer.wait_for(kLookEvery) != std::future_status::ready)
            if (auto fault = look(last_sign)) return tl::unexpected(*fault);
        back();
        return answer.get();
    }

    /// Makes a request with the completion that it gives to `start`, which returns an Admission, when the
    /// client has room.
    template <class T, class Start>
    model::Result<std::future<model::Result<T>>> begin(Start start) {
        // Shared: the request of who gives up is answered when its client ends.
        auto promise = std::make_shared<std::promise<model::Result<T>>>();
        auto answer = promise->get_future();
        auto last_sign = Clock::now();
        for (;;) {
            const client::Admission admission =
                start([promise](model::Result<T> given) { promise->set_value(std::move(given)); });
            if (admission == client::Admission::accepted) return answer;
            if (admission == client::Admission::closed) return tl::unexpected(ended());
            client_.wait_for_room(std::chrono::milliseconds(kLookEvery).count());
            if (auto fault = look(last_sign)) return tl::unexpected(*fault);
        }
    }

  private:
    using Clock = std::chrono::steady_clock;
    static constexpr auto kLookEvery = std::chrono::milliseconds(100);

    /// An error when it is time to give up.
    std::optional<model::Error> look(Clock::time_point& last_sign);
    model::Error ended() const;
    void back();

    client::Client& client_;
    const std::int64_t give_up_s_;
    bool away_ = false;
};

}  // namespace tim::cli
