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

TEST(ProtocolText, TellsWhatEachRoleMayDo) {
    constexpr std::array kRoles{Role::pos, Role::checkout, Role::admin};
    const auto requests = table("## Who may do what", "| request | pos | checkout | admin |");
    ASSERT_EQ(requests.size() + 1, std::size(schema::EnumValuesRequestBody()));
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const schema::RequestBody body = schema::EnumValuesRequestBody()[i + 1];
        EXPECT_EQ(requests[i][0], schema::EnumNameRequestBody(body));
        for (std::size_t role = 0; role < kRoles.size(); ++role) {
            const char* expected = !may_request(kRoles[role], body) ? "no"
                                   : is_engine_wide(body)           ? "all programs"
                                                                    : "yes";
            EXPECT_EQ(requests[i][role + 1], expected) << requests[i][0] << " " << role_name(kRoles[role]);
        }
    }
    const auto rows = table("## Who may do what", "| row | pos | checkout | admin |");
    ASSERT_EQ(rows.size(), std::size(schema::EnumValuesRowKind()));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        EXPECT_EQ(rows[i][0], schema::EnumNameRowKind(static_cast<schema::RowKind>(i)));
        for (std::size_t role = 0; role < kRoles.size(); ++role)
            EXPECT_EQ(rows[i][role + 1],
                      may_command(kRoles[role], static_cast<model::CommandKind>(i)) ? "yes" : "no")
                << rows[i][0] << " " << role_name(kRoles[role]);
    }
    const auto changes = table("## Who may do what", "| kind of `NetworkChange` | pos | checkout | admin |");
    ASSERT_EQ(changes.size(), std::size(schema::EnumValuesNetworkKind()));
    for (std::size_t i = 0; i < changes.size(); ++i) {
        const schema::NetworkKind kind = schema::EnumValuesNetworkKind()[i];
        EXPECT_EQ(changes[i][0], schema::EnumNameNetworkKind(kind));
        for (std::size_t role = 0; role < kRoles.size(); ++role)
            EXPECT_EQ(changes[i][role + 1],
                      may_command(kRoles[role], static_cast<model::CommandKind>(kind)) ? "yes" : "no")
                << changes[i][0] << " " << role_name(kRoles[role]);
    }
    const auto orders = table("## Who may do what", "| kind of `OrderChange` | pos | checkout | admin |");
    ASSERT_EQ(orders.size(), std::size(schema::EnumValuesOrderKind()));
    for (std::size_t i = 0; i < orders.size(); ++i) {
        const schema::OrderKind kind = schema::EnumValuesOrderKind()[i];
        EXPECT_EQ(orders[i][0], schema::EnumNameOrderKind(kind));
        for (std::size_t role = 0; role < kRoles.size(); ++role)
            EXPECT_EQ(orders[i][role + 1],
                      may_command(kRoles[role], static_cast<model::CommandKind>(kind)) ? "yes" : "no")
                << orders[i][0] << " " << role_name(kRoles[role]);
    }
    const auto rewards = table("## Who may do what", "| kind of `RewardChange` | pos | checkout | admin |");
    ASSERT_EQ(rewards.size(), std::size(schema::EnumValuesVoucherAct()));
    for (std::size_t i = 0; i < rewards.size(); ++i) {
        const schema::VoucherAct kind = schema::EnumValuesVoucherAct()[i];
        EXPECT_EQ(rewards[i][0], schema::EnumNameVoucherAct(kind));
        for (std::size_t role = 0; role < kRoles.size(); ++role)
            EXPECT_EQ(rewards[i][role + 1],
                      may_command(kRoles[role], static_cast<model::CommandKind>(kind)) ? "yes" : "no")
                << rewards[i][0] << " " << role_name(kRoles[role]);
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
