// progress, show --as-of, explain, program whatif, on, off and recompute, by `tim` against a daemon.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/tim_processes.h"

namespace tim::integration {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// Đồng, Kín (hidden) from 1,000,000, Vàng from 10,000,000; VND, 10,000 for a point.
std::string document(const std::string& vang_min, bool enabled = true) {
    return R"({"id": "tiers", "name": "Cấp độ", "currency": "VND", "time_zone": "Asia/Ho_Chi_Minh", "enabled": )" +
           std::string(enabled ? "true" : "false") + R"(,
  "points": {"unit": "điểm", "earn": {"per_amount": "10000", "points": 1}, "redeem": {"points": 1, "value": "1000"}},
  "tiering": {"criterion": "lifetime_spend", "downgrade": "immediate"},
  "tiers": [{"id": "dong", "name": "Đồng", "min": "0"},
            {"id": "kin", "name": "Kín", "min": "1000000", "visible": false, "benefits": ["Quà bí mật"]},
            {"id": "vang", "name": "Vàng", "min": ")" +
           vang_min + R"(", "multiplier_bp": 15000, "benefits": ["Hotline riêng"]}]})";
}

struct InsightShop : TestShop {
    InsightShop() {
        EXPECT_EQ(tim({"program", "put", write("tiers.json", document("10000000"))}).code, 0);
        EXPECT_EQ(tim({"enroll", "card:1", "--at", "2026-01-01"}).code, 0);
        EXPECT_EQ(sell("1/1", "400000", "2026-01-05"), 0);
    }
    int sell(const std::string& receipt, const std::string& amount, const std::string& at) const {
        return tim({"sale", "card:1", "--receipt", receipt, "--amount", amount, "--at", at}).code;
    }
};

TEST(TimInsight, S2_10_ProgressTellsWhatIsMissing) {
    const InsightShop shop;
    const Ended told = shop.tim({"progress", "card:1"});
    ASSERT_EQ(told.code, 0) << told.err;
    EXPECT_THAT(told.out,
                AllOf(HasSubstr("Đồng (dong)"), HasSubstr("Vàng (vang)"), HasSubstr("Hotline riêng"),
                      HasSubstr("9600000"), HasSubstr("150 % of the usual điểm")));
    EXPECT_THAT(told.out, Not(HasSubstr("Kín"))) << "S2.7: hidden from those who are not in it";
    EXPECT_EQ(shop.sell("1/2", "700000", "2026-01-06"), 0);
    const Ended json = shop.tim({"--json", "progress", "card:1"});
    EXPECT_THAT(json.out, AllOf(HasSubstr("\"name\":\"Kín\""), HasSubstr("\"sale\":\"8900000\"")));
    EXPECT_EQ(shop.tim({"progress", "card:none"}).code, 1);
    EXPECT_EQ(shop.tim({"progress", "nobody"}).code, 2);
}

TEST(TimInsight, ShowsThePast) {
    const InsightShop shop;
    EXPECT_EQ(shop.sell("1/2", "20000000", "2026-03-06T10:00:00"), 0);
    const Ended then = shop.tim({"--json", "show", "card:1", "--as-of", "2026-03-06T09:59:59"});
    ASSERT_EQ(then.code, 0) << then.err;
    EXPECT_THAT(then.out, AllOf(HasSubstr("\"tier\":\"dong\""), HasSubstr("\"points\":40"),
                                HasSubstr("\"month_spend\":\"0\"")));
    EXPECT_THAT(shop.tim({"--json", "show", "card:1", "--as-of", "2026-03-06T10:00:00"}).out,
                HasSubstr("\"tier\":\"vang\""));
    const Ended before = shop.tim({"show", "card:1", "--as-of", "2025-12-31"});
    EXPECT_EQ(before.code, 1);
    EXPECT_THAT(before.err, HasSubstr("was not enrolled by then"));
    EXPECT_EQ(shop.tim({"show", "card:1", "--as-of", "2026-13-01"}).code, 2);
    EXPECT_EQ(shop.tim({"show", "card:1", "--as-of", "2099-01-01"}).code, 2);
}

