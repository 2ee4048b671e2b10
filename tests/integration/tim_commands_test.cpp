#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "tests/integration/tim_processes.h"

namespace tim::integration {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// The value of a member of a one-line JSON object, as it stands there.
std::string member(const std::string& json, const std::string& name) {
    const std::string key = "\"" + name + "\":";
    const auto begin = json.find(key);
    if (begin == std::string::npos) return {};
    const auto from = begin + key.size();
    return json.substr(from, json.find_first_of(",}\n", from) - from);
}

// rules.md, worked example 1 (S3.7, S3.10).
TEST(TimCommands, ReturnsDemoteAndTheFloorHolds) {
    const TestShop shop;
    shop.put_program();
    ASSERT_EQ(shop.tim({"enroll", "phone:+84901234567", "--name", "An"}).code, 0);
    ASSERT_EQ(shop.tim({"sale", "phone:+84901234567", "--receipt", "1/1", "--amount", "9500000", "--at",
                        "2026-01-05"})
                  .code,
              0);
    EXPECT_THAT(shop.tim({"show", "phone:+84901234567"}).out, HasSubstr("Bạc (bac)"));
    EXPECT_THAT(shop.tim({"sale", "phone:+84901234567", "--receipt", "1/2", "--amount", "1000000", "--at",
                          "2026-01-05"})
                    .out,
                HasSubstr("Bạc → Vàng"));
    const Ended returned = shop.tim({"--json", "return", "phone:+84901234567", "--receipt", "1/C3",
                                     "--amount", "2000000", "--at", "2026-01-06"});
    ASSERT_EQ(returned.code, 0) << returned.err;
    EXPECT_EQ(member(returned.out, "tier_before"), "\"vang\"");
    EXPECT_EQ(member(returned.out, "tier_after"), "\"bac\"");

    ASSERT_EQ(shop.tim({"enroll", "card:V1"}).code, 0);
    ASSERT_EQ(
        shop.tim({"sale", "card:V1", "--receipt", "1/4", "--amount", "10000000", "--at", "2026-01-06"}).code,
        0);
    ASSERT_EQ(shop.tim({"adjust", "card:V1", "--points=-820", "--reason", "to 180"}).code, 0);
    const Ended refused = shop.tim({"redeem", "card:V1", "--points", "81"});
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.err, AllOf(HasSubstr("80 points is the most"), HasSubstr("insufficient_points")));
    EXPECT_EQ(shop.tim({"redeem", "card:V1", "--points", "80"}).code, 0);
}

// rules.md, worked example 2: the rounding is of each receipt.
TEST(TimCommands, TenReceiptsEarnTenPoints) {
    const TestShop shop;
    shop.put_program();
    ASSERT_EQ(shop.tim({"enroll", "card:1"}).code, 0);
    for (int i = 0; i < 10; ++i)
        ASSERT_EQ(
            shop.tim({"sale", "card:1", "--receipt", "1/" + std::to_string(i), "--amount", "19999"}).code, 0);
    EXPECT_EQ(member(shop.tim({"--json", "show", "card:1"}).out, "points"), "10");
}

// rules.md, worked example 3: small returns take what one large one takes.
TEST(TimCommands, ReturnsWithTheOriginalTakeWhatWasEarned) {
    const TestShop shop;
    shop.put_program();
    ASSERT_EQ(shop.tim({"enroll", "card:1"}).code, 0);
    const auto back = [&shop](const std::string& number, const std::string& amount) {
        return shop.tim({"--json", "return", "card:1", "--receipt", "1/" + number, "--amount", amount,
                         "--original", "S"});
    };
    EXPECT_EQ(
        member(shop.tim({"--json", "sale", "card:1", "--receipt", "1/S", "--amount", "95000"}).out, "points"),
        "9");
    for (int i = 0; i < 9; ++i)
        EXPECT_EQ(member(back("R" + std::to_string(i), "10000").out, "balance"), std::to_string(8 - i));
    EXPECT_EQ(member(back("R9", "5000").out, "balance"), "0");
    const Ended more = back("R10", "1");
    EXPECT_EQ(more.code, 1);
    EXPECT_THAT(more.err, HasSubstr("return_exceeds_sale"));
}

