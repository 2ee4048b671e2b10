#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "engine/model/result.h"
#include "protocol/codec/buffer.h"
#include "protocol/codec/limits.h"

// A frame, the unit of both directions (all integers little-endian):
//
//     0        4        8                                       8 + length
//     +--------+--------+-----------------------------------------+
//     | length |  corr. | payload: one FlatBuffer, zeros at its end |
//     +--------+--------+-----------------------------------------+
//
// `length` counts the payload alone and is a multiple of 8, at least 8. `correlation` is the client's choice;
// every reply carries that of its request.
namespace tim::codec {

static_assert(__STDCPP_DEFAULT_NEW_ALIGNMENT__ >= kFrameAlignment, "a FrameReader's memory is aligned");
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "frames and rows are read in place");

struct FrameHeader {
    std::uint32_t length = 0;
    std::uint32_t correlation = 0;
};
static_assert(sizeof(FrameHeader) == kFrameHeaderBytes);

/// A frame as it stands in a FrameReader's buffer. The payload is aligned to 8 bytes.
struct Frame {
    std::uint32_t correlation = 0;
    std::span<const std::byte> payload;
};

/// Cuts a stream of bytes into frames, in place. The caller reads from its socket into `prepare()`, says with
/// `commit` how much came, and takes frames with `next` until there is none. Memory grows only as bytes
/// arrive, whatever length a header claims, and an oversized length is refused as soon as its header is
/// there. Payloads are valid until the next `prepare`. Not thread-safe.
class FrameReader {
  public:
    /// `max_payload_bytes`: kMaxHelloBytes until the peer is known, for a client kMaxReplyBytes.
    explicit FrameReader(std::size_t max_payload_bytes) : max_payload_bytes_(max_payload_bytes) {}

    /// Once the peer is known.
    void set_max_payload_bytes(std::size_t bytes) { max_payload_bytes_ = bytes; }

    /// Room for at least `min_bytes` more; moves an incomplete frame to the front first.
    std::span<std::byte> prepare(std::size_t min_bytes = kDefaultReadBytes);

    /// `count` bytes of what `prepare` returned were filled.
    void commit(std::size_t count);

    /// The next whole frame; none when more bytes are needed; an error (for good) when the header cannot be
    /// one of this protocol's. After an error the stream is to be closed: where its next frame starts is
    /// unknown.
    model::Result<std::optional<Frame>> next();

    /// The correlation of the header that `next` looked at last: the one to answer an error with.
    std::uint32_t last_correlation() const { return last_correlation_; }

    /// Whether `next` failed because the length is beyond the limit; its other errors are lengths that no
    /// frame has.
    bool too_large() const { return too_large_; }

    /// Bytes that came and are not taken yet.
    std::size_t pending_bytes() const { return end_ - begin_; }

    static constexpr std::size_t kDefaultReadBytes = 64 * 1024;
    /// Memory beyond this is given back when nothing is pending.
    static constexpr std::size_t kRetainedBytes = 1024 * 1024;

  private:
    std::unique_ptr<std::byte[]> memory_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;  // a multiple of kFrameAlignment
    std::size_t end_ = 0;
    std::size_t max_payload_bytes_;
    std::uint32_t last_correlation_ = 0;
    bool too_large_ = false;
};

/// Appends a frame around a finished FlatBuffer, padded with zeros.
void append_frame(ByteBuffer& out, std::uint32_t correlation, std::span<const std::byte> message);

}  // namespace tim::codec
