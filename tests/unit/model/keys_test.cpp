#include "engine/model/keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

namespace tim::model {
namespace {

using ::testing::HasSubstr;

std::string normal(KeyKind kind, std::string_view text) {
    const auto key = normalize_key(kind, text);
    return key ? key->text : "error";
}

TEST(Phone, HasOneNormalForm) {
    for (const auto* text : {"+84901234567", "0084901234567", "+84 90 123 45 67", "+84.90.123.4567",
                             "(+84) 90-123-4567", "00 84 [90] 1234567", "0-0 84901234567"})
        EXPECT_EQ(normal(KeyKind::phone, text), "+84901234567") << text;
}

TEST(Phone, Has8To15Digits) {
    EXPECT_EQ(normal(KeyKind::phone, "+1234567"), "error");
    EXPECT_EQ(normal(KeyKind::phone, "+12345678"), "+12345678");
    EXPECT_EQ(normal(KeyKind::phone, "+123456789012345"), "+123456789012345");
    EXPECT_EQ(normal(KeyKind::phone, "+1234567890123456"), "error");
    EXPECT_EQ(normal(KeyKind::phone, "+" + std::string(1000, '1')), "error");
    EXPECT_EQ(normal(KeyKind::phone, "+1" + std::string(1000, ' ') + "2345678"), "+12345678");
}

TEST(Phone, RefusesWhatIsNone) {
    for (const auto* text : {"", "+", "00", "0901234567", "84901234567", "+0901234567", "000901234567",
                             "++84901234567", "+84+901234567", "00+84901234567", "+84901234567x",
                             "+84,901234567", "call me", "+84 90\t1234567", "+８４901234567"})
        EXPECT_EQ(normal(KeyKind::phone, text), "error") << text;
}

TEST(Email, IsFoldedToLowerCase) {
    EXPECT_EQ(normal(KeyKind::email, "An.Nguyen+x@Example.VN"), "an.nguyen+x@example.vn");
    EXPECT_EQ(normal(KeyKind::email, "a@b.c"), "a@b.c");
}

TEST(Email, RefusesWhatIsNone) {
    for (const auto* text : {"", "@", "an", "an@", "@example.vn", "an@example", "an@@example.vn",
                             "an@b@example.vn", "an @example.vn", "an@example.vn ", "an@.vn", "an@example.",
                             "an@example..vn", "ản@example.vn", "an@exam\nple.vn"})
        EXPECT_EQ(normal(KeyKind::email, text), "error") << text;
}

TEST(Email, HasAtMost254Bytes) {
    const std::string tail = "@" + std::string(185, 'd') + ".vn";
    EXPECT_EQ(normal(KeyKind::email, std::string(64, 'l') + tail).size(), 253U);
    EXPECT_EQ(normal(KeyKind::email, std::string(65, 'l') + tail), "error");
    EXPECT_EQ(normal(KeyKind::email, "l@" + std::string(249, 'd') + ".vn").size(), 254U);
    EXPECT_EQ(normal(KeyKind::email, "l@" + std::string(250, 'd') + ".vn"), "error");
}

TEST(Card, IsKeptAsItIs) {
    EXPECT_EQ(normal(KeyKind::card, "20417"), "20417");
    EXPECT_EQ(normal(KeyKind::card, "Kh-00/17:a"), "Kh-00/17:a");
    EXPECT_EQ(normal(KeyKind::card, std::string(64, 'c')), std::string(64, 'c'));
    EXPECT_EQ(normal(KeyKind::card, std::string(65, 'c')), "error");
    for (const auto* text : {"", " ", "1 2", "thẻ", "1\n"})
        EXPECT_EQ(normal(KeyKind::card, text), "error") << text;
}

TEST(NormalizeKey, SaysWhatIsWrong) {
    const auto key = normalize_key(KeyKind::phone, "hello");
    ASSERT_FALSE(key);
    EXPECT_THAT(key.error().message, HasSubstr("\"hello\" is not a phone number"));
    EXPECT_FALSE(normalize_key(KeyKind::none, "x"));
    EXPECT_FALSE(normalize_key(KeyKind::id, "7"));
    EXPECT_FALSE(normalize_key(static_cast<KeyKind>(77), "7"));
}

TEST(NormalizeKeyInto, WritesNothingBeyondItsBuffer) {
    std::array<char, kMaxEmailBytes + 1> buffer{};
    for (const KeyKind kind : {KeyKind::phone, KeyKind::email, KeyKind::card})
        for (const std::string& text :
             {std::string(5000, '1'), "+" + std::string(5000, '1'), "l@" + std::string(5000, 'd') + ".vn",
              "l@" + std::string(249, 'd') + ".vn"}) {
            buffer.back() = '#';
            EXPECT_LE(normalize_key_into(kind, text, buffer.data()).size(), kMaxEmailBytes);
            EXPECT_EQ(buffer.back(), '#');
        }
}

TEST(NormalizeKey, IsIdempotent) {
    for (const auto& [kind, text] :
         {std::pair{KeyKind::phone, "00 84 (90) 123-4567"}, std::pair{KeyKind::email, "AN@EXAMPLE.VN"},
          std::pair{KeyKind::card, "X-1"}}) {
        const auto once = normalize_key(kind, text);
        ASSERT_TRUE(once) << once.error().message;
        EXPECT_EQ(*normalize_key(kind, once->text), *once);
    }
}

TEST(ParseCustomer, ReadsEveryKind) {
    const std::string_view phone = "phone:+84 901 234 567";
    const auto customer = parse_customer(phone);
    ASSERT_TRUE(customer) << customer.error().message;
    EXPECT_EQ(customer->kind, KeyKind::phone);
    EXPECT_EQ(customer->text.data(), phone.data() + 6) << "the text is the caller's, as sent";
    EXPECT_EQ(customer->text, "+84 901 234 567");
    EXPECT_EQ(parse_customer("email:An@example.vn")->kind, KeyKind::email);
    EXPECT_EQ(parse_customer("card:a:b")->text, "a:b");
    EXPECT_EQ(parse_customer("id:42")->id, CustomerId{42});
    EXPECT_EQ(parse_customer("id:1099511627775")->id, CustomerId{kMaxCustomerId});
}

TEST(ParseCustomer, RefusesWhatNamesNobody) {
    for (const auto* text :
         {"", ":", "20417", "Phone:+84901234567", "phone:", "phone:none", "email:x", "card:", "id:", "id:0",
          "id:-1", "id:1x", "id:1099511627776", "id:99999999999999999999", "staff:7", ":7"})
        EXPECT_FALSE(parse_customer(text)) << text;
}

TEST(KeyKindName, TellsTheKindsApart) {
    EXPECT_EQ(key_kind_name(KeyKind::none), "");
    EXPECT_EQ(key_kind_name(KeyKind::id), "id");
    EXPECT_EQ(key_kind_name(KeyKind::phone), "phone");
    EXPECT_EQ(key_kind_name(KeyKind::email), "email");
    EXPECT_EQ(key_kind_name(KeyKind::card), "card");
}

}  // namespace
}  // namespace tim::model
