#include <gmock/gmock.h>

#include <cstring>

#include "protocol/codec/messages.h"

namespace tim::codec {
namespace {

using model::Command;
using model::CommandKind;
using model::KeyKind;
using model::Outcome;
using ::testing::HasSubstr;

/// The frames of a buffer, as the other side sees them.
class Stream {
  public:
    explicit Stream(const ByteBuffer& out) {
        const auto room = reader_.prepare(out.size());
        std::memcpy(room.data(), out.view().data(), out.size());
        reader_.commit(out.size());
    }
    Frame next() {
        const auto frame = reader_.next();
        EXPECT_TRUE(frame && *frame);
        return frame && *frame ? **frame : Frame{};
    }
    const schema::Reply* reply(std::uint32_t correlation) {
        const Frame frame = next();
        EXPECT_EQ(frame.correlation, correlation);
        const auto reply = read_reply(frame.payload);
        EXPECT_TRUE(reply) << reply.error().message;
        return reply ? *reply : nullptr;
    }
    bool done() const { return reader_.pending_bytes() == 0; }

  private:
    FrameReader reader_{kMaxReplyBytes};
};

Outcome outcome(std::int64_t seed) {
    Outcome result;
    result.refusal = seed % 3 == 0 ? model::Refusal::insufficient_points : model::Refusal::none;
    result.duplicate = seed % 2 == 0;
    result.tier_before = static_cast<std::uint8_t>(seed % 5);
    result.tier_after = static_cast<std::uint8_t>(seed % 7);
    result.version = {static_cast<std::uint16_t>(seed)};
    result.customer = {static_cast<std::uint64_t>(seed * 11)};
    result.points = {-seed};
    result.balance = {seed * 2};
    result.spendable = {seed * 3};
    result.held = {seed * 4};
    result.lifetime_spend = {seed * 5};
    result.sequence = {static_cast<std::uint64_t>(seed * 6)};
    result.detail = seed * 7;
    return result;
}

TEST(Replies, SaleResultsAreStampedExactly) {
    for (const std::size_t count : {std::size_t{1}, std::size_t{2}, std::size_t{3}, kMaxRowsPerRequest}) {
        std::vector<Outcome> outcomes;
        for (std::size_t i = 0; i < count; ++i)
            outcomes.push_back(outcome(static_cast<std::int64_t>(i + 1)));
        ByteBuffer out;
        append_sale_results(out, 17, outcomes);
        append_sale_results(out, 18, outcomes);
        Stream stream(out);
        for (const std::uint32_t correlation : {17U, 18U}) {
            const auto* reply = stream.reply(correlation);
            ASSERT_NE(reply, nullptr);
            const auto* rows = reply->body_as_SaleResults()->rows();
            ASSERT_EQ(rows->size(), count);
            for (std::size_t i = 0; i < count; ++i) {
                const Outcome got = to_outcome(*rows->Get(static_cast<flatbuffers::uoffset_t>(i)));
                ASSERT_EQ(got.refusal, outcomes[i].refusal);
                ASSERT_EQ(got.duplicate, outcomes[i].duplicate);
                ASSERT_EQ(got.tier_before, outcomes[i].tier_before);
                ASSERT_EQ(got.tier_after, outcomes[i].tier_after);
                ASSERT_EQ(got.version, outcomes[i].version);
                ASSERT_EQ(got.points, outcomes[i].points);
                ASSERT_EQ(got.balance, outcomes[i].balance);
                ASSERT_EQ(got.spendable, outcomes[i].spendable);
                ASSERT_EQ(got.sequence, outcomes[i].sequence);
                ASSERT_EQ(got.detail, outcomes[i].detail);
            }
        }
        EXPECT_TRUE(stream.done());
    }
}

TEST(Replies, CommandResultsAreStampedExactly) {
    std::vector<Outcome> outcomes;
    for (std::int64_t i = 1; i <= 5; ++i)
        outcomes.push_back(outcome(i));
    ByteBuffer out;
    append_command_results(out, 99, outcomes);
    Stream stream(out);
    const auto* rows = stream.reply(99)->body_as_CommandResults()->rows();
    ASSERT_EQ(rows->size(), outcomes.size());
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        const Outcome got = to_outcome(*rows->Get(static_cast<flatbuffers::uoffset_t>(i)));
        EXPECT_EQ(got.customer, outcomes[i].customer);
        EXPECT_EQ(got.held, outcomes[i].held);
        EXPECT_EQ(got.lifetime_spend, outcomes[i].lifetime_spend);
        EXPECT_EQ(got.refusal, outcomes[i].refusal);
        EXPECT_EQ(got.duplicate, outcomes[i].duplicate);
        EXPECT_EQ(got.detail, outcomes[i].detail);
        EXPECT_EQ(got.points, outcomes[i].points);
        EXPECT_EQ(got.version, outcomes[i].version);
    }
}

TEST(Replies, OthersAreFramedToo) {
    ByteBuffer out;
    append_failure(out, 1, schema::FailureCode::not_allowed, "no");
    append_reply(out, 2, schema::PongT{});
    schema::CustomerT customer;
    customer.id = 42;
    const model::Key keys[] = {{KeyKind::phone, "+84901234567"}, {KeyKind::card, "1"}};
    customer.keys = to_schema(keys);
    append_reply(out, 3, std::move(customer));
    Stream stream(out);
    const auto* failure = stream.reply(1)->body_as_Failure();
    EXPECT_EQ(failure->code(), schema::FailureCode::not_allowed);
    EXPECT_EQ(failure->message()->string_view(), "no");
    EXPECT_NE(stream.reply(2)->body_as_Pong(), nullptr);
    const auto* got = stream.reply(3)->body_as_Customer();
    EXPECT_EQ(got->keys()->Get(0)->text()->string_view(), "+84901234567");
    EXPECT_EQ(got->first_order_at_ms(), kNoInstantMs);
    EXPECT_TRUE(stream.done());
}

TEST(Requests, ABatchWithoutTextsIsTheSameAsOneThatIsBuilt) {
    SaleRows rows;
    Command sale;
    sale.kind = CommandKind::sale;
    sale.name = model::Name::receipt({1}, "R");
    for (const char* program : {"a", "ab", "abc", "abcd", "abcdefgh", "online-retail"}) {
        rows.clear();
        for (int i = 0; i < 3; ++i) {
            sale.amount = {i};
            ASSERT_TRUE(rows.add(sale));
        }
        const BatchEncoder encoder(program);
        ByteBuffer stamped;
        encoder.append_sales(stamped, 4, rows.rows);
        schema::SaleBatchT batch;
        batch.program = program;
        batch.rows = rows.rows;
        ByteBuffer built;
        append_request(built, 4, std::move(batch));
        for (const ByteBuffer* buffer : {&stamped, &built}) {
            Stream stream(*buffer);
            const auto request = read_request(stream.next().payload);
            ASSERT_TRUE(request) << request.error().message;
            const auto* sales = (*request)->body_as_SaleBatch();
            EXPECT_EQ(sales->program()->string_view(), program);
            ASSERT_EQ(sales->rows()->size(), 3U);
            EXPECT_EQ(sales->rows()->Get(2)->amount(), 2);
        }
    }
}

TEST(Requests, RowsRefuseWhatDoesNotFit) {
    Command command;
    command.kind = CommandKind::sale;
    command.name = model::Name::receipt({1}, "R");
    const std::string long_text(kMaxTextBytes + 1, 'x');
    command.customer = {KeyKind::email, {}, long_text};
    SaleRows sales;
    EXPECT_THAT(sales.add(command).error().message, HasSubstr("513 bytes"));
    const std::string zero("a\0b", 3);
    command.customer.text = zero;
    EXPECT_THAT(sales.add(command).error().message, HasSubstr("zero byte"));
    command.customer = {};
    command.kind = CommandKind::hold;
    EXPECT_FALSE(sales.add(command));
    EXPECT_TRUE(sales.rows.empty() && sales.texts.empty());
    CommandRows commands;
    command.kind = CommandKind::enroll;
    EXPECT_FALSE(commands.add(command));
    command.kind = CommandKind::adjust;
    const std::string key(100, 'k');
    command.customer = {KeyKind::card, {}, key};
    command.reason = long_text;
    EXPECT_FALSE(commands.add(command));
    EXPECT_TRUE(commands.rows.empty() && commands.texts.empty()) << "nothing half added";
}

TEST(Requests, EnrolmentsRefuseWhatDoesNotFit) {
    model::Enrollment enrollment{{{KeyKind::phone, {}, "+84901234567"}}, std::string(513, 'n')};
    Command command;
    command.kind = CommandKind::enroll;
    command.enrollment = &enrollment;
    ByteBuffer out;
    EXPECT_FALSE(append_enrollments(out, 1, "shop", {&command, 1})) << "has no request id";
    command.name = model::Name::request({1});
    EXPECT_THAT(append_enrollments(out, 1, "shop", {&command, 1}).error().message, HasSubstr("513"));
    EXPECT_TRUE(out.empty());
}

}  // namespace
}  // namespace tim::codec
