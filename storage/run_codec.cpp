#include "storage/run_codec.h"

#include <cstring>
#include <string>

#include "storage/checksum.h"

namespace tim::storage {
namespace {

using model::ErrorKind;

constexpr std::uint16_t kVersion = 1;
constexpr std::uint32_t kRecordMagic = 0x524D4954;  // "TIMR"
constexpr std::uint32_t kPageMagic = 0x504D4954;    // "TIMP"

struct Record {
    std::uint32_t magic = kRecordMagic;
    std::uint16_t version = kVersion;
    std::uint8_t state = 0;
    std::uint8_t level = 0;
    std::uint64_t entries = 0;
    std::uint64_t pages = 0;
    std::uint64_t through = 0;
    std::uint64_t run = 0;
    std::uint64_t checksum = 0;  // of all before it
};
static_assert(sizeof(Record) == kRunRecordBytes);

struct PageHeader {
    std::uint32_t magic = kPageMagic;
    std::uint16_t version = kVersion;
    std::uint16_t count = 0;
    std::uint64_t checksum = 0;  // of the header with `place` here, and of the digest of the entries
};
static_assert(sizeof(PageHeader) == 16);
static_assert(sizeof(NameEntry) == 16);

std::uint32_t read_big_endian(BytesView bytes) {
    std::uint32_t value = 0;
    for (const std::byte byte : bytes)
        value = value << 8 | std::to_integer<std::uint32_t>(byte);
    return value;
}

void write_big_endian(std::uint32_t value, std::span<std::byte> out) {
    for (std::size_t i = 0; i < 4; ++i)
        out[i] = static_cast<std::byte>(value >> (8 * (3 - i)) & 0xFF);
}

std::uint64_t seal(const Record& record) {
    return checksum(std::as_bytes(std::span(&record, 1)).first(offsetof(Record, checksum)));
}

// The place is in it: a page that stands where another belongs is found.
std::uint64_t seal(PageHeader header, std::uint32_t run, std::uint32_t page, BytesView entries) {
    header.checksum = std::uint64_t{run} << 32 | page;
    const std::uint64_t digest = checksum(entries);
    std::array<std::byte, sizeof header + sizeof digest> sealed;
    std::memcpy(sealed.data(), &header, sizeof header);
    std::memcpy(sealed.data() + sizeof header, &digest, sizeof digest);
    return checksum(sealed);
}

tl::unexpected<model::Error> unknown_version(const std::string& what, std::uint16_t version) {
    return model::failure(ErrorKind::corrupt, what + " has format version " + std::to_string(version) +
                                                  "; this program knows version " + std::to_string(kVersion) +
                                                  " only");
}

}  // namespace

RunKey encode_run_key(std::uint32_t run) {
    RunKey key;
    write_big_endian(run, key);
    return key;
}

RunPageKey encode_run_page_key(std::uint32_t run, std::uint32_t page) {
    RunPageKey key;
    write_big_endian(run, std::span(key).first<4>());
    write_big_endian(page, std::span(key).last<4>());
    return key;
}

EncodedRunRecord encode_run_record(const RunRecord& record) {
    Record raw;
    raw.state = static_cast<std::uint8_t>(record.state);
    raw.level = record.level;
    raw.entries = record.entries;
    raw.pages = record.pages;
    raw.through = record.through.value;
    raw.run = record.run;
    raw.checksum = seal(raw);
    EncodedRunRecord encoded;
    std::memcpy(encoded.data(), &raw, sizeof raw);
    return encoded;
}

Result<RunRecord> decode_run_record(BytesView key, BytesView bytes) {
    Record raw;
    if (key.size() != sizeof(RunKey) || bytes.size() != sizeof raw) {
        return model::failure(ErrorKind::corrupt, "the names have a run's record of another shape");
    }
    const std::uint32_t run = read_big_endian(key);
    const std::string what = "the record of the names' run " + std::to_string(run);
    std::memcpy(&raw, bytes.data(), sizeof raw);
    if (raw.magic != kRecordMagic) {
        return model::failure(ErrorKind::corrupt, what + " does not begin with its mark");
    }
    if (raw.version != kVersion) return unknown_version(what, raw.version);
    if (seal(raw) != raw.checksum || raw.run != run || raw.state < 1 || raw.state > 3 ||
        raw.pages != (raw.entries + kEntriesPerPage - 1) / kEntriesPerPage || raw.pages > UINT32_MAX) {
        return model::failure(ErrorKind::corrupt, what + " fails its checksum");
    }
    return RunRecord{run, static_cast<RunState>(raw.state), raw.level, raw.entries, raw.pages, {raw.through}};
}

void encode_run_page(std::uint32_t run, std::uint32_t page, std::span<const NameEntry> entries,
                     std::span<std::byte> out) {
    const auto bytes = std::as_bytes(entries);
    PageHeader header;
    header.count = static_cast<std::uint16_t>(entries.size());
    header.checksum = seal(header, run, page, bytes);
    std::memcpy(out.data(), &header, sizeof header);
    std::memcpy(out.data() + sizeof header, bytes.data(), bytes.size());
    std::memset(out.data() + sizeof header + bytes.size(), 0, out.size() - sizeof header - bytes.size());
}

Result<void> RunPage::decode(std::uint32_t run, std::uint32_t page, BytesView bytes) {
    const std::string what = "page " + std::to_string(page) + " of the names' run " + std::to_string(run);
    PageHeader header;
    if (bytes.size() != kRunPageBytes) {
        return model::failure(ErrorKind::corrupt, what + " has another length");
    }
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.magic != kPageMagic) {
        return model::failure(ErrorKind::corrupt, what + " does not begin with its mark");
    }
    if (header.version != kVersion) return unknown_version(what, header.version);
    if (header.count == 0 || header.count > kEntriesPerPage) {
        return model::failure(ErrorKind::corrupt, what + " has an impossible number of entries");
    }
    const auto entries = bytes.subspan(sizeof header, header.count * sizeof(NameEntry));
    if (seal(header, run, page, entries) != header.checksum) {
        return model::failure(ErrorKind::corrupt, what + " fails its checksum");
    }
    count_ = header.count;
    std::memcpy(static_cast<void*>(entries_.data()), entries.data(), entries.size());
    return {};
}

}  // namespace tim::storage
