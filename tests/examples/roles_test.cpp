// Who may do what, tried over connections to a real server and compared with the tables of PROTOCOL.md. The
// rows are those of the schema: a message or kind that is added there fails here until it has its row, and
// its smallest form below.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "examples/role_messages.h"
#include "protocol/codec/documents.h"
#include "protocol/codec/permissions.h"
#include "protocol/server/server.h"
#include "tests/support/shop.h"
#include "unit/server/caller.h"
#include "unit/server/test_keys.h"

namespace tim::tests {
namespace {

using model::Refusal;
using model::Role;
using schema::RequestBody;
using server::test::PlainCaller;
using server::test::Received;
using testing::HasSubstr;

constexpr std::array kColumns{Role::pos,   Role::checkout, Role::member_service,
                              Role::staff, Role::auditor,  Role::admin};

// ----------------------------------------------------------------------------------------- the tables

std::vector<std::string> cells(const std::string& line) {
    std::vector<std::string> row;
    std::size_t place = 1;
    for (std::size_t end = 0; (end = line.find('|', place)) != std::string::npos; place = end + 1) {
        std::string cell = line.substr(place, end - place);
        std::erase(cell, '`');
        cell.erase(0, cell.find_first_not_of(' '));
        cell.erase(cell.find_last_not_of(' ') + 1);
        row.push_back(cell);
    }
    return row;
}

/// The table of PROTOCOL.md whose first column is of that heading: by the name of the row, the cells by role.
std::map<std::string, std::vector<std::string>> documented(const std::string& heading) {
    std::ifstream stream(TIM_PROTOCOL_TEXT);
    std::ostringstream text;
    text << stream.rdbuf();
    std::istringstream lines(text.str());
    std::string line;
    const std::string head = "| " + heading + " | pos |";
    while (std::getline(lines, line) && !line.starts_with(head)) {
    }
    std::getline(lines, line);
    std::map<std::string, std::vector<std::string>> rows;
    while (std::getline(lines, line) && line.starts_with('|')) {
        auto row = cells(line);
        std::string name = row.front();
        row.erase(row.begin());
        rows[name] = std::move(row);
    }
    return rows;
}

// ------------------------------------------------------------------------------------------- the server

class Roles : public testing::Test {
  protected:
    Roles() {
        // Everything is on the disk as soon as it is done: queries wait for that.
        shop_.fixture.put(nhanh_program("other"));
        for (const Role role : kColumns) {
            add_key(std::string(model::role_name(role)), role, {});
            add_key(std::string(model::role_name(role)) + "-nhanh", role, {"nhanh"});
        }
        server::ServerOptions options;
        options.clock = &clock_;
        auto listener = server::Listener::open({"127.0.0.1", 0}, {});
        if (!listener) std::abort();
        auto created =
            server::Server::create(options, std::move(*listener), shop_.fixture.engine(), entropy_);
        if (!created || !(*created)->start()) std::abort();
        server_ = std::move(*created);
    }
    ~Roles() override { server_->stop(); }

    static runtime::EngineOptions threaded() {
        runtime::EngineOptions options;
        options.checkpoint_interval_ms = 3'600'000;
        return options;
    }

    model::Outcome change_key(model::CommandKind kind, const model::AccessKey& key) {
        OwnedCommand command;
        command.command.kind = kind;
        command.command.name = shop_.fixture.fresh_request();
        command.access_key = std::make_shared<const model::AccessKey>(key);
        return shop_.fixture.execute(command);
    }
    void add_key(const std::string& id, Role role, std::vector<std::string> programs,
                 model::Instant expires = model::kNoInstant) {
        auto key = server::test::key_of(id, role, std::move(programs));
        key.expires = expires;
        EXPECT_EQ(change_key(model::CommandKind::add_access_key, key).refusal, Refusal::none);
    }
    std::unique_ptr<PlainCaller> connect(const std::string& key) {
        auto caller = std::make_unique<PlainCaller>(server_->port(), server::test::secret_of(key));
        return caller->authenticate() ? std::move(caller) : nullptr;
    }
    /// The last reply to one message: others may tell of progress before.
    static Received answer(PlainCaller& caller) {
        caller.send();
        for (;;) {
            auto replies = caller.receive();
            if (replies.empty()) return {};
            if (replies.back().type() != schema::ReplyBody::Progress) return replies.back();
        }
    }
    static bool is_denied(const Received& reply) {
        return reply.failure() != nullptr && reply.failure()->code() == schema::FailureCode::not_allowed;
    }
    static Refusal refusal_of(const Received& reply) {
        if (const auto* rows = reply.reply->body_as_CommandResults())
            return static_cast<Refusal>(rows->rows()->Get(0)->refusal());
        if (const auto* rows = reply.reply->body_as_DetailedSaleResults())
            return static_cast<Refusal>(rows->rows()->Get(0)->result()->refusal());
        ADD_FAILURE() << "no results: " << schema::EnumNameReplyBody(reply.type())
                      << (reply.failure() != nullptr ? reply.failure()->message()->str() : "");
        return Refusal::none;
    }

