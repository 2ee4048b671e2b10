// Sales by line: what campaigns ask for, and returns of goods (rules.md, section 3: Campaigns, Returns).
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/support/shop.h"

namespace tim::tests {
namespace {

using model::FactType;
using model::kAnyPrice;
using model::Refusal;
using model::SaleLine;
using testing::ElementsAre;
using testing::HasSubstr;

using Lines = std::vector<SaleLine>;

/// 60,000 of tea, twice, and a cup of 45,000: 165,000.
const Lines kTeaAndCup = {{"oolong", 2, {60'000}, "tea"}, {"cup", 1, {45'000}, "ware"}};

SaleLine some(std::string sku, std::uint32_t quantity = 1) {
    return {std::move(sku), quantity, kAnyPrice, {}};
}

model::Campaign asks_for(model::ConditionKind kind, std::vector<std::string> texts, std::int64_t points) {
    model::Campaign campaign;
    campaign.id = kind == model::ConditionKind::sku_in ? "sku" : "category";
    campaign.when.kind = kind;
    campaign.when.texts = std::move(texts);
    campaign.then.resize(1);
    campaign.then[0].points = {points};
    return campaign;
}

model::Program with(std::vector<model::Campaign> campaigns) {
    model::Program program = nhanh_program();
    program.campaigns = std::move(campaigns);
    return program;
}

/// What a return paid back.
std::int64_t paid_back(Shop& shop, const model::Outcome& back) {
    return -shop.fixture.engine().effects(back.sequence).front().amount.value;
}

std::vector<FactType> types_of(Shop& shop, const model::Outcome& outcome) {
    std::vector<FactType> types;
    for (const model::Effect& effect : shop.fixture.engine().effects(outcome.sequence))
        types.push_back(effect.type);
    return types;
}

std::string explanation_of(Shop& shop, const std::string& number) {
    shop.fixture.commit();
    const auto explained = shop.fixture.engine().explain(shop.program, receipt(1, number));
    if (!explained) fail(explained.error().message);
    std::string text;
    for (const auto& line : explained->lines)
        text += line.sentence + "\n";
    return text;
}

TEST(Examples, S3_14_conditions_about_goods) {
    Shop shop(with({asks_for(model::ConditionKind::sku_in, {"cup", "pot"}, 50),
                    asks_for(model::ConditionKind::category_in, {"coffee", "tea"}, 7)}));
    EXPECT_EQ(shop.sale("A", 165'000).points.value, 16) << "a sale without lines meets neither";
    const auto both = shop.sale_of("B", 165'000, kTeaAndCup);
    EXPECT_EQ(both.points.value, 16 + 50 + 7);
    EXPECT_THAT(types_of(shop, both), ElementsAre(FactType::sale, FactType::sale_lines,
                                                  FactType::campaign_applied, FactType::campaign_applied));
    EXPECT_EQ(shop.sale_of("C", 60'000, {kTeaAndCup[0]}).points.value, 6 + 7);
    EXPECT_EQ(shop.sale_of("D", 45'000, {kTeaAndCup[1]}).points.value, 4 + 50);
    EXPECT_EQ(shop.sale_of("E", 45'000, {{"CUP", 1, {45'000}, {}}}).points.value, 4) << "by the byte";
    EXPECT_EQ(shop.fixture.verify(), "");
    shop.fixture.crash_and_reopen();
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Examples, S3_14_goods_in_nested_conditions) {
    model::Campaign campaign = asks_for(model::ConditionKind::sku_in, {"cup"}, 50);
    model::Condition tea;
    tea.kind = model::ConditionKind::category_in;
    tea.texts = {"tea"};
    model::Condition no_tea;
    no_tea.kind = model::ConditionKind::negation;
    no_tea.parts = {tea};
    model::Condition both;
    both.parts = {campaign.when, no_tea};
    campaign.when = both;
    Shop shop(with({campaign}));
    EXPECT_EQ(shop.sale_of("A", 165'000, kTeaAndCup).points.value, 16);
    EXPECT_EQ(shop.sale_of("B", 45'000, {kTeaAndCup[1]}).points.value, 54);
    EXPECT_EQ(shop.sale("C", 45'000).points.value, 4);
    // With the tea gone, the rest of A meets it; but it did not take effect in the sale.
    EXPECT_EQ(shop.give_back_lines("R", "A", {some("oolong", 2)}).points.value, -12);
}

TEST(Examples, S3_13_a_quote_tells_the_discount_for_goods) {
    model::Campaign campaign = asks_for(model::ConditionKind::category_in, {"tea"}, 0);
    campaign.then[0].kind = model::EffectKind::discount;
    campaign.then[0].discount.percent_bp = 1'000;
    Shop shop(with({campaign}));
    EXPECT_EQ(shop.quote_of(165'000, kTeaAndCup).detail, 16'500);
    EXPECT_EQ(shop.quote_of(165'000, kTeaAndCup).points.value, 14);
    EXPECT_EQ(shop.quote_of(45'000, {kTeaAndCup[1]}).detail, 0);
    EXPECT_EQ(shop.balance(165'000).detail, 0);
    EXPECT_EQ(shop.quote_of(165'000, kTeaAndCup).sequence.value, 0U) << "nothing is recorded";
    EXPECT_EQ(shop.quote_of(165'001, kTeaAndCup).refusal, Refusal::amount_exceeds_lines);
}

TEST(Lines, are_part_of_what_a_receipt_says) {
    Shop shop;
    const auto first = shop.sale_of("A", 150'000, kTeaAndCup);
    EXPECT_EQ(first.points.value, 15);
    for (int round = 0; round < 2; ++round) {
        const auto again = shop.sale_of("A", 150'000, kTeaAndCup);
        EXPECT_TRUE(again.duplicate);
        EXPECT_EQ(again.balance, first.balance);
        EXPECT_EQ(shop.sale("A", 150'000).refusal, Refusal::conflict);
        Lines other = kTeaAndCup;
        other[1].quantity = 2;
        EXPECT_EQ(shop.sale_of("A", 150'000, other).refusal, Refusal::conflict);
        shop.fixture.commit();
        shop.fixture.crash_and_reopen();
    }
    EXPECT_EQ(shop.sale("B", 10'000).refusal, Refusal::none);
    EXPECT_EQ(shop.sale_of("B", 10'000, {}).duplicate, true) << "no lines are no details";
}

TEST(Lines, come_to_what_was_paid_or_more) {
    Shop shop;
    EXPECT_EQ(shop.sale_of("A", 165'000, kTeaAndCup).refusal, Refusal::none);
    EXPECT_EQ(shop.sale_of("B", 0, kTeaAndCup).refusal, Refusal::none) << "paid with a voucher";
    const auto more = shop.sale_of("C", 165'001, kTeaAndCup);
    EXPECT_EQ(more.refusal, Refusal::amount_exceeds_lines);
    EXPECT_EQ(more.detail, 165'000);
    EXPECT_EQ(shop.sale_of("D", 1, {{"a", 2, {INT64_MAX / 2 + 1}, {}}}).refusal, Refusal::overflow);
    EXPECT_EQ(shop.sale_of("E", 0, Lines(model::kMaxSaleLines, {"a", 1, {0}, {}})).refusal, Refusal::none);
    const auto many = shop.sale_of("F", 0, Lines(model::kMaxSaleLines + 1, {"a", 1, {0}, {}}));
    EXPECT_EQ(many.refusal, Refusal::invalid_lines);
    EXPECT_EQ(many.detail, 65);
    for (const SaleLine& line : Lines{{"", 1, {1}, {}},
                                      {"a:b", 1, {1}, {}},
                                      {std::string(33, 'a'), 1, {1}, {}},
                                      {"a", 0, {1}, {}},
                                      {"a", model::kMaxLineQuantity + 1, {1}, {}},
                                      {"a", 1, {-1}, {}},
                                      {"a", 1, {1}, std::string(65, 'a')},
                                      {"a", 1, {1}, "a\nb"}})
        EXPECT_EQ(shop.sale_of("G", 0, {line}).refusal, Refusal::invalid_lines) << line.sku;
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Lines, of_nobody_s_sale_come_back_too) {
    Shop shop;
    EXPECT_EQ(shop.sale_of("A", 150'000, kTeaAndCup, "").refusal, Refusal::none);
    const auto back = shop.give_back_lines("R", "A", {some("cup")}, 0, "");
    EXPECT_EQ(back.refusal, Refusal::none);
    EXPECT_EQ(paid_back(shop, back), 40'909) << "floor(150,000 × 45,000 / 165,000)";
    EXPECT_EQ(shop.give_back_lines("S", "A", {some("cup")}, 0, "").refusal, Refusal::return_exceeds_line);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(LineReturns, pay_back_the_share_of_what_was_paid) {
    Shop shop(with({asks_for(model::ConditionKind::sku_in, {"cup"}, 50)}));
    EXPECT_EQ(shop.sale_of("A", 150'000, kTeaAndCup).points.value, 15 + 50);
    const auto tea = shop.give_back_lines("R", "A", {some("oolong")});
    EXPECT_EQ(paid_back(shop, tea), 54'545) << "floor(150,000 × 60,000 / 165,000)";
    EXPECT_EQ(tea.points.value, -6) << "95,455 are left: 9 points; the cup is still there";
    const auto cup = shop.give_back_lines("S", "A", {some("cup")});
    EXPECT_EQ(paid_back(shop, cup), 95'454 - 54'545) << "of 105,000 worth in all";
    EXPECT_EQ(cup.points.value, -4 - 50) << "54,546 are left, and no cup";
    EXPECT_EQ(shop.figures().points, 5);
    const auto rest = shop.give_back_lines("T", "A", {some("oolong")});
    EXPECT_EQ(paid_back(shop, rest), 54'546);
    EXPECT_EQ(shop.figures().points, 0);
    EXPECT_EQ(shop.figures().lifetime, 0);
    EXPECT_EQ(shop.figures().orders, 0U);
    EXPECT_EQ(shop.give_back_lines("U", "A", {some("oolong")}).refusal, Refusal::return_exceeds_line);
    EXPECT_EQ(shop.fixture.verify(), "");
    shop.fixture.crash_and_reopen();
    EXPECT_EQ(shop.fixture.verify(), "");
    const auto again = shop.give_back_lines("S", "A", {some("cup")});
    EXPECT_TRUE(again.duplicate);
    EXPECT_EQ(again.points, cup.points);
    EXPECT_EQ(shop.give_back_lines("S", "A", {some("oolong")}).refusal, Refusal::conflict);
}

TEST(LineReturns, are_of_what_was_sold) {
    Shop shop;
    shop.sale_of("A", 100'000, {{"a", 2, {20'000}, "x"}, {"a", 1, {60'000}, "y"}});
    const auto unknown = shop.give_back_lines("R", "A", {some("a"), some("b")});
    EXPECT_EQ(unknown.refusal, Refusal::unknown_line);
    EXPECT_EQ(unknown.detail, 2);
    EXPECT_EQ(shop.give_back_lines("R", "A", {{"a", 1, {30'000}, {}}}).refusal, Refusal::unknown_line);
    EXPECT_EQ(shop.give_back_lines("R", "A", {{"a", 1, {20'000}, "y"}}).refusal, Refusal::unknown_line);
    EXPECT_EQ(shop.give_back_lines("R", "A", {{"a", 2, {60'000}, {}}}).refusal, Refusal::return_exceeds_line);
    EXPECT_EQ(shop.give_back_lines("R", "A", {some("a", 3), some("a")}).refusal,
              Refusal::return_exceeds_line);
    const auto differs = shop.give_back_lines("R", "A", {some("a")}, 19'999);
    EXPECT_EQ(differs.refusal, Refusal::line_amount_differs);
    EXPECT_EQ(differs.detail, 20'000);
    EXPECT_EQ(shop.give_back_lines("R", "A", {{"a", 1, {60'000}, {}}}, 60'000).refusal, Refusal::none);
    // Without a price: of the first line that has some.
    EXPECT_EQ(paid_back(shop, shop.give_back_lines("S", "A", {some("a", 2)})), 40'000);
    shop.sale("B", 10'000);
    EXPECT_EQ(shop.give_back_lines("T", "B", {some("a")}).refusal, Refusal::unknown_line);
    EXPECT_EQ(
        shop.fixture
            .execute(with_lines(make_return(shop.program, receipt(1, "U"), Shop::kCustomer, 1), {some("a")}))
            .refusal,
        Refusal::invalid_command)
        << "of no sale";
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(LineReturns, share_what_a_return_of_money_has_left) {
    Shop shop;
    shop.sale_of("A", 100'000, {{"a", 1, {60'000}, {}}, {"b", 1, {40'000}, {}}});
    EXPECT_EQ(shop.give_back("R", 50'000, "A").refusal, Refusal::none) << "a price that was put right";
    EXPECT_EQ(paid_back(shop, shop.give_back_lines("S", "A", {some("a")})), 30'000);
    EXPECT_EQ(shop.give_back("T", 20'001, "A").refusal, Refusal::return_exceeds_sale);
    EXPECT_EQ(shop.give_back("T", 10'000, "A").refusal, Refusal::none);
    EXPECT_EQ(paid_back(shop, shop.give_back_lines("U", "A", {some("b")})), 10'000);
    EXPECT_EQ(shop.figures().lifetime, 0);
    EXPECT_EQ(shop.figures().orders, 0U);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(LineReturns, leave_nothing_once_all_the_money_is_back) {
    Shop shop;
    shop.sale_of("A", 100'000, kTeaAndCup);
    shop.give_back("R", 100'000, "A");
    EXPECT_EQ(shop.give_back_lines("S", "A", {some("cup")}).refusal, Refusal::return_exceeds_line);
    shop.sale_of("B", 100'000, kTeaAndCup);
    shop.void_sale("V", "B");
    EXPECT_EQ(shop.give_back_lines("S", "B", {some("cup")}).refusal, Refusal::return_exceeds_line);
    EXPECT_EQ(shop.figures().lifetime, 0);
}

TEST(LineReturns, of_goods_that_were_free) {
    Shop shop(with({asks_for(model::ConditionKind::sku_in, {"gift"}, 50)}));
    const auto before = shop.figures();
    // A gift among what was paid for: it takes no money along, and its campaign with it.
    shop.sale_of("A", 50'000, {{"tea", 1, {50'000}, {}}, {"gift", 1, {0}, {}}});
    const auto gift = shop.give_back_lines("R", "A", {some("gift")});
    EXPECT_EQ(paid_back(shop, gift), 0);
    EXPECT_EQ(gift.points.value, -50);
    EXPECT_EQ(shop.figures().orders, 1U);
    shop.give_back_lines("S", "A", {some("tea")});
    EXPECT_EQ(shop.figures().points, 0);
    EXPECT_EQ(shop.figures().orders, 0U);
    // The other way round: the money is back first.
    shop.sale_of("B", 50'000, {{"tea", 1, {50'000}, {}}, {"gift", 1, {0}, {}}});
    shop.give_back_lines("T", "B", {some("tea")});
    EXPECT_EQ(shop.give_back_lines("U", "B", {some("gift")}).refusal, Refusal::none);
    EXPECT_EQ(shop.figures().points, before.points);
    // Nothing was paid at all: the lines tell when all of it is back.
    EXPECT_EQ(shop.sale_of("C", 0, {{"gift", 2, {1'000}, {}}}).points.value, 50);
    EXPECT_EQ(shop.give_back_lines("V", "C", {some("gift")}).points.value, 0);
    EXPECT_EQ(shop.figures().orders, 1U);
    EXPECT_EQ(shop.give_back_lines("W", "C", {some("gift")}).points.value, -50);
    EXPECT_EQ(shop.figures().orders, 0U);
    EXPECT_EQ(shop.figures().points, before.points);
    // And a void of it takes back what its campaign gave.
    EXPECT_EQ(shop.sale_of("D", 0, {{"gift", 2, {1'000}, {}}}).points.value, 50);
    EXPECT_EQ(shop.void_sale("X", "D").points.value, -50);
    EXPECT_EQ(shop.figures().points, before.points);
    EXPECT_EQ(shop.figures().ranking, before.ranking);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(LineReturns, in_any_order_come_to_one_full_return) {
    model::Program program = with({asks_for(model::ConditionKind::sku_in, {"c"}, 50)});
    program.campaigns[0].budget_points = model::Points{1'000};
    program.campaigns[0].per_customer = 1;
    const Lines sold = {{"a", 3, {33'333}, {}}, {"b", 1, {1}, {}}, {"c", 2, {99'999}, {}}, {"a", 1, {7}, {}}};
    std::vector<std::string> order = {"a", "a", "a", "a", "b", "c", "c"};
    std::size_t seen = 0;
    do {
        if (++seen % 9 != 1) continue;  // of the 105 orders
        Shop shop(program);
        shop.adjust(100);
        const Figures before = shop.figures();
        shop.sale_of("A", 271'828, sold);
        std::int64_t back = 0;
        for (std::size_t i = 0; i < order.size(); ++i) {
            const auto returned = shop.give_back_lines("R" + std::to_string(i), "A", {some(order[i])});
            ASSERT_EQ(returned.refusal, Refusal::none);
            back += paid_back(shop, returned);
        }
        EXPECT_EQ(back, 271'828);
        Figures after = shop.figures();
        EXPECT_EQ(after, before);
        EXPECT_EQ(shop.sale_of("B", 271'828, sold).points.value, 27 + 50)
            << "limit and budget are free again";
        EXPECT_EQ(shop.fixture.verify(), "");
    } while (std::ranges::next_permutation(order).found);
    EXPECT_EQ(seen, 105U);
}

TEST(LineReturns, take_back_what_others_got) {
    Shop shop(lan_toa_program());
    ASSERT_EQ(shop.fixture.execute(make_appoint(shop.program, shop.fixture.fresh_request(), Shop::kCustomer))
                  .refusal,
              Refusal::none);
    ASSERT_EQ(shop.fixture
                  .execute(make_enroll_with(shop.program, shop.fixture.fresh_request(), {"card:2"},
                                            Shop::kCustomer, {}))
                  .refusal,
              Refusal::none);
    const Figures vip = shop.figures();
    shop.sale_of("A", 165'000, kTeaAndCup, "card:2");
    EXPECT_EQ(shop.figures().points, vip.points + 8);
    EXPECT_EQ(shop.give_back_lines("R", "A", {some("oolong")}, 0, "card:2").refusal, Refusal::none);
    EXPECT_EQ(shop.figures().points, vip.points + 5) << "105,000 are left";
    shop.give_back_lines("S", "A", {some("oolong"), some("cup")}, 0, "card:2");
    EXPECT_EQ(shop.figures().points, vip.points);
    EXPECT_EQ(shop.figures("card:2").points, 0);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Lines, are_explained) {
    Shop shop;
    shop.sale_of("A", 150'000, kTeaAndCup);
    shop.give_back_lines("R", "A", {some("oolong")});
    const std::string sale = explanation_of(shop, "A");
    EXPECT_THAT(sale, HasSubstr("What was sold: oolong × 2 at 60000 (tea), cup × 1 at 45000 (ware)."));
    const std::string back =
        "What came back: oolong × 1 at 60000 (tea). What is left: oolong × 1 at 60000 "
        "(tea), cup × 1 at 45000 (ware).";
    EXPECT_THAT(sale, HasSubstr(back));
    EXPECT_THAT(explanation_of(shop, "R"), HasSubstr(back));
    const auto history =
        shop.fixture.engine().history(shop.program, {model::KeyKind::id, shop.customer, {}}, {}, 10);
    ASSERT_TRUE(history);
    EXPECT_TRUE(std::ranges::any_of(*history, [](const runtime::HistoryEntry& entry) {
        return entry.reason == "oolong × 2 at 60000 (tea), cup × 1 at 45000 (ware)";
    }));
}

}  // namespace
}  // namespace tim::tests
