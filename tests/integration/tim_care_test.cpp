// The care calendar as an operator meets it (S3.12, S4.3, S4.11).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/tim_processes.h"

namespace tim::integration {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

struct CareShop : TestShop {
    CareShop() {
        const Ended put = tim({"program", "put", write("shop.json", R"({
  "id": "flexzen", "name": "Việt Thiên", "currency": "VND", "time_zone": "Asia/Ho_Chi_Minh",
  "points": { "unit": "điểm", "earn": { "per_amount": "10000", "points": 1 } },
  "tiers": [ { "id": "moi", "name": "Mới", "min": "0" }, { "id": "quen", "name": "Quen", "min": "1000000" } ],
  "classification": { "sources": ["staff", "facebook"] }
})")});
        EXPECT_EQ(put.code, 0) << put.err;
        EXPECT_EQ(tim({"enroll", "card:1", "--name", "Mộc", "--staff", "NV07", "--birthday", "03-12", "--at",
                       "2026-03-01T08:00"})
                      .code,
                  0);
        EXPECT_EQ(tim({"enroll", "card:2", "--name", "Lan", "--at", "2026-03-01T08:00"}).code, 0);
    }
    std::string planned(const std::vector<std::string>& more) const {
        std::vector<std::string> words = {"--json", "care", "add"};
        words.insert(words.end(), more.begin(), more.end());
        const Ended done = tim(words);
        EXPECT_EQ(done.code, 0) << done.err;
        const std::string mark = "\"task\":";
        const auto begin = done.out.find(mark) + mark.size();
        return done.out.substr(begin, done.out.find(',', begin) - begin);
    }
};

TEST(TimCare, S4_11_TheCalendarIsToldByDay) {
    const CareShop shop;
    const std::string call = shop.planned({"card:1", "--kind", "call", "--due", "2026-03-12T09:00", "--note",
                                           "hỏi mẫu", "--at", "2026-03-02T08:00"});
    shop.planned({"card:2", "--kind", "visit", "--due", "2026-03-13", "--staff", "NV09", "--every", "14"});
    const std::string told = shop.tim({"care", "list", "--from", "2026-03-10", "--days", "7"}).out;
    EXPECT_THAT(told, HasSubstr("2026-03-12 Thursday\n"));
    EXPECT_THAT(told, HasSubstr("09:00"));
    EXPECT_THAT(told, HasSubstr("hỏi mẫu"));
    EXPECT_THAT(told, HasSubstr("2026-03-13 Friday\n"));
    EXPECT_THAT(told, HasSubstr("every 14 days"));
    EXPECT_THAT(shop.tim({"care", "list", "--from", "2026-03-10", "--days", "3"}).out,
                Not(HasSubstr("Friday")));
    EXPECT_THAT(shop.tim({"care", "list", "--from", "2026-03-10", "--staff", "NV09"}).out,
                Not(HasSubstr("Mộc")));
    EXPECT_THAT(shop.tim({"--json", "care", "list", "--from", "2026-03-10", "--kind", "call"}).out,
                HasSubstr("\"state\":\"open\",\"kind\":\"call\",\"due\":\"2026-03-12T09:00:00"));

    EXPECT_EQ(shop.tim({"care", "change", call, "--due", "2026-03-14T10:00"}).code, 0);
    EXPECT_THAT(shop.tim({"care", "list", "--from", "2026-03-10"}).out, HasSubstr("2026-03-14 Saturday"));
    const Ended done = shop.tim({"care", "done", call, "--note", "muốn báo giá"});
    EXPECT_EQ(done.code, 0) << done.err;
    EXPECT_THAT(done.out, HasSubstr("task " + call + " done"));
    EXPECT_THAT(shop.tim({"care", "list", "--from", "2026-03-10"}).out, Not(HasSubstr("Mộc")));
    EXPECT_THAT(shop.tim({"care", "list", "card:1"}).out, HasSubstr("muốn báo giá"));
    const Ended again = shop.tim({"care", "done", call});
    EXPECT_EQ(again.code, 1);
    EXPECT_THAT(again.err, HasSubstr("that task of care was done already"));
    EXPECT_THAT(shop.tim({"history", "card:1"}).out, HasSubstr("care_done"));

    EXPECT_THAT(shop.tim({"care", "birthdays", "--from", "2027-03-10", "--days", "3"}).out,
                HasSubstr("2027-03-12 Friday"));
    EXPECT_THAT(shop.tim({"care", "birthdays", "--from", "2027-03-10", "--days", "2"}).out,
                Not(HasSubstr("Mộc")));
}

TEST(TimCare, S3_12_TasksForALevelArePlannedAtOnceAndOnce) {
    const CareShop shop;
    EXPECT_EQ(
        shop.tim({"sale", "card:2", "--receipt", "1/A1", "--amount", "1000000", "--at", "2026-03-02T08:00"})
            .code,
        0);
    const std::vector<std::string> plan = {
        "care",       "add",    "--segment", "tier = quen",  "--due",
        "2026-03-20", "--kind", "message",   "--request-id", "000102030405060708090a0b0c0d0e0f"};
    const Ended first = shop.tim(plan);
    EXPECT_EQ(first.code, 0) << first.err;
    EXPECT_THAT(first.out, HasSubstr("1 task planned, 0 planned before, 0 refused"));
    EXPECT_THAT(shop.tim(plan).out, HasSubstr("0 tasks planned, 1 planned before, 0 refused"));
    const std::string told = shop.tim({"care", "list", "--from", "2026-03-20", "--days", "1"}).out;
    EXPECT_THAT(told, HasSubstr("card:2"));
    EXPECT_THAT(told, Not(HasSubstr("card:1")));
}

TEST(TimCare, ATillIsNotToldWhatIsSaidOfPeople) {
    const CareShop shop;
    shop.planned({"card:1", "--due", "2026-03-12", "--note", "owes 300", "--at", "2026-03-02T08:00"});
    EXPECT_THAT(shop.tim({"history", "card:1"}).out, HasSubstr("owes 300"));
    for (const char* role : {"pos", "checkout", "member-service"}) {
        const std::string file = shop.path(std::string(role) + ".key").string();
        ASSERT_EQ(shop.tim({"keys", "add", role, "--role", role, "--out", file}).code, 0);
        const Ended told = shop.tim({"--key-file", file, "history", "card:1"});
        EXPECT_THAT(told.out, AllOf(HasSubstr("care_planned"), Not(HasSubstr("owes 300")))) << role;
    }
}

TEST(TimCare, EachCustomerOfASegmentHasARequestOfItsOwn) {
    const CareShop shop;
    for (const std::string last : {"1", "2"}) {
        const Ended done = shop.tim({"care", "add", "--segment", "orders = 0", "--due", "2026-05-0" + last,
                                     "--request-id", std::string(31, '0') + last});
        EXPECT_EQ(done.code, 0) << done.err;
        EXPECT_THAT(done.out, HasSubstr("2 tasks planned, 0 planned before, 0 refused"));
    }
}

TEST(TimCare, WhatIsWrongIsSaid) {
    {
        const CareShop shop;
        const Ended filtered = shop.tim({"care", "list", "card:1", "--staff", "NV01"});
        EXPECT_EQ(filtered.code, 2);
        EXPECT_THAT(filtered.err, HasSubstr("go without one"));
    }
    const CareShop shop;
    EXPECT_THAT(shop.tim({"care", "add", "--due", "2026-03-12"}).err, HasSubstr("for whom?"));
    EXPECT_THAT(shop.tim({"care", "add", "card:1", "--due", "soon"}).err, HasSubstr("--due: "));
    EXPECT_THAT(shop.tim({"care", "add", "card:1", "--due", "2026-03-12", "--kind", "sing"}).err,
                HasSubstr("\"sing\" is none of call"));
    EXPECT_THAT(shop.tim({"care", "change", "5"}).err, HasSubstr("change what?"));
    const Ended unknown = shop.tim({"care", "done", "5"});
    EXPECT_EQ(unknown.code, 1);
    EXPECT_THAT(unknown.err, HasSubstr("there is no such task of care"));
}

}  // namespace
}  // namespace tim::integration
