#include "engine/model/money.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cstdlib>

namespace tim::model {
namespace {

struct Entry {
    std::string_view code;
    int decimals;
};

// ISO 4217, list one: every code in use that has a minor unit, with its number of decimals.
constexpr std::array kCurrencies = std::to_array<Entry>({
    {"AED", 2}, {"AFN", 2}, {"ALL", 2}, {"AMD", 2}, {"AOA", 2}, {"ARS", 2}, {"AUD", 2}, {"AWG", 2},
    {"AZN", 2}, {"BAM", 2}, {"BBD", 2}, {"BDT", 2}, {"BGN", 2}, {"BHD", 3}, {"BIF", 0}, {"BMD", 2},
    {"BND", 2}, {"BOB", 2}, {"BOV", 2}, {"BRL", 2}, {"BSD", 2}, {"BTN", 2}, {"BWP", 2}, {"BYN", 2},
    {"BZD", 2}, {"CAD", 2}, {"CDF", 2}, {"CHE", 2}, {"CHF", 2}, {"CHW", 2}, {"CLF", 4}, {"CLP", 0},
    {"CNY", 2}, {"COP", 2}, {"COU", 2}, {"CRC", 2}, {"CUP", 2}, {"CVE", 2}, {"CZK", 2}, {"DJF", 0},
    {"DKK", 2}, {"DOP", 2}, {"DZD", 2}, {"EGP", 2}, {"ERN", 2}, {"ETB", 2}, {"EUR", 2}, {"FJD", 2},
    {"FKP", 2}, {"GBP", 2}, {"GEL", 2}, {"GHS", 2}, {"GIP", 2}, {"GMD", 2}, {"GNF", 0}, {"GTQ", 2},
    {"GYD", 2}, {"HKD", 2}, {"HNL", 2}, {"HTG", 2}, {"HUF", 2}, {"IDR", 2}, {"ILS", 2}, {"INR", 2},
    {"IQD", 3}, {"IRR", 2}, {"ISK", 0}, {"JMD", 2}, {"JOD", 3}, {"JPY", 0}, {"KES", 2}, {"KGS", 2},
    {"KHR", 2}, {"KMF", 0}, {"KPW", 2}, {"KRW", 0}, {"KWD", 3}, {"KYD", 2}, {"KZT", 2}, {"LAK", 2},
    {"LBP", 2}, {"LKR", 2}, {"LRD", 2}, {"LSL", 2}, {"LYD", 3}, {"MAD", 2}, {"MDL", 2}, {"MGA", 2},
    {"MKD", 2}, {"MMK", 2}, {"MNT", 2}, {"MOP", 2}, {"MRU", 2}, {"MUR", 2}, {"MVR", 2}, {"MWK", 2},
    {"MXN", 2}, {"MXV", 2}, {"MYR", 2}, {"MZN", 2}, {"NAD", 2}, {"NGN", 2}, {"NIO", 2}, {"NOK", 2},
    {"NPR", 2}, {"NZD", 2}, {"OMR", 3}, {"PAB", 2}, {"PEN", 2}, {"PGK", 2}, {"PHP", 2}, {"PKR", 2},
    {"PLN", 2}, {"PYG", 0}, {"QAR", 2}, {"RON", 2}, {"RSD", 2}, {"RUB", 2}, {"RWF", 0}, {"SAR", 2},
    {"SBD", 2}, {"SCR", 2}, {"SDG", 2}, {"SEK", 2}, {"SGD", 2}, {"SHP", 2}, {"SLE", 2}, {"SOS", 2},
    {"SRD", 2}, {"SSP", 2}, {"STN", 2}, {"SVC", 2}, {"SYP", 2}, {"SZL", 2}, {"THB", 2}, {"TJS", 2},
    {"TMT", 2}, {"TND", 3}, {"TOP", 2}, {"TRY", 2}, {"TTD", 2}, {"TWD", 2}, {"TZS", 2}, {"UAH", 2},
    {"UGX", 0}, {"USD", 2}, {"USN", 2}, {"UYI", 0}, {"UYU", 2}, {"UYW", 4}, {"UZS", 2}, {"VED", 2},
    {"VES", 2}, {"VND", 0}, {"VUV", 0}, {"WST", 2}, {"XAF", 0}, {"XCD", 2}, {"XCG", 2}, {"XOF", 0},
    {"XPF", 0}, {"YER", 2}, {"ZAR", 2}, {"ZMW", 2}, {"ZWG", 2},
});
static_assert(std::ranges::is_sorted(kCurrencies, {}, &Entry::code), "find_currency searches by halves");

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Reads digits onto the end of `value`, which grows away from zero in the direction of `negative`, so that
/// the least number of 64 bits is read as exactly as the greatest. False when it overflows.
bool append_digits(std::int64_t& value, std::string_view digits, bool negative) {
    for (const char c : digits) {
        const std::int64_t digit = c - '0';
        if (__builtin_mul_overflow(value, std::int64_t{10}, &value)) return false;
        if (__builtin_add_overflow(value, negative ? -digit : digit, &value)) return false;
    }
    return true;
}

/// Takes an optional sign off the front of `text`; true for a minus.
bool take_sign(std::string_view& text) {
    if (text.empty() || (text.front() != '-' && text.front() != '+')) return false;
    const bool negative = text.front() == '-';
    text.remove_prefix(1);
    return negative;
}

}  // namespace

Result<Currency> find_currency(std::string_view code) {
    const auto* const found = std::ranges::lower_bound(kCurrencies, code, {}, &Entry::code);
    if (found == kCurrencies.end() || found->code != code)
        return failure(ErrorKind::invalid, fmt::format("\"{}\" is not a currency code of ISO 4217", code));
    return Currency{std::string(found->code), found->decimals};
}

Result<Money> parse_money(std::string_view text, const Currency& currency) {
    std::string_view rest = text;
    const bool negative = take_sign(rest);
    const std::size_t point = rest.find('.');
    const std::string_view whole = rest.substr(0, point);
    const std::string_view fraction =
        point == std::string_view::npos ? std::string_view{} : rest.substr(point + 1);
    if (whole.empty() || !std::ranges::all_of(whole, is_digit) || !std::ranges::all_of(fraction, is_digit) ||
        (point != std::string_view::npos && fraction.empty()))
        return failure(ErrorKind::invalid,
                       fmt::format("\"{}\" is not an amount: digits, with a point before the "
                                   "decimals, without separators of thousands",
                                   text));
    const auto decimals = static_cast<std::size_t>(currency.decimals);
    if (fraction.size() > decimals)
        return failure(ErrorKind::invalid, fmt::format("\"{}\" has {} decimals; {} has {}", text,
                                                       fraction.size(), currency.code, currency.decimals));
    Money amount{};
    constexpr std::string_view kZeros = "0000000000000000000";
    if (!append_digits(amount.value, whole, negative) || !append_digits(amount.value, fraction, negative) ||
        !append_digits(amount.value, kZeros.substr(0, decimals - fraction.size()), negative))
        return failure(ErrorKind::invalid, fmt::format("\"{}\" is beyond the range of 64 bits", text));
    return amount;
}

std::string format_money(Money amount, const Currency& currency) {
    // Unsigned, because the least number has no positive counterpart.
    const auto bits = static_cast<std::uint64_t>(amount.value);
    const std::uint64_t magnitude = amount.value < 0 ? std::uint64_t{0} - bits : bits;
    const std::string_view sign = amount.value < 0 ? "-" : "";
    if (currency.decimals <= 0) return fmt::format("{}{}", sign, magnitude);
    std::uint64_t scale = 1;
    for (int i = 0; i < currency.decimals; ++i)
        scale *= 10;
    return fmt::format("{}{}.{:0{}}", sign, magnitude / scale, magnitude % scale, currency.decimals);
}

Result<std::int64_t> parse_integer(std::string_view text) {
    std::string_view digits = text;
    const bool negative = take_sign(digits);
    if (digits.empty() || !std::ranges::all_of(digits, is_digit))
        return failure(ErrorKind::invalid, fmt::format("\"{}\" is not a whole number", text));
    std::int64_t value = 0;
    if (!append_digits(value, digits, negative))
        return failure(ErrorKind::invalid, fmt::format("\"{}\" is beyond the range of 64 bits", text));
    return value;
}

}  // namespace tim::model
