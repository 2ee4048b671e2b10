#include "storage/lmdb/environment.h"

#include <cerrno>

#include "storage/files/file.h"

namespace tim::storage::lmdb {

using model::ErrorKind;

tl::unexpected<model::Error> failure(int code, const std::string& what) {
    ErrorKind kind = ErrorKind::io;
    switch (code) {
        case MDB_MAP_FULL:
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            kind = ErrorKind::full;
            break;
        case MDB_CORRUPTED:
        case MDB_PAGE_NOTFOUND:
        case MDB_INVALID:
        case MDB_VERSION_MISMATCH:
        case MDB_INCOMPATIBLE:
            kind = ErrorKind::corrupt;
            break;
        case MDB_READERS_FULL:
            kind = ErrorKind::busy;
            break;
        default:
            break;
    }
    return model::failure(kind, what + ": " + mdb_strerror(code));
}

Result<std::unique_ptr<Environment>> Environment::open(const std::filesystem::path& folder,
                                                       std::uint64_t map_bytes, unsigned tables) {
    const std::string what = "cannot open " + folder.string();
    std::unique_ptr<Environment> opened(new Environment);
    opened->folder_ = folder;
    if (const int code = mdb_env_create(&opened->env_)) return failure(code, what);
    if (const int code = mdb_env_set_mapsize(opened->env_, map_bytes)) return failure(code, what);
    if (const int code = mdb_env_set_maxdbs(opened->env_, tables)) return failure(code, what);
    if (const int code = mdb_env_set_maxreaders(opened->env_, kMaxReaders)) return failure(code, what);
    // MDB_NOTLS: a reader belongs to its object, not to its thread, so that a pool can hand it on.
    if (const int code = mdb_env_open(opened->env_, folder.c_str(), MDB_NOTLS, 0600)) {
        return failure(code, what);
    }
    MDB_stat status{};
    MDB_envinfo info{};
    mdb_env_stat(opened->env_, &status);
    mdb_env_info(opened->env_, &info);
    opened->page_bytes_ = status.ms_psize;
    opened->map_bytes_ = info.me_mapsize;
    if (auto synced = sync_folder(folder); !synced) return tl::unexpected(std::move(synced.error()));
    return opened;
}

Environment::~Environment() {
    {
        const MutexLock lock(mutex_);
        for (MDB_txn* transaction : idle_readers_)
            mdb_txn_abort(transaction);
    }
    if (env_ != nullptr) mdb_env_close(env_);
}

std::uint64_t Environment::used_pages() const {
    MDB_envinfo info{};
    mdb_env_info(env_, &info);
    return info.me_last_pgno + 1;
}

Result<MDB_dbi> Environment::open_table(const char* name, unsigned flags) {
    auto transaction = WriteTransaction::begin(*this);
    if (!transaction) return tl::unexpected(std::move(transaction.error()));
    MDB_dbi table = 0;
    if (const int code = mdb_dbi_open(transaction->get(), name, flags | MDB_CREATE, &table)) {
        return failure(code, "cannot open a table of " + folder_.string());
    }
    if (auto done = transaction->commit("cannot make a table of " + folder_.string()); !done) {
        return tl::unexpected(std::move(done.error()));
    }
    return table;
}

Result<MDB_txn*> Environment::begin_read() {
    MDB_txn* transaction = nullptr;
    {
        const MutexLock lock(mutex_);
        if (!idle_readers_.empty()) {
            transaction = idle_readers_.back();
            idle_readers_.pop_back();
        }
    }
    const int code = transaction != nullptr ? mdb_txn_renew(transaction)
                                            : mdb_txn_begin(env_, nullptr, MDB_RDONLY, &transaction);
    if (code == 0) return transaction;
    if (transaction != nullptr) mdb_txn_abort(transaction);
    return failure(code, "cannot read " + folder_.string());
}

void Environment::end_read(MDB_txn* transaction) {
    mdb_txn_reset(transaction);
    const MutexLock lock(mutex_);
    idle_readers_.push_back(transaction);
}

Result<ReadTransaction> ReadTransaction::begin(Environment& environment) {
    auto transaction = environment.begin_read();
    if (!transaction) return tl::unexpected(std::move(transaction.error()));
    return ReadTransaction(environment, *transaction);
}

ReadTransaction::~ReadTransaction() {
    if (transaction_ != nullptr) environment_->end_read(transaction_);
}

Result<WriteTransaction> WriteTransaction::begin(Environment& environment) {
    MDB_txn* transaction = nullptr;
    if (const int code = mdb_txn_begin(environment.env_, nullptr, 0, &transaction)) {
        return failure(code, "cannot begin to write " + environment.folder().string());
    }
    return WriteTransaction(transaction);
}

WriteTransaction::~WriteTransaction() {
    if (transaction_ != nullptr) mdb_txn_abort(transaction_);
}

Result<void> WriteTransaction::commit(const std::string& what) {
    if (const int code = mdb_txn_commit(std::exchange(transaction_, nullptr))) return failure(code, what);
    return {};
}

Result<Cursor> Cursor::open(MDB_txn* transaction, MDB_dbi table) {
    MDB_cursor* cursor = nullptr;
    if (const int code = mdb_cursor_open(transaction, table, &cursor)) {
        return failure(code, "cannot open a cursor");
    }
    return Cursor(cursor);
}

Cursor::~Cursor() {
    if (cursor_ != nullptr) mdb_cursor_close(cursor_);
}

}  // namespace tim::storage::lmdb
