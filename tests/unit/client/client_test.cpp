#include "clients/cpp/client.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <atomic>
#include <future>
#include <thread>

#include "clients/cpp/blocking_client.h"
#include "clients/cpp/channel.h"
#include "clients/cpp/checkout.h"
#include "fake_server.h"
#include "protocol/codec/detailed_sales.h"

namespace tim::client {
namespace {

using testing::FakeBehaviour;
using testing::FakeEngine;
using testing::FakeServer;
using ::testing::HasSubstr;
using testing::sale;

ClientOptions options_for(const FakeServer& server) {
    ClientOptions options;
    options.connect = server.options();
    options.reconnect_back_off = {1, 20};
    return options;
}

/// A port on which nobody listens.
std::uint16_t free_port() {
    asio::io_context io;
    asio::ip::tcp::acceptor acceptor(io, {asio::ip::make_address("127.0.0.1"), 0});
    return acceptor.local_endpoint().port();
}

TEST(ClientTest, SellsThroughLostConnectionsExactlyOnce) {
    FakeEngine engine;
    FakeServer server(engine);
    std::vector<FakeBehaviour> mortal(8);
    for (std::size_t i = 0; i < mortal.size(); ++i)
        mortal[i].replies = i;
    server.script(mortal);
    Client client(options_for(server));
    constexpr std::uint64_t kRequests = 200;
    std::atomic<std::uint64_t> accepted = 0;
    std::promise<void> all;
    for (std::uint64_t i = 0; i < kRequests; ++i) {
        const std::vector<model::Command> rows{sale(2 * i), sale(2 * i + 1)};
        ASSERT_EQ(client.sales("shop", rows,
                               [&](model::Result<Outcomes> outcomes) {
                                   if (outcomes && outcomes->at(1).refusal == model::Refusal::none)
                                       ++accepted;
                                   if (accepted == kRequests) all.set_value();
                               }),
                  Admission::accepted);
    }
    all.get_future().wait();
    const auto carried_out = engine.carried_out();
    ASSERT_EQ(carried_out.size(), 2 * kRequests);
    for (std::uint64_t i = 0; i < carried_out.size(); ++i)
        EXPECT_EQ(carried_out[i], fmt::format("1/R{}", i));
    EXPECT_EQ(server.connections(), mortal.size() + 1);
    EXPECT_EQ(client.state(), Client::State::ready);
}

TEST(ClientTest, ThreadsShareOneClient) {
    FakeEngine engine;
    FakeServer server(engine);
    auto options = options_for(server);
    options.max_in_flight_requests = 3;
    BlockingClient client(options);
    std::vector<std::thread> threads;
    for (std::uint64_t t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            for (std::uint64_t i = 0; i < 50; ++i) {
                const auto row = sale(100 * t + i);
                const auto outcome = client.sales("shop", {&row, 1});
                ASSERT_TRUE(outcome) << outcome.error().message;
                EXPECT_EQ(outcome->front().points.value, static_cast<std::int64_t>(100 * t + i + 1));
            }
        });
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(engine.carried_out().size(), 200U);
}

TEST(ClientTest, SendsDetailedSalesAgainThatWereRefusedForTheMoment) {
    FakeEngine engine;
    std::vector<std::size_t> rows_seen;
    engine.answer_other = [&](const schema::Request& request, std::uint32_t correlation,
                              codec::ByteBuffer& out) {
        const auto* batch = request.body_as_DetailedSaleBatch();
        if (batch == nullptr) return false;
        rows_seen.push_back(batch->rows()->size());
        std::vector<model::Outcome> outcomes(batch->rows()->size());
        std::vector<std::vector<model::Effect>> effects(outcomes.size());
        for (std::size_t i = 0; i < outcomes.size(); ++i) {
            const auto* row = batch->rows()->Get(static_cast<flatbuffers::uoffset_t>(i));
            outcomes[i].points = {static_cast<std::int64_t>(row->hold())};
            model::Effect effect;
            effect.type = model::FactType::hold_captured;
            effect.related = {row->hold()};
            effects[i].push_back(effect);
        }
        if (rows_seen.size() == 1) {
            outcomes[1].refusal = model::Refusal::overloaded;
            effects[1].clear();
        }
        codec::append_detailed_sale_results(out, correlation, outcomes, effects);
        return true;
    };
    FakeServer server(engine);
    auto options = options_for(server);
    options.refusal_back_off = {1, 2};
    Client client(options);
    const model::SaleDetails first{{11}};
    const model::SaleDetails second{{22}};
    std::vector<model::Command> rows{sale(1), sale(2)};
    rows[0].details = &first;
    rows[1].details = &second;
    std::promise<model::Result<std::vector<DetailedOutcome>>> answer;
    ASSERT_EQ(client.detailed_sales("shop", rows, [&](auto outcomes) { answer.set_value(outcomes); }),
              Admission::accepted);
    const auto outcomes = answer.get_future().get();
    ASSERT_TRUE(outcomes) << outcomes.error().message;
    EXPECT_EQ(rows_seen, (std::vector<std::size_t>{2, 1}));
    EXPECT_EQ(outcomes->at(0).outcome.points.value, 11);
    EXPECT_EQ(outcomes->at(1).outcome.points.value, 22);
    EXPECT_EQ(outcomes->at(1).effects.at(0).type, "hold_captured");
    EXPECT_EQ(outcomes->at(1).effects.at(0).related.value, 22U);

    model::Command other = sale(3);
    other.kind = model::CommandKind::voided;
    EXPECT_EQ(BlockingClient(options_for(server)).detailed_sale("shop", other).error().kind,
              model::ErrorKind::invalid);
}

TEST(ClientTest, SendsAChangeOfAnOrderAgainThatWasRefusedForTheMoment) {
    FakeEngine engine;
    std::vector<std::string> seen;
    engine.answer_other = [&](const schema::Request& request, std::uint32_t correlation,
                              codec::ByteBuffer& out) {
        const auto* change = request.body_as_OrderChange();
        if (change == nullptr) return false;
        seen.push_back(change->number()->str() + " " + change->status()->str());
        std::vector<model::Outcome> outcomes(1);
        std::vector<std::vector<model::Effect>> effects(1);
        if (seen.size() == 1)
            outcomes[0].refusal = model::Refusal::overloaded;
        else
            effects[0].emplace_back().type = model::FactType::order_updated;
        codec::append_detailed_sale_results(out, correlation, outcomes, effects);
        return true;
    };
    FakeServer server(engine);
    auto options = options_for(server);
    options.refusal_back_off = {1, 2};
    BlockingClient client(options);
    model::OrderTerms terms;
    terms.status = "đang giao";
    model::Command command;
    command.kind = model::CommandKind::update_order;
    command.name = model::Name::request({1, 2, 3});
    command.original = model::Name::receipt({9}, "W1");
    command.order = &terms;
    const auto changed = client.change_order("shop", command);
    ASSERT_TRUE(changed) << changed.error().message;
    EXPECT_EQ(changed->outcome.refusal, model::Refusal::none);
    EXPECT_EQ(changed->effects.at(0).type, "order_updated");
    EXPECT_EQ(seen, (std::vector<std::string>{"W1 đang giao", "W1 đang giao"}));

    command.kind = model::CommandKind::returned;
    EXPECT_EQ(client.change_order("shop", command).error().kind, model::ErrorKind::invalid);
}

TEST(ClientTest, RefusesMoreThanItsBound) {
    FakeEngine engine;
    FakeServer server(engine);
    FakeBehaviour silent;
    silent.swallow = true;
    server.script({silent});
    auto options = options_for(server);
    options.max_in_flight_requests = 2;
    int answered = 0;
    {
        Client client(options);
        const auto row = sale(1);
        const auto count = [&](const model::Result<Outcomes>& outcomes) {
            EXPECT_FALSE(outcomes);
            ++answered;
        };
        EXPECT_EQ(client.sales("shop", {&row, 1}, count), Admission::accepted);
        EXPECT_EQ(client.sales("shop", {&row, 1}, count), Admission::accepted);
        EXPECT_EQ(client.sales("shop", {&row, 1}, count), Admission::full);
        EXPECT_FALSE(client.wait_for_room(1));
        EXPECT_EQ(client.in_flight_requests(), 2U);
    }
    // What was accepted is completed, at the latest when the client goes.
    EXPECT_EQ(answered, 2);
}

TEST(ClientTest, ManyRowsInOneRequestAreTakenAlone) {
    FakeEngine engine;
    FakeServer server(engine);
    auto options = options_for(server);
    options.max_in_flight_rows = 10;
    BlockingClient client(options);
    std::vector<model::Command> rows;
    for (std::uint64_t i = 0; i < 1'000; ++i)
        rows.push_back(sale(i));
    const auto outcomes = client.sales("shop", rows);
    ASSERT_TRUE(outcomes);
    EXPECT_EQ(outcomes->size(), 1'000U);
}

TEST(ClientTest, SaysThatNobodyListens) {
    ClientOptions options;
    options.connect.port = free_port();
    options.connect.key = testing::test_secret();
    options.reconnect = false;
    BlockingClient client(options);
    const auto answer = client.ping();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, model::ErrorKind::unavailable);
    EXPECT_THAT(answer.error().message,
                HasSubstr(fmt::format("cannot reach 127.0.0.1:{}", options.connect.port)));
    // And goes on saying so.
    EXPECT_FALSE(client.ping());
}

TEST(ClientTest, ADeadlineEndsTheWaitForAServer) {
    ClientOptions options;
    options.connect.port = free_port();
    options.connect.key = testing::test_secret();
    BlockingClient client(options);
    const auto answer = client.ping(50);
    ASSERT_FALSE(answer);
    EXPECT_THAT(answer.error().message, HasSubstr("cannot reach"));
    EXPECT_THAT(answer.error().message, HasSubstr("no answer within 50 ms"));
}

TEST(ClientTest, WrongKeyIsDenied) {
    FakeEngine engine;
    FakeServer server(engine);
    auto options = options_for(server);
    options.connect.key.secret[0] ^= 1;
    BlockingClient client(options);
    const auto answer = client.ping();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, model::ErrorKind::denied);
    EXPECT_EQ(client.async().state(), Client::State::closed);
    EXPECT_EQ(server.connections(), 1U);
}

TEST(ClientTest, AServerWithAWrongSignatureIsDenied) {
    FakeEngine engine;
    FakeServer server(engine);
    FakeBehaviour liar;
    liar.lies = true;
    server.script({liar, liar});
    BlockingClient client(options_for(server));
    const auto row = sale(1);
    const auto answer = client.sales("shop", {&row, 1});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, model::ErrorKind::denied);
    EXPECT_TRUE(engine.carried_out().empty());
}

