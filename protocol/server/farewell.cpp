#include "protocol/server/farewell.h"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/redirect_error.hpp>
#include <asio/write.hpp>
#include <chrono>
#include <utility>

#include "protocol/server/limits.h"

namespace tim::server {
namespace {

/// One of those under way, as long as it lives.
class Slot {
  public:
    explicit Slot(std::shared_ptr<FarewellCount> count) : count_(std::move(count)) {
        taken_ = count_->fetch_add(1, std::memory_order_relaxed) < kMaxFarewells;
    }
    Slot(Slot&&) = default;
    Slot& operator=(Slot&&) = delete;
    ~Slot() {
        if (count_) count_->fetch_sub(1, std::memory_order_relaxed);
    }
    bool taken() const { return taken_; }

  private:
    std::shared_ptr<FarewellCount> count_;
    bool taken_ = false;
};

Task<> tell(std::shared_ptr<TlsStream> stream, codec::ByteBuffer frame, std::int64_t timeout_ms, Slot) {
    Timer timer(stream->get_executor(), std::chrono::milliseconds(timeout_ms));
    timer.async_wait([stream](const asio::error_code& cancelled) {
        asio::error_code ignored;
        if (!cancelled) stream->next_layer().close(ignored);
    });
    asio::error_code error;
    co_await stream->async_handshake(asio::ssl::stream_base::server, asio::redirect_error(use_task, error));
    if (!error)
        co_await asio::async_write(*stream, asio::buffer(frame.view().data(), frame.size()),
                                   asio::redirect_error(use_task, error));
    // Waits for the client's last word: closing over bytes that were not read may take the answer away again.
    if (!error) co_await stream->async_shutdown(asio::redirect_error(use_task, error));
    timer.cancel();
    stream->next_layer().close(error);
}

}  // namespace

void bid_farewell(asio::io_context& io, Socket socket, asio::ssl::context& tls, codec::ByteBuffer frame,
                  std::int64_t timeout_ms, std::shared_ptr<FarewellCount> under_way) {
    Slot slot(std::move(under_way));
    if (!slot.taken()) return;
    auto stream = std::make_shared<TlsStream>(std::move(socket), tls);
    asio::co_spawn(io, tell(std::move(stream), std::move(frame), timeout_ms, std::move(slot)),
                   asio::detached);
}

}  // namespace tim::server
