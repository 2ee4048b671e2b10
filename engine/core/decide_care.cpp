// The care calendar (S3.12, S4.3, S4.11). A customer's fact says what was done, and changes no figures;
// behind it stands the task's own, which says where the task stands.
#include "engine/core/decide_common.h"

namespace tim::core {

using model::CarePhase;
using model::CommandKind;
using model::Fact;
using model::FactType;
using model::Instant;
using model::Refusal;
using model::SubjectKind;

namespace {

/// Ends the transaction: where the task stands. The caller adds the texts as the blob.
void note(model::ProgramId program, const CareEvidence& task, const Moment& moment, FactWriter& facts) {
    Fact& fact = facts.add(FactType::care_noted,
                           model::Subject::of(SubjectKind::care, program, task.id.value), task.newest);
    fact.at = moment.at;
    fact.recorded = moment.recorded;
    fact.version = moment.current->version();
    fact.amount = {task.due.value};
    fact.care = {
        task.customer.value, task.phase, task.kind, static_cast<std::uint16_t>(task.every_days), 0, 0};
    facts.end_transaction();
}

void change(CareEvidence& task, const model::CareTerms& terms) {
    if (terms.kind) task.kind = *terms.kind;
    if (terms.due) task.due = *terms.due;
    if (terms.every_days) task.every_days = *terms.every_days;
}

/// When a task is due again that was done at an instant: at the same time of day, so many days on, or as
/// often as it takes to lie ahead.
Instant due_again(const CareEvidence& task, Instant done, const model::Calendar& calendar) {
    const std::int64_t behind = std::max<std::int64_t>(done.value - task.due.value, 0);
    // A first guess that is not beyond it, whatever the clocks of summer and winter do.
    std::int64_t times = std::max<std::int64_t>(behind / (task.every_days * kDayMs) - 1, 1);
    for (;; ++times) {
        const Instant due = calendar.days_later(task.due, times * task.every_days);
        if (due > done && due > task.due) return due;
    }
}

}  // namespace

Judgement decide_plan_care(const model::Command& command, const Moment& moment, model::Subject subject,
                           const CustomerRecord& record, std::size_t open_tasks, FactWriter& facts) {
    if (open_tasks >= kMaxOpenCare) return refuse(Refusal::too_many_care_tasks, kMaxOpenCare);
    CareEvidence task;
    task.id = facts.next();
    task.customer = {subject.id()};
    task.phase = CarePhase::open;
    change(task, *command.care);
    add_fact(FactType::care_planned, command, moment, subject, record, facts);
    note(subject.program(), task, moment, facts);
    return {};
}

Judgement decide_care_change(const model::Command& command, const Moment& moment, model::Subject subject,
                             const CustomerRecord& record, const CareEvidence& task, FactWriter& facts) {
    if (task.phase == CarePhase::done) return refuse(Refusal::care_task_done);
    if (task.phase == CarePhase::dropped) return refuse(Refusal::care_task_dropped);
    CareEvidence after = task;
    change(after, *command.care);
    FactType type = FactType::care_changed;
    if (command.kind == CommandKind::drop_care) {
        type = FactType::care_dropped;
        after.phase = CarePhase::dropped;
    } else if (command.kind == CommandKind::finish_care) {
        type = FactType::care_done;
        if (after.every_days != 0) after.due = due_again(after, moment.at, moment.current->calendar());
        // There is no time behind the last instant, so it does not come back there.
        if (after.every_days == 0 || after.due.value > kMaxInstantMs) {
            after.phase = CarePhase::done;
            after.due = task.due;
        }
    }
    add_fact(type, command, moment, subject, record, facts).request.related = task.id.value;
    note(subject.program(), after, moment, facts);
    return {};
}

}  // namespace tim::core
