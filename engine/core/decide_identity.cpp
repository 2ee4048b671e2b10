// A customer's password (S1.3): the fact says that there is another one, and moves no figures.
#include "engine/core/decide_common.h"

namespace tim::core {

Judgement decide_password(const model::Command& command, const Moment& moment, model::Subject subject,
                          const CustomerRecord& record, FactWriter& facts) {
    add_fact(model::FactType::password_set, command, moment, subject, record, facts);
    facts.end_transaction();
    return {};
}

}  // namespace tim::core
