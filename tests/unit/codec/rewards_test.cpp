#include "protocol/codec/rewards.h"

#include <gmock/gmock.h>

#include <cstring>

namespace tim::codec {
namespace {

using model::CommandKind;
using testing::HasSubstr;

const model::Name kRequest = model::Name::request({1, 2, 3});

/// What a server makes of the message that a client wrote.
struct Server {
    std::vector<std::uint64_t> words;
    std::deque<model::RewardTerms> terms;
    std::vector<model::Command> commands;

    model::Result<void> take(const schema::RewardChangeT& change) {
        ByteBuffer out;
        append_request(out, 3, change);
        const auto payload = out.view().subspan(kFrameHeaderBytes);
        words.resize(payload.size() / 8);
        std::memcpy(words.data(), payload.data(), payload.size());
        const auto request = read_request(std::as_bytes(std::span(words)));
        EXPECT_TRUE(request);
        return decode_reward_change(*(*request)->body_as_RewardChange(), {2}, terms, commands);
    }
    std::string fault(const schema::RewardChangeT& change) {
        const auto taken = take(change);
        return taken ? std::string() : taken.error().message;
    }
};

schema::RewardChangeT redemption(const model::Name& name) {
    const model::RewardTerms terms{"v50", {}};
    model::Command command;
    command.kind = CommandKind::redeem_reward;
    command.name = name;
    command.customer = {model::KeyKind::phone, {}, "+84901234567"};
    command.at = {1'705'291'200'000};
    command.reward = &terms;
    return *to_reward_change("shop", command);
}

schema::RewardChangeT act(CommandKind kind, std::int64_t ttl_ms = 0) {
    const model::RewardTerms terms{{}, "2J7QXW9TB3MC"};
    model::Command command;
    command.kind = kind;
    command.name = kRequest;
    command.ttl_ms = ttl_ms;
    command.reward = &terms;
    return *to_reward_change("shop", command);
}

TEST(RewardChanges, ArriveAsTheyWereSent) {
    for (const model::Name& name : {kRequest, model::Name::receipt({3}, "D1")}) {
        Server server;
        ASSERT_TRUE(server.take(redemption(name)));
        const model::Command& redeemed = server.commands.at(0);
        EXPECT_EQ(redeemed.kind, CommandKind::redeem_reward);
        EXPECT_EQ(redeemed.program.value, 2);
        EXPECT_EQ(redeemed.name, name);
        EXPECT_EQ(redeemed.customer.text, "+84901234567");
        EXPECT_EQ(redeemed.at.value, 1'705'291'200'000);
        EXPECT_EQ(redeemed.reward->reward, "v50");
    }
    for (const CommandKind kind : {CommandKind::reserve_voucher, CommandKind::use_voucher,
                                   CommandKind::release_voucher, CommandKind::cancel_voucher}) {
        Server server;
        const std::int64_t ttl = kind == CommandKind::reserve_voucher ? 60'000 : 0;
        ASSERT_TRUE(server.take(act(kind, ttl)));
        EXPECT_EQ(server.commands.at(0).kind, kind);
        EXPECT_EQ(server.commands[0].name, kRequest);
        EXPECT_EQ(server.commands[0].ttl_ms, ttl);
        EXPECT_EQ(server.commands[0].reward->voucher, "2J7QXW9TB3MC");
    }
}

TEST(RewardChanges, WhatDoesNotBelongIsNamed) {
    Server server;
    schema::RewardChangeT change = redemption(kRequest);
    change.voucher = "2J7QXW9TB3MC";
    EXPECT_EQ(server.fault(change), "voucher: must be left out of a change of this kind");
    change = redemption(kRequest);
    change.customer.reset();
    EXPECT_EQ(server.fault(change), "customer: a reward is somebody's");
    change = redemption(kRequest);
    change.reward.clear();
    EXPECT_EQ(server.fault(change), "reward: is missing");
    change = redemption(kRequest);
    change.request_id.clear();
    EXPECT_THAT(server.fault(change), HasSubstr("request_id: "));
    change = act(CommandKind::use_voucher);
    change.ttl_ms = 5;
    EXPECT_EQ(server.fault(change), "ttl_ms: must be left out of a change of this kind");
    change = act(CommandKind::use_voucher);
    change.number = "D1";
    EXPECT_EQ(server.fault(change), "number: must be left out of a change of this kind");
    change = act(CommandKind::use_voucher);
    change.voucher = std::string(model::kMaxVoucherCodeBytes + 1, 'A');
    EXPECT_EQ(server.fault(change), "voucher: 65 bytes; it has at most 64");
    EXPECT_TRUE(server.commands.empty());
}

TEST(RewardChanges, OnlyWhatFitsIsSent) {
    model::Command command;
    command.kind = CommandKind::use_voucher;
    command.name = model::Name::receipt({1}, "A");
    EXPECT_FALSE(to_reward_change("shop", command)) << "names no voucher";
    const model::RewardTerms terms{{}, "2J7QXW9TB3MC"};
    command.reward = &terms;
    EXPECT_FALSE(to_reward_change("shop", command)) << "is named by a request id";
    command.kind = CommandKind::sale;
    EXPECT_FALSE(to_reward_change("shop", command));
}

}  // namespace
}  // namespace tim::codec
