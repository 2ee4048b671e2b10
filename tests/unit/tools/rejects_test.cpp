#include "tools/tim/feed/rejects.h"

#include <gtest/gtest.h>

#include "temporary_folder.h"

namespace tim::cli {
namespace {

TEST(RejectsFile, AppearsWithTheFirstRowAndReplacesAnOlderOne) {
    const TemporaryFolder folder;
    const std::string path = folder.write("feed.csv.rejects.csv", "old");
    RejectsFile rejects(path, "kind,amount");
    EXPECT_FALSE(std::filesystem::exists(path));
    ASSERT_TRUE(rejects.add(3, "amount: \"x\", no number", "sale,x"));
    ASSERT_TRUE(rejects.add(9, "kind is missing", ",5"));
    ASSERT_TRUE(rejects.flush());
    EXPECT_EQ(rejects.count(), 2U);
    EXPECT_EQ(TemporaryFolder::read(path),
              "rejected_line,rejected_reason,kind,amount\n"
              "3,\"amount: \"\"x\"\", no number\",sale,x\n"
              "9,kind is missing,,5\n");
}

TEST(RejectsFile, TellsWhenItCannotBeWritten) {
    const TemporaryFolder folder;
    RejectsFile rejects((folder.path() / "missing" / "x.rejects.csv").string(), "kind");
    const auto added = rejects.add(2, "r", "sale");
    ASSERT_FALSE(added);
    EXPECT_NE(added.error().message.find("x.rejects.csv"), std::string::npos);
}

}  // namespace
}  // namespace tim::cli
