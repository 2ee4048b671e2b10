#include "clients/cpp/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "clients/cpp/random.h"

namespace tim::client {

model::Result<ServerAddress> parse_server(std::string_view text) {
    constexpr std::uint16_t kDefaultPort = 7400;
    const auto wrong = [&](std::string_view what) {
        return model::failure(model::ErrorKind::invalid, fmt::format("server \"{}\": {}", text, what));
    };
    std::string_view host = text;
    std::string_view port;
    bool has_port = false;
    if (!text.empty() && text.front() == '[') {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return wrong("the closing ] is missing");
        host = text.substr(1, end - 1);
        if (end + 1 < text.size()) {
            if (text[end + 1] != ':') return wrong("after ] there can only be :PORT");
            port = text.substr(end + 2);
            has_port = true;
        }
    } else if (const auto colon = text.find(':'); colon != std::string_view::npos) {
        if (text.find(':', colon + 1) != std::string_view::npos)
            return wrong("an IPv6 address stands in brackets, as in [::1]:7400");
        host = text.substr(0, colon);
        port = text.substr(colon + 1);
        has_port = true;
    }
    if (host.empty()) return wrong("the host is missing");
    ServerAddress address{std::string(host), kDefaultPort};
    if (has_port) {
        const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
        if (error != std::errc() || end != port.data() + port.size() || address.port == 0)
            return wrong("the port is a number from 1 to 65535");
    }
    return address;
}

model::Result<ConnectOptions> connect_options(std::string_view server,
                                              const std::filesystem::path& key_file) {
    auto address = parse_server(server);
    if (!address) return tl::unexpected(address.error());
    auto key = codec::read_key_file(key_file);
    if (!key) return tl::unexpected(key.error());
    ConnectOptions options;
    options.host = std::move(address->host);
    options.port = address->port;
    options.key = std::move(*key);
    return options;
}

std::int64_t BackOff::delay_ms(unsigned attempt, Random& random) const {
    constexpr unsigned kMostDoublings = 20;
    const std::int64_t whole =
        std::max<std::int64_t>(1, std::min(max_ms, first_ms << std::min(attempt, kMostDoublings)));
    const std::int64_t half = whole / 2;
    return whole - half +
           static_cast<std::int64_t>(random_below(random, static_cast<std::uint64_t>(half) + 1));
}

}  // namespace tim::client
