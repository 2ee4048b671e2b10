#include "tools/tim/feed/feed_backlog.h"

#include <gtest/gtest.h>

#include "temporary_folder.h"

namespace tim::cli {
namespace {

FeedRow some_row(std::uint64_t line, FeedKind kind) {
    FeedRow row;
    row.line = line;
    row.kind = kind;
    row.text = "a,\"b,c\",,";
    row.at = {1'770'000'000'000};
    row.customer_kind = model::KeyKind::card;
    row.customer = "20417";
    if (kind == FeedKind::sale || kind == FeedKind::enroll) row.referral = "7K3M9QXWTB2C";
    if (kind == FeedKind::enroll) {
        row.vip_kind = model::KeyKind::card;
        row.vip = "1";
        return row;
    }
    if (kind == FeedKind::sale || kind == FeedKind::returned) row.lines = {{"cup", 2, {45'000}, "ware"}};
    row.name = model::Name::receipt({3}, "R" + std::to_string(line));
    row.amount = {150'000};
    if (kind == FeedKind::voided || kind == FeedKind::redeem) row.original = model::Name::receipt({3}, "R1");
    return row;
}

TEST(FeedBacklog, ARowComesBackAsItWas) {
    for (const FeedKind kind :
         {FeedKind::enroll, FeedKind::sale, FeedKind::returned, FeedKind::voided, FeedKind::redeem}) {
        const FeedRow row = some_row(7, kind);
        const auto back = from_queued(to_queued(row));
        ASSERT_TRUE(back);
        EXPECT_EQ(back->line, row.line);
        EXPECT_EQ(back->kind, row.kind);
        EXPECT_EQ(back->text, row.text);
        EXPECT_EQ(back->at, row.at);
        EXPECT_EQ(back->customer_kind, row.customer_kind);
        EXPECT_EQ(back->customer, row.customer);
        EXPECT_EQ(back->name, row.name);
        EXPECT_EQ(back->amount, row.amount);
        EXPECT_EQ(back->original, row.original);
        EXPECT_EQ(back->lines, row.lines);
        EXPECT_EQ(back->referral, row.referral);
        EXPECT_EQ(back->vip_kind, row.vip_kind);
        EXPECT_EQ(back->vip, row.vip);
    }
}

TEST(FeedBacklog, WhatWasNotFinishedIsThereTheNextTime) {
    const TemporaryFolder folder;
    const std::string place = (folder.path() / "queue").string();
    FeedRow bad = some_row(3, FeedKind::sale);
    bad.fault = "bad";
    {
        auto backlog = FeedBacklog::open(place, "shop");
        ASSERT_TRUE(backlog) << backlog.error().message;
        ASSERT_TRUE((*backlog)->append({some_row(2, FeedKind::sale), bad, some_row(4, FeedKind::voided)}));
        const auto rows = (*backlog)->take(10);
        ASSERT_TRUE(rows);
        ASSERT_EQ(rows->size(), 2U);
        FeedRow first = rows->front();
        first.answer = FeedAnswer::refused;
        first.fault = "no customer has that key (unknown_customer)";
        ASSERT_TRUE((*backlog)->finish(first));
        ASSERT_TRUE((*backlog)->acknowledge());
        EXPECT_FALSE((*backlog)->idle());
        EXPECT_EQ((*backlog)->waiting(), 1U);
        EXPECT_NE(TemporaryFolder::read((*backlog)->rejects_path()).find("unknown_customer"),
                  std::string::npos);
    }
    auto backlog = FeedBacklog::open(place, "shop");
    ASSERT_TRUE(backlog) << backlog.error().message;
    const auto rows = (*backlog)->take(10);
    ASSERT_TRUE(rows);
    ASSERT_EQ(rows->size(), 1U);
    EXPECT_EQ(rows->front().line, 4U);
    EXPECT_TRUE((*backlog)->finish(rows->front()));
    EXPECT_TRUE((*backlog)->idle());
}

TEST(FeedBacklog, RowsOfAnotherProgramAreNotPosted) {
    const TemporaryFolder folder;
    const std::string place = (folder.path() / "queue").string();
    {
        auto backlog = FeedBacklog::open(place, "shop");
        ASSERT_TRUE(backlog);
        ASSERT_TRUE((*backlog)->append({some_row(2, FeedKind::sale)}));
    }
    auto backlog = FeedBacklog::open(place, "other");
    ASSERT_TRUE(backlog);
    const auto rows = (*backlog)->take(10);
    ASSERT_FALSE(rows);
    EXPECT_NE(rows.error().message.find("shop"), std::string::npos);
}

}  // namespace
}  // namespace tim::cli
