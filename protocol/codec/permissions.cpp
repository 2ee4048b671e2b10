#include "protocol/codec/permissions.h"

#include <algorithm>

namespace tim::codec {

using model::CommandKind;
using model::Role;
using schema::RequestBody;

// A checkout's key lives in a web shop: it spends points that were earned, but cannot make any.

bool may_command(Role role, CommandKind kind) {
    const bool pos = role == Role::pos || role == Role::admin;
    const bool checkout = role == Role::checkout || role == Role::admin;
    switch (kind) {
        case CommandKind::balance:
        case CommandKind::redeem:
        case CommandKind::enroll:
            return pos || checkout;
        case CommandKind::redeem_reward:  // the exchange page; a till hands gifts out
        case CommandKind::reserve_voucher:
        case CommandKind::use_voucher:
        case CommandKind::release_voucher:
        case CommandKind::cancel_voucher:
        case CommandKind::place_order:  // a web shop's page; what earns is its completion
        case CommandKind::update_order:
        case CommandKind::cancel_order:
            return pos || checkout;
        case CommandKind::sale:
        case CommandKind::returned:
        case CommandKind::voided:
        case CommandKind::complete_order:
            return pos;
        case CommandKind::hold:
        case CommandKind::capture:
        case CommandKind::release:
        case CommandKind::request_payout:  // the VIP's page is a web shop's
            return checkout;
        case CommandKind::adjust:
        case CommandKind::override_tier:
        case CommandKind::classify:
        case CommandKind::plan_care:
        case CommandKind::change_care:
        case CommandKind::finish_care:
        case CommandKind::drop_care:
        case CommandKind::put_program:
        case CommandKind::add_access_key:
        case CommandKind::revoke_access_key:
        case CommandKind::appoint_vip:
        case CommandKind::move_member:
        case CommandKind::approve_payout:
        case CommandKind::pay_payout:
        case CommandKind::fail_payout:
            return role == Role::admin;
    }
    return false;
}

bool may_request(Role role, RequestBody body) {
    const bool anyone = role == Role::pos || role == Role::checkout || role == Role::admin;
    switch (body) {
        case RequestBody::Hello:
        case RequestBody::Proof:
        case RequestBody::Ping:
        case RequestBody::CommandBatch:
        case RequestBody::ShowRequest:
        case RequestBody::HistoryRequest:
        case RequestBody::ProgramGet:
        case RequestBody::ProgramListRequest:
        case RequestBody::StandingRequest:
        case RequestBody::ExplainRequest:
        case RequestBody::VipRequest:
        case RequestBody::MembersRequest:
        case RequestBody::ReferralRequest:
        case RequestBody::CodeRequest:
        case RequestBody::NetworkChange:      // each kind by itself
        case RequestBody::OrderChange:        // likewise
        case RequestBody::DetailedSaleBatch:  // likewise
        case RequestBody::OrderRequest:
        case RequestBody::OrdersRequest:
        case RequestBody::RewardChange:  // each kind by itself
        case RequestBody::VoucherRequest:
        case RequestBody::VouchersRequest:
        case RequestBody::RewardsRequest:
            return anyone;
        case RequestBody::SaleBatch:
            return may_command(role, CommandKind::sale);
        case RequestBody::EnrollBatch:
            return may_command(role, CommandKind::enroll);
        case RequestBody::CustomersRequest:
        case RequestBody::LedgerRequest:
        case RequestBody::PayoutsRequest:
        case RequestBody::ProgramPut:
        case RequestBody::VerifyRequest:
        case RequestBody::StatsRequest:
        case RequestBody::AccessKeyAdd:
        case RequestBody::AccessKeyListRequest:
        case RequestBody::AccessKeyRevoke:
        case RequestBody::WhatIfRequest:
        case RequestBody::RecomputeRequest:
        case RequestBody::TierOverride:
        case RequestBody::Classify:
        case RequestBody::SegmentRequest:
        case RequestBody::CareChange:
        case RequestBody::CareRequest:
        case RequestBody::BirthdaysRequest:
            return role == Role::admin;
        case RequestBody::OneTimeCodeIssue:  // whoever has the code can be anybody: no till has business with
                                             // it
        case RequestBody::OneTimeCodeVerify:
        case RequestBody::FollowRequest:  // the app's server follows with a checkout's key
            return role == Role::checkout || role == Role::admin;
        case RequestBody::NONE:
            return false;
    }
    return false;
}

bool may_see_people(Role role) {
    return role == Role::admin;
}

std::string_view deed(RequestBody body) {
    switch (body) {
        case RequestBody::SaleBatch:
            return "post sales";
        case RequestBody::EnrollBatch:
            return "enrol customers";
        case RequestBody::CustomersRequest:
            return "list all customers";
        case RequestBody::LedgerRequest:
            return "read the ledger";
        case RequestBody::FollowRequest:
            return "follow the ledger";
        case RequestBody::OneTimeCodeIssue:
            return "ask for one-time codes";
        case RequestBody::OneTimeCodeVerify:
            return "verify one-time codes";
        case RequestBody::PayoutsRequest:
            return "list all payouts";
        case RequestBody::ProgramPut:
            return "put a program in force";
        case RequestBody::WhatIfRequest:
            return "try changes of a program";
        case RequestBody::RecomputeRequest:
            return "recompute everybody's tiers";
        case RequestBody::TierOverride:
            return "set tiers by hand";
        case RequestBody::Classify:
            return "classify customers";
        case RequestBody::SegmentRequest:
        case RequestBody::BirthdaysRequest:
            return "look at all customers";
        case RequestBody::CareChange:
        case RequestBody::CareRequest:
            return "keep the care calendar";
        case RequestBody::VerifyRequest:
            return "verify the ledger";
        case RequestBody::StatsRequest:
            return "see the server's figures";
        case RequestBody::AccessKeyAdd:
            return "add keys of access";
        case RequestBody::AccessKeyListRequest:
            return "list the keys of access";
        case RequestBody::AccessKeyRevoke:
            return "revoke keys of access";
        default:
            return "do that";
    }
}

bool is_engine_wide(RequestBody body) {
    switch (body) {
        case RequestBody::VerifyRequest:
        case RequestBody::StatsRequest:
        case RequestBody::AccessKeyAdd:
        case RequestBody::AccessKeyListRequest:
        case RequestBody::AccessKeyRevoke:
            return true;
        default:
            return false;
    }
}

bool may_touch(const model::AccessKey& key, std::string_view program) {
    return key.programs.empty() ||
           std::find(key.programs.begin(), key.programs.end(), program) != key.programs.end();
}

}  // namespace tim::codec
