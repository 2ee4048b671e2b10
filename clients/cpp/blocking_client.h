#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "clients/cpp/client.h"

namespace tim::client {

/// Client for code that wants to wait: every call returns with the answer, or an Error when it cannot (see
/// Client for what they mean). Several threads may call at a time and share the connection; a call that finds
/// the client full waits for room. Not to be used within callbacks of `async()`.
class BlockingClient {
  public:
    explicit BlockingClient(ClientOptions options) : client_(std::move(options)) {}

    Client& async() { return client_; }

    model::Result<Outcomes> sales(std::string_view program, std::span<const model::Command> rows,
                                  std::int64_t timeout_ms = 0);
    model::Result<Outcomes> commands(std::string_view program, std::span<const model::Command> rows,
                                     std::int64_t timeout_ms = 0);
    /// One command of any kind that fits a row, of kind enroll, or about the network.
    model::Result<model::Outcome> command(std::string_view program, const model::Command& row,
                                          std::int64_t timeout_ms = 0);
    /// One sale, return or balance, with Command::details or without.
    model::Result<DetailedOutcome> detailed_sale(std::string_view program, const model::Command& sale,
                                                 std::int64_t timeout_ms = 0);
    model::Result<Outcomes> enroll(std::string_view program, std::span<const model::Command> rows,
                                   std::int64_t timeout_ms = 0);

    model::Result<Customer> show(std::string_view program, const model::CustomerRef& customer,
                                 std::int64_t timeout_ms = 0);
    model::Result<History> history(std::string_view program, const model::CustomerRef& customer,
                                   model::Sequence before = {}, std::uint32_t limit = 50,
                                   std::int64_t timeout_ms = 0);
    model::Result<CustomersPage> customers(std::string_view program, model::CustomerId after,
                                           std::uint32_t limit, std::int64_t timeout_ms = 0);

    model::Result<LedgerPage> ledger(std::string_view program, model::Sequence after, std::uint32_t limit,
                                     std::int64_t timeout_ms = 0);

    /// What happened above `after`; waits up to `wait_ms` for something.
    model::Result<ChangesPage> changes(std::string_view program, model::Sequence after, std::uint32_t limit,
                                       std::uint32_t wait_ms = 0, std::int64_t timeout_ms = 0);

    model::Result<OneTimeCode> issue_code(std::string_view program, const model::CustomerRef& key,
                                          CodePurpose purpose, const model::Name& name,
                                          std::int64_t timeout_ms = 0);
    model::Result<OneTimeCode> verify_code(std::string_view program, const model::CustomerRef& key,
                                           CodePurpose purpose, std::string_view code,
                                           const model::Name& name, std::int64_t timeout_ms = 0);

    model::Result<PasswordAnswer> set_password(std::string_view program, const model::CustomerRef& customer,
                                               const NewPassword& password, const model::Name& name,
                                               std::int64_t timeout_ms = 0);
    model::Result<PasswordAnswer> check_password(std::string_view program, const model::CustomerRef& customer,
                                                 std::string_view password, std::int64_t timeout_ms = 0);

    /// A command of a kind from place_order to cancel_order.
    model::Result<DetailedOutcome> change_order(std::string_view program, const model::Command& command,
                                                std::int64_t timeout_ms = 0);
    /// A command of a kind from redeem_reward to cancel_voucher.
    model::Result<DetailedOutcome> change_reward(std::string_view program, const model::Command& command,
                                                 std::int64_t timeout_ms = 0);
    model::Result<Voucher> voucher(std::string_view program, std::string_view code,
                                   std::int64_t timeout_ms = 0);
    model::Result<VouchersPage> vouchers(std::string_view program, const model::CustomerRef& customer,
                                         model::Sequence before, std::uint32_t limit,
                                         std::int64_t timeout_ms = 0);
    model::Result<std::vector<RewardOffer>> rewards(std::string_view program,
                                                    const model::CustomerRef& customer,
                                                    std::int64_t timeout_ms = 0);
    model::Result<Order> order(std::string_view program, const model::Name& receipt,
                               std::int64_t timeout_ms = 0);
    model::Result<OrdersPage> orders(std::string_view program, const model::CustomerRef& customer,
                                     bool pending = false, model::Sequence before = {},
                                     std::uint32_t limit = 50, std::int64_t timeout_ms = 0);

    /// A command of a kind from block_customer to erase.
    model::Result<model::Outcome> change_person(std::string_view program, const model::Command& command,
                                                std::int64_t timeout_ms = 0);
    model::Result<AuditPage> audit(std::string_view program, std::string_view by, model::Sequence after = {},
                                   std::uint32_t limit = 1000, std::int64_t timeout_ms = 0);

