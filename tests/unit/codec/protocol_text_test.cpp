// What protocol/PROTOCOL.md says is what the code does.
#include <flatbuffers/idl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <array>
#include <cstring>
#include <fstream>
#include <map>
#include <numeric>
#include <optional>
#include <sstream>

#include "engine/model/refusal.h"
#include "protocol/codec/messages.h"
#include "protocol/codec/permissions.h"
#include "protocol/codec/scram.h"

namespace tim::codec {
namespace {

using model::Role;
using Row = std::vector<std::string>;

std::string file(const std::string& path) {
    std::ifstream stream(path);
    EXPECT_TRUE(stream) << path;
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

const std::string& protocol() {
    static const std::string text = file(TIM_PROTOCOL_TEXT);
    return text;
}

Row cells(const std::string& line) {
    Row row;
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

/// The rows of the first table behind `anchor` whose header is `header`.
std::vector<Row> table(const std::string& anchor, const std::string& header) {
    const std::size_t start = protocol().find(anchor);
    EXPECT_NE(start, std::string::npos) << anchor;
    const std::size_t head = protocol().find("\n" + header + "\n", start);
    EXPECT_NE(head, std::string::npos) << anchor << " " << header;
    std::vector<Row> rows;
    if (head == std::string::npos) return rows;
    std::istringstream lines(protocol().substr(head + 1));
    std::string line;
    std::getline(lines, line);
    std::getline(lines, line);
    while (std::getline(lines, line) && line.starts_with('|'))
        rows.push_back(cells(line));
    return rows;
}

std::string block(const std::string& anchor) {
    const std::size_t start = protocol().find("```\n", protocol().find(anchor)) + 4;
    return protocol().substr(start, protocol().find("```", start) - start);
}

std::vector<std::byte> bytes_of_hex(const std::string& text) {
    std::vector<std::byte> bytes;
    std::string digits = text;
    std::erase_if(digits, [](char c) { return c == ' ' || c == '\n'; });
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        bytes.push_back(static_cast<std::byte>(std::stoi(digits.substr(i, 2), nullptr, 16)));
    return bytes;
}

std::string hex(std::span<const std::uint8_t> bytes) {
    std::string text;
    for (const std::uint8_t byte : bytes)
        text += fmt::format("{:02x}", byte);
    return text;
}

TEST(ProtocolText, ListsEveryRefusalInItsOrder) {
    std::vector<Row> expected;
#define TIM_REFUSAL_ROW(name, code, sentence) expected.push_back({#code, #name, sentence});
    TIM_REFUSALS(TIM_REFUSAL_ROW)
#undef TIM_REFUSAL_ROW
    EXPECT_EQ(table("## Refusals", "| code | name | sentence |"), expected);
    for (const Row& row : expected) {
        const auto refusal = static_cast<model::Refusal>(std::stoi(row[0]));
        const bool passing = row[1] == "overloaded" || row[1] == "disk_full" || row[1] == "stopping";
        EXPECT_EQ(model::is_transient(refusal), passing) << row[1] << ": the paragraph behind the table";
    }
}

TEST(ProtocolText, ListsEveryFailure) {
    Row names;
    for (const Row& row : table("## Failures", "| code | name | meaning | the connection |")) {
        EXPECT_EQ(row[1], schema::EnumNameFailureCode(static_cast<schema::FailureCode>(std::stoi(row[0]))));
        names.push_back(row[1]);
    }
    EXPECT_EQ(names.size(), std::size(schema::EnumValuesFailureCode()));
}

TEST(ProtocolText, ListsEveryMessageWithItsNumber) {
    const auto requests = table("## Messages", "| number | request | what it asks | reply |");
    // The first of each union is none; numbers need not follow one another.
    ASSERT_EQ(requests.size() + 1, std::size(schema::EnumValuesRequestBody()));
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const schema::RequestBody body = schema::EnumValuesRequestBody()[i + 1];
        EXPECT_EQ(requests[i][0], fmt::format("{}", static_cast<int>(body)));
        EXPECT_EQ(requests[i][1], schema::EnumNameRequestBody(body));
    }
    const auto replies = table("## Messages", "| number | reply |");
    ASSERT_EQ(replies.size() + 1, std::size(schema::EnumValuesReplyBody()));
    for (std::size_t i = 0; i < replies.size(); ++i) {
        const schema::ReplyBody body = schema::EnumValuesReplyBody()[i + 1];
        EXPECT_EQ(replies[i][0], fmt::format("{}", static_cast<int>(body)));
        EXPECT_EQ(replies[i][1], schema::EnumNameReplyBody(body));
    }
}

TEST(ProtocolText, DrawsEveryRowAsTheSchemaHasIt) {
    flatbuffers::Parser parser;
    const char* includes[] = {TIM_SCHEMA_FOLDER, nullptr};
    ASSERT_TRUE(parser.Parse(file(TIM_SCHEMA_FOLDER "/messages.fbs").c_str(), includes,
                             TIM_SCHEMA_FOLDER "/messages.fbs"))
        << parser.error_;
    for (const std::string name : {"SaleRow", "SaleResult", "CommandRow", "CommandResult"}) {
        const auto* layout = parser.LookupStruct("tim.schema." + name);
        ASSERT_NE(layout, nullptr);
        const std::string title = fmt::format("### {}: {} bytes", name, layout->bytesize);
        const auto rows = table(title, "| offset | bytes | field | meaning |");
        ASSERT_EQ(rows.size(), layout->fields.vec.size()) << name;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const auto& field = *layout->fields.vec[i];
            EXPECT_EQ(rows[i][0], fmt::format("{}", field.value.offset)) << name;
            EXPECT_EQ(rows[i][1], fmt::format("{}", flatbuffers::InlineSize(field.value.type))) << name;
            EXPECT_EQ(rows[i][2], field.name) << name;
            EXPECT_EQ(field.padding, 0U) << name << " has no hidden bytes";
        }
    }
}

TEST(ProtocolText, ListsTheKindsOfRows) {
    const auto rows = table("### CommandRow", "| kind | row | named by | uses |");
    ASSERT_EQ(rows.size(), std::size(schema::EnumValuesRowKind()));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        EXPECT_EQ(rows[i][0], fmt::format("{}", i));
        EXPECT_EQ(rows[i][1], schema::EnumNameRowKind(static_cast<schema::RowKind>(i)));
    }
}

/// The columns of the tables of roles, in their order.
constexpr std::array kColumns{Role::pos,   Role::checkout, Role::member_service,
                              Role::staff, Role::auditor,  Role::admin};

std::string head_of(const std::string& first) {
    std::string head = "| " + first + " |";
    for (const Role role : kColumns)
        head += fmt::format(" {} |", role_name(role));
    return head;
}

/// A table of who may give commands: `kinds` are those of a message.
template <class Kinds, class NameOf>
void expect_kinds(const std::string& first, const Kinds& kinds, NameOf name_of) {
    const auto rows = table("## Who may do what", head_of(first));
    ASSERT_EQ(rows.size(), std::size(kinds)) << first;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto kind = kinds[i];
        EXPECT_EQ(rows[i][0], name_of(kind));
        for (std::size_t role = 0; role < kColumns.size(); ++role)
            EXPECT_EQ(rows[i][role + 1],
                      may_command(kColumns[role], static_cast<model::CommandKind>(kind)) ? "yes" : "no")
                << rows[i][0] << " " << role_name(kColumns[role]);
    }
}

