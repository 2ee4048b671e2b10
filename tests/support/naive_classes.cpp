// What customers are classified by, in the naive model: all that was ever said of a customer, in its order.
#include <algorithm>

#include "tests/support/naive_model.h"

namespace tim::tests {

using model::ClassifyTerms;
using model::CommandKind;
using model::CustomerId;
using model::Instant;
using model::ProgramId;

namespace {

using Texts = std::vector<std::string>;

struct Lists {
    Texts sources, natures, types, items;
};

bool has(const Texts& texts, const std::string& text) {
    return std::find(texts.begin(), texts.end(), text) != texts.end();
}

void join(Texts& texts, const Texts& more) {
    for (const std::string& text : more)
        if (!has(texts, text)) texts.push_back(text);
}

Lists lists_of(const model::Program& program) {
    if (!program.classification) return {};
    const auto& lists = *program.classification;
    return {lists.sources, lists.natures, lists.types, lists.items};
}

/// Whether the terms may be said; else the place of what may not, among those of its list.
bool listed(const model::ClassListChange& change, const Texts& now, const Texts& ever, std::int64_t& place) {
    place = 0;
    for (const std::string& value : change.drop) {
        ++place;
        if (!has(ever, value)) return false;
    }
    for (const std::string& value : change.add) {
        ++place;
        if (!has(now, value)) return false;
    }
    return true;
}

void change_list(Texts& held, const model::ClassListChange& change) {
    for (const std::string& value : change.drop)
        held.erase(std::remove(held.begin(), held.end(), value), held.end());
    join(held, change.add);
}

/// In the order in which the program came to know them.
Texts in_order(const Texts& held, const Texts& ever) {
    Texts ordered;
    for (const std::string& value : ever)
        if (has(held, value)) ordered.push_back(value);
    return ordered;
}

const ClassifyTerms* terms_of(const model::Command& command) {
    if (command.kind == CommandKind::classify) return command.class_terms;
    return command.kind == CommandKind::enroll ? &command.enrollment->classes : nullptr;
}

}  // namespace

/// What stands in a command about a customer's classification.
NaiveModel::Refusal NaiveModel::judge_classes_alone(const model::Command& command) {
    const ClassifyTerms* const terms = terms_of(command);
    if (terms == nullptr) return Refusal::none;
    if (command.kind == CommandKind::classify && *terms == ClassifyTerms{}) return Refusal::invalid_command;
    if (terms->status == model::CustomerStatus::purchased || terms->status == model::CustomerStatus::vip)
        return Refusal::invalid_status;
    if (terms->staff.value_or("").size() > 16) return Refusal::invalid_staff;
    if (terms->channel.value_or("").size() > 16) return Refusal::invalid_channel;
    constexpr int kDays[] = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (terms->birthday && terms->birthday->month != 0 &&
        (terms->birthday->day < 1 || terms->birthday->day > kDays[terms->birthday->month]))
        return Refusal::invalid_birthday;
    return Refusal::none;
}

NaiveModel::Refusal NaiveModel::judge_classes(const Accepted& entry, std::int64_t& detail) const {
    const model::Command command = entry.command.view();
    const ClassifyTerms& terms = *terms_of(command);
    const Lists now = lists_of(document(entry.program, entry.judged_by));
    Lists ever;
    for (std::uint16_t version = 1; version <= entry.judged_by; ++version) {
        const Lists then = lists_of(document(entry.program, version));
        join(ever.natures, then.natures);
        join(ever.types, then.types);
        join(ever.items, then.items);
    }
    if (terms.source && !terms.source->empty() && !has(now.sources, *terms.source))
        return Refusal::unknown_source;
    if (!listed(terms.natures, now.natures, ever.natures, detail)) return Refusal::unknown_nature;
    if (!listed(terms.types, now.types, ever.types, detail)) return Refusal::unknown_type;
    if (!listed(terms.items, now.items, ever.items, detail)) return Refusal::unknown_item;
    detail = 0;
    return Refusal::none;
}

model::CustomerClasses NaiveModel::classes(ProgramId program, CustomerId customer, Instant clock) const {
    const std::int64_t instant = now(program, clock);
    return classes_at(program, customer, instant, version_at(program, instant));
}

model::CustomerClasses NaiveModel::classes_at(ProgramId program, CustomerId customer, std::int64_t instant,
                                              std::uint16_t by_version) const {
    model::CustomerClasses told;
    bool prospect = false;
    for (const Accepted& entry : accepted_) {
        if (!of(entry, program, customer)) continue;
        const model::Command command = entry.command.view();
        if (command.kind == CommandKind::erase) told.birthday = {};
        const ClassifyTerms* const terms = terms_of(command);
        if (terms == nullptr) continue;
        if (terms->status) prospect = *terms->status == model::CustomerStatus::prospect;
        told.staff = terms->staff.value_or(told.staff);
        told.source = terms->source.value_or(told.source);
        told.channel = terms->channel.value_or(told.channel);
        told.birthday = terms->birthday.value_or(told.birthday);
        change_list(told.natures, terms->natures);
        change_list(told.types, terms->types);
        change_list(told.items, terms->items);
    }
    Lists ever;
    for (std::uint16_t version = 1; version <= version_count(program); ++version) {
        const Lists then = lists_of(document(program, version));
        join(ever.natures, then.natures);
        join(ever.types, then.types);
        join(ever.items, then.items);
    }
    told.natures = in_order(told.natures, ever.natures);
    told.types = in_order(told.types, ever.types);
    told.items = in_order(told.items, ever.items);

    const NaiveFold state = fold_until(program, customer, accepted_.size(), instant, instant);
    const auto& rules = document(program, by_version).classification;
    const auto above = [&](std::int64_t month) {
        return rules && rules->vip_month_spend && state.month_spend(month) > rules->vip_month_spend->value;
    };
    told.status = prospect ? model::CustomerStatus::prospect : model::CustomerStatus::fresh;
    if (figures_at(program, customer, instant).orders > 0) told.status = model::CustomerStatus::purchased;
    if (above(state.month) || above(state.month - 1)) told.status = model::CustomerStatus::vip;
    return told;
}

}  // namespace tim::tests
