#include "clients/cpp/client_core.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "clients/cpp/random.h"

namespace tim::client {
namespace {

using model::Error;
using model::ErrorKind;

/// Trying again cannot help: the peer is not who it should be, speaks something else, or the options are
/// wrong.
bool is_final(const Error& error) {
    return error.kind != ErrorKind::unavailable;
}

constexpr std::size_t kReadBytes = 64 * 1024;

}  // namespace

ClientCore::ClientCore(const ClientOptions& options) : options_(options) {}

ClientCore::~ClientCore() {
    close({ErrorKind::unavailable, "the client was closed"});
}

void ClientCore::enter(State state) {
    state_ = state;
    if (changed_) changed_();
}

void ClientCore::submit(std::unique_ptr<PendingRequest> request, std::int64_t now_ms) {
    if (state_ == State::closed) {
        request->ticket.reset();
        return request->fail(*error_);
    }
    if (!request->is_sendable()) {
        request->ticket.reset();
        return request->complete();
    }
    if (static_cast<std::uint32_t>(++last_number_) == 0) ++last_number_;
    const std::uint64_t number = last_number_;
    if (request->timeout_ms > 0) {
        request->deadline_ms = now_ms + request->timeout_ms;
        alarms_.emplace(request->deadline_ms, number);
    }
    const auto at = pending_.emplace(number, std::move(request)).first;
    if (state_ == State::ready) send(number, *at->second);
}

void ClientCore::send(std::uint64_t number, PendingRequest& request) {
    request.encode(session_->out(), static_cast<std::uint32_t>(number));
}

void ClientCore::connected() {
    codec::Nonce nonce;
    options_.random->fill(nonce);
    SessionHandler& handler = *this;
    session_.emplace(options_.connect.key, nonce, options_.connect.client_name, handler);
    session_->start();
    enter(State::greeting);
}

std::span<std::byte> ClientCore::read_space() {
    return session_->read_space(kReadBytes);
}

model::Result<void> ClientCore::received(std::size_t byte_count, std::int64_t now_ms) {
    now_ms_ = now_ms;
    auto taken = session_->received(byte_count);
    if (taken && broken_)
        return model::failure(ErrorKind::corrupt,
                              "the server broke the protocol: an answer does not fit its request");
    return taken;
}

void ClientCore::on_ready() {
    failed_connections_ = 0;
    enter(State::ready);
    // In order: what was sent before and not answered, then what came meanwhile.
    for (auto& [number, request] : pending_)
        if (!request->is_waiting) send(number, *request);
}

ClientCore::Pending::iterator ClientCore::find(std::uint32_t correlation) {
    if (pending_.empty()) return pending_.end();
    constexpr std::uint64_t kRound = std::uint64_t{1} << 32;
    const std::uint64_t oldest = pending_.begin()->first;
    std::uint64_t number = (oldest & ~(kRound - 1)) | correlation;
    if (number < oldest) number += kRound;
    return pending_.find(number);
}

template <class Take>
void ClientCore::answered(std::uint32_t correlation, Take take) {
    const auto at = find(correlation);
    // Unknown is what has passed its deadline meanwhile.
    if (at == pending_.end() || at->second->is_waiting) return;
    PendingRequest& request = *at->second;
    const std::uint64_t number = at->first;
    Verdict verdict = take(request);
    if (verdict == Verdict::retry && ++request.refusals >= options_.refusal_attempts) verdict = Verdict::done;
    switch (verdict) {
        case Verdict::more:
            return;
        case Verdict::retry:
            request.is_waiting = true;
            alarms_.emplace(
                now_ms_ + options_.refusal_back_off.delay_ms(request.refusals - 1, *options_.random), number);
            return;
        case Verdict::wrong:
            broken_ = true;
            session_->stop();
            return;
        case Verdict::done: {
            // Out of the table first: the completion may submit more.
            const auto owned = std::move(at->second);
            pending_.erase(at);
            owned->ticket.reset();
            owned->complete();
            return;
        }
    }
}

void ClientCore::on_sales(std::uint32_t correlation, std::span<const schema::SaleResult> results) {
    answered(correlation, [&](PendingRequest& request) { return request.take_sales(results); });
}

void ClientCore::on_commands(std::uint32_t correlation, std::span<const schema::CommandResult> results) {
    answered(correlation, [&](PendingRequest& request) { return request.take_commands(results); });
}

void ClientCore::on_reply(std::uint32_t correlation, const schema::Reply& reply) {
    answered(correlation, [&](PendingRequest& request) { return request.take_reply(reply); });
}

void ClientCore::disconnected(const Error& error, std::int64_t now_ms) {
    if (state_ == State::closed) return;
    session_.reset();
    broken_ = false;
    if (is_final(error) || !options_.reconnect) return close(error);
    error_ = error;
    connect_at_ms_ = now_ms + options_.reconnect_back_off.delay_ms(failed_connections_, *options_.random);
    ++failed_connections_;
    enter(State::waiting);
}

void ClientCore::tick(std::int64_t now_ms) {
    now_ms_ = std::max(now_ms_, now_ms);
    while (!alarms_.empty() && alarms_.begin()->first <= now_ms) {
        const std::uint64_t number = alarms_.begin()->second;
        alarms_.erase(alarms_.begin());
        const auto at = pending_.find(number);
        if (at == pending_.end()) continue;
        PendingRequest& request = *at->second;
        if (request.deadline_ms != 0 && request.deadline_ms <= now_ms) {
            const auto owned = std::move(at->second);
            pending_.erase(at);
            owned->ticket.reset();
            owned->fail(timeout_error(*owned));
        } else if (request.is_waiting) {
            request.is_waiting = false;
            if (state_ == State::ready) send(number, request);
        }
    }
}

std::int64_t ClientCore::next_tick_ms() const {
    std::int64_t next = alarms_.empty() ? INT64_MAX : alarms_.begin()->first;
    if (state_ == State::waiting) next = std::min(next, connect_at_ms_);
    return next;
}

Error ClientCore::timeout_error(const PendingRequest& request) const {
    const std::string unknown = fmt::format(
        "no answer within {} ms; whether it was carried out is not known, and the same name may be "
        "sent again",
        request.timeout_ms);
    if (state_ != State::ready && error_)
        return {ErrorKind::unavailable, fmt::format("{}: {}", error_->message, unknown)};
    return {ErrorKind::unavailable, unknown};
}

void ClientCore::close(const Error& error) {
    if (state_ == State::closed) return;
    error_ = error;
    enter(State::closed);
    if (session_) session_->stop();
    alarms_.clear();
    const Pending lost = std::exchange(pending_, {});
    for (const auto& [number, request] : lost) {
        request->ticket.reset();
        request->fail(error);
    }
}

}  // namespace tim::client
