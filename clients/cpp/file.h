#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "engine/model/result.h"

namespace tim::client {

/// An open file, closed with its owner. Every error names the file and what the system said. Not thread-safe
/// except that `read_at` may run beside one writer of bytes that it does not read.
class File {
  public:
    File() = default;
    File(File&& other) noexcept;
    File& operator=(File&& other) noexcept;
    ~File();

    /// Opens for reading and writing; `create` makes the file when it does not exist (mode 0600).
    static model::Result<File> open(const std::filesystem::path& path, bool create);

    bool is_open() const { return descriptor_ >= 0; }
    const std::filesystem::path& path() const { return path_; }

    model::Result<std::uint64_t> size() const;
    /// Fills `bytes` from `offset` as far as the file goes; returns how many bytes there were.
    model::Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> bytes) const;
    /// ErrorKind::full when the disk has no space, else ErrorKind::io.
    model::Result<void> write_at(std::uint64_t offset, std::span<const std::byte> bytes);
    model::Result<void> truncate(std::uint64_t size);
    /// Returns once what was written is on disk.
    model::Result<void> sync();
    /// Takes the whole file for this process; ErrorKind::busy when another one has it.
    model::Result<void> lock_exclusively();

  private:
    int descriptor_ = -1;
    std::filesystem::path path_;
};

/// Makes the names in a folder durable: after a file was created, renamed or removed in it.
model::Result<void> sync_folder(const std::filesystem::path& folder);

}  // namespace tim::client
