// Customer relations as an operator meets them (S4.1 to S4.10).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/tim_processes.h"

namespace tim::integration {
namespace {

using testing::HasSubstr;
using testing::Not;

struct CoffeeShop : TestShop {
    CoffeeShop() {
        const Ended put = tim({"program", "put", write("shop.json", R"({
  "id": "flexzen", "name": "Việt Thiên", "currency": "VND", "time_zone": "Asia/Ho_Chi_Minh",
  "points": { "unit": "điểm", "earn": { "per_amount": "10000", "points": 1 } },
  "tiers": [ { "id": "moi", "name": "Mới", "min": "0" } ],
  "classification": { "statuses_vip_month_spend": "30000000", "sources": ["staff", "facebook"],
                      "natures": ["wholesale", "retail"], "types": ["cafe"], "items": ["tea", "coffee"] }
})")});
        EXPECT_EQ(put.code, 0) << put.err;
        EXPECT_EQ(
            tim({"enroll", "card:1", "--name", "Mộc", "--staff", "NV07", "--source", "facebook", "--channel",
                 "tet", "--nature", "wholesale", "--item", "tea", "--at", "2026-03-01T08:00"})
                .code,
            0);
        EXPECT_EQ(tim({"enroll", "card:2", "--at", "2026-03-01T08:00"}).code, 0);
        EXPECT_EQ(
            tim({"sale", "card:1", "--receipt", "1/A1", "--amount", "30000001", "--at", "2026-03-02T08:00"})
                .code,
            0);
    }
};

TEST(TimRelations, S4_1_S4_5_S4_7_CustomersAreClassifiedAndShown) {
    const CoffeeShop shop;
    const std::string id = "000102030405060708090a0b0c0d0e0f";
    const Ended done =
        shop.tim({"classify", "card:1", "--item", "coffee", "--drop-item", "tea", "--type", "cafe",
                  "--birthday", "05-17", "--at", "2026-03-03T08:00", "--request-id", id});
    EXPECT_EQ(done.code, 0) << done.err;
    const std::string shown = shop.tim({"show", "card:1"}).out;
    EXPECT_THAT(shown, HasSubstr("NV07"));
    EXPECT_THAT(shown, HasSubstr("facebook (tet)"));
    EXPECT_THAT(shown, HasSubstr("vip"));
    EXPECT_THAT(
        shop.tim({"--json", "show", "card:1"}).out,
        HasSubstr(
            R"("status":"vip","staff":"NV07","source":"facebook","channel":"tet","natures":["wholesale"],"types":["cafe"],"items":["coffee"],"birthday":"05-17")"));
    EXPECT_THAT(shop.tim({"--json", "show", "card:2"}).out, HasSubstr(R"("status":"new","staff":null)"));
    EXPECT_THAT(shop.tim({"history", "card:1"}).out, HasSubstr("birthday 05-17"));

    // Back to the company, and nothing else changes.
    EXPECT_EQ(shop.tim({"classify", "card:1", "--staff", "", "--at", "2026-03-04T08:00"}).code, 0);
    EXPECT_THAT(shop.tim({"--json", "show", "card:1"}).out, HasSubstr(R"("staff":null,"source":"facebook")"));
}

TEST(TimRelations, WhatIsWrongIsSaid) {
    const CoffeeShop shop;
    EXPECT_THAT(shop.tim({"classify", "card:1"}).err, HasSubstr("classify by what?"));
    EXPECT_THAT(shop.tim({"classify", "card:1", "--birthday", "31-12"}).err, HasSubstr("is no day as MM-DD"));
    EXPECT_THAT(shop.tim({"classify", "card:1", "--status", "good"}).err,
                HasSubstr("neither new nor prospect"));
    const Ended refused = shop.tim({"classify", "card:1", "--source", "radio"});
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.err, HasSubstr("unknown_source"));
    EXPECT_THAT(shop.tim({"segment", "orders >"}).err, HasSubstr("at 9: expected a value"));
    EXPECT_THAT(shop.tim({"segment", "orders > 0", "--report", "spend"}).err, HasSubstr("--by"));
    EXPECT_THAT(shop.tim({"segment", "orders > 0", "--report", "spend", "--by", "height"}).err,
                HasSubstr("\"height\" is none of"));
}

TEST(TimRelations, S4_4_S4_10_SegmentsAreCountedListedExportedAndReportedOn) {
    const CoffeeShop shop;
    const std::string asked = "source in (facebook, staff) and natures has wholesale and orders >= 1";
    EXPECT_EQ(shop.tim({"segment", asked, "--count"}).out, "1 of 2 customers\n");
    EXPECT_EQ(shop.tim({"--json", "segment", "not (" + asked + ")", "--count"}).out,
              "{\"customers\":1,\"of\":2}\n");
    EXPECT_THAT(shop.tim({"segment", asked}).out, HasSubstr("card:1"));
    const std::string csv = shop.tim({"segment", asked, "--csv", "-"}).out;
    EXPECT_THAT(csv, HasSubstr("customer,id,class,tier,points"));
    EXPECT_THAT(csv, HasSubstr("card:1,1,retail,moi,3000"));
    EXPECT_THAT(csv, HasSubstr(",vip\n"));
    EXPECT_THAT(csv, Not(HasSubstr("card:2")));
    EXPECT_EQ(
        shop.tim({"segment", "orders >= 0", "--report", "spend", "--by", "source,tier", "--csv", "-"}).out,
        "source,tier,customers,orders,spend,month_spend,points\n,moi,1,0,0,0,0\n"
        "facebook,moi,1,1,30000001,30000001,3000\n");
    EXPECT_THAT(shop.tim({"segment", "orders >= 0", "--report", "spend", "--by", "status"}).out,
                HasSubstr("all"));
}

}  // namespace
}  // namespace tim::integration
