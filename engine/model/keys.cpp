#include "engine/model/keys.h"

#include <fmt/format.h>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>

namespace tim::model {
namespace {

constexpr std::size_t kMinPhoneDigits = 8;
constexpr std::size_t kMaxPhoneDigits = 15;
constexpr std::size_t kMaxEmailLocalBytes = 64;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_graphic(char c) {
    return c > ' ' && c <= '~';
}

bool is_phone_separator(char c) {
    switch (c) {
        case ' ':
        case '.':
        case '-':
        case '(':
        case ')':
        case '[':
        case ']':
            return true;
        default:
            return false;
    }
}

/// Whether eight characters are all digits.
bool all_digits(std::uint64_t word) {
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    return (((word + kOnes * (0x7F - '9')) | (word - kOnes * '0') | word) & (kOnes * 0x80)) == 0;
}

/// Whether a phone is in normal form already, as tills send it: `+` and 8 to 15 digits, looked at in two
/// halves that overlap. What is not may still be brought into it.
bool is_normal_phone(std::string_view text) {
    if (text.size() < kMinPhoneDigits + 1 || text.size() > kMaxPhoneDigits + 1 || text[0] != '+' ||
        text[1] == '0')
        return false;
    std::uint64_t head = 0;
    std::uint64_t tail = 0;
    std::memcpy(&head, text.data(), sizeof head);
    std::memcpy(&tail, text.data() + text.size() - sizeof tail, sizeof tail);
    // The least byte of `head` is the plus: made a zero, the word must be eight digits.
    return all_digits(head - '+' + '0') && all_digits(tail);
}

std::size_t normalize_phone(std::string_view text, char* buffer) {
    bool plus = false;
    std::size_t digits = 0;
    std::size_t prefix_zeros = 0;
    for (const char c : text) {
        if (is_digit(c)) {
            if (!plus) {
                // The international prefix: exactly two zeros stand for the plus.
                if (c != '0') return 0;
                plus = ++prefix_zeros == 2;
                continue;
            }
            // No country code begins with zero.
            if (digits == kMaxPhoneDigits || (digits == 0 && c == '0')) return 0;
            buffer[++digits] = c;
        } else if (c == '+') {
            if (plus || prefix_zeros != 0) return 0;
            plus = true;
        } else if (!is_phone_separator(c)) {
            return 0;
        }
    }
    if (digits < kMinPhoneDigits) return 0;
    buffer[0] = '+';
    return digits + 1;
}

std::size_t normalize_email(std::string_view text, char* buffer) {
    if (text.size() > kMaxEmailBytes) return 0;
    const std::size_t at = text.find('@');
    if (at == std::string_view::npos || at == 0 || at > kMaxEmailLocalBytes) return 0;
    bool dot = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (!is_graphic(c) || (c == '@' && i != at)) return 0;
        if (c == '.' && i > at) {
            // Every label of the domain has at least one character.
            if (text[i - 1] == '.' || text[i - 1] == '@' || i + 1 == text.size()) return 0;
            dot = true;
        }
        buffer[i] = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return dot ? text.size() : 0;
}

bool is_normal_card(std::string_view text) {
    if (text.empty() || text.size() > kMaxCardBytes) return false;
    for (const char c : text)
        if (!is_graphic(c)) return false;
    return true;
}

std::string_view expectation(KeyKind kind) {
    switch (kind) {
        case KeyKind::phone:
            return "a phone number: + or 00, the country code and the number, 8 to 15 digits";
        case KeyKind::email:
            return "an email address: one @, a dot in the domain, at most 254 bytes";
        case KeyKind::card:
            return "a card or customer code: 1 to 64 printable ASCII characters without blanks";
        case KeyKind::id:
        case KeyKind::none:
            break;
    }
    return "a key: phone, email or card";
}

}  // namespace

std::string_view key_kind_name(KeyKind kind) {
    switch (kind) {
        case KeyKind::none:
            return "";
        case KeyKind::id:
            return "id";
        case KeyKind::phone:
            return "phone";
        case KeyKind::email:
            return "email";
        case KeyKind::card:
            return "card";
    }
    return "";
}

std::string_view normalize_key_into(KeyKind kind, std::string_view text, char* buffer) {
    switch (kind) {
        case KeyKind::phone:
            return is_normal_phone(text) ? text : std::string_view(buffer, normalize_phone(text, buffer));
        case KeyKind::email:
            return {buffer, normalize_email(text, buffer)};
        case KeyKind::card:
            return is_normal_card(text) ? text : std::string_view();
        case KeyKind::id:
        case KeyKind::none:
            break;
    }
    return {};
}

Result<Key> normalize_key(KeyKind kind, std::string_view text) {
    std::array<char, kMaxEmailBytes> buffer{};
    const std::string_view normal = normalize_key_into(kind, text, buffer.data());
    if (normal.empty())
        return failure(ErrorKind::invalid, fmt::format("\"{}\" is not {}", text, expectation(kind)));
    return Key{kind, std::string(normal)};
}

Result<CustomerRef> parse_customer(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon != std::string_view::npos) {
        const std::string_view name = text.substr(0, colon);
        const std::string_view value = text.substr(colon + 1);
        for (const KeyKind kind : {KeyKind::phone, KeyKind::email, KeyKind::card}) {
            if (name != key_kind_name(kind)) continue;
            if (auto key = normalize_key(kind, value); !key) return tl::unexpected(std::move(key.error()));
            return CustomerRef{kind, {}, value};
        }
        if (name == key_kind_name(KeyKind::id)) {
            CustomerRef customer{KeyKind::id, {}, {}};
            const char* const end = value.data() + value.size();
            const auto [rest, error] = std::from_chars(value.data(), end, customer.id.value);
            if (value.empty() || error != std::errc{} || rest != end || customer.id.value == 0 ||
                customer.id.value > kMaxCustomerId)
                return failure(ErrorKind::invalid,
                               fmt::format("\"{}\" is not a customer's id: a number from 1 to {}", value,
                                           kMaxCustomerId));
            return customer;
        }
    }
    return failure(ErrorKind::invalid,
                   fmt::format("\"{}\" does not name a customer: phone:…, email:…, card:… or id:…", text));
}

}  // namespace tim::model
