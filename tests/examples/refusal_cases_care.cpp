#include <functional>
#include <string>

#include "engine/core/care_book.h"
#include "examples/refusal_cases.h"
#include "tests/support/shop.h"

namespace tim::tests {
namespace {

using model::CareTerms;
using model::CommandKind;
using model::Outcome;
using model::Refusal;

struct CareCase : Shop {
    CareCase() : Shop(nhanh_program()) {}

    Outcome plan(CareTerms terms = {}) {
        terms.due = fixture.clock().now();
        return fixture.execute(make_plan_care(program, fixture.fresh_request(), kCustomer, terms));
    }
    Outcome change(CommandKind kind, model::Sequence task) {
        CareTerms terms;
        terms.task = task;
        return fixture.execute(make_care_change(kind, program, fixture.fresh_request(), terms));
    }
};

Outcome plan(const std::function<void(CareTerms&)>& say) {
    CareCase shop;
    CareTerms terms;
    say(terms);
    return shop.plan(terms);
}

/// The same change of a task for the second time.
Outcome twice(CommandKind kind) {
    CareCase shop;
    const Outcome task = shop.plan();
    shop.change(kind, task.sequence);
    return shop.change(kind, task.sequence);
}

}  // namespace

const RefusalCases& cases_of_care() {
    static const RefusalCases cases = {
        {Refusal::invalid_note,
         [] { return plan([](CareTerms& terms) { terms.note = std::string(201, 'x'); }); }},
        {Refusal::invalid_rhythm, [] { return plan([](CareTerms& terms) { terms.every_days = 367; }); }},
        {Refusal::unknown_care_task, [] { return CareCase().change(CommandKind::finish_care, {999'999}); }},
        {Refusal::care_task_done, [] { return twice(CommandKind::finish_care); }},
        {Refusal::care_task_dropped, [] { return twice(CommandKind::drop_care); }},
        {Refusal::too_many_care_tasks,
         [] {
             CareCase shop;
             for (std::size_t i = 0; i < core::kMaxOpenCare; ++i)
                 shop.plan();
             return shop.plan();
         }},
    };
    return cases;
}

}  // namespace tim::tests
