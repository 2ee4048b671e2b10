#include "protocol/codec/people.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tim::codec {
namespace {

using model::CommandKind;
using testing::HasSubstr;

/// As it stands in a message.
struct Sent {
    explicit Sent(schema::PersonChangeT table) {
        builder.Finish(schema::CreatePersonChange(builder, &table));
        change = flatbuffers::GetRoot<schema::PersonChange>(builder.GetBufferPointer());
    }
    model::Result<void> decode() { return decode_person_change(*change, {1}, enrollments, commands); }

    flatbuffers::FlatBufferBuilder builder;
    const schema::PersonChange* change = nullptr;
    std::deque<model::Enrollment> enrollments;
    std::vector<model::Command> commands;
};

model::Command command_of(CommandKind kind) {
    model::Command command;
    command.kind = kind;
    std::array<std::uint8_t, model::kRequestIdBytes> id{};
    id[3] = 9;
    command.name = model::Name::request(id);
    command.customer = {model::KeyKind::card, {}, "20417"};
    return command;
}

std::string fault(schema::PersonChangeT table) {
    Sent sent(std::move(table));
    const auto decoded = sent.decode();
    EXPECT_TRUE(decoded.has_value() == !sent.commands.empty());
    return decoded ? "" : decoded.error().message;
}

TEST(People, ChangesComeBackAsTheyWereSent) {
    model::Command block = command_of(CommandKind::block_customer);
    block.reason = "stolen";
    Sent blocked(*to_person_change("nhanh", block));
    ASSERT_TRUE(blocked.decode());
    EXPECT_EQ(blocked.commands[0].kind, CommandKind::block_customer);
    EXPECT_EQ(blocked.commands[0].name, block.name);
    EXPECT_EQ(blocked.commands[0].customer.text, "20417");
    EXPECT_EQ(blocked.commands[0].reason, "stolen");

    model::Command claim = command_of(CommandKind::claim);
    claim.original = model::Name::receipt({7}, "C104417");
    Sent claimed(*to_person_change("nhanh", claim));
    ASSERT_TRUE(claimed.decode());
    EXPECT_EQ(claimed.commands[0].original, claim.original);

    model::Enrollment terms;
    terms.keys = {{model::KeyKind::phone, {}, "+84901234567"}};
    terms.drop = {{model::KeyKind::card, {}, "1"}, {model::KeyKind::email, {}, "a@b.vn"}};
    terms.keeps_name = true;
    model::Command rekey = command_of(CommandKind::rekey);
    rekey.enrollment = &terms;
    Sent changed(*to_person_change("nhanh", rekey));
    ASSERT_TRUE(changed.decode());
    const model::Enrollment& read = *changed.commands[0].enrollment;
    ASSERT_EQ(read.keys.size(), 1U);
    EXPECT_EQ(read.keys[0].text, "+84901234567");
    ASSERT_EQ(read.drop.size(), 2U);
    EXPECT_EQ(read.drop[1].kind, model::KeyKind::email);
    EXPECT_TRUE(read.keeps_name);
    terms.keeps_name = false;
    terms.name = "";
    Sent nameless(*to_person_change("nhanh", rekey));
    ASSERT_TRUE(nameless.decode());
    EXPECT_FALSE(nameless.commands[0].enrollment->keeps_name) << "a name may be taken away";
}

TEST(People, WhatDoesNotBelongToAKindIsNamed) {
    const auto change = [](CommandKind kind) { return *to_person_change("nhanh", command_of(kind)); };
    auto table = change(CommandKind::claim);
    table.number = "R1";
    table.reason = "x";
    EXPECT_EQ(fault(table), "reason: must be left out of a change of this kind");
    table = change(CommandKind::block_customer);
    table.terminal = 3;
    EXPECT_EQ(fault(table), "terminal: must be left out of a change of this kind");
    table = change(CommandKind::erase);
    table.has_name = true;
    EXPECT_EQ(fault(table), "has_name: must be left out of a change of this kind");
    table = change(CommandKind::rekey);
    table.name = "An";
    EXPECT_EQ(fault(table), "name: must be left out of a change of this kind");
    table = change(CommandKind::rekey);
    table.add.push_back(std::make_unique<schema::CustomerKeyT>());
    table.add[0]->kind = schema::CustomerKind::id;
    table.add[0]->text = "42";
    EXPECT_EQ(fault(table), "add[0].kind: is not phone, email or card");
    table = change(CommandKind::block_customer);
    table.kind = static_cast<schema::PersonKind>(99);
    EXPECT_EQ(fault(table), "kind: 99 is no kind of change");
    table = change(CommandKind::block_customer);
    table.request_id.pop_back();
    EXPECT_THAT(fault(table), HasSubstr("request_id"));
    table = change(CommandKind::block_customer);
    table.reason = "a\nb";
    EXPECT_THAT(fault(table), HasSubstr("reason: is not UTF-8 text without control characters"));
}

TEST(People, OtherCommandsAreNotSentSo) {
    EXPECT_FALSE(to_person_change("nhanh", command_of(CommandKind::adjust)));
    model::Command unnamed = command_of(CommandKind::erase);
    unnamed.name = {};
    EXPECT_FALSE(to_person_change("nhanh", unnamed));
}

}  // namespace
}  // namespace tim::codec
