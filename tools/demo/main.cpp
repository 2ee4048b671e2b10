// A morning of sales from simulated POS terminals, while a checkout asks for spendable points and redeems
// some: what
// ./tools/quickstart shows. Ends with a check that the points of all customers are the sum of what was
// answered.

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "clients/cpp/blocking_client.h"
#include "engine/model/calendar.h"
#include "protocol/codec/limits.h"
#include "tools/demo/checkout_lane.h"
#include "tools/demo/morning.h"
#include "tools/demo/summary.h"
#include "tools/demo/till.h"

namespace tim::demo {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kTimeoutMs = 60'000;
constexpr std::size_t kEnrollmentsPerRequest = 1'000;

struct Options {
    std::string server = "127.0.0.1:7400";
    std::string key_file = "tim-data/admin.key";
    std::string program = "quickstart";
    std::uint32_t tills = 12;
    std::uint64_t customers = 20'000;
    std::uint64_t rows = 300'000;
    std::uint64_t seed = 1;
    bool summary_only = false;
};

int report(const model::Error& error) {
    fmt::print(stderr, "tim-demo: {}\n", error.message);
    return error.kind == model::ErrorKind::unavailable || error.kind == model::ErrorKind::denied ? 3 : 1;
}

std::int64_t now_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

/// 07:00 to 12:00 of the last day that is over, in the program's zone.
model::Result<model::Instant> find_opening(const std::string& time_zone, std::int64_t now) {
    const auto calendar = model::Calendar::load(time_zone);
    if (!calendar) return tl::unexpected(calendar.error());
    const std::string today = calendar->format({now - 24 * kHourMs}).substr(0, 10);
    return calendar->parse(today + "T07:00");
}

/// Enrols whoever of the customers is not there yet.
model::Result<std::uint64_t> enroll_customers(client::BlockingClient& client, const Morning& morning) {
    std::uint64_t enrolled = 0;
    for (std::uint64_t first = 1; first <= morning.customers; first += kEnrollmentsPerRequest) {
        const std::uint64_t last = std::min(morning.customers, first + kEnrollmentsPerRequest - 1);
        std::vector<std::string> phones;
        std::vector<model::Enrollment> people;
        std::vector<model::Command> rows;
        for (std::uint64_t customer = first; customer <= last; ++customer)
            phones.push_back(phone_of(customer));
        for (const std::string& phone : phones)
            people.push_back({{{model::KeyKind::phone, {}, phone}}, "Khách " + phone.substr(5)});
        for (const model::Enrollment& person : people) {
            model::Command row;
            row.kind = model::CommandKind::enroll;
            row.name = client::make_request_id();
            row.enrollment = &person;
            rows.push_back(row);
        }
        const auto outcomes = client.enroll(morning.program, rows, kTimeoutMs);
        if (!outcomes) return tl::unexpected(outcomes.error());
        for (const model::Outcome& outcome : *outcomes) {
            if (outcome.refusal == model::Refusal::none)
                ++enrolled;
            else if (outcome.refusal != model::Refusal::key_taken)
                return model::failure(
                    model::ErrorKind::invalid,
                    "enrolling: " + model::refusal_sentence(outcome.refusal, outcome.detail));
        }
    }
    return enrolled;
}

/// Says every half second how far the tills are: in place on a terminal, else a line each two seconds.
class Progress {
  public:
    Progress(asio::io_context& io, const std::vector<std::unique_ptr<Till>>& tills, const Morning& morning,
             std::string time_zone)
        : timer_(io), tills_(tills), morning_(morning), calendar_(*model::Calendar::load(time_zone)) {
        schedule();
    }

    void stop() {
        timer_.cancel();
        if (terminal_) fmt::print("\r\033[K");
    }

  private:
    void schedule() {
        timer_.expires_after(terminal_ ? std::chrono::milliseconds(250) : std::chrono::milliseconds(2000));
        timer_.async_wait([this](const std::error_code& error) {
            if (error) return;
            print();
            schedule();
        });
    }
    void print() {
        std::uint64_t posted = 0;
        for (const auto& till : tills_)
            posted += till->posted();
        const std::uint64_t all = morning_.rows_per_till * tills_.size();
        const std::int64_t at = morning_.opens.value + static_cast<std::int64_t>(posted) *
                                                           morning_.length_ms /
                                                           static_cast<std::int64_t>(all);
        fmt::print("{}  {}  {:>9} of {} rows from {} tills{}", terminal_ ? "\r\033[K" : "",
                   calendar_.format({at}).substr(11, 5), grouped(static_cast<std::int64_t>(posted)),
                   grouped(static_cast<std::int64_t>(all)), tills_.size(), terminal_ ? "" : "\n");
        std::fflush(stdout);
    }