TEST(TimInsight, ExplainsEveryPoint) {
    const InsightShop shop;
    ASSERT_EQ(shop.tim({"return", "card:1", "--receipt", "1/R", "--amount", "95000", "--original", "1",
                        "--at", "2026-01-06"})
                  .code,
              0);
    const Ended told = shop.tim({"explain", "1/1"});
    ASSERT_EQ(told.code, 0) << told.err;
    EXPECT_THAT(told.out, AllOf(HasSubstr("floor(400000 / 10000) × 1 = 40"), HasSubstr("points.earn"),
                                HasSubstr("floor(305000 / 10000) × 1 = 30; 30 − 40 = -10"),
                                HasSubstr("in all +30 điểm")));
    EXPECT_THAT(shop.tim({"--json", "explain", "1/R"}).out, HasSubstr("\"points\":-10"));
    EXPECT_EQ(shop.tim({"explain", "1/none"}).code, 1);
    EXPECT_EQ(shop.tim({"explain", "no receipt"}).code, 2);
}

TEST(TimInsight, S5_5_WhatIfTellsWhoWouldMoveAndChangesNothing) {
    const InsightShop shop;
    ASSERT_EQ(shop.tim({"enroll", "card:2", "--at", "2026-01-05"}).code, 0);
    const std::string before = shop.tim({"export", "ledger"}).out;
    const std::string change = shop.write("change.json", document("300000"));
    EXPECT_EQ(shop.tim({"program", "whatif", change}).code, 2) << "tiers overlap";
    const std::string lower = shop.write("lower.json", [] {
        std::string text = document("390000");
        text.replace(text.find("1000000"), 7, "100000");
        return text;
    }());
    const Ended told = shop.tim({"program", "whatif", lower, "--csv", shop.path("moves.csv")});
    ASSERT_EQ(told.code, 0) << told.err;
    EXPECT_THAT(told.out, AllOf(HasSubstr("would move  1"), HasSubstr("nothing was changed")));
    EXPECT_EQ(shop.read("moves.csv"),
              "customer,id,tier_before,tier_after,points,spendable_before,spendable_after\n"
              "card:1,1,dong,vang,40,40,40\n");
    EXPECT_EQ(shop.tim({"export", "ledger"}).out, before);
    EXPECT_THAT(shop.tim({"--json", "program", "whatif", lower}).out,
                AllOf(HasSubstr("\"moved\":1"), HasSubstr("\"value_before\":\"40000\"")));
    EXPECT_THAT(shop.tim({"--json", "program", "list"}).out, HasSubstr("\"versions\":1"));
}

TEST(TimInsight, VersionsBeforeTheFirstEventHoldForAllThatIsToCome) {
    const TestShop shop;
    const auto put = [&](const char* vang_min, std::vector<std::string> further = {}) {
        std::vector<std::string> words{"program", "put", shop.write("tiers.json", document(vang_min))};
        words.insert(words.end(), further.begin(), further.end());
        return shop.tim(words);
    };
    EXPECT_EQ(put("10000000").code, 0);
    EXPECT_THAT(put("2000000").out, HasSubstr("version 2 is in force\n"));
    EXPECT_THAT(put("1500000", {"--at", "2011-03-01"}).out,
                HasSubstr("version 3 is in force from 2011-03-01T00:00:00+07:00\n"));
    EXPECT_EQ(shop.tim({"enroll", "card:1", "--at", "2011-01-01"}).code, 0);
    const auto tier_after = [&](const char* receipt, const char* amount, const char* at) {
        EXPECT_EQ(shop.tim({"sale", "card:1", "--receipt", receipt, "--amount", amount, "--at", at}).code, 0);
        return shop.tim({"--json", "show", "card:1"}).out;
    };
    EXPECT_THAT(tier_after("1/1", "1600000", "2011-01-02"), HasSubstr(R"("tier":"kin")"));
    EXPECT_THAT(tier_after("1/2", "300000", "2011-01-03"), HasSubstr(R"("tier":"kin")"));
    EXPECT_THAT(tier_after("1/3", "200000", "2011-01-04"), HasSubstr(R"("tier":"vang")"))
        << "by the second version, not by the first";
    EXPECT_EQ(shop.tim({"return", "card:1", "--original", "1/3", "--receipt", "1/4", "--amount", "200000",
                        "--at", "2011-01-05"})
                  .code,
              0);
    EXPECT_THAT(tier_after("1/5", "1000", "2011-03-02"), HasSubstr(R"("tier":"vang")"))
        << "by the third, from its day on";
    EXPECT_EQ(put("1100000", {"--at", "2011-03-01"}).code, 1) << "what was recorded is not repriced";
}

