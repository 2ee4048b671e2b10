#include "protocol/codec/scram.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "protocol/codec/limits.h"

namespace tim::codec {

namespace {

using model::ErrorKind;
using model::failure;
using BytesIn = std::span<const std::uint8_t>;

constexpr std::string_view kTranscriptLabel = "tim-scram-sha-256";
constexpr std::string_view kDecoySalt = "tim decoy salt ";
constexpr std::string_view kDecoyKey = "tim decoy key ";

/// OpenSSL's digests do not fail for an input's sake: what remains is a broken installation.
[[noreturn]] void openssl_failed(const char* what) {
    std::fprintf(stderr, "tim: OpenSSL: %s failed\n", what);
    std::abort();
}

BytesIn bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Digest hmac(BytesIn key, BytesIn data) {
    Digest digest{};
    unsigned length = 0;
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data.data(), data.size(), digest.data(),
             &length) == nullptr ||
        length != digest.size())
        openssl_failed("HMAC-SHA-256");
    return digest;
}

Digest sha256(BytesIn data) {
    Digest digest{};
    unsigned length = 0;
    if (EVP_Digest(data.data(), data.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1 ||
        length != digest.size())
        openssl_failed("SHA-256");
    return digest;
}

/// `Hi` of RFC 5802.
Digest salted_password(BytesIn secret, const Salt& salt, std::uint32_t iterations) {
    Digest digest{};
    if (PKCS5_PBKDF2_HMAC(reinterpret_cast<const char*>(secret.data()), static_cast<int>(secret.size()),
                          salt.data(), static_cast<int>(salt.size()), static_cast<int>(iterations),
                          EVP_sha256(), static_cast<int>(digest.size()), digest.data()) != 1)
        openssl_failed("PBKDF2");
    return digest;
}

bool same(BytesIn a, BytesIn b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Digest exclusive_or(const Digest& a, const Digest& b) {
    Digest result{};
    for (std::size_t i = 0; i < result.size(); ++i)
        result[i] = static_cast<std::uint8_t>(a[i] ^ b[i]);
    return result;
}

template <class Array>
bool copy_exactly(BytesIn from, Array& to) {
    if (from.size() != to.size()) return false;
    std::copy(from.begin(), from.end(), to.begin());
    return true;
}

Digest decoy(BytesIn decoy_secret, std::string_view label, std::string_view key_id) {
    return hmac(decoy_secret, bytes_of(std::string(label) + std::string(key_id)));
}

}  // namespace

AccessSecret::~AccessSecret() {
    OPENSSL_cleanse(secret.data(), secret.size());
}

void fill_random(std::span<std::uint8_t> bytes) {
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) openssl_failed("the random generator");
}

model::Result<model::AccessKey> make_access_key(const AccessSecret& secret, model::Role role,
                                                std::vector<std::string> programs, const Salt& salt,
                                                std::uint32_t iterations) {
    if (!model::is_access_key_id(secret.id))
        return failure(ErrorKind::invalid, fmt::format("\"{}\" cannot name an access key: 1 to {} of "
                                                       "a-z, 0-9, dot, underscore and dash",
                                                       secret.id, kMaxAccessKeyIdBytes));
    if (iterations < kMinIterations || iterations > kMaxIterations)
        return failure(ErrorKind::invalid, fmt::format("{} iterations; {} to {} are allowed", iterations,
                                                       kMinIterations, kMaxIterations));
    if (programs.size() > kMaxProgramsPerAccessKey)
        return failure(ErrorKind::invalid, fmt::format("{} programs; an access key names at most {}",
                                                       programs.size(), kMaxProgramsPerAccessKey));
    Digest salted = salted_password(secret.secret, salt, iterations);
    Digest client_key = hmac(salted, bytes_of("Client Key"));
    model::AccessKey key;
    key.id = secret.id;
    key.role = role;
    key.programs = std::move(programs);
    key.salt = salt;
    key.iterations = iterations;
    key.stored_key = sha256(client_key);
    key.server_key = hmac(salted, bytes_of("Server Key"));
    OPENSSL_cleanse(salted.data(), salted.size());
    OPENSSL_cleanse(client_key.data(), client_key.size());
    return key;
}

