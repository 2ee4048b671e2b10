#include "storage/lmdb/ledger.h"

#include <cstring>
#include <string>
#include <vector>

namespace tim::storage::lmdb {
namespace {

using model::ErrorKind;
using model::Sequence;

// What LMDB may take for one append besides the batch's own pages: a copy of every page on the path to the
// last leaf and one more for each that splits, for the batches' tree and for the tree of free pages, and the
// pages that list free pages. Trees of 2^32 batches are 5 deep; tests find less than a third of this in use.
constexpr std::uint64_t kOverheadPages = 48;

// A scan lets go of its snapshot after so many batches, so that pages which appends free in the meantime can
// be used again, however slow the visitor is.
constexpr int kBatchesPerSnapshot = 64;

constexpr std::uint64_t kPageHeaderBytes = 16;  // LMDB's, before a value that has pages of its own

std::string name_of(Sequence sequence) {
    return "sequence " + std::to_string(sequence.value);
}

}  // namespace

Result<std::unique_ptr<LmdbLedger>> LmdbLedger::open(const std::filesystem::path& folder,
                                                     std::uint64_t map_bytes, const ReserveOptions& reserve) {
    auto environment = Environment::open(folder, map_bytes, 1);
    if (!environment) return tl::unexpected(std::move(environment.error()));
    std::unique_ptr<LmdbLedger> ledger(new LmdbLedger(std::move(*environment)));
    auto table = ledger->environment_->open_table(nullptr, MDB_INTEGERKEY);
    if (!table) return tl::unexpected(std::move(table.error()));
    ledger->table_ = *table;
    if (auto loaded = ledger->load_last(); !loaded) return tl::unexpected(std::move(loaded.error()));

    const Environment& opened = *ledger->environment_;
    auto reserved = Reserve::open(folder / "data.mdb", reserve, opened.page_bytes(), opened.map_bytes(),
                                  opened.used_pages());
    if (!reserved) return tl::unexpected(std::move(reserved.error()));
    ledger->reserve_ = std::move(*reserved);
    return ledger;
}

Result<void> LmdbLedger::load_last() {
    auto transaction = ReadTransaction::begin(*environment_);
    if (!transaction) return tl::unexpected(std::move(transaction.error()));
    auto cursor = Cursor::open(transaction->get(), table_);
    if (!cursor) return tl::unexpected(std::move(cursor.error()));
    MDB_val key{};
    MDB_val value{};
    const int code = cursor->move(&key, &value, MDB_LAST);
    if (code == MDB_NOTFOUND) return {};
    if (code != 0) return failure(code, "cannot read the ledger's end");
    auto view = view_at(key, value);
    if (!view) return tl::unexpected(std::move(view.error()));
    if (auto verified = view->verify(); !verified) return verified;
    last_ = view->last().value;
    last_checksum_ = view->checksum();
    return {};
}

std::uint64_t LmdbLedger::pages_for(std::uint64_t value_bytes) const {
    return (kPageHeaderBytes + value_bytes + environment_->page_bytes() - 1) / environment_->page_bytes() +
           kOverheadPages;
}

std::uint64_t LmdbLedger::bytes_for(std::size_t facts, std::size_t blob_bytes) const {
    return pages_for(encoded_batch_bytes(facts, blob_bytes)) * environment_->page_bytes();
}

std::uint64_t LmdbLedger::reserved_bytes() const {
    // What more than one batch takes beyond their sum as one: see kBatchesCovered. A page for what is rounded
    // up, one for what the second header takes.
    constexpr std::uint64_t kHeldBack = (kBatchesCovered - 1) * (kOverheadPages + 2);
    const std::uint64_t pages = reserve_->free_pages();
    return pages > kHeldBack ? (pages - kHeldBack) * environment_->page_bytes() : 0;
}

Result<void> LmdbLedger::append(const Batch& batch) {
    if (broken_) return model::failure(ErrorKind::io, "the ledger is closed for writing: an append failed");
    if (auto checked = check_batch(batch, {last().value + 1}); !checked) return checked;
    const std::uint64_t bytes = encoded_batch_bytes(batch.facts.size(), batch.blobs.size());
    if (auto reserved = reserve_->ensure(pages_for(bytes)); !reserved) return reserved;

    const std::string what = "cannot append " + name_of(batch.first) + " to the ledger";
    broken_ = true;  // until it is known that all went well
    auto transaction = WriteTransaction::begin(*environment_);
    if (!transaction) return tl::unexpected(std::move(transaction.error()));
    std::uint64_t first = batch.first.value;
    MDB_val key{sizeof first, &first};
    MDB_val value{bytes, nullptr};
    if (const int code = mdb_put(transaction->get(), table_, &key, &value, MDB_APPEND | MDB_RESERVE)) {
        return failure(code, what);
    }
    const std::uint64_t checksum =
        encode_batch(batch, last_checksum_, {static_cast<std::byte*>(value.mv_data), bytes});
    if (auto committed = transaction->commit(what); !committed) return committed;

    reserve_->set_used_pages(environment_->used_pages());
    last_checksum_ = checksum;
    last_.store(batch.last().value, std::memory_order_release);
    broken_ = false;
    reserve_->replenish(pages_for(bytes));
    return {};
}

Result<BatchView> LmdbLedger::view_at(const MDB_val& key, const MDB_val& value) const {
    Sequence first;
    if (key.mv_size != sizeof first.value) {
        return model::failure(ErrorKind::corrupt, "the ledger has a key that is no sequence");
    }
    std::memcpy(&first.value, key.mv_data, sizeof first.value);
    return BatchView::open(bytes_of(value), first);
}

Result<BatchView> LmdbLedger::seek(const Cursor& cursor, Sequence sequence) const {
    MDB_val key{sizeof sequence.value, &sequence.value};
    MDB_val value{};
    int code = cursor.move(&key, &value, MDB_SET_RANGE);
    std::uint64_t found = 0;
    if (code == 0 && key.mv_size == sizeof found) std::memcpy(&found, key.mv_data, sizeof found);
    if (code == MDB_NOTFOUND) {
        code = cursor.move(&key, &value, MDB_LAST);
    } else if (code == 0 && found != sequence.value) {
        code = cursor.move(&key, &value, MDB_PREV);
    }
    if (code == MDB_NOTFOUND) {
        return model::failure(ErrorKind::corrupt, "the ledger lacks " + name_of(sequence));
    }
    if (code != 0) return failure(code, "cannot read " + name_of(sequence) + " of the ledger");
    auto view = view_at(key, value);
    if (view && view->last() < sequence) {
        return model::failure(ErrorKind::corrupt, "the ledger lacks " + name_of(sequence) +
                                                      ": the batch before it ends at " +
                                                      name_of(view->last()));
    }
    return view;
}

Result<StoredFact> LmdbLedger::fact_at(Sequence sequence) const {
    if (sequence.value == 0 || sequence > last()) {
        return model::failure(ErrorKind::not_found, "the ledger has no " + name_of(sequence));
    }
    auto transaction = ReadTransaction::begin(*environment_);
    if (!transaction) return tl::unexpected(std::move(transaction.error()));
    auto cursor = Cursor::open(transaction->get(), table_);
    if (!cursor) return tl::unexpected(std::move(cursor.error()));
    auto view = seek(*cursor, sequence);
    if (!view) return tl::unexpected(std::move(view.error()));
    return view->fact(sequence);
}

Result<void> LmdbLedger::scan(Sequence from, const std::function<bool(const Batch&)>& visit) const {
    const Sequence end = last();
    Sequence next{from.value == 0 ? 1 : from.value};
    std::uint64_t expected_previous = 0;
    bool expects_previous = next.value == 1;
    std::vector<model::Fact> scratch;

    while (next <= end) {
        auto transaction = ReadTransaction::begin(*environment_);
        if (!transaction) return tl::unexpected(std::move(transaction.error()));
        auto cursor = Cursor::open(transaction->get(), table_);
        if (!cursor) return tl::unexpected(std::move(cursor.error()));

        auto view = seek(*cursor, next);
        if (view && !expects_previous && view->first().value > 1) {
            // The chain begins at the batch before the first that is visited.
            auto before = seek(*cursor, {view->first().value - 1});
            if (!before) return tl::unexpected(std::move(before.error()));
            expected_previous = before->checksum();
            view = seek(*cursor, next);
        }
        expects_previous = true;
        for (int count = 0;; ++count) {
            if (!view) return tl::unexpected(std::move(view.error()));
            if (view->previous_checksum() != expected_previous) {
                return model::failure(ErrorKind::corrupt, "the ledger's batch at " + name_of(view->first()) +
                                                              " does not follow the batch before it");
            }
            if (auto verified = view->verify(); !verified) return verified;
            if (!visit(view->batch(scratch))) return {};
            expected_previous = view->checksum();
            next = {view->last().value + 1};
            if (next > end || count == kBatchesPerSnapshot) break;

            MDB_val key{};
            MDB_val value{};
            const int code = cursor->move(&key, &value, MDB_NEXT);
            if (code == MDB_NOTFOUND)
                break;  // the snapshot is older than `end`, or `seek` finds what is missing
            if (code != 0) return failure(code, "cannot read " + name_of(next) + " of the ledger");
            view = view_at(key, value);
            if (view && view->first() != next) {
                return model::failure(ErrorKind::corrupt, "the ledger lacks " + name_of(next));
            }
        }
    }
    return {};
}

}  // namespace tim::storage::lmdb
