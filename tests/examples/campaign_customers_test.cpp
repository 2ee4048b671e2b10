// What campaigns ask about the customer of a sale, and what they pay to whoever brought that customer (S4.5
// to S4.9; design rules, Campaigns).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "engine/runtime/network_queries.h"
#include "tests/support/shop.h"

namespace tim::tests {
namespace {

using enum model::ConditionKind;
using model::ClassifyTerms;
using model::Refusal;
using ::testing::HasSubstr;

constexpr auto at = hanoi;

model::Program viet_thien() {
    model::Program program = nhanh_program("flexzen");
    model::Classification& lists = program.classification.emplace();
    lists.vip_month_spend = model::Money{30'000'000};
    lists.sources = {"staff", "facebook", "google", "tiktok", "referrer", "direct", "self"};
    lists.natures = {"export", "wholesale", "retail", "dealer"};
    lists.types = {"individual", "cafe", "grocery"};
    lists.items = {"tea", "coffee", "beans", "other"};
    return program;
}

/// A hundred points for whoever meets one condition.
model::Campaign gift(std::string id, model::ConditionKind kind, std::vector<std::string> texts) {
    model::Campaign campaign;
    campaign.id = std::move(id);
    campaign.when.kind = kind;
    campaign.when.texts = std::move(texts);
    campaign.then.emplace_back().points = {100};
    return campaign;
}

/// Both conditions.
model::Campaign and_from(model::Campaign campaign, std::int64_t amount) {
    model::Condition both;
    both.parts = {campaign.when, {}};
    both.parts[1].kind = amount_from;
    both.parts[1].amount = {amount};
    campaign.when = both;
    return campaign;
}

struct CampaignShop : Shop {
    explicit CampaignShop(const model::Program& rules) : Shop(rules) { go_to("2027-03-10"); }

