#include "protocol/server/followers.h"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <chrono>
#include <utility>

#include "engine/runtime/follow_queries.h"
#include "protocol/codec/messages.h"
#include "protocol/server/follow.h"
#include "protocol/server/limits.h"
#include "protocol/server/monotonic.h"
#include "protocol/server/session.h"

namespace tim::server {

Followers::Followers(ServerContext& context, WorkerPool& workers, asio::io_context& io)
    : context_(context), workers_(workers), io_(io), timer_(io) {}

void Followers::take(const std::shared_ptr<Session>& session, Query query, std::int64_t now_ms) {
    FollowWait& follow = *query.follow;
    follow.deadline_ms = now_ms + follow.wait_ms;
    const model::Sequence committed = context_.engine.following().committed();
    const bool behind = follow.after > committed || committed.value - follow.after.value > kFollowBehindFacts;
    Follower follower{session, std::move(query)};
    if ((behind || follower.query.follow->wait_ms == 0) && looking_ < kMaxFollowLooks)
        look(std::move(follower));
    else
        park(std::move(follower));
}

void Followers::park(Follower follower) {
    waiting_.push_back(std::move(follower));
    context_.counters.followers_waiting.fetch_add(1, std::memory_order_relaxed);
    if (!std::exchange(pacing_, true)) asio::co_spawn(io_, pace(), asio::detached);
}

Task<> Followers::pace() {
    while (!waiting_.empty()) {
        timer_.expires_after(std::chrono::milliseconds(kFollowPaceMs));
        asio::error_code ignored;
        co_await timer_.async_wait(asio::redirect_error(use_task, ignored));
        look_around();
    }
    pacing_ = false;
}

void Followers::look_around() {
    const model::Sequence committed = context_.engine.following().committed();
    const std::int64_t now = monotonic_ms();
    for (std::size_t left = waiting_.size(); left > 0; --left) {
        Follower follower = std::move(waiting_.front());
        waiting_.pop_front();
        context_.counters.followers_waiting.fetch_sub(1, std::memory_order_relaxed);
        const auto session = follower.session.lock();
        if (!session) continue;
        const FollowWait& follow = *follower.query.follow;
        const bool due = follow.after != committed || now >= follow.deadline_ms || !session->open();
        if (due && looking_ < kMaxFollowLooks)
            look(std::move(follower));
        else
            park(std::move(follower));
    }
}

void Followers::look(Follower follower) {
    ++looking_;
    // The queue has room for the queries of all connections, and the pool stops after the last session.
    workers_.submit([this, asker = std::move(follower)]() mutable {
        codec::ByteBuffer reply;
        const auto nothing_up_to = answer_follow(context_, asker.query, reply);
        asio::post(io_, [this, nothing_up_to, back = std::move(asker), bytes = std::move(reply)]() mutable {
            looked(std::move(back), std::move(bytes), nothing_up_to);
        });
    });
}

void Followers::looked(Follower follower, codec::ByteBuffer reply,
                       std::optional<model::Sequence> nothing_up_to) {
    --looking_;
    const auto session = follower.session.lock();
    if (!session) return;
    FollowWait& follow = *follower.query.follow;
    if (nothing_up_to && session->open() && monotonic_ms() < follow.deadline_ms) {
        follow.after = *nothing_up_to;
        return park(std::move(follower));
    }
    if (!session->key_holds()) {  // revoked, or expired, while it waited
        reply.clear();
        codec::append_failure(reply, follower.query.correlation, schema::FailureCode::denied,
                              "the key does not hold any more");
    }
    session->on_query_answered(reply.view(), true, true);
}

}  // namespace tim::server
