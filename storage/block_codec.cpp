#include "storage/block_codec.h"

#include <array>
#include <cstring>

#include "storage/checksum.h"

namespace tim::storage {
namespace {

using model::ErrorKind;

constexpr std::uint32_t kMagic = 0x4B4D4954;  // "TIMK"
constexpr std::uint16_t kVersion = 1;

struct Header {
    std::uint32_t magic = kMagic;
    std::uint16_t version = kVersion;
    std::uint16_t reserved = 0;
    std::uint64_t length = 0;
    std::uint64_t checksum = 0;
};
static_assert(sizeof(Header) == kBlockHeaderBytes);

tl::unexpected<model::Error> corrupt(const BlockId& id, const std::string& what) {
    return model::failure(ErrorKind::corrupt, "the checkpoint's block " + format_block(id) + " " + what);
}

// The key is in it too: a block that stands in another's place is found.
std::uint64_t seal(const BlockId& id, Header header, BytesView bytes) {
    header.checksum = checksum(bytes);
    const BlockKey key = encode_block_key(id);
    std::array<std::byte, sizeof header + std::tuple_size_v<BlockKey>> sealed;
    std::memcpy(sealed.data(), &header, sizeof header);
    std::memcpy(sealed.data() + sizeof header, key.data(), key.size());
    return checksum(sealed);
}

}  // namespace

BlockKey encode_block_key(const BlockId& id) {
    BlockKey key{};
    key[0] = static_cast<std::byte>(id.table);
    key[1] = static_cast<std::byte>(id.program >> 8);
    key[2] = static_cast<std::byte>(id.program & 0xFF);
    for (std::size_t i = 0; i < 8; ++i)
        key[3 + i] = static_cast<std::byte>(id.number >> (8 * (7 - i)) & 0xFF);
    return key;
}

Result<BlockId> decode_block_key(BytesView key) {
    if (key.size() != std::tuple_size_v<BlockKey>) {
        return model::failure(ErrorKind::corrupt, "the checkpoint has a key that names no block");
    }
    BlockId id;
    id.table = static_cast<BlockTable>(key[0]);
    id.program = static_cast<std::uint16_t>(std::to_integer<unsigned>(key[1]) << 8 |
                                            std::to_integer<unsigned>(key[2]));
    for (std::size_t i = 3; i < key.size(); ++i)
        id.number = id.number << 8 | std::to_integer<unsigned>(key[i]);
    return id;
}

void encode_block(const BlockId& id, BytesView bytes, std::span<std::byte> out) {
    Header header;
    header.length = bytes.size();
    header.checksum = seal(id, header, bytes);
    std::memcpy(out.data(), &header, sizeof header);
    if (!bytes.empty()) std::memcpy(out.data() + sizeof header, bytes.data(), bytes.size());
}

Result<BytesView> decode_block(const BlockId& id, BytesView encoded) {
    Header header;
    if (encoded.size() < sizeof header) return corrupt(id, "is shorter than its header");
    std::memcpy(&header, encoded.data(), sizeof header);
    if (header.magic != kMagic) return corrupt(id, "does not begin with a block's mark");
    if (header.version != kVersion) {
        return corrupt(id, "has format version " + std::to_string(header.version) +
                               "; this program knows version " + std::to_string(kVersion) + " only");
    }
    const BytesView bytes = encoded.subspan(sizeof header);
    if (header.length != bytes.size()) return corrupt(id, "does not have the length that its header tells");
    if (seal(id, header, bytes) != header.checksum) return corrupt(id, "fails its checksum");
    return bytes;
}

std::string format_block(const BlockId& id) {
    static constexpr std::array<const char*, 6> kNames{"0",         "meta", "programs",
                                                       "customers", "keys", "access"};
    const auto table = static_cast<std::size_t>(id.table);
    return (table < kNames.size() ? std::string(kNames[table]) : std::to_string(table)) + " " +
           std::to_string(id.number) + " of program " + std::to_string(id.program);
}

}  // namespace tim::storage
