#include "clients/cpp/queue.h"

#define XXH_INLINE_ALL
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xxhash.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "clients/cpp/queue_record.h"
#include "temporary_folder.h"

namespace tim::client {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::TemporaryFolder;

QueuedRow row(std::uint64_t number) {
    QueuedRow sale;
    sale.name = model::Name::receipt({3}, fmt::format("C{}", number));
    sale.customer_kind = model::KeyKind::phone;
    sale.customer = "+84901234567";
    sale.amount = {static_cast<std::int64_t>(1000 * number)};
    sale.at = {1'700'000'000'000 + static_cast<std::int64_t>(number)};
    sale.note = fmt::format("line {}", number);
    return sale;
}

std::vector<QueuedRow> rows(std::uint64_t from, std::uint64_t count) {
    std::vector<QueuedRow> result;
    for (std::uint64_t i = 0; i < count; ++i)
        result.push_back(row(from + i));
    return result;
}

std::unique_ptr<DurableQueue> open(const fs::path& folder, std::uint64_t segment_bytes = 8 << 20,
                                   std::uint64_t max_bytes = 64 << 20) {
    auto queue = DurableQueue::open({folder, max_bytes, segment_bytes});
    EXPECT_TRUE(queue) << queue.error().message;
    return queue ? std::move(*queue) : nullptr;
}

/// All that waits, in pieces.
std::vector<QueuedRow> waiting(DurableQueue& queue, std::size_t piece = 7) {
    std::vector<QueuedRow> result;
    for (std::uint64_t index = queue.status().acknowledged;;) {
        auto read = queue.read(index, piece);
        EXPECT_TRUE(read) << read.error().message;
        if (!read || read->empty()) return result;
        for (auto& entry : *read) {
            EXPECT_EQ(entry.index, index++);
            EXPECT_EQ(entry.program, "shop");
            result.push_back(std::move(entry.row));
        }
    }
}

std::size_t segment_count(const fs::path& folder) {
    std::size_t count = 0;
    for (const auto& file : fs::directory_iterator(folder))
        count += file.path().extension() == ".seg";
    return count;
}

fs::path last_segment(const fs::path& folder) {
    fs::path last;
    for (const auto& file : fs::directory_iterator(folder))
        if (file.path().extension() == ".seg") last = std::max(last, file.path());
    return last;
}

std::string content(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

void write(const fs::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

TEST(DurableQueueTest, KeepsEveryFieldOfARow) {
    const TemporaryFolder folder;
    QueuedRow full;
    full.kind = model::CommandKind::adjust;
    full.ranking = true;
    full.customer_kind = model::KeyKind::id;
    full.customer_id = {42};
    full.name = model::Name::request({1, 2, 3});
    full.at = {-5};
    full.amount = {-12};
    full.points = {7};
    full.ttl_ms = 99;
    full.hold = {1234};
    full.original = model::Name::receipt({9}, "A/1");
    full.reason = "quà tặng";
    full.note = "line 8";
    QueuedRow goods = row(5);
    goods.hold = {99};
    goods.referral = "7K3M9QXWTB2C";
    goods.payment = "token";
    goods.lines = {{"oolong-1", 2, {60'000}, "trà"}, {"cup", 1, model::kAnyPrice, ""}};
    goods.note = std::string(kMaxNoteBytes, 'n');
    QueuedRow person;
    person.kind = model::CommandKind::enroll;
    person.name = model::Name::request({9});
    person.keys = {{model::KeyKind::phone, "+84901234567"}, {model::KeyKind::email, "An@Example.vn"}};
    person.person = "An";
    person.referral = "7K3M9QXWTB2C";
    person.vip_kind = model::KeyKind::card;
    person.vip = "1";
    QueuedRow anonymous;
    anonymous.name = model::Name::receipt({1}, "X");
    const std::vector<QueuedRow> all{full, person, anonymous, goods, row(1)};
    ASSERT_TRUE(open(folder.path())->append("shop", all));
    EXPECT_EQ(waiting(*open(folder.path())), all);
}

TEST(DurableQueueTest, CommandsAndRowsAreTheSame) {
    QueuedRow without_note = row(4);
    const model::Command command = as_command(without_note);
    EXPECT_EQ(command.customer.text, "+84901234567");
    without_note.note.clear();
    EXPECT_EQ(as_row(command), without_note);
    EXPECT_FALSE(has_details(without_note));

    without_note.hold = {99};
    without_note.referral = "7K3M9QXWTB2C";
    without_note.payment = "token";
    without_note.lines = {{"cup", 1, {45'000}, ""}};
    EXPECT_TRUE(has_details(without_note));
    const model::SaleDetails details = details_of(without_note);
    model::Command detailed = as_command(without_note);
    detailed.details = &details;
    EXPECT_EQ(as_row(detailed), without_note);

    QueuedRow person;
    person.kind = model::CommandKind::enroll;
    person.keys = {{model::KeyKind::phone, "+84901234567"}};
    person.referral = "7K3M9QXWTB2C";
    person.vip_kind = model::KeyKind::id;
    person.vip_id = {4};
    const model::Enrollment enrollment = enrollment_of(person);
    model::Command enroll = as_command(person);
    enroll.enrollment = &enrollment;
    EXPECT_EQ(as_row(enroll), person);
}

TEST(DurableQueueTest, RowsComeOutInOrderAcrossSegmentsAndRestarts) {
    const TemporaryFolder folder;
    auto queue = open(folder.path(), 2'000);
    for (std::uint64_t i = 0; i < 60; ++i) {
        const auto index = queue->append("shop", rows(i * 3, 3));
        ASSERT_TRUE(index);
        EXPECT_EQ(*index, i * 3);
        if (i % 17 == 16) {
            queue.reset();
            queue = open(folder.path(), 2'000);
        }
    }
    EXPECT_GT(segment_count(folder.path()), 5U);
    EXPECT_EQ(waiting(*queue), rows(0, 180));
    // From anywhere, not only on from where the last read ended.
    for (const std::uint64_t index : {179U, 0U, 91U, 90U, 3U}) {
        const auto read = queue->read(index, 2);
        ASSERT_TRUE(read);
        EXPECT_EQ(read->front().row, row(index)) << index;
    }
    EXPECT_TRUE(queue->read(180, 5)->empty());
}

TEST(DurableQueueTest, WhatIsAcknowledgedIsGoneForGood) {
    const TemporaryFolder folder;
    auto queue = open(folder.path(), 2'000);
    ASSERT_TRUE(queue->append("shop", rows(0, 5)));
    for (std::uint64_t i = 5; i < 100; ++i)
        ASSERT_TRUE(queue->append("shop", rows(i, 1)));
    const auto segments = segment_count(folder.path());
    for (const std::uint64_t end : {1U, 2U, 50U, 77U}) {
        ASSERT_TRUE(queue->acknowledge(end));
        queue.reset();
        queue = open(folder.path(), 2'000);
        EXPECT_EQ(queue->status().acknowledged, end);
        EXPECT_EQ(waiting(*queue), rows(end, 100 - end));
    }
    EXPECT_LT(segment_count(folder.path()), segments / 2);
    ASSERT_TRUE(queue->acknowledge(100));
    EXPECT_EQ(queue->status().waiting(), 0U);
    EXPECT_EQ(segment_count(folder.path()), 1U);
    EXPECT_FALSE(queue->acknowledge(101));
    EXPECT_TRUE(queue->acknowledge(3)) << "an older position changes nothing";
    EXPECT_EQ(queue->status().acknowledged, 100U);
    ASSERT_TRUE(queue->append("shop", rows(100, 1)));
    EXPECT_EQ(waiting(*queue), rows(100, 1));
}

TEST(DurableQueueTest, ASecondOwnerIsRefused) {
    const TemporaryFolder folder;
    const auto queue = open(folder.path());
    const auto second = DurableQueue::open({folder.path()});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, model::ErrorKind::busy);
    EXPECT_THAT(second.error().message, HasSubstr("in use by another process"));
    // The same from another process.
    const pid_t child = ::fork();
    if (child == 0) ::_exit(DurableQueue::open({folder.path()}) ? 0 : 7);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST(DurableQueueTest, AnAppendCutAnywhereIsGoneAsAWhole) {
    const TemporaryFolder origin;
    {
        auto queue = open(origin.path());
        ASSERT_TRUE(queue->append("shop", rows(0, 2)));
        ASSERT_TRUE(queue->append("shop", rows(2, 1)));
        ASSERT_TRUE(queue->acknowledge(1));
    }
    const std::string before = content(last_segment(origin.path()));
    {
        auto queue = open(origin.path());
        ASSERT_TRUE(queue->append("shop", rows(3, 1)));
    }
    const std::string after = content(last_segment(origin.path()));
    ASSERT_EQ(after.substr(0, before.size()), before);
    for (std::size_t size = before.size(); size <= after.size(); ++size) {
        const TemporaryFolder folder;
        fs::copy(origin.path(), folder.path(),
                 fs::copy_options::recursive | fs::copy_options::overwrite_existing);
        write(last_segment(folder.path()), after.substr(0, size));
        auto queue = open(folder.path());
        ASSERT_TRUE(queue) << size;
        const bool whole = size == after.size();
        EXPECT_EQ(queue->status().torn_bytes, whole ? 0 : size - before.size()) << size;
        EXPECT_EQ(waiting(*queue), rows(1, whole ? 3 : 2)) << size;
        // The next append takes the place of the lost one.
        ASSERT_TRUE(queue->append("shop", rows(3, 1))) << size;
        queue.reset();
        auto again = waiting(*open(folder.path()));
        EXPECT_EQ(again[2], row(3)) << size;
    }
}

TEST(DurableQueueTest, ABlockThatNeverReachedTheDiskIsATornAppendToo) {
    const TemporaryFolder folder;
    std::string before;
    {
        auto queue = open(folder.path());
        ASSERT_TRUE(queue->append("shop", rows(0, 2)));
        before = content(last_segment(folder.path()));
        ASSERT_TRUE(queue->append("shop", rows(2, 50)));
    }
    std::string bytes = content(last_segment(folder.path()));
    // The file has grown, but what was written is zeros: here at its start, there everywhere.
    for (const std::size_t zeros : {std::size_t{100}, bytes.size() - before.size()}) {
        std::string torn = bytes;
        torn.replace(before.size(), zeros, std::string(zeros, '\0'));
        write(last_segment(folder.path()), torn);
        const auto queue = open(folder.path());
        ASSERT_TRUE(queue);
        EXPECT_EQ(waiting(*queue), rows(0, 2));
        EXPECT_EQ(queue->status().torn_bytes, bytes.size() - before.size());
    }
}

TEST(DurableQueueTest, DamageBeforeSoundRowsIsNotPassedOver) {
    const TemporaryFolder origin;
    std::size_t last_record = 0;
    {
        auto queue = open(origin.path());
        for (std::uint64_t i = 0; i < 3; ++i) {
            last_record = fs::file_size(last_segment(origin.path()));
            ASSERT_TRUE(queue->append("shop", rows(i, 1)));
        }
    }
    const std::string bytes = content(last_segment(origin.path()));
    for (std::size_t at = 0; at < last_record; ++at) {
        const TemporaryFolder folder;
        fs::copy(origin.path(), folder.path(),
                 fs::copy_options::recursive | fs::copy_options::overwrite_existing);
        std::string damaged = bytes;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
        write(last_segment(folder.path()), damaged);
        const auto queue = DurableQueue::open({folder.path()});
        ASSERT_FALSE(queue) << at;
        EXPECT_EQ(queue.error().kind, model::ErrorKind::corrupt) << at;
        EXPECT_THAT(queue.error().message, HasSubstr("rows-")) << at;
    }
}

TEST(DurableQueueTest, ASegmentOfANewerFormatIsRefused) {
    const TemporaryFolder folder;
    open(folder.path());
    const fs::path path = last_segment(folder.path());
    std::string bytes = content(path);
    bytes[0] = 'X';
    write(path, bytes);
    const auto queue = DurableQueue::open({folder.path()});
    ASSERT_FALSE(queue);
    EXPECT_THAT(queue.error().message, HasSubstr("not a queue segment"));
}

/// Makes a segment one of another format, soundly.
void set_format(const fs::path& path, std::uint32_t format) {
    std::string bytes = content(path);
    SegmentHeader header;
    std::memcpy(&header, bytes.data(), sizeof header);
    header.format = format;
    header.checksum = XXH3_64bits(&header, offsetof(SegmentHeader, checksum));
    std::memcpy(bytes.data(), &header, sizeof header);
    write(path, bytes);
}

TEST(DurableQueueTest, ASegmentOfTheOlderFormatIsReadAndNotAppendedTo) {
    const TemporaryFolder folder;
    ASSERT_TRUE(open(folder.path())->append("shop", rows(0, 3)));
    set_format(last_segment(folder.path()), 1);
    QueuedRow goods = row(3);
    goods.lines = {{"cup", 1, {45'000}, ""}};
    std::vector<QueuedRow> all = rows(0, 3);
    all.push_back(goods);
    {
        auto queue = open(folder.path());
        ASSERT_TRUE(queue->append("shop", {&goods, 1}));
        EXPECT_EQ(waiting(*queue), all);
    }
    EXPECT_EQ(segment_count(folder.path()), 2U);
    EXPECT_EQ(waiting(*open(folder.path())), all);

    // One without rows is made anew in its place.
    const TemporaryFolder other;
    open(other.path());
    set_format(last_segment(other.path()), 1);
    auto queue = open(other.path());
    const std::uint64_t bytes = queue->status().bytes;
    ASSERT_TRUE(queue->append("shop", rows(0, 1)));
    EXPECT_EQ(segment_count(other.path()), 1U);
    EXPECT_EQ(queue->status().bytes,
              fs::file_size(last_segment(other.path())) + bytes - sizeof(SegmentHeader));
    EXPECT_EQ(waiting(*queue), rows(0, 1));
    queue.reset();
    set_format(last_segment(other.path()), 4);
    const auto newer = DurableQueue::open({other.path()});
    ASSERT_FALSE(newer);
    EXPECT_THAT(newer.error().message, HasSubstr("its format is 4, this program knows 1 to 3"));
}

TEST(DurableQueueTest, ASegmentWhoseMakingWasCutShortIsMadeAnew) {
    const TemporaryFolder folder;
    {
        auto queue = open(folder.path());
        ASSERT_TRUE(queue->append("shop", rows(0, 3)));
    }
    write(folder.path() / "rows-00000000000000000003.seg", "TIMQ");
    auto queue = open(folder.path());
    ASSERT_TRUE(queue);
    EXPECT_EQ(queue->status().torn_bytes, 4U);
    ASSERT_TRUE(queue->append("shop", rows(3, 1)));
    EXPECT_EQ(waiting(*queue), rows(0, 4));
}

TEST(DurableQueueTest, ATornPositionFallsBackToTheOneBefore) {
    const TemporaryFolder folder;
    {
        auto queue = open(folder.path());
        ASSERT_TRUE(queue->append("shop", rows(0, 9)));
        ASSERT_TRUE(queue->acknowledge(3));
        ASSERT_TRUE(queue->acknowledge(5));
    }
    std::string bytes = content(folder.path() / "position");
    bytes[4096 + 17] = static_cast<char>(bytes[4096 + 17] ^ 1);
    write(folder.path() / "position", bytes);
    EXPECT_EQ(open(folder.path())->status().acknowledged, 3U);
    bytes[17] = static_cast<char>(bytes[17] ^ 1);
    write(folder.path() / "position", bytes);
    const auto lost = DurableQueue::open({folder.path()});
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().kind, model::ErrorKind::corrupt);
}

TEST(DurableQueueTest, AFullQueueSaysSoAndTakesRowsAgainWhenDrained) {
    const TemporaryFolder folder;
    auto queue = open(folder.path(), 100'000, 1 << 20);
    std::uint64_t count = 0;
    model::Result<std::uint64_t> appended;
    while ((appended = queue->append("shop", rows(count, 100))))
        count += 100;
    EXPECT_EQ(appended.error().kind, model::ErrorKind::full);
    EXPECT_THAT(appended.error().message, HasSubstr(fmt::format("{} rows wait", count)));
    EXPECT_LE(queue->status().bytes, 1U << 20);
    EXPECT_EQ(queue->status().appended, count);
    ASSERT_TRUE(queue->acknowledge(count / 2));
    ASSERT_TRUE(queue->append("shop", rows(count, 100)));
    EXPECT_EQ(waiting(*queue, 1'000), rows(count / 2, count / 2 + 100));
    EXPECT_FALSE(DurableQueue::open({folder.path() / "small", 1000, 100}));
}

TEST(DurableQueueTest, RowsThatCouldNeverBePostedAreNotTaken) {
    const TemporaryFolder folder;
    auto queue = open(folder.path());
    QueuedRow nameless = row(1);
    nameless.name = {};
    QueuedRow bare = row(1);
    bare.name.bytes = {};
    QueuedRow read = row(1);
    read.kind = model::CommandKind::balance;
    QueuedRow keyless = row(1);
    keyless.kind = model::CommandKind::enroll;
    QueuedRow verbose = row(1);
    verbose.customer.assign(600, '1');
    for (const auto& wrong : {nameless, bare, read, keyless, verbose}) {
        const auto appended = queue->append("shop", std::vector{row(0), wrong});
        ASSERT_FALSE(appended);
        EXPECT_EQ(appended.error().kind, model::ErrorKind::invalid);
        EXPECT_THAT(appended.error().message, HasSubstr("row 1:"));
    }
    EXPECT_FALSE(queue->append("shop", {}));
    EXPECT_FALSE(queue->append("", rows(0, 1)));
    EXPECT_FALSE(queue->append("shop", rows(0, kMaxRowsPerAppend + 1)));
    EXPECT_EQ(queue->status().appended, 0U);
}

TEST(RejectsTest, StandOnceWithTheirReason) {
    const TemporaryFolder folder;
    QueuedRow odd = row(1);
    odd.customer = "a \"b\", c\nd";
    odd.original = model::Name::receipt({2}, "O9");
    {
        auto queue = open(folder.path());
        ASSERT_TRUE(queue->append("shop", std::vector{row(0), odd, row(2)}));
        ASSERT_TRUE(queue->reject({0, "shop", row(0)}, "too_late", "the time lies too far back"));
        ASSERT_TRUE(queue->reject({1, "shop", odd}, "unknown_customer", "no customer, has that key"));
        EXPECT_EQ(queue->status().rejected, 2U);
    }
    const fs::path path = folder.path() / "rejects.csv";
    const std::string text = content(path);
    EXPECT_EQ(text,
              "index,kind,receipt,at,terminal,customer,amount_minor,points,original,note,refusal,reason\n"
              "0,sale,3/C0,2023-11-14T22:13:20Z,3,phone:+84901234567,0,0,,line 0,too_late,the time lies too "
              "far back\n"
              "1,sale,3/C1,2023-11-14T22:13:20.001Z,3,\"phone:a \"\"b\"\", c d\",1000,0,2/O9,line "
              "1,unknown_customer,"
              "\"no customer, has that key\"\n");
    // A crash cut the last line; after the restart the row is refused again, the one before it too.
    write(path, text.substr(0, text.size() - 5));
    auto queue = open(folder.path());
    EXPECT_EQ(queue->status().rejected, 1U);
    ASSERT_TRUE(queue->reject({0, "shop", row(0)}, "too_late", "the time lies too far back"));
    ASSERT_TRUE(queue->reject({1, "shop", odd}, "unknown_customer", "no customer, has that key"));
    EXPECT_EQ(content(path), text);
}

}  // namespace
}  // namespace tim::client
