#include "tools/tim/json_line.h"

#include <gtest/gtest.h>

#include <limits>

namespace tim::cli {
namespace {

TEST(JsonLine, KeepsOrderAndTypes) {
    JsonLine line;
    line.add("name", "Vàng")
        .add("points", std::int64_t{-5})
        .add("on", true)
        .add("rate", 0.5)
        .add("count", 3.0);
    EXPECT_EQ(line.text(), R"({"name":"Vàng","points":-5,"on":true,"rate":0.5,"count":3})");
}

TEST(JsonLine, EscapesWhatJsonCannotHold) {
    JsonLine line;
    line.add("a\"b", std::string("\\\n\t\x01", 4));
    EXPECT_EQ(line.text(), "{\"a\\\"b\":\"\\\\\\n\\t\\u0001\"}");
}

TEST(JsonLine, HasNoNumberForInfinity) {
    JsonLine line;
    line.add("x", std::numeric_limits<double>::infinity()).add_or_null("at", "");
    EXPECT_EQ(line.text(), R"({"x":null,"at":null})");
}

TEST(JsonLine, WritesLists) {
    JsonLine line;
    line.add("keys", std::vector<std::string>{"card:1", "phone:+84"}).add("none", std::vector<std::string>{});
    EXPECT_EQ(line.text(), R"({"keys":["card:1","phone:+84"],"none":[]})");
}

}  // namespace
}  // namespace tim::cli
