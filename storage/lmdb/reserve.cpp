#include "storage/lmdb/reserve.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <tuple>

namespace tim::storage::lmdb {
namespace {

// One write holds the file's lock in the kernel, which a commit needs too: so it is short.
constexpr std::uint64_t kWriteBytes = std::uint64_t{256} << 10;
constexpr std::uint64_t kDirectAlignment = 4096;
alignas(kDirectAlignment) constexpr std::array<std::byte, kWriteBytes> kZeros{};

/// Past the page cache where the file system can: zeros that nobody reads need not be copied into memory,
/// which is most of what they cost.
Result<File> open_for_zeros(const std::filesystem::path& data_file, std::uint64_t page_bytes) {
    if (page_bytes % kDirectAlignment == 0) {
        auto file = File::open(data_file, O_RDWR | O_DIRECT);
        if (file || file.error().kind == model::ErrorKind::not_found) return file;
    }
    return File::open(data_file, O_RDWR);
}

}  // namespace

Reserve::Reserve(File file, const ReserveOptions& options, std::uint64_t page_bytes, std::uint64_t map_pages)
    : file_(std::move(file)), options_(options), page_bytes_(page_bytes), map_pages_(map_pages) {}

Result<std::unique_ptr<Reserve>> Reserve::open(const std::filesystem::path& data_file,
                                               const ReserveOptions& options, std::uint64_t page_bytes,
                                               std::uint64_t map_bytes, std::uint64_t used_pages) {
    auto file = open_for_zeros(data_file, page_bytes);
    if (!file) return tl::unexpected(std::move(file.error()));
    auto size = file->size();
    if (!size) return tl::unexpected(std::move(size.error()));

    // What an earlier run reserved counts, as far as no hole shows that a crash lost it.
    std::uint64_t frontier = used_pages;
    if (*size > used_pages * page_bytes) {
        const off_t hole =
            ::lseek(file->descriptor(), static_cast<off_t>(used_pages * page_bytes), SEEK_HOLE);
        if (hole > 0) frontier = std::max(frontier, static_cast<std::uint64_t>(hole) / page_bytes);
    }
    const std::uint64_t map_pages = map_bytes / page_bytes;
    std::unique_ptr<Reserve> reserve(new Reserve(std::move(*file), options, page_bytes, map_pages));
    reserve->used_ = used_pages;
    reserve->frontier_ = std::max(used_pages, std::min(frontier, map_pages));

    auto extended = reserve->extend_to(std::min(used_pages + options.first_bytes / page_bytes, map_pages));
    if (!extended && extended.error().kind != model::ErrorKind::full) {
        return tl::unexpected(std::move(extended.error()));
    }
    return reserve;
}

Result<void> Reserve::ensure(std::uint64_t pages) {
    const std::uint64_t needed = used_.load(std::memory_order_relaxed) + pages;
    if (needed <= frontier_.load(std::memory_order_acquire)) return {};
    return extend_to(needed);
}

void Reserve::replenish(std::uint64_t pages) {
    const std::uint64_t frontier = frontier_.load(std::memory_order_acquire);
    const std::uint64_t wanted = wanted_pages();
    const std::uint64_t used = used_.load(std::memory_order_relaxed);
    if ((frontier - used) * 2 >= wanted - used) return;
    const std::uint64_t more = std::max(2 * pages, options_.piece_bytes / page_bytes_);
    // A full disk fails nothing yet: the reserve shrinks, and whoever looks at it refuses in time.
    std::ignore = extend_to(std::min(frontier + more, wanted));
}

void Reserve::set_used_pages(std::uint64_t pages) {
    if (pages > frontier_.load(std::memory_order_acquire)) {
        std::fputs("tim: an append took more pages of the ledger than were reserved for it\n", stderr);
        std::abort();
    }
    used_.store(pages, std::memory_order_release);
}

std::uint64_t Reserve::free_pages() const {
    // The frontier first: it only rises, so the difference is never more than what is free.
    const std::uint64_t frontier = frontier_.load(std::memory_order_acquire);
    const std::uint64_t used = used_.load(std::memory_order_acquire);
    return frontier > used ? frontier - used : 0;
}

std::uint64_t Reserve::wanted_pages() const {
    const std::uint64_t used = used_.load(std::memory_order_acquire);
    const std::uint64_t most = std::max(options_.most_bytes, options_.first_bytes);
    const std::uint64_t ahead = std::clamp(used * page_bytes_, options_.first_bytes, most);
    return std::min(used + ahead / page_bytes_, map_pages_);
}

bool Reserve::step() {
    const std::uint64_t frontier = frontier_.load(std::memory_order_acquire);
    const std::uint64_t wanted = wanted_pages();
    const std::uint64_t used = used_.load(std::memory_order_acquire);
    // Small pieces disturb commits least; large ones write faster, when that matters more.
    const std::uint64_t factor = frontier < used + (wanted - used) / 2 ? 4 : 1;
    const std::uint64_t piece = std::max<std::uint64_t>(factor * options_.piece_bytes / page_bytes_, 1);
    // A part of a piece is worth the sync only where the map ends.
    if (frontier >= wanted || (frontier + piece > wanted && wanted != map_pages_)) return false;
    return extend_to(std::min(frontier + piece, wanted)).has_value();
}

Result<void> Reserve::extend_to(std::uint64_t page) {
    if (page > map_pages_) {
        return model::failure(model::ErrorKind::full, "the ledger's map of " +
                                                          std::to_string(map_pages_ * page_bytes_) +
                                                          " bytes is full; start with a larger one");
    }
    const MutexLock lock(mutex_);
    const std::uint64_t frontier = frontier_.load(std::memory_order_relaxed);
    if (page <= frontier) return {};

    std::uint64_t offset = frontier * page_bytes_;
    const std::uint64_t end = page * page_bytes_;
    int code = 0;
    while (offset < end && code == 0) {
        const std::size_t count = std::min(kWriteBytes, end - offset);
        const std::size_t written = file_.write_at(std::span(kZeros).first(count), offset);
        if (written < count) code = errno;
        offset += written;
    }
    // What was written before the disk was full counts too.
    const std::uint64_t reached = offset / page_bytes_;
    if (reached > frontier) {
        if (auto synced = file_.sync(); !synced) return synced;
        frontier_.store(reached, std::memory_order_release);
    }
    if (code != 0) return tl::unexpected(system_error(code, "cannot reserve space for the ledger"));
    return {};
}

}  // namespace tim::storage::lmdb
