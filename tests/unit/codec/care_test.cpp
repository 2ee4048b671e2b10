#include "protocol/codec/care.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tim::codec {
namespace {

using model::CareTerms;
using model::Command;
using model::CommandKind;
using ::testing::HasSubstr;

Command about(CommandKind kind, const CareTerms& terms) {
    Command command;
    command.kind = kind;
    command.name.kind = model::NameKind::request;
    command.name.bytes[0] = 'x';
    command.care = &terms;
    if (kind == CommandKind::plan_care) command.customer = {model::KeyKind::card, {}, "1"};
    return command;
}

/// As the server reads a message.
struct Server {
    std::deque<CareTerms> terms;
    std::vector<Command> commands;
    flatbuffers::FlatBufferBuilder builder;

    model::Result<void> take(const schema::CareChangeT& change) {
        builder.Clear();
        builder.Finish(schema::CreateCareChange(builder, &change));
        return decode_care_change(*flatbuffers::GetRoot<schema::CareChange>(builder.GetBufferPointer()), {3},
                                  terms, commands);
    }
};

TEST(Care, WhatIsSaidOfATaskComesAcross) {
    CareTerms plan;
    plan.due = model::Instant{1'000};
    plan.kind = model::CareKind::visit;
    plan.every_days = 14;
    plan.staff = "NV01";
    plan.note = "hỏi mẫu";
    CareTerms change;
    change.task = {42};
    change.staff = "";
    CareTerms done;
    done.task = {43};
    done.note = "";
    const std::pair<CommandKind, CareTerms> kCases[] = {{CommandKind::plan_care, plan},
                                                        {CommandKind::change_care, change},
                                                        {CommandKind::finish_care, done},
                                                        {CommandKind::drop_care, change}};
    for (const auto& [kind, terms] : kCases) {
        const Command command = about(kind, terms);
        const auto message = to_care_change("shop", command);
        ASSERT_TRUE(message) << message.error().message;
        Server server;
        ASSERT_TRUE(server.take(*message));
        ASSERT_EQ(server.commands.size(), 1U);
        EXPECT_EQ(server.commands[0].kind, kind);
        EXPECT_EQ(server.commands[0].program.value, 3);
        EXPECT_EQ(server.commands[0].name, command.name);
        EXPECT_EQ(server.commands[0].customer.text, command.customer.text);
        EXPECT_EQ(*server.commands[0].care, terms) << "an empty text is not one that is left out";
    }
}

TEST(Care, AMessageThatDoesNotFitItsActIsNamed) {
    CareTerms terms;
    terms.due = model::Instant{1'000};
    const schema::CareChangeT good = *to_care_change("shop", about(CommandKind::plan_care, terms));
    const auto fault = [](schema::CareChangeT change) {
        const auto taken = Server().take(change);
        return taken ? std::string("taken") : taken.error().message;
    };
    const auto with = [&](auto alter) {
        schema::CareChangeT change;
        change.request_id = good.request_id;
        change.program = good.program;
        change.customer = std::make_unique<schema::CustomerKeyT>(*good.customer);
        change.due_ms = good.due_ms;
        alter(change);
        return fault(std::move(change));
    };
    EXPECT_EQ(with([](auto&) {}), "taken");
    EXPECT_THAT(with([](auto& c) { c.act = static_cast<schema::CareAct>(7); }), HasSubstr("act: 7"));
    EXPECT_THAT(with([](auto& c) { c.customer.reset(); }), HasSubstr("customer: a task is planned for"));
    EXPECT_THAT(with([](auto& c) { c.task = 4; }), HasSubstr("task: must be left out"));
    EXPECT_THAT(with([](auto& c) { c.act = schema::CareAct::drop; }),
                HasSubstr("customer: must be left out"));
    EXPECT_THAT(with([](auto& c) {
                    c.act = schema::CareAct::drop;
                    c.customer.reset();
                }),
                HasSubstr("task: is missing"));
    EXPECT_THAT(with([](auto& c) { c.kind = static_cast<schema::CareKind>(9); }), HasSubstr("kind: 9"));
    EXPECT_THAT(with([](auto& c) { c.request_id.pop_back(); }), HasSubstr("request_id: "));
    EXPECT_THAT(with([](auto& c) { c.note = "a\nb"; }), HasSubstr("note: is not UTF-8 text"));
    EXPECT_THAT(with([](auto& c) {
                    c.staff = "NV01";
                    c.drop_staff = true;
                }),
                HasSubstr("staff: is given and dropped"));
}

TEST(Care, OnlyCommandsAboutCareAreSentAsSuch) {
    CareTerms terms;
    Command sale = about(CommandKind::sale, terms);
    EXPECT_FALSE(to_care_change("shop", sale));
    Command nothing = about(CommandKind::drop_care, terms);
    nothing.care = nullptr;
    EXPECT_FALSE(to_care_change("shop", nothing));
}

}  // namespace
}  // namespace tim::codec
