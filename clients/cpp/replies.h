#pragma once

#include "clients/cpp/relations.h"
#include "clients/cpp/types.h"
#include "protocol/codec/messages.h"

namespace tim::client {

// Replies as the values of types.h. A reply of another kind than the one asked for is ErrorKind::corrupt, a
// Failure the error that it tells.

/// What the reply is when it is not the one that was asked for.
tl::unexpected<model::Error> other_reply(const schema::Reply& reply);

/// Reads the answer to one detailed sale.
DetailedOutcome to_detailed_outcome(const schema::DetailedSaleResult& result);

LedgerFact to_ledger_fact(const schema::LedgerFact& stored);

model::Result<Customer> to_customer(const schema::Reply& reply);
model::Result<CustomersPage> to_customers(const schema::Reply& reply);
model::Result<History> to_history(const schema::Reply& reply);
model::Result<LedgerPage> to_ledger(const schema::Reply& reply);
model::Result<Vip> to_vip(const schema::Reply& reply);
model::Result<PayoutsPage> to_payouts(const schema::Reply& reply);
model::Result<OrdersPage> to_orders(const schema::Reply& reply);
model::Result<Order> to_order(const schema::Reply& reply);
model::Result<VouchersPage> to_vouchers(const schema::Reply& reply);
model::Result<Voucher> to_voucher(const schema::Reply& reply);
model::Result<std::vector<RewardOffer>> to_offers(const schema::Reply& reply);
model::Result<Referral> to_referral(const schema::Reply& reply);
model::Result<Code> to_code(const schema::Reply& reply);
model::Result<ProgramInfo> to_program(const schema::Reply& reply);
model::Result<std::vector<ProgramSummary>> to_programs(const schema::Reply& reply);
model::Result<VerifyReport> to_verify_report(const schema::Reply& reply);
model::Result<std::vector<Stat>> to_stats(const schema::Reply& reply);
model::Result<std::vector<AccessKeySummary>> to_access_keys(const schema::Reply& reply);
model::Result<void> to_pong(const schema::Reply& reply);

}  // namespace tim::client
