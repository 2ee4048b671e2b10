// The care calendar, at random.
#include <fmt/format.h>

#include "tests/support/generator.h"
#include "tests/support/seams.h"

namespace tim::tests {

using model::CommandKind;
using model::ProgramId;

OwnedCommand CommandGenerator::care(ProgramId program, model::Instant clock) {
    model::CareTerms terms;
    const auto say = [&](std::uint64_t percent) {
        if (choices_.chance(percent)) terms.staff = choices_.chance(30) ? "" : "NV02";
        if (choices_.chance(1)) terms.staff = "a code of a salesperson that is too long";
        if (choices_.chance(percent)) terms.note = fmt::format("gọi lại {}", next_number_);
        if (choices_.chance(1)) terms.note = std::string(201, 'x');
    };
    const auto when = [&] {
        return model::Instant{model_.now(program, clock) + choices_.between(-40 * 24, 60 * 24) * kHourMs};
    };
    const NaiveModel::Accepted* const some = some_accepted(program, CommandKind::plan_care);
    if (some == nullptr || choices_.chance(35)) {
        say(40);
        if (choices_.chance(80)) terms.kind = static_cast<model::CareKind>(choices_.below(6));
        if (!choices_.chance(2)) terms.due = when();
        if (choices_.chance(30)) terms.every_days = static_cast<std::int32_t>(choices_.between(0, 30));
        if (choices_.chance(1)) terms.every_days = 367;
        return make_plan_care(program, next_request(), customer(program), terms);
    }
    // Mostly one that is open still.
    const auto open = model_.open_care(program);
    const bool is_open = !open.empty() && choices_.chance(70);
    terms.task = is_open ? open[choices_.below(open.size())]->sequence : some->sequence;
    if (choices_.chance(5)) terms.task.value = 1 + choices_.below(50);
    const std::uint64_t dice = choices_.below(10);
    say(20);
    if (dice < 5) return make_care_change(CommandKind::finish_care, program, next_request(), terms);
    if (dice < 7) return make_care_change(CommandKind::drop_care, program, next_request(), terms);
    if (choices_.chance(60)) terms.due = when();
    if (choices_.chance(30)) terms.kind = static_cast<model::CareKind>(choices_.below(6));
    if (choices_.chance(20)) terms.every_days = static_cast<std::int32_t>(choices_.between(0, 30));
    return make_care_change(CommandKind::change_care, program, next_request(), terms);
}

}  // namespace tim::tests
