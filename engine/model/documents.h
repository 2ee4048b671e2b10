#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/model/access.h"
#include "engine/model/keys.h"
#include "engine/model/program.h"
#include "engine/model/result.h"
#include "engine/model/sale_line.h"

namespace tim::model {

using Bytes = std::vector<std::byte>;
using BytesView = std::span<const std::byte>;

/// What the engine keeps of a key so that it can find its customer again: a keyed digest, never the key.
struct KeyDigest {
    std::uint64_t high = 0;
    std::uint32_t low = 0;
    KeyKind kind = KeyKind::none;
    /// Zero. Without it a copy leaves the padding out, in two stores that overlap, and whoever reads the
    /// digest next waits for both.
    std::array<std::uint8_t, 3> reserved{};

    friend bool operator==(const KeyDigest&, const KeyDigest&) = default;
};

/// A person's data. It stands in the ledger only sealed with that person's key.
struct Profile {
    std::vector<Key> keys;  ///< normal form; the first is the one that lists and exports show
    std::string name;
};

/// The variable part of an `enrolled`, `rekeyed` or `erased` fact: who the customer is from then on.
struct EnrollmentRecord {
    std::vector<KeyDigest> digests;
    Bytes sealed_profile;  ///< empty: nobody knows who it was
    std::vector<KeyDigest>
        former{};          ///< of keys that the customer had once, and has no more; the newest ones
    std::string reason{};  ///< erased: the words that it was given with
};

/// How documents inside facts are written as bytes and read back: a seam, so that the engine need not know
/// the format (FlatBuffers, protocol/schema/documents.fbs). Reading refuses bytes that are not exactly such a
/// document. Implementations are stateless and thread-safe.
class DocumentFormat {
  public:
    virtual ~DocumentFormat() = default;

    virtual Bytes encode(const Program& program) const = 0;
    virtual Bytes encode(const AccessKey& key) const = 0;
    virtual Bytes encode(const EnrollmentRecord& record) const = 0;
    virtual Bytes encode(const Profile& profile) const = 0;
    virtual Bytes encode(const std::vector<SaleLine>& lines) const = 0;
    virtual Bytes encode(const LinesLeft& left) const = 0;

    virtual Result<Program> decode_program(BytesView bytes) const = 0;
    virtual Result<AccessKey> decode_access_key(BytesView bytes) const = 0;
    virtual Result<EnrollmentRecord> decode_enrollment(BytesView bytes) const = 0;
    virtual Result<Profile> decode_profile(BytesView bytes) const = 0;
    virtual Result<std::vector<SaleLine>> decode_sale_lines(BytesView bytes) const = 0;
    virtual Result<LinesLeft> decode_lines_left(BytesView bytes) const = 0;
};

}  // namespace tim::model
