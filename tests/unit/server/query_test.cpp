#include "protocol/server/query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "harness.h"
#include "protocol/codec/documents.h"

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

std::unique_ptr<schema::CustomerKeyT> card(const std::string& text) {
    auto key = std::make_unique<schema::CustomerKeyT>();
    key->kind = schema::CustomerKind::card;
    key->text = text;
    return key;
}

TEST(Query, TellsStandingExplanationAndThePast) {
    Harness harness;
    harness.authenticate();
    schema::StandingRequestT standing;
    standing.program = "shop";
    standing.customer = card("1");
    harness.client.request(1, std::move(standing));
    schema::ExplainRequestT explain;
    explain.program = "shop";
    explain.terminal = 3;
    explain.number = "A7";
    harness.client.request(2, explain);
    explain.number = "a number of more than 24 bytes";
    harness.client.request(3, explain);
    schema::ShowRequestT show;
    show.program = "shop";
    show.customer = card("1");
    show.as_of_ms = 1'700'000'000'000;
    harness.client.request(4, std::move(show));
    const auto replies = harness.exchange();
    ASSERT_EQ(replies.size(), 4U);
    const auto* found = replies[0].reply->body_as_Standing();
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->next(), 1);
    ASSERT_EQ(found->tiers()->size(), 2U);
    EXPECT_EQ(found->tiers()->Get(1)->tier()->min()->str(), "3000000");
    EXPECT_EQ(found->tiers()->Get(1)->missing(), 2'999'000);
    EXPECT_EQ(found->tiers()->Get(1)->sale(), 2'999'000);
    const auto* told = replies[1].reply->body_as_Explanation();
    ASSERT_NE(told, nullptr);
    EXPECT_EQ(told->receipt()->str(), "3/A7");
    EXPECT_EQ(told->lines()->Get(0)->rule()->str(), "points.earn");
    EXPECT_EQ(told->lines()->Get(0)->subject(), schema::SubjectKind::customer);
    ASSERT_NE(replies[2].failure(), nullptr);
    EXPECT_EQ(replies[2].failure()->code(), FailureCode::invalid);
    EXPECT_EQ(replies[3].reply->body_as_Customer()->last_order_at_ms(), 1'700'000'000'000);
}

std::unique_ptr<schema::ProgramT> small_program() {
    model::Program program;
    program.id = "shop";
    program.currency = {"VND", 0};
    program.time_zone = "Asia/Ho_Chi_Minh";
    program.points.earn = {{10'000}, {1}};
    program.tiers.resize(1);
    program.tiers[0].id = "all";
    return codec::to_schema(program);
}

TEST(Query, WhatIfComesInPagesAndMayCarryAProgram) {
    Harness harness;
    harness.authenticate();
    schema::WhatIfRequestT ask;
    ask.program = small_program();
    ask.program->tiers[0]->description = std::string(6'000, 'x');
    ask.limit = 3;
    harness.client.request(1, std::move(ask));
    schema::WhatIfRequestT rest;
    rest.program = small_program();
    rest.after = 3;
    rest.limit = 3;
    harness.client.request(2, std::move(rest));
    schema::RecomputeRequestT recompute;
    recompute.program = "shop";
    harness.client.request(3, recompute);
    const auto replies = harness.exchange();
    ASSERT_GE(replies.size(), 3U);
    const auto* page = replies[0].reply->body_as_WhatIfReply();
    ASSERT_NE(page, nullptr);
    EXPECT_EQ(page->rows()->size(), 3U);
    EXPECT_EQ(page->next(), 3U);
    EXPECT_EQ(page->moves()->Get(0)->customers(), 5U);
    EXPECT_EQ(replies[1].reply->body_as_WhatIfReply()->rows()->size(), 2U);
    EXPECT_EQ(replies[1].reply->body_as_WhatIfReply()->next(), 0U);
    EXPECT_EQ(replies.back().reply->body_as_RecomputeReply()->recorded(), 2U);
}

TEST(Query, ChangesAreTriedByAdminsOfTheProgramAlone) {
    const auto refusal = [](model::Role role, std::vector<std::string> programs, bool tries) {
        Harness harness(role, std::move(programs));
        harness.authenticate();
        schema::WhatIfRequestT ask;
        ask.program = small_program();
        schema::RecomputeRequestT recompute;
        recompute.program = "shop";
        if (tries)
            harness.client.request(1, std::move(ask));
        else
            harness.client.request(1, std::move(recompute));
        const auto replies = harness.exchange();
        const auto* failure = replies.back().failure();
        return failure == nullptr ? std::string() : failure->message()->str();
    };
    for (const bool tries : {true, false}) {
        EXPECT_EQ(refusal(model::Role::admin, {"shop"}, tries), "");
        EXPECT_EQ(refusal(model::Role::admin, {"other"}, tries),
                  "this key may not touch the program \"shop\"");
        EXPECT_THAT(refusal(model::Role::checkout, {}, tries), HasSubstr("a key of role checkout may not"));
    }
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
