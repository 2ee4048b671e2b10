#include "clients/cpp/blocking_client.h"

#include <future>
#include <memory>
#include <utility>

namespace tim::client {

/// `start` makes the request with the completion that it is given.
template <class T, class Start>
model::Result<T> BlockingClient::wait_for(Start start) {
    constexpr std::int64_t kRoomCheckMs = 1'000;
    auto promise = std::make_shared<std::promise<model::Result<T>>>();
    auto answer = promise->get_future();
    for (;;) {
        switch (start([promise](model::Result<T> result) { promise->set_value(std::move(result)); })) {
            case Admission::accepted:
                return answer.get();
            case Admission::full:
                client_.wait_for_room(kRoomCheckMs);
                break;
            case Admission::closed:
                return tl::unexpected(client_.last_error().value_or(
                    model::Error{model::ErrorKind::unavailable, "the client was closed"}));
        }
    }
}

model::Result<Outcomes> BlockingClient::sales(std::string_view program, std::span<const model::Command> rows,
                                              std::int64_t timeout_ms) {
    return wait_for<Outcomes>([&](auto done) { return client_.sales(program, rows, done, timeout_ms); });
}

model::Result<Outcomes> BlockingClient::commands(std::string_view program,
                                                 std::span<const model::Command> rows,
                                                 std::int64_t timeout_ms) {
    return wait_for<Outcomes>([&](auto done) { return client_.commands(program, rows, done, timeout_ms); });
}

model::Result<model::Outcome> BlockingClient::command(std::string_view program, const model::Command& row,
                                                      std::int64_t timeout_ms) {
    if (row.kind >= model::CommandKind::appoint_vip && row.kind <= model::CommandKind::fail_payout)
        return wait_for<model::Outcome>(
            [&](auto done) { return client_.change_network(program, row, done, timeout_ms); });
    const std::span<const model::Command> rows(&row, 1);
    auto outcomes = row.kind == model::CommandKind::enroll ? enroll(program, rows, timeout_ms)
                                                           : commands(program, rows, timeout_ms);
    if (!outcomes) return tl::unexpected(outcomes.error());
    return outcomes->front();
}

model::Result<DetailedOutcome> BlockingClient::detailed_sale(std::string_view program,
                                                             const model::Command& sale,
                                                             std::int64_t timeout_ms) {
    const std::span<const model::Command> rows(&sale, 1);
    auto outcomes = wait_for<std::vector<DetailedOutcome>>(
        [&](auto done) { return client_.detailed_sales(program, rows, done, timeout_ms); });
    if (!outcomes) return tl::unexpected(outcomes.error());
    return std::move(outcomes->front());
}

model::Result<Outcomes> BlockingClient::enroll(std::string_view program, std::span<const model::Command> rows,
                                               std::int64_t timeout_ms) {
    return wait_for<Outcomes>([&](auto done) { return client_.enroll(program, rows, done, timeout_ms); });
}

model::Result<Customer> BlockingClient::show(std::string_view program, const model::CustomerRef& customer,
                                             std::int64_t timeout_ms) {
    return wait_for<Customer>([&](auto done) { return client_.show(program, customer, done, timeout_ms); });
}

model::Result<History> BlockingClient::history(std::string_view program, const model::CustomerRef& customer,
                                               model::Sequence before, std::uint32_t limit,
                                               std::int64_t timeout_ms) {
    return wait_for<History>(
        [&](auto done) { return client_.history(program, customer, before, limit, done, timeout_ms); });
}

model::Result<CustomersPage> BlockingClient::customers(std::string_view program, model::CustomerId after,
                                                       std::uint32_t limit, std::int64_t timeout_ms) {
    return wait_for<CustomersPage>(
        [&](auto done) { return client_.customers(program, after, limit, done, timeout_ms); });
}

model::Result<LedgerPage> BlockingClient::ledger(std::string_view program, model::Sequence after,
                                                 std::uint32_t limit, std::int64_t timeout_ms) {
    return wait_for<LedgerPage>(
        [&](auto done) { return client_.ledger(program, after, limit, done, timeout_ms); });
}

model::Result<ChangesPage> BlockingClient::changes(std::string_view program, model::Sequence after,
                                                   std::uint32_t limit, std::uint32_t wait_ms,
                                                   std::int64_t timeout_ms) {
    return wait_for<ChangesPage>(
        [&](auto done) { return client_.changes(program, after, limit, wait_ms, done, timeout_ms); });
}

model::Result<OneTimeCode> BlockingClient::issue_code(std::string_view program, const model::CustomerRef& key,
                                                      CodePurpose purpose, const model::Name& name,
                                                      std::int64_t timeout_ms) {
    return wait_for<OneTimeCode>(
        [&](auto done) { return client_.issue_code(program, key, purpose, name, done, timeout_ms); });
}

model::Result<OneTimeCode> BlockingClient::verify_code(std::string_view program,
                                                       const model::CustomerRef& key, CodePurpose purpose,
                                                       std::string_view code, const model::Name& name,
                                                       std::int64_t timeout_ms) {
    return wait_for<OneTimeCode>(
        [&](auto done) { return client_.verify_code(program, key, purpose, code, name, done, timeout_ms); });
}

model::Result<PasswordAnswer> BlockingClient::set_password(std::string_view program,
                                                           const model::CustomerRef& customer,
                                                           const NewPassword& password,
                                                           const model::Name& name, std::int64_t timeout_ms) {
    return wait_for<PasswordAnswer>(
        [&](auto done) { return client_.set_password(program, customer, password, name, done, timeout_ms); });
}

model::Result<PasswordAnswer> BlockingClient::check_password(std::string_view program,
                                                             const model::CustomerRef& customer,
                                                             std::string_view password,
                                                             std::int64_t timeout_ms) {
    return wait_for<PasswordAnswer>(
        [&](auto done) { return client_.check_password(program, customer, password, done, timeout_ms); });
}

model::Result<Vip> BlockingClient::vip(std::string_view program, const model::CustomerRef& customer,
                                       std::int64_t timeout_ms) {
    return wait_for<Vip>([&](auto done) { return client_.vip(program, customer, done, timeout_ms); });
}

model::Result<CustomersPage> BlockingClient::members(std::string_view program, const model::CustomerRef& vip,
                                                     model::CustomerId after, std::uint32_t limit,
                                                     std::int64_t timeout_ms) {
    return wait_for<CustomersPage>(
        [&](auto done) { return client_.members(program, vip, after, limit, done, timeout_ms); });
}

model::Result<History> BlockingClient::statement(std::string_view program, const model::CustomerRef& vip,
                                                 model::Sequence before, std::uint32_t limit,
                                                 std::int64_t timeout_ms) {
    return wait_for<History>(
        [&](auto done) { return client_.statement(program, vip, before, limit, done, timeout_ms); });
}

model::Result<PayoutsPage> BlockingClient::payouts(std::string_view program, model::CustomerId after,
                                                   std::uint32_t limit, std::int64_t timeout_ms) {
    return wait_for<PayoutsPage>(
        [&](auto done) { return client_.payouts(program, after, limit, done, timeout_ms); });
}

model::Result<Referral> BlockingClient::referral(std::string_view program, const model::CustomerRef& customer,
                                                 std::uint32_t limit, std::int64_t timeout_ms) {
    return wait_for<Referral>(
        [&](auto done) { return client_.referral(program, customer, limit, done, timeout_ms); });
}

model::Result<DetailedOutcome> BlockingClient::change_order(std::string_view program,
                                                            const model::Command& command,
                                                            std::int64_t timeout_ms) {
    return wait_for<DetailedOutcome>(
        [&](auto done) { return client_.change_order(program, command, done, timeout_ms); });
}

model::Result<DetailedOutcome> BlockingClient::change_reward(std::string_view program,
                                                             const model::Command& command,
                                                             std::int64_t timeout_ms) {
    return wait_for<DetailedOutcome>(
        [&](auto done) { return client_.change_reward(program, command, done, timeout_ms); });
}

model::Result<Voucher> BlockingClient::voucher(std::string_view program, std::string_view code,
                                               std::int64_t timeout_ms) {
    return wait_for<Voucher>([&](auto done) { return client_.voucher(program, code, done, timeout_ms); });
}

model::Result<VouchersPage> BlockingClient::vouchers(std::string_view program,
                                                     const model::CustomerRef& customer,
                                                     model::Sequence before, std::uint32_t limit,
                                                     std::int64_t timeout_ms) {
    return wait_for<VouchersPage>(
        [&](auto done) { return client_.vouchers(program, customer, before, limit, done, timeout_ms); });
}

model::Result<std::vector<RewardOffer>> BlockingClient::rewards(std::string_view program,
                                                                const model::CustomerRef& customer,
                                                                std::int64_t timeout_ms) {
    return wait_for<std::vector<RewardOffer>>(
        [&](auto done) { return client_.rewards(program, customer, done, timeout_ms); });
}

model::Result<Order> BlockingClient::order(std::string_view program, const model::Name& receipt,
                                           std::int64_t timeout_ms) {
    return wait_for<Order>([&](auto done) { return client_.order(program, receipt, done, timeout_ms); });
}

model::Result<OrdersPage> BlockingClient::orders(std::string_view program, const model::CustomerRef& customer,
                                                 bool pending, model::Sequence before, std::uint32_t limit,
                                                 std::int64_t timeout_ms) {
    return wait_for<OrdersPage>([&](auto done) {
        return client_.orders(program, customer, pending, before, limit, done, timeout_ms);
    });
}

model::Result<Code> BlockingClient::code(std::string_view program, const model::Name& receipt,
                                         std::int64_t timeout_ms) {
    return wait_for<Code>([&](auto done) { return client_.code(program, receipt, done, timeout_ms); });
}

model::Result<model::Outcome> BlockingClient::put_program(const model::Program& program,
                                                          const model::Name& name, model::Instant at,
                                                          std::int64_t timeout_ms, model::VersionId follows) {
    return wait_for<model::Outcome>(
        [&](auto done) { return client_.put_program(program, name, at, done, timeout_ms, follows); });
}

model::Result<Customer> BlockingClient::show_as_of(std::string_view program,
                                                   const model::CustomerRef& customer, model::Instant as_of,
                                                   std::int64_t timeout_ms) {
    return wait_for<Customer>(
        [&](auto done) { return client_.show_as_of(program, customer, as_of, done, timeout_ms); });
}

model::Result<Standing> BlockingClient::standing(std::string_view program, const model::CustomerRef& customer,
                                                 std::int64_t timeout_ms) {
    return wait_for<Standing>(
        [&](auto done) { return client_.standing(program, customer, done, timeout_ms); });
}

model::Result<Explanation> BlockingClient::explain(std::string_view program, const model::Name& receipt,
                                                   std::int64_t timeout_ms) {
    return wait_for<Explanation>(
        [&](auto done) { return client_.explain(program, receipt, done, timeout_ms); });
}

model::Result<WhatIf> BlockingClient::what_if(const model::Program& change, model::Instant at,
                                              model::CustomerId after, std::uint32_t limit,
                                              std::int64_t timeout_ms) {
    return wait_for<WhatIf>(
        [&](auto done) { return client_.what_if(change, at, after, limit, done, timeout_ms); });
}

model::Result<model::Outcome> BlockingClient::override_tier(std::string_view program,
                                                            const model::CustomerRef& customer,
                                                            const model::TierAct& act,
                                                            std::string_view reason, const model::Name& name,
                                                            model::Instant at, std::int64_t timeout_ms) {
    return wait_for<model::Outcome>([&](auto done) {
        return client_.override_tier(program, customer, act, reason, name, at, done, timeout_ms);
    });
}

model::Result<model::Outcome> BlockingClient::classify(std::string_view program,
                                                       const model::CustomerRef& customer,
                                                       const model::ClassifyTerms& terms,
                                                       const model::Name& name, model::Instant at,
                                                       std::int64_t timeout_ms) {
    return wait_for<model::Outcome>(
        [&](auto done) { return client_.classify(program, customer, terms, name, at, done, timeout_ms); });
}

model::Result<model::Outcome> BlockingClient::change_person(std::string_view program,
                                                            const model::Command& command,
                                                            std::int64_t timeout_ms) {
    return wait_for<model::Outcome>(
        [&](auto done) { return client_.change_person(program, command, done, timeout_ms); });
}

model::Result<AuditPage> BlockingClient::audit(std::string_view program, std::string_view by,
                                               model::Sequence after, std::uint32_t limit,
                                               std::int64_t timeout_ms) {
    return wait_for<AuditPage>(
        [&](auto done) { return client_.audit(program, by, after, limit, done, timeout_ms); });
}

model::Result<SegmentCount> BlockingClient::segment_count(std::string_view program, std::string_view segment,
                                                          std::int64_t timeout_ms) {
    return wait_for<SegmentCount>(
        [&](auto done) { return client_.segment_count(program, segment, done, timeout_ms); });
}

model::Result<CustomersPage> BlockingClient::segment(std::string_view program, std::string_view segment,
                                                     model::CustomerId after, std::uint32_t limit,
                                                     std::int64_t timeout_ms) {
    return wait_for<CustomersPage>(
        [&](auto done) { return client_.segment(program, segment, after, limit, done, timeout_ms); });
}

model::Result<SegmentReport> BlockingClient::segment_report(std::string_view program,
                                                            std::string_view segment,
                                                            const std::vector<Dimension>& by,
                                                            std::int64_t timeout_ms) {
    return wait_for<SegmentReport>(
        [&](auto done) { return client_.segment_report(program, segment, by, done, timeout_ms); });
}

model::Result<model::Outcome> BlockingClient::change_care(std::string_view program,
                                                          const model::Command& command,
                                                          std::int64_t timeout_ms) {
    return wait_for<model::Outcome>(
        [&](auto done) { return client_.change_care(program, command, done, timeout_ms); });
}

model::Result<CarePage> BlockingClient::care(std::string_view program, const CareFilter& filter,
                                             std::uint32_t limit, std::int64_t timeout_ms) {
    return wait_for<CarePage>(
        [&](auto done) { return client_.care(program, filter, limit, done, timeout_ms); });
}

model::Result<CarePage> BlockingClient::care_of(std::string_view program, const model::CustomerRef& customer,
                                                model::Sequence before, std::uint32_t limit,
                                                std::int64_t timeout_ms) {
    return wait_for<CarePage>(
        [&](auto done) { return client_.care_of(program, customer, before, limit, done, timeout_ms); });
}

model::Result<std::vector<Birthday>> BlockingClient::birthdays(std::string_view program, model::Instant from,
                                                               std::int32_t days, std::int64_t timeout_ms) {
    return wait_for<std::vector<Birthday>>(
        [&](auto done) { return client_.birthdays(program, from, days, done, timeout_ms); });
}

model::Result<RecomputeReport> BlockingClient::recompute(std::string_view program, ProgressCallback progress,
                                                         std::int64_t timeout_ms) {
    return wait_for<RecomputeReport>(
        [&](auto done) { return client_.recompute(program, progress, done, timeout_ms); });
}

model::Result<ProgramInfo> BlockingClient::program(std::string_view id, model::VersionId version,
                                                   std::int64_t timeout_ms) {
    return wait_for<ProgramInfo>([&](auto done) { return client_.program(id, version, done, timeout_ms); });
}

model::Result<std::vector<ProgramSummary>> BlockingClient::programs(std::int64_t timeout_ms) {
    return wait_for<std::vector<ProgramSummary>>(
        [&](auto done) { return client_.programs(done, timeout_ms); });
}

model::Result<VerifyReport> BlockingClient::verify(ProgressCallback progress, std::int64_t timeout_ms) {
    return wait_for<VerifyReport>([&](auto done) { return client_.verify(progress, done, timeout_ms); });
}

model::Result<std::vector<Stat>> BlockingClient::stats(std::int64_t timeout_ms) {
    return wait_for<std::vector<Stat>>([&](auto done) { return client_.stats(done, timeout_ms); });
}

model::Result<model::Outcome> BlockingClient::add_access_key(const model::AccessKey& key,
                                                             const model::Name& name,
                                                             std::int64_t timeout_ms) {
    return wait_for<model::Outcome>(
        [&](auto done) { return client_.add_access_key(key, name, done, timeout_ms); });
}

model::Result<model::Outcome> BlockingClient::revoke_access_key(std::string_view id, const model::Name& name,
                                                                std::int64_t timeout_ms) {
    return wait_for<model::Outcome>(
        [&](auto done) { return client_.revoke_access_key(id, name, done, timeout_ms); });
}

model::Result<std::vector<AccessKeySummary>> BlockingClient::access_keys(std::int64_t timeout_ms) {
    return wait_for<std::vector<AccessKeySummary>>(
        [&](auto done) { return client_.access_keys(done, timeout_ms); });
}

model::Result<void> BlockingClient::ping(std::int64_t timeout_ms) {
    return wait_for<void>([&](auto done) { return client_.ping(done, timeout_ms); });
}

}  // namespace tim::client
