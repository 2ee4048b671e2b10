#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "clients/cpp/file.h"
#include "clients/cpp/queue.h"

namespace tim::client {

using Bytes = std::vector<std::byte>;
using BytesView = std::span<const std::byte>;

/// Every segment file begins with this.
struct SegmentHeader {
    std::array<char, 8> magic{'T', 'I', 'M', 'Q', 'U', 'E', 'U', 'E'};
    std::uint32_t format = 3;
    std::uint32_t reserved = 0;
    std::uint64_t first_index = 0;
    std::uint64_t checksum = 0;  ///< XXH3 of the bytes before it
};
static_assert(sizeof(SegmentHeader) == 32);

/// Every record begins with this; `length` bytes of a FlatBuffer (queue_record.fbs) follow.
struct RecordHeader {
    std::uint64_t checksum = 0;  ///< XXH3 of the rest of the header, seeded with the XXH3 of the body
    std::uint64_t first_index = 0;
    std::uint32_t row_count = 0;
    std::uint32_t length = 0;
};
static_assert(sizeof(RecordHeader) == 24);

inline constexpr std::size_t kMaxRecordBytes = 16 * 1024 * 1024;

Bytes encode_segment_header(std::uint64_t first_index);
/// A sound header of a format that is known, or why it is none; `bytes` hold a whole one. Format 1 had no
/// lines, referrals and VIPs.
model::Result<SegmentHeader> decode_segment_header(BytesView bytes);

/// Header and body of a record.
model::Result<Bytes> encode_record(std::uint64_t first_index, std::string_view program,
                                   std::span<const QueuedRow> rows);

struct Record {
    RecordHeader header;
    std::string program;
    std::vector<QueuedRow> rows;
};

/// The record at `offset`, which is to begin with row `first_index`; ErrorKind::corrupt with file and offset
/// when it is not a whole and sound one.
model::Result<Record> read_record(const File& file, std::uint64_t offset, std::uint64_t first_index);

/// What stands in a segment file.
struct SegmentScan {
    std::uint32_t format = 0;
    std::uint64_t first_index = 0;
    std::uint64_t next_index = 0;  ///< after its last row
    std::uint64_t end = 0;         ///< bytes of sound records and the header
    std::uint64_t torn_bytes = 0;  ///< after `end`: an append that a crash cut short
};

/// Reads a segment from end to end. Bytes that are no record are a torn append when no sound record follows
/// them, which only a crash during the last append leaves behind; else the file is damaged
/// (ErrorKind::corrupt). A file too short for a header counts as all torn, with `end` 0.
model::Result<SegmentScan> scan_segment(const File& file);

}  // namespace tim::client
