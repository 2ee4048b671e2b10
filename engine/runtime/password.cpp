#include "engine/runtime/password.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <cstring>

#include "engine/core/invariant.h"

namespace tim::runtime {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kLogN = 15;
constexpr std::uint8_t kMostLogN = 20;
constexpr std::uint8_t kR = 8;
constexpr std::uint8_t kP = 1;
constexpr std::size_t kHeadBytes = 4;
constexpr std::size_t kHashBytes = 32;
constexpr std::size_t kVerifierBytes = kHeadBytes + kPasswordSaltBytes + kHashBytes;
constexpr std::uint64_t kMostMemory = std::uint64_t{2} << 30;

using Hash = std::array<std::uint8_t, kHashBytes>;

bool scrypt(std::string_view password, const std::uint8_t* salt, unsigned log_n, unsigned r, unsigned p,
            Hash& hash) {
    return EVP_PBE_scrypt(password.data(), password.size(), salt, kPasswordSaltBytes,
                          std::uint64_t{1} << log_n, r, p, kMostMemory, hash.data(), hash.size()) == 1;
}

}  // namespace

model::Bytes make_verifier(std::string_view password, const PasswordSalt& salt) {
    Hash hash{};
    const bool done = scrypt(password, salt.data(), kLogN, kR, kP, hash);
    TIM_INVARIANT(done, "memory for a password's hash");
    std::array<std::uint8_t, kVerifierBytes> verifier{kVersion, kLogN, kR, kP};
    std::memcpy(verifier.data() + kHeadBytes, salt.data(), salt.size());
    std::memcpy(verifier.data() + kHeadBytes + salt.size(), hash.data(), hash.size());
    const auto bytes = std::as_bytes(std::span(verifier));
    return {bytes.begin(), bytes.end()};
}

bool is_password(model::BytesView verifier, std::string_view password) {
    if (verifier.size() != kVerifierBytes) return false;
    const auto* const bytes = reinterpret_cast<const std::uint8_t*>(verifier.data());
    if (bytes[0] != kVersion || bytes[1] == 0 || bytes[1] > kMostLogN || bytes[2] == 0 || bytes[3] == 0)
        return false;
    Hash hash{};
    if (!scrypt(password, bytes + kHeadBytes, bytes[1], bytes[2], bytes[3], hash)) return false;
    return CRYPTO_memcmp(hash.data(), bytes + kHeadBytes + kPasswordSaltBytes, hash.size()) == 0;
}

}  // namespace tim::runtime
