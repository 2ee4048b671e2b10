#include "protocol/codec/text.h"

#include <gtest/gtest.h>

namespace tim::codec {
namespace {

TEST(Printable, EscapesWhatControlsATerminal) {
    EXPECT_EQ(printable("Nguyễn Văn An, 5 €"), "Nguyễn Văn An, 5 €");
    EXPECT_EQ(printable("\x1b[2Jcolour\n\t\x7f"), "\\x1b[2Jcolour\\x0a\\x09\\x7f");
    EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a\\x00b");
    EXPECT_EQ(printable("\xC2\x9B"), "\\xc2\\x9b") << "U+009B begins a control sequence as well";
    EXPECT_EQ(printable(""), "");
}

TEST(Printable, EscapesWhatIsNotUtf8) {
    EXPECT_EQ(printable("caf\xE9"), "caf\\xe9");
    EXPECT_EQ(printable("\xFF\xFEx"), "\\xff\\xfex");
    EXPECT_EQ(printable("\xC3"), "\\xc3");
    EXPECT_EQ(printable("\xA9"), "\\xa9");
}

TEST(Suggestion, NamesWhatIsNearOrWhatThereIs) {
    const std::vector<std::string> words{"enroll", "export", "sale"};
    EXPECT_EQ(suggestion("enrol", words), "did you mean \"enroll\"?");
    EXPECT_EQ(suggestion("sael", words), "did you mean \"sale\"?");
    EXPECT_EQ(suggestion("frobnicate", words), "known are enroll, export, sale");
    EXPECT_EQ(suggestion(std::string(1000, 'e'), words), "known are enroll, export, sale");
}

}  // namespace
}  // namespace tim::codec
