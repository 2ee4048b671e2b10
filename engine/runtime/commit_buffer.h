#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "engine/core/fact_writer.h"
#include "engine/model/fact.h"
#include "engine/runtime/limits.h"
#include "storage/ledger.h"
#include "storage/vault.h"

namespace tim::runtime {

/// A new customer's key, to be in the vault before the customer is in the ledger.
struct NewSecret {
    model::ProgramId program{};
    model::CustomerId customer{};
    storage::SecretKey key{};
};

/// Somebody whose key is to be destroyed once the ledger says so, and before anybody is told.
struct ErasedCustomer {
    model::ProgramId program{};
    model::CustomerId customer{};
};

/// The facts that are applied but not yet durable, in two halves: one that commands fill, one that the
/// committer writes. All members are called under the engine's sequencer lock; what `take` handed out may be
/// read without it until `written`.
class CommitBuffer {
  public:
    /// `last` is the sequence of the ledger's last fact.
    explicit CommitBuffer(model::Sequence last);

    struct Half {
        model::Sequence first{};
        /// Room for kMaxBatchFacts, of which `count` are valid; memory that was never written to is never
        /// touched.
        std::unique_ptr<std::byte[]> memory;
        std::size_t count = 0;
        model::Bytes blobs;
        std::vector<NewSecret> secrets;
        std::vector<ErasedCustomer> erased;

        model::Fact* facts() const { return reinterpret_cast<model::Fact*>(memory.get()); }
        storage::Batch batch() const { return {first, {facts(), count}, blobs}; }
    };

    model::Sequence next() const { return next_; }
    std::size_t waiting_facts() const { return filling().count + writing_count_; }
    std::size_t waiting_blob_bytes() const { return filling().blobs.size() + writing_blob_bytes_; }

    /// When the oldest of the facts that wait was recorded; kNoInstant when none waits.
    model::Instant oldest() const {
        const Half& half = writing_count_ > 0 ? halves_[1 - fill_] : filling();
        return half.count == 0 ? model::kNoInstant : half.facts()[0].recorded;
    }

    /// Whether so many more facts and blob bytes fit.
    bool has_room(std::size_t facts, std::size_t blob_bytes) const {
        const Half& half = filling();
        return half.count + facts <= kMaxBatchFacts && half.blobs.size() + blob_bytes <= kMaxBatchBlobBytes;
    }

    /// Room for one command's facts; ask `has_room` first.
    core::FactWriter writer() {
        Half& half = filling();
        return {std::span(half.facts() + half.count, core::kMaxFactsPerCommand), next_};
    }

    /// Where a command's only fact will stand; ask `has_room` first.
    model::Fact& place() { return filling().facts()[filling().count]; }

    /// Puts bytes where facts of this batch can refer to them.
    model::BlobRef add_blob(model::BytesView bytes);
    void add_secret(const NewSecret& secret) { filling().secrets.push_back(secret); }
    void add_erased(const ErasedCustomer& erased) { filling().erased.push_back(erased); }

    /// The key of a newcomer that may not be in the vault yet.
    std::optional<storage::SecretKey> find_secret(model::ProgramId program, model::CustomerId customer) const;

    /// Takes what a writer has written.
    void take(std::size_t facts) {
        filling().count += facts;
        next_.value += facts;
    }

    /// The blob of a fact in the half that is being filled.
    model::BytesView blob_of(const model::Fact& fact) const;

    /// A fact that is not durable yet, with its blob; nothing when it is in neither half.
    std::optional<storage::StoredFact> find(model::Sequence sequence) const;

    /// Turns the halves round: what was filled is returned for writing, or null when there is nothing.
    const Half* turn();
    /// The half that `turn` returned is durable.
    void written();

  private:
    Half& filling() { return halves_[fill_]; }
    const Half& filling() const { return halves_[fill_]; }

    std::array<Half, 2> halves_;
    std::size_t fill_ = 0;
    std::size_t writing_count_ = 0;
    std::size_t writing_blob_bytes_ = 0;
    model::Sequence next_{};
};

}  // namespace tim::runtime
