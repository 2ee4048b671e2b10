#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <tuple>
#include <vector>

#include "protocol/codec/limits.h"
#include "tools/tim/command_line.h"
#include "tools/tim/csv_writer.h"
#include "tools/tim/customer_csv.h"
#include "tools/tim/ledger_csv.h"
#include "tools/tim/output.h"
#include "tools/tim/text_table.h"

namespace tim::cli {
namespace {

struct Options {
    std::string csv = "-";
    bool profile = false;
};

int export_customers(const CommandLine& line, const Options& options) {
    return with_shop(line, [&](Shop& shop) {
        const bool shows = ::isatty(STDERR_FILENO) != 0;
        CustomerCsv csv(options.profile);
        model::CustomerId after{};
        do {
            const auto page =
                shop.session.client().customers(shop.program, after, codec::kMaxCustomersPerPage);
            if (!page) return fail(page.error());
            for (const client::Customer& customer : page->rows) {
                const auto version = shop.session.program(shop.program, customer.version);
                if (!version) return fail(version.error());
                csv.add(customer, **version, shop.calendar);
            }
            after = page->next;
            if (shows) fmt::print(stderr, "\rexport: {}", counted(csv.size(), "customer"));
        } while (after.value != 0);
        if (shows) fmt::print(stderr, "\r\x1b[K");
        auto output = Output::open(options.csv);
        if (!output) return fail(output.error());
        if (auto written = output->write(csv.text()); !written) return fail(written.error());
        if (auto finished = output->finish(); !finished) return fail(finished.error());
        if (options.csv != "-")
            fmt::print(stderr, "{} in {}\n", counted(csv.size(), "customer"), options.csv);
        return static_cast<int>(kDone);
    });
}

/// The members of every tier, the lowest first: what S5.5 asks for before a tier is deleted.
int export_tiers(const CommandLine& line, const Options& options) {
    return with_shop(line, [&](Shop& shop) {
        struct Member {
            std::size_t tier;
            std::string customer;
            std::string text;
        };
        std::vector<Member> members;
        model::CustomerId after{};
        do {
            const auto page =
                shop.session.client().customers(shop.program, after, codec::kMaxCustomersPerPage);
            if (!page) return fail(page.error());
            for (const client::Customer& customer : page->rows) {
                const auto version = shop.session.program(shop.program, customer.version);
                if (!version) return fail(version.error());
                Member member{customer.tier, customer_label(customer), {}};
                CsvWriter csv;
                csv.field((*version)->tier_id(customer.tier))
                    .field((*version)->tier_name(customer.tier))
                    .field(member.customer)
                    .field(std::to_string(customer.id.value))
                    .field((*version)->metric(customer.period_metric))
                    .field(customer.points.value)
                    .field(customer.spendable.value);
                csv.end_line();
                member.text = std::move(csv.text());
                members.push_back(std::move(member));
            }
            after = page->next;
        } while (after.value != 0);
        std::sort(members.begin(), members.end(), [](const Member& a, const Member& b) {
            return std::tie(a.tier, a.customer) < std::tie(b.tier, b.customer);
        });
        std::string text = "tier,tier_name,customer,id,period_metric,points,spendable\n";
        for (const Member& member : members)
            text += member.text;
        auto output = Output::open(options.csv);
        if (!output) return fail(output.error());
        if (auto written = output->write(text); !written) return fail(written.error());
        if (auto finished = output->finish(); !finished) return fail(finished.error());
        if (options.csv != "-")
            fmt::print(stderr, "{} in {}\n", counted(members.size(), "customer"), options.csv);
        return static_cast<int>(kDone);
    });
}

/// Page by page, up to what was the ledger's end as the export began: one that goes on while tills sell ends
/// too.
int export_ledger(const CommandLine& line, const Options& options) {
    return with_shop(line, [&](Shop& shop) {
        const bool shows = ::isatty(STDERR_FILENO) != 0;
        auto output = Output::open(options.csv);
        if (!output) return fail(output.error());
        std::string text(ledger_csv_header());
        std::uint64_t facts = 0;
        model::Sequence end{};
        model::Sequence after{};
        do {
            const auto page = shop.session.client().ledger(shop.program, after, codec::kMaxFactsPerPage);
            if (!page) return fail(page.error());
            if (after.value == 0) end = page->last;
            for (const client::LedgerFact& fact : page->facts) {
                if (fact.sequence > end) break;
                const auto version = shop.session.program(shop.program, fact.version);
                if (!version) return fail(version.error());
                append_ledger_line(text, fact, **version, shop.calendar);
                ++facts;
            }
            if (auto written = output->write(text); !written) return fail(written.error());
            text.clear();
            after = page->next;
            if (shows) fmt::print(stderr, "\rexport: {}", counted(facts, "fact"));
        } while (after.value != 0 && after < end);
        if (shows) fmt::print(stderr, "\r\x1b[K");
        if (auto finished = output->finish(); !finished) return fail(finished.error());
        if (options.csv != "-") fmt::print(stderr, "{} in {}\n", counted(facts, "fact"), options.csv);
        return static_cast<int>(kDone);
    });
}

}  // namespace

void add_export_command(CLI::App& app, CommandLine& line) {
    auto options = std::make_shared<Options>();
    CLI::App* exports = app.add_subcommand("export", "Write what the server holds as CSV");
    exports->require_subcommand(1);
    CLI::App* customers = exports->add_subcommand("customers", "Every customer with the figures as of now");
    customers->add_option("--csv", options->csv, "The file to write; - is standard output")
        ->capture_default_str();
    customers->add_flag(
        "--profile", options->profile,
        "Also what import takes: keys, name, staff, source, channel, natures, types, items, birthday");
    customers->footer(
        "Sorted by `customer`, the customer's first key; the same state gives the same bytes. "
        "`period_metric` is the\n"
        "figure that the program's criterion finds the tier by.\n"
        "Example:\n  tim export customers --csv customers.csv");
    customers->callback(
        [&line, options] { line.run = [&line, options] { return export_customers(line, *options); }; });

    CLI::App* tiers = exports->add_subcommand("tiers", "The members of every tier, the lowest tier first");
    tiers->add_option("--csv", options->csv, "The file to write; - is standard output")
        ->capture_default_str();
    tiers->footer("Example:\n  tim export tiers --csv members.csv");
    tiers->callback(
        [&line, options] { line.run = [&line, options] { return export_tiers(line, *options); }; });

    CLI::App* ledger = exports->add_subcommand("ledger", "Every fact of the program, oldest first");
    ledger->add_option("--csv", options->csv, "The file to write; - is standard output")
        ->capture_default_str();
    ledger->footer(
        "One line for each fact: what happened to one customer or receipt, with the figures after it. Facts "
        "of one\n"
        "command share `transaction`, and the first of them has its receipt or request id as `name`.\n"
        "Example:\n  tim export ledger --csv ledger.csv");
    ledger->callback(
        [&line, options] { line.run = [&line, options] { return export_ledger(line, *options); }; });
}

}  // namespace tim::cli
