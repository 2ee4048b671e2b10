#include <gtest/gtest.h>

#include "harness.h"

namespace tim::server::test {
namespace {

using schema::ChallengeState;
using schema::FailureCode;

template <class Body>
Body body_for(const std::string& key, schema::CodePurpose purpose = schema::CodePurpose::login) {
    Body body;
    body.program = "shop";
    body.request_id.assign(16, 7);
    body.key = std::make_unique<schema::CustomerKeyT>();
    body.key->kind = schema::CustomerKind::phone;
    body.key->text = key;
    body.purpose = purpose;
    return body;
}

TEST(Identity, CodesAreIssuedAndVerified) {
    Harness harness(model::Role::member_service);
    harness.authenticate();
    harness.client.request(1, body_for<schema::OneTimeCodeIssueT>("+84901234567"));
    const auto replies = harness.exchange();
    const auto* issued = replies.at(0).reply->body_as_OneTimeCodeReply();
    ASSERT_NE(issued, nullptr);
    EXPECT_EQ(issued->state(), ChallengeState::issued);
    EXPECT_EQ(issued->code()->str(), "104417");
    EXPECT_EQ(issued->ends_at_ms(), 300'000);

    auto verify = body_for<schema::OneTimeCodeVerifyT>("+84901234567", schema::CodePurpose::password);
    verify.code = "104417";
    harness.client.request(2, std::move(verify));
    const auto verdicts = harness.exchange();
    const auto* verdict = verdicts.at(0).reply->body_as_OneTimeCodeReply();
    EXPECT_EQ(verdict->state(), ChallengeState::verified);
    EXPECT_EQ(verdict->customer(), 7U);
    EXPECT_EQ(harness.engine.identities.purpose, core::ChallengePurpose::password);

    auto guess = body_for<schema::OneTimeCodeVerifyT>("+84901234567");
    guess.code = "000000";
    harness.client.request(3, std::move(guess));
    const auto guesses = harness.exchange();
    EXPECT_EQ(guesses.at(0).reply->body_as_OneTimeCodeReply()->state(), ChallengeState::wrong);
    EXPECT_EQ(guesses.at(0).reply->body_as_OneTimeCodeReply()->tries_left(), 4);
}

TEST(Identity, WhatIsWrongWithAMessageIsSaid) {
    Harness harness;
    harness.authenticate();
    auto short_id = body_for<schema::OneTimeCodeIssueT>("+84901234567");
    short_id.request_id.pop_back();
    harness.client.request(1, std::move(short_id));
    EXPECT_EQ(harness.exchange().at(0).failure()->code(), FailureCode::invalid);
    harness.client.request(
        2, body_for<schema::OneTimeCodeIssueT>("+84901234567", static_cast<schema::CodePurpose>(9)));
    EXPECT_EQ(harness.exchange().at(0).failure()->code(), FailureCode::invalid);
    auto elsewhere = body_for<schema::OneTimeCodeIssueT>("+84901234567");
    elsewhere.program = "nobodys";
    harness.client.request(3, std::move(elsewhere));
    EXPECT_EQ(harness.exchange().at(0).failure()->code(), FailureCode::not_found);
}

TEST(Identity, CodesAreForThoseAloneWhoBringThemToPeople) {
    for (const model::Role role :
         {model::Role::pos, model::Role::checkout, model::Role::staff, model::Role::auditor}) {
        Harness harness(role);
        harness.authenticate();
        harness.client.request(1, body_for<schema::OneTimeCodeIssueT>("+84901234567"));
        auto verify = body_for<schema::OneTimeCodeVerifyT>("+84901234567");
        verify.code = "104417";
        harness.client.request(2, std::move(verify));
        for (const auto& reply : harness.exchange())
            EXPECT_EQ(reply.failure()->code(), FailureCode::not_allowed) << model::role_name(role);
    }
}

schema::PasswordSetT password_set(const std::string& password, const std::string& code = {},
                                  const std::string& old = {}) {
    auto body = schema::PasswordSetT();
    body.program = "shop";
    body.request_id.assign(16, 7);
    body.customer = std::make_unique<schema::CustomerKeyT>();
    body.customer->kind = schema::CustomerKind::phone;
    body.customer->text = "+84901234567";
    body.password = password;
    body.code = code;
    body.old_password = old;
    return body;
}

TEST(Identity, AMemberServiceProvesThatTheCustomerWantsAnotherPassword) {
    Harness harness(model::Role::member_service);
    harness.authenticate();
    const auto state_of = [&](schema::PasswordSetT set) {
        harness.client.request(1, std::move(set));
        const auto replies = harness.exchange();
        const auto* reply = replies.at(0).reply->body_as_PasswordReply();
        return reply == nullptr ? schema::PasswordState::refused : reply->state();
    };
    harness.client.request(1, password_set("battery staple"));
    EXPECT_EQ(harness.exchange().at(0).failure()->code(), FailureCode::not_allowed);
    EXPECT_EQ(state_of(password_set("battery staple", "000000")), schema::PasswordState::unproved);
    EXPECT_EQ(state_of(password_set("battery staple", {}, "wrong horse")), schema::PasswordState::wrong);
    EXPECT_EQ(harness.engine.identities.set, "");
    EXPECT_EQ(state_of(password_set("battery staple", "104417")), schema::PasswordState::set);
    EXPECT_EQ(harness.engine.identities.purpose, core::ChallengePurpose::password);
    EXPECT_EQ(state_of(password_set("battery", {}, "correct horse")), schema::PasswordState::set);
    EXPECT_EQ(harness.engine.identities.set, "battery");
}

TEST(Identity, AnAdminNeedsNoProofAndPasswordsAreChecked) {
    Harness harness;
    harness.authenticate();
    harness.client.request(1, password_set("battery staple"));
    const auto set = harness.exchange();
    EXPECT_EQ(set.at(0).reply->body_as_PasswordReply()->state(), schema::PasswordState::set);
    EXPECT_EQ(set.at(0).reply->body_as_PasswordReply()->sequence(), 12U);
    schema::PasswordCheckT check;
    check.program = "shop";
    check.customer = std::make_unique<schema::CustomerKeyT>();
    check.customer->kind = schema::CustomerKind::id;
    check.customer->text = "7";
    check.password = "correct horse";
    harness.client.request(2, std::move(check));
    const auto checked = harness.exchange();
    EXPECT_EQ(checked.at(0).reply->body_as_PasswordReply()->state(), schema::PasswordState::right);
    EXPECT_EQ(checked.at(0).reply->body_as_PasswordReply()->customer(), 7U);
}

}  // namespace
}  // namespace tim::server::test
