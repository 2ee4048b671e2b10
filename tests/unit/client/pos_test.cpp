#include "clients/cpp/pos.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <fstream>
#include <mutex>
#include <random>
#include <set>
#include <sstream>

#include "fake_server.h"
#include "temporary_folder.h"

namespace tim::client {
namespace {

using ::testing::ElementsAre;
using testing::FakeBehaviour;
using testing::FakeEngine;
using testing::FakeServer;
using ::testing::HasSubstr;
using testing::TemporaryFolder;

constexpr std::int64_t kLongMs = 120'000;

PosOptions options_for(const TemporaryFolder& folder, const ConnectOptions& connect) {
    PosOptions options;
    options.queue.folder = folder.path();
    options.poster.client.connect = connect;
    options.poster.client.reconnect_back_off = {1, 20};
    options.poster.client.refusal_back_off = {1, 5};
    options.poster.trouble_back_off = {1, 20};
    options.program = "shop";
    options.terminal = {5};
    return options;
}

std::unique_ptr<PosClient> open(PosOptions options) {
    auto till = PosClient::open(std::move(options));
    EXPECT_TRUE(till) << till.error().message;
    return till ? std::move(*till) : nullptr;
}

ConnectOptions nobody() {
    asio::io_context io;
    asio::ip::tcp::acceptor acceptor(io, {asio::ip::make_address("127.0.0.1"), 0});
    ConnectOptions options;
    options.port = acceptor.local_endpoint().port();
    options.key = testing::test_secret();
    return options;
}

model::CustomerRef phone(std::uint64_t number, std::string& text) {
    text = fmt::format("+849010{:05}", number);
    return {model::KeyKind::phone, {}, text};
}

void sell(PosClient& till, std::uint64_t from, std::uint64_t count) {
    std::string text;
    for (std::uint64_t i = from; i < from + count; ++i)
        ASSERT_TRUE(till.sell(fmt::format("C{}", i), phone(i % 10, text), {1000}));
}

TEST(PosClientTest, PostsInOrderWithTheTimeOfTheSale) {
    FakeEngine engine;
    std::mutex mutex;
    std::vector<std::int64_t> instants;
    engine.judge = [&](const model::Command& command) {
        const std::scoped_lock guard(mutex);
        instants.push_back(command.at.value);
        return model::Refusal::none;
    };
    FakeServer server(engine);
    const TemporaryFolder folder;
    auto options = options_for(folder, server.options());
    std::int64_t now = 1'000;
    options.clock = [&now] { return model::Instant{now++}; };
    auto till = open(std::move(options));
    sell(*till, 0, 100);
    ASSERT_TRUE(till->wait_until_drained(kLongMs));
    const auto carried_out = engine.carried_out();
    ASSERT_EQ(carried_out.size(), 100U);
    for (std::uint64_t i = 0; i < 100; ++i) {
        EXPECT_EQ(carried_out[i], fmt::format("5/C{}", i));
        EXPECT_EQ(instants[i], static_cast<std::int64_t>(1'000 + i));
    }
    EXPECT_EQ(till->status().waiting(), 0U);
    EXPECT_FALSE(till->trouble());
}

TEST(PosClientTest, SellsWhileTheServerIsAwayAndPostsLater) {
    const TemporaryFolder folder;
    {
        auto till = open(options_for(folder, nobody()));
        sell(*till, 0, 500);
        EXPECT_FALSE(till->wait_until_drained(300));
        ASSERT_TRUE(till->trouble());
        EXPECT_THAT(till->trouble()->message, HasSubstr("cannot reach"));
        EXPECT_EQ(till->status().waiting(), 500U);
    }
    FakeEngine engine;
    FakeServer server(engine);
    auto till = open(options_for(folder, server.options()));
    EXPECT_EQ(till->status().waiting(), 500U);
    sell(*till, 500, 20);
    ASSERT_TRUE(till->wait_until_drained(kLongMs));
    const auto carried_out = engine.carried_out();
    ASSERT_EQ(carried_out.size(), 520U);
    for (std::uint64_t i = 0; i < carried_out.size(); ++i)
        EXPECT_EQ(carried_out[i], fmt::format("5/C{}", i));
}

TEST(PosClientTest, ExactlyOnceThroughLostConnections) {
    FakeEngine engine;
    FakeServer server(engine);
    std::vector<FakeBehaviour> mortal(12);
    for (std::size_t i = 0; i < mortal.size(); ++i)
        mortal[i].replies = i % 4;
    server.script(mortal);
    const TemporaryFolder folder;
    auto options = options_for(folder, server.options());
    options.poster.batch_rows = 7;
    auto till = open(std::move(options));
    sell(*till, 0, 300);
    ASSERT_TRUE(till->wait_until_drained(kLongMs));
    const auto carried_out = engine.carried_out();
    EXPECT_EQ(carried_out.size(), 300U);
    EXPECT_EQ(std::set<std::string>(carried_out.begin(), carried_out.end()).size(), 300U);
    EXPECT_EQ(server.connections(), mortal.size() + 1);
    // Each customer's in order.
    for (std::uint64_t customer = 0; customer < 10; ++customer) {
        std::vector<std::uint64_t> numbers;
        for (const auto& name : carried_out)
            if (const auto number = std::stoull(name.substr(3)); number % 10 == customer)
                numbers.push_back(number);
        EXPECT_TRUE(std::is_sorted(numbers.begin(), numbers.end())) << customer;
    }
}

TEST(PosClientTest, OrderOfACustomerHoldsWhenRowsAreRefusedForTheMoment) {
    FakeEngine engine;
    std::mt19937_64 random(3);
    engine.judge = [&](const model::Command&) {
        return random() % 3 == 0 ? model::Refusal::overloaded : model::Refusal::none;
    };
    FakeServer server(engine);
    const TemporaryFolder folder;
    auto options = options_for(folder, server.options());
    options.poster.client.refusal_attempts = 2;
    auto till = open(std::move(options));
    sell(*till, 0, 200);
    ASSERT_TRUE(till->wait_until_drained(kLongMs));
    std::map<std::uint64_t, std::uint64_t> latest;
    const auto carried_out = engine.carried_out();
    ASSERT_EQ(carried_out.size(), 200U);
    for (const auto& name : carried_out) {
        const auto number = std::stoull(name.substr(3));
        EXPECT_GE(number, latest[number % 10]);
        latest[number % 10] = number;
    }
    EXPECT_EQ(till->status().rejected, 0U);
}

TEST(PosClientTest, WhatIsRefusedForGoodIsSetAsideAndTheRestGoesOn) {
    FakeEngine engine;
    engine.judge = [](const model::Command& command) {
        const auto number = command.name.number();
        if (number == "C3") return model::Refusal::unknown_customer;
        if (number == "C7") return model::Refusal::too_late;
        return model::Refusal::none;
    };
    FakeServer server(engine);
    const TemporaryFolder folder;
    auto options = options_for(folder, server.options());
    std::mutex mutex;
    std::vector<std::string> told;
    std::size_t posted = 0;
    options.callbacks.on_rejected = [&](const QueuedEntry& entry, std::string_view refusal,
                                        std::string_view) {
        const std::scoped_lock guard(mutex);
        told.push_back(fmt::format("{} {}", entry.row.name.number(), refusal));
    };
    options.callbacks.on_posted = [&](const QueuedEntry&, const model::Outcome&) {
        const std::scoped_lock guard(mutex);
        ++posted;
    };
    auto till = open(std::move(options));
    sell(*till, 0, 20);
    ASSERT_TRUE(till->wait_until_drained(kLongMs));
    EXPECT_THAT(told, ElementsAre("C3 unknown_customer", "C7 too_late"));
    EXPECT_EQ(posted, 18U);
    EXPECT_EQ(engine.carried_out().size(), 18U);
    EXPECT_EQ(till->status().rejected, 2U);
    std::stringstream text;
    text << std::ifstream(till->rejects_path()).rdbuf();
    EXPECT_THAT(text.str(), HasSubstr("3,sale,5/C3,"));
    EXPECT_THAT(text.str(), HasSubstr("no customer has that key"));
}

TEST(PosClientTest, AWrongKeyKeepsTheRowsUntilItIsPutRight) {
    FakeEngine engine;
    FakeServer server(engine);
    FakeBehaviour stranger;
    stranger.knows_key = false;
    server.script({stranger, stranger});
    const TemporaryFolder folder;
    auto options = options_for(folder, server.options());
    std::mutex mutex;
    std::set<model::ErrorKind> troubles;
    options.callbacks.on_trouble = [&](const model::Error& error) {
        const std::scoped_lock guard(mutex);
        troubles.insert(error.kind);
    };
    auto till = open(std::move(options));
    sell(*till, 0, 5);
    ASSERT_TRUE(till->wait_until_drained(kLongMs));
    EXPECT_EQ(engine.carried_out().size(), 5U);
    EXPECT_EQ(till->status().rejected, 0U);
    const std::scoped_lock guard(mutex);
    EXPECT_TRUE(troubles.contains(model::ErrorKind::denied));
}

TEST(PosClientTest, AnUnknownProgramIsTroubleNotTheRowsFault) {
    FakeEngine engine;
    std::atomic<bool> known = false;
    engine.judge = [&](const model::Command&) {
        return known ? model::Refusal::none : model::Refusal::unknown_program;
    };
    FakeServer server(engine);
    const TemporaryFolder folder;
    auto till = open(options_for(folder, server.options()));
    sell(*till, 0, 5);
    EXPECT_FALSE(till->wait_until_drained(100));
    ASSERT_TRUE(till->trouble());
    EXPECT_THAT(till->trouble()->message, HasSubstr("no such program"));
    EXPECT_EQ(till->status().rejected, 0U);
    known = true;
    ASSERT_TRUE(till->wait_until_drained(kLongMs));
    EXPECT_EQ(engine.carried_out().size(), 5U);
    EXPECT_FALSE(till->trouble());
}

TEST(PosClientTest, AnyKindOfRowGoesThrough) {
    FakeEngine engine;
    std::mutex mutex;
    std::vector<model::CommandKind> kinds;
    std::size_t lines = 0;
    engine.judge = [&](const model::Command& command) {
        const std::scoped_lock guard(mutex);
        kinds.push_back(command.kind);
        if (command.details != nullptr) lines += command.details->lines.size();
        return model::Refusal::none;
    };
    FakeServer server(engine);
    const TemporaryFolder folder;
    auto till = open(options_for(folder, server.options()));
    std::string text;
    const auto customer = phone(1, text);
    ASSERT_TRUE(till->enroll({&customer, 1}, "An"));
    ASSERT_TRUE(till->sell("S1", customer, {5000}));
    ASSERT_TRUE(till->sell("S2", {}, {700}));
    ASSERT_TRUE(till->take_back("B1", customer, {1000}, model::Name::receipt({5}, "S1")));
    ASSERT_TRUE(till->take_back("B2", customer, {10}));
    ASSERT_TRUE(till->redeem("P1", customer, {2}));
    ASSERT_TRUE(till->void_sale("V1", model::Name::receipt({5}, "S2")));
    model::SaleDetails details;
    details.lines = {{"cup", 2, {45'000}, "ware"}};
    ASSERT_TRUE(till->sell("S3", customer, {90'000}, details));
    const model::SaleLine cup{"cup", 1, model::kAnyPrice, ""};
    ASSERT_TRUE(till->take_back_lines("B3", customer, model::Name::receipt({5}, "S3"), {&cup, 1}));
    ASSERT_TRUE(till->wait_until_drained(kLongMs));
    using enum model::CommandKind;
    EXPECT_THAT(kinds, ElementsAre(enroll, sale, sale, returned, returned, redeem, voided, sale, returned));
    EXPECT_EQ(lines, 2U) << "of a sale and a return";
}

TEST(PosClientTest, WhatCannotBeSentIsRefusedAtTheTill) {
    const TemporaryFolder folder;
    auto till = open(options_for(folder, nobody()));
    std::string text;
    const auto customer = phone(1, text);
    for (const auto& wrong :
         {till->sell("", customer, {1}), till->sell("1234567890123456789012345", customer, {1}),
          till->sell("C1", customer, {-1}), till->sell("C\n1", customer, {1}),
          till->redeem("C1", customer, {0}), till->take_back("C1", customer, {-5})}) {
        ASSERT_FALSE(wrong);
        EXPECT_EQ(wrong.error().kind, model::ErrorKind::invalid);
    }
    EXPECT_EQ(till->status().appended, 0U);
    const auto second = PosClient::open(options_for(folder, nobody()));
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, model::ErrorKind::busy);
}

TEST(PosClientTest, ABigBacklogDrains) {
    FakeEngine engine;
    FakeServer server(engine);
    const TemporaryFolder folder;
    constexpr std::uint64_t kRows = 40'000;
    {
        auto queue = DurableQueue::open({folder.path(), 64 << 20, 1 << 20});
        ASSERT_TRUE(queue);
        std::vector<QueuedRow> rows;
        for (std::uint64_t i = 0; i < kRows; ++i) {
            QueuedRow row;
            row.name = model::Name::receipt({5}, fmt::format("C{}", i));
            row.customer_kind = model::KeyKind::phone;
            row.customer = fmt::format("+8490{:07}", i * 7919 % 5'000);
            row.amount = {1000};
            rows.push_back(row);
            if (rows.size() == 1'000) {
                ASSERT_TRUE((*queue)->append("shop", rows));
                rows.clear();
            }
        }
    }
    auto options = options_for(folder, server.options());
    options.queue.segment_bytes = 1 << 20;
    auto till = open(std::move(options));
    ASSERT_TRUE(till->wait_until_drained(kLongMs));
    EXPECT_EQ(engine.carried_out().size(), kRows);
    EXPECT_EQ(engine.repeats(), 0U);
    EXPECT_LT(till->status().bytes, 2U << 20);
}

}  // namespace
}  // namespace tim::client
