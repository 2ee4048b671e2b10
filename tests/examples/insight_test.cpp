// What the engine tells beyond figures: progress to the next tier, past instants, explanations, changes tried
// without effect. By the numbers of their sources: `ctest -R S2_10`.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/runtime/explain.h"
#include "tests/support/shop.h"

namespace tim::tests {
namespace {

using model::Criterion;
using model::Downgrade;
using model::ErrorKind;
using model::Instant;
using model::Refusal;
using model::Review;
using runtime::ExplainedLine;
using runtime::Explanation;
using runtime::StandingView;
using runtime::TierMove;

constexpr auto at = hanoi;

/// S2's tiers by ranking points: Mới, Thân thiết from 100, Kín (hidden) from 300, Kim Cương from 500.
model::Program abaha() {
    model::Program program = nhanh_program("abaha");
    program.tiering.criterion = Criterion::lifetime_ranking_points;
    program.tiers.resize(4);
    const char* const ids[] = {"moi", "than-thiet", "kin", "kim-cuong"};
    constexpr std::int64_t mins[] = {0, 100, 300, 500};
    for (std::size_t i = 0; i < 4; ++i) {
        program.tiers[i] = {};
        program.tiers[i].id = ids[i];
        program.tiers[i].min = mins[i];
        program.tiers[i].benefits = {"benefit of " + program.tiers[i].id};
    }
    program.tiers[2].visible = false;
    return program;
}

struct InsightShop : Shop {
    explicit InsightShop(const model::Program& rules = nhanh_program(),
                         runtime::EngineOptions options = EngineFixture::stepped())
        : Shop(rules, options) {}

