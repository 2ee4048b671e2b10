// The shortest way of a sale under the locks: see engine/core/plain_sale.h.
#include "engine/core/plain_sale.h"
#include "engine/core/settle.h"
#include "engine/runtime/engine_impl.h"

namespace tim::runtime {

using core::Judgement;
using model::Command;
using model::Outcome;
using model::Sequence;
using model::Subject;

void EngineImpl::look_at_moment(PlainMoment& plain, const core::ProgramState& program, model::Instant at,
                                model::Instant recorded) const {
    plain.program = &program;
    plain.at = at;
    const Judgement judgement = moment_of(program, at, recorded, plain.moment);
    plain.simple = judgement.accepted() && !program.has_parties() && plain.moment.current->simple_sales() &&
                   plain.moment.pricing->simple_sales();
    if (plain.simple) plain.month = plain.moment.current->calendar().month_of(plain.moment.at);
}

bool EngineImpl::run_plain_sale(Row& row, PlainMoment& plain, model::Instant recorded) {
    const Command& command = *row.command;
    core::ProgramState& program = *row.program;
    // Where business time is the commands', every sale moves it.
    if (plain.program != &program || plain.at != command.at || options_.time == TimeSource::events)
        look_at_moment(plain, program, command.at, recorded);
    if (!plain.simple) return false;
    const core::Moment& moment = plain.moment;
    core::CustomerRecord& record = program.customers.at(row.customer.value);
    if (!core::stands_alone(record) || core::is_due(record, *moment.current, core::settled_until(moment)))
        return false;

    model::Fact& fact = buffer_.place();
    const Subject subject = Subject::customer(program.id(), row.customer);
    const Judgement judgement = core::decide_plain_sale(command, moment, plain.month, subject, record, fact);
    if (!judgement.accepted()) {
        finish(row, judgement, record.last);
        return true;
    }
    const Sequence sequence = buffer_.next();
    fact.check = core::apply_plain_sale(program, record, fact, sequence);
    state_.names.insert(row.fingerprint, sequence);
    buffer_.take(1);

    Outcome& outcome = *row.outcome;
    outcome.tier_before = fact.tier_before;
    outcome.tier_after = fact.tier_after;
    outcome.version = fact.version;
    outcome.program = program.id();
    outcome.customer = row.customer;
    outcome.points = fact.points;
    outcome.balance = fact.points_after;
    outcome.held = fact.held_after;
    outcome.spendable =
        core::spendable(fact.points_after, fact.held_after, moment.current->keep_points(fact.tier_after));
    outcome.sequence = outcome.depends_on = sequence;
    row.done = true;
    count(counters_.accepted);
    return true;
}

}  // namespace tim::runtime
