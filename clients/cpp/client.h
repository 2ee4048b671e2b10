#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "clients/cpp/care.h"
#include "clients/cpp/follow.h"
#include "clients/cpp/identity.h"
#include "clients/cpp/insight.h"
#include "clients/cpp/options.h"
#include "clients/cpp/random.h"
#include "clients/cpp/relations.h"
#include "clients/cpp/types.h"
#include "engine/model/access.h"
#include "engine/model/command.h"
#include "engine/model/program.h"

namespace asio {
class io_context;
}

namespace tim::client {

class PendingRequest;

/// An asynchronous, pipelined client of one server. It connects by itself, again and again with back-off, and
/// carries every accepted request to its answer:
///
///   * Requests go out in the order in which they were accepted, without waiting for answers; the server
///     carries out batches (sales, commands, enrolments) in that order. Questions (show, history, …) may be
///     answered out of turn.
///   * When a connection is lost, everything unanswered is sent again on the next, in the same order and
///   under
///     the same names. What had been carried out is answered with its first answer and marked `duplicate`:
///     nothing counts twice.
///   * Rows that were refused for the moment (overloaded, disk_full, stopping) are sent again, alone, with
///     back-off, `refusal_attempts` times in all; the rest of their batch keeps its answers. Such a row may
///     thus be overtaken by rows that were in flight behind it: who needs strict order between two rows sends
///     the second when the first is answered (PosClient does).
///   * Refusals are values in the outcomes. An Error is for the whole request: invalid (the content; nothing
///     was sent or done), not_found, denied (the key may not do that; or, with the client closed, the key or
///     the server is not genuine), unavailable (a deadline, or no reconnecting), corrupt (the peer does not
///     speak this protocol), io (the server failed).
///   * Wrong keys, servers that cannot prove themselves and broken protocol close the client for good.
///
/// Callbacks run on the client's own thread, or on the caller's io_context; they must not block and must not
/// destroy the client. They may make requests.
///
/// Thread safety: all members may be called from any thread. With a caller's io_context, one thread runs it,
/// and destroys the client or does so while none does.
class Client {
  public:
    enum class State : std::uint8_t { connecting, ready, closed };

    /// With a thread of its own.
    explicit Client(ClientOptions options);
    /// On the caller's loop.
    Client(asio::io_context& io, ClientOptions options);
    /// What is unanswered fails with `unavailable` before this returns.
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    State state() const;
    /// Why there was no connection the last time; none when every attempt went well so far.
    std::optional<model::Error> last_error() const;
    /// Waits until a request would not be `full`; false when the time is over. Not within callbacks.
    bool wait_for_room(std::int64_t timeout_ms) const;
    std::size_t in_flight_requests() const;

    // `timeout_ms`: 0 takes the options' value. Texts of commands need not outlive the call. One batch is for
    // one program, and has at most codec::kMaxRowsPerRequest rows (enrolments kMaxEnrollmentsPerRequest).

    /// Sales, named by receipts: the densest form.
    Admission sales(std::string_view program, std::span<const model::Command> rows,
                    Completion<Outcomes> completion, std::int64_t timeout_ms = 0);
    /// Sales, returns and balances that may name more (Command::details), each answered with all that it led
    /// to; at most codec::kMaxDetailedSalesPerRequest.
    Admission detailed_sales(std::string_view program, std::span<const model::Command> rows,
                             Completion<std::vector<DetailedOutcome>> completion,
                             std::int64_t timeout_ms = 0);
    /// Any commands from balance to adjust.
    Admission commands(std::string_view program, std::span<const model::Command> rows,
                       Completion<Outcomes> completion, std::int64_t timeout_ms = 0);
    /// Commands of kind enroll.
    Admission enroll(std::string_view program, std::span<const model::Command> rows,
                     Completion<Outcomes> completion, std::int64_t timeout_ms = 0);

    Admission show(std::string_view program, const model::CustomerRef& customer,
                   Completion<Customer> completion, std::int64_t timeout_ms = 0);
    /// Newest first, sequences below `before` (0: from the newest); at most codec::kMaxHistoryPerPage.
    Admission history(std::string_view program, const model::CustomerRef& customer, model::Sequence before,
                      std::uint32_t limit, Completion<History> completion, std::int64_t timeout_ms = 0);
    /// In the order of the ids, above `after`; at most codec::kMaxCustomersPerPage.
    Admission customers(std::string_view program, model::CustomerId after, std::uint32_t limit,
                        Completion<CustomersPage> completion, std::int64_t timeout_ms = 0);

    /// In the order of the ledger, above `after`; at most codec::kMaxFactsPerPage.
    Admission ledger(std::string_view program, model::Sequence after, std::uint32_t limit,
                     Completion<LedgerPage> completion, std::int64_t timeout_ms = 0);

    /// What happened in a program above `after`, at most codec::kMaxFactsPerPage: as soon as there is
    /// anything on the server's disk, or nothing after `wait_ms`. One such question of a client is open at a
    /// time; Follower asks them one after the other.
    Admission changes(std::string_view program, model::Sequence after, std::uint32_t limit,
                      std::uint32_t wait_ms, Completion<ChangesPage> completion, std::int64_t timeout_ms = 0);

