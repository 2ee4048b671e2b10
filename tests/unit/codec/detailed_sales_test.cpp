#include "protocol/codec/detailed_sales.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace tim::codec {
namespace {

using testing::HasSubstr;

model::Command sale(const model::SaleDetails* details, std::string_view number = "C1") {
    model::Command command;
    command.kind = model::CommandKind::sale;
    command.name = model::Name::receipt({7}, number);
    command.customer = {model::KeyKind::phone, {}, "+84901234567"};
    command.at = {1'705'291'200'000};
    command.amount = {50'000};
    command.details = details;
    return command;
}

/// What a server makes of the rows that a client wrote.
struct Server {
    std::vector<std::uint64_t> words;
    std::deque<model::SaleDetails> details;
    std::vector<model::Command> commands;

    model::Result<void> take(std::span<const schema::DetailedSaleT> rows) {
        ByteBuffer out;
        append_detailed_sales(out, 3, "shop", rows);
        const auto payload = out.view().subspan(kFrameHeaderBytes);
        words.resize(payload.size() / 8);
        std::memcpy(words.data(), payload.data(), payload.size());
        const auto request = read_request(std::as_bytes(std::span(words)));
        EXPECT_TRUE(request);
        const auto* batch = (*request)->body_as_DetailedSaleBatch();
        EXPECT_EQ(batch->program()->str(), "shop");
        return decode_detailed_sales(*batch, {2}, details, commands);
    }
};

TEST(DetailedSales, ArriveAsTheyWereSent) {
    const model::SaleDetails details{{12}};
    model::Command named = sale(&details);
    model::Command nobody = sale(nullptr, "C2");
    nobody.customer = {};
    nobody.at = model::kNoInstant;
    model::Command by_id = sale(&details, "C3");
    by_id.customer = {model::KeyKind::id, {42}, {}};
    std::vector<schema::DetailedSaleT> rows;
    for (const auto& command : {named, nobody, by_id})
        rows.push_back(*to_detailed_sale(command));
    Server server;
    ASSERT_TRUE(server.take(rows));
    ASSERT_EQ(server.commands.size(), 3U);
    EXPECT_EQ(server.commands[0].program.value, 2);
    EXPECT_EQ(server.commands[0].kind, model::CommandKind::sale);
    EXPECT_EQ(server.commands[0].name, named.name);
    EXPECT_EQ(server.commands[0].amount, named.amount);
    EXPECT_EQ(server.commands[0].at, named.at);
    EXPECT_EQ(server.commands[0].customer.text, "+84901234567");
    EXPECT_EQ(server.commands[0].details->hold.value, 12U);
    EXPECT_EQ(server.commands[1].customer.kind, model::KeyKind::none);
    EXPECT_EQ(server.commands[1].at, model::kNoInstant);
    EXPECT_EQ(server.commands[1].details->hold.value, 0U);
    EXPECT_EQ(server.commands[2].customer.id.value, 42U);
}

TEST(DetailedSales, AFaultNamesItsRowAndLeavesNothing) {
    std::vector<schema::DetailedSaleT> rows(2, *to_detailed_sale(sale(nullptr)));
    rows[1].number = std::string(25, '1');
    Server server;
    auto taken = server.take(rows);
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().message, "rows[1].number: 25 bytes; a receipt's number has at most 24");
    EXPECT_TRUE(server.commands.empty() && server.details.empty());

    rows[1] = *to_detailed_sale(sale(nullptr));
    rows[1].customer->kind = static_cast<schema::CustomerKind>(9);
    taken = server.take(rows);
    ASSERT_FALSE(taken);
    EXPECT_THAT(taken.error().message, HasSubstr("rows[1].customer.kind: 9"));
    EXPECT_FALSE(server.take({}));
    rows.assign(kMaxDetailedSalesPerRequest + 1, rows[0]);
    taken = server.take(rows);
    ASSERT_FALSE(taken);
    EXPECT_THAT(taken.error().message, HasSubstr("at most 220"));
}

TEST(DetailedSales, OnlySalesOfReceiptsAreSent) {
    model::Command other = sale(nullptr);
    other.kind = model::CommandKind::voided;
    EXPECT_FALSE(to_detailed_sale(other));
    other.kind = model::CommandKind::balance;
    EXPECT_FALSE(to_detailed_sale(other)) << "a balance has no name";
    other = sale(nullptr);
    other.name = model::Name::request({1});
    EXPECT_FALSE(to_detailed_sale(other));
    const std::string long_key(kMaxTextBytes + 1, 'x');
    other = sale(nullptr);
    other.customer.text = long_key;
    EXPECT_FALSE(to_detailed_sale(other));
}

TEST(DetailedSales, CarryLinesOfSalesReturnsAndOrders) {
    model::SaleDetails goods;
    goods.lines = {{"oolong-1", 2, {60'000}, "trà"}, {"cup", 1, {0}, ""}};
    model::SaleDetails back;
    back.lines = {{"oolong-1", 1, model::kAnyPrice, ""}};
    model::Command returned = sale(&back, "R1");
    returned.kind = model::CommandKind::returned;
    returned.original = model::Name::receipt({9}, "C1");
    model::Command order = sale(&goods);
    order.kind = model::CommandKind::balance;
    order.name = {};
    std::vector<schema::DetailedSaleT> rows;
    for (const auto& command : {sale(&goods), returned, order}) {
        auto row = to_detailed_sale(command);
        ASSERT_TRUE(row) << row.error().message;
        rows.push_back(*row);
    }
    Server server;
    const auto taken = server.take(rows);
    ASSERT_TRUE(taken) << taken.error().message;
    EXPECT_EQ(server.commands[0].details->lines, goods.lines);
    EXPECT_EQ(server.commands[0].original, model::Name{});
    EXPECT_EQ(server.commands[1].kind, model::CommandKind::returned);
    EXPECT_EQ(server.commands[1].original, returned.original);
    EXPECT_EQ(server.commands[1].details->lines, back.lines);
    EXPECT_EQ(server.commands[2].kind, model::CommandKind::balance);
    EXPECT_EQ(server.commands[2].name, model::Name{});
    EXPECT_EQ(server.commands[2].details->lines, goods.lines);
}

TEST(DetailedSales, FaultsOfLinesAndKindsAreNamed) {
    model::SaleDetails goods;
    goods.lines = {{"a", 1, {1}, "c"}, {"b", 1, {1}, "c"}};
    const schema::DetailedSaleT good = *to_detailed_sale(sale(&goods));
    const auto fault_of = [](const schema::DetailedSaleT& row) {
        Server server;
        const auto taken = server.take(std::vector{row});
        return taken ? std::string("(taken)") : taken.error().message;
    };
    schema::DetailedSaleT row = good;
    row.lines[1]->sku = std::string(33, 'a');
    EXPECT_EQ(fault_of(row), "rows[0].lines[1].sku: 33 bytes; it has at most 32");
    row = good;
    row.lines[0]->category = std::string(65, 'a');
    EXPECT_EQ(fault_of(row), "rows[0].lines[0].category: 65 bytes; it has at most 64");
    row.lines[0]->category = "\xFF";
    EXPECT_THAT(fault_of(row), HasSubstr("rows[0].lines[0].category: is not UTF-8"));
    row = good;
    for (std::size_t i = 0; i < model::kMaxSaleLines; ++i)
        row.lines.push_back(std::make_unique<schema::SaleLineT>(*good.lines[0]));
    EXPECT_EQ(fault_of(row), "rows[0].lines: 66; a row has at most 64");
    row = good;
    row.kind = schema::RowKind::voided;
    EXPECT_EQ(fault_of(row), "rows[0].kind: 3 is none of balance, sale, returned and redeem");
    row.kind = schema::RowKind::balance;
    EXPECT_THAT(fault_of(row), HasSubstr("rows[0].number: a balance has no name"));
    row = good;
    row.original = "C1";
    EXPECT_THAT(fault_of(row), HasSubstr("rows[0].original: only a return"));
    row.kind = schema::RowKind::returned;
    EXPECT_EQ(fault_of(row), "(taken)");
    row.original = std::string(25, 'C');
    EXPECT_THAT(fault_of(row), HasSubstr("rows[0].original: 25 bytes"));
    goods.lines[0].sku = std::string(33, 'a');
    EXPECT_FALSE(to_detailed_sale(sale(&goods)));
    goods.lines.assign(model::kMaxSaleLines + 1, {"a", 1, {1}, ""});
    EXPECT_FALSE(to_detailed_sale(sale(&goods)));
}

TEST(DetailedSales, AreAnsweredWithTheirEffects) {
    std::vector<model::Outcome> outcomes(2);
    outcomes[0].points = {5};
    outcomes[0].tier_after = 2;
    outcomes[1].refusal = model::Refusal::other_hold;
    std::vector<std::vector<model::Effect>> effects(2);
    model::Effect effect;
    effect.sequence = {40};
    effect.type = model::FactType::hold_captured;
    effect.subject = model::SubjectKind::customer;
    effect.subject_id = 7;
    effect.points = {-60};
    effect.related = {12};
    effects[0].push_back(effect);
    effect.type = model::FactType::extra_refused;
    effect.extra = model::SaleExtra::referral;
    effect.refusal = model::Refusal::overflow;
    effect.detail = 9;
    effects[0].push_back(effect);
    ByteBuffer out;
    append_detailed_sale_results(out, 3, outcomes, effects);
    const auto payload = out.view().subspan(kFrameHeaderBytes);
    std::vector<std::uint64_t> words(payload.size() / 8);
    std::memcpy(words.data(), payload.data(), payload.size());
    const auto reply = read_reply(std::as_bytes(std::span(words)));
    ASSERT_TRUE(reply) << reply.error().message;
    const auto* rows = (*reply)->body_as_DetailedSaleResults()->rows();
    ASSERT_EQ(rows->size(), 2U);
    EXPECT_EQ(to_outcome(*rows->Get(0)->result()).points.value, 5);
    EXPECT_EQ(rows->Get(0)->result()->tier_after(), 2);
    EXPECT_EQ(to_outcome(*rows->Get(1)->result()).refusal, model::Refusal::other_hold);
    EXPECT_EQ(rows->Get(1)->effects(), nullptr) << "it was refused";
    const auto* first = rows->Get(0)->effects()->Get(0);
    EXPECT_EQ(first->type()->str(), "hold_captured");
    EXPECT_EQ(first->subject(), schema::SubjectKind::customer);
    EXPECT_EQ(first->subject_id(), 7U);
    EXPECT_EQ(first->points(), -60);
    EXPECT_EQ(first->related(), 12U);
    const auto* second = rows->Get(0)->effects()->Get(1);
    EXPECT_EQ(second->extra(), schema::SaleExtra::referral);
    EXPECT_EQ(second->refusal(), static_cast<std::uint16_t>(model::Refusal::overflow));
    EXPECT_EQ(second->detail(), 9);
}

}  // namespace
}  // namespace tim::codec
