#include "protocol/server/query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "harness.h"

namespace tim::server::test {
namespace {

using schema::FailureCode;
using ::testing::HasSubstr;

TEST(Query, SeesTheCommandsBeforeIt) {
    Harness harness;
    harness.authenticate();
    harness.client.sales(1, 4, 100);
    schema::ShowRequestT show;
    show.program = "shop";
    show.customer = std::make_unique<schema::CustomerKeyT>();
    show.customer->kind = schema::CustomerKind::card;
    show.customer->text = "20417";
    harness.client.request(2, std::move(show));
    const auto replies = harness.exchange();
    ASSERT_EQ(replies.size(), 2U);
    EXPECT_EQ(replies[1].reply->body_as_Customer()->points(), 4);
}

TEST(Query, IsAnsweredInPages) {
    Harness harness;
    harness.authenticate();
    schema::CustomersRequestT page;
    page.program = "shop";
    page.limit = 3;
    harness.client.request(1, page);
    page.after = 3;
    harness.client.request(2, page);
    schema::HistoryRequestT history;
    history.program = "shop";
    history.customer = std::make_unique<schema::CustomerKeyT>();
    history.customer->kind = schema::CustomerKind::id;
    history.customer->text = "7";
    history.limit = 2;
    harness.client.request(3, std::move(history));
    harness.client.request(4, schema::VerifyRequestT{});
    const auto replies = harness.exchange();
    ASSERT_GE(replies.size(), 4U);
    EXPECT_EQ(replies[0].reply->body_as_Customers()->rows()->size(), 3U);
    EXPECT_EQ(replies[0].reply->body_as_Customers()->next(), 3U);
    EXPECT_EQ(replies[1].reply->body_as_Customers()->rows()->size(), 2U);
    EXPECT_EQ(replies[1].reply->body_as_Customers()->next(), 0U);
    EXPECT_EQ(replies[2].reply->body_as_History()->customer(), 7U);
    EXPECT_EQ(replies[2].reply->body_as_History()->next(), 29U);
    EXPECT_EQ(replies.back().reply->body_as_VerifyReply()->facts(), 2U);
    EXPECT_EQ(harness.connection.in_flight(), 0U);
}

TEST(Query, TheLedgerComesInPages) {
    Harness harness;
    harness.authenticate();
    schema::LedgerRequestT page;
    page.program = "shop";
    page.limit = 4;
    harness.client.request(1, page);
    page.after = 4;
    harness.client.request(2, page);
    const auto replies = harness.exchange();
    ASSERT_EQ(replies.size(), 2U);
    const auto* first = replies[0].reply->body_as_LedgerPage();
    ASSERT_EQ(first->facts()->size(), 4U);
    EXPECT_EQ(first->next(), 4U);
    EXPECT_EQ(first->last(), 7U);
    const auto* receipt = first->facts()->Get(2);
    EXPECT_EQ(receipt->sequence(), 3U);
    EXPECT_EQ(receipt->transaction(), 2U);
    EXPECT_EQ(receipt->type()->str(), "receipt_reduced");
    EXPECT_EQ(receipt->subject(), schema::SubjectKind::receipt);
    EXPECT_EQ(receipt->subject_id(), 3U);
    EXPECT_EQ(receipt->amount(), 3);
    EXPECT_EQ(replies[1].reply->body_as_LedgerPage()->facts()->size(), 3U);
    EXPECT_EQ(replies[1].reply->body_as_LedgerPage()->next(), 0U);
}

TEST(Query, TheLedgerIsForAdminsOfTheProgram) {
    const auto refusal = [](model::Role role, std::vector<std::string> programs) {
        Harness harness(role, std::move(programs));
        harness.authenticate();
        schema::LedgerRequestT page;
        page.program = "shop";
        harness.client.request(1, page);
        const auto replies = harness.exchange();
        const auto* failure = replies.at(0).failure();
        return failure == nullptr ? std::string() : failure->message()->str();
    };
    EXPECT_EQ(refusal(model::Role::admin, {"shop"}), "");
    EXPECT_EQ(refusal(model::Role::admin, {"other"}), "this key may not touch the program \"shop\"");
    EXPECT_EQ(refusal(model::Role::pos, {}), "a key of role pos may not read the ledger");
}

TEST(Query, ErrorsHaveTheirCodes) {
    using model::ErrorKind;
    for (const auto& [kind, code] : {std::pair{ErrorKind::invalid, FailureCode::invalid},
                                     {ErrorKind::not_found, FailureCode::not_found},
                                     {ErrorKind::corrupt, FailureCode::internal},
                                     {ErrorKind::io, FailureCode::internal},
                                     {ErrorKind::full, FailureCode::internal},
                                     {ErrorKind::busy, FailureCode::internal},
                                     {ErrorKind::unavailable, FailureCode::stopping},
                                     {ErrorKind::denied, FailureCode::not_allowed}}) {
        Harness harness;
        harness.authenticate();
        harness.engine.verify_error = {kind, "a sentence"};
        harness.client.request(1, schema::VerifyRequestT{});
        const auto replies = harness.exchange();
        ASSERT_FALSE(replies.empty());
        ASSERT_NE(replies.back().failure(), nullptr);
        EXPECT_EQ(replies.back().failure()->code(), code) << static_cast<int>(kind);
        EXPECT_EQ(replies.back().failure()->message()->str(), "a sentence");
        EXPECT_TRUE(harness.connection.open());
    }
}

TEST(Query, WhatIsNotFoundIsSaidSo) {
    Harness harness;
    harness.authenticate();
    schema::ProgramGetT get;
    get.id = "nowhere";
    harness.client.request(1, std::move(get));
    const auto replies = harness.exchange();
    ASSERT_NE(replies.at(0).failure(), nullptr);
    EXPECT_EQ(replies[0].failure()->code(), FailureCode::not_found);
    EXPECT_THAT(replies[0].failure()->message()->str(), HasSubstr("nowhere"));
}

}  // namespace
}  // namespace tim::server::test
