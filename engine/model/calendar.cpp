#include "engine/model/calendar.h"

#include <absl/time/civil_time.h>
#include <absl/time/time.h>

#include <fmt/format.h>
#include <algorithm>
#include <optional>

namespace tim::model {

// Abseil's zones rather than date-tz's: the latter stops at the last transition that a zone's file lists
// (2037) and does not read the rule behind it.
struct Calendar::Zone {
    absl::TimeZone zone;
};

namespace {

constexpr int kFirstYear = 1970;
constexpr int kLastYear = 2199;
constexpr std::size_t kMonths = std::size_t{12} * (kLastYear - kFirstYear + 1);
constexpr std::int64_t kMeanMonthMs = 2'629'746'000;  // of the Gregorian calendar: 400 years / 4,800

/// Whether the name can be one of the database's zones: a path below it, and none of its own bookkeeping.
/// Abseil would also take absolute paths, "localtime" and names of its own.
bool is_zone_name(std::string_view name) {
    const auto is_allowed = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '+' || c == '-' || c == '/';
    };
    return !name.empty() && name.size() <= 64 && name.front() >= 'A' && name.front() <= 'Z' &&
           std::ranges::all_of(name, is_allowed) && !name.starts_with("Fixed/");
}

/// Reads the pieces of a time one after the other; every step fails once and for all.
class Reader {
  public:
    explicit Reader(std::string_view text) : text_(text) {}

    bool done() const { return text_.empty(); }
    bool next_is(char c) const { return !text_.empty() && text_.front() == c; }

    bool take(char c) {
        if (!next_is(c)) return false;
        text_.remove_prefix(1);
        return true;
    }

    /// Exactly `count` digits.
    std::optional<int> number(std::size_t count) {
        if (text_.size() < count) return std::nullopt;
        int value = 0;
        for (const char c : text_.substr(0, count)) {
            if (c < '0' || c > '9') return std::nullopt;
            value = value * 10 + (c - '0');
        }
        text_.remove_prefix(count);
        return value;
    }

    /// One to three digits after the point, as milliseconds.
    std::optional<int> milliseconds() {
        int value = 0;
        int digits = 0;
        for (; digits < 3 && !text_.empty() && text_.front() >= '0' && text_.front() <= '9'; ++digits) {
            value = value * 10 + (text_.front() - '0');
            text_.remove_prefix(1);
        }
        if (digits == 0) return std::nullopt;
        for (; digits < 3; ++digits)
            value *= 10;
        return value;
    }

  private:
    std::string_view text_;
};

struct CivilTime {
    int year = 0, month = 0, day = 0;
    int hour = 0, minute = 0, second = 0, millisecond = 0;
    std::optional<int> offset_s;
};

/// Reads `±hh:mm` or `±hh:mm:ss` (which `format` writes for offsets of the time before zones).
std::optional<int> read_offset(Reader& reader) {
    if (reader.take('Z')) return 0;
    const bool west = reader.next_is('-');
    if (!reader.take('+') && !reader.take('-')) return std::nullopt;
    const auto hours = reader.number(2);
    if (!hours || !reader.take(':')) return std::nullopt;
    const auto minutes = reader.number(2);
    if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    int seconds = 0;
    if (reader.take(':')) {
        const auto more = reader.number(2);
        if (!more || *more > 59) return std::nullopt;
        seconds = *more;
    }
    const int offset_s = *hours * 3600 + *minutes * 60 + seconds;
    return west ? -offset_s : offset_s;
}

std::optional<CivilTime> read_form(std::string_view text) {
    Reader reader(text);
    CivilTime time;
    const auto year = reader.number(4);
    if (!year || !reader.take('-')) return std::nullopt;
    const auto month = reader.number(2);
    if (!month || !reader.take('-')) return std::nullopt;
    const auto day = reader.number(2);
    if (!day) return std::nullopt;
    time.year = *year;
    time.month = *month;
    time.day = *day;
    if (reader.take('T')) {
        const auto hour = reader.number(2);
        if (!hour || !reader.take(':')) return std::nullopt;
        const auto minute = reader.number(2);
        if (!minute) return std::nullopt;
        time.hour = *hour;
        time.minute = *minute;
        if (reader.take(':')) {
            const auto second = reader.number(2);
            if (!second) return std::nullopt;
            time.second = *second;
            if (reader.take('.')) {
                const auto millisecond = reader.milliseconds();
                if (!millisecond) return std::nullopt;
                time.millisecond = *millisecond;
            }
        }
    }
    if (!reader.done()) {
        time.offset_s = read_offset(reader);
        if (!time.offset_s || !reader.done()) return std::nullopt;
    }
    return time;
}

/// The first instant that the zone calls by this midnight's day or month: where midnight is skipped, the
/// transition; of two midnights, the earlier.
std::int64_t first_instant_ms(const absl::TimeZone& zone, absl::CivilSecond midnight) {
    const auto info = zone.At(midnight);
    return absl::ToUnixMillis(info.kind == absl::TimeZone::TimeInfo::SKIPPED ? info.trans : info.pre);
}

/// What keeps the pieces from being a date and a time of day; empty when nothing does.
std::string find_fault(const CivilTime& time) {
    if (time.year < 1) return "years begin with 0001";
    if (time.month < 1 || time.month > 12) return fmt::format("there is no month {}", time.month);
    const absl::CivilMonth month(time.year, time.month);
    const int days = static_cast<int>(absl::CivilDay(month + 1) - absl::CivilDay(month));
    if (time.day < 1 || time.day > days)
        return fmt::format("there is no such day: {:04}-{:02} has {} days", time.year, time.month, days);
    if (time.hour > 23 || time.minute > 59 || time.second > 59)
        return "the time of day goes from 00:00:00 to 23:59:59";
    return {};
}

}  // namespace

