// The network and referrals as an operator meets them: worked examples 5 and 6 by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/tim_processes.h"

namespace tim::integration {
namespace {

using testing::HasSubstr;
using testing::Not;

/// The value of a member of a one-line JSON object, without its quotes.
std::string member(const std::string& json, const std::string& name) {
    const std::string key = "\"" + name + "\":";
    const auto begin = json.find(key);
    if (begin == std::string::npos) return {};
    std::string value =
        json.substr(begin + key.size(), json.find_first_of(",}\n", begin) - begin - key.size());
    std::erase(value, '"');
    return value;
}

constexpr const char* kProgram = R"({
  "id": "lan-toa", "name": "Lan tỏa", "currency": "VND", "time_zone": "Asia/Ho_Chi_Minh",
  "points": { "unit": "TIM", "earn": { "per_amount": "10000", "points": 1 } },
  "tiering": { "criterion": "lifetime_ranking_points" },
  "tiers": [ { "id": "dong", "name": "Đồng", "min": "0" },
             { "id": "kim-cuong", "name": "Kim Cương", "min": "100", "makes_vip": true } ],
  "referral": { "code_days": 30, "referrer": { "points": 20 }, "referee": { "points": 10 }, "cap_per_month": 50 },
  "network": { "upline_earn": { "per_amount": "20000", "points": 1 }, "pending_days": 7,
               "commission": [ { "recruits": 0, "rate_bp": 300 } ],
               "payout": { "mode": "manual", "min_amount": "10000" } }
})";

struct NetworkShop : TestShop {
    NetworkShop() {
        const Ended put = run({"program", "put", write("lan-toa.json", kProgram)});
        EXPECT_EQ(put.code, 0) << put.err;
    }
    Ended run(std::vector<std::string> arguments) const { return tim(std::move(arguments)); }
    void done(std::vector<std::string> arguments) const {
        const Ended ended = run(std::move(arguments));
        EXPECT_EQ(ended.code, 0) << ended.err;
    }
    void sale(const char* who, const char* receipt, const char* amount, const char* at) const {
        done({"sale", who, "--receipt", receipt, "--amount", amount, "--at", at});
    }
};

TEST(TimNetwork, AMemberEarnsForTheVipAndBecomesOne) {
    const NetworkShop shop;
    shop.done({"enroll", "card:V", "--at", "2026-01-02"});
    EXPECT_EQ(shop.run({"vip", "appoint", "card:nobody"}).code, 1);
    shop.done({"vip", "appoint", "card:V"});
    shop.done({"enroll", "card:M", "--vip", "card:V", "--at", "2026-01-03"});
    EXPECT_THAT(shop.run({"enroll", "card:N", "--vip", "card:M"}).err, HasSubstr("not_a_vip"));
    EXPECT_THAT(shop.run({"show", "card:M"}).out, HasSubstr("member"));

    const Ended first = shop.run(
        {"sale", "card:M", "--receipt", "1/A1", "--amount", "1000000", "--at", "2026-01-05T10:00:00"});
    EXPECT_THAT(first.out, HasSubstr("commission_accrued 30000 for id:1"));
    EXPECT_THAT(first.out, HasSubstr("vip_granted"));
    EXPECT_EQ(member(shop.run({"--json", "show", "card:M"}).out, "class"), "vip");
    shop.sale("card:M", "1/A2", "1000000", "2026-01-06");
    const Ended commission = shop.run({"--json", "vip", "commission", "card:V"});
    EXPECT_EQ(member(commission.out, "pending"), "30000");
    EXPECT_EQ(member(commission.out, "members"), "1");
    EXPECT_EQ(member(shop.run({"--json", "show", "card:V"}).out, "points"), "100");

    shop.sale("card:V", "1/B1", "10000", "2026-01-20");  // the clock goes on
    EXPECT_EQ(member(shop.run({"--json", "vip", "commission", "card:V"}).out, "available"), "30000");
    EXPECT_THAT(shop.run({"vip", "payout", "request", "card:V", "--amount", "5000"}).err,
                HasSubstr("10000 VND"));
    const Ended asked = shop.run({"--json", "vip", "payout", "request", "card:V"});
    ASSERT_EQ(asked.code, 0) << asked.err;
    const std::string payout = member(asked.out, "payout");
    EXPECT_EQ(member(asked.out, "amount"), "30000");
    EXPECT_THAT(shop.run({"vip", "payout", "list"}).out, HasSubstr("requested"));
    EXPECT_THAT(shop.run({"vip", "payout", "paid", payout}).err, HasSubstr("payout_not_approved"));
    shop.done({"vip", "payout", "approve", payout});
    shop.done({"vip", "payout", "paid", payout});
    EXPECT_THAT(shop.run({"vip", "payout", "fail", payout}).err, HasSubstr("payout_closed"));
    EXPECT_EQ(shop.run({"--json", "vip", "payout", "list"}).out, "");
    const Ended statement = shop.run({"vip", "commission", "card:V"});
    EXPECT_THAT(statement.out, HasSubstr("payout_paid"));
    EXPECT_THAT(statement.out, HasSubstr("1/A1"));

    EXPECT_THAT(shop.run({"vip", "members", "card:V"}).out, HasSubstr("card:M"));
    EXPECT_THAT(shop.run({"vip", "move", "card:V", "--to", "card:M"}).err, HasSubstr("network_cycle"));
    shop.done({"vip", "move", "card:M", "--to", "none"});
    EXPECT_THAT(shop.run({"vip", "members", "card:V"}).out, Not(HasSubstr("card:M")));
    EXPECT_EQ(shop.run({"verify"}).code, 0);
}