    /// Asks for a one-time code for a phone or an email, to be brought there by the caller; `name` is a
    /// request id.
    Admission issue_code(std::string_view program, const model::CustomerRef& key, CodePurpose purpose,
                         const model::Name& name, Completion<OneTimeCode> completion,
                         std::int64_t timeout_ms = 0);
    /// Whether a one-time code that somebody has brought is the right one.
    Admission verify_code(std::string_view program, const model::CustomerRef& key, CodePurpose purpose,
                          std::string_view code, const model::Name& name, Completion<OneTimeCode> completion,
                          std::int64_t timeout_ms = 0);

    /// Gives a customer another password; `name` is a request id.
    Admission set_password(std::string_view program, const model::CustomerRef& customer,
                           const NewPassword& password, const model::Name& name,
                           Completion<PasswordAnswer> completion, std::int64_t timeout_ms = 0);
    Admission check_password(std::string_view program, const model::CustomerRef& customer,
                             std::string_view password, Completion<PasswordAnswer> completion,
                             std::int64_t timeout_ms = 0);

    /// A command of a kind from place_order to cancel_order, answered with all that it led to.
    Admission change_order(std::string_view program, const model::Command& command,
                           Completion<DetailedOutcome> completion, std::int64_t timeout_ms = 0);
    /// A command of a kind from redeem_reward to cancel_voucher, answered with all that it led to.
    Admission change_reward(std::string_view program, const model::Command& command,
                            Completion<DetailedOutcome> completion, std::int64_t timeout_ms = 0);
    /// The voucher of a code, as typed.
    Admission voucher(std::string_view program, std::string_view code, Completion<Voucher> completion,
                      std::int64_t timeout_ms = 0);
    /// A customer's vouchers, newest first, issued before `before` (0: from the newest). At most
    /// codec::kMaxVouchersPerPage.
    Admission vouchers(std::string_view program, const model::CustomerRef& customer, model::Sequence before,
                       std::uint32_t limit, Completion<VouchersPage> completion, std::int64_t timeout_ms = 0);
    /// The rewards that are in force, for a customer, or (named by nothing) for anybody.
    Admission rewards(std::string_view program, const model::CustomerRef& customer,
                      Completion<std::vector<RewardOffer>> completion, std::int64_t timeout_ms = 0);
    /// The order of a receipt.
    Admission order(std::string_view program, const model::Name& receipt, Completion<Order> completion,
                    std::int64_t timeout_ms = 0);
    /// A customer's orders, newest first, placed before `before` (0: from the newest); with `pending` those
    /// alone that are neither completed nor cancelled. At most codec::kMaxOrdersPerPage.
    Admission orders(std::string_view program, const model::CustomerRef& customer, bool pending,
                     model::Sequence before, std::uint32_t limit, Completion<OrdersPage> completion,
                     std::int64_t timeout_ms = 0);

    /// A command of a kind from block_customer to erase.
    Admission change_person(std::string_view program, const model::Command& command,
                            Completion<model::Outcome> completion, std::int64_t timeout_ms = 0);
    /// What was done by way of keys of access, oldest first, above `after`; of one program (empty: all that
    /// the key may touch), by one key (empty: any). At most codec::kMaxHistoryPerPage.
    Admission audit(std::string_view program, std::string_view by, model::Sequence after, std::uint32_t limit,
                    Completion<AuditPage> completion, std::int64_t timeout_ms = 0);

    /// A command of a kind from appoint_vip to fail_payout.
    Admission change_network(std::string_view program, const model::Command& command,
                             Completion<model::Outcome> completion, std::int64_t timeout_ms = 0);
    Admission vip(std::string_view program, const model::CustomerRef& customer, Completion<Vip> completion,
                  std::int64_t timeout_ms = 0);
    /// Those whom a VIP is above, in the order of their ids, above `after`.
    Admission members(std::string_view program, const model::CustomerRef& vip, model::CustomerId after,
                      std::uint32_t limit, Completion<CustomersPage> completion, std::int64_t timeout_ms = 0);
    /// The facts of a VIP's wallet, as `history`: points_after is what is available, held_after what is
    /// pending, in minor units.
    Admission statement(std::string_view program, const model::CustomerRef& vip, model::Sequence before,
                        std::uint32_t limit, Completion<History> completion, std::int64_t timeout_ms = 0);
    /// Open payouts of VIPs with ids above `after`.
    Admission payouts(std::string_view program, model::CustomerId after, std::uint32_t limit,
                      Completion<PayoutsPage> completion, std::int64_t timeout_ms = 0);
    Admission referral(std::string_view program, const model::CustomerRef& customer, std::uint32_t limit,
                       Completion<Referral> completion, std::int64_t timeout_ms = 0);
    /// The referral code that came with the purchase of a receipt.
    Admission code(std::string_view program, const model::Name& receipt, Completion<Code> completion,
                   std::int64_t timeout_ms = 0);

