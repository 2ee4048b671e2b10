#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "clients/cpp/options.h"
#include "engine/model/keys.h"
#include "engine/model/name.h"
#include "engine/model/result.h"

namespace tim::cli {

/// Options that stand before every command.
struct GlobalOptions {
    std::string server = "127.0.0.1:7400";
    std::string key_file;  ///< empty: tim-data/admin.key, where it exists
    std::string program;   ///< empty: the only one there is
    bool json = false;
    bool tls = false;  ///< implied by a file for it
    std::string tls_ca;
    std::string tls_cert;
    std::string tls_key;
    std::string tls_name;
};

/// Whom to connect to and as whom; errors say what is missing.
model::Result<client::ConnectOptions> connect_options(const GlobalOptions& options);

/// A customer as it stands on the command line, owned, its key checked and in normal form.
struct CustomerArgument {
    model::KeyKind kind = model::KeyKind::none;
    model::CustomerId id{};
    std::string text;

    model::CustomerRef ref() const { return {kind, id, text}; }
    /// As people write it: `phone:+84901234567`.
    std::string label() const;
};

model::Result<CustomerArgument> read_customer(const std::string& text);

/// What an option's text must be to stand for a 64-bit number within bounds: CLI11 alone takes the nearest
/// one that fits. `unit` is what it counts, for people: "seconds".
CLI::Validator whole_number(std::int64_t least = INT64_MIN, std::int64_t most = INT64_MAX,
                            const std::string& unit = "");

/// Whether the server takes a text of people's, such as a name or a reason; `what` is named in the error.
model::Result<void> check_text(const std::string& what, const std::string& text);

/// A request id of 32 hexadecimal digits; a random one when there is no text.
model::Result<model::Name> read_request_id(const std::optional<std::string>& text);

}  // namespace tim::cli