TEST(TimNetwork, TheCustomerCsvHasClassVipAndCommission) {
    const NetworkShop shop;
    shop.done({"enroll", "card:V", "--at", "2026-01-02"});
    shop.done({"vip", "appoint", "card:V"});
    shop.done({"enroll", "card:M", "--vip", "card:V"});
    shop.sale("card:M", "1/A1", "500000", "2026-01-05");
    const Ended exported = shop.run({"export", "customers"});
    EXPECT_THAT(exported.out, HasSubstr("card:M,2,member,dong,"));
    EXPECT_THAT(exported.out, HasSubstr("card:V,1,vip,dong,"));
    EXPECT_THAT(exported.out, HasSubstr(",card:V,0,0,purchased\n"));
    EXPECT_THAT(exported.out, HasSubstr(",,0,15000,new\n"));
}

TEST(TimNetwork, AFirstOrderWithACodePaysBothSides) {
    const NetworkShop shop;
    shop.done({"enroll", "card:R", "--at", "2026-01-02"});
    const Ended bought = shop.run(
        {"--json", "sale", "card:R", "--receipt", "1/A1", "--amount", "100000", "--at", "2026-01-05"});
    const std::string code = member(bought.out, "code");
    EXPECT_EQ(code.size(), 12U);
    const Ended asked = shop.run({"code", "1/A1"});
    EXPECT_THAT(asked.out, HasSubstr(code));
    EXPECT_THAT(asked.out, HasSubstr("2026-02-04T23:59:59"));
    shop.done({"enroll", "card:2", "--referral", code});
    shop.done({"enroll", "card:3"});
    shop.sale("card:2", "1/B1", "500000", "2026-02-04T23:59:59");
    EXPECT_EQ(member(shop.run({"--json", "show", "card:R"}).out, "points"), "30");
    EXPECT_EQ(member(shop.run({"--json", "show", "card:2"}).out, "points"), "60");
    EXPECT_THAT(shop.run({"code", "1/A1"}).out, HasSubstr("used"));

    const Ended late = shop.run({"sale", "card:3", "--receipt", "1/C1", "--amount", "500000", "--at",
                                 "2026-02-05T00:00:00", "--referral", code});
    EXPECT_EQ(late.code, 0);
    EXPECT_THAT(late.out, HasSubstr("referral_used"));
    const Ended graph = shop.run({"referral", "card:R"});
    EXPECT_THAT(graph.out, HasSubstr("1/B1"));
    EXPECT_THAT(shop.run({"referral", "card:2"}).out, HasSubstr("id:1"));

    shop.done({"void", "1/V1", "--original", "1/B1", "--at", "2026-02-06"});
    EXPECT_EQ(member(shop.run({"--json", "show", "card:R"}).out, "points"), "10");
    EXPECT_EQ(member(shop.run({"--json", "show", "card:2"}).out, "points"), "0");
    EXPECT_EQ(shop.run({"verify"}).code, 0);
}

