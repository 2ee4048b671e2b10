#include "engine/model/calendar.h"

#include <absl/time/civil_time.h>
#include <absl/time/time.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace tim::model {
namespace {

using ::testing::HasSubstr;

Calendar zone(std::string_view name) {
    auto calendar = Calendar::load(name);
    if (!calendar) throw std::runtime_error(calendar.error().message);
    return *std::move(calendar);
}

/// The instant of civil seconds in UTC, as milliseconds.
std::int64_t utc_ms(int year, int month, int day, int hour = 0, int minute = 0, int second = 0) {
    return absl::ToUnixMillis(
        absl::FromCivil(absl::CivilSecond(year, month, day, hour, minute, second), absl::UTCTimeZone()));
}

TEST(CalendarLoad, KnowsTheZonesOfTheSystem) {
    for (const auto* name : {"UTC", "Etc/UTC", "Asia/Ho_Chi_Minh", "Europe/London",
                             "America/Argentina/Buenos_Aires", "Etc/GMT+7", "Asia/Kathmandu"}) {
        const auto calendar = Calendar::load(name);
        ASSERT_TRUE(calendar) << calendar.error().message;
        EXPECT_EQ(calendar->zone_name(), name);
    }
}

TEST(CalendarLoad, RefusesWhatIsNoZone) {
    for (const auto* name : {"", "Asia/Saigon_City", "europe/london", "/etc/localtime", "../../etc/localtime",
                             "Europe/../Europe/London", "localtime", "posixrules", "right/UTC", "tzdata.zi",
                             "Europe", "Fixed/UTC+07:00:00", "+07:00"}) {
        const auto calendar = Calendar::load(name);
        ASSERT_FALSE(calendar) << name;
        EXPECT_THAT(calendar.error().message, HasSubstr(std::string("\"") + name + "\" is not a time zone"));
    }
}

TEST(CalendarMonth, BeginsAtLocalMidnight) {
    const Calendar vietnam = zone("Asia/Ho_Chi_Minh");
    const Month june_2026{(2026 - 1970) * 12 + 5};
    const std::int64_t start = utc_ms(2026, 5, 31, 17);
    EXPECT_EQ(vietnam.month_start(june_2026), Instant{start});
    EXPECT_EQ(vietnam.month_of({start}), june_2026);
    EXPECT_EQ(vietnam.month_of({start - 1}).value + 1, june_2026.value);

    const Calendar london = zone("Europe/London");
    EXPECT_EQ(london.month_start(june_2026), Instant{utc_ms(2026, 5, 31, 23)}) << "summer time";
    EXPECT_EQ(london.month_start({(2026 - 1970) * 12}), Instant{utc_ms(2026, 1, 1)}) << "winter time";
    EXPECT_EQ(london.month_start({(2100 - 1970) * 12 + 6}), Instant{utc_ms(2100, 6, 30, 23)})
        << "summer time after the last transition that the zone's file lists";
}

TEST(CalendarMonth, HasItsEdges) {
    const Calendar utc = zone("UTC");
    EXPECT_EQ(utc.month_of({0}), Month{0});
    EXPECT_EQ(utc.month_of({-1}), Month{0});
    EXPECT_EQ(utc.month_of({INT64_MIN}), Month{0});
    EXPECT_EQ(utc.month_of({INT64_MAX}), Month{230 * 12 - 1});
    EXPECT_EQ(utc.month_of({utc_ms(2199, 12, 31)}), Month{230 * 12 - 1});
    EXPECT_EQ(utc.month_start({0}), Instant{0});
    EXPECT_EQ(utc.month_start({230 * 12}), Instant{utc_ms(2200, 1, 1)});
    EXPECT_EQ(utc.month_start({65535}), Instant{utc_ms(2200, 1, 1)});
}

TEST(CalendarMonth, AgreesWithTheCivilDateEverywhere) {
    for (const auto* name : {"UTC", "Asia/Ho_Chi_Minh", "Europe/London", "America/New_York", "Pacific/Apia",
                             "Australia/Lord_Howe", "America/St_Johns"}) {
        const Calendar calendar = zone(name);
        absl::TimeZone reference;
        ASSERT_TRUE(absl::LoadTimeZone(name, &reference));
        // A stride that is no multiple of a day, so that every hour of the day comes up.
        constexpr std::int64_t kStrideMs = 41 * 3'600'000LL + 1'234'567;
        for (std::int64_t ms = utc_ms(1970, 1, 2); ms < utc_ms(2199, 12, 30); ms += kStrideMs) {
            const auto civil = absl::ToCivilMonth(absl::FromUnixMillis(ms), reference);
            ASSERT_EQ(calendar.month_of({ms}).value, (civil.year() - 1970) * 12 + civil.month() - 1)
                << name << " " << ms;
        }
        for (std::uint16_t month = 1; month < 230 * 12; ++month) {
            const Instant start = calendar.month_start({month});
            ASSERT_EQ(calendar.month_of(start).value, month) << name;
            ASSERT_EQ(calendar.month_of({start.value - 1}).value, month - 1) << name;
        }
    }
}

TEST(CalendarMonth, BeginsWithTheTransitionWhereMidnightIsSkipped) {
    // Paraguay set its clocks from 00:00 to 01:00 on 1 October 2017.
    EXPECT_EQ(zone("America/Asuncion").month_start({(2017 - 1970) * 12 + 9}),
              Instant{utc_ms(2017, 10, 1, 4)});
}

TEST(CalendarDays, KeepTheTimeOfDayWhateverTheClocksDo) {
    const Calendar london = zone("Europe/London");
    const auto later = [&](std::string_view from, std::int64_t days) {
        return london.format(london.days_later(*london.parse(from), days));
    };
    EXPECT_EQ(later("2026-03-28T09:00", 1), "2026-03-29T09:00:00+01:00");
    EXPECT_EQ(later("2026-03-29T09:00", 7), "2026-04-05T09:00:00+01:00");
    EXPECT_EQ(later("2026-10-24T23:30:15.250", 1), "2026-10-25T23:30:15.250+00:00");
    EXPECT_EQ(later("2027-03-27T23:30", 1), "2027-03-28T23:30:00+01:00");
    EXPECT_EQ(later("2026-03-29T09:00", -1), "2026-03-28T09:00:00+00:00");
    EXPECT_EQ(later("2026-03-28T01:30", 1), "2026-03-29T02:00:00+01:00") << "half past one is skipped";
    EXPECT_EQ(later("2026-10-24T01:30", 1), "2026-10-25T01:30:00+01:00") << "there are two of it";
    EXPECT_EQ(later("2027-12-31T12:00", 60), "2028-02-29T12:00:00+00:00");
}

TEST(CalendarParse, ReadsEveryForm) {
    const Calendar london = zone("Europe/London");
    const std::int64_t minute = utc_ms(2010, 12, 1, 8, 26);
    EXPECT_EQ(*london.parse("2010-12-01"), Instant{utc_ms(2010, 12, 1)});
    EXPECT_EQ(*london.parse("2010-12-01T08:26"), Instant{minute});
    EXPECT_EQ(*london.parse("2010-12-01T08:26:07"), Instant{minute + 7000});
    EXPECT_EQ(*london.parse("2010-12-01T08:26:07.123"), Instant{minute + 7123});
    EXPECT_EQ(*london.parse("2010-12-01T08:26:07.5"), Instant{minute + 7500});
    EXPECT_EQ(*london.parse("2010-12-01T08:26:00Z"), Instant{minute});
    EXPECT_EQ(*london.parse("2010-12-01T08:26Z"), Instant{minute});
    EXPECT_EQ(*london.parse("2010-12-01T15:26:00+07:00"), Instant{minute});
    EXPECT_EQ(*london.parse("2010-12-01T02:56:00.001-05:30"), Instant{minute + 1});
    EXPECT_EQ(*london.parse("2010-12-01+07:00"), Instant{utc_ms(2010, 11, 30, 17)});
    EXPECT_EQ(*london.parse("1969-12-31T23:59:59.999+00:00"), Instant{-1});
}

TEST(CalendarParse, TakesTheZonesCivilTime) {
    EXPECT_EQ(*zone("Asia/Ho_Chi_Minh").parse("2026-06-01T00:00:00"), Instant{utc_ms(2026, 5, 31, 17)});
    EXPECT_EQ(*zone("Europe/London").parse("2026-06-01T00:00:00"), Instant{utc_ms(2026, 5, 31, 23)});
    EXPECT_EQ(*zone("Asia/Kathmandu").parse("2026-06-01T00:00:00"), Instant{utc_ms(2026, 5, 31, 18, 15)});
}

TEST(CalendarParse, RefusesATimeThatTheClocksSkip) {
    const Calendar london = zone("Europe/London");
    const auto skipped = london.parse("2011-03-27T01:30");
    ASSERT_FALSE(skipped);
    EXPECT_THAT(skipped.error().message, HasSubstr("the clocks of Europe/London skip it"));
    EXPECT_TRUE(london.parse("2011-03-27T00:59:59.999"));
    EXPECT_EQ(*london.parse("2011-03-27T02:00"), Instant{utc_ms(2011, 3, 27, 1)});
    EXPECT_EQ(*london.parse("2011-03-27T01:30Z"), Instant{utc_ms(2011, 3, 27, 1, 30)})
        << "an offset makes it exist";
}

TEST(CalendarParse, TakesTheEarlierOfTwo) {
    EXPECT_EQ(*zone("Europe/London").parse("2010-10-31T01:30"), Instant{utc_ms(2010, 10, 31, 0, 30)});
    EXPECT_EQ(*zone("America/New_York").parse("2010-11-07T01:30"), Instant{utc_ms(2010, 11, 7, 5, 30)});
}

TEST(CalendarParse, RefusesDatesThatDoNotExist) {
    const Calendar london = zone("Europe/London");
    const auto date = london.parse("2011-02-30");
    ASSERT_FALSE(date);
    EXPECT_EQ(date.error().message,
              "\"2011-02-30\" does not exist: there is no such day: 2011-02 has 28 days");
    EXPECT_TRUE(london.parse("2012-02-29"));
    EXPECT_TRUE(london.parse("2000-02-29"));
    for (const auto* text :
         {"2011-02-29", "1900-02-29", "2011-04-31", "2011-13-01", "2011-00-10", "2011-01-00", "0000-01-01",
          "2011-01-01T24:00", "2011-01-01T12:60", "2011-01-01T12:00:60"}) {
        const auto result = london.parse(text);
        ASSERT_FALSE(result) << text;
        EXPECT_THAT(result.error().message, HasSubstr("does not exist")) << text;
    }
}

TEST(CalendarParse, RefusesOtherForms) {
    const Calendar london = zone("Europe/London");
    for (const auto* text : {"",
                             "2011",
                             "2011-1-1",
                             "11-01-01",
                             "2011/01/01",
                             "01.02.2011",
                             "2011-01-01T",
                             "2011-01-01T8:00",
                             "2011-01-01T08",
                             "2011-01-01T08:0",
                             "2011-01-01T08:00:",
                             "2011-01-01T08:00:00.",
                             "2011-01-01T08:00:00.1234",
                             "2011-01-01T08:00.5",
                             "2011-01-01 08:00",
                             "2011-01-01T08:00z",
                             "2011-01-01T08:00+7",
                             "2011-01-01T08:00+0700",
                             "2011-01-01T08:00+24:00",
                             "2011-01-01T08:00+07:60",
                             "2011-01-01T08:00Zx",
                             " 2011-01-01",
                             "2011-01-01 ",
                             "-2011-01-01",
                             "12011-01-01",
                             "tomorrow"}) {
        const auto result = london.parse(text);
        ASSERT_FALSE(result) << text;
        EXPECT_THAT(result.error().message, HasSubstr("is not a time")) << text;
    }
}

TEST(CalendarFormat, WritesTheOffsetOfTheZone) {
    EXPECT_EQ(zone("Europe/London").format({utc_ms(2010, 12, 1, 8, 26)}), "2010-12-01T08:26:00+00:00");
    EXPECT_EQ(zone("Europe/London").format({utc_ms(2010, 6, 1, 8, 26)}), "2010-06-01T09:26:00+01:00");
    EXPECT_EQ(zone("Asia/Ho_Chi_Minh").format({utc_ms(2026, 5, 31, 17)}), "2026-06-01T00:00:00+07:00");
    EXPECT_EQ(zone("America/St_Johns").format({utc_ms(2026, 1, 1) + 7}), "2025-12-31T20:30:00.007-03:30");
    EXPECT_EQ(zone("UTC").format({-1}), "1969-12-31T23:59:59.999+00:00");
}

TEST(CalendarFormat, IsReadBackTheSame) {
    for (const auto* name : {"UTC", "Asia/Ho_Chi_Minh", "Europe/London", "America/St_Johns"}) {
        const Calendar calendar = zone(name);
        for (std::int64_t ms = utc_ms(1850, 1, 1); ms < utc_ms(2300, 1, 1);
             ms += 997 * 3'600'000LL + 123'457) {
            const auto read = calendar.parse(calendar.format({ms}));
            ASSERT_TRUE(read) << read.error().message;
            ASSERT_EQ(read->value, ms) << calendar.format({ms});
        }
    }
}

}  // namespace
}  // namespace tim::model
