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

/// The ledger CSV without its column `recorded`, which is the wall clock's.
std::string without_recorded(const std::string& csv) {
    std::string out;
    std::size_t column = 0;
    for (const char c : csv) {
        if (c == '\n') column = 0;
        if (c == ',') ++column;
        if (column != 3) out += c;
    }
    return out;
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
    EXPECT_THAT(more.err, HasSubstr("is left of the sale (0 VND) (return_exceeds_sale)"));
}

TEST(TimCommands, SalesByLineAndTheirReturns) {
    const TestShop shop;
    const std::string program = R"({
      "id": "nhanh", "currency": "VND", "time_zone": "Asia/Ho_Chi_Minh",
      "points": { "earn": { "per_amount": "10000", "points": 1 } }, "tiers": [ { "id": "dong", "min": "0" } ],
      "campaigns": [ { "id": "cups", "when": { "sku_in": ["cup"] }, "then": [ { "bonus_points": 50 } ] },
                     { "id": "tea", "when": { "category_in": ["tea"] },
                       "then": [ { "discount": { "percent_bp": 1000 } } ] } ] })";
    const std::string file = shop.write("lines.json", program);
    EXPECT_THAT(shop.tim({"program", "check", file}).out, HasSubstr("\"sku_in\": ["));
    const Ended put = shop.tim({"program", "put", file});
    ASSERT_EQ(put.code, 0) << put.err;
    ASSERT_EQ(shop.tim({"enroll", "card:1"}).code, 0);

    const std::vector<std::string> lines = {"--line", "oolong:2:60000:tea", "--line", "cup:1:45000"};
    const auto with_lines = [&lines](std::vector<std::string> words) {
        words.insert(words.end(), lines.begin(), lines.end());
        return words;
    };
    const Ended quote = shop.tim(with_lines({"--json", "quote", "card:1", "--amount", "165000"}));
    EXPECT_EQ(quote.code, 0) << quote.err;
    EXPECT_EQ(member(quote.out, "discount"), "\"16500\"");
    EXPECT_EQ(member(quote.out, "earns"), "64");
    EXPECT_EQ(member(shop.tim({"--json", "quote", "card:1", "--amount", "165000"}).out, "discount"), "\"0\"");

    const auto sale = with_lines({"--json", "sale", "card:1", "--receipt", "1/S", "--amount", "150000"});
    const Ended sold = shop.tim(sale);
    EXPECT_EQ(member(sold.out, "points"), "65") << sold.err;
    EXPECT_THAT(sold.out, HasSubstr("\"type\":\"sale_lines\""));
    EXPECT_EQ(member(shop.tim(sale).out, "duplicate"), "true");
    EXPECT_THAT(shop.tim({"sale", "card:1", "--receipt", "1/S", "--amount", "150000"}).err,
                HasSubstr("(conflict)"));
    const Ended small = shop.tim(with_lines({"sale", "card:1", "--receipt", "1/T", "--amount", "165001"}));
    EXPECT_EQ(small.code, 1);
    EXPECT_THAT(small.err,
                HasSubstr("the lines come to 165000 VND, and more was paid (amount_exceeds_lines)"));

    const auto back = [&shop](const std::string& number, std::vector<std::string> words) {
        words.insert(words.begin(), {"return", "card:1", "--receipt", "1/" + number, "--original", "S"});
        return shop.tim(words);
    };
    const Ended tea = back("R1", {"--line", "oolong:1", "--json"});
    EXPECT_EQ(tea.code, 0) << tea.err;
    EXPECT_EQ(member(tea.out, "amount"), "\"54545\"");
    EXPECT_EQ(member(tea.out, "points"), "-6");
    EXPECT_THAT(back("R2", {"--line", "cup:1", "--amount", "1"}).err,
                HasSubstr("the lines' share of what was paid is 40909 VND (line_amount_differs)"));
    const Ended cup = back("R2", {"--line", "cup:1", "--amount", "40909"});
    EXPECT_EQ(cup.code, 0) << cup.err;
    EXPECT_THAT(cup.out, AllOf(HasSubstr("40909 VND"), HasSubstr("campaign_reduced cups, -50 points")));
    EXPECT_THAT(back("R3", {"--line", "cup:1"}).err, HasSubstr("(return_exceeds_line)"));
    EXPECT_THAT(back("R3", {"--line", "pot:1"}).err, HasSubstr("(unknown_line)"));
    EXPECT_EQ(back("R3", {"--line", "oolong"}).code, 2);
    EXPECT_EQ(back("R3", {}).code, 2) << "neither an amount nor lines";
    EXPECT_EQ(shop.tim({"return", "card:1", "--receipt", "1/R3", "--line", "oolong:1"}).code, 2);
    EXPECT_EQ(member(back("R3", {"--line", "oolong:1", "--json"}).out, "balance"), "0");

    EXPECT_THAT(
        shop.tim({"explain", "1/S"}).out,
        AllOf(HasSubstr("What was sold: oolong × 2 at 60000 (tea), cup × 1 at 45000."),
              HasSubstr("What came back: cup × 1 at 45000. What is left: oolong × 1 at 60000 (tea).")));
    EXPECT_THAT(shop.tim({"history", "card:1"}).out,
                HasSubstr("oolong × 2 at 60000 (tea), cup × 1 at 45000"));
    EXPECT_EQ(shop.tim({"verify"}).code, 0);
}

