#include "tools/tim/feed/feed_run.h"

#include <fmt/format.h>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "tools/tim/feed/byte_source.h"
#include "tools/tim/feed/feed_backlog.h"
#include "tools/tim/feed/feed_input.h"
#include "tools/tim/feed/feed_progress.h"
#include "tools/tim/feed/feed_reader.h"
#include "tools/tim/feed/rejects.h"
#include "tools/tim/session.h"

namespace tim::cli {
namespace {

using model::ErrorKind;
using model::failure;
using model::Result;
using Clock = std::chrono::steady_clock;

constexpr auto kLookEvery = std::chrono::milliseconds(100);
/// A connection that is made anew within this time is not worth a word.
constexpr auto kAwayAfter = std::chrono::milliseconds(500);

class FeedRun {
  public:
    explicit FeedRun(const FeedOptions& options) : options_(options) {}

    FeedResult run();

  private:
    Result<void> run_all();
    void connect();
    /// The answer to what `request` asks when it is given a callback.
    template <class Answer, class Request>
    Result<Answer> wait_for(Request request);
    Result<client::ProgramInfo> fetch_program();
    Result<void> post();
    Result<void> wait_until(const std::function<bool()>& done);
    void look();
    void give_up(bool ready, const std::string& reason);
    void take_rows();
    void queue_rows();
    void take_queued_rows();
    void finish_row(const FeedRow& row);
    void set_aside(const FeedRow& row);
    bool posted() const;
    void fail(const model::Error& error);
    std::string rejects_path() const;

    const FeedOptions& options_;
    asio::io_context io_{1};
    std::vector<std::unique_ptr<client::Client>> clients_;
    asio::steady_timer timer_{io_};
    FeedProgress progress_;
    std::optional<model::Error> error_;
    Clock::time_point last_sign_ = Clock::now();  // of the server
    std::uint64_t rows_seen_ = 0;