    asio::steady_timer timer_;
    const std::vector<std::unique_ptr<Till>>& tills_;
    const Morning& morning_;
    model::Calendar calendar_;
    bool terminal_ = ::isatty(STDOUT_FILENO) == 1;
};

int show_customers(client::BlockingClient& client, const Options& options) {
    const auto customers = count_customers(client, options.program);
    if (!customers) return report(customers.error());
    print_customers(*customers);
    return 0;
}

int run(const Options& options) {
    auto connect = client::connect_options(options.server, options.key_file);
    if (!connect) return report(connect.error());
    client::ClientOptions client_options;
    client_options.connect = std::move(*connect);
    client_options.connect.client_name = "tim-demo/0.1";
    client_options.request_timeout_ms = kTimeoutMs;
    client::BlockingClient client(client_options);
    if (options.summary_only) return show_customers(client, options);

    const auto before = count_customers(client, options.program);
    if (!before) return report(before.error());
    const std::int64_t now = now_ms();
    const auto opens = find_opening(before->program.time_zone, now);
    if (!opens) return report(opens.error());

    Morning morning;
    morning.program = options.program;
    morning.run = fmt::format("{:x}", now);
    morning.customers = options.customers;
    morning.rows_per_till = std::max<std::uint64_t>(1, options.rows / options.tills);
    morning.opens = *opens;
    morning.length_ms = 5 * kHourMs;

    const auto enrolled = enroll_customers(client, morning);
    if (!enrolled) return report(enrolled.error());
    fmt::print("{} customers enrolled; {} tills open at 07:00, and one checkout\n",
               grouped(static_cast<std::int64_t>(*enrolled)), options.tills);

    asio::io_context io(1);
    std::optional<model::Error> failure;
    std::vector<std::unique_ptr<Till>> tills;
    for (std::uint32_t i = 1; i <= options.tills; ++i)
        tills.push_back(std::make_unique<Till>(io, client_options, morning, model::TerminalId{i},
                                               options.seed * 1000 + i,
                                               [&failure](const model::Error& error) { failure = error; }));
    const auto is_done = [](const std::unique_ptr<Till>& till) { return till->done(); };

    Tally checkout_tally;
    const auto started = std::chrono::steady_clock::now();
    {
        CheckoutLane checkout(client_options, morning, options.seed);
        Progress progress(io, tills, morning, before->program.time_zone);
        for (const auto& till : tills)
            till->open();
        while (!failure && !std::ranges::all_of(tills, is_done))
            io.run_one();
        progress.stop();
        checkout.finish();
        if (!failure) failure = checkout.failure();
        checkout_tally = checkout.tally();
    }
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - started;
    if (failure) return report(*failure);

    Tally till_tally;
    for (const auto& till : tills)
        till_tally.add(till->tally());
    const auto after = count_customers(client, options.program);
    if (!after) return report(after.error());
    print_traffic(till_tally, checkout_tally, elapsed.count());
    print_customers(*after);

    const std::int64_t answered = till_tally.points + checkout_tally.points;
    const std::int64_t found = after->points - before->points;
    const bool conserved = answered == found;
    fmt::print("\npoints of all answers {}, points of all customers {}: {}\n", grouped(answered),
               grouped(found), conserved ? "they agree" : "THEY DIFFER");
    return conserved ? 0 : 1;
}

}  // namespace
}  // namespace tim::demo

int main(int argc, char** argv) {
    tim::demo::Options options;
    CLI::App app(
        "A morning of sales from simulated POS terminals, and a checkout that redeems points.\n\n"
        "Example: tim-demo --server 127.0.0.1:7400 --key-file tim-data/admin.key --tills 12 --rows 300000");
    app.add_option("--server", options.server, "HOST:PORT")->envname("TIM_SERVER")->capture_default_str();
    app.add_option("--key-file", options.key_file, "an administrator's key")
        ->envname("TIM_KEY_FILE")
        ->capture_default_str();
    app.add_option("--program", options.program, "in which to sell; amounts are those of VND")
        ->envname("TIM_PROGRAM")
        ->capture_default_str();
    app.add_option("--tills", options.tills)->check(CLI::Range(1, 200))->capture_default_str();
    app.add_option("--customers", options.customers)->check(CLI::Range(1, 9'000'000))->capture_default_str();
    app.add_option("--rows", options.rows, "of all tills")
        ->check(CLI::Range(1, 100'000'000))
        ->capture_default_str();
    app.add_option("--seed", options.seed, "the same seed, the same morning")->capture_default_str();
    app.add_flag("--summary", options.summary_only, "only show the program's customers by tier");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    return tim::demo::run(options);
}
