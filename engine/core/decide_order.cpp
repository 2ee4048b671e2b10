// Web orders (S1.3, S2.2; rules.md, Orders). Placing, changing and cancelling post nothing; completing is a
// sale.
#include "engine/core/decide_common.h"

namespace tim::core {

using model::CommandKind;
using model::Fact;
using model::FactType;
using model::OrderPhase;
using model::Refusal;
using model::SubjectKind;

namespace {

/// Behind the facts of a command about an order, in their transaction: where the order stands. The caller
/// adds the texts as its blob.
void note(model::ProgramId program, const OrderEvidence& order, const Moment& moment, FactWriter& facts) {
    Fact& fact = facts.add(FactType::order_noted,
                           model::Subject::of(SubjectKind::order, program, order.id.value), order.newest);
    fact.at = moment.at;
    fact.recorded = moment.recorded;
    fact.version = moment.current->version();
    fact.amount = order.amount;
    fact.order = {order.sale.value, order.phase, {}, 0};
}

model::Money amount_of(const model::Command& command, const OrderEvidence& order) {
    return command.order != nullptr && command.order->amount ? *command.order->amount : order.amount;
}

}  // namespace

Judgement check_order(const OrderEvidence& order) {
    switch (order.phase) {
        case OrderPhase::completed:
            return refuse(Refusal::order_completed);
        case OrderPhase::cancelled:
            return refuse(Refusal::order_cancelled);
        default:
            return {};
    }
}

Judgement decide_place_order(const model::Command& command, const Moment& moment, model::Subject subject,
                             const CustomerRecord& record, std::size_t open_orders, FactWriter& facts) {
    if (open_orders >= kMaxOpenOrders) return refuse(Refusal::too_many_orders, kMaxOpenOrders);
    OrderEvidence order;
    order.id = facts.next();
    order.phase = OrderPhase::placed;
    order.amount = command.amount;
    add_fact(FactType::order_placed, command, moment, subject, record, facts).amount = command.amount;
    note(subject.program(), order, moment, facts);
    facts.end_transaction();
    return {};
}

Judgement decide_order_change(const model::Command& command, const Moment& moment, model::Subject subject,
                              const CustomerRecord& record, const OrderEvidence& order, FactWriter& facts) {
    if (const Judgement judgement = check_order(order); !judgement.accepted()) return judgement;
    const bool cancels = command.kind == CommandKind::cancel_order;
    OrderEvidence after = order;
    after.amount = amount_of(command, order);
    if (cancels) after.phase = OrderPhase::cancelled;
    Fact& fact = add_fact(cancels ? FactType::order_cancelled : FactType::order_updated, command, moment,
                          subject, record, facts);
    fact.amount = after.amount;
    fact.request.related = order.id.value;
    note(subject.program(), after, moment, facts);
    facts.end_transaction();
    return {};
}

model::Command sale_of(const model::Command& completion, const OrderEvidence& order) {
    model::Command sale = completion;
    sale.amount = amount_of(completion, order);
    sale.name.terminal = order.placed.terminal;
    return sale;
}

void note_completion(const OrderEvidence& order, model::Sequence sale, model::Money amount,
                     const Moment& moment, FactWriter& facts) {
    OrderEvidence after = order;
    after.phase = OrderPhase::completed;
    after.amount = amount;
    after.sale = sale;
    facts.reopen_transaction();
    note(order.placed.subject.program(), after, moment, facts);
    facts.end_transaction();
}

}  // namespace tim::core