    std::string program_;
    model::Currency currency_;
    std::unique_ptr<ByteSource> source_;
    std::unique_ptr<FeedReader> reader_;
    std::optional<RejectsFile> rejects_;
    std::unique_ptr<FeedBacklog> backlog_;  // with --queue
    std::optional<FeedBlock> not_queued_;   // read, but the queue is full
    std::uint64_t bad_rows_ = 0;            // with --queue: those that never reach the poster
    std::unique_ptr<FeedPoster> poster_;
    std::unique_ptr<FeedInput> input_;  // its thread ends before all that it uses
};

std::string FeedRun::rejects_path() const {
    if (!options_.rejects.empty()) return options_.rejects;
    return (options_.file == "-" ? std::string("stdin") : options_.file) + ".rejects.csv";
}

void FeedRun::connect() {
    client::ClientOptions options;
    options.connect = options_.connect;
    options.reconnect_back_off = {20, 1'000};
    options.refusal_attempts = 3;  // the poster makes longer pauses
    for (std::size_t i = 0; i < options_.connections; ++i)
        clients_.push_back(std::make_unique<client::Client>(io_, options));
}

/// Looks after the connections: whether one was closed for good, whether the server is away, and for how
/// long.
void FeedRun::look() {
    if (poster_) poster_->resume();
    bool ready = true;
    std::string reason = "no connection yet";
    for (const auto& client : clients_) {
        const auto state = client->state();
        const auto error = client->last_error();
        if (error) reason = error->message;
        if (state == client::Client::State::closed)
            return fail(error ? *error : model::Error{ErrorKind::unavailable, "the connection has ended"});
        ready = ready && state == client::Client::State::ready;
    }
    const auto now = Clock::now();
    const std::uint64_t rows = poster_ ? poster_->summary().rows : 0;
    if (rows != rows_seen_ || (ready && (!poster_ || poster_->idle()))) {
        rows_seen_ = rows;
        last_sign_ = now;
    }
    const std::string refusal = ready && poster_ ? poster_->refused_for_now() : std::string();
    const auto silence = std::chrono::duration_cast<std::chrono::seconds>(now - last_sign_);
    const bool lasts = now - last_sign_ > kAwayAfter;
    if (ready && refusal.empty())
        progress_.back();
    else if (ready && lasts)
        progress_.refuses(refusal, silence);
    else if (lasts)
        progress_.away(reason, silence);
    if (options_.give_up_s > 0 && now - last_sign_ > std::chrono::seconds(options_.give_up_s))
        return give_up(ready, ready ? refusal : reason);
    if (poster_) progress_.show(rows, poster_->summary().refused, input_ ? input_->progress() : 0);
}

void FeedRun::give_up(bool ready, const std::string& reason) {
    if (!ready)
        return fail(
            {ErrorKind::unavailable, fmt::format("no answer for {} s: {}", options_.give_up_s, reason)});
    if (reason.empty())
        return fail({ErrorKind::unavailable,
                     fmt::format("the server answered nothing for {} s", options_.give_up_s)});
    fail({ErrorKind::busy, fmt::format("the server took nothing for {} s: {}", options_.give_up_s, reason)});
}

Result<void> FeedRun::wait_until(const std::function<bool()>& done) {
    const std::function<void(const std::error_code&)> on_timer = [&](const std::error_code& stopped) {
        if (stopped) return;
        look();
        timer_.expires_after(kLookEvery);
        timer_.async_wait(on_timer);
    };
    timer_.expires_after(kLookEvery);
    timer_.async_wait(on_timer);
    while (!error_ && !done())
        io_.run_one();
    timer_.cancel();
    io_.poll();  // the timer's last call goes before what it refers to
    if (error_) return tl::unexpected(*error_);
    return {};
}

void FeedRun::fail(const model::Error& error) {
    if (!error_) error_ = error;
}

template <class Answer, class Request>
Result<Answer> FeedRun::wait_for(Request request) {
    // Shared: the request of who gives up is answered when its client ends.
    const auto answer = std::make_shared<std::optional<Result<Answer>>>();
    request([answer](Result<Answer> given) { *answer = std::move(given); });
    if (auto waited = wait_until([&] { return answer->has_value(); }); !waited)
        return tl::unexpected(waited.error());
    return std::move(**answer);
}

Result<client::ProgramInfo> FeedRun::fetch_program() {
    client::Client& first = *clients_.front();
    program_ = options_.program;
    if (program_.empty()) {
        const auto programs = wait_for<std::vector<client::ProgramSummary>>(
            [&](auto done) { (void)first.programs(std::move(done)); });
        if (!programs) return tl::unexpected(programs.error());
        auto id = only_program(*programs);
        if (!id) return tl::unexpected(id.error());
        program_ = std::move(*id);
    }
    return wait_for<client::ProgramInfo>(
        [&](auto done) { (void)first.program(program_, {}, std::move(done)); });
}

void FeedRun::take_rows() {
    while (!error_ && poster_->wants_rows()) {
        auto block = input_->take();
        if (!block) return;
        poster_->add(std::move(block->rows));
    }
}

/// From the file into the queue: good rows are safe there before the server sees them.
void FeedRun::queue_rows() {
    while (!error_) {
        if (!not_queued_) not_queued_ = input_->take();
        if (!not_queued_) return;
        const auto queued = backlog_->append(not_queued_->rows);
        if (!queued && queued.error().kind == ErrorKind::full && backlog_->waiting() > 0) return;
        if (!queued) return fail(queued.error());
        for (const FeedRow& row : not_queued_->rows) {
            if (row.good()) continue;
            ++bad_rows_;
            set_aside(row);
        }
        not_queued_.reset();
    }
}

void FeedRun::take_queued_rows() {
    while (!error_ && poster_->wants_rows()) {
        auto rows = backlog_->take(FeedInput::kBlockRows);
        if (!rows) return fail(rows.error());
        if (rows->empty()) return;
        poster_->add(std::move(*rows));
    }
}

void FeedRun::set_aside(const FeedRow& row) {
    if (auto added = rejects_->add(row.line, row.fault, row.text); !added) fail(added.error());
}

void FeedRun::finish_row(const FeedRow& row) {
    if (backlog_) {
        if (auto finished = backlog_->finish(row); !finished) fail(finished.error());
    } else if (row.answer == FeedAnswer::refused) {
        set_aside(row);
    }
}

bool FeedRun::posted() const {
    return input_->finished() && poster_->idle() && !not_queued_ && (!backlog_ || backlog_->idle());
}

Result<void> FeedRun::post() {
    poster_ = std::make_unique<FeedPoster>(
        clients_, program_, currency_, options_.enroll, [this](const FeedRow& row) { finish_row(row); },
        [this](const model::Error& error) { fail(error); });
    auto waited = wait_until([this] {
        if (!backlog_) {
            take_rows();
        } else {
            queue_rows();
            take_queued_rows();
        }
        return posted();
    });
    if (backlog_)
        if (auto told = backlog_->acknowledge(); !told && waited) waited = told;
    if (auto flushed = rejects_->flush(); !flushed && waited) waited = flushed;
    if (waited && input_->error()) return tl::unexpected(*input_->error());
    return waited;
}

Result<void> FeedRun::run_all() {
    auto source = ByteSource::open(options_.file);
    if (!source) return tl::unexpected(source.error());
    source_ = std::move(*source);
    reader_ = std::make_unique<FeedReader>(*source_);
    if (auto header = reader_->read_header(); !header) {
        // What the source says names the file already.
        if (header.error().kind != ErrorKind::invalid) return tl::unexpected(header.error());
        return failure(ErrorKind::invalid,
                       fmt::format("{}: {}", options_.file == "-" ? "standard input" : options_.file,
                                   header.error().message));
    }

    connect();
    const auto info = fetch_program();
    if (!info) return tl::unexpected(info.error());
    auto calendar = model::Calendar::load(info->program.time_zone);
    if (!calendar) return tl::unexpected(calendar.error());
    currency_ = info->program.currency;
    if (!options_.queue.empty()) {
        auto backlog = FeedBacklog::open(options_.queue, program_);
        if (!backlog) return tl::unexpected(backlog.error());
        backlog_ = std::move(*backlog);
    }
    rejects_.emplace(rejects_path(), reader_->header());
    input_ = std::make_unique<FeedInput>(*source_, *reader_,
                                         FeedRowReader(info->program.currency, std::move(*calendar)),
                                         [this] { asio::post(io_, [] {}); });
    return post();
}

FeedResult FeedRun::run() {
    const auto done = run_all();
    progress_.end();
    FeedResult result;
    if (!done) result.error = done.error();
    if (poster_) {
        result.summary = poster_->summary();
        result.summary.rows += bad_rows_;
        result.summary.refused += bad_rows_;
        result.enrolled = poster_->enrolled();
    }
    if (rejects_ && rejects_->count() > 0) result.rejects_path = rejects_->path();
    if (backlog_) {
        result.left_in_queue = backlog_->waiting();
        if (result.summary.refused > bad_rows_) result.queue_rejects_path = backlog_->rejects_path();
    }
    input_.reset();
    clients_.clear();
    return result;
}

}  // namespace

FeedResult run_feed(const FeedOptions& options) {
    return FeedRun(options).run();
}

}  // namespace tim::cli
