#include "tools/tim/text_table.h"

#include <gtest/gtest.h>

namespace tim::cli {
namespace {

TEST(DisplayWidth, CountsColumnsNotBytes) {
    EXPECT_EQ(display_width(""), 0U);
    EXPECT_EQ(display_width("Bac"), 3U);
    EXPECT_EQ(display_width("Bạc"), 3U);  // precomposed
    EXPECT_EQ(display_width("Ba\xCC\xA3"
                            "c"),
              3U);  // a combining dot below
    EXPECT_EQ(display_width("銀"), 2U);
    EXPECT_EQ(display_width("\xFF\xFE"), 2U);   // not UTF-8: a column a byte
    EXPECT_EQ(display_width("a\xE1\xBA"), 3U);  // cut off in the middle of a character
}

TEST(TextTable, AlignsColumnsByTheirWidth) {
    TextTable table({{"tier"}, {"points", TextTable::Align::right}, {"name"}});
    table.add({"Kim Cương", "1200", "An"});
    table.add({"Bạc", "7", ""});
    EXPECT_EQ(table.text(),
              "tier       points  name\n"
              "Kim Cương    1200  An\n"
              "Bạc             7\n");
}

TEST(Counted, OneIsOne) {
    EXPECT_EQ(counted(0, "customer"), "0 customers");
    EXPECT_EQ(counted(1, "customer"), "1 customer");
    EXPECT_EQ(counted(2, "row"), "2 rows");
}

TEST(FieldList, AlignsValues) {
    EXPECT_EQ(field_list({{"điểm", "5"}, {"tier", "Vàng"}, {"name", ""}}), "điểm  5\ntier  Vàng\nname\n");
}

}  // namespace
}  // namespace tim::cli