    ManualClock clock_;
    Shop shop_{nhanh_program(), threaded()};
    SeededEntropy entropy_{7};
    std::unique_ptr<server::Server> server_;
};

TEST_F(Roles, EveryMessageOfTheSchemaIsAllowedToThoseOfTheTable) {
    const auto rows = documented("request");
    EXPECT_EQ(rows.size() + 1, std::size(schema::EnumValuesRequestBody())) << "a row for every message";
    for (std::size_t column = 0; column < kColumns.size(); ++column) {
        const std::string role(model::role_name(kColumns[column]));
        const auto all = connect(role);
        const auto some = connect(role + "-nhanh");
        ASSERT_TRUE(all && some) << role;
        std::uint32_t correlation = 1;
        for (const RequestBody body : schema::EnumValuesRequestBody()) {
            if (body == RequestBody::NONE) continue;
            const std::string name = schema::EnumNameRequestBody(body);
            ASSERT_TRUE(rows.contains(name)) << name << " has no row";
            const std::string& cell = rows.at(name).at(column);
            ASSERT_THAT(cell, testing::AnyOf("yes", "no", "all programs")) << name;

            ASSERT_TRUE(ask(all->client(), ++correlation, body, "nhanh")) << name << " has no message here";
            const Received reply = answer(*all);
            ASSERT_NE(reply.reply, nullptr) << role << " " << name << ": the connection ended";
            EXPECT_EQ(is_denied(reply), cell == "no") << role << " " << name;

            ask(some->client(), correlation, body, "nhanh");
            EXPECT_EQ(is_denied(answer(*some)), cell != "yes") << role << " with a list, " << name;
            if (!is_of_a_program(body)) continue;
            ask(some->client(), correlation, body, "other");
            EXPECT_TRUE(is_denied(answer(*some))) << role << " " << name << " of another program";
        }
    }
}

/// Each kind of a message that has several, to each role: refused `not_allowed`, or for another reason, or
/// not.
template <class Kinds, class NameOf, class Ask>
void try_kinds(const std::string& heading, const Kinds& kinds, NameOf name_of, Ask&& ask_for) {
    const auto rows = documented(heading);
    EXPECT_EQ(rows.size(), std::size(kinds)) << heading << ": a row for every kind";
    for (const auto kind : kinds) {
        const std::string name = name_of(kind);
        ASSERT_TRUE(rows.contains(name)) << heading << " " << name << " has no row";
        for (std::size_t column = 0; column < kColumns.size(); ++column)
            EXPECT_EQ(ask_for(std::string(model::role_name(kColumns[column])), kind) ? "yes" : "no",
                      rows.at(name).at(column))
                << heading << " " << name << " " << model::role_name(kColumns[column]);
    }
}

TEST_F(Roles, EveryKindOfRowAndChangeIsAllowedToThoseOfTheTables) {
    std::map<std::string, std::unique_ptr<PlainCaller>> callers;
    for (const Role role : kColumns)
        callers[std::string(model::role_name(role))] = connect(std::string(model::role_name(role)));
    std::uint32_t correlation = 0;
    const auto allowed = [&](const std::string& role) {
        const Received reply = answer(*callers.at(role));
        if (is_denied(reply)) return false;  // the message as a whole
        return refusal_of(reply) != Refusal::not_allowed;
    };
    const auto named = [&](auto change) {
        change.program = "nhanh";
        change.request_id = kId;
        change.request_id[0] = static_cast<std::uint8_t>(++correlation);
        change.request_id[1] = static_cast<std::uint8_t>(correlation >> 8);
        return change;
    };
    try_kinds("row", schema::EnumValuesRowKind(), schema::EnumNameRowKind,
              [&](const std::string& role, schema::RowKind kind) {
                  callers.at(role)->client().command(++correlation, static_cast<model::CommandKind>(kind),
                                                     "nhanh");
                  return allowed(role);
              });
    try_kinds("kind of `NetworkChange`", schema::EnumValuesNetworkKind(), schema::EnumNameNetworkKind,
              [&](const std::string& role, schema::NetworkKind kind) {
                  auto change = named(schema::NetworkChangeT{});
                  change.kind = kind;
                  if (model::ends_payout(static_cast<model::CommandKind>(kind)))
                      change.payout = 1;
                  else
                      change.customer = somebody();
                  callers.at(role)->client().request(correlation, std::move(change));
                  return allowed(role);
              });
    try_kinds("kind of `OrderChange`", schema::EnumValuesOrderKind(), schema::EnumNameOrderKind,
              [&](const std::string& role, schema::OrderKind kind) {
                  auto change = named(schema::OrderChangeT{});
                  change.kind = kind;
                  change.number = fmt::format("O{}", correlation);
                  change.has_status = true;
                  change.status = "packed";
                  if (kind == schema::OrderKind::place) {
                      change.request_id.clear();
                      change.customer = somebody();
                  }
                  callers.at(role)->client().request(correlation, std::move(change));
                  return allowed(role);
              });
    try_kinds("kind of `RewardChange`", schema::EnumValuesVoucherAct(), schema::EnumNameVoucherAct,
              [&](const std::string& role, schema::VoucherAct kind) {
                  auto change = named(schema::RewardChangeT{});
                  change.kind = kind;
                  if (kind == schema::VoucherAct::redeem) {
                      change.customer = somebody();
                      change.reward = "r";
                  } else {
                      change.voucher = "7K3M9QXWTB2C";
                  }
                  callers.at(role)->client().request(correlation, std::move(change));
                  return allowed(role);
              });
    try_kinds("kind of `CareChange`", schema::EnumValuesCareAct(), schema::EnumNameCareAct,
              [&](const std::string& role, schema::CareAct act) {
                  auto change = named(schema::CareChangeT{});
                  change.act = act;
                  if (act == schema::CareAct::plan) {
                      change.customer = somebody();
                      change.due_ms = 1'000;
                  } else {
                      change.task = 1;
                      change.note = "call back";
                  }
                  callers.at(role)->client().request(correlation, std::move(change));
                  return allowed(role);
              });
    try_kinds("kind of `PersonChange`", schema::EnumValuesPersonKind(), schema::EnumNamePersonKind,
              [&](const std::string& role, schema::PersonKind kind) {
                  auto change = named(schema::PersonChangeT{});
                  change.kind = kind;
                  // Somebody whom nobody knows: nothing changes for those who come next.
                  change.customer = somebody();
                  change.customer->text = "nobody";
                  if (kind == schema::PersonKind::claim) change.number = "R1";
                  if (kind == schema::PersonKind::rekey) change.has_name = true;
                  callers.at(role)->client().request(correlation, std::move(change));
                  return allowed(role);
              });
}

TEST_F(Roles, ACheckoutAndAnAuditorSeeNoNames) {
    shop_.fixture.execute(make_enroll(shop_.program, shop_.fixture.fresh_request(),
                                      {"phone:+84901234567", "email:an@example.vn"}, model::kNoInstant,
                                      "Nguyễn Thị An"));
    for (const Role role : kColumns) {
        const auto caller = connect(std::string(model::role_name(role)));
        schema::ShowRequestT show;
        show.program = "nhanh";
        show.customer = somebody();
        show.customer->kind = schema::CustomerKind::phone;
        show.customer->text = "+84901234567";
        caller->client().request(2, std::move(show));
        const Received reply = answer(*caller);
        const auto* customer = reply.reply->body_as_Customer();
        ASSERT_NE(customer, nullptr);
        EXPECT_EQ(customer->id(), 2U) << "whom the key asked for is found all the same";
        const bool blind = role == Role::checkout || role == Role::auditor;
        EXPECT_EQ(customer->keys() == nullptr || customer->keys()->size() == 0, blind)
            << model::role_name(role);
        EXPECT_EQ(customer->name() == nullptr || customer->name()->size() == 0, blind)
            << model::role_name(role);
        // Nothing else of the reply says it either.
        const std::string bytes(reinterpret_cast<const char*>(reply.words->data()), reply.words->size() * 8);
        for (const char* text : {"901234567", "example.vn", "Nguy"})
            EXPECT_EQ(bytes.find(text) == std::string::npos, blind) << model::role_name(role) << " " << text;
    }
}

TEST_F(Roles, S2_7_a_member_sees_hidden_tiers_only_from_within) {
    model::Program program = nhanh_program();
    program.tiers[2].visible = false;
    program.tiers[2].description = "for friends of the house";
    ASSERT_EQ(shop_.fixture.execute(make_put_program(shop_.fixture.fresh_request(), program)).refusal,
              Refusal::none);
    for (const Role role : kColumns) {
        const auto caller = connect(std::string(model::role_name(role)));
        schema::ProgramGetT get;
        get.id = "nhanh";
        caller->client().request(2, std::move(get));
        const Received reply = answer(*caller);
        const auto& tiers = *reply.reply->body_as_ProgramReply()->program()->tiers();
        ASSERT_EQ(tiers.size(), 3U) << "tiers are told by their places";
        const bool outside = role == Role::checkout || role == Role::member_service;
        EXPECT_EQ(tiers.Get(2)->id()->str(), outside ? "hidden-3" : "vang");
        const std::string bytes(reinterpret_cast<const char*>(reply.words->data()), reply.words->size() * 8);
        EXPECT_EQ(bytes.find("friends of the house") == std::string::npos, outside);
        EXPECT_EQ(bytes.find("10000000") == std::string::npos, outside) << "nor from when on it is held";
    }
    // Within: the standing tells.
    const auto member = connect("member-service");
    const auto standing = [&] {
        schema::StandingRequestT ask_for;
        ask_for.program = "nhanh";
        ask_for.customer = somebody();
        member->client().request(3, std::move(ask_for));
        return answer(*member);
    };
    const Received before = standing();
    EXPECT_EQ(before.reply->body_as_Standing()->tiers()->size(), 2U);
    shop_.sale("R1", 10'000'000);
    const Received after = standing();
    const auto& held = *after.reply->body_as_Standing()->tiers();
    ASSERT_EQ(held.size(), 3U);
    EXPECT_EQ(held.Get(2)->tier()->id()->str(), "vang");
}

TEST_F(Roles, ARevokedKeyIsRefusedFromItsNextMessageOn) {
    shop_.fixture.enroll(shop_.program, "card:20417");
    add_key("leaver", Role::staff, {});
    const auto admin = connect("admin");
    const auto leaver = connect("leaver");
    leaver->client().request(2, schema::PingT{});
    EXPECT_EQ(answer(*leaver).type(), schema::ReplyBody::Pong);
    schema::AccessKeyRevokeT revoke;
    revoke.request_id = kId;
    revoke.id = "leaver";
    admin->client().request(2, std::move(revoke));
    EXPECT_EQ(refusal_of(answer(*admin)), Refusal::none);

    leaver->client().command(3, model::CommandKind::sale, "nhanh");
    const Received refused = answer(*leaver);
    ASSERT_NE(refused.failure(), nullptr);
    EXPECT_EQ(refused.failure()->code(), schema::FailureCode::denied);
    EXPECT_THAT(refused.failure()->message()->str(), HasSubstr("revoked"));
    EXPECT_TRUE(leaver->ended());
    EXPECT_EQ(connect("leaver"), nullptr);
    EXPECT_EQ(shop_.figures("card:20417").lifetime, 0) << "nothing was sold";
}

TEST_F(Roles, AKeyThatExpiresIsRefusedFromItsNextMessageOn) {
    clock_.set(shop_.now());
    add_key("season", Role::staff, {}, {clock_.now().value + 1'000});
    const auto season = connect("season");
    ASSERT_NE(season, nullptr);
    clock_.advance(999);
    season->client().request(2, schema::PingT{});
    EXPECT_EQ(answer(*season).type(), schema::ReplyBody::Pong);
    clock_.advance(1);
    season->client().request(3, schema::PingT{});
    const Received refused = answer(*season);
    ASSERT_NE(refused.failure(), nullptr);
    EXPECT_EQ(refused.failure()->code(), schema::FailureCode::denied);
    EXPECT_THAT(refused.failure()->message()->str(), HasSubstr("expired"));
    EXPECT_EQ(connect("season"), nullptr);

    const auto admin = connect("admin");
    schema::AccessKeyAddT late;
    late.request_id = kId;
    auto key = server::test::key_of("late", Role::pos);
    key.expires = clock_.now();
    late.key = codec::to_schema(key);
    admin->client().request(4, std::move(late));
    const Received invalid = answer(*admin);
    ASSERT_NE(invalid.failure(), nullptr);
    EXPECT_THAT(invalid.failure()->message()->str(), HasSubstr("key.expires_ms"));
}

TEST_F(Roles, TheLedgerSaysWhoDidWhat) {
    shop_.fixture.enroll(shop_.program, "card:20417");  // whom the client's rows name
    const auto admin = connect("admin-nhanh");
    const auto staff = connect("staff");
    admin->client().command(2, model::CommandKind::adjust, "nhanh");
    EXPECT_EQ(refusal_of(answer(*admin)), Refusal::none);
    schema::PersonChangeT block;
    block.program = "nhanh";
    block.request_id = kId;
    block.customer = somebody("20417");
    block.reason = "card reported stolen";
    staff->client().request(2, std::move(block));
    EXPECT_EQ(refusal_of(answer(*staff)), Refusal::none);

    schema::HistoryRequestT history;
    history.program = "nhanh";
    history.customer = somebody("20417");
    staff->client().request(3, std::move(history));
    const Received told = answer(*staff);
    const auto& entries = *told.reply->body_as_History()->entries();
    ASSERT_EQ(entries.size(), 3U);
    EXPECT_EQ(entries.Get(0)->type()->str(), "customer_blocked");
    EXPECT_EQ(entries.Get(0)->by()->str(), "staff");
    EXPECT_EQ(entries.Get(0)->reason()->str(), "card reported stolen");
    EXPECT_EQ(entries.Get(1)->type()->str(), "adjusted");
    EXPECT_EQ(entries.Get(1)->by()->str(), "admin-nhanh");
    EXPECT_TRUE(entries.Get(2)->by() == nullptr || entries.Get(2)->by()->size() == 0) << "by no key";

    const auto auditor = connect("auditor");
    schema::AuditRequestT all;
    auditor->client().request(2, std::move(all));
    const Received listed = answer(*auditor);
    const auto& page = *listed.reply->body_as_AuditPage()->entries();
    ASSERT_EQ(page.size(), 2U);
    EXPECT_EQ(page.Get(0)->by()->str(), "admin-nhanh");
    EXPECT_EQ(page.Get(0)->type()->str(), "adjusted");
    EXPECT_EQ(page.Get(0)->points(), 5);
    EXPECT_EQ(page.Get(0)->reason()->str(), "gift");
    EXPECT_EQ(page.Get(1)->program()->str(), "nhanh");
    EXPECT_EQ(page.Get(1)->subject_id(), 2U);

    schema::AuditRequestT of_staff;
    of_staff.by = "staff";
    auditor->client().request(3, std::move(of_staff));
    const Received own = answer(*auditor);
    ASSERT_EQ(own.reply->body_as_AuditPage()->entries()->size(), 1U);
    schema::AuditRequestT elsewhere;
    elsewhere.program = "other";
    auditor->client().request(4, std::move(elsewhere));
    EXPECT_EQ(answer(*auditor).reply->body_as_AuditPage()->entries()->size(), 0U);
}

}  // namespace
}  // namespace tim::tests
