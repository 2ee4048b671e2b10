#include "storage/memory/memory_ledger.h"

#include <algorithm>
#include <string>
#include <utility>

namespace tim::storage {
namespace {

using model::ErrorKind;
using model::Sequence;

// What each of several batches takes beyond their sum as one: a header and an entry of its table.
constexpr std::uint64_t kHeldBackBytes = (kBatchesCovered - 1) * (64 + 8);

}  // namespace

Result<void> MemoryLedger::append(const Batch& batch) {
    if (meanwhile_) meanwhile_();
    const MutexLock lock(mutex_);
    if (broken_) return model::failure(ErrorKind::io, "the ledger is closed for writing: an append failed");
    if (auto checked = check_batch(batch, {last_ + 1}); !checked) return checked;
    const std::uint64_t bytes = encoded_batch_bytes(batch.facts.size(), batch.blobs.size());
    if (used_bytes_ + bytes > faults_.capacity_bytes) {
        return model::failure(ErrorKind::full,
                              "the ledger's " + std::to_string(faults_.capacity_bytes) + " bytes are full");
    }
    ++appends_;
    if (appends_ == faults_.lose_append) {
        broken_ = true;
        return model::failure(ErrorKind::io, "the append failed as planned; nothing of it is left");
    }
    auto words = std::make_shared<std::vector<std::uint64_t>>((bytes + 7) / 8);
    const std::uint64_t checksum =
        encode_batch(batch, last_checksum_, std::as_writable_bytes(std::span(*words)).first(bytes));
    Stored stored{batch.first, bytes, std::move(words)};
    if (appends_ == faults_.doubt_append) {
        broken_ = true;
        doubtful_.push_back(std::move(stored));
        return model::failure(ErrorKind::io, "the append failed as planned; its batch stands there");
    }
    batches_.push_back(std::move(stored));
    used_bytes_ += bytes;
    last_ = batch.last().value;
    last_checksum_ = checksum;
    return {};
}

Sequence MemoryLedger::last() const {
    const ReaderLock lock(mutex_);
    return {last_};
}

std::uint64_t MemoryLedger::reserved_bytes() const {
    const ReaderLock lock(mutex_);
    const std::uint64_t taken = used_bytes_ + kHeldBackBytes;
    return faults_.capacity_bytes > taken ? faults_.capacity_bytes - taken : 0;
}

std::uint64_t MemoryLedger::bytes_for(std::size_t facts, std::size_t blob_bytes) const {
    return encoded_batch_bytes(facts, blob_bytes);
}

std::size_t MemoryLedger::index_of(Sequence sequence) const {
    const auto above = std::upper_bound(batches_.begin(), batches_.end(), sequence,
                                        [](Sequence at, const Stored& stored) { return at < stored.first; });
    return static_cast<std::size_t>(above - batches_.begin()) - 1;
}

Result<StoredFact> MemoryLedger::fact_at(Sequence sequence) const {
    Stored stored;
    {
        const ReaderLock lock(mutex_);
        if (sequence.value == 0 || sequence.value > last_) {
            return model::failure(ErrorKind::not_found,
                                  "the ledger has no sequence " + std::to_string(sequence.value));
        }
        stored = batches_[index_of(sequence)];
    }
    auto view = BatchView::open(stored.view(), stored.first);
    if (!view) return tl::unexpected(std::move(view.error()));
    return view->fact(sequence);
}

Result<void> MemoryLedger::scan(Sequence from, const std::function<bool(const Batch&)>& visit) const {
    std::size_t index = 0;
    std::size_t end = 0;
    {
        const ReaderLock lock(mutex_);
        if (from.value > last_ || last_ == 0) return {};
        index = from.value == 0 ? 0 : index_of(from);
        end = batches_.size();
    }
    std::uint64_t expected_previous = 0;
    std::vector<model::Fact> scratch;
    for (std::size_t at = index == 0 ? 0 : index - 1; at < end; ++at) {
        Stored stored;
        {
            const ReaderLock lock(mutex_);
            stored = batches_[at];
        }
        auto view = BatchView::open(stored.view(), stored.first);
        if (!view) return tl::unexpected(std::move(view.error()));
        if (at >= index) {
            if (view->previous_checksum() != expected_previous) {
                return model::failure(ErrorKind::corrupt, "the ledger's batch at sequence " +
                                                              std::to_string(stored.first.value) +
                                                              " does not follow the batch before it");
            }
            if (auto verified = view->verify(); !verified) return verified;
            if (!visit(view->batch(scratch))) return {};
        }
        expected_previous = view->checksum();
    }
    return {};
}

std::unique_ptr<MemoryLedger> MemoryLedger::after_crash(const LedgerFaults& faults) const {
    auto next = std::make_unique<MemoryLedger>(faults);
    const ReaderLock lock(mutex_);
    const MutexLock next_lock(next->mutex_);
    next->batches_ = batches_;
    next->batches_.insert(next->batches_.end(), doubtful_.begin(), doubtful_.end());
    for (const Stored& stored : next->batches_)
        next->used_bytes_ += stored.bytes;
    next->last_ = last_;
    next->last_checksum_ = last_checksum_;
    for (const Stored& stored : doubtful_) {
        const auto view = BatchView::open(stored.view(), stored.first);
        next->last_ = view->last().value;
        next->last_checksum_ = view->checksum();
    }
    return next;
}

void MemoryLedger::set_capacity_bytes(std::uint64_t bytes) {
    const MutexLock lock(mutex_);
    faults_.capacity_bytes = bytes;
}

bool MemoryLedger::damage(Sequence sequence, std::uint64_t offset, std::byte mask) {
    const MutexLock lock(mutex_);
    if (sequence.value == 0 || sequence.value > last_) return false;
    Stored& stored = batches_[index_of(sequence)];
    if (offset >= stored.bytes) return false;
    auto words = std::make_shared<std::vector<std::uint64_t>>(*stored.words);
    std::as_writable_bytes(std::span(*words))[offset] ^= mask;
    stored.words = std::move(words);
    return true;
}

}  // namespace tim::storage
