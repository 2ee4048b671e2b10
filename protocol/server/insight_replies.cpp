#include "protocol/server/insight_replies.h"

#include <memory>
#include <utility>

#include "engine/model/fact.h"
#include "protocol/codec/documents.h"
#include "protocol/codec/messages.h"

namespace tim::server {

namespace {

std::vector<schema::TierMove> to_schema(const std::vector<runtime::TierMove>& moves) {
    std::vector<schema::TierMove> rows;
    rows.reserve(moves.size());
    for (const runtime::TierMove& move : moves)
        rows.emplace_back(move.customers, move.before, move.after);
    return rows;
}

}  // namespace

schema::FailureCode to_code(model::ErrorKind kind) {
    switch (kind) {
        case model::ErrorKind::invalid:
            return schema::FailureCode::invalid;
        case model::ErrorKind::not_found:
            return schema::FailureCode::not_found;
        case model::ErrorKind::denied:
            return schema::FailureCode::not_allowed;
        case model::ErrorKind::unavailable:
            return schema::FailureCode::stopping;
        case model::ErrorKind::corrupt:
        case model::ErrorKind::io:
        case model::ErrorKind::full:
        case model::ErrorKind::busy:
            break;
    }
    return schema::FailureCode::internal;
}

schema::CustomerT to_schema(const runtime::CustomerView& view) {
    schema::CustomerT customer;
    customer.id = view.id.value;
    customer.keys = codec::to_schema(view.keys);
    customer.name = view.name;
    customer.version = view.version.value;
    customer.tier = view.tier;
    customer.points = view.points.value;
    customer.held = view.held.value;
    customer.spendable = view.spendable.value;
    customer.pending = view.pending.value;
    customer.next_expiry_ms = view.next_expiry.value;
    customer.expiring = view.expiring.value;
    customer.ranking_points = view.ranking_points.value;
    customer.period_metric = view.period_metric;
    customer.lifetime_spend = view.lifetime_spend.value;
    customer.month_spend = view.month_spend.value;
    customer.orders = view.orders;
    customer.enrolled_at_ms = view.enrolled_at.value;
    customer.first_order_at_ms = view.first_order_at.value;
    customer.last_order_at_ms = view.last_order_at.value;
    customer.customer_class = static_cast<schema::CustomerClass>(view.customer_class);
    customer.vip = view.vip.value;
    customer.commission_available = view.commission_available.value;
    customer.commission_pending = view.commission_pending.value;
    customer.orders_pending = view.orders_pending;
    customer.orders_pending_amount = view.orders_pending_amount.value;
    customer.orders_pending_points = view.orders_pending_points.value;
    customer.blocked = view.blocked;
    customer.erased = view.erased;
    customer.classes = std::make_unique<schema::CustomerClassesT>(codec::to_schema(view.classes));
    return customer;
}

schema::StandingT to_schema(const runtime::StandingView& view) {
    schema::StandingT standing;
    standing.customer = view.id.value;
    standing.version = view.version.value;
    standing.tier = view.tier;
    if (view.next) standing.next = *view.next;
    standing.enabled = view.program->enabled;
    standing.currency = view.program->currency.code;
    standing.counts_until_ms = view.counts_until.value;
    for (const runtime::TierStanding& tier : view.tiers) {
        auto row = std::make_unique<schema::TierStandingT>();
        row->index = tier.index;
        row->tier = codec::to_schema(*view.program, view.program->tiers[tier.index]);
        row->figure = tier.figure;
        row->missing = tier.missing;
        if (tier.sale) row->sale = tier.sale->value;
        standing.tiers.push_back(std::move(row));
    }
    return standing;
}

schema::OrdersT to_schema(const runtime::OrdersPage& page) {
    schema::OrdersT orders;
    orders.next = page.next.value;
    orders.rows.reserve(page.rows.size());
    for (const runtime::OrderView& view : page.rows) {
        auto order = std::make_unique<schema::OrderT>();
        order->id = view.id.value;
        order->receipt = model::format_name(view.receipt);
        order->customer = view.customer.value;
        order->phase = static_cast<schema::OrderPhase>(view.phase);
        order->amount = view.amount.value;
        order->points = view.points.value;
        order->status = view.status;
        order->waybill = view.waybill;
        order->referral = view.referral;
        order->placed_at_ms = view.placed_at.value;
        order->changed_at_ms = view.changed_at.value;
        order->sale = view.sale.value;
        orders.rows.push_back(std::move(order));
    }
    return orders;
}

schema::ExplanationT to_schema(const runtime::Explanation& explanation) {
    schema::ExplanationT answer;
    answer.receipt = explanation.receipt;
    answer.customer = explanation.customer.value;
    answer.original = explanation.original;
    answer.left_out = explanation.left_out;
    answer.lines.reserve(explanation.lines.size());
    for (const runtime::ExplainedLine& told : explanation.lines) {
        const model::Fact& fact = told.stored.fact;
        auto line = std::make_unique<schema::ExplainedLineT>();
        line->sequence = told.stored.sequence.value;
        line->transaction = told.stored.sequence.value - fact.position;
        line->at_ms = fact.at.value;
        line->type = model::fact_type_name(fact.type);
        line->name = told.name;
        line->subject = static_cast<schema::SubjectKind>(fact.subject.kind());
        line->subject_id = fact.subject.id();
        line->version = fact.version.value;
        line->tier_before = fact.tier_before;
        line->tier_after = fact.tier_after;
        line->rule = told.rule;
        line->arithmetic = told.arithmetic;
        line->amount = told.amount.value;
        line->points = told.points.value;
        line->ranking = told.ranking.value;
        line->sentence = told.sentence;
        answer.lines.push_back(std::move(line));
    }
    return answer;
}

schema::WhatIfReplyT to_schema(const runtime::WhatIf& answer) {
    schema::WhatIfReplyT reply;
    reply.version = answer.version.value;
    reply.effective_ms = answer.effective.value;
    reply.customers = answer.customers;
    reply.moves = to_schema(answer.moves);
    reply.points = answer.points.value;
    reply.spendable_before = answer.spendable_before.value;
    reply.spendable_after = answer.spendable_after.value;
    reply.value_before = answer.value_before.value;
    reply.value_after = answer.value_after.value;
    reply.next = answer.next.value;
    reply.rows.reserve(answer.rows.size());
    for (const runtime::WhatIfCustomer& customer : answer.rows) {
        auto row = std::make_unique<schema::WhatIfCustomerT>();
        row->customer = customer.id.value;
        row->keys = codec::to_schema(customer.keys);
        row->tier_before = customer.tier_before;
        row->tier_after = customer.tier_after;
        row->points = customer.points.value;
        row->spendable_before = customer.spendable_before.value;
        row->spendable_after = customer.spendable_after.value;
        reply.rows.push_back(std::move(row));
    }
    return reply;
}

model::Result<std::vector<runtime::Dimension>> dimensions_of(const schema::SegmentRequest& request) {
    std::vector<runtime::Dimension> by;
    for (flatbuffers::uoffset_t i = 0; request.by() != nullptr && i < request.by()->size(); ++i) {
        const auto dimension = static_cast<std::uint8_t>(request.by()->Get(i));
        if (dimension > static_cast<std::uint8_t>(schema::Dimension::MAX))
            return model::failure(model::ErrorKind::invalid,
                                  "by: " + std::to_string(dimension) + " is no dimension");
        by.push_back(static_cast<runtime::Dimension>(dimension));
        if (by.size() > runtime::kMaxDimensions) break;
    }
    return by;
}

schema::SegmentReplyT to_schema(const runtime::SegmentCount& count) {
    schema::SegmentReplyT reply;
    reply.customers = count.customers;
    reply.of = count.of;
    return reply;
}

schema::SegmentReplyT to_schema(const runtime::SegmentReport& report) {
    const auto told = [](const runtime::ReportRow& row) {
        auto group = std::make_unique<schema::ReportRowT>();
        group->values = row.values;
        group->customers = row.customers;
        group->orders = row.orders;
        group->spend = row.spend.value;
        group->month_spend = row.month_spend.value;
        group->points = row.points.value;
        return group;
    };
    schema::SegmentReplyT reply;
    reply.customers = report.total.customers;
    for (const runtime::ReportRow& row : report.rows)
        reply.rows.push_back(told(row));
    reply.total = told(report.total);
    return reply;
}

schema::RecomputeReplyT to_schema(const runtime::RecomputeReport& report) {
    schema::RecomputeReplyT reply;
    reply.customers = report.customers;
    reply.recorded = report.recorded;
    reply.moves = to_schema(report.moves);
    reply.version = report.version.value;
    return reply;
}

}  // namespace tim::server
