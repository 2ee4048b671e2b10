#include "storage/lmdb/checkpoints.h"

#include <sys/mman.h>

#include <array>
#include <bit>
#include <utility>

#include "storage/block_codec.h"

namespace tim::storage::lmdb {
namespace {

// Blocks that a scan asks the kernel to fetch before it visits the first of them.
constexpr std::size_t kBlocksAhead = 16;

void fetch_ahead(BytesView bytes, std::uint64_t page_bytes) {
    const auto address = std::bit_cast<std::uintptr_t>(bytes.data());
    const auto begin = address / page_bytes * page_bytes;
    ::madvise(std::bit_cast<void*>(begin), address + bytes.size() - begin, MADV_WILLNEED);
}

}  // namespace

Result<std::unique_ptr<LmdbCheckpoints>> LmdbCheckpoints::open(const std::filesystem::path& folder,
                                                               std::uint64_t map_bytes) {
    auto environment = Environment::open(folder, map_bytes, 1);
    if (!environment) return tl::unexpected(std::move(environment.error()));
    auto table = (*environment)->open_table(nullptr, 0);
    if (!table) return tl::unexpected(std::move(table.error()));
    return std::unique_ptr<LmdbCheckpoints>(new LmdbCheckpoints(std::move(*environment), *table));
}

Result<void> LmdbCheckpoints::write(const std::vector<Block>& blocks) {
    auto transaction = WriteTransaction::begin(*environment_);
    if (!transaction) return tl::unexpected(std::move(transaction.error()));
    for (const Block& block : blocks) {
        const BlockKey id = encode_block_key(block.id);
        MDB_val key = value_of(id);
        MDB_val value{kBlockHeaderBytes + block.bytes.size(), nullptr};
        if (const int code = mdb_put(transaction->get(), table_, &key, &value, MDB_RESERVE)) {
            return failure(code, "cannot write the checkpoint's block " + format_block(block.id));
        }
        encode_block(block.id, block.bytes, {static_cast<std::byte*>(value.mv_data), value.mv_size});
    }
    return transaction->commit("cannot write a checkpoint");
}

Result<Bytes> LmdbCheckpoints::read(const BlockId& id) const {
    auto transaction = ReadTransaction::begin(*environment_);
    if (!transaction) return tl::unexpected(std::move(transaction.error()));
    const BlockKey encoded = encode_block_key(id);
    MDB_val key = value_of(encoded);
    MDB_val value{};
    const int code = mdb_get(transaction->get(), table_, &key, &value);
    if (code == MDB_NOTFOUND) return Bytes{};
    if (code != 0) return failure(code, "cannot read the checkpoint's block " + format_block(id));
    auto bytes = decode_block(id, bytes_of(value));
    if (!bytes) return tl::unexpected(std::move(bytes.error()));
    return Bytes(bytes->begin(), bytes->end());
}

Result<void> LmdbCheckpoints::scan(
    BlockTable table, std::uint32_t share, std::uint32_t shares,
    const std::function<Result<void>(const BlockId&, BytesView)>& visit) const {
    auto transaction = ReadTransaction::begin(*environment_);
    if (!transaction) return tl::unexpected(std::move(transaction.error()));
    auto cursor = Cursor::open(transaction->get(), table_);
    if (!cursor) return tl::unexpected(std::move(cursor.error()));

    const BlockKey begin = encode_block_key({table, 0, 0});
    MDB_val key = value_of(begin);
    MDB_val value{};
    int code = cursor->move(&key, &value, MDB_SET_RANGE);
    std::array<std::pair<BlockId, BytesView>, kBlocksAhead> window;
    while (true) {
        // Neither walking the keys nor asking for a value's address touches the value's pages.
        std::size_t filled = 0;
        for (; code == 0 && filled < window.size(); code = cursor->move(&key, &value, MDB_NEXT)) {
            auto id = decode_block_key(bytes_of(key));
            if (!id) return tl::unexpected(std::move(id.error()));
            if (id->table != table) break;
            if (id->number % shares != share) continue;
            window[filled] = {*id, bytes_of(value)};
            fetch_ahead(window[filled].second, environment_->page_bytes());
            ++filled;
        }
        for (std::size_t i = 0; i < filled; ++i) {
            const auto& [id, encoded] = window[i];
            auto bytes = decode_block(id, encoded);
            if (!bytes) return tl::unexpected(std::move(bytes.error()));
            if (auto visited = visit(id, *bytes); !visited) return visited;
        }
        if (filled < window.size()) break;
    }
    if (code != 0 && code != MDB_NOTFOUND) return failure(code, "cannot read the checkpoint");
    return {};
}

}  // namespace tim::storage::lmdb