TEST(TimCommands, TheSameNameTwiceIsDoneOnce) {
    const TestShop shop;
    shop.put_program();
    ASSERT_EQ(shop.tim({"enroll", "card:1"}).code, 0);
    const std::vector<std::string> sale = {"--json", "sale",     "card:1", "--receipt",
                                           "7/A",    "--amount", "50000"};
    const Ended first = shop.tim(sale);
    const Ended second = shop.tim(sale);
    EXPECT_EQ(member(first.out, "duplicate"), "false");
    EXPECT_EQ(member(second.out, "duplicate"), "true");
    EXPECT_EQ(member(second.out, "sequence"), member(first.out, "sequence"));
    const Ended conflict = shop.tim({"sale", "card:1", "--receipt", "7/A", "--amount", "50001"});
    EXPECT_EQ(conflict.code, 1);
    EXPECT_THAT(conflict.err, HasSubstr("(conflict)"));

    const std::vector<std::string> gift = {"--json",
                                           "adjust",
                                           "card:1",
                                           "--points",
                                           "5",
                                           "--reason",
                                           "a gift",
                                           "--request-id",
                                           "0123456789abcdef0123456789abcdef"};
    EXPECT_EQ(member(shop.tim(gift).out, "balance"), "10");
    EXPECT_EQ(member(shop.tim(gift).out, "balance"), "10");
    EXPECT_EQ(member(shop.tim({"--json", "show", "card:1"}).out, "points"), "10");
}

TEST(TimCommands, ACheckoutHoldsAndCaptures) {
    const TestShop shop;
    shop.put_program();
    ASSERT_EQ(shop.tim({"enroll", "email:an@example.vn"}).code, 0);
    ASSERT_EQ(shop.tim({"sale", "email:AN@example.vn", "--receipt", "1/1", "--amount", "1000000"}).code, 0);
    const Ended quote = shop.tim({"--json", "quote", "email:an@example.vn", "--amount", "25000"});
    EXPECT_EQ(member(quote.out, "earns"), "2");
    EXPECT_EQ(member(quote.out, "spendable"), "100");
    EXPECT_EQ(member(quote.out, "spendable_value"), "\"25000\"");

    const Ended hold = shop.tim({"--json", "hold", "email:an@example.vn", "--points", "60"});
    ASSERT_EQ(hold.code, 0) << hold.err;
    EXPECT_EQ(member(hold.out, "spendable"), "40");
    const Ended captured = shop.tim({"--json", "capture", member(hold.out, "hold"), "--points", "25"});
    EXPECT_EQ(member(captured.out, "balance"), "75");
    EXPECT_EQ(member(captured.out, "held"), "0");
    EXPECT_EQ(shop.tim({"release", member(hold.out, "hold")}).code, 1);
    const Ended second = shop.tim({"--json", "hold", "email:an@example.vn", "--points", "75"});
    EXPECT_EQ(member(shop.tim({"--json", "release", member(second.out, "hold")}).out, "spendable"), "75");
    EXPECT_EQ(
        member(shop.tim({"--json", "redeem", "email:an@example.vn", "--amount", "2500"}).out, "balance"),
        "72");

    const Ended history = shop.tim({"history", "email:an@example.vn", "--limit", "3"});
    EXPECT_THAT(history.out,
                AllOf(HasSubstr("redeemed"), HasSubstr("hold_released"), Not(HasSubstr("enrolled"))));
    EXPECT_THAT(shop.tim({"--json", "history", "email:an@example.vn"}).out,
                HasSubstr("\"type\":\"enrolled\""));
}

