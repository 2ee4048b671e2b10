#include "storage/lmdb/name_store.h"

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <tuple>
#include <utility>

namespace tim::storage::lmdb {
namespace {

using model::ErrorKind;
using model::Sequence;

constexpr std::size_t kRunsPerMerge = 4;
constexpr std::uint64_t kPagesPerPiece = 256;     // 1 MiB: what one step of a merge writes
constexpr std::uint64_t kDeletesPerPiece = 1024;  // pages
constexpr int kGuesses = 8;                       // before a look-up halves instead

bool in_order(const NameEntry& a, const NameEntry& b) {
    return std::tie(a.fingerprint, a.sequence) < std::tie(b.fingerprint, b.sequence);
}

}  // namespace

Result<std::unique_ptr<LmdbNameStore>> LmdbNameStore::open(const std::filesystem::path& folder,
                                                           std::uint64_t map_bytes) {
    auto environment = Environment::open(folder, map_bytes, 2);
    if (!environment) return tl::unexpected(std::move(environment.error()));
    std::unique_ptr<LmdbNameStore> store(new LmdbNameStore(std::move(*environment)));
    auto runs = store->environment_->open_table("runs", 0);
    if (!runs) return tl::unexpected(std::move(runs.error()));
    auto pages = store->environment_->open_table("pages", 0);
    if (!pages) return tl::unexpected(std::move(pages.error()));
    store->runs_ = *runs;
    store->pages_ = *pages;
    if (auto loaded = store->load(); !loaded) return tl::unexpected(std::move(loaded.error()));
    return store;
}

Result<void> LmdbNameStore::load() {
    const MutexLock lock(mutex_);
    auto transaction = WriteTransaction::begin(*environment_);
    if (!transaction) return tl::unexpected(std::move(transaction.error()));
    auto all = records(transaction->get());
    if (!all) return tl::unexpected(std::move(all.error()));
    bool given_up = false;
    for (RunRecord& record : *all) {
        next_run_ = std::max(next_run_, record.run + 1);
        if (record.state == RunState::live) {
            size_ += record.entries;
            through_ = std::max(through_.load(), record.through.value);
        } else if (record.state == RunState::growing) {
            record.state = RunState::leaving;
            if (auto put = put_record(transaction->get(), record); !put) return put;
            given_up = true;
        }
    }
    return given_up ? transaction->commit("cannot give up a merge of names") : Result<void>{};
}

Result<std::vector<RunRecord>> LmdbNameStore::records(MDB_txn* transaction) const {
    auto cursor = Cursor::open(transaction, runs_);
    if (!cursor) return tl::unexpected(std::move(cursor.error()));
    std::vector<RunRecord> all;
    MDB_val key{};
    MDB_val value{};
    int code = cursor->move(&key, &value, MDB_FIRST);
    for (; code == 0; code = cursor->move(&key, &value, MDB_NEXT)) {
        auto record = decode_run_record(bytes_of(key), bytes_of(value));
        if (!record) return tl::unexpected(std::move(record.error()));
        all.push_back(*record);
    }
    if (code != MDB_NOTFOUND) return failure(code, "cannot read the runs of names");
    return all;
}

Result<void> LmdbNameStore::read_page(MDB_txn* transaction, std::uint32_t run, std::uint64_t page,
                                      RunPage& into) const {
    const auto number = static_cast<std::uint32_t>(page);
    const RunPageKey encoded = encode_run_page_key(run, number);
    MDB_val key = value_of(encoded);
    MDB_val value{};
    const int code = mdb_get(transaction, pages_, &key, &value);
    if (code == MDB_NOTFOUND) {
        return model::failure(ErrorKind::corrupt, "the names' run " + std::to_string(run) + " lacks page " +
                                                      std::to_string(page));
    }
    if (code != 0) return failure(code, "cannot read the names' run " + std::to_string(run));
    return into.decode(run, number, bytes_of(value));
}

Result<void> LmdbNameStore::write_page(MDB_txn* transaction, std::uint32_t run, std::uint64_t page,
                                       std::span<const NameEntry> entries) const {
    const auto number = static_cast<std::uint32_t>(page);
    const RunPageKey encoded = encode_run_page_key(run, number);
    MDB_val key = value_of(encoded);
    MDB_val value{kRunPageBytes, nullptr};
    if (const int code = mdb_put(transaction, pages_, &key, &value, MDB_RESERVE)) {
        return failure(code, "cannot write the names' run " + std::to_string(run));
    }
    encode_run_page(run, number, entries, {static_cast<std::byte*>(value.mv_data), value.mv_size});
    return {};
}

Result<void> LmdbNameStore::put_record(MDB_txn* transaction, const RunRecord& record) const {
    const RunKey id = encode_run_key(record.run);
    const EncodedRunRecord encoded = encode_run_record(record);
    MDB_val key = value_of(id);
    MDB_val value = value_of(encoded);
    if (const int code = mdb_put(transaction, runs_, &key, &value, 0)) {
        return failure(code, "cannot write the record of the names' run " + std::to_string(record.run));
    }
    return {};
}

Result<void> LmdbNameStore::add_run(std::span<const NameEntry> entries, Sequence through) {
    if (!std::ranges::is_sorted(entries, in_order)) {
        return model::failure(ErrorKind::invalid, "a run of names that is not sorted");
    }
    const MutexLock lock(mutex_);
    auto transaction = WriteTransaction::begin(*environment_);
    if (!transaction) return tl::unexpected(std::move(transaction.error()));
    RunRecord record{next_run_, RunState::live, 0, entries.size(), 0, through};
    for (auto rest = entries; !rest.empty(); ++record.pages) {
        const std::size_t count = std::min(rest.size(), kEntriesPerPage);
        if (auto put = write_page(transaction->get(), record.run, record.pages, rest.first(count)); !put) {
            return put;
        }
        rest = rest.subspan(count);
    }
    if (auto put = put_record(transaction->get(), record); !put) return put;
    if (auto committed = transaction->commit("cannot add a run of names"); !committed) return committed;
    ++next_run_;
    size_ += entries.size();
    through_ = std::max(through_.load(), through.value);
    return {};
}

Result<std::uint64_t> LmdbNameStore::lower_bound_page(MDB_txn* transaction, const RunRecord& record,
                                                      std::uint64_t fingerprint) const {
    // The first page whose last entry is not below the fingerprint lies in [low, high].
    std::uint64_t low = 0;
    std::uint64_t high = record.pages;
    std::uint64_t low_fingerprint = 0;
    std::uint64_t high_fingerprint = UINT64_MAX;
    RunPage page;
    for (int guesses = 0; low < high; ++guesses) {
        __extension__ using Wide = unsigned __int128;
        std::uint64_t middle = low + (high - low) / 2;
        if (guesses < kGuesses) {
            const Wide into = fingerprint - low_fingerprint;
            const Wide across = Wide{high_fingerprint - low_fingerprint} + 1;
            middle = std::min(low + static_cast<std::uint64_t>(into * (high - low) / across), high - 1);
        }
        if (auto read = read_page(transaction, record.run, middle, page); !read) {
            return tl::unexpected(std::move(read.error()));
        }
        const std::uint64_t first = page.entries().front().fingerprint;
        const std::uint64_t last = page.entries().back().fingerprint;
        if (last < fingerprint) {
            low = middle + 1;
            low_fingerprint = last;
        } else if (first >= fingerprint) {
            high = middle;
            high_fingerprint = first;
        } else {
            return middle;
        }
    }
    return low;
}

Result<void> LmdbNameStore::find_in(MDB_txn* transaction, const RunRecord& record, std::uint64_t fingerprint,
                                    std::vector<Sequence>& found) const {
    auto at = lower_bound_page(transaction, record, fingerprint);
    if (!at) return tl::unexpected(std::move(at.error()));
    RunPage page;
    for (std::uint64_t number = *at; number < record.pages; ++number) {
        if (auto read = read_page(transaction, record.run, number, page); !read) return read;
        const auto matching =
            std::ranges::equal_range(page.entries(), fingerprint, {}, &NameEntry::fingerprint);
        for (const NameEntry& entry : matching)
            found.push_back(entry.sequence);
        if (page.entries().back().fingerprint > fingerprint) break;
    }
    return {};
}

Result<std::vector<Sequence>> LmdbNameStore::find(std::uint64_t fingerprint) const {
    auto transaction = ReadTransaction::begin(*environment_);
    if (!transaction) return tl::unexpected(std::move(transaction.error()));
    auto all = records(transaction->get());
    if (!all) return tl::unexpected(std::move(all.error()));
    std::vector<Sequence> found;
    for (const RunRecord& record : *all) {
        if (record.state != RunState::live) continue;
        if (auto looked = find_in(transaction->get(), record, fingerprint, found); !looked) {
            return tl::unexpected(std::move(looked.error()));
        }
    }
    std::ranges::sort(found, std::greater<>());
    return found;
}

Result<void> LmdbNameStore::scan(const std::function<void(std::span<const NameEntry>)>& visit) const {
    auto transaction = ReadTransaction::begin(*environment_);
    if (!transaction) return tl::unexpected(std::move(transaction.error()));
    auto all = records(transaction->get());
    if (!all) return tl::unexpected(std::move(all.error()));
    RunPage page;
    for (const RunRecord& record : *all) {
        if (record.state != RunState::live) continue;
        for (std::uint64_t number = 0; number < record.pages; ++number) {
            if (auto read = read_page(transaction->get(), record.run, number, page); !read) return read;
            visit(page.entries());
        }
    }
    return {};
}

bool LmdbNameStore::step() {
    const MutexLock lock(mutex_);
    // What fails (a full disk, a damaged page) changed nothing: look-ups go on with the runs as they are, and
    // tell of damage themselves; a later step tries again.
    return work().value_or(false);
}

Result<bool> LmdbNameStore::work() {
    if (merge_) return merge_piece();
    auto transaction = ReadTransaction::begin(*environment_);
    if (!transaction) return tl::unexpected(std::move(transaction.error()));
    auto all = records(transaction->get());
    if (!all) return tl::unexpected(std::move(all.error()));
    for (const RunRecord& record : *all) {
        if (record.state == RunState::leaving) return delete_piece(record);
    }
    return begin_merge(*all);
}

Result<bool> LmdbNameStore::delete_piece(const RunRecord& record) {
    auto transaction = WriteTransaction::begin(*environment_);
    if (!transaction) return tl::unexpected(std::move(transaction.error()));
    {
        auto cursor = Cursor::open(transaction->get(), pages_);
        if (!cursor) return tl::unexpected(std::move(cursor.error()));
        const RunPageKey begin = encode_run_page_key(record.run, 0);
        const RunKey run = encode_run_key(record.run);
        std::uint64_t deleted = 0;
        int code = 0;
        for (; deleted < kDeletesPerPiece; ++deleted) {
            MDB_val key = value_of(begin);
            MDB_val value{};
            code = cursor->move(&key, &value, MDB_SET_RANGE);
            if (code == MDB_NOTFOUND) break;
            if (code == 0 && !std::ranges::equal(bytes_of(key).first(run.size()), run)) break;
            if (code == 0) code = mdb_cursor_del(cursor->get(), 0);
            if (code != 0) return failure(code, "cannot delete a run of names");
        }
        if (deleted < kDeletesPerPiece) {
            MDB_val id = value_of(run);
            code = mdb_del(transaction->get(), runs_, &id, nullptr);
            if (code != 0) return failure(code, "cannot delete a run of names");
        }
    }
    if (auto committed = transaction->commit("cannot delete a run of names"); !committed) {
        return tl::unexpected(std::move(committed.error()));
    }
    return true;
}

Result<bool> LmdbNameStore::begin_merge(const std::vector<RunRecord>& runs) {
    std::array<std::vector<RunRecord>, 256> levels;
    for (const RunRecord& record : runs) {
        if (record.state == RunState::live) levels[record.level].push_back(record);
    }
    for (std::size_t level = 0; level + 1 < levels.size(); ++level) {
        if (levels[level].size() < kRunsPerMerge) continue;
        Merge merge;
        merge.target = {next_run_, RunState::growing, static_cast<std::uint8_t>(level + 1), 0, 0, {}};
        for (std::size_t i = 0; i < kRunsPerMerge; ++i) {
            merge.sources.push_back({levels[level][i], 0});
            merge.target.through = std::max(merge.target.through, levels[level][i].through);
        }
        auto transaction = WriteTransaction::begin(*environment_);
        if (!transaction) return tl::unexpected(std::move(transaction.error()));
        if (auto put = put_record(transaction->get(), merge.target); !put) {
            return tl::unexpected(std::move(put.error()));
        }
        if (auto committed = transaction->commit("cannot begin a merge of names"); !committed) {
            return tl::unexpected(std::move(committed.error()));
        }
        ++next_run_;
        merge_ = std::move(merge);
        return true;
    }
    return false;
}

Result<bool> LmdbNameStore::merge_piece() {
    Merge merge = *merge_;  // so that a piece that fails leaves the merge where it was
    auto transaction = WriteTransaction::begin(*environment_);
    if (!transaction) return tl::unexpected(std::move(transaction.error()));

    std::vector<RunPage> pages(merge.sources.size());
    const auto load = [&](std::size_t i) -> Result<void> {
        const Source& source = merge.sources[i];
        if (source.next >= source.record.entries) return {};
        auto read = read_page(transaction->get(), source.record.run, source.next / kEntriesPerPage, pages[i]);
        if (read && source.next % kEntriesPerPage >= pages[i].entries().size()) {
            return model::failure(ErrorKind::corrupt, "the names' run " + std::to_string(source.record.run) +
                                                          " has fewer entries than its record tells");
        }
        return read;
    };
    for (std::size_t i = 0; i < pages.size(); ++i) {
        if (auto loaded = load(i); !loaded) return tl::unexpected(std::move(loaded.error()));
    }

    bool done = false;
    std::vector<NameEntry> out;
    for (std::uint64_t written = 0; written < kPagesPerPiece && !done; ++written) {
        out.clear();
        while (out.size() < kEntriesPerPage) {
            const NameEntry* least = nullptr;
            std::size_t from = 0;
            for (std::size_t i = 0; i < pages.size(); ++i) {
                const Source& source = merge.sources[i];
                if (source.next >= source.record.entries) continue;
                const NameEntry& entry = pages[i].entries()[source.next % kEntriesPerPage];
                if (least == nullptr || in_order(entry, *least)) {
                    least = &entry;
                    from = i;
                }
            }
            if (least == nullptr) {
                done = true;
                break;
            }
            out.push_back(*least);
            if (++merge.sources[from].next % kEntriesPerPage != 0) continue;
            if (auto loaded = load(from); !loaded) return tl::unexpected(std::move(loaded.error()));
        }
        if (out.empty()) break;
        if (auto put = write_page(transaction->get(), merge.target.run, merge.target.pages, out); !put) {
            return tl::unexpected(std::move(put.error()));
        }
        ++merge.target.pages;
        merge.target.entries += out.size();
    }
    if (done) {
        merge.target.state = RunState::live;
        for (Source& source : merge.sources) {
            source.record.state = RunState::leaving;
            if (auto put = put_record(transaction->get(), source.record); !put) {
                return tl::unexpected(std::move(put.error()));
            }
        }
        if (auto put = put_record(transaction->get(), merge.target); !put) {
            return tl::unexpected(std::move(put.error()));
        }
    }
    if (auto committed = transaction->commit("cannot merge runs of names"); !committed) {
        return tl::unexpected(std::move(committed.error()));
    }
    if (done) {
        merge_.reset();
    } else {
        merge_ = std::move(merge);
    }
    return true;
}

}  // namespace tim::storage::lmdb
