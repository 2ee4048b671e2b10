#include "tools/tim/feed/feed_schedule.h"

#include <algorithm>

namespace tim::cli {

std::uint64_t FeedSchedule::add(const Subjects& subjects) {
    const std::uint64_t ordinal = end_++;
    Slot& row = slot(ordinal);
    row = Slot{subjects, {kNone, kNone, kNone}, 0, false};
    for (std::size_t i = 0; i < subjects.size(); ++i) {
        const std::uint64_t subject = subjects[i];
        const auto before = subjects.begin() + static_cast<std::ptrdiff_t>(i);
        if (subject == 0 || std::find(subjects.begin(), before, subject) != before) {
            row.subjects[i] = 0;
            continue;
        }
        const auto [found, inserted] = last_.try_emplace(subject, ordinal);
        if (inserted) continue;
        Slot& earlier = slot(found->second);
        const auto place = std::find(earlier.subjects.begin(), earlier.subjects.end(), subject);
        earlier.next[static_cast<std::size_t>(place - earlier.subjects.begin())] = ordinal;
        found->second = ordinal;
        ++row.waits_for;
    }
    if (row.waits_for == 0) ready_.push_back(ordinal);
    return ordinal;
}

std::uint64_t FeedSchedule::add_complete() {
    const std::uint64_t ordinal = end_++;
    slot(ordinal) = Slot{{}, {kNone, kNone, kNone}, 0, true};
    return ordinal;
}

std::uint64_t FeedSchedule::take_ready() {
    const std::uint64_t ordinal = ready_.front();
    ready_.pop_front();
    return ordinal;
}

void FeedSchedule::complete(std::uint64_t ordinal) {
    Slot& row = slot(ordinal);
    row.complete = true;
    for (std::size_t i = 0; i < row.subjects.size(); ++i) {
        if (row.subjects[i] == 0) continue;
        if (row.next[i] == kNone) {
            last_.erase(row.subjects[i]);
        } else if (--slot(row.next[i]).waits_for == 0) {
            ready_.push_back(row.next[i]);
        }
    }
}

}  // namespace tim::cli
