#include "clients/cpp/channel.h"

#include "clients/cpp/random.h"
#include "clients/cpp/transport.h"

namespace tim::client {
namespace {

/// Large enough that one read takes what fifty deep pipelines had answered; small enough to stay in the
/// cache.
constexpr std::size_t kReadBytes = 128 * 1024;

codec::Nonce make_nonce() {
    codec::Nonce nonce;
    system_random().fill(nonce);
    return nonce;
}

}  // namespace

class Channel::Impl final : public Transport, private SessionHandler {
  public:
    Impl(asio::io_context& io, ConnectOptions options, ChannelHandler& handler)
        : Transport(io, options),
          session_(std::move(options.key), make_nonce(), std::move(options.client_name), *this),
          handler_(&handler) {}

    SessionCore& session() { return session_; }

    void abandon() {
        session_.stop();
        handler_ = nullptr;
        close();
    }

  private:
    void on_connected() override { session_.start(); }
    std::span<std::byte> read_space() override { return session_.read_space(kReadBytes); }
    void on_read(std::size_t byte_count) override {
        if (auto taken = session_.received(byte_count); !taken) fail(taken.error());
    }
    codec::ByteBuffer& unsent() override { return session_.out(); }
    void on_disconnected(const model::Error& error) override {
        session_.stop();
        if (handler_) handler_->on_closed(error);
    }

    void on_ready() override {
        settled();
        handler_->on_ready();
    }
    void on_sales(std::uint32_t correlation, std::span<const schema::SaleResult> results) override {
        handler_->on_sales(correlation, results);
    }
    void on_commands(std::uint32_t correlation, std::span<const schema::CommandResult> results) override {
        handler_->on_commands(correlation, results);
    }
    void on_reply(std::uint32_t correlation, const schema::Reply& reply) override {
        handler_->on_reply(correlation, reply);
    }

    SessionCore session_;
    ChannelHandler* handler_;
};

Channel::Channel(asio::io_context& io, ConnectOptions options, ChannelHandler& handler)
    : impl_(std::make_shared<Impl>(io, std::move(options), handler)), out_(&impl_->session().out()) {}

Channel::~Channel() {
    impl_->abandon();
}

void Channel::open() {
    impl_->connect();
}
void Channel::close() {
    impl_->abandon();
}
bool Channel::is_ready() const {
    return impl_->session().is_ready();
}
void Channel::flush() {
    impl_->flush();
}
std::size_t Channel::unsent_bytes() const {
    return impl_->unsent_bytes() + out_->size();
}

}  // namespace tim::client
