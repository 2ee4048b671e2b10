#include "engine/core/digest_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

namespace tim::core {
namespace {

using Table = DigestTable<TableLoad{75, 50}>;
using Model = std::multimap<std::uint64_t, std::uint64_t>;

std::vector<std::uint64_t> payloads(const Table& table, std::uint64_t digest) {
    std::vector<std::uint64_t> found;
    table.find(digest, [&](std::uint64_t payload) {
        found.push_back(payload);
        return false;
    });
    std::sort(found.begin(), found.end());
    return found;
}

std::vector<std::uint64_t> payloads(const Model& model, std::uint64_t digest) {
    std::vector<std::uint64_t> found;
    const auto [begin, end] = model.equal_range(digest);
    for (auto entry = begin; entry != end; ++entry)
        found.push_back(entry->second);
    std::sort(found.begin(), found.end());
    return found;
}

/// Every entry once, in the part that its digest lies in.
void expect_same(const Table& table, const Model& model) {
    ASSERT_EQ(table.size(), model.size());
    std::vector<std::pair<std::uint64_t, std::uint64_t>> visited;
    for (std::size_t part = 0; part < Table::kParts; ++part) {
        table.visit_part(part, [&](const DigestEntry& entry) {
            EXPECT_EQ(entry.digest >> 55, part);
            visited.emplace_back(entry.digest, entry.payload);
        });
    }
    std::vector<std::pair<std::uint64_t, std::uint64_t>> expected(model.begin(), model.end());
    std::sort(visited.begin(), visited.end());
    std::sort(expected.begin(), expected.end());
    EXPECT_TRUE(visited == expected);
}

TEST(DigestTable, FindsWhatWasInsertedAtEverySize) {
    Table table;
    Model model;
    std::mt19937_64 random(1);
    for (std::uint64_t number = 1; number <= 100'000; ++number) {
        const std::uint64_t digest = random();
        ASSERT_TRUE(payloads(table, digest).empty());
        table.insert(digest, number);
        model.emplace(digest, number);
        if (const auto other = model.lower_bound(random()); other != model.end()) {
            ASSERT_EQ(payloads(table, other->first), payloads(model, other->first));
        }
        if (number % 9'973 == 0) {
            expect_same(table, model);
            for (const auto& [known, payload] : model)
                ASSERT_EQ(payloads(table, known), payloads(model, known));
        }
    }
    // The least and the greatest digest have homes too.
    for (const std::uint64_t digest : {std::uint64_t{0}, UINT64_MAX, UINT64_MAX - 1}) {
        table.insert(digest, 7);
        model.emplace(digest, 7);
        EXPECT_EQ(payloads(table, digest), payloads(model, digest));
    }
    expect_same(table, model);
    EXPECT_GE(table.size() * 100 / (table.bytes() / sizeof(DigestEntry)), 45u);
    EXPECT_LE(table.size() * 100 / (table.bytes() / sizeof(DigestEntry)), 80u);
}

TEST(DigestTable, KeepsSeveralPayloadsOfOneDigest) {
    Table table;
    Model model;
    std::mt19937_64 random(2);
    std::vector<std::uint64_t> digests(2'000);
    std::generate(digests.begin(), digests.end(), random);
    for (std::uint64_t payload = 1; payload <= 20'000; ++payload) {
        const std::uint64_t digest = digests[random() % digests.size()];
        table.insert(digest, payload);
        model.emplace(digest, payload);
    }
    for (const std::uint64_t digest : digests)
        ASSERT_EQ(payloads(table, digest), payloads(model, digest));
}

TEST(DigestTable, ReplacesAPayloadInPlaceWhileItMoves) {
    Table table;
    Model model;
    std::mt19937_64 random(3);
    for (std::uint64_t payload = 1; payload <= 30'000; ++payload) {
        const std::uint64_t digest = random();
        table.insert(digest, payload);
        model.emplace(digest, payload);
        const auto entry = model.upper_bound(random());
        if (entry == model.end()) continue;
        EXPECT_FALSE(table.replace(entry->first, entry->second + 1'000'000'000, 5));
        ASSERT_TRUE(table.replace(entry->first, entry->second, entry->second + 500'000));
        entry->second += 500'000;
    }
    expect_same(table, model);
}

/// Entries leave while the table moves: those that must stay do, and the table does not grow for the others.
TEST(DigestTable, LetsEntriesLeave) {
    constexpr std::uint64_t kWindow = 20'000;
    Table table;
    std::mt19937_64 random(4);
    std::vector<std::uint64_t> digests{0};
    std::uint64_t leave_through = 0;
    for (std::uint64_t payload = 1; payload <= 300'000; ++payload) {
        if (payload > kWindow) leave_through = payload - kWindow;
        digests.push_back(random());
        table.insert(
            digests.back(), payload, [&](std::uint64_t known) { return known > leave_through; },
            [&] { return static_cast<std::size_t>(payload - leave_through) * 3 / 2; });
        if (payload % 10'007 != 0) continue;
        for (std::uint64_t kept = leave_through + 1; kept <= payload; ++kept)
            ASSERT_EQ(payloads(table, digests[kept]), std::vector{kept});
    }
    EXPECT_LT(table.bytes() / sizeof(DigestEntry), 4 * kWindow);
}

/// Neighbours in digest order are the worst that uniform digests come near to: long runs.
TEST(DigestTable, SurvivesRunsOfNeighbours) {
    Table table;
    Model model;
    std::mt19937_64 random(5);
    for (std::uint64_t payload = 1; payload <= 60'000; ++payload) {
        const std::uint64_t cluster = random() % 64;
        const std::uint64_t digest = (cluster << 58) + (random() >> 6) / 3;  // a third of each range
        table.insert(digest, payload);
        model.emplace(digest, payload);
    }
    expect_same(table, model);
}

TEST(DigestTableDeathTest, RefusesThePayloadThatMarksAFreeSlot) {
    Table table;
    EXPECT_DEATH(table.insert(1, 0), "0 marks a free slot");
}

}  // namespace
}  // namespace tim::core
