// What the ledger on LMDB does beyond the contract: damage on the disk, space, locks, versions.
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <csignal>
#include <functional>

#include "helpers.h"

namespace tim::storage::test {
namespace {

using model::ErrorKind;
using model::Sequence;
using ::testing::HasSubstr;

std::unique_ptr<Store> must_open(const std::filesystem::path& folder, const StoreOptions& options) {
    auto opened = open_store(folder, options, seeded_random(1));
    EXPECT_TRUE(opened) << message_of(opened);
    return opened ? std::move(*opened) : nullptr;
}

/// Where the encoded batch that begins at `first` stands in a ledger's file.
std::size_t find_batch(const std::string& file, std::uint64_t first) {
    std::string start("TIMB\2\0\x40\0", 8);
    start.append(reinterpret_cast<const char*>(&first), sizeof first);
    const std::size_t at = file.find(start);
    EXPECT_NE(at, std::string::npos) << "no batch at " << first;
    return at;
}

void overwrite(const std::filesystem::path& path, std::size_t at, const std::string& bytes) {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(at));
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    ASSERT_TRUE(file.good());
}

void flip(const std::filesystem::path& path, std::size_t at) {
    std::string byte = contents(path).substr(at, 1);
    byte[0] = static_cast<char>(byte[0] ^ 1);
    overwrite(path, at, byte);
}

class FolderLedger : public ::testing::Test {
  protected:
    std::filesystem::path data() const { return folder_ / "data"; }
    std::filesystem::path file() const { return data() / "ledger" / "data.mdb"; }

    /// Batches of 100 facts, closed again.
    void fill(std::uint64_t batches) {
        auto store = must_open(data(), small_options());
        for (std::uint64_t i = 0; i < batches; ++i) {
            TIM_ASSERT_OK(store->ledger().append(batch_of(i * 100 + 1, 100).batch()));
        }
    }

    TemporaryFolder folder_;
};

TEST_F(FolderLedger, GoesOnAfterItWasClosed) {
    std::uint64_t next = 1;
    for (const std::size_t size : {3UL, 1000UL, 1UL, 50UL}) {
        auto store = must_open(data(), small_options());
        EXPECT_EQ(store->ledger().last().value, next - 1);
        TIM_ASSERT_OK(store->ledger().append(batch_of(next, size).batch()));
        next += size;
    }
    auto store = must_open(data(), small_options());
    std::uint64_t expected = 1;
    TIM_ASSERT_OK(store->ledger().scan({1}, [&](const Batch& batch) {
        EXPECT_EQ(batch.first.value, expected);
        expected += batch.facts.size();
        return true;
    }));
    EXPECT_EQ(expected, next);
}

TEST_F(FolderLedger, KeepsWhatWasAppendedWhenTheProcessIsKilled) {
    std::uint64_t told = 0;
    for (int round = 0; round < 5; ++round) {
        int acknowledged[2];
        ASSERT_EQ(::pipe(acknowledged), 0);
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            ::close(acknowledged[0]);
            auto store = open_store(data(), small_options(), seeded_random(1));
            while (store) {
                Ledger& ledger = (*store)->ledger();
                const std::uint64_t next = ledger.last().value + 1;
                if (!ledger.append(batch_of(next, next % 300 + 1).batch())) break;
                const std::uint64_t last = ledger.last().value;
                if (::write(acknowledged[1], &last, sizeof last) != sizeof last) break;
                ledger.step();
            }
            ::_exit(1);
        }
        ::close(acknowledged[1]);
        for (int i = 0; i < 30 + 7 * round; ++i) {
            std::uint64_t last = 0;
            ASSERT_EQ(::read(acknowledged[0], &last, sizeof last), static_cast<ssize_t>(sizeof last));
            EXPECT_GT(last, told);
            told = last;
        }
        ::kill(child, SIGKILL);
        ASSERT_EQ(::waitpid(child, nullptr, 0), child);
        ::close(acknowledged[0]);

        auto store = must_open(data(), small_options());
        EXPECT_GE(store->ledger().last().value, told);
        std::uint64_t expected = 1;
        TIM_ASSERT_OK(store->ledger().scan({1}, [&](const Batch& batch) {
            EXPECT_EQ(batch.first.value, expected);
            EXPECT_TRUE(same(batch.facts.back(), fact_of(batch.last().value)));
            expected += batch.facts.size();
            return true;
        }));
        EXPECT_EQ(expected, store->ledger().last().value + 1);
    }
}

