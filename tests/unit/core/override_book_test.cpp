#include "engine/core/override_book.h"

#include <gtest/gtest.h>

#include <memory>

namespace tim::core {
namespace {

constexpr model::CustomerId kAn{1};

TierOverride given(std::uint64_t id, std::int64_t from, std::int64_t until, std::uint8_t tier = 1,
                   bool begun = false) {
    return {{id}, {from}, {until}, {1}, tier, begun, {}};
}

std::unique_ptr<const Rules> three_tiers(std::uint16_t version = 1, const Rules* previous = nullptr,
                                         const std::string& middle = "b") {
    auto program = std::make_shared<model::Program>();
    program->id = "p";
    program->time_zone = "UTC";
    program->points.earn = {{1}, {1}};
    program->tiers.resize(3);
    program->tiers[0].id = "a";
    program->tiers[1].id = middle;
    program->tiers[1].min = 10;
    program->tiers[2].id = "c";
    program->tiers[2].min = 20;
    return std::move(*Rules::compile(program, {version}, {0}, previous));
}

TEST(OverrideBook, TellsWhoHasSomethingDue) {
    OverrideBook book;
    book.add(kAn, given(5, 100, 200));
    book.add({2}, given(6, 50, 300, 2, true));
    EXPECT_FALSE(book.due({99}));
    EXPECT_EQ(book.due({100}), kAn);
    EXPECT_EQ(book.due({100}), kAn) << "until it is recorded";
    book.begin(kAn, {5});
    EXPECT_FALSE(book.due({199}));
    EXPECT_EQ(book.due({200}), kAn);
    EXPECT_FALSE(book.end(kAn, {5}));
    EXPECT_EQ(book.of(kAn), nullptr);
    EXPECT_FALSE(book.due({299}));
    EXPECT_EQ(book.due({300}), model::CustomerId{2});
    book.drop({2});
    EXPECT_FALSE(book.due({300}));
}

TEST(OverrideBook, TheNewestInForceHoldsIfItsTierIsThere) {
    OverrideBook book;
    book.add(kAn, given(5, 0, 1'000, 2));
    book.add(kAn, given(6, 100, 200, 1));
    const auto rules = three_tiers();
    const TierOverrides& overrides = *book.of(kAn);
    EXPECT_EQ(tier_by_hand(overrides, {99}, *rules), 2);
    EXPECT_EQ(tier_by_hand(overrides, {100}, *rules), 1);
    EXPECT_EQ(tier_by_hand(overrides, {199}, *rules), 1);
    EXPECT_EQ(tier_by_hand(overrides, {200}, *rules), 2);
    EXPECT_EQ(tier_by_hand(overrides, {1'000}, *rules), std::nullopt);
    const auto other = three_tiers(2, rules.get(), "x");
    EXPECT_EQ(tier_by_hand(overrides, {150}, *other), 2) << "the middle tier is no more";
}

TEST(OverrideBook, ItsDigestTellsStatesApart) {
    OverrideBook book;
    book.add(kAn, given(5, 0, 1'000, 2));
    const std::uint32_t first = digest(*book.of(kAn));
    book.begin(kAn, {5});
    const std::uint32_t begun = digest(*book.of(kAn));
    book.set_found(kAn, 1);
    EXPECT_NE(first, begun);
    EXPECT_NE(begun, digest(*book.of(kAn)));
}

TEST(OverrideBookDeathTest, WhatIsNotThereCannotEnd) {
    OverrideBook book;
    EXPECT_DEATH(book.begin(kAn, {5}), "begins and ends while it is there");
    book.add(kAn, given(5, 0, 1'000));
    EXPECT_DEATH(book.begin(kAn, {6}), "ends at most once");
}

}  // namespace
}  // namespace tim::core
