#include "engine/model/effect.h"

namespace tim::model {

Effect effect_of(const Fact& fact, Sequence sequence) {
    Effect effect;
    effect.sequence = sequence;
    effect.type = fact.type;
    effect.subject = fact.subject.kind();
    effect.subject_id = fact.subject.id();
    effect.amount = fact.amount;
    effect.points = fact.points;
    switch (fact.type) {
        case FactType::hold_captured:
            effect.related = {fact.request.related};
            break;
        case FactType::campaign_applied:
            effect.discount = {static_cast<std::int64_t>(fact.party.aux)};
            break;
        case FactType::order_undone:  // there stand instants
            effect.related = {fact.request.related};
            effect.amount = {};
            effect.points = {};
            break;
        case FactType::points_restored:
            effect.related = {fact.lot.related};
            break;
        case FactType::voucher_issued:
        case FactType::voucher_noted:
            effect.related = counterpart_of(fact).related;
            effect.counterparty = {fact.voucher.customer};
            effect.until = {fact.voucher.phase == VoucherPhase::reserved
                                ? static_cast<std::int64_t>(fact.voucher.related)
                                : fact.points_after.value};
            break;
        case FactType::extra_refused:
            effect.extra = fact.extra.extra;
            effect.refusal = static_cast<Refusal>(fact.extra.refusal);
            effect.detail = fact.extra.detail;
            break;
        default:
            effect.related = counterpart_of(fact).related;
            effect.counterparty = counterpart_of(fact).customer;
    }
    return effect;
}

}  // namespace tim::model
