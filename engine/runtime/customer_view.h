#pragma once

#include "engine/core/decide.h"
#include "engine/core/state.h"
#include "engine/runtime/engine.h"

namespace tim::runtime {

/// A customer's record and lots as they stand at an instant under the version in force then. The caller holds
/// the stripe.
inline core::PointsDraft settled_customer(const core::ProgramState& program, model::CustomerId customer,
                                          model::Instant now, const core::Rules& rules) {
    const core::CustomerRecord& stored = program.customers.at(customer.value);
    return core::settled(stored, program.holds_of(stored, customer), program.lots_of(stored, customer),
                         program.overrides_of(stored, customer), now, rules);
}

/// The figures of a settled customer: everything but what stands in the enrolment.
inline CustomerView figures_of(model::CustomerId customer, const core::PointsDraft& settled,
                               const core::Rules& rules) {
    const core::CustomerRecord& record = settled.record;
    const core::LotsDue next = settled.lots.next_expiry();
    CustomerView view;
    view.id = customer;
    view.version = rules.version();
    view.tier = record.tier;
    view.points = record.points;
    view.held = record.held;
    view.pending = settled.lots.pending();
    view.next_expiry = next.at;
    view.expiring = next.points;
    view.blocked = (record.flags & core::kRecordBlocked) != 0;
    view.erased = (record.flags & core::kRecordErased) != 0;
    if (!view.blocked)
        view.spendable = core::spendable(record.points, record.held, rules.keep_points(record.tier));
    view.ranking_points = record.ranking_points;
    view.period_metric = rules.metric(record);
    view.lifetime_spend = record.lifetime_spend;
    view.month_spend = record.month_spend();
    view.orders = record.orders;
    view.first_order_at = record.first_order_at;
    view.last_order_at = record.last_order_at;
    view.customer_class = record.customer_class();
    view.vip = record.vip();
    return view;
}

/// What a fact of type `classified` says in words.
inline std::string say_classes(const core::Rules& judged, model::BytesView blob) {
    core::Classified classified;
    TIM_INVARIANT(blob.size() == sizeof classified, "a classification in the ledger can be read");
    std::memcpy(&classified, blob.data(), sizeof classified);
    return model::say_classes(judged.classes().words(classified));
}

/// Adds what a settled customer is classified by. The caller holds the stripe.
inline void put_classes(CustomerView& view, const core::ProgramState& program, model::CustomerId customer,
                        const core::CustomerRecord& settled, const core::Rules& rules) {
    const core::Classified& classified = program.classified_of(customer);
    if (settled.is_classified()) view.classes = program.newest().classes().words(classified);
    view.classes.status = rules.classes().status(settled, classified);
}

inline core::CampaignCounts campaign_counts(const core::ProgramState& program, model::CustomerId customer) {
    return {program.campaign_uses[core::stripe_of(customer)], program.campaign_budgets, program.reward_counts,
            program};
}

/// What a pending order would earn now; 0 where that is more than can be kept. The caller holds the stripe.
inline model::Points expected_of(const core::ProgramState& program, model::CustomerId customer,
                                 const core::CustomerRecord& settled, const core::Rules& rules,
                                 model::Instant now, model::Money amount, model::TerminalId terminal) {
    model::Command order;
    order.amount = amount;
    order.name.terminal = terminal;
    return core::expected_points(order, rules, now, customer, settled, settled.tier,
                                 campaign_counts(program, customer))
        .value_or(model::Points{});
}

/// Adds the customer's pending orders. The caller holds the stripe.
inline void put_orders(CustomerView& view, const core::ProgramState& program, model::CustomerId customer,
                       const core::CustomerRecord& settled, const core::Rules& rules, model::Instant now) {
    const core::OpenOrders* const orders = program.orders_of(settled, customer);
    if (orders == nullptr) return;
    for (const core::OpenOrder& order : orders->list) {
        ++view.orders_pending;
        const model::Points points =
            expected_of(program, customer, settled, rules, now, order.amount, order.terminal);
        view.orders_pending_amount =
            checked_add(view.orders_pending_amount, order.amount).value_or(model::Money{INT64_MAX});
        view.orders_pending_points =
            checked_add(view.orders_pending_points, points).value_or(model::Points{INT64_MAX});
    }
}

inline void put_wallet(CustomerView& view, const core::WalletFigures& figures) {
    view.commission_available = figures.available;
    view.commission_pending = figures.pending;
}

}  // namespace tim::runtime
