#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness.h"

namespace tim::server::test {
namespace {

using schema::FailureCode;
using ::testing::HasSubstr;

schema::FollowRequestT follow(std::uint64_t after, std::uint32_t limit = 1'000, std::uint32_t wait_ms = 0) {
    schema::FollowRequestT request;
    request.program = "shop";
    request.after = after;
    request.limit = limit;
    request.wait_ms = wait_ms;
    return request;
}

TEST(Follow, S1_8_IsAnsweredInPages) {
    Harness harness;
    harness.authenticate();
    harness.client.sales(1, 5, 100);
    harness.exchange();
    harness.client.request(2, follow(1, 3));
    const auto replies = harness.exchange();
    ASSERT_EQ(replies.size(), 1U);
    const auto* page = replies[0].reply->body_as_FollowPage();
    ASSERT_NE(page, nullptr);
    ASSERT_EQ(page->changes()->size(), 3U);
    const auto* first = page->changes()->Get(0);
    EXPECT_EQ(first->fact()->sequence(), 2U);
    EXPECT_EQ(first->fact()->type()->str(), "sale");
    EXPECT_EQ(first->fact()->subject_id(), 7U);
    EXPECT_EQ(first->spend(), 100);
    EXPECT_EQ(first->ranking(), 10);
    EXPECT_EQ(first->orders(), 1);
    EXPECT_EQ(first->month(), 600U);
    EXPECT_EQ(page->through(), 4U);
    EXPECT_EQ(page->last(), 5U);
    // On from there, to the end.
    harness.client.request(3, follow(page->through()));
    const auto rest = harness.exchange();
    EXPECT_EQ(rest[0].reply->body_as_FollowPage()->changes()->size(), 1U);
    EXPECT_EQ(rest[0].reply->body_as_FollowPage()->through(), 5U);
    EXPECT_EQ(harness.connection.in_flight(), 0U);
}

TEST(Follow, PeopleAreToldToThoseWhoMaySeeThem) {
    for (const model::Role role : {model::Role::admin, model::Role::auditor}) {
        Harness harness(role);
        harness.authenticate();
        harness.client.request(1, follow(0));
        const auto replies = harness.exchange();
        ASSERT_NE(replies.at(0).reply->body_as_FollowPage(), nullptr);
        EXPECT_EQ(harness.engine.followed.sees,
                  role == model::Role::admin ? runtime::Sees::people : runtime::Sees::words);
    }
    for (const model::Role role :
         {model::Role::pos, model::Role::checkout, model::Role::member_service, model::Role::staff}) {
        Harness harness(role);
        harness.authenticate();
        harness.client.request(1, follow(0));
        EXPECT_EQ(harness.exchange().at(0).failure()->code(), FailureCode::not_allowed);
    }
}

TEST(Follow, KeepsToTheProgramsOfItsKey) {
    Harness harness(model::Role::admin, {"other"});
    harness.authenticate();
    harness.client.request(1, follow(0));
    EXPECT_EQ(harness.exchange().at(0).failure()->code(), FailureCode::not_allowed);
    Harness unknown;
    unknown.authenticate();
    auto request = follow(0);
    request.program = "nobodys";
    unknown.client.request(1, request);
    EXPECT_EQ(unknown.exchange().at(0).failure()->code(), FailureCode::not_found);
}

TEST(Follow, FromBeyondTheEndIsRefused) {
    Harness harness;
    harness.authenticate();
    harness.client.request(1, follow(99));
    const auto replies = harness.exchange();
    EXPECT_EQ(replies.at(0).failure()->code(), FailureCode::invalid);
    EXPECT_THAT(replies.at(0).failure()->message()->str(), HasSubstr("the ledger ends at 0"));
    // The connection may follow again.
    harness.client.request(2, follow(0));
    EXPECT_NE(harness.exchange().at(0).reply->body_as_FollowPage(), nullptr);
}

TEST(Follow, OneAtATimeOnAConnection) {
    Harness harness;
    harness.authenticate();
    harness.client.request(1, follow(0));
    harness.client.request(2, follow(0));
    const auto replies = harness.exchange();
    ASSERT_EQ(replies.size(), 2U);
    const auto refused = std::ranges::find(replies, 2U, &Received::correlation);
    ASSERT_NE(refused->failure(), nullptr);
    EXPECT_EQ(refused->failure()->code(), FailureCode::invalid);
    harness.client.request(3, follow(0));
    EXPECT_NE(harness.exchange().at(0).reply->body_as_FollowPage(), nullptr);
}

}  // namespace
}  // namespace tim::server::test
