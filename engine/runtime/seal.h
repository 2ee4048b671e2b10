#pragma once

#include <array>
#include <cstdint>

#include "engine/model/documents.h"
#include "engine/model/result.h"
#include "storage/vault.h"

namespace tim::runtime {

inline constexpr std::size_t kSealNonceBytes = 12;
inline constexpr std::size_t kSealTagBytes = 16;
using SealNonce = std::array<std::uint8_t, kSealNonceBytes>;

/// Seals bytes with AES-256-GCM: nonce, ciphertext, tag. A nonce is used once for a key.
model::Bytes seal(const storage::SecretKey& key, const SealNonce& nonce, model::BytesView plain);

/// Opens what `seal` made; an error of kind `corrupt` when the key is another or a bit has changed.
model::Result<model::Bytes> unseal(const storage::SecretKey& key, model::BytesView sealed);

}  // namespace tim::runtime