TEST_F(FolderLedger, RefusesASecondOwner) {
    auto store = must_open(data(), small_options());
    const auto second = open_store(data(), small_options(), seeded_random(2));
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, ErrorKind::busy);
    EXPECT_THAT(second.error().message, HasSubstr(data().string()));
    store.reset();
    EXPECT_TRUE(open_store(data(), small_options(), seeded_random(2)));
}

TEST_F(FolderLedger, ReportsAFolderThatCannotBe) {
    std::ofstream(folder_ / "file") << "x";
    const auto opened = open_store(folder_ / "file" / "data", small_options(), seeded_random(1));
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().message, HasSubstr((folder_ / "file").string()));
    EXPECT_FALSE(open_store(folder_ / "file", small_options(), seeded_random(1)));
}

TEST_F(FolderLedger, KeepsOthersOut) {
    auto store = must_open(data(), small_options());
    TIM_ASSERT_OK(store->vault().put({1}, {1}, std::vector<SecretKey>{SecretKey{1}}));
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(data())) {
        struct stat status {};
        ASSERT_EQ(::stat(entry.path().c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777U, entry.is_directory() ? 0700U : 0600U) << entry.path();
        ++files;
    }
    EXPECT_GE(files, 13U);
}

TEST_F(FolderLedger, NamesTheSequenceThatIsDamaged) {
    fill(5);
    flip(file(), find_batch(contents(file()), 201) + 3000);
    auto store = must_open(data(), small_options());
    const Ledger& ledger = store->ledger();
    const auto scanned = ledger.scan({1}, [](const Batch&) { return true; });
    ASSERT_FALSE(scanned);
    EXPECT_EQ(scanned.error().kind, ErrorKind::corrupt);
    EXPECT_THAT(scanned.error().message, HasSubstr("sequence 201"));
    const auto stored = ledger.fact_at({201 + 25});
    ASSERT_FALSE(stored);
    EXPECT_EQ(stored.error().kind, ErrorKind::corrupt);
    EXPECT_TRUE(ledger.fact_at({200}));
    EXPECT_TRUE(ledger.fact_at({301}));
    EXPECT_TRUE(ledger.fact_at({201 + 80}));  // another section of the same batch
    EXPECT_TRUE(ledger.scan({301}, [](const Batch&) { return true; })) << "behind the damage";
}

TEST_F(FolderLedger, DoesNotOpenOnADamagedEnd) {
    fill(3);
    flip(file(), find_batch(contents(file()), 201) + 64 + 24 + 100 * 112 - 1);
    const auto opened = open_store(data(), small_options(), seeded_random(1));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, ErrorKind::corrupt);
    EXPECT_THAT(opened.error().message, HasSubstr("sequence 201"));
}

TEST_F(FolderLedger, RefusesAnUnknownVersion) {
    fill(2);
    overwrite(file(), find_batch(contents(file()), 101) + 4, std::string("\7\0", 2));
    const auto opened = open_store(data(), small_options(), seeded_random(1));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, ErrorKind::corrupt);
    EXPECT_THAT(opened.error().message, HasSubstr("format version 7"));
}

TEST_F(FolderLedger, FindsABatchOfAnotherLedger) {
    fill(3);
    std::string foreign;
    {
        auto other = must_open(folder_ / "other", small_options());
        TIM_ASSERT_OK(other->ledger().append(batch_of(1, 100, 50, 1).batch()));
        TIM_ASSERT_OK(other->ledger().append(batch_of(101, 100).batch()));
    }
    const std::string bytes = contents(folder_ / "other" / "ledger" / "data.mdb");
    foreign = bytes.substr(find_batch(bytes, 101), 64 + 24 + 100 * 112);
    overwrite(file(), find_batch(contents(file()), 101), foreign);

    auto store = must_open(data(), small_options());
    EXPECT_TRUE(store->ledger().fact_at({150})) << "intact in itself";
    for (const std::uint64_t from : {1UL, 101UL}) {
        const auto scanned = store->ledger().scan({from}, [](const Batch&) { return true; });
        ASSERT_FALSE(scanned) << from;
        EXPECT_EQ(scanned.error().kind, ErrorKind::corrupt);
        EXPECT_THAT(scanned.error().message, HasSubstr("sequence 101 does not follow"));
    }
}

