#include "storage/name_store.h"

#include <gmock/gmock.h>

#include <map>
#include <set>
#include <tuple>

#include "helpers.h"
#include "storage/memory/memory_store.h"
#include "storage/run_codec.h"

namespace tim::storage::test {
namespace {

using model::ErrorKind;
using model::Sequence;
using ::testing::HasSubstr;

bool in_order(const NameEntry& a, const NameEntry& b) {
    return std::tie(a.fingerprint, a.sequence) < std::tie(b.fingerprint, b.sequence);
}

/// What a store should answer.
class NaiveNames {
  public:
    void add(const std::vector<NameEntry>& run) {
        for (const NameEntry& entry : run) {
            sequences_[entry.fingerprint].insert(entry.sequence);
            ++size_;
        }
    }
    std::uint64_t size() const { return size_; }
    std::vector<Sequence> find(std::uint64_t fingerprint) const {
        const auto found = sequences_.find(fingerprint);
        if (found == sequences_.end()) return {};
        return {found->second.rbegin(), found->second.rend()};
    }
    const std::map<std::uint64_t, std::set<Sequence>>& all() const { return sequences_; }

  private:
    std::map<std::uint64_t, std::set<Sequence>> sequences_;
    std::uint64_t size_ = 0;
};

/// Sorted entries with sequences from `next` on.
template <class Fingerprint>
std::vector<NameEntry> run_of(std::size_t count, std::uint64_t& next, Fingerprint fingerprint) {
    std::vector<NameEntry> run;
    for (std::size_t i = 0; i < count; ++i)
        run.push_back({fingerprint(), {next++}});
    std::ranges::sort(run, in_order);
    return run;
}

void expect_same(const NameStore& store, const NaiveNames& naive, std::size_t every) {
    EXPECT_EQ(store.size(), naive.size());
    std::size_t number = 0;
    for (const auto& [fingerprint, sequences] : naive.all()) {
        if (number++ % every != 0) continue;
        for (const std::uint64_t asked : {fingerprint, fingerprint + 1, fingerprint - 1}) {
            const auto found = store.find(asked);
            TIM_ASSERT_OK(found);
            ASSERT_EQ(*found, naive.find(asked)) << asked;
        }
    }
    std::uint64_t visited = 0;
    TIM_ASSERT_OK(store.scan([&](std::span<const NameEntry> entries) { visited += entries.size(); }));
    EXPECT_EQ(visited, naive.size());
}

class NameStoreContract : public ::testing::TestWithParam<bool> {
  protected:
    void SetUp() override { reopen(); }

    /// What a crash of the process leaves: for LMDB, whatever has been committed.
    void reopen() {
        if (GetParam()) {
            store_.reset();
            auto opened = open_store(folder_ / "data", small_options(), seeded_random(1));
            TIM_ASSERT_OK(opened);
            store_ = std::move(*opened);
        } else if (store_ == nullptr) {
            store_ = std::make_unique<MemoryStore>(FaultPlan{}, seeded_random(1));
        } else {
            store_ = static_cast<MemoryStore&>(*store_).after_crash();
        }
    }
    NameStore& names() { return store_->names(); }

