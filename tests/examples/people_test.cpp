// Who customers are (rules.md, People): blocked, with other keys, of a receipt that was nobody's, erased.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/shop.h"

namespace tim::tests {
namespace {

using model::CommandKind;
using model::kNoInstant;
using model::Outcome;
using model::Refusal;

class People : public testing::Test {
  protected:
    Outcome act(CommandKind kind, const Who& who = Shop::kCustomer, const std::string& reason = "test") {
        return shop.fixture.execute(
            make_person_act(kind, shop.program, shop.fixture.fresh_request(), who, reason));
    }
    OwnedCommand rekeying(const Who& who, const std::vector<Who>& add, const std::vector<Who>& drop,
                          const std::optional<std::string>& name = std::nullopt) {
        return make_rekey(shop.program, shop.fixture.fresh_request(), who, add, drop, name);
    }
    Outcome rekey(const Who& who, const std::vector<Who>& add, const std::vector<Who>& drop) {
        return shop.fixture.execute(rekeying(who, add, drop));
    }
    OwnedCommand claiming(const std::string& number, const Who& who = Shop::kCustomer) {
        return make_claim(shop.program, shop.fixture.fresh_request(), who, receipt(1, number));
    }
    Outcome claim(const std::string& number, const Who& who = Shop::kCustomer) {
        return shop.fixture.execute(claiming(number, who));
    }
    Outcome anonymous_sale(const std::string& number, std::int64_t amount) {
        return shop.sale(number, amount, kNoInstant, Who());
    }
    std::vector<std::string> keys_of(const Who& who) {
        std::vector<std::string> texts;
        for (const model::Key& key : shop.fixture.view(shop.program, who).keys)
            texts.push_back(key.text);
        return texts;
    }
    /// What the ledger's facts come to: of all customers, and of nobody.
    std::int64_t spend_in_all() {
        shop.fixture.commit();
        const auto page = shop.fixture.engine().ledger(shop.program, {}, 10'000);
        std::int64_t sum = 0;
        for (const auto& stored : page->facts) {
            const auto kind = stored.fact.subject.kind();
            const bool figures =
                kind == model::SubjectKind::customer || kind == model::SubjectKind::anonymous;
            const bool instant = stored.fact.type == model::FactType::rekeyed ||
                                 stored.fact.type == model::FactType::erased ||
                                 stored.fact.type == model::FactType::order_undone;
            if (figures && !instant) sum += stored.fact.amount.value;
        }
        return sum;
    }

    Shop shop;
};

// -------------------------------------------------------------------------------------------------- blocked

TEST_F(People, WhoIsBlockedEarnsAndSpendsNothing) {
    shop.adjust(100);
    const model::Sequence hold = shop.hold(10).sequence;
    const model::Sequence other = shop.hold(10).sequence;
    EXPECT_EQ(act(CommandKind::block_customer).refusal, Refusal::none);
    EXPECT_TRUE(shop.fixture.view(shop.program, Shop::kCustomer).blocked);
    EXPECT_EQ(shop.figures().spendable, 0);
    EXPECT_EQ(shop.balance().spendable.value, 0) << "a checkout is not to offer any";

    EXPECT_EQ(shop.sale("R1", 50'000).points.value, 5) << "it earns";
    EXPECT_EQ(shop.redeem(1).refusal, Refusal::customer_blocked);
    EXPECT_EQ(shop.hold(1).refusal, Refusal::customer_blocked);
    EXPECT_EQ(shop.capture(hold).refusal, Refusal::customer_blocked);
    EXPECT_EQ(shop.sale_with("R2", 50'000, hold).refusal, Refusal::customer_blocked);
    EXPECT_EQ(shop.release(other).refusal, Refusal::none) << "what was reserved can be let go";
    EXPECT_EQ(shop.give_back("B1", 50'000, "R1").refusal, Refusal::none);
    EXPECT_EQ(act(CommandKind::block_customer).refusal, Refusal::already_blocked);

    shop.fixture.crash_and_reopen();
    EXPECT_EQ(shop.redeem(1).refusal, Refusal::customer_blocked) << "it is in the ledger";
    shop.fixture.stop_and_reopen();
    EXPECT_EQ(shop.redeem(1).refusal, Refusal::customer_blocked) << "and in the checkpoint";

    EXPECT_EQ(act(CommandKind::unblock_customer).refusal, Refusal::none);
    EXPECT_EQ(shop.redeem(1).refusal, Refusal::none);
    EXPECT_EQ(shop.capture(hold).refusal, Refusal::none);
    EXPECT_EQ(act(CommandKind::unblock_customer).refusal, Refusal::not_blocked);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST_F(People, WhyAndWhenSomebodyWasBlockedIsToldLater) {
    const model::Instant before = shop.now();
    shop.wait(kHourMs);
    act(CommandKind::block_customer, Shop::kCustomer, "card reported stolen");
    shop.wait(kHourMs);
    shop.fixture.commit();
    auto& engine = shop.fixture.engine();
    const model::CustomerRef an{model::KeyKind::card, {}, "1"};
    const auto history = engine.history(shop.program, an, {}, 1);
    EXPECT_EQ(history->front().reason, "card reported stolen");
    EXPECT_FALSE(engine.show_as_of(shop.program, an, before)->blocked);
    EXPECT_TRUE(engine.show_as_of(shop.program, an, shop.now())->blocked);
}

TEST_F(People, ABlockThatIsAskedForTwiceIsOne) {
    const OwnedCommand block = make_person_act(CommandKind::block_customer, shop.program,
                                               shop.fixture.fresh_request(), Shop::kCustomer);
    const Outcome first = shop.fixture.execute(block);
    const Outcome again = shop.fixture.execute(block);
    EXPECT_TRUE(again.duplicate);
    EXPECT_EQ(again.sequence, first.sequence);
    OwnedCommand other = block;
    other.reason = "for another reason";
    EXPECT_EQ(shop.fixture.execute(other).refusal, Refusal::conflict);
}

// ----------------------------------------------------------------------------------------------------- keys

TEST_F(People, AKeyComesAndAKeyGoes) {
    EXPECT_EQ(rekey("card:1", {"phone:+84 901 234 567", "email:An@Example.vn"}, {}).refusal, Refusal::none);
    EXPECT_THAT(keys_of("phone:+84901234567"), testing::ElementsAre("1", "+84901234567", "an@example.vn"));
    EXPECT_EQ(rekey("phone:+84901234567", {"phone:+84907654321"}, {"phone:+84901234567"}).refusal,
              Refusal::none);
    EXPECT_EQ(shop.sale("R1", 10'000, kNoInstant, "phone:+84901234567").refusal, Refusal::unknown_customer);
    EXPECT_EQ(shop.sale("R1", 10'000, kNoInstant, "phone:+84907654321").customer, shop.customer);
    EXPECT_THAT(keys_of("card:1"), testing::ElementsAre("1", "an@example.vn", "+84907654321"));

    // The key is free, and its next holder keeps it whatever happens to the one before.
    const model::CustomerId next = shop.fixture.enroll(shop.program, "phone:+84901234567");
    EXPECT_NE(next, shop.customer);
    EXPECT_EQ(rekey("card:1", {"phone:+84901234567"}, {}).refusal, Refusal::key_taken);
    EXPECT_EQ(rekey("card:1", {}, {"phone:+84901234567"}).refusal, Refusal::unknown_key);
    EXPECT_EQ(shop.fixture.verify(), "");
    shop.fixture.crash_and_reopen();
    EXPECT_EQ(shop.sale("R2", 10'000, kNoInstant, "phone:+84901234567").customer, next);
    EXPECT_EQ(shop.sale("R3", 10'000, kNoInstant, "phone:+84907654321").customer, shop.customer);
    shop.fixture.stop_and_reopen();
    EXPECT_EQ(shop.sale("R4", 10'000, kNoInstant, "phone:+84901234567").customer, next);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST_F(People, KeysOfABlockThatRunsAheadOfTheHeadAreTakenAsTheyAre) {
    // The key goes from one to the other and back; every checkpoint has the keys of its own moment, and what
    // is replayed behind an older head finds them so.
    const model::CustomerId other = shop.fixture.enroll(shop.program, "card:2");
    ASSERT_TRUE(shop.fixture.engine().checkpoint());
    rekey("card:1", {"card:new"}, {"card:1"});
    rekey("card:2", {"card:1"}, {"card:2"});
    shop.fixture.commit();
    ASSERT_TRUE(shop.fixture.engine().checkpoint());
    rekey("card:1", {"card:2"}, {"card:1"});
    rekey("card:new", {"card:1"}, {"card:new"});
    shop.fixture.commit();
    shop.fixture.crash_and_reopen();
    EXPECT_EQ(shop.sale("R1", 1, kNoInstant, "card:1").customer, shop.customer);
    EXPECT_EQ(shop.sale("R2", 1, kNoInstant, "card:2").customer, other);
    EXPECT_EQ(shop.sale("R3", 1, kNoInstant, "card:new").refusal, Refusal::unknown_customer);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST_F(People, S1_3_a_profile_is_edited_and_the_enrolment_stays) {
    const auto before = shop.fixture.view(shop.program, Shop::kCustomer).enrolled_at;
    shop.wait(kDayMs);
    EXPECT_EQ(shop.fixture.execute(rekeying("card:1", {}, {}, "Nguyễn Thị An")).refusal, Refusal::none);
    const auto view = shop.fixture.view(shop.program, Shop::kCustomer);
    EXPECT_EQ(view.name, "Nguyễn Thị An");
    EXPECT_EQ(view.enrolled_at, before);
    shop.wait(kDayMs);
    EXPECT_EQ(rekey("card:1", {"card:2"}, {}).refusal, Refusal::none);
    EXPECT_EQ(shop.fixture.view(shop.program, "card:2").name, "Nguyễn Thị An") << "it was not asked for";
    EXPECT_EQ(shop.fixture.view(shop.program, "card:2").enrolled_at, before);
}

TEST_F(People, ACustomerKeepsAKeyAndHasEightAtMost) {
    EXPECT_EQ(rekey("card:1", {}, {"card:1"}).refusal, Refusal::last_key);
    EXPECT_EQ(rekey("card:1", {"card:2"}, {"card:1"}).refusal, Refusal::none) << "one for the other";
    std::vector<Who> seven;
    for (int i = 0; i < 7; ++i)
        seven.emplace_back("email:a" + std::to_string(i) + "@example.vn");
    EXPECT_EQ(rekey("card:2", seven, {}).refusal, Refusal::none);
    EXPECT_EQ(rekey("card:2", {"card:9"}, {}).refusal, Refusal::too_many_keys);
    EXPECT_EQ(rekey("card:2", {"phone:12"}, {}).refusal, Refusal::invalid_key);
    EXPECT_EQ(rekey("card:2", {}, {}).refusal, Refusal::invalid_command);
}

TEST_F(People, WhatWasPostedUnderAKeyThatIsGoneIsRepeatedUnderIt) {
    shop.sale("R1", 30'000);
    const OwnedCommand change = rekeying("card:1", {"card:2"}, {"card:1"});
    const Outcome first = shop.fixture.execute(change);
    EXPECT_EQ(first.refusal, Refusal::none);
    const Outcome again = shop.fixture.execute(change);
    EXPECT_TRUE(again.duplicate) << "though nobody has that card now";
    EXPECT_EQ(again.sequence, first.sequence);
    const Outcome sale = shop.sale("R1", 30'000);
    EXPECT_TRUE(sale.duplicate);
    EXPECT_EQ(sale.points.value, 3);
    shop.fixture.enroll(shop.program, "card:1");
    EXPECT_TRUE(shop.sale("R1", 30'000).duplicate) << "nor does it matter who has it now";
    EXPECT_EQ(shop.sale("R1", 30'000, kNoInstant, "card:77").refusal, Refusal::conflict);
}

// --------------------------------------------------------------------------------------------------- claims

TEST_F(People, AReceiptThatWasNobodysIsClaimedAsIfItWasBoughtThen) {
    anonymous_sale("R1", 3'500'000);
    const model::Instant sold = shop.now();
    shop.wait(20 * kDayMs);
    const std::int64_t in_all = spend_in_all();
    const Outcome claimed = claim("R1");
    EXPECT_EQ(claimed.refusal, Refusal::none);
    EXPECT_EQ(claimed.customer, shop.customer);
    EXPECT_EQ(claimed.points.value, 350);
    EXPECT_EQ(shop.tier(), "bac");
    const Figures figures = shop.figures();
    EXPECT_EQ(figures.lifetime, 3'500'000);
    EXPECT_EQ(figures.orders, 1U);
    EXPECT_EQ(figures.first_order_at, sold.value) << "it was bought then";
    EXPECT_EQ(spend_in_all(), in_all) << "and it was one sale";
    EXPECT_EQ(claim("R1").refusal, Refusal::not_anonymous);
    shop.fixture.enroll(shop.program, "card:2");
    EXPECT_EQ(claim("R1", "card:2").refusal, Refusal::not_anonymous);
    EXPECT_EQ(shop.fixture.verify(), "");
    shop.fixture.stop_and_reopen();
    EXPECT_EQ(claim("R1", "card:2").refusal, Refusal::not_anonymous);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST_F(People, WhatComesBackOfAClaimedReceiptIsTheCustomers) {
    anonymous_sale("R1", 95'000);
    EXPECT_EQ(shop.give_back("B0", 15'000, "R1", kNoInstant, Who()).refusal, Refusal::none);
    EXPECT_EQ(claim("R1").points.value, 8) << "what was left";
    EXPECT_EQ(shop.give_back("B1", 5'000, "R1", kNoInstant, Who()).refusal, Refusal::other_customer);
    EXPECT_EQ(shop.give_back("B1", 5'000, "R1").points.value, -1);
    EXPECT_EQ(shop.give_back("B2", 80'000, "R1").refusal, Refusal::return_exceeds_sale);
    EXPECT_EQ(shop.void_sale("B2", "R1").refusal, Refusal::already_returned);
    EXPECT_EQ(shop.give_back("B2", 75'000, "R1").points.value, -7);
    const Figures figures = shop.figures();
    EXPECT_EQ(figures.lifetime, 0);
    EXPECT_EQ(figures.points, 0);
    EXPECT_EQ(figures.orders, 0U) << "nothing of the order is left";
    EXPECT_EQ(spend_in_all(), 0);
    EXPECT_EQ(shop.fixture.verify(), "");

    shop.fixture.commit();
    const auto told = shop.fixture.engine().explain(shop.program, receipt(1, "R1"));
    ASSERT_TRUE(told);
    EXPECT_EQ(told->customer, shop.customer);
    std::int64_t points = 0;
    for (const auto& line : told->lines)
        points += line.points.value;
    EXPECT_EQ(points, 0) << "the receipt's whole story";
}

TEST_F(People, GoodsAreClaimedWithTheReceipt) {
    const std::vector<model::SaleLine> goods = {{"tea", 3, {20'000}, ""}, {"cup", 2, {20'000}, ""}};
    shop.sale_of("R1", 100'000, goods, Who());
    EXPECT_EQ(shop.give_back_lines("B0", "R1", {{"tea", 1, model::kAnyPrice, {}}}, 0, Who()).refusal,
              Refusal::none);
    EXPECT_EQ(claim("R1").points.value, 8);
    EXPECT_EQ(shop.give_back_lines("B1", "R1", {{"tea", 3, model::kAnyPrice, {}}}).refusal,
              Refusal::return_exceeds_line);
    EXPECT_EQ(shop.give_back_lines("B1", "R1", {{"tea", 2, model::kAnyPrice, {}}}).points.value, -4);
    EXPECT_EQ(shop.give_back_lines("B2", "R1", {{"cup", 2, model::kAnyPrice, {}}}).points.value, -4);
    EXPECT_EQ(shop.figures().lifetime, 0);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST_F(People, AClaimComesInTimeOrNotAtAll) {
    anonymous_sale("R1", 50'000);
    shop.wait(30 * kDayMs + 1);
    const Outcome late = claim("R1");
    EXPECT_EQ(late.refusal, Refusal::too_late);
    EXPECT_EQ(late.detail, 30);
    EXPECT_EQ(claim("R2").refusal, Refusal::unknown_receipt);
    anonymous_sale("R3", 50'000);
    shop.give_back("B3", 50'000, "R3", kNoInstant, Who());
    EXPECT_EQ(claim("R3").refusal, Refusal::nothing_left);
    EXPECT_EQ(claim("B3").refusal, Refusal::not_a_sale);
}

TEST_F(People, AClaimThatIsAskedForTwiceIsOne) {
    anonymous_sale("R1", 50'000);
    const OwnedCommand command = claiming("R1");
    const Outcome first = shop.fixture.execute(command);
    const Outcome again = shop.fixture.execute(command);
    EXPECT_TRUE(again.duplicate);
    EXPECT_EQ(again.sequence, first.sequence);
    EXPECT_EQ(again.points, first.points);
    EXPECT_EQ(shop.figures().points, 5);
    EXPECT_TRUE(shop.sale("R1", 50'000, kNoInstant, Who()).duplicate) << "the till's word stays what it was";
}

TEST_F(People, AClaimOfAMemberEarnsTheVipAsAnySale) {
    Shop network(lan_toa_program());
    auto& fixture = network.fixture;
    fixture.execute(make_appoint(network.program, fixture.fresh_request(), Shop::kCustomer));
    const auto member = fixture.execute(
        make_enroll_with(network.program, fixture.fresh_request(), {"card:2"}, Shop::kCustomer, ""));
    ASSERT_EQ(member.refusal, Refusal::none);
    network.sale("R1", 1'000'000, kNoInstant, Who());
    EXPECT_EQ(
        fixture.execute(make_claim(network.program, fixture.fresh_request(), "card:2", receipt(1, "R1")))
            .points.value,
        100);
    EXPECT_EQ(network.figures().points, 50) << "a point for 20,000";
    EXPECT_EQ(fixture.verify(), "");
}

// --------------------------------------------------------------------------------------------------- erased

TEST_F(People, WhoIsErasedIsNobodyAndTheFiguresStay) {
    rekey("card:1", {"phone:+84901234567"}, {});
    shop.sale("R1", 3'500'000);
    shop.fixture.commit();
    const Figures before = shop.figures();
    const OwnedCommand erase = make_person_act(CommandKind::erase, shop.program, shop.fixture.fresh_request(),
                                               "phone:+84901234567", "asked for by letter");
    const Outcome erased = shop.fixture.execute(erase);
    EXPECT_EQ(erased.refusal, Refusal::none);
    const auto view = shop.fixture.view(shop.program, "id:1");
    EXPECT_TRUE(view.erased);
    EXPECT_TRUE(view.keys.empty());
    EXPECT_EQ(view.name, "");
    EXPECT_EQ(figures_of(view), before);
    for (const char* key : {"card:1", "phone:+84901234567"})
        EXPECT_EQ(shop.sale("R2", 1, kNoInstant, key).refusal, Refusal::unknown_customer);
    EXPECT_EQ(shop.sale("R2", 1, kNoInstant, "id:1").refusal, Refusal::customer_erased);
    EXPECT_EQ(shop.redeem(1, 0, "id:1").refusal, Refusal::customer_erased);
    EXPECT_EQ(rekey("id:1", {"card:9"}, {}).refusal, Refusal::customer_erased);
    EXPECT_EQ(act(CommandKind::erase, "id:1").refusal, Refusal::customer_erased);
    EXPECT_EQ(shop.give_back("B1", 500'000, "R1", kNoInstant, "id:1").refusal, Refusal::none)
        << "what was sold can come back";

    const Outcome again = shop.fixture.execute(erase);
    EXPECT_TRUE(again.duplicate) << "though nobody has that phone now";
    EXPECT_EQ(again.sequence, erased.sequence);
    shop.fixture.commit();
    const auto history = shop.fixture.engine().history(shop.program, {model::KeyKind::id, {1}, {}}, {}, 10);
    ASSERT_TRUE(history);
    EXPECT_EQ((*history)[history->size() - 4].reason, "asked for by letter");
    EXPECT_EQ(shop.fixture.verify(), "");
    EXPECT_NE(shop.fixture.enroll(shop.program, "phone:+84901234567"), shop.customer) << "the key is free";
    shop.fixture.crash_and_reopen();
    EXPECT_TRUE(shop.fixture.view(shop.program, "id:1").erased);
    EXPECT_EQ(shop.sale("R3", 1, kNoInstant, "card:1").refusal, Refusal::unknown_customer);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST_F(People, ABirthdayGoesWithThePerson) {
    model::Program program = nhanh_program();
    program.classification.emplace().sources = {"staff"};
    shop.fixture.put(program);
    model::ClassifyTerms terms;
    terms.source = "staff";
    terms.birthday = model::Birthday{5, 17};
    shop.fixture.execute(make_classify(shop.program, shop.fixture.fresh_request(), Shop::kCustomer, terms));
    EXPECT_EQ(act(CommandKind::erase).refusal, Refusal::none);
    const auto classes = shop.fixture.view(shop.program, "id:1").classes;
    EXPECT_EQ(classes.birthday, model::Birthday{});
    EXPECT_EQ(classes.source, "staff") << "what reports add up by stays";
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST_F(People, TheKeyIsDestroyedBeforeAnybodyIsTold) {
    shop.fixture.commit();
    auto& vault = shop.fixture.store().vault();
    ASSERT_TRUE(vault.get(shop.program, shop.customer));
    const Outcome erased = act(CommandKind::erase);
    shop.fixture.commit();
    EXPECT_GE(shop.fixture.engine().durable(), erased.depends_on);
    EXPECT_FALSE(shop.fixture.store().vault().get(shop.program, shop.customer));
    shop.fixture.crash_and_reopen();
    EXPECT_FALSE(shop.fixture.store().vault().get(shop.program, shop.customer));
}

}  // namespace
}  // namespace tim::tests
