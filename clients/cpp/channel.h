#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "clients/cpp/options.h"
#include "clients/cpp/session_core.h"
#include "engine/model/result.h"
#include "protocol/codec/messages.h"

namespace asio {
class io_context;
}

namespace tim::client {

/// What the owner of a Channel hears, on the thread that runs the io_context.
class ChannelHandler : public SessionHandler {
  public:
    /// The connection could not be made, was refused or has ended; nothing follows. What is unanswered may or
    /// may not have been carried out: sent again under the same names it is carried out once.
    virtual void on_closed(const model::Error& error) = 0;
};

/// One connection, for those who need the last bit of speed (tim-bench) and do their own retrying. Rows go
/// from the caller's array into the send buffer, results come as spans of the receive buffer; nothing is
/// allocated per request. No reconnect, no retry, no deadline: Client has those.
///
///     class Load : public ChannelHandler {
///         void on_ready() override { for (…) channel.sales(encoder, rows); channel.flush(); }
///         void on_sales(std::uint32_t correlation, std::span<const schema::SaleResult> results) override {
///             channel.sales(encoder, next_rows);  // no flush: what a callback appends leaves in one write
///         }
///     };
///
/// Requests made within the handler's callbacks leave together when the received bytes have been worked off;
/// elsewhere they wait for `flush`. The server carries out the batches of one connection in the order sent;
/// answers of different kinds of requests may overtake each other, so go by the correlation.
///
/// Bounds: the channel takes what it is given; keep `in flight` yours (the server stops reading a client that
/// does not read its answers, and drops it in the end).
///
/// Thread safety: none; use it on the one thread that runs `io`. It may be closed, but not destroyed, within
/// a callback. `io` and the handler outlive it.
class Channel {
  public:
    Channel(asio::io_context& io, ConnectOptions options, ChannelHandler& handler);
    ~Channel();
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    /// Connects and authenticates; `on_ready` or `on_closed` follows. Call once.
    void open();
    /// Closes without a call of `on_closed`. Bytes that were not sent are dropped.
    void close();

    bool is_ready() const;

    /// Appends a batch to the send buffer and returns its correlation: 1, 2, 3, … (0 comes never, after 2³²−1
    /// follows 1). Only when ready. At least one row, at most codec::kMaxRowsPerRequest.
    std::uint32_t sales(const codec::BatchEncoder& encoder, std::span<const schema::SaleRow> rows,
                        std::span<const std::string> texts = {}) {
        const std::uint32_t correlation = next_correlation();
        encoder.append_sales(out(), correlation, rows, texts);
        return correlation;
    }
    std::uint32_t commands(const codec::BatchEncoder& encoder, std::span<const schema::CommandRow> rows,
                           std::span<const std::string> texts = {}) {
        const std::uint32_t correlation = next_correlation();
        encoder.append_commands(out(), correlation, rows, texts);
        return correlation;
    }
    /// Any other request: `request(schema::PingT{})`.
    template <class Body>
    std::uint32_t request(Body body) {
        const std::uint32_t correlation = next_correlation();
        codec::append_request(out(), correlation, std::move(body));
        return correlation;
    }

    /// Starts to send what was appended, unless a write is under way, which then goes on with it.
    void flush();

    /// Bytes appended that the operating system has not taken yet.
    std::size_t unsent_bytes() const;

  private:
    class Impl;

    codec::ByteBuffer& out() { return *out_; }
    std::uint32_t next_correlation() {
        if (++correlation_ == 0) ++correlation_;
        return correlation_;
    }

    std::shared_ptr<Impl> impl_;
    codec::ByteBuffer* out_;
    std::uint32_t correlation_ = 0;
};

}  // namespace tim::client
