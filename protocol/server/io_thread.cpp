#include "protocol/server/io_thread.h"

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <chrono>
#include <utility>

#include "protocol/server/monotonic.h"
#include "protocol/server/session.h"

namespace tim::server {
IoThread::IoThread(ServerContext& context, WorkerPool& workers, const Timeouts& timeouts)
    : context_(context), workers_(workers), timeouts_(timeouts), now_ms_(monotonic_ms()) {}

IoThread::~IoThread() {
    stop();
    join();
}

void IoThread::start() {
    asio::co_spawn(io_, tick(), asio::detached);
    thread_ = std::thread([this] { io_.run(); });
}

void IoThread::stop() {
    if (!thread_.joinable()) return;
    asio::post(io_, [this] {
        stopping_ = true;
        // Sessions may end, and leave the list, while they are told.
        std::vector<std::shared_ptr<Session>> sessions;
        for (Session* session : sessions_)
            sessions.push_back(session->shared_from_this());
        for (const auto& session : sessions)
            session->on_stop();
        sessions.clear();
        end_when_idle();
    });
}

void IoThread::join() {
    if (thread_.joinable()) thread_.join();
}

void IoThread::adopt(Socket socket, asio::ssl::context* tls) {
    asio::post(io_, [this, tls, accepted = std::move(socket)]() mutable {
        if (stopping_) {
            context_.counters.connections.fetch_sub(1, std::memory_order_relaxed);
            return;
        }
        start_session(*this, std::move(accepted), tls);
    });
}

void IoThread::add(Session& session) {
    session.slot = sessions_.size();
    sessions_.push_back(&session);
}

void IoThread::remove(Session& session) {
    sessions_[session.slot] = sessions_.back();
    sessions_[session.slot]->slot = session.slot;
    sessions_.pop_back();
    if (session.waits_for_durable) std::erase(waiting_, &session);
    context_.counters.connections.fetch_sub(1, std::memory_order_relaxed);
    end_when_idle();
}

void IoThread::end_when_idle() {
    if (!stopping_ || !sessions_.empty()) return;
    work_.reset();
    timer_.cancel();
}

// ---------------------------------------------------------------------------------------- the batch

void IoThread::schedule_flush() {
    if (std::exchange(flush_scheduled_, true)) return;
    // Behind everything that is ready now: what those sessions read joins this batch.
    asio::post(io_, [this] { flush(); });
}

void IoThread::flush() {
    flush_scheduled_ = false;
    context_.counters.batches.fetch_add(1, std::memory_order_relaxed);
    context_.counters.commands.fetch_add(batch_.size(), std::memory_order_relaxed);
    batch_.run(context_.engine, ran_);
    const model::Sequence durable = context_.engine.durable();
    // First the replies leave, then the readers go on: they may be long.
    for (Connection* connection : ran_) {
        auto& session = static_cast<Session&>(*connection);
        if (release(session, durable)) session.on_writable();
    }
    watch_durable(durable);
    if (!waiting_.empty()) schedule_commit();
    // A session waits for this batch until it is told here, so every one of them is still alive.
    for (Connection* connection : ran_)
        static_cast<Session&>(*connection).on_batch_done();
}

void IoThread::schedule_commit() {
    if (std::exchange(commit_scheduled_, true)) return;
    // Two rounds later all that was ready has been read: if that made another batch, it comes first.
    asio::post(io_, [this] {
        asio::post(io_, [this] {
            commit_scheduled_ = false;
            if (!flush_scheduled_) context_.engine.flush();
        });
    });
}

// ---------------------------------------------------------------------------------------- durability

bool IoThread::release(Session& session, model::Sequence durable) {
    const bool writable = session.outbox().release(durable);
    if (session.outbox().waiting() && !session.waits_for_durable) {
        session.waits_for_durable = true;
        waiting_.push_back(&session);
    }
    return writable;
}

void IoThread::release(Session& session) {
    const model::Sequence durable = context_.engine.durable();
    if (release(session, durable)) session.on_writable();
    watch_durable(durable);
}

void IoThread::watch_durable(model::Sequence seen) {
    if (waiting_.empty() || wake_wanted_.load(std::memory_order_relaxed)) return;
    // The committer advances and then exchanges the same flag. Whichever exchange comes second sees what the
    // other side did before: the committer our wish, or this thread what became durable after `seen`.
    wake_wanted_.exchange(true, std::memory_order_acq_rel);
    if (context_.engine.durable() > seen) wake();
}

void IoThread::wake() {
    if (!wake_wanted_.exchange(false, std::memory_order_acq_rel)) return;
    asio::post(io_, [this] { release_durable(); });
}

void IoThread::release_durable() {
    const model::Sequence durable = context_.engine.durable();
    writable_.clear();
    std::erase_if(waiting_, [&](Session* session) {
        if (session->outbox().release(durable)) writable_.push_back(session);
        session->waits_for_durable = session->outbox().waiting();
        return !session->waits_for_durable;
    });
    watch_durable(durable);
    // Telling a session may end it, and no other.
    for (Session* session : writable_)
        session->on_writable();
}

// ---------------------------------------------------------------------------------------- queries

void IoThread::submit(Session& session) {
    for (Query& query : session.take_queries()) {
        if (query.follow) {
            followers_.take(session.shared_from_this(), std::move(query), monotonic_ms());
            continue;
        }
        auto job = [this, asked = std::move(query), asker = session.weak_from_this()] {
            const auto hand_over = [this, &asker](codec::ByteBuffer frames, bool final_reply) {
                asio::post(io_, [asker, final_reply, bytes = std::move(frames)] {
                    if (const auto alive = asker.lock())
                        alive->on_query_answered(bytes.view(), final_reply, false);
                });
            };
            codec::ByteBuffer reply;
            server::answer_query(context_, asked, reply,
                                 [&](codec::ByteBuffer frames) { hand_over(std::move(frames), false); });
            hand_over(std::move(reply), true);
        };
        // The queue has room for the queries of all connections, and the pool stops after the last session.
        workers_.submit(std::move(job));
    }
}

// ---------------------------------------------------------------------------------------- deadlines

Task<> IoThread::tick() {
    // The last session may end in here, when there is no wait that `end_when_idle` could cancel.
    while (!stopping_ || !sessions_.empty()) {
        timer_.expires_after(std::chrono::milliseconds(kDeadlineTickMs));
        asio::error_code cancelled;
        co_await timer_.async_wait(asio::redirect_error(use_task, cancelled));
        if (cancelled) co_return;
        now_ms_ = monotonic_ms();
        for (std::size_t i = sessions_.size(); i-- > 0;) {
            // One that ends is replaced by the last, which was looked at already.
            if (i < sessions_.size()) sessions_[i]->on_tick(now_ms_);
        }
    }
}

}  // namespace tim::server
