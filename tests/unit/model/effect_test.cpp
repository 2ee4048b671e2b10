#include "engine/model/effect.h"

#include <gtest/gtest.h>

namespace tim::model {
namespace {

TEST(Effect, IsReadOffAFact) {
    Fact fact;
    fact.type = FactType::sale;
    fact.subject = Subject::customer({3}, {7});
    fact.set_name(Name::receipt({1}, "R"));
    fact.amount = {500};
    fact.points = {5};
    const Effect sale = effect_of(fact, {40});
    EXPECT_EQ(sale.sequence.value, 40U);
    EXPECT_EQ(sale.type, FactType::sale);
    EXPECT_EQ(sale.subject, SubjectKind::customer);
    EXPECT_EQ(sale.subject_id, 7U);
    EXPECT_EQ(sale.amount.value, 500);
    EXPECT_EQ(sale.points.value, 5);
    EXPECT_EQ(sale.related.value, 0U);

    fact = Fact{};
    fact.type = FactType::hold_captured;
    fact.request.related = 12;
    EXPECT_EQ(effect_of(fact, {41}).related.value, 12U);

    fact = Fact{};
    fact.type = FactType::order_undone;
    fact.request.related = 40;
    fact.amount = {kNoInstant.value};
    fact.points = {1'700'000'000'000};
    const Effect undone = effect_of(fact, {43});
    EXPECT_EQ(undone.related.value, 40U);
    EXPECT_EQ(undone.amount.value, 0) << "instants are no figures";
    EXPECT_EQ(undone.points.value, 0);

    fact = Fact{};
    fact.type = FactType::extra_refused;
    fact.extra = {SaleExtra::referral, 0, static_cast<std::uint16_t>(Refusal::overflow), 0, 9, 0};
    const Effect refused = effect_of(fact, {42});
    EXPECT_EQ(refused.extra, SaleExtra::referral);
    EXPECT_EQ(refused.refusal, Refusal::overflow);
    EXPECT_EQ(refused.detail, 9);
    EXPECT_EQ(sale_extra_name(refused.extra), "referral");
}

}  // namespace
}  // namespace tim::model