TEST(TimCommands, AVoidTakesTheSaleBack) {
    const TestShop shop;
    shop.put_program();
    ASSERT_EQ(shop.tim({"enroll", "card:1", "--also", "phone:0084 901 234 567"}).code, 0);
    ASSERT_EQ(shop.tim({"sale", "card:1", "--receipt", "1/1", "--amount", "100000"}).code, 0);
    ASSERT_EQ(shop.tim({"void", "1/V1", "--original", "1/1"}).code, 0);
    const Ended shown = shop.tim({"--json", "show", "phone:+84901234567"});
    EXPECT_EQ(member(shown.out, "points"), "0");
    EXPECT_EQ(member(shown.out, "lifetime_spend"), "\"0\"");
    EXPECT_EQ(shop.tim({"void", "1/V2", "--original", "1/1"}).code, 1);
}

TEST(TimCommands, BadInputIsNamedBeforeAnythingIsSent) {
    const TestShop shop;
    shop.put_program();
    const auto fails_with = [&shop](std::vector<std::string> arguments, const std::string& part) {
        const Ended ended = shop.tim(std::move(arguments));
        EXPECT_EQ(ended.code, 2) << ended.err;
        EXPECT_THAT(ended.err, HasSubstr(part));
    };
    fails_with({"sale", "card:1", "--receipt", "1/1234567890123456789012345", "--amount", "1"}, "25 bytes");
    fails_with({"sale", "card:1", "--receipt", "1234", "--amount", "1"}, "TERMINAL/NUMBER");
    fails_with({"show", "phone:12"}, "phone");
    fails_with({"show", "20417"}, "20417");
    fails_with({"sale", "card:1", "--receipt", "1/1", "--amount", "1.5"}, "--amount");
    fails_with({"sale", "card:1", "--receipt", "1/1", "--amount=-1"}, "negative");
    fails_with({"sale", "card:1", "--receipt", "1/1", "--amount", "1", "--at", "2011-02-30"}, "--at");
    fails_with({"sale", "card:1", "--amount", "1"}, "--receipt");
    fails_with({"adjust", "card:1", "--points", "1", "--reason", "x", "--request-id", "12"}, "request id");
    fails_with({"frobnicate"}, "");
    EXPECT_EQ(shop.tim({"show", "card:none"}).code, 1);
}

TEST(TimCommands, ProgramsAreCheckedWithTheirPlace) {
    const TestShop shop;
    const auto check = [&shop](const std::string& json) {
        return shop.tim({"program", "check", shop.write("check.json", json)});
    };
    const std::string head =
        "{\n \"id\": \"p\", \"currency\": \"GBP\", \"time_zone\": \"Europe/London\",\n"
        " \"points\": { \"earn\": { \"per_amount\": \"1.00\" } },\n \"tiers\": ";
    const Ended good = check(head + "[ { \"id\": \"a\", \"min\": \"0.00\" } ] }");
    EXPECT_EQ(good.code, 0) << good.err;
    EXPECT_THAT(good.out, AllOf(HasSubstr("late_days"), HasSubstr("lifetime_spend")));
    EXPECT_EQ(check(good.out).out, good.out);

    const Ended misspelt = check(head + "[ { \"id\": \"a\", \"mni\": \"0.00\" } ] }");
    EXPECT_EQ(misspelt.code, 2);
    EXPECT_THAT(misspelt.err, AllOf(HasSubstr("check.json:4:"), HasSubstr("mni")));
    const Ended overlapping = check(head +
                                    "[ { \"id\": \"a\", \"min\": \"0.00\", \"max\": \"500.00\" },\n"
                                    "   { \"id\": \"b\", \"min\": \"300.00\" } ] }");
    EXPECT_EQ(overlapping.code, 2);
    EXPECT_THAT(overlapping.err, HasSubstr("tiers["));
    EXPECT_EQ(shop.tim({"program", "check", "missing.json"}).code, 2);
    EXPECT_EQ(shop.tim({"program", "put", shop.write("bad.json", "{")}).code, 2);
    EXPECT_EQ(shop.tim({"show", "card:1"}).code, 1) << "there is no program yet";

    shop.put_program();
    shop.put_program();
    EXPECT_THAT(shop.tim({"program", "get"}).out, HasSubstr("Vàng"));
    EXPECT_THAT(shop.tim({"program", "list"}).out, HasSubstr("shop"));
    EXPECT_EQ(shop.tim({"program", "get", "none"}).code, 1);
}

