#include "protocol/codec/campaign_tables.h"

#include <gmock/gmock.h>

#include <string>

#include "protocol/codec/program_json.h"

namespace tim::codec {
namespace {

using ::testing::HasSubstr;

constexpr const char* kProgram = R"({
  "id": "shop", "currency": "VND", "time_zone": "Asia/Ho_Chi_Minh",
  "points": { "earn": { "per_amount": "10000" } },
  "tiers": [
    { "id": "dong", "min": "0", "max": "2999999" },
    { "id": "bac", "min": "3000000", "discount": { "percent_bp": 500, "max_amount": "200000", "min_order": "500000" } }
  ],
  "campaigns": [ { "id": "tet", "from": "2027-01-20", "to": "2027-02-10",
                   "when": { "all": [ { "tier_in": ["bac"] }, { "any": [ { "amount_from": "500000" }, { "first_order": true } ] } ] },
                   "then": [ { "multiplier_bp": 20000 } ], "budget_points": 1000000, "per_customer": 3 } ]
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

model::Program read(const std::string& text) {
    auto program = parse_program_json(text, "shop.json");
    EXPECT_TRUE(program) << program.error().message;
    return program ? std::move(*program) : model::Program{};
}

TEST(CampaignTables, ReadWhatTheyAreWrittenAs) {
    const model::Program program = read(kProgram);
    ASSERT_EQ(program.campaigns.size(), 1U);
    const model::Campaign& tet = program.campaigns[0];
    const auto calendar = model::Calendar::load("Asia/Ho_Chi_Minh");
    EXPECT_EQ(tet.starts, *calendar->parse("2027-01-20T00:00:00"));
    EXPECT_EQ(tet.ends, *calendar->parse("2027-02-11T00:00:00")) << "the last day is part of it";
    EXPECT_EQ(tet.when.kind, model::ConditionKind::all);
    ASSERT_EQ(tet.when.parts.size(), 2U);
    EXPECT_EQ(tet.when.parts[1].kind, model::ConditionKind::any);
    EXPECT_EQ(tet.when.parts[1].parts[0].amount.value, 500'000);
    EXPECT_EQ(tet.budget_points, model::Points{1'000'000});
    EXPECT_EQ(tet.per_customer, 3U);
    ASSERT_TRUE(program.tiers[1].discount);
    EXPECT_EQ(program.tiers[1].discount->percent_bp, 500);
    EXPECT_EQ(program.tiers[1].discount->max_amount, model::Money{200'000});
    EXPECT_EQ(program.tiers[1].discount->min_order.value, 500'000);
}

TEST(CampaignTables, PrintInFullAndReadThatBack) {
    const std::string all =
        with(R"("when": { "all")", R"("when": { "not": { "weekday_in": ["monday", "sunday"] },
        "hours": { "from": 22, "to": 2 }, "dates": { "from": "2027-01-22", "to": "2027-01-23T12:00" },
        "terminal_in": [1, 7], "sku_in": ["oolong-1", "cup"], "category_in": ["trà"], "amount_below": "9000000", "all")");
    std::string effects = all;
    effects.replace(effects.find("{ \"multiplier_bp\""), 1,
                    R"({ "bonus_points": 5 }, { "earn": { "per_amount": "50000", "points": 2 } },
                       { "discount": { "amount": "10000" } }, {)");
    const model::Program program = read(effects);
    const std::string printed = program_to_json(program);
    const model::Program again = read(printed);
    EXPECT_EQ(again.campaigns, program.campaigns) << printed;
    EXPECT_EQ(again.tiers[1].discount, program.tiers[1].discount);
    EXPECT_THAT(printed, HasSubstr("\"to\": \"2027-02-10\""));
    EXPECT_EQ(program_to_json(again), printed);
}

TEST(CampaignTables, NameWhatIsWrongAndWhere) {
    struct Case {
        const char* from;
        const char* to;
        const char* message;
    };
    const Case kCases[] = {
        {"\"tier_in\": [\"bac\"]", "\"tier_in\": [\"vang\"]",
         "campaigns[0].when.all[0].tier_in: \"vang\" is not a tier of this program"},
        {"\"tier_in\": [\"bac\"]", "\"source_in\": [\"radio\"]",
         "campaigns[0].when.all[0].source_in: \"radio\" is no source of this program's classification"},
        {"\"tier_in\": [\"bac\"]", "\"item_in\": []", "campaigns[0].when.all[0].item_in: is empty"},
        {"\"tier_in\": [\"bac\"]", "\"segment\": \"orders > 3 and tier = gold\"",
         "campaigns[0].when.all[0].segment: at 23: \"gold\" is not a tier of this program"},
        {"\"tier_in\": [\"bac\"]", "\"segment\": \"orders >\"", "campaigns[0].when.all[0].segment: at 9: "},
        {"\"tier_in\": [\"bac\"]", "\"segment\": \"vip = phone:+84901234567\"",
         "campaigns[0].when.all[0].segment: at 7: \"phone:+84901234567\" is neither none nor a customer by "
         "id"},
        {"\"tier_in\": [\"bac\"]", "\"sku_in\": []", "campaigns[0].when.all[0].sku_in: is empty"},
        {"\"tier_in\": [\"bac\"]", "\"sku_in\": [\"a\", \"b:c\"]",
         "campaigns[0].when.all[0].sku_in[1]: \"b:c\" is not an SKU"},
        {"\"tier_in\": [\"bac\"]", "\"category_in\": [\"\"]",
         "campaigns[0].when.all[0].category_in[0]: \"\" is not a category"},
        {"\"tier_in\"", "\"tiers_in\"",
         "campaigns[0].when.all[0].tiers_in: unknown field; did you mean \"tier_in\"?"},
        {"{ \"tier_in\": [\"bac\"] }", "{}", "campaigns[0].when.all[0]: says nothing"},
        {"\"amount_from\": \"500000\"", "\"amount_from\": \"0.5\"",
         "campaigns[0].when.all[1].any[0].amount_from"},
        {"2027-02-10", "2027-02-30", "campaigns[0].to: \"2027-02-30\" does not exist"},
        {"2027-02-10", "2027-01-19", "campaigns[0].to: lies before \"from\""},
        {"{ \"multiplier_bp\": 20000 }", "{}", "campaigns[0].then[0]: names 0 effects"},
        {"{ \"multiplier_bp\": 20000 }", "{ \"multiplier_bp\": 20000, \"bonus_points\": 1 }",
         "campaigns[0].then[0]: names 2 effects"},
        {"{ \"multiplier_bp\": 20000 }", "", "campaigns[0].then: has 0 effects; 1 to 8 are allowed"},
        {"20000 }", "9999 }", "campaigns[0].then[0].multiplier_bp: is 9999; it must be from 10000"},
        {"20000 }",
         "19999 }, { \"multiplier_bp\": 19999 }, { \"multiplier_bp\": 19999 }, { \"multiplier_bp\": 19999 }, "
         "{ \"multiplier_bp\": 19999 }",
         "campaigns[0].then[4].multiplier_bp: with the multipliers before it, the points of a sale could "
         "exceed 128 bits"},
        {"{ \"multiplier_bp\": 20000 }", "{ \"discount\": { \"percent_bp\": 500, \"amount\": \"1\" } }",
         "campaigns[0].then[0].discount: needs percent_bp or amount, and not both"},
        {"{ \"multiplier_bp\": 20000 }", "{ \"discount\": { \"percent_bp\": 500 } }",
         "campaigns[0].budget_points: is of points, and the campaign pays none"},
        {"\"percent_bp\": 500", "\"percent_bp\": 10001", "tiers[1].discount.percent_bp: is 10001"},
        {"\"per_customer\": 3", "\"per_customer\": 0", "campaigns[0].per_customer: is 0"},
        {"\"budget_points\": 1000000", "\"budget_points\": 0", "campaigns[0].budget_points: is 0"},
    };
    for (const auto& [from, to, message] : kCases)
        EXPECT_THAT(fault_of(with(from, to)), HasSubstr(message)) << to;
    const std::string twice =
        with("\"campaigns\": [", R"("campaigns": [ { "id": "tet", "then": [ { "bonus_points": 1 } ] }, )");
    EXPECT_THAT(fault_of(twice), HasSubstr("campaigns[1].id: \"tet\" is the id of campaigns[0] already"));
}

TEST(CampaignTables, RefuseConditionsWithoutEnd) {
    std::string deep = "{ \"first_order\": true }";
    for (int i = 0; i < 12; ++i)
        deep = "{ \"not\": " + deep + " }";
    EXPECT_THAT(fault_of(with("{ \"tier_in\": [\"bac\"] }", deep)), HasSubstr("levels deep"));
    std::string wide = "{ \"first_order\": true }";
    for (int i = 0; i < 100; ++i)
        wide += ", { \"first_order\": true }";
    EXPECT_THAT(fault_of(with("{ \"tier_in\": [\"bac\"] }", wide)), HasSubstr("at most 64"));
}

}  // namespace
}  // namespace tim::codec
