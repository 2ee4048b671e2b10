#include "protocol/codec/program_json.h"

#include <gmock/gmock.h>

#include <string>

namespace tim::codec {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kProgram = R"({
  "id": "shop", "name": "Cấp độ", "currency": "GBP", "time_zone": "Europe/London",
  "points": { "earn": { "per_amount": "1.00" } },
  "tiers": [
    { "id": "bronze", "min": "0.00", "max": "299.99" },
    { "id": "silver", "min": "300.00", "keep_points": 100 }
  ]
})";

std::string with(const std::string& from, const std::string& to) {
    std::string text = kProgram;
    const std::size_t place = text.find(from);
    EXPECT_NE(place, std::string::npos) << from;
    return text.replace(place, from.size(), to);
}

std::string fault_of(const std::string& text) {
    const auto program = parse_program_json(text, "shop.json");
    return program ? "(read)" : program.error().message;
}

TEST(ProgramJson, ReadsAProgramAndFillsInDefaults) {
    const auto program = parse_program_json(kProgram, "shop.json");
    ASSERT_TRUE(program) << program.error().message;
    EXPECT_EQ(program->id, "shop");
    EXPECT_EQ(program->name, "Cấp độ");
    EXPECT_EQ(program->currency.decimals, 2);
    EXPECT_EQ(program->points.unit, "points");
    EXPECT_EQ(program->points.earn.per_amount.value, 100);
    EXPECT_EQ(program->points.earn.points.value, 1);
    EXPECT_FALSE(program->points.redeem);
    EXPECT_EQ(program->points.late_days, 30);
    EXPECT_EQ(program->points.return_days, 365);
    ASSERT_EQ(program->tiers.size(), 2U);
    EXPECT_EQ(program->tiers[0].max, 29'999);
    EXPECT_EQ(program->tiers[1].min, 30'000);
    EXPECT_EQ(program->tiers[1].keep_points.value, 100);
    EXPECT_TRUE(program->tiers[1].active);
}

TEST(ProgramJson, PrintsInFullAndReadsThatBack) {
    const auto program = parse_program_json(
        with("\"tiers\"", R"("tiering": { "criterion": "lifetime_ranking_points" }, "tiers")")
            .replace(0, 0, "\n"),
        "shop.json");
    EXPECT_FALSE(program) << "minimums in points have no decimals";
    const auto money = parse_program_json(kProgram, "shop.json");
    ASSERT_TRUE(money);
    const std::string text = program_to_json(*money);
    EXPECT_THAT(text, AllOf(HasSubstr("\"below_zero\": \"debt\""), HasSubstr("\"late_days\": 30"),
                            HasSubstr("\"criterion\": \"lifetime_spend\""), HasSubstr("Cấp độ"),
                            HasSubstr("\"active\": true"), HasSubstr("\"min\": \"300.00\"")));
    const auto again = parse_program_json(text, "printed.json");
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(program_to_json(*again), text);
}

TEST(ProgramJson, S3_3_ReadsATiersOwnCriterionAndAllOfTiering) {
    const auto program = parse_program_json(R"({"id":"p","currency":"GBP","time_zone":"Europe/London",
        "enabled":false,
        "points":{"earn":{"per_amount":"1.00"}},
        "tiering":{"criterion":"period_ranking_points","downgrade":"at_review","review":"half_yearly","start":"zero"},
        "tiers":[{"id":"a","min":"0"},
                 {"id":"b","criterion":"period_spend","min":"12.50","upgrade_bonus":7,"multiplier_bp":12000},
                 {"id":"c","min":"1000","visible":false}]})",
                                            "p.json");
    ASSERT_TRUE(program) << program.error().message;
    EXPECT_FALSE(program->enabled);
    EXPECT_EQ(program->tiering.review, model::Review::half_yearly);
    EXPECT_EQ(program->tiering.start, model::Start::zero);
    EXPECT_EQ(program->tiers[1].criterion, model::Criterion::period_spend);
    EXPECT_EQ(program->tiers[1].min, 1'250) << "money, as its own criterion says";
    EXPECT_EQ(program->tiers[1].upgrade_bonus.value, 7);
    EXPECT_EQ(program->tiers[1].multiplier_bp, 12'000);
    EXPECT_FALSE(program->tiers[2].criterion);
    EXPECT_FALSE(program->tiers[2].visible);
    const std::string text = program_to_json(*program);
    EXPECT_THAT(text, AllOf(HasSubstr("\"review\": \"half_yearly\""), HasSubstr("\"min\": \"12.50\""),
                            HasSubstr("\"multiplier_bp\": 10000")));
    const auto again = parse_program_json(text, "printed.json");
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(program_to_json(*again), text);
}

TEST(ProgramJson, WhatTheEngineDoesNotObeyIsRefusedWhereItStands) {
    const auto program = parse_program_json(R"({"id":"p","currency":"VND","time_zone":"Asia/Ho_Chi_Minh",
        "points":{"earn":{"per_amount":"10000"}},
        "tiers":[{"id":"a","min":"0"},{"id":"b","min":"1000","makes_vips":true}]})",
                                            "p.json");
    ASSERT_FALSE(program);
    EXPECT_THAT(program.error().message, HasSubstr("p.json:3:62: tiers[1].makes_vips: unknown field"));
}

