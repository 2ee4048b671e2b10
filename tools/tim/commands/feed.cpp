#include <fmt/format.h>

#include <cstdio>

#include "tools/tim/command_line.h"
#include "tools/tim/feed/feed_run.h"
#include "tools/tim/json_line.h"
#include "tools/tim/text_table.h"

namespace tim::cli {
namespace {

constexpr std::size_t kMaxConnections = 64;

void tell_summary(const CommandLine& line, const FeedResult& result) {
    const FeedSummary& summary = result.summary;
    if (line.options.json) {
        JsonLine json;
        json.add("rows", summary.rows)
            .add("accepted", summary.accepted)
            .add("duplicate", summary.duplicate)
            .add("anonymous", summary.anonymous)
            .add("refused", summary.refused)
            .add("enrolled", result.enrolled)
            .add_or_null("rejects", result.rejects_path);
        print(json.text() + "\n");
        return;
    }
    print(fmt::format("rows={} accepted={} duplicate={} anonymous={} refused={}\n", summary.rows,
                      summary.accepted, summary.duplicate, summary.anonymous, summary.refused));
}

int feed(const CommandLine& line, FeedOptions options) {
    auto connect = connect_options(line.options);
    if (!connect) return fail(connect.error());
    options.connect = std::move(*connect);
    options.program = line.options.program;
    const FeedResult result = run_feed(options);

    if (result.enrolled > 0)
        fmt::print(stderr, "tim: {} {} enrolled\n", counted(result.enrolled, "customer"),
                   result.enrolled == 1 ? "was" : "were");
    for (const std::string& path : {result.rejects_path, result.queue_rejects_path})
        if (!path.empty())
            fmt::print(stderr, "tim: rows were refused; they stand in {} with the reasons\n", path);
    if (result.error) say(result.error->message);
    if (result.left_in_queue > 0)
        fmt::print(stderr, "tim: {} {} in {}; run the command again to post {}\n",
                   counted(result.left_in_queue, "row"), result.left_in_queue == 1 ? "waits" : "wait",
                   options.queue, result.left_in_queue == 1 ? "it" : "them");
    // An input that cannot be read at all has no figures.
    if (!result.error || result.summary.rows > 0) tell_summary(line, result);
    if (!result.error) return result.summary.refused > 0 ? kPartly : kDone;
    switch (result.error->kind) {
        case model::ErrorKind::unavailable:
        case model::ErrorKind::denied:
            return kUnreachable;
        case model::ErrorKind::not_found:
        case model::ErrorKind::busy:  // it refuses everything for the moment, and for too long
            return kRefused;
        default:
            return kUsage;
    }
}

}  // namespace

void add_feed_command(CLI::App& app, CommandLine& line) {
    auto options = std::make_shared<FeedOptions>();
    CLI::App* feeds =
        app.add_subcommand("feed", "Post a feed of a till system; posting it again changes nothing more");
    feeds->add_option("FILE", options->file, "CSV, plain or .gz; - is standard input")->required();
    feeds->add_flag("--enroll", options->enroll, "Enrol customers that are not known yet, as they appear");
    feeds->add_option("--connections", options->connections, "How many connections post side by side")
        ->capture_default_str()
        ->check(CLI::Range(std::size_t{1}, kMaxConnections));
    feeds->add_option("--queue", options->queue,
                      "A folder: rows are kept there, safe on disk, until the server has taken them");
    feeds->add_option("--rejects", options->rejects, "Where refused rows go (default: FILE.rejects.csv)");
    feeds
        ->add_option("--give-up-s", options->give_up_s,
                     "Seconds without an answer of the server after which to give up; 0: never")
        ->capture_default_str()
        ->check(CLI::NonNegativeNumber);
    feeds->footer(
        "The first line names the columns, in any order: kind (enroll sale return void redeem), receipt, at, "
        "terminal,\n"
        "customer, amount; where wanted original, referral, reward, vip, line. An empty customer is an "
        "anonymous sale.\n"
        "Rows that are bad or refused go to the rejects file with line number and reason; mend them and post "
        "that file.\n"
        "The last line is: rows=… accepted=… duplicate=… anonymous=… refused=…\n"
        "Examples:\n"
        "  tim feed sales.csv.gz --enroll\n"
        "  tail -n +1 -f sales.csv | tim feed - --queue ./waiting --give-up-s 0");
    feeds->callback([&line, options] { line.run = [&line, options] { return feed(line, *options); }; });
}

}  // namespace tim::cli
