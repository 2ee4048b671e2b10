// What customers are classified by (S4.1 to S4.9): the fact says what a customer is classified by after it,
// so that later versions of the lists change nothing of it.
#include "engine/core/decide_common.h"

namespace tim::core {

using model::FactType;

Judgement check_classes(const model::ClassifyTerms& terms, const Moment& moment) {
    const auto after = classified({}, terms, moment.current->classes());
    return after ? Judgement{} : refuse(after.error().refusal, after.error().detail);
}

Judgement decide_classify(const model::Command& command, const Moment& moment, model::Subject subject,
                          const CustomerRecord& record, const Classified& before, FactWriter& facts) {
    const auto after = classified(before, *command.class_terms, moment.current->classes());
    if (!after) return refuse(after.error().refusal, after.error().detail);
    add_fact(FactType::classified, command, moment, subject, record, facts);
    facts.end_transaction();
    return {};
}

}  // namespace tim::core
