#include "engine/runtime/commit_buffer.h"

namespace tim::runtime {

CommitBuffer::CommitBuffer(model::Sequence last) : next_{last.value + 1} {
    for (Half& half : halves_)
        half.memory = std::make_unique_for_overwrite<std::byte[]>(kMaxBatchFacts * sizeof(model::Fact));
    filling().first = next_;
}

model::BlobRef CommitBuffer::add_blob(model::BytesView bytes) {
    model::Bytes& blobs = filling().blobs;
    const auto offset = static_cast<std::uint32_t>(blobs.size());
    blobs.insert(blobs.end(), bytes.begin(), bytes.end());
    return {offset, static_cast<std::uint32_t>(bytes.size())};
}

model::BytesView CommitBuffer::blob_of(const model::Fact& fact) const {
    if ((fact.flags & model::kFactHasBlob) == 0) return {};
    const model::BlobRef ref = fact.blob();
    return model::BytesView(filling().blobs).subspan(ref.offset, ref.length);
}

std::optional<storage::StoredFact> CommitBuffer::find(model::Sequence sequence) const {
    for (const Half& half : halves_) {
        if (sequence < half.first || sequence.value >= half.first.value + half.count) continue;
        storage::StoredFact found{sequence, half.facts()[sequence.value - half.first.value], {}};
        if ((found.fact.flags & model::kFactHasBlob) != 0) {
            const model::BlobRef ref = found.fact.blob();
            const auto begin = half.blobs.begin() + ref.offset;
            found.blob.assign(begin, begin + ref.length);
        }
        return found;
    }
    return std::nullopt;
}

std::optional<storage::SecretKey> CommitBuffer::find_secret(model::ProgramId program,
                                                            model::CustomerId customer) const {
    for (const Half& half : halves_) {
        for (const NewSecret& secret : half.secrets) {
            if (secret.program == program && secret.customer == customer) return secret.key;
        }
    }
    return std::nullopt;
}

const CommitBuffer::Half* CommitBuffer::turn() {
    Half& full = filling();
    if (full.count == 0) return nullptr;
    fill_ = 1 - fill_;
    filling().first = next_;
    writing_count_ = full.count;
    writing_blob_bytes_ = full.blobs.size();
    return &full;
}

void CommitBuffer::written() {
    Half& half = halves_[1 - fill_];
    half.count = 0;
    half.blobs.clear();
    half.secrets.clear();
    half.erased.clear();
    writing_count_ = 0;
    writing_blob_bytes_ = 0;
}

}  // namespace tim::runtime
