#include "tools/tim/feed/feed_backlog.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "tools/tim/feed/feed_commands.h"

namespace tim::cli {

using model::ErrorKind;
using model::failure;
using model::Result;

namespace {

constexpr model::CommandKind kKinds[] = {model::CommandKind::enroll, model::CommandKind::sale,
                                         model::CommandKind::returned, model::CommandKind::voided,
                                         model::CommandKind::redeem};

}  // namespace

client::QueuedRow to_queued(const FeedRow& row) {
    client::QueuedRow queued;
    queued.kind = kKinds[static_cast<std::size_t>(row.kind)];
    queued.customer_kind = row.customer_kind;
    if (row.customer_kind == model::KeyKind::id) queued.customer_id = row.customer_id;
    queued.customer = row.customer;
    queued.name = row.name;
    queued.at = row.at;
    queued.amount = row.amount;
    queued.original = row.original;
    queued.lines = row.lines;
    queued.referral = row.referral;
    queued.reward = row.reward;
    if (!row.reward.empty()) queued.kind = model::CommandKind::redeem_reward;
    queued.vip_kind = row.vip_kind;
    queued.vip_id = row.vip_id;
    queued.vip = row.vip;
    if (row.kind == FeedKind::enroll) {
        queued.keys = {{row.customer_kind, row.customer}};
        queued.name = enrollment_name("", row);  // a queue keeps no row without a name; posting makes its own
    }
    queued.note = fmt::format("{},{}", row.line, row.text);
    return queued;
}

Result<FeedRow> from_queued(const client::QueuedRow& queued) {
    FeedRow row;
    const bool redeems = queued.kind == model::CommandKind::redeem_reward;
    const auto* const kind =
        std::find(std::begin(kKinds), std::end(kKinds), redeems ? model::CommandKind::redeem : queued.kind);
    const auto comma = queued.note.find(',');
    if (kind == std::end(kKinds) || comma == std::string::npos ||
        std::from_chars(queued.note.data(), queued.note.data() + comma, row.line).ec != std::errc{})
        return failure(ErrorKind::invalid, "the queue holds rows that no feed put there");
    row.kind = static_cast<FeedKind>(kind - std::begin(kKinds));
    row.text = queued.note.substr(comma + 1);
    row.customer_kind = queued.customer_kind;
    row.customer_id = queued.customer_id;
    row.customer = queued.customer;
    if (row.kind != FeedKind::enroll) row.name = queued.name;
    row.at = queued.at;
    row.amount = queued.amount;
    row.original = queued.original;
    row.lines = queued.lines;
    row.referral = queued.referral;
    row.reward = queued.reward;
    row.vip_kind = queued.vip_kind;
    row.vip_id = queued.vip_id;
    row.vip = queued.vip;
    return row;
}

FeedBacklog::FeedBacklog(std::unique_ptr<client::DurableQueue> queue, std::string program)
    : queue_(std::move(queue)), program_(std::move(program)) {
    next_ = finished_ = acknowledged_ = queue_->status().acknowledged;
}

Result<std::unique_ptr<FeedBacklog>> FeedBacklog::open(const std::string& folder, std::string program) {
    client::QueueOptions options;
    options.folder = folder;
    auto queue = client::DurableQueue::open(options);
    if (!queue) return tl::unexpected(queue.error());
    return std::unique_ptr<FeedBacklog>(new FeedBacklog(std::move(*queue), std::move(program)));
}

Result<void> FeedBacklog::append(const std::vector<FeedRow>& rows) {
    std::vector<client::QueuedRow> queued;
    queued.reserve(rows.size());
    for (const FeedRow& row : rows)
        if (row.good()) queued.push_back(to_queued(row));
    if (queued.empty()) return {};
    const auto first = queue_->append(program_, queued);
    if (!first) return tl::unexpected(first.error());
    return {};
}

Result<std::vector<FeedRow>> FeedBacklog::take(std::size_t max_rows) {
    auto entries = queue_->read(next_, max_rows);
    if (!entries) return tl::unexpected(entries.error());
    std::vector<FeedRow> rows;
    for (client::QueuedEntry& entry : *entries) {
        if (entry.program != program_)
            return failure(ErrorKind::invalid,
                           fmt::format("the queue holds rows of program {}; post them first", entry.program));
        auto row = from_queued(entry.row);
        if (!row) return tl::unexpected(row.error());
        rows.push_back(std::move(*row));
        next_ = entry.index + 1;
        under_way_.push_back(std::move(entry));
    }
    return rows;
}

Result<void> FeedBacklog::finish(const FeedRow& row) {
    const client::QueuedEntry entry = std::move(under_way_.front());
    under_way_.pop_front();
    if (row.answer == FeedAnswer::refused) {
        // "the sentence (its_name)" is how a refusal is told; the queue's rejects keep the two apart.
        const auto open = row.fault.rfind('(');
        const bool named = open != std::string::npos && row.fault.ends_with(')');
        const std::string name = named ? row.fault.substr(open + 1, row.fault.size() - open - 2) : "refused";
        if (auto kept = queue_->reject(entry, name, row.fault); !kept) return kept;
    }
    finished_ = entry.index + 1;
    return {};
}

Result<void> FeedBacklog::acknowledge() {
    if (finished_ == acknowledged_) return {};
    if (auto done = queue_->acknowledge(finished_); !done) return done;
    acknowledged_ = finished_;
    return {};
}

}  // namespace tim::cli