TEST(TimCommands, ASaleCapturesTheHoldThatItNames) {
    const TestShop shop;
    shop.put_program();
    ASSERT_EQ(shop.tim({"enroll", "card:1"}).code, 0);
    ASSERT_EQ(shop.tim({"adjust", "card:1", "--points", "100", "--reason", "a gift"}).code, 0);
    const std::string hold = member(shop.tim({"--json", "hold", "card:1", "--points", "60"}).out, "hold");
    const std::vector<std::string> sale = {"sale",     "card:1", "--receipt", "1/S",
                                           "--amount", "50000",  "--hold",    hold};
    const Ended sold = shop.tim(sale);
    ASSERT_EQ(sold.code, 0) << sold.err;
    EXPECT_THAT(sold.out, AllOf(HasSubstr("+5"), HasSubstr("45"), HasSubstr("hold_captured " + hold)));
    std::vector<std::string> as_json = sale;
    as_json.insert(as_json.begin(), "--json");
    const Ended again = shop.tim(as_json);
    EXPECT_EQ(member(again.out, "duplicate"), "true");
    EXPECT_EQ(member(again.out, "balance"), "45");
    EXPECT_THAT(again.out, HasSubstr("\"effects\":[{\"type\":\"sale\""));
    EXPECT_THAT(again.out, HasSubstr("\"points\":-60,\"related\":" + hold));
    const Ended refused = shop.tim({"sale", "card:1", "--receipt", "1/T", "--amount", "1", "--hold", hold});
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.err, HasSubstr("(hold_captured)"));
    EXPECT_EQ(shop.tim({"sale", "card:1", "--receipt", "1/T", "--amount", "1", "--hold", "x"}).code, 2);
    // What is spent in the sale comes back with it.
    EXPECT_EQ(shop.tim({"redeem", "card:1", "--points", "7", "--original", "S"}).code, 2);
    EXPECT_EQ(
        member(shop.tim({"--json", "redeem", "card:1", "--points", "7", "--original", "1/S"}).out, "balance"),
        "38");
    EXPECT_THAT(shop.tim({"redeem", "card:1", "--points", "7", "--original", "1/X"}).err,
                HasSubstr("(unknown_receipt)"));
    EXPECT_EQ(member(shop.tim({"--json", "void", "1/V", "--original", "S"}).out, "balance"), "100");
    EXPECT_THAT(shop.tim({"explain", "1/S"}).out,
                AllOf(HasSubstr("Of hold " + hold), HasSubstr("spent in the sale are given back")));
}

