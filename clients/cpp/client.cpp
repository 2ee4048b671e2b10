#include "clients/cpp/client.h"

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "clients/cpp/client_core.h"
#include "clients/cpp/replies.h"
#include "clients/cpp/transport.h"
#include "protocol/codec/documents.h"

namespace tim::client {
namespace {

using model::Error;
using model::ErrorKind;
using model::Result;

std::int64_t now_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

/// The bound on what is unanswered. Tickets may outlive the client.
class Room {
  public:
    Room(std::size_t max_requests, std::size_t max_rows) : max_requests_(max_requests), max_rows_(max_rows) {}

    /// One request is always taken, however many rows it has.
    bool enter(std::size_t rows) {
        const std::scoped_lock guard(mutex_);
        if (requests_ > 0 && (requests_ >= max_requests_ || rows_ + rows > max_rows_)) return false;
        ++requests_;
        rows_ += rows;
        return true;
    }
    void leave(std::size_t rows) {
        {
            const std::scoped_lock guard(mutex_);
            --requests_;
            rows_ -= rows;
        }
        changed_.notify_all();
    }
    bool wait(std::int64_t timeout_ms) {
        std::unique_lock guard(mutex_);
        return changed_.wait_for(guard, std::chrono::milliseconds(timeout_ms),
                                 [&] { return requests_ < max_requests_ && rows_ < max_rows_; });
    }
    std::size_t requests() {
        const std::scoped_lock guard(mutex_);
        return requests_;
    }

  private:
    const std::size_t max_requests_;
    const std::size_t max_rows_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t requests_ = 0;
    std::size_t rows_ = 0;
};

std::vector<std::uint8_t> request_id_bytes(const model::Name& name) {
    std::vector<std::uint8_t> bytes(model::kRequestIdBytes);
    std::memcpy(bytes.data(), name.bytes.data(), bytes.size());
    return bytes;
}

std::unique_ptr<schema::CustomerKeyT> customer_key(const model::CustomerRef& customer) {
    return std::make_unique<schema::CustomerKeyT>(codec::to_schema(customer));
}

}  // namespace

/// Lives as long as the handlers that wait in the io_context.
class Client::Impl : public std::enable_shared_from_this<Impl> {
  public:
    Impl(asio::io_context& io, ClientOptions options)
        : io_(io),
          options_(with_random(std::move(options))),
          room_(std::make_shared<Room>(options_.max_in_flight_requests, options_.max_in_flight_rows)),
          core_(options_),
          timer_(io) {
        core_.observe([this] { publish(); });
    }

    void start() {
        asio::post(io_, [self = shared_from_this()] { self->pump(); });
    }

    /// On the loop's thread.
    void close() {
        stopping_ = true;
        if (link_) std::exchange(link_, nullptr)->abandon();
        core_.close({ErrorKind::unavailable, "the client was closed"});
        take_inbox();
        timer_.cancel();
    }

    asio::io_context& io() { return io_; }
    State state() const { return state_.load(std::memory_order_acquire); }
    std::optional<Error> last_error() const {
        const std::scoped_lock guard(mutex_);
        return last_error_;
    }
    Room& room() const { return *room_; }

    Admission submit(std::unique_ptr<PendingRequest> request, std::int64_t timeout_ms) {
        if (state() == State::closed) return Admission::closed;
        const std::size_t rows = request->row_count;
        if (!room_->enter(rows)) return Admission::full;
        request->ticket = {nullptr, [room = room_, rows](std::nullptr_t) { room->leave(rows); }};
        request->timeout_ms = timeout_ms > 0 ? timeout_ms : options_.request_timeout_ms;
        bool first = false;
        {
            const std::scoped_lock guard(mutex_);
            first = inbox_.empty();
            inbox_.push_back(std::move(request));
        }
        if (first) asio::post(io_, [self = shared_from_this()] { self->pump(); });
        return Admission::accepted;
    }

  private:
    class Link final : public Transport {
      public:
        Link(asio::io_context& io, const ConnectOptions& options, Impl* owner)
            : Transport(io, options), owner_(owner) {}
        void abandon() {
            owner_ = nullptr;
            close();
        }

      private:
        void on_connected() override { owner_->core_.connected(); }
        std::span<std::byte> read_space() override { return bytes_; }
        void on_read(std::size_t byte_count) override { owner_->read(*this, {bytes_.data(), byte_count}); }
        codec::ByteBuffer& unsent() override { return owner_ ? owner_->core_.out() : nothing_; }
        void on_disconnected(const Error& error) override {
            if (owner_) owner_->disconnected(error);
        }

