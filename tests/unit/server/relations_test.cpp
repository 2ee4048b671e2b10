// Customer relations as a server takes and tells them.
#include <gtest/gtest.h>

#include "harness.h"
#include "protocol/codec/messages.h"

namespace tim::server::test {
namespace {

using schema::FailureCode;
using schema::ReplyBody;

schema::ClassifyT a_change() {
    schema::ClassifyT body;
    body.request_id.assign(model::kRequestIdBytes, 7);
    body.program = "shop";
    body.customer = std::make_unique<schema::CustomerKeyT>();
    body.customer->kind = schema::CustomerKind::card;
    body.customer->text = "1";
    body.change = std::make_unique<schema::ClassChangeT>();
    body.change->staff = "NV01";
    return body;
}

TEST(Relations, AnAdminClassifiesCustomers) {
    Harness harness(model::Role::admin);
    harness.authenticate();
    harness.client.request(7, a_change());
    auto replies = harness.exchange();
    ASSERT_EQ(replies.size(), 1U);
    EXPECT_EQ(replies[0].type(), ReplyBody::CommandResults);
    ASSERT_FALSE(harness.engine.seen().empty());
    EXPECT_EQ(harness.engine.seen().back().kind, model::CommandKind::classify);

    schema::ClassifyT wrong = a_change();
    wrong.change->birthday = "13-13";
    harness.client.request(8, std::move(wrong));
    replies = harness.exchange();
    ASSERT_NE(replies.at(0).failure(), nullptr);
    EXPECT_EQ(replies[0].failure()->code(), FailureCode::invalid);
    EXPECT_EQ(replies[0].failure()->message()->str(), "change.birthday: \"13-13\" is no day as MM-DD");
}

TEST(Relations, ATillDoesNeitherClassifyNorLookAtAllCustomers) {
    for (const model::Role role : {model::Role::pos, model::Role::checkout}) {
        Harness harness(role);
        harness.authenticate();
        harness.client.request(7, a_change());
        schema::SegmentRequestT asked;
        asked.program = "shop";
        asked.segment = "orders > 0";
        harness.client.request(8, std::move(asked));
        const auto replies = harness.exchange();
        ASSERT_EQ(replies.size(), 2U);
        for (const auto& reply : replies) {
            ASSERT_NE(reply.failure(), nullptr);
            EXPECT_EQ(reply.failure()->code(), FailureCode::not_allowed);
        }
    }
}

TEST(Relations, SegmentsAreCountedListedAndReportedOn) {
    Harness harness(model::Role::admin);
    harness.authenticate();
    const auto ask = [&](std::uint32_t correlation, schema::SegmentKind kind, const char* segment,
                         std::uint32_t limit = 1) {
        schema::SegmentRequestT body;
        body.program = "shop";
        body.segment = segment;
        body.kind = kind;
        body.limit = limit;
        body.by = {schema::Dimension::source, schema::Dimension::tier};
        harness.client.request(correlation, std::move(body));
    };
    ask(1, schema::SegmentKind::count, "orders > 0");
    ask(2, schema::SegmentKind::list, "orders > 0");
    ask(3, schema::SegmentKind::report, "orders > 0");
    ask(4, schema::SegmentKind::count, "wrong");
    const auto replies = harness.exchange();
    ASSERT_EQ(replies.size(), 4U);
    const auto* count = replies[0].reply->body_as_SegmentReply();
    ASSERT_NE(count, nullptr);
    EXPECT_EQ(count->customers(), 2U);
    EXPECT_EQ(count->of(), 9U);
    const auto* list = replies[1].reply->body_as_Customers();
    ASSERT_NE(list, nullptr);
    ASSERT_EQ(list->rows()->size(), 1U);
    EXPECT_EQ(list->rows()->Get(0)->classes()->source()->str(), "facebook");
    EXPECT_EQ(list->next(), 7U);
    const auto* report = replies[2].reply->body_as_SegmentReply();
    ASSERT_NE(report, nullptr);
    ASSERT_EQ(report->rows()->size(), 1U);
    EXPECT_EQ(report->rows()->Get(0)->values()->Get(1)->str(), "2") << "by two dimensions";
    EXPECT_EQ(report->total()->spend(), 400);
    ASSERT_NE(replies[3].failure(), nullptr);
    EXPECT_EQ(replies[3].failure()->code(), FailureCode::invalid);
    EXPECT_EQ(replies[3].failure()->message()->str(), "at 1: that is wrong");
}

}  // namespace
}  // namespace tim::server::test
