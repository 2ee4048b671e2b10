#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "engine/model/result.h"
#include "protocol/codec/scram.h"

namespace tim::client {

class Random;

/// The server's certificate is always checked, against its name and `ca_file` (or the system's authorities).
struct TlsOptions {
    std::filesystem::path ca_file;           ///< PEM; empty: the system's
    std::filesystem::path certificate_file;  ///< PEM; for servers that ask clients for one
    std::filesystem::path private_key_file;  ///< PEM; goes with `certificate_file`
    std::string server_name;                 ///< empty: the host
};

/// Whom to connect to, and as whom.
struct ConnectOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 7400;
    codec::AccessSecret key;
    std::optional<TlsOptions> tls;
    std::int64_t connect_timeout_ms = 5'000;  ///< from resolving the name to the server's Welcome
    std::string client_name = "tim-cpp/0.1";  ///< for the server's log
};

struct ServerAddress {
    std::string host;
    std::uint16_t port = 0;
};

/// Reads `HOST:PORT`, `HOST` (port 7400), `[IPv6]:PORT`.
model::Result<ServerAddress> parse_server(std::string_view text);

/// Options for `HOST:PORT` with the key of a key file. Errors name what is wrong.
model::Result<ConnectOptions> connect_options(std::string_view server, const std::filesystem::path& key_file);

/// Bounded exponential back-off: before attempt n the client waits between one half and all of
/// min(max_ms, first_ms × 2ⁿ); the share is drawn at random so that clients do not come back all at once.
struct BackOff {
    std::int64_t first_ms = 20;
    std::int64_t max_ms = 5'000;

    std::int64_t delay_ms(unsigned attempt, Random& random) const;
};

/// How a Client behaves beyond one connection.
struct ClientOptions {
    ConnectOptions connect;
    bool reconnect = true;  ///< false: the first connection that fails or ends closes the client
    BackOff reconnect_back_off;
    BackOff refusal_back_off{5, 1'000};         ///< for rows refused as overloaded, disk_full or stopping
    unsigned refusal_attempts = 10;             ///< after so many the refusal is the answer; at least 1
    std::size_t max_in_flight_requests = 1024;  ///< unanswered; more are not accepted (back-pressure)
    std::size_t max_in_flight_rows = 200'000;
    std::int64_t request_timeout_ms = 0;  ///< for requests that name no deadline of their own; 0: none
    Random* random = nullptr;             ///< none: system_random()
};

}  // namespace tim::client
