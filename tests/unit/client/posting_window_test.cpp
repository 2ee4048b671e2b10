#include "clients/cpp/posting_window.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tim::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Rows {
    PostingWindow window{10};
    std::uint64_t next = 10;

    QueuedRow& sell(const char* customer) {
        QueuedRow row;
        row.name = model::Name::receipt({1}, fmt::format("R{}", next));
        row.customer = customer;
        row.customer_kind = *customer ? model::KeyKind::phone : model::KeyKind::none;
        last = row;
        return last;
    }
    void push(const QueuedRow& row, const char* program = "shop") { window.push({next++, program, row}); }
    void push_sale(const char* customer, const char* program = "shop") { push(sell(customer), program); }

    QueuedRow last;
};

PostingWindow::Answer accepted() {
    return {};
}

TEST(PostingWindowTest, RowsOfDifferentCustomersGoTogether) {
    Rows rows;
    for (const char* customer : {"+84901000001", "+84901000002", "", "", "+84901000003"})
        rows.push_sale(customer);
    EXPECT_THAT(rows.window.next_batch(3), ElementsAre(10, 11, 12));
    EXPECT_THAT(rows.window.next_batch(3), ElementsAre(13, 14));
    EXPECT_THAT(rows.window.next_batch(3), IsEmpty());
}

TEST(PostingWindowTest, ARowWaitsForTheSameCustomerHoweverSpelt) {
    Rows rows;
    rows.push_sale("+84901000001");
    rows.push_sale("+84901000002");
    rows.push_sale("00 84 901-000-001");
    rows.push_sale("+84901000003");
    EXPECT_THAT(rows.window.next_batch(100), ElementsAre(10, 11));
    rows.window.answer(11, accepted());
    EXPECT_THAT(rows.window.next_batch(100), IsEmpty()) << "nothing overtakes the row that waits";
    rows.window.answer(10, accepted());
    EXPECT_THAT(rows.window.next_batch(100), ElementsAre(12, 13));
}

TEST(PostingWindowTest, AReturnWaitsForItsSale) {
    Rows rows;
    rows.push_sale("");
    QueuedRow back = rows.sell("+84901000002");
    back.kind = model::CommandKind::returned;
    back.original = model::Name::receipt({1}, "R10");
    rows.push(back);
    EXPECT_THAT(rows.window.next_batch(100), ElementsAre(10));
    rows.window.answer(10, accepted());
    EXPECT_THAT(rows.window.next_batch(100), ElementsAre(11));
}

TEST(PostingWindowTest, WhatDoesNotNameItsCustomerGoesAlone) {
    Rows rows;
    rows.push_sale("+84901000001");
    QueuedRow voided = rows.sell("");
    voided.kind = model::CommandKind::voided;
    voided.original = model::Name::receipt({1}, "R3");
    rows.push(voided);
    rows.push_sale("+84901000002");
    EXPECT_THAT(rows.window.next_batch(100), ElementsAre(10));
    EXPECT_THAT(rows.window.next_batch(100), IsEmpty());
    rows.window.answer(10, accepted());
    EXPECT_THAT(rows.window.next_batch(100), ElementsAre(11));
    EXPECT_THAT(rows.window.next_batch(100), IsEmpty());
    rows.window.answer(11, accepted());
    EXPECT_THAT(rows.window.next_batch(100), ElementsAre(12));
}

TEST(PostingWindowTest, EnrolmentsGoOneByOneAndBeforeWhatNamesThem) {
    Rows rows;
    for (const char* phone : {"+84901000001", "+84901000002"}) {
        QueuedRow person;
        person.kind = model::CommandKind::enroll;
        person.name = model::Name::request({static_cast<std::uint8_t>(rows.next)});
        person.keys = {{model::KeyKind::card, phone + 1}, {model::KeyKind::phone, phone}};
        rows.push(person);
    }
    rows.push_sale("+84901000002");
    EXPECT_THAT(rows.window.next_batch(100), ElementsAre(10));
    rows.window.answer(10, accepted());
    EXPECT_THAT(rows.window.next_batch(100), ElementsAre(11));
    EXPECT_THAT(rows.window.next_batch(100), IsEmpty());
    rows.window.answer(11, accepted());
    EXPECT_THAT(rows.window.next_batch(100), ElementsAre(12));
}

