// Web orders as an operator meets them (S1.3, S2.2).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/tim_processes.h"

namespace tim::integration {
namespace {

using testing::HasSubstr;
using testing::Not;

struct WebShop : TestShop {
    WebShop() {
        const Ended put = tim({"program", "put", write("shop.json", R"({
  "id": "abaha", "name": "Abaha", "currency": "VND", "time_zone": "Asia/Ho_Chi_Minh",
  "points": { "unit": "điểm", "earn": { "per_amount": "10000", "points": 1 } },
  "tiers": [ { "id": "moi", "name": "Mới", "min": "0" } ]
})")});
        EXPECT_EQ(put.code, 0) << put.err;
        EXPECT_EQ(tim({"enroll", "card:1", "--at", "2026-03-01T08:00"}).code, 0);
    }
    /// `tim order …`, which is to be done.
    std::string order(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), "order");
        const Ended ended = tim(std::move(arguments));
        EXPECT_EQ(ended.code, 0) << ended.err;
        return ended.out;
    }
};

TEST(TimOrders, S2_2_ArePlacedChangedAndCompleted) {
    const WebShop shop;
    const std::string placed = shop.order({"place", "card:1", "--receipt", "9/W1", "--amount", "95000",
                                           "--status", "chờ xác nhận", "--at", "2026-03-01T09:00"});
    EXPECT_THAT(placed, HasSubstr("placed"));
    EXPECT_THAT(placed, HasSubstr("9 điểm when it is completed"));
    const std::string shown = shop.tim({"show", "card:1"}).out;
    EXPECT_THAT(shown, HasSubstr("1 of 95000 VND, 9 điểm when they are completed"));
    EXPECT_THAT(
        shop.tim({"--json", "show", "card:1"}).out,
        HasSubstr(
            R"("orders":0,"orders_pending":1,"orders_pending_amount":"95000","orders_pending_points":9)"));

    EXPECT_THAT(shop.order({"update", "9/W1", "--status", "đang giao", "--waybill", "GHN00417", "--at",
                            "2026-03-02T09:00"}),
                HasSubstr("GHN00417"));
    const std::string completed = shop.order({"complete", "9/W1", "--at", "2026-03-03T09:00"});
    EXPECT_THAT(completed, HasSubstr("+9"));
    EXPECT_THAT(completed, HasSubstr("request id"));
    EXPECT_THAT(completed, Not(HasSubstr("order_noted")));
    const std::string told = shop.order({"show", "9/W1"});
    EXPECT_THAT(told, HasSubstr("completed"));
    EXPECT_THAT(told, HasSubstr("9 điểm"));
    EXPECT_THAT(told, HasSubstr("đang giao"));
    EXPECT_THAT(shop.tim({"show", "card:1"}).out, Not(HasSubstr("pending orders")));

    const std::string history = shop.tim({"history", "card:1"}).out;
    EXPECT_THAT(history, HasSubstr("order_placed"));
    EXPECT_THAT(history, HasSubstr("of 9/W1: status đang giao, waybill GHN00417"));
    const std::string explained = shop.tim({"explain", "9/W1"}).out;
    EXPECT_THAT(explained, HasSubstr("An order of 95000 VND is placed"));
    EXPECT_THAT(explained, HasSubstr("The order is completed: status đang giao, waybill GHN00417"));
    EXPECT_EQ(shop.tim({"return", "card:1", "--receipt", "1/R1", "--amount", "95000", "--original", "9/W1",
                        "--at", "2026-03-04T09:00"})
                  .code,
              0);
    EXPECT_THAT(shop.tim({"--json", "show", "card:1"}).out, HasSubstr(R"("points":0)"));
    EXPECT_EQ(shop.tim({"verify"}).code, 0);
}

TEST(TimOrders, S1_3_AreListedAndTold) {
    const WebShop shop;
    for (const char* receipt : {"9/W1", "9/W2", "9/W3"})
        shop.order({"place", "card:1", "--receipt", receipt, "--amount", "20000"});
    shop.order({"cancel", "9/W2", "--status", "khách đổi ý"});
    shop.order({"complete", "9/W3", "--amount", "30000"});
    const std::string all = shop.order({"list", "card:1"});
    EXPECT_THAT(all, HasSubstr("khách đổi ý"));
    EXPECT_LT(all.find("9/W3"), all.find("9/W1")) << "newest first";
    EXPECT_THAT(shop.order({"list", "card:1", "--pending"}), Not(HasSubstr("9/W2")));
    const std::string json = shop.tim({"--json", "order", "list", "card:1"}).out;
    EXPECT_THAT(json, HasSubstr(R"("order":"9/W3")"));
    EXPECT_THAT(json, HasSubstr(R"("phase":"completed","amount":"30000","points":3)"));
    EXPECT_THAT(shop.tim({"--json", "order", "show", "9/W2"}).out, HasSubstr(R"("phase":"cancelled")"));
}

TEST(TimOrders, HappenOnceAndAreRefusedByName) {
    const WebShop shop;
    const std::vector<std::string> place = {"place",    "card:1", "--receipt", "9/W1",
                                            "--amount", "95000",  "--at",      "2026-03-01T09:00"};
    shop.order(place);
    EXPECT_THAT(shop.order(place), HasSubstr("done before"));
    const std::string id(32, '7');
    const std::vector<std::string> complete = {"complete", "9/W1", "--request-id",
                                               id,         "--at", "2026-03-02T09:00"};
    const std::string first = shop.order(complete);
    EXPECT_THAT(shop.order(complete), HasSubstr("done before; this is the first answer"));
    EXPECT_THAT(shop.tim({"--json", "show", "card:1"}).out, HasSubstr(R"("points":9)"));

    const auto refusal = [&](std::vector<std::string> arguments, int code = 1) {
        arguments.insert(arguments.begin(), "order");
        const Ended ended = shop.tim(std::move(arguments));
        EXPECT_EQ(ended.code, code) << ended.out;
        return ended.err;
    };
    EXPECT_THAT(refusal({"complete", "9/W1"}), HasSubstr("order_completed"));
    EXPECT_THAT(refusal({"cancel", "9/W1"}), HasSubstr("order_completed"));
    EXPECT_THAT(refusal({"update", "9/W7", "--status", "x"}), HasSubstr("unknown_order"));
    EXPECT_THAT(refusal({"place", "card:1", "--receipt", "9/W1", "--amount", "1"}), HasSubstr("conflict"));
    EXPECT_THAT(refusal({"place", "card:9", "--receipt", "9/W2", "--amount", "1"}),
                HasSubstr("unknown_customer"));
    EXPECT_THAT(refusal({"update", "9/W1"}, 2), HasSubstr("update what?"));
    EXPECT_THAT(refusal({"update", "9/W1", "--waybill", std::string(65, 'x')}, 2), HasSubstr("65 bytes"));
    EXPECT_THAT(refusal({"place", "card:1", "--receipt", "W2", "--amount", "1"}, 2), HasSubstr("W2"));
    EXPECT_THAT(refusal({"place", "card:1", "--receipt", "9/W2", "--amount", "-1"}, 2),
                HasSubstr("negative"));
    EXPECT_EQ(shop.tim({"order", "show", "9/W7"}).code, 1);
    for (const char* command : {"place", "update", "complete", "cancel", "show", "list"}) {
        const Ended help = shop.tim({"order", command, "--help"});
        EXPECT_EQ(help.code, 0);
        EXPECT_THAT(help.out, HasSubstr(std::string("tim order ") + command)) << "an example";
    }
}

}  // namespace
}  // namespace tim::integration
