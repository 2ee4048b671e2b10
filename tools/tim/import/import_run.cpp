#include "tools/tim/import/import_run.h"

#include <fmt/format.h>

#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "tools/tim/feed/byte_source.h"
#include "tools/tim/feed/feed_progress.h"
#include "tools/tim/feed/rejects.h"
#include "tools/tim/import/import_reader.h"
#include "tools/tim/patience.h"
#include "tools/tim/request_id.h"

namespace tim::cli {
namespace {

using client::Outcomes;
using model::CommandKind;
using model::ErrorKind;
using model::failure;
using model::Result;

/// Rows of one message, and messages under way at a time.
constexpr std::size_t kBlockRows = 2'000;
constexpr std::size_t kWindowBlocks = 8;

enum class Answer : std::uint8_t { none, accepted, duplicate, refused };

/// Rows on their way, in the order of the file.
struct Block {
    std::vector<ImportRow> rows;
    std::vector<Answer> answers;
    std::vector<std::size_t> posted;                        ///< places of the rows whose outcomes `first` has
    std::optional<std::future<Result<Outcomes>>> first;     ///< customers, totals
    std::vector<std::future<Result<model::Outcome>>> each;  ///< tiers
};

std::string reason_of(const ImportRow& row, const std::string& otherwise) {
    return row.reason.empty() ? otherwise : row.reason;
}

class ImportRun {
  public:
    ImportRun(Shop& shop, const ImportOptions& options, ImportSummary& summary)
        : shop_(shop),
          options_(options),
          summary_(summary),
          client_(shop.session.client().async()),
          patience_(client_, options.give_up_s) {}

    Result<void> run();

  private:
    Result<void> post(Block& block);
    Result<void> post_customers(Block& block);
    Result<void> post_totals(Block& block);
    Result<void> post_tiers(Block& block);
    Result<void> finish(Block& block);
    /// The second commands of totals whose first were taken.
    Result<void> finish_totals(Block& block);
    Result<void> take(Block& block, std::size_t place, const model::Outcome& outcome);
    Result<void> take_all(Block& block, const Outcomes& outcomes);
    model::Command command(CommandKind kind, const ImportRow& row, unsigned part) const;
    Result<std::future<Result<Outcomes>>> send(const std::vector<model::Command>& commands);

