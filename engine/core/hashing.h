#pragma once

#include <cstdint>
#include <string_view>

#include "engine/model/documents.h"
#include "engine/model/fact.h"
#include "engine/model/name.h"
#include "engine/model/quantity.h"

namespace tim::core {

/// Keyed digests of keys and names. The seed is a secret of the data folder, so that nobody can make names
/// that collide, or test a phone against a digest without it.
class Hashing {
  public:
    explicit Hashing(std::uint64_t seed) : seed_(seed) {}

    /// Digest of a key in normal form: 88 bits, so that two keys of one program never share one in practice
    /// (10⁸ keys: 2·10⁻¹¹).
    model::KeyDigest key(model::KeyKind kind, std::string_view normal_text) const;

    /// Fingerprint of a name: a hit must be compared with the whole name.
    std::uint64_t name(model::ProgramId program, const model::Name& name) const;

    /// Fingerprint under which the state of a subject is found that has no place in memory: what has come
    /// back of a receipt, how a hold was resolved. `first` is the sequence of the sale or the hold.
    std::uint64_t state_of(model::SubjectKind kind, model::Sequence first) const;

    /// Fingerprint under which a customer's passwords are found.
    std::uint64_t password_of(model::Subject customer) const {
        return state_of(model::SubjectKind::access, {customer.packed});
    }

    /// Keyed digest of what tells a means of payment from others; never 0.
    std::uint64_t payment(model::ProgramId program, std::string_view text) const;

    /// A digest of a command's content that tells nothing of it without the seed: keys may be guessed, being
    /// few.
    std::uint32_t conceal(std::uint32_t content) const;

    /// A permutation of the numbers of kPermutedBits, one for each program, and its inverse.
    static constexpr int kPermutedBits = 60;
    std::uint64_t permute(model::ProgramId program, std::uint64_t number) const;
    std::uint64_t permute_back(model::ProgramId program, std::uint64_t number) const;

  private:
    std::uint64_t seed_;
};

}  // namespace tim::core