Result<Calendar> Calendar::load(std::string_view zone_name) {
    absl::TimeZone zone;
    if (!is_zone_name(zone_name) || !absl::LoadTimeZone(std::string(zone_name), &zone))
        return failure(
            ErrorKind::invalid,
            fmt::format("\"{}\" is not a time zone of the IANA database (such as Asia/Ho_Chi_Minh)",
                        zone_name));
    Calendar calendar;
    calendar.zone_name_ = zone_name;
    calendar.zone_ = std::make_shared<const Zone>(Zone{zone});
    calendar.month_starts_ms_.reserve(kMonths + 1);
    absl::CivilMonth month(kFirstYear, 1);
    for (std::size_t i = 0; i <= kMonths; ++i, ++month)
        calendar.month_starts_ms_.push_back(first_instant_ms(zone, absl::CivilSecond(month)));
    return calendar;
}

Month Calendar::month_of(Instant at) const {
    // A mean month's count is off by one at most, to either side.
    const std::int64_t guess = std::clamp<std::int64_t>(at.value / kMeanMonthMs, 0, kMonths - 1);
    auto month = static_cast<std::size_t>(guess);
    while (month > 0 && at.value < month_starts_ms_[month])
        --month;
    while (month + 1 < kMonths && at.value >= month_starts_ms_[month + 1])
        ++month;
    return {static_cast<std::uint16_t>(month)};
}

Instant Calendar::month_start(Month month) const {
    return {month_starts_ms_[std::min<std::size_t>(month.value, kMonths)]};
}

Instant Calendar::day_start(Instant at, int days_later) const {
    const absl::CivilDay day(zone_->zone.At(absl::FromUnixMillis(at.value)).cs);
    return {first_instant_ms(zone_->zone, absl::CivilSecond(day + days_later))};
}

Instant Calendar::days_later(Instant at, std::int64_t days) const {
    const auto moment = absl::FromUnixMillis(at.value);
    const auto here = zone_->zone.At(moment);
    const absl::CivilDay day = absl::CivilDay(here.cs) + days;
    const absl::CivilSecond there(day.year(), day.month(), day.day(), here.cs.hour(), here.cs.minute(),
                                  here.cs.second());
    const std::int64_t part_ms = absl::ToInt64Milliseconds(here.subsecond);
    const auto info = zone_->zone.At(there);
    return info.kind == absl::TimeZone::TimeInfo::SKIPPED ? Instant{absl::ToUnixMillis(info.trans)}
                                                          : Instant{absl::ToUnixMillis(info.pre) + part_ms};
}

WallTime Calendar::wall_time(Instant at) const {
    const absl::CivilSecond civil = zone_->zone.At(absl::FromUnixMillis(at.value)).cs;
    return {static_cast<std::uint8_t>(absl::GetWeekday(civil)), static_cast<std::uint8_t>(civil.hour())};
}

Result<Instant> Calendar::parse(std::string_view text) const {
    const auto form = read_form(text);
    if (!form)
        return failure(
            ErrorKind::invalid,
            fmt::format("\"{}\" is not a time: YYYY-MM-DD, then Thh:mm, :ss and .mmm where wanted, then "
                        "Z or ±hh:mm where wanted",
                        text));
    if (const std::string fault = find_fault(*form); !fault.empty())
        return failure(ErrorKind::invalid, fmt::format("\"{}\" does not exist: {}", text, fault));
    const absl::CivilSecond civil(form->year, form->month, form->day, form->hour, form->minute, form->second);
    absl::Time time;
    if (form->offset_s) {
        time = absl::FromCivil(civil, absl::UTCTimeZone()) - absl::Seconds(*form->offset_s);
    } else {
        const auto info = zone_->zone.At(civil);
        if (info.kind == absl::TimeZone::TimeInfo::SKIPPED)
            return failure(ErrorKind::invalid,
                           fmt::format("\"{}\" does not exist: the clocks of {} skip it", text, zone_name_));
        time = info.pre;
    }
    return Instant{absl::ToUnixMillis(time) + form->millisecond};
}

std::string Calendar::format(Instant at) const {
    const auto info = zone_->zone.At(absl::FromUnixMillis(at.value));
    const absl::CivilSecond& civil = info.cs;
    std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", civil.year(), civil.month(),
                                   civil.day(), civil.hour(), civil.minute(), civil.second());
    const std::int64_t rest = at.value % 1000;
    if (rest != 0) text += fmt::format(".{:03}", rest < 0 ? rest + 1000 : rest);
    const int offset_s = info.offset < 0 ? -info.offset : info.offset;
    text += fmt::format("{}{:02}:{:02}", info.offset < 0 ? '-' : '+', offset_s / 3600, offset_s / 60 % 60);
    if (offset_s % 60 != 0) text += fmt::format(":{:02}", offset_s % 60);
    return text;
}

std::string Calendar::format_day(Instant at) const {
    const absl::CivilDay day(zone_->zone.At(absl::FromUnixMillis(at.value)).cs);
    return fmt::format("{:04}-{:02}-{:02}", day.year(), day.month(), day.day());
}

}  // namespace tim::model
