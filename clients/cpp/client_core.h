#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "clients/cpp/options.h"
#include "clients/cpp/pending_request.h"
#include "clients/cpp/session_core.h"

namespace tim::client {

/// Everything that Client does beside sockets, threads and clocks: keeps requests until they are answered,
/// asks for connections with back-off, sends everything unanswered again, in order, on each new one, sends
/// rows again that were refused for the moment, and gives up what passes its deadline. A test or the
/// simulation steps it; Client puts it on Asio. Instants are milliseconds of any clock that does not go back.
/// Not thread-safe.
///
/// Whoever drives it: looks at `wants_connection`, then says `connecting`; `connected` when a transport
/// stands, moves bytes both ways, and `disconnected` when it failed or ended (also after `received` returned
/// an error); calls `tick` no later than `next_tick_ms`.
class ClientCore final : private SessionHandler {
  public:
    enum class State : std::uint8_t {
        waiting,     ///< for the time of the next connection
        connecting,  ///< until `connected` or `disconnected`
        greeting,    ///< connected, not yet authenticated
        ready,
        closed,  ///< for good; `error` says why
    };

    /// `options.random` must be set.
    explicit ClientCore(const ClientOptions& options);
    ~ClientCore() override;
    ClientCore(const ClientCore&) = delete;
    ClientCore& operator=(const ClientCore&) = delete;

    /// Called whenever `state` or `error` has changed, before the completions that tell of it.
    void observe(std::function<void()> changed) { changed_ = std::move(changed); }

    State state() const { return state_; }
    /// Why there is no connection: the last failure; none when none happened yet.
    const std::optional<model::Error>& error() const { return error_; }
    std::size_t pending_count() const { return pending_.size(); }

    /// The completion runs within this call when the core is closed or the request not sendable, else later.
    void submit(std::unique_ptr<PendingRequest> request, std::int64_t now_ms);

    bool wants_connection(std::int64_t now_ms) const {
        return state_ == State::waiting && now_ms >= connect_at_ms_;
    }
    void connecting() { enter(State::connecting); }
    void connected();
    std::span<std::byte> read_space();
    model::Result<void> received(std::size_t byte_count, std::int64_t now_ms);
    /// What waits to be sent on the present connection.
    codec::ByteBuffer& out() { return session_ ? session_->out() : no_out_; }
    void disconnected(const model::Error& error, std::int64_t now_ms);

    void tick(std::int64_t now_ms);
    /// INT64_MAX when nothing waits for a time.
    std::int64_t next_tick_ms() const;

    /// Ends everything: what is unanswered fails with `error`.
    void close(const model::Error& error);

  private:
    using Pending = std::map<std::uint64_t, std::unique_ptr<PendingRequest>>;

    void on_ready() override;
    void on_sales(std::uint32_t correlation, std::span<const schema::SaleResult> results) override;
    void on_commands(std::uint32_t correlation, std::span<const schema::CommandResult> results) override;
    void on_reply(std::uint32_t correlation, const schema::Reply& reply) override;

    void enter(State state);
    Pending::iterator find(std::uint32_t correlation);
    template <class Take>
    void answered(std::uint32_t correlation, Take take);
    void send(std::uint64_t number, PendingRequest& request);
    model::Error timeout_error(const PendingRequest& request) const;

    ClientOptions options_;
    std::function<void()> changed_;
    State state_ = State::waiting;
    std::optional<model::Error> error_;
    std::optional<SessionCore> session_;
    codec::ByteBuffer no_out_;
    Pending pending_;  ///< by number; the correlation is its lower 32 bits, never 0
    std::uint64_t last_number_ = 0;
    std::multimap<std::int64_t, std::uint64_t> alarms_;  ///< deadlines and attempts, by instant
    std::int64_t now_ms_ = 0;
    std::int64_t connect_at_ms_ = INT64_MIN;
    unsigned failed_connections_ = 0;
    bool broken_ = false;  ///< a reply did not fit its request
};

}  // namespace tim::client