/// Appends batches of random size as long as the reserve says that they fit, and checks what each took.
/// Gives the next sequence.
std::uint64_t append_while_reserved(Ledger& ledger, std::uint64_t next, std::uint64_t seed,
                                    const std::function<void()>& between) {
    std::mt19937_64 random(seed);
    while (true) {
        const std::size_t count = random() % 4 != 0 ? random() % 20 + 1 : random() % 2000 + 1;
        const std::size_t blob_bytes = random() % 3 == 0 ? random() % 30'000 : 0;
        OwnedBatch made = batch_of(next, count);
        made.blobs.resize(blob_bytes);
        const std::uint64_t bytes = ledger.bytes_for(count, blob_bytes);
        const std::uint64_t before = ledger.reserved_bytes();
        if (before < bytes) return next;
        const auto appended = ledger.append(made.batch());
        EXPECT_TRUE(appended) << message_of(appended);
        if (!appended) return next;
        EXPECT_LE(before, ledger.reserved_bytes() + bytes);
        next += count;
        between();
    }
}

TEST_F(FolderLedger, AppendsWhateverTheReservePromises) {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        const auto folder = folder_ / std::to_string(seed);
        StoreOptions options = small_options();
        options.ledger_map_bytes = std::uint64_t{8} << 20;
        std::uint64_t next = 1;
        {
            auto store = must_open(folder, options);
            Ledger& ledger = store->ledger();
            // With steps that keep ahead, and with none: then appends do the work.
            next = append_while_reserved(ledger, next, seed, [&] {
                while (seed % 2 == 0 && ledger.step()) {
                }
            });
            EXPECT_GT(std::filesystem::file_size(folder / "ledger" / "data.mdb"), std::uint64_t{6} << 20);
            // What the reserve did not promise may fail, and then changes nothing.
            const auto refused = ledger.append(batch_of(next, 20'000).batch());
            ASSERT_FALSE(refused);
            EXPECT_EQ(refused.error().kind, ErrorKind::full);
            EXPECT_EQ(ledger.last().value, next - 1);
            EXPECT_TRUE(ledger.fact_at({1}));
            EXPECT_TRUE(ledger.fact_at({next - 1}));
            EXPECT_LE(std::filesystem::file_size(folder / "ledger" / "data.mdb"), options.ledger_map_bytes);
        }
        options.ledger_map_bytes *= 4;
        auto store = must_open(folder, options);
        TIM_ASSERT_OK(store->ledger().append(batch_of(next, 20'000).batch()));
        std::uint64_t facts = 0;
        TIM_ASSERT_OK(store->ledger().scan({1}, [&](const Batch& batch) {
            facts += batch.facts.size();
            return true;
        }));
        EXPECT_EQ(facts, next + 20'000 - 1);
    }
}

TEST_F(FolderLedger, TakesSeveralBatchesForThePromiseOfOne) {
    StoreOptions options = small_options();
    options.ledger_map_bytes = std::uint64_t{8} << 20;
    auto store = must_open(data(), options);
    Ledger& ledger = store->ledger();
    std::uint64_t next = 1;
    while (ledger.reserved_bytes() >= ledger.bytes_for(400, 0)) {
        for (std::size_t i = 0; i < kBatchesCovered; ++i, next += 100) {
            TIM_ASSERT_OK(ledger.append(batch_of(next, 100).batch()));
        }
        ledger.step();
    }
    EXPECT_GT(next, 20'000U);
}

TEST_F(FolderLedger, TakesFewPagesForEachCommitWhileASnapshotIsHeld) {
    fill(1);
    StoreOptions options = small_options();
    options.reserve_first_bytes = std::uint64_t{60} << 20;
    auto store = must_open(data(), options);
    Ledger& ledger = store->ledger();
    std::uint64_t most = 0;
    std::uint64_t next = 101;
    const auto append = [&] {
        const std::uint64_t before = ledger.reserved_bytes();
        EXPECT_TRUE(ledger.append(batch_of(next, 1).batch()));
        most = std::max(most, before - ledger.reserved_bytes());
        ++next;
    };
    // The visitor's snapshot forbids LMDB to use pages again that the appends free.
    TIM_ASSERT_OK(ledger.scan({1}, [&](const Batch&) {
        for (int i = 0; i < 1500; ++i)
            append();
        return false;
    }));
    for (int i = 0; i < 500; ++i)
        append();
    EXPECT_LE(most, 16 * 4096U);
}

/// Forbids files beyond a size while it lives: a full disk, as this process sees it.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(std::uint64_t bytes) {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        struct rlimit limit = before_;
        limit.rlim_cur = bytes;
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

  private:
    struct rlimit before_ {};
};

TEST_F(FolderLedger, SurvivesAFullDisk) {
    auto store = must_open(data(), small_options());
    Ledger& ledger = store->ledger();
    std::uint64_t next = 1;
    {
        const FileSizeLimit limit((std::uint64_t{2} << 20) + 100'000);
        next = append_while_reserved(ledger, next, 7, [&] { ledger.step(); });
        EXPECT_GT(next, 1U);
        EXPECT_FALSE(ledger.step());
        EXPECT_LT(ledger.reserved_bytes(), ledger.bytes_for(2000, 30'000));
        EXPECT_TRUE(ledger.fact_at({next - 1}));
    }
    const std::uint64_t before = ledger.reserved_bytes();
    while (ledger.step()) {
    }
    EXPECT_GT(ledger.reserved_bytes(), before) << "space came back";
    TIM_ASSERT_OK(ledger.append(batch_of(next, 5000).batch()));
}

TEST_F(FolderLedger, OpensOnAFullDisk) {
    fill(3);
    const auto size = std::filesystem::file_size(file());
    StoreOptions options = small_options();
    options.reserve_first_bytes = std::uint64_t{8} << 20;
    const FileSizeLimit limit(size);
    auto store = must_open(data(), options);
    EXPECT_TRUE(store->ledger().fact_at({300}));
    EXPECT_FALSE(store->ledger().step());
    const auto refused = store->ledger().append(batch_of(301, 50'000).batch());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::full);
    EXPECT_TRUE(store->ledger().fact_at({300}));
}

TEST_F(FolderLedger, ReservesMoreAsItGrows) {
    StoreOptions options = small_options();
    auto store = must_open(data(), options);
    Ledger& ledger = store->ledger();
    while (ledger.step()) {
    }
    const std::uint64_t small = ledger.reserved_bytes();
    for (std::uint64_t i = 0; i < 40; ++i) {
        TIM_ASSERT_OK(ledger.append(batch_of(i * 1000 + 1, 1000).batch()));
    }
    while (ledger.step()) {
    }
    EXPECT_GT(ledger.reserved_bytes(), small + (std::uint64_t{1} << 20));
    EXPECT_LE(ledger.reserved_bytes(), options.reserve_most_bytes);
}

TEST_F(FolderLedger, KeepsTheReserveOfAnEarlierRun) {
    { auto store = must_open(data(), small_options()); }
    const auto size = std::filesystem::file_size(file());
    { auto store = must_open(data(), small_options()); }
    EXPECT_EQ(std::filesystem::file_size(file()), size);
    // A hole, as a crash may leave it, is written again: it is no reserve.
    ASSERT_EQ(::truncate(file().c_str(), 8192 + 4096), 0);
    ASSERT_EQ(::truncate(file().c_str(), static_cast<off_t>(size)), 0);
    auto store = must_open(data(), small_options());
    struct stat status {};
    ASSERT_EQ(::stat(file().c_str(), &status), 0);
    EXPECT_GE(static_cast<std::uint64_t>(status.st_blocks) * 512, std::uint64_t{2} << 20);
}

}  // namespace
}  // namespace tim::storage::test
