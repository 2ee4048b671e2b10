// Rewards and vouchers as a server takes and tells them.
#include "protocol/codec/rewards.h"

#include <gtest/gtest.h>

#include "harness.h"
#include "protocol/codec/permissions.h"

namespace tim::server::test {
namespace {

using schema::FailureCode;
using schema::ReplyBody;

class RewardRoles : public ::testing::TestWithParam<model::Role> {};

TEST_P(RewardRoles, ChangesThatTheRoleMayNotAreRefused) {
    using model::CommandKind;
    Harness harness(GetParam());
    harness.authenticate();
    for (const CommandKind kind :
         {CommandKind::redeem_reward, CommandKind::reserve_voucher, CommandKind::use_voucher,
          CommandKind::release_voucher, CommandKind::cancel_voucher}) {
        const bool redeems = kind == CommandKind::redeem_reward;
        const model::RewardTerms terms =
            redeems ? model::RewardTerms{"v50", {}} : model::RewardTerms{{}, "2J7QXW9TB3MC"};
        model::Command command;
        command.kind = kind;
        command.name = model::Name::request({1, static_cast<std::uint8_t>(kind)});
        if (redeems) command.customer = {model::KeyKind::card, {}, "1"};
        command.reward = &terms;
        harness.client.request(7, *codec::to_reward_change("shop", command));
        const auto replies = harness.exchange();
        ASSERT_EQ(replies.at(0).type(), ReplyBody::DetailedSaleResults);
        const auto* row = replies[0].reply->body_as_DetailedSaleResults()->rows()->Get(0);
        const bool may = codec::may_command(GetParam(), kind);
        EXPECT_EQ(row->result()->refusal(),
                  may ? 0 : static_cast<std::uint16_t>(model::Refusal::not_allowed));
        EXPECT_EQ(harness.engine.seen().back().kind, may ? kind : CommandKind::balance);
    }
}

INSTANTIATE_TEST_SUITE_P(All, RewardRoles,
                         ::testing::Values(model::Role::pos, model::Role::checkout, model::Role::admin),
                         [](const auto& role) { return std::string(model::role_name(role.param)); });

TEST(Rewards, AreToldWithTheirVouchers) {
    Harness harness;
    harness.authenticate();
    schema::VoucherRequestT voucher;
    voucher.program = "shop";
    voucher.voucher = "2J7QXW9TB3MC";
    harness.client.request(1, voucher);
    voucher.voucher = "nothing";
    harness.client.request(2, voucher);
    schema::VouchersRequestT vouchers;
    vouchers.program = "shop";
    vouchers.customer = std::make_unique<schema::CustomerKeyT>();
    vouchers.customer->kind = schema::CustomerKind::card;
    vouchers.customer->text = "1";
    vouchers.limit = 2;
    harness.client.request(3, std::move(vouchers));
    schema::RewardsRequestT rewards;
    rewards.program = "shop";
    harness.client.request(4, rewards);
    rewards.customer = std::make_unique<schema::CustomerKeyT>();
    rewards.customer->kind = schema::CustomerKind::card;
    rewards.customer->text = "1";
    harness.client.request(5, std::move(rewards));
    const auto replies = harness.exchange();
    ASSERT_EQ(replies.size(), 5U);
    const auto* found = replies[0].reply->body_as_Vouchers();
    ASSERT_NE(found, nullptr);
    const auto* row = found->rows()->Get(0);
    EXPECT_EQ(row->code()->str(), "2J7QXW9TB3MC");
    EXPECT_EQ(row->reward()->str(), "v50");
    EXPECT_EQ(row->phase(), schema::VoucherPhase::reserved);
    EXPECT_EQ(row->value(), 50'000);
    EXPECT_EQ(row->reserved_until_ms(), 99);
    EXPECT_EQ(replies[1].failure()->code(), FailureCode::not_found);
    const auto* page = replies[2].reply->body_as_Vouchers();
    ASSERT_NE(page, nullptr);
    EXPECT_EQ(page->rows()->size(), 2U);
    EXPECT_EQ(page->next(), 2U);
    const auto* anybody = replies[3].reply->body_as_Rewards();
    ASSERT_NE(anybody, nullptr);
    EXPECT_EQ(anybody->rows()->Get(0)->reward()->id()->str(), "v50");
    EXPECT_EQ(anybody->rows()->Get(0)->cost(), 100);
    EXPECT_EQ(anybody->rows()->Get(0)->given(), 2);
    const auto* somebody = replies[4].reply->body_as_Rewards();
    EXPECT_EQ(somebody->rows()->Get(0)->cost(), 95);
    EXPECT_EQ(somebody->rows()->Get(0)->refusal(),
              static_cast<std::uint16_t>(model::Refusal::insufficient_points));
    EXPECT_EQ(somebody->rows()->Get(0)->detail(), 80);
}

}  // namespace
}  // namespace tim::server::test
