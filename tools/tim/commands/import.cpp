#include <fmt/format.h>

#include <memory>
#include <utility>

#include "tools/tim/command_line.h"
#include "tools/tim/import/import_run.h"
#include "tools/tim/json_line.h"

namespace tim::cli {
namespace {

int import_file(const CommandLine& line, const ImportOptions& options) {
    const auto run = [&](Shop& shop) -> int {
        ImportSummary summary;
        const auto done = run_import(shop, options, summary);
        if (!summary.rejects_path.empty())
            fmt::print(stderr, "tim: rows were refused; they stand in {} with the reasons\n",
                       summary.rejects_path);
        if (!done) say(done.error().message);
        if (done || summary.rows > 0) {
            if (line.options.json) {
                JsonLine json;
                json.add("rows", summary.rows)
                    .add("accepted", summary.accepted)
                    .add("duplicate", summary.duplicate)
                    .add("refused", summary.refused)
                    .add_or_null("rejects", summary.rejects_path);
                print(json.text() + "\n");
            } else {
                print(fmt::format("rows={} accepted={} duplicate={} refused={}\n", summary.rows,
                                  summary.accepted, summary.duplicate, summary.refused));
            }
        }
        if (done) return summary.refused > 0 ? kPartly : kDone;
        switch (done.error().kind) {
            case model::ErrorKind::unavailable:
                return kUnreachable;
            case model::ErrorKind::denied:
            case model::ErrorKind::not_found:
            case model::ErrorKind::busy:
                return kRefused;
            default:
                return kUsage;
        }
    };
    return with_shop(line, run, true);
}

CLI::App* add_kind(CLI::App& imports, CommandLine& line, ImportKind kind, const char* what) {
    auto options = std::make_shared<ImportOptions>();
    options->kind = kind;
    CLI::App* command = imports.add_subcommand(std::string(import_kind_name(kind)), what);
    command->add_option("FILE", options->file, "CSV, plain or .gz; - is standard input")->required();
    command->add_option("--name", options->name, "Of the import: the same rows under another name count anew")
        ->capture_default_str();
    command->add_option("--rejects", options->rejects, "Where refused rows go (default: FILE.rejects.csv)");
    command
        ->add_option("--give-up-s", options->give_up_s,
                     "Seconds without a server after which to give up; 0: never")
        ->capture_default_str()
        ->check(CLI::NonNegativeNumber);
    if (kind == ImportKind::tiers)
        command->add_option("--until", options->until, "Until when the tiers hold whose row does not say");
    command->callback(
        [&line, options] { line.run = [&line, options] { return import_file(line, *options); }; });
    return command;
}

}  // namespace

void add_import_command(CLI::App& app, CommandLine& line) {
    CLI::App* imports =
        app.add_subcommand("import", "Take over customers, totals or tiers from a file (admin)");
    imports->require_subcommand(1);
    imports->footer(
        "The first line names the columns, in any order; columns of an export that the engine finds by "
        "itself "
        "are passed over.\n"
        "A row that is bad or refused goes to the rejects file with line number and reason, and the rest "
        "goes "
        "on; mend that\n"
        "file and import it under the same name. What was imported before is a duplicate: importing a file "
        "again, or after\n"
        "a crash of either side, changes nothing more. The last line is: rows=… accepted=… duplicate=… "
        "refused=…");
    add_kind(*imports, line, ImportKind::customers, "New customers")
        ->footer(
            "Columns: customer (its first key); where wanted keys (more of them), name, at, vip, status, "
            "staff, source, channel,\n"
            "natures, types, items, birthday (MM-DD). Several values of one column stand between blanks. "
            "What\n"
            "tim export customers --profile writes can be imported; whom vip names is a VIP before: import "
            "and\n"
            "appoint (tim vip appoint) those first.\n"
            "Example:\n  tim import customers customers.csv");
    add_kind(*imports, line, ImportKind::totals, "What customers had before: points, ranking points, spend")
        ->footer(
            "Columns: customer, and one or more of points, ranking_points, lifetime_spend; where wanted at "
            "(spend "
            "counts in its\n"
            "month; default: now) and reason. Ranking points are what was earned: they are given first, and "
            "those "
            "of them that\n"
            "are not in points any more are taken as spent before, so that the history tells both.\n"
            "Example:\n  tim import totals totals.csv --name opening-2026");
    add_kind(*imports, line, ImportKind::tiers, "Who is in which tier, by hand and for a while")
        ->footer(
            "Columns: tier (its id) and customer, as `tim export tiers` writes them; where wanted from, "
            "until, at, "
            "reason.\n"
            "Example:\n  tim import tiers members.csv --until 2027-01-01");
}

}  // namespace tim::cli
