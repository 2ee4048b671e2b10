#include "clients/cpp/poster.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "clients/cpp/client.h"
#include "clients/cpp/posting_window.h"
#include "clients/cpp/random.h"
#include "protocol/codec/limits.h"

namespace tim::client {
namespace {

using model::Error;
using model::ErrorKind;
using model::Refusal;

/// Refusals that tell of a wrong set-up, not of a wrong row.
bool is_set_up_wrongly(Refusal refusal) {
    return refusal == Refusal::not_allowed || refusal == Refusal::unknown_program;
}

/// The rows of a batch as commands; keeps what they point to.
struct BatchCommands {
    std::vector<model::Enrollment> enrollments;
    std::vector<model::SaleDetails> details;
    std::vector<model::Command> commands;

    BatchCommands(const PostingWindow& window, const std::vector<std::uint64_t>& batch) {
        enrollments.reserve(batch.size());
        details.reserve(batch.size());
        for (const auto index : batch) {
            const QueuedRow& row = window.entry(index).row;
            commands.push_back(as_command(row));
            if (row.kind == model::CommandKind::enroll) {
                enrollments.push_back(enrollment_of(row));
                commands.back().enrollment = &enrollments.back();
            } else if (has_details(row)) {
                details.push_back(details_of(row));
                commands.back().hold = {};
                if (row.kind == model::CommandKind::redeem_reward)
                    commands.back().reward = &details.back().reward;
                else
                    commands.back().details = &details.back();
            }
        }
    }
};

}  // namespace

class QueuePoster::Impl {
  public:
    Impl(DurableQueue& queue, PosterOptions options, PosterCallbacks callbacks)
        : queue_(queue),
          options_(std::move(options)),
          callbacks_(std::move(callbacks)),
          window_(queue.status().acknowledged),
          acknowledged_(queue.status().acknowledged) {
        options_.client.reconnect = true;
        options_.client.request_timeout_ms = 0;
        if (!options_.client.random) options_.client.random = &system_random();
        options_.batch_rows =
            std::clamp<std::size_t>(options_.batch_rows, 1, codec::kMaxEnrollmentsPerRequest);
        options_.window_rows = std::max(options_.window_rows, options_.batch_rows);
        thread_ = std::thread([this] { run(); });
    }

