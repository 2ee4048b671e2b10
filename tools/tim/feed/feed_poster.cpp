#include "tools/tim/feed/feed_poster.h"

#include <algorithm>
#include <utility>

#include "engine/model/refusal.h"
#include "protocol/codec/limits.h"
#include "tools/tim/feed/feed_commands.h"

namespace tim::cli {

FeedPoster::FeedPoster(std::vector<std::unique_ptr<client::Client>>& clients, std::string program,
                       model::Currency currency, bool enrolls, Finished finished, Failed failed)
    : clients_(clients),
      under_way_(clients.size()),
      program_(program),
      currency_(std::move(currency)),
      finished_(std::move(finished)),
      failed_(std::move(failed)),
      customers_(*clients.front(), std::move(program), enrolls, pause_),
      window_(kWindowRows) {}

void FeedPoster::add(std::vector<FeedRow> rows) {
    for (FeedRow& row : rows) {
        const bool waits = row.good() && joins_others(row);
        if (&row == &rows.front() || waits != blocks_.back().waits) blocks_.push_back({{}, waits, false, 0});
        blocks_.back().rows.push_back(std::move(row));
    }
    resolve();
}

void FeedPoster::resolve() {
    if (resolving_ || stopped_) return;
    const auto block =
        std::find_if(blocks_.begin(), blocks_.end(), [](const Block& b) { return !b.resolved; });
    if (block == blocks_.end()) return pump();
    if (block->waits && (block != blocks_.begin() || !schedule_.empty())) return pump();
    resolving_ = true;
    // A block stays where it is until it was resolved: a deque's elements do not move.
    customers_.resolve(block->rows, [this, &block = *block](model::Result<void> done) {
        resolving_ = false;
        if (!done) return fail(done.error());
        block.resolved = true;
        pump();
        resolve();
    });
}

void FeedPoster::pump() {
    retire();
    do {
        if (stopped_) return;
        admit();
        dispatch();
    } while (retire() && !blocks_.empty());
}

void FeedPoster::admit() {
    while (!blocks_.empty() && blocks_.front().resolved && !schedule_.full() && !alone_) {
        Block& block = blocks_.front();
        if (block.next == block.rows.size()) {
            blocks_.pop_front();
            continue;
        }
        FeedRow& row = block.rows[block.next];
        const bool posts = row.good() && row.answer == FeedAnswer::none;
        if (posts && stands_alone(row)) {
            if (!schedule_.empty()) return;
            alone_ = true;
        }
        ++block.next;
        if (!row.good()) row.answer = FeedAnswer::refused;
        const std::uint64_t ordinal = posts ? schedule_.add(subjects_of(row)) : schedule_.add_complete();
        row_at(ordinal) = std::move(row);
    }
}

void FeedPoster::resume() {
    if (stopped_) return;
    customers_.resume();
    pump();
    resolve();
}

bool FeedPoster::may_send() const {
    if (pause_.reason().empty()) return true;
    const bool probing =
        std::any_of(under_way_.begin(), under_way_.end(), [](std::size_t n) { return n > 0; });
    return !probing && pause_.over(FeedPause::Clock::now());
}

/// Rows that are ready and travel in one message; whether they name more than plain rows carry.
bool FeedPoster::take_batch(std::vector<std::uint64_t>& ordinals) {
    std::size_t most = pause_.reason().empty() ? kBatchRows : kProbeRows;
    bool detailed = false;
    while (schedule_.has_ready() && ordinals.size() < most) {
        const std::uint64_t ordinal = schedule_.take_ready();
        const bool is_detailed = has_details(row_at(ordinal));
        if (ordinals.empty()) {
            detailed = is_detailed;
            if (detailed) most = std::min(most, codec::kMaxDetailedSalesPerRequest);
        } else if (is_detailed != detailed) {
            schedule_.put_back(ordinal);
            break;
        }
        ordinals.push_back(ordinal);
    }
    return detailed;
}

bool FeedPoster::send_batch() {
    const auto least = std::min_element(under_way_.begin(), under_way_.end());
    if (*least >= kBatchesPerClient) return false;
    const auto index = static_cast<std::size_t>(least - under_way_.begin());
    std::vector<std::uint64_t> ordinals;
    const bool detailed = take_batch(ordinals);
    std::vector<model::Command> commands;
    std::vector<model::SaleDetails> details;
    details.reserve(ordinals.size());
    for (const std::uint64_t ordinal : ordinals) {
        commands.push_back(command_of(row_at(ordinal)));
        if (!detailed) continue;
        details.push_back(details_of(row_at(ordinal)));
        if (commands.back().kind == model::CommandKind::redeem_reward)
            commands.back().reward = &details.back().reward;
        else
            commands.back().details = &details.back();
    }
    const auto done = [this, index, ordinals](model::Result<client::Outcomes> outcomes) {
        --under_way_[index];
        take_answers(ordinals, std::move(outcomes));
    };
    const auto detailed_done = [done](model::Result<std::vector<client::DetailedOutcome>> answers) {
        if (!answers) return done(tl::unexpected(answers.error()));
        client::Outcomes outcomes;
        for (const client::DetailedOutcome& answer : *answers)
            outcomes.push_back(answer.outcome);
        done(std::move(outcomes));
    };
    const auto admission = detailed ? clients_[index]->detailed_sales(program_, commands, detailed_done)
                                    : clients_[index]->commands(program_, commands, done);
    if (admission == client::Admission::accepted) {
        ++*least;
        return true;
    }
    for (auto ordinal = ordinals.rbegin(); ordinal != ordinals.rend(); ++ordinal)
        schedule_.put_back(*ordinal);
    if (admission == client::Admission::closed) {
        const auto error = clients_[index]->last_error();
        fail(error ? *error : model::Error{model::ErrorKind::unavailable, "the connection has ended"});
    }
    return false;
}

void FeedPoster::dispatch() {
    while (!stopped_ && schedule_.has_ready() && may_send() && send_batch()) {
    }
}

void FeedPoster::take_answers(const std::vector<std::uint64_t>& ordinals,
                              model::Result<client::Outcomes> outcomes) {
    if (stopped_) return;
    if (!outcomes) return fail(outcomes.error());
    for (std::size_t i = 0; i < ordinals.size(); ++i) {
        if (model::is_transient((*outcomes)[i].refusal)) continue;
        pause_.taken();
        break;
    }
    for (std::size_t i = 0; i < ordinals.size(); ++i) {
        const model::Outcome& outcome = (*outcomes)[i];
        if (model::is_transient(outcome.refusal)) {
            pause_.refused(outcome.refusal, outcome.detail, FeedPause::Clock::now());
            schedule_.put_back(ordinals[i]);
            continue;
        }
        take_answer(row_at(ordinals[i]), outcome);
        schedule_.complete(ordinals[i]);
    }
    pump();
    resolve();
}

void FeedPoster::take_answer(FeedRow& row, const model::Outcome& outcome) {
    if (outcome.refusal != model::Refusal::none) {
        row.fault = refusal_text(outcome.refusal, outcome.detail, &currency_);
        row.answer = FeedAnswer::refused;
    } else {
        row.answer = outcome.duplicate ? FeedAnswer::duplicate : FeedAnswer::accepted;
    }
}

bool FeedPoster::retire() {
    const std::uint64_t before = summary_.rows;
    while (schedule_.can_retire()) {
        const FeedRow& row = row_at(schedule_.retire());
        alone_ = false;
        ++summary_.rows;
        if (row.answer == FeedAnswer::refused)
            ++summary_.refused;
        else
            ++(row.answer == FeedAnswer::accepted ? summary_.accepted : summary_.duplicate);
        if (row.answer != FeedAnswer::refused && row.anonymous()) ++summary_.anonymous;
        finished_(row);
    }
    return summary_.rows > before;
}

void FeedPoster::fail(const model::Error& error) {
    if (std::exchange(stopped_, true)) return;
    failed_(error);
}

}  // namespace tim::cli
