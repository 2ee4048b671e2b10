#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <map>
#include <thread>

#include "tools/tim/command_line.h"
#include "tools/tim/json_line.h"
#include "tools/tim/text_table.h"

namespace tim::cli {
namespace {

struct Options {
    bool watch = false;
    double interval_s = 1;
};

// ------------------------------------------------------------------------------------------------ verify

void tell_progress(std::uint64_t done, std::uint64_t total) {
    if (total == 0) return;
    fmt::print(stderr, "\rverify: {:.0f} % of {} facts",
               100.0 * static_cast<double>(done) / static_cast<double>(total), total);
}

int verify(const CommandLine& line) {
    return with_session(line, [&](Session& session) {
        const bool shows = ::isatty(STDERR_FILENO) != 0;
        const auto found = session.client().verify(shows ? client::ProgressCallback(tell_progress) : nullptr);
        if (shows) fmt::print(stderr, "\r\x1b[K");
        if (!found) return fail(found.error());
        const client::VerifyReport& report = *found;
        if (line.options.json) {
            JsonLine json;
            json.add("facts", report.facts)
                .add("customers", report.customers)
                .add("differences", report.difference_count)
                .add("first_differences", report.differences);
            print(json.text() + "\n");
        } else {
            print(fmt::format("{} folded, {} compared: {}\n", counted(report.facts, "fact"),
                              counted(report.customers, "customer"),
                              report.difference_count == 0 ? "no difference"
                                                           : counted(report.difference_count, "difference")));
        }
        if (report.difference_count == 0) return static_cast<int>(kDone);
        for (const std::string& difference : report.differences)
            fmt::print(stderr, "tim: {}\n", difference);
        if (report.difference_count > report.differences.size())
            fmt::print(stderr, "tim: and {} more\n", report.difference_count - report.differences.size());
        return static_cast<int>(kRefused);
    });
}

// ------------------------------------------------------------------------------------------------- stats

using Stats = std::vector<client::Stat>;
using Values = std::map<std::string, double>;

std::string stat_value(const client::Stat& stat) {
    if (!stat.text.empty()) return stat.text;
    if (stat.value == static_cast<double>(static_cast<std::int64_t>(stat.value)))
        return fmt::format("{:.0f}", stat.value);
    return fmt::format("{:.3f}", stat.value);
}

std::string stats_text(const Stats& stats, const Values& before, double seconds) {
    TextTable table(before.empty()
                        ? std::vector<TextTable::Column>{{"figure"}, {"value", TextTable::Align::right}}
                        : std::vector<TextTable::Column>{{"figure"},
                                                         {"value", TextTable::Align::right},
                                                         {"change a second", TextTable::Align::right}});
    for (const client::Stat& stat : stats) {
        std::vector<std::string> cells = {stat.name, stat_value(stat)};
        if (!before.empty()) {
            const auto found = before.find(stat.name);
            const double change = found == before.end() ? 0 : (stat.value - found->second) / seconds;
            cells.push_back(change == 0 ? std::string() : fmt::format("{:+.1f}", change));
        }
        table.add(std::move(cells));
    }
    return table.text();
}

std::string stats_json(const Stats& stats) {
    JsonLine json;
    for (const client::Stat& stat : stats) {
        if (stat.text.empty())
            json.add(stat.name, stat.value);
        else
            json.add(stat.name, stat.text);
    }
    return json.text() + "\n";
}

int stats(const CommandLine& line, const Options& options) {
    return with_session(line, [&](Session& session) {
        using Clock = std::chrono::steady_clock;
        Values before;
        auto asked_at = Clock::now();
        while (true) {
            const auto asked = session.client().stats();
            if (!asked) return fail(asked.error());
            const Stats& stats = *asked;
            const auto now = Clock::now();
            const double seconds = std::max(std::chrono::duration<double>(now - asked_at).count(), 1e-9);
            asked_at = now;
            if (line.options.json) {
                print(stats_json(stats));
            } else {
                if (options.watch && ::isatty(STDOUT_FILENO) != 0) print("\x1b[H\x1b[2J");
                print(stats_text(stats, before, seconds));
            }
            std::fflush(stdout);
            if (!options.watch || std::ferror(stdout) != 0) return static_cast<int>(kDone);
            before.clear();
            for (const client::Stat& stat : stats)
                before[stat.name] = stat.value;
            std::this_thread::sleep_for(std::chrono::duration<double>(options.interval_s));
        }
    });
}

}  // namespace

void add_operation_commands(CLI::App& app, CommandLine& line) {
    auto options = std::make_shared<Options>();

    CLI::App* verifies = app.add_subcommand(
        "verify",
        "Fold the ledger again from nothing and compare every customer, key and receipt with the live state");
    verifies->footer("Example:\n  tim verify && echo no difference");
    verifies->callback([&line] { line.run = [&line] { return verify(line); }; });

    CLI::App* figures = app.add_subcommand("stats", "Figures of the running server");
    figures->add_flag("--watch", options->watch, "Show them again and again, with the change a second");
    figures->add_option("--interval", options->interval_s, "Seconds between two looks")
        ->capture_default_str()
        ->check(CLI::Range(0.1, 3600.0));
    figures->footer("Example:\n  tim stats --watch");
    figures->callback([&line, options] { line.run = [&line, options] { return stats(line, *options); }; });
}

}  // namespace tim::cli
