// What customers are classified by, at random.
#include "tests/support/generator.h"

namespace tim::tests {

using model::ProgramId;

namespace {

std::vector<std::string> some_of(std::initializer_list<const char*> values, Choices& choices) {
    std::vector<std::string> chosen;
    for (const char* value : values)
        if (choices.chance(65)) chosen.emplace_back(value);
    return chosen;
}

std::string one_of(std::initializer_list<const char*> values, Choices& choices) {
    return *(values.begin() + choices.below(values.size()));
}

}  // namespace

void CommandGenerator::choose_classes(model::Program& program, Choices& choices) {
    if (choices.chance(10)) {
        program.classification.reset();
        return;
    }
    model::Classification& lists = program.classification.emplace();
    if (choices.chance(80)) lists.vip_month_spend = model::Money{choices.between(0, 4'000'000)};
    lists.sources = some_of({"staff", "facebook", "google", "self"}, choices);
    lists.natures = some_of({"export", "wholesale", "retail"}, choices);
    lists.types = some_of({"cafe", "grocery", "other"}, choices);
    lists.items = some_of({"tea", "coffee", "beans"}, choices);
}

model::ClassifyTerms CommandGenerator::class_terms() {
    model::ClassifyTerms terms;
    if (choices_.chance(30))
        terms.status = choices_.chance(60) ? model::CustomerStatus::prospect : model::CustomerStatus::fresh;
    if (choices_.chance(2)) terms.status = model::CustomerStatus::vip;
    if (choices_.chance(30)) terms.staff = one_of({"NV01", "NV02", "", "CTV 7"}, choices_);
    if (choices_.chance(2)) terms.staff = "a code of a salesperson that is too long";
    if (choices_.chance(40))
        terms.source = one_of({"staff", "facebook", "google", "self", "", "tv"}, choices_);
    if (choices_.chance(20)) terms.channel = one_of({"tet-2027", "", "summer"}, choices_);
    const auto values = [&](model::ClassListChange& change, std::initializer_list<const char*> all) {
        for (const char* value : all) {
            if (choices_.chance(25)) change.add.emplace_back(value);
            if (choices_.chance(15)) change.drop.emplace_back(value);
        }
    };
    values(terms.natures, {"export", "wholesale", "retail"});
    values(terms.types, {"cafe", "grocery", "other"});
    values(terms.items, {"tea", "coffee", "beans"});
    if (choices_.chance(3)) terms.items.add.emplace_back("salt");
    if (choices_.chance(25))
        terms.birthday = model::Birthday{static_cast<std::uint8_t>(choices_.between(1, 12)),
                                         static_cast<std::uint8_t>(choices_.between(1, 30))};
    if (choices_.chance(3)) terms.birthday = model::Birthday{};
    return terms;
}

OwnedCommand CommandGenerator::classify(ProgramId program) {
    return make_classify(program, next_request(), customer(program), class_terms());
}

}  // namespace tim::tests
