#include "protocol/codec/scram.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <numeric>

namespace tim::codec {
namespace {

using model::ErrorKind;
using ::testing::HasSubstr;

template <class Array>
Array counting(std::uint8_t first) {
    Array bytes{};
    std::iota(bytes.begin(), bytes.end(), first);
    return bytes;
}

const AccessSecret kSecret("till-1", counting<Digest>(0x00));
const auto kSalt = counting<Salt>(0x20);
const auto kClientNonce = counting<Nonce>(0x30);
const auto kServerNonce = counting<Nonce>(0x50);
const auto kDecoy = counting<Digest>(0x70);

model::AccessKey stored() {
    return *make_access_key(kSecret, model::Role::pos, {"shop"}, kSalt, 4096);
}

TEST(Scram, TheRightSecretIsTakenAndTheServerProvesItself) {
    const model::AccessKey key = stored();
    ClientHandshake client(kSecret, kClientNonce);
    const auto server = ServerHandshake::begin("till-1", &key, client.client_nonce(), kServerNonce, kDecoy);
    ASSERT_TRUE(server);
    const auto proof = client.prove(server->salt(), server->iterations(), server->server_nonce());
    ASSERT_TRUE(proof);
    const auto signature = server->check(*proof);
    ASSERT_TRUE(signature);
    EXPECT_TRUE(client.check_server(*signature));
    auto wrong = *signature;
    wrong[31] ^= 1;
    EXPECT_EQ(client.check_server(wrong).error().kind, ErrorKind::denied);
    EXPECT_FALSE(client.check_server({}));
}

TEST(Scram, AWrongSecretIsDenied) {
    const model::AccessKey key = stored();
    AccessSecret other = kSecret;
    other.secret[31] ^= 1;
    ClientHandshake client(other, kClientNonce);
    const auto server = ServerHandshake::begin("till-1", &key, kClientNonce, kServerNonce, kDecoy);
    const auto proof = client.prove(server->salt(), server->iterations(), server->server_nonce());
    EXPECT_EQ(server->check(*proof).error().kind, ErrorKind::denied);
}

TEST(Scram, NothingThatWasSignedCanBeChanged) {
    const model::AccessKey key = stored();
    const auto proof_for = [](const AccessSecret& secret, Nonce client_nonce, Salt salt,
                              std::uint32_t iterations, Nonce server_nonce) {
        return *ClientHandshake(secret, client_nonce).prove(salt, iterations, server_nonce);
    };
    const auto server = *ServerHandshake::begin("till-1", &key, kClientNonce, kServerNonce, kDecoy);
    EXPECT_TRUE(server.check(proof_for(kSecret, kClientNonce, kSalt, 4096, kServerNonce)));
    EXPECT_FALSE(
        server.check(proof_for({"till-2", kSecret.secret}, kClientNonce, kSalt, 4096, kServerNonce)));
    EXPECT_FALSE(server.check(proof_for(kSecret, kServerNonce, kSalt, 4096, kServerNonce)));
    EXPECT_FALSE(server.check(proof_for(kSecret, kClientNonce, {}, 4096, kServerNonce)));
    EXPECT_FALSE(server.check(proof_for(kSecret, kClientNonce, kSalt, 4097, kServerNonce)));
    EXPECT_FALSE(server.check(proof_for(kSecret, kClientNonce, kSalt, 4096, kClientNonce)));
    const auto proof = proof_for(kSecret, kClientNonce, kSalt, 4096, kServerNonce);
    for (std::size_t bit = 0; bit < proof.size() * 8; ++bit) {
        auto changed = proof;
        changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ 1U << bit % 8);
        EXPECT_FALSE(server.check(changed));
    }
    EXPECT_FALSE(server.check({}));
    EXPECT_FALSE(server.check(std::span(proof).first(31)));
}

TEST(Scram, UnknownAndRevokedKeysLookLikeOthersAndAreDenied) {
    const auto first = ServerHandshake::begin("nobody", nullptr, kClientNonce, kServerNonce, kDecoy);
    const auto again = ServerHandshake::begin("nobody", nullptr, kServerNonce, kClientNonce, kDecoy);
    const auto other = ServerHandshake::begin("nobody-2", nullptr, kClientNonce, kServerNonce, kDecoy);
    ASSERT_TRUE(first && again && other);
    EXPECT_EQ(first->salt(), again->salt()) << "the same each time";
    EXPECT_NE(first->salt(), other->salt());
    EXPECT_EQ(first->iterations(), stored().iterations);
    ClientHandshake client({"nobody", kSecret.secret}, kClientNonce);
    const auto proof = client.prove(first->salt(), first->iterations(), first->server_nonce());
    const auto denied = first->check(*proof);
    ASSERT_FALSE(denied);
    model::AccessKey revoked = stored();
    revoked.revoked = true;
    const auto server = ServerHandshake::begin("till-1", &revoked, kClientNonce, kServerNonce, kDecoy);
    EXPECT_EQ(server->salt(), kSalt);
    const auto right = ClientHandshake(kSecret, kClientNonce).prove(kSalt, 4096, kServerNonce);
    EXPECT_EQ(server->check(*right).error().message, denied.error().message);
}

TEST(Scram, MalformedHellosAndChallengesAreRefused) {
    EXPECT_FALSE(ServerHandshake::begin("Till 1", nullptr, kClientNonce, kServerNonce, kDecoy));
    EXPECT_FALSE(ServerHandshake::begin("", nullptr, kClientNonce, kServerNonce, kDecoy));
    EXPECT_FALSE(
        ServerHandshake::begin("till-1", nullptr, std::span(kClientNonce).first(31), kServerNonce, kDecoy));
    ClientHandshake client(kSecret, kClientNonce);
    EXPECT_FALSE(client.prove(kSalt, 4095, kServerNonce));
    EXPECT_FALSE(client.prove(kSalt, 4'000'000'000, kServerNonce));
    EXPECT_FALSE(client.prove(std::span(kSalt).first(15), 4096, kServerNonce));
    EXPECT_FALSE(client.prove(kSalt, 4096, {}));
    EXPECT_FALSE(client.check_server(Digest{})) << "nothing was proved yet";
}

TEST(Scram, WhatIsStoredIsCheckedWhenItIsMade) {
    EXPECT_FALSE(make_access_key({"Till 1", {}}, model::Role::pos, {}, kSalt));
    EXPECT_FALSE(make_access_key(kSecret, model::Role::pos, {}, kSalt, 4095));
    EXPECT_FALSE(make_access_key(kSecret, model::Role::pos, {}, kSalt, 1'000'001));
    EXPECT_FALSE(make_access_key(kSecret, model::Role::pos, std::vector<std::string>(65), kSalt));
    EXPECT_NE(stored().stored_key, stored().server_key);
    EXPECT_NE(stored().stored_key, kSecret.secret);
}

TEST(Scram, RandomBytesDiffer) {
    Nonce a{};
    Nonce b{};
    fill_random(a);
    fill_random(b);
    EXPECT_NE(a, b);
}

TEST(KeyFile, IsOneLine) {
    const std::string text = format_key_file(kSecret);
    EXPECT_EQ(text, "tim-key-1 till-1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n");
    const auto read = parse_key_file(text);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->id, "till-1");
    EXPECT_EQ(read->secret, kSecret.secret);
    EXPECT_TRUE(parse_key_file("tim-key-1 till-1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\r\n"));
}

TEST(KeyFile, EverySecretComesBack) {
    for (int i = 0; i < 200; ++i) {
        AccessSecret secret("k", {});
        fill_random(secret.secret);
        EXPECT_EQ(parse_key_file(format_key_file(secret))->secret, secret.secret);
    }
}

TEST(KeyFile, RefusesWhatIsNone) {
    for (const char* text :
         {"", "\n", "tim-key-1", "tim-key-1 till-1", "tim-key-1 till-1 ", "tim-key-2 till-1 AAEC",
          "tim-key-1 Till AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
          "tim-key-1 till-1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh",
          "tim-key-1 till-1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
          "tim-key-1 till-1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9",
          "tim-key-1 till-1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh+",
          "tim-key-1  till-1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"}) {
        const auto read = parse_key_file(text);
        ASSERT_FALSE(read) << text;
        EXPECT_THAT(read.error().message, HasSubstr("not a key file"));
    }
}

TEST(KeyFile, IsWrittenOnceForItsOwnerAlone) {
    const auto path = std::filesystem::temp_directory_path() / ("tim-key-test-" + std::to_string(::getpid()));
    std::filesystem::remove(path);
    const auto missing = read_key_file(path);
    ASSERT_FALSE(missing);
    EXPECT_THAT(missing.error().message, HasSubstr(path.string()));
    ASSERT_TRUE(write_key_file(path, kSecret));
    struct stat status {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    EXPECT_EQ(read_key_file(path)->secret, kSecret.secret);
    EXPECT_FALSE(write_key_file(path, kSecret)) << "an existing key is not overwritten";
    std::ofstream(path, std::ios::app) << std::string(1000, 'x');
    const auto spoilt = read_key_file(path);
    ASSERT_FALSE(spoilt);
    EXPECT_THAT(spoilt.error().message, HasSubstr(path.string() + ": not a key file"));
    std::filesystem::remove(path);
    EXPECT_EQ(read_key_file(std::filesystem::temp_directory_path()).error().kind, ErrorKind::io);
}

}  // namespace
}  // namespace tim::codec
