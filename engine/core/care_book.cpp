#include "engine/core/care_book.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>

#include "engine/core/invariant.h"

namespace tim::core {

namespace {

/// Sums of these are the digest: the order of what is added and taken does not matter.
std::uint64_t digest_of(const CarePlace& place, const OpenCare& task) {
    static_assert(std::has_unique_object_representations_v<OpenCare> &&
                  std::has_unique_object_representations_v<CarePlace>);
    return XXH3_64bits_withSeed(&task, sizeof task, XXH3_64bits(&place, sizeof place));
}

}  // namespace

std::string_view OpenCare::staff_text() const {
    return {staff.begin(), std::find(staff.begin(), staff.end(), '\0')};
}

std::size_t CareBook::open_of(model::CustomerId customer) const {
    const auto found = open_of_.find(customer.value);
    return found == open_of_.end() ? 0 : found->second;
}

void CareBook::add(const CarePlace& place, const OpenCare& task) {
    const bool added = due_.try_emplace(place.task, place.due_ms).second;
    TIM_INVARIANT(added, "a task stands in the calendar once");
    calendar_.try_emplace(place, task);
    TIM_INVARIANT(++open_of_[task.customer] <= kMaxOpenCare, "a customer has so many open tasks at most");
    digest_ += digest_of(place, task);
}

void CareBook::take(std::uint64_t task) {
    const auto due = due_.find(task);
    if (due == due_.end()) return;  // it is being planned
    const auto found = calendar_.find(CarePlace{due->second, task});
    TIM_INVARIANT(found != calendar_.end(), "an open task stands in the calendar");
    digest_ -= digest_of(found->first, found->second);
    const auto open = open_of_.find(found->second.customer);
    TIM_INVARIANT(open != open_of_.end() && open->second > 0, "whose task is open has open tasks");
    if (--open->second == 0) open_of_.erase(open);
    calendar_.erase(found);
    due_.erase(due);
}

void CareBook::fold(const model::Fact& fact, model::Sequence sequence, const model::CareTexts& texts) {
    const CarePlace place{fact.amount.value, fact.subject.id()};
    TIM_INVARIANT((fact.previous.value != 0) == due_.contains(place.task),
                  "a task is planned once, and changed while it is open");
    take(place.task);
    if (fact.care.phase == model::CarePhase::open) {
        OpenCare task;
        task.customer = fact.care.customer;
        TIM_INVARIANT(texts.staff.size() <= task.staff.size(), "a salesperson's code has room");
        std::ranges::copy(texts.staff, task.staff.begin());
        task.kind = fact.care.kind;
        task.every_days = fact.care.every_days;
        add(place, task);
    }
    last_ = sequence;
}

}  // namespace tim::core