TEST(ProgramJson, ReadsMinimumsInPoints) {
    const auto program = parse_program_json(R"({"id":"p","currency":"VND","time_zone":"Asia/Ho_Chi_Minh",
        "points":{"earn":{"per_amount":"10000"},"redeem":{"points":1,"value":"1000"},"below_zero":"clamp"},
        "tiering":{"criterion":"lifetime_ranking_points"},
        "tiers":[{"id":"a","min":"0"},{"id":"b","min":"1000"}]})",
                                            "p.json");
    ASSERT_TRUE(program) << program.error().message;
    EXPECT_EQ(program->tiers[1].min, 1000);
    EXPECT_EQ(program->points.redeem->value.value, 1000);
    EXPECT_EQ(program->points.below_zero, model::BelowZero::clamp);
    const auto again = parse_program_json(program_to_json(*program), "p.json");
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->tiers[1].min, 1000);
}

TEST(ProgramJson, NamesAMisspeltFieldAndTheOneThatWasMeant) {
    EXPECT_EQ(fault_of(with("\"per_amount\"", "\"per_amout\"")),
              "shop.json:3:15: points.earn.per_amount: is missing\n"
              "shop.json:3:25: points.earn.per_amout: unknown field; did you mean \"per_amount\"?");
}

TEST(ProgramJson, ListsTheFieldsWhenNoneIsNear) {
    EXPECT_THAT(fault_of(with("\"keep_points\"", "\"colour_of_the_card\"")),
                AllOf(StartsWith("shop.json:6:40: tiers[1].colour_of_the_card: unknown field; known are id"),
                      HasSubstr("keep_points")));
}

TEST(ProgramJson, RefusesOverlappingTiers) {
    EXPECT_THAT(fault_of(with("\"299.99\"", "\"300.00\"")),
                AllOf(StartsWith("shop.json:6:23: tiers[1].min: "), HasSubstr("overlap")));
}

TEST(ProgramJson, RefusesAnUnknownTimeZone) {
    EXPECT_THAT(fault_of(with("Europe/London", "Europe/Londinium")),
                AllOf(StartsWith("shop.json:2:54: time_zone: "), HasSubstr("Europe/Londinium")));
}

TEST(ProgramJson, RefusesThreeDecimalsOfPounds) {
    EXPECT_EQ(fault_of(with("\"300.00\"", "\"300.001\"")),
              "shop.json:6:23: tiers[1].min: \"300.001\" has 3 decimals; GBP has 2");
}

TEST(ProgramJson, TellsAllFaultsInTheOrderOfTheFile) {
    std::string text = with("\"min\": \"300.00\"", "\"min\": \"3,00\"");
    text.replace(text.find("Europe/London"), 13, "Mars/Olympus");
    text.replace(text.find("\"1.00\""), 6, "\"0.00\"");
    const std::string fault = fault_of(text);
    const std::size_t zone = fault.find("time_zone: ");
    const std::size_t rate = fault.find("points.earn.per_amount: ");
    const std::size_t minimum = fault.find("tiers[1].min: ");
    ASSERT_NE(zone, std::string::npos) << fault;
    ASSERT_NE(minimum, std::string::npos) << fault;
    EXPECT_LT(zone, rate);
    EXPECT_LT(rate, minimum);
}

TEST(ProgramJson, ReportsAnUnknownCurrencyAlone) {
    const std::string fault = fault_of(with("GBP", "GPB"));
    EXPECT_THAT(fault,
                AllOf(StartsWith("shop.json:2:35: currency: "), HasSubstr("GPB"), Not(HasSubstr("\n"))));
}

