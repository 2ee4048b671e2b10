#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/model/documents.h"

namespace tim::runtime {

inline constexpr std::size_t kLeastPasswordBytes = 8;
inline constexpr std::size_t kMostPasswordBytes = 256;
inline constexpr std::size_t kPasswordSaltBytes = 16;
using PasswordSalt = std::array<std::uint8_t, kPasswordSaltBytes>;

/// What is kept of a password: scrypt (RFC 7914) with N = 2¹⁵, r = 8, p = 1, so 32 MiB and some 50 ms for
/// each guess. 52 bytes: version 1, log₂ N, r, p (a byte each), salt (16), hash (32).
model::Bytes make_verifier(std::string_view password, const PasswordSalt& salt);

/// Whether a password is the one of a verifier, by the numbers that stand in it; compared in constant time. A
/// verifier that cannot be read has no password.
bool is_password(model::BytesView verifier, std::string_view password);

}  // namespace tim::runtime
