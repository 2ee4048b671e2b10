#include "tools/tim/import/import_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/tim/import/import_run.h"

namespace tim::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Text final : public ByteSource {
  public:
    explicit Text(std::string text) : text_(std::move(text)) {}
    model::Result<std::size_t> read(std::span<char> buffer) override {
        const std::size_t size = std::min(buffer.size(), text_.size() - used_);
        text_.copy(buffer.data(), size, used_);
        used_ += size;
        return size;
    }
    void cancel() override {}
    double progress() const override { return 0; }

  private:
    std::string text_;
    std::size_t used_ = 0;
};

struct Read {
    std::string error;  // of the header
    std::string header;
    std::vector<ImportRow> rows;
};

Read read_file(ImportKind kind, const std::string& text, model::Instant until = model::kNoInstant) {
    Text source(text);
    ImportReader reader(source, kind);
    Read read;
    if (const auto header = reader.read_header(); !header) {
        read.error = header.error().message;
        return read;
    }
    read.header = reader.header();
    const ImportRowReader cells(kind, *model::find_currency("VND"),
                                *model::Calendar::load("Asia/Ho_Chi_Minh"), until);
    while (*reader.read(cells, read.rows, 3)) {
    }
    return read;
}

std::string fault_of(ImportKind kind, const std::string& header, const std::string& row) {
    const Read read = read_file(kind, header + "\n" + row + "\n");
    EXPECT_EQ(read.error, "");
    EXPECT_EQ(read.rows.size(), 1U) << row;
    return read.rows.empty() ? "" : read.rows[0].fault;
}

TEST(ImportReader, ReadsCustomers) {
    const Read read =
        read_file(ImportKind::customers,
                  "name,customer,keys,vip,status,staff,source,natures,birthday,at\n"
                  "\"Nguyễn, An\",phone:0084 901 234 567,email:AN@example.vn card:7,card:9,prospect,"
                  "NV07,facebook,retail wholesale,05-17,2026-01-02T08:00\n");
    ASSERT_EQ(read.rows.size(), 1U);
    const ImportRow& row = read.rows[0];
    EXPECT_EQ(row.fault, "");
    EXPECT_EQ(row.customer.label(), "phone:+84901234567");
    ASSERT_EQ(row.others.size(), 2U);
    EXPECT_EQ(row.others[0].label(), "email:an@example.vn");
    EXPECT_EQ(row.others[1].label(), "card:7");
    EXPECT_EQ(row.name, "Nguyễn, An");
    EXPECT_EQ(row.vip.label(), "card:9");
    EXPECT_EQ(row.classes.status, model::CustomerStatus::prospect);
    EXPECT_EQ(row.classes.staff, "NV07");
    EXPECT_EQ(row.classes.source, "facebook");
    EXPECT_EQ(row.classes.channel, std::nullopt);
    EXPECT_THAT(row.classes.natures.add, ElementsAre("retail", "wholesale"));
    EXPECT_EQ(row.classes.birthday->day, 17);
    EXPECT_EQ(row.line, 2U);
}

TEST(ImportReader, ReadsTotals) {
    const Read read = read_file(ImportKind::totals,
                                "customer,points,ranking_points,lifetime_spend\n"
                                "card:1,120,1500,15000000\ncard:2,-5,,\n\nid:7,,,1000\n");
    ASSERT_EQ(read.rows.size(), 3U);
    EXPECT_EQ(read.rows[0].points.value, 120);
    EXPECT_EQ(read.rows[0].ranking, model::Points{1500});
    EXPECT_EQ(read.rows[0].spend.value, 15'000'000);
    EXPECT_EQ(read.rows[1].points.value, -5);
    EXPECT_EQ(read.rows[1].ranking, std::nullopt);
    EXPECT_EQ(read.rows[2].customer.label(), "id:7");
    EXPECT_EQ(read.rows[2].line, 5U) << "a blank line is no row, and a line of the file";
}

TEST(ImportReader, ReadsTiersWithAnEndOfTheirOwnOrOfAll) {
    const model::Instant until{1'900'000'000'000};
    const Read read =
        read_file(ImportKind::tiers, "tier,customer,until\nvang,card:1,2027-01-01\nbac,card:2,\n", until);
    ASSERT_EQ(read.rows.size(), 2U);
    EXPECT_LT(read.rows[0].until, until);
    EXPECT_EQ(read.rows[1].until, until);
    EXPECT_THAT(fault_of(ImportKind::tiers, "tier,customer", "vang,card:1"), HasSubstr("until is missing"));
}

