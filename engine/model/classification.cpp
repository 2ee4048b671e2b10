#include "engine/model/classification.h"

#include <fmt/format.h>

#include <array>

namespace tim::model {

namespace {

constexpr std::array<std::string_view, 4> kStatuses = {"new", "prospect", "purchased", "vip"};
constexpr std::array<std::uint8_t, 13> kMonthDays = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

std::string_view status_name(CustomerStatus status) {
    const auto number = static_cast<std::size_t>(status);
    return number < kStatuses.size() ? kStatuses[number] : "unknown";
}

std::optional<CustomerStatus> read_status(std::string_view name) {
    for (std::size_t i = 0; i < kStatuses.size(); ++i)
        if (kStatuses[i] == name) return static_cast<CustomerStatus>(i);
    return std::nullopt;
}

bool is_day(const Birthday& birthday) {
    return birthday.month >= 1 && birthday.month <= 12 && birthday.day >= 1 &&
           birthday.day <= kMonthDays[birthday.month];
}

std::string format_birthday(const Birthday& birthday) {
    return birthday.known() ? fmt::format("{:02}-{:02}", birthday.month, birthday.day) : std::string();
}

std::optional<Birthday> read_birthday(std::string_view text) {
    if (text.size() != 5 || text[2] != '-') return std::nullopt;
    for (const std::size_t place : {0U, 1U, 3U, 4U})
        if (!is_digit(text[place])) return std::nullopt;
    const auto number = [text](std::size_t place) {
        return static_cast<std::uint8_t>((text[place] - '0') * 10 + (text[place + 1] - '0'));
    };
    const Birthday birthday{number(0), number(3)};
    return is_day(birthday) ? std::optional(birthday) : std::nullopt;
}

std::string say_classes(const CustomerClasses& classes) {
    std::string line;
    const auto say = [&line](std::string_view what, const std::string& text) {
        if (text.empty()) return;
        line += fmt::format("{}{} {}", line.empty() ? "" : ", ", what, text);
    };
    if (classes.status == CustomerStatus::prospect) line = "prospect";
    say("staff", classes.staff);
    say("source", classes.source);
    say("channel", classes.channel);
    say("natures", fmt::format("{}", fmt::join(classes.natures, " and ")));
    say("types", fmt::format("{}", fmt::join(classes.types, " and ")));
    say("items", fmt::format("{}", fmt::join(classes.items, " and ")));
    say("birthday", format_birthday(classes.birthday));
    return line;
}

}  // namespace tim::model
