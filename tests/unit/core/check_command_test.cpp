#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>

#include "desk.h"

namespace tim::core {
namespace {

using model::Command;
using model::CommandKind;
using model::KeyKind;
using model::Name;
using model::Refusal;

using Change = std::function<void(Command&)>;

Name request_name() {
    return Name::request({1});
}

/// A valid command of every kind that has one.
Command valid(CommandKind kind) {
    Command command;
    command.kind = kind;
    const bool by_receipt = kind == CommandKind::sale || kind == CommandKind::returned ||
                            kind == CommandKind::voided || kind == CommandKind::redeem;
    if (kind != CommandKind::balance) command.name = by_receipt ? Name::receipt({1}, "R1") : request_name();
    command.customer = {KeyKind::id, {7}, {}};
    if (kind == CommandKind::voided) command.original = Name::receipt({1}, "S1");
    if (kind == CommandKind::redeem || kind == CommandKind::hold || kind == CommandKind::adjust)
        command.points = {5};
    return command;
}

TEST(CheckCommand, AcceptsEveryKindThatIsWhole) {
    for (unsigned kind = 0; kind <= static_cast<unsigned>(CommandKind::revoke_access_key); ++kind)
        EXPECT_TRUE(check_command(valid(static_cast<CommandKind>(kind))).accepted()) << kind;
}

TEST(CheckCommand, RefusesWhatIsWrongByItself) {
    struct Case {
        const char* what;
        CommandKind kind;
        Change change;
        Refusal refusal;
    };
    const auto unnamed = [](auto& command) { command.name = {}; };
    const auto by_request = [](auto& command) { command.name = request_name(); };
    const auto by_receipt = [](auto& command) { command.name = Name::receipt({1}, "R1"); };
    const auto for_nobody = [](auto& command) { command.customer = {}; };
    const auto amount = [](std::int64_t value) -> Change {
        return [value](auto& command) { command.amount = {value}; };
    };
    const auto points = [](std::int64_t value) -> Change {
        return [value](auto& command) { command.points = {value}; };
    };
    const auto at = [](std::int64_t ms) -> Change { return [ms](auto& command) { command.at = {ms}; }; };
    const auto ttl = [](std::int64_t ms) -> Change { return [ms](auto& command) { command.ttl_ms = ms; }; };
    static const std::string long_reason(kMaxReasonBytes + 1, 'x');
    for (const Case& given : {
             Case{"a balance has no name", CommandKind::balance, by_request, Refusal::invalid_name},
             Case{"a sale has one", CommandKind::sale, unnamed, Refusal::invalid_name},
             Case{"a sale's is a receipt", CommandKind::sale, by_request, Refusal::invalid_name},
             Case{"a return's is a receipt", CommandKind::returned, by_request, Refusal::invalid_name},
             Case{"a void's is a receipt", CommandKind::voided, by_request, Refusal::invalid_name},
             Case{"redeeming has one", CommandKind::redeem, unnamed, Refusal::invalid_name},
             Case{"redeeming by request", CommandKind::redeem, by_request, Refusal::none},
             Case{"a hold's is a request", CommandKind::hold, by_receipt, Refusal::invalid_name},
             Case{"a program's is a request", CommandKind::put_program, by_receipt, Refusal::invalid_name},
             Case{"an empty receipt", CommandKind::sale,
                  [](auto& command) { command.name = Name::receipt({1}, ""); }, Refusal::invalid_name},
             Case{"an empty original", CommandKind::returned,
                  [](auto& command) { command.original = Name::receipt({1}, ""); }, Refusal::invalid_name},
             Case{"a sale below 0", CommandKind::sale, amount(-1), Refusal::invalid_amount},
             Case{"a sale of 0", CommandKind::sale, amount(0), Refusal::none},
             Case{"a sale of points", CommandKind::sale, points(1), Refusal::invalid_points},
             Case{"a balance below 0", CommandKind::balance, amount(-1), Refusal::invalid_amount},
             Case{"a balance of points", CommandKind::balance, points(1), Refusal::invalid_points},
             Case{"a return below 0", CommandKind::returned, amount(-1), Refusal::invalid_amount},
             Case{"redeeming both", CommandKind::redeem, amount(1), Refusal::invalid_points},
             Case{"redeeming nothing", CommandKind::redeem, points(0), Refusal::invalid_points},
             Case{"redeeming below 0", CommandKind::redeem, points(-1), Refusal::invalid_points},
             Case{"redeeming less than no money", CommandKind::redeem, amount(-1), Refusal::invalid_amount},
             Case{"a hold of nothing", CommandKind::hold, points(0), Refusal::invalid_points},
             Case{"a capture below 0", CommandKind::capture, points(-1), Refusal::invalid_points},
             Case{"a capture of all", CommandKind::capture, points(0), Refusal::none},
             Case{"the least integer", CommandKind::adjust, points(INT64_MIN), Refusal::invalid_points},
             Case{"the least amount", CommandKind::adjust, amount(INT64_MIN), Refusal::invalid_amount},
             Case{"points taken", CommandKind::adjust, points(-1), Refusal::none},
             Case{"nobody's sale", CommandKind::sale, for_nobody, Refusal::none},
             Case{"nobody's return", CommandKind::returned, for_nobody, Refusal::none},
             Case{"nobody's balance", CommandKind::balance, for_nobody, Refusal::invalid_key},
             Case{"nobody redeems", CommandKind::redeem, for_nobody, Refusal::invalid_key},
             Case{"nobody holds", CommandKind::hold, for_nobody, Refusal::invalid_key},
             Case{"nobody is adjusted", CommandKind::adjust, for_nobody, Refusal::invalid_key},
             Case{"before 1970", CommandKind::sale, at(-1), Refusal::invalid_time},
             Case{"in 1970", CommandKind::sale, at(0), Refusal::none},
             Case{"at the end of 2199", CommandKind::sale, at(kMaxInstantMs), Refusal::none},
             Case{"after it", CommandKind::sale, at(kMaxInstantMs + 1), Refusal::invalid_time},
             Case{"now", CommandKind::sale, at(model::kNoInstant.value), Refusal::none},
             Case{"a hold of 7 days", CommandKind::hold, ttl(kMaxHoldMs), Refusal::none},
             Case{"a hold of more", CommandKind::hold, ttl(kMaxHoldMs + 1), Refusal::invalid_time},
             Case{"a hold of less than nothing", CommandKind::hold, ttl(-1), Refusal::invalid_time},
             Case{"a void of nothing", CommandKind::voided, [](auto& command) { command.original = {}; },
                  Refusal::invalid_command},
             Case{"a void of a request", CommandKind::voided,
                  [](auto& command) { command.original = request_name(); }, Refusal::invalid_command},
             Case{"a long reason", CommandKind::adjust, [](auto& command) { command.reason = long_reason; },
                  Refusal::invalid_command},
             Case{"a reason that fits", CommandKind::adjust,
                  [](auto& command) {
                      command.reason = std::string_view(long_reason).substr(0, kMaxReasonBytes);
                  },
                  Refusal::none},
             Case{"an adjustment of nothing", CommandKind::adjust, points(0), Refusal::invalid_command},
         }) {
        Command command = valid(given.kind);
        given.change(command);
        EXPECT_EQ(check_command(command).refusal, given.refusal) << given.what;
    }
}

TEST(CheckCommand, OfSeveralFaultsTheFirstOfTheLadder) {
    Command command = valid(CommandKind::hold);
    command.name = {};
    command.points = {0};
    command.customer = {};
    command.at = {-1};
    EXPECT_EQ(check_command(command).refusal, Refusal::invalid_name);
    command.name = request_name();
    EXPECT_EQ(check_command(command).refusal, Refusal::invalid_points);
    command.points = {1};
    EXPECT_EQ(check_command(command).refusal, Refusal::invalid_key);
    command.customer = {KeyKind::id, {7}, {}};
    EXPECT_EQ(check_command(command).refusal, Refusal::invalid_time);
    command.at = model::kNoInstant;
    EXPECT_TRUE(check_command(command).accepted());
}

TEST(CheckTime, AllowsTheProgramsLateDaysAndFiveMinutesAhead) {
    model::Program program = test::program();
    program.points.late_days = 3;
    const auto rules = test::compile(program);
    const std::int64_t now = test::kNow.value;
    struct Case {
        std::int64_t at;
        Refusal refusal;
        std::int64_t detail;
    };
    for (const Case& given :
         {Case{now - 3 * kDayMs, Refusal::none, 0}, Case{now - 3 * kDayMs - 1, Refusal::too_late, 3},
          Case{now, Refusal::none, 0}, Case{now + kMaxAheadMs, Refusal::none, 0},
          Case{now + kMaxAheadMs + 1, Refusal::in_the_future, 0}}) {
        const Judgement judgement = check_time(*rules, {given.at}, test::kNow);
        EXPECT_EQ(judgement.refusal, given.refusal) << given.at - now;
        EXPECT_EQ(judgement.detail, given.detail) << given.at - now;
    }
}

TEST(ContentDigest, TellsWhatACommandAsksForApart) {
    model::Enrollment an;
    an.keys = {{KeyKind::card, {}, "1"}};
    an.name = "An";
    model::Enrollment binh = an;
    binh.name = "Binh";
    model::Enrollment phone = an;
    phone.keys[0] = {KeyKind::phone, {}, "1"};
    model::AccessKey till;
    till.id = "till";
    model::AccessKey admin = till;
    admin.role = model::Role::admin;
    const Change changes[] = {
        [](auto&) {},
        [](auto& command) { command.kind = CommandKind::hold; },
        [](auto& command) { command.amount = {1}; },
        [](auto& command) { command.at = {1}; },
        [](auto& command) { command.points = {9}; },
        [](auto& command) { command.ttl_ms = 1; },
        [](auto& command) { command.hold = {1}; },
        [](auto& command) { command.ranking = true; },
        [](auto& command) { command.original = Name::receipt({1}, "S1"); },
        [](auto& command) { command.original = Name::receipt({2}, "S1"); },
        [](auto& command) { command.reason = "gift"; },
        [&](auto& command) { command.enrollment = &an; },
        [&](auto& command) { command.enrollment = &binh; },
        [&](auto& command) { command.enrollment = &phone; },
        [&](auto& command) { command.access_key = &till; },
        [&](auto& command) { command.access_key = &admin; },
    };
    std::set<std::uint32_t> digests;
    for (const Change& change : changes) {
        Command command = valid(CommandKind::adjust);
        change(command);
        digests.insert(content_digest(command));
    }
    EXPECT_EQ(digests.size(), std::size(changes));
}

TEST(ContentDigest, LeavesOutTheNameAndTheCustomer) {
    const Command command = valid(CommandKind::sale);
    Command other = command;
    other.name = Name::receipt({2}, "R2");
    other.customer = {KeyKind::card, {}, "1"};
    EXPECT_EQ(content_digest(command), content_digest(other));
    other.amount = {1};
    EXPECT_NE(content_digest(command), content_digest(other));
}

}  // namespace
}  // namespace tim::core
