#include "engine/model/money.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tim::model {
namespace {

using ::testing::HasSubstr;

const Currency kGbp{"GBP", 2};
const Currency kVnd{"VND", 0};
const Currency kBhd{"BHD", 3};

TEST(FindCurrency, KnowsTheDecimals) {
    EXPECT_EQ(*find_currency("GBP"), kGbp);
    EXPECT_EQ(*find_currency("VND"), kVnd);
    EXPECT_EQ(*find_currency("BHD"), kBhd);
    EXPECT_EQ(find_currency("AED")->decimals, 2) << "first of the table";
    EXPECT_EQ(find_currency("ZWG")->decimals, 2) << "last of the table";
    EXPECT_EQ(find_currency("CLF")->decimals, 4);
    EXPECT_EQ(find_currency("JPY")->decimals, 0);
}

TEST(FindCurrency, RefusesUnknownCodes) {
    for (const auto* code : {"", "vnd", "VN", "VNDX", "XXX", "AAA", "ZZZ", "Đ"}) {
        const auto currency = find_currency(code);
        ASSERT_FALSE(currency) << code;
        EXPECT_THAT(currency.error().message, HasSubstr(code));
    }
}

TEST(ParseMoney, IsExact) {
    EXPECT_EQ(*parse_money("12.50", kGbp), Money{1250});
    EXPECT_EQ(*parse_money("12.5", kGbp), Money{1250});
    EXPECT_EQ(*parse_money("12", kGbp), Money{1200});
    EXPECT_EQ(*parse_money("0.05", kGbp), Money{5});
    EXPECT_EQ(*parse_money("-0.05", kGbp), Money{-5});
    EXPECT_EQ(*parse_money("+3", kGbp), Money{300});
    EXPECT_EQ(*parse_money("-3", kVnd), Money{-3});
    EXPECT_EQ(*parse_money("-0", kVnd), Money{0});
    EXPECT_EQ(*parse_money("1.234", kBhd), Money{1234});
    EXPECT_EQ(*parse_money("000000000000000000000000000007.10", kGbp), Money{710});
}

TEST(ParseMoney, ReachesTheEdgesOf64Bits) {
    EXPECT_EQ(*parse_money("92233720368547758.07", kGbp), Money{INT64_MAX});
    EXPECT_EQ(*parse_money("-92233720368547758.08", kGbp), Money{INT64_MIN});
    EXPECT_EQ(*parse_money("9223372036854775807", kVnd), Money{INT64_MAX});
    EXPECT_EQ(*parse_money("-9223372036854775808", kVnd), Money{INT64_MIN});
    for (const auto* text : {"92233720368547758.08", "-92233720368547758.09", "92233720368547759", "1e400",
                             "99999999999999999999999999"})
        EXPECT_FALSE(parse_money(text, kGbp)) << text;
    EXPECT_FALSE(parse_money("9223372036854775808", kVnd));
    EXPECT_FALSE(parse_money("-9223372036854775809", kVnd));
}

TEST(ParseMoney, RefusesMoreDecimalsThanTheCurrencyHas) {
    const auto amount = parse_money("12.345", kGbp);
    ASSERT_FALSE(amount);
    EXPECT_THAT(amount.error().message, HasSubstr("has 3 decimals; GBP has 2"));
    EXPECT_FALSE(parse_money("12.500", kGbp));
    EXPECT_FALSE(parse_money("12.0", kVnd));
    EXPECT_FALSE(parse_money("1.2345", kBhd));
}

TEST(ParseMoney, RefusesWhatIsNoAmount) {
    for (const auto* text :
         {"",    "-",  "+",  ".",  ".5",    "5.",   "1,5",  "1,000.00", "1_000", "1e3", "--1",
          "-+1", "1-", " 1", "1 ", "1.2.3", "1.-2", "0x10", "NaN",      "inf",   "£1",  "١"})
        EXPECT_FALSE(parse_money(text, kGbp)) << text;
}

TEST(FormatMoney, WritesExactlyTheDecimalsOfTheCurrency) {
    EXPECT_EQ(format_money({1250}, kGbp), "12.50");
    EXPECT_EQ(format_money({-5}, kGbp), "-0.05");
    EXPECT_EQ(format_money({0}, kGbp), "0.00");
    EXPECT_EQ(format_money({12500}, kVnd), "12500");
    EXPECT_EQ(format_money({1}, kBhd), "0.001");
    EXPECT_EQ(format_money({INT64_MAX}, kGbp), "92233720368547758.07");
    EXPECT_EQ(format_money({INT64_MIN}, kGbp), "-92233720368547758.08");
    EXPECT_EQ(format_money({INT64_MIN}, kVnd), "-9223372036854775808");
}

TEST(FormatMoney, IsReadBackTheSame) {
    for (const Currency& currency : {kGbp, kVnd, kBhd})
        for (const std::int64_t value :
             {INT64_MIN, INT64_MIN + 1, std::int64_t{-1000}, std::int64_t{-1}, std::int64_t{0},
              std::int64_t{99}, std::int64_t{100}, INT64_MAX - 1, INT64_MAX}) {
            const auto read = parse_money(format_money({value}, currency), currency);
            ASSERT_TRUE(read) << read.error().message;
            EXPECT_EQ(read->value, value);
        }
}

TEST(ParseInteger, IsExact) {
    EXPECT_EQ(*parse_integer("0"), 0);
    EXPECT_EQ(*parse_integer("+17"), 17);
    EXPECT_EQ(*parse_integer("-17"), -17);
    EXPECT_EQ(*parse_integer("9223372036854775807"), INT64_MAX);
    EXPECT_EQ(*parse_integer("-9223372036854775808"), INT64_MIN);
    for (const auto* text : {"", "-", "+", "1.0", "1e3", " 1", "1 ", "0x1", "--1", "9223372036854775808",
                             "-9223372036854775809"})
        EXPECT_FALSE(parse_integer(text)) << text;
}

}  // namespace
}  // namespace tim::model
