// Finding a customer by the digest of a key: one at a time, and 32 at a time once all have been touched.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <memory>

#include "engine/core/key_index.h"

namespace tim {
namespace {

/// Bits mixed like those of a keyed digest (the finalizer of SplitMix64).
model::KeyDigest digest_of(std::uint64_t number) {
    std::uint64_t x = number + 0x9E3779B97F4A7C15ULL;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
    x ^= x >> 31;
    return {x, static_cast<std::uint32_t>(x * 0xD6E8FEB86659FD93ULL >> 40), model::KeyKind::phone};
}

/// Kept from bench to bench, as filling it takes a while.
const core::KeyIndex& index_of(std::uint64_t customers) {
    static std::unique_ptr<core::KeyIndex> index;
    static std::uint64_t size = 0;
    if (size != customers) {
        index = std::make_unique<core::KeyIndex>();
        for (std::uint64_t i = 1; i <= customers; ++i)
            index->insert(digest_of(i), {i});
        size = customers;
    }
    return *index;
}

void find_one_by_one(benchmark::State& state) {
    const auto customers = static_cast<std::uint64_t>(state.range(0));
    const core::KeyIndex& index = index_of(customers);
    std::uint64_t wanted = 1;
    for (auto _ : state) {
        const model::CustomerId found = index.find(digest_of(wanted));
        if (found.value != wanted) state.SkipWithError("a customer is not found");
        // The next question depends on this answer.
        wanted = 1 + (found.value * 0x9E3779B97F4A7C15ULL >> 20) % customers;
    }
    state.SetItemsProcessed(state.iterations());
}

void find_touched(benchmark::State& state) {
    constexpr std::size_t kTogether = 32;
    const auto customers = static_cast<std::uint64_t>(state.range(0));
    const core::KeyIndex& index = index_of(customers);
    std::uint64_t seed = 1;
    std::array<model::KeyDigest, kTogether> digests{};
    core::TouchList lines;
    for (auto _ : state) {
        for (model::KeyDigest& digest : digests) {
            seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
            digest = digest_of(1 + (seed >> 20) % customers);
        }
        for (const model::KeyDigest& digest : digests)
            index.touch(digest, lines);
        lines.run();
        for (const model::KeyDigest& digest : digests)
            if (index.find(digest).value == 0) state.SkipWithError("a customer is not found");
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kTogether));
}

BENCHMARK(find_one_by_one)->Arg(10'000)->Arg(1'000'000)->Arg(10'000'000);
BENCHMARK(find_touched)->Arg(10'000)->Arg(1'000'000)->Arg(10'000'000);

}  // namespace
}  // namespace tim
