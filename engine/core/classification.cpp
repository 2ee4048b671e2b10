#include "engine/core/classification.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>

#include "engine/core/invariant.h"

namespace tim::core {

using model::ClassListChange;
using model::Refusal;

namespace {

constexpr std::array<std::size_t, kClassLists> kMostValues = {model::kMaxSources, model::kMaxClassValues,
                                                              model::kMaxClassValues, model::kMaxClassValues};
constexpr std::array<ClassList, 3> kBitLists = {ClassList::natures, ClassList::types, ClassList::items};

std::size_t index_of(ClassList list) {
    return static_cast<std::size_t>(list);
}

const std::vector<std::string>& values_of(const model::Classification& classification, ClassList list) {
    switch (list) {
        case ClassList::sources:
            return classification.sources;
        case ClassList::natures:
            return classification.natures;
        case ClassList::types:
            return classification.types;
        case ClassList::items:
            break;
    }
    return classification.items;
}

const ClassListChange& change_of(const model::ClassifyTerms& terms, ClassList list) {
    return list == ClassList::natures ? terms.natures : list == ClassList::types ? terms.types : terms.items;
}

Refusal unknown(ClassList list) {
    return list == ClassList::natures ? Refusal::unknown_nature
           : list == ClassList::types ? Refusal::unknown_type
                                      : Refusal::unknown_item;
}

std::optional<std::uint8_t> number_of(const std::vector<std::string>& values, std::string_view value) {
    const auto found = std::ranges::find(values, value);
    if (found == values.end()) return std::nullopt;
    return static_cast<std::uint8_t>(found - values.begin());
}

template <std::size_t kBytes>
void put_text(std::array<char, kBytes>& place, std::string_view text) {
    place = {};
    std::copy_n(text.begin(), std::min(text.size(), kBytes), place.begin());
}

template <std::size_t kBytes>
std::string text_of(const std::array<char, kBytes>& place) {
    return {place.begin(), std::find(place.begin(), place.end(), '\0')};
}

bool is_printable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

bool fits(const model::Program& program, const ClassValues& given) {
    if (!program.classification) return true;
    for (const ClassList list :
         {ClassList::sources, ClassList::natures, ClassList::types, ClassList::items}) {
        const std::vector<std::string>& before = given[index_of(list)];
        const auto added = std::ranges::count_if(
            values_of(*program.classification, list),
            [&](const std::string& value) { return std::ranges::find(before, value) == before.end(); });
        if (before.size() + static_cast<std::size_t>(added) > kMostValues[index_of(list)]) return false;
    }
    return true;
}

std::array<std::uint8_t, 3> mark_of(const Classified& classified) {
    if (classified == Classified{}) return {};
    const std::uint64_t digest = XXH3_64bits(&classified, sizeof classified);
    std::array<std::uint8_t, 3> mark = {static_cast<std::uint8_t>(digest >> 40),
                                        static_cast<std::uint8_t>(digest >> 48),
                                        static_cast<std::uint8_t>(digest >> 56)};
    if (mark == std::array<std::uint8_t, 3>{}) mark[0] = 1;
    return mark;
}

Classes::Classes(const model::Program& program, std::shared_ptr<const ClassValues> previous)
    : values_(std::move(previous)) {
    if (values_ == nullptr) values_ = std::make_shared<const ClassValues>();
    if (!program.classification) return;
    vip_month_spend_ = program.classification->vip_month_spend;
    ClassValues values = *values_;
    for (const ClassList list :
         {ClassList::sources, ClassList::natures, ClassList::types, ClassList::items}) {
        std::vector<std::string>& known = values[index_of(list)];
        for (const std::string& value : values_of(*program.classification, list)) {
            auto number = number_of(known, value);
            if (!number) {
                TIM_INVARIANT(known.size() < kMostValues[index_of(list)],
                              "the program's values were counted");
                number = static_cast<std::uint8_t>(known.size());
                known.push_back(value);
            }
            listed_[index_of(list)].set(*number);
        }
    }
    if (values != *values_) values_ = std::make_shared<const ClassValues>(std::move(values));
}

std::optional<std::uint8_t> Classes::known(ClassList list, std::string_view value) const {
    return number_of((*values_)[index_of(list)], value);
}

std::optional<std::uint8_t> Classes::listed(ClassList list, std::string_view value) const {
    const auto number = known(list, value);
    return number && listed_[index_of(list)].test(*number) ? number : std::nullopt;
}

model::CustomerClasses Classes::words(const Classified& classified) const {
    model::CustomerClasses words;
    if (classified.prospect != 0) words.status = model::CustomerStatus::prospect;
    words.staff = text_of(classified.staff);
    words.channel = text_of(classified.channel);
    words.birthday = classified.birthday;
    if (classified.source != 0)
        words.source = (*values_)[index_of(ClassList::sources)][classified.source - 1U];
    for (const ClassList list : kBitLists) {
        std::vector<std::string>& told = list == ClassList::natures ? words.natures
                                         : list == ClassList::types ? words.types
                                                                    : words.items;
        const std::vector<std::string>& values = (*values_)[index_of(list)];
        for (std::size_t number = 0; number < values.size(); ++number)
            if ((classified.bits(list) >> number & 1) != 0) told.push_back(values[number]);
    }
    return words;
}

tl::expected<Classified, ClassRefusal> classified(const Classified& before, const model::ClassifyTerms& terms,
                                                  const Classes& classes) {
    Classified after = before;
    const auto refused = [](Refusal refusal, std::int64_t detail = 0) {
        return tl::unexpected(ClassRefusal{refusal, detail});
    };
    if (terms.status) after.prospect = *terms.status == model::CustomerStatus::prospect ? 1 : 0;
    if (terms.staff) put_text(after.staff, *terms.staff);
    if (terms.channel) put_text(after.channel, *terms.channel);
    if (terms.birthday) after.birthday = *terms.birthday;
    if (terms.source && terms.source->empty()) {
        after.source = 0;
    } else if (terms.source) {
        const auto number = classes.listed(ClassList::sources, *terms.source);
        if (!number) return refused(Refusal::unknown_source);
        after.source = static_cast<std::uint8_t>(*number + 1);
    }
    for (const ClassList list : kBitLists) {
        const ClassListChange& change = change_of(terms, list);
        std::int64_t place = 0;
        for (const auto* const values : {&change.drop, &change.add}) {
            const bool adds = values == &change.add;
            for (const std::string& value : *values) {
                ++place;
                const auto number = adds ? classes.listed(list, value) : classes.known(list, value);
                if (!number) return refused(unknown(list), place);
                const std::uint64_t bit = std::uint64_t{1} << *number;
                after.bits(list) = adds ? after.bits(list) | bit : after.bits(list) & ~bit;
            }
        }
    }
    return after;
}

Refusal check_terms(const model::ClassifyTerms& terms) {
    using model::CustomerStatus;
    if (terms.status && *terms.status != CustomerStatus::fresh && *terms.status != CustomerStatus::prospect)
        return Refusal::invalid_status;
    if (terms.staff && (terms.staff->size() > model::kMaxStaffBytes || !is_printable(*terms.staff)))
        return Refusal::invalid_staff;
    if (terms.channel && (terms.channel->size() > model::kMaxChannelBytes || !is_printable(*terms.channel)))
        return Refusal::invalid_channel;
    if (terms.birthday && *terms.birthday != model::Birthday{} && !model::is_day(*terms.birthday))
        return Refusal::invalid_birthday;
    for (const ClassList list : kBitLists) {
        const ClassListChange& change = change_of(terms, list);
        if (change.add.size() > model::kMaxClassValues || change.drop.size() > model::kMaxClassValues)
            return Refusal::invalid_command;
    }
    return Refusal::none;
}

const ClassificationBook::Block* ClassificationBook::find(model::CustomerId customer) const {
    const std::uint64_t index = customer.value / kRecordsPerBlock / kStripes;
    return index < blocks_.size() ? blocks_[index].get() : nullptr;
}

void ClassificationBook::set(model::CustomerId customer, const Classified& classified) {
    const std::uint64_t index = customer.value / kRecordsPerBlock / kStripes;
    if (index >= blocks_.size()) blocks_.resize(index + 1);
    if (blocks_[index] == nullptr) blocks_[index] = std::make_unique<Block>();
    (*blocks_[index])[customer.value % kRecordsPerBlock] = classified;
}

}  // namespace tim::core
