#include "tests/support/commands.h"

namespace tim::tests {

using model::CommandKind;
using model::Name;
using model::ProgramId;

namespace {

OwnedCommand make(CommandKind kind, ProgramId program, Name name, const Who& customer) {
    OwnedCommand result;
    result.command.kind = kind;
    result.command.program = program;
    result.command.name = name;
    result.command.customer.kind = customer.kind;
    result.command.customer.id = customer.id;
    result.customer_text = customer.text;
    return result;
}

}  // namespace

OwnedCommand make_person_act(CommandKind kind, ProgramId program, Name name, const Who& customer,
                             const std::string& reason) {
    OwnedCommand result = make(kind, program, name, customer);
    result.reason = reason;
    return result;
}

OwnedCommand make_rekey(ProgramId program, Name name, const Who& customer, const std::vector<Who>& add,
                        const std::vector<Who>& drop, const std::optional<std::string>& customer_name) {
    OwnedCommand result = make(CommandKind::rekey, program, name, customer);
    auto owned = std::make_shared<OwnedCommand::EnrollmentText>();
    for (const Who& key : add)
        owned->texts.push_back(key.text);
    for (const Who& key : drop)
        owned->drop_texts.push_back(key.text);
    for (std::size_t i = 0; i < add.size(); ++i)
        owned->enrollment.keys.push_back({add[i].kind, add[i].id, owned->texts[i]});
    for (std::size_t i = 0; i < drop.size(); ++i)
        owned->enrollment.drop.push_back({drop[i].kind, drop[i].id, owned->drop_texts[i]});
    owned->enrollment.keeps_name = !customer_name.has_value();
    owned->enrollment.name = customer_name.value_or("");
    result.enrollment = std::move(owned);
    return result;
}

OwnedCommand make_claim(ProgramId program, Name name, const Who& customer, Name sale) {
    OwnedCommand result = make(CommandKind::claim, program, name, customer);
    result.command.original = sale;
    return result;
}

}  // namespace tim::tests
