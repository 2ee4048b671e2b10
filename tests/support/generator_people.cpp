// Who customers are, at random.
#include <fmt/format.h>

#include "tests/support/generator.h"

namespace tim::tests {

using model::CommandKind;
using model::kNoInstant;
using model::ProgramId;

Who CommandGenerator::some_key(ProgramId program) {
    const std::uint64_t number = 1 + choices_.below(model_.customer_count(program) + 2);
    const std::uint64_t dice = choices_.below(100);
    if (dice < 35) return fmt::format("card:c{}", number);
    if (dice < 60) return fmt::format("phone:+84 90 000.00{:02}", number);
    if (dice < 85) return fmt::format("email:Customer{}@Example.vn", number);
    if (dice < 98) return fmt::format("card:new{}", choices_.below(12));
    return dice < 99 ? Who("phone:12") : Who("id:1");
}

OwnedCommand CommandGenerator::enroll(ProgramId program) {
    const std::uint64_t number =
        choices_.chance(90) ? model_.customer_count(program) + 1 : choices_.below(9) + 1;
    std::vector<Who> keys{fmt::format("card:c{}", number)};
    if (choices_.chance(85)) keys.emplace_back(fmt::format("phone:+84 90 000.00{:02}", number));
    if (choices_.chance(85)) keys.emplace_back(fmt::format("email:Customer{}@Example.vn", number));
    if (choices_.chance(2)) keys.emplace_back("phone:nobody");
    if (choices_.chance(2))
        for (int i = 0; i < 8; ++i)
            keys.emplace_back(fmt::format("card:extra{}-{}", next_number_, i));
    if (model_.document(program, 1).network) {
        Who vip;
        if (choices_.chance(70)) vip = customer(program);
        return make_enroll_with(program, next_request(), keys, vip,
                                choices_.chance(60) ? code(program) : std::string());
    }
    OwnedCommand newcomer =
        make_enroll(program, next_request(), keys, kNoInstant, fmt::format("Customer {}", number));
    return choices_.chance(30) ? with_classes(std::move(newcomer), class_terms()) : newcomer;
}

OwnedCommand CommandGenerator::person(ProgramId program) {
    const std::uint64_t dice = choices_.below(100);
    if (dice < 20)
        return make_person_act(CommandKind::block_customer, program, next_request(), customer(program));
    if (dice < 40)
        return make_person_act(CommandKind::unblock_customer, program, next_request(), customer(program));
    if (dice < 44) return make_person_act(CommandKind::erase, program, next_request(), customer(program));
    if (dice < 70) {
        const NaiveModel::Accepted* sale = nullptr;
        for (int tries = 0; tries < 6 && (sale == nullptr || sale->customer.value != 0); ++tries)
            sale = some_accepted(program, CommandKind::sale);
        model::Name name = receipt(9, "NEVER-SOLD");
        if (sale != nullptr && choices_.chance(97)) name = sale->command.command.name;
        if (choices_.chance(3))
            if (const auto* placed = some_accepted(program, CommandKind::place_order))
                name = placed->command.command.name;
        return make_claim(program, next_request(), customer(program), name);
    }
    std::vector<Who> add;
    std::vector<Who> drop;
    while (add.size() < 9 && choices_.chance(50))
        add.push_back(some_key(program));
    while (drop.size() < 4 && choices_.chance(45))
        drop.push_back(some_key(program));
    const Who who = customer(program);
    // Mostly keys that they have.
    if (const auto known = model_.find_customer(program, {who.kind, who.id, who.text})) {
        for (const NaiveModel::HeldKey& key : model_.keys_held(program, *known))
            if (choices_.chance(25)) drop.emplace_back(key.kind, key.text);
    }
    return make_rekey(program, next_request(), who, add, drop,
                      choices_.chance(30) ? std::optional(fmt::format("Name {}", dice)) : std::nullopt);
}

}  // namespace tim::tests
