#include "engine/core/lots.h"

#include <gtest/gtest.h>

#include "desk.h"

namespace tim::core {
namespace {

using model::Fact;
using model::FactType;
using model::Instant;
using model::Points;

constexpr model::CustomerId kAn{1};
constexpr model::CustomerId kBinh{2};

/// One customer's points, fact by fact.
struct Book {
    Lots lots;
    Points points{};
    Points held{};
    std::uint64_t sequence = 0;

    Fact fact(FactType type, std::int64_t amount, std::int64_t points_change, std::int64_t held_change = 0) {
        Fact result;
        result.type = type;
        result.points = {amount};
        result.points_after = {points.value + points_change};
        result.held_after = {held.value + held_change};
        return result;
    }
    std::uint64_t fold(const Fact& fact, const LotDates& dates = {}) {
        lots.fold(fact, {++sequence}, dates, free_points(points, held));
        points = fact.points_after;
        held = fact.held_after;
        return sequence;
    }
    void earn(std::int64_t amount, std::int64_t expires, std::int64_t matures = INT64_MIN) {
        fold(fact(FactType::sale, amount, matures == INT64_MIN ? amount : 0), {{matures}, {expires}});
    }
    void spend(std::int64_t amount) { fold(fact(FactType::redeemed, -amount, -amount)); }
    std::uint64_t hold(std::int64_t amount) { return fold(fact(FactType::hold_opened, amount, 0, amount)); }
    void capture(std::uint64_t id, std::int64_t amount, std::int64_t of) {
        Fact captured = fact(FactType::hold_captured, -amount, -amount, -of);
        captured.request.related = id;
        fold(captured);
    }
    /// "10@20": ten that expire at 20; "p" pending, "h" held.
    std::string text() const {
        std::string result;
        for (const Lot& lot : lots.all())
            result += std::to_string(lot.points.value) + "@" +
                      (lot.dates.expires_at == model::kNever ? std::string("never")
                                                             : std::to_string(lot.dates.expires_at.value)) +
                      (lot.pending() ? "p" : "") + (lot.hold.value != 0 ? "h" : "") + " ";
        return result;
    }
};

TEST(Lots, SpendTheEarliestExpiryFirst) {
    Book book;
    book.earn(10, 50);
    book.earn(7, 20);
    book.earn(5, 50);
    EXPECT_EQ(book.text(), "7@20 15@50 ");
    book.earn(100, INT64_MAX);  // no dates: no lot
    EXPECT_EQ(book.text(), "7@20 15@50 ");
    book.spend(9);
    EXPECT_EQ(book.text(), "13@50 ");
    book.spend(20);
    EXPECT_TRUE(book.lots.empty());
    EXPECT_EQ(book.points.value, 93);
}

TEST(Lots, PinWhatAHoldTook) {
    Book book;
    book.earn(7, 20);
    book.earn(10, 50);
    const auto id = book.hold(9);
    EXPECT_EQ(book.text(), "7@20h 8@50 2@50h ");
    EXPECT_EQ(book.lots.next_expiry().at.value, 50);
    EXPECT_EQ(book.lots.next_expiry().points.value, 8);
    EXPECT_FALSE(book.lots.expiring({49}).any());
    book.spend(8);
    book.capture(id, 3, 9);
    EXPECT_EQ(book.text(), "4@20 2@50 ");
    EXPECT_EQ(book.lots.expiring({49}).points.value, 4);
}

TEST(Lots, MatureAndExpireByTheirInstants) {
    Book book;
    book.earn(10, 50, 30);
    book.earn(5, 20, 30);  // expires before it could be spent
    book.earn(1, INT64_MAX, 31);
    EXPECT_EQ(book.lots.pending().value, 16);
    EXPECT_EQ(book.lots.next_due().value, 20);
    EXPECT_FALSE(book.lots.maturing({29}).any());
    EXPECT_EQ(book.lots.expiring({29}).points.value, 5);
    EXPECT_EQ(book.lots.expiring({29}).spendable.value, 0);
    EXPECT_EQ(book.lots.maturing({31}).points.value, 11);
    EXPECT_EQ(book.lots.maturing({31}).at.value, 31);
    Fact expired = book.fact(FactType::points_expired, -5, 0);
    expired.at = {20};
    book.fold(expired);
    Fact matured = book.fact(FactType::points_matured, 11, 11);
    matured.at = {31};
    book.fold(matured);
    EXPECT_EQ(book.text(), "10@50 ");
    EXPECT_EQ(book.points.value, 11);
}

TEST(Lots, PayADebtFirst) {
    Book book;
    book.spend(8);
    book.earn(5, 50);
    EXPECT_TRUE(book.lots.empty());
    book.earn(5, 40);
    EXPECT_EQ(book.text(), "2@40 ");
    book.spend(6);
    EXPECT_EQ(book.points.value, -4);
    book.earn(3, 70, 10);
    book.earn(3, 60, 9);
    Fact matured = book.fact(FactType::points_matured, 6, 6);
    matured.at = {10};
    book.fold(matured);  // what matured first paid three, the other one
    EXPECT_EQ(book.text(), "2@70 ");
}

TEST(Lots, ADebtBeneathAHoldTakesOfWhatComesBack) {
    Book book;
    book.earn(6, 20);
    book.earn(4, 50);
    const auto id = book.hold(10);
    Fact taken = book.fact(FactType::returned, -7, -7);
    book.fold(taken);
    EXPECT_EQ(book.text(), "6@20h 4@50h ");
    book.capture(id, 0, 10);
    EXPECT_EQ(book.text(), "3@50 ");
}

TEST(Lots, ReturnsTakeTheSalesOwnFirst) {
    Book book;
    book.earn(10, 50);
    book.earn(10, 20);
    book.earn(4, 50, 30);
    const auto give_back = [&book](std::int64_t amount, std::int64_t of_points, std::int64_t matures) {
        Fact returned = book.fact(FactType::returned, -amount, -of_points);
        returned.flags = model::kFactWithOriginal;
        book.fold(returned);
        Fact lots = book.fact(FactType::lots_taken, -amount, 0);
        lots.lot = {matures, 50, 0};
        book.fold(lots);
    };
    give_back(6, 2, 30);
    EXPECT_EQ(book.text(), "10@20 8@50 ");
    give_back(9, 9, INT64_MIN);
    EXPECT_EQ(book.text(), "9@20 ");
}

TEST(Lots, TellApartByTheirDigest) {
    Book one;
    one.earn(10, 50);
    Book other;
    other.earn(10, 51);
    EXPECT_NE(one.lots.digest(), other.lots.digest());
    EXPECT_NE(one.lots, other.lots);
    Book same;
    same.earn(12, 50);
    same.spend(2);
    EXPECT_EQ(one.lots.digest(), same.lots.digest());
    EXPECT_EQ(one.lots, same.lots);
}

TEST(LotBook, KnowsWhoIsDue) {
    LotBook book;
    Book an;
    Fact sale = an.fact(FactType::sale, 10, 10);
    EXPECT_TRUE(book.fold(kAn, sale, {1}, {model::kNoInstant, {50}}, {}));
    EXPECT_TRUE(book.fold(kBinh, sale, {2}, {model::kNoInstant, {40}}, {}));
    EXPECT_EQ(book.of({3}), nullptr);
    EXPECT_EQ(book.due({39}), std::nullopt);
    EXPECT_EQ(book.due({60}), kBinh);
    EXPECT_EQ(book.due({60}), kBinh) << "until it is settled";
    Fact expired;
    expired.type = FactType::points_expired;
    expired.at = {40};
    EXPECT_FALSE(book.fold(kBinh, expired, {3}, {}, {10}));
    EXPECT_EQ(book.of(kBinh), nullptr);
    EXPECT_EQ(book.due({60}), kAn);
    EXPECT_EQ(book.due({49}), std::nullopt);
    // Earlier ones that come later are found as well.
    EXPECT_TRUE(book.fold(kBinh, sale, {4}, {model::kNoInstant, {70}}, {}));
    EXPECT_TRUE(book.fold(kBinh, an.fact(FactType::sale, 5, 15), {5}, {model::kNoInstant, {30}}, {10}));
    EXPECT_EQ(book.due({30}), kBinh);
    book.restore({9}, {{model::kNoInstant, {20}}, {3}, {}});
    EXPECT_EQ(book.due({29}), (model::CustomerId{9}));
}

TEST(RulesDates, FollowTheCalendarOfTheProgram) {
    model::Program program = test::program();
    EXPECT_FALSE(test::compile(program)->dates_points());
    // kNow: 2024-01-15T11:00 in Hanoi.
    program.points.expiry = {model::ExpiryPolicy::months, 1, 0};
    auto rules = test::compile(program);
    EXPECT_TRUE(rules->dates_points());
    const auto& calendar = rules->calendar();
    EXPECT_EQ(calendar.format(rules->lot_dates(test::kNow).expires_at), "2024-03-01T00:00:00+07:00");
    EXPECT_EQ(rules->lot_dates(test::kNow).matures_at, model::kNoInstant);
    const Instant last = {calendar.parse("2024-02-01")->value - 1};
    EXPECT_EQ(calendar.format(rules->lot_dates(last).expires_at), "2024-03-01T00:00:00+07:00");
    EXPECT_EQ(calendar.format(rules->lot_dates({last.value + 1}).expires_at), "2024-04-01T00:00:00+07:00");
    program.points.expiry = {model::ExpiryPolicy::year_end, 0, 0};
    program.points.pending_days = 7;
    const auto by_year = test::compile(program);  // `calendar` is a part of the rules before
    EXPECT_EQ(calendar.format(by_year->lot_dates(test::kNow).expires_at), "2025-01-01T00:00:00+07:00");
    EXPECT_EQ(calendar.format(by_year->lot_dates(test::kNow).matures_at), "2024-01-22T11:00:00+07:00");
    program.points.expiry = {};
    rules = test::compile(program);
    EXPECT_TRUE(rules->dates_points());
    EXPECT_EQ(rules->lot_dates(test::kNow).expires_at, model::kNever);
}

}  // namespace
}  // namespace tim::core
