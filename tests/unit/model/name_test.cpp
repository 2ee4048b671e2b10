#include "engine/model/name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tim::model {
namespace {

using ::testing::HasSubstr;

TEST(Receipt, IsReadAndWritten) {
    const auto name = parse_receipt("12/C104417");
    ASSERT_TRUE(name) << name.error().message;
    EXPECT_EQ(name->kind, NameKind::receipt);
    EXPECT_EQ(name->terminal, TerminalId{12});
    EXPECT_EQ(name->number(), "C104417");
    EXPECT_TRUE(name->valid());
    EXPECT_EQ(format_name(*name), "12/C104417");
}

TEST(Receipt, MayHave24BytesButNot25) {
    const std::string number(24, 'r');
    const auto name = parse_receipt("4294967295/" + number);
    ASSERT_TRUE(name) << name.error().message;
    EXPECT_EQ(name->number(), number);
    EXPECT_TRUE(name->valid());
    const auto longer = parse_receipt("1/" + number + "r");
    ASSERT_FALSE(longer);
    EXPECT_THAT(longer.error().message, HasSubstr("25 bytes"));
}

TEST(Receipt, RefusesWhatIsNone) {
    for (const auto* text :
         {"", "/", "12/", "/7", "x/7", "-1/7", "+1/7", "4294967296/7", "1.0/7", " 1/7", "7"})
        EXPECT_FALSE(parse_receipt(text)) << text;
    EXPECT_FALSE(parse_receipt("1/a\tb"));
    EXPECT_FALSE(parse_receipt("1/số"));
    EXPECT_FALSE(parse_receipt(std::string_view("1/a\0b", 5)));
}

TEST(Receipt, TakesTheDefaultTerminalForABareNumber) {
    EXPECT_EQ(*parse_receipt("536379", {9}), Name::receipt({9}, "536379"));
    EXPECT_EQ(*parse_receipt("3/536379", {9}), Name::receipt({3}, "536379"));
    EXPECT_EQ(*parse_receipt("A/12", {9}), Name::receipt({9}, "A/12"));
    EXPECT_EQ(*parse_receipt("3/A/12", {9}), Name::receipt({3}, "A/12"));
    EXPECT_FALSE(parse_receipt("", {9}));
    EXPECT_FALSE(parse_receipt("3/", {9}));
    EXPECT_FALSE(parse_receipt(std::string(25, 'x'), {9}));
}

TEST(NameValid, AsksForPrintableBytesAndZeroPadding) {
    EXPECT_FALSE(Name{}.valid());
    EXPECT_FALSE(Name::receipt({1}, "").valid());
    EXPECT_FALSE(Name::receipt({1}, "a\x7f").valid());
    EXPECT_FALSE(Name::receipt({1}, "\x80").valid());
    Name gap = Name::receipt({1}, "ab");
    gap.bytes[3] = 'c';
    EXPECT_FALSE(gap.valid());
    EXPECT_FALSE((Name{static_cast<NameKind>(7), {}, {}}.valid()));
}

TEST(NameValid, AsksForARequestIdThatIsNotAllZero) {
    std::array<std::uint8_t, kRequestIdBytes> id{};
    EXPECT_FALSE(Name::request(id).valid());
    id[15] = 1;
    EXPECT_TRUE(Name::request(id).valid());
    Name named = Name::request(id);
    named.bytes[16] = 1;
    EXPECT_FALSE(named.valid());
    Name with_terminal = Name::request(id);
    with_terminal.terminal = {1};
    EXPECT_FALSE(with_terminal.valid());
}

TEST(FormatName, WritesARequestIdInHexadecimal) {
    std::array<std::uint8_t, kRequestIdBytes> id{0x00, 0x0F, 0xA0, 0xFF};
    EXPECT_EQ(format_name(Name::request(id)), "000fa0ff000000000000000000000000");
    EXPECT_EQ(format_name(Name{}), "");
}

}  // namespace
}  // namespace tim::model
