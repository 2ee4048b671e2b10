#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "engine/model/result.h"

namespace tim::cli {

/// The bytes of a file or of standard input, in order; gzip is recognised by its first bytes and unpacked
/// (several members in one file too); a file named .gz must be one. Bytes are handed on as they come, so that
/// a pipe may be slow. One thread, where nothing else is said.
class ByteSource {
  public:
    /// `-` is standard input.
    static model::Result<std::unique_ptr<ByteSource>> open(const std::string& path);

    virtual ~ByteSource() = default;

    /// Reads some bytes; 0 at the end. A gzip that is cut off or damaged is an error; errors name the file.
    virtual model::Result<std::size_t> read(std::span<char> buffer) = 0;

    /// Ends a `read` that waits for a slow pipe, and all later ones, as if the input had ended. Any thread.
    virtual void cancel() = 0;

    /// How much of the file was read so far, in [0, 1]; 0 when nobody can know. Any thread.
    virtual double progress() const = 0;
};

}  // namespace tim::cli
