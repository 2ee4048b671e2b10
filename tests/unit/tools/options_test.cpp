#include "tools/tim/options.h"

#include <gtest/gtest.h>

namespace tim::cli {
namespace {

TEST(WholeNumber, NamesItsBounds) {
    const CLI::Validator ttl = whole_number(1, 604'800, "seconds");
    EXPECT_EQ(ttl("604800"), "");
    EXPECT_EQ(ttl("+1"), "");
    EXPECT_EQ(ttl("604801"), "\"604801\" is not a whole number of seconds from 1 to 604800");
    EXPECT_EQ(ttl("0"), "\"0\" is not a whole number of seconds from 1 to 604800");
    EXPECT_EQ(ttl("99999999999999999999"),
              "\"99999999999999999999\" is not a whole number of seconds from 1 to 604800");
    EXPECT_EQ(whole_number(1)("0"), "\"0\" is not a whole number above 0");
    EXPECT_EQ(whole_number(1)("1.5"), "\"1.5\" is not a whole number above 0");
    EXPECT_EQ(whole_number()("-5"), "");
    EXPECT_EQ(whole_number()("9223372036854775808"), "9223372036854775808 is beyond what 64 bits can hold");
    EXPECT_EQ(whole_number()("five"), "\"five\" is not a whole number");
}

TEST(CheckText, TakesWhatTheServerTakes) {
    EXPECT_TRUE(check_text("--name", "Nguyễn Văn An"));
    EXPECT_TRUE(check_text("--name", std::string(512, 'x')));
    EXPECT_EQ(check_text("--name", std::string(513, 'x')).error().message,
              "--name: it has 513 bytes, at most 512 are allowed");
    EXPECT_EQ(check_text("--reason", "a\nb").error().message,
              "--reason: it holds control characters, or is not UTF-8");
    EXPECT_FALSE(check_text("--reason", "caf\xE9"));
}

}  // namespace
}  // namespace tim::cli
