#include "tools/tim/options.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <system_error>

#include "protocol/codec/limits.h"
#include "protocol/codec/scram.h"
#include "protocol/codec/text.h"

namespace tim::cli {

using model::ErrorKind;
using model::failure;
using model::Result;

Result<client::ConnectOptions> connect_options(const GlobalOptions& options) {
    std::filesystem::path key_file = options.key_file;
    if (key_file.empty()) {
        key_file = "tim-data/admin.key";
        std::error_code ignored;
        if (!std::filesystem::exists(key_file, ignored))
            return failure(
                ErrorKind::invalid,
                "no key file: name one with --key-file or TIM_KEY_FILE (timd writes DATA/admin.key when it "
                "starts for the first time)");
    }
    auto connect = client::connect_options(options.server, key_file);
    if (!connect) return connect;
    connect->client_name = "tim/0.1";
    if (options.tls || !options.tls_ca.empty() || !options.tls_cert.empty() || !options.tls_name.empty())
        connect->tls =
            client::TlsOptions{options.tls_ca, options.tls_cert, options.tls_key, options.tls_name};
    return connect;
}

std::string CustomerArgument::label() const {
    if (kind == model::KeyKind::none) return {};
    return fmt::format("{}:{}", model::key_kind_name(kind),
                       kind == model::KeyKind::id ? std::to_string(id.value) : text);
}

Result<CustomerArgument> read_customer(const std::string& text) {
    const auto ref = model::parse_customer(text);
    if (!ref) return tl::unexpected(ref.error());
    CustomerArgument customer{ref->kind, ref->id, {}};
    if (ref->kind != model::KeyKind::id) {
        auto key = model::normalize_key(ref->kind, ref->text);
        if (!key) return tl::unexpected(key.error());
        customer.text = std::move(key->text);
    }
    return customer;
}

Result<model::Name> read_request_id(const std::optional<std::string>& text) {
    std::array<std::uint8_t, model::kRequestIdBytes> id{};
    if (!text) {
        codec::fill_random(id);
        return model::Name::request(id);
    }
    const auto bad = [&text] {
        return failure(ErrorKind::invalid,
                       fmt::format("'{}' is not a request id: 32 hexadecimal digits, not all zero", *text));
    };
    if (text->size() != 2 * id.size()) return bad();
    for (std::size_t i = 0; i < id.size(); ++i) {
        const char* const digits = text->data() + 2 * i;
        const auto [end, error] = std::from_chars(digits, digits + 2, id[i], 16);
        if (error != std::errc{} || end != digits + 2) return bad();
    }
    const model::Name name = model::Name::request(id);
    if (!name.valid()) return bad();
    return name;
}

CLI::Validator whole_number(std::int64_t least, std::int64_t most, const std::string& unit) {
    std::string range;
    if (most < INT64_MAX)
        range = fmt::format("from {} to {}", least, most);
    else if (least > INT64_MIN)
        range = fmt::format("above {}", least - 1);
    const std::string wanted = fmt::format("a whole number{}{}{}{}", unit.empty() ? "" : " of ", unit,
                                           range.empty() ? "" : " ", range);
    const auto fault = [least, most, wanted](std::string& text) -> std::string {
        std::int64_t number = 0;
        const char* const begin = text.data() + (text.starts_with('+') ? 1 : 0);
        const char* const end = text.data() + text.size();
        const auto [rest, error] = std::from_chars(begin, end, number);
        if (error == std::errc::result_out_of_range && least == INT64_MIN && most == INT64_MAX)
            return text + " is beyond what 64 bits can hold";
        const bool fits = error == std::errc{} && rest == end && number >= least && number <= most;
        return fits ? "" : fmt::format("\"{}\" is not {}", text, wanted);
    };
    return {fault, range, ""};
}

Result<void> check_text(const std::string& what, const std::string& text) {
    if (text.size() > codec::kMaxTextBytes)
        return failure(ErrorKind::invalid, fmt::format("{}: it has {} bytes, at most {} are allowed", what,
                                                       text.size(), codec::kMaxTextBytes));
    if (!codec::is_clean_text(text))
        return failure(ErrorKind::invalid,
                       fmt::format("{}: it holds control characters, or is not UTF-8", what));
    return {};
}

}  // namespace tim::cli
