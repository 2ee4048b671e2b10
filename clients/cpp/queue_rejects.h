#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "clients/cpp/file.h"
#include "clients/cpp/queue.h"

namespace tim::client {

/// The rows that were refused for good, as CSV for people and scripts: one line each, durable when `add`
/// returns. A line that a crash cut short is taken away when opening: its row is still in the queue. Not
/// thread-safe.
class RejectsFile {
  public:
    static model::Result<RejectsFile> open(const std::filesystem::path& path);

    /// Rows come in the order of their indices; one that stands here already is passed over.
    model::Result<void> add(const QueuedEntry& entry, std::string_view refusal, std::string_view reason);

    std::uint64_t row_count() const { return row_count_; }
    std::uint64_t bytes() const { return size_; }

  private:
    File file_;
    std::uint64_t size_ = 0;
    std::uint64_t row_count_ = 0;
    std::optional<std::uint64_t> last_index_;
};

}  // namespace tim::client
