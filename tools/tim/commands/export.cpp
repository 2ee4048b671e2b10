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

namespace tim::cli {
namespace {

struct Options {
    std::string csv = "-";
};

/// Writes to a file that appears whole or not at all, or to stdout.
model::Result<void> write_out(const std::string& path, const std::string& text) {
    const auto bad = [](const std::string& file) {
        return model::failure(model::ErrorKind::io, fmt::format("{}: {}", file, std::strerror(errno)));
    };
    if (path == "-") {
        print(text);
        return std::fflush(stdout) == 0 ? model::Result<void>{} : bad("standard output");
    }
    const std::string partial = path + ".partial";
    std::FILE* file = std::fopen(partial.c_str(), "we");
    if (file == nullptr) return bad(partial);
    const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
    if (std::fclose(file) != 0 || !written || std::rename(partial.c_str(), path.c_str()) != 0)
        return bad(path);
    return {};
}

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
            if (shows) fmt::print(stderr, "\rexport: {} customers", csv.size());
        } while (after.value != 0);
        if (shows) fmt::print(stderr, "\r\x1b[K");
        if (auto written = write_out(options.csv, csv.text()); !written) return fail(written.error());
        if (options.csv != "-") fmt::print(stderr, "{} customers in {}\n", csv.size(), options.csv);
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
}

}  // namespace tim::cli