    void go_to(const char* text) { fixture.clock().set(at(text)); }
    StandingView standing() {
        fixture.commit();
        auto view = fixture.engine().standing(program, {model::KeyKind::card, {}, "1"});
        if (!view) fail("standing: " + view.error().message);
        return *view;
    }
    std::vector<std::string> seen() {
        std::vector<std::string> ids;
        const StandingView view = standing();
        for (const auto& tier : view.tiers)
            ids.push_back(view.program->tiers[tier.index].id);
        return ids;
    }
    model::Result<runtime::CustomerView> as_of(Instant instant) {
        fixture.commit();
        return fixture.engine().show_as_of(program, {model::KeyKind::card, {}, "1"}, instant);
    }
    Explanation explain(const std::string& number) {
        fixture.commit();
        auto told = fixture.engine().explain(program, receipt(1, number));
        if (!told) fail("explain: " + told.error().message);
        return *told;
    }
    runtime::WhatIf what_if(const model::Program& change, const runtime::WhatIfQuery& query = {}) {
        fixture.commit();
        auto answer = fixture.engine().what_if(program, change, query);
        if (!answer) fail("what_if: " + answer.error().message);
        return *answer;
    }
    void change(const model::Program& document) {
        ASSERT_EQ(fixture.execute(make_put_program(fixture.fresh_request(), document)).refusal,
                  Refusal::none);
    }
};

const runtime::TierStanding& next_of(const StandingView& view) {
    for (const auto& tier : view.tiers)
        if (view.next && tier.index == *view.next) return tier;
    fail("there is no next tier");
}

// ---------------------------------------------------------------------------------------------- progress

TEST(Progress, S2_10_tells_what_is_missing_to_the_next_tier_in_points) {
    InsightShop shop(abaha());
    shop.sale("A1", 400'000);
    const StandingView view = shop.standing();
    EXPECT_EQ(view.tier, 0);
    const auto& next = next_of(view);
    EXPECT_EQ(next.index, 1);
    EXPECT_EQ(next.figure, 40);
    EXPECT_EQ(next.missing, 60);
    EXPECT_EQ(next.sale, model::Money{600'000});
    EXPECT_EQ(shop.sale("A2", 599'999).tier_after, 0);
    EXPECT_EQ(shop.give_back("A3", 599'999, "A2").tier_after, 0);
    EXPECT_EQ(shop.sale("A4", 600'000).tier_after, 1) << "the sale that was told reaches it";
}

TEST(Progress, S2_7_a_hidden_tier_is_shown_only_to_those_who_are_in_it) {
    InsightShop shop(abaha());
    EXPECT_EQ(shop.seen(), (std::vector<std::string>{"moi", "than-thiet", "kim-cuong"}));
    shop.sale("A1", 1'000'000);
    EXPECT_EQ(next_of(shop.standing()).index, 3) << "the hidden one is skipped";
    shop.sale("A2", 2'000'000);
    EXPECT_EQ(shop.tier(), "kin");
    EXPECT_EQ(shop.seen(), (std::vector<std::string>{"moi", "than-thiet", "kin", "kim-cuong"}));
    EXPECT_EQ(next_of(shop.standing()).missing, 200);
    shop.sale("A3", 2'000'000);
    EXPECT_EQ(shop.tier(), "kim-cuong");
    EXPECT_EQ(shop.seen(), (std::vector<std::string>{"moi", "than-thiet", "kim-cuong"}));
    EXPECT_FALSE(shop.standing().next) << "there is none above";
}

TEST(Progress, S2_10_a_multiplier_and_bonuses_on_the_way_count) {
    model::Program program = abaha();
    program.tiers[0].multiplier_bp = 15'000;
    program.tiers[1].upgrade_bonus = {200};
    InsightShop shop(program);
    const StandingView view = shop.standing();
    // 1.5 × 67 = 100 points reach the first; its bonus of 200 brings the hidden one, not the highest.
    EXPECT_EQ(next_of(view).sale, model::Money{670'000});
    EXPECT_EQ(view.tiers.back().missing, 500);
    EXPECT_EQ(view.tiers.back().sale, model::Money{2'000'000}) << "300 by the sale, 200 by the bonus";
    EXPECT_EQ(shop.sale("A1", 2'000'000).tier_after, 3);
}

TEST(Progress, S3_3_monthly_average_tells_which_sale_now_would_reach_it) {
    model::Program program = nhanh_program();
    program.tiering.criterion = Criterion::monthly_average_spend;
    program.points.late_days = 400;
    InsightShop shop(program);
    shop.go_to("2024-01-10");
    EXPECT_EQ(next_of(shop.standing()).sale, model::Money{3'000'000}) << "the first order is of one month";
    shop.sale("A1", 2'000'000);
    shop.go_to("2024-03-20");
    const auto next = next_of(shop.standing());
    EXPECT_EQ(next.figure, 666'666);
    EXPECT_EQ(next.missing, 2'333'334);
    EXPECT_EQ(next.sale, model::Money{7'000'000}) << "three months of 3,000,000";
    EXPECT_EQ(shop.standing().counts_until, at("2024-04-01")) << "then it is divided by four";
    EXPECT_EQ(shop.sale("A2", 7'000'000).tier_after, 1);
}

TEST(Progress, S3_3_month_spend_counts_the_sale_in_this_month) {
    model::Program program = nhanh_program();
    program.tiering.criterion = Criterion::month_spend;
    InsightShop shop(program);
    shop.go_to("2024-01-10");
    shop.sale("A1", 5'000'000);
    shop.go_to("2024-02-10");
    shop.sale("A2", 1'000'000);
    const auto next = next_of(shop.standing());
    EXPECT_EQ(next.index, 2);
    EXPECT_EQ(next.figure, 5'000'000) << "of the closed month";
    EXPECT_EQ(next.sale, model::Money{9'000'000}) << "but a sale now adds to this one";
    EXPECT_EQ(shop.standing().counts_until, at("2024-03-01"));
    EXPECT_EQ(shop.sale("A3", 9'000'000).tier_after, 2);
}

TEST(Progress, S3_3_a_tier_with_its_own_criterion_is_measured_by_it) {
    model::Program program = nhanh_program();
    program.tiers[2].criterion = Criterion::lifetime_ranking_points;
    program.tiers[2].min = 400;
    InsightShop shop(program);
    shop.sale("A1", 3'500'000);
    const auto next = next_of(shop.standing());
    EXPECT_EQ(next.index, 2);
    EXPECT_EQ(next.figure, 350);
    EXPECT_EQ(next.missing, 50);
    EXPECT_EQ(next.sale, model::Money{500'000});
}

TEST(Progress, S5_6_off_there_is_no_next_tier) {
    InsightShop shop;
    model::Program off = nhanh_program();
    off.enabled = false;
    shop.change(off);
    EXPECT_FALSE(shop.standing().next);
    EXPECT_EQ(shop.seen().size(), 3U);
}

// ------------------------------------------------------------------------------------------------- as of

TEST(AsOf, shows_the_figures_of_any_past_instant) {
    InsightShop shop;
    shop.wait(kHourMs);
    const Instant enrolled = shop.now();
    shop.wait(kHourMs);
    shop.sale("A1", 3'000'000);
    const auto hold = shop.hold(50, kDayMs);
    const Figures first = shop.figures();
    const Instant then = shop.now();
    shop.wait(kHourMs);
    shop.sale("A2", 7'000'000, {shop.now().value - 3 * kHourMs});
    shop.capture(hold.sequence, 20);
    const Figures second = shop.figures();
    const Instant later = shop.now();
    shop.wait(40 * kDayMs);
    shop.void_sale("A4", "A2");

    EXPECT_EQ(figures_of(*shop.as_of(enrolled)).orders, 0U);
    EXPECT_EQ(figures_of(*shop.as_of(then)), first) << "what was not known then does not count";
    EXPECT_EQ(figures_of(*shop.as_of(later)), second);
    EXPECT_EQ(figures_of(*shop.as_of(shop.now())), shop.figures());
    EXPECT_EQ(shop.as_of({kMonday.value - 1}).error().kind, ErrorKind::not_found) << "nobody yet";
    EXPECT_EQ(shop.as_of({shop.now().value + 1}).error().kind, ErrorKind::invalid);
    shop.fixture.stop_and_reopen();
    EXPECT_EQ(figures_of(*shop.as_of(then)), first);
}

TEST(AsOf, settles_up_to_the_instant_by_the_version_of_then) {
    model::Program program = nhanh_program();
    program.tiering = {Criterion::period_spend, Downgrade::at_review, Review::half_yearly,
                       model::Start::current};
    InsightShop shop(program);
    shop.go_to("2024-03-01");
    shop.sale("A1", 3'000'000);
    shop.go_to("2025-02-01");
    program.tiers[1].min = 1'000'000;
    program.tiers[0].max = 999'999;
    shop.change(program);
    const auto tier = [&](const char* instant) { return shop.as_of(at(instant))->tier; };
    EXPECT_EQ(tier("2024-02-29"), 0);
    EXPECT_EQ(tier("2024-06-30T23:59:59"), 1);
    EXPECT_EQ(tier("2024-07-01"), 1) << "opened with what the first half-year came to";
    EXPECT_EQ(tier("2024-12-31T23:59:59"), 1);
    EXPECT_EQ(tier("2025-01-01"), 0) << "nothing was spent in the second";
    EXPECT_EQ(shop.as_of(at("2025-01-01"))->version.value, 1);
    EXPECT_EQ(shop.as_of(shop.now())->version.value, 2);
    EXPECT_EQ(figures_of(*shop.as_of(shop.now())), shop.figures());
}

TEST(AsOf, holds_that_timed_out_later_are_held_then) {
    InsightShop shop;
    shop.sale("A1", 3'000'000);
    shop.hold(50, kHourMs);
    const Instant then = shop.now();
    shop.wait(2 * kHourMs);
    while (shop.fixture.engine().step_sweep()) {
    }
    EXPECT_EQ(shop.figures().held, 0);
    EXPECT_EQ(shop.as_of(then)->held, model::Points{50});
    EXPECT_EQ(shop.as_of({then.value + kHourMs})->held, model::Points{0});
}

TEST(AsOf, by_the_clock_of_events_goes_by_business_time) {
    InsightShop shop(nhanh_program(), EngineFixture::stepped(runtime::TimeSource::events));
    shop.sale("A1", 3'000'000, at("2010-12-01"));
    shop.sale("A2", 7'000'000, at("2011-02-01"));
    EXPECT_EQ(shop.as_of(at("2011-01-15")).error().kind, ErrorKind::not_found)
        << "the customer was enrolled by the wall clock of the replay";
    model::Program program = nhanh_program("replayed");
    const auto other = shop.fixture.put(program);
    shop.fixture.execute(make_enroll(other, shop.fixture.fresh_request(), {"card:2"}, at("2010-11-30")));
    shop.fixture.execute(make_sale(other, receipt(1, "B1"), "card:2", 3'000'000, at("2010-12-01")));
    shop.fixture.execute(make_sale(other, receipt(1, "B2"), "card:2", 7'000'000, at("2011-02-01")));
    shop.fixture.commit();
    const auto view =
        shop.fixture.engine().show_as_of(other, {model::KeyKind::card, {}, "2"}, at("2011-01-15"));
    ASSERT_TRUE(view);
    EXPECT_EQ(view->lifetime_spend, model::Money{3'000'000});
    EXPECT_EQ(view->tier, 1);
    EXPECT_EQ(view->month_spend, model::Money{0}) << "settled into January";
}

// ----------------------------------------------------------------------------------------------- explain

std::int64_t points_of(const Explanation& told) {
    std::int64_t sum = 0;
    for (const ExplainedLine& line : told.lines)
        sum += line.points.value;
    return sum;
}

const ExplainedLine& line_by(const Explanation& told, const std::string& rule) {
    for (const ExplainedLine& line : told.lines)
        if (line.rule == rule) return line;
    fail("no line by " + rule);
}

TEST(Explain, S3_13_tells_rate_multiplier_and_bonus_of_a_sale) {
    model::Program program = nhanh_program();
    program.tiers[0].multiplier_bp = 12'000;
    program.tiers[1].upgrade_bonus = {50};
    InsightShop shop(program);
    const auto sold = shop.sale("A1", 3'019'999);
    const Explanation told = shop.explain("A1");
    EXPECT_EQ(told.customer, shop.customer);
    EXPECT_EQ(line_by(told, "points.earn").arithmetic, "floor(3019999 / 10000) × 1 = 301");
    EXPECT_EQ(line_by(told, "points.earn").points.value, 301);
    EXPECT_EQ(line_by(told, "tiers[0].multiplier_bp").arithmetic, "floor(301 × 12000 / 10000) = 361");
    EXPECT_EQ(line_by(told, "tiers[0].multiplier_bp").points.value, 60);
    EXPECT_EQ(line_by(told, "tiers[1].upgrade_bonus").points.value, 50);
    EXPECT_EQ(points_of(told), sold.balance.value);
    for (const ExplainedLine& line : told.lines)
        EXPECT_FALSE(line.sentence.empty());
}

TEST(Explain, S3_10_tells_every_return_of_a_sale_later) {
    InsightShop shop;
    shop.sale("S", 95'000);
    shop.give_back("R1", 10'000, "S");
    shop.sale("T", 1'000'000);
    shop.give_back("R2", 40'000, "S");
    const Explanation told = shop.explain("S");
    EXPECT_EQ(points_of(told), 4) << "what 45,000 earn";
    std::vector<std::string> arithmetic;
    for (const ExplainedLine& line : told.lines)
        if (line.points.value != 0) arithmetic.push_back(line.arithmetic);
    EXPECT_EQ(arithmetic, (std::vector<std::string>{"floor(95000 / 10000) × 1 = 9",
                                                    "floor(85000 / 10000) × 1 = 8; 8 − 9 = -1",
                                                    "floor(45000 / 10000) × 1 = 4; 4 − 8 = -4"}));
    EXPECT_EQ(shop.explain("R2").original, "1/S");
    EXPECT_EQ(points_of(shop.explain("R2")), -4);
    shop.fixture.stop_and_reopen();
    EXPECT_EQ(points_of(shop.explain("S")), 4);
    EXPECT_EQ(shop.fixture.engine().explain(shop.program, receipt(1, "X")).error().kind,
              ErrorKind::not_found);
}

TEST(Explain, points_of_all_receipts_and_adjustments_are_the_balance) {
    model::Program program = nhanh_program();
    program.points.below_zero = model::BelowZero::clamp;
    program.tiers[1].upgrade_bonus = {50};
    program.tiers[2].upgrade_bonus = {100};
    program.tiers[1].multiplier_bp = 15'000;
    InsightShop shop(program);
    std::int64_t sum = 0;
    shop.sale("A1", 4'000'000);
    shop.sale("A2", 8'000'000);
    shop.fixture.execute(make_redeem(shop.program, receipt(1, "D1"), Shop::kCustomer, 700));
    shop.give_back("R1", 7'000'000, "A2");
    shop.give_back("R2", 500'000);
    for (const char* number : {"A1", "A2", "D1", "R2"})
        sum += points_of(shop.explain(number));
    EXPECT_EQ(sum, shop.figures().points);
    EXPECT_EQ(points_of(shop.explain("D1")), -700);
}

TEST(Explain, has_a_sentence_for_every_type_of_fact) {
    for (unsigned type = 1; type < 256; ++type) {
        const auto fact = static_cast<model::FactType>(type);
        if (model::fact_type_name(fact) == "unknown") continue;
        EXPECT_TRUE(runtime::has_explanation(fact)) << model::fact_type_name(fact);
    }
}

// ----------------------------------------------------------------------------------------------- what if

TEST(WhatIf, S5_5_tells_who_would_move_and_leaves_no_trace) {
    InsightShop shop;
    shop.sale("A1", 4'000'000);
    for (int i = 2; i <= 5; ++i) {
        const std::string card = "card:" + std::to_string(i);
        shop.fixture.enroll(shop.program, card);
        shop.sale("B" + std::to_string(i), 2'500'000 * i, model::kNoInstant, card);
    }
    shop.fixture.commit();
    const auto last = shop.fixture.store().ledger().last();
    const Figures before = shop.figures();

    model::Program change = nhanh_program();
    change.tiers.erase(change.tiers.begin() + 1);  // Bạc is deleted
    change.tiers[0].max = 9'999'999;
    change.points.redeem->value = {2'000};
    const auto answer = shop.what_if(change);
    // 4,000,000, 5,000,000, 7,500,000; 10,000,000, 12,500,000
    EXPECT_EQ(answer.customers, 5U);
    EXPECT_EQ(answer.moves, (std::vector<TierMove>{{3, 1, 0}, {2, 2, 1}}));
    EXPECT_EQ(answer.points.value, 400 + 500 + 750 + 1'000 + 1'250);
    EXPECT_EQ(answer.value_before.value, 3'900'000);
    EXPECT_EQ(answer.value_after.value, 7'800'000);
    EXPECT_EQ(answer.spendable_before.value, 3'900 - 200);
    EXPECT_TRUE(answer.rows.empty());

    const auto page = shop.what_if(change, {answer.effective, {}, 2});
    ASSERT_EQ(page.rows.size(), 2U) << "those who only go by another index do not move";
    EXPECT_EQ(page.rows[0].keys.front().text, "1");
    EXPECT_EQ(page.rows[1].tier_before, 1);
    EXPECT_EQ(page.next, page.rows[1].id);
    const auto rest = shop.what_if(change, {answer.effective, page.next, 2});
    EXPECT_EQ(rest.rows.size(), 1U);
    EXPECT_EQ(rest.next.value, 0U);

    EXPECT_EQ(shop.fixture.store().ledger().last(), last);
    EXPECT_EQ(shop.figures(), before);
    EXPECT_EQ(shop.fixture.engine().program(shop.program, {})->versions, 1);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(WhatIf, S5_7_finds_what_the_change_then_does) {
    for (const auto start : {model::Start::zero, model::Start::current}) {
        model::Program program = nhanh_program();
        program.points.late_days = 400;
        InsightShop shop(program);
        shop.sale("A1", 4'000'000);
        shop.fixture.enroll(shop.program, "card:2");
        shop.sale("B1", 11'000'000, model::kNoInstant, "card:2");
        shop.go_to("2024-05-05");
        model::Program change = program;
        change.tiering = {Criterion::period_spend, Downgrade::at_review, Review::half_yearly, start};
        change.tiers[2].min = 20'000'000;
        change.tiers[1].max = 19'999'999;
        const auto answer = shop.what_if(change);
        const auto list = shop.what_if(change, {answer.effective, {}, 10});
        shop.change(change);
        EXPECT_EQ(answer.customers, 2U);
        for (const char* who : {"card:1", "card:2"}) {
            const auto row = std::ranges::find_if(list.rows, [&](const auto& found) {
                return found.id == shop.fixture.view(shop.program, who).id;
            });
            ASSERT_EQ(row != list.rows.end(),
                      shop.figures(who).tier != (std::string(who) == "card:1" ? 1 : 2))
                << "listed are those who moved";
            if (row == list.rows.end()) continue;
            EXPECT_EQ(row->tier_after, shop.figures(who).tier);
            EXPECT_EQ(row->spendable_after.value, shop.figures(who).spendable);
        }
    }
}

TEST(WhatIf, refuses_what_could_not_be_put) {
    InsightShop shop;
    const auto error = [&](const model::Program& change, Instant instant = model::kNoInstant) {
        const auto answer = shop.fixture.engine().what_if(shop.program, change, {instant, {}, 0});
        return answer ? std::string("accepted") : answer.error().message;
    };
    model::Program change = nhanh_program();
    EXPECT_EQ(error(change), "accepted");
    change.tiers[2].min = 5;
    EXPECT_NE(error(change).find("tiers[2].min"), std::string::npos);
    change = nhanh_program();
    change.currency = {"GBP", 2};
    EXPECT_NE(error(change).find("keeps its currency"), std::string::npos);
    EXPECT_NE(error(nhanh_program(), {shop.now().value - 1}).find("before now"), std::string::npos);
    EXPECT_NE(error(nhanh_program("other")).find("not of"), std::string::npos);
}

// --------------------------------------------------------------------------------- on, off and recompute

TEST(Recompute, S5_6_S5_11_off_and_on_again_finds_everyone_from_current_figures) {
    InsightShop shop;
    shop.sale("A1", 4'000'000);
    model::Program off = nhanh_program();
    off.enabled = false;
    shop.change(off);
    EXPECT_EQ(shop.sale("A2", 8'000'000).tier_after, 1) << "no tier move";
    shop.change(nhanh_program());
    EXPECT_EQ(shop.tier(), "vang");
}

TEST(Recompute, S3_11_S5_5_settles_everyone_now_and_tells_who_moved) {
    InsightShop shop;
    for (int i = 2; i <= 700; ++i)
        shop.fixture.enroll(shop.program, "card:" + std::to_string(i));
    shop.sale("A1", 4'000'000);
    shop.sale("A2", 2'000'000, model::kNoInstant, "card:2");
    shop.sale("A3", 4'000'000, model::kNoInstant, "card:3");
    model::Program change = nhanh_program();
    change.tiers.erase(change.tiers.begin() + 1);
    change.tiers[0].max = 3'499'999;
    change.tiers[1].min = 3'500'000;
    shop.change(change);
    std::uint64_t told = 0;
    shop.fixture.commit();
    const auto recompute = [&] {
        const auto report = shop.fixture.engine().recompute(
            shop.program, [&](std::uint64_t done, std::uint64_t) { told = done; });
        if (!report) fail("recompute: " + report.error().message);
        return *report;
    };
    const Figures before = shop.figures();
    const auto report = recompute();
    EXPECT_EQ(report.customers, 700U);
    EXPECT_EQ(report.recorded, 2U);
    EXPECT_EQ(told, 700U);
    EXPECT_EQ(shop.figures(), before) << "nobody's figures depend on it";
    EXPECT_EQ(recompute().recorded, 0U) << "again, nothing more";
    EXPECT_EQ(shop.fixture.verify(), "");
    shop.fixture.crash_and_reopen();
    EXPECT_EQ(shop.figures(), before);
}

TEST(Recompute, a_put_that_follows_an_older_version_is_refused) {
    InsightShop shop;
    model::Program second = nhanh_program();
    second.name = "second";
    shop.change(second);
    auto put = make_put_program(shop.fixture.fresh_request(), nhanh_program());
    put.command.follows = {1};
    const auto refused = shop.fixture.execute(put);
    EXPECT_EQ(refused.refusal, Refusal::version_moved);
    EXPECT_EQ(refused.detail, 2);
    put.command.follows = {2};
    EXPECT_EQ(shop.fixture.execute(put).refusal, Refusal::none);
}

}  // namespace
}  // namespace tim::tests
