// A customer's password (S1.3): the fact says that there is another one, and moves no figures.
#include "engine/core/decide_common.h"

namespace tim::core {

Judgement decide_password(const model::Command& command, const Moment& moment, model::Subject subject,
                          const CustomerRecord& record, FactWriter& facts) {
    model::Fact& fact = facts.add(model::FactType::password_set, subject, record.last);
    const std::uint8_t tier = tier_now(moment, subject, record);
    stamp(fact, moment, tier, tier, record.points, record.held);
    name(fact, command);
    facts.end_transaction();
    return {};
}

}  // namespace tim::core