    void go_to(const char* text) { fixture.clock().set(at(text)); }
    void say(const std::function<void(ClassifyTerms&)>& what) {
        ClassifyTerms terms;
        what(terms);
        EXPECT_EQ(fixture.execute(make_classify(program, fixture.fresh_request(), kCustomer, terms)).refusal,
                  Refusal::none);
    }
    std::int64_t earns(const std::string& number, std::int64_t amount = 10'000,
                       model::Instant when = model::kNoInstant, const Who& who = kCustomer) {
        return sale(number, amount, when, who).points.value;
    }
    std::string explained(const std::string& number) {
        fixture.commit();
        std::string text;
        const auto explanation = fixture.engine().explain(program, receipt(1, number));
        for (const auto& line : explanation->lines)
            text += line.rule + ": " + line.arithmetic + ": " + line.sentence + "\n";
        return text;
    }
};

TEST(CampaignCustomers, S4_6_campaigns_ask_for_source_nature_type_items_and_the_birthdays_month) {
    model::Program rules = viet_thien();
    rules.campaigns = {gift("source", source_in, {"facebook", "tiktok"}),
                       gift("nature", nature_in, {"wholesale"}), gift("type", type_in, {"cafe", "grocery"}),
                       gift("item", item_in, {"tea"}), gift("birthday", birthday_month, {})};
    CampaignShop shop(rules);
    EXPECT_EQ(shop.earns("A1"), 1) << "nothing is known of the customer";
    shop.say([](auto& terms) {
        terms.source = "tiktok";
        terms.natures.add = {"retail"};
        terms.types.add = {"grocery"};
        terms.items.add = {"coffee", "tea"};
        terms.birthday = model::Birthday{3, 31};
    });
    EXPECT_EQ(shop.earns("A2"), 401) << "all but the nature";
    EXPECT_EQ(shop.earns("A3", 10'000, at("2027-02-28T23:59:59")), 301) << "another month";
    shop.say([](auto& terms) { terms.natures.add = {"wholesale"}; });
    shop.go_to("2027-04-01");
    EXPECT_EQ(shop.earns("A4"), 401);
    EXPECT_EQ(shop.balance(10'000).points.value, 401) << "a quote asks too";
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(CampaignCustomers, values_of_lists_stay_what_they_are_through_versions) {
    model::Program rules = viet_thien();
    rules.campaigns = {gift("source", source_in, {"google"})};
    CampaignShop shop(rules);
    shop.say([](auto& terms) { terms.source = "google"; });
    rules.classification->sources = {"radio", "google"};
    shop.fixture.put(rules);
    EXPECT_EQ(shop.earns("A1"), 101);
    shop.say([](auto& terms) { terms.source = "radio"; });
    EXPECT_EQ(shop.earns("A2"), 1);
}

TEST(CampaignCustomers, a_segment_is_asked_as_the_customer_stands_before_the_sale) {
    model::Program rules = viet_thien();
    rules.campaigns = {
        gift("again", segment, {"bought in last 2 months and spend >= 3000000"}),
        gift("back", segment, {"orders > 0 and no order in last 2 months"}),
        gift("level", segment, {"tier >= bac and not status = vip"}),
    };
    CampaignShop shop(rules);
    EXPECT_EQ(shop.earns("A1", 3'000'000), 300) << "before it there was nothing";
    EXPECT_EQ(shop.earns("A2"), 201) << "again, and the level";
    shop.go_to("2027-05-10T00:00:00");
    EXPECT_EQ(shop.earns("A3"), 201) << "March 10 is in the last two months";
    shop.go_to("2027-07-11T00:00:00");
    EXPECT_EQ(shop.earns("A4"), 201) << "back, and the level";
    EXPECT_EQ(shop.earns("A5", 31'000'000), 3'100 + 200);
    EXPECT_EQ(shop.earns("A6"), 101) << "a VIP of the month has other favours";
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(CampaignCustomers, a_return_goes_by_what_was_known_when_the_sale_was_recorded) {
    model::Program rules = viet_thien();
    rules.campaigns = {and_from(gift("large", source_in, {"facebook"}), 50'000),
                       and_from(gift("new", segment, {"orders = 0"}), 20'000)};
    CampaignShop shop(rules);
    shop.say([](auto& terms) { terms.source = "facebook"; });
    EXPECT_EQ(shop.earns("A1", 100'000), 210);
    shop.say([](auto& terms) { terms.source = "self"; });
    EXPECT_EQ(shop.give_back("R1", 20'000, "A1").points.value, -2) << "both stay";
    EXPECT_EQ(shop.give_back("R2", 40'000, "A1").points.value, -104) << "40,000 are left: too little for one";
    EXPECT_EQ(shop.give_back("R3", 30'000, "A1").points.value, -103);
    EXPECT_EQ(shop.earns("A2", 100'000), 10) << "not by facebook any more, nor the first";
    EXPECT_EQ(shop.fixture.verify(), "");
    shop.fixture.stop_and_reopen();
    EXPECT_EQ(shop.give_back("R4", 10'000, "A1").points.value, -1);
    EXPECT_EQ(shop.fixture.verify(), "");
}

/// `card:2` was brought by `card:1`, whose sale A0 was on January 10.
struct ReferrerShop : CampaignShop {
    explicit ReferrerShop(const model::Program& rules) : CampaignShop(rules) {
        go_to("2027-01-10T09:00:00");
        sale("A0", 500'000);
        fixture.commit();
        const std::string code = fixture.engine().network().code(program, receipt(1, "A0"))->code;
        fixture.execute(make_enroll_with(program, fixture.fresh_request(), {"card:2"}, "", code));
    }
    runtime::VipView wallet(const Who& who = kCustomer) {
        fixture.commit();
        return *fixture.engine().network().vip(program, {who.kind, who.id, who.text});
    }
    model::Outcome buys(const std::string& number, std::int64_t amount, const Who& who = "card:2") {
        return sale(number, amount, model::kNoInstant, who);
    }
};

model::Program with_commission(model::Program rules) {
    rules.referral.emplace();
    model::Campaign campaign;
    campaign.id = "brought";
    campaign.when.kind = amount_from;
    campaign.when.amount = {100'000};
    model::CampaignEffect& effect = campaign.then.emplace_back();
    effect.kind = model::EffectKind::commission;
    effect.commission_bp = 250;
    rules.campaigns = {campaign};
    return rules;
}

TEST(CampaignCustomers, S4_6_a_campaign_pays_commission_to_whoever_brought_the_customer) {
    ReferrerShop shop(with_commission(viet_thien()));
    EXPECT_EQ(shop.buys("B1", 1'000'000).points.value, 100) << "the buyer earns as ever";
    EXPECT_EQ(shop.wallet().available.value, 25'000) << "of the order that brought the customer too";
    shop.buys("B2", 99'999);
    EXPECT_EQ(shop.wallet().earned.value, 25'000) << "too little for the campaign";
    shop.buys("B3", 100'000);
    EXPECT_EQ(shop.wallet().earned.value, 27'500);
    shop.sale("A1", 1'000'000);
    EXPECT_EQ(shop.wallet().earned.value, 27'500) << "nobody brought card:1";
    EXPECT_EQ(shop.wallet("card:2").earned.value, 0);
    EXPECT_THAT(shop.explained("B1"),
                HasSubstr("campaigns.brought.referrer_commission_bp: floor(1000000 VND × "
                          "250 / 10000) = 25000 VND: Commission of the referrer id:1"));
    const auto paid = shop.fixture.execute(
        make_payout_request(shop.program, shop.fixture.fresh_request(), Shop::kCustomer, 20'000));
    EXPECT_EQ(paid.refusal, Refusal::none) << "who is no VIP is paid out too";
    EXPECT_EQ(shop.wallet().available.value, 7'500);
    EXPECT_EQ(shop.fixture.verify(), "");
    shop.fixture.stop_and_reopen();
    EXPECT_EQ(shop.wallet().available.value, 7'500);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(CampaignCustomers, a_return_takes_the_commission_back_by_difference) {
    ReferrerShop shop(with_commission(viet_thien()));
    shop.buys("B0", 10'000);
    shop.buys("B1", 1'000'000);
    shop.give_back("R1", 500'000, "B1", model::kNoInstant, "card:2");
    EXPECT_EQ(shop.wallet().available.value, 12'500);
    shop.give_back("R2", 400'001, "B1", model::kNoInstant, "card:2");
    EXPECT_EQ(shop.wallet().available.value, 0) << "99,999 are too little for the campaign";
    shop.give_back("R3", 99'999, "B1", model::kNoInstant, "card:2");
    EXPECT_EQ(shop.wallet().available.value, 0);
    EXPECT_EQ(shop.wallet().earned.value, 0);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(CampaignCustomers, with_a_network_commission_is_pending_and_beside_the_vips) {
    model::Program rules = with_commission(lan_toa_program());
    rules.classification.reset();
    ReferrerShop shop(rules);
    EXPECT_EQ(
        shop.fixture.execute(make_appoint(shop.program, shop.fixture.fresh_request(), "card:1")).refusal,
        Refusal::none);
    shop.fixture.execute(make_move(shop.program, shop.fixture.fresh_request(), "card:2", "card:1"));
    shop.buys("B1", 1'000'000);
    // The VIP brought the member: commission of the network at its lowest rate, and of the campaign.
    const std::int64_t by_network = shop.wallet().pending.value - 25'000;
    EXPECT_GT(by_network, 0);
    shop.wait(8 * kDayMs);
    EXPECT_EQ(shop.wallet().available.value, by_network + 25'000);
    shop.fixture.execute(make_void(shop.program, receipt(1, "V1"), receipt(1, "B1")));
    EXPECT_EQ(shop.wallet().available.value, 0);
    EXPECT_EQ(shop.wallet().pending.value, 0);
    EXPECT_EQ(shop.fixture.verify(), "");
}

}  // namespace
}  // namespace tim::tests
