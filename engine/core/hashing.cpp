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

std::uint64_t Hashing::name(model::ProgramId program, const model::Name& name) const {
    char bytes[32];
    std::memcpy(bytes, name.bytes.data(), name.bytes.size());
    std::memcpy(bytes + 24, &name.terminal.value, 4);
    std::memcpy(bytes + 28, &program.value, 2);
    bytes[30] = static_cast<char>(name.kind);
    bytes[31] = 0;
    return XXH3_64bits_withSeed(bytes, sizeof bytes, seed_);
}

std::uint64_t Hashing::state_of(model::SubjectKind kind, model::Sequence first) const {
    const std::uint64_t words[2] = {static_cast<std::uint64_t>(kind), first.value};
    return XXH3_64bits_withSeed(words, sizeof words, ~seed_);
}

}  // namespace tim::core
