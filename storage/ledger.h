#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engine/model/documents.h"
#include "engine/model/fact.h"
#include "engine/model/result.h"

namespace tim::storage {

using model::Bytes;
using model::BytesView;
using model::Result;

/// A batch, encoded, takes at most this; a larger one is `invalid`.
inline constexpr std::uint64_t kMaxBatchBytes = std::uint64_t{128} << 20;

/// Consecutive facts that become durable together, and the bytes that their BlobRefs point into.
struct Batch {
    model::Sequence first{};
    std::span<const model::Fact> facts;
    BytesView blobs;

    model::Sequence last() const { return {first.value + facts.size() - 1}; }
};

/// A fact as it stands in the ledger.
struct StoredFact {
    model::Sequence sequence{};
    model::Fact fact;
    Bytes blob;  ///< empty unless the fact has one
};

/// See `Ledger::bytes_for`.
inline constexpr std::size_t kBatchesCovered = 4;

/// The ledger: an append-only sequence of facts, from 1, without gaps. One thread appends; any number read
/// meanwhile. Every batch is checked on reading (format version, checksum, the chain to the batch before it);
/// bytes that fail are an error of kind `corrupt` that names the sequence.
class Ledger {
  public:
    virtual ~Ledger() = default;

    /// Appends a batch and makes it durable: when this returns a value, the batch survives a crash.
    /// `batch.first` is `last() + 1`. After an error the ledger must not be used for appending any more.
    virtual Result<void> append(const Batch& batch) = 0;

    /// The last durable sequence; 0 for an empty ledger.
    virtual model::Sequence last() const = 0;

    /// Bytes that can be appended for certain: disk and map space that is reserved ahead. Any thread.
    virtual std::uint64_t reserved_bytes() const = 0;

    /// Bytes that appending so many facts and blob bytes as one batch takes of the reserve, at most. Facts
    /// that are appended as several batches (up to `kBatchesCovered`) fit too when the sum fits as one.
    virtual std::uint64_t bytes_for(std::size_t facts, std::size_t blob_bytes) const = 0;

    /// The fact at a sequence, in [1, last()].
    virtual Result<StoredFact> fact_at(model::Sequence sequence) const = 0;

    /// Visits whole batches in order, beginning with the one that holds `from`, while the visitor returns
    /// true. The spans of a batch are valid during the visit only.
    virtual Result<void> scan(model::Sequence from, const std::function<bool(const Batch&)>& visit) const = 0;

    /// Does a piece of background work (reserving space ahead); returns whether it did anything. Any one
    /// thread, also beside `append`.
    virtual bool step() = 0;
};

}  // namespace tim::storage
