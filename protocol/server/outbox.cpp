#include "protocol/server/outbox.h"

#include <algorithm>
#include <utility>

#include "protocol/server/limits.h"

namespace tim::server {

codec::ByteBuffer BufferPool::take() {
    if (kept_.empty()) return {};
    codec::ByteBuffer buffer = std::move(kept_.back());
    kept_.pop_back();
    return buffer;
}

void BufferPool::give_back(codec::ByteBuffer buffer) {
    if (kept_.size() >= kKeptBuffers || buffer.capacity() > kKeptBufferBytes || buffer.capacity() == 0)
        return;
    buffer.clear();
    kept_.push_back(std::move(buffer));
}

Outbox::~Outbox() {
    for (std::size_t i = head_; i < chunks_.size(); ++i)
        pool_.give_back(std::move(chunks_[i].buffer));
}

codec::ByteBuffer& Outbox::tail() {
    if (sealed_ < chunks_.size() && chunks_.back().buffer.size() >= kOutboxChunkBytes) seal();
    if (sealed_ == chunks_.size()) {
        chunks_.push_back({pool_.take(), {}, 0});
        counted_in_open_ = 0;
    }
    return chunks_.back().buffer;
}

void Outbox::added(model::Sequence depends_on, bool final_reply) {
    Chunk& chunk = chunks_.back();
    bytes_ += chunk.buffer.size() - counted_in_open_;
    counted_in_open_ = chunk.buffer.size();
    chunk.depends_on = std::max(chunk.depends_on, depends_on);
    if (final_reply) ++chunk.replies;
}

void Outbox::seal() {
    sealed_ = chunks_.size();
    counted_in_open_ = 0;
}

bool Outbox::release(model::Sequence durable) {
    seal();
    while (released_ < sealed_ && chunks_[released_].depends_on <= durable)
        ++released_;
    return released();
}

std::size_t Outbox::gather(std::span<std::span<const std::byte>> out) const {
    const std::size_t count = std::min(out.size(), released_ - head_);
    for (std::size_t i = 0; i < count; ++i)
        out[i] = chunks_[head_ + i].buffer.view();
    if (count > 0) out[0] = out[0].subspan(written_in_head_);
    return count;
}

std::size_t Outbox::consume(std::size_t count) {
    std::size_t answered = 0;
    bytes_ -= count;
    while (count > 0) {
        Chunk& chunk = chunks_[head_];
        const std::size_t left = chunk.buffer.size() - written_in_head_;
        if (count < left) {
            written_in_head_ += count;
            break;
        }
        count -= left;
        answered += chunk.replies;
        pool_.give_back(std::move(chunk.buffer));
        written_in_head_ = 0;
        ++head_;
    }
    // The written ones at the front go when they are half of all: each chunk is moved at most once on
    // average.
    if (head_ > 0 && head_ * 2 >= chunks_.size()) {
        chunks_.erase(chunks_.begin(), chunks_.begin() + static_cast<std::ptrdiff_t>(head_));
        released_ -= head_;
        sealed_ -= head_;
        head_ = 0;
    }
    return answered;
}

}  // namespace tim::server
