#include "engine/model/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace tim::model {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A tier of nothing but an id and a range.
Tier tier(std::string id, std::int64_t min, std::optional<std::int64_t> max = {}) {
    Tier result;
    result.id = std::move(id);
    result.min = min;
    result.max = max;
    return result;
}

/// S3's levels: a program without a fault.
Program nhanh() {
    Program program;
    program.id = "nhanh";
    program.name = "Cấp độ khách hàng";
    program.currency = {"VND", 0};
    program.time_zone = "Asia/Ho_Chi_Minh";
    program.points.earn = {{10'000}, {1}};
    program.points.redeem = RedeemRate{{1}, {1'000}};
    program.tiers = {tier("dong", 0, 2'999'999), tier("bac", 3'000'000, 9'999'999), tier("vang", 10'000'000)};
    program.tiers[2].keep_points = {100};
    return program;
}

auto fault(const std::string& path, const std::string& part) {
    return AllOf(Field("path", &ProgramFault::path, path),
                 Field("message", &ProgramFault::message, HasSubstr(part)));
}

/// The faults after one change to a program without a fault.
template <class Change>
std::vector<ProgramFault> faults_after(Change change) {
    Program program = nhanh();
    change(program);
    return validate(program);
}

TEST(Validate, FindsNothingInAGoodProgram) {
    EXPECT_THAT(validate(nhanh()), IsEmpty());
}

TEST(Validate, TakesTiersWithoutMaxima) {
    EXPECT_THAT(faults_after([](Program& p) {
                    p.tiers = {tier("a", 0), tier("b", 1), tier("c", INT64_MAX)};
                }),
                IsEmpty());
}

TEST(Validate, AsksForAnId) {
    for (const std::string& id : {std::string(), std::string("a b"), std::string("-a"), std::string("a/b"),
                                  std::string("cấp"), std::string(33, 'a')})
        EXPECT_THAT(faults_after([&](Program& p) { p.id = id; }), ElementsAre(fault("id", "letters, digits")))
            << id;
    for (const std::string& id :
         {std::string("a"), std::string("lan-toa"), std::string("Shop_7.vn"), std::string(32, 'a')})
        EXPECT_THAT(faults_after([&](Program& p) { p.id = id; }), IsEmpty()) << id;
}

TEST(Validate, AsksForAKnownCurrencyAndZone) {
    EXPECT_THAT(faults_after([](Program& p) {
                    p.currency = {"VNX", 0};
                }),
                ElementsAre(fault("currency", "\"VNX\" is not")));
    EXPECT_THAT(faults_after([](Program& p) { p.currency.decimals = 2; }),
                ElementsAre(fault("currency", "VND has 0 decimals, not 2")));
    EXPECT_THAT(faults_after([](Program& p) { p.time_zone = "Asia/Ha_Long"; }),
                ElementsAre(fault("time_zone", "\"Asia/Ha_Long\" is not a time zone")));
}

TEST(Validate, AsksForRatesAboveZero) {
    EXPECT_THAT(faults_after([](Program& p) { p.points.earn.per_amount = {0}; }),
                ElementsAre(fault("points.earn.per_amount", "is 0")));
    EXPECT_THAT(faults_after([](Program& p) { p.points.earn.points = {-1}; }),
                ElementsAre(fault("points.earn.points", "is -1")));
    EXPECT_THAT(faults_after([](Program& p) { p.points.earn.points = {1'000'000'001}; }),
                ElementsAre(fault("points.earn.points", "1000000000")));
    EXPECT_THAT(faults_after([](Program& p) { p.points.redeem->points = {0}; }),
                ElementsAre(fault("points.redeem.points", "is 0")));
    EXPECT_THAT(faults_after([](Program& p) { p.points.redeem->value = {0}; }),
                ElementsAre(fault("points.redeem.value", "is 0")));
    EXPECT_THAT(faults_after([](Program& p) { p.points.redeem.reset(); }), IsEmpty());
}

TEST(Validate, BoundsTheDays) {
    EXPECT_THAT(faults_after([](Program& p) { p.points.late_days = -1; }),
                ElementsAre(fault("points.late_days", "is -1")));
    EXPECT_THAT(faults_after([](Program& p) { p.points.return_days = 36'501; }),
                ElementsAre(fault("points.return_days", "from 0 to 36500")));
    EXPECT_THAT(faults_after([](Program& p) { p.points.late_days = p.points.return_days = 0; }), IsEmpty());
}

TEST(Validate, JudgesExpiry) {
    const auto with = [](Expiry expiry) {
        return faults_after([expiry](Program& p) { p.points.expiry = expiry; });
    };
    EXPECT_THAT(with({ExpiryPolicy::months, 60, 0}), IsEmpty());
    EXPECT_THAT(with({ExpiryPolicy::year_end, 0, 0}), IsEmpty());
    EXPECT_THAT(with({ExpiryPolicy::months, 0, 0}),
                ElementsAre(fault("points.expiry.months", "from 1 to 60")));
    EXPECT_THAT(with({ExpiryPolicy::months, 61, 0}), ElementsAre(fault("points.expiry.months", "is 61")));
    EXPECT_THAT(with({ExpiryPolicy::year_end, 0, 6}),
                ElementsAre(fault("points.expiry.years", "from 0 to 5")));
    EXPECT_THAT(with({ExpiryPolicy::never, 3, 2}),
                ElementsAre(fault("points.expiry.months", "policy months alone"),
                            fault("points.expiry.years", "policy year_end alone")));
    EXPECT_THAT(with({static_cast<ExpiryPolicy>(9), 0, 0}),
                ElementsAre(fault("points.expiry.policy", "never, months or year_end")));
    EXPECT_THAT(faults_after([](Program& p) { p.points.pending_days = 366; }),
                ElementsAre(fault("points.pending_days", "from 0 to 365")));
}

TEST(Validate, RefusesValuesOutsideTheEnumerations) {
    EXPECT_THAT(faults_after([](Program& p) { p.points.below_zero = static_cast<BelowZero>(9); }),
                ElementsAre(fault("points.below_zero", "debt or clamp")));
    EXPECT_THAT(
        faults_after([](Program& p) {
            p.tiering = {static_cast<Criterion>(9), static_cast<Downgrade>(9), static_cast<Review>(9),
                         static_cast<Start>(9)};
        }),
        ElementsAre(fault("tiering.criterion", "lifetime_spend"), fault("tiering.downgrade", "immediate"),
                    fault("tiering.review", "never"), fault("tiering.start", "zero")));
    EXPECT_THAT(faults_after([](Program& p) { p.tiers[1].criterion = static_cast<Criterion>(9); }),
                ElementsAre(fault("tiers[1].criterion", "choices")));
}

TEST(Validate, S3_5_NamesBothTiersThatOverlap) {
    EXPECT_THAT(
        faults_after([](Program& p) { p.tiers[1].min = 2'999'999; }),
        ElementsAre(fault(
            "tiers[1].min",
            "tiers \"dong\" and \"bac\" overlap: \"dong\" ends at 2999999, \"bac\" begins at 2999999")));
    EXPECT_THAT(faults_after([](Program& p) {
                    p.tiers = {tier("a", 0), tier("b", 0)};
                }),
                ElementsAre(fault("tiers[1].min", "tiers \"a\" and \"b\" overlap: both begin at 0")));
    EXPECT_THAT(faults_after([](Program& p) { p.tiers[0].max = 20'000'000; }),
                ElementsAre(fault("tiers[1].min", "\"dong\" and \"bac\" overlap"),
                            fault("tiers[2].min", "\"dong\" and \"vang\" overlap")));
}

TEST(Validate, S3_5_AsksThatALevelBeginsWhereTheOneBeforeEnds) {
    EXPECT_THAT(
        faults_after([](Program& p) { p.tiers[1].min = 3'000'001; }),
        ElementsAre(fault("tiers[1].min",
                          "\"dong\" ends at 2999999, so \"bac\" must begin at 3000000, not 3000001")));
}

TEST(Validate, SpeaksInTheCriterionsUnit) {
    const auto gbp = [](Program& p) {
        p.currency = {"GBP", 2};
        p.tiers = {tier("a", 0, 9'999), tier("b", 10'001)};
    };
    EXPECT_THAT(faults_after(gbp), ElementsAre(fault("tiers[1].min", "must begin at 100.00, not 100.01")));
    EXPECT_THAT(faults_after([&](Program& p) {
                    gbp(p);
                    p.tiering.criterion = Criterion::lifetime_ranking_points;
                }),
                ElementsAre(fault("tiers[1].min", "must begin at 10000, not 10001")));
}

TEST(Validate, AsksForAscendingTiers) {
    EXPECT_THAT(faults_after([](Program& p) {
                    p.tiers = {tier("a", 0), tier("c", 200), tier("b", 100)};
                }),
                ElementsAre(fault("tiers[2].min", "ascending order")));
}

TEST(Validate, AsksForAMaximumAboveTheMinimum) {
    EXPECT_THAT(faults_after([](Program& p) {
                    p.tiers = {tier("a", 0, 0), tier("b", 1)};
                }),
                ElementsAre(fault("tiers[0].max", "must be above the minimum 0")));
    EXPECT_THAT(faults_after([](Program& p) {
                    p.tiers = {tier("a", 0), tier("b", 5, 3)};
                }),
                ElementsAre(fault("tiers[1].max", "is 3")));
    EXPECT_THAT(faults_after([](Program& p) { p.tiers = {tier("a", 0, INT64_MAX)}; }), IsEmpty());
}

TEST(Validate, AsksForAnActiveTierFromZero) {
    EXPECT_THAT(faults_after([](Program& p) { p.tiers.clear(); }),
                ElementsAre(fault("tiers", "active tier with minimum 0")));
    EXPECT_THAT(faults_after([](Program& p) { p.tiers[0].active = false; }),
                ElementsAre(fault("tiers", "active tier with minimum 0")));
    EXPECT_THAT(faults_after([](Program& p) { p.tiers = {tier("a", 1)}; }),
                ElementsAre(fault("tiers", "active tier with minimum 0")));
    EXPECT_THAT(faults_after([](Program& p) { p.tiers[1].active = false; }), IsEmpty());
}

TEST(Validate, AsksThatEverybodyBeginsInTheFirstTier) {
    EXPECT_THAT(faults_after([](Program& p) {
                    p.tiers = {tier("a", 5), tier("b", 0)};
                    p.tiers[0].criterion = Criterion::month_spend;
                }),
                ElementsAre(fault("tiers[0]", "the tier in which everybody begins")));
    EXPECT_THAT(faults_after([](Program& p) { p.tiers[0].upgrade_bonus = {1}; }),
                ElementsAre(fault("tiers[0].upgrade_bonus", "never be paid")));
}

TEST(Validate, KnowsWhichCriteriaPoliciesAndReviewsGoTogether) {
    using enum Criterion;
    struct Case {
        Criterion criterion;
        Downgrade downgrade;
        Review review;
        const char* sentence;  ///< null: they do
    };
    for (const Case& c : {
             Case{lifetime_spend, Downgrade::immediate, Review::never, nullptr},
             Case{lifetime_spend, Downgrade::never, Review::never, nullptr},
             Case{lifetime_spend, Downgrade::at_review, Review::yearly, nullptr},
             Case{lifetime_spend, Downgrade::at_review, Review::never, "without a review"},
             Case{lifetime_ranking_points, Downgrade::immediate, Review::yearly, "nothing to do"},
             Case{lifetime_ranking_points, Downgrade::never, Review::monthly, "nothing to do"},
             Case{month_spend, Downgrade::immediate, Review::never, nullptr},
             Case{month_spend, Downgrade::immediate, Review::monthly, nullptr},
             Case{month_spend, Downgrade::never, Review::never, nullptr},
             Case{month_spend, Downgrade::immediate, Review::yearly, "every month's end"},
             Case{month_spend, Downgrade::at_review, Review::monthly, "immediate or never"},
             Case{monthly_average_spend, Downgrade::immediate, Review::never, nullptr},
             Case{monthly_average_spend, Downgrade::at_review, Review::half_yearly, nullptr},
             Case{period_spend, Downgrade::at_review, Review::half_yearly, nullptr},
             Case{period_spend, Downgrade::at_review, Review::never, "a period ends with a review"},
             Case{period_ranking_points, Downgrade::at_review, Review::monthly, nullptr},
             Case{period_ranking_points, Downgrade::immediate, Review::yearly, "must be at_review"},
             Case{period_spend, Downgrade::never, Review::yearly, "must be at_review"},
         }) {
        const auto faults = faults_after([&](Program& p) {
            p.tiering.criterion = c.criterion;
            p.tiering.downgrade = c.downgrade;
            p.tiering.review = c.review;
        });
        if (c.sentence == nullptr)
            EXPECT_THAT(faults, IsEmpty());
        else
            EXPECT_THAT(faults, ElementsAre(fault("tiering", c.sentence)));
    }
}

TEST(Validate, JudgesTheOwnCriterionOfATier) {
    EXPECT_THAT(faults_after([](Program& p) { p.tiers[2].criterion = Criterion::month_spend; }), IsEmpty());
    EXPECT_THAT(faults_after([](Program& p) { p.tiers[2].criterion = Criterion::period_spend; }),
                ElementsAre(fault("tiers[2].criterion", "a period ends with a review")));
    EXPECT_THAT(faults_after([](Program& p) {
                    p.tiers[1].criterion = Criterion::monthly_average_spend;
                    p.tiers[1].min = 0;  // of another figure: nothing overlaps
                }),
                IsEmpty());
}

TEST(Validate, KnowsWhatCannotStartAtZero) {
    EXPECT_THAT(faults_after([](Program& p) { p.tiering.start = Start::zero; }), IsEmpty());
    EXPECT_THAT(faults_after([](Program& p) {
                    p.tiering.start = Start::zero;
                    p.tiering.criterion = Criterion::monthly_average_spend;
                }),
                ElementsAre(fault("tiering.start", "cannot start at zero")));
    EXPECT_THAT(faults_after([](Program& p) {
                    p.tiering.start = Start::zero;
                    p.tiering.criterion = Criterion::month_spend;
                    p.tiers[2].criterion = Criterion::lifetime_spend;
                }),
                ElementsAre(fault("tiers[2].criterion", "cannot start at zero")));
    EXPECT_THAT(faults_after([](Program& p) {
                    p.tiering.start = Start::zero;
                    p.tiering.downgrade = Downgrade::at_review;
                    p.tiering.review = Review::yearly;
                }),
                ElementsAre(fault("tiering.start", "take the period's")));
}

TEST(Validate, BoundsBonusesAndMultipliers) {
    EXPECT_THAT(faults_after([](Program& p) { p.tiers[1].upgrade_bonus = {-1}; }),
                ElementsAre(fault("tiers[1].upgrade_bonus", "is -1")));
    EXPECT_THAT(faults_after([](Program& p) { p.tiers[1].multiplier_bp = 1'000'001; }),
                ElementsAre(fault("tiers[1].multiplier_bp", "from 0 to 1000000")));
}

TEST(Validate, RefusesNegativeFigures) {
    EXPECT_THAT(faults_after([](Program& p) { p.tiers.insert(p.tiers.begin(), tier("x", -5, -1)); }),
                ElementsAre(fault("tiers[0].min", "is -5; it may not be negative")));
    EXPECT_THAT(faults_after([](Program& p) { p.tiers[0].keep_points = {-1}; }),
                ElementsAre(fault("tiers[0].keep_points", "is -1")));
}

TEST(Validate, AsksForTierIdsThatAreOnesOwn) {
    EXPECT_THAT(faults_after([](Program& p) { p.tiers[2].id = "dong"; }),
                ElementsAre(fault("tiers[2].id", "\"dong\" is the id of tiers[0] already")));
    EXPECT_THAT(faults_after([](Program& p) { p.tiers[1].id = ""; }),
                ElementsAre(fault("tiers[1].id", "letters")));
}

TEST(Validate, BoundsTheNumberOfTiers) {
    const auto tiers = [](std::size_t count) {
        return [count](Program& p) {
            p.tiers.clear();
            for (std::size_t i = 0; i < count; ++i)
                p.tiers.push_back(tier("t" + std::to_string(i), static_cast<std::int64_t>(i)));
        };
    };
    EXPECT_THAT(faults_after(tiers(kMaxTiers)), IsEmpty());
    EXPECT_THAT(faults_after(tiers(kMaxTiers + 1)),
                ElementsAre(fault("tiers", "has 33 entries; at most 32")));
}

TEST(Validate, BoundsTexts) {
    EXPECT_THAT(faults_after([](Program& p) { p.name = std::string(257, 'n'); }),
                ElementsAre(fault("name", "257 bytes")));
    EXPECT_THAT(faults_after([](Program& p) { p.points.unit = std::string(33, 'n'); }),
                ElementsAre(fault("points.unit", "33 bytes")));
    EXPECT_THAT(faults_after([](Program& p) { p.tiers[0].description = std::string(4097, 'n'); }),
                ElementsAre(fault("tiers[0].description", "4097 bytes")));
    EXPECT_THAT(faults_after([](Program& p) { p.tiers[0].benefits.assign(65, "x"); }),
                ElementsAre(fault("tiers[0].benefits", "65 entries")));
    EXPECT_THAT(faults_after([](Program& p) {
                    p.tiers[0].benefits = {"x", std::string(1025, 'n')};
                }),
                ElementsAre(fault("tiers[0].benefits[1]", "1025 bytes")));
}

TEST(Validate, AsksForUtf8) {
    for (const auto* text :
         {"\x80", "\xC3", "\xC0\xAF", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xE2\x82", "a\xFFz"})
        EXPECT_THAT(faults_after([&](Program& p) { p.name = text; }), ElementsAre(fault("name", "UTF-8")))
            << text;
    EXPECT_THAT(faults_after([](Program& p) { p.name = "Kim Cương 💎 điểm"; }), IsEmpty());
}

TEST(Validate, FindsEveryFaultAtOnce) {
    const auto faults = faults_after([](Program& p) {
        p.id = "";
        p.time_zone = "";
        p.points.earn.per_amount = {-1};
        p.tiers[1].max = 5;
    });
    EXPECT_THAT(faults, Contains(fault("id", "")));
    EXPECT_THAT(faults, Contains(fault("time_zone", "")));
    EXPECT_THAT(faults, Contains(fault("points.earn.per_amount", "")));
    EXPECT_THAT(faults, Contains(fault("tiers[1].max", "")));
}

TEST(Describe, GivesEveryFaultALine) {
    EXPECT_EQ(describe({}), "");
    EXPECT_EQ(describe({{"id", "is bad"}, {"tiers[0].min", "is 7"}}), "id: is bad\ntiers[0].min: is 7");
}

/// A network and referrals without a fault.
void add_parties(Program& program) {
    Network network;
    network.upline_earn = UplineEarn{{{20'000}, {1}}, true};
    network.commission = {{0, 200}, {3, 500}};
    program.network = network;
    program.referral = Referral{};
    program.tiers[2].makes_vip = true;
}

template <class Change>
std::vector<ProgramFault> party_faults_after(Change change) {
    return faults_after([&](Program& program) {
        add_parties(program);
        change(program);
    });
}

TEST(Validate, TakesANetworkAndReferrals) {
    EXPECT_THAT(party_faults_after([](Program&) {}), IsEmpty());
}

TEST(Validate, NamesWhatIsWrongWithANetwork) {
    EXPECT_THAT(party_faults_after([](Program& p) { p.network.reset(); }),
                Contains(fault("tiers[2].makes_vip", "needs a network")));
    EXPECT_THAT(party_faults_after([](Program& p) { p.tiers[0].makes_vip = true; }),
                Contains(fault("tiers[0].makes_vip", "everybody")));
    EXPECT_THAT(party_faults_after([](Program& p) { p.network->upline_earn->rate.per_amount = {}; }),
                Contains(fault("network.upline_earn.per_amount", "is 0")));
    EXPECT_THAT(party_faults_after([](Program& p) { p.network->upline_earn->rate.points = {}; }),
                Contains(fault("network.upline_earn.points", "is 0")));
    EXPECT_THAT(party_faults_after([](Program& p) { p.network->pending_days = 91; }),
                Contains(fault("network.pending_days", "to 90")));
    EXPECT_THAT(party_faults_after([](Program& p) { p.network->commission[1].rate_bp = 10'001; }),
                Contains(fault("network.commission[1].rate_bp", "to 10000")));
    EXPECT_THAT(party_faults_after([](Program& p) { p.network->commission[1].recruits = 0; }),
                Contains(fault("network.commission[1].recruits", "ascending")));
    EXPECT_THAT(party_faults_after([](Program& p) { p.network->commission.resize(33); }),
                Contains(fault("network.commission", "at most 32")));
    EXPECT_THAT(party_faults_after([](Program& p) { p.network->payout.min_amount = {-1}; }),
                Contains(fault("network.payout.min_amount", "is -1")));
    EXPECT_THAT(party_faults_after([](Program& p) { p.network->payout.mode = static_cast<PayoutMode>(7); }),
                Contains(fault("network.payout.mode", "manual or monthly")));
}

TEST(Validate, NamesWhatIsWrongWithReferrals) {
    EXPECT_THAT(party_faults_after([](Program& p) { p.referral->code_days = -1; }),
                Contains(fault("referral.code_days", "is -1")));
    EXPECT_THAT(party_faults_after([](Program& p) { p.referral->referrer.points = {-1}; }),
                Contains(fault("referral.referrer.points", "is -1")));
    EXPECT_THAT(party_faults_after([](Program& p) { p.referral->referee.points = {-1}; }),
                Contains(fault("referral.referee.points", "is -1")));
    EXPECT_THAT(party_faults_after([](Program& p) { p.referral->cap_per_month = 0; }),
                Contains(fault("referral.cap_per_month", "is 0")));
    EXPECT_THAT(party_faults_after([](Program& p) { p.referral->min_amount = {-1}; }),
                Contains(fault("referral.min_amount", "is -1")));
}

TEST(Validate, NamesWhatIsWrongWithRewardsAndTheVouchersOfCampaigns) {
    const auto with = [](auto&& change) {
        return party_faults_after([&](Program& p) {
            p.rewards.resize(1);
            p.rewards[0].id = "v50";
            p.rewards[0].cost = {100};
            p.rewards[0].value = {50'000};
            p.campaigns.resize(1);
            p.campaigns[0].id = "thanks";
            p.campaigns[0].then.resize(1);
            p.campaigns[0].then[0].kind = EffectKind::voucher;
            p.campaigns[0].then[0].reward = "v50";
            change(p);
        });
    };
    EXPECT_THAT(with([](Program&) {}), IsEmpty());
    EXPECT_THAT(with([](Program& p) { p.rewards[0].tiers = {"none"}; }),
                Contains(fault("rewards[0].tiers", "is not a tier of this program")));
    EXPECT_THAT(with([](Program& p) { p.rewards[0].tiers.assign(kMaxTiers + 1, p.tiers[0].id); }),
                Contains(fault("rewards[0].tiers", "at most 32")));
    EXPECT_THAT(with([](Program& p) {
                    p.rewards[0].starts = Instant{2};
                    p.rewards[0].ends = Instant{2};
                }),
                Contains(fault("rewards[0].to", "lies before")));
    EXPECT_THAT(with([](Program& p) { p.campaigns[0].then[0].reward = "v51"; }),
                Contains(fault("campaigns[0].then[0].voucher", "is not a reward of this program")));
    EXPECT_THAT(with([](Program& p) { p.campaigns[0].then.push_back(p.campaigns[0].then[0]); }),
                Contains(fault("campaigns[0].then", "gives more than one voucher")));
    EXPECT_THAT(with([](Program& p) { p.campaigns[0].budget_points = Points{5}; }),
                Contains(fault("campaigns[0].budget_points", "the campaign pays none")));
    EXPECT_THAT(with([](Program& p) {
                    for (std::size_t i = 0; i < kMaxVoucherCampaigns; ++i) {
                        p.campaigns.push_back(p.campaigns[0]);
                        p.campaigns.back().id += static_cast<char>('a' + i);
                    }
                }),
                Contains(fault("campaigns[8].then", "those are the most")));
}

}  // namespace
}  // namespace tim::model
