#include "protocol/codec/frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace tim::codec {

std::span<std::byte> FrameReader::prepare(std::size_t min_bytes) {
    if (begin_ == end_) {
        begin_ = end_ = 0;
        if (capacity_ > kRetainedBytes && min_bytes <= kRetainedBytes) {
            memory_.reset();
            capacity_ = 0;
        }
    }
    if (capacity_ - end_ < min_bytes && begin_ != 0) {
        std::memmove(memory_.get(), memory_.get() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (capacity_ - end_ < min_bytes) {
        // Growth follows what has arrived, never what a header claims.
        const std::size_t capacity = std::max(end_ + min_bytes, capacity_ * 2);
        auto memory = std::make_unique_for_overwrite<std::byte[]>(capacity);
        if (end_ != 0) std::memcpy(memory.get(), memory_.get(), end_);
        memory_ = std::move(memory);
        capacity_ = capacity;
    }
    return {memory_.get() + end_, capacity_ - end_};
}

void FrameReader::commit(std::size_t count) {
    end_ += std::min(count, capacity_ - end_);
}

model::Result<std::optional<Frame>> FrameReader::next() {
    if (end_ - begin_ < kFrameHeaderBytes) return std::optional<Frame>();
    FrameHeader header;
    std::memcpy(&header, memory_.get() + begin_, sizeof header);
    last_correlation_ = header.correlation;
    too_large_ = header.length > max_payload_bytes_;
    if (too_large_)
        return model::failure(model::ErrorKind::invalid,
                              fmt::format("frame: a payload of {} bytes is too large; {} are the most here",
                                          header.length, max_payload_bytes_));
    if (header.length == 0 || header.length % kFrameAlignment != 0)
        return model::failure(
            model::ErrorKind::invalid,
            fmt::format("frame: a payload of {} bytes; the length must be a multiple of 8 above 0",
                        header.length));
    if (end_ - begin_ - kFrameHeaderBytes < header.length) return std::optional<Frame>();
    const std::byte* payload = memory_.get() + begin_ + kFrameHeaderBytes;
    begin_ += kFrameHeaderBytes + header.length;
    return std::optional(Frame{header.correlation, {payload, header.length}});
}

void append_frame(ByteBuffer& out, std::uint32_t correlation, std::span<const std::byte> message) {
    const std::size_t padding = (kFrameAlignment - message.size() % kFrameAlignment) % kFrameAlignment;
    const FrameHeader header{static_cast<std::uint32_t>(message.size() + padding), correlation};
    std::byte* place = out.extend(sizeof header + message.size() + padding);
    std::memcpy(place, &header, sizeof header);
    if (!message.empty()) std::memcpy(place + sizeof header, message.data(), message.size());
    std::memset(place + sizeof header + message.size(), 0, padding);
}

}  // namespace tim::codec
