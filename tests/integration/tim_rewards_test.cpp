// Rewards and vouchers as an operator meets them (S1.9, S2.9).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/tim_processes.h"

namespace tim::integration {
namespace {

using testing::HasSubstr;
using testing::Not;

struct RewardsShop : TestShop {
    RewardsShop() {
        const Ended put = tim({"program", "put", write("shop.json", R"({
  "id": "doi-qua", "name": "Đổi quà", "currency": "VND", "time_zone": "Asia/Ho_Chi_Minh",
  "points": { "unit": "điểm", "earn": { "per_amount": "10000", "points": 1 } },
  "tiers": [ { "id": "moi", "name": "Mới", "min": "0" }, { "id": "bac", "name": "Bạc", "min": "3000000", "voucher_discount_bp": 500 } ],
  "rewards": [ { "id": "v50", "name": "Voucher 50K", "cost_points": 100, "value": "50000", "valid_days": 30, "stock": 2 },
               { "id": "coc", "name": "Cốc", "kind": "gift", "cost_points": 40, "to": "2026-04-30" } ],
  "campaigns": [ { "id": "lon", "when": { "amount_from": "2000000" }, "then": [ { "voucher": "coc" } ] } ]
})")});
        EXPECT_EQ(put.code, 0) << put.err;
        EXPECT_EQ(tim({"enroll", "card:1", "--at", "2026-03-01T08:00"}).code, 0);
    }
    /// What is to be done.
    std::string done(std::vector<std::string> arguments) const {
        const Ended ended = tim(std::move(arguments));
        EXPECT_EQ(ended.code, 0) << ended.err;
        return ended.out;
    }
    static std::string code_in(const std::string& json) {
        const std::size_t begin = json.find(R"("code":")") + 8;
        return json.substr(begin, 12);
    }
};

TEST(TimRewards, S1_9_PointsAreExchangedAndTheCodePays) {
    const RewardsShop shop;
    shop.done({"sale", "card:1", "--receipt", "1/A1", "--amount", "5000000", "--at", "2026-03-01T09:00"});
    const std::string catalogue = shop.done({"rewards", "card:1"});
    EXPECT_THAT(catalogue, HasSubstr("Voucher 50K"));
    EXPECT_THAT(catalogue, HasSubstr("95"));
    EXPECT_THAT(shop.done({"--json", "rewards"}), HasSubstr(R"("cost":100,"given":0,"stock":2)"));

    const std::string bought =
        shop.done({"--json", "redeem", "card:1", "--reward", "v50", "--at", "2026-03-02T09:00"});
    EXPECT_THAT(bought, HasSubstr(R"("points":-95)"));
    const std::string code = RewardsShop::code_in(bought);
    EXPECT_THAT(shop.done({"voucher", "check", code}), HasSubstr("issued"));
    EXPECT_THAT(shop.done({"quote", "card:1", "--amount", "120000", "--voucher", code}),
                HasSubstr("70000 VND"));
    EXPECT_THAT(shop.done({"voucher", "reserve", code, "--ttl", "600", "--at", "2026-03-03T09:00"}),
                HasSubstr("reserved until"));
    const Ended twice = shop.tim({"voucher", "reserve", code, "--at", "2026-03-03T09:01"});
    EXPECT_EQ(twice.code, 1);
    EXPECT_THAT(twice.err, HasSubstr("voucher_reserved"));
    const std::string sold = shop.done({"sale", "card:1", "--receipt", "1/A2", "--amount", "70000",
                                        "--voucher", code, "--at", "2026-03-03T09:02"});
    EXPECT_THAT(sold, HasSubstr("voucher_used " + code));
    EXPECT_THAT(shop.done({"--json", "voucher", "check", code}), HasSubstr(R"("sale":"1/A2")"));
    const std::string again = shop.done({"sale", "card:1", "--receipt", "1/A3", "--amount", "70000",
                                         "--voucher", code, "--at", "2026-03-03T09:03"});
    EXPECT_THAT(again, HasSubstr("voucher refused: that voucher was used already (voucher_used)"));
    shop.done({"return", "card:1", "--receipt", "1/R1", "--amount", "70000", "--original", "1/A2", "--at",
               "2026-03-04T09:00"});
    EXPECT_THAT(shop.done({"voucher", "list", "card:1"}), HasSubstr("issued"));
    EXPECT_THAT(shop.done({"voucher", "cancel", code, "--at", "2026-03-05T09:00"}), HasSubstr("cancelled"));
    EXPECT_THAT(shop.done({"history", "card:1"}), HasSubstr("v50, code " + code));
    EXPECT_EQ(shop.tim({"verify"}).code, 0);
}

TEST(TimRewards, GiftsComeWithSalesAndAreHandedOut) {
    const RewardsShop shop;
    const std::string sold = shop.done(
        {"--json", "sale", "card:1", "--receipt", "1/A1", "--amount", "2000000", "--at", "2026-03-01T09:00"});
    EXPECT_THAT(sold, HasSubstr(R"("type":"voucher_granted")"));
    EXPECT_THAT(sold, HasSubstr(R"("campaign":"lon")"));
    const std::string code = RewardsShop::code_in(sold.substr(sold.find("voucher_granted")));
    EXPECT_THAT(shop.done({"voucher", "check", code}), HasSubstr("a gift, to be handed out"));
    EXPECT_THAT(shop.done({"voucher", "use", code, "--at", "2026-03-02T09:00"}), HasSubstr("used"));
    EXPECT_THAT(shop.done({"explain", "1/A1"}), HasSubstr("Campaign lon gives a voucher, coc"));
    const Ended none = shop.tim({"voucher", "use", "7K3M9QXWTB2C"});
    EXPECT_EQ(none.code, 1);
    EXPECT_THAT(none.err, HasSubstr("unknown_voucher"));
    const Ended late = shop.tim({"redeem", "card:1", "--reward", "coc", "--at", "2026-05-01T00:00"});
    EXPECT_EQ(late.code, 1);
    EXPECT_THAT(late.err, HasSubstr("reward_not_offered"));
    EXPECT_EQ(shop.tim({"redeem", "card:1", "--reward", "coc", "--points", "1"}).code, 2);
}

TEST(TimRewards, AFeedRedeemsRewards) {
    const RewardsShop shop;
    const std::string feed = shop.write("feed.csv",
                                        "kind,receipt,at,terminal,customer,amount,reward\n"
                                        "sale,A1,2026-03-02T09:00,1,card:1,1900000,\n"
                                        "redeem,D1,2026-03-02T10:00,1,card:1,,v50\n"
                                        "redeem,D2,2026-03-02T11:00,1,card:1,,none\n"
                                        "redeem,D3,2026-03-02T12:00,1,card:1,,coc\n");
    const Ended posted = shop.tim({"feed", feed});
    EXPECT_EQ(posted.code, 4) << posted.err;
    EXPECT_THAT(posted.out + posted.err, HasSubstr("accepted=3 duplicate=0 anonymous=0 refused=1"));
    const Ended again = shop.tim({"feed", feed});
    EXPECT_THAT(again.out + again.err, HasSubstr("accepted=0 duplicate=3 anonymous=0 refused=1"));
    EXPECT_THAT(shop.done({"--json", "show", "card:1"}), HasSubstr(R"("points":50)"));
    const std::string listed = shop.done({"voucher", "list", "card:1"});
    EXPECT_THAT(listed, HasSubstr("v50"));
    EXPECT_THAT(listed, HasSubstr("coc"));
    EXPECT_THAT(shop.done({"explain", "1/D1"}), HasSubstr("are exchanged for v50"));
}

}  // namespace
}  // namespace tim::integration
