#include "protocol/codec/buffer.h"

#include <algorithm>

namespace tim::codec {

void ByteBuffer::grow(std::size_t count) {
    constexpr std::size_t kFirstBytes = 4096;
    const std::size_t capacity = std::max({kFirstBytes, capacity_ * 2, size_ + count});
    auto bytes = std::make_unique_for_overwrite<std::byte[]>(capacity);
    if (size_ != 0) std::memcpy(bytes.get(), bytes_.get(), size_);
    bytes_ = std::move(bytes);
    capacity_ = capacity;
}

}  // namespace tim::codec
