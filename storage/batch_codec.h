#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/model/fact.h"
#include "engine/model/result.h"
#include "storage/ledger.h"

namespace tim::storage {

/// The bytes of a batch, version 1 (drawn in FORMAT.md): a header, a table with one checksum for every 4 KiB
/// of the body, the body: the facts and then their blobs. The header's own checksum covers header and table,
/// so one fact is checked by reading the header, the table and the one or two sections that hold it, while
/// the header's checksum stands for the whole batch and chains the next one to it.

/// Bytes that a batch of so many facts and blob bytes takes.
std::uint64_t encoded_batch_bytes(std::size_t facts, std::size_t blob_bytes);

/// Says what is wrong with a batch as an argument of `Ledger::append`: empty, too large, or not beginning at
/// `expected_first`. Kind `invalid`.
Result<void> check_batch(const Batch& batch, model::Sequence expected_first);

/// Writes a batch into `out`, which has exactly `encoded_batch_bytes`; `previous` is the checksum of the
/// batch before it, 0 for the first. Gives the batch's checksum.
std::uint64_t encode_batch(const Batch& batch, std::uint64_t previous, std::span<std::byte> out);

/// A batch in its encoded form. Does not own the bytes. Every error is of kind `corrupt` and names a
/// sequence.
class BatchView {
  public:
    /// Checks header and table; `first` is where the ledger says that the batch begins.
    static Result<BatchView> open(BytesView bytes, model::Sequence first);

    model::Sequence first() const { return first_; }
    model::Sequence last() const { return {first_.value + count_ - 1}; }
    std::uint64_t checksum() const { return checksum_; }
    std::uint64_t previous_checksum() const { return previous_; }

    /// Checks the whole body.
    Result<void> verify() const;

    /// The fact at a sequence in [first(), last()] with its blob; checks the sections that it reads.
    Result<StoredFact> fact(model::Sequence sequence) const;

    /// The facts in place; where the bytes do not lie as a Fact must, a copy of them in `scratch`. Does not
    /// check the body.
    Batch batch(std::vector<model::Fact>& scratch) const;

  private:
    Result<void> verify_body(std::uint64_t begin, std::uint64_t end) const;

    model::Sequence first_{};
    std::uint64_t count_ = 0;
    std::uint64_t checksum_ = 0;
    std::uint64_t previous_ = 0;
    BytesView table_;
    BytesView body_;
};

}  // namespace tim::storage
