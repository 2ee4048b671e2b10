#include "storage/files/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace tim::storage {

using model::ErrorKind;

File::~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

Result<File> File::open(const std::filesystem::path& path, int flags) {
    const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
    if (descriptor < 0) return tl::unexpected(system_error(errno, "cannot open " + path.string()));
    return File(descriptor, path);
}

std::size_t File::write_at(std::span<const std::byte> bytes, std::uint64_t offset) const {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t count = ::pwrite(descriptor_, bytes.data() + done, bytes.size() - done,
                                       static_cast<off_t>(offset + done));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) break;
        done += static_cast<std::size_t>(count);
    }
    return done;
}

Result<std::size_t> File::read_at(std::span<std::byte> bytes, std::uint64_t offset) const {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t count =
            ::pread(descriptor_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return tl::unexpected(system_error(errno, "cannot read " + path_.string()));
        if (count == 0) break;
        done += static_cast<std::size_t>(count);
    }
    return done;
}

Result<std::uint64_t> File::size() const {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0)
        return tl::unexpected(system_error(errno, "cannot ask the size of " + path_.string()));
    return static_cast<std::uint64_t>(status.st_size);
}

Result<void> File::sync() const {
    if (::fdatasync(descriptor_) != 0)
        return tl::unexpected(system_error(errno, "cannot sync " + path_.string()));
    return {};
}

model::Error system_error(int code, const std::string& what) {
    const auto kind = code == ENOSPC || code == EDQUOT || code == EFBIG ? ErrorKind::full
                      : code == ENOENT                                  ? ErrorKind::not_found
                                                                        : ErrorKind::io;
    return {kind, what + ": " + std::generic_category().message(code)};
}

Result<void> make_folder(const std::filesystem::path& folder) {
    if (::mkdir(folder.c_str(), 0700) == 0) {
        return sync_folder(folder.has_parent_path() ? folder.parent_path() : std::filesystem::path("."));
    }
    const int code = errno;
    if (std::error_code ignored; code == EEXIST && std::filesystem::is_directory(folder, ignored)) return {};
    return tl::unexpected(system_error(code, "cannot make the folder " + folder.string()));
}

Result<void> sync_folder(const std::filesystem::path& folder) {
    auto opened = File::open(folder, O_RDONLY | O_DIRECTORY);
    if (!opened) return tl::unexpected(std::move(opened.error()));
    if (::fsync(opened->descriptor()) != 0) {
        return tl::unexpected(system_error(errno, "cannot sync the folder " + folder.string()));
    }
    return {};
}

Result<File> lock_folder(const std::filesystem::path& folder) {
    auto file = File::open(folder / "lock", O_RDWR | O_CREAT);
    if (!file) return file;
    if (::flock(file->descriptor(), LOCK_EX | LOCK_NB) == 0) return file;
    if (errno == EWOULDBLOCK) {
        return model::failure(ErrorKind::busy,
                              "the data folder " + folder.string() + " is in use by another process");
    }
    return tl::unexpected(system_error(errno, "cannot lock " + (folder / "lock").string()));
}

}  // namespace tim::storage
