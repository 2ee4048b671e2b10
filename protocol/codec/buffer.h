#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <utility>

namespace tim::codec {

/// Bytes on their way out: grows, never clears what it hands out, and keeps its memory when it is emptied, so
/// that replies are written in place without a copy. Not thread-safe.
class ByteBuffer {
  public:
    /// Makes room for `count` more bytes at the end and returns it; the caller writes all of it. Pointers
    /// from earlier calls are void.
    std::byte* extend(std::size_t count) {
        if (capacity_ - size_ < count) grow(count);
        std::byte* place = bytes_.get() + size_;
        size_ += count;
        return place;
    }
    void append(std::span<const std::byte> bytes) {
        if (!bytes.empty()) std::memcpy(extend(bytes.size()), bytes.data(), bytes.size());
    }
    /// Drops what was appended after `size` bytes.
    void truncate(std::size_t size) {
        if (size < size_) size_ = size;
    }
    void clear() { size_ = 0; }
    /// Gives the memory back too.
    void release() { *this = ByteBuffer(); }

    std::span<const std::byte> view() const { return {bytes_.get(), size_}; }
    std::byte* data() { return bytes_.get(); }
    std::size_t size() const { return size_; }
    std::size_t capacity() const { return capacity_; }
    bool empty() const { return size_ == 0; }

    ByteBuffer() = default;
    ByteBuffer(ByteBuffer&& other) noexcept { swap(other); }
    ByteBuffer& operator=(ByteBuffer&& other) noexcept {
        ByteBuffer taken(std::move(other));
        swap(taken);
        return *this;
    }
    ByteBuffer(const ByteBuffer&) = delete;
    ByteBuffer& operator=(const ByteBuffer&) = delete;
    ~ByteBuffer() = default;

    void swap(ByteBuffer& other) noexcept {
        std::swap(bytes_, other.bytes_);
        std::swap(size_, other.size_);
        std::swap(capacity_, other.capacity_);
    }

  private:
    void grow(std::size_t count);

    std::unique_ptr<std::byte[]> bytes_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace tim::codec
