#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "bench/load/plot.h"
#include "bench/load/probe.h"
#include "bench/load/report.h"
#include "bench/load/runner.h"
#include "bench/load/settings.h"
#include "bench/load/setup.h"
#include "bench/load/spawn.h"
#include "bench/load/traffic.h"
#include "bench/load/wire.h"

namespace tim::bench {
namespace {

using model::ErrorKind;
using model::failure;
using model::Result;

enum ExitCode : int { kDone = 0, kSumsDiffer = 1, kUsage = 2, kUnreachable = 3 };

constexpr const char* kFooter =
    "Closed loop by default: each connection has --depth messages under way, and an answer brings the next. "
    "With\n"
    "--rate the loop is open: messages are due at fixed times, and latency counts from then.\n"
    "Exit codes: 0 done; 1 the sums differ; 2 usage; 3 the server cannot be reached.\n"
    "\n"
    "Examples:\n"
    "  tim-bench --spawn --customers 1000000 --depth 64\n"
    "  tim-bench --spawn --batch 1000 --depth 4 --json out.json --plot out.svg\n"
    "  tim-bench --server 127.0.0.1:7400 --mode mix --rate 50000 --seconds 30\n"
    "  tim-bench --spawn --rules tools/presets/lan-toa.json --vips 10000 --detailed --batch 100 --depth 4";

/// `uniform`, `zipf` or `zipf:0.99`.
bool read_skew(const std::string& text, Skew& skew) {
    if (text == "uniform") return true;
    if (!text.starts_with("zipf")) return false;
    skew.zipf = true;
    if (text == "zipf") return true;
    if (text[4] != ':') return false;
    char* end = nullptr;
    skew.exponent = std::strtod(text.c_str() + 5, &end);
    // At 1 the integral of the weights is a logarithm, for which there is no need.
    return *end == '\0' && end != text.c_str() + 5 && skew.exponent > 0 && skew.exponent < 10 &&
           skew.exponent != 1;
}

int fail(const model::Error& error) {
    fmt::print(stderr, "tim-bench: {}\n", error.message);
    return error.kind == ErrorKind::unavailable || error.kind == ErrorKind::denied ? kUnreachable : kUsage;
}

Result<void> write_file(const std::filesystem::path& path, const std::string& text) {
    if (path.empty()) return {};
    if (path == "-") {
        fmt::print("{}", text);
        return {};
    }
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    if (!file) return failure(ErrorKind::io, fmt::format("{}: cannot be written", path.string()));
    return {};
}

Result<SumCheck> check_sums(const Settings& settings, const codec::AccessSecret& secret,
                            const Totals& before) {
    auto wire = Wire::connect(settings.server, secret);
    if (!wire) return tl::unexpected(wire.error());
    const auto after = read_totals(settings, *wire);
    if (!after) return tl::unexpected(after.error());
    return SumCheck{true, after->spend_minor - before.spend_minor, after->points - before.points};
}

int run(Settings settings) {
    std::unique_ptr<Daemon> daemon;
    if (settings.spawn) {
        auto started = Daemon::start(settings);
        if (!started) return fail(started.error());
        daemon = std::move(*started);
        settings.server = daemon->address();
        settings.key_file = daemon->key_file();
    }
    const auto secret = codec::read_key_file(settings.key_file);
    if (!secret) return fail({ErrorKind::denied, secret.error().message});

    const auto program = load_program(settings);
    if (!program) return fail(program.error());

    Totals before;
    {
        auto wire = Wire::connect(settings.server, *secret);
        if (!wire) return fail(wire.error());
        if (auto prepared = prepare_customers(settings, *program, *wire); !prepared)
            return fail(prepared.error());
        if (settings.mode == Mode::redeem || settings.mode == Mode::hold)
            if (auto granted = grant_points(settings, *wire); !granted) return fail(granted.error());
        if (settings.check_sums) {
            const auto totals = read_totals(settings, *wire);
            if (!totals) return fail(totals.error());
            before = *totals;
        }
    }

    const double round_trip_before_ns = round_trip_ns();
    auto result = run_load(settings, *secret, points_above(settings, *program));
    if (!result) return fail(result.error());
    result->round_trip_before_ns = round_trip_before_ns;
    result->round_trip_after_ns = round_trip_ns();

    SumCheck check;
    if (settings.check_sums) {
        const auto checked = check_sums(settings, *secret, before);
        if (!checked) return fail(checked.error());
        check = *checked;
    }
    const std::string text = report_text(settings, *result, check);
    fmt::print(settings.json == "-" ? stderr : stdout, "{}", text);
    if (auto written = write_file(settings.json, report_json(settings, *result, check)); !written)
        return fail(written.error());
    const std::string title = text.substr(0, text.find('\n'));
    if (auto written =
            write_file(settings.plot, settings.plot.empty() ? "" : svg_plot(title, result->samples));
        !written)
        return fail(written.error());
    if (daemon)
        if (auto stopped = daemon->stop(); !stopped) return fail(stopped.error());
    return check.made && !check.agrees(result->acknowledged) ? kSumsDiffer : kDone;
}

}  // namespace
}  // namespace tim::bench

