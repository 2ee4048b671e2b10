#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "clients/cpp/options.h"
#include "clients/cpp/queue.h"
#include "engine/model/command.h"
#include "engine/model/result.h"

namespace tim::client {

struct PosterOptions {
    ClientOptions client;  ///< `reconnect` and `request_timeout_ms` are the poster's own affair
    std::size_t batch_rows = 500;
    std::size_t window_rows = 4'000;  ///< read ahead of the acknowledged position
    BackOff trouble_back_off{500, 60'000};
};

/// What the poster tells, on its own thread, in the order of the queue; for each row once per process, after
/// a crash of this process perhaps again. May append to the queue; must not destroy the poster or wait for
/// it.
struct PosterCallbacks {
    /// The row counts: now, or (outcome.duplicate) it did before.
    std::function<void(const QueuedEntry&, const model::Outcome&)> on_posted;
    /// The row was refused for good and now stands in the rejects. `refusal` is a refusal's name, or
    /// "invalid".
    std::function<void(const QueuedEntry&, std::string_view refusal, std::string_view reason)> on_rejected;
    /// Nothing moves, and why: no connection that lasts, a wrong key, an unknown program, a full disk. The
    /// rows stay; the poster tries again with back-off.
    std::function<void(const model::Error&)> on_trouble;
};

/// Posts what a DurableQueue holds, on a thread of its own, until it is destroyed. Every row is carried out
/// exactly once, because it is posted under its name until it has an answer.
///
/// Order: rows are posted in the order of the queue, many at a time; a row waits until rows before it are
/// answered with which it shares a customer (by the key that the rows name) or a receipt. Enrolments wait for
/// one another, since ids are given in their order. A row that tells neither (a void without a customer, a
/// capture, a release) waits for all before it, and all behind it wait for it.
///
/// What is refused for good goes to the queue's rejects, and the rest goes on; refusals for the moment and
/// lost connections are tried again for ever. `not_allowed` and `unknown_program` mean that key or program
/// are set up wrongly, not the row: the queue waits and `on_trouble` tells.
///
/// Thread safety: all members may be called from any thread. The queue outlives the poster.
class QueuePoster {
  public:
    QueuePoster(DurableQueue& queue, PosterOptions options, PosterCallbacks callbacks);
    /// Rows without an answer stay in the queue.
    ~QueuePoster();
    QueuePoster(const QueuePoster&) = delete;
    QueuePoster& operator=(const QueuePoster&) = delete;

    /// Rows were appended.
    void wake();
    /// Waits until every row appended so far is posted or rejected; false when the time is over.
    bool wait_until_drained(std::int64_t timeout_ms);
    /// What holds the queue up at present.
    std::optional<model::Error> trouble() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tim::client