    model::Result<Vip> vip(std::string_view program, const model::CustomerRef& customer,
                           std::int64_t timeout_ms = 0);
    model::Result<CustomersPage> members(std::string_view program, const model::CustomerRef& vip,
                                         model::CustomerId after, std::uint32_t limit,
                                         std::int64_t timeout_ms = 0);
    model::Result<History> statement(std::string_view program, const model::CustomerRef& vip,
                                     model::Sequence before = {}, std::uint32_t limit = 50,
                                     std::int64_t timeout_ms = 0);
    model::Result<PayoutsPage> payouts(std::string_view program, model::CustomerId after, std::uint32_t limit,
                                       std::int64_t timeout_ms = 0);
    model::Result<Referral> referral(std::string_view program, const model::CustomerRef& customer,
                                     std::uint32_t limit = 100, std::int64_t timeout_ms = 0);
    model::Result<Code> code(std::string_view program, const model::Name& receipt,
                             std::int64_t timeout_ms = 0);

    model::Result<model::Outcome> put_program(const model::Program& program, const model::Name& name,
                                              model::Instant at = model::kNoInstant,
                                              std::int64_t timeout_ms = 0, model::VersionId follows = {});

    model::Result<Customer> show_as_of(std::string_view program, const model::CustomerRef& customer,
                                       model::Instant as_of, std::int64_t timeout_ms = 0);
    model::Result<Standing> standing(std::string_view program, const model::CustomerRef& customer,
                                     std::int64_t timeout_ms = 0);
    model::Result<Explanation> explain(std::string_view program, const model::Name& receipt,
                                       std::int64_t timeout_ms = 0);
    model::Result<WhatIf> what_if(const model::Program& change, model::Instant at = model::kNoInstant,
                                  model::CustomerId after = {}, std::uint32_t limit = 0,
                                  std::int64_t timeout_ms = 0);
    model::Result<model::Outcome> override_tier(std::string_view program, const model::CustomerRef& customer,
                                                const model::TierAct& act, std::string_view reason,
                                                const model::Name& name,
                                                model::Instant at = model::kNoInstant,
                                                std::int64_t timeout_ms = 0);
    model::Result<model::Outcome> classify(std::string_view program, const model::CustomerRef& customer,
                                           const model::ClassifyTerms& terms, const model::Name& name,
                                           model::Instant at = model::kNoInstant,
                                           std::int64_t timeout_ms = 0);
    model::Result<SegmentCount> segment_count(std::string_view program, std::string_view segment,
                                              std::int64_t timeout_ms = 0);
    model::Result<CustomersPage> segment(std::string_view program, std::string_view segment,
                                         model::CustomerId after = {}, std::uint32_t limit = 1000,
                                         std::int64_t timeout_ms = 0);
    model::Result<SegmentReport> segment_report(std::string_view program, std::string_view segment,
                                                const std::vector<Dimension>& by,
                                                std::int64_t timeout_ms = 0);
    model::Result<model::Outcome> change_care(std::string_view program, const model::Command& command,
                                              std::int64_t timeout_ms = 0);
    model::Result<CarePage> care(std::string_view program, const CareFilter& filter, std::uint32_t limit = 50,
                                 std::int64_t timeout_ms = 0);
    model::Result<CarePage> care_of(std::string_view program, const model::CustomerRef& customer,
                                    model::Sequence before = {}, std::uint32_t limit = 50,
                                    std::int64_t timeout_ms = 0);
    model::Result<std::vector<Birthday>> birthdays(std::string_view program, model::Instant from,
                                                   std::int32_t days, std::int64_t timeout_ms = 0);
    model::Result<RecomputeReport> recompute(std::string_view program, ProgressCallback progress = {},
                                             std::int64_t timeout_ms = 0);
    model::Result<ProgramInfo> program(std::string_view id, model::VersionId version = {},
                                       std::int64_t timeout_ms = 0);
    model::Result<std::vector<ProgramSummary>> programs(std::int64_t timeout_ms = 0);

    /// `progress` is called on the client's thread.
    model::Result<VerifyReport> verify(ProgressCallback progress = {}, std::int64_t timeout_ms = 0);
    model::Result<std::vector<Stat>> stats(std::int64_t timeout_ms = 0);

    model::Result<model::Outcome> add_access_key(const model::AccessKey& key, const model::Name& name,
                                                 std::int64_t timeout_ms = 0);
    model::Result<model::Outcome> revoke_access_key(std::string_view id, const model::Name& name,
                                                    std::int64_t timeout_ms = 0);
    model::Result<std::vector<AccessKeySummary>> access_keys(std::int64_t timeout_ms = 0);

    model::Result<void> ping(std::int64_t timeout_ms = 0);

  private:
    template <class T, class Start>
    model::Result<T> wait_for(Start start);

    Client client_;
};

}  // namespace tim::client
