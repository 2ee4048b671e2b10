// The care calendar (S3.12, S4.3, S4.11).
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/core/care_book.h"
#include "engine/runtime/care_queries.h"
#include "engine/runtime/relation_queries.h"
#include "tests/support/shop.h"

namespace tim::tests {
namespace {

using model::CareKind;
using model::CarePhase;
using model::CareTerms;
using model::CommandKind;
using model::Outcome;
using model::Refusal;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr auto at = hanoi;

model::Program with_lists() {
    model::Program program = nhanh_program("flexzen");
    program.classification.emplace().sources = {"staff", "facebook"};
    return program;
}

/// It is March 10, 2027, a Wednesday, at nine in the morning. `card:1` is NV01's.
struct CareShop : Shop {
    explicit CareShop(const model::Program& rules = with_lists()) : Shop(rules) {
        go_to("2027-03-10T09:00");
        model::ClassifyTerms terms;
        terms.staff = "NV01";
        fixture.execute(make_classify(program, fixture.fresh_request(), kCustomer, terms));
        fixture.enroll(program, "card:2");
    }

    void go_to(const char* text) { fixture.clock().set(at(text)); }
    Outcome plan(const char* due, CareKind kind = CareKind::call, const Who& who = kCustomer,
                 std::int32_t every_days = 0) {
        CareTerms terms;
        terms.due = at(due);
        terms.kind = kind;
        if (every_days != 0) terms.every_days = every_days;
        return fixture.execute(make_plan_care(program, fixture.fresh_request(), who, terms));
    }
    Outcome change(CommandKind kind, const Outcome& task, CareTerms terms = {},
                   model::Instant when = model::kNoInstant) {
        terms.task = task.sequence;
        return fixture.execute(make_care_change(kind, program, fixture.fresh_request(), terms, when));
    }
    Outcome done(const Outcome& task) { return change(CommandKind::finish_care, task); }
    /// "2027-03-12T09:00 call card:1 NV01", of the open tasks.
    std::vector<std::string> calendar(const runtime::CareFilter& filter = {}) {
        fixture.commit();
        std::vector<std::string> lines;
        runtime::CareCursor after;
        do {
            const auto page = fixture.engine().care().care_calendar(program, filter, after, 2);
            EXPECT_TRUE(page) << page.error().message;
            for (const runtime::CareView& task : page->rows)
                lines.push_back(fmt::format("{} {} {} {}", time(task.due), model::care_kind_name(task.kind),
                                            task.key, task.staff));
            after = page->next;
        } while (after.due != model::kNoInstant);
        return lines;
    }
    runtime::CareView newest(const Who& who = kCustomer) {
        fixture.commit();
        return fixture.engine().care().care_of(program, {who.kind, who.id, who.text}, {}, 1)->rows.at(0);
    }
    std::string time(model::Instant instant) {
        return fixture.engine().program(program, {})->program->time_zone.empty()
                   ? std::string()
                   : model::Calendar::load("Asia/Ho_Chi_Minh")->format(instant).substr(0, 16);
    }
};

TEST(Care, S4_11_open_tasks_are_listed_by_when_they_are_due_and_by_staff) {
    CareShop shop;
    shop.plan("2027-03-15T10:00", CareKind::visit);
    shop.plan("2027-03-12T09:00");
    shop.plan("2027-03-12T09:00", CareKind::message, "card:2");
    shop.plan("2027-03-01T08:00", CareKind::quote, "card:2");
    EXPECT_THAT(shop.calendar(),
                ElementsAre("2027-03-01T08:00 quote card:2 ", "2027-03-12T09:00 call card:1 NV01",
                            "2027-03-12T09:00 message card:2 ", "2027-03-15T10:00 visit card:1 NV01"))
        << "a task is the customer's salesperson's, or the company's";
    EXPECT_THAT(shop.calendar({at("2027-03-12"), at("2027-03-15T10:00"), {}, {}}),
                ElementsAre("2027-03-12T09:00 call card:1 NV01", "2027-03-12T09:00 message card:2 "))
        << "the first instant belongs to the span, the last does not";
    EXPECT_THAT(shop.calendar({at("2027-03-10"), {INT64_MAX}, "NV01", {}}),
                ElementsAre("2027-03-12T09:00 call card:1 NV01", "2027-03-15T10:00 visit card:1 NV01"));
    EXPECT_THAT(shop.calendar({{INT64_MIN}, {INT64_MAX}, "", CareKind::message}),
                ElementsAre("2027-03-12T09:00 message card:2 "));
    EXPECT_THAT(shop.calendar({{INT64_MIN}, {INT64_MAX}, "NV09", {}}), IsEmpty());
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Care, S4_11_a_task_is_changed_done_or_dropped_once) {
    CareShop shop;
    const Outcome task = shop.plan("2027-03-12T09:00");
    CareTerms later;
    later.due = at("2027-03-19T14:00");
    later.staff = "NV02";
    later.note = "hỏi mẫu trà";
    EXPECT_EQ(shop.change(CommandKind::change_care, task, later).refusal, Refusal::none);
    EXPECT_THAT(shop.calendar(), ElementsAre("2027-03-19T14:00 call card:1 NV02"));
    EXPECT_EQ(shop.newest().note, "hỏi mẫu trà");
    CareTerms result;
    result.note = "muốn báo giá 20 kg";
    EXPECT_EQ(shop.change(CommandKind::finish_care, task, result).refusal, Refusal::none);
    EXPECT_THAT(shop.calendar(), IsEmpty());
    EXPECT_EQ(shop.newest().phase, CarePhase::done);
    EXPECT_EQ(shop.newest().note, "muốn báo giá 20 kg");
    EXPECT_EQ(shop.newest().staff, "NV02") << "what is not said stays";
    EXPECT_EQ(shop.done(task).refusal, Refusal::care_task_done);
    EXPECT_EQ(shop.change(CommandKind::drop_care, task).refusal, Refusal::care_task_done);

    const Outcome other = shop.plan("2027-03-20");
    EXPECT_EQ(shop.change(CommandKind::drop_care, other).refusal, Refusal::none);
    EXPECT_EQ(shop.done(other).refusal, Refusal::care_task_dropped);
    EXPECT_EQ(shop.newest().phase, CarePhase::dropped);
    Outcome nothing;
    nothing.sequence = {1};
    EXPECT_EQ(shop.done(nothing).refusal, Refusal::unknown_care_task) << "that fact is the program's";
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Care, S4_3_a_schedule_of_care_comes_back_after_it_was_done) {
    CareShop shop;
    const Outcome task = shop.plan("2027-03-12T09:00", CareKind::call, Shop::kCustomer, 14);
    shop.go_to("2027-03-11T17:00");
    EXPECT_EQ(shop.done(task).refusal, Refusal::none) << "a day early";
    EXPECT_THAT(shop.calendar(), ElementsAre("2027-03-26T09:00 call card:1 NV01"));
    shop.go_to("2027-04-23T09:00");
    EXPECT_EQ(shop.done(task).refusal, Refusal::none) << "four weeks late, to the minute";
    EXPECT_THAT(shop.calendar(), ElementsAre("2027-05-07T09:00 call card:1 NV01"))
        << "the first time of the rhythm that lies ahead";
    CareTerms once;
    once.every_days = 0;
    EXPECT_EQ(shop.change(CommandKind::change_care, task, once).refusal, Refusal::none);
    EXPECT_EQ(shop.done(task).refusal, Refusal::none);
    EXPECT_THAT(shop.calendar(), IsEmpty());
    EXPECT_EQ(shop.done(task).refusal, Refusal::care_task_done);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Care, S4_3_a_task_comes_back_at_the_same_time_of_day_though_the_clocks_change) {
    model::Program rules = with_lists();
    rules.time_zone = "Europe/London";
    CareShop shop(rules);
    const auto london = model::Calendar::load("Europe/London");
    CareTerms terms;
    terms.due = *london->parse("2027-03-27T23:30");
    terms.every_days = 1;
    const Outcome task = shop.fixture.execute(
        make_plan_care(shop.program, shop.fixture.fresh_request(), Shop::kCustomer, terms));
    for (const char* due : {"2027-03-28T23:30:00+01:00", "2027-03-29T23:30:00+01:00"}) {
        EXPECT_EQ(shop.done(task).refusal, Refusal::none);
        EXPECT_EQ(london->format(shop.newest().due), due);
    }
}

TEST(Care, a_task_that_would_come_back_behind_the_last_instant_is_over) {
    CareShop shop;
    const Outcome task = shop.plan("2199-12-20", CareKind::call, Shop::kCustomer, 366);
    EXPECT_EQ(shop.done(task).refusal, Refusal::none);
    EXPECT_EQ(shop.newest().phase, CarePhase::done);
    EXPECT_EQ(shop.time(shop.newest().due), "2199-12-20T00:00");
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Care, S3_12_a_level_is_a_segment_and_each_of_it_gets_a_task) {
    CareShop shop;
    shop.sale("A1", 3'000'000);
    shop.fixture.commit();
    const auto silver = shop.fixture.engine().relations().segment(shop.program, "tier >= bac", {}, 100);
    ASSERT_TRUE(silver);
    for (const runtime::CustomerView& customer : silver->rows) {
        CareTerms terms;
        terms.due = at("2027-03-12");
        terms.kind = CareKind::message;
        shop.fixture.execute(make_plan_care(shop.program, shop.fixture.fresh_request(),
                                            fmt::format("id:{}", customer.id.value), terms));
    }
    EXPECT_THAT(shop.calendar(), ElementsAre("2027-03-12T00:00 message card:1 NV01"));
}

TEST(Care, S4_11_birthdays_of_the_next_days) {
    CareShop shop;
    const auto born = [&](const char* who, std::uint8_t month, std::uint8_t day) {
        model::ClassifyTerms terms;
        terms.birthday = model::Birthday{month, day};
        EXPECT_EQ(shop.fixture.execute(make_classify(shop.program, shop.fixture.fresh_request(), who, terms))
                      .refusal,
                  Refusal::none);
    };
    shop.fixture.enroll(shop.program, "card:3");
    born("card:1", 3, 11);
    born("card:2", 3, 10);
    born("card:3", 2, 29);
    const auto told = [&](const char* from, std::int32_t days) {
        shop.fixture.commit();
        std::vector<std::string> lines;
        const auto rows = shop.fixture.engine().care().birthdays(shop.program, at(from), days);
        for (const auto& row : *rows)
            lines.push_back(shop.time(row.day).substr(0, 10) + " " + row.key + " " + row.staff);
        return lines;
    };
    EXPECT_THAT(told("2027-03-10T12:00", 7), ElementsAre("2027-03-10 card:2 ", "2027-03-11 card:1 NV01"));
    EXPECT_THAT(told("2027-03-11", 1), ElementsAre("2027-03-11 card:1 NV01"));
    EXPECT_THAT(told("2027-03-12", 7), IsEmpty());
    EXPECT_THAT(told("2027-02-28", 1), ElementsAre("2027-02-28 card:3 ")) << "2027 has no February 29";
    EXPECT_THAT(told("2028-02-28", 1), IsEmpty());
    EXPECT_THAT(told("2028-02-29", 1), ElementsAre("2028-02-29 card:3 "));
    EXPECT_EQ(told("2027-12-31", 366).size(), 3U);
    EXPECT_FALSE(shop.fixture.engine().care().birthdays(shop.program, at("2027-01-01"), 367));
}

TEST(Care, a_command_is_carried_out_once) {
    CareShop shop;
    CareTerms terms;
    terms.due = at("2027-03-12T09:00");
    const OwnedCommand plan = make_plan_care(shop.program, request(77), "card:1", terms);
    const Outcome first = shop.fixture.execute(plan);
    const Outcome again = shop.fixture.execute(plan);
    EXPECT_TRUE(again.duplicate);
    EXPECT_EQ(again.sequence, first.sequence) << "the task's id";
    terms.due = at("2027-03-13T09:00");
    EXPECT_EQ(shop.fixture.execute(make_plan_care(shop.program, request(77), "card:1", terms)).refusal,
              Refusal::conflict);
    CareTerms which;
    which.task = first.sequence;
    const OwnedCommand done = make_care_change(CommandKind::finish_care, shop.program, request(78), which);
    EXPECT_EQ(shop.fixture.execute(done).refusal, Refusal::none);
    EXPECT_TRUE(shop.fixture.execute(done).duplicate);
    which.note = "other";
    EXPECT_EQ(
        shop.fixture.execute(make_care_change(CommandKind::finish_care, shop.program, request(78), which))
            .refusal,
        Refusal::conflict);
    EXPECT_EQ(shop.figures().points, 0);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Care, bad_commands_are_refused_by_name) {
    CareShop shop;
    const auto refused = [&](const std::function<void(CareTerms&)>& say) {
        CareTerms terms;
        terms.due = at("2027-03-12");
        say(terms);
        return shop.fixture
            .execute(make_plan_care(shop.program, shop.fixture.fresh_request(), "card:1", terms))
            .refusal;
    };
    EXPECT_EQ(refused([](auto& terms) { terms.due.reset(); }), Refusal::invalid_time);
    EXPECT_EQ(refused([](auto& terms) { terms.due = model::Instant{-1}; }), Refusal::invalid_time);
    EXPECT_EQ(refused([](auto& terms) { terms.staff = "a code that is too long"; }), Refusal::invalid_staff);
    EXPECT_EQ(refused([](auto& terms) { terms.note = std::string(201, 'x'); }), Refusal::invalid_note);
    EXPECT_EQ(refused([](auto& terms) { terms.every_days = 367; }), Refusal::invalid_rhythm);
    EXPECT_EQ(refused([](auto& terms) { terms.every_days = -1; }), Refusal::invalid_rhythm);
    EXPECT_EQ(refused([](auto& terms) { terms.task = {5}; }), Refusal::invalid_command);
    EXPECT_EQ(refused([](auto& terms) { terms.note = std::string(200, 'x'); }), Refusal::none);
    const Outcome task = shop.plan("2027-03-12");
    EXPECT_EQ(shop.change(CommandKind::change_care, task).refusal, Refusal::invalid_command);
    CareTerms due;
    due.due = at("2027-03-13");
    EXPECT_EQ(shop.change(CommandKind::finish_care, task, due).refusal, Refusal::invalid_command);
    for (std::size_t open = 2; open < core::kMaxOpenCare; ++open)
        EXPECT_EQ(shop.plan("2027-03-12").refusal, Refusal::none);
    const Outcome beyond = shop.plan("2027-03-12");
    EXPECT_EQ(beyond.refusal, Refusal::too_many_care_tasks);
    EXPECT_EQ(beyond.detail, 64);
    EXPECT_EQ(shop.plan("2027-03-12", CareKind::call, "card:2").refusal, Refusal::none);
}

TEST(Care, a_restart_finds_the_calendar_and_replays_what_came_behind_it) {
    CareShop shop;
    const Outcome first = shop.plan("2027-03-12T09:00");
    shop.plan("2027-03-14T09:00", CareKind::visit, "card:2");
    ASSERT_TRUE(shop.fixture.engine().checkpoint());
    EXPECT_EQ(shop.done(first).refusal, Refusal::none);
    shop.plan("2027-03-13T09:00", CareKind::sample);
    shop.fixture.commit();
    shop.fixture.crash_and_reopen();
    EXPECT_THAT(shop.calendar(),
                ElementsAre("2027-03-13T09:00 sample card:1 NV01", "2027-03-14T09:00 visit card:2 "));
    EXPECT_EQ(shop.done(first).refusal, Refusal::care_task_done);
    EXPECT_EQ(shop.fixture.verify(), "");
    shop.fixture.stop_and_reopen();
    EXPECT_EQ(shop.calendar().size(), 2U);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Care, history_says_what_was_to_be_done) {
    CareShop shop;
    const Outcome task = shop.plan("2027-03-12T09:00");
    CareTerms note;
    note.note = "vui";
    shop.change(CommandKind::finish_care, task, note);
    shop.fixture.commit();
    const auto entries = shop.fixture.engine().history(shop.program, {model::KeyKind::card, {}, "1"}, {}, 2);
    ASSERT_TRUE(entries);
    EXPECT_EQ(entries->at(0).stored.fact.type, model::FactType::care_done);
    EXPECT_THAT(entries->at(0).reason, HasSubstr("call, due 2027-03-12T09:00"));
    EXPECT_THAT(entries->at(0).reason, HasSubstr("by NV01: vui"));
    EXPECT_EQ(entries->at(1).stored.fact.type, model::FactType::care_planned);
}

}  // namespace
}  // namespace tim::tests
