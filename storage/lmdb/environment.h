#pragma once

#include <absl/base/thread_annotations.h>
#include <lmdb.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/model/documents.h"
#include "engine/model/result.h"
#include "storage/mutex.h"

namespace tim::storage::lmdb {

using model::BytesView;
using model::Result;

/// An error of LMDB: `full` for a full map or disk, `corrupt` for damaged pages, `busy` when too many threads
/// read at once, else `io`. The message is "<what>: <LMDB's sentence>".
tl::unexpected<model::Error> failure(int code, const std::string& what);

inline MDB_val value_of(BytesView bytes) {
    return {bytes.size(), const_cast<std::byte*>(bytes.data())};
}
inline BytesView bytes_of(const MDB_val& value) {
    return {static_cast<const std::byte*>(value.mv_data), value.mv_size};
}

/// One LMDB environment: a folder with `data.mdb` and `lock.mdb` (mode 0600). Every commit is synced. Reading
/// is thread-safe; write transactions exclude each other.
class Environment {
  public:
    /// Threads and scans that may read at the same time.
    static constexpr unsigned kMaxReaders = 512;

    /// Opens or makes the environment in a folder that exists.
    static Result<std::unique_ptr<Environment>> open(const std::filesystem::path& folder,
                                                     std::uint64_t map_bytes, unsigned tables);
    ~Environment();
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;

    const std::filesystem::path& folder() const { return folder_; }
    std::uint64_t page_bytes() const { return page_bytes_; }
    std::uint64_t map_bytes() const { return map_bytes_; }

    /// Pages of the file that hold, or held, something: all below this number.
    std::uint64_t used_pages() const;

    /// Opens a table by its name, or with nullptr the only one, making it when there is none.
    Result<MDB_dbi> open_table(const char* name, unsigned flags);

  private:
    friend class ReadTransaction;
    friend class WriteTransaction;

    Environment() = default;
    Result<MDB_txn*> begin_read();
    void end_read(MDB_txn* transaction);

    std::filesystem::path folder_;
    MDB_env* env_ = nullptr;
    std::uint64_t page_bytes_ = 0;
    std::uint64_t map_bytes_ = 0;
    Mutex mutex_;
    // Transactions that are reset: renewing one keeps its reader's slot and takes no lock in LMDB.
    std::vector<MDB_txn*> idle_readers_ ABSL_GUARDED_BY(mutex_);
};

/// A snapshot of an environment. Of one thread at a time.
class ReadTransaction {
  public:
    static Result<ReadTransaction> begin(Environment& environment);
    ReadTransaction(ReadTransaction&& other) noexcept
        : environment_(other.environment_), transaction_(std::exchange(other.transaction_, nullptr)) {}
    ReadTransaction& operator=(ReadTransaction&&) = delete;
    ~ReadTransaction();

    MDB_txn* get() const { return transaction_; }

  private:
    ReadTransaction(Environment& environment, MDB_txn* transaction)
        : environment_(&environment), transaction_(transaction) {}
    Environment* environment_;
    MDB_txn* transaction_;
};

/// A change of an environment: given up unless committed. Of the thread that began it.
class WriteTransaction {
  public:
    static Result<WriteTransaction> begin(Environment& environment);
    WriteTransaction(WriteTransaction&& other) noexcept
        : transaction_(std::exchange(other.transaction_, nullptr)) {}
    WriteTransaction& operator=(WriteTransaction&&) = delete;
    ~WriteTransaction();

    MDB_txn* get() const { return transaction_; }

    /// Durable when it returns a value.
    Result<void> commit(const std::string& what);

  private:
    explicit WriteTransaction(MDB_txn* transaction) : transaction_(transaction) {}
    MDB_txn* transaction_;
};

/// A place in a table. Must end before its transaction does.
class Cursor {
  public:
    static Result<Cursor> open(MDB_txn* transaction, MDB_dbi table);
    Cursor(Cursor&& other) noexcept : cursor_(std::exchange(other.cursor_, nullptr)) {}
    Cursor& operator=(Cursor&&) = delete;
    ~Cursor();

    MDB_cursor* get() const { return cursor_; }

    /// Moves; MDB_NOTFOUND and other codes are the caller's to judge.
    int move(MDB_val* key, MDB_val* value, MDB_cursor_op operation) const {
        return mdb_cursor_get(cursor_, key, value, operation);
    }

  private:
    explicit Cursor(MDB_cursor* cursor) : cursor_(cursor) {}
    MDB_cursor* cursor_;
};

}  // namespace tim::storage::lmdb