        friend class Impl;
        Impl* owner_;
        codec::ByteBuffer nothing_;
        // Not the session's buffer: a TLS read may end after the session has gone.
        std::vector<std::byte> bytes_ = std::vector<std::byte>(64 * 1024);
    };

    static ClientOptions with_random(ClientOptions options) {
        if (!options.random) options.random = &system_random();
        return options;
    }

    void read(Link& link, std::span<const std::byte> bytes) {
        const bool was_ready = core_.state() == ClientCore::State::ready;
        std::memcpy(core_.read_space().data(), bytes.data(), bytes.size());
        const auto taken = core_.received(bytes.size(), now_ms());
        if (!taken) return link.fail(taken.error());
        if (!was_ready && core_.state() == ClientCore::State::ready) link.settled();
        pump();
    }

    void disconnected(const Error& error) {
        link_.reset();
        core_.disconnected(error, now_ms());
        pump();
    }

    void take_inbox() {
        // A completion may submit: until nothing is left.
        for (;;) {
            std::vector<std::unique_ptr<PendingRequest>> requests;
            {
                const std::scoped_lock guard(mutex_);
                requests.swap(inbox_);
            }
            if (requests.empty()) return;
            for (auto& request : requests)
                core_.submit(std::move(request), now_ms());
        }
    }

    /// Does everything that has become possible.
    void pump() {
        take_inbox();
        core_.tick(now_ms());
        if (!stopping_ && core_.wants_connection(now_ms())) {
            core_.connecting();
            link_ = std::make_shared<Link>(io_, options_.connect, this);
            link_->connect();
        }
        if (link_) link_->flush();
        arm();
    }

    void publish() {
        const auto state = core_.state();
        const bool closed = state == ClientCore::State::closed;
        {
            const std::scoped_lock guard(mutex_);
            last_error_ = core_.error();
        }
        state_.store(closed                              ? State::closed
                     : state == ClientCore::State::ready ? State::ready
                                                         : State::connecting,
                     std::memory_order_release);
    }

    void arm() {
        const std::int64_t next = stopping_ ? INT64_MAX : core_.next_tick_ms();
        if (next == armed_ms_) return;
        armed_ms_ = next;
        timer_.cancel();
        if (next == INT64_MAX) return;
        timer_.expires_at(std::chrono::steady_clock::time_point(std::chrono::milliseconds(next)));
        timer_.async_wait([self = shared_from_this(), next](const std::error_code& error) {
            if (error || self->stopping_ || self->armed_ms_ != next) return;
            self->armed_ms_ = INT64_MAX;
            self->pump();
        });
    }

    asio::io_context& io_;
    const ClientOptions options_;
    const std::shared_ptr<Room> room_;

    mutable std::mutex mutex_;  // guards the next two
    std::vector<std::unique_ptr<PendingRequest>> inbox_;
    std::optional<Error> last_error_;
    std::atomic<State> state_ = State::connecting;

