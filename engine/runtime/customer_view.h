#pragma once

#include "engine/core/decide.h"
#include "engine/core/state.h"
#include "engine/runtime/engine.h"

namespace tim::runtime {

/// A customer's record as it stands at an instant under the version in force then. The caller holds the
/// stripe.
inline core::CustomerRecord settled_record(const core::ProgramState& program, model::CustomerId customer,
                                           model::Instant now, const core::Rules& rules) {
    const core::CustomerRecord& stored = program.customers.at(customer.value);
    const bool has_holds = (stored.flags & core::kRecordHasHolds) != 0;
    return core::settled(stored, has_holds ? program.holds[core::stripe_of(customer)].of(customer) : nullptr,
                         now, rules);
}

/// The figures of a settled record: everything but what stands in the enrolment.
inline CustomerView figures_of(model::CustomerId customer, const core::CustomerRecord& record,
                               const core::Rules& rules) {
    CustomerView view;
    view.id = customer;
    view.version = rules.version();
    view.tier = record.tier;
    view.points = record.points;
    view.held = record.held;
    view.spendable = core::spendable(record.points, record.held, rules.keep_points(record.tier));
    view.ranking_points = record.ranking_points;
    view.period_metric = rules.metric(record);
    view.lifetime_spend = record.lifetime_spend;
    view.month_spend = record.month_spend();
    view.orders = record.orders;
    view.first_order_at = record.first_order_at;
    view.last_order_at = record.last_order_at;
    return view;
}

}  // namespace tim::runtime