TEST(TimCommands, KeysLetInAndOut) {
    const TestShop shop;
    shop.put_program();
    const std::string key = shop.path("till.key").string();
    ASSERT_EQ(shop.tim({"enroll", "card:1"}).code, 0);
    ASSERT_EQ(
        shop.tim({"keys", "add", "till-1", "--role", "pos", "--for-program", "shop", "--out", key}).code, 0);
    EXPECT_THAT(shop.tim({"keys", "list"}).out,
                AllOf(HasSubstr("till-1"), HasSubstr("pos"), HasSubstr("shop")));
    EXPECT_EQ(shop.tim({"keys", "add", "till-1", "--role", "pos", "--out", key + "2"}).code, 1);
    EXPECT_FALSE(std::filesystem::exists(key + "2"));
    EXPECT_EQ(shop.tim({"--key-file", key, "sale", "card:1", "--receipt", "1/1", "--amount", "10000"}).code,
              0);
    EXPECT_EQ(shop.tim({"--key-file", key, "adjust", "card:1", "--points", "1", "--reason", "x"}).code, 1);
    ASSERT_EQ(shop.tim({"keys", "revoke", "till-1"}).code, 0);
    EXPECT_EQ(shop.tim({"--key-file", key, "show", "card:1"}).code, 3);
    const std::string other =
        shop.write("other.key", "tim-key-1 admin AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n");
    EXPECT_EQ(shop.tim({"--key-file", other, "show", "card:1"}).code, 3) << "a wrong key";
}

TEST(TimCommands, AServerThatIsAwayIsTold) {
    TestShop shop;
    EXPECT_EQ(shop.tim({"stats"}).code, 0);
    EXPECT_THAT(shop.tim({"--json", "stats"}).out, StartsWith("{\""));
    EXPECT_EQ(shop.tim({"verify"}).code, 0);
    EXPECT_EQ(shop.stop(), 0);
    const Ended away = shop.tim({"stats"});
    EXPECT_EQ(away.code, 3);
    EXPECT_THAT(away.err, HasSubstr(shop.address()));
}

TEST(TimCommands, AServerThatIsFullIsTold) {
    const TestShop shop({"--max-connections", "1"});
    const Process watcher = shop.begin_tim({"stats", "--watch"});
    while (watcher.out().empty())
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    const Ended full = shop.tim({"stats"});
    EXPECT_EQ(full.code, 3);
    EXPECT_EQ(full.err, "tim: " + shop.address() +
                            ": the server has as many connections as it takes (1); try again later\n");
}

TEST(TimCommands, EveryCommandHasHelpWithAnExample) {
    const TestShop shop;
    for (const std::vector<std::string>& command :
         std::vector<std::vector<std::string>>{{},
                                               {"program", "put"},
                                               {"program", "check"},
                                               {"program", "get"},
                                               {"program", "list"},
                                               {"enroll"},
                                               {"show"},
                                               {"history"},
                                               {"sale"},
                                               {"return"},
                                               {"void"},
                                               {"adjust"},
                                               {"quote"},
                                               {"redeem"},
                                               {"hold"},
                                               {"capture"},
                                               {"release"},
                                               {"feed"},
                                               {"export", "customers"},
                                               {"verify"},
                                               {"stats"},
                                               {"keys", "add"},
                                               {"keys", "list"},
                                               {"keys", "revoke"}}) {
        auto arguments = command;
        arguments.push_back("--help");
        const Ended help = shop.tim(arguments);
        EXPECT_EQ(help.code, 0);
        EXPECT_THAT(help.out, HasSubstr("xample")) << (command.empty() ? "tim" : command.back());
    }
}

}  // namespace
}  // namespace tim::integration
