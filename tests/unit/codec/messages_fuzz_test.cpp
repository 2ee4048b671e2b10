// Bytes of any kind are read or refused, and never anything else. Seeded: a failure prints its seed.
#include <gmock/gmock.h>

#include <cstring>
#include <random>

#include "protocol/codec/detailed_sales.h"
#include "protocol/codec/documents.h"
#include "protocol/codec/messages.h"

namespace tim::codec {
namespace {

using model::Command;
using model::CommandKind;

/// Payload bytes at an aligned address, at the very end of their memory, so that ASan sees a byte too many.
class Payload {
  public:
    explicit Payload(std::span<const std::byte> bytes)
        : size_(bytes.size()), memory_(std::make_unique<std::byte[]>(size_)) {
        if (size_ != 0) std::memcpy(memory_.get(), bytes.data(), size_);
    }
    std::span<std::byte> bytes() { return {memory_.get(), size_}; }

  private:
    std::size_t size_;
    std::unique_ptr<std::byte[]> memory_;
};

/// Reads a request as far as a server would; every text that comes out of it is looked at. Returns the number
/// of commands.
std::size_t take(std::span<const std::byte> payload) {
    const auto request = read_request(payload);
    if (!request) {
        EXPECT_FALSE(request.error().message.empty());
        return 0;
    }
    std::vector<Command> commands;
    std::deque<model::Enrollment> enrollments;
    model::Result<void> decoded;
    if (const auto* sales = (*request)->body_as_SaleBatch()) decoded = decode_sales(*sales, {1}, commands);
    if (const auto* batch = (*request)->body_as_CommandBatch())
        decoded = decode_commands(*batch, {1}, commands);
    if (const auto* batch = (*request)->body_as_EnrollBatch())
        decoded = decode_enrollments(*batch, {1}, enrollments, commands);
    std::deque<model::SaleDetails> details;
    if (const auto* batch = (*request)->body_as_DetailedSaleBatch())
        decoded = decode_detailed_sales(*batch, {1}, details, commands);
    if (const auto* put = (*request)->body_as_ProgramPut()) (void)to_model(*put->program());
    if (const auto* add = (*request)->body_as_AccessKeyAdd()) (void)to_model(*add->key());
    if (const auto* show = (*request)->body_as_ShowRequest()) (void)decode_customer(*show->customer());
    if (!decoded) {
        EXPECT_TRUE(commands.empty() && enrollments.empty());
        EXPECT_FALSE(decoded.error().message.empty());
    }
    std::size_t sum = 0;
    for (const Command& command : commands) {
        EXPECT_LE(command.kind, CommandKind::enroll);
        EXPECT_LE(command.customer.kind, model::KeyKind::card);
        for (const char c : std::string(command.customer.text) + std::string(command.reason))
            sum += static_cast<unsigned char>(c);
        for (const auto& key :
             command.enrollment == nullptr ? std::vector<model::CustomerRef>() : command.enrollment->keys)
            sum += key.text.size();
    }
    return commands.size() + (sum == SIZE_MAX ? 1 : 0);
}

/// One good payload of each kind of request that carries something.
std::vector<std::vector<std::byte>> good_payloads() {
    std::vector<std::vector<std::byte>> payloads;
    ByteBuffer out;
    const auto keep = [&] {
        const auto bytes = out.view().subspan(kFrameHeaderBytes);
        payloads.emplace_back(bytes.begin(), bytes.end());
        out.clear();
    };
    Command sale;
    sale.kind = CommandKind::sale;
    sale.name = model::Name::receipt({7}, "C104417");
    sale.customer = {model::KeyKind::phone, {}, "+84901234567"};
    SaleRows sales;
    for (int i = 0; i < 3; ++i)
        EXPECT_TRUE(sales.add(sale));
    const BatchEncoder encoder("shop");
    encoder.append_sales(out, 1, sales.rows);
    keep();
    const model::SaleDetails details{{12}};
    sale.details = &details;
    append_detailed_sales(out, 1, "shop", std::vector(2, *to_detailed_sale(sale)));
    keep();
    Command adjust;
    adjust.kind = CommandKind::adjust;
    adjust.name = model::Name::request({1});
    adjust.customer = {model::KeyKind::email, {}, "somebody.with.a.long.name@example.vn"};
    adjust.reason = "because";
    CommandRows rows;
    for (int i = 0; i < 3; ++i)
        EXPECT_TRUE(rows.add(adjust));
    encoder.append_commands(out, 1, rows.rows, rows.texts);
    keep();
    const model::Enrollment enrollment{{{model::KeyKind::phone, {}, "1"}, {model::KeyKind::card, {}, "2"}},
                                       "Lan"};
    Command enroll;
    enroll.kind = CommandKind::enroll;
    enroll.name = model::Name::request({1});
    enroll.enrollment = &enrollment;
    EXPECT_TRUE(append_enrollments(out, 1, "shop", {&enroll, 1}));
    keep();
    model::Program program;
    program.id = "shop";
    program.currency = {"GBP", 2};
    program.time_zone = "Europe/London";
    program.points.redeem = model::RedeemRate{{1}, {100}};
    model::Tier tier;
    tier.id = "a";
    tier.name = "A";
    tier.benefits = {"one", "two"};
    tier.criterion = model::Criterion::month_spend;
    tier.max = 100;
    program.tiers.push_back(tier);
    schema::ProgramPutT put;
    put.request_id.assign(16, 1);
    put.program = to_schema(program);
    append_request(out, 1, std::move(put));
    keep();
    schema::AccessKeyAddT add;
    add.request_id.assign(16, 1);
    model::AccessKey key;
    key.id = "till-1";
    key.programs = {"shop"};
    add.key = to_schema(key);
    append_request(out, 1, std::move(add));
    keep();
    schema::ShowRequestT show;
    show.program = "shop";
    show.customer = std::make_unique<schema::CustomerKeyT>(to_schema(sale.customer));
    append_request(out, 1, std::move(show));
    keep();
    return payloads;
}

TEST(Fuzz, RandomBytes) {
    for (std::uint32_t seed = 0; seed < 3'000; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937 random(seed);
        std::vector<std::byte> bytes((random() % 64) * 8);
        for (auto& byte : bytes)
            byte = static_cast<std::byte>(random() % (seed % 2 == 0 ? 256 : 24));
        take(Payload(bytes).bytes());
        (void)read_reply(Payload(bytes).bytes());
    }
}

TEST(Fuzz, EverySingleBitOfGoodMessages) {
    for (const auto& good : good_payloads()) {
        Payload whole(good);
        take(whole.bytes());
        for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
            SCOPED_TRACE(bit);
            Payload payload(good);
            payload.bytes()[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
            take(payload.bytes());
        }
    }
}

TEST(Fuzz, GoodMessagesWithManyChanges) {
    const auto payloads = good_payloads();
    for (std::uint32_t seed = 0; seed < 20'000; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937 random(seed);
        Payload payload(payloads[random() % payloads.size()]);
        for (auto changes = 1 + random() % 8; changes > 0; --changes)
            payload.bytes()[random() % payload.bytes().size()] = static_cast<std::byte>(random());
        take(payload.bytes());
    }
}

TEST(Fuzz, GoodMessagesCutShort) {
    for (const auto& good : good_payloads()) {
        for (std::size_t size = 0; size < good.size(); size += 4) {
            SCOPED_TRACE(size);
            take(Payload(std::span(good).first(size)).bytes());
        }
    }
}

TEST(Fuzz, RowsThatAreNotAlignedAreRefused) {
    // A vector of structs at 4 instead of 8: FlatBuffers' verifier lets it pass.
    const auto good = good_payloads()[0];
    std::vector<std::byte> shifted(good);
    const std::size_t rows = 3 * kSaleRowBytes;
    const std::size_t start = good.size() - rows - 4;
    shifted.resize(good.size() + 8);
    std::memmove(shifted.data() + start + 4, good.data() + start, rows + 4);
    // The reference to the vector is the one word that leads to it: find it, and lead it 4 further.
    int changed = 0;
    for (std::size_t at = 0; at + 4 <= start; at += 4) {
        std::uint32_t offset = 0;
        std::memcpy(&offset, good.data() + at, 4);
        if (at + offset != start) continue;
        offset += 4;
        std::memcpy(shifted.data() + at, &offset, 4);
        ++changed;
    }
    ASSERT_EQ(changed, 1);
    const auto request = read_request(Payload(shifted).bytes());
    ASSERT_FALSE(request);
    EXPECT_THAT(request.error().message, ::testing::HasSubstr("not aligned"));
}

TEST(Fuzz, UnknownAndMissingBodies) {
    flatbuffers::FlatBufferBuilder builder;
    const auto ping = schema::CreatePing(builder);
    builder.Finish(schema::CreateRequest(builder, static_cast<schema::RequestBody>(200), ping.Union()));
    ByteBuffer out;
    append_frame(out, 1, builder);
    Payload unknown(out.view().subspan(kFrameHeaderBytes));
    const auto request = read_request(unknown.bytes());
    ASSERT_TRUE(request) << "the server answers `unsupported`";
    EXPECT_EQ(static_cast<int>((*request)->body_type()), 200);
    builder.Clear();
    const auto pong = schema::CreatePing(builder);
    builder.Finish(schema::CreateRequest(builder, schema::RequestBody::NONE, pong.Union()));
    out.clear();
    append_frame(out, 1, builder);
    EXPECT_FALSE(read_request(Payload(out.view().subspan(kFrameHeaderBytes)).bytes()));
    EXPECT_FALSE(read_request({}));
}

TEST(Fuzz, ManyReferencesToOneTableAreBounded) {
    // An enrolment of a few bytes, named a hundred thousand times.
    flatbuffers::FlatBufferBuilder builder;
    const auto text = builder.CreateString("1");
    const auto key = schema::CreateCustomerKey(builder, schema::CustomerKind::card, text);
    const auto keys = builder.CreateVector(std::vector(8, key));
    const auto id = builder.CreateVector(std::vector<std::uint8_t>(16, 1));
    const auto row = schema::CreateEnrollment(builder, id, 0, keys);
    const auto rows = builder.CreateVector(std::vector(100'000, row));
    const auto program = builder.CreateString("shop");
    const auto body = schema::CreateEnrollBatch(builder, program, rows);
    builder.Finish(schema::CreateRequest(builder, schema::RequestBody::EnrollBatch, body.Union()));
    ByteBuffer out;
    append_frame(out, 1, builder);
    EXPECT_FALSE(read_request(Payload(out.view().subspan(kFrameHeaderBytes)).bytes()));
}

}  // namespace
}  // namespace tim::codec
