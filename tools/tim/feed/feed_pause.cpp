#include "tools/tim/feed/feed_pause.h"

#include "tools/tim/feed/feed_customers.h"

namespace tim::cli {

void FeedPause::refused(model::Refusal refusal, std::int64_t detail, Clock::time_point now) {
    reason_ = refusal_text(refusal, detail);
    if (!over(now)) return;
    until_ = now + std::chrono::milliseconds(kBackOff.delay_ms(refusals_, random_));
    ++refusals_;
}

void FeedPause::taken() {
    refusals_ = 0;
    until_ = {};
    reason_.clear();
}

}  // namespace tim::cli
