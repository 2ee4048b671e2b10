#include "clients/cpp/queue_record.h"

#define XXH_INLINE_ALL
#include <flatbuffers/flatbuffers.h>
#include <fmt/format.h>
#include <xxhash.h>

#include <cstring>

#include "clients/cpp/queue_record_generated.h"

namespace tim::client {
namespace {

using model::ErrorKind;
using model::failure;

constexpr std::uint32_t kFormat = 3;
static_assert(SegmentHeader{}.format == kFormat);

std::uint64_t record_checksum(const RecordHeader& header, BytesView body) {
    const std::uint64_t seed = XXH3_64bits(body.data(), body.size());
    std::array<std::byte, sizeof(RecordHeader) - sizeof(std::uint64_t)> rest;
    std::memcpy(rest.data(), reinterpret_cast<const std::byte*>(&header) + sizeof(std::uint64_t),
                rest.size());
    return XXH3_64bits_withSeed(rest.data(), rest.size(), seed);
}

std::uint64_t segment_checksum(const SegmentHeader& header) {
    return XXH3_64bits(&header, offsetof(SegmentHeader, checksum));
}

std::string text_of(const flatbuffers::String* text) {
    return text ? text->str() : std::string();
}

flatbuffers::Offset<schema::StoredRow> encode_row(flatbuffers::FlatBufferBuilder& builder,
                                                  const QueuedRow& row) {
    const auto text = [&](const std::string& value) {
        return value.empty() ? flatbuffers::Offset<flatbuffers::String>() : builder.CreateString(value);
    };
    flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<schema::StoredKey>>> keys;
    if (!row.keys.empty()) {
        std::vector<flatbuffers::Offset<schema::StoredKey>> stored;
        for (const auto& key : row.keys)
            stored.push_back(schema::CreateStoredKey(builder, static_cast<std::uint8_t>(key.kind),
                                                     builder.CreateString(key.text)));
        keys = builder.CreateVector(stored);
    }
    flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>> name;
    if (row.name.kind != model::NameKind::none) {
        std::array<std::uint8_t, model::kMaxReceiptBytes> bytes;
        std::memcpy(bytes.data(), row.name.bytes.data(), bytes.size());
        name = builder.CreateVector(bytes.data(), bytes.size());
    }
    flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<schema::StoredLine>>> lines;
    if (!row.lines.empty()) {
        std::vector<flatbuffers::Offset<schema::StoredLine>> stored;
        for (const model::SaleLine& line : row.lines) {
            const auto sku = builder.CreateString(line.sku);
            stored.push_back(
                schema::CreateStoredLine(builder, sku, line.quantity, line.price.value, text(line.category)));
        }
        lines = builder.CreateVector(stored);
    }
    const auto referral = text(row.referral);
    const auto payment = text(row.payment);
    const auto voucher = text(row.voucher);
    const auto reward = text(row.reward);
    const auto vip = text(row.vip);
    const auto customer = text(row.customer);
    const auto original = text(std::string(row.original.number()));
    const auto reason = text(row.reason);
    const auto person = text(row.person);
    const auto note = text(row.note);
    schema::StoredRowBuilder stored(builder);
    stored.add_kind(static_cast<std::uint8_t>(row.kind));
    stored.add_name_kind(static_cast<std::uint8_t>(row.name.kind));
    stored.add_customer_kind(static_cast<std::uint8_t>(row.customer_kind));
    stored.add_ranking(row.ranking);
    stored.add_terminal(row.name.terminal.value);
    stored.add_name(name);
    stored.add_at_ms(row.at.value);
    stored.add_amount(row.amount.value);
    stored.add_points(row.points.value);
    stored.add_ttl_ms(row.ttl_ms);
    stored.add_hold(row.hold.value);
    stored.add_customer_id(row.customer_id.value);
    stored.add_customer(customer);
    stored.add_original_terminal(row.original.terminal.value);
    stored.add_original(original);
    stored.add_reason(reason);
    stored.add_keys(keys);
    stored.add_person(person);
    stored.add_note(note);
    stored.add_lines(lines);
    stored.add_referral(referral);
    stored.add_payment(payment);
    stored.add_vip_kind(static_cast<std::uint8_t>(row.vip_kind));
    stored.add_vip_id(row.vip_id.value);
    stored.add_vip(vip);
    stored.add_voucher(voucher);
    stored.add_reward(reward);
    return stored.Finish();
}

QueuedRow decode_row(const schema::StoredRow& stored) {
    QueuedRow row;
    row.kind = static_cast<model::CommandKind>(stored.kind());
    row.ranking = stored.ranking();
    row.customer_kind = static_cast<model::KeyKind>(stored.customer_kind());
    row.customer_id = {stored.customer_id()};
    row.customer = text_of(stored.customer());
    row.name.kind = static_cast<model::NameKind>(stored.name_kind());
    row.name.terminal = {stored.terminal()};
    if (const auto* name = stored.name(); name && name->size() <= row.name.bytes.size())
        std::memcpy(row.name.bytes.data(), name->data(), name->size());
    row.at = {stored.at_ms()};
    row.amount = {stored.amount()};
    row.points = {stored.points()};
    row.ttl_ms = stored.ttl_ms();
    row.hold = {stored.hold()};
    if (stored.original())
        row.original = model::Name::receipt({stored.original_terminal()}, stored.original()->string_view());
    row.reason = text_of(stored.reason());
    if (stored.keys())
        for (const auto* key : *stored.keys())
            row.keys.push_back({static_cast<model::KeyKind>(key->kind()), key->text()->str()});
    row.person = text_of(stored.person());
    row.note = text_of(stored.note());
    if (stored.lines())
        for (const auto* line : *stored.lines())
            row.lines.push_back(
                {line->sku()->str(), line->quantity(), {line->price()}, text_of(line->category())});
    row.referral = text_of(stored.referral());
    row.payment = text_of(stored.payment());
    row.vip_kind = static_cast<model::KeyKind>(stored.vip_kind());
    row.vip_id = {stored.vip_id()};
    row.vip = text_of(stored.vip());
    row.voucher = text_of(stored.voucher());
    row.reward = text_of(stored.reward());
    return row;
}

}  // namespace

Bytes encode_segment_header(std::uint64_t first_index) {
    SegmentHeader header;
    header.first_index = first_index;
    header.checksum = segment_checksum(header);
    Bytes bytes(sizeof header);
    std::memcpy(bytes.data(), &header, sizeof header);
    return bytes;
}

model::Result<SegmentHeader> decode_segment_header(BytesView bytes) {
    SegmentHeader header;
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.magic != SegmentHeader{}.magic)
        return failure(ErrorKind::corrupt, "it is not a queue segment");
    if (header.checksum != segment_checksum(header))
        return failure(ErrorKind::corrupt, "the checksum of its header is wrong");
    if (header.format < 1 || header.format > kFormat)
        return failure(ErrorKind::corrupt,
                       fmt::format("its format is {}, this program knows 1 to {}", header.format, kFormat));
    return header;
}

