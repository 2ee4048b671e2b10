#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/model/documents.h"
#include "storage/name_store.h"

namespace tim::storage {

/// The bytes of the runs of names, version 1 (drawn in FORMAT.md): a record for each run, and its entries in
/// pages that fill one page of LMDB's file exactly.

using model::BytesView;

enum class RunState : std::uint8_t {
    growing = 1,  ///< a merge writes it; it does not count
    live = 2,     ///< its entries count
    leaving = 3,  ///< merged, or its merge was given up: its pages are being deleted
};

struct RunRecord {
    std::uint32_t run = 0;
    RunState state = RunState::growing;
    std::uint8_t level = 0;  ///< 0: as it was added; n: merged from runs of level n − 1
    std::uint64_t entries = 0;
    std::uint64_t pages = 0;
    model::Sequence through{};
};

inline constexpr std::size_t kEntriesPerPage = 254;
inline constexpr std::size_t kRunPageBytes = 16 + kEntriesPerPage * sizeof(NameEntry);
static_assert(kRunPageBytes == 4096 - 16, "with LMDB's header, one page of its file");

inline constexpr std::size_t kRunRecordBytes = 48;

using RunKey = std::array<std::byte, 4>;
using RunPageKey = std::array<std::byte, 8>;
using EncodedRunRecord = std::array<std::byte, kRunRecordBytes>;

RunKey encode_run_key(std::uint32_t run);
RunPageKey encode_run_page_key(std::uint32_t run, std::uint32_t page);

EncodedRunRecord encode_run_record(const RunRecord& record);
Result<RunRecord> decode_run_record(BytesView key, BytesView bytes);

/// At most `kEntriesPerPage` entries into `kRunPageBytes` bytes.
void encode_run_page(std::uint32_t run, std::uint32_t page, std::span<const NameEntry> entries,
                     std::span<std::byte> out);

/// The entries of a page; never empty.
class RunPage {
  public:
    Result<void> decode(std::uint32_t run, std::uint32_t page, BytesView bytes);
    std::span<const NameEntry> entries() const { return std::span(entries_).first(count_); }

  private:
    std::array<NameEntry, kEntriesPerPage> entries_;
    std::size_t count_ = 0;
};

}  // namespace tim::storage
