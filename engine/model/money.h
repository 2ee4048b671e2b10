#pragma once

#include <string>
#include <string_view>

#include "engine/model/quantity.h"
#include "engine/model/result.h"

namespace tim::model {

/// A currency by its ISO 4217 code and the number of decimals of its minor unit (VND 0, GBP 2, BHD 3).
struct Currency {
    std::string code;
    int decimals = 0;

    friend bool operator==(const Currency&, const Currency&) = default;
};

/// Looks a currency up by its ISO 4217 code; an unknown code is an error.
Result<Currency> find_currency(std::string_view code);

/// Reads a decimal ("12.50", "-3", "0.5") in `currency`, exactly: more decimals than the currency has, signs
/// in odd places, exponents, blanks, separators of thousands and numbers beyond 64 bits are errors.
Result<Money> parse_money(std::string_view text, const Currency& currency);

/// Writes an amount with exactly the decimals of `currency`: "12.50" GBP, "12500" VND.
std::string format_money(Money amount, const Currency& currency);

/// Reads a whole number, with an optional sign, exactly.
Result<std::int64_t> parse_integer(std::string_view text);

}  // namespace tim::model
