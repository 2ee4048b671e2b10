#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/command.h"
#include "engine/model/result.h"

namespace tim::client {

/// One command waiting to be posted. Owns what it names, unlike model::Command.
struct QueuedRow {
    model::CommandKind kind = model::CommandKind::sale;
    bool ranking = false;
    model::KeyKind customer_kind = model::KeyKind::none;
    model::CustomerId customer_id{};  ///< KeyKind::id
    std::string customer;             ///< the other kinds: the key as it was entered
    model::Name name;
    model::Instant at = model::kNoInstant;
    model::Money amount{};
    model::Points points{};
    std::int64_t ttl_ms = 0;
    model::Sequence hold{};
    model::Name original;
    std::string reason;
    std::vector<model::Key> keys;                    ///< enroll: as they were entered
    std::string person;                              ///< enroll: the customer's name
    std::vector<model::SaleLine> lines;              ///< sale, returned: the goods
    std::string referral;                            ///< sale, enroll: a referral code, as typed
    std::string payment;                             ///< sale: what tells the means of payment from others
    std::string voucher;                             ///< sale: a voucher's code, as typed
    std::string reward;                              ///< redeem_reward: its id
    model::KeyKind vip_kind = model::KeyKind::none;  ///< enroll: whose member the customer becomes
    model::CustomerId vip_id{};                      ///< KeyKind::id
    std::string vip;                                 ///< the other kinds
    std::string note;  ///< the caller's own mark (a feed's line, say); goes along into the rejects

    friend bool operator==(const QueuedRow&, const QueuedRow&) = default;
};

/// The row as the command that it stands for; points into the row. `enrollment` and `details` stay empty:
/// the two functions below make them.
model::Command as_command(const QueuedRow& row);
/// What an enroll row enrols; points into the row.
model::Enrollment enrollment_of(const QueuedRow& row);
/// Whether a row names more than a plain one carries, and what; points into the row. Of a redemption the
/// command's `reward` is to point to the details'.
bool has_details(const QueuedRow& row);
model::SaleDetails details_of(const QueuedRow& row);

/// The row that posts `command` later. What an enrolment or a sale's details name is copied too.
QueuedRow as_row(const model::Command& command);

inline constexpr std::size_t kMaxRowsPerAppend = 10'000;
/// Greatest length of a row's note.
inline constexpr std::size_t kMaxNoteBytes = 32 * 1024;

struct QueueOptions {
    std::filesystem::path folder;                 ///< made when it does not exist
    std::uint64_t max_bytes = 256 * 1024 * 1024;  ///< of rows and rejects on disk; at least 1 MiB
    std::uint64_t segment_bytes = 8 * 1024 * 1024;
};

struct QueueStatus {
    std::uint64_t acknowledged = 0;  ///< rows done with: posted or rejected
    std::uint64_t appended = 0;      ///< rows ever appended
    std::uint64_t rejected = 0;      ///< rows in the rejects file
    std::uint64_t bytes = 0;         ///< of segments and rejects on disk
    std::uint64_t torn_bytes = 0;    ///< of an append that a crash had cut short, taken away when opening

    std::uint64_t waiting() const { return appended - acknowledged; }
};

/// A row with its place in the queue: rows are numbered from 0 in the order in which they were appended.
struct QueuedEntry {
    std::uint64_t index = 0;
    std::string program;
    QueuedRow row;
};

/// A durable first-in first-out queue of commands in a folder of its own: what a till sold while the server
/// was away. Rows stand in append-only segment files, each append one checksummed record; a segment is
/// deleted when all of it is acknowledged. The format is drawn in clients/README.md.
///
/// What a crash can do: an append that did not return may be missing or there (never half of it); rows
/// acknowledged shortly before may be read again. As every row carries a name, posting it again changes
/// nothing. Damage elsewhere than at the torn end is not passed over: `open` or `read` fails and says where.
///
/// Thread safety: all members may be called from any thread; an append's sync does not hold up the reader.
class DurableQueue {
  public:
    /// Errors: busy (another process has the folder), corrupt, io, full, invalid (options).
    static model::Result<std::unique_ptr<DurableQueue>> open(const QueueOptions& options);
    ~DurableQueue();

    /// Returns once the rows are on disk, all or none of them, with the index of the first. Errors: full (the
    /// bound or the disk; nothing was queued), invalid (no rows, too many, or one that cannot be named), io.
    model::Result<std::uint64_t> append(std::string_view program, std::span<const QueuedRow> rows);

    /// Up to `max_rows` rows from `index` on; none when there are no more. Reading on from where the last
    /// read ended costs no seek.
    model::Result<std::vector<QueuedEntry>> read(std::uint64_t index, std::size_t max_rows);

    /// Rows below `end` are done with. It outlives this process at once, and the machine when the queue is
    /// empty, a segment is deleted, or a thousand rows have come together.
    model::Result<void> acknowledge(std::uint64_t end);

    /// Writes the row to the rejects (durable when it returns), unless a process before this one did so. Call
    /// it in the order of the indices, before the row is acknowledged. `refusal` and `reason` are for people
    /// and scripts.
    model::Result<void> reject(const QueuedEntry& entry, std::string_view refusal, std::string_view reason);

    QueueStatus status() const;
    /// CSV with a header row: what was refused for good, and why.
    std::filesystem::path rejects_path() const;

  private:
    struct Impl;
    explicit DurableQueue(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace tim::client