model::Result<Bytes> encode_record(std::uint64_t first_index, std::string_view program,
                                   std::span<const QueuedRow> rows) {
    flatbuffers::FlatBufferBuilder builder(256 * rows.size() + 64);
    std::vector<flatbuffers::Offset<schema::StoredRow>> stored;
    stored.reserve(rows.size());
    for (const auto& row : rows) {
        stored.push_back(encode_row(builder, row));
        if (builder.GetSize() > kMaxRecordBytes)
            return failure(ErrorKind::invalid,
                           fmt::format("the rows of one append take more than {} bytes", kMaxRecordBytes));
    }
    builder.Finish(schema::CreateStoredRows(builder, builder.CreateString(program.data(), program.size()),
                                            builder.CreateVector(stored)));
    if (builder.GetSize() > kMaxRecordBytes)
        return failure(ErrorKind::invalid,
                       fmt::format("the rows of one append take more than {} bytes", kMaxRecordBytes));
    const BytesView body(reinterpret_cast<const std::byte*>(builder.GetBufferPointer()), builder.GetSize());
    RecordHeader header;
    header.first_index = first_index;
    header.row_count = static_cast<std::uint32_t>(rows.size());
    header.length = static_cast<std::uint32_t>(body.size());
    header.checksum = record_checksum(header, body);
    Bytes bytes(sizeof header + body.size());
    std::memcpy(bytes.data(), &header, sizeof header);
    std::memcpy(bytes.data() + sizeof header, body.data(), body.size());
    return bytes;
}

