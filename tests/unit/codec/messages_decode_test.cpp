#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstring>
#include <functional>

#include "protocol/codec/messages.h"

namespace tim::codec {
namespace {

using model::Command;
using model::CommandKind;
using model::KeyKind;
using model::Name;
using ::testing::HasSubstr;

constexpr model::ProgramId kProgram{3};

Name request_name() {
    std::array<std::uint8_t, model::kRequestIdBytes> id{};
    id.fill(0x5a);
    return Name::request(id);
}

Command sale() {
    Command command;
    command.kind = CommandKind::sale;
    command.customer = {KeyKind::phone, {}, "+84901234567"};
    command.name = Name::receipt({7}, "C104417");
    command.at = {1'600'000'000'000};
    command.amount = {123'456};
    return command;
}

/// One good command of each kind that is a row.
std::vector<Command> all_kinds() {
    std::vector<Command> commands(9);
    for (std::size_t i = 0; i < commands.size(); ++i) {
        commands[i].kind = static_cast<CommandKind>(i);
        commands[i].at = {static_cast<std::int64_t>(1'000'000 + i)};
        commands[i].name = request_name();
        commands[i].customer = {KeyKind::card, {}, "20417"};
    }
    commands[0].name = {};
    commands[0].customer = {KeyKind::id, {42}, {}};
    commands[0].amount = {5};
    commands[0].at = model::kNoInstant;
    commands[1] = sale();
    commands[1].customer = {};
    commands[2].name = Name::receipt({7}, "R-1");
    commands[2].original = Name::receipt({8}, "123456789012345678901234");
    commands[2].amount = {50};
    commands[3].name = Name::receipt({7}, "V-1");
    commands[3].original = Name::receipt({7}, "C104417");
    commands[3].customer = {};
    commands[4].name = Name::receipt({9}, "P-1");
    commands[4].points = {80};
    commands[5].points = {10};
    commands[5].ttl_ms = 60'000;
    commands[5].customer = {KeyKind::email, {}, "somebody.with.a.long.name@example.vn"};
    commands[6].hold = {77};
    commands[6].points = {4};
    commands[6].customer = {};
    commands[7].hold = {78};
    commands[7].customer = {};
    commands[8].points = {-5};
    commands[8].amount = {-700};
    commands[8].ranking = true;
    commands[8].reason = "quà tặng";
    return commands;
}

/// A request as a server sees it, after a way over the wire.
class Received {
  public:
    explicit Received(const ByteBuffer& out) {
        const auto room = reader_.prepare(out.size());
        std::memcpy(room.data(), out.view().data(), out.size());
        reader_.commit(out.size());
        const auto frame = reader_.next();
        EXPECT_TRUE(frame && *frame) << (frame ? "" : frame.error().message);
        if (!frame || !*frame) return;
        auto request = read_request((*frame)->payload);
        EXPECT_TRUE(request) << request.error().message;
        request_ = request ? *request : nullptr;
    }

    const schema::Request& request() const { return *request_; }
    const schema::SaleBatch& sales() const { return *request_->body_as_SaleBatch(); }
    const schema::CommandBatch& commands() const { return *request_->body_as_CommandBatch(); }

  private:
    FrameReader reader_{kMaxRequestBytes};
    const schema::Request* request_ = nullptr;
};

void expect_same(const Command& a, const Command& b) {
    EXPECT_EQ(a.kind, b.kind);
    EXPECT_EQ(a.ranking, b.ranking);
    EXPECT_EQ(a.customer.kind, b.customer.kind);
    EXPECT_EQ(a.customer.id, b.customer.id);
    EXPECT_EQ(a.customer.text, b.customer.text);
    EXPECT_EQ(a.name, b.name);
    EXPECT_EQ(a.at, b.at);
    EXPECT_EQ(a.amount, b.amount);
    EXPECT_EQ(a.points, b.points);
    EXPECT_EQ(a.ttl_ms, b.ttl_ms);
    EXPECT_EQ(a.hold, b.hold);
    EXPECT_EQ(a.original, b.original);
    EXPECT_EQ(a.reason, b.reason);
}

TEST(DecodeOverride, TakesATierWithItsDatesAndNamesWhatIsWrong) {
    const auto decoded = [](const std::function<void(schema::TierOverrideT&)>& change) {
        schema::TierOverrideT row;
        row.request_id.assign(model::kRequestIdBytes, 7);
        row.program = "shop";
        row.customer = std::make_unique<schema::CustomerKeyT>();
        row.customer->kind = schema::CustomerKind::card;
        row.customer->text = "20417";
        row.tier = "vang";
        row.until_ms = 1'767'200'000'000;
        row.reason = "made good";
        change(row);
        flatbuffers::FlatBufferBuilder builder;
        builder.Finish(schema::CreateTierOverride(builder, &row));
        const auto* table = flatbuffers::GetRoot<schema::TierOverride>(builder.GetBufferPointer());
        const auto result = decode_override(*table, {3});
        if (!result) return result.error().message;
        EXPECT_EQ(result->command.kind, model::CommandKind::override_tier);
        EXPECT_EQ(result->command.program.value, 3);
        EXPECT_EQ(result->command.customer.text, "20417");
        EXPECT_EQ(result->command.reason, "made good");
        EXPECT_EQ(result->act.tier, "vang");
        EXPECT_EQ(result->act.from, model::kNoInstant);
        EXPECT_EQ(result->act.until.value, 1'767'200'000'000);
        return std::string("whole");
    };
    EXPECT_EQ(decoded([](auto&) {}), "whole");
    EXPECT_EQ(decoded([](auto& row) { row.request_id.pop_back(); }),
              "request_id: 15 bytes; a request id has 16");
    EXPECT_EQ(decoded([](auto& row) { row.customer->kind = schema::CustomerKind::none; }),
              "customer.kind: 0 is no kind of customer");
    EXPECT_EQ(decoded([](auto& row) { row.reason = "a\nb"; }),
              "reason: is not UTF-8 text without control characters");
    EXPECT_EQ(decoded([](auto& row) { row.tier = std::string(513, 'x'); }),
              "tier: 513 bytes; a text has at most 512");
}

TEST(DecodeSales, GivesTheCommandsThatWereSent) {
    std::vector<Command> sent(4, sale());
    sent[1].customer = {};
    sent[1].at = model::kNoInstant;
    sent[2].customer = {KeyKind::email, {}, "somebody.with.a.long.name@example.vn"};
    sent[3].customer = {KeyKind::card, {}, "123456789012345678901234"};
    sent[3].name = Name::receipt({0xffff'ffff}, "123456789012345678901234");
    SaleRows rows;
    for (const Command& command : sent)
        ASSERT_TRUE(rows.add(command));
    EXPECT_EQ(rows.texts.size(), 1U) << "24 bytes fit a row";
    ByteBuffer out;
    BatchEncoder("shop").append_sales(out, 5, rows.rows, rows.texts);
    const Received received(out);
    EXPECT_EQ(received.sales().program()->string_view(), "shop");
    std::vector<Command> commands(1);
    ASSERT_TRUE(decode_sales(received.sales(), kProgram, commands));
    ASSERT_EQ(commands.size(), 5U) << "appended";
    for (std::size_t i = 0; i < sent.size(); ++i) {
        expect_same(commands[i + 1], sent[i]);
        EXPECT_EQ(commands[i + 1].program, kProgram);
    }
}

TEST(DecodeCommands, GivesTheCommandsThatWereSent) {
    const std::vector<Command> sent = all_kinds();
    CommandRows rows;
    for (const Command& command : sent)
        ASSERT_TRUE(rows.add(command));
    ByteBuffer out;
    BatchEncoder("shop").append_commands(out, 5, rows.rows, rows.texts);
    const Received received(out);
    std::vector<Command> commands;
    const auto decoded = decode_commands(received.commands(), kProgram, commands);
    ASSERT_TRUE(decoded) << decoded.error().message;
    ASSERT_EQ(commands.size(), sent.size());
    for (std::size_t i = 0; i < sent.size(); ++i)
        expect_same(commands[i], sent[i]);
}

/// Puts bytes at an offset of a row, sends a good row, the changed one and a good one, and gives the error.
template <class Row, class Value>
std::string fault_of(Row row, std::size_t offset, Value value, std::span<const std::string> texts = {}) {
    const Row good = row;
    std::memcpy(reinterpret_cast<std::byte*>(&row) + offset, &value, sizeof value);
    const Row rows[] = {good, row, good};
    ByteBuffer out;
    std::vector<Command> commands(2);
    model::Result<void> result;
    if constexpr (std::is_same_v<Row, schema::SaleRow>) {
        BatchEncoder("shop").append_sales(out, 1, rows, texts);
        result = decode_sales(Received(out).sales(), kProgram, commands);
    } else {
        BatchEncoder("shop").append_commands(out, 1, rows, texts);
        result = decode_commands(Received(out).commands(), kProgram, commands);
    }
    EXPECT_EQ(commands.size(), result ? 5U : 2U) << "a refused request leaves nothing behind";
    return result ? "(decoded)" : result.error().message;
}

schema::SaleRow sale_row() {
    SaleRows rows;
    EXPECT_TRUE(rows.add(sale()));
    return rows.rows[0];
}

schema::CommandRow command_row(CommandKind kind) {
    CommandRows rows;
    EXPECT_TRUE(rows.add(all_kinds()[static_cast<std::size_t>(kind)]));
    return rows.rows[0];
}

// The offsets are those of PROTOCOL.md.

TEST(DecodeSales, RefusesEveryMalformedField) {
    const std::string texts[] = {"a"};
    const schema::SaleRow row = sale_row();
    EXPECT_EQ(fault_of(row, 68, std::uint8_t{9}), "rows[1].customer_kind: 9 is no kind of customer");
    EXPECT_EQ(fault_of(row, 69, std::uint8_t{2}), "rows[1].customer_in_table: 2 is neither 0 nor 1");
    EXPECT_EQ(fault_of(row, 70, std::uint16_t{1}), "rows[1].reserved: must be zero");
    EXPECT_EQ(fault_of(row, 16 + 20, 'x'), "rows[1].customer: the bytes behind the text must be zero");
    EXPECT_EQ(fault_of(row, 68, std::uint8_t{0}),
              "rows[1].customer: must be zero when customer_kind is none");
    EXPECT_EQ(fault_of(row, 68, std::uint8_t{1}), "rows[1].customer: the bytes behind the id must be zero");
    EXPECT_EQ(fault_of(row, 69, std::uint8_t{1}),
              "rows[1].customer: the bytes behind the index must be zero");
    EXPECT_EQ(fault_of(row, 68, std::uint16_t{0x0101}),
              "rows[1].customer_in_table: must be 0 with this customer_kind");
    schema::SaleRow in_table = row;
    std::memset(reinterpret_cast<std::byte*>(&in_table) + 16, 0, 24);
    std::memset(reinterpret_cast<std::byte*>(&in_table) + 69, 1, 1);
    EXPECT_EQ(fault_of(in_table, 16, std::uint32_t{1}, texts),
              "rows[1].customer: there is no text 1; the message has 1");
    EXPECT_EQ(fault_of(in_table, 16, std::uint32_t{0xffff'ffff}, texts),
              "rows[1].customer: there is no text 4294967295; the message has 1");
    EXPECT_EQ(fault_of(in_table, 16, std::uint32_t{0}, texts), "(decoded)");
    EXPECT_EQ(fault_of(in_table, 16, std::uint32_t{0}),
              "rows[0].customer: there is no text 0; the message has 0");
}

TEST(DecodeSales, LeavesToTheEngineWhatItsRulesJudge) {
    const schema::SaleRow row = sale_row();
    EXPECT_EQ(fault_of(row, 8, std::int64_t{-1}), "(decoded)");
    EXPECT_EQ(fault_of(row, 40, '\n'), "(decoded)");
    EXPECT_EQ(fault_of(row, 16, 'x'), "(decoded)");
}

TEST(DecodeCommands, RefusesEveryMalformedField) {
    const auto balance = command_row(CommandKind::balance);
    const auto returned = command_row(CommandKind::returned);
    const auto adjust = command_row(CommandKind::adjust);
    const auto hold = command_row(CommandKind::hold);
    const std::string texts[] = {"reason", "line\nbreak"};
    EXPECT_EQ(fault_of(balance, 124, std::uint8_t{9}), "rows[1].kind: 9 is no kind of row");
    EXPECT_EQ(fault_of(returned, 125, std::uint8_t{5}), "rows[1].customer_kind: 5 is no kind of customer");
    EXPECT_EQ(fault_of(returned, 126, std::uint8_t{2}), "rows[1].customer_in_table: 2 is neither 0 nor 1");
    EXPECT_EQ(fault_of(returned, 127, std::uint8_t{3}), "rows[1].name_kind: 3 is no kind of name");
    EXPECT_EQ(fault_of(returned, 127, std::uint8_t{2}), "rows[1].name_kind: a return is named by a receipt");
    EXPECT_EQ(fault_of(balance, 127, std::uint8_t{1}), "rows[1].name_kind: a balance has no name");
    EXPECT_EQ(fault_of(adjust, 127, std::uint8_t{0}, texts),
              "rows[1].name_kind: an adjust is named by a request id");
    EXPECT_EQ(fault_of(balance, 64, 'x'), "rows[1].name: must be zero when name_kind is none");
    EXPECT_EQ(fault_of(adjust, 64 + 16, 'x', texts),
              "rows[1].name: bytes 16 to 23 must be zero without a receipt");
    EXPECT_EQ(fault_of(adjust, 112, std::uint32_t{1}, texts),
              "rows[1].terminal: must be zero without a receipt");
    EXPECT_EQ(fault_of(returned, 128, std::uint8_t{2}), "rows[1].has_original: 2 is neither 0 nor 1");
    EXPECT_EQ(fault_of(returned, 128, std::uint8_t{0}),
              "rows[1].original: must be zero when has_original is 0");
    EXPECT_EQ(fault_of(balance, 128, std::uint8_t{1}), "rows[1].has_original: must be zero for a balance");
    EXPECT_EQ(fault_of(balance, 116, std::uint32_t{1}),
              "rows[1].original_terminal: must be zero when has_original is 0");
    EXPECT_EQ(fault_of(balance, 88, 'x'), "rows[1].original: must be zero when has_original is 0");
    EXPECT_EQ(fault_of(adjust, 129, std::uint8_t{2}, texts), "rows[1].ranking: 2 is neither 0 nor 1");
    EXPECT_EQ(fault_of(adjust, 120, std::uint32_t{3}, texts),
              "rows[1].text: there is no text 2; the message has 2");
    EXPECT_EQ(fault_of(adjust, 120, std::uint32_t{2}, texts),
              "rows[1].text: is not UTF-8 text without control characters");
    EXPECT_EQ(fault_of(returned, 130, std::uint8_t{1}), "rows[1].reserved: must be zero");
    EXPECT_EQ(fault_of(returned, 159, std::uint8_t{1}), "rows[1].reserved: must be zero");
    EXPECT_EQ(fault_of(hold, 8, std::int64_t{1}, texts), "rows[1].amount: must be zero for a hold");
    EXPECT_EQ(fault_of(returned, 16, std::int64_t{1}), "rows[1].points: must be zero for a return");
    EXPECT_EQ(fault_of(returned, 24, std::int64_t{1}), "rows[1].ttl_ms: must be zero for a return");
    EXPECT_EQ(fault_of(returned, 32, std::uint64_t{1}), "rows[1].hold: must be zero for a return");
    EXPECT_EQ(fault_of(returned, 120, std::uint32_t{1}, texts), "rows[1].text: must be zero for a return");
    EXPECT_EQ(fault_of(returned, 129, std::uint8_t{1}), "rows[1].ranking: must be zero for a return");
    EXPECT_EQ(fault_of(command_row(CommandKind::capture), 125, std::uint8_t{4}),
              "rows[1].customer_kind: must be zero for a capture");
}

TEST(DecodeCommands, RefusesTooManyRowsNoneAndLongTexts) {
    const std::vector<schema::CommandRow> rows(kMaxRowsPerRequest + 1, command_row(CommandKind::balance));
    std::vector<Command> commands;
    ByteBuffer out;
    const BatchEncoder encoder("shop");
    encoder.append_commands(out, 1, rows);
    EXPECT_EQ(decode_commands(Received(out).commands(), kProgram, commands).error().message,
              "rows: 10001; a request has at most 10000");
    out.clear();
    encoder.append_commands(out, 1, std::span(rows).first(kMaxRowsPerRequest));
    EXPECT_TRUE(decode_commands(Received(out).commands(), kProgram, commands));
    commands.clear();
    out.clear();
    encoder.append_commands(out, 1, {});
    EXPECT_EQ(decode_commands(Received(out).commands(), kProgram, commands).error().message,
              "rows: a request has at least one");
    out.clear();
    const std::string texts[] = {"", std::string(kMaxTextBytes + 1, 'x')};
    encoder.append_commands(out, 1, std::span(rows).first(1), texts);
    EXPECT_EQ(decode_commands(Received(out).commands(), kProgram, commands).error().message,
              "texts[1]: 513 bytes; a text has at most 512");
    out.clear();
    encoder.append_commands(out, 1, std::span(rows).first(1),
                            std::vector<std::string>(kMaxTextsPerRequest + 1));
    EXPECT_EQ(decode_commands(Received(out).commands(), kProgram, commands).error().message,
              "texts: 20001; a request has at most 20000");
    EXPECT_TRUE(commands.empty());
}

std::string enrollment_fault(const std::function<void(schema::EnrollmentT&)>& change) {
    schema::EnrollBatchT batch;
    batch.program = "shop";
    for (int i = 0; i < 2; ++i) {
        auto row = std::make_unique<schema::EnrollmentT>();
        row->request_id.assign(16, 1);
        row->keys.push_back(std::make_unique<schema::CustomerKeyT>());
        row->keys.back()->kind = schema::CustomerKind::phone;
        row->keys.back()->text = "+84901234567";
        row->name = "Lan";
        if (i == 1) change(*row);
        batch.rows.push_back(std::move(row));
    }
    ByteBuffer out;
    append_request(out, 1, std::move(batch));
    std::deque<model::Enrollment> enrollments;
    std::vector<Command> commands;
    const Received received(out);
    const auto decoded =
        decode_enrollments(*received.request().body_as_EnrollBatch(), kProgram, enrollments, commands);
    EXPECT_EQ(commands.size(), decoded ? 2U : 0U);
    EXPECT_EQ(enrollments.size(), decoded ? 2U : 0U);
    return decoded ? "(decoded)" : decoded.error().message;
}

TEST(DecodeEnrollments, RefusesEveryMalformedField) {
    using Row = schema::EnrollmentT;
    EXPECT_EQ(enrollment_fault([](Row&) {}), "(decoded)");
    EXPECT_EQ(enrollment_fault([](Row& row) { row.request_id.resize(15); }),
              "rows[1].request_id: 15 bytes; a request id has 16");
    EXPECT_EQ(enrollment_fault([](Row& row) { row.keys[0]->kind = schema::CustomerKind::id; }),
              "rows[1].keys[0].kind: 1 is not phone, email or card");
    EXPECT_EQ(enrollment_fault([](Row& row) { row.keys[0]->kind = static_cast<schema::CustomerKind>(7); }),
              "rows[1].keys[0].kind: 7 is not phone, email or card");
    EXPECT_EQ(enrollment_fault([](Row& row) { row.keys[0]->text.assign(513, 'x'); }),
              "rows[1].keys[0].text: 513 bytes; a text has at most 512");
    EXPECT_EQ(enrollment_fault([](Row& row) { row.name.assign(513, 'x'); }),
              "rows[1].name: 513 bytes; a text has at most 512");
    EXPECT_EQ(enrollment_fault([](Row& row) { row.name = "\xff"; }),
              "rows[1].name: is not UTF-8 text without control characters");
    EXPECT_EQ(enrollment_fault([](Row& row) { row.name = "a\x1b[31m"; }),
              "rows[1].name: is not UTF-8 text without control characters");
}

TEST(DecodeEnrollments, GivesTheCommandsThatWereSent) {
    const model::Enrollment enrollment{
        {{KeyKind::phone, {}, "0901 234 567"}, {KeyKind::email, {}, "Lan@example.vn"}}, "Lan"};
    std::vector<Command> sent(3);
    for (Command& command : sent) {
        command.kind = CommandKind::enroll;
        command.name = request_name();
        command.at = {12};
        command.enrollment = &enrollment;
    }
    ByteBuffer out;
    ASSERT_TRUE(append_enrollments(out, 1, "shop", sent));
    const Received received(out);
    std::deque<model::Enrollment> enrollments(1);
    std::vector<Command> commands(1);
    ASSERT_TRUE(
        decode_enrollments(*received.request().body_as_EnrollBatch(), kProgram, enrollments, commands));
    ASSERT_EQ(commands.size(), 4U);
    for (std::size_t i = 1; i < commands.size(); ++i) {
        expect_same(commands[i], sent[i - 1]);
        EXPECT_EQ(commands[i].enrollment, &enrollments[i]);
        EXPECT_EQ(enrollments[i].name, "Lan");
        ASSERT_EQ(enrollments[i].keys.size(), 2U);
        EXPECT_EQ(enrollments[i].keys[1].text, "Lan@example.vn");
    }
}

TEST(DecodeCustomer, ReadsEveryKindAndRefusesTheRest) {
    const auto decode = [](int kind, const std::string& text) {
        schema::ShowRequestT show;
        show.program = "shop";
        show.customer = std::make_unique<schema::CustomerKeyT>();
        show.customer->kind = static_cast<schema::CustomerKind>(kind);
        show.customer->text = text;
        ByteBuffer out;
        append_request(out, 1, std::move(show));
        const Received received(out);
        const auto customer = decode_customer(*received.request().body_as_ShowRequest()->customer());
        return customer ? fmt::format("{} {} {}", static_cast<int>(customer->kind), customer->id.value,
                                      customer->text)
                        : customer.error().message;
    };
    EXPECT_EQ(decode(1, "42"), "1 42 ");
    EXPECT_EQ(decode(2, "+84901234567"), "2 0 +84901234567");
    EXPECT_EQ(decode(0, ""), "customer.kind: 0 is no kind of customer");
    EXPECT_EQ(decode(5, ""), "customer.kind: 5 is no kind of customer");
    EXPECT_EQ(decode(4, std::string(513, 'x')), "customer.text: 513 bytes; a text has at most 512");
    for (const char* id : {"", "0", "-1", "4x", "99999999999999999999999999999", "1099511627776"})
        EXPECT_THAT(decode(1, id), HasSubstr("is no customer's id"));
    EXPECT_EQ(to_schema(model::CustomerRef{KeyKind::id, {42}, {}}).text, "42");
}

}  // namespace
}  // namespace tim::codec
