#include "clients/cpp/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace tim::client {
namespace {

tl::unexpected<model::Error> system_failure(const char* what, const std::filesystem::path& path) {
    const int code = errno;
    const bool full = code == ENOSPC || code == EDQUOT || code == EFBIG;
    return model::failure(
        full ? model::ErrorKind::full : model::ErrorKind::io,
        fmt::format("cannot {} {}: {}", what, path.string(), std::generic_category().message(code)));
}

}  // namespace

File::File(File&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}

File& File::operator=(File&& other) noexcept {
    if (this != &other) {
        if (descriptor_ >= 0) ::close(descriptor_);
        descriptor_ = std::exchange(other.descriptor_, -1);
        path_ = std::move(other.path_);
    }
    return *this;
}

File::~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

model::Result<File> File::open(const std::filesystem::path& path, bool create) {
    File file;
    file.path_ = path;
    file.descriptor_ = ::open(path.c_str(), O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0), 0600);
    if (file.descriptor_ < 0) return system_failure("open", path);
    return file;
}

model::Result<std::uint64_t> File::size() const {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) return system_failure("look at", path_);
    return static_cast<std::uint64_t>(status.st_size);
}

model::Result<std::size_t> File::read_at(std::uint64_t offset, std::span<std::byte> bytes) const {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t got =
            ::pread(descriptor_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return system_failure("read", path_);
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

model::Result<void> File::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t put = ::pwrite(descriptor_, bytes.data() + done, bytes.size() - done,
                                     static_cast<off_t>(offset + done));
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return system_failure("write", path_);
        done += static_cast<std::size_t>(put);
    }
    return {};
}

model::Result<void> File::truncate(std::uint64_t size) {
    if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) return system_failure("shorten", path_);
    return {};
}

model::Result<void> File::sync() {
    if (::fdatasync(descriptor_) != 0) return system_failure("sync", path_);
    return {};
}

model::Result<void> File::lock_exclusively() {
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return {};
    if (errno == EWOULDBLOCK)
        return model::failure(model::ErrorKind::busy,
                              fmt::format("{} is in use by another process", path_.parent_path().string()));
    return system_failure("lock", path_);
}

model::Result<void> sync_folder(const std::filesystem::path& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return system_failure("open", folder);
    const int outcome = ::fsync(descriptor);
    const int code = errno;
    ::close(descriptor);
    errno = code;
    if (outcome != 0) return system_failure("sync", folder);
    return {};
}

}  // namespace tim::client
