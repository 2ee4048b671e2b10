#include "engine/model/sale_line.h"

#include <gmock/gmock.h>

namespace tim::model {
namespace {

using ::testing::HasSubstr;

const Currency kPounds{"GBP", 2};

TEST(SaleLine, AreReadAsTheyAreTyped) {
    auto line = parse_sale_line("oolong-1:2:12.50:tea", kPounds);
    ASSERT_TRUE(line) << line.error().message;
    EXPECT_EQ(*line, (SaleLine{"oolong-1", 2, {1'250}, "tea"}));
    line = parse_sale_line("A 1/b:1:0", kPounds);
    ASSERT_TRUE(line) << line.error().message;
    EXPECT_EQ(*line, (SaleLine{"A 1/b", 1, {0}, ""}));
    line = parse_sale_line("a:1:1:trà: xanh", kPounds);
    ASSERT_TRUE(line) << line.error().message;
    EXPECT_EQ(line->category, "trà: xanh") << "a category may have colons";
    line = parse_return_line("a:3", kPounds);
    ASSERT_TRUE(line) << line.error().message;
    EXPECT_EQ(*line, (SaleLine{"a", 3, kAnyPrice, ""}));
    EXPECT_EQ(parse_return_line("a:3:1.00", kPounds)->price.value, 100);
    EXPECT_EQ(parse_return_line("a:3::tea", kPounds)->category, "tea");
}

TEST(SaleLine, AFaultTellsWhatIsWrongAndTheForm) {
    const auto fault = [](std::string_view text) {
        const auto line = parse_sale_line(text, kPounds);
        return line ? std::string("(read)") : line.error().message;
    };
    for (const char* text : {"", ":1:1", "a;b:1:1", " a:1:1", "a :1:1", "é:1:1"})
        EXPECT_THAT(fault(text), HasSubstr("an SKU is 1 to 32 printable ASCII bytes")) << text;
    EXPECT_THAT(fault(std::string(33, 'a') + ":1:1"), HasSubstr("an SKU is"));
    for (const char* text : {"a", "a:", "a:0:1", "a:-1:1", "a:x:1", "a:1.5:1", "a:1000000001:1"})
        EXPECT_THAT(fault(text), HasSubstr("the quantity is a number from 1 to 1000000000")) << text;
    EXPECT_THAT(fault("a:1"), HasSubstr("the price is missing; a line is SKU:QTY:PRICE[:CATEGORY]"));
    EXPECT_THAT(fault("a:1:-1"), HasSubstr("the price is negative"));
    EXPECT_THAT(fault("a:1:1.234"), HasSubstr("price: "));
    EXPECT_THAT(fault("a:1:1:" + std::string(65, 'c')), HasSubstr("a category has at most 64 bytes"));
    EXPECT_THAT(fault("a:1:1:b\tc"), HasSubstr("a category"));
    EXPECT_THAT(parse_return_line("a", kPounds).error().message, HasSubstr("SKU:QTY[:PRICE[:CATEGORY]]"));
}

TEST(SaleLine, SeveralStandInOneCell) {
    const auto lines = parse_sale_lines("a:1:1.00;b:2:0.50:tea", kPounds, false);
    ASSERT_TRUE(lines) << lines.error().message;
    EXPECT_EQ(*lines, (std::vector<SaleLine>{{"a", 1, {100}, ""}, {"b", 2, {50}, "tea"}}));
    EXPECT_EQ(parse_sale_lines("a:1;b:2", kPounds, true)->size(), 2U);
    EXPECT_FALSE(parse_sale_lines("a:1:1.00;", kPounds, false));
    std::string many = "a:1";
    for (std::size_t i = 1; i < kMaxSaleLines; ++i)
        many += ";a:1";
    EXPECT_EQ(parse_sale_lines(many, kPounds, true)->size(), kMaxSaleLines);
    EXPECT_THAT(parse_sale_lines(many + ";a:1", kPounds, true).error().message,
                HasSubstr("more than 64 lines"));
}

TEST(SaleLine, AreToldToPeople) {
    const std::vector<SaleLine> lines = {{"a", 5, {1'250}, "tea"}, {"b", 5, {0}, ""}, {"c", 1, {100}, ""}};
    const std::vector<std::uint32_t> some = {2, 0, 1};
    EXPECT_EQ(describe_lines(lines, some, kPounds, 100), "a × 2 at 12.50 (tea), c × 1 at 1.00");
    EXPECT_EQ(describe_lines(lines, some, kPounds, 30), "a × 2 at 12.50 (tea), and 1 more");
    EXPECT_EQ(describe_lines(lines, some, kPounds, 3), "2 more");
    EXPECT_EQ(describe_lines(lines, std::vector<std::uint32_t>{0, 0, 0}, kPounds, 100), "nothing");
}

}  // namespace
}  // namespace tim::model