int main(int argc, char** argv) {
    using namespace tim::bench;
    std::signal(SIGPIPE, SIG_IGN);
    Settings settings;
    CLI::App app("tim-bench: puts load on timd and reports what it carries", "tim-bench");
    app.footer(kFooter);
    const std::map<std::string, Mode> modes = {{"sale", Mode::sale},
                                               {"balance", Mode::balance},
                                               {"mix", Mode::mix},
                                               {"redeem", Mode::redeem},
                                               {"hold", Mode::hold}};
    std::string skew = "uniform";
    bool no_check = false;
    app.add_option("--server", settings.server, "Where timd listens, HOST:PORT")
        ->envname("TIM_SERVER")
        ->capture_default_str();
    app.add_option("--key-file", settings.key_file, "An admin key")
        ->envname("TIM_KEY_FILE")
        ->capture_default_str();
    app.add_option("--program", settings.program, "The program that is made for the load")
        ->capture_default_str();
    app.add_option("--customers", settings.customers, "How many customers; those missing are enrolled first")
        ->capture_default_str()
        ->check(CLI::Range(std::uint64_t{1}, kMaxCustomers));
    app.add_option(
           "--rules", settings.rules,
           "A program as JSON, loaded under the name of --program (default: three levels, 10,000 a point)")
        ->check(CLI::ExistingFile);
    app.add_option("--vips", settings.vips,
                   "The first so many customers are VIPs, the others their members: only members buy");
    app.add_flag("--detailed", settings.detailed,
                 "Sales as tables, whose answers tell every effect and the referral code of each");
    app.add_flag("--referral", settings.names_codes,
                 "Each sale names the referral code of an earlier one (with --detailed)");
    std::string mode = "sale";
    app.add_option("--mode", mode, "sale, balance, mix (half sales, half balances), redeem, hold")
        ->capture_default_str()
        ->check(CLI::IsMember(modes));
    app.add_option("--connections", settings.connections, "How many connections")
        ->capture_default_str()
        ->check(CLI::Range(1, 10'000));
    app.add_option("--depth", settings.depth, "Messages under way on each connection")
        ->capture_default_str()
        ->check(CLI::Range(1, 10'000));
    app.add_option("--batch", settings.batch, "Operations of a message")
        ->capture_default_str()
        ->check(CLI::Range(std::size_t{1}, tim::codec::kMaxRowsPerRequest));
    app.add_option("--rate", settings.rate, "Operations a second of an open loop (default: closed loop)")
        ->check(CLI::PositiveNumber);
    app.add_option("--seconds", settings.seconds, "How long to measure")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    app.add_option("--warm-up-s", settings.warm_up_s, "How long to run before that")
        ->capture_default_str()
        ->check(CLI::NonNegativeNumber);
    app.add_option("--skew", skew, "How often each customer is met: uniform, or zipf:EXPONENT")
        ->capture_default_str();
    app.add_option("--seed", settings.seed, "Draws the customers")->capture_default_str();
    app.add_option("--json", settings.json, "A file for the result as JSON; - is standard output");
    app.add_option("--plot", settings.plot, "A file for a picture of the run (SVG)");
    app.add_flag("--spawn", settings.spawn, "Start a timd for the run, and stop it in the end");
    app.add_option("--timd", settings.timd, "The timd to start (default: the one beside tim-bench)");
    app.add_option("--folder", settings.folder, "Its data, which stay (default: a temporary folder)");
    app.add_option("--durability", settings.durability, "Of the timd to start: sync or async")
        ->capture_default_str()
        ->check(CLI::IsMember({"sync", "async"}));
    app.add_flag("--no-sum-check", no_check,
                 "Do not compare what was acknowledged with what the server holds");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? kDone : kUsage;
    }
    settings.mode = modes.at(mode);
    settings.check_sums = !no_check;
    if (settings.vips >= settings.customers) {
        fmt::print(stderr, "tim-bench: --vips: of {} customers some must be members\n", settings.customers);
        return kUsage;
    }
    if (settings.names_codes && !settings.detailed) {
        fmt::print(stderr, "tim-bench: --referral: only detailed sales name codes: add --detailed\n");
        return kUsage;
    }
    if (settings.detailed && settings.batch > tim::codec::kMaxDetailedSalesPerRequest) {
        fmt::print(stderr, "tim-bench: --batch: a message has {} detailed sales at most\n",
                   tim::codec::kMaxDetailedSalesPerRequest);
        return kUsage;
    }
    if (!read_skew(skew, settings.skew)) {
        fmt::print(stderr, "tim-bench: --skew: '{}' is neither uniform nor zipf:EXPONENT (above 0, not 1)\n",
                   skew);
        return kUsage;
    }
    return run(settings);
}