    Shop& shop_;
    const ImportOptions& options_;
    ImportSummary& summary_;
    client::Client& client_;
    Patience patience_;
    FeedProgress progress_;
    std::optional<RejectsFile> rejects_;
    std::deque<Block> blocks_;
};

model::Command ImportRun::command(CommandKind kind, const ImportRow& row, unsigned part) const {
    model::Command made;
    made.kind = kind;
    made.at = row.at;
    made.name = import_name(options_.kind, shop_.program, options_.name, row.customer, part);
    if (kind != CommandKind::enroll) made.customer = row.customer.ref();
    return made;
}

Result<std::future<Result<Outcomes>>> ImportRun::send(const std::vector<model::Command>& commands) {
    const bool enrolls = commands.front().kind == CommandKind::enroll;
    return patience_.begin<Outcomes>([&](auto done) {
        return enrolls ? client_.enroll(shop_.program, commands, done)
                       : client_.commands(shop_.program, commands, done);
    });
}

Result<void> ImportRun::post(Block& block) {
    block.answers.assign(block.rows.size(), Answer::none);
    switch (options_.kind) {
        case ImportKind::customers:
            return post_customers(block);
        case ImportKind::totals:
            return post_totals(block);
        case ImportKind::tiers:
            return post_tiers(block);
    }
    return {};
}

Result<void> ImportRun::post_customers(Block& block) {
    std::vector<model::Command> commands;
    std::deque<model::Enrollment> enrollments;
    for (std::size_t i = 0; i < block.rows.size(); ++i) {
        const ImportRow& row = block.rows[i];
        if (!row.good()) continue;
        model::Enrollment& enrollment = enrollments.emplace_back();
        enrollment.keys.push_back(row.customer.ref());
        for (const ImportCustomer& other : row.others)
            enrollment.keys.push_back(other.ref());
        enrollment.name = row.name;
        enrollment.vip = row.vip.ref();
        enrollment.classes = row.classes;
        commands.push_back(command(CommandKind::enroll, row, 1));
        commands.back().enrollment = &enrollment;
        block.posted.push_back(i);
    }
    if (commands.empty()) return {};
    auto sent = send(commands);
    if (!sent) return tl::unexpected(sent.error());
    block.first = std::move(*sent);
    return {};
}

/// Ranking points are points that were earned: they are given first, and counted; those of them that were
/// spent before are taken then, and not. So the ledger tells where the opening figures come from.
Result<void> ImportRun::post_totals(Block& block) {
    std::vector<model::Command> commands;
    std::deque<std::string> reasons;
    for (std::size_t i = 0; i < block.rows.size(); ++i) {
        const ImportRow& row = block.rows[i];
        if (!row.good()) continue;
        model::Command first = command(CommandKind::adjust, row, 1);
        first.points = row.ranking.value_or(row.points);
        first.ranking = row.ranking.has_value();
        first.amount = row.spend;
        if (first.points.value == 0 && first.amount.value == 0) continue;
        first.reason = reasons.emplace_back(
            reason_of(row, fmt::format("import {}{}", options_.name, row.ranking ? ": earned before" : "")));
        commands.push_back(first);
        block.posted.push_back(i);
    }
    if (commands.empty()) return {};
    auto sent = send(commands);
    if (!sent) return tl::unexpected(sent.error());
    block.first = std::move(*sent);
    return {};
}

Result<void> ImportRun::post_tiers(Block& block) {
    for (std::size_t i = 0; i < block.rows.size(); ++i) {
        const ImportRow& row = block.rows[i];
        if (!row.good()) continue;
        const model::Command made = command(CommandKind::override_tier, row, 1);
        const model::TierAct act{row.tier, row.from, row.until};
        const std::string reason = reason_of(row, "import " + options_.name);
        auto sent = patience_.begin<model::Outcome>([&](auto done) {
            return client_.override_tier(shop_.program, made.customer, act, reason, made.name, made.at, done);
        });
        if (!sent) return tl::unexpected(sent.error());
        block.each.push_back(std::move(*sent));
        block.posted.push_back(i);
    }
    return {};
}

Result<void> ImportRun::take(Block& block, std::size_t place, const model::Outcome& outcome) {
    using model::Refusal;
    Answer& answer = block.answers[place];
    const std::string sentence =
        model::refusal_sentence(outcome.refusal, outcome.detail, shop_.version->program().currency);
    if (model::is_transient(outcome.refusal))
        return failure(ErrorKind::busy, "the server takes no rows: " + sentence);
    if (outcome.refusal == Refusal::not_allowed) return failure(ErrorKind::denied, sentence);
    if (outcome.refusal == Refusal::unknown_program) return failure(ErrorKind::not_found, sentence);
    if (outcome.refusal != Refusal::none) {
        answer = Answer::refused;
        block.rows[place].fault = fmt::format("{}: {}", model::refusal_name(outcome.refusal), sentence);
    } else if (answer == Answer::none) {
        answer = outcome.duplicate ? Answer::duplicate : Answer::accepted;
    } else if (!outcome.duplicate) {
        answer = Answer::accepted;
    }
    return {};
}

Result<void> ImportRun::take_all(Block& block, const Outcomes& outcomes) {
    for (std::size_t i = 0; i < outcomes.size(); ++i)
        if (auto taken = take(block, block.posted[i], outcomes[i]); !taken) return taken;
    return {};
}

Result<void> ImportRun::finish_totals(Block& block) {
    std::vector<model::Command> commands;
    std::deque<std::string> reasons;
    block.posted.clear();
    for (std::size_t i = 0; i < block.rows.size(); ++i) {
        const ImportRow& row = block.rows[i];
        if (!row.good() || !row.ranking || row.points == *row.ranking) continue;
        model::Command second = command(CommandKind::adjust, row, 2);
        second.points.value = row.points.value - row.ranking->value;
        const char* const words = second.points.value < 0 ? "spent before" : "beside what ranks";
        second.reason =
            reasons.emplace_back(reason_of(row, fmt::format("import {}: {}", options_.name, words)));
        commands.push_back(second);
        block.posted.push_back(i);
    }
    if (commands.empty()) return {};
    auto sent = send(commands);
    if (!sent) return tl::unexpected(sent.error());
    const auto outcomes = patience_.wait(*sent);
    if (!outcomes) return tl::unexpected(outcomes.error());
    return take_all(block, *outcomes);
}

Result<void> ImportRun::finish(Block& block) {
    if (block.first) {
        const auto outcomes = patience_.wait(*block.first);
        if (!outcomes) return tl::unexpected(outcomes.error());
        if (auto taken = take_all(block, *outcomes); !taken) return taken;
    }
    for (std::size_t i = 0; i < block.each.size(); ++i) {
        const auto outcome = patience_.wait(block.each[i]);
        if (!outcome) return tl::unexpected(outcome.error());
        if (auto taken = take(block, block.posted[i], *outcome); !taken) return taken;
    }
    if (options_.kind == ImportKind::totals)
        if (auto finished = finish_totals(block); !finished) return finished;
    for (std::size_t i = 0; i < block.rows.size(); ++i) {
        const ImportRow& row = block.rows[i];
        ++summary_.rows;
        if (!row.good()) {
            ++summary_.refused;
            if (auto added = rejects_->add(row.line, row.fault, row.text); !added) return added;
            continue;
        }
        ++(block.answers[i] == Answer::duplicate ? summary_.duplicate : summary_.accepted);
    }
    return {};
}

Result<void> ImportRun::run() {
    auto source = ByteSource::open(options_.file);
    if (!source) return tl::unexpected(source.error());
    const std::string shown = options_.file == "-" ? "standard input" : options_.file;
    ImportReader reader(**source, options_.kind);
    if (auto header = reader.read_header(); !header) {
        if (header.error().kind != ErrorKind::invalid) return header;
        return failure(ErrorKind::invalid, fmt::format("{}: {}", shown, header.error().message));
    }
    const auto until = shop_.read_time(options_.until);
    if (!until) return failure(ErrorKind::invalid, "--until: " + until.error().message);
    const ImportRowReader cells(options_.kind, shop_.version->program().currency, shop_.calendar, *until);
    rejects_.emplace(options_.rejects.empty()
                         ? (options_.file == "-" ? std::string("stdin") : options_.file) + ".rejects.csv"
                         : options_.rejects,
                     reader.header());
    Result<void> done;
    bool more = true;
    while (done && (more || !blocks_.empty())) {
        if (more && blocks_.size() < kWindowBlocks) {
            Block block;
            const auto read = reader.read(cells, block.rows, kBlockRows);
            if (!read) {
                done = tl::unexpected(read.error());
                break;
            }
            more = *read;
            blocks_.push_back(std::move(block));
            done = post(blocks_.back());
            continue;
        }
        done = finish(blocks_.front());
        blocks_.pop_front();
        progress_.show(summary_.rows, summary_.refused, (*source)->progress());
    }
    progress_.end();
    if (auto flushed = rejects_->flush(); !flushed && done) done = flushed;
    if (rejects_->count() > 0) summary_.rejects_path = rejects_->path();
    return done;
}

}  // namespace

model::Name import_name(ImportKind kind, std::string_view program, std::string_view import,
                        const ImportCustomer& customer, unsigned part) {
    const std::string text = fmt::format("tim-import-1\n{}\n{}\n{}\n{}\n{}", import_kind_name(kind), program,
                                         import, customer.label(), part);
    return request_id_of(text);
}

model::Result<void> run_import(Shop& shop, const ImportOptions& options, ImportSummary& summary) {
    return ImportRun(shop, options, summary).run();
}

}  // namespace tim::cli
