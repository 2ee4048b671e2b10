// `kill -9` under load: what was answered is there afterwards, and once. TIM_KILLS says how often, TIM_SEED
// when.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "clients/cpp/blocking_client.h"
#include "tests/crash/timd_process.h"
#include "tests/support/commands.h"
#include "tests/support/engine_fixture.h"
#include "tests/support/random.h"

namespace tim::tests {
namespace {

using model::Outcome;
using model::Refusal;

constexpr std::uint64_t kCustomers = 200;
constexpr std::uint64_t kLoaders = 4;
constexpr std::size_t kBatchesInFlight = 16;
constexpr std::int64_t kPatienceMs = 60'000;
const std::string kProgram = "nhanh";

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::stoull(text);
}

struct Posted {
    OwnedCommand command;
    Outcome outcome;
};

client::ClientOptions options_for(const TimdProcess& timd) {
    auto connect = client::connect_options(timd.server(), timd.key_file());
    if (!connect) fail("connect options: " + connect.error().message);
    client::ClientOptions options;
    options.connect = *connect;
    options.reconnect_back_off = {5, 200};
    options.refusal_attempts = 1'000;
    return options;
}

std::string card(std::uint64_t number) {
    return fmt::format("card:{}", 1 + number % kCustomers);
}

/// One till's server connection: sales and returns, many batches under way, each until it is answered.
class Loader {
  public:
    Loader(const TimdProcess& timd, std::uint64_t number)
        : number_(number), random_(number), client_(options_for(timd)) {}

    void run(const std::atomic<bool>& done) {
        while (!done) {
            while (in_flight_ >= kBatchesInFlight && !done)
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            post();
        }
        for (std::int64_t waited = 0; in_flight_ != 0 && waited < kPatienceMs; ++waited)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        EXPECT_EQ(in_flight_, 0U) << "batches were never answered";
    }

    std::vector<Posted> posted() const {
        const std::lock_guard lock(mutex_);
        return posted_;
    }

