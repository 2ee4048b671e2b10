#include "engine/core/hashing.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstring>

namespace tim::core {

model::KeyDigest Hashing::key(model::KeyKind kind, std::string_view normal_text) const {
    const XXH128_hash_t hash = XXH3_128bits_withSeed(normal_text.data(), normal_text.size(),
                                                     seed_ ^ static_cast<std::uint64_t>(kind));
    return {hash.high64, static_cast<std::uint32_t>(hash.low64 & 0xFFFFFF), kind};
}

namespace {

/// Both halves of a product, folded: the mixing step of wyhash and XXH3.
std::uint64_t fold_multiply(std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace

std::uint64_t Hashing::name(model::ProgramId program, const model::Name& name) const {
    // 32 bytes of a known shape, for every sale twice: four words, three products.
    std::uint64_t words[3];
    std::memcpy(words, name.bytes.data(), sizeof words);
    const std::uint64_t scope = static_cast<std::uint64_t>(name.terminal.value) << 32 |
                                static_cast<std::uint64_t>(program.value) << 8 |
                                static_cast<std::uint64_t>(name.kind);
    const std::uint64_t low =
        fold_multiply(words[0] ^ seed_ ^ 0x9E3779B97F4A7C15u, words[1] ^ 0xA0761D6478BD642Fu);
    const std::uint64_t high =
        fold_multiply(words[2] ^ seed_ ^ 0xE7037ED1A0B428DBu, scope ^ 0x8EBC6AF09C88C6E3u);
    return fold_multiply(low ^ 0x589965CC75374CC3u, high ^ seed_);
}

std::uint64_t Hashing::payment(model::ProgramId program, std::string_view text) const {
    const std::uint64_t seed = fold_multiply(seed_ ^ 0xD6E8FEB86659FD93u, program.value + 1u);
    return XXH3_64bits_withSeed(text.data(), text.size(), seed) | 1;
}

std::uint32_t Hashing::conceal(std::uint32_t content) const {
    return static_cast<std::uint32_t>(
        XXH3_64bits_withSeed(&content, sizeof content, seed_ ^ 0xA24BAED4963EE407u) >> 32);
}

namespace {

constexpr int kHalfBits = Hashing::kPermutedBits / 2;
constexpr std::uint64_t kHalf = (std::uint64_t{1} << kHalfBits) - 1;
constexpr std::uint64_t kRounds = 10;

/// The keyed function of one round of a Feistel network.
std::uint64_t round_of(std::uint64_t seed, model::ProgramId program, std::uint64_t round,
                       std::uint64_t half) {
    const std::uint64_t words[2] = {half, round << 16 | program.value};
    return XXH3_64bits_withSeed(words, sizeof words, seed ^ 0xD1B54A32D192ED03u) & kHalf;
}

}  // namespace

std::uint64_t Hashing::permute(model::ProgramId program, std::uint64_t number) const {
    std::uint64_t left = number >> kHalfBits & kHalf;
    std::uint64_t right = number & kHalf;
    for (std::uint64_t round = 0; round < kRounds; ++round) {
        const std::uint64_t next = left ^ round_of(seed_, program, round, right);
        left = right;
        right = next;
    }
    return left << kHalfBits | right;
}

std::uint64_t Hashing::permute_back(model::ProgramId program, std::uint64_t number) const {
    std::uint64_t left = number >> kHalfBits & kHalf;
    std::uint64_t right = number & kHalf;
    for (std::uint64_t round = kRounds; round-- > 0;) {
        const std::uint64_t before = right ^ round_of(seed_, program, round, left);
        right = left;
        left = before;
    }
    return left << kHalfBits | right;
}

std::uint64_t Hashing::state_of(model::SubjectKind kind, model::Sequence first) const {
    const std::uint64_t words[2] = {static_cast<std::uint64_t>(kind), first.value};
    return XXH3_64bits_withSeed(words, sizeof words, ~seed_);
}

}  // namespace tim::core
