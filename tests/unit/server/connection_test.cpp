#include "protocol/server/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "harness.h"
#include "protocol/codec/detailed_sales.h"
#include "protocol/codec/documents.h"
#include "protocol/codec/permissions.h"
#include "protocol/server/limits.h"

namespace tim::server::test {
namespace {

using schema::FailureCode;
using schema::ReplyBody;
using ::testing::HasSubstr;

constexpr std::size_t kCustomerKindOffset = 68;  // in a SaleRow: see protocol/schema/messages.fbs

// ---------------------------------------------------------------------------------------- who is there

TEST(Connection, WelcomesWhoProvesTheKey) {
    Harness harness(model::Role::checkout, {"shop"});
    const Received welcome = harness.authenticate();
    ASSERT_EQ(welcome.type(), ReplyBody::Welcome);
    EXPECT_TRUE(harness.client.server_is_right(*welcome.reply->body_as_Welcome()));
    EXPECT_EQ(welcome.reply->body_as_Welcome()->role(), schema::Role::checkout);
    EXPECT_EQ(welcome.reply->body_as_Welcome()->programs()->Get(0)->str(), "shop");
    EXPECT_TRUE(harness.connection.open());
}

TEST(Connection, RefusesAWrongProof) {
    Harness harness;
    harness.client.hello();
    const auto challenge = harness.exchange();
    auto proof = harness.client.prove(*challenge.at(0).reply->body_as_Challenge());
    proof[5] ^= 1;
    harness.client.proof(proof);
    const auto replies = harness.exchange();
    ASSERT_EQ(replies.size(), 1U);
    ASSERT_NE(replies[0].failure(), nullptr);
    EXPECT_EQ(replies[0].failure()->code(), FailureCode::denied);
    EXPECT_FALSE(harness.connection.open());
    EXPECT_EQ(harness.context.counters.handshakes_failed.load(), 1U);
}

TEST(Connection, AnswersAnUnknownKeyLikeAKnownOne) {
    Harness harness;
    TestClient stranger(secret_of("stranger"));
    stranger.hello();
    harness.feed(stranger.out.view());
    const auto challenge = harness.deliver();
    ASSERT_EQ(challenge.size(), 1U);
    ASSERT_EQ(challenge[0].type(), ReplyBody::Challenge);
    stranger.out.clear();
    stranger.proof(stranger.prove(*challenge[0].reply->body_as_Challenge()));
    harness.feed(stranger.out.view());
    const auto replies = harness.deliver();
    ASSERT_NE(replies.at(0).failure(), nullptr);
    EXPECT_EQ(replies[0].failure()->code(), FailureCode::denied);
}

TEST(Connection, AProofServesOnce) {
    Harness first;
    first.client.hello();
    const auto challenge = first.exchange();
    const auto proof = first.client.prove(*challenge.at(0).reply->body_as_Challenge());
    first.client.proof(proof);
    ASSERT_EQ(first.exchange().at(0).type(), ReplyBody::Welcome);

    // The same client nonce and proof, played back to another connection of the same server.
    Connection second(first.context, first.pool);
    TestClient replay(secret_of("key"));
    replay.hello();
    replay.proof(proof);
    const auto space = second.read_space();
    std::memcpy(space.data(), replay.out.view().data(), replay.out.size());
    second.received(replay.out.size());
    second.take(first.batch);
    EXPECT_FALSE(second.authenticated());
    EXPECT_FALSE(second.open());
}

TEST(Connection, ARevokedKeyIsNotLetIn) {
    Harness harness;
    auto key = key_of("key", model::Role::admin);
    key.revoked = true;
    harness.engine.add_key(key);
    const Received reply = harness.authenticate();
    ASSERT_NE(reply.failure(), nullptr);
    EXPECT_EQ(reply.failure()->code(), FailureCode::denied);
}

TEST(Connection, AKeyThatIsRevokedMeanwhileClosesItsConnections) {
    Harness harness;
    ASSERT_EQ(harness.authenticate().type(), ReplyBody::Welcome);
    schema::AccessKeyRevokeT revoke;
    revoke.request_id.assign(16, 7);
    revoke.id = "key";
    harness.client.request(5, std::move(revoke));
    harness.client.request(6, schema::PingT{});
    const auto replies = harness.exchange();
    ASSERT_EQ(replies.size(), 2U);
    EXPECT_EQ(replies[0].type(), ReplyBody::CommandResults)
        << "the revocation itself is answered, nothing behind it";
    ASSERT_NE(replies.back().failure(), nullptr);
    EXPECT_EQ(replies.back().failure()->code(), FailureCode::denied);
    EXPECT_THAT(replies.back().failure()->message()->str(), HasSubstr("revoked"));
    EXPECT_FALSE(harness.connection.open());
}

TEST(Connection, NothingElseComesBeforeHello) {
    Harness harness;
    harness.client.sales(3, 1, 100);
    const auto replies = harness.exchange();
    ASSERT_EQ(replies.size(), 1U);
    EXPECT_EQ(replies[0].failure()->code(), FailureCode::denied);
    EXPECT_EQ(replies[0].correlation, 3U);
    EXPECT_TRUE(harness.engine.seen().empty());
}

TEST(Connection, NamesTheVersionItSpeaks) {
    Harness harness;
    harness.client.hello(9);
    const auto replies = harness.exchange();
    ASSERT_EQ(replies.size(), 1U);
    EXPECT_EQ(replies[0].failure()->code(), FailureCode::unsupported);
    EXPECT_THAT(replies[0].failure()->message()->str(), HasSubstr("speaks 1"));
}

// ---------------------------------------------------------------------------------------- bad bytes

TEST(Connection, RefusesALengthOfFourGibibytesBeforeAnythingIsAllocated) {
    Harness harness;
    const std::array<std::uint8_t, 8> header{0xf8, 0xff, 0xff, 0xff, 9, 0, 0, 0};
    harness.feed(std::as_bytes(std::span(header)));
    const auto replies = harness.deliver();
    ASSERT_EQ(replies.size(), 1U);
    EXPECT_EQ(replies[0].failure()->code(), FailureCode::too_large);
    EXPECT_EQ(replies[0].failure()->message()->str(),
              "frame: a payload of 4294967288 bytes is too large; 4096 are the most here");
    EXPECT_EQ(replies[0].correlation, 9U);
    EXPECT_FALSE(harness.connection.open());
    EXPECT_EQ(harness.context.counters.protocol_errors.load(), 1U);
}

TEST(Connection, TellsWhatIsWrongWithALength) {
    struct Case {
        std::uint32_t length;
        FailureCode code;
        const char* part;
    };
    for (const Case& wrong :
         {Case{0, FailureCode::malformed, "multiple of 8"}, Case{12, FailureCode::malformed, "multiple of 8"},
          Case{codec::kMaxRequestBytes + 8, FailureCode::too_large, "4194312 bytes is too large; 4194304"}}) {
        Harness harness;
        ASSERT_EQ(harness.authenticate().type(), ReplyBody::Welcome);
        const std::array<std::uint32_t, 2> header{wrong.length, 3};
        harness.client.sales(1, 1, 100);
        harness.client.out.append(std::as_bytes(std::span(header)));
        const auto replies = harness.exchange();
        ASSERT_EQ(replies.size(), 2U) << wrong.length;
        EXPECT_EQ(replies[0].type(), ReplyBody::SaleResults) << "what was whole is answered";
        EXPECT_EQ(replies[1].correlation, 3U);
        ASSERT_NE(replies[1].failure(), nullptr);
        EXPECT_EQ(replies[1].failure()->code(), wrong.code) << wrong.length;
        EXPECT_THAT(replies[1].failure()->message()->str(), HasSubstr(wrong.part));
        EXPECT_FALSE(harness.connection.open());
    }
}

TEST(Connection, SurvivesRandomBytes) {
    std::mt19937_64 random(20260731);
    for (int round = 0; round < 300; ++round) {
        Harness harness;
        if (round % 2 == 1) {
            ASSERT_EQ(harness.authenticate().type(), ReplyBody::Welcome);
        }
        std::vector<std::uint8_t> bytes(16 + random() % 400);
        for (auto& byte : bytes)
            byte = static_cast<std::uint8_t>(random());
        if (round % 3 == 0) {  // a header that could be one
            const auto length = static_cast<std::uint32_t>((bytes.size() - 8) / 8 * 8);
            std::memcpy(bytes.data(), &length, 4);
        }
        harness.feed(std::as_bytes(std::span(bytes)), 1 + random() % 50);
        for (const Received& reply : harness.deliver()) {
            ASSERT_NE(reply.failure(), nullptr);
            EXPECT_FALSE(reply.failure()->message()->str().empty());
        }
        EXPECT_TRUE(harness.engine.seen().empty());
    }
}

TEST(Connection, AnswersWhatCameBeforeMalformedBytes) {
    Harness harness;
    harness.authenticate();
    harness.client.sales(1, 2, 500);
    harness.client.sales(2, 1, 700);
    const std::array<std::byte, 16> rubbish{std::byte{13}};
    harness.client.out.append(rubbish);
    const auto replies = harness.exchange();
    ASSERT_EQ(replies.size(), 3U);
    EXPECT_EQ(replies[0].type(), ReplyBody::SaleResults);
    EXPECT_EQ(replies[1].correlation, 2U);
    EXPECT_EQ(replies[2].failure()->code(), FailureCode::malformed);
}

TEST(Connection, AnswersDetailedSalesWithTheirEffects) {
    Harness harness;
    harness.authenticate();
    model::Command sale;
    sale.kind = model::CommandKind::sale;
    sale.customer = {model::KeyKind::card, {}, "1"};
    sale.name = model::Name::receipt({1}, "R");
    sale.amount = {100};
    const model::SaleDetails details{{12}};
    sale.details = &details;
    codec::append_detailed_sales(harness.client.out, 4, "shop",
                                 std::vector(2, *codec::to_detailed_sale(sale)));
    auto replies = harness.exchange();
    ASSERT_EQ(replies.size(), 1U);
    ASSERT_EQ(replies[0].type(), ReplyBody::DetailedSaleResults);
    const auto* rows = replies[0].reply->body_as_DetailedSaleResults()->rows();
    ASSERT_EQ(rows->size(), 2U);
    EXPECT_EQ(rows->Get(1)->result()->points(), 10);
    EXPECT_EQ(rows->Get(1)->effects()->Get(0)->sequence(), rows->Get(1)->result()->sequence());

    codec::append_detailed_sales(harness.client.out, 5, "nowhere",
                                 std::vector(1, *codec::to_detailed_sale(sale)));
    replies = harness.exchange();
    rows = replies.at(0).reply->body_as_DetailedSaleResults()->rows();
    EXPECT_EQ(rows->Get(0)->result()->refusal(), static_cast<std::uint16_t>(model::Refusal::unknown_program));
    EXPECT_EQ(rows->Get(0)->effects(), nullptr);
}

TEST(Connection, ARowThatIsNoneRefusesItsRequestAlone) {
    Harness harness;
    harness.authenticate();
    codec::SaleRows rows;
    model::Command sale;
    sale.kind = model::CommandKind::sale;
    sale.customer = {model::KeyKind::card, {}, "1"};
    sale.name = model::Name::receipt({1}, "R");
    ASSERT_TRUE(rows.add(sale));
    ASSERT_TRUE(rows.add(sale));
    std::as_writable_bytes(std::span(&rows.rows[1], 1))[kCustomerKindOffset] = std::byte{9};
    codec::BatchEncoder("shop").append_sales(harness.client.out, 4, rows.rows);
    harness.client.sales(5, 1, 10);
    const auto replies = harness.exchange();
    ASSERT_EQ(replies.size(), 2U);
    const bool failure_first = replies[0].failure() != nullptr;
    const auto* failure = replies[failure_first ? 0 : 1].failure();
    ASSERT_NE(failure, nullptr);
    EXPECT_EQ(failure->code(), FailureCode::invalid);
    EXPECT_THAT(failure->message()->str(), HasSubstr("rows[1]"));
    EXPECT_EQ(harness.engine.seen().size(), 1U) << "nothing of the wrong request was carried out";
    EXPECT_TRUE(harness.connection.open());
}

// ---------------------------------------------------------------------------------------- requests and
// replies

TEST(Connection, AnswersRequestsThatArriveByteByByte) {
    Harness harness;
    harness.authenticate();
    harness.client.sales(1, 3, 1000);
    harness.client.command(2, model::CommandKind::balance);
    const auto replies = harness.exchange(1);
    ASSERT_EQ(replies.size(), 2U);
    const auto* rows = replies[0].reply->body_as_SaleResults()->rows();
    ASSERT_EQ(rows->size(), 3U);
    EXPECT_EQ(rows->Get(2)->points(), 100);
    EXPECT_EQ(rows->Get(2)->sequence(), 3U);
    EXPECT_EQ(replies[1].correlation, 2U);
}

TEST(Connection, PipelinedRequestsShareABatchAndKeepTheirOrder) {
    Harness harness;
    harness.authenticate();
    for (std::uint32_t i = 1; i <= 100; ++i)
        harness.client.sales(i, 1, i * 10);
    const auto replies = harness.exchange();
    ASSERT_EQ(replies.size(), 100U);
    for (std::uint32_t i = 0; i < 100; ++i) {
        EXPECT_EQ(replies[i].correlation, i + 1);
        EXPECT_EQ(replies[i].reply->body_as_SaleResults()->rows()->Get(0)->points(), i + 1);
    }
    EXPECT_EQ(harness.engine.batches, 1U);
    EXPECT_EQ(harness.connection.in_flight(), 0U);
}

TEST(Connection, ManyConnectionsMakeOneBatch) {
    Harness first;
    first.authenticate();
    Connection second(first.context, first.pool);
    TestClient other(secret_of("key"), 2);
    const auto hand_over = [&](codec::ByteBuffer& bytes) {
        std::memcpy(second.read_space().data(), bytes.view().data(), bytes.size());
        second.received(bytes.size());
        bytes.clear();
        second.take(first.batch);
    };
    const auto collect = [&] {
        std::array<std::span<const std::byte>, 4> pieces;
        second.outbox().release(first.engine.durable());
        const std::size_t count = second.outbox().gather(pieces);
        for (std::size_t i = 0; i < count; ++i) {
            std::memcpy(other.reader.prepare(pieces[i].size()).data(), pieces[i].data(), pieces[i].size());
            other.reader.commit(pieces[i].size());
            second.written(pieces[i].size());
        }
        return other.take();
    };
    other.hello();
    hand_over(other.out);
    other.proof(other.prove(*collect().at(0).reply->body_as_Challenge()));
    hand_over(other.out);
    ASSERT_EQ(collect().at(0).type(), ReplyBody::Welcome);

    other.sales(1, 2, 50);
    hand_over(other.out);
    first.client.sales(1, 1, 70);
    const auto replies = first.exchange();
    EXPECT_EQ(first.engine.batches, 1U);
    EXPECT_EQ(replies.at(0).reply->body_as_SaleResults()->rows()->Get(0)->sequence(), 3U);
    EXPECT_EQ(collect().at(0).reply->body_as_SaleResults()->rows()->size(), 2U);
}

TEST(Connection, NothingIsAnsweredBeforeItIsDurable) {
    Harness harness;
    harness.authenticate();
    harness.engine.durable_at_once = false;
    harness.client.sales(1, 1, 100);
    harness.client.request(2, schema::PingT{});
    EXPECT_TRUE(harness.exchange().empty());
    EXPECT_EQ(harness.connection.in_flight(), 2U);
    EXPECT_TRUE(harness.connection.outbox().waiting());
    harness.engine.make_durable();
    harness.client.sales(3, 1, 100);
    const auto replies = harness.exchange();
    ASSERT_EQ(replies.size(), 2U) << "the first sale and the ping, not the second sale";
    harness.engine.make_durable();
    const auto rest = harness.deliver();
    ASSERT_EQ(rest.size(), 1U);
    EXPECT_EQ(rest[0].correlation, 3U);
}

TEST(Connection, AnUnknownProgramIsRefusedRowByRow) {
    Harness harness;
    harness.authenticate();
    harness.client.sales(1, 2, 100, "nowhere");
    const auto replies = harness.exchange();
    const auto* rows = replies.at(0).reply->body_as_SaleResults()->rows();
    EXPECT_EQ(rows->Get(0)->refusal(), static_cast<std::uint16_t>(model::Refusal::unknown_program));
}

TEST(Connection, EnrolsAndPutsKeys) {
    Harness harness;
    harness.authenticate();
    schema::EnrollBatchT batch;
    batch.program = "shop";
    for (int i = 0; i < 2; ++i) {
        auto row = std::make_unique<schema::EnrollmentT>();
        row->request_id.assign(16, static_cast<std::uint8_t>(i + 1));
        row->name = "An";
        row->keys.push_back(std::make_unique<schema::CustomerKeyT>());
        row->keys.back()->kind = schema::CustomerKind::phone;
        row->keys.back()->text = "+8490123456" + std::to_string(i);
        batch.rows.push_back(std::move(row));
    }
    harness.client.request(1, std::move(batch));
    schema::AccessKeyAddT add;
    add.request_id.assign(16, 3);
    add.key = codec::to_schema(key_of("till", model::Role::pos, {"shop"}));
    harness.client.request(2, std::move(add));
    const auto replies = harness.exchange();
    ASSERT_EQ(replies.size(), 2U);
    EXPECT_EQ(replies[0].reply->body_as_CommandResults()->rows()->size(), 2U);
    EXPECT_EQ(replies[1].type(), ReplyBody::CommandResults);
    EXPECT_EQ(harness.engine.seen()[0].kind, model::CommandKind::enroll);
    ASSERT_NE(harness.engine.find_access_key("till"), nullptr);
    EXPECT_EQ(harness.engine.find_access_key("till")->programs, std::vector<std::string>{"shop"});
}

TEST(Connection, WhatFollowsAProgramOrKeyWaitsForIt) {
    Harness harness;
    harness.authenticate();
    schema::AccessKeyAddT add;
    add.request_id.assign(16, 3);
    add.key = codec::to_schema(key_of("till", model::Role::pos, {"shop"}));
    harness.client.sales(1, 1, 10);
    harness.client.request(2, std::move(add));
    harness.client.sales(3, 1, 10);
    harness.client.sales(4, 1, 10);
    const auto replies = harness.exchange();
    ASSERT_EQ(replies.size(), 4U);
    for (std::uint32_t i = 0; i < 4; ++i)
        EXPECT_EQ(replies[i].correlation, i + 1);
    EXPECT_EQ(harness.engine.batches, 2U);
}

TEST(Connection, AProgramIsJudgedBeforeItIsTaken) {
    Harness harness;
    harness.authenticate();
    model::Program program;
    program.id = "shop";
    program.name = "Shop";
    program.currency = {"VND", 0};
    program.time_zone = "Mars/Olympus";
    program.points.earn.per_amount = {10'000};
    program.points.earn.points = {1};
    program.tiers.emplace_back();
    program.tiers.back().id = "base";
    program.tiers.back().name = "Base";
    const auto put = [&] {
        schema::ProgramPutT message;
        message.request_id.assign(16, 3);
        message.program = codec::to_schema(program);
        harness.client.request(2, std::move(message));
        return harness.exchange();
    };
    const auto refused = put();
    ASSERT_NE(refused.at(0).failure(), nullptr);
    EXPECT_EQ(refused[0].failure()->code(), FailureCode::invalid);
    EXPECT_THAT(refused[0].failure()->message()->str(), HasSubstr("Mars/Olympus"));
    program.time_zone = "Asia/Ho_Chi_Minh";
    const auto accepted = put();
    ASSERT_EQ(accepted.at(0).type(), ReplyBody::CommandResults) << accepted[0].failure()->message()->str();
    EXPECT_EQ(harness.engine.seen().back().kind, model::CommandKind::put_program);
}

// ---------------------------------------------------------------------------------------- who may what

class Roles : public ::testing::TestWithParam<model::Role> {};

TEST_P(Roles, RowsThatTheRoleMayNotAreRefusedAndTheRestIsCarriedOut) {
    Harness harness(GetParam());
    harness.authenticate();
    std::size_t allowed = 0;
    for (unsigned kind = 0; kind <= static_cast<unsigned>(model::CommandKind::adjust); ++kind) {
        const std::size_t before = harness.engine.seen().size();
        harness.client.command(kind, static_cast<model::CommandKind>(kind));
        const auto replies = harness.exchange();
        ASSERT_EQ(replies.at(0).type(), ReplyBody::CommandResults);
        const auto refusal = replies[0].reply->body_as_CommandResults()->rows()->Get(0)->refusal();
        ASSERT_EQ(harness.engine.seen().size(), before + 1);
        if (codec::may_command(GetParam(), static_cast<model::CommandKind>(kind))) {
            ++allowed;
            EXPECT_EQ(refusal, 0);
            EXPECT_EQ(static_cast<unsigned>(harness.engine.seen().back().kind), kind);
        } else {
            EXPECT_EQ(refusal, static_cast<std::uint16_t>(model::Refusal::not_allowed));
            EXPECT_EQ(harness.engine.seen().back().kind, model::CommandKind::balance);
        }
    }
    EXPECT_GE(allowed, 2U);
}

TEST_P(Roles, MessagesThatTheRoleMayNotSendAreRefused) {
    Harness harness(GetParam());
    harness.authenticate();
    const auto code = [&](auto body) {
        harness.client.request(1, std::move(body));
        const auto replies = harness.exchange();
        return replies.back().failure() == nullptr ? 0 : static_cast<int>(replies.back().failure()->code());
    };
    const auto expected = [&](schema::RequestBody body) {
        return codec::may_request(GetParam(), body) ? 0 : static_cast<int>(FailureCode::not_allowed);
    };
    EXPECT_EQ(code(schema::VerifyRequestT{}), expected(schema::RequestBody::VerifyRequest));
    EXPECT_EQ(code(schema::StatsRequestT{}), expected(schema::RequestBody::StatsRequest));
    EXPECT_EQ(code(schema::ProgramListRequestT{}), expected(schema::RequestBody::ProgramListRequest));
    EXPECT_EQ(code(schema::AccessKeyListRequestT{}), expected(schema::RequestBody::AccessKeyListRequest));
    EXPECT_EQ(code(schema::PingT{}), 0);
    EXPECT_TRUE(harness.connection.open());
}

INSTANTIATE_TEST_SUITE_P(All, Roles,
                         ::testing::Values(model::Role::pos, model::Role::checkout, model::Role::admin),
                         [](const auto& role) { return std::string(model::role_name(role.param)); });

TEST(Connection, AKeyTouchesItsProgramsOnly) {
    Harness harness(model::Role::admin, {"shop"});
    harness.authenticate();
    harness.client.sales(1, 1, 100, "shop");
    harness.client.sales(2, 1, 100, "other");
    harness.client.request(3, [] {
        schema::ShowRequestT show;
        show.program = "other";
        show.customer = std::make_unique<schema::CustomerKeyT>();
        show.customer->kind = schema::CustomerKind::card;
        show.customer->text = "1";
        return show;
    }());
    harness.client.request(4, schema::VerifyRequestT{});
    harness.client.request(5, schema::ProgramListRequestT{});
    auto replies = harness.exchange();
    ASSERT_EQ(replies.size(), 5U);
    std::sort(replies.begin(), replies.end(),
              [](const Received& a, const Received& b) { return a.correlation < b.correlation; });
    EXPECT_EQ(replies[0].type(), ReplyBody::SaleResults);
    for (const std::size_t i : {1U, 2U, 3U}) {
        ASSERT_NE(replies[i].failure(), nullptr) << i;
        EXPECT_EQ(replies[i].failure()->code(), FailureCode::not_allowed);
    }
    ASSERT_EQ(replies[4].reply->body_as_ProgramListReply()->programs()->size(), 1U);
    EXPECT_EQ(replies[4].reply->body_as_ProgramListReply()->programs()->Get(0)->id()->str(), "shop");
    EXPECT_EQ(harness.engine.seen().size(), 1U);
}

// ---------------------------------------------------------------------------------------- bounds

TEST(Connection, AClientThatDoesNotReadIsNotReadFrom) {
    Harness harness;
    harness.authenticate();
    harness.reading = false;
    std::size_t sent = 0;
    while (harness.connection.has_room() && sent < 10'000) {
        harness.client.sales(static_cast<std::uint32_t>(++sent), 1, 10);
        harness.feed(harness.client.out.view());
        harness.client.out.clear();
    }
    EXPECT_EQ(sent, kMaxRequestsInFlight);
    EXPECT_EQ(harness.connection.in_flight(), kMaxRequestsInFlight);
    harness.client.sales(1, 1, 10);
    harness.feed(harness.client.out.view());
    harness.client.out.clear();
    EXPECT_TRUE(harness.connection.has_more());
    EXPECT_EQ(harness.engine.seen().size(), kMaxRequestsInFlight) << "the last one was not taken";

    harness.reading = true;
    harness.step();
    harness.write();
    harness.step();
    EXPECT_EQ(harness.deliver().size(), kMaxRequestsInFlight + 1);
    EXPECT_EQ(harness.connection.in_flight(), 0U);
}

TEST(Connection, TheOutboxIsBoundedInBytes) {
    Harness harness;
    harness.authenticate();
    harness.reading = false;
    for (std::size_t i = 0; i < 100 && harness.connection.has_room(); ++i) {
        harness.client.sales(1, codec::kMaxRowsPerRequest, 10);
        harness.feed(harness.client.out.view());
        harness.client.out.clear();
    }
    EXPECT_FALSE(harness.connection.has_room());
    EXPECT_GE(harness.connection.outbox().bytes(), kOutboxFullBytes);
    EXPECT_LE(harness.connection.outbox().bytes(),
              kOutboxFullBytes + codec::kMaxRowsPerRequest * codec::kSaleResultBytes + 1024);
}

TEST(Connection, AFullBatchLeavesTheRestForTheNextOne) {
    Harness harness;
    harness.authenticate();
    const std::size_t rows = 5'000;
    for (std::uint32_t i = 1; i <= 8; ++i)
        harness.client.sales(i, rows, 10);
    const auto replies = harness.exchange();
    ASSERT_EQ(replies.size(), 8U);
    EXPECT_EQ(harness.engine.seen().size(), 8 * rows);
    for (std::uint32_t i = 0; i < 8; ++i)
        EXPECT_EQ(replies[i].correlation, i + 1);
}

TEST(Connection, TooManyRowsAreTooLarge) {
    Harness harness;
    harness.authenticate();
    const schema::SaleRow row{};
    const std::vector<schema::SaleRow> rows(codec::kMaxRowsPerRequest + 1, row);
    flatbuffers::FlatBufferBuilder builder;
    const auto vector = builder.CreateVectorOfStructs(rows);
    const auto batch = schema::CreateSaleBatch(builder, builder.CreateString("shop"), vector);
    builder.Finish(schema::CreateRequest(builder, schema::RequestBody::SaleBatch, batch.Union()));
    codec::append_frame(harness.client.out, 8, builder);
    const auto replies = harness.exchange();
    ASSERT_NE(replies.at(0).failure(), nullptr);
    EXPECT_EQ(replies[0].failure()->code(), FailureCode::too_large);
    EXPECT_TRUE(harness.connection.open());
}

}  // namespace
}  // namespace tim::server::test