  private:
    void post() {
        auto batch = std::make_shared<std::vector<OwnedCommand>>();
        const std::uint64_t size = 1 + random_.next() % 40;
        for (std::uint64_t i = 0; i < size; ++i) {
            const auto name = receipt(static_cast<std::uint32_t>(number_), fmt::format("{}", ++receipts_));
            const auto amount = static_cast<std::int64_t>(random_.next() % 300'000);
            const std::string who = card(random_.next());
            batch->push_back(random_.next() % 8 == 0 ? make_return({}, name, who, amount / 4)
                                                     : make_sale({}, name, who, amount));
        }
        std::vector<model::Command> rows;
        for (const auto& command : *batch)
            rows.push_back(command.view());
        ++in_flight_;
        const auto admitted =
            client_.commands(kProgram, rows, [this, batch](model::Result<client::Outcomes> outcomes) {
                if (!outcomes) ADD_FAILURE() << outcomes.error().message;
                if (outcomes) {
                    const std::lock_guard lock(mutex_);
                    for (std::size_t i = 0; i < batch->size(); ++i)
                        posted_.push_back({(*batch)[i], (*outcomes)[i]});
                }
                --in_flight_;
            });
        if (admitted != client::Admission::accepted) --in_flight_;
    }

    std::uint64_t number_;
    Random random_;
    std::uint64_t receipts_ = 0;
    std::atomic<std::size_t> in_flight_ = 0;
    mutable std::mutex mutex_;
    std::vector<Posted> posted_;
    client::Client client_;  // last: its thread stops before what it writes goes
};

struct Sums {
    std::int64_t points = 0;
    std::int64_t spend = 0;
    std::uint32_t orders = 0;
};

std::map<std::uint64_t, Sums> sums_of(const std::vector<Posted>& posted) {
    std::map<std::uint64_t, Sums> sums;
    for (const auto& [command, outcome] : posted) {
        EXPECT_EQ(outcome.refusal, Refusal::none) << describe(command) << ": " << describe(outcome);
        Sums& sum = sums[outcome.customer.value];
        const bool sale = command.command.kind == model::CommandKind::sale;
        sum.points += outcome.points.value;
        sum.spend += sale ? command.command.amount.value : -command.command.amount.value;
        sum.orders += sale ? 1 : 0;
    }
    return sums;
}

void check(client::BlockingClient& client, const std::vector<Posted>& posted) {
    const auto expected = sums_of(posted);
    std::map<std::uint64_t, Sums> actual;
    model::CustomerId after{};
    do {
        const auto page = client.customers(kProgram, after, 100);
        ASSERT_TRUE(page.has_value()) << page.error().message;
        for (const auto& row : page->rows)
            if (row.orders != 0 || row.lifetime_spend.value != 0 || expected.contains(row.id.value))
                actual[row.id.value] = {row.points.value, row.lifetime_spend.value, row.orders};
        after = page->next;
    } while (after.value != 0);
    EXPECT_EQ(expected.size(), actual.size());
    for (const auto& [customer, sums] : expected) {
        EXPECT_EQ(sums.points, actual[customer].points) << "customer " << customer;
        EXPECT_EQ(sums.spend, actual[customer].spend) << "customer " << customer;
        EXPECT_EQ(sums.orders, actual[customer].orders) << "customer " << customer;
    }

    // Everything that was answered is known under its name, with its first answer.
    constexpr std::size_t kRows = 500;
    for (std::size_t from = 0; from < posted.size(); from += kRows) {
        std::vector<model::Command> rows;
        for (std::size_t i = from; i < std::min(from + kRows, posted.size()); ++i)
            rows.push_back(posted[i].command.view());
        const auto again = client.commands(kProgram, rows);
        ASSERT_TRUE(again.has_value()) << again.error().message;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            ASSERT_TRUE((*again)[i].duplicate) << describe(posted[from + i].command);
            ASSERT_EQ((*again)[i].sequence, posted[from + i].outcome.sequence);
            ASSERT_EQ((*again)[i].balance, posted[from + i].outcome.balance);
        }
    }
    const auto report = client.verify();
    ASSERT_TRUE(report.has_value()) << report.error().message;
    EXPECT_EQ(report->difference_count, 0U)
        << (report->differences.empty() ? "" : report->differences.front());
}

TEST(Crash, kill_9_under_load_loses_nothing_and_counts_nothing_twice) {
    const std::uint64_t kills = number_from_environment("TIM_KILLS", 8);
    const std::uint64_t seed = number_from_environment("TIM_SEED", 1);
    fmt::print("TIM_SEED={} TIM_KILLS={} crash_timd_test\n", seed, kills);
    Random random(seed);
    TemporaryFolder folder;
    TimdProcess timd(folder.path() / "data", {});
    timd.start();
    {
        client::BlockingClient client(options_for(timd));
        const auto put = client.put_program(nhanh_program(kProgram), request(1));
        ASSERT_TRUE(put.has_value()) << put.error().message;
        ASSERT_EQ(put->refusal, Refusal::none);
        for (std::uint64_t i = 0; i < kCustomers; ++i) {
            const auto enroll = make_enroll({}, request(100 + i), {card(i)});
            const auto row = enroll.view();
            const auto outcome = client.enroll(kProgram, {&row, 1});
            ASSERT_TRUE(outcome.has_value()) << outcome.error().message;
        }
    }
    std::vector<std::unique_ptr<Loader>> loaders;
    for (std::uint64_t i = 1; i <= kLoaders; ++i)
        loaders.push_back(std::make_unique<Loader>(timd, i));
    std::atomic<bool> done = false;
    std::vector<std::jthread> threads;
    for (auto& loader : loaders)
        threads.emplace_back([&] { loader->run(done); });
    for (std::uint64_t i = 0; i < kills; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50 + random.next() % 500));
        timd.kill();
        timd.start();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    done = true;
    threads.clear();

    std::vector<Posted> posted;
    for (const auto& loader : loaders)
        for (auto& each : loader->posted())
            posted.push_back(std::move(each));
    loaders.clear();
    fmt::print("{} commands answered over {} kills\n", posted.size(), kills);
    EXPECT_GT(posted.size(), 1'000U);
    {
        client::BlockingClient client(options_for(timd));
        check(client, posted);
    }
    // Once more from the checkpoint of a clean stop.
    EXPECT_EQ(timd.stop(), 0);
    timd.start();
    client::BlockingClient client(options_for(timd));
    check(client, posted);
}

}  // namespace
}  // namespace tim::tests
