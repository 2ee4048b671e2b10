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

inline void put_wallet(CustomerView& view, const core::WalletFigures& figures) {
    view.commission_available = figures.available;
    view.commission_pending = figures.pending;
}

}  // namespace tim::runtime
