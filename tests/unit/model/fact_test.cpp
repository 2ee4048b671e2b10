#include "engine/model/fact.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace tim::model {
namespace {

TEST(Subject, KeepsItsPartsApart) {
    const Subject subject = Subject::of(SubjectKind::receipt, {65535}, kMaxCustomerId);
    EXPECT_EQ(subject.kind(), SubjectKind::receipt);
    EXPECT_EQ(subject.program(), ProgramId{65535});
    EXPECT_EQ(subject.id(), kMaxCustomerId);
    EXPECT_NE(Subject::customer({1}, {7}), Subject::customer({2}, {7}));
    EXPECT_NE(Subject::customer({1}, {7}), Subject::customer({1}, {8}));
    EXPECT_NE(Subject::customer({1}, {0}), Subject::of(SubjectKind::anonymous, {1}, 0));
}

TEST(Fact, GivesBackTheNameThatWasSet) {
    Fact fact;
    const Name receipt = Name::receipt({17}, "123456789012345678901234");
    fact.set_name(receipt);
    EXPECT_EQ(fact.name(), receipt);

    Fact other;
    std::array<std::uint8_t, kRequestIdBytes> id{};
    for (std::size_t i = 0; i < id.size(); ++i)
        id[i] = static_cast<std::uint8_t>(200 + i);
    other.set_name(Name::request(id));
    other.set_blob({0xFFFFFFFE, 0x80000001});
    EXPECT_EQ(other.name(), Name::request(id));
    EXPECT_EQ(other.blob().offset, 0xFFFFFFFE);
    EXPECT_EQ(other.blob().length, 0x80000001);
    EXPECT_NE(other.flags & kFactHasBlob, 0);
}

TEST(Fact, OfACompletedOrderHasTheTerminalOfTheOrderAndItsOwnName) {
    Fact fact;
    fact.type = FactType::sale;
    const Name name = Name::request({1, 2, 3});
    fact.set_name(name);
    fact.terminal = {9};
    fact.request.related = 17;
    EXPECT_EQ(fact.name(), name) << "a request id is of no terminal";
    EXPECT_TRUE(completes_order(fact));
    EXPECT_EQ(counterpart_of(fact).related, Sequence{17});
    fact.set_name(Name::receipt({1}, "A1"));
    EXPECT_FALSE(completes_order(fact));
    EXPECT_EQ(counterpart_of(fact).related, Sequence{});
}

TEST(Fact, AboutWhereAnOrderStandsHasABlobBesideIt) {
    Fact fact;
    fact.type = FactType::order_noted;
    fact.order = {12, OrderPhase::completed, {}, 0};
    fact.set_blob({7, 30});
    EXPECT_EQ(fact.blob().offset, 7U);
    EXPECT_EQ(fact.blob().length, 30U);
    EXPECT_EQ(fact.order.sale, 12U);
    EXPECT_EQ(fact.order.phase, OrderPhase::completed);
    EXPECT_EQ(counterpart_of(fact).related, Sequence{12});
    EXPECT_FALSE(is_of_order(fact)) << "it is the order's own";
    EXPECT_EQ(fact.name().kind, NameKind::none);
}

TEST(FactTypeName, IsThereForEveryTypeAndTellsThemApart) {
    std::set<std::string_view> names;
    for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(FactType::tier_bonus); ++i) {
        const auto name = fact_type_name(static_cast<FactType>(i));
        EXPECT_NE(name, "unknown") << int{i};
        EXPECT_TRUE(names.insert(name).second) << name;
    }
    EXPECT_EQ(fact_type_name(FactType::hold_opened), "hold_opened");
    EXPECT_EQ(fact_type_name(static_cast<FactType>(250)), "unknown");
}

}  // namespace
}  // namespace tim::model
