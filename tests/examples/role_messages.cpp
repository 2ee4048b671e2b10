#include "examples/role_messages.h"

#include <utility>

#include "protocol/codec/documents.h"
#include "protocol/codec/permissions.h"
#include "tests/support/shop.h"
#include "unit/server/test_keys.h"

namespace tim::tests {

using model::Role;
using schema::RequestBody;

namespace {

std::unique_ptr<schema::CustomerKeyT> a_phone() {
    auto key = std::make_unique<schema::CustomerKeyT>();
    key->kind = schema::CustomerKind::phone;
    key->text = "+84901234567";
    return key;
}

std::unique_ptr<schema::ProgramT> a_program(const std::string& id) {
    model::Program program = nhanh_program(id);
    program.name = "another name";
    return codec::to_schema(program);
}

}  // namespace

std::unique_ptr<schema::CustomerKeyT> somebody(const std::string& card) {
    auto key = std::make_unique<schema::CustomerKeyT>();
    key->kind = schema::CustomerKind::card;
    key->text = card;
    return key;
}

bool ask(server::test::TestClient& client, std::uint32_t correlation, RequestBody body,
         const std::string& program) {
    const auto of_customer = [&](auto message) {
        message.program = program;
        message.customer = somebody();
        client.request(correlation, std::move(message));
        return true;
    };
    const auto of_program = [&](auto message) {
        message.program = program;
        client.request(correlation, std::move(message));
        return true;
    };
    const auto of_receipt = [&](auto message) {
        message.number = "R1";
        return of_program(std::move(message));
    };
    const auto named = [&](auto message) {
        message.request_id = kId;
        message.request_id.back() = static_cast<std::uint8_t>(correlation);
        return message;
    };
    switch (body) {
        case RequestBody::SaleBatch:
            client.sales(correlation, 1, 100, program);
            return true;
        case RequestBody::CommandBatch:
            client.command(correlation, model::CommandKind::balance, program);
            return true;
        case RequestBody::EnrollBatch: {
            schema::EnrollBatchT batch;
            auto row = std::make_unique<schema::EnrollmentT>();
            row->request_id = kId;
            row->keys.push_back(somebody());
            batch.rows.push_back(std::move(row));
            return of_program(std::move(batch));
        }
        case RequestBody::DetailedSaleBatch: {
            schema::DetailedSaleBatchT batch;
            auto row = std::make_unique<schema::DetailedSaleT>();
            row->kind = schema::RowKind::balance;
            row->customer = somebody();
            batch.rows.push_back(std::move(row));
            return of_program(std::move(batch));
        }
        case RequestBody::ShowRequest:
            return of_customer(schema::ShowRequestT{});
        case RequestBody::HistoryRequest:
            return of_customer(schema::HistoryRequestT{});
        case RequestBody::StandingRequest:
            return of_customer(schema::StandingRequestT{});
        case RequestBody::VipRequest:
            return of_customer(schema::VipRequestT{});
        case RequestBody::MembersRequest:
            return of_customer(schema::MembersRequestT{});
        case RequestBody::ReferralRequest:
            return of_customer(schema::ReferralRequestT{});
        case RequestBody::OrdersRequest:
            return of_customer(schema::OrdersRequestT{});
        case RequestBody::VouchersRequest:
            return of_customer(schema::VouchersRequestT{});
        case RequestBody::CustomersRequest:
            return of_program(schema::CustomersRequestT{});
        case RequestBody::LedgerRequest:
            return of_program(schema::LedgerRequestT{});
        case RequestBody::PayoutsRequest:
            return of_program(schema::PayoutsRequestT{});
        case RequestBody::RewardsRequest:
            return of_program(schema::RewardsRequestT{});
        case RequestBody::RecomputeRequest:
            return of_program(schema::RecomputeRequestT{});
        case RequestBody::AuditRequest:
            return of_program(schema::AuditRequestT{});
        case RequestBody::FollowRequest:
            return of_program(schema::FollowRequestT{});
        case RequestBody::CareRequest:
            return of_program(schema::CareRequestT{});
        case RequestBody::BirthdaysRequest: {
            schema::BirthdaysRequestT birthdays;
            birthdays.days = 1;
            return of_program(std::move(birthdays));
        }
        case RequestBody::CareChange: {
            auto change = named(schema::CareChangeT{});
            change.due_ms = 1'000;
            return of_customer(std::move(change));
        }
        case RequestBody::OneTimeCodeIssue: {
            auto issue = named(schema::OneTimeCodeIssueT{});
            issue.key = a_phone();
            return of_program(std::move(issue));
        }
        case RequestBody::OneTimeCodeVerify: {
            auto verify = named(schema::OneTimeCodeVerifyT{});
            verify.key = a_phone();
            verify.code = "104417";
            return of_program(std::move(verify));
        }
        case RequestBody::PasswordSet: {
            auto set = named(schema::PasswordSetT{});
            set.customer = a_phone();
            set.password = "correct horse battery";
            set.code = "104417";  // some roles prove that the customer wants it
            return of_program(std::move(set));
        }
        case RequestBody::PasswordCheck: {
            schema::PasswordCheckT check;
            check.customer = a_phone();
            check.password = "correct horse battery";
            return of_program(std::move(check));
        }
        case RequestBody::SegmentRequest: {
            schema::SegmentRequestT segment;
            segment.segment = "spend > 0";
            return of_program(std::move(segment));
        }
        case RequestBody::ExplainRequest:
            return of_receipt(schema::ExplainRequestT{});
        case RequestBody::CodeRequest:
            return of_receipt(schema::CodeRequestT{});
        case RequestBody::OrderRequest:
            return of_receipt(schema::OrderRequestT{});
        case RequestBody::VoucherRequest: {
            schema::VoucherRequestT voucher;
            voucher.voucher = "7K3M9QXWTB2C";
            return of_program(std::move(voucher));
        }
        case RequestBody::NetworkChange:
            return of_customer(named(schema::NetworkChangeT{}));
        case RequestBody::RewardChange: {
            auto change = named(schema::RewardChangeT{});
            change.reward = "r";
            return of_customer(std::move(change));
        }
        case RequestBody::PersonChange:
            return of_customer(named(schema::PersonChangeT{}));
        case RequestBody::OrderChange: {
            schema::OrderChangeT change;
            change.number = "O1";
            return of_customer(std::move(change));
        }
        case RequestBody::TierOverride:
            return of_customer(named(schema::TierOverrideT{}));
        case RequestBody::Classify: {
            auto change = named(schema::ClassifyT{});
            change.change = std::make_unique<schema::ClassChangeT>();
            change.change->staff = "NV01";
            return of_customer(std::move(change));
        }
        case RequestBody::ProgramPut: {
            auto put = named(schema::ProgramPutT{});
            put.program = a_program(program);
            client.request(correlation, std::move(put));
            return true;
        }
        case RequestBody::WhatIfRequest: {
            schema::WhatIfRequestT change;
            change.program = a_program(program);
            client.request(correlation, std::move(change));
            return true;
        }
        case RequestBody::ProgramGet: {
            schema::ProgramGetT get;
            get.id = program;
            client.request(correlation, std::move(get));
            return true;
        }
        case RequestBody::AccessKeyAdd: {
            auto add = named(schema::AccessKeyAddT{});
            add.key = codec::to_schema(server::test::key_of("new-one", Role::pos));
            client.request(correlation, std::move(add));
            return true;
        }
        case RequestBody::AccessKeyRevoke: {
            auto revoke = named(schema::AccessKeyRevokeT{});
            revoke.id = "nobody";
            client.request(correlation, std::move(revoke));
            return true;
        }
        case RequestBody::Hello:
            client.hello();
            return true;
        case RequestBody::Proof:
            client.proof(std::vector<std::uint8_t>(32, 1));
            return true;
        case RequestBody::Ping:
            client.request(correlation, schema::PingT{});
            return true;
        case RequestBody::ProgramListRequest:
            client.request(correlation, schema::ProgramListRequestT{});
            return true;
        case RequestBody::VerifyRequest:
            client.request(correlation, schema::VerifyRequestT{});
            return true;
        case RequestBody::StatsRequest:
            client.request(correlation, schema::StatsRequestT{});
            return true;
        case RequestBody::AccessKeyListRequest:
            client.request(correlation, schema::AccessKeyListRequestT{});
            return true;
        case RequestBody::NONE:
            return false;
    }
    return false;
}

bool is_of_a_program(RequestBody body) {
    switch (body) {
        case RequestBody::Hello:
        case RequestBody::Proof:
        case RequestBody::Ping:
        case RequestBody::ProgramListRequest:
            return false;
        default:
            return !codec::is_engine_wide(body);
    }
}

}  // namespace tim::tests
