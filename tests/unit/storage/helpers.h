#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "storage/lmdb/open_store.h"

namespace tim::storage::test {

/// A folder of its own for a test, removed with everything in it. In memory where the machine has such a file
/// system: what a sync waits for says nothing about these tests.
class TemporaryFolder {
  public:
    TemporaryFolder() {
        const bool in_memory = ::access("/dev/shm", W_OK) == 0;
        const std::filesystem::path parent = in_memory ? "/dev/shm" : std::filesystem::temp_directory_path();
        std::string name = (parent / "tim-storage-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
        path_ = name;
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

  private:
    std::filesystem::path path_;
};

/// Maps and reserves of a few MiB.
inline StoreOptions small_options() {
    StoreOptions options;
    options.ledger_map_bytes = std::uint64_t{64} << 20;
    options.checkpoint_map_bytes = std::uint64_t{64} << 20;
    options.names_map_bytes = std::uint64_t{64} << 20;
    options.reserve_first_bytes = std::uint64_t{2} << 20;
    options.reserve_most_bytes = std::uint64_t{4} << 20;
    options.reserve_piece_bytes = std::uint64_t{256} << 10;
    return options;
}

/// Fills with bytes that a seed decides.
inline RandomFill seeded_random(std::uint64_t seed) {
    return [generator = std::mt19937_64(seed)](std::span<std::uint8_t> bytes) mutable {
        for (std::uint8_t& byte : bytes)
            byte = static_cast<std::uint8_t>(generator() >> 56);
    };
}

inline std::string contents(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// A fact whose every figure follows from its sequence.
inline model::Fact fact_of(std::uint64_t sequence) {
    model::Fact fact;
    fact.previous = {sequence / 2};
    fact.subject = model::Subject::customer({7}, {sequence % 1000 + 1});
    fact.at = {static_cast<std::int64_t>(sequence * 1000)};
    fact.recorded = {static_cast<std::int64_t>(sequence * 1000 + 5)};
    fact.type = model::FactType::sale;
    fact.set_name(
        model::Name::receipt({static_cast<std::uint32_t>(sequence % 50)}, "R" + std::to_string(sequence)));
    fact.amount = {static_cast<std::int64_t>(sequence * 3)};
    fact.points_after = {-static_cast<std::int64_t>(sequence)};
    fact.check = static_cast<std::uint32_t>(sequence * 2654435761U);
    return fact;
}

inline bool same(const model::Fact& a, const model::Fact& b) {
    return std::memcmp(&a, &b, sizeof a) == 0;
}

/// Facts in a row with the blobs of some of them.
struct OwnedBatch {
    model::Sequence first{};
    std::vector<model::Fact> facts;
    Bytes blobs;

    Batch batch() const { return {first, facts, blobs}; }
};

/// The blob of the fact at a sequence, in a batch made by `batch_of`.
inline Bytes blob_of(std::uint64_t sequence, std::size_t length) {
    return Bytes(length, static_cast<std::byte>(sequence * 31 + 1));
}

/// `count` facts from `first`; every `blob_every`th has a blob of `blob_bytes`.
inline OwnedBatch batch_of(std::uint64_t first, std::size_t count, std::size_t blob_every = 0,
                           std::size_t blob_bytes = 0) {
    OwnedBatch made;
    made.first = {first};
    for (std::uint64_t sequence = first; sequence < first + count; ++sequence) {
        model::Fact fact = fact_of(sequence);
        if (blob_every != 0 && sequence % blob_every == 0) {
            fact.set_name({});
            fact.type = model::FactType::enrolled;
            fact.set_blob(
                {static_cast<std::uint32_t>(made.blobs.size()), static_cast<std::uint32_t>(blob_bytes)});
            const Bytes blob = blob_of(sequence, blob_bytes);
            made.blobs.insert(made.blobs.end(), blob.begin(), blob.end());
        }
        made.facts.push_back(fact);
    }
    return made;
}

template <class T>
std::string message_of(const Result<T>& result) {
    return result ? std::string("no error") : result.error().message;
}

/// Asks an assertion to show the error that came instead of a value.
#define TIM_ASSERT_OK(expression)                                                            \
    do {                                                                                     \
        const auto& tim_result = (expression);                                               \
        ASSERT_TRUE(tim_result.has_value()) << ::tim::storage::test::message_of(tim_result); \
    } while (false)

}  // namespace tim::storage::test
