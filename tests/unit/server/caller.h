#pragma once

#include <algorithm>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/ssl.hpp>
#include <asio/write.hpp>
#include <iterator>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "test_client.h"

namespace tim::server::test {

/// A client on a blocking socket, plain or TLS.
template <class Stream>
class Caller {
  public:
    template <class... Arguments>
    Caller(std::uint16_t port, codec::AccessSecret key, Arguments&... arguments)
        : stream_(io_, arguments...), client_(std::move(key)) {
        stream_.lowest_layer().connect({asio::ip::make_address("127.0.0.1"), port});
        stream_.lowest_layer().set_option(asio::ip::tcp::no_delay(true));
        if constexpr (!std::is_same_v<Stream, asio::ip::tcp::socket>) {
            stream_.handshake(asio::ssl::stream_base::client);
        }
    }

    TestClient& client() { return client_; }
    asio::ip::tcp::socket& socket() { return stream_; }

    void send() {
        asio::write(stream_, asio::buffer(client_.out.view().data(), client_.out.size()));
        client_.out.clear();
    }
    /// The next replies: at least one, or none at the end of the stream.
    std::vector<Received> receive() {
        for (;;) {
            auto replies = client_.take();
            if (!replies.empty()) return replies;
            const auto space = client_.reader.prepare();
            asio::error_code error;
            const std::size_t count = stream_.read_some(asio::buffer(space.data(), space.size()), error);
            if (error) return {};
            client_.reader.commit(count);
        }
    }
    /// So many replies, or fewer when the stream ends.
    std::vector<Received> receive(std::size_t count) {
        std::vector<Received> replies;
        while (replies.size() < count) {
            auto more = receive();
            if (more.empty()) break;
            std::move(more.begin(), more.end(), std::back_inserter(replies));
        }
        return replies;
    }
    bool authenticate() {
        client_.hello();
        send();
        const auto challenge = receive();
        if (challenge.empty() || challenge[0].type() != schema::ReplyBody::Challenge) return false;
        client_.proof(client_.prove(*challenge[0].reply->body_as_Challenge()));
        send();
        const auto welcome = receive();
        if (!welcome.empty() && welcome[0].failure() != nullptr)
            refusal_ = welcome[0].failure()->message()->str();
        return !welcome.empty() && welcome[0].type() == schema::ReplyBody::Welcome;
    }
    /// Why `authenticate` failed, where the server said so.
    const std::string& refusal() const { return refusal_; }
    bool ended() { return receive().empty(); }

  private:
    asio::io_context io_;
    Stream stream_;
    TestClient client_;
    std::string refusal_;
};

using PlainCaller = Caller<asio::ip::tcp::socket>;

}  // namespace tim::server::test