TEST(ClientTest, APeerThatNeverSpeaksIsGivenUp) {
    asio::io_context io;
    asio::ip::tcp::acceptor mute(io, {asio::ip::make_address("127.0.0.1"), 0});
    ClientOptions options;
    options.connect.port = mute.local_endpoint().port();
    options.connect.key = testing::test_secret();
    options.connect.connect_timeout_ms = 50;
    options.reconnect = false;
    BlockingClient client(options);
    const auto answer = client.ping();
    ASSERT_FALSE(answer);
    EXPECT_THAT(answer.error().message, HasSubstr("no answer within 50 ms"));
}

TEST(ClientTest, TlsWithAPlainServerFailsCleanly) {
    FakeEngine engine;
    FakeServer server(engine);
    auto options = options_for(server);
    options.reconnect = false;
    options.connect.connect_timeout_ms = 500;
    options.connect.tls.emplace();
    BlockingClient client(options);
    const auto answer = client.ping();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, model::ErrorKind::unavailable);

    options.connect.tls->ca_file = "/nowhere/ca.pem";
    BlockingClient without_file(options);
    const auto refused = without_file.ping();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, model::ErrorKind::invalid);
    EXPECT_THAT(refused.error().message, HasSubstr("TLS files"));
}

TEST(ClientTest, QuestionsAreAnsweredInTypes) {
    FakeEngine engine;
    engine.answer_other = [](const schema::Request& request, std::uint32_t correlation,
                             codec::ByteBuffer& out) {
        if (const auto* show = request.body_as_ShowRequest()) {
            EXPECT_EQ(show->program()->str(), "shop");
            EXPECT_EQ(show->customer()->text()->str(), "20417");
            schema::CustomerT customer;
            customer.id = 42;
            customer.points = 180;
            customer.tier = 2;
            auto key = std::make_unique<schema::CustomerKeyT>();
            key->kind = schema::CustomerKind::card;
            key->text = "20417";
            customer.keys.push_back(std::move(key));
            codec::append_reply(out, correlation, std::move(customer));
            return true;
        }
        if (request.body_as_HistoryRequest()) {
            schema::FailureT failure;
            failure.code = schema::FailureCode::not_found;
            failure.message = "no customer has that key";
            codec::append_reply(out, correlation, std::move(failure));
            return true;
        }
        if (request.body_as_AccessKeyRevoke()) {
            std::vector<model::Outcome> outcomes(1);
            outcomes[0].refusal = model::Refusal::unknown_access_key;
            codec::append_command_results(out, correlation, outcomes);
            return true;
        }
        return false;
    };
    FakeServer server(engine);
    BlockingClient client(options_for(server));
    const auto customer = client.show("shop", *model::parse_customer("card:20417"));
    ASSERT_TRUE(customer) << customer.error().message;
    EXPECT_EQ(customer->id.value, 42U);
    EXPECT_EQ(customer->points.value, 180);
    ASSERT_EQ(customer->keys.size(), 1U);
    EXPECT_EQ(customer->keys[0].text, "20417");
    EXPECT_EQ(customer->first_order_at, model::kNoInstant);
    const auto history = client.history("shop", *model::parse_customer("card:1"));
    ASSERT_FALSE(history);
    EXPECT_EQ(history.error().kind, model::ErrorKind::not_found);
    const auto revoked = client.revoke_access_key("nobody", make_request_id());
    ASSERT_TRUE(revoked);
    EXPECT_EQ(revoked->refusal, model::Refusal::unknown_access_key);
    const auto stats = client.stats();
    ASSERT_FALSE(stats);
    EXPECT_EQ(stats.error().kind, model::ErrorKind::invalid);
    EXPECT_TRUE(client.ping());
}

