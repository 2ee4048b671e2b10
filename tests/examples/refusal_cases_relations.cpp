#include <fmt/format.h>

#include "examples/refusal_cases.h"
#include "tests/support/shop.h"

namespace tim::tests {
namespace {

using model::Outcome;
using model::Refusal;

model::Program listing() {
    model::Program program = nhanh_program();
    model::Classification& lists = program.classification.emplace();
    lists.sources = {"staff"};
    lists.natures = {"retail"};
    lists.types = {"cafe"};
    lists.items = {"tea"};
    return program;
}

Outcome classify(const std::function<void(model::ClassifyTerms&)>& say) {
    Shop shop(listing());
    model::ClassifyTerms terms;
    say(terms);
    return shop.fixture.execute(
        make_classify(shop.program, shop.fixture.fresh_request(), Shop::kCustomer, terms));
}

}  // namespace

const RefusalCases& cases_of_relations() {
    static const RefusalCases cases = {
        {Refusal::invalid_status,
         [] { return classify([](auto& terms) { terms.status = model::CustomerStatus::vip; }); }},
        {Refusal::invalid_staff,
         [] { return classify([](auto& terms) { terms.staff = "a code of seventeen"; }); }},
        {Refusal::invalid_channel, [] { return classify([](auto& terms) { terms.channel = "tết"; }); }},
        {Refusal::invalid_birthday,
         [] { return classify([](auto& terms) {
                  terms.birthday = model::Birthday{2, 30};
              }); }},
        {Refusal::unknown_source, [] { return classify([](auto& terms) { terms.source = "radio"; }); }},
        {Refusal::unknown_nature, [] { return classify([](auto& terms) { terms.natures.add = {"x"}; }); }},
        {Refusal::unknown_type, [] { return classify([](auto& terms) { terms.types.drop = {"x"}; }); }},
        {Refusal::unknown_item, [] { return classify([](auto& terms) {
                                         terms.items.add = {"tea", "x"};
                                     }); }},
        {Refusal::too_many_values,
         [] {
             Shop shop(listing());
             model::Program changed = listing();
             changed.classification->items.clear();
             for (std::size_t i = 0; i < model::kMaxClassValues; ++i)
                 changed.classification->items.push_back(fmt::format("item-{}", i));
             return shop.fixture.execute(make_put_program(shop.fixture.fresh_request(), changed));
         }},
    };
    return cases;
}

}  // namespace tim::tests
