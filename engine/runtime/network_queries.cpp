// Questions about the network, its wallets and the referral graph.
#include <algorithm>

#include "engine/core/codes.h"
#include "engine/core/wallet_steps.h"
#include "engine/runtime/engine_impl.h"

namespace tim::runtime {

using model::CustomerId;
using model::ErrorKind;
using model::failure;
using model::Sequence;

namespace {

tl::unexpected<model::Error> no_program() {
    return failure(ErrorKind::not_found, "there is no such program");
}

tl::unexpected<model::Error> ended_early() {
    return failure(ErrorKind::unavailable, "the server is stopping; ask again later");
}

tl::unexpected<model::Error> commit_failed() {
    return failure(ErrorKind::io, "a commit failed");
}

/// The payouts of one VIP: those that are recorded, then those that a month's beginning has made due since.
void add_payouts(const core::ProgramState& program, const core::Wallet& wallet, CustomerId vip,
                 model::Instant now, std::vector<PayoutView>& payouts) {
    for (const core::Payout& payout : wallet.payouts)
        payouts.push_back({payout.id, vip, payout.amount, payout.approved != 0, model::kNoInstant});
    for (const core::WalletStep& step : core::wallet_steps(program, wallet, now, false)) {
        if (step.payout.value != 0) payouts.push_back({{}, vip, step.payout, true, step.at});
    }
}

/// When the recorded ones were asked for: `instant_of` their facts.
void add_instants(std::vector<PayoutView>& payouts, const auto& instant_of) {
    for (PayoutView& payout : payouts) {
        if (payout.id.value != 0) payout.requested_at = instant_of(payout.id);
    }
}

}  // namespace

Result<VipView> EngineImpl::vip(model::ProgramId id, const model::CustomerRef& customer) {
    core::ProgramState* const program = state_.program(id);
    if (program == nullptr) return no_program();
    const auto found = resolve_customer(*program, customer);
    if (!found) return tl::unexpected(found.error());
    Sequence profile{};
    Sequence last{};
    const CustomerView customer_view = view_of(*program, *found, profile, last);
    VipView view;
    view.id = *found;
    view.customer_class = customer_view.customer_class;
    view.vip = customer_view.vip;
    const model::Instant now = now_of(*program, clock_.now());
    const core::Rules& rules = program->version_at(now);
    {
        const StripeLocks::Guard stripe(stripes_, stripe_bit(*found));
        if (const core::Wallet* const wallet = program->wallet(*found)) {
            const core::WalletFigures figures = core::settled_wallet(*program, *wallet, now);
            view.available = figures.available;
            view.pending = figures.pending;
            view.in_payout = figures.in_payout;
            view.earned = wallet->earned;
            view.paid = wallet->paid;
            view.members = wallet->members;
            const model::Month month = rules.calendar().month_of(now);
            view.recruits_this_month = wallet->recruits.of(month);
            if (month.value > 0)
                view.recruits_closed_month =
                    wallet->recruits.of({static_cast<std::uint16_t>(month.value - 1)});
            add_payouts(*program, *wallet, *found, now, view.payouts);
            last = std::max(last, wallet->last);
        }
    }
    if (rules.has_network()) view.rate_bp = rules.commission_bp(view.recruits_closed_month);
    if (!wait_durable(last)) return commit_failed();
    add_instants(view.payouts, [this](Sequence payout) { return fact_at(payout).fact.at; });
    return view;
}

Result<MembersPage> EngineImpl::members(model::ProgramId id, const model::CustomerRef& vip, CustomerId after,
                                        std::size_t limit) {
    core::ProgramState* const program = state_.program(id);
    if (program == nullptr) return no_program();
    const auto found = resolve_customer(*program, vip);
    if (!found) return tl::unexpected(found.error());
    MembersPage page;
    std::vector<CustomerId> ids;
    const std::uint64_t count = program->customers.count();
    for (std::uint64_t first = after.value + 1; first <= count && ids.size() < limit;) {
        if (options_.stop_queries.stop_requested()) return ended_early();
        const std::uint64_t end = std::min(
            count, first / core::kRecordsPerBlock * core::kRecordsPerBlock + core::kRecordsPerBlock - 1);
        const StripeLocks::Guard stripe(stripes_, stripe_bit({first}));
        for (; first <= end && ids.size() < limit; ++first) {
            if (program->customers.at(first).vip() == *found) ids.push_back({first});
        }
    }
    Sequence newest{};
    std::vector<Sequence> profiles;
    for (const CustomerId member : ids) {
        Sequence last{};
        page.rows.push_back(view_of(*program, member, profiles.emplace_back(), last));
        newest = std::max(newest, last);
    }
    if (!wait_durable(newest)) return commit_failed();
    for (std::size_t i = 0; i < page.rows.size(); ++i) {
        if (auto added = add_profile(*program, profiles[i], page.rows[i]); !added)
            return tl::unexpected(added.error());
    }
    if (ids.size() == limit && limit > 0) page.next = ids.back();
    return page;
}

Result<std::vector<HistoryEntry>> EngineImpl::statement(model::ProgramId id, const model::CustomerRef& vip,
                                                        Sequence before, std::size_t limit) {
    core::ProgramState* const program = state_.program(id);
    if (program == nullptr) return no_program();
    const auto found = resolve_customer(*program, vip);
    if (!found) return tl::unexpected(found.error());
    Sequence newest{};
    {
        const StripeLocks::Guard stripe(stripes_, stripe_bit(*found));
        if (const core::Wallet* const wallet = program->wallet(*found)) newest = wallet->last;
    }
    return walk(model::Subject::of(model::SubjectKind::wallet, id, found->value), newest, before, limit);
}

Result<std::vector<PayoutView>> EngineImpl::payouts(model::ProgramId id, CustomerId after,
                                                    std::size_t limit) {
    const core::ProgramState* const program = state_.program(id);
    if (program == nullptr) return no_program();
    const model::Instant now = now_of(*program, clock_.now());
    std::vector<PayoutView> payouts;
    Sequence newest{};
    for (std::size_t stripe = 0; stripe < core::kStripes; ++stripe) {
        const StripeLocks::Guard guard(stripes_, StripeMask{1} << stripe);
        const auto& wallets = program->wallets[stripe].wallets();
        for (auto at = wallets.upper_bound(after.value); at != wallets.end(); ++at) {
            add_payouts(*program, *at->second, {at->first}, now, payouts);
            newest = std::max(newest, at->second->last);
        }
    }
    std::stable_sort(payouts.begin(), payouts.end(),
                     [](const PayoutView& a, const PayoutView& b) { return a.vip < b.vip; });
    // A page ends with the last payout of a VIP.
    if (payouts.size() > limit) {
        std::size_t end = limit;
        while (end < payouts.size() && end > 0 && payouts[end].vip == payouts[end - 1].vip)
            ++end;
        payouts.resize(end);
    }
    if (!wait_durable(newest)) return commit_failed();
    add_instants(payouts, [this](Sequence payout) { return fact_at(payout).fact.at; });
    return payouts;
}

Result<ReferralView> EngineImpl::referral(model::ProgramId id, const model::CustomerRef& customer,
                                          std::size_t limit) {
    core::ProgramState* const program = state_.program(id);
    if (program == nullptr) return no_program();
    const auto found = resolve_customer(*program, customer);
    if (!found) return tl::unexpected(found.error());
    ReferralView view;
    view.id = *found;
    Sequence last{};
    {
        const StripeLocks::Guard stripe(stripes_, stripe_bit(*found));
        last = program->customers.at(found->value).last;
        if (const core::ReferralEntry* const entry = program->referral(*found)) {
            view.referrer = entry->referrer;
            view.has_code = entry->has_kept != 0;
            view.brought = entry->brought.size();
            for (const core::Brought& brought : entry->brought)
                view.points.value += brought.points.value;
            for (auto at = entry->brought.rbegin(); at != entry->brought.rend() && view.rows.size() < limit;
                 ++at)
                view.rows.push_back({at->referee, at->order, {}, {}, at->points});
        }
    }
    if (!wait_durable(last)) return commit_failed();
    for (BroughtView& row : view.rows) {
        if (options_.stop_queries.stop_requested()) return ended_early();
        const model::Fact sale = fact_at(row.order).fact;
        row.receipt = model::format_name(receipt_of(sale));
        row.at = sale.at;
    }
    return view;
}

Result<CodeView> EngineImpl::code(model::ProgramId id, const model::Name& receipt) {
    const core::ProgramState* const program = state_.program(id);
    if (program == nullptr) return no_program();
    if (receipt.kind != model::NameKind::receipt || !receipt.valid())
        return failure(ErrorKind::invalid, "that is no receipt");
    const std::optional<storage::StoredFact> sale = find_sale(id, receipt);
    if (!sale) return failure(ErrorKind::not_found, "there is no sale of that receipt");
    if (!wait_durable(sale->sequence)) return commit_failed();
    CodeView view;
    const model::Fact& fact = sale->fact;
    const core::Rules& rules = program->version_at(fact.at, fact.version);
    if (fact.subject.kind() != model::SubjectKind::customer || !rules.has_referral() ||
        fact.amount.value == 0)
        return view;
    view.code = core::referral_code(state_.hashing, id, sale->sequence);
    view.ends_at = rules.code_ends(fact.at);
    const std::uint64_t state = state_.hashing.state_of(model::SubjectKind::code, sale->sequence);
    const bool used = visit_candidates(state, candidates(state), [&](const storage::StoredFact& stored) {
        return stored.fact.type == model::FactType::code_used &&
               stored.fact.subject.id() == sale->sequence.value;
    });
    core::SaleEvidence left;
    left.sequence = sale->sequence;
    left.remaining = fact.amount;
    read_remaining(candidates(state_.hashing.state_of(model::SubjectKind::receipt, sale->sequence)), left);
    view.state = used                                             ? CodeState::used
                 : left.remaining.value == 0                      ? CodeState::dead
                 : now_of(*program, clock_.now()) >= view.ends_at ? CodeState::expired
                                                                  : CodeState::open;
    return view;
}

}  // namespace tim::runtime
