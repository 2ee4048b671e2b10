#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "protocol/codec/limits.h"
#include "tools/tim/command_line.h"
#include "tools/tim/customer_csv.h"
#include "tools/tim/ledger_csv.h"
#include "tools/tim/text_table.h"

namespace tim::cli {
namespace {

struct Options {
    std::string csv = "-";
};

/// What is written to a file, which appears whole or not at all, or to stdout as it comes.
class Output {
  public:
    static model::Result<Output> open(const std::string& path) {
        Output output;
        output.path_ = path;
        if (path == "-") return output;
        output.file_.reset(std::fopen(output.partial().c_str(), "we"));
        if (!output.file_) return fault(output.partial());
        return output;
    }
    Output(Output&&) = default;
    Output& operator=(Output&&) = default;
    ~Output() {
        std::error_code ignored;
        if (file_) std::filesystem::remove(partial(), ignored);
    }

    model::Result<void> write(const std::string& text) {
        std::FILE* const to = file_ ? file_.get() : stdout;
        if (std::fwrite(text.data(), 1, text.size(), to) != text.size()) return fault(name());
        return {};
    }
    model::Result<void> finish() {
        if (std::fflush(file_ ? file_.get() : stdout) != 0) return fault(name());
        if (!file_) return {};
        if (std::rename(partial().c_str(), path_.c_str()) != 0) return fault(path_);
        file_.reset();
        return {};
    }

  private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };

    Output() = default;
    static tl::unexpected<model::Error> fault(const std::string& file) {
        return model::failure(model::ErrorKind::io, fmt::format("{}: {}", file, std::strerror(errno)));
    }
    std::string partial() const { return path_ + ".partial"; }
    std::string name() const { return file_ ? path_ : "standard output"; }

    std::string path_;
    std::unique_ptr<std::FILE, Close> file_;
};

int export_customers(const CommandLine& line, const Options& options) {
    return with_shop(line, [&](Shop& shop) {
        const bool shows = ::isatty(STDERR_FILENO) != 0;
        CustomerCsv csv;
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
    customers->footer(
        "Sorted by `customer`, the customer's first key; the same state gives the same bytes.\n"
        "Example:\n  tim export customers --csv customers.csv");
    customers->callback(
        [&line, options] { line.run = [&line, options] { return export_customers(line, *options); }; });

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
