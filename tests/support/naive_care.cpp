// The care calendar once more (S3.12, S4.3, S4.11), from the list of accepted commands.
#include <date/tz.h>

#include <algorithm>
#include <chrono>

#include "tests/support/naive_model.h"

namespace tim::tests {

using model::CareKind;
using model::CarePhase;
using model::CareTerms;
using model::CommandKind;
using model::CustomerId;
using model::ProgramId;
using model::Sequence;

namespace {

constexpr std::size_t kMostOpenTasks = 64;
constexpr std::size_t kMostNoteBytes = 200;
constexpr std::int64_t kYear2200 = 7'258'118'400'000;

/// The same time of day, so many days on.
std::int64_t days_on(const std::string& zone_name, std::int64_t instant, std::int64_t days) {
    const auto* zone = date::locate_zone(zone_name);
    const auto at = date::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(instant));
    const auto then = zone->to_local(at) + date::days(days);
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               zone->to_sys(then, date::choose::earliest).time_since_epoch())
        .count();
}

}  // namespace

/// What can be told of a command about care alone.
NaiveModel::Refusal NaiveModel::judge_care_alone(const model::Command& command) {
    if (command.care == nullptr) return Refusal::none;
    const CareTerms& terms = *command.care;
    const bool plans = command.kind == CommandKind::plan_care;
    if (plans != (terms.task.value == 0)) return Refusal::invalid_command;
    if (command.kind == CommandKind::change_care && terms.empty()) return Refusal::invalid_command;
    if (plans && !terms.due) return Refusal::invalid_time;
    if (terms.due && (terms.due->value < 0 || terms.due->value > kYear2200)) return Refusal::invalid_time;
    if (terms.staff.value_or("").size() > 16) return Refusal::invalid_staff;
    if (terms.note.value_or("").size() > kMostNoteBytes) return Refusal::invalid_note;
    if (terms.every_days && (*terms.every_days < 0 || *terms.every_days > 366))
        return Refusal::invalid_rhythm;
    return Refusal::none;
}

const NaiveModel::Accepted* NaiveModel::care_plan(ProgramId program, Sequence task) const {
    for (const Accepted& entry : accepted_)
        if (entry.program == program && entry.command.command.kind == CommandKind::plan_care &&
            entry.sequence == task && task.value != 0)
            return &entry;
    return nullptr;
}

NaiveModel::CareNow NaiveModel::care_now(const Accepted& plan) const {
    CareNow now;
    bool planned = false;
    for (const Accepted& entry : accepted_) {
        if (entry.program != plan.program || !entry.command.care) continue;
        const CommandKind kind = entry.command.command.kind;
        const CareTerms& terms = *entry.command.care;
        if (&entry == &plan) {
            planned = true;
            now.staff = entry.classes.staff;
        } else if (!planned || terms.task != plan.sequence) {
            continue;
        }
        now.kind = terms.kind.value_or(now.kind);
        if (terms.due) now.due = terms.due->value;
        now.every_days = terms.every_days.value_or(now.every_days);
        now.staff = terms.staff.value_or(now.staff);
        now.note = terms.note.value_or(now.note);
        if (kind == CommandKind::drop_care) now.phase = CarePhase::dropped;
        if (kind != CommandKind::finish_care) continue;
        if (now.every_days == 0) {
            now.phase = CarePhase::done;
            continue;
        }
        const std::int64_t was = now.due;
        for (std::int64_t times = 1; now.due <= std::max(was, entry.at); ++times)
            now.due = days_on(document(plan.program, 1).time_zone, was, times * now.every_days);
        if (now.due <= kYear2200) continue;
        now.phase = CarePhase::done;
        now.due = was;
    }
    return now;
}

std::vector<const NaiveModel::Accepted*> NaiveModel::open_care(ProgramId program) const {
    std::vector<const Accepted*> open;
    for (const Accepted& entry : accepted_)
        if (entry.program == program && entry.command.command.kind == CommandKind::plan_care &&
            care_now(entry).phase == CarePhase::open)
            open.push_back(&entry);
    return open;
}

NaiveModel::Refusal NaiveModel::judge_care(Accepted& entry, std::int64_t& detail) const {
    const CareTerms& terms = *entry.command.care;
    if (entry.command.command.kind == CommandKind::plan_care) {
        entry.classes = classes_at(entry.program, entry.customer, entry.now, entry.judged_by);
        detail = static_cast<std::int64_t>(kMostOpenTasks);
        const auto open = open_care(entry.program);
        const auto own = std::ranges::count(open, entry.customer, &Accepted::customer);
        return own >= static_cast<std::int64_t>(kMostOpenTasks) ? Refusal::too_many_care_tasks
                                                                : Refusal::none;
    }
    const Accepted* const plan = care_plan(entry.program, terms.task);
    if (plan == nullptr) return Refusal::unknown_care_task;
    entry.customer = plan->customer;
    switch (care_now(*plan).phase) {
        case CarePhase::done:
            return Refusal::care_task_done;
        case CarePhase::dropped:
            return Refusal::care_task_dropped;
        default:
            return Refusal::none;
    }
}

}  // namespace tim::tests