    TemporaryFolder folder_;
    std::unique_ptr<Store> store_;
};

INSTANTIATE_TEST_SUITE_P(Stores, NameStoreContract, ::testing::Values(true, false),
                         [](const auto& instance) { return instance.param ? "lmdb" : "memory"; });

TEST_P(NameStoreContract, IsEmptyWhenNew) {
    EXPECT_EQ(names().through(), Sequence{0});
    EXPECT_EQ(names().size(), 0U);
    EXPECT_TRUE(names().find(1)->empty());
    EXPECT_FALSE(names().step());
}

TEST_P(NameStoreContract, FindsNamesInRunsOfAnySize) {
    std::mt19937_64 random(3);
    NaiveNames naive;
    std::uint64_t next = 1;
    for (const std::size_t count : {1UL, 254UL, 255UL, 0UL, 3000UL, 20'000UL}) {
        const auto run = run_of(count, next, random);
        TIM_ASSERT_OK(names().add_run(run, {next - 1}));
        naive.add(run);
        EXPECT_EQ(names().through(), Sequence{next - 1});
    }
    expect_same(names(), naive, 11);
    reopen();
    EXPECT_EQ(names().through(), Sequence{next - 1});
    expect_same(names(), naive, 101);
}

TEST_P(NameStoreContract, FindsAllEntriesOfAFingerprint) {
    // More of one fingerprint than a page holds, in several runs, at both ends of what a fingerprint can be.
    NaiveNames naive;
    std::uint64_t next = 1;
    std::mt19937_64 random(4);
    for (int round = 0; round < 6; ++round) {
        int i = 0;
        const auto run = run_of(2500, next, [&] {
            constexpr std::uint64_t kMost = UINT64_MAX;
            return ++i % 4 == 0 ? 0 : i % 4 == 1 ? kMost : i % 4 == 2 ? 12345 : random();
        });
        TIM_ASSERT_OK(names().add_run(run, {next - 1}));
        naive.add(run);
    }
    expect_same(names(), naive, 50);
    for (const std::uint64_t fingerprint : {std::uint64_t{0}, std::uint64_t{12345}, UINT64_MAX}) {
        EXPECT_EQ(*names().find(fingerprint), naive.find(fingerprint));
        EXPECT_EQ(names().find(fingerprint)->size(), 6 * 625U);
    }
    while (names().step()) {
    }
    expect_same(names(), naive, 50);
}

TEST_P(NameStoreContract, FindsFingerprintsThatAreNotUniform) {
    NaiveNames naive;
    std::uint64_t next = 1;
    std::uint64_t step = 0;
    const auto run = run_of(30'000, next, [&] { return step += 3 + step / 4000; });
    TIM_ASSERT_OK(names().add_run(run, {next - 1}));
    naive.add(run);
    expect_same(names(), naive, 97);
}

TEST_P(NameStoreContract, LosesNothingWhileRunsMerge) {
    std::mt19937_64 random(5);
    NaiveNames naive;
    std::uint64_t next = 1;
    // Some names lead elsewhere later: the same fingerprint again.
    const auto fingerprint = [&] { return random() % 8 == 0 ? random() % 500 : random(); };
    for (int round = 0; round < 40; ++round) {
        const auto run = run_of(random() % 3000 + 1, next, fingerprint);
        TIM_ASSERT_OK(names().add_run(run, {next - 1}));
        naive.add(run);
        for (std::uint64_t steps = random() % 4; steps > 0; --steps)
            names().step();
        if (round % 5 == 0) expect_same(names(), naive, 501);
        if (round % 7 == 0) reopen();
        EXPECT_EQ(names().size(), naive.size());
        EXPECT_EQ(names().through(), Sequence{next - 1});
    }
    expect_same(names(), naive, 101);
    while (names().step()) {
    }
    expect_same(names(), naive, 101);
    EXPECT_FALSE(names().step());
}

TEST_P(NameStoreContract, SurvivesACrashAfterAnyStepOfAMerge) {
    std::mt19937_64 random(6);
    NaiveNames naive;
    std::uint64_t next = 1;
    // Four runs of 300 pages: a merge of five pieces, and then pages to delete.
    for (int i = 0; i < 4; ++i) {
        const auto run = run_of(300 * kEntriesPerPage, next, random);
        TIM_ASSERT_OK(names().add_run(run, {next - 1}));
        naive.add(run);
    }
    for (int steps = 1; steps <= 9; ++steps) {
        for (int i = 0; i < steps; ++i)
            names().step();
        reopen();
        EXPECT_EQ(names().through(), Sequence{next - 1});
        expect_same(names(), naive, 2003);
    }
    while (names().step()) {
    }
    expect_same(names(), naive, 2003);
}

TEST(FolderNames, GiveSpaceBackAfterMerges) {
    const TemporaryFolder folder;
    StoreOptions options = small_options();
    options.names_map_bytes = std::uint64_t{8} << 20;
    auto store = open_store(folder / "data", options, seeded_random(1));
    TIM_ASSERT_OK(store);
    NameStore& names = (*store)->names();
    std::mt19937_64 random(7);
    NaiveNames naive;
    std::uint64_t next = 1;
    for (int i = 0; i < 48; ++i) {  // 3.7 MiB of entries, written three times in all
        const auto run = run_of(5000, next, random);
        TIM_ASSERT_OK(names.add_run(run, {next - 1}));
        naive.add(run);
        while (names.step()) {
        }
    }
    expect_same(names, naive, 1009);
}

TEST(FolderNames, GoOnWhenAMergeFindsNoSpace) {
    const TemporaryFolder folder;
    StoreOptions options = small_options();
    options.names_map_bytes = std::uint64_t{3} << 20;
    NaiveNames naive;
    std::uint64_t next = 1;
    std::mt19937_64 random(8);
    {
        auto store = open_store(folder / "data", options, seeded_random(1));
        TIM_ASSERT_OK(store);
        NameStore& names = (*store)->names();
        for (int i = 0; i < 4; ++i) {
            const auto run = run_of(100 * kEntriesPerPage, next, random);
            TIM_ASSERT_OK(names.add_run(run, {next - 1}));
            naive.add(run);
        }
        int steps = 0;
        while (names.step())
            ++steps;
        EXPECT_EQ(steps, 2) << "begun, one piece written, the second does not fit";
        expect_same(names, naive, 1009);
        const auto refused = names.add_run(run_of(400 * kEntriesPerPage, next, random), {next});
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, ErrorKind::full);
        expect_same(names, naive, 1009);
    }
    options.names_map_bytes *= 4;
    auto store = open_store(folder / "data", options, seeded_random(1));
    TIM_ASSERT_OK(store);
    while ((*store)->names().step()) {
    }
    expect_same((*store)->names(), naive, 1009);
}

TEST(FolderNames, RefuseARunThatIsNotSorted) {
    const TemporaryFolder folder;
    auto store = open_store(folder / "data", small_options(), seeded_random(1));
    TIM_ASSERT_OK(store);
    const std::vector<NameEntry> run{{2, {1}}, {1, {2}}};
    EXPECT_EQ((*store)->names().add_run(run, {2}).error().kind, ErrorKind::invalid);
}

TEST(FolderNames, ShowDamage) {
    const TemporaryFolder folder;
    std::uint64_t next = 1;
    std::mt19937_64 random(9);
    std::vector<NameEntry> run;
    {
        auto store = open_store(folder / "data", small_options(), seeded_random(1));
        TIM_ASSERT_OK(store);
        run = run_of(10 * kEntriesPerPage, next, random);
        TIM_ASSERT_OK((*store)->names().add_run(run, {next - 1}));
    }
    const auto file = folder / "data" / "names" / "data.mdb";
    std::string bytes = contents(file);
    const std::string sought(reinterpret_cast<const char*>(&run[700]), sizeof run[700]);
    const std::size_t at = bytes.find(sought);
    ASSERT_NE(at, std::string::npos);
    bytes[at + 9] ^= 1;
    std::ofstream(file, std::ios::binary) << bytes;
    auto store = open_store(folder / "data", small_options(), seeded_random(1));
    TIM_ASSERT_OK(store);
    const auto found = (*store)->names().find(run[700].fingerprint);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().kind, ErrorKind::corrupt);
    EXPECT_THAT(found.error().message, HasSubstr("page 2 of the names' run 1"));
    EXPECT_FALSE((*store)->names().scan([](std::span<const NameEntry>) {}));
}

TEST(RunCodec, FindsEveryChangedByte) {
    const RunRecord record{5, RunState::live, 2, 1000, 4, {777}};
    const auto key = encode_run_key(5);
    const EncodedRunRecord encoded = encode_run_record(record);
    auto decoded = decode_run_record(key, encoded);
    TIM_ASSERT_OK(decoded);
    EXPECT_EQ(decoded->run, 5U);
    EXPECT_EQ(decoded->state, RunState::live);
    EXPECT_EQ(decoded->level, 2);
    EXPECT_EQ(decoded->entries, 1000U);
    EXPECT_EQ(decoded->pages, 4U);
    EXPECT_EQ(decoded->through, Sequence{777});
    for (std::size_t at = 0; at < encoded.size(); ++at) {
        EncodedRunRecord damaged = encoded;
        damaged[at] ^= std::byte{1};
        EXPECT_FALSE(decode_run_record(key, damaged)) << at;
    }
    EXPECT_FALSE(decode_run_record(encode_run_key(6), encoded));

    std::vector<NameEntry> entries;
    for (std::uint64_t i = 0; i < kEntriesPerPage; ++i)
        entries.push_back({i * 3, {i}});
    Bytes page(kRunPageBytes);
    encode_run_page(5, 9, entries, page);
    RunPage read;
    TIM_ASSERT_OK(read.decode(5, 9, page));
    EXPECT_TRUE(std::ranges::equal(read.entries(), entries));
    EXPECT_THAT(message_of(read.decode(5, 8, page)), HasSubstr("checksum"));
    for (std::size_t at = 0; at < page.size(); ++at) {
        Bytes damaged = page;
        damaged[at] ^= std::byte{1};
        EXPECT_FALSE(read.decode(5, 9, damaged)) << at;
    }
    Bytes newer = page;
    newer[4] = std::byte{9};
    EXPECT_THAT(message_of(read.decode(5, 9, newer)), HasSubstr("format version 9"));
}

}  // namespace
}  // namespace tim::storage::test