TEST(TimCommands, ShowsWhatIsPendingAndWhatExpires) {
    const TestShop shop;
    shop.put_program();
    const auto put = [&shop](const std::string& points) {
        return shop.tim(
            {"program", "put",
             shop.write("dated.json",
                        R"({ "id": "dated", "currency": "VND", "time_zone": "Asia/Ho_Chi_Minh", "points": )" +
                            points + R"(, "tiers": [ { "id": "all", "min": "0" } ] })")});
    };
    const Ended wrong =
        put(R"({ "earn": { "per_amount": "10000" }, "expiry": { "policy": "months", "months": 61 } })");
    EXPECT_EQ(wrong.code, 2);
    EXPECT_THAT(wrong.err, HasSubstr("points.expiry.months: is 61; it must be from 1 to 60"));
    const Ended right = put(R"({ "earn": { "per_amount": "10000" }, "pending_days": 3, "late_days": 400,
                                 "expiry": { "policy": "year_end", "years": 2 } })");
    ASSERT_EQ(right.code, 0) << right.err;
    ASSERT_EQ(shop.tim({"--program", "dated", "enroll", "card:1"}).code, 0);
    const Ended sold = shop.tim(
        {"--program", "dated", "--json", "sale", "card:1", "--receipt", "1/S", "--amount", "100000"});
    ASSERT_EQ(sold.code, 0) << sold.err;
    EXPECT_EQ(member(sold.out, "points"), "10");
    EXPECT_EQ(member(sold.out, "balance"), "0");
    const Ended shown = shop.tim({"--program", "dated", "--json", "show", "card:1"});
    EXPECT_EQ(member(shown.out, "points"), "0");
    EXPECT_EQ(member(shown.out, "pending"), "10");
    EXPECT_EQ(member(shown.out, "expiring"), "10");
    EXPECT_THAT(member(shown.out, "next_expiry"), HasSubstr("-01-01T00:00:00+07:00"));
    EXPECT_THAT(shop.tim({"--program", "dated", "show", "card:1"}).out,
                AllOf(HasSubstr("pending"), HasSubstr("10 on ")));
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

TEST(TimCommands, TheLedgerIsExportedAsItHappened) {
    const TestShop shop;
    shop.put_program();
    ASSERT_EQ(shop.tim({"enroll", "card:1", "--at", "2026-01-01"}).code, 0);
    ASSERT_EQ(
        shop.tim({"sale", "card:1", "--receipt", "1/S", "--amount", "3000000", "--at", "2026-01-02"}).code,
        0);
    ASSERT_EQ(shop.tim({"sale", "--receipt", "1/A", "--amount", "20000", "--at", "2026-01-02"}).code, 0);
    ASSERT_EQ(shop.tim({"hold", "card:1", "--points", "5", "--ttl", "600", "--at", "2026-01-02"}).code, 0);
    ASSERT_EQ(shop.tim({"return", "card:1", "--receipt", "1/R", "--amount", "1000000", "--original", "S",
                        "--at", "2026-01-02"})
                  .code,
              0);
    const Ended exported = shop.tim({"export", "ledger"});
    ASSERT_EQ(exported.code, 0) << exported.err;
    const std::string facts = without_recorded(exported.out);
    EXPECT_THAT(exported.out,
                StartsWith("sequence,transaction,at,recorded,type,subject,customer,name,amount,points,"
                           "points_after,held_after,tier_before,tier_after,version,by\n"));
    // The key of the administrator is fact 1, and of no program.
    EXPECT_THAT(facts, HasSubstr("\n2,2,,program_put,program,,"));
    EXPECT_THAT(facts, HasSubstr("\n4,4,2026-01-02T00:00:00+07:00,sale,"
                                 "customer,1,1/S,3000000,300,300,0,dong,bac,1,\n"));
    EXPECT_THAT(facts, HasSubstr(",sale,anonymous,,1/A,20000,0,,,,,1,\n"));
    EXPECT_THAT(facts, HasSubstr(",hold_opened,customer,1,"));
    EXPECT_THAT(facts, HasSubstr("\n7,7,2026-01-02T00:00:00+07:00,returned,"
                                 "customer,1,1/R,-1000000,-100,200,5,bac,dong,1,\n"));
    EXPECT_THAT(facts, HasSubstr("\n8,7,2026-01-02T00:00:00+07:00,"
                                 "receipt_reduced,receipt,,,2000000,200,,,,,1,\n"));
    const std::string csv = shop.path("ledger.csv").string();
    const Ended to_file = shop.tim({"export", "ledger", "--csv", csv});
    EXPECT_EQ(to_file.code, 0);
    EXPECT_EQ(to_file.err, "7 facts in " + csv + "\n");
    EXPECT_EQ(shop.read("ledger.csv"), exported.out);
    EXPECT_FALSE(std::filesystem::exists(csv + ".partial"));
    EXPECT_EQ(shop.tim({"export", "ledger", "--csv", "/nowhere/ledger.csv"}).code, 2);
}

