// The care calendar: evidence about tasks, their part of running rows, and questions.
#include <algorithm>
#include <map>
#include <optional>

#include "engine/runtime/customer_view.h"
#include "engine/runtime/engine_impl.h"
#include "engine/runtime/explain_told.h"

namespace tim::runtime {

using core::Judgement;
using model::CommandKind;
using model::CustomerId;
using model::ErrorKind;
using model::Fact;
using model::FactType;
using model::failure;
using model::Instant;
using model::Sequence;
using model::SubjectKind;
using storage::StoredFact;

namespace {

/// Of a stripe's open tasks so many are looked at before sellers may have it in between.
constexpr std::size_t kCarePlacesPerLock = 1'024;

tl::unexpected<model::Error> no_program() {
    return failure(ErrorKind::not_found, "there is no such program");
}

tl::unexpected<model::Error> ended_early() {
    return failure(ErrorKind::unavailable, "the server is stopping; ask again later");
}

tl::unexpected<model::Error> commit_failed() {
    return failure(ErrorKind::io, "a commit failed");
}

std::string_view text_of(const model::Bytes& blob) {
    return {reinterpret_cast<const char*>(blob.data()), blob.size()};
}

model::CareTexts texts_of(const model::Bytes& blob) {
    auto texts = model::decode_care_texts(text_of(blob));
    TIM_INVARIANT(texts, "what is said of a task of care can be read");
    return std::move(*texts);
}

CareView view_of_task(const core::CareEvidence& task) {
    return {task.id,
            task.customer,
            {},
            {},
            task.phase,
            task.kind,
            task.due,
            task.every_days,
            task.texts.staff,
            task.texts.note,
            task.changed_at};
}

}  // namespace

core::CareEvidence EngineImpl::read_care(Sequence task, core::NameCandidates& state) const {
    core::CareEvidence evidence;
    evidence.id = task;
    const std::uint64_t fingerprint = state_.hashing.state_of(SubjectKind::care, task);
    state = candidates(fingerprint);
    visit_candidates(fingerprint, state, [&](const StoredFact& stored) {
        const Fact& fact = stored.fact;
        if (fact.type != FactType::care_noted || fact.subject.id() != task.value) return false;
        evidence.newest = stored.sequence;
        evidence.customer = {fact.care.customer};
        evidence.phase = fact.care.phase;
        evidence.kind = fact.care.kind;
        evidence.every_days = fact.care.every_days;
        evidence.due = {fact.amount.value};
        evidence.texts = texts_of(stored.blob);
        evidence.changed_at = fact.at;
        return true;
    });
    TIM_INVARIANT(evidence.newest.value != 0, "the index of names leads to where a task of care stands");
    return evidence;
}

void EngineImpl::plan_care(const Row& row, Evidence& evidence) {
    const Sequence task = row.command->care == nullptr ? Sequence{} : row.command->care->task;
    if (task.value == 0 || task.value > executed_.load(std::memory_order_acquire)) return;
    const Fact planned = fact_at(task).fact;
    if (planned.type != FactType::care_planned || planned.subject.program() != row.program->id()) return;
    evidence.care = read_care(task, evidence.care_state);
}

bool EngineImpl::care_holds(const Evidence& evidence) const {
    return !evidence.care || state_.names.find(state_.hashing.state_of(
                                 SubjectKind::care, evidence.care->id)) == evidence.care_state;
}

Judgement EngineImpl::decide_care(const Row& row, const Evidence& evidence, const core::Moment& moment,
                                  model::Subject subject, const core::CustomerRecord& record,
                                  core::FactWriter& facts) const {
    if (row.command->kind != CommandKind::plan_care)
        return core::decide_care_change(*row.command, moment, subject, record, *evidence.care, facts);
    const CustomerId customer{subject.id()};
    const core::CareBook& book = row.program->care[core::stripe_of(customer)];
    return core::decide_plan_care(*row.command, moment, subject, record, book.open_of(customer), facts);
}

void EngineImpl::add_care_texts(const model::Command& command, const Evidence& evidence,
                                core::FactWriter& facts) {
    const auto written = facts.facts();
    const auto noted = std::ranges::find(written, FactType::care_noted, &Fact::type);
    if (noted == written.end()) return;
    model::CareTexts texts;
    if (evidence.care) {
        texts = evidence.care->texts;
    } else {
        const core::ProgramState& program = *state_.program(noted->subject.program());
        const auto& staff = program.classified_of({noted->care.customer}).staff;
        texts.staff = {staff.begin(), std::find(staff.begin(), staff.end(), '\0')};
    }
    static_assert(2 + model::kMaxStaffBytes + model::kMaxCareNoteBytes <= core::kMaxReasonBytes,
                  "admission has made room for the texts of a task");
    const std::string bytes = model::encode_care_texts(model::changed(std::move(texts), *command.care));
    noted->set_blob(buffer_.add_blob(std::as_bytes(std::span(bytes))));
}

void EngineImpl::tell_care(HistoryEntry& entry) const {
    const StoredFact noted = fact_at({entry.stored.sequence.value + 1});
    const core::ProgramState& program = *state_.program(noted.fact.subject.program());
    const model::CareTexts texts = texts_of(noted.blob);
    entry.reason = fmt::format("{}, due {}", model::care_kind_name(noted.fact.care.kind),
                               program.newest().calendar().format({noted.fact.amount.value}));
    if (!texts.staff.empty()) entry.reason += ", by " + texts.staff;
    if (!texts.note.empty()) entry.reason += ": " + texts.note;
}

Result<void> EngineImpl::tell_person(core::ProgramState& program, CustomerId customer, std::string& key,
                                     std::string& name) {
    CustomerView view;
    Sequence profile;
    {
        const StripeLocks::Guard stripe(stripes_, stripe_bit(customer));
        profile = program.customers.at(customer.value).profile;
    }
    view.id = customer;
    if (auto added = add_profile(program, profile, view); !added) return added;
    key = view.keys.empty()
              ? fmt::format("id:{}", customer.value)
              : fmt::format("{}:{}", model::key_kind_name(view.keys.front().kind), view.keys.front().text);
    name = std::move(view.name);
    return {};
}

Result<CarePage> EngineImpl::care_calendar(model::ProgramId id, const CareFilter& filter,
                                           const CareCursor& after, std::size_t limit) {
    core::ProgramState* const program = state_.program(id);
    if (program == nullptr) return no_program();
    // The first of each stripe; more than a page of one stripe cannot be in the page of all.
    std::vector<core::CarePlace> places;
    const core::CarePlace begin = after.due == model::kNoInstant
                                      ? core::CarePlace{filter.from.value, 0}
                                      : core::CarePlace{after.due.value, after.task.value + 1};
    Sequence newest{};
    for (std::size_t stripe = 0; stripe < core::kStripes; ++stripe) {
        std::size_t taken = 0;
        std::optional<core::CarePlace> from = begin;
        while (from) {
            if (options_.stop_queries.stop_requested()) return ended_early();
            const StripeLocks::Guard guard(stripes_, StripeMask{1} << stripe);
            const core::CareBook& book = program->care[stripe];
            newest = std::max(newest, book.last());
            auto at = book.calendar().lower_bound(*from);
            from.reset();
            std::size_t looked_at = 0;
            for (; at != book.calendar().end() && at->first.due_ms < filter.until.value && taken <= limit;
                 ++at) {
                if (looked_at++ == kCarePlacesPerLock) {
                    from = at->first;
                    break;
                }
                if (filter.staff && at->second.staff_text() != *filter.staff) continue;
                if (filter.kind && at->second.kind != *filter.kind) continue;
                places.push_back(at->first);
                ++taken;
            }
        }
    }
    std::ranges::sort(places);
    CarePage page;
    if (places.size() > limit) {
        places.resize(limit);
        page.next = {{places.back().due_ms}, {places.back().task}};
    }
    if (!wait_durable(newest)) return commit_failed();
    for (const core::CarePlace& place : places) {
        if (options_.stop_queries.stop_requested()) return ended_early();
        core::NameCandidates state;
        const core::CareEvidence task = read_care({place.task}, state);
        if (task.phase != model::CarePhase::open || task.due.value != place.due_ms) continue;  // moved since
        if (!wait_durable(task.newest)) return commit_failed();
        CareView& row = page.rows.emplace_back(view_of_task(task));
        if (auto added = tell_person(*program, row.customer, row.key, row.name); !added)
            return tl::unexpected(added.error());
    }
    return page;
}

Result<CarePage> EngineImpl::care_of(model::ProgramId id, const model::CustomerRef& customer, Sequence before,
                                     std::size_t limit) {
    core::ProgramState* const program = state_.program(id);
    if (program == nullptr) return no_program();
    const auto found = resolve_customer(*program, customer);
    if (!found) return tl::unexpected(found.error());
    const model::Subject subject = model::Subject::customer(id, *found);
    Sequence next;
    {
        const StripeLocks::Guard stripe(stripes_, stripe_bit(*found));
        next = program->customers.at(found->value).last;
    }
    if (!wait_durable(next)) return commit_failed();
    if (before.value != 0 && before <= next) {
        const StoredFact cursor = fact_at(before);
        if (cursor.fact.subject == subject) next = cursor.fact.previous;
    }
    CarePage page;
    std::string key;
    std::string name;
    if (auto added = tell_person(*program, *found, key, name); !added) return tl::unexpected(added.error());
    while (next.value != 0) {
        if (options_.stop_queries.stop_requested()) return ended_early();
        const Fact fact = fact_at(next).fact;
        if (fact.type == FactType::care_planned && (before.value == 0 || next < before)) {
            if (page.rows.size() == limit) {
                page.next.task = page.rows.back().id;
                break;
            }
            core::NameCandidates state;
            const core::CareEvidence task = read_care(next, state);
            if (!wait_durable(task.newest)) return commit_failed();
            CareView& row = page.rows.emplace_back(view_of_task(task));
            row.key = key;
            row.name = name;
        }
        next = fact.previous;
    }
    return page;
}

Result<std::vector<BirthdayView>> EngineImpl::birthdays(model::ProgramId id, Instant from,
                                                        std::int32_t days) {
    core::ProgramState* const program = state_.program(id);
    if (program == nullptr) return no_program();
    if (days < 1 || days > kMaxBirthdayDays)
        return failure(
            ErrorKind::invalid,
            fmt::format("birthdays of 1 to {} days are told at once, not of {}", kMaxBirthdayDays, days));
    if (from.value < 0 || from.value > core::kMaxInstantMs)
        return failure(ErrorKind::invalid, "birthdays are told of days from 1970 to 2200");
    // By month × 32 + day: which of the days it is.
    const model::Calendar& calendar = program->newest().calendar();
    std::map<int, Instant> wanted;
    for (std::int32_t i = days; i-- > 0;) {  // of two same days of a year and a day the first counts
        const Instant day = calendar.day_start(from, i);
        const std::string text = calendar.format_day(day);
        const int month = std::stoi(text.substr(text.size() - 5, 2));
        const int date = std::stoi(text.substr(text.size() - 2));
        wanted[month * 32 + date] = day;
        const std::string next = calendar.format_day(calendar.day_start(day, 1));
        if (month == 2 && date == 28 && next.ends_with("03-01")) wanted[2 * 32 + 29] = day;
    }
    std::vector<BirthdayView> rows;
    bool too_many = false;
    const auto visited = visit_blocks(*program, 1, [&](std::size_t, std::uint64_t first, std::uint64_t last) {
        const core::ClassificationBook& book = program->classifications[core::stripe_of({first})];
        if (book.block({first}) == nullptr) return;
        for (std::uint64_t customer = first; customer <= last && !too_many; ++customer) {
            const core::Classified& classified = book.of({customer});
            if (!classified.birthday.known()) continue;
            const auto day = wanted.find(classified.birthday.month * 32 + classified.birthday.day);
            if (day == wanted.end()) continue;
            too_many = rows.size() == kMaxBirthdays;
            BirthdayView& row = rows.emplace_back();
            row.day = day->second;
            row.customer = {customer};
            row.staff = {classified.staff.begin(),
                         std::find(classified.staff.begin(), classified.staff.end(), '\0')};
        }
    });
    if (!visited) return tl::unexpected(visited.error());
    if (too_many)
        return failure(ErrorKind::invalid,
                       fmt::format("more than {} birthdays; ask for fewer days", kMaxBirthdays));
    if (!wait_durable({executed_.load(std::memory_order_acquire)})) return commit_failed();
    std::ranges::stable_sort(rows, {}, &BirthdayView::day);
    for (BirthdayView& row : rows) {
        if (options_.stop_queries.stop_requested()) return ended_early();
        if (auto added = tell_person(*program, row.customer, row.key, row.name); !added)
            return tl::unexpected(added.error());
    }
    return rows;
}

void explain_care(const Told& told, Lines& lines) {
    const Fact& fact = told.fact();
    const auto say = [&](std::string sentence) { lines.push_back(told.bare_line(std::move(sentence))); };
    switch (fact.type) {
        case FactType::care_planned:
            return say("A task of care is planned.");
        case FactType::care_changed:
            return say("The task of care is changed.");
        case FactType::care_done:
            return say("The task of care is done.");
        case FactType::care_dropped:
            return say("The task of care is dropped.");
        default: {
            const auto texts = model::decode_care_texts(told.text());
            say(fmt::format("The task is {}: {}, due {}{}{}.", model::care_phase_name(fact.care.phase),
                            model::care_kind_name(fact.care.kind), told.instant(fact.amount.value),
                            texts && !texts->staff.empty() ? ", by " : "", texts ? texts->staff : ""));
        }
    }
}

}  // namespace tim::runtime
