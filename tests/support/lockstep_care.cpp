// Lockstep: the care calendar.
#include <fmt/format.h>

#include <map>

#include "engine/runtime/care_queries.h"
#include "tests/support/lockstep.h"

namespace tim::tests {

using model::CommandKind;
using model::ProgramId;

std::string Lockstep::compare_care(ProgramId program) {
    const auto describe_task = [](model::CustomerId customer, std::int64_t due, model::CareKind kind,
                                  std::int32_t every, const std::string& staff, const std::string& note) {
        return fmt::format("customer {} due {} {} every {} by \"{}\": {}", customer.value, due,
                           model::care_kind_name(kind), every, staff, note);
    };
    std::map<std::pair<std::int64_t, std::uint64_t>, std::string> expected;
    for (const NaiveModel::Accepted* plan : model_.open_care(program)) {
        const NaiveModel::CareNow now = model_.care_now(*plan);
        expected[{now.due, plan->sequence.value}] =
            describe_task(plan->customer, now.due, now.kind, now.every_days, now.staff, now.note);
    }
    auto at = expected.begin();
    runtime::CareCursor after;
    do {
        const auto page = fixture_.engine().care().care_calendar(program, {}, after, 1 + choices_.below(5));
        if (!page) return "care_calendar: " + page.error().message;
        for (const runtime::CareView& task : page->rows) {
            const std::string actual = describe_task(task.customer, task.due.value, task.kind,
                                                     task.every_days, task.staff, task.note);
            if (at == expected.end() || at->first.second != task.id.value || at->second != actual)
                return fmt::format("program {}: task {} is {}, expected {}", program.value, task.id.value,
                                   actual, at == expected.end() ? "no further task" : at->second);
            ++at;
        }
        after = page->next;
    } while (after.due != model::kNoInstant);
    if (at != expected.end())
        return fmt::format("program {}: task {} is not in the calendar: {}", program.value, at->first.second,
                           at->second);
    for (const NaiveModel::Accepted& plan : model_.accepted()) {
        if (plan.program != program || plan.command.command.kind != CommandKind::plan_care ||
            !choices_.chance(10))
            continue;
        const auto page = fixture_.engine().care().care_of(program, {model::KeyKind::id, plan.customer, {}},
                                                           {plan.sequence.value + 1}, 1);
        if (!page) return "care_of: " + page.error().message;
        if (page->rows.size() != 1 || page->rows[0].id != plan.sequence)
            return fmt::format("task {} is not told of its customer", plan.sequence.value);
        if (page->rows[0].phase != model_.care_now(plan).phase)
            return fmt::format("task {} is {}, expected {}", plan.sequence.value,
                               model::care_phase_name(page->rows[0].phase),
                               model::care_phase_name(model_.care_now(plan).phase));
    }
    return {};
}

}  // namespace tim::tests
