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

std::uint64_t Hashing::state_of(model::SubjectKind kind, model::Sequence first) const {
    const std::uint64_t words[2] = {static_cast<std::uint64_t>(kind), first.value};
    return XXH3_64bits_withSeed(words, sizeof words, ~seed_);
}

}  // namespace tim::core
