#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/access.h"
#include "engine/model/result.h"

// Proof of who a client is, in the manner of SCRAM-SHA-256 (RFC 5802, RFC 7677): the secret never crosses the
// wire, what the server keeps does not let anyone in, and each side proves itself to the other. The secret is
// 32 random bytes instead of a password. PROTOCOL.md draws the exchange and has a worked example.
namespace tim::codec {

using Nonce = std::array<std::uint8_t, 32>;
using Salt = std::array<std::uint8_t, 16>;
using Digest = std::array<std::uint8_t, 32>;

/// What an owner of a key holds. Wiped from memory when it goes.
struct AccessSecret {
    std::string id;
    std::array<std::uint8_t, 32> secret{};

    AccessSecret() = default;
    AccessSecret(std::string key_id, const std::array<std::uint8_t, 32>& bytes)
        : id(std::move(key_id)), secret(bytes) {}
    AccessSecret(const AccessSecret&) = default;
    AccessSecret(AccessSecret&&) = default;
    AccessSecret& operator=(const AccessSecret&) = default;
    AccessSecret& operator=(AccessSecret&&) = default;
    ~AccessSecret();
};

/// RFC 7677 asks for 4096 at least. The secret is random, so more would only cost time; a client refuses a
/// server that asks for work beyond the greatest.
inline constexpr std::uint32_t kMinIterations = 4096;
inline constexpr std::uint32_t kDefaultIterations = 4096;
inline constexpr std::uint32_t kMaxIterations = 1'000'000;

/// What the server is to keep of a secret. Fails on an id that is none or iterations out of range.
model::Result<model::AccessKey> make_access_key(const AccessSecret& secret, model::Role role,
                                                std::vector<std::string> programs, const Salt& salt,
                                                std::uint32_t iterations = kDefaultIterations);

/// Random bytes of the operating system, through OpenSSL. A failure stops the process: there is no safe way
/// on.
void fill_random(std::span<std::uint8_t> bytes);

/// The client's side. Holds what the proof needs until the server has proved itself; use once.
class ClientHandshake {
  public:
    ClientHandshake(AccessSecret secret, const Nonce& client_nonce);

    const std::string& key_id() const { return secret_.id; }
    const Nonce& client_nonce() const { return client_nonce_; }

    /// The answer to a Challenge; an error when the challenge is not one that a client should answer.
    model::Result<Digest> prove(std::span<const std::uint8_t> salt, std::uint32_t iterations,
                                std::span<const std::uint8_t> server_nonce);

    /// Whether a Welcome came from a server that knows the key; `denied` when not.
    model::Result<void> check_server(std::span<const std::uint8_t> server_signature) const;

  private:
    AccessSecret secret_;
    Nonce client_nonce_;
    Digest expected_signature_{};
    bool proved_ = false;
};

/// The server's side, one per connection. `key` is null for an id that the server does not know: the exchange
/// then looks like any other, with a salt that is always the same for that id, and ends in `denied`; so
/// nobody learns which ids exist. The same holds for a revoked key.
class ServerHandshake {
  public:
    /// `decoy_secret`: 32 bytes that stay the same for the life of the data, from which salts of unknown ids
    /// come. An error when the key id or the client's nonce has the wrong form.
    static model::Result<ServerHandshake> begin(std::string_view key_id, const model::AccessKey* key,
                                                std::span<const std::uint8_t> client_nonce,
                                                const Nonce& server_nonce,
                                                std::span<const std::uint8_t, 32> decoy_secret);

    const Salt& salt() const { return salt_; }
    std::uint32_t iterations() const { return iterations_; }
    const Nonce& server_nonce() const { return server_nonce_; }

    /// The server's signature for the Welcome when the proof is right, else `denied`. Compares in constant
    /// time.
    model::Result<Digest> check(std::span<const std::uint8_t> client_proof) const;

  private:
    ServerHandshake() = default;

    bool known_ = false;
    Salt salt_{};
    std::uint32_t iterations_ = 0;
    Nonce server_nonce_{};
    Digest stored_key_{};
    Digest server_key_{};
    std::vector<std::uint8_t> transcript_;
};

/// What both sides sign: everything that was said up to the proof. See PROTOCOL.md.
std::vector<std::uint8_t> handshake_transcript(std::string_view key_id, const Nonce& client_nonce,
                                               const Salt& salt, std::uint32_t iterations,
                                               const Nonce& server_nonce);

// ---------------------------------------------------------------------------------------- key files

/// One line: `tim-key-1 ID SECRET`, the secret as base64url without padding.
std::string format_key_file(const AccessSecret& secret);
model::Result<AccessSecret> parse_key_file(std::string_view text);

/// Errors name the file.
model::Result<AccessSecret> read_key_file(const std::filesystem::path& path);
/// Makes the file, readable by its owner alone, and syncs it; fails when it exists.
model::Result<void> write_key_file(const std::filesystem::path& path, const AccessSecret& secret);

}  // namespace tim::codec
