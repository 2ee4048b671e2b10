// The language of segments (S4.4, S4.10): what it says, what it refuses, and that a count, a list and a
// report agree with a judgement of each customer by itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "engine/runtime/relation_queries.h"
#include "tests/support/random.h"
#include "tests/support/shop.h"

namespace tim::tests {
namespace {

using model::CustomerStatus;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto at = hanoi;
constexpr std::uint64_t kCustomers = 2'500;  // of three blocks

model::Program viet_thien() {
    model::Program program = nhanh_program("flexzen");
    program.points.late_days = 3'000;
    model::Classification& lists = program.classification.emplace();
    lists.vip_month_spend = model::Money{3'000'000};
    lists.sources = {"staff", "facebook", "google", "tiktok"};
    lists.natures = {"export", "wholesale", "retail"};
    lists.types = {"cafe", "grocery"};
    lists.items = {"tea", "coffee", "beans"};
    return program;
}

/// A town of customers, each classified and buying at random, on the morning of 15 June 2027.
struct Town : Shop {
    Town() : Shop(viet_thien()) {
        fixture.clock().set(at("2027-06-15T09:00:00"));
        Choices random(7);
        const auto any = [&](const std::vector<std::string>& values, int percent) {
            std::vector<std::string> chosen;
            for (const std::string& value : values)
                if (random.below(100) < static_cast<std::uint64_t>(percent)) chosen.push_back(value);
            return chosen;
        };
        const model::Classification lists = *viet_thien().classification;
        for (std::uint64_t id = 2; id <= kCustomers; ++id) {
            model::ClassifyTerms terms;
            if (random.below(3) != 0) terms.source = lists.sources[random.below(lists.sources.size())];
            if (random.below(2) != 0) terms.staff = "NV0" + std::to_string(random.below(3));
            if (random.below(4) == 0) terms.status = CustomerStatus::prospect;
            if (random.below(4) == 0)
                terms.birthday = model::Birthday{static_cast<std::uint8_t>(1 + random.below(12)), 9};
            terms.natures.add = any(lists.natures, 40);
            terms.types.add = any(lists.types, 30);
            terms.items.add = any(lists.items, 40);
            fixture.execute(with_classes(
                make_enroll(program, fixture.fresh_request(), {"card:" + std::to_string(id)}), terms));
            for (std::uint64_t order = random.below(4); order > 0; --order)
                sale(
                    "S" + std::to_string(id) + "-" + std::to_string(order),
                    static_cast<std::int64_t>(random.below(9'000'000)),
                    {fixture.clock().now().value - static_cast<std::int64_t>(random.below(200)) * 86'400'000},
                    "id:" + std::to_string(id));
            if (random.below(20) == 0) hold(1, 3'600'000, "id:" + std::to_string(id));
        }
        fixture.commit();
    }

