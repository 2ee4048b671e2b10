#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "clients/cpp/queue.h"
#include "engine/model/result.h"
#include "tools/tim/feed/feed_row.h"

namespace tim::cli {

/// A feed's rows on their way through a durable queue: safe on disk before the server has seen them, taken
/// off when it has answered. Rows that an earlier run left there come first. One thread.
class FeedBacklog {
  public:
    static model::Result<std::unique_ptr<FeedBacklog>> open(const std::string& folder, std::string program);

    /// Puts good rows in the queue, all or none. `full` when there is no room until some were answered.
    model::Result<void> append(const std::vector<FeedRow>& rows);

    /// The next rows to post; none when all were taken.
    model::Result<std::vector<FeedRow>> take(std::size_t max_rows);

    /// The row that was taken longest ago has its final answer.
    model::Result<void> finish(const FeedRow& row);

    /// Tells the disk what was finished; cheap when nothing was.
    model::Result<void> acknowledge();

    std::uint64_t waiting() const { return queue_->status().waiting(); }
    /// Whether every row was taken and finished.
    bool idle() const { return under_way_.empty() && next_ == queue_->status().appended; }
    std::string rejects_path() const { return queue_->rejects_path().string(); }

  private:
    FeedBacklog(std::unique_ptr<client::DurableQueue> queue, std::string program);

    std::unique_ptr<client::DurableQueue> queue_;
    std::string program_;
    std::uint64_t next_;      // the first row that was not taken
    std::uint64_t finished_;  // rows below are finished
    std::uint64_t acknowledged_;
    std::deque<client::QueuedEntry> under_way_;
};

/// A good row as the queue keeps it, and back. The queue's note holds the line number and the row's text.
client::QueuedRow to_queued(const FeedRow& row);
model::Result<FeedRow> from_queued(const client::QueuedRow& row);

}  // namespace tim::cli
