#include "tools/tim/feed/feed_reader.h"

#include <gtest/gtest.h>

#include "temporary_folder.h"

namespace tim::cli {
namespace {

const std::string kHeader = "kind,receipt,at,terminal,customer,amount\n";

/// A source that gives its text in small pieces.
class Pieces final : public ByteSource {
  public:
    Pieces(std::string text, std::size_t piece) : text_(std::move(text)), piece_(piece) {}
    model::Result<std::size_t> read(std::span<char> buffer) override {
        const std::size_t size = std::min({piece_, buffer.size(), text_.size() - used_});
        text_.copy(buffer.data(), size, used_);
        used_ += size;
        return size;
    }
    void cancel() override {}
    double progress() const override { return 0; }

  private:
    std::string text_;
    std::size_t piece_;
    std::size_t used_ = 0;
};

struct Read {
    std::string error;  // of the header
    std::string header;
    std::vector<FeedRow> rows;
};

Read read_feed(const std::string& text, std::size_t piece = 1 << 20, const std::string& currency = "GBP",
               const std::string& zone = "Europe/London") {
    Pieces source(text, piece);
    FeedReader reader(source);
    FeedRowReader cells(*model::find_currency(currency), *model::Calendar::load(zone));
    Read read;
    if (const auto header = reader.read_header(); !header) {
        read.error = header.error().message;
        return read;
    }
    read.header = reader.header();
    while (*reader.read(cells, read.rows, 100)) {
    }
    return read;
}

std::string fault_of(const std::string& row, const std::string& header = kHeader) {
    const Read read = read_feed(header + row + "\n");
    EXPECT_EQ(read.error, "");
    EXPECT_EQ(read.rows.size(), 1U) << row;
    return read.rows.empty() ? "" : read.rows[0].fault;
}

TEST(FeedReader, ReadsASale) {
    const Read read = read_feed(kHeader + "sale,104416,2010-12-01T08:26:00,1,card:20417,48.50\n");
    ASSERT_EQ(read.rows.size(), 1U);
    const FeedRow& row = read.rows[0];
    EXPECT_EQ(row.fault, "");
    EXPECT_EQ(row.line, 2U);
    EXPECT_EQ(row.kind, FeedKind::sale);
    EXPECT_EQ(model::format_name(row.name), "1/104416");
    EXPECT_EQ(row.at.value, 1'291'191'960'000);
    EXPECT_EQ(row.amount.value, 4'850);
    EXPECT_EQ(row.customer_kind, model::KeyKind::card);
    EXPECT_EQ(row.customer, "20417");
    EXPECT_FALSE(row.anonymous());
}

TEST(FeedReader, TakesColumnsInAnyOrder) {
    const Read read = read_feed(
        "amount,customer,original,at,kind,terminal,receipt\n"
        "5.00,,7/A1,2011-06-01,return,3,R9\n");
    ASSERT_EQ(read.rows.size(), 1U);
    EXPECT_EQ(read.rows[0].fault, "");
    EXPECT_TRUE(read.rows[0].anonymous());
    EXPECT_EQ(model::format_name(read.rows[0].original), "7/A1");
    EXPECT_EQ(read.rows[0].at.value, 1'306'882'800'000);  // midnight in London's summer
}

TEST(FeedReader, AnOriginalWithoutTerminalIsOfTheSameOne) {
    const Read read = read_feed(
        "kind,receipt,at,terminal,customer,amount,original\n"
        "void,V1,2011-06-01T10:00:00Z,3,,,A1\n");
    EXPECT_EQ(read.rows.at(0).fault, "");
    EXPECT_EQ(model::format_name(read.rows[0].original), "3/A1");
    EXPECT_FALSE(read.rows[0].anonymous());
}

TEST(FeedReader, NamesTheWrongColumn) {
    EXPECT_EQ(read_feed("kind,receipt,at,terminal,customer,amount,colour\n").error,
              "line 1: unknown column 'colour'");
    EXPECT_EQ(read_feed("kind,receipt,at,terminal,customer\n").error, "line 1: column 'amount' is missing");
    EXPECT_EQ(read_feed("kind,kind,receipt,at,terminal,customer,amount\n").error,
              "line 1: column 'kind' occurs twice");
    EXPECT_NE(read_feed("").error, "");
    EXPECT_EQ(read_feed("kind,receipt,at,terminal,customer,amount,\x1b]0;x\x07\n").error,
              "line 1: unknown column '\\x1b]0;x\\x07'");
}

TEST(FeedReader, SaysWhatIsWrongWithARow) {
    EXPECT_NE(fault_of("sale,1,2010-12-01,1,,-1.00").find("negative"), std::string::npos);
    EXPECT_NE(fault_of("sale,1,2010-12-01,1,,1.005").find("amount"), std::string::npos);
    EXPECT_NE(fault_of("sale,1,2011-02-30,1,,1.00").find("2011-02"), std::string::npos);
    EXPECT_NE(fault_of("sale,1,2010-12-01,1,,").find("amount is missing"), std::string::npos);
    EXPECT_NE(fault_of("sale,1,,1,,1").find("at is missing"), std::string::npos);
    EXPECT_NE(fault_of("sale,,2010-12-01,1,,1").find("receipt is missing"), std::string::npos);
    EXPECT_NE(fault_of(",1,2010-12-01,1,,1").find("kind is missing"), std::string::npos);
    EXPECT_NE(fault_of("gift,1,2010-12-01,1,,1").find("'gift'"), std::string::npos);
    EXPECT_NE(fault_of("sale,1234567890123456789012345,2010-12-01,1,,1").find("25 bytes"), std::string::npos);
    EXPECT_NE(fault_of("sale,caf\xC3\xA9,2010-12-01,1,,1").find("ASCII"), std::string::npos);
    EXPECT_NE(fault_of("sale,1,2010-12-01,4294967296,,1").find("terminal"), std::string::npos);
    EXPECT_NE(fault_of("sale,1,2010-12-01,-1,,1").find("terminal"), std::string::npos);
    EXPECT_NE(fault_of("sale,1,2010-12-01,1,phone:12,1").find("customer"), std::string::npos);
    EXPECT_NE(fault_of("sale,1,2010-12-01,1,20417,1").find("customer"), std::string::npos);
    EXPECT_NE(fault_of("redeem,1,2010-12-01,1,,1").find("customer is missing"), std::string::npos);
    EXPECT_NE(fault_of("redeem,1,2010-12-01,1,card:1,0").find("amount"), std::string::npos);
    EXPECT_NE(fault_of("void,1,2010-12-01,1,,").find("original is missing"), std::string::npos);
    EXPECT_NE(fault_of("enroll,,2010-12-01,,id:5,").find("customer"), std::string::npos);
    EXPECT_NE(fault_of("sale,1,2010-12-01,1,,1,2").find("7 fields"), std::string::npos);
    EXPECT_NE(fault_of("sale,1,2010-12-01,1,\"card:1,1").find("quote"), std::string::npos);
    EXPECT_EQ(fault_of("enroll,,2010-12-01,,card:5,"), "");
    const std::string more = "kind,receipt,at,terminal,customer,amount,referral,original\n";
    EXPECT_EQ(fault_of("sale,1,2010-12-01,1,,1,ABC,", more), "referral: an anonymous sale has none");
    EXPECT_EQ(fault_of("return,1,2010-12-01,1,card:1,1,ABC,", more),
              "referral: a row of kind return has none");
    EXPECT_EQ(fault_of("sale,1,2010-12-01,1,card:1,1,ABC,", more), "");
    EXPECT_EQ(fault_of("enroll,,2010-12-01,,card:1,,ABC,", more), "");
    EXPECT_NE(fault_of("sale,1,2010-12-01,1,,1,,9", more).find("original"), std::string::npos);
    EXPECT_EQ(fault_of("redeem,1,2010-12-01,1,card:1,1,,9", more), "");
}

TEST(FeedReader, ReadsLines) {
    const std::string header = "kind,receipt,at,terminal,customer,amount,original,line\n";
    const Read read = read_feed(header +
                                "sale,A,2010-12-01,1,card:1,5.00,,oolong-1:2:2.00:tea;cup:1:1.50\n"
                                "return,B,2010-12-01,1,card:1,,A,oolong-1:1\n");
    ASSERT_EQ(read.rows.size(), 2U);
    EXPECT_EQ(read.rows[0].fault, "");
    EXPECT_EQ(read.rows[0].lines,
              (std::vector<model::SaleLine>{{"oolong-1", 2, {200}, "tea"}, {"cup", 1, {150}, ""}}));
    EXPECT_EQ(read.rows[1].fault, "");
    EXPECT_EQ(read.rows[1].amount.value, 0) << "their share of what was paid";
    EXPECT_EQ(read.rows[1].lines, (std::vector<model::SaleLine>{{"oolong-1", 1, model::kAnyPrice, ""}}));
    EXPECT_EQ(fault_of("sale,A,2010-12-01,1,card:1,5.00,,cup:1", header),
              "line: \"cup:1\": the price is missing; a line is SKU:QTY:PRICE[:CATEGORY]");
    EXPECT_EQ(fault_of("return,B,2010-12-01,1,card:1,,,cup:1", header),
              "original: lines that come back are of a sale; name its receipt");
    EXPECT_EQ(fault_of("void,B,2010-12-01,1,,,A,cup:1", header), "line: only sales and returns have lines");
    EXPECT_EQ(fault_of("sale,A,2010-12-01,1,card:1,,,cup:1:1.00", header), "amount is missing");
}

TEST(FeedReader, ReadsWhoseMemberSomebodyBecomes) {
    const std::string header = "kind,receipt,at,terminal,customer,amount,vip,reward\n";
    const Read read = read_feed(header + "enroll,,2010-12-01,,card:2,,card:1,\n");
    EXPECT_EQ(read.rows.at(0).fault, "");
    EXPECT_EQ(read.rows[0].vip_kind, model::KeyKind::card);
    EXPECT_EQ(read.rows[0].vip, "1");
    EXPECT_EQ(fault_of("sale,A,2010-12-01,1,card:2,1,card:1,", header), "vip: a row of kind sale has none");
    EXPECT_NE(fault_of("enroll,,2010-12-01,,card:2,,phone:12,", header).find("vip: "), std::string::npos);
    EXPECT_EQ(fault_of("sale,A,2010-12-01,1,card:2,1,,v50", header), "reward: a row of kind sale has none");
    const Read rewards = read_feed(header + "redeem,D,2010-12-01,1,card:2,,,v50\n");
    EXPECT_EQ(rewards.rows.at(0).fault, "");
    EXPECT_EQ(rewards.rows[0].reward, "v50");
    EXPECT_EQ(fault_of("redeem,D,2010-12-01,1,card:2,5,,v50", header),
              "amount: a reward costs points, and has none");
    EXPECT_EQ(fault_of("redeem,D,2010-12-01,1,card:2,,,", header), "amount is missing");
}

TEST(FeedReader, ABadRowCostsThatRowOnly) {
    const std::string text = kHeader +
                             "sale,1,2010-12-01,1,,1.00\r\n"
                             "sale,\"2,2010-12-01,1,,1.00\r\n"
                             "\r\n" +
                             std::string(kMaxFeedLineBytes + 10, 'x') +
                             "\r\n"
                             "sale,\"3\",2010-12-01,1,,1.00";
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{1} << 20}) {
        const Read read = read_feed(text, piece);
        ASSERT_EQ(read.rows.size(), 4U) << piece;
        EXPECT_TRUE(read.rows[0].good());
        EXPECT_FALSE(read.rows[1].good());
        EXPECT_EQ(read.rows[1].text, "sale,\"2,2010-12-01,1,,1.00");
        EXPECT_EQ(read.rows[2].line, 5U);
        EXPECT_FALSE(read.rows[2].good());
        EXPECT_EQ(read.rows[3].line, 6U);
        EXPECT_TRUE(read.rows[3].good()) << read.rows[3].fault;
    }
}

TEST(FeedReader, PassesOverTheColumnsOfARejectsFile) {
    const Read read = read_feed(
        "rejected_line,rejected_reason,kind,receipt,at,terminal,customer,amount\n"
        "7,\"amount: bad, \"\"x\"\"\",sale,1,2010-12-01,1,,x\n");
    EXPECT_EQ(read.header + "\n", kHeader);
    ASSERT_EQ(read.rows.size(), 1U);
    EXPECT_EQ(read.rows[0].text, "sale,1,2010-12-01,1,,x");
}

TEST(FeedReader, TakesAByteOrderMark) {
    EXPECT_EQ(read_feed("\xEF\xBB\xBF" + kHeader + "sale,1,2010-12-01,1,,1\n").rows.size(), 1U);
}

TEST(FeedReader, AnAtWithoutOffsetIsInTheProgramsZone) {
    const Read read =
        read_feed(kHeader + "sale,1,2026-01-01T00:00:00,1,,1\nsale,2,2026-01-01T00:00:00Z,1,,1\n", 1 << 20,
                  "VND", "Asia/Ho_Chi_Minh");
    ASSERT_EQ(read.rows.size(), 2U);
    EXPECT_EQ(read.rows[1].at.value - read.rows[0].at.value, 7 * 3'600'000);
}

}  // namespace
}  // namespace tim::cli
