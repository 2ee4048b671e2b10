#pragma once

#include <asio/ssl/context.hpp>
#include <filesystem>
#include <memory>

#include "engine/model/result.h"

namespace tim::server {

/// The files of a listener with TLS. Empty paths: without.
struct TlsFiles {
    std::filesystem::path certificate;  ///< PEM, the server's first, then the chain
    std::filesystem::path key;          ///< PEM
    std::filesystem::path client_ca;    ///< PEM; when given, clients need a certificate that it signed

    bool enabled() const { return !certificate.empty() || !key.empty() || !client_ca.empty(); }
};

/// TLS 1.2 or later. Errors name the file and what OpenSSL says of it.
model::Result<std::unique_ptr<asio::ssl::context>> make_tls_context(const TlsFiles& files);

}  // namespace tim::server