TEST(ClientTest, EnrolsAndChecksOut) {
    FakeEngine engine;
    FakeServer server(engine);
    BlockingClient client(options_for(server));
    model::Enrollment person{{*model::parse_customer("phone:+84901234567")}, "An"};
    model::Command enroll;
    enroll.kind = model::CommandKind::enroll;
    enroll.name = make_request_id();
    enroll.enrollment = &person;
    const auto enrolled = client.command("shop", enroll);
    ASSERT_TRUE(enrolled) << enrolled.error().message;
    EXPECT_EQ(enrolled->customer.value, 7U);

    CheckoutClient checkout(client, "shop");
    const auto customer = *model::parse_customer("phone:+84901234567");
    const auto quote = checkout.quote(customer, {12'000});
    ASSERT_TRUE(quote) << quote.error().message;
    EXPECT_EQ(quote->to_earn.value, 12);
    const auto name = make_request_id();
    const auto hold = checkout.hold(customer, {50}, 60'000, name);
    ASSERT_TRUE(hold) << hold.error().message;
    // The same name again is the same hold.
    const auto again = checkout.hold(customer, {50}, 60'000, name);
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->duplicate);
    EXPECT_EQ(again->sequence, hold->sequence);
    const auto captured = checkout.capture(hold->sequence, {20});
    ASSERT_TRUE(captured) << captured.error().message;
    EXPECT_NE(captured->sequence, hold->sequence);
    EXPECT_TRUE(checkout.release(hold->sequence));
    EXPECT_TRUE(checkout.redeem(customer, {5}));
    EXPECT_EQ(engine.carried_out().size(), 5U);
}

TEST(ClientTest, RunsOnTheCallersLoop) {
    FakeEngine engine;
    FakeServer server(engine);
    asio::io_context io;
    Client client(io, options_for(server));
    bool done = false;
    ASSERT_EQ(client.ping([&](const model::Result<void>& answer) {
        done = answer.has_value();
        io.stop();
    }),
              Admission::accepted);
    io.run();
    EXPECT_TRUE(done);
}

/// A handler that keeps `depth` single sales on the wire until `count` are answered.
struct Load final : ChannelHandler {
    Load(asio::io_context& io, ConnectOptions options, std::uint64_t total, std::uint64_t window)
        : channel(io, std::move(options), *this), count(total), depth(window) {}

    void send() {
        codec::SaleRows rows;
        ASSERT_TRUE(rows.add(sale(sent++)));
        channel.sales(encoder, rows.rows);
    }
    void on_ready() override {
        while (sent < depth)
            send();
        channel.flush();
    }
    void on_sales(std::uint32_t correlation, std::span<const schema::SaleResult> results) override {
        EXPECT_EQ(correlation, static_cast<std::uint32_t>(++answered));
        ASSERT_EQ(results.size(), 1U);
        points += results[0].points();
        if (sent < count) send();
        if (answered == count) channel.close();
    }
    void on_commands(std::uint32_t, std::span<const schema::CommandResult>) override { FAIL(); }
    void on_reply(std::uint32_t, const schema::Reply&) override { FAIL(); }
    void on_closed(const model::Error& error) override { closed = error; }

    Channel channel;
    codec::BatchEncoder encoder{"shop"};
    std::uint64_t count;
    std::uint64_t depth;
    std::uint64_t sent = 0;
    std::uint64_t answered = 0;
    std::int64_t points = 0;
    std::optional<model::Error> closed;
};

TEST(ChannelTest, KeepsAPipelineFull) {
    FakeEngine engine;
    FakeServer server(engine);
    asio::io_context io;
    Load load(io, server.options(), 5'000, 64);
    load.channel.open();
    io.run();
    EXPECT_EQ(load.answered, 5'000U);
    EXPECT_EQ(load.points, 5'000 * 5'001 / 2);
    EXPECT_FALSE(load.closed);
    EXPECT_EQ(engine.carried_out().size(), 5'000U);
}

TEST(ChannelTest, TellsWhyItClosed) {
    FakeEngine engine;
    FakeServer server(engine);
    FakeBehaviour mortal;
    mortal.replies = 10;
    server.script({mortal});
    asio::io_context io;
    Load load(io, server.options(), 100, 4);
    load.channel.open();
    io.run();
    EXPECT_EQ(load.answered, 10U);
    ASSERT_TRUE(load.closed);
    EXPECT_EQ(load.closed->kind, model::ErrorKind::unavailable);
    EXPECT_FALSE(load.channel.is_ready());
}

}  // namespace
}  // namespace tim::client
