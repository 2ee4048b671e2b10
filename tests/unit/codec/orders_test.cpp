#include "protocol/codec/orders.h"

#include <gmock/gmock.h>

#include <cstring>

namespace tim::codec {
namespace {

using model::CommandKind;
using testing::HasSubstr;

const model::Name kReceipt = model::Name::receipt({9}, "W1001");
const model::Name kRequest = model::Name::request({1, 2, 3});

/// What a server makes of the message that a client wrote.
struct Server {
    std::vector<std::uint64_t> words;
    std::deque<model::OrderTerms> terms;
    std::deque<model::SaleDetails> details;
    std::vector<model::Command> commands;

    model::Result<void> take(const schema::OrderChangeT& change) {
        ByteBuffer out;
        append_request(out, 3, change);
        const auto payload = out.view().subspan(kFrameHeaderBytes);
        words.resize(payload.size() / 8);
        std::memcpy(words.data(), payload.data(), payload.size());
        const auto request = read_request(std::as_bytes(std::span(words)));
        EXPECT_TRUE(request);
        return decode_order_change(*(*request)->body_as_OrderChange(), {2}, terms, details, commands);
    }
};

schema::OrderChangeT placing() {
    model::OrderTerms terms;
    terms.status = "mới";
    terms.referral = "7K3M9QXWTB2C";
    model::Command command;
    command.kind = CommandKind::place_order;
    command.name = kReceipt;
    command.customer = {model::KeyKind::phone, {}, "+84901234567"};
    command.at = {1'705'291'200'000};
    command.amount = {50'000};
    command.order = &terms;
    return *to_order_change("shop", command);
}

schema::OrderChangeT change(CommandKind kind, const model::OrderTerms& terms = {},
                            const model::SaleDetails* details = nullptr) {
    model::Command command;
    command.kind = kind;
    command.name = kRequest;
    command.original = kReceipt;
    command.order = &terms;
    command.details = details;
    return *to_order_change("shop", command);
}

TEST(OrderChanges, ArriveAsTheyWereSent) {
    Server server;
    ASSERT_TRUE(server.take(placing()));
    const model::Command placed = server.commands[0];
    EXPECT_EQ(placed.kind, CommandKind::place_order);
    EXPECT_EQ(placed.program.value, 2);
    EXPECT_EQ(placed.name, kReceipt);
    EXPECT_EQ(placed.customer.text, "+84901234567");
    EXPECT_EQ(placed.amount.value, 50'000);
    EXPECT_EQ(placed.at.value, 1'705'291'200'000);
    EXPECT_EQ(placed.order->status, "mới");
    EXPECT_EQ(placed.order->waybill, std::nullopt);
    EXPECT_EQ(placed.order->amount, std::nullopt);
    EXPECT_EQ(placed.order->referral, "7K3M9QXWTB2C");
    EXPECT_EQ(placed.details, nullptr);

    model::OrderTerms terms;
    terms.amount = model::Money{0};
    terms.waybill = "";
    ASSERT_TRUE(server.take(change(CommandKind::update_order, terms)));
    const model::Command updated = server.commands[1];
    EXPECT_EQ(updated.kind, CommandKind::update_order);
    EXPECT_EQ(updated.name, kRequest);
    EXPECT_EQ(updated.original, kReceipt);
    EXPECT_EQ(updated.at, model::kNoInstant);
    EXPECT_EQ(updated.order->amount, model::Money{0}) << "said to be nothing";
    EXPECT_EQ(updated.order->waybill, "") << "said to be none";
    EXPECT_EQ(updated.order->status, std::nullopt);

    const model::SaleDetails details{{12}, "CODE", "visa-1"};
    ASSERT_TRUE(server.take(change(CommandKind::complete_order, {}, &details)));
    const model::Command completed = server.commands[2];
    EXPECT_EQ(completed.kind, CommandKind::complete_order);
    EXPECT_EQ(completed.details->hold.value, 12U);
    EXPECT_EQ(completed.details->referral, "CODE");
    EXPECT_EQ(completed.details->payment, "visa-1");
    EXPECT_EQ(completed.order->amount, std::nullopt);

    ASSERT_TRUE(server.take(change(CommandKind::cancel_order)));
    EXPECT_EQ(server.commands[3].kind, CommandKind::cancel_order);
}

TEST(OrderChanges, NameWhatIsWrongInThem) {
    const auto fault = [](const schema::OrderChangeT& wrong) {
        Server server;
        const auto taken = server.take(wrong);
        EXPECT_TRUE(server.commands.empty());
        return taken ? std::string("nothing") : taken.error().message;
    };
    const auto with = [&](schema::OrderChangeT base, auto spoil) {
        spoil(base);
        return fault(base);
    };
    const auto cancel = [] { return change(CommandKind::cancel_order); };
    const auto complete = [] { return change(CommandKind::complete_order); };
    EXPECT_THAT(with(cancel(), [](auto& c) { c.kind = static_cast<schema::OrderKind>(3); }),
                HasSubstr("kind: 3 is no kind of change"));
    EXPECT_THAT(with(cancel(), [](auto& c) { c.request_id.clear(); }), HasSubstr("request_id: "));
    EXPECT_THAT(with(cancel(), [](auto& c) { c.number = std::string(25, 'x'); }),
                HasSubstr("number: 25 bytes"));
    EXPECT_THAT(with(cancel(), [](auto& c) { c.amount = 5; }), HasSubstr("amount: must be left out"));
    EXPECT_THAT(with(cancel(), [](auto& c) { c.has_amount = true; }),
                HasSubstr("has_amount: must be left out"));
    EXPECT_THAT(with(complete(), [](auto& c) { c.amount = 5; }), HasSubstr("amount: must be left out"));
    EXPECT_THAT(with(cancel(), [](auto& c) { c.hold = 5; }), HasSubstr("hold: must be left out"));
    EXPECT_THAT(with(cancel(), [](auto& c) { c.referral = "X"; }), HasSubstr("referral: must be left out"));
    EXPECT_THAT(with(cancel(), [](auto& c) { c.payment = "X"; }), HasSubstr("payment: must be left out"));
    EXPECT_THAT(with(cancel(), [](auto& c) { c.status = "X"; }), HasSubstr("status: must be left out"));
    EXPECT_THAT(with(cancel(), [](auto& c) { c.waybill = "X"; }), HasSubstr("waybill: must be left out"));
    EXPECT_THAT(with(cancel(),
                     [](auto& c) {
                         c.customer = std::make_unique<schema::CustomerKeyT>();
                         c.customer->kind = schema::CustomerKind::card;
                     }),
                HasSubstr("customer: must be left out"));
    EXPECT_THAT(with(placing(), [](auto& c) { c.customer.reset(); }),
                HasSubstr("customer: an order is somebody's"));
    EXPECT_THAT(with(placing(), [](auto& c) { c.request_id.assign(16, 1); }),
                HasSubstr("request_id: must be left out"));
    EXPECT_THAT(with(placing(), [](auto& c) { c.status = std::string(65, 'x'); }),
                HasSubstr("status: 65 bytes"));
    EXPECT_THAT(with(placing(), [](auto& c) { c.status = "a\nb"; }), HasSubstr("status: is not UTF-8 text"));
    EXPECT_THAT(with(placing(), [](auto& c) { c.referral = "\xff"; }),
                HasSubstr("referral: is not UTF-8 text"));
}

TEST(OrderChanges, AreNotWrittenWhenTheyDoNotFit) {
    model::Command command;
    command.kind = CommandKind::sale;
    EXPECT_FALSE(to_order_change("shop", command));
    command.kind = CommandKind::cancel_order;
    EXPECT_FALSE(to_order_change("shop", command)) << "of which order?";
    command.original = kReceipt;
    EXPECT_FALSE(to_order_change("shop", command)) << "under which name?";
    command.name = kRequest;
    EXPECT_TRUE(to_order_change("shop", command));
    const std::string words(65, 'x');
    model::OrderTerms terms;
    terms.waybill = words;
    command.order = &terms;
    EXPECT_FALSE(to_order_change("shop", command));
}

}  // namespace
}  // namespace tim::codec
