#include "examples/refusal_cases.h"
#include "tests/support/shop.h"

namespace tim::tests {
namespace {

using model::CommandKind;
using model::Outcome;
using model::Refusal;

Outcome act(Shop& shop, CommandKind kind) {
    return shop.fixture.execute(
        make_person_act(kind, shop.program, shop.fixture.fresh_request(), Shop::kCustomer));
}

Outcome rekey(Shop& shop, const std::vector<Who>& add, const std::vector<Who>& drop) {
    return shop.fixture.execute(
        make_rekey(shop.program, shop.fixture.fresh_request(), Shop::kCustomer, add, drop));
}

Outcome claim(Shop& shop, const std::string& number) {
    return shop.fixture.execute(
        make_claim(shop.program, shop.fixture.fresh_request(), Shop::kCustomer, receipt(1, number)));
}

}  // namespace

const RefusalCases& cases_of_people() {
    static const RefusalCases cases = {
        {Refusal::customer_erased,
         [] {
             Shop shop;
             act(shop, CommandKind::erase);
             return shop.sale("S", 1, model::kNoInstant, "id:1");
         }},
        {Refusal::customer_blocked,
         [] {
             Shop shop;
             shop.adjust(10);
             act(shop, CommandKind::block_customer);
             return shop.redeem(1);
         }},
        {Refusal::already_blocked,
         [] {
             Shop shop;
             act(shop, CommandKind::block_customer);
             return act(shop, CommandKind::block_customer);
         }},
        {Refusal::not_blocked,
         [] {
             Shop shop;
             return act(shop, CommandKind::unblock_customer);
         }},
        {Refusal::unknown_key,
         [] {
             Shop shop;
             return rekey(shop, {"card:2"}, {"card:3"});
         }},
        {Refusal::last_key,
         [] {
             Shop shop;
             return rekey(shop, {}, {Shop::kCustomer});
         }},
        {Refusal::not_anonymous,
         [] {
             Shop shop;
             shop.sale("S", 10'000);
             return claim(shop, "S");
         }},
        {Refusal::nothing_left,
         [] {
             Shop shop;
             shop.sale("S", 10'000, model::kNoInstant, {});
             shop.give_back("B", 10'000, "S", model::kNoInstant, {});
             return claim(shop, "S");
         }},
    };
    return cases;
}

}  // namespace tim::tests
