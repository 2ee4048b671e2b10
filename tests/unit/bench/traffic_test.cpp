#include "bench/load/traffic.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "protocol/codec/messages.h"

namespace tim::bench {
namespace {

Settings settings_for(std::uint64_t customers, bool zipf = false) {
    Settings settings;
    settings.customers = customers;
    settings.skew.zipf = zipf;
    return settings;
}

/// What the server would read of rows that a Traffic wrote in place.
template <class Row, class Append, class Body, class Decode>
std::vector<model::Command> read_back(const std::vector<Row>& rows, Append append, Body body, Decode decode) {
    const codec::BatchEncoder encoder("bench");
    codec::ByteBuffer out;
    (encoder.*append)(out, 1, rows, {});
    codec::FrameReader reader(codec::kMaxRequestBytes);
    const auto room = reader.prepare(out.size());
    std::copy(out.view().begin(), out.view().end(), room.begin());
    reader.commit(out.size());
    const auto frame = reader.next();
    const auto request = codec::read_request((*frame)->payload);
    std::vector<model::Command> commands;
    const auto decoded = decode(*((*request)->*body)(), {1}, commands);
    EXPECT_TRUE(decoded) << (decoded ? "" : decoded.error().message);
    for (model::Command& command : commands) {  // the text goes with the frame
        static std::set<std::string> texts;
        command.customer.text = *texts.emplace(command.customer.text).first;
    }
    return commands;
}

std::vector<model::Command> read_sales(const std::vector<schema::SaleRow>& rows) {
    return read_back(rows, &codec::BatchEncoder::append_sales, &schema::Request::body_as_SaleBatch,
                     codec::decode_sales);
}

std::vector<model::Command> read_commands(const std::vector<schema::CommandRow>& rows) {
    return read_back(rows, &codec::BatchEncoder::append_commands, &schema::Request::body_as_CommandBatch,
                     codec::decode_commands);
}

TEST(Traffic, WritesSalesThatTheServerReads) {
    Traffic traffic(settings_for(1000), 77);
    std::vector<schema::SaleRow> rows(500);
    for (schema::SaleRow& row : rows)
        traffic.sale(row, 9);
    std::set<std::string> names;
    for (const model::Command& sale : read_sales(rows)) {
        EXPECT_EQ(sale.kind, model::CommandKind::sale);
        EXPECT_EQ(sale.amount.value, kSaleAmountMinor);
        EXPECT_EQ(sale.at, model::kNoInstant);
        EXPECT_EQ(sale.name.terminal.value, 9U);
        EXPECT_TRUE(sale.name.valid());
        names.insert(model::format_name(sale.name));
        EXPECT_EQ(sale.customer.kind, model::KeyKind::phone);
        const auto index = std::stoull(std::string(sale.customer.text.substr(4)));
        EXPECT_LT(index, 1000U);
        const auto phone = phone_of(index);
        EXPECT_EQ(sale.customer.text, std::string(phone.data(), phone.size()));
        EXPECT_TRUE(model::normalize_key(model::KeyKind::phone, sale.customer.text));
    }
    EXPECT_EQ(names.size(), rows.size());
}

TEST(Traffic, NamesOfTwoRunsDiffer) {
    Traffic a(settings_for(10), 1);
    Traffic b(settings_for(10), 1ULL << 39);
    std::vector<schema::SaleRow> rows(2);
    a.sale(rows[0], 1);
    b.sale(rows[1], 1);
    const auto sales = read_sales(rows);
    EXPECT_EQ(sales[0].name == sales[1].name, false);
}

TEST(Traffic, WritesCommandsThatTheServerReads) {
    Traffic traffic(settings_for(1000, true), 77);
    std::vector<schema::CommandRow> rows(5);
    traffic.balance(rows[0]);
    traffic.redeem(rows[1]);
    traffic.hold(rows[2]);
    traffic.resolve(rows[3], 12345);
    traffic.resolve(rows[4], 12346);
    const auto commands = read_commands(rows);
    ASSERT_EQ(commands.size(), 5U);
    EXPECT_EQ(commands[0].kind, model::CommandKind::balance);
    EXPECT_EQ(commands[1].kind, model::CommandKind::redeem);
    EXPECT_EQ(commands[1].points.value, 1);
    EXPECT_TRUE(commands[1].name.valid());
    EXPECT_EQ(commands[2].kind, model::CommandKind::hold);
    EXPECT_EQ(commands[2].points.value, kHeldPoints);
    EXPECT_EQ(commands[2].ttl_ms, kHoldTtlMs);
    EXPECT_EQ(commands[3].customer.kind, model::KeyKind::none);
    EXPECT_EQ(commands[3].hold.value, 12345U);
    EXPECT_NE(commands[3].kind, commands[4].kind);
    EXPECT_FALSE(commands[3].name == commands[4].name);
}

}  // namespace
}  // namespace tim::bench
