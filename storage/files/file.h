#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>

#include "engine/model/result.h"

namespace tim::storage {

using model::Result;

/// An open file, closed with its owner.
class File {
  public:
    File() = default;
    File(int descriptor, std::filesystem::path path) : descriptor_(descriptor), path_(std::move(path)) {}
    File(File&& other) noexcept
        : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}
    File& operator=(File&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        std::swap(path_, other.path_);
        return *this;
    }
    ~File();

    /// Opens with open(2)'s flags; a file that is created gets mode 0600. `not_found` when it does not exist.
    static Result<File> open(const std::filesystem::path& path, int flags);

    int descriptor() const { return descriptor_; }

    /// Writes all bytes at an offset. Returns how many stand in the file now when the disk is full or the
    /// system fails; `errno` then tells why.
    std::size_t write_at(std::span<const std::byte> bytes, std::uint64_t offset) const;

    /// Reads at an offset until `bytes` is full or the file ends; gives the number of bytes read.
    Result<std::size_t> read_at(std::span<std::byte> bytes, std::uint64_t offset) const;

    Result<std::uint64_t> size() const;

    /// fdatasync.
    Result<void> sync() const;

  private:
    int descriptor_ = -1;
    std::filesystem::path path_;
};

/// An error of the operating system: `full` for a full disk, a quota or a limit of size, `not_found` for a
/// missing file, else `io`. The message is "<what>: <the system's sentence>".
model::Error system_error(int code, const std::string& what);

/// Makes a folder with mode 0700 unless it exists, and its entry durable.
Result<void> make_folder(const std::filesystem::path& folder);

/// Makes the entries of a folder durable.
Result<void> sync_folder(const std::filesystem::path& folder);

/// Holds a data folder: takes the lock on `folder/lock`, which ends with the process or the File. `busy` when
/// another process, or this one, has it.
Result<File> lock_folder(const std::filesystem::path& folder);

}  // namespace tim::storage
