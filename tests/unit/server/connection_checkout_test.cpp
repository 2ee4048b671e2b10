#include <gtest/gtest.h>

#include "harness.h"
#include "protocol/codec/detailed_sales.h"

namespace tim::server::test {
namespace {

using schema::ReplyBody;

TEST(Connection, ACheckoutAsksForOrdersWithLinesAndSellsNothing) {
    Harness checkout(model::Role::checkout);
    checkout.authenticate();
    model::SaleDetails goods;
    goods.lines = {{"cup", 1, {100}, ""}};
    model::Command order;
    order.kind = model::CommandKind::balance;
    order.customer = {model::KeyKind::card, {}, "1"};
    order.details = &goods;
    model::Command sale = order;
    sale.kind = model::CommandKind::sale;
    sale.name = model::Name::receipt({1}, "R");
    codec::append_detailed_sales(
        checkout.client.out, 6, "shop",
        std::vector{*codec::to_detailed_sale(sale), *codec::to_detailed_sale(order)});
    const auto replies = checkout.exchange();
    const auto* rows = replies.at(0).reply->body_as_DetailedSaleResults()->rows();
    EXPECT_EQ(rows->Get(0)->result()->refusal(), static_cast<std::uint16_t>(model::Refusal::not_allowed));
    EXPECT_EQ(rows->Get(1)->result()->refusal(), 0);
}

}  // namespace
}  // namespace tim::server::test