TEST(ProgramJson, RefusesWhatStandsTwice) {
    EXPECT_THAT(fault_of(with("\"id\": \"shop\"", "\"id\": \"shop\", \"id\": \"shop\"")),
                HasSubstr("this field stands at line 2 already"));
    EXPECT_THAT(fault_of(with("\"tiers\"", "\"points\": {}, \"tiers\"")),
                HasSubstr("shop.json:4:3: points (again): this field stands at line 3 already"));
}

TEST(ProgramJson, RefusesWrongTypes) {
    const struct {
        const char* from;
        const char* to;
        const char* message;
    } kCases[] = {
        {"\"0.00\"", "0", "tiers[0].min: must be a text: write \"0\""},
        {"\"0.00\"", "1.5", "tiers[0].min: must be a text: write \"1.5\""},
        {"\"0.00\"", "true", "tiers[0].min: must be a text, not true or false"},
        {"\"0.00\"", "null", "tiers[0].min: is null; leave the field out instead"},
        {"\"0.00\"", "{}", "tiers[0].min: must be a text, not an object"},
        {"100", "\"100\"", "tiers[1].keep_points: must be a number, not a text"},
        {"100", "1.5", "tiers[1].keep_points: \"1.5\" is not a whole number of 64 bits"},
        {"100", "1e2", "tiers[1].keep_points: \"1e2\" is not a whole number of 64 bits"},
        {"100", "9223372036854775808", "is not a whole number of 64 bits"},
        {"\"keep_points\": 100", "\"active\": 1", "tiers[1].active: must be true or false, not a number"},
        {"\"keep_points\": 100", "\"active\": \"yes\"", "tiers[1].active: must be true or false, not a text"},
        {"\"keep_points\": 100", "\"benefits\": [1]", "tiers[1].benefits[0]: must be a text: write \"1\""},
        {"\"keep_points\": 100", "\"benefits\": {}", "tiers[1].benefits: must be a list, not an object"},
        {"\"earn\"", "\"late_days\": 3000000000, \"earn\"", "points.late_days: 3000000000 is out of range"},
        {"\"earn\"", "\"below_zero\": 1, \"earn\"", "points.below_zero: must be a text, not a number"},
        {"\"earn\"", "\"below_zero\": \"depth\", \"earn\"",
         "points.below_zero: \"depth\" is not one of its choices; did you mean \"debt\"?"},
        {"\"earn\"", "\"below_zero\": \"debt clamp\", \"earn\"", "known are debt, clamp"},
        {"\"earn\"", "\"below_zero\": \"\", \"earn\"", "known are debt, clamp"},
        {"\"earn\"", "\"expiry\": { \"policy\": \"month\" }, \"earn\"",
         "points.expiry.policy: \"month\" is not one of its choices; did you mean \"months\"?"},
        {"\"earn\"", "\"expiry\": { \"policy\": \"months\", \"months\": 0 }, \"earn\"",
         "points.expiry.months: is 0; it must be from 1 to 60"},
        {"\"earn\"", "\"expiry\": { \"policy\": \"months\", \"years\": 1 }, \"earn\"",
         "points.expiry.years: belongs to the policy year_end alone"},
        {"\"earn\"", "\"expiry\": { \"months\": 3 }, \"earn\"",
         "points.expiry.months: belongs to the policy months alone"},
        {"{ \"earn\": { \"per_amount\": \"1.00\" } }", "[]", "points: must be an object, not a list"},
    };
    for (const auto& [from, to, message] : kCases)
        EXPECT_THAT(fault_of(with(from, to)), HasSubstr(message)) << to;
}

TEST(ProgramJson, ReadsWhenPointsExpire) {
    const auto read = [](const std::string& expiry) {
        return parse_program_json(
            with("\"earn\"", "\"expiry\": " + expiry + ", \"pending_days\": 7, \"earn\""), "shop.json");
    };
    const auto months = read(R"({ "policy": "months" })");
    ASSERT_TRUE(months) << months.error().message;
    EXPECT_EQ(months->points.expiry, (model::Expiry{model::ExpiryPolicy::months, 12, 0}));
    EXPECT_EQ(months->points.pending_days, 7);
    const auto years = read(R"({ "policy": "year_end", "years": 0 })");
    ASSERT_TRUE(years) << years.error().message;
    EXPECT_EQ(years->points.expiry, (model::Expiry{model::ExpiryPolicy::year_end, 0, 0}));
    EXPECT_EQ(read(R"({ "policy": "year_end" })")->points.expiry.years, 1);
    EXPECT_EQ(read(R"({ "policy": "never" })")->points.expiry, model::Expiry{});
    for (const auto& program : {*months, *years}) {
        const std::string text = program_to_json(program);
        const auto again = parse_program_json(text, "printed.json");
        ASSERT_TRUE(again) << again.error().message;
        EXPECT_EQ(again->points.expiry, program.points.expiry);
        EXPECT_EQ(program_to_json(*again), text);
    }
    EXPECT_THAT(program_to_json(*months),
                AllOf(HasSubstr("\"policy\": \"months\""), HasSubstr("\"months\": 12"),
                      HasSubstr("\"pending_days\": 7")));
    const auto never = parse_program_json(kProgram, "shop.json");
    EXPECT_THAT(program_to_json(*never), HasSubstr("\"policy\": \"never\""));
}

