#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "clients/cpp/client.h"

namespace tim::client {

struct FollowerOptions {
    std::uint32_t page_changes = 1'000;  ///< of one page, at most
    std::uint32_t wait_ms = 10'000;      ///< how long the server keeps a question without an answer
};

/// Follows everything that happens in a program, page after page, each change once and in order, across lost
/// connections and restarts of the server. The next page is asked for when the last one was taken: a slow
/// follower keeps nothing waiting but itself. Where it stopped, another one goes on from: keep
/// `page.through` with what was made of the page.
///
/// A client carries one follower at a time; further ones need clients of their own. Its callbacks run on the
/// client's thread; they must not block for long, and must not destroy the follower.
///
/// Thread safety: all members may be called from any thread. The client outlives the follower.
class Follower {
  public:
    /// False ends the following; `on_end` is not called then.
    using OnPage = std::function<bool(const ChangesPage&)>;
    /// The server or the client has ended it, and why.
    using OnEnd = std::function<void(const model::Error&)>;

    /// From the first change above `after`; 0: from the ledger's beginning.
    Follower(Client& client, std::string program, model::Sequence after, OnPage on_page, OnEnd on_end,
             FollowerOptions options = {});
    /// Waits for a callback that runs.
    ~Follower();
    Follower(const Follower&) = delete;
    Follower& operator=(const Follower&) = delete;

    /// Up to where everything was handed over.
    model::Sequence through() const;

  private:
    struct State;
    static void ask(const std::shared_ptr<State>& state);

    std::shared_ptr<State> state_;
};

}  // namespace tim::client