TEST(PostingWindowTest, RowsWithDetailsGoByThemselves) {
    Rows rows;
    rows.push_sale("+84901000001");
    for (const char* customer : {"+84901000002", "+84901000003"}) {
        QueuedRow row = rows.sell(customer);
        row.lines = {{"cup", 1, {45'000}, ""}};
        rows.push(row);
    }
    rows.push_sale("+84901000004");
    EXPECT_THAT(rows.window.next_batch(100), ElementsAre(10));
    EXPECT_THAT(rows.window.next_batch(100), ElementsAre(11, 12));
    EXPECT_THAT(rows.window.next_batch(100), ElementsAre(13));
}

TEST(PostingWindowTest, MessagesOfRowsWithDetailsAreSmaller) {
    Rows rows;
    for (int i = 0; i < 300; ++i) {
        QueuedRow row = rows.sell("");
        row.lines = {{"cup", 1, {45'000}, ""}};
        rows.push(row);
    }
    EXPECT_EQ(rows.window.next_batch(1'000).size(), 220U);
    EXPECT_EQ(rows.window.next_batch(1'000).size(), 80U);
}

TEST(PostingWindowTest, AReferralWaitsForAllBeforeIt) {
    Rows rows;
    rows.push_sale("+84901000001");
    QueuedRow referred = rows.sell("+84901000002");
    referred.referral = "7K3M9QXWTB2C";
    rows.push(referred);
    rows.push_sale("+84901000003");
    EXPECT_THAT(rows.window.next_batch(100), ElementsAre(10));
    EXPECT_THAT(rows.window.next_batch(100), IsEmpty());
    rows.window.answer(10, accepted());
    EXPECT_THAT(rows.window.next_batch(100), ElementsAre(11));
    EXPECT_THAT(rows.window.next_batch(100), IsEmpty());
    rows.window.answer(11, accepted());
    EXPECT_THAT(rows.window.next_batch(100), ElementsAre(12));
}

TEST(PostingWindowTest, ProgramsDoNotShareABatch) {
    Rows rows;
    rows.push_sale("+84901000001");
    rows.push_sale("+84901000002", "other");
    rows.push_sale("+84901000003", "other");
    EXPECT_THAT(rows.window.next_batch(100), ElementsAre(10));
    EXPECT_THAT(rows.window.next_batch(100), ElementsAre(11, 12));
}

TEST(PostingWindowTest, ARowPutBackGoesFirstAndKeepsItsOrder) {
    Rows rows;
    rows.push_sale("+84901000001");
    rows.push_sale("+84901000002");
    rows.push_sale("+84901000001");
    EXPECT_THAT(rows.window.next_batch(100), ElementsAre(10, 11));
    rows.window.put_back(10, false);
    rows.window.answer(11, accepted());
    EXPECT_FALSE(rows.window.pop_done());
    EXPECT_THAT(rows.window.next_batch(100), ElementsAre(10));
    rows.window.answer(10, {{}, "too_late", "why"});
    EXPECT_THAT(rows.window.next_batch(100), ElementsAre(12));
    auto first = rows.window.pop_done();
    ASSERT_TRUE(first);
    EXPECT_EQ(first->entry.index, 10U);
    EXPECT_EQ(first->answer.rejected_as, "too_late");
    ASSERT_TRUE(rows.window.pop_done());
    EXPECT_FALSE(rows.window.pop_done());
    EXPECT_EQ(rows.window.end(), 13U);
}

TEST(PostingWindowTest, RowsToBeSentAloneAre) {
    Rows rows;
    for (const char* customer : {"+84901000001", "+84901000002", "+84901000003"})
        rows.push_sale(customer);
    EXPECT_THAT(rows.window.next_batch(100), ElementsAre(10, 11, 12));
    for (const std::uint64_t index : {10U, 11U, 12U})
        rows.window.put_back(index, true);
    EXPECT_THAT(rows.window.next_batch(100), ElementsAre(10));
    EXPECT_THAT(rows.window.next_batch(100), ElementsAre(11));
    EXPECT_THAT(rows.window.next_batch(100), ElementsAre(12));
}

}  // namespace
}  // namespace tim::client
