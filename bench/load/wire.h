#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "engine/model/result.h"
#include "protocol/codec/buffer.h"
#include "protocol/codec/frame.h"
#include "protocol/codec/messages.h"
#include "protocol/codec/scram.h"

namespace tim::bench {

/// A socket that is closed when it goes.
class Socket {
  public:
    Socket() = default;
    explicit Socket(int descriptor) : descriptor_(descriptor) {}
    Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    Socket& operator=(Socket&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket();

    int descriptor() const { return descriptor_; }

  private:
    int descriptor_ = -1;
};

/// A connection to a server whose calls wait, for what comes before and after a run. Also the way in which
/// every connection of a run proves itself: `release` gives its socket. One thread.
class Wire {
  public:
    /// `server` is HOST:PORT. Errors: unavailable, denied.
    static model::Result<Wire> connect(const std::string& server, const codec::AccessSecret& secret);

    /// Sends what `out` holds.
    model::Result<void> send(const codec::ByteBuffer& out);

    /// The next reply but Progress; valid until the next call. A Failure is an error with its message.
    model::Result<const schema::Reply*> receive();

    /// Correlation of the reply that came last.
    std::uint32_t correlation() const { return correlation_; }

    template <class Body>
    model::Result<const schema::Reply*> ask(Body body) {
        codec::ByteBuffer out;
        codec::append_request(out, 1, std::move(body));
        if (auto sent = send(out); !sent) return tl::unexpected(sent.error());
        return receive();
    }

    /// The socket, for a loop of one's own. Nothing may be under way.
    Socket release() { return std::move(socket_); }

  private:
    explicit Wire(Socket socket) : socket_(std::move(socket)), reader_(codec::kMaxReplyBytes) {}

    Socket socket_;
    codec::FrameReader reader_;
    std::uint32_t correlation_ = 0;
};

}  // namespace tim::bench