namespace {

/// Whether the header's figures are possible at all; its checksum needs the body.
bool is_plausible(const RecordHeader& header) {
    return header.row_count > 0 && header.row_count <= kMaxRowsPerAppend && header.length > 0 &&
           header.length <= kMaxRecordBytes;
}

/// The rows of a body whose checksum has been found right; the reason when it is not of this format.
const char* decode_rows(BytesView body, Record& record) {
    constexpr flatbuffers::uoffset_t kMaxDepth = 8;
    constexpr flatbuffers::uoffset_t kMaxTables =
        (1 + model::kMaxKeysPerCustomer + model::kMaxSaleLines) * kMaxRowsPerAppend + 1;
    flatbuffers::Verifier verifier(reinterpret_cast<const std::uint8_t*>(body.data()), body.size(), kMaxDepth,
                                   kMaxTables);
    if (!schema::VerifyStoredRowsBuffer(verifier)) return "is not of this format";
    const auto* group = schema::GetStoredRows(body.data());
    if (group->rows()->size() != record.header.row_count) return "does not hold as many rows as it says";
    record.program = group->program()->str();
    record.rows.reserve(record.header.row_count);
    for (const auto* row : *group->rows())
        record.rows.push_back(decode_row(*row));
    return nullptr;
}

/// Header and body at `offset` when they are a whole record with the right checksum.
model::Result<bool> load_record(const File& file, std::uint64_t offset, RecordHeader& header, Bytes& body) {
    std::array<std::byte, sizeof(RecordHeader)> head;
    auto got = file.read_at(offset, head);
    if (!got) return tl::unexpected(got.error());
    if (*got < head.size()) return false;
    std::memcpy(&header, head.data(), head.size());
    if (!is_plausible(header)) return false;
    body.resize(header.length);
    got = file.read_at(offset + head.size(), body);
    if (!got) return tl::unexpected(got.error());
    return *got == body.size() && header.checksum == record_checksum(header, body);
}

/// Whether a sound record stands anywhere in `bytes`, past its first byte.
bool holds_record(BytesView bytes, std::uint64_t after_index) {
    for (std::size_t at = 1; at + sizeof(RecordHeader) < bytes.size(); ++at) {
        RecordHeader header;
        std::memcpy(&header, bytes.data() + at, sizeof header);
        if (!is_plausible(header) || header.first_index <= after_index ||
            header.first_index - after_index > kMaxRowsPerAppend)
            continue;
        const auto rest = bytes.subspan(at + sizeof header);
        if (header.length <= rest.size() &&
            header.checksum == record_checksum(header, rest.first(header.length)))
            return true;
    }
    return false;
}

}  // namespace

model::Result<Record> read_record(const File& file, std::uint64_t offset, std::uint64_t first_index) {
    const auto damaged = [&](std::string_view what) {
        return failure(ErrorKind::corrupt,
                       fmt::format("{}, byte {}: the record {}", file.path().string(), offset, what));
    };
    Record record;
    Bytes body;
    const auto sound = load_record(file, offset, record.header, body);
    if (!sound) return tl::unexpected(sound.error());
    if (!*sound) return damaged("does not match its checksum");
    if (record.header.first_index != first_index)
        return damaged(
            fmt::format("begins with row {}, not with row {}", record.header.first_index, first_index));
    if (const char* what = decode_rows(body, record)) return damaged(what);
    return record;
}

model::Result<SegmentScan> scan_segment(const File& file) {
    const auto size = file.size();
    if (!size) return tl::unexpected(size.error());
    SegmentScan scan;
    std::array<std::byte, sizeof(SegmentHeader)> head;
    const auto got = file.read_at(0, head);
    if (!got) return tl::unexpected(got.error());
    if (*got < head.size()) {
        scan.torn_bytes = *size;
        return scan;
    }
    const auto segment = decode_segment_header(head);
    if (!segment)
        return failure(ErrorKind::corrupt,
                       fmt::format("{}: {}", file.path().string(), segment.error().message));
    scan.format = segment->format;
    scan.first_index = scan.next_index = segment->first_index;
    scan.end = head.size();
    RecordHeader header;
    Bytes body;
    while (scan.end < *size) {
        const auto sound = load_record(file, scan.end, header, body);
        if (!sound) return tl::unexpected(sound.error());
        if (!*sound || header.first_index != scan.next_index) break;
        scan.next_index += header.row_count;
        scan.end += sizeof header + header.length;
    }
    if (scan.end == *size) return scan;
    Bytes rest(*size - scan.end);
    if (const auto read = file.read_at(scan.end, rest); !read) return tl::unexpected(read.error());
    if (holds_record(rest, scan.next_index))
        return failure(ErrorKind::corrupt, fmt::format("{}, byte {}: damaged, and sound records follow",
                                                       file.path().string(), scan.end));
    scan.torn_bytes = rest.size();
    return scan;
}

}  // namespace tim::client
