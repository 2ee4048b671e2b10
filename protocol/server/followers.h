#pragma once

#include <cstdint>
#include <deque>
#include <memory>

#include "protocol/server/asio_types.h"
#include "protocol/server/context.h"
#include "protocol/server/query.h"
#include "protocol/server/worker_pool.h"

namespace tim::server {

class Session;

/// The FollowRequests of one I/O thread's sessions. One that has nothing to be told waits here, costing a
/// place in a list; every kFollowPaceMs, while there are any, those are looked at behind whom the ledger has
/// grown. Committing knows nothing of followers: they read the ledger's number, and no more. What a client
/// does not ask for is not read, let alone kept. Belongs to the I/O thread.
class Followers {
  public:
    Followers(ServerContext& context, WorkerPool& workers, asio::io_context& io);
    Followers(const Followers&) = delete;
    Followers& operator=(const Followers&) = delete;

    /// Answers a query of `session` that has `follow` set, now or when there is something to tell, at the
    /// latest after its `wait_ms`; at once when the session closes.
    void take(const std::shared_ptr<Session>& session, Query query, std::int64_t now_ms);

  private:
    struct Follower {
        std::weak_ptr<Session> session;
        Query query;
    };

    Task<> pace();
    void look_around();
    void park(Follower follower);
    void look(Follower follower);
    void looked(Follower follower, codec::ByteBuffer reply, std::optional<model::Sequence> nothing_up_to);

    ServerContext& context_;
    WorkerPool& workers_;
    asio::io_context& io_;
    Timer timer_;
    std::deque<Follower> waiting_;
    std::size_t looking_ = 0;  // with a worker
    bool pacing_ = false;
};

}  // namespace tim::server
