#include "tools/tim/feed/feed_input.h"

#include <utility>

namespace tim::cli {

FeedInput::FeedInput(ByteSource& source, FeedReader& reader, FeedRowReader cells,
                     std::function<void()> notify)
    : source_(source), notify_(std::move(notify)) {
    thread_ =
        std::thread([this, &reader, cells = std::move(cells)]() mutable { read(reader, std::move(cells)); });
}

FeedInput::~FeedInput() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    room_.notify_all();
    source_.cancel();
    thread_.join();
}

void FeedInput::read(FeedReader& reader, FeedRowReader cells) {
    bool more = true;
    while (more) {
        FeedBlock block;
        const auto read = reader.read(cells, block.rows, kBlockRows);
        more = read && *read;
        std::unique_lock lock(mutex_);
        room_.wait(lock, [this] { return blocks_.size() < kMaxBlocks || stopping_; });
        if (stopping_) return;
        if (!block.rows.empty()) blocks_.push_back(std::move(block));
        if (!read) error_ = read.error();
        if (!more) ended_ = true;
        lock.unlock();
        notify_();
    }
}

std::optional<FeedBlock> FeedInput::take() {
    std::unique_lock lock(mutex_);
    if (blocks_.empty()) return std::nullopt;
    FeedBlock block = std::move(blocks_.front());
    blocks_.pop_front();
    lock.unlock();
    room_.notify_one();
    return block;
}

bool FeedInput::finished() const {
    const std::lock_guard lock(mutex_);
    return ended_ && blocks_.empty();
}

std::optional<model::Error> FeedInput::error() const {
    const std::lock_guard lock(mutex_);
    return error_;
}

}  // namespace tim::cli