TEST(ProtocolText, TellsWhatEachRoleMayDo) {
    ASSERT_EQ(kColumns.size(), model::kRoles.size());
    const auto requests = table("## Who may do what", head_of("request"));
    ASSERT_EQ(requests.size() + 1, std::size(schema::EnumValuesRequestBody()));
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const schema::RequestBody body = schema::EnumValuesRequestBody()[i + 1];
        EXPECT_EQ(requests[i][0], schema::EnumNameRequestBody(body));
        for (std::size_t role = 0; role < kColumns.size(); ++role) {
            const char* expected = !may_request(kColumns[role], body) ? "no"
                                   : is_engine_wide(body)             ? "all programs"
                                                                      : "yes";
            EXPECT_EQ(requests[i][role + 1], expected) << requests[i][0] << " " << role_name(kColumns[role]);
        }
    }
    expect_kinds("row", schema::EnumValuesRowKind(), schema::EnumNameRowKind);
    expect_kinds("kind of `NetworkChange`", schema::EnumValuesNetworkKind(), schema::EnumNameNetworkKind);
    expect_kinds("kind of `OrderChange`", schema::EnumValuesOrderKind(), schema::EnumNameOrderKind);
    expect_kinds("kind of `RewardChange`", schema::EnumValuesVoucherAct(), schema::EnumNameVoucherAct);
    expect_kinds("kind of `CareChange`", schema::EnumValuesCareAct(), schema::EnumNameCareAct);
    expect_kinds("kind of `PersonChange`", schema::EnumValuesPersonKind(), schema::EnumNamePersonKind);
}

TEST(ProtocolText, TellsWhatRepliesLeaveOut) {
    std::string head = "| left out |";
    for (const Role role : kColumns)
        head += fmt::format(" {} |", role_name(role));
    const auto rows = table("### What replies leave out", head);
    ASSERT_EQ(rows.size(), 5U);
    for (std::size_t role = 0; role < kColumns.size(); ++role) {
        const Sight sight = sight_of(kColumns[role]);
        const bool told[] = {sight.names, sight.reasons, sight.care, sight.actors, sight.hidden_tiers};
        for (std::size_t i = 0; i < rows.size(); ++i)
            EXPECT_EQ(rows[i][role + 1], told[i] ? "no" : "yes")
                << rows[i][0] << " " << role_name(kColumns[role]);
    }
}

