#include "protocol/codec/json.h"

#include <gmock/gmock.h>

namespace tim::codec {
namespace {

using ::testing::HasSubstr;

std::string fault_of(std::string_view text) {
    const auto value = parse_json(text);
    return value ? "(read)" : value.error().message;
}

TEST(Json, KnowsWhereEverythingStands) {
    const auto value = parse_json("{\n  \"a\": [1, \"b\\u00e9\\n\"],\n  \"c\": -0.5e+3\n}\n");
    ASSERT_TRUE(value) << value.error().message;
    ASSERT_EQ(value->members.size(), 2U);
    const auto& list = value->members[0].value;
    EXPECT_EQ(list.position.line, 2U);
    EXPECT_EQ(list.position.column, 8U);
    EXPECT_EQ(list.items[1].text, "bé\n");
    EXPECT_EQ(list.items[1].position.column, 12U);
    EXPECT_EQ(value->members[1].position.line, 3U);
    EXPECT_EQ(value->members[1].value.text, "-0.5e+3");
}

TEST(Json, ColumnsCountCharacters) {
    const auto value = parse_json("[\"Cấp độ\", 1]");
    ASSERT_TRUE(value);
    EXPECT_EQ(value->items[1].position.column, 12U);
}

TEST(Json, SkipsAByteOrderMark) {
    EXPECT_EQ(fault_of("\xef\xbb\xbf{}"), "(read)");
}

TEST(Json, DecodesSurrogatePairs) {
    const auto value = parse_json("\"\\ud83d\\ude00\"");
    ASSERT_TRUE(value);
    EXPECT_EQ(value->text, "\xf0\x9f\x98\x80");
}

TEST(Json, RefusesWhatIsNoJson) {
    const struct {
        std::string_view text;
        const char* message;
    } kCases[] = {
        {"", "1:1: the file is empty"},
        {" \n\n", "3:1: the file is empty"},
        {"{} x", "1:4: 'x' after the end of the value"},
        {"{\"a\":1,}", "1:8: expected a field's name in quotes, found '}'"},
        {"{a:1}", "1:2: expected a field's name in quotes, found 'a'"},
        {"{\"a\" 1}", "expected ':' after \"a\", found '1'"},
        {"{\"a\":1 \"b\":2}", "expected ',' or '}', found '\"'"},
        {"[1 2]", "expected ',' or ']', found '2'"},
        {"[1,]", "expected a value, found ']'"},
        {"[1", "expected ',' or ']', found the end of the file"},
        {"/* c */ 1", "expected a value, found '/'"},
        {"'a'", "expected a value, found '''"},
        {"debt", "expected a value, found 'd'"},
        {"+1", "expected a value, found '+'"},
        {"01", "'1' after the end of the value"},
        {"0x10", "'x' after the end of the value"},
        {"1.", "expected a digit, found the end of the file"},
        {"1e", "expected a digit, found the end of the file"},
        {"-", "expected a digit, found the end of the file"},
        {"\"a", "the text has no closing quote"},
        {"\"a\nb\"", "the byte 0x0a inside a text"},
        {"\"\\x41\"", "this escape is unknown"},
        {"\"\\", "this escape is unknown"},
        {"\"\\u12\"", "four hexadecimal digits"},
        {"\"\\u0000\"", "a text cannot hold the character 0"},
        {"\"\\ud800\"", "half of a surrogate pair"},
        {"\"\\ude00\"", "half of a surrogate pair"},
        {"\"\xff\"", "this text is not UTF-8"},
        {"\"\xc3", "this text is not UTF-8"},
        {"\"\xed\xa0\x80\"", "this text is not UTF-8"},
    };
    for (const auto& [text, message] : kCases)
        EXPECT_THAT(fault_of(text), HasSubstr(message)) << text;
    EXPECT_THAT(fault_of(std::string_view("[\0]", 3)), HasSubstr("the byte 0x00"));
    EXPECT_THAT(fault_of(std::string_view("\"\0\"", 3)), HasSubstr("the byte 0x00 inside a text"));
}

}  // namespace
}  // namespace tim::codec
