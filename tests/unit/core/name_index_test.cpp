#include "engine/core/name_index.h"

#include <gmock/gmock.h>

#include <vector>

namespace tim::core {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

std::vector<std::uint64_t> found(const NameIndex& index, std::uint64_t fingerprint) {
    std::vector<std::uint64_t> sequences;
    const NameCandidates candidates = index.find(fingerprint);
    for (std::size_t i = 0; i < candidates.count; ++i)
        sequences.push_back(candidates.sequences[i].value);
    return sequences;
}

TEST(NameIndex, LeadsFromANameToItsFact) {
    NameIndex index(1'000);
    EXPECT_FALSE(index.is_in_memory(5));
    EXPECT_TRUE(index.find(5).empty());
    index.insert(5, {40});
    EXPECT_TRUE(index.is_in_memory(5));
    EXPECT_FALSE(index.is_in_memory(6));
    EXPECT_TRUE(index.find(6).empty());
    EXPECT_THAT(found(index, 5), ElementsAre(40));
    EXPECT_FALSE(index.find(5).maybe_on_disk);
    EXPECT_EQ(index.size(), 1U);
}

TEST(NameIndex, NamesThatShareAFingerprintAreAllFound) {
    NameIndex index(1'000);
    index.insert(5, {40});
    index.insert(5, {41});
    EXPECT_THAT(found(index, 5), UnorderedElementsAre(40, 41));
}

TEST(NameIndex, StateThatMovesOnKeepsOneEntry) {
    NameIndex index(1'000);
    index.advance(5, {0}, {40});  // the first: nothing to replace
    index.advance(5, {40}, {41});
    index.advance(5, {41}, {50});
    EXPECT_THAT(found(index, 5), ElementsAre(50));
    EXPECT_EQ(index.size(), 1U);
}

TEST(NameIndex, WhatTheFilterKnowsMayBeOnDisk) {
    NameIndex index(1'000);
    index.add_to_filter(5);
    EXPECT_FALSE(index.is_in_memory(5));
    EXPECT_TRUE(index.maybe_on_disk(5));
    EXPECT_TRUE(index.find(5).maybe_on_disk);
    EXPECT_FALSE(index.find(5).empty());
    EXPECT_THAT(found(index, 5), ElementsAre());
}

TEST(NameIndex, OnlyPersistedNamesLeaveMemoryAndAreFoundByTheFilterThen) {
    constexpr std::uint64_t kInMemory = 100;
    constexpr std::uint64_t kNames = 40'000;
    constexpr std::uint64_t kPersisted = 20'000;
    const auto fingerprint = [](std::uint64_t sequence) { return sequence * 0x9E3779B97F4A7C15u; };
    NameIndex index(kInMemory);
    for (std::uint64_t sequence = 1; sequence <= kNames; ++sequence) {
        index.insert(fingerprint(sequence), {sequence});
        if (sequence > kPersisted) continue;
        index.add_to_filter(fingerprint(sequence));
        index.persisted({sequence});
    }
    EXPECT_EQ(index.persisted_through(), model::Sequence{kPersisted});
    EXPECT_LT(index.size(), kNames - kPersisted / 2) << "most of what may leave has left";
    for (std::uint64_t sequence = 1; sequence <= kNames; ++sequence) {
        ASSERT_FALSE(index.find(fingerprint(sequence)).empty()) << sequence;
        if (sequence <= kPersisted) continue;
        ASSERT_THAT(found(index, fingerprint(sequence)), ElementsAre(sequence));
    }
    EXPECT_FALSE(index.is_in_memory(fingerprint(kNames + 1)));
}

}  // namespace
}  // namespace tim::core