TEST(ProgramJson, RefusesWhatIsMissing) {
    EXPECT_THAT(fault_of("{}"), AllOf(HasSubstr("shop.json:1:1: id: is missing"),
                                      HasSubstr("currency: is missing"), HasSubstr("time_zone: is missing"),
                                      HasSubstr("points: is missing"), HasSubstr("tiers: is missing")));
    EXPECT_THAT(fault_of("[]"), HasSubstr("a program is an object, not a list"));
    EXPECT_THAT(fault_of(""), HasSubstr("shop.json:1:1: the file is empty"));
}

TEST(ProgramJson, RefusesZeroBytesDepthAndSize) {
    std::string zero = kProgram;
    zero[zero.find("shop")] = '\0';
    EXPECT_THAT(fault_of(zero), HasSubstr("0x00"));
    std::string deep;
    for (int i = 0; i < 100'000; ++i)
        deep += "{\"points\":";
    EXPECT_THAT(fault_of(deep), HasSubstr("levels inside each other"));
    EXPECT_THAT(fault_of(std::string(100'000, '[')), HasSubstr("levels inside each other"));
    EXPECT_THAT(fault_of(std::string(2'000'000, ' ')), HasSubstr("a program has at most"));
}

TEST(ProgramJson, CutAnywhereIsRefused) {
    const std::string text = kProgram;
    for (std::size_t size = 0; size < text.size(); ++size)
        EXPECT_NE(fault_of(text.substr(0, size)), "(read)") << size;
}

constexpr const char* kParties = R"("tiers": [
    { "id": "gold", "min": "1000.00", "makes_vip": true } ],
  "referral": { "code_days": 10, "referrer": { "points": 20 }, "referee": { "points": 5, "ranking": false },
                "cap_per_month": 50, "min_amount": "2.50" },
  "network": { "upline_earn": { "per_amount": "20.00", "points": 2 }, "pending_days": 3,
               "commission": [ { "recruits": 0, "rate_bp": 200 }, { "recruits": 3, "rate_bp": 500 } ],
               "payout": { "mode": "monthly", "min_amount": "99.90" } }
})";

std::string with_parties() {
    std::string text = kProgram;
    text.erase(text.rfind(']'));
    text += R"(,)";
    std::string parties = kParties;
    parties.erase(0, parties.find('{'));
    return text + parties;
}

TEST(ProgramJson, ReadsAndPrintsANetworkAndReferrals) {
    const auto program = parse_program_json(with_parties(), "shop.json");
    ASSERT_TRUE(program) << program.error().message;
    ASSERT_TRUE(program->network && program->referral);
    EXPECT_TRUE(program->tiers[2].makes_vip);
    EXPECT_EQ(program->referral->code_days, 10);
    EXPECT_EQ(program->referral->referee.points.value, 5);
    EXPECT_FALSE(program->referral->referee.ranking);
    EXPECT_EQ(program->referral->cap_per_month, 50);
    EXPECT_EQ(program->referral->min_amount.value, 250);
    EXPECT_EQ(program->network->upline_earn->rate.per_amount.value, 2'000);
    EXPECT_EQ(program->network->commission[1].rate_bp, 500);
    EXPECT_EQ(program->network->payout.mode, model::PayoutMode::monthly);
    EXPECT_EQ(program->network->payout.min_amount.value, 9'990);
    const std::string printed = program_to_json(*program);
    const auto again = parse_program_json(printed, "printed");
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(program_to_json(*again), printed);
    EXPECT_THAT(printed, AllOf(HasSubstr("\"makes_vip\": true"), HasSubstr("\"99.90\"")));
    EXPECT_THAT(program_to_json(*parse_program_json(kProgram, "shop.json")), Not(HasSubstr("network")));
}

TEST(ProgramJson, NamesFaultsOfANetwork) {
    std::string text = with_parties();
    text.replace(text.find("\"20.00\""), 7, "\"20.001\"");
    EXPECT_THAT(fault_of(text), HasSubstr("network.upline_earn.per_amount"));
}

TEST(ProgramJson, S2_9_ReadsRewardsAndClassificationAndPrintsThemInFull) {
    const auto program = parse_program_json(R"({"id":"p","currency":"VND","time_zone":"Asia/Ho_Chi_Minh",
        "points":{"earn":{"per_amount":"10000"}},
        "tiers":[{"id":"a","min":"0"},{"id":"b","min":"1000","voucher_discount_bp":500,"price_list":"si"}],
        "rewards":[{"id":"v50","name":"Voucher 50K","kind":"voucher","cost_points":100,"value":"50000",
                    "valid_days":30,"stock":1000,"tiers":["b"],"from":"2027-01-20","to":"2027-02-10"},
                   {"id":"cup","kind":"gift","cost_points":80}],
        "campaigns":[{"id":"thanks","then":[{"voucher":"v50"}]}],
        "classification":{"statuses_vip_month_spend":"30000000","sources":["staff","facebook"],
                          "natures":["export"],"types":["cafe"],"items":["tea","coffee"]}})",
                                            "p.json");
    ASSERT_TRUE(program) << program.error().message;
    EXPECT_EQ(program->tiers[1].voucher_discount_bp, 500);
    EXPECT_EQ(program->tiers[1].price_list, "si");
    ASSERT_EQ(program->rewards.size(), 2U);
    EXPECT_EQ(program->rewards[0].value, model::Money{50'000});
    EXPECT_EQ(program->rewards[0].stock, 1'000);
    EXPECT_EQ(program->rewards[1].kind, model::RewardKind::gift);
    EXPECT_FALSE(program->rewards[1].stock);
    EXPECT_EQ(program->rewards[0].tiers, std::vector<std::string>{"b"});
    ASSERT_TRUE(program->rewards[0].starts && program->rewards[0].ends);
    EXPECT_EQ(program->rewards[0].ends->value - program->rewards[0].starts->value, 22 * 86'400'000LL)
        << "the last day is part of it";
    EXPECT_EQ(program->campaigns[0].then[0].reward, "v50");
    ASSERT_TRUE(program->classification);
    EXPECT_EQ(program->classification->vip_month_spend, model::Money{30'000'000});
    EXPECT_EQ(program->classification->items, (std::vector<std::string>{"tea", "coffee"}));
    const std::string printed = program_to_json(*program);
    const auto again = parse_program_json(printed, "printed.json");
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(program_to_json(*again), printed);
}

TEST(ProgramJson, SaysWhereRewardsAndClassificationAreWrong) {
    const auto program = parse_program_json(R"({"id":"p","currency":"GBP","time_zone":"Europe/London",
        "points":{"earn":{"per_amount":"10"}}, "tiers":[{"id":"a","min":"0"}],
        "rewards":[{"id":"v","cost_points":0,"value":"0.50"},
                   {"id":"v","cost_points":1,"value":"1.005"},
                   {"id":"g","cost_points":1,"kind":"gift","value":"1"},
                   {"id":"h","cost_points":1,"kind":"goft"}],
        "classification":{"sources":["a","b","a"]}})",
                                            "p.json");
    ASSERT_FALSE(program);
    EXPECT_THAT(program.error().message, HasSubstr("p.json:6:46: rewards[3].kind: \"goft\""));
    const auto faults = parse_program_json(R"({"id":"p","currency":"GBP","time_zone":"Europe/London",
        "points":{"earn":{"per_amount":"10"}}, "tiers":[{"id":"a","min":"0"}],
        "rewards":[{"id":"v","cost_points":0,"value":"0.50"},
                   {"id":"v","cost_points":1,"value":"1.005"},
                   {"id":"g","cost_points":1,"kind":"gift","value":"1"}],
        "classification":{"sources":["a","b","a"]}})",
                                           "p.json");
    ASSERT_FALSE(faults);
    EXPECT_THAT(faults.error().message,
                AllOf(HasSubstr("rewards[0].cost_points"), HasSubstr("rewards[1].id: \"v\" is the id of"),
                      HasSubstr("rewards[1].value"), HasSubstr("rewards[2].value: belongs to vouchers"),
                      HasSubstr("classification.sources[2]: \"a\" stands at 0 already")));
}

}  // namespace
}  // namespace tim::codec
