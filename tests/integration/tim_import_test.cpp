// `tim import` as a shop that moves in meets it (S3.4, S5.5).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "tests/integration/tim_processes.h"

namespace tim::integration {
namespace {

using testing::AllOf;
using testing::HasSubstr;

struct MovingShop : TestShop {
    MovingShop() { put_program(); }
};

TEST(TimImport, S3_4_TotalsAreImportedOnceAndTold) {
    const MovingShop shop;
    const std::string customers = shop.write("customers.csv",
                                             "customer,keys,name\n"
                                             "card:1,phone:+84901234567,An\n"
                                             "card:2,,Bình\n"
                                             "card:3,,\n");
    EXPECT_EQ(shop.tim({"import", "customers", customers}).last_line(),
              "rows=3 accepted=3 duplicate=0 refused=0");
    EXPECT_EQ(shop.tim({"import", "customers", customers}).last_line(),
              "rows=3 accepted=0 duplicate=3 refused=0");
    EXPECT_THAT(shop.tim({"show", "phone:+84901234567"}).out, HasSubstr("An"));

    const std::string totals = shop.write("totals.csv",
                                          "customer,points,ranking_points,lifetime_spend\n"
                                          "card:1,120,1500,15000000\n"
                                          "card:2,0,0,0\n"
                                          "card:3,40,,2999999\n");
    const Ended first = shop.tim({"import", "totals", totals});
    EXPECT_EQ(first.last_line(), "rows=3 accepted=3 duplicate=0 refused=0") << first.err;
    // Again, by whomever: nothing counts twice.
    EXPECT_EQ(shop.tim({"--json", "import", "totals", totals}).last_line(),
              R"({"rows":3,"accepted":1,"duplicate":2,"refused":0,"rejects":null})");
    const std::string shown = shop.tim({"--json", "show", "card:1"}).out;
    EXPECT_THAT(shown,
                AllOf(HasSubstr(R"("tier":"vang")"), HasSubstr(R"("points":120)"),
                      HasSubstr(R"("ranking_points":1500)"), HasSubstr(R"("lifetime_spend":"15000000")")));
    EXPECT_THAT(shop.tim({"--json", "show", "card:3"}).out,
                AllOf(HasSubstr(R"("points":40)"), HasSubstr(R"("ranking_points":0)"),
                      HasSubstr(R"("tier":"dong")")));
    EXPECT_THAT(shop.tim({"history", "card:1"}).out,
                AllOf(HasSubstr("import opening: earned before"), HasSubstr("import opening: spent before")));
    // Under another name it is another import.
    EXPECT_EQ(shop.tim({"import", "totals", totals, "--name", "second"}).last_line(),
              "rows=3 accepted=3 duplicate=0 refused=0");
    EXPECT_THAT(shop.tim({"--json", "show", "card:1"}).out, HasSubstr(R"("points":240)"));
    EXPECT_THAT(shop.tim({"verify"}).out, HasSubstr("no difference"));
}

TEST(TimImport, WhatIsRefusedIsMendedAndImportedAgain) {
    const MovingShop shop;
    std::string text = "customer,name\n";
    for (int i = 1; i <= 5'000; ++i)
        text += (i % 100 == 0 ? "fax:" : "card:") + std::to_string(i) + ",Person " + std::to_string(i) + "\n";
    const std::string file = shop.write("customers.csv", text);
    const Ended ended = shop.tim({"import", "customers", file});
    EXPECT_EQ(ended.code, 4);
    EXPECT_EQ(ended.last_line(), "rows=5000 accepted=4950 duplicate=0 refused=50");
    std::string rejects = shop.read("customers.csv.rejects.csv");
    EXPECT_EQ(std::ranges::count(rejects, '\n'), 51) << "the header and exactly those rows";
    EXPECT_THAT(rejects, AllOf(HasSubstr("rejected_line,rejected_reason,customer,name\n101,"),
                               HasSubstr(",fax:100,Person 100\n"), HasSubstr(",fax:5000,Person 5000\n")));

    for (std::size_t at = 0; (at = rejects.find(",fax:", at)) != std::string::npos;)
        rejects.replace(at, 5, ",card:");
    const std::string mended = shop.write("mended.csv", rejects);
    EXPECT_EQ(shop.tim({"import", "customers", mended}).last_line(),
              "rows=50 accepted=50 duplicate=0 refused=0");
    EXPECT_EQ(shop.tim({"import", "customers", mended}).last_line(),
              "rows=50 accepted=0 duplicate=50 refused=0");
    EXPECT_FALSE(std::filesystem::exists(shop.path("mended.csv.rejects.csv")));
    EXPECT_THAT(shop.tim({"--json", "show", "card:100"}).out, HasSubstr("Person 100"));
}

TEST(TimImport, TheServersRefusalsAreRejectsToo) {
    const MovingShop shop;
    EXPECT_EQ(shop.tim({"enroll", "card:2"}).code, 0);
    const Ended customers = shop.tim(
        {"import", "customers", shop.write("c.csv", "customer,vip\ncard:1,\ncard:2,\ncard:3,card:1\n")});
    EXPECT_EQ(customers.last_line(), "rows=3 accepted=1 duplicate=0 refused=2");
    EXPECT_THAT(shop.read("c.csv.rejects.csv"),
                AllOf(HasSubstr("3,key_taken: "), HasSubstr("4,network_off: ")));
    const Ended totals = shop.tim(
        {"import", "totals", shop.write("t.csv", "customer,points\ncard:1,5\ncard:9,5\ncard:1,6\n")});
    EXPECT_EQ(totals.last_line(), "rows=3 accepted=1 duplicate=0 refused=2");
    EXPECT_THAT(shop.read("t.csv.rejects.csv"),
                AllOf(HasSubstr("3,unknown_customer: "), HasSubstr("4,conflict: ")));
}

TEST(TimImport, GoesOnThroughAKilledServer) {
    MovingShop shop;
    std::string text = "customer,points,lifetime_spend\n";
    std::string people = "customer\n";
    for (int i = 1; i <= 20'000; ++i) {
        people += "card:" + std::to_string(i) + "\n";
        text += "card:" + std::to_string(i) + ",7,1000\n";
    }
    EXPECT_EQ(shop.tim({"import", "customers", shop.write("people.csv", people)}).code, 0);
    Process importing = shop.begin_tim({"import", "totals", shop.write("totals.csv", text)});
    shop.kill();
    shop.start();
    const Ended ended = importing.wait();
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(shop.tim({"import", "totals", shop.path("totals.csv").string()}).last_line(),
              "rows=20000 accepted=0 duplicate=20000 refused=0");
    EXPECT_THAT(shop.tim({"--json", "show", "card:777"}).out,
                AllOf(HasSubstr(R"("points":7)"), HasSubstr(R"("lifetime_spend":"1000")")));
    EXPECT_THAT(shop.tim({"--json", "segment", "points = 7", "--count"}).out,
                HasSubstr(R"("customers":20000)"));
}

TEST(TimImport, AnExportWithProfilesIsImportedElsewhereAndToldTheSame) {
    const std::string customers =
        "customer,keys,name,staff,source,channel,natures,types,items,birthday,status\n"
        "card:1,phone:+84901234567 email:an@example.vn,\"An, of Huế\",NV01,facebook,tet,retail "
        "wholesale,cafe,tea coffee,02-29,"
        "prospect\n"
        "card:2,,,,,,,,,,\n";
    const auto classified = [](const TestShop& shop) {
        return shop.tim({"--program", "flexzen", "program", "put", TIM_PRESETS "/flexzen.json"}).code;
    };
    const MovingShop from;
    const MovingShop to;
    ASSERT_EQ(classified(from), 0);
    ASSERT_EQ(classified(to), 0);
    const std::string file = from.write("customers.csv", customers);
    const Ended begun = from.tim({"--program", "flexzen", "import", "customers", file});
    ASSERT_EQ(begun.last_line(), "rows=2 accepted=2 duplicate=0 refused=0") << begun.err;

    const std::string told = from.tim({"--program", "flexzen", "export", "customers", "--profile"}).out;
    EXPECT_THAT(told, HasSubstr(",status,keys,name,staff,source,channel,natures,types,items,birthday\n"));
    EXPECT_THAT(told, HasSubstr("an@example.vn,\"An, of Huế\",NV01,facebook,tet,"));
    const std::string exported = to.write("exported.csv", told);
    EXPECT_EQ(to.tim({"--program", "flexzen", "import", "customers", exported}).last_line(),
              "rows=2 accepted=2 duplicate=0 refused=0");
    EXPECT_EQ(to.tim({"--program", "flexzen", "export", "customers", "--profile"}).out, told);
    EXPECT_EQ(from.tim({"--program", "flexzen", "segment", "orders = 0", "--csv", "-", "--profile"}).out,
              told);
}

TEST(TimImport, S5_5_AListOfTiersIsExportedAndImported) {
    const MovingShop shop;
    EXPECT_EQ(shop.tim({"enroll", "card:1", "--at", "2026-03-01T08:00"}).code, 0);
    EXPECT_EQ(shop.tim({"enroll", "card:2", "--at", "2026-03-01T08:00"}).code, 0);
    EXPECT_EQ(
        shop.tim({"sale", "card:1", "--receipt", "1/A1", "--amount", "3000000", "--at", "2026-03-02T08:00"})
            .code,
        0);
    const std::string list = shop.path("members.csv").string();
    EXPECT_EQ(shop.tim({"export", "tiers", "--csv", list}).code, 0);
    EXPECT_EQ(shop.tim({"return", "card:1", "--receipt", "1/A2", "--amount", "3000000", "--original", "1/A1",
                        "--at", "2026-03-03T08:00"})
                  .code,
              0);
    EXPECT_THAT(shop.tim({"--json", "show", "card:1"}).out, HasSubstr(R"("tier":"dong")"));
    const Ended without = shop.tim({"import", "tiers", list});
    EXPECT_EQ(without.last_line(), "rows=2 accepted=0 duplicate=0 refused=2");
    EXPECT_THAT(shop.read("members.csv.rejects.csv"), HasSubstr("until is missing"));
    const Ended ended = shop.tim({"import", "tiers", list, "--until", "2026-12-31"});
    EXPECT_EQ(ended.last_line(), "rows=2 accepted=2 duplicate=0 refused=0") << ended.err;
    EXPECT_THAT(shop.tim({"--json", "show", "card:1"}).out, HasSubstr(R"("tier":"bac")"));
    EXPECT_EQ(shop.tim({"import", "tiers", list, "--until", "2026-12-31"}).last_line(),
              "rows=2 accepted=0 duplicate=2 refused=0");
}

TEST(TimImport, WhatIsWrongWithTheFileIsSaid) {
    const MovingShop shop;
    const Ended column =
        shop.tim({"import", "customers", shop.write("c.csv", "customer,colour\ncard:1,red\n")});
    EXPECT_EQ(column.code, 2);
    EXPECT_THAT(column.err, HasSubstr("c.csv: line 1: unknown column 'colour'"));
    EXPECT_EQ(shop.tim({"import", "totals", "/nowhere.csv"}).code, 2);
    EXPECT_EQ(shop.tim({"import", "people", "c.csv"}).code, 2);
    const std::string till = shop.path("till.key").string();
    EXPECT_EQ(shop.tim({"keys", "add", "till", "--role", "pos", "--out", till}).code, 0);
    const Ended refused = shop.tim(
        {"--key-file", till, "import", "totals", shop.write("t.csv", "customer,points\ncard:1,5\n")});
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.err, HasSubstr("this key's role may not do that"));
}

}  // namespace
}  // namespace tim::integration