    ~Impl() {
        {
            const std::scoped_lock guard(mutex_);
            stopping_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }

    void wake() {
        {
            const std::scoped_lock guard(mutex_);
            woken_ = true;
        }
        changed_.notify_all();
    }

    bool wait_until_drained(std::int64_t timeout_ms) {
        const std::uint64_t end = queue_.status().appended;
        wake();
        std::unique_lock guard(mutex_);
        return drained_.wait_for(guard, std::chrono::milliseconds(timeout_ms),
                                 [&] { return acknowledged_ >= end; });
    }

    std::optional<Error> trouble() const {
        const std::scoped_lock guard(mutex_);
        return trouble_;
    }

  private:
    using Clock = std::chrono::steady_clock;
    static constexpr Clock::duration kGlance = std::chrono::milliseconds(200);

    struct Answered {
        std::vector<std::uint64_t> batch;
        model::Result<Outcomes> outcomes;
    };

    void run() {
        for (;;) {
            std::vector<Answered> answers;
            {
                std::unique_lock guard(mutex_);
                // Also wakes by itself, when a pause is over and to see whether a connection is there.
                auto wake_at = Clock::now() + kGlance;
                if (pause_until_ > Clock::now()) wake_at = std::min(wake_at, pause_until_);
                changed_.wait_until(guard, wake_at, [&] { return stopping_ || woken_ || !answers_.empty(); });
                if (stopping_) break;
                woken_ = false;
                answers.swap(answers_);
            }
            for (auto& answer : answers)
                take(answer);
            if (!acknowledge()) continue;
            if (Clock::now() >= pause_until_) post();
            look_at_connection();
        }
        // No callback comes after the client has gone; unanswered rows stay in the queue.
        client_.reset();
    }

    void take(Answered& answer) {
        if (!answer.outcomes) return take_failure(answer);
        bool moved = false;
        for (std::size_t i = 0; i < answer.batch.size(); ++i) {
            const model::Outcome& outcome = (*answer.outcomes)[i];
            const std::uint64_t index = answer.batch[i];
            if (model::is_transient(outcome.refusal) || is_set_up_wrongly(outcome.refusal)) {
                window_.put_back(index, false);
                hold_up({is_set_up_wrongly(outcome.refusal) ? ErrorKind::denied : ErrorKind::unavailable,
                         model::refusal_sentence(outcome.refusal, outcome.detail)});
                continue;
            }
            moved = true;
            if (outcome.refusal == Refusal::none)
                window_.answer(index, {outcome, {}, {}});
            else
                window_.answer(index, {outcome, std::string(model::refusal_name(outcome.refusal)),
                                       model::refusal_sentence(outcome.refusal, outcome.detail)});
        }
        if (moved && Clock::now() >= pause_until_) clear_trouble();
    }

    void take_failure(const Answered& answer) {
        const Error& error = answer.outcomes.error();
        const bool about_content = error.kind == ErrorKind::invalid || error.kind == ErrorKind::not_found;
        for (const auto index : answer.batch) {
            // Which row of several is meant is found out by sending each alone.
            if (about_content && answer.batch.size() == 1)
                window_.answer(index, {{}, "invalid", error.message});
            else
                window_.put_back(index, about_content);
        }
        if (!about_content) hold_up(error);
    }

    /// Takes what is answered out of the queue, oldest first; false when the disk does not let us.
    bool acknowledge() {
        bool any = false;
        while (auto done = pop()) {
            if (!done->answer.rejected_as.empty()) {
                const auto rejected =
                    queue_.reject(done->entry, done->answer.rejected_as, done->answer.reason);
                if (!rejected) return stay(std::move(*done), rejected.error());
                if (callbacks_.on_rejected)
                    callbacks_.on_rejected(done->entry, done->answer.rejected_as, done->answer.reason);
            } else if (callbacks_.on_posted) {
                callbacks_.on_posted(done->entry, done->answer.outcome);
            }
            done_end_ = done->entry.index + 1;
            any = true;
        }
        if (!any && done_end_ <= acknowledged_end_) return true;
        if (auto acknowledged = queue_.acknowledge(done_end_); !acknowledged) {
            hold_up(acknowledged.error());
            return false;
        }
        acknowledged_end_ = done_end_;
        {
            const std::scoped_lock guard(mutex_);
            acknowledged_ = done_end_;
        }
        drained_.notify_all();
        return true;
    }

    std::optional<PostingWindow::Done> pop() {
        if (held_) return std::exchange(held_, std::nullopt);
        return window_.pop_done();
    }
    bool stay(PostingWindow::Done done, const Error& error) {
        held_ = std::move(done);
        hold_up(error);
        return false;
    }

    void post() {
        while (window_.size() < options_.window_rows) {
            auto rows = queue_.read(window_.end(), options_.window_rows - window_.size());
            if (!rows) return hold_up(rows.error());
            if (rows->empty()) break;
            for (auto& row : *rows)
                window_.push(std::move(row));
        }
        // A client that was closed (a wrong key, say) is replaced: the key may have been put right on the
        // server.
        if (client_ && client_->state() == Client::State::closed) client_.reset();
        if (!client_) client_ = std::make_unique<Client>(options_.client);
        for (;;) {
            const auto batch = window_.next_batch(options_.batch_rows);
            if (batch.empty()) return;
            if (!submit(batch)) {
                for (const auto index : batch)
                    window_.put_back(index, false);
                return;
            }
        }
    }

    bool submit(const std::vector<std::uint64_t>& batch) {
        const BatchCommands rows(window_, batch);
        const auto& first = window_.entry(batch.front());
        const auto done = [this, batch](model::Result<Outcomes> outcomes) {
            {
                const std::scoped_lock guard(mutex_);
                answers_.push_back({batch, std::move(outcomes)});
            }
            changed_.notify_all();
        };
        Admission admission{};
        if (first.row.kind == model::CommandKind::enroll) {
            admission = client_->enroll(first.program, rows.commands, done);
        } else if (has_details(first.row)) {
            admission = client_->detailed_sales(first.program, rows.commands,
                                                [done](model::Result<std::vector<DetailedOutcome>> answers) {
                                                    if (!answers)
                                                        return done(tl::unexpected(answers.error()));
                                                    Outcomes outcomes;
                                                    for (const DetailedOutcome& answer : *answers)
                                                        outcomes.push_back(answer.outcome);
                                                    done(std::move(outcomes));
                                                });
        } else {
            admission = client_->commands(first.program, rows.commands, done);
        }
        return admission == Admission::accepted;
    }

    /// Nothing goes out for a while.
    void hold_up(const Error& error) {
        if (Clock::now() >= pause_until_) {
            pause_until_ = Clock::now() + std::chrono::milliseconds(options_.trouble_back_off.delay_ms(
                                              troubles_, *options_.client.random));
            ++troubles_;
        }
        tell(error);
    }

    void tell(const Error& error) {
        {
            const std::scoped_lock guard(mutex_);
            if (trouble_ && trouble_->message == error.message) return;
            trouble_ = error;
        }
        if (callbacks_.on_trouble) callbacks_.on_trouble(error);
    }

    void clear_trouble() {
        troubles_ = 0;
        const std::scoped_lock guard(mutex_);
        trouble_.reset();
    }

    /// The client reconnects by itself; here it is only told to people.
    void look_at_connection() {
        if (!client_ || client_->state() != Client::State::connecting) return;
        if (const auto error = client_->last_error()) tell(*error);
    }

    DurableQueue& queue_;
    PosterOptions options_;
    PosterCallbacks callbacks_;

    mutable std::mutex mutex_;  // guards the next six
    std::condition_variable changed_;
    std::condition_variable drained_;
    std::vector<Answered> answers_;
    std::optional<Error> trouble_;
    bool woken_ = true;
    bool stopping_ = false;

    // The poster's thread only, but for the position, which the mutex guards.
    PostingWindow window_;
    std::uint64_t acknowledged_;
    std::uint64_t done_end_ = acknowledged_;
    std::uint64_t acknowledged_end_ = acknowledged_;
    std::optional<PostingWindow::Done> held_;  ///< popped, but its rejection is not written yet
    std::unique_ptr<Client> client_;
    Clock::time_point pause_until_ = Clock::now();
    unsigned troubles_ = 0;
    std::thread thread_;
};

QueuePoster::QueuePoster(DurableQueue& queue, PosterOptions options, PosterCallbacks callbacks)
    : impl_(std::make_unique<Impl>(queue, std::move(options), std::move(callbacks))) {}
QueuePoster::~QueuePoster() = default;

void QueuePoster::wake() {
    impl_->wake();
}
bool QueuePoster::wait_until_drained(std::int64_t timeout_ms) {
    return impl_->wait_until_drained(timeout_ms);
}
std::optional<model::Error> QueuePoster::trouble() const {
    return impl_->trouble();
}

}  // namespace tim::client
