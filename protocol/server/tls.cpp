#include "protocol/server/tls.h"

#include <string>

namespace tim::server {

using model::ErrorKind;
using model::failure;

model::Result<std::unique_ptr<asio::ssl::context>> make_tls_context(const TlsFiles& files) {
    if (files.certificate.empty() || files.key.empty()) {
        return failure(ErrorKind::invalid, "TLS needs both a certificate and its key");
    }
    auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
    asio::error_code error;
    const auto failed = [&error](const char* what, const std::filesystem::path& file) {
        return failure(ErrorKind::invalid, std::string(what) + " " + file.string() + ": " + error.message());
    };
    context->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                             asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 |
                             asio::ssl::context::no_tlsv1_1 | asio::ssl::context::no_compression,
                         error);
    if (error) return failure(ErrorKind::io, "TLS options: " + error.message());
    context->use_certificate_chain_file(files.certificate.string(), error);
    if (error) return failed("TLS certificate", files.certificate);
    context->use_private_key_file(files.key.string(), asio::ssl::context::pem, error);
    if (error) return failed("TLS key", files.key);
    if (!files.client_ca.empty()) {
        context->load_verify_file(files.client_ca.string(), error);
        if (error) return failed("TLS client CA", files.client_ca);
        context->set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert, error);
        if (error) return failure(ErrorKind::io, "TLS client verification: " + error.message());
    }
    return context;
}

}  // namespace tim::server