TEST(TimCommands, ALedgerOfManyPagesIsExportedWhole) {
    const TestShop shop;
    shop.put_program();
    std::string feed = "kind,receipt,at,terminal,customer,amount\n";
    for (int i = 0; i < 12'000; ++i)
        feed += "sale," + std::to_string(i) + ",2026-01-02,1,,10000\n";
    ASSERT_EQ(shop.tim({"feed", shop.write("feed.csv", feed)}).code, 0);
    const std::string csv = shop.tim({"export", "ledger"}).out;
    std::uint64_t expected = 1;
    for (std::size_t at = csv.find('\n') + 1; at < csv.size(); at = csv.find('\n', at) + 1)
        ASSERT_EQ(std::stoull(csv.substr(at)), ++expected) << "none is missing, none is twice";
    EXPECT_EQ(expected, 12'002U);
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
    fails_with({"enrol"}, "\"enrol\" is no command of `tim`; did you mean \"enroll\"?");
    fails_with({"frobnicate"}, "\"frobnicate\" is no command of `tim`; known are program, enroll, show,");
    fails_with({"export", "nonsense"}, "\"nonsense\" is no command of `tim export`; known are customers");
    fails_with({"export"}, "`tim export` needs one of customers, tiers, ledger");
    fails_with({"enrol", "card:1", "--nam", "An"}, "\"enrol\" is no command of `tim`");
    fails_with({"show", "card:1", "card:2"}, "\"card:2\" is more than `tim show` takes");
    fails_with({"sale", "--recipt", "1/1", "--amount", "1"},
               "--recipt is no option of `tim sale`; did you mean \"--receipt\"?");
    fails_with({"\x1b[2J"}, "\"\\x1b[2J\" is no command");
    EXPECT_EQ(shop.tim({"show", "card:none"}).code, 1);
    EXPECT_EQ(shop.tim({"show", "id:99999"}).err, "tim: no customer has the id 99999\n");
    fails_with({"history", "card:1", "--limit", "0"},
               "--limit: \"0\" is not a whole number from 1 to 1000000");
    fails_with({"hold", "card:1", "--points", "1", "--ttl", "604801"},
               "--ttl: \"604801\" is not a whole number of seconds from 1 to 604800");
    fails_with({"hold", "card:1", "--points", "0"}, "--points: \"0\" is not a whole number above 0");
    fails_with({"enroll", "card:1", "--name", std::string(513, 'x')}, "--name: it has 513 bytes");
    fails_with({"enroll", "card:1", "--name", "a\x1b"}, "--name: it holds control characters");
    fails_with({"adjust", "card:1", "--points", "1", "--reason", std::string(600, 'x')},
               "--reason: it has 600 bytes");
    const std::string folder = shop.path(".").string();
    fails_with({"program", "check", folder}, folder + ": this is a folder, not a file");
    fails_with({"program", "put", folder}, folder + ": this is a folder, not a file");
    EXPECT_THAT(shop.tim({"hold", "--help"}).out, HasSubstr("from 1 to 604800"));
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
    const Ended raw = check("{ \"id\": \"p\", \"\x1b[2J\": 1 }");
    EXPECT_EQ(raw.code, 2);
    EXPECT_THAT(raw.err, Not(HasSubstr("\x1b")));
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
    const Ended verify = shop.tim({"--key-file", key, "verify"});
    EXPECT_EQ(verify.code, 1);
    EXPECT_EQ(verify.err, "tim: a key of role pos may not verify the ledger\n");
    EXPECT_EQ(shop.tim({"--key-file", key, "export", "ledger"}).code, 1);
    EXPECT_EQ(shop.tim({"--key-file", key, "redeem", "card:1", "--points", "1"}).code, 0);
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
                                               {"export", "ledger"},
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
