#include <fmt/format.h>

#include "engine/core/order_book.h"
#include "examples/refusal_cases.h"
#include "tests/support/shop.h"

namespace tim::tests {
namespace {

using model::CommandKind;
using model::Outcome;
using model::Refusal;

Outcome place_order(Shop& shop, const std::string& number) {
    return shop.fixture.execute(make_place_order(shop.program, receipt(1, number), Shop::kCustomer, 10));
}

Outcome change_order(Shop& shop, CommandKind kind, const std::string& number) {
    return shop.fixture.execute(
        make_order_change(kind, shop.program, shop.fixture.fresh_request(), receipt(1, number)));
}

}  // namespace

const RefusalCases& cases_of_orders() {
    static const RefusalCases cases = {
        {Refusal::unknown_order,
         [] {
             Shop shop;
             return change_order(shop, CommandKind::complete_order, "NONE");
         }},
        {Refusal::not_an_order,
         [] {
             Shop shop;
             shop.sale("S", 1);
             return change_order(shop, CommandKind::cancel_order, "S");
         }},
        {Refusal::order_completed,
         [] {
             Shop shop;
             place_order(shop, "W");
             change_order(shop, CommandKind::complete_order, "W");
             return change_order(shop, CommandKind::cancel_order, "W");
         }},
        {Refusal::order_cancelled,
         [] {
             Shop shop;
             place_order(shop, "W");
             change_order(shop, CommandKind::cancel_order, "W");
             return change_order(shop, CommandKind::complete_order, "W");
         }},
        {Refusal::order_not_completed,
         [] {
             Shop shop;
             place_order(shop, "W");
             return shop.give_back("R", 1, "W");
         }},
        {Refusal::too_many_orders,
         [] {
             Shop shop;
             for (std::size_t i = 0; i < core::kMaxOpenOrders; ++i)
                 place_order(shop, fmt::format("W{}", i));
             return place_order(shop, "W");
         }},
    };
    return cases;
}

}  // namespace tim::tests
