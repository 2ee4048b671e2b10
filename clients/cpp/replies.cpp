#include "clients/cpp/replies.h"

#include <fmt/format.h>

#include "clients/cpp/session_core.h"
#include "protocol/codec/documents.h"

namespace tim::client {
namespace {

std::string text_of(const flatbuffers::String* text) {
    return text ? text->str() : std::string();
}

Customer convert(const schema::Customer& stored) {
    Customer customer;
    customer.id = {stored.id()};
    if (stored.keys())
        for (const auto* key : *stored.keys())
            customer.keys.push_back({static_cast<model::KeyKind>(key->kind()), text_of(key->text())});
    customer.name = text_of(stored.name());
    customer.version = {stored.version()};
    customer.tier = stored.tier();
    customer.points = {stored.points()};
    customer.held = {stored.held()};
    customer.spendable = {stored.spendable()};
    customer.pending = {stored.pending()};
    customer.next_expiry = {stored.next_expiry_ms()};
    customer.expiring = {stored.expiring()};
    customer.ranking_points = {stored.ranking_points()};
    customer.period_metric = stored.period_metric();
    customer.lifetime_spend = {stored.lifetime_spend()};
    customer.month_spend = {stored.month_spend()};
    customer.orders = stored.orders();
    customer.enrolled_at = {stored.enrolled_at_ms()};
    customer.first_order_at = {stored.first_order_at_ms()};
    customer.last_order_at = {stored.last_order_at_ms()};
    customer.customer_class = static_cast<CustomerClass>(stored.customer_class());
    customer.vip = {stored.vip()};
    customer.commission_available = {stored.commission_available()};
    customer.commission_pending = {stored.commission_pending()};
    customer.orders_pending = stored.orders_pending();
    customer.orders_pending_amount = {stored.orders_pending_amount()};
    customer.orders_pending_points = {stored.orders_pending_points()};
    customer.blocked = stored.blocked();
    customer.erased = stored.erased();
    if (stored.classes() != nullptr) customer.classes = codec::to_model(*stored.classes());
    return customer;
}

HistoryEntry convert(const schema::HistoryEntry& stored) {
    HistoryEntry entry;
    entry.sequence = {stored.sequence()};
    entry.at = {stored.at_ms()};
    entry.recorded = {stored.recorded_ms()};
    entry.type = text_of(stored.type());
    entry.name = text_of(stored.name());
    entry.amount = {stored.amount()};
    entry.points = {stored.points()};
    entry.points_after = {stored.points_after()};
    entry.held_after = {stored.held_after()};
    entry.version = {stored.version()};
    entry.tier_before = stored.tier_before();
    entry.tier_after = stored.tier_after();
    entry.related = {stored.related()};
    entry.original = text_of(stored.original());
    entry.reason = text_of(stored.reason());
    entry.counterparty = {stored.counterparty()};
    entry.by = text_of(stored.by());
    return entry;
}

Payout convert(const schema::Payout& stored) {
    return {{stored.id()}, {stored.vip()}, {stored.amount()}, stored.approved(), {stored.requested_at_ms()}};
}

}  // namespace

tl::unexpected<model::Error> other_reply(const schema::Reply& reply) {
    if (const auto* message = reply.body_as_Failure()) return tl::unexpected(to_error(*message));
    return model::failure(model::ErrorKind::corrupt,
                          fmt::format("the server answered with a message of kind {}, which does not fit",
                                      static_cast<unsigned>(reply.body_type())));
}

DetailedOutcome to_detailed_outcome(const schema::DetailedSaleResult& result) {
    DetailedOutcome detailed;
    detailed.outcome = codec::to_outcome(*result.result());
    detailed.code = text_of(result.code());
    if (!result.effects()) return detailed;
    for (const auto* stored : *result.effects()) {
        SaleEffect& effect = detailed.effects.emplace_back();
        effect.sequence = {stored->sequence()};
        effect.type = text_of(stored->type());
        effect.subject = schema::EnumNameSubjectKind(stored->subject());
        effect.subject_id = stored->subject_id();
        effect.amount = {stored->amount()};
        effect.points = {stored->points()};
        effect.related = {stored->related()};
        effect.extra = schema::EnumNameSaleExtra(stored->extra());
        effect.refusal = static_cast<model::Refusal>(stored->refusal());
        effect.detail = stored->detail();
        effect.campaign = text_of(stored->campaign());
        effect.discount = {stored->discount()};
        effect.code = text_of(stored->code());
        effect.reward = text_of(stored->reward());
        effect.until = {stored->until_ms()};
        effect.counterparty = {stored->counterparty()};
    }
    return detailed;
}

model::Result<Customer> to_customer(const schema::Reply& reply) {
    const auto* body = reply.body_as_Customer();
    if (!body) return other_reply(reply);
    return convert(*body);
}

model::Result<CustomersPage> to_customers(const schema::Reply& reply) {
    const auto* body = reply.body_as_Customers();
    if (!body) return other_reply(reply);
    CustomersPage page;
    page.rows.reserve(body->rows()->size());
    for (const auto* row : *body->rows())
        page.rows.push_back(convert(*row));
    page.next = {body->next()};
    return page;
}

model::Result<History> to_history(const schema::Reply& reply) {
    const auto* body = reply.body_as_History();
    if (!body) return other_reply(reply);
    History history;
    history.customer = {body->customer()};
    history.entries.reserve(body->entries()->size());
    for (const auto* entry : *body->entries())
        history.entries.push_back(convert(*entry));
    history.next = {body->next()};
    return history;
}

LedgerFact to_ledger_fact(const schema::LedgerFact& stored) {
    LedgerFact fact;
    fact.sequence = {stored.sequence()};
    fact.transaction = {stored.transaction()};
    fact.at = {stored.at_ms()};
    fact.recorded = {stored.recorded_ms()};
    fact.type = text_of(stored.type());
    fact.subject = schema::EnumNameSubjectKind(stored.subject());
    fact.subject_id = stored.subject_id();
    fact.name = text_of(stored.name());
    fact.amount = {stored.amount()};
    fact.points = {stored.points()};
    fact.points_after = {stored.points_after()};
    fact.held_after = {stored.held_after()};
    fact.version = {stored.version()};
    fact.tier_before = stored.tier_before();
    fact.tier_after = stored.tier_after();
    fact.related = {stored.related()};
    fact.counterparty = {stored.counterparty()};
    fact.by = text_of(stored.by());
    return fact;
}

model::Result<LedgerPage> to_ledger(const schema::Reply& reply) {
    const auto* body = reply.body_as_LedgerPage();
    if (!body) return other_reply(reply);
    LedgerPage page;
    page.facts.reserve(body->facts()->size());
    for (const auto* stored : *body->facts())
        page.facts.push_back(to_ledger_fact(*stored));
    page.next = {body->next()};
    page.last = {body->last()};
    return page;
}

std::string_view class_name(CustomerClass customer_class) {
    switch (customer_class) {
        case CustomerClass::retail:
            return "retail";
        case CustomerClass::member:
            return "member";
        case CustomerClass::vip:
            return "vip";
    }
    return "unknown";
}

std::string_view code_state_name(CodeState state) {
    switch (state) {
        case CodeState::open:
            return "open";
        case CodeState::used:
            return "used";
        case CodeState::expired:
            return "expired";
        case CodeState::dead:
            return "dead";
        case CodeState::none:
            return "none";
    }
    return "unknown";
}

model::Result<Vip> to_vip(const schema::Reply& reply) {
    const auto* body = reply.body_as_VipReply();
    if (!body) return other_reply(reply);
    Vip vip;
    vip.id = {body->id()};
    vip.customer_class = static_cast<CustomerClass>(body->customer_class());
    vip.vip = {body->vip()};
    vip.members = body->members();
    vip.recruits_this_month = body->recruits_this_month();
    vip.recruits_closed_month = body->recruits_closed_month();
    vip.rate_bp = body->rate_bp();
    vip.available = {body->available()};
    vip.pending = {body->pending()};
    vip.in_payout = {body->in_payout()};
    vip.earned = {body->earned()};
    vip.paid = {body->paid()};
    if (body->payouts())
        for (const auto* payout : *body->payouts())
            vip.payouts.push_back(convert(*payout));
    return vip;
}

model::Result<PayoutsPage> to_payouts(const schema::Reply& reply) {
    const auto* body = reply.body_as_PayoutsReply();
    if (!body) return other_reply(reply);
    PayoutsPage page;
    for (const auto* payout : *body->rows())
        page.rows.push_back(convert(*payout));
    page.next = {body->next()};
    return page;
}

model::Result<OrdersPage> to_orders(const schema::Reply& reply) {
    const auto* body = reply.body_as_Orders();
    if (!body) return other_reply(reply);
    OrdersPage page;
    page.next = {body->next()};
    for (const auto* stored : *body->rows()) {
        Order& order = page.rows.emplace_back();
        order.id = {stored->id()};
        order.receipt = text_of(stored->receipt());
        order.customer = {stored->customer()};
        order.phase = static_cast<model::OrderPhase>(stored->phase());
        order.amount = {stored->amount()};
        order.points = {stored->points()};
        order.status = text_of(stored->status());
        order.waybill = text_of(stored->waybill());
        order.referral = text_of(stored->referral());
        order.placed_at = {stored->placed_at_ms()};
        order.changed_at = {stored->changed_at_ms()};
        order.sale = {stored->sale()};
    }
    return page;
}

model::Result<Order> to_order(const schema::Reply& reply) {
    auto page = to_orders(reply);
    if (!page) return tl::unexpected(page.error());
    if (page->rows.size() != 1)
        return model::failure(model::ErrorKind::corrupt,
                              "the server answered with more or less than the order");
    return std::move(page->rows.front());
}

model::Result<Referral> to_referral(const schema::Reply& reply) {
    const auto* body = reply.body_as_ReferralReply();
    if (!body) return other_reply(reply);
    Referral referral;
    referral.id = {body->id()};
    referral.referrer = {body->referrer()};
    referral.has_code = body->has_code();
    referral.brought = body->brought();
    referral.points = {body->points()};
    if (body->rows())
        for (const auto* row : *body->rows())
            referral.rows.push_back(
                {{row->referee()}, {row->order()}, text_of(row->receipt()), {row->at_ms()}, {row->points()}});
    return referral;
}

model::Result<Code> to_code(const schema::Reply& reply) {
    const auto* body = reply.body_as_CodeReply();
    if (!body) return other_reply(reply);
    return Code{text_of(body->code()), static_cast<CodeState>(body->state()), {body->ends_at_ms()}};
}

model::Result<ProgramInfo> to_program(const schema::Reply& reply) {
    const auto* body = reply.body_as_ProgramReply();
    if (!body) return other_reply(reply);
    auto program = codec::to_model(*body->program());
    if (!program) return tl::unexpected(program.error());
    return ProgramInfo{std::move(*program), {body->version()}, body->versions(), {body->effective_ms()}};
}

model::Result<std::vector<ProgramSummary>> to_programs(const schema::Reply& reply) {
    const auto* body = reply.body_as_ProgramListReply();
    if (!body) return other_reply(reply);
    std::vector<ProgramSummary> programs;
    for (const auto* program : *body->programs())
        programs.push_back({text_of(program->id()), text_of(program->name()), text_of(program->currency()),
                            program->versions(), program->customers()});
    return programs;
}

model::Result<VerifyReport> to_verify_report(const schema::Reply& reply) {
    const auto* body = reply.body_as_VerifyReply();
    if (!body) return other_reply(reply);
    VerifyReport report{body->facts(), body->customers(), body->difference_count(), {}};
    if (body->differences())
        for (const auto* difference : *body->differences())
            report.differences.push_back(text_of(difference));
    return report;
}

model::Result<std::vector<Stat>> to_stats(const schema::Reply& reply) {
    const auto* body = reply.body_as_StatsReply();
    if (!body) return other_reply(reply);
    std::vector<Stat> stats;
    for (const auto* stat : *body->stats())
        stats.push_back({text_of(stat->name()), stat->value(), text_of(stat->text())});
    return stats;
}

model::Result<std::vector<AccessKeySummary>> to_access_keys(const schema::Reply& reply) {
    const auto* body = reply.body_as_AccessKeyListReply();
    if (!body) return other_reply(reply);
    std::vector<AccessKeySummary> keys;
    for (const auto* key : *body->keys()) {
        AccessKeySummary summary{text_of(key->id()),
                                 static_cast<model::Role>(key->role()),
                                 {},
                                 key->revoked(),
                                 {key->expires_ms()}};
        if (key->programs())
            for (const auto* program : *key->programs())
                summary.programs.push_back(text_of(program));
        keys.push_back(std::move(summary));
    }
    return keys;
}

model::Result<void> to_pong(const schema::Reply& reply) {
    if (!reply.body_as_Pong()) return other_reply(reply);
    return {};
}

}  // namespace tim::client
