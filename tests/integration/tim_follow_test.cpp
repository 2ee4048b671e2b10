// `tim tail` as another system meets it (S1.8). What it tells through kills is compared in tests/follow.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <thread>

#include "tests/integration/tim_processes.h"

namespace tim::integration {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

struct FollowedShop : TestShop {
    FollowedShop() {
        put_program();
        EXPECT_EQ(tim({"enroll", "card:1", "--name", "An", "--at", "2026-03-01T08:00"}).code, 0);
        EXPECT_EQ(
            tim({"sale", "card:1", "--receipt", "1/A1", "--amount", "3000000", "--at", "2026-03-02T08:00"})
                .code,
            0);
    }
};

TEST(TimTail, S1_8_TellsEveryFactFromASequenceOn) {
    const FollowedShop shop;
    const Ended all = shop.tim({"--json", "tail", "--from", "1", "--until-end"});
    EXPECT_EQ(all.code, 0) << all.err;
    EXPECT_THAT(all.out, AllOf(HasSubstr(R"("type":"program_put","subject":"program")"),
                               HasSubstr(R"("keys":["card:1"],"person":"An")"),
                               HasSubstr(R"("name":"1/A1","points":300,"points_after":300,"held_after":0,)"
                                         R"("spend":"3000000","ranking":300,"orders":1,"month":"2026-03",)"
                                         R"("tier_before":"dong","tier_after":"bac")")));
    const std::string last = all.last_line();
    const std::string sequence = last.substr(12, last.find(',') - 12);
    EXPECT_EQ(shop.tim({"--json", "tail", "--from", sequence, "--until-end"}).out, last + "\n");
    EXPECT_EQ(shop.tim({"--json", "tail", "--from", "1", "--count", "1"}).out,
              all.out.substr(0, all.out.find('\n') + 1));
    EXPECT_THAT(shop.tim({"tail", "--from", sequence, "--until-end"}).out, HasSubstr("dong → bac"));
}

TEST(TimTail, TellsWhatComesAndEndsWithItsReader) {
    const FollowedShop shop;
    Process tail = shop.begin_tim({"--json", "tail", "--count", "2"});
    // It has begun when it tells a first sale; those before that it need not have heard of.
    int sold = 0;
    while (tail.running() && sold < 1'000) {
        ++sold;
        EXPECT_EQ(
            shop.tim({"sale", "card:1", "--receipt", "1/B" + std::to_string(sold), "--amount", "10000"}).code,
            0);
    }
    const Ended ended = tail.wait();
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(std::ranges::count(ended.out, '\n'), 2);
    EXPECT_THAT(ended.out, AllOf(HasSubstr(R"("type":"sale")"), Not(HasSubstr("A1"))));
}

TEST(TimTail, AnAuditorsKeyIsToldNoNamesAndATillsKeyNothing) {
    const FollowedShop shop;
    const std::string auditor = shop.path("auditor.key").string();
    const std::string till = shop.path("till.key").string();
    EXPECT_EQ(shop.tim({"keys", "add", "auditor", "--role", "auditor", "--out", auditor}).code, 0);
    EXPECT_EQ(shop.tim({"keys", "add", "till", "--role", "pos", "--out", till}).code, 0);
    const Ended told = shop.tim({"--key-file", auditor, "--json", "tail", "--from", "1", "--until-end"});
    EXPECT_EQ(told.code, 0) << told.err;
    EXPECT_THAT(told.out, AllOf(HasSubstr(R"("points_after":300)"), Not(HasSubstr("card:1")),
                                Not(HasSubstr("\"An\""))));
    const Ended refused = shop.tim({"--key-file", till, "tail", "--from", "1"});
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.err, HasSubstr("may not follow the ledger"));
}

TEST(TimTail, APlaceBeyondTheEndIsSaid) {
    const FollowedShop shop;
    const Ended refused = shop.tim({"tail", "--from", "1000000"});
    EXPECT_EQ(refused.code, 2);
    EXPECT_THAT(refused.err, HasSubstr("the ledger ends at"));
}

}  // namespace
}  // namespace tim::integration