TEST(ProtocolText, ListsTheLimits) {
    const std::vector<Row> expected = {
        {"payload before Welcome, both directions", fmt::format("{} bytes", kMaxHelloBytes)},
        {"request payload", fmt::format("{} bytes", kMaxRequestBytes)},
        {"reply payload", fmt::format("{} bytes", kMaxReplyBytes)},
        {"rows of a SaleBatch or CommandBatch", fmt::format("{}", kMaxRowsPerRequest)},
        {"rows of an EnrollBatch", fmt::format("{}", kMaxEnrollmentsPerRequest)},
        {"rows of a DetailedSaleBatch", fmt::format("{}", kMaxDetailedSalesPerRequest)},
        {"lines of a sale or return", fmt::format("{}", model::kMaxSaleLines)},
        {"an SKU", fmt::format("{} bytes", model::kMaxSkuBytes)},
        {"a category", fmt::format("{} bytes", model::kMaxCategoryBytes)},
        {"entries of texts", fmt::format("{}", kMaxTextsPerRequest)},
        {"a text, name of a customer, or reason", fmt::format("{} bytes", kMaxTextBytes)},
        {"customers of a page", fmt::format("{}", kMaxCustomersPerPage)},
        {"entries of a page of history", fmt::format("{}", kMaxHistoryPerPage)},
        {"orders of a page", fmt::format("{}", kMaxOrdersPerPage)},
        {"vouchers of a page", fmt::format("{}", kMaxVouchersPerPage)},
        {"tasks of a page of the care calendar", fmt::format("{}", kMaxCarePerPage)},
        {"a voucher's code", fmt::format("{} bytes", model::kMaxVoucherCodeBytes)},
        {"a status, waybill or referral code of an order",
         fmt::format("{} bytes", model::kMaxOrderTextBytes)},
        {"facts of a page of the ledger", fmt::format("{}", kMaxFactsPerPage)},
        {"keys of a customer", fmt::format("{}", model::kMaxKeysPerCustomer)},
        {"a receipt number", fmt::format("{} bytes", model::kMaxReceiptBytes)},
        {"an email", fmt::format("{} bytes", model::kMaxEmailBytes)},
        {"a card", fmt::format("{} bytes", model::kMaxCardBytes)},
        {"an access key's id", fmt::format("{} bytes", kMaxAccessKeyIdBytes)},
        {"programs of an access key", fmt::format("{}", kMaxProgramsPerAccessKey)},
        {"a program", fmt::format("{} bytes", kMaxProgramBytes)},
        {"tiers of a program", fmt::format("{}", model::kMaxTiers)},
        {"tables of a message", fmt::format("{}", kMaxTables)},
        {"nesting of tables", fmt::format("{}", kMaxTableDepth)},
    };
    EXPECT_EQ(table("## Limits", "| what | most |"), expected);
}

TEST(ProtocolText, WorkedExampleOfAuthenticationIsRight) {
    const auto counting = [](auto bytes, std::uint8_t first) {
        std::iota(bytes.begin(), bytes.end(), first);
        return bytes;
    };
    const AccessSecret secret("till-1", counting(Digest{}, 0));
    const Salt salt = counting(Salt{}, 0x20);
    const Nonce client_nonce = counting(Nonce{}, 0x30);
    const Nonce server_nonce = counting(Nonce{}, 0x50);
    const auto key = make_access_key(secret, Role::pos, {}, salt, 4096);
    ASSERT_TRUE(key);
    const auto proof = ClientHandshake(secret, client_nonce).prove(salt, 4096, server_nonce);
    ASSERT_TRUE(proof);
    const auto server = ServerHandshake::begin("till-1", &*key, client_nonce, server_nonce, Digest{});
    ASSERT_TRUE(server);
    const auto signature = server->check(*proof);
    ASSERT_TRUE(signature);
    const auto transcript = handshake_transcript("till-1", client_nonce, salt, 4096, server_nonce);
    EXPECT_EQ(block("<!-- vector -->"),
              fmt::format("transcript      = {}\nStoredKey       = {}\nServerKey       = {}\n"
                          "ClientProof     = {}\nServerSignature = {}\n",
                          hex(transcript), hex(key->stored_key), hex(key->server_key), hex(*proof),
                          hex(*signature)));
}

TEST(ProtocolText, ExampleFramesAreThoseOfTheCodec) {
    model::Command sale;
    sale.kind = model::CommandKind::sale;
    sale.at = {1'291'191'960'000};
    sale.amount = {2550};
    sale.customer = {model::KeyKind::card, {}, "20417"};
    sale.name = model::Name::receipt({7}, "C104417");
    SaleRows rows;
    ASSERT_TRUE(rows.add(sale));
    ByteBuffer request;
    BatchEncoder("shop").append_sales(request, 5, rows.rows);
    EXPECT_TRUE(std::ranges::equal(request.view(), bytes_of_hex(block("<!-- example: request -->"))));
    model::Outcome outcome;
    outcome.sequence = {1042};
    outcome.points = {25};
    outcome.balance = {1025};
    outcome.spendable = {1025};
    outcome.version = {1};
    outcome.tier_before = 1;
    outcome.tier_after = 2;
    ByteBuffer reply;
    append_sale_results(reply, 5, {&outcome, 1});
    EXPECT_TRUE(std::ranges::equal(reply.view(), bytes_of_hex(block("<!-- example: reply -->"))));
}

}  // namespace
}  // namespace tim::codec
