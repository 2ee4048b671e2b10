#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/model/result.h"
#include "tools/tim/feed/byte_source.h"
#include "tools/tim/feed/feed_reader.h"
#include "tools/tim/feed/feed_row.h"

namespace tim::cli {

/// Consecutive rows on their way from the reader to the poster.
struct FeedBlock {
    std::vector<FeedRow> rows;
};

/// Where rows come from, read ahead on a thread of its own. At most `kMaxBlocks` blocks wait; then the
/// reading pauses.
class FeedInput {
  public:
    static constexpr std::size_t kBlockRows = 8192;
    static constexpr std::size_t kMaxBlocks = 8;

    /// `notify` is called on the reading thread whenever there is something to take.
    FeedInput(ByteSource& source, FeedReader& reader, FeedRowReader cells, std::function<void()> notify);
    /// Cancels the source and joins the thread.
    ~FeedInput();
    FeedInput(const FeedInput&) = delete;
    FeedInput& operator=(const FeedInput&) = delete;

    /// The next block; none when there is none yet, or no more.
    std::optional<FeedBlock> take();

    /// Whether everything was taken; `error` then tells whether the input ended well.
    bool finished() const;
    std::optional<model::Error> error() const;

    double progress() const { return source_.progress(); }

  private:
    void read(FeedReader& reader, FeedRowReader cells);

    ByteSource& source_;
    std::function<void()> notify_;
    mutable std::mutex mutex_;
    std::condition_variable room_;
    std::deque<FeedBlock> blocks_;
    bool ended_ = false;
    bool stopping_ = false;
    std::optional<model::Error> error_;
    std::thread thread_;
};

}  // namespace tim::cli
