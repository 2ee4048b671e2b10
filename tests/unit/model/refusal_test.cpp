#include "engine/model/refusal.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace tim::model {
namespace {

constexpr Refusal kAll[] = {
#define TIM_REFUSAL_VALUE(name, code, sentence) Refusal::name,
    TIM_REFUSALS(TIM_REFUSAL_VALUE)
#undef TIM_REFUSAL_VALUE
};

TEST(Refusal, HasANameAndASentenceEach) {
    std::set<std::string_view> names;
    std::set<std::string> sentences;
    for (const Refusal refusal : kAll) {
        EXPECT_TRUE(names.insert(refusal_name(refusal)).second) << refusal_name(refusal);
        const std::string sentence = refusal_sentence(refusal, 12);
        EXPECT_TRUE(sentences.insert(sentence).second) << sentence;
        EXPECT_EQ(sentence.find('{'), std::string::npos) << sentence;
    }
}

TEST(Refusal, SaysItsDetail) {
    EXPECT_EQ(refusal_name(Refusal::insufficient_points), "insufficient_points");
    EXPECT_EQ(refusal_sentence(Refusal::insufficient_points, 80),
              "80 points is the most that can be spent now");
    EXPECT_EQ(refusal_sentence(Refusal::too_late, 30),
              "the time lies further back than the program accepts (30 days)");
}

TEST(Refusal, SaysAmountsInTheProgramsCurrency) {
    const Currency gbp = *find_currency("GBP");
    EXPECT_EQ(refusal_sentence(Refusal::return_exceeds_sale, 1250),
              "more comes back than is left of the sale (1250 minor units)");
    EXPECT_EQ(refusal_sentence(Refusal::return_exceeds_sale, 1250, gbp),
              "more comes back than is left of the sale (12.50 GBP)");
    EXPECT_EQ(refusal_sentence(Refusal::return_exceeds_sale, 0, *find_currency("VND")),
              "more comes back than is left of the sale (0 VND)");
    for (const Refusal refusal : kAll)
        EXPECT_EQ(refusal_sentence(refusal, 12, gbp).find("minor"), std::string::npos);
}

TEST(Refusal, IsNamedEvenWhenItsCodeIsFromAnotherVersion) {
    EXPECT_EQ(refusal_name(Refusal::none), "none");
    EXPECT_EQ(refusal_name(static_cast<Refusal>(9999)), "unknown");
    EXPECT_NE(refusal_sentence(static_cast<Refusal>(9999), 0).find("9999"), std::string::npos);
}

TEST(Refusal, OnlyTheServersOwnTroubleIsTransient) {
    std::set<Refusal> transient;
    for (const Refusal refusal : kAll)
        if (is_transient(refusal)) transient.insert(refusal);
    EXPECT_EQ(transient, (std::set{Refusal::overloaded, Refusal::disk_full, Refusal::stopping}));
}

}  // namespace
}  // namespace tim::model
