#include "tools/tim/csv_writer.h"

#include <gtest/gtest.h>

namespace tim::cli {
namespace {

TEST(CsvWriter, QuotesOnlyWhatNeedsIt) {
    CsvWriter csv;
    csv.field("plain").field("a,b").field("say \"hi\"").field(" blank").field("two\nlines").field("");
    csv.end_line();
    csv.field(std::int64_t{-3}).field("x");
    csv.end_line();
    EXPECT_EQ(csv.text(), "plain,\"a,b\",\"say \"\"hi\"\"\",\" blank\",\"two\nlines\",\n-3,x\n");
}

}  // namespace
}  // namespace tim::cli
