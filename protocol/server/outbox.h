#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/model/quantity.h"
#include "protocol/codec/buffer.h"

namespace tim::server {

/// Buffers of one I/O thread, kept for reuse so that replies cost no allocation. Not thread-safe.
class BufferPool {
  public:
    codec::ByteBuffer take();
    void give_back(codec::ByteBuffer buffer);

  private:
    std::vector<codec::ByteBuffer> kept_;
};

/// The replies of one connection on their way out, in the order in which they were made. A reply may leave
/// once the ledger is durable up to what it depends on; none overtakes another.
///
/// Replies are written into chunks. The last chunk is open until `release`; a sealed chunk never changes, so
/// a write may refer to it while further replies are added behind it. Not thread-safe.
class Outbox {
  public:
    explicit Outbox(BufferPool& pool) : pool_(pool) {}
    ~Outbox();
    Outbox(const Outbox&) = delete;
    Outbox& operator=(const Outbox&) = delete;

    /// Where the next frame is to be appended. Follow with `added`.
    codec::ByteBuffer& tail();
    /// A frame was appended to `tail()`. `final_reply` is false for a frame that leaves its request
    /// unanswered.
    void added(model::Sequence depends_on, bool final_reply = true);

    /// Seals what was added and lets chunks go whose sequence is durable. Returns whether there is anything
    /// to write.
    bool release(model::Sequence durable);

    /// What may be written now, at most `out.size()` pieces; returns how many there are.
    std::size_t gather(std::span<std::span<const std::byte>> out) const;
    /// `count` bytes of what `gather` gave were written. Returns how many requests were answered to the end.
    std::size_t consume(std::size_t count);

    /// All bytes that wait, released or not.
    std::size_t bytes() const { return bytes_; }
    bool empty() const { return bytes_ == 0; }
    bool released() const { return released_ > head_; }
    /// Whether something is sealed and waits for its sequence.
    bool waiting() const { return released_ < sealed_; }

  private:
    struct Chunk {
        codec::ByteBuffer buffer;
        model::Sequence depends_on{};
        std::size_t replies = 0;
    };

    void seal();

    BufferPool& pool_;
    std::vector<Chunk>
        chunks_;  // [0, head) written and empty, [head, released), [released, sealed), [sealed, size)
    std::size_t head_ = 0;
    std::size_t released_ = 0;
    std::size_t sealed_ = 0;
    std::size_t written_in_head_ = 0;
    std::size_t counted_in_open_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace tim::server
