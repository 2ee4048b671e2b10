#include "protocol/codec/permissions.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace tim::codec {
namespace {

using model::CommandKind;
using model::Role;
using schema::RequestBody;

TEST(Permissions, ACheckoutSpendsPointsButMakesNone) {
    EXPECT_TRUE(may_request(Role::checkout, RequestBody::CommandBatch));
    EXPECT_TRUE(may_command(Role::checkout, CommandKind::hold));
    EXPECT_TRUE(may_command(Role::checkout, CommandKind::redeem));
    EXPECT_FALSE(may_request(Role::checkout, RequestBody::SaleBatch));
    EXPECT_FALSE(may_command(Role::checkout, CommandKind::sale));
    EXPECT_FALSE(may_command(Role::checkout, CommandKind::returned));
    EXPECT_FALSE(may_command(Role::checkout, CommandKind::adjust));
}

TEST(Permissions, AWebShopPlacesOrdersAndDoesNotCompleteThem) {
    for (const CommandKind kind :
         {CommandKind::place_order, CommandKind::update_order, CommandKind::cancel_order}) {
        EXPECT_TRUE(may_command(Role::checkout, kind));
        EXPECT_TRUE(may_command(Role::pos, kind));
    }
    EXPECT_FALSE(may_command(Role::checkout, CommandKind::complete_order)) << "that makes points";
    EXPECT_TRUE(may_command(Role::pos, CommandKind::complete_order));
}

TEST(Permissions, TillsAndWebShopsExchangePointsAndTakeVouchers) {
    for (const CommandKind kind :
         {CommandKind::redeem_reward, CommandKind::reserve_voucher, CommandKind::use_voucher,
          CommandKind::release_voucher, CommandKind::cancel_voucher}) {
        EXPECT_TRUE(may_command(Role::checkout, kind));
        EXPECT_TRUE(may_command(Role::pos, kind));
        EXPECT_TRUE(may_command(Role::admin, kind));
    }
}

TEST(Permissions, OnlyAnAdminReachesTheEngine) {
    for (const RequestBody body : schema::EnumValuesRequestBody()) {
        if (body == RequestBody::NONE) continue;
        EXPECT_TRUE(may_request(Role::admin, body)) << schema::EnumNameRequestBody(body);
        if (!is_engine_wide(body)) continue;
        for (const Role role : {Role::pos, Role::checkout, Role::member_service, Role::staff})
            EXPECT_FALSE(may_request(role, body)) << schema::EnumNameRequestBody(body);
    }
    EXPECT_TRUE(is_engine_wide(RequestBody::AccessKeyAdd));
    EXPECT_FALSE(is_engine_wide(RequestBody::SaleBatch));
}

TEST(Permissions, WhatARoleMayNotDoIsToldInWords) {
    for (const RequestBody body : schema::EnumValuesRequestBody()) {
        const bool open_to_all =
            std::ranges::all_of(model::kRoles, [&](Role role) { return may_request(role, body); });
        if (body == RequestBody::NONE || (open_to_all && !is_engine_wide(body))) continue;
        EXPECT_NE(deed(body), "do that") << schema::EnumNameRequestBody(body);
        EXPECT_EQ(deed(body).find(schema::EnumNameRequestBody(body)), std::string_view::npos);
    }
    EXPECT_EQ(deed(RequestBody::VerifyRequest), "verify the ledger");
}

TEST(Permissions, AnAuditorChangesNothing) {
    for (int kind = 0; kind < 128; ++kind)
        EXPECT_EQ(may_command(Role::auditor, static_cast<CommandKind>(kind)),
                  static_cast<CommandKind>(kind) == CommandKind::balance)
            << kind;
    EXPECT_FALSE(may_request(Role::auditor, RequestBody::RecomputeRequest));
    EXPECT_TRUE(may_request(Role::auditor, RequestBody::AuditRequest));
    EXPECT_FALSE(sight_of(Role::auditor).names);
}

TEST(Permissions, StaffLooksAfterCustomersAndMakesNoPointsByHand) {
    for (const CommandKind kind :
         {CommandKind::classify, CommandKind::plan_care, CommandKind::change_care, CommandKind::finish_care,
          CommandKind::drop_care, CommandKind::block_customer, CommandKind::unblock_customer,
          CommandKind::rekey, CommandKind::claim, CommandKind::sale, CommandKind::returned})
        EXPECT_TRUE(may_command(Role::staff, kind));
    for (const CommandKind kind :
         {CommandKind::adjust, CommandKind::override_tier, CommandKind::erase, CommandKind::pay_payout,
          CommandKind::appoint_vip, CommandKind::put_program})
        EXPECT_FALSE(may_command(Role::staff, kind));
}

TEST(Permissions, MembersLookAfterThemselves) {
    for (const CommandKind kind : {CommandKind::rekey, CommandKind::claim, CommandKind::redeem_reward,
                                   CommandKind::request_payout, CommandKind::enroll})
        EXPECT_TRUE(may_command(Role::member_service, kind));
    for (const CommandKind kind : {CommandKind::sale, CommandKind::adjust, CommandKind::block_customer,
                                   CommandKind::erase, CommandKind::hold})
        EXPECT_FALSE(may_command(Role::member_service, kind));
    EXPECT_FALSE(sight_of(Role::member_service).hidden_tiers);
}

TEST(Permissions, OneTimeCodesAreOfTheServiceThatLetsMembersIn) {
    for (const RequestBody body : {RequestBody::OneTimeCodeIssue, RequestBody::OneTimeCodeVerify}) {
        EXPECT_TRUE(may_request(Role::member_service, body));
        for (const Role role : {Role::pos, Role::checkout, Role::staff, Role::auditor})
            EXPECT_FALSE(may_request(role, body)) << model::role_name(role);
    }
}

TEST(Permissions, WhoFollowsSeesEverybody) {
    for (const Role role : model::kRoles)
        EXPECT_EQ(may_request(role, RequestBody::FollowRequest), role == Role::auditor || role == Role::admin)
            << model::role_name(role);
}

TEST(Permissions, NoRoleSeesNothing) {
    const Sight none = sight_of(static_cast<Role>(0));
    EXPECT_FALSE(none.names || none.reasons || none.actors || none.hidden_tiers);
}

TEST(Permissions, ATillRedeems) {
    // A feed of a till system has rows of kind redeem; holds are for shops that ask before they are paid.
    EXPECT_TRUE(may_command(Role::pos, CommandKind::redeem));
    EXPECT_FALSE(may_command(Role::pos, CommandKind::hold));
    EXPECT_FALSE(may_request(Role::pos, RequestBody::LedgerRequest));
}

TEST(Permissions, NoRoleMeansNothing) {
    for (const RequestBody body : schema::EnumValuesRequestBody()) {
        EXPECT_FALSE(may_request(static_cast<Role>(0), body));
        EXPECT_FALSE(may_request(Role::admin, RequestBody::NONE));
    }
    EXPECT_FALSE(may_command(static_cast<Role>(9), CommandKind::balance));
}

TEST(Permissions, AKeyTouchesItsProgramsOrAll) {
    model::AccessKey key;
    EXPECT_TRUE(may_touch(key, "shop"));
    key.programs = {"shop", "other"};
    EXPECT_TRUE(may_touch(key, "other"));
    EXPECT_FALSE(may_touch(key, "third"));
}

}  // namespace
}  // namespace tim::codec
