#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "clients/cpp/client.h"
#include "engine/model/result.h"
#include "tools/tim/feed/feed_customers.h"
#include "tools/tim/feed/feed_pause.h"
#include "tools/tim/feed/feed_row.h"
#include "tools/tim/feed/feed_schedule.h"

namespace tim::cli {

/// How a feed ended: the figures of its last line. A row counts once; an anonymous one is accepted or a
/// duplicate besides.
struct FeedSummary {
    std::uint64_t rows = 0;
    std::uint64_t accepted = 0;
    std::uint64_t duplicate = 0;
    std::uint64_t anonymous = 0;
    std::uint64_t refused = 0;
};

/// Posts rows through several clients: finds their customers, keeps related rows in the order of the file
/// (FeedSchedule), sends the others in large batches, and gives every row back with its final answer, in the
/// order of the file. Runs on the thread of the clients' io_context.
class FeedPoster {
  public:
    /// Called with each row when it and all before it have their answers.
    using Finished = std::function<void(const FeedRow&)>;
    /// Called once, when posting cannot go on.
    using Failed = std::function<void(const model::Error&)>;

    /// `currency` is the program's.
    FeedPoster(std::vector<std::unique_ptr<client::Client>>& clients, std::string program,
               model::Currency currency, bool enrolls, Finished finished, Failed failed);

    /// Whether more rows are wanted now: there is a bound on what waits.
    bool wants_rows() const { return blocks_.size() < kMaxBlocks; }
    void add(std::vector<FeedRow> rows);

    /// Goes on when a pause is over; to be called every now and then.
    void resume();
    /// Why the server refuses rows for the moment, such as "… (disk_full)"; empty when it takes them.
    const std::string& refused_for_now() const { return pause_.reason(); }

    /// Whether every row that was added has been given back.
    bool idle() const { return blocks_.empty() && schedule_.empty(); }

    const FeedSummary& summary() const { return summary_; }
    std::uint64_t enrolled() const { return customers_.enrolled(); }

  private:
    static constexpr std::size_t kWindowRows = 64 * 1024;
    static constexpr std::size_t kBatchRows = 1000;
    static constexpr std::size_t kBatchesPerClient = 4;
    static constexpr std::size_t kMaxBlocks = 3;
    /// What is sent after a pause, to see whether the server takes rows again.
    static constexpr std::size_t kProbeRows = 16;

    struct Block {
        std::vector<FeedRow> rows;
        bool waits = false;  // for all rows before it, whose customers its enrolments are tied to
        bool resolved = false;
        std::size_t next = 0;  // the first row that is not in the window yet
    };

    void resolve();
    void pump();
    void admit();
    void dispatch();
    bool may_send() const;
    bool send_batch();
    bool take_batch(std::vector<std::uint64_t>& ordinals);
    void take_answers(const std::vector<std::uint64_t>& ordinals, model::Result<client::Outcomes> outcomes);
    void take_answer(FeedRow& row, const model::Outcome& outcome);
    bool retire();
    void fail(const model::Error& error);
    FeedRow& row_at(std::uint64_t ordinal) { return window_[ordinal % kWindowRows]; }

    std::vector<std::unique_ptr<client::Client>>& clients_;
    std::vector<std::size_t> under_way_;  // batches, by client
    std::string program_;
    model::Currency currency_;
    Finished finished_;
    Failed failed_;
    FeedPause pause_;
    FeedCustomers customers_;
    FeedSchedule schedule_{kWindowRows};
    std::vector<FeedRow> window_;
    std::deque<Block> blocks_;
    bool resolving_ = false;
    bool alone_ = false;  // the window's only row stands alone
    bool stopped_ = false;
    FeedSummary summary_;
};

}  // namespace tim::cli
