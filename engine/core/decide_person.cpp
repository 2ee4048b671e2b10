// Who a customer is (rules.md, People): blocked and let go again, other keys, a receipt that was nobody's,
// and gone.
#include "engine/core/decide_common.h"

namespace tim::core {

using model::CommandKind;
using model::Fact;
using model::FactType;
using model::Refusal;

bool spends(const model::Command& command) {
    switch (command.kind) {
        case CommandKind::redeem:
        case CommandKind::hold:
        case CommandKind::capture:
        case CommandKind::redeem_reward:
        case CommandKind::request_payout:
            return true;
        case CommandKind::sale:
        case CommandKind::complete_order:
            return command.details != nullptr && command.details->hold.value != 0;
        default:
            return false;
    }
}

Judgement check_person(const model::Command& command, const CustomerRecord& record) {
    const bool takes_back = command.kind == CommandKind::returned || command.kind == CommandKind::voided;
    if ((record.flags & kRecordErased) != 0 && command.customer.kind != model::KeyKind::none && !takes_back)
        return refuse(Refusal::customer_erased);
    if ((record.flags & kRecordBlocked) != 0 && spends(command)) return refuse(Refusal::customer_blocked);
    return {};
}

Judgement decide_block(const model::Command& command, const Moment& moment, model::Subject subject,
                       const CustomerRecord& record, FactWriter& facts) {
    const bool blocks = command.kind == CommandKind::block_customer;
    const bool is_blocked = (record.flags & kRecordBlocked) != 0;
    if (blocks && is_blocked) return refuse(Refusal::already_blocked);
    if (!blocks && !is_blocked) return refuse(Refusal::not_blocked);
    add_fact(blocks ? FactType::customer_blocked : FactType::customer_unblocked, command, moment, subject,
             record, facts);
    facts.end_transaction();
    return {};
}

Judgement decide_rekey(const model::Command& command, const Moment& moment, model::Subject subject,
                       const CustomerRecord& record, model::Instant enrolled_at, FactWriter& facts) {
    add_fact(FactType::rekeyed, command, moment, subject, record, facts).amount = {enrolled_at.value};
    facts.end_transaction();
    return {};
}

Judgement decide_erase(const model::Command& command, const Moment& moment, model::Subject subject,
                       const CustomerRecord& record, model::Instant enrolled_at, bool knows_birthday,
                       FactWriter& facts) {
    const model::Sequence first = facts.next();
    add_fact(FactType::erased, command, moment, subject, record, facts).amount = {enrolled_at.value};
    if (knows_birthday) {
        Fact& fact = facts.add(FactType::classified, subject, first);
        const std::uint8_t tier = tier_now(moment, subject, record);
        stamp(fact, moment, tier, tier, record.points, record.held);
    }
    facts.end_transaction();
    return {};
}

Judgement check_claim(const SaleEvidence& sale) {
    if (sale.sale.type != FactType::sale) return refuse(Refusal::not_a_sale);
    if (sale.sale.subject.kind() != model::SubjectKind::anonymous) return refuse(Refusal::not_anonymous);
    return sale.returned && sale.remaining.value == 0 ? refuse(Refusal::nothing_left) : Judgement{};
}

model::Command claim_of(const model::Command& command, const SaleEvidence& sale) {
    model::Command claim = command;
    claim.amount = sale.remaining;
    claim.name.terminal = sale.sale.terminal;
    return claim;
}

Judgement note_claim(const SaleEvidence& sale, model::Sequence claim, model::Subject customer,
                     const CustomerRecord& anonymous, const Moment& moment, FactWriter& facts) {
    const model::Money amount{-sale.remaining.value};
    const model::Month month = moment.current->calendar().month_of(moment.at);
    if (!can_post(anonymous, month, moment.current->period_months(), amount, {}))
        return refuse(Refusal::overflow);
    const model::ProgramId program = customer.program();
    const model::PartyPart party{customer.id(), claim.value, 0};
    facts.reopen_transaction();
    Fact& gone = facts.add(FactType::claimed, model::Subject::of(model::SubjectKind::anonymous, program, 0),
                           anonymous.last);
    stamp(gone, moment, 0, 0, anonymous.points, anonymous.held);
    set_month(gone, moment, month);
    gone.amount = amount;
    gone.party = party;
    Fact& receipt = facts.add(FactType::receipt_claimed,
                              model::Subject::of(model::SubjectKind::receipt, program, sale.sequence.value),
                              sale.reduced);
    receipt.at = moment.at;
    receipt.recorded = moment.recorded;
    receipt.version = moment.current->version();
    receipt.party = party;
    facts.end_transaction();
    return {};
}

}  // namespace tim::core