    std::uint64_t count(const std::string& text) {
        const auto found = fixture.engine().relations().segment_count(program, text);
        EXPECT_TRUE(found) << text << ": " << found.error().message;
        return found ? found->customers : UINT64_MAX;
    }
    std::string fault(const std::string& text) {
        const auto found = fixture.engine().relations().segment_count(program, text);
        return found ? "no fault" : found.error().message;
    }
    std::set<std::uint64_t> list(const std::string& text) {
        std::set<std::uint64_t> ids;
        model::CustomerId after{};
        do {
            const auto page = fixture.engine().relations().segment(program, text, after, 97);
            EXPECT_TRUE(page) << text;
            if (!page) break;
            for (const auto& row : page->rows)
                EXPECT_TRUE(ids.insert(row.id.value).second);
            after = page->next;
        } while (after.value != 0);
        return ids;
    }
};

Town& town() {
    static Town town;
    return town;
}

bool has(const std::vector<std::string>& values, const char* value) {
    return std::find(values.begin(), values.end(), value) != values.end();
}

/// Each expression beside a judgement of one customer's view, written without it.
struct Case {
    const char* text;
    std::function<bool(const runtime::CustomerView&)> belongs;
};

const std::vector<Case>& cases() {
    using View = const runtime::CustomerView&;
    static const std::int64_t two_months = at("2027-04-15").value;
    static const std::vector<Case> all = {
        {"status = prospect", [](View v) { return v.classes.status == CustomerStatus::prospect; }},
        {"status in (new, purchased)",
         [](View v) {
             return v.classes.status == CustomerStatus::fresh ||
                    v.classes.status == CustomerStatus::purchased;
         }},
        {"status = vip", [](View v) { return v.classes.status == CustomerStatus::vip; }},
        {"source = none", [](View v) { return v.classes.source.empty(); }},
        {"source != facebook", [](View v) { return v.classes.source != "facebook"; }},
        {"staff in (NV01, company)",
         [](View v) { return v.classes.staff == "NV01" || v.classes.staff.empty(); }},
        {"nature has wholesale and not nature has retail",
         [](View v) { return has(v.classes.natures, "wholesale") && !has(v.classes.natures, "retail"); }},
        {"items in (tea, coffee)",
         [](View v) { return has(v.classes.items, "tea") || has(v.classes.items, "coffee"); }},
        {"tier >= bac", [](View v) { return v.tier >= 1; }},
        {"tier < vang and tier != dong", [](View v) { return v.tier == 1; }},
        {"no order in last 2 months",
         [](View v) { return v.orders == 0 || v.last_order_at.value < two_months; }},
        {"bought in the last 2 months",
         [](View v) { return v.orders > 0 && v.last_order_at.value >= two_months; }},
        {"orders = 2 or orders > 2", [](View v) { return v.orders >= 2; }},
        {"spend >= 3000000", [](View v) { return v.lifetime_spend.value >= 3'000'000; }},
        {"month_spend > 0", [](View v) { return v.month_spend.value > 0; }},
        {"held > 0", [](View v) { return v.held.value > 0; }},
        {"spendable < 1500 and points >= 1500",
         [](View v) { return v.spendable.value < 1'500 && v.points.value >= 1'500; }},
        {"birthday in (5, 6)",
         [](View v) { return v.classes.birthday.month == 5 || v.classes.birthday.month == 6; }},
        {"class = retail", [](View v) { return v.customer_class == core::CustomerClass::retail; }},
        {"referred or brought > 0", [](View) { return false; }},
        {"(source = facebook or source = tiktok) and nature has wholesale and items has tea and "
         "no order in last 2 months and tier >= bac and spend > 4000000",
         [](View v) {
             return (v.classes.source == "facebook" || v.classes.source == "tiktok") &&
                    has(v.classes.natures, "wholesale") && has(v.classes.items, "tea") &&
                    v.last_order_at.value < two_months && v.tier >= 1 && v.lifetime_spend.value > 4'000'000;
         }},
        {"not (type has cafe or type has grocery)", [](View v) { return v.classes.types.empty(); }},
    };
    return all;
}

TEST(Segments, S4_10_conditions_mixed_are_what_each_customer_says_by_itself) {
    Town& shop = town();
    const auto everybody = shop.fixture.engine().customers(shop.program, {}, kCustomers);
    ASSERT_TRUE(everybody);
    ASSERT_EQ(everybody->size(), kCustomers);
    for (const Case& asked : cases()) {
        SCOPED_TRACE(asked.text);
        std::set<std::uint64_t> expected;
        for (const auto& view : *everybody)
            if (asked.belongs(view)) expected.insert(view.id.value);
        EXPECT_EQ(shop.count(asked.text), expected.size());
        EXPECT_EQ(shop.list(asked.text), expected);
        EXPECT_EQ(shop.count("not (" + std::string(asked.text) + ")"), kCustomers - expected.size());
        const bool nobodys = std::string_view(asked.text).find("referred") != std::string_view::npos;
        EXPECT_EQ(expected.empty(), nobodys) << "the town has none of them: the test says nothing";
    }
}

TEST(Segments, S4_10_a_report_by_source_and_tier_adds_up_what_each_customer_has) {
    Town& shop = town();
    const auto everybody = shop.fixture.engine().customers(shop.program, {}, kCustomers);
    ASSERT_TRUE(everybody);
    struct Sums {
        std::uint64_t customers = 0;
        std::int64_t orders = 0, spend = 0, month = 0, points = 0;
    };
    std::map<std::vector<std::string>, Sums> expected;
    const auto tiers = viet_thien().tiers;
    for (const auto& view : *everybody) {
        if (view.orders == 0) continue;
        for (const std::string& item :
             view.classes.items.empty() ? std::vector<std::string>{""} : view.classes.items) {
            Sums& sums = expected[{view.classes.source, tiers[view.tier].id, item}];
            ++sums.customers;
            sums.orders += view.orders;
            sums.spend += view.lifetime_spend.value;
            sums.month += view.month_spend.value;
            sums.points += view.points.value;
        }
    }
    using runtime::Dimension;
    const auto report = shop.fixture.engine().relations().segment_report(
        shop.program, "orders > 0", {Dimension::source, Dimension::tier, Dimension::item});
    ASSERT_TRUE(report);
    ASSERT_EQ(report->rows.size(), expected.size());
    auto next = expected.begin();
    for (const auto& row : report->rows) {
        EXPECT_EQ(row.values, next->first);
        EXPECT_EQ(row.customers, next->second.customers);
        EXPECT_EQ(static_cast<std::int64_t>(row.orders), next->second.orders);
        EXPECT_EQ(row.spend.value, next->second.spend);
        EXPECT_EQ(row.month_spend.value, next->second.month);
        EXPECT_EQ(row.points.value, next->second.points);
        ++next;
    }
    EXPECT_EQ(report->total.customers, shop.count("orders > 0")) << "each customer once";
}

TEST(Segments, S4_4_orders_of_the_last_months_are_counted_from_the_day_in_the_calendar) {
    Shop shop(viet_thien());
    shop.fixture.clock().set(at("2027-01-30T23:59:59"));
    shop.sale("A1", 10'000);
    const auto counts = [&](const char* now, const std::string& text) {
        shop.fixture.clock().set(at(now));
        const auto found = shop.fixture.engine().relations().segment_count(shop.program, text);
        return found ? found->customers : 99;
    };
    EXPECT_EQ(counts("2027-02-28T12:00:00", "bought in last 1 months"), 1U);
    EXPECT_EQ(counts("2027-03-01", "bought in last 1 months"), 0U) << "since 1 February";
    EXPECT_EQ(counts("2027-03-30T23:00:00", "bought in last 2 months"), 1U) << "since 30 January, 00:00";
    EXPECT_EQ(counts("2027-03-31T00:00:00", "bought in last 2 months"), 0U);
    EXPECT_EQ(counts("2027-03-31T00:00:00", "no order in last 2 months"), 1U);
}

TEST(Segments, Faults_are_located_and_say_what_was_expected) {
    Town& shop = town();
    const std::pair<const char*, const char*> faults[] = {
        {"", "at 1: expected a condition, not or (, and the expression ends"},
        {"status", "at 7: expected =, != or in, and the expression ends"},
        {"status = ", "at 10: expected a value, and the expression ends"},
        {"status = bought", "at 10: \"bought\" is none of new, prospect, purchased, vip"},
        {"orders >= many", "at 11: \"many\" is no whole number"},
        {"spend > 1.5", "at 9: \"1.5\" is no amount of VND"},
        {"source = radio",
         "at 10: \"radio\" is none of the program's sources: staff, facebook, google, tiktok"},
        {"tier >= gold", "at 9: \"gold\" is none of the program's tiers: dong, bac, vang"},
        {"(status = new", "at 14: expected and, or, or ), and the expression ends"},
        {"status = new status = vip", "at 14: expected and, or, or the end, and there is \"status\""},
        {"height > 3", "at 1: expected a condition, not or (, and there is \"height\""},
        {"source > staff", "at 8: expected =, != or in, and there is \">\""},
        {"bought in last 0 months", "at 16: expected a number of months from 1 to 1200"},
        {"staff = 'NV01", "at 9: the quote is not closed"},
        {"birthday = 13", "at 12: \"13\" is none of a month from 1 to 12"},
        {"vip = card:nobody", "at 7: no customer has that key"},
        {"status = new & orders > 0", "at 14: \"&\" does not belong here"},
        {"orders in (1, 2)", "at 8: orders is compared with =, <, <=, > or >="},
    };
    for (const auto& [text, message] : faults)
        EXPECT_THAT(shop.fault(text), HasSubstr(message)) << text;
    EXPECT_THAT(shop.fault(std::string(5'000, 'a')), HasSubstr("at most 4096 bytes"));
    std::string deep;
    for (int i = 0; i < 200; ++i)
        deep += "(";
    EXPECT_THAT(shop.fault(deep), HasSubstr("more than 32 levels"));
    std::string many = "orders = 1";
    for (int i = 0; i < 256; ++i)
        many += " or orders=1";
    EXPECT_THAT(shop.fault(many), HasSubstr("more than 256 conditions"));
}

TEST(Segments, RefuseAReportOfTooManyDimensions) {
    Town& shop = town();
    using enum runtime::Dimension;
    EXPECT_FALSE(shop.fixture.engine().relations().segment_report(shop.program, "orders > 0", {}));
    EXPECT_FALSE(shop.fixture.engine().relations().segment_report(shop.program, "orders > 0",
                                                                  {status, source, tier, item}));
}

}  // namespace
}  // namespace tim::tests
