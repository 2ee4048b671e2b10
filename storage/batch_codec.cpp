#include "storage/batch_codec.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>

#include "storage/checksum.h"

namespace tim::storage {
namespace {

using model::ErrorKind;
using model::Fact;
using model::Sequence;

static_assert(std::endian::native == std::endian::little, "the ledger's bytes are little-endian");

constexpr std::uint32_t kMagic = 0x424D4954;  // "TIMB"
constexpr std::uint16_t kVersion = 2;
constexpr std::uint64_t kSectionBytes = 4096;

struct Header {
    std::uint32_t magic = kMagic;
    std::uint16_t version = kVersion;
    std::uint16_t header_bytes = 0;
    std::uint64_t first = 0;
    std::uint32_t count = 0;
    std::uint32_t fact_bytes = 0;
    std::uint64_t blob_bytes = 0;
    std::uint64_t previous = 0;
    std::uint32_t section_bytes = 0;
    std::uint32_t reserved32 = 0;
    std::uint64_t reserved64 = 0;
    std::uint64_t checksum = 0;  // of the header before this field, and of the table
};
static_assert(sizeof(Header) == 64);
static_assert(offsetof(Header, checksum) == 56);

constexpr std::uint64_t section_count(std::uint64_t body_bytes) {
    return (body_bytes + kSectionBytes - 1) / kSectionBytes;
}

// The table follows the header at once, so one digest runs over the table and one over the header with the
// table's digest in the checksum's place.
std::uint64_t seal(Header header, BytesView table) {
    header.checksum = checksum(table);
    return checksum(std::as_bytes(std::span(&header, 1)));
}

tl::unexpected<model::Error> corrupt(Sequence sequence, const std::string& what) {
    return model::failure(ErrorKind::corrupt,
                          "the ledger's batch at sequence " + std::to_string(sequence.value) + " " + what);
}

}  // namespace

std::uint64_t encoded_batch_bytes(std::size_t facts, std::size_t blob_bytes) {
    const std::uint64_t body = facts * sizeof(Fact) + blob_bytes;
    return sizeof(Header) + section_count(body) * sizeof(std::uint64_t) + body;
}

Result<void> check_batch(const Batch& batch, Sequence expected_first) {
    if (batch.facts.empty()) return model::failure(ErrorKind::invalid, "a batch without facts");
    if (batch.first != expected_first) {
        return model::failure(ErrorKind::invalid, "a batch that begins at sequence " +
                                                      std::to_string(batch.first.value) + ", not at " +
                                                      std::to_string(expected_first.value));
    }
    if (encoded_batch_bytes(batch.facts.size(), batch.blobs.size()) > kMaxBatchBytes) {
        return model::failure(ErrorKind::invalid, "a batch of " + std::to_string(batch.facts.size()) +
                                                      " facts and " + std::to_string(batch.blobs.size()) +
                                                      " blob bytes is larger than a batch may be");
    }
    return {};
}

std::uint64_t encode_batch(const Batch& batch, std::uint64_t previous, std::span<std::byte> out) {
    const auto facts = std::as_bytes(batch.facts);
    const std::uint64_t body_bytes = facts.size() + batch.blobs.size();
    const std::uint64_t sections = section_count(body_bytes);
    std::byte* table = out.data() + sizeof(Header);
    std::byte* body = table + sections * sizeof(std::uint64_t);

    // Each section is copied and then digested while it is in the first-level cache: memory is read once.
    for (std::uint64_t section = 0; section < sections; ++section) {
        const std::uint64_t begin = section * kSectionBytes;
        const std::uint64_t end = std::min(begin + kSectionBytes, body_bytes);
        const std::uint64_t facts_end = std::min<std::uint64_t>(end, facts.size());
        if (begin < facts_end) std::memcpy(body + begin, facts.data() + begin, facts_end - begin);
        if (const auto from = std::max<std::uint64_t>(begin, facts.size()); from < end) {
            std::memcpy(body + from, batch.blobs.data() + (from - facts.size()), end - from);
        }
        const std::uint64_t digest = checksum({body + begin, end - begin});
        std::memcpy(table + section * sizeof digest, &digest, sizeof digest);
    }

    Header header;
    header.header_bytes = sizeof(Header);
    header.first = batch.first.value;
    header.count = static_cast<std::uint32_t>(batch.facts.size());
    header.fact_bytes = sizeof(Fact);
    header.blob_bytes = batch.blobs.size();
    header.previous = previous;
    header.section_bytes = kSectionBytes;
    header.checksum = seal(header, {table, sections * sizeof(std::uint64_t)});
    std::memcpy(out.data(), &header, sizeof header);
    return header.checksum;
}

Result<BatchView> BatchView::open(BytesView bytes, Sequence first) {
    Header header;
    if (bytes.size() < sizeof header) return corrupt(first, "is shorter than its header");
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.magic != kMagic) return corrupt(first, "does not begin with a batch's mark");
    if (header.version != kVersion) {
        return corrupt(first, "has format version " + std::to_string(header.version) +
                                  "; this program knows version " + std::to_string(kVersion) + " only");
    }
    if (header.header_bytes != sizeof(Header) || header.fact_bytes != sizeof(Fact) ||
        header.section_bytes != kSectionBytes || header.reserved32 != 0 || header.reserved64 != 0) {
        return corrupt(first, "has a header of another shape");
    }
    const std::uint64_t fact_bytes = std::uint64_t{header.count} * sizeof(Fact);
    if (header.count == 0 || header.blob_bytes > kMaxBatchBytes ||
        bytes.size() != encoded_batch_bytes(header.count, header.blob_bytes)) {
        return corrupt(first, "does not have the length that its header tells");
    }
    const std::uint64_t table_bytes = section_count(fact_bytes + header.blob_bytes) * sizeof(std::uint64_t);
    const BytesView table = bytes.subspan(sizeof header, table_bytes);
    if (seal(header, table) != header.checksum) return corrupt(first, "fails its header's checksum");
    if (header.first != first.value) {
        return corrupt(first, "says that it begins at sequence " + std::to_string(header.first));
    }
    BatchView view;
    view.first_ = first;
    view.count_ = header.count;
    view.checksum_ = header.checksum;
    view.previous_ = header.previous;
    view.table_ = table;
    view.body_ = bytes.subspan(sizeof header + table_bytes);
    return view;
}