    // On the loop's thread only.
    ClientCore core_;
    std::shared_ptr<Link> link_;
    asio::steady_timer timer_;
    std::int64_t armed_ms_ = INT64_MAX;
    bool stopping_ = false;
};

struct Client::IoThread {
    asio::io_context io{1};
    asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(io);
    std::thread thread{[this] { io.run(); }};
};

Client::Client(ClientOptions options)
    : thread_(std::make_unique<IoThread>()), impl_(std::make_shared<Impl>(thread_->io, std::move(options))) {
    impl_->start();
}

Client::Client(asio::io_context& io, ClientOptions options)
    : impl_(std::make_shared<Impl>(io, std::move(options))) {
    impl_->start();
}

Client::~Client() {
    if (!thread_) {
        impl_->close();
        return;
    }
    asio::post(thread_->io, [impl = impl_] { impl->close(); });
    impl_.reset();
    thread_->work.reset();
    thread_->thread.join();
}

Client::State Client::state() const {
    return impl_->state();
}
std::optional<Error> Client::last_error() const {
    return impl_->last_error();
}
bool Client::wait_for_room(std::int64_t timeout_ms) const {
    return impl_->room().wait(timeout_ms);
}
std::size_t Client::in_flight_requests() const {
    return impl_->room().requests();
}

namespace {

template <class Request, class Answers>
std::unique_ptr<PendingRequest> rows_request(Result<std::unique_ptr<Request>> request,
                                             Completion<Answers> completion) {
    if (!request) return std::make_unique<InvalidRequest<Answers>>(request.error(), std::move(completion));
    (*request)->on_completion(std::move(completion));
    return std::move(*request);
}

template <class T, class Body>
std::unique_ptr<PendingRequest> query(Body body, Result<T> (*convert)(const schema::Reply&),
                                      Completion<T> completion, ProgressCallback progress = {}) {
    return std::make_unique<QueryRequest<T>>(std::move(body), convert, std::move(completion),
                                             std::move(progress));
}

}  // namespace

Admission Client::ask(std::unique_ptr<PendingRequest> request, std::int64_t timeout_ms) {
    return impl_->submit(std::move(request), timeout_ms);
}

Admission Client::sales(std::string_view program, std::span<const model::Command> rows,
                        Completion<Outcomes> completion, std::int64_t timeout_ms) {
    return impl_->submit(rows_request(RowsRequest::sales(program, rows), std::move(completion)), timeout_ms);
}

Admission Client::detailed_sales(std::string_view program, std::span<const model::Command> rows,
                                 Completion<std::vector<DetailedOutcome>> completion,
                                 std::int64_t timeout_ms) {
    return impl_->submit(rows_request(DetailedSalesRequest::make(program, rows), std::move(completion)),
                         timeout_ms);
}

Admission Client::commands(std::string_view program, std::span<const model::Command> rows,
                           Completion<Outcomes> completion, std::int64_t timeout_ms) {
    return impl_->submit(rows_request(RowsRequest::commands(program, rows), std::move(completion)),
                         timeout_ms);
}

Admission Client::enroll(std::string_view program, std::span<const model::Command> rows,
                         Completion<Outcomes> completion, std::int64_t timeout_ms) {
    return impl_->submit(rows_request(RowsRequest::enrollments(program, rows), std::move(completion)),
                         timeout_ms);
}

Admission Client::show(std::string_view program, const model::CustomerRef& customer,
                       Completion<Customer> completion, std::int64_t timeout_ms) {
    schema::ShowRequestT body;
    body.program = program;
    body.customer = customer_key(customer);
    return impl_->submit(query(std::move(body), to_customer, std::move(completion)), timeout_ms);
}

Admission Client::history(std::string_view program, const model::CustomerRef& customer,
                          model::Sequence before, std::uint32_t limit, Completion<History> completion,
                          std::int64_t timeout_ms) {
    schema::HistoryRequestT body;
    body.program = program;
    body.customer = customer_key(customer);
    body.before = before.value;
    body.limit = limit;
    return impl_->submit(query(std::move(body), to_history, std::move(completion)), timeout_ms);
}

Admission Client::customers(std::string_view program, model::CustomerId after, std::uint32_t limit,
                            Completion<CustomersPage> completion, std::int64_t timeout_ms) {
    schema::CustomersRequestT body;
    body.program = program;
    body.after = after.value;
    body.limit = limit;
    return impl_->submit(query(std::move(body), to_customers, std::move(completion)), timeout_ms);
}

Admission Client::ledger(std::string_view program, model::Sequence after, std::uint32_t limit,
                         Completion<LedgerPage> completion, std::int64_t timeout_ms) {
    schema::LedgerRequestT body;
    body.program = program;
    body.after = after.value;
    body.limit = limit;
    return impl_->submit(query(std::move(body), to_ledger, std::move(completion)), timeout_ms);
}

Admission Client::change_network(std::string_view program, const model::Command& command,
                                 Completion<model::Outcome> completion, std::int64_t timeout_ms) {
    schema::NetworkChangeT body;
    body.program = program;
    body.request_id = request_id_bytes(command.name);
    body.at_ms = command.at.value;
    body.kind = static_cast<schema::NetworkKind>(command.kind);
    if (command.customer.kind != model::KeyKind::none) body.customer = customer_key(command.customer);
    body.amount = command.amount.value;
    if (command.network != nullptr) {
        if (command.network->vip.kind != model::KeyKind::none) body.vip = customer_key(command.network->vip);
        body.payout = command.network->payout.value;
    }
    return impl_->submit(std::make_unique<ChangeRequest>(std::move(body), std::move(completion)), timeout_ms);
}

Admission Client::vip(std::string_view program, const model::CustomerRef& customer,
                      Completion<Vip> completion, std::int64_t timeout_ms) {
    schema::VipRequestT body;
    body.program = program;
    body.customer = customer_key(customer);
    return impl_->submit(query(std::move(body), to_vip, std::move(completion)), timeout_ms);
}

Admission Client::members(std::string_view program, const model::CustomerRef& vip, model::CustomerId after,
                          std::uint32_t limit, Completion<CustomersPage> completion,
                          std::int64_t timeout_ms) {
    schema::MembersRequestT body;
    body.program = program;
    body.customer = customer_key(vip);
    body.after = after.value;
    body.limit = limit;
    return impl_->submit(query(std::move(body), to_customers, std::move(completion)), timeout_ms);
}

Admission Client::statement(std::string_view program, const model::CustomerRef& vip, model::Sequence before,
                            std::uint32_t limit, Completion<History> completion, std::int64_t timeout_ms) {
    schema::HistoryRequestT body;
    body.program = program;
    body.customer = customer_key(vip);
    body.before = before.value;
    body.limit = limit;
    body.wallet = true;
    return impl_->submit(query(std::move(body), to_history, std::move(completion)), timeout_ms);
}

Admission Client::payouts(std::string_view program, model::CustomerId after, std::uint32_t limit,
                          Completion<PayoutsPage> completion, std::int64_t timeout_ms) {
    schema::PayoutsRequestT body;
    body.program = program;
    body.after = after.value;
    body.limit = limit;
    return impl_->submit(query(std::move(body), to_payouts, std::move(completion)), timeout_ms);
}

Admission Client::referral(std::string_view program, const model::CustomerRef& customer, std::uint32_t limit,
                           Completion<Referral> completion, std::int64_t timeout_ms) {
    schema::ReferralRequestT body;
    body.program = program;
    body.customer = customer_key(customer);
    body.limit = limit;
    return impl_->submit(query(std::move(body), to_referral, std::move(completion)), timeout_ms);
}

Admission Client::code(std::string_view program, const model::Name& receipt, Completion<Code> completion,
                       std::int64_t timeout_ms) {
    schema::CodeRequestT body;
    body.program = program;
    body.terminal = receipt.terminal.value;
    body.number = receipt.number();
    return impl_->submit(query(std::move(body), to_code, std::move(completion)), timeout_ms);
}

Admission Client::put_program(const model::Program& program, const model::Name& name, model::Instant at,
                              Completion<model::Outcome> completion, std::int64_t timeout_ms,
                              model::VersionId follows) {
    schema::ProgramPutT body;
    body.request_id = request_id_bytes(name);
    body.program = codec::to_schema(program);
    body.at_ms = at.value;
    body.follows = follows.value;
    return impl_->submit(std::make_unique<ChangeRequest>(std::move(body), std::move(completion)), timeout_ms);
}

Admission Client::program(std::string_view id, model::VersionId version, Completion<ProgramInfo> completion,
                          std::int64_t timeout_ms) {
    schema::ProgramGetT body;
    body.id = id;
    body.version = version.value;
    return impl_->submit(query(std::move(body), to_program, std::move(completion)), timeout_ms);
}

Admission Client::programs(Completion<std::vector<ProgramSummary>> completion, std::int64_t timeout_ms) {
    return impl_->submit(query(schema::ProgramListRequestT{}, to_programs, std::move(completion)),
                         timeout_ms);
}

Admission Client::verify(ProgressCallback progress, Completion<VerifyReport> completion,
                         std::int64_t timeout_ms) {
    return impl_->submit(
        query(schema::VerifyRequestT{}, to_verify_report, std::move(completion), std::move(progress)),
        timeout_ms);
}

Admission Client::stats(Completion<std::vector<Stat>> completion, std::int64_t timeout_ms) {
    return impl_->submit(query(schema::StatsRequestT{}, to_stats, std::move(completion)), timeout_ms);
}

Admission Client::add_access_key(const model::AccessKey& key, const model::Name& name,
                                 Completion<model::Outcome> completion, std::int64_t timeout_ms) {
    schema::AccessKeyAddT body;
    body.request_id = request_id_bytes(name);
    body.key = codec::to_schema(key);
    return impl_->submit(std::make_unique<ChangeRequest>(std::move(body), std::move(completion)), timeout_ms);
}

Admission Client::revoke_access_key(std::string_view id, const model::Name& name,
                                    Completion<model::Outcome> completion, std::int64_t timeout_ms) {
    schema::AccessKeyRevokeT body;
    body.request_id = request_id_bytes(name);
    body.id = id;
    return impl_->submit(std::make_unique<ChangeRequest>(std::move(body), std::move(completion)), timeout_ms);
}

Admission Client::access_keys(Completion<std::vector<AccessKeySummary>> completion, std::int64_t timeout_ms) {
    return impl_->submit(query(schema::AccessKeyListRequestT{}, to_access_keys, std::move(completion)),
                         timeout_ms);
}

Admission Client::ping(Completion<void> completion, std::int64_t timeout_ms) {
    return impl_->submit(query(schema::PingT{}, to_pong, std::move(completion)), timeout_ms);
}

}  // namespace tim::client