TEST(TimInsight, SetsATierByHandForAWhile) {
    const InsightShop shop;
    const std::vector<std::string> gives = {"--json",
                                            "adjust",
                                            "card:1",
                                            "--tier",
                                            "vang",
                                            "--until",
                                            "2026-03-01",
                                            "--reason",
                                            "made good",
                                            "--request-id",
                                            "00112233445566778899aabbccddeeff"};
    const Ended given = shop.tim(gives);
    ASSERT_EQ(given.code, 0) << given.err;
    EXPECT_THAT(given.out, AllOf(HasSubstr("\"tier_after\":\"vang\""), HasSubstr("\"points\":0")));
    EXPECT_THAT(shop.tim(gives).out, HasSubstr("\"duplicate\":true"));
    EXPECT_THAT(shop.tim({"history", "card:1"}).out,
                AllOf(HasSubstr("tier_overridden"), HasSubstr("until 2026-03-01T00:00:00+07:00: made good")));
    EXPECT_EQ(shop.sell("1/2", "100000", "2026-03-01"), 0);
    EXPECT_THAT(shop.tim({"--json", "show", "card:1"}).out, HasSubstr("\"tier\":\"dong\""));
    EXPECT_THAT(shop.tim({"--json", "show", "card:1", "--as-of", "2026-02-28"}).out,
                HasSubstr("\"tier\":\"vang\""));
    EXPECT_THAT(shop.tim({"export", "ledger"}).out, HasSubstr(",override_ended,customer,1,"));

    const auto refused = [&shop](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"adjust", "card:1", "--reason", "r"});
        const Ended ended = shop.tim(arguments);
        return std::to_string(ended.code) + " " + ended.err;
    };
    EXPECT_THAT(refused({"--tier", "kim", "--until", "2027-01-01"}),
                HasSubstr("1 tim: refused: the program has"));
    EXPECT_THAT(refused({"--tier", "vang", "--until", "2026-01-01"}), HasSubstr("(invalid_time)"));
    EXPECT_THAT(refused({"--drop-tier"}), HasSubstr("(no_override)"));
    EXPECT_THAT(refused({"--tier", "vang"}), HasSubstr("2 tim: until when?"));
    EXPECT_THAT(refused({"--tier", "vang", "--until", "2027-01-01", "--points", "5"}),
                HasSubstr("by itself"));
    EXPECT_THAT(refused({"--until", "2027-01-01"}), HasSubstr("date a --tier"));
    EXPECT_EQ(shop.tim({"verify"}).code, 0);
}

TEST(TimInsight, S5_6_S5_11_OffAndOnAgainAndS3_11_Recompute) {
    const InsightShop shop;
    EXPECT_THAT(shop.tim({"program", "off", "tiers"}).out, HasSubstr("program tiers is off: version 2"));
    EXPECT_THAT(shop.tim({"program", "off"}).out, HasSubstr("off as before"));
    EXPECT_EQ(shop.sell("1/2", "20000000", "2026-01-07"), 0);
    EXPECT_THAT(shop.tim({"--json", "show", "card:1"}).out, HasSubstr("\"tier\":\"dong\"")) << "no tier move";
    EXPECT_THAT(shop.tim({"progress", "card:1"}).out, HasSubstr("the program is off"));
    EXPECT_THAT(shop.tim({"--json", "program", "on"}).out, HasSubstr("\"version\":3"));
    EXPECT_THAT(shop.tim({"--json", "show", "card:1"}).out, HasSubstr("\"tier\":\"vang\""));
    const Ended done = shop.tim({"--json", "recompute"});
    ASSERT_EQ(done.code, 0) << done.err;
    EXPECT_THAT(done.out, HasSubstr("\"customers\":1"));
    EXPECT_THAT(shop.tim({"--json", "recompute"}).out, HasSubstr("\"recorded\":0"));
    EXPECT_THAT(shop.tim({"export", "tiers"}).out, HasSubstr("vang,Vàng,card:1,1,20400000,2040,2040\n"));
    EXPECT_EQ(shop.tim({"verify"}).code, 0);
}

}  // namespace
}  // namespace tim::integration
