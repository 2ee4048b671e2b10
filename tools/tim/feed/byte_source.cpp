#include "tools/tim/feed/byte_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>

namespace tim::cli {
namespace {

using model::ErrorKind;
using model::failure;
using model::Result;

constexpr std::size_t kReadBytes = 256 * 1024;

class FileSource final : public ByteSource {
  public:
    FileSource(int descriptor, std::string path, std::uint64_t size)
        : descriptor_(descriptor), path_(std::move(path)), size_(size) {}
    FileSource(const FileSource&) = delete;
    FileSource& operator=(const FileSource&) = delete;

    ~FileSource() override {
        if (kind_ == Kind::gzip) inflateEnd(&stream_);
        if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
        ::close(cancel_);
    }

    Result<std::size_t> read(std::span<char> buffer) override {
        if (kind_ == Kind::unknown) {
            // The magic is two bytes; a pipe may deliver one at first.
            while (filled_ < 2 && !end_) {
                if (auto done = fill(); !done) return tl::unexpected(done.error());
            }
            const bool gzip = filled_ >= 2 && input_[0] == 0x1F && input_[1] == 0x8B;
            if (!gzip && path_.ends_with(".gz"))
                return failure(ErrorKind::corrupt,
                               fmt::format("{}: the name ends in .gz, but this is no gzip", path_));
            if (gzip && inflateInit2(&stream_, 16 + MAX_WBITS) != Z_OK)
                return failure(ErrorKind::io, fmt::format("{}: cannot start unpacking gzip", path_));
            kind_ = gzip ? Kind::gzip : Kind::plain;
        }
        return kind_ == Kind::gzip ? read_gzip(buffer) : read_plain(buffer);
    }

    void cancel() override {
        const std::uint64_t one = 1;
        (void)!::write(cancel_, &one, sizeof one);
    }

    double progress() const override {
        return size_ == 0 ? 0 : static_cast<double>(taken_) / static_cast<double>(size_);
    }

  private:
    enum class Kind { unknown, plain, gzip };

    /// Waits until there is something to read; false when the reading was cancelled.
    bool wait() const {
        std::array<pollfd, 2> waits = {pollfd{descriptor_, POLLIN, 0}, pollfd{cancel_, POLLIN, 0}};
        while (::poll(waits.data(), waits.size(), -1) < 0 && errno == EINTR) {
        }
        return waits[1].revents == 0;
    }

    Result<void> fill() {
        if (!wait()) {
            end_ = true;
            return {};
        }
        const ssize_t got = ::read(descriptor_, input_.data() + filled_, input_.size() - filled_);
        if (got < 0) {
            if (errno == EINTR) return {};
            return failure(ErrorKind::io, fmt::format("{}: {}", path_, std::strerror(errno)));
        }
        if (got == 0) end_ = true;
        filled_ += static_cast<std::size_t>(got);
        taken_ += static_cast<std::uint64_t>(got);
        return {};
    }

    Result<std::size_t> read_plain(std::span<char> buffer) {
        while (used_ == filled_) {
            if (end_) return 0;
            used_ = filled_ = 0;
            if (auto done = fill(); !done) return tl::unexpected(done.error());
        }
        const std::size_t size = std::min(buffer.size(), filled_ - used_);
        std::memcpy(buffer.data(), input_.data() + used_, size);
        used_ += size;
        return size;
    }

    Result<std::size_t> read_gzip(std::span<char> buffer) {
        stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
        stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(buffer.size(), 1U << 30));
        const uInt room = stream_.avail_out;
        while (stream_.avail_out == room) {
            if (used_ == filled_ && !end_) {
                used_ = filled_ = 0;
                if (auto done = fill(); !done) return tl::unexpected(done.error());
                continue;
            }
            if (used_ == filled_) {
                if (member_ended_) return 0;
                return failure(ErrorKind::corrupt, fmt::format("{}: the gzip is cut off", path_));
            }
            if (member_ended_) {
                if (inflateReset(&stream_) != Z_OK)
                    return failure(ErrorKind::io, fmt::format("{}: cannot go on unpacking gzip", path_));
                member_ended_ = false;
            }
            stream_.next_in = input_.data() + used_;
            stream_.avail_in = static_cast<uInt>(filled_ - used_);
            const int status = inflate(&stream_, Z_NO_FLUSH);
            used_ = filled_ - stream_.avail_in;
            if (status == Z_STREAM_END)
                member_ended_ = true;
            else if (status != Z_OK)
                return failure(ErrorKind::corrupt, fmt::format("{}: the gzip is damaged ({})", path_,
                                                               stream_.msg ? stream_.msg : "zlib error"));
        }
        return room - stream_.avail_out;
    }

    int descriptor_;
    int cancel_ = ::eventfd(0, EFD_CLOEXEC);
    std::string path_;
    std::uint64_t size_;
    std::atomic<std::uint64_t> taken_{0};  // read by another thread, for its progress bar
    std::array<unsigned char, kReadBytes> input_{};
    std::size_t used_ = 0;
    std::size_t filled_ = 0;
    bool end_ = false;
    Kind kind_ = Kind::unknown;
    z_stream stream_{};
    bool member_ended_ = false;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> ByteSource::open(const std::string& path) {
    if (path == "-") return std::make_unique<FileSource>(STDIN_FILENO, "standard input", 0);
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return failure(ErrorKind::io, fmt::format("{}: {}", path, std::strerror(errno)));
    struct stat status {};
    if (::fstat(descriptor, &status) != 0 || S_ISDIR(status.st_mode)) {
        ::close(descriptor);
        return failure(ErrorKind::io, fmt::format("{}: this is a folder, not a file", path));
    }
    return std::make_unique<FileSource>(
        descriptor, path, S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0);
}

}  // namespace tim::cli