TEST(ImportReader, PassesOverWhatAnExportTellsAndTheEngineFinds) {
    const std::string header =
        "customer,id,class,tier,points,held,spendable,ranking_points,period_metric,lifetime_spend,month_"
        "spend,"
        "orders,first_order_at,last_order_at,vip,commission_available,commission_pending,status";
    const std::string row = "card:1,1,retail,bac,120,0,120,1500,9,15000000,0,3,,,,0,0,vip";
    for (const ImportKind kind : {ImportKind::customers, ImportKind::totals}) {
        EXPECT_EQ(fault_of(kind, header, row), "") << import_kind_name(kind);
    }
    EXPECT_EQ(read_file(ImportKind::totals, header + "\n" + row + "\n").rows[0].ranking->value, 1500);
}

TEST(ImportReader, NamesWhatIsWrongWithAHeader) {
    EXPECT_THAT(read_file(ImportKind::customers, "customer,colour\n").error,
                HasSubstr("unknown column 'colour'"));
    EXPECT_THAT(read_file(ImportKind::customers, "name\n").error, HasSubstr("'customer' is missing"));
    EXPECT_THAT(read_file(ImportKind::tiers, "customer\n").error, HasSubstr("'tier' is missing"));
    EXPECT_THAT(read_file(ImportKind::totals, "customer\n").error, HasSubstr("'lifetime_spend'"));
    EXPECT_THAT(read_file(ImportKind::totals, "customer,points,points\n").error, HasSubstr("occurs twice"));
    EXPECT_THAT(read_file(ImportKind::totals, "").error, HasSubstr("the file is empty"));
}

TEST(ImportReader, NamesWhatIsWrongWithARow) {
    const auto customers = [](const std::string& header, const std::string& row) {
        return fault_of(ImportKind::customers, header, row);
    };
    EXPECT_EQ(customers("customer", "\"\""), "customer is missing");
    EXPECT_THAT(customers("customer", "phone:12"), HasSubstr("customer: "));
    EXPECT_THAT(customers("customer", "id:4"), HasSubstr("an id is given by the engine"));
    EXPECT_THAT(customers("customer,keys", "card:1,card:2 fax:3"), HasSubstr("keys: "));
    EXPECT_THAT(customers("customer,status", "card:1,good"), HasSubstr("status: 'good' is none of"));
    EXPECT_THAT(customers("customer,birthday", "card:1,31-12"), HasSubstr("birthday: '31-12' is no day"));
    EXPECT_THAT(customers("customer,at", "card:1,yesterday"), HasSubstr("at: "));
    EXPECT_THAT(customers("customer,name", "card:1"), HasSubstr("the row has 1 fields, the header 2"));
    EXPECT_THAT(customers("customer,name", "card:1,\"An"), HasSubstr("a quote is not closed"));
    EXPECT_THAT(customers("customer,name", "card:1," + std::string(600, 'x')), HasSubstr("name: it has 600"));
    EXPECT_THAT(fault_of(ImportKind::totals, "customer,points", "card:1,ten"),
                HasSubstr("points: 'ten' is not a whole number"));
    EXPECT_THAT(fault_of(ImportKind::totals, "customer,ranking_points", "card:1,-1"),
                HasSubstr("never below 0"));
    EXPECT_THAT(fault_of(ImportKind::totals, "customer,lifetime_spend", "card:1,1.5"),
                HasSubstr("lifetime_spend: "));
}

TEST(ImportReader, ARejectsFileCanBeReadAgain) {
    const Read read = read_file(ImportKind::totals,
                                "rejected_line,rejected_reason,customer,points\n7,\"no, not so\",card:1,5\n");
    ASSERT_EQ(read.rows.size(), 1U);
    EXPECT_EQ(read.rows[0].fault, "");
    EXPECT_EQ(read.header, "customer,points");
    EXPECT_EQ(read.rows[0].text, "card:1,5");
}

TEST(ImportName, IsMadeOfWhatTheRowIsAbout) {
    const ImportCustomer an{model::KeyKind::card, {}, "1"};
    const auto name = [&](ImportKind kind, const char* import, const ImportCustomer& who, unsigned part) {
        return import_name(kind, "shop", import, who, part);
    };
    const model::Name first = name(ImportKind::totals, "opening", an, 1);
    EXPECT_TRUE(first.valid());
    EXPECT_EQ(first, name(ImportKind::totals, "opening", an, 1));
    EXPECT_NE(first, name(ImportKind::totals, "opening", an, 2));
    EXPECT_NE(first, name(ImportKind::totals, "2027", an, 1));
    EXPECT_NE(first, name(ImportKind::tiers, "opening", an, 1));
    EXPECT_NE(first, name(ImportKind::totals, "opening", {model::KeyKind::card, {}, "2"}, 1));
}

}  // namespace
}  // namespace tim::cli