    /// A customer as of a past instant.
    Admission show_as_of(std::string_view program, const model::CustomerRef& customer, model::Instant as_of,
                         Completion<Customer> completion, std::int64_t timeout_ms = 0);
    Admission standing(std::string_view program, const model::CustomerRef& customer,
                       Completion<Standing> completion, std::int64_t timeout_ms = 0);
    Admission explain(std::string_view program, const model::Name& receipt,
                      Completion<Explanation> completion, std::int64_t timeout_ms = 0);
    /// A change run over all customers without effect; with `limit`, a page of those who would move.
    Admission what_if(const model::Program& change, model::Instant at, model::CustomerId after,
                      std::uint32_t limit, Completion<WhatIf> completion, std::int64_t timeout_ms = 0);
    /// A tier by hand, or with none named the end of all that the customer has; `name` is a request id.
    Admission override_tier(std::string_view program, const model::CustomerRef& customer,
                            const model::TierAct& act, std::string_view reason, const model::Name& name,
                            model::Instant at, Completion<model::Outcome> completion,
                            std::int64_t timeout_ms = 0);
    /// A change of what a customer is classified by; `name` is a request id.
    Admission classify(std::string_view program, const model::CustomerRef& customer,
                       const model::ClassifyTerms& terms, const model::Name& name, model::Instant at,
                       Completion<model::Outcome> completion, std::int64_t timeout_ms = 0);
    /// How many customers belong to a segment (docs/segments.md), a page of them, or what they come to.
    Admission segment_count(std::string_view program, std::string_view segment,
                            Completion<SegmentCount> completion, std::int64_t timeout_ms = 0);
    Admission segment(std::string_view program, std::string_view segment, model::CustomerId after,
                      std::uint32_t limit, Completion<CustomersPage> completion, std::int64_t timeout_ms = 0);
    Admission segment_report(std::string_view program, std::string_view segment,
                             const std::vector<Dimension>& by, Completion<SegmentReport> completion,
                             std::int64_t timeout_ms = 0);
    /// A task of care is planned, changed, done or dropped: `command.care`, by a request id. The outcome's
    /// sequence of a plan is the task's id.
    Admission change_care(std::string_view program, const model::Command& command,
                          Completion<model::Outcome> completion, std::int64_t timeout_ms = 0);
    /// A page of the open tasks, in the order in which they are due.
    Admission care(std::string_view program, const CareFilter& filter, std::uint32_t limit,
                   Completion<CarePage> completion, std::int64_t timeout_ms = 0);
    /// A page of a customer's tasks, newest first, over or not; `before`: `next_task` of the page before.
    Admission care_of(std::string_view program, const model::CustomerRef& customer, model::Sequence before,
                      std::uint32_t limit, Completion<CarePage> completion, std::int64_t timeout_ms = 0);
    /// Whose birthday is on one of so many days from that of an instant on.
    Admission birthdays(std::string_view program, model::Instant from, std::int32_t days,
                        Completion<std::vector<Birthday>> completion, std::int64_t timeout_ms = 0);
    /// Long work, as `verify`. May be asked for again at any time.
    Admission recompute(std::string_view program, ProgressCallback progress,
                        Completion<RecomputeReport> completion, std::int64_t timeout_ms = 0);

    /// `name` is a request id (make_request_id). With `follows` the put is refused `version_moved` when
    /// another version is the newest.
    Admission put_program(const model::Program& program, const model::Name& name, model::Instant at,
                          Completion<model::Outcome> completion, std::int64_t timeout_ms = 0,
                          model::VersionId follows = {});
    /// Version 0 is the newest.
    Admission program(std::string_view id, model::VersionId version, Completion<ProgramInfo> completion,
                      std::int64_t timeout_ms = 0);
    Admission programs(Completion<std::vector<ProgramSummary>> completion, std::int64_t timeout_ms = 0);

    /// Long work: `progress` may be called any number of times before the completion.
    Admission verify(ProgressCallback progress, Completion<VerifyReport> completion,
                     std::int64_t timeout_ms = 0);
    Admission stats(Completion<std::vector<Stat>> completion, std::int64_t timeout_ms = 0);

    Admission add_access_key(const model::AccessKey& key, const model::Name& name,
                             Completion<model::Outcome> completion, std::int64_t timeout_ms = 0);
    Admission revoke_access_key(std::string_view id, const model::Name& name,
                                Completion<model::Outcome> completion, std::int64_t timeout_ms = 0);
    Admission access_keys(Completion<std::vector<AccessKeySummary>> completion, std::int64_t timeout_ms = 0);

    Admission ping(Completion<void> completion, std::int64_t timeout_ms = 0);

  private:
    class Impl;
    struct IoThread;

    Admission ask(std::unique_ptr<PendingRequest> request, std::int64_t timeout_ms);

    std::unique_ptr<IoThread> thread_;  // none on the caller's loop
    std::shared_ptr<Impl> impl_;
};

}  // namespace tim::client