Result<void> BatchView::verify() const {
    return verify_body(0, body_.size());
}

Result<void> BatchView::verify_body(std::uint64_t begin, std::uint64_t end) const {
    for (std::uint64_t section = begin / kSectionBytes; section * kSectionBytes < end; ++section) {
        const std::uint64_t at = section * kSectionBytes;
        std::uint64_t expected = 0;
        std::memcpy(&expected, table_.data() + section * sizeof expected, sizeof expected);
        const auto bytes = body_.subspan(at, std::min<std::uint64_t>(kSectionBytes, body_.size() - at));
        if (storage::checksum(bytes) == expected) continue;
        const std::uint64_t hit = std::min(first_.value + at / sizeof(Fact), last().value);
        return corrupt(first_, "fails the checksum of its body's bytes " + std::to_string(at) + " to " +
                                   std::to_string(at + bytes.size() - 1) + " (sequence " +
                                   std::to_string(hit) + " on)");
    }
    return {};
}

Result<StoredFact> BatchView::fact(Sequence sequence) const {
    StoredFact stored;
    stored.sequence = sequence;
    const std::uint64_t at = (sequence.value - first_.value) * sizeof(Fact);
    if (auto checked = verify_body(at, at + sizeof(Fact)); !checked) {
        return tl::unexpected(std::move(checked.error()));
    }
    std::memcpy(static_cast<void*>(&stored.fact), body_.data() + at, sizeof(Fact));
    if ((stored.fact.flags & model::kFactHasBlob) == 0) return stored;

    const model::BlobRef ref = stored.fact.blob();
    const std::uint64_t blobs = count_ * sizeof(Fact);
    const std::uint64_t begin = blobs + ref.offset;
    const std::uint64_t end = begin + ref.length;
    if (end > body_.size()) {
        return corrupt(first_, "has a fact, at sequence " + std::to_string(sequence.value) +
                                   ", whose blob lies outside of it");
    }
    if (auto checked = verify_body(begin, end); !checked) {
        return tl::unexpected(std::move(checked.error()));
    }
    stored.blob.assign(body_.begin() + static_cast<std::ptrdiff_t>(begin),
                       body_.begin() + static_cast<std::ptrdiff_t>(end));
    return stored;
}

Batch BatchView::batch(std::vector<Fact>& scratch) const {
    const std::uint64_t fact_bytes = count_ * sizeof(Fact);
    const BytesView blobs = body_.subspan(fact_bytes);
    // LMDB keeps large values 16-aligned; only small ones, inside a leaf, may lie anywhere.
    if (std::bit_cast<std::uintptr_t>(body_.data()) % alignof(Fact) == 0) {
        return {first_, {reinterpret_cast<const Fact*>(body_.data()), count_}, blobs};
    }
    scratch.resize(count_);
    std::memcpy(static_cast<void*>(scratch.data()), body_.data(), fact_bytes);
    return {first_, scratch, blobs};
}

}  // namespace tim::storage
