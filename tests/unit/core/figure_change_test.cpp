#include "engine/core/figure_change.h"

#include <gtest/gtest.h>

#include "engine/core/record.h"
#include "engine/core/settle.h"

namespace tim::core {
namespace {

using model::Fact;
using model::FactType;

// Every type of fact that `fold_figures` takes and that moves a sum, and some that move none.
constexpr FactType kTypes[] = {
    FactType::sale,
    FactType::returned,
    FactType::voided,
    FactType::adjusted,
    FactType::shortfall,
    FactType::order_undone,
    FactType::redeemed,
    FactType::tier_bonus,
    FactType::campaign_applied,
    FactType::campaign_reduced,
    FactType::upline_earned,
    FactType::upline_returned,
    FactType::referral_earned,
    FactType::referral_welcome,
    FactType::referral_returned,
    FactType::points_expired,
    FactType::points_matured,
    FactType::points_restored,
    FactType::reward_redeemed,
    FactType::vip_granted,
    FactType::extra_refused,
    FactType::lots_taken,
    FactType::order_placed,
    FactType::classified,
    FactType::claimed,
    FactType::care_planned,
};

TEST(FigureChange, IsWhatFoldingAFactDoesToTheSums) {
    for (const FactType type : kTypes) {
        for (const std::uint8_t flags : {std::uint8_t{0}, model::kFactRanking}) {
            for (const std::int64_t amount : {0, 70'000}) {
                CustomerRecord record;
                record.orders = 3;
                record.lifetime_spend = {100'000};
                record.ranking_points = {50};
                record.month = record.period = {600};
                Fact fact;
                fact.type = type;
                fact.subject = model::Subject::customer({1}, {1});
                fact.flags = flags;
                fact.month = {600};
                // Of these types `amount` is no spend, or 0.
                const bool spends = type == FactType::sale || type == FactType::returned ||
                                    type == FactType::voided || type == FactType::adjusted ||
                                    type == FactType::order_placed || type == FactType::order_undone ||
                                    type == FactType::claimed;
                fact.amount = {spends ? amount : 0};
                fact.points = {7};
                const CustomerRecord before = record;
                fold_figures(record, fact);
                const FigureChange expected{
                    {record.lifetime_spend.value - before.lifetime_spend.value},
                    {record.ranking_points.value - before.ranking_points.value},
                    static_cast<int>(record.orders) - static_cast<int>(before.orders)};
                EXPECT_EQ(change_of(fact), expected)
                    << model::fact_type_name(type) << ", flags " << int{flags} << ", amount " << amount;
            }
        }
    }
}

TEST(FigureChange, WhoACustomerIsIsNoFigure) {
    for (const FactType type : {FactType::rekeyed, FactType::erased, FactType::customer_blocked}) {
        Fact fact;
        fact.type = type;
        fact.subject = model::Subject::customer({1}, {1});
        fact.amount = {1'700'000'000'000};  // the instant of the enrolment
        EXPECT_EQ(change_of(fact), FigureChange{}) << model::fact_type_name(type);
    }
}

}  // namespace
}  // namespace tim::core
