// The care calendar as a server takes and tells it.
#include <gtest/gtest.h>

#include "harness.h"
#include "protocol/codec/messages.h"

namespace tim::server::test {
namespace {

using schema::FailureCode;
using schema::ReplyBody;

schema::CareChangeT a_plan() {
    schema::CareChangeT body;
    body.request_id.assign(model::kRequestIdBytes, 7);
    body.program = "shop";
    body.customer = std::make_unique<schema::CustomerKeyT>();
    body.customer->kind = schema::CustomerKind::card;
    body.customer->text = "1";
    body.due_ms = 1'000;
    body.note = "hỏi mẫu";
    return body;
}

schema::CareRequestT a_question() {
    schema::CareRequestT body;
    body.program = "shop";
    return body;
}

schema::BirthdaysRequestT whose_birthday(std::int32_t days) {
    schema::BirthdaysRequestT body;
    body.program = "shop";
    body.days = days;
    return body;
}

TEST(Care, StaffPlansAndAsks) {
    Harness harness(model::Role::staff);
    harness.authenticate();
    harness.client.request(7, a_plan());
    auto replies = harness.exchange();
    ASSERT_EQ(replies.size(), 1U);
    EXPECT_EQ(replies[0].type(), ReplyBody::CommandResults);
    ASSERT_FALSE(harness.engine.seen().empty());
    EXPECT_EQ(harness.engine.seen().back().kind, model::CommandKind::plan_care);

    harness.client.request(8, a_question());
    replies = harness.exchange();
    const auto* tasks = replies.at(0).reply->body_as_CareTasks();
    ASSERT_NE(tasks, nullptr);
    ASSERT_EQ(tasks->rows()->size(), 1U);
    EXPECT_EQ(tasks->rows()->Get(0)->id(), 12U);
    EXPECT_EQ(tasks->rows()->Get(0)->key()->str(), "card:1");
    EXPECT_EQ(tasks->rows()->Get(0)->kind(), schema::CareKind::visit);
    EXPECT_EQ(tasks->next_task(), 12U);

    schema::CareRequestT of_customer = a_question();
    of_customer.customer = std::make_unique<schema::CustomerKeyT>(*a_plan().customer);
    harness.client.request(9, std::move(of_customer));
    replies = harness.exchange();
    const auto* own = replies.at(0).reply->body_as_CareTasks();
    ASSERT_NE(own, nullptr);
    EXPECT_EQ(own->rows()->Get(0)->phase(), schema::CarePhase::done);

    harness.client.request(10, whose_birthday(7));
    replies = harness.exchange();
    const auto* birthdays = replies.at(0).reply->body_as_Birthdays();
    ASSERT_NE(birthdays, nullptr);
    EXPECT_EQ(birthdays->rows()->Get(0)->name()->str(), "Lan");
    harness.client.request(11, whose_birthday(400));
    replies = harness.exchange();
    ASSERT_NE(replies.at(0).failure(), nullptr);
    EXPECT_EQ(replies[0].failure()->code(), FailureCode::invalid);
}

TEST(Care, AnAuditorSeesTasksWithoutNamesAndChangesNone) {
    Harness harness(model::Role::auditor);
    harness.authenticate();
    schema::CareRequestT of_customer = a_question();
    of_customer.customer = std::make_unique<schema::CustomerKeyT>(*a_plan().customer);
    harness.client.request(7, a_question());
    harness.client.request(8, std::move(of_customer));
    for (const auto& reply : harness.exchange()) {
        const auto* tasks = reply.reply->body_as_CareTasks();
        ASSERT_NE(tasks, nullptr);
        ASSERT_EQ(tasks->rows()->size(), 1U);
        const auto* task = tasks->rows()->Get(0);
        EXPECT_EQ(task->key()->str(), "id:" + std::to_string(task->customer()));
        EXPECT_TRUE(task->name() == nullptr || task->name()->size() == 0);
    }
    harness.client.request(9, a_plan());
    harness.client.request(10, whose_birthday(1));
    for (const auto& reply : harness.exchange())
        EXPECT_EQ(reply.failure()->code(), FailureCode::not_allowed);
    EXPECT_TRUE(harness.engine.seen().empty());
}

TEST(Care, ATillKeepsNoCalendar) {
    for (const model::Role role : {model::Role::pos, model::Role::checkout, model::Role::member_service}) {
        Harness harness(role);
        harness.authenticate();
        harness.client.request(7, a_plan());
        harness.client.request(8, a_question());
        harness.client.request(9, whose_birthday(1));
        const auto replies = harness.exchange();
        ASSERT_EQ(replies.size(), 3U);
        for (const auto& reply : replies) {
            ASSERT_NE(reply.failure(), nullptr);
            EXPECT_EQ(reply.failure()->code(), FailureCode::not_allowed);
        }
        EXPECT_TRUE(harness.engine.seen().empty());
    }
}

}  // namespace
}  // namespace tim::server::test