std::vector<std::uint8_t> handshake_transcript(std::string_view key_id, const Nonce& client_nonce,
                                               const Salt& salt, std::uint32_t iterations,
                                               const Nonce& server_nonce) {
    std::vector<std::uint8_t> bytes;
    const auto append = [&bytes](BytesIn part) { bytes.insert(bytes.end(), part.begin(), part.end()); };
    const auto append_integer = [&bytes](auto value) {
        for (std::size_t i = 0; i < sizeof value; ++i)
            bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    };
    append(bytes_of(kTranscriptLabel));
    bytes.push_back(0);
    append_integer(kProtocolVersion);
    append_integer(static_cast<std::uint16_t>(key_id.size()));
    append(bytes_of(key_id));
    append(client_nonce);
    append(salt);
    append_integer(iterations);
    append(server_nonce);
    return bytes;
}

// ---------------------------------------------------------------------------------------- client

ClientHandshake::ClientHandshake(AccessSecret secret, const Nonce& client_nonce)
    : secret_(std::move(secret)), client_nonce_(client_nonce) {}

model::Result<Digest> ClientHandshake::prove(BytesIn salt, std::uint32_t iterations, BytesIn server_nonce) {
    Salt known_salt{};
    Nonce nonce{};
    if (!copy_exactly(salt, known_salt) || !copy_exactly(server_nonce, nonce))
        return failure(ErrorKind::invalid, fmt::format("the server's challenge has a salt of {} bytes and a "
                                                       "nonce of {}; 16 and 32 are right",
                                                       salt.size(), server_nonce.size()));
    if (iterations < kMinIterations || iterations > kMaxIterations)
        return failure(ErrorKind::invalid,
                       fmt::format("the server's challenge asks for {} iterations; {} to {} are allowed",
                                   iterations, kMinIterations, kMaxIterations));
    Digest salted = salted_password(secret_.secret, known_salt, iterations);
    Digest client_key = hmac(salted, bytes_of("Client Key"));
    const auto transcript = handshake_transcript(secret_.id, client_nonce_, known_salt, iterations, nonce);
    const Digest proof = exclusive_or(client_key, hmac(sha256(client_key), transcript));
    expected_signature_ = hmac(hmac(salted, bytes_of("Server Key")), transcript);
    proved_ = true;
    OPENSSL_cleanse(salted.data(), salted.size());
    OPENSSL_cleanse(client_key.data(), client_key.size());
    return proof;
}

model::Result<void> ClientHandshake::check_server(BytesIn server_signature) const {
    if (!proved_ || !same(server_signature, expected_signature_))
        return failure(ErrorKind::denied,
                       "the server does not know this access key: it is not the server "
                       "that the key was made for");
    return {};
}

// ---------------------------------------------------------------------------------------- server

model::Result<ServerHandshake> ServerHandshake::begin(std::string_view key_id, const model::AccessKey* key,
                                                      BytesIn client_nonce, const Nonce& server_nonce,
                                                      std::span<const std::uint8_t, 32> decoy_secret) {
    if (!model::is_access_key_id(key_id))
        return failure(ErrorKind::invalid, "Hello.key_id: is no name of an access key");
    Nonce nonce{};
    if (!copy_exactly(client_nonce, nonce))
        return failure(ErrorKind::invalid, fmt::format("Hello.client_nonce: {} bytes; {} are right",
                                                       client_nonce.size(), nonce.size()));
    ServerHandshake handshake;
    handshake.known_ = key != nullptr && !key->revoked;
    handshake.server_nonce_ = server_nonce;
    // Both ways do the same work, so that the time taken tells nothing either.
    const Digest decoy_salt = decoy(decoy_secret, kDecoySalt, key_id);
    const Digest decoy_key = decoy(decoy_secret, kDecoyKey, key_id);
    if (key != nullptr) {
        handshake.salt_ = key->salt;
        handshake.iterations_ = key->iterations;
        handshake.stored_key_ = key->stored_key;
        handshake.server_key_ = key->server_key;
    } else {
        std::copy_n(decoy_salt.begin(), handshake.salt_.size(), handshake.salt_.begin());
        handshake.iterations_ = kDefaultIterations;
        handshake.stored_key_ = decoy_key;
        handshake.server_key_ = decoy_key;
    }
    handshake.transcript_ =
        handshake_transcript(key_id, nonce, handshake.salt_, handshake.iterations_, server_nonce);
    return handshake;
}

model::Result<Digest> ServerHandshake::check(BytesIn client_proof) const {
    Digest proof{};
    const bool whole = copy_exactly(client_proof, proof);
    Digest client_key = exclusive_or(proof, hmac(stored_key_, transcript_));
    const bool right = same(sha256(client_key), stored_key_);
    const Digest signature = hmac(server_key_, transcript_);
    OPENSSL_cleanse(client_key.data(), client_key.size());
    if (!known_ || !whole || !right)
        return failure(ErrorKind::denied, "the access key is not known or wrong");
    return signature;
}

}  // namespace tim::codec
