// What customers are classified by (S4.1 to S4.9).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/shop.h"

namespace tim::tests {
namespace {

using model::ClassifyTerms;
using model::CustomerStatus;
using model::Outcome;
using model::Refusal;
using ::testing::ElementsAre;

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

struct ClassShop : Shop {
    explicit ClassShop(const model::Program& rules = viet_thien()) : Shop(rules) { go_to("2027-03-10"); }

    void go_to(const char* text) { fixture.clock().set(at(text)); }
    Outcome classify(const ClassifyTerms& terms) {
        return fixture.execute(make_classify(program, fixture.fresh_request(), kCustomer, terms));
    }
    model::CustomerClasses classes() { return fixture.view(program, kCustomer).classes; }
    CustomerStatus status() { return classes().status; }
};

ClassifyTerms said(const std::function<void(ClassifyTerms&)>& say) {
    ClassifyTerms terms;
    say(terms);
    return terms;
}

TEST(Classes, S4_1_a_customer_has_the_code_of_a_salesperson_or_the_companys) {
    ClassShop shop;
    EXPECT_EQ(shop.classes().staff, "") << "the company's";
    EXPECT_EQ(shop.classify(said([](auto& terms) { terms.staff = "NV01"; })).refusal, Refusal::none);
    EXPECT_EQ(shop.classes().staff, "NV01");
    shop.classify(said([](auto& terms) { terms.source = "facebook"; }));
    EXPECT_EQ(shop.classes().staff, "NV01") << "only what is given changes";
    shop.classify(said([](auto& terms) { terms.staff = ""; }));
    EXPECT_EQ(shop.classes().staff, "");
}

TEST(Classes, S4_1_an_enrolment_says_it_too) {
    ClassShop shop;
    const auto newcomer =
        with_classes(make_enroll(shop.program, request(900), {"card:2"}), said([](auto& terms) {
                         terms.staff = "CTV7";
                         terms.source = "tiktok";
                         terms.natures.add = {"wholesale"};
                     }));
    EXPECT_EQ(shop.fixture.execute(newcomer).refusal, Refusal::none);
    const auto classes = shop.fixture.view(shop.program, "card:2").classes;
    EXPECT_EQ(classes.staff, "CTV7");
    EXPECT_EQ(classes.source, "tiktok");
    EXPECT_THAT(classes.natures, ElementsAre("wholesale"));
    EXPECT_TRUE(shop.fixture.execute(newcomer).duplicate);
    const auto wrong = with_classes(make_enroll(shop.program, request(901), {"card:3"}),
                                    said([](auto& terms) { terms.source = "radio"; }));
    EXPECT_EQ(shop.fixture.execute(wrong).refusal, Refusal::unknown_source);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Classes, S4_2_new_and_prospect_are_set_by_hand_purchased_by_any_order) {
    ClassShop shop;
    EXPECT_EQ(shop.status(), CustomerStatus::fresh);
    shop.classify(said([](auto& terms) { terms.status = CustomerStatus::prospect; }));
    EXPECT_EQ(shop.status(), CustomerStatus::prospect);
    shop.sale("A1", 10'000);
    EXPECT_EQ(shop.status(), CustomerStatus::purchased);
    shop.classify(said([](auto& terms) { terms.status = CustomerStatus::fresh; }));
    EXPECT_EQ(shop.status(), CustomerStatus::purchased) << "who has bought has bought";
    shop.void_sale("V1", "A1");
    EXPECT_EQ(shop.status(), CustomerStatus::fresh) << "a full return takes the order back";
    for (const CustomerStatus status : {CustomerStatus::purchased, CustomerStatus::vip})
        EXPECT_EQ(shop.classify(said([&](auto& terms) { terms.status = status; })).refusal,
                  Refusal::invalid_status);
}

TEST(Classes, S4_3_a_vip_bought_for_more_than_the_figure_in_the_last_or_this_month) {
    ClassShop shop;
    shop.sale("A1", 30'000'000);
    EXPECT_EQ(shop.status(), CustomerStatus::purchased) << "at the figure is not above it";
    shop.sale("A2", 1'000);
    EXPECT_EQ(shop.status(), CustomerStatus::vip);
    shop.go_to("2027-04-30T23:59:59");
    EXPECT_EQ(shop.status(), CustomerStatus::vip) << "the month before counts";
    shop.go_to("2027-05-01");
    EXPECT_EQ(shop.status(), CustomerStatus::purchased) << "nobody has visited: time alone";
    shop.give_back("R1", 2'000, "A2", model::kNoInstant);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Classes, S4_5_S4_6_exactly_one_source_and_its_channel) {
    ClassShop shop;
    shop.classify(said([](auto& terms) {
        terms.source = "facebook";
        terms.channel = "tet-2027";
    }));
    shop.classify(said([](auto& terms) { terms.source = "google"; }));
    EXPECT_EQ(shop.classes().source, "google") << "the second is in the first one's place";
    EXPECT_EQ(shop.classes().channel, "tet-2027");
    EXPECT_EQ(shop.classify(said([](auto& terms) { terms.source = "radio"; })).refusal,
              Refusal::unknown_source);
    EXPECT_EQ(shop.classes().source, "google");
}

TEST(Classes, S4_7_S4_8_S4_9_any_number_of_natures_types_and_items) {
    ClassShop shop;
    shop.classify(said([](auto& terms) {
        terms.natures.add = {"retail", "wholesale"};
        terms.types.add = {"cafe"};
        terms.items.add = {"coffee", "tea", "beans"};
    }));
    EXPECT_THAT(shop.classes().natures, ElementsAre("wholesale", "retail")) << "in the program's order";
    shop.classify(said([](auto& terms) {
        terms.natures.drop = {"retail"};
        terms.natures.add = {"export"};
        terms.items.drop = {"beans"};
    }));
    EXPECT_THAT(shop.classes().natures, ElementsAre("export", "wholesale"));
    EXPECT_THAT(shop.classes().types, ElementsAre("cafe"));
    EXPECT_THAT(shop.classes().items, ElementsAre("tea", "coffee"));
    const Outcome refused = shop.classify(said([](auto& terms) { terms.items.add = {"tea", "salt"}; }));
    EXPECT_EQ(refused.refusal, Refusal::unknown_item);
    EXPECT_EQ(refused.detail, 2) << "the second that was named";
}

TEST(Classes, values_keep_their_meaning_when_a_version_changes_the_lists) {
    ClassShop shop;
    shop.classify(said([](auto& terms) {
        terms.source = "tiktok";
        terms.items.add = {"coffee", "other"};
    }));
    model::Program changed = viet_thien();
    changed.classification->sources = {"self", "zalo"};
    changed.classification->items = {"cocoa", "tea"};
    shop.fixture.put(changed);
    EXPECT_EQ(shop.classes().source, "tiktok");
    EXPECT_THAT(shop.classes().items, ElementsAre("coffee", "other"));
    shop.classify(said([](auto& terms) {
        terms.items.add = {"cocoa"};
        terms.items.drop = {"other"};
    }));
    EXPECT_THAT(shop.classes().items, ElementsAre("coffee", "cocoa"));
    EXPECT_EQ(shop.classify(said([](auto& terms) { terms.items.add = {"beans"}; })).refusal,
              Refusal::unknown_item)
        << "it is not listed any more";
    shop.fixture.stop_and_reopen();
    EXPECT_THAT(shop.classes().items, ElementsAre("coffee", "cocoa"));
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Classes, are_kept_by_checkpoints_and_known_as_of_a_past_instant) {
    ClassShop shop;
    shop.classify(said([](auto& terms) { terms.birthday = model::Birthday{5, 17}; }));
    ASSERT_TRUE(shop.fixture.engine().checkpoint());
    shop.go_to("2027-03-11");
    shop.classify(said([](auto& terms) {
        terms.birthday = model::Birthday{};
        terms.staff = "NV02";
    }));
    shop.fixture.stop_and_reopen();
    EXPECT_EQ(shop.classes().staff, "NV02");
    EXPECT_FALSE(shop.classes().birthday.known());
    const auto then = shop.fixture.engine().show_as_of(shop.program, {model::KeyKind::card, {}, "1"},
                                                       at("2027-03-10T12:00:00"));
    ASSERT_TRUE(then);
    EXPECT_EQ(then->classes.birthday, (model::Birthday{5, 17}));
    EXPECT_EQ(then->classes.staff, "");
    const auto history = shop.fixture.engine().history(shop.program, {model::KeyKind::card, {}, "1"}, {}, 10);
    ASSERT_TRUE(history);
    EXPECT_EQ((*history)[1].reason, "birthday 05-17");
}

TEST(Classes, a_change_is_made_exactly_once) {
    ClassShop shop;
    const auto change = make_classify(shop.program, request(77), Shop::kCustomer,
                                      said([](auto& terms) { terms.staff = "NV01"; }));
    EXPECT_FALSE(shop.fixture.execute(change).duplicate);
    shop.classify(said([](auto& terms) { terms.staff = "NV02"; }));
    EXPECT_TRUE(shop.fixture.execute(change).duplicate);
    EXPECT_EQ(shop.classes().staff, "NV02");
    const auto other = make_classify(shop.program, request(77), Shop::kCustomer,
                                     said([](auto& terms) { terms.staff = "NV03"; }));
    EXPECT_EQ(shop.fixture.execute(other).refusal, Refusal::conflict);
}

}  // namespace
}  // namespace tim::tests