TEST(TimNetwork, BadInputIsNamed) {
    const NetworkShop shop;
    EXPECT_EQ(shop.run({"vip", "appoint", "nobody"}).code, 2);
    EXPECT_EQ(shop.run({"vip", "move", "card:1", "--to", "x"}).code, 2);
    EXPECT_EQ(shop.run({"vip", "payout", "approve", "zero"}).code, 2);
    EXPECT_EQ(shop.run({"code", "A1"}).code, 2);
    EXPECT_EQ(shop.run({"vip"}).code, 2);
    EXPECT_EQ(shop.run({"vip", "payout", "approve", "4711"}).code, 1);
    const std::string wrong =
        shop.write("wrong.json", std::string(kProgram).replace(std::string(kProgram).find("\"rate_bp\": 300"),
                                                               14, "\"rate_bp\": 30000"));
    const Ended checked = shop.run({"program", "check", wrong});
    EXPECT_EQ(checked.code, 2);
    EXPECT_THAT(checked.err, HasSubstr("network.commission[0].rate_bp"));
}

TEST(TimNetwork, AFeedKeepsTheOrderOfWhatDependsOnOthers) {
    const std::string header = "kind,receipt,at,terminal,customer,amount,referral,vip\n";
    for (const bool queued : {false, true}) {
        const NetworkShop shop;
        const auto feed = [&](const std::string& name, const std::string& rows) {
            std::vector<std::string> words = {"feed", shop.write(name, header + rows), "--connections", "3"};
            if (queued) words.insert(words.end(), {"--queue", shop.path("queue").string()});
            return shop.run(words);
        };
        // V is a VIP by a sale of the same feed; M becomes a member behind it, and X is refused: M is no VIP.
        const Ended first = feed("members.csv",
                                 "enroll,,2026-01-02,,card:V,,,\n"
                                 "sale,V1,2026-01-02T10:00:00,1,card:V,1000000,,\n"
                                 "enroll,,2026-01-02T11:00:00,,card:M,,,card:V\n"
                                 "sale,M1,2026-01-02T12:00:00,1,card:M,500000,,\n"
                                 "enroll,,2026-01-02T13:00:00,,card:X,,,card:M\n");
        EXPECT_EQ(first.last_line(), "rows=5 accepted=4 duplicate=0 anonymous=0 refused=1") << first.err;
        EXPECT_EQ(member(shop.run({"--json", "show", "card:V"}).out, "class"), "vip");
        EXPECT_EQ(member(shop.run({"--json", "vip", "commission", "card:V"}).out, "pending"), "15000");

        // One code is given at the enrolment, the other at the sale; each is good for the first order alone.
        const auto code_of = [&shop](const std::string& receipt) {
            return member(shop.run({"--json", "sale", "card:V", "--receipt", receipt, "--amount", "10000",
                                    "--at", "2026-01-03"})
                              .out,
                          "code");
        };
        const std::string rows = "enroll,,2026-01-04,,card:R,," + code_of("1/V2") +
                                 ",\n"
                                 "sale,R1,2026-01-04T10:00:00,1,card:R,100000,,\n"
                                 "enroll,,2026-01-04,,card:T,,,\n"
                                 "sale,T1,2026-01-04T11:00:00,1,card:T,100000," +
                                 code_of("1/V3") + ",\n";
        EXPECT_EQ(feed("codes.csv", rows).last_line(), "rows=4 accepted=4 duplicate=0 anonymous=0 refused=0");
        EXPECT_EQ(member(shop.run({"--json", "show", "card:R"}).out, "points"), "20");
        EXPECT_EQ(member(shop.run({"--json", "show", "card:T"}).out, "points"), "20");
        EXPECT_EQ(member(shop.run({"--json", "show", "card:V"}).out, "points"), "167") << "100 + 25 + 2 + 40";
        EXPECT_EQ(feed("codes.csv", rows).last_line(), "rows=4 accepted=0 duplicate=4 anonymous=0 refused=0");
        EXPECT_EQ(shop.run({"verify"}).code, 0);
    }
}

}  // namespace
}  // namespace tim::integration
