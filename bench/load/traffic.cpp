#include "bench/load/traffic.h"

#include <cstring>

namespace tim::bench {
namespace {

// Where the fields of a row stand, so that a few bytes of a ready row can be changed in place
// (protocol/schema/messages.fbs).
constexpr std::size_t kSaleCustomer = 16;
constexpr std::size_t kSaleNumber = 40;
constexpr std::size_t kSaleTerminal = 64;
constexpr std::size_t kCommandAmount = 8;
constexpr std::size_t kCommandPoints = 16;
constexpr std::size_t kCommandTtl = 24;
constexpr std::size_t kCommandHold = 32;
constexpr std::size_t kCommandCustomer = 40;
constexpr std::size_t kCommandName = 64;
constexpr std::size_t kCommandKind = 124;
constexpr std::size_t kCommandCustomerKind = 125;
constexpr std::size_t kCommandNameKind = 127;
static_assert(sizeof(schema::SaleRow) == kSaleTerminal + 8 && sizeof(schema::CommandRow) == 160);

constexpr std::size_t kPhoneBytes = 12;
constexpr std::size_t kPhoneDigitsAt = 4;
constexpr std::size_t kRunBytes = 8;
constexpr std::size_t kDrawnAhead = std::size_t{1} << 22;

/// The numbers 0000 to 9999 as text, back to back.
struct Digits {
    std::array<char, 40'000> text{};
    constexpr Digits() {
        for (std::size_t i = 0; i < 10'000; ++i) {
            text[4 * i] = static_cast<char>('0' + i / 1000);
            text[4 * i + 1] = static_cast<char>('0' + i / 100 % 10);
            text[4 * i + 2] = static_cast<char>('0' + i / 10 % 10);
            text[4 * i + 3] = static_cast<char>('0' + i % 10);
        }
    }
};
const Digits kDigits;

void put_digits(char* place, std::uint64_t four) {
    std::memcpy(place, kDigits.text.data() + 4 * four, 4);
}

void put_phone_digits(char* place, std::uint64_t index) {
    put_digits(place, index / 10'000);
    put_digits(place + 4, index % 10'000);
}

template <class Row>
char* bytes_of(Row& row) {
    return reinterpret_cast<char*>(&row);
}

template <class Row, class Value>
void put(Row& row, std::size_t offset, Value value) {
    std::memcpy(bytes_of(row) + offset, &value, sizeof value);
}

}  // namespace

std::array<char, 12> phone_of(std::uint64_t index) {
    std::array<char, kPhoneBytes> phone = {'+', '8', '4', '9'};
    put_phone_digits(phone.data() + kPhoneDigitsAt, index);
    return phone;
}

Traffic::Traffic(const Settings& settings, std::uint64_t run)
    : first_(settings.vips),
      customers_(settings.customers - settings.vips),
      random_(settings.seed),
      run_(run | 1) {
    if (settings.skew.zipf) {
        const ZipfRanks ranks(customers_, settings.skew.exponent);
        drawn_.reserve(kDrawnAhead);
        for (std::size_t i = 0; i < kDrawnAhead; ++i) {
            // Scattered, so that customers who are met often do not stand side by side in memory.
            const std::uint64_t rank = ranks.draw(random_);
            drawn_.push_back(static_cast<std::uint32_t>(SplitMix64::mix(rank) % customers_));
        }
    }

    const auto phone = phone_of(0);
    std::memset(bytes_of(sale_), 0, sizeof sale_);
    put(sale_, 0, model::kNoInstant.value);
    put(sale_, 8, kSaleAmountMinor);
    std::memcpy(bytes_of(sale_) + kSaleCustomer, phone.data(), phone.size());
    put(sale_, kSaleTerminal + 4, schema::CustomerKind::phone);
    constexpr char kLetters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    for (std::size_t i = 0; i < kRunBytes; ++i)
        bytes_of(sale_)[kSaleNumber + i] = kLetters[run_ >> (5 * i) & 31];

    std::memset(bytes_of(command_), 0, sizeof command_);
    put(command_, 0, model::kNoInstant.value);
    std::memcpy(bytes_of(command_) + kCommandCustomer, phone.data(), phone.size());
    put(command_, kCommandCustomerKind, schema::CustomerKind::phone);
}

std::uint64_t Traffic::next_customer() {
    if (drawn_.empty()) return first_ + random_.below(customers_);
    const std::uint64_t customer = drawn_[next_drawn_];
    next_drawn_ = (next_drawn_ + 1) % drawn_.size();
    return first_ + customer;
}

void Traffic::put_customer(schema::CommandRow& row) {
    put_phone_digits(bytes_of(row) + kCommandCustomer + kPhoneDigitsAt, next_customer());
}

void Traffic::put_request(schema::CommandRow& row) {
    put(row, kCommandName, run_);
    put(row, kCommandName + 8, ++counter_);
    put(row, kCommandNameKind, schema::NameKind::request);
}

void Traffic::sale(schema::SaleRow& row, std::uint32_t terminal) {
    row = sale_;
    put_phone_digits(bytes_of(row) + kSaleCustomer + kPhoneDigitsAt, next_customer());
    char* const number = bytes_of(row) + kSaleNumber + kRunBytes;
    const std::uint64_t count = ++counter_;
    put_digits(number, count / 100'000'000 % 10'000);
    put_digits(number + 4, count / 10'000 % 10'000);
    put_digits(number + 8, count % 10'000);
    put(row, kSaleTerminal, terminal);
}

void Traffic::balance(schema::CommandRow& row) {
    row = command_;
    put_customer(row);
    put(row, kCommandKind, schema::RowKind::balance);
    put(row, kCommandAmount, kSaleAmountMinor);
}

void Traffic::redeem(schema::CommandRow& row) {
    row = command_;
    put_customer(row);
    put(row, kCommandKind, schema::RowKind::redeem);
    put(row, kCommandPoints, std::int64_t{1});
    put_request(row);
}

void Traffic::hold(schema::CommandRow& row) {
    row = command_;
    put_customer(row);
    put(row, kCommandKind, schema::RowKind::hold);
    put(row, kCommandPoints, kHeldPoints);
    put(row, kCommandTtl, kHoldTtlMs);
    put_request(row);
}

void Traffic::resolve(schema::CommandRow& row, std::uint64_t hold) {
    row = command_;
    std::memset(bytes_of(row) + kCommandCustomer, 0, kPhoneBytes);
    put(row, kCommandCustomerKind, schema::CustomerKind::none);
    put_request(row);
    put(row, kCommandKind, counter_ % 2 == 0 ? schema::RowKind::capture : schema::RowKind::release);
    put(row, kCommandHold, hold);
}

}  // namespace tim::bench
