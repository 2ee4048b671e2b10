// Web orders as a server takes and tells them.
#include "protocol/codec/orders.h"

#include <gtest/gtest.h>

#include "harness.h"
#include "protocol/codec/permissions.h"

namespace tim::server::test {
namespace {

using schema::FailureCode;
using schema::ReplyBody;

class OrderRoles : public ::testing::TestWithParam<model::Role> {};

TEST_P(OrderRoles, ChangesOfOrdersThatTheRoleMayNotAreRefused) {
    using model::CommandKind;
    Harness harness(GetParam());
    harness.authenticate();
    for (const CommandKind kind : {CommandKind::place_order, CommandKind::update_order,
                                   CommandKind::complete_order, CommandKind::cancel_order}) {
        const model::Name receipt = model::Name::receipt({9}, "W1");
        const model::Name request = model::Name::request({1, static_cast<std::uint8_t>(kind)});
        model::OrderTerms terms;
        terms.status = "đang giao";
        model::Command command;
        command.kind = kind;
        command.order = &terms;
        command.name = kind == CommandKind::place_order ? receipt : request;
        if (kind == CommandKind::place_order)
            command.customer = {model::KeyKind::card, {}, "1"};
        else
            command.original = receipt;
        harness.client.request(7, *codec::to_order_change("shop", command));
        const auto replies = harness.exchange();
        ASSERT_EQ(replies.at(0).type(), ReplyBody::DetailedSaleResults);
        const auto* row = replies[0].reply->body_as_DetailedSaleResults()->rows()->Get(0);
        const bool may = codec::may_command(GetParam(), kind);
        EXPECT_EQ(row->result()->refusal(),
                  may ? 0 : static_cast<std::uint16_t>(model::Refusal::not_allowed));
        EXPECT_EQ(row->effects() != nullptr, may);
        EXPECT_EQ(harness.engine.seen().back().kind, may ? kind : CommandKind::balance);
    }
    schema::OrderChangeT wrong;
    wrong.program = "shop";
    wrong.number = "W1";
    harness.client.request(8, std::move(wrong));
    const auto replies = harness.exchange();
    ASSERT_NE(replies.at(0).failure(), nullptr);
    EXPECT_EQ(replies[0].failure()->code(), FailureCode::invalid);
    EXPECT_EQ(replies[0].failure()->message()->str(), "customer: an order is somebody's");
}

INSTANTIATE_TEST_SUITE_P(All, OrderRoles,
                         ::testing::Values(model::Role::pos, model::Role::checkout, model::Role::admin),
                         [](const auto& role) { return std::string(model::role_name(role.param)); });

TEST(Orders, AreToldOneByOneAndInPages) {
    Harness harness;
    harness.authenticate();
    schema::OrderRequestT order;
    order.program = "shop";
    order.terminal = 9;
    order.number = "W1";
    harness.client.request(1, order);
    order.number = "W2";
    harness.client.request(2, order);
    order.number = "";
    harness.client.request(3, order);
    schema::OrdersRequestT orders;
    orders.program = "shop";
    orders.customer = std::make_unique<schema::CustomerKeyT>();
    orders.customer->kind = schema::CustomerKind::card;
    orders.customer->text = "1";
    orders.pending = true;
    orders.before = 30;
    orders.limit = 1'000'000;
    harness.client.request(4, std::move(orders));
    const auto replies = harness.exchange();
    ASSERT_EQ(replies.size(), 4U);
    const auto* found = replies[0].reply->body_as_Orders();
    ASSERT_NE(found, nullptr);
    const auto* row = found->rows()->Get(0);
    EXPECT_EQ(row->receipt()->str(), "9/W1");
    EXPECT_EQ(row->phase(), schema::OrderPhase::placed);
    EXPECT_EQ(row->amount(), 95'000);
    EXPECT_EQ(row->points(), 9);
    EXPECT_EQ(row->status()->str(), "đang giao");
    EXPECT_EQ(row->waybill()->str(), "GHN1");
    EXPECT_EQ(row->changed_at_ms(), 2'000);
    EXPECT_EQ(replies[1].failure()->code(), FailureCode::not_found);
    EXPECT_EQ(replies[2].failure()->code(), FailureCode::invalid);
    const auto* page = replies[3].reply->body_as_Orders();
    ASSERT_NE(page, nullptr);
    EXPECT_EQ(page->rows()->size(), 1U);
    EXPECT_EQ(page->next(), 30 + codec::kMaxOrdersPerPage) << "a page has its bound";
}

}  // namespace
}  // namespace tim::server::test
