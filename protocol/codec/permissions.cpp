#include "protocol/codec/permissions.h"

#include <algorithm>
#include <initializer_list>

namespace tim::codec {

using model::CommandKind;
using model::Role;
using schema::RequestBody;

namespace {

/// Whether a role is an admin, who may do everything, or one of those that are named.
bool is_any(Role role, std::initializer_list<Role> named) {
    return role == Role::admin || std::find(named.begin(), named.end(), role) != named.end();
}

}  // namespace

// Who is who: a till sells to whoever stands before it. A checkout's key lives in a web shop: it spends
// points that were earned, but cannot make any, and need not know who people are. The service behind the
// members' own pages does what members may do for themselves. Staff looks after customers; what makes or
// moves points and money by hand is an admin's. An auditor looks.

bool may_command(Role role, CommandKind kind) {
    switch (kind) {
        case CommandKind::balance:
            return is_any(role,
                          {Role::pos, Role::checkout, Role::member_service, Role::staff, Role::auditor});
        case CommandKind::enroll:
            return is_any(role, {Role::pos, Role::checkout, Role::member_service, Role::staff});
        case CommandKind::redeem_reward:  // the exchange page; a till hands gifts out
            return is_any(role, {Role::pos, Role::checkout, Role::member_service, Role::staff});
        case CommandKind::redeem:
        case CommandKind::reserve_voucher:
        case CommandKind::use_voucher:
        case CommandKind::release_voucher:
        case CommandKind::cancel_voucher:
        case CommandKind::place_order:  // a web shop's page; what earns is its completion
        case CommandKind::update_order:
        case CommandKind::cancel_order:
            return is_any(role, {Role::pos, Role::checkout, Role::staff});
        case CommandKind::sale:
        case CommandKind::returned:
        case CommandKind::voided:
        case CommandKind::complete_order:
            return is_any(role, {Role::pos, Role::staff});
        case CommandKind::hold:
        case CommandKind::capture:
        case CommandKind::release:
            return is_any(role, {Role::checkout, Role::staff});
        case CommandKind::request_payout:  // the VIP's page is a web shop's
            return is_any(role, {Role::checkout, Role::member_service, Role::staff});
        case CommandKind::claim:  // whoever shows the receipt
            return is_any(role, {Role::pos, Role::member_service, Role::staff});
        case CommandKind::rekey:
            return is_any(role, {Role::member_service, Role::staff});
        case CommandKind::set_password:  // with a proof
            return is_any(role, {Role::member_service});
        case CommandKind::classify:
        case CommandKind::plan_care:
        case CommandKind::change_care:
        case CommandKind::finish_care:
        case CommandKind::drop_care:
        case CommandKind::block_customer:
        case CommandKind::unblock_customer:
            return is_any(role, {Role::staff});
        case CommandKind::adjust:
        case CommandKind::override_tier:
        case CommandKind::erase:
        case CommandKind::put_program:
        case CommandKind::add_access_key:
        case CommandKind::revoke_access_key:
        case CommandKind::appoint_vip:
        case CommandKind::move_member:
        case CommandKind::approve_payout:
        case CommandKind::pay_payout:
        case CommandKind::fail_payout:
            return is_any(role, {});
    }
    return false;
}

bool may_request(Role role, RequestBody body) {
    switch (body) {
        case RequestBody::Hello:
        case RequestBody::Proof:
        case RequestBody::Ping:
        case RequestBody::CommandBatch:  // each row by itself
        case RequestBody::ShowRequest:
        case RequestBody::HistoryRequest:
        case RequestBody::ProgramGet:
        case RequestBody::ProgramListRequest:
        case RequestBody::StandingRequest:
        case RequestBody::ExplainRequest:
        case RequestBody::VipRequest:
        case RequestBody::MembersRequest:
        case RequestBody::ReferralRequest:
        case RequestBody::OrderRequest:
        case RequestBody::OrdersRequest:
        case RequestBody::RewardsRequest:
            return is_any(role,
                          {Role::pos, Role::checkout, Role::member_service, Role::staff, Role::auditor});
        case RequestBody::CodeRequest:  // codes are as good as money to whoever has them
        case RequestBody::VoucherRequest:
        case RequestBody::VouchersRequest:
        case RequestBody::NetworkChange:  // each kind by itself
        case RequestBody::RewardChange:
        case RequestBody::PersonChange:
        case RequestBody::DetailedSaleBatch:
            return is_any(role, {Role::pos, Role::checkout, Role::member_service, Role::staff});
        case RequestBody::OrderChange:  // each kind by itself
            return is_any(role, {Role::pos, Role::checkout, Role::staff});
        case RequestBody::SaleBatch:
            return may_command(role, CommandKind::sale);
        case RequestBody::EnrollBatch:
            return may_command(role, CommandKind::enroll);
        case RequestBody::Classify:
            return may_command(role, CommandKind::classify);
        case RequestBody::TierOverride:
            return may_command(role, CommandKind::override_tier);
        case RequestBody::CustomersRequest:
        case RequestBody::SegmentRequest:
        case RequestBody::PayoutsRequest:
        case RequestBody::CareRequest:
            return is_any(role, {Role::staff, Role::auditor});
        case RequestBody::CareChange:
        case RequestBody::BirthdaysRequest:  // who people are
            return is_any(role, {Role::staff});
        case RequestBody::OneTimeCodeIssue:  // whoever has the code can be anybody: it is for those alone who
        case RequestBody::OneTimeCodeVerify:  // send it, and let people in by it
        case RequestBody::PasswordSet:
        case RequestBody::PasswordCheck:
            return is_any(role, {Role::member_service});
        case RequestBody::LedgerRequest:
        case RequestBody::FollowRequest:  // all that happens
        case RequestBody::AuditRequest:
        case RequestBody::VerifyRequest:
        case RequestBody::StatsRequest:
        case RequestBody::AccessKeyListRequest:
            return is_any(role, {Role::auditor});
        case RequestBody::ProgramPut:
        case RequestBody::AccessKeyAdd:
        case RequestBody::AccessKeyRevoke:
        case RequestBody::WhatIfRequest:
        case RequestBody::RecomputeRequest:
            return is_any(role, {});
        case RequestBody::NONE:
            return false;
    }
    return false;
}

bool needs_proof(Role role) {
    return role == Role::member_service;
}

std::string_view deed(RequestBody body) {
    switch (body) {
        case RequestBody::SaleBatch:
        case RequestBody::DetailedSaleBatch:
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
        case RequestBody::AuditRequest:
            return "see who did what";
        case RequestBody::PasswordSet:
            return "set passwords";
        case RequestBody::PasswordCheck:
            return "check passwords";
        case RequestBody::PayoutsRequest:
            return "list all payouts";
        case RequestBody::NetworkChange:
            return "change the network";
        case RequestBody::OrderChange:
            return "change web orders";
        case RequestBody::RewardChange:
            return "exchange points or move vouchers";
        case RequestBody::PersonChange:
            return "change who customers are";
        case RequestBody::CodeRequest:
        case RequestBody::VoucherRequest:
        case RequestBody::VouchersRequest:
            return "see codes";
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

Sight sight_of(Role role) {
    switch (role) {
        case Role::pos:
            return {.names = true, .reasons = true};
        case Role::checkout:
            return {.hidden_tiers = false};
        case Role::member_service:
            return {.names = true, .reasons = true, .hidden_tiers = false};
        case Role::staff:
        case Role::admin:
            return {.names = true, .reasons = true, .actors = true, .care = true};
        case Role::auditor:
            return {.reasons = true, .actors = true, .care = true};
    }
    return {.hidden_tiers = false};
}

bool may_touch(const model::AccessKey& key, std::string_view program) {
    return key.programs.empty() ||
           std::find(key.programs.begin(), key.programs.end(), program) != key.programs.end();
}

}  // namespace tim::codec
