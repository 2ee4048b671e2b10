// The ladder of refusals: borders, details and what stays as it was; and of several that apply the first is
// given. That each can be provoked at all is refusals_test.cpp's.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/shop.h"

namespace tim::tests {
namespace {

using model::kNoInstant;
using model::Refusal;

constexpr std::int64_t kHuge = INT64_MAX;

OwnedCommand access_key_command(model::CommandKind kind, std::uint64_t number, const std::string& id) {
    OwnedCommand command;
    command.command.kind = kind;
    command.command.name = request(number);
    auto key = std::make_shared<model::AccessKey>();
    key->id = id;
    key->iterations = 4'096;
    command.access_key = std::move(key);
    return command;
}

TEST(Ladder, invalid_name) {
    Shop shop;
    EXPECT_EQ(shop.sale("", 1).refusal, Refusal::invalid_name);
    EXPECT_EQ(shop.sale("a\x01"
                        "b",
                        1)
                  .refusal,
              Refusal::invalid_name);
    EXPECT_EQ(shop.fixture.execute(make_hold(shop.program, {}, "card:1", 1)).refusal, Refusal::invalid_name);
    model::Name zero;
    zero.kind = model::NameKind::request;
    EXPECT_EQ(shop.fixture.execute(make_hold(shop.program, zero, "card:1", 1)).refusal,
              Refusal::invalid_name);
}

TEST(Ladder, invalid_amount) {
    Shop shop;
    EXPECT_EQ(shop.sale("S", -1).refusal, Refusal::invalid_amount);
    EXPECT_EQ(shop.give_back("R", -1).refusal, Refusal::invalid_amount);
    EXPECT_EQ(shop.redeem(0, -1).refusal, Refusal::invalid_amount);
}

TEST(Ladder, invalid_points) {
    Shop shop;
    EXPECT_EQ(shop.hold(0).refusal, Refusal::invalid_points);
    EXPECT_EQ(shop.hold(-1).refusal, Refusal::invalid_points);
    EXPECT_EQ(shop.redeem(-1).refusal, Refusal::invalid_points);
    EXPECT_EQ(shop.redeem(0, 0).refusal, Refusal::invalid_points);
    EXPECT_EQ(shop.capture({1}, -1).refusal, Refusal::invalid_points);
}

TEST(Ladder, invalid_key) {
    Shop shop;
    EXPECT_EQ(shop.sale("S", 1, kNoInstant, "phone:12").refusal, Refusal::invalid_key);
    EXPECT_EQ(shop.sale("S", 1, kNoInstant, "email:nobody").refusal, Refusal::invalid_key);
    EXPECT_EQ(shop.sale("S", 1, kNoInstant, Who(model::KeyKind::card, "")).refusal, Refusal::invalid_key);
    EXPECT_EQ(shop.hold(1, 0, "").refusal, Refusal::invalid_key);
    EXPECT_EQ(shop.fixture.execute(make_enroll(shop.program, request(1), {"card:ok", "phone:none"})).refusal,
              Refusal::invalid_key);
}

TEST(Ladder, invalid_time) {
    Shop shop;
    EXPECT_EQ(shop.hold(1, -5).refusal, Refusal::invalid_time);
    EXPECT_EQ(shop.sale("S", 1, {INT64_MAX}).refusal, Refusal::invalid_time);
    // A hold that would be over already comes after what the customer's key tells, before the figures.
    const model::Instant over{shop.now().value - kMinuteMs};
    const auto hold = [&](const Who& who) {
        return shop.fixture.execute(make_hold(shop.program, request(1), who, 1, kMinuteMs, over)).refusal;
    };
    EXPECT_EQ(hold("card:9"), Refusal::unknown_customer);
    EXPECT_EQ(hold("card:1"), Refusal::invalid_time);
}

TEST(Ladder, invalid_command) {
    Shop shop;
    EXPECT_EQ(shop.adjust(0, 0).refusal, Refusal::invalid_command);
    EXPECT_EQ(shop.fixture.execute(make_void(shop.program, receipt(1, "V"), {})).refusal,
              Refusal::invalid_command);
}

TEST(Ladder, unknown_program) {
    Shop shop;
    EXPECT_EQ(shop.fixture.execute(make_sale({77}, receipt(1, "S"), "card:1", 1)).refusal,
              Refusal::unknown_program);
    EXPECT_EQ(shop.fixture.execute(make_sale({0}, receipt(1, "S"), "card:1", 1)).refusal,
              Refusal::unknown_program);
}

TEST(Ladder, versions_follow_one_another_in_time) {
    Shop shop;
    model::Program changed = nhanh_program();
    changed.name = "Second";
    const model::Instant tomorrow{shop.now().value + kDayMs};
    EXPECT_EQ(shop.fixture.execute(make_put_program(request(1), changed, {shop.now().value - 1})).refusal,
              Refusal::invalid_time);
    EXPECT_EQ(shop.fixture.execute(make_put_program(request(2), changed, tomorrow)).refusal, Refusal::none);
    changed.name = "Third";
    EXPECT_EQ(shop.fixture.execute(make_put_program(request(3), changed, {tomorrow.value - 1})).refusal,
              Refusal::invalid_time);
}

TEST(Ladder, currency_fixed) {
    Shop shop;
    model::Program changed = nhanh_program();
    changed.currency = {"GBP", 2};
    EXPECT_EQ(shop.fixture.execute(make_put_program(request(1), changed)).refusal, Refusal::currency_fixed);
    changed = nhanh_program();
    changed.time_zone = "Europe/London";
    EXPECT_EQ(shop.fixture.execute(make_put_program(request(1), changed)).refusal, Refusal::currency_fixed);
}

TEST(Ladder, invalid_program) {
    Shop shop;
    model::Program overlapping = nhanh_program("other");
    overlapping.tiers[0].max = 3'000'000;
    EXPECT_EQ(shop.fixture.execute(make_put_program(request(1), overlapping)).refusal,
              Refusal::invalid_program);
    model::Program nowhere = nhanh_program("other");
    nowhere.time_zone = "Asia/Nowhere";
    EXPECT_EQ(shop.fixture.execute(make_put_program(request(1), nowhere)).refusal, Refusal::invalid_program);
    EXPECT_FALSE(shop.fixture.engine().find_program("other").has_value());
}

TEST(Ladder, stopping) {
    Shop shop;
    ASSERT_TRUE(shop.fixture.engine().stop().has_value());
    EXPECT_EQ(shop.sale("S", 1).refusal, Refusal::stopping);
}

TEST(Ladder, overloaded) {
    Shop shop;
    // Nothing is committed, so the buffer of what waits for the disk fills up; then all is as it was.
    std::vector<OwnedCommand> commands;
    for (int i = 0; i < 1'000; ++i)
        commands.push_back(make_sale(shop.program, {}, "card:1", 10'000));
    std::int64_t accepted = 0;
    bool overloaded = false;
    for (int round = 0; round < 3'000 && !overloaded; ++round) {
        for (int i = 0; i < 1'000; ++i)
            commands[static_cast<std::size_t>(i)].command.name = receipt(1, fmt::format("{}-{}", round, i));
        for (const auto& outcome : shop.fixture.execute(commands)) {
            if (outcome.refusal == Refusal::none)
                ++accepted;
            else
                overloaded = true;
            ASSERT_TRUE(outcome.refusal == Refusal::none || outcome.refusal == Refusal::overloaded);
        }
    }
    EXPECT_TRUE(overloaded);
    shop.fixture.commit();
    EXPECT_EQ(shop.figures().points, accepted);
    EXPECT_EQ(shop.sale("after", 10'000).refusal, Refusal::none);
}

TEST(Ladder, disk_full) {
    Shop shop;
    shop.sale("S1", 10'000);
    shop.fixture.commit();
    shop.fixture.store().ledger().set_capacity_bytes(0);
    EXPECT_EQ(shop.sale("S2", 10'000).refusal, Refusal::disk_full);
    // A repeat changes nothing and is answered; reads go on, and writes resume when there is space.
    EXPECT_TRUE(shop.sale("S1", 10'000).duplicate);
    EXPECT_EQ(shop.balance().balance.value, 1);
    EXPECT_EQ(shop.figures().points, 1);
    shop.fixture.store().ledger().set_capacity_bytes(UINT64_MAX);
    EXPECT_EQ(shop.sale("S2", 10'000).balance.value, 2);
}

TEST(Ladder, conflict) {
    Shop shop;
    shop.sale("S", 1);
    EXPECT_EQ(shop.sale("S", 2).refusal, Refusal::conflict);
}

TEST(Ladder, too_late) {
    Shop shop;
    EXPECT_EQ(shop.sale("S1", 1, {shop.now().value - 30 * kDayMs}).refusal, Refusal::none);
    const auto late = shop.sale("S2", 1, {shop.now().value - 30 * kDayMs - 1});
    EXPECT_EQ(late.refusal, Refusal::too_late);
    EXPECT_EQ(late.detail, 30);
}

TEST(Ladder, in_the_future) {
    Shop shop;
    EXPECT_EQ(shop.sale("S1", 1, {shop.now().value + 5 * kMinuteMs}).refusal, Refusal::none);
    EXPECT_EQ(shop.sale("S2", 1, {shop.now().value + 5 * kMinuteMs + 1}).refusal, Refusal::in_the_future);
}

TEST(Ladder, unknown_customer) {
    Shop shop;
    for (const char* who : {"card:2", "id:2", "phone:+84901234567", "email:a@b.vn"}) {
        EXPECT_EQ(shop.sale("S", 1, kNoInstant, who).refusal, Refusal::unknown_customer) << who;
        EXPECT_EQ(shop.fixture.execute(make_balance(shop.program, who)).refusal, Refusal::unknown_customer)
            << who;
    }
}

TEST(Ladder, key_taken) {
    Shop shop;
    EXPECT_EQ(shop.fixture.execute(make_enroll(shop.program, request(1), {"card:2", "card:1"})).refusal,
              Refusal::key_taken);
    // Nothing half done: the other key is free.
    EXPECT_EQ(shop.fixture.execute(make_enroll(shop.program, request(1), {"card:2"})).customer.value, 2U);
}

TEST(Ladder, too_many_keys) {
    Shop shop;
    std::vector<Who> keys;
    for (int i = 0; i < 9; ++i)
        keys.emplace_back(fmt::format("card:k{}", i));
    EXPECT_EQ(shop.fixture.execute(make_enroll(shop.program, request(1), keys)).refusal,
              Refusal::too_many_keys);
    keys.emplace_back("card:1");
    EXPECT_EQ(shop.fixture.execute(make_enroll(shop.program, request(1), keys)).refusal, Refusal::key_taken);
    keys.resize(8);
    EXPECT_EQ(shop.fixture.execute(make_enroll(shop.program, request(1), keys)).refusal, Refusal::none);
}

TEST(Ladder, unknown_receipt) {
    Shop shop;
    EXPECT_EQ(shop.give_back("R", 1, "S").refusal, Refusal::unknown_receipt);
    EXPECT_EQ(shop.void_sale("V", "S").refusal, Refusal::unknown_receipt);
}

TEST(Ladder, not_a_sale) {
    Shop shop;
    shop.give_back("R", 1);
    EXPECT_EQ(shop.give_back("R2", 1, "R").refusal, Refusal::not_a_sale);
    EXPECT_EQ(shop.void_sale("V", "R").refusal, Refusal::not_a_sale);
}

TEST(Ladder, other_customer) {
    Shop shop;
    shop.fixture.enroll(shop.program, "card:2");
    shop.sale("S", 10);
    EXPECT_EQ(shop.give_back("R", 1, "S", kNoInstant, "card:2").refusal, Refusal::other_customer);
    EXPECT_EQ(shop.give_back("R", 1, "S", kNoInstant, "").refusal, Refusal::other_customer);
}

TEST(Ladder, return_too_late) {
    Shop shop;
    shop.sale("S", 10);
    shop.wait(366 * kDayMs);
    EXPECT_EQ(shop.give_back("R", 1, "S").refusal, Refusal::return_too_late);
    EXPECT_EQ(shop.void_sale("V", "S").refusal, Refusal::return_too_late);
}

TEST(Ladder, already_returned) {
    Shop shop;
    shop.sale("S", 10);
    shop.give_back("R", 1, "S");
    EXPECT_EQ(shop.void_sale("V", "S").refusal, Refusal::already_returned);
}

TEST(Ladder, return_exceeds_sale) {
    Shop shop;
    shop.sale("S", 10);
    shop.give_back("R", 4, "S");
    const auto outcome = shop.give_back("R2", 7, "S");
    EXPECT_EQ(outcome.refusal, Refusal::return_exceeds_sale);
    EXPECT_EQ(outcome.detail, 6);
}

TEST(Ladder, unknown_hold) {
    Shop shop;
    shop.sale("S", 10'000);
    EXPECT_EQ(shop.capture({999}).refusal, Refusal::unknown_hold);
    EXPECT_EQ(shop.capture({1}).refusal, Refusal::unknown_hold);
    EXPECT_EQ(shop.release({2}).refusal, Refusal::unknown_hold);
}

TEST(Ladder, hold_captured_released_expired) {
    Shop shop;
    shop.adjust(100);
    const auto captured = shop.hold(5).sequence;
    const auto released = shop.hold(5).sequence;
    const auto expired = shop.hold(5, 1).sequence;
    shop.capture(captured, 1);
    shop.release(released);
    shop.wait(1);
    // Each resolves once; a repeat under another name is told how it ended, also when the process was away.
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(shop.capture(captured).refusal, Refusal::hold_captured);
        EXPECT_EQ(shop.release(captured).refusal, Refusal::hold_captured);
        EXPECT_EQ(shop.capture(released).refusal, Refusal::hold_released);
        EXPECT_EQ(shop.release(released).refusal, Refusal::hold_released);
        EXPECT_EQ(shop.capture(expired).refusal, Refusal::hold_expired);
        EXPECT_EQ(shop.release(expired).refusal, Refusal::hold_expired);
        shop.fixture.stop_and_reopen();
    }
    EXPECT_EQ(shop.figures().points, 99);
}

TEST(Ladder, capture_exceeds_hold) {
    Shop shop;
    shop.adjust(100);
    const auto outcome = shop.capture(shop.hold(5).sequence, 6);
    EXPECT_EQ(outcome.refusal, Refusal::capture_exceeds_hold);
    EXPECT_EQ(outcome.detail, 5);
}

TEST(Ladder, too_many_holds) {
    Shop shop;
    shop.adjust(100);
    for (int i = 0; i < 16; ++i)
        EXPECT_EQ(shop.hold(1, kMinuteMs).refusal, Refusal::none);
    const auto outcome = shop.hold(1);
    EXPECT_EQ(outcome.refusal, Refusal::too_many_holds);
    EXPECT_EQ(outcome.detail, 16);
    shop.wait(kMinuteMs);
    EXPECT_EQ(shop.hold(1).refusal, Refusal::none);
}

TEST(Ladder, insufficient_points) {
    Shop shop;
    shop.adjust(100);
    for (const auto& outcome :
         {shop.redeem(101), shop.hold(101), shop.redeem(0, 100'001), shop.adjust(-101)}) {
        EXPECT_EQ(outcome.refusal, Refusal::insufficient_points);
        EXPECT_EQ(outcome.detail, 100);
    }
}

TEST(Ladder, overflow) {
    model::Program program = nhanh_program();
    program.points.earn = {{1}, {1'000}};
    Shop shop(program);
    EXPECT_EQ(shop.sale("S", kHuge).refusal, Refusal::overflow);
    EXPECT_EQ(shop.adjust(kHuge).refusal, Refusal::none);
    EXPECT_EQ(shop.adjust(1).refusal, Refusal::overflow);
    constexpr std::int64_t most_spend = std::int64_t{1} << 62;
    EXPECT_EQ(shop.adjust(0, most_spend + 1).refusal, Refusal::overflow);
    EXPECT_EQ(shop.adjust(0, most_spend).refusal, Refusal::none);
    EXPECT_EQ(shop.adjust(0, 1).refusal, Refusal::overflow);
    EXPECT_EQ(shop.sale("S", 1).refusal, Refusal::overflow);
    EXPECT_EQ(shop.figures().orders, 0U);
    EXPECT_EQ(shop.figures().points, kHuge);
}

TEST(Ladder, access_keys) {
    using model::CommandKind;
    Shop shop;
    EXPECT_EQ(shop.fixture.execute(access_key_command(CommandKind::revoke_access_key, 1, "till")).refusal,
              Refusal::unknown_access_key);
    EXPECT_EQ(shop.fixture.execute(access_key_command(CommandKind::add_access_key, 2, "till")).refusal,
              Refusal::none);
    EXPECT_EQ(shop.fixture.execute(access_key_command(CommandKind::add_access_key, 3, "till")).refusal,
              Refusal::access_key_exists);
    EXPECT_EQ(shop.fixture.execute(access_key_command(CommandKind::revoke_access_key, 4, "till")).refusal,
              Refusal::none);
    shop.fixture.stop_and_reopen();
    const auto key = shop.fixture.engine().find_access_key("till");
    ASSERT_NE(key, nullptr);
    EXPECT_TRUE(key->revoked);
}

/// Of several that apply, the first of the list: each step repairs one fault.
TEST(Ladder, is_climbed_in_order) {
    Shop shop;
    shop.sale("S", 10);
    const auto future = model::Instant{shop.now().value + kDayMs};
    EXPECT_EQ(shop.give_back("", -1, "X", future, "phone:1").refusal, Refusal::invalid_name);
    EXPECT_EQ(shop.give_back("R", -1, "X", future, "phone:1").refusal, Refusal::invalid_amount);
    EXPECT_EQ(shop.give_back("R", 11, "X", future, "phone:1").refusal, Refusal::invalid_key);
    EXPECT_EQ(shop.hold(1, -1, "phone:1").refusal, Refusal::invalid_key);
    EXPECT_EQ(shop.give_back("S", 11, "X", future, "card:9").refusal, Refusal::conflict);
    EXPECT_EQ(shop.give_back("R", 11, "X", future, "card:9").refusal, Refusal::in_the_future);
    EXPECT_EQ(shop.give_back("R", 11, "X", kNoInstant, "card:9").refusal, Refusal::unknown_customer);
    EXPECT_EQ(shop.give_back("R", 11, "X").refusal, Refusal::unknown_receipt);
    EXPECT_EQ(shop.give_back("R", 11, "S").refusal, Refusal::return_exceeds_sale);
    EXPECT_EQ(shop.give_back("R", 10, "S").refusal, Refusal::none);
}

}  // namespace
}  // namespace tim::tests
