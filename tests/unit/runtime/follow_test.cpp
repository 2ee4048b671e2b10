#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/runtime/follow_queries.h"
#include "tests/support/shop.h"

namespace tim::tests {
namespace {

using runtime::Change;
using runtime::ChangePage;
using runtime::Sees;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> types(const std::vector<Change>& changes) {
    std::vector<std::string> all;
    for (const Change& change : changes)
        all.emplace_back(model::fact_type_name(change.fact.type));
    return all;
}

struct FollowedShop : Shop {
    using Shop::Shop;

    model::Result<ChangePage> page(model::Sequence after, std::size_t limit = 1'000,
                                   Sees sees = Sees::people) {
        return fixture.engine().following().changes(program, after, limit, sees);
    }
    /// Page after page, to the end.
    std::vector<Change> all(std::size_t limit, model::Sequence after = {}) {
        std::vector<Change> changes;
        for (;;) {
            const auto next = page(after, limit);
            if (!next) {
                ADD_FAILURE() << next.error().message;
                return changes;
            }
            EXPECT_LE(next->changes.size(), limit);
            changes.insert(changes.end(), next->changes.begin(), next->changes.end());
            if (next->through == after) return changes;
            after = next->through;
        }
    }
};

TEST(Follow, S1_8_every_change_is_told_once_and_in_order_whatever_the_pages) {
    FollowedShop shop;
    const model::ProgramId other = shop.fixture.put(nhanh_program("other"));
    for (int i = 0; i < 12; ++i) {
        shop.sale("S" + std::to_string(i), 1'000'000);
        shop.fixture.execute(make_sale(other, receipt(1, "S" + std::to_string(i)), "", 10'000));
        if (i % 3 == 0) shop.fixture.commit();
    }
    shop.give_back("R1", 1'000'000, "S3");
    shop.fixture.commit();
    const std::vector<Change> whole = shop.all(1'000);
    ASSERT_EQ(whole.size(), 2U + 12U + 3U) << "the program, the customer, the sales, the return";
    EXPECT_THAT(types({whole.end() - 3, whole.end()}),
                ElementsAre("returned", "receipt_reduced", "order_undone"));
    for (const std::size_t limit : {std::size_t{1}, std::size_t{4}, std::size_t{7}}) {
        const std::vector<Change> paged = shop.all(limit);
        ASSERT_EQ(paged.size(), whole.size()) << limit;
        for (std::size_t i = 0; i < whole.size(); ++i)
            EXPECT_EQ(paged[i].sequence, whole[i].sequence) << limit;
    }
    const std::vector<Change> tail = shop.all(5, whole[9].sequence);
    ASSERT_EQ(tail.size(), whole.size() - 10);
    EXPECT_EQ(tail.front().sequence, whole[10].sequence);
}

TEST(Follow, S1_8_the_sums_of_what_is_told_are_the_customers_figures) {
    FollowedShop shop;
    shop.sale("A", 3'000'000);
    shop.sale("B", 9'500'000);
    shop.give_back("C", 500'000, "B");
    shop.void_sale("D", "A");
    shop.adjust(40, 20'000, true);
    shop.adjust(-5);
    shop.redeem(100);
    shop.fixture.commit();
    core::FigureChange sum;
    const Change* last = nullptr;
    const std::vector<Change> changes = shop.all(3);
    for (const Change& change : changes) {
        sum.spend.value += change.figures.spend.value;
        sum.ranking.value += change.figures.ranking.value;
        sum.orders += change.figures.orders;
        if (change.fact.subject.kind() == model::SubjectKind::customer) last = &change;
    }
    const runtime::CustomerView view = shop.fixture.view(shop.program, Shop::kCustomer);
    EXPECT_EQ(sum.spend, view.lifetime_spend);
    EXPECT_EQ(sum.ranking, view.ranking_points);
    EXPECT_EQ(sum.orders, static_cast<int>(view.orders));
    ASSERT_NE(last, nullptr);
    EXPECT_EQ(last->fact.points_after, view.points);
    EXPECT_EQ(last->fact.tier_after, view.tier);
}

TEST(Follow, WhatIsNotOnDiskIsNotTold) {
    FollowedShop shop;
    shop.fixture.commit();
    const auto before = shop.page({});
    ASSERT_TRUE(before.has_value());
    const model::Sequence sale = shop.sale("A", 10'000).sequence;
    EXPECT_LT(shop.fixture.engine().following().committed(), sale);
    EXPECT_THAT(shop.page(before->through)->changes, IsEmpty());
    EXPECT_EQ(shop.page(before->through)->through, before->through);
    shop.fixture.commit();
    const auto after = shop.page(before->through);
    ASSERT_EQ(after->changes.size(), 1U);
    EXPECT_EQ(after->changes[0].sequence, sale);
    EXPECT_EQ(after->through, sale);
    EXPECT_EQ(after->last, sale);
}

TEST(Follow, OtherProgramsFactsArePassedOver) {
    FollowedShop shop;
    const model::ProgramId other = shop.fixture.put(nhanh_program("other"));
    shop.fixture.commit();
    const model::Sequence begun = shop.fixture.engine().following().committed();
    for (int i = 0; i < 5; ++i)
        shop.fixture.execute(make_sale(other, receipt(1, "S" + std::to_string(i)), "", 10'000));
    shop.fixture.commit();
    const auto page = shop.page(begun);
    ASSERT_TRUE(page.has_value());
    EXPECT_THAT(page->changes, IsEmpty());
    EXPECT_EQ(page->through.value, begun.value + 5) << "they need not be looked at again";
}

TEST(Follow, WhoMayNotSeePeopleIsToldFiguresAlone) {
    FollowedShop shop;
    shop.fixture.execute(make_adjust(shop.program, shop.fixture.fresh_request(), Shop::kCustomer, 5, 0));
    shop.fixture.commit();
    const auto seen = shop.page({});
    ASSERT_EQ(types(seen->changes), (std::vector<std::string>{"program_put", "enrolled", "adjusted"}));
    EXPECT_THAT(seen->changes[1].keys, ElementsAre(model::Key{model::KeyKind::card, "1"}));
    EXPECT_FALSE(seen->changes[2].text.empty());
    const auto figures = shop.page({}, 1'000, Sees::figures);
    ASSERT_EQ(figures->changes.size(), seen->changes.size());
    EXPECT_THAT(figures->changes[1].keys, IsEmpty());
    EXPECT_TRUE(figures->changes[1].person.empty());
    EXPECT_TRUE(figures->changes[2].text.empty());
    EXPECT_EQ(figures->changes[2].fact.points.value, 5);
}

TEST(Follow, WhoPeopleAreIsToldAsItChangesUntilTheyAreErased) {
    FollowedShop shop;
    const auto act = [&](model::CommandKind kind, const std::string& reason) {
        return make_person_act(kind, shop.program, shop.fixture.fresh_request(), Shop::kCustomer, reason);
    };
    shop.fixture.execute(make_rekey(shop.program, shop.fixture.fresh_request(), Shop::kCustomer,
                                    {"phone:+84901234567"}, {}, "An Nguyễn"));
    shop.fixture.execute(act(model::CommandKind::block_customer, "card reported stolen"));
    shop.fixture.commit();
    const auto seen = shop.page({});
    ASSERT_EQ(types(seen->changes),
              (std::vector<std::string>{"program_put", "enrolled", "rekeyed", "customer_blocked"}));
    EXPECT_THAT(seen->changes[2].keys, ElementsAre(model::Key{model::KeyKind::card, "1"},
                                                   model::Key{model::KeyKind::phone, "+84901234567"}));
    EXPECT_EQ(seen->changes[2].person, "An Nguyễn");
    EXPECT_EQ(seen->changes[3].text, "card reported stolen");
    const auto words = shop.page({}, 1'000, Sees::words);
    EXPECT_THAT(words->changes[2].keys, IsEmpty());
    EXPECT_TRUE(words->changes[2].person.empty());
    EXPECT_EQ(words->changes[3].text, "card reported stolen");
    EXPECT_TRUE(shop.page({}, 1'000, Sees::figures)->changes[3].text.empty());

    shop.fixture.execute(act(model::CommandKind::erase, "asked by letter"));
    shop.fixture.commit();
    const auto after = shop.page({});
    ASSERT_TRUE(after.has_value()) << after.error().message;
    ASSERT_EQ(after->changes.size(), 5U);
    EXPECT_EQ(model::fact_type_name(after->changes[4].fact.type), "erased");
    EXPECT_EQ(after->changes[4].text, "asked by letter");
    for (const Change& change : after->changes) {
        EXPECT_THAT(change.keys, IsEmpty());
        EXPECT_TRUE(change.person.empty());
    }
}

TEST(Follow, WhatIsClaimedLeavesNobodysFiguresAndJoinsTheCustomers) {
    FollowedShop shop;
    shop.sale("A", 90'000, model::kNoInstant, Who());
    shop.sale("B", 50'000, model::kNoInstant, Who());
    shop.fixture.execute(
        make_claim(shop.program, shop.fixture.fresh_request(), Shop::kCustomer, receipt(1, "A")));
    shop.fixture.commit();
    core::FigureChange nobodys;
    core::FigureChange customers;
    for (const Change& change : shop.all(2)) {
        const bool anonymous = change.fact.subject.kind() == model::SubjectKind::anonymous;
        core::FigureChange& sum = anonymous ? nobodys : customers;
        sum.spend.value += change.figures.spend.value;
        sum.orders += change.figures.orders;
    }
    EXPECT_EQ(nobodys, (core::FigureChange{{50'000}, {}, 1}));
    EXPECT_EQ(customers.spend, shop.fixture.view(shop.program, Shop::kCustomer).lifetime_spend);
    EXPECT_EQ(customers.spend.value, 90'000);
    EXPECT_EQ(customers.orders, 1);
}

TEST(Follow, AnotherLedgersPlaceIsRefused) {
    FollowedShop shop;
    shop.fixture.commit();
    const model::Sequence end = shop.fixture.engine().following().committed();
    EXPECT_TRUE(shop.page(end).has_value());
    const auto beyond = shop.page({end.value + 1});
    ASSERT_FALSE(beyond.has_value());
    EXPECT_EQ(beyond.error().kind, model::ErrorKind::invalid);
    const auto unknown = shop.fixture.engine().following().changes({99}, {}, 10, Sees::people);
    ASSERT_FALSE(unknown.has_value());
    EXPECT_EQ(unknown.error().kind, model::ErrorKind::not_found);
}

TEST(Follow, GoesOnAfterACrashWithoutGapOrRepeat) {
    FollowedShop shop;
    std::vector<std::uint64_t> told;
    model::Sequence after{};
    const auto follow = [&] {
        const auto page = shop.page(after);
        ASSERT_TRUE(page.has_value()) << page.error().message;
        for (const Change& change : page->changes)
            told.push_back(change.sequence.value);
        after = page->through;
    };
    for (int i = 0; i < 6; ++i) {
        shop.sale("kept " + std::to_string(i), 10'000);
        shop.fixture.commit();
        follow();
        shop.sale("lost " + std::to_string(i), 10'000);  // executed, told to nobody, and gone
        follow();
        shop.fixture.crash_and_reopen();
    }
    follow();
    const std::vector<Change> all = shop.all(1'000);
    ASSERT_EQ(told.size(), all.size());
    for (std::size_t i = 0; i < all.size(); ++i)
        EXPECT_EQ(told[i], all[i].sequence.value);
}

}  // namespace
}  // namespace tim::tests
