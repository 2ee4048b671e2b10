// Who customers are: blocked, with other keys, of a receipt that was nobody's, and erased.
#include <fmt/format.h>

#include "tools/tim/command_line.h"
#include "tools/tim/figures.h"

namespace tim::cli {
namespace {

struct Options {
    std::string customer;
    std::string receipt;
    std::vector<std::string> add;
    std::vector<std::string> drop;
    std::optional<std::string> name;
    std::string reason;
    bool yes = false;
    std::optional<std::string> request_id;
};

struct Deed {
    const char* name;
    model::CommandKind kind;
};

model::Result<std::vector<model::CustomerRef>> read_keys(const std::vector<std::string>& texts,
                                                         std::vector<CustomerArgument>& kept) {
    kept.reserve(kept.size() + texts.size());
    std::vector<model::CustomerRef> keys;
    for (const std::string& text : texts) {
        auto key = read_customer(text);
        if (!key) return tl::unexpected(key.error());
        if (key->kind == model::KeyKind::id)
            return model::failure(model::ErrorKind::invalid, text + ": an id is no key");
        kept.push_back(std::move(*key));
        keys.push_back(kept.back().ref());
    }
    return keys;
}

int change(const CommandLine& line, const Deed& deed, const Options& options) {
    const auto customer = read_customer(options.customer);
    if (!customer) return fail_usage(customer.error().message);
    const auto name = read_request_id(options.request_id);
    if (!name) return fail_usage(name.error().message);
    if (auto fits = check_text("--reason", options.reason); !fits) return fail_usage(fits.error().message);
    model::Command command;
    command.kind = deed.kind;
    command.customer = customer->ref();
    command.name = *name;
    command.reason = options.reason;
    model::Enrollment terms;
    std::vector<CustomerArgument> added;
    std::vector<CustomerArgument> dropped;
    if (deed.kind == model::CommandKind::rekey) {
        auto add = read_keys(options.add, added);
        if (!add) return fail_usage(fmt::format("--add: {}", add.error().message));
        auto drop = read_keys(options.drop, dropped);
        if (!drop) return fail_usage(fmt::format("--drop: {}", drop.error().message));
        if (auto fits = check_text("--name", options.name.value_or("")); !fits)
            return fail_usage(fits.error().message);
        terms.keys = std::move(*add);
        terms.drop = std::move(*drop);
        terms.keeps_name = !options.name;
        terms.name = options.name.value_or("");
        if (terms.keys.empty() && terms.drop.empty() && terms.keeps_name)
            return fail_usage("change what? Name --add, --drop or --name");
        command.enrollment = &terms;
    }
    if (deed.kind == model::CommandKind::claim) {
        const auto receipt = model::parse_receipt(options.receipt);
        if (!receipt) return fail_usage(receipt.error().message);
        command.original = *receipt;
    }
    if (deed.kind == model::CommandKind::erase && !options.yes)
        return fail_usage("what is erased cannot be brought back by anybody; say --yes as well");
    return with_shop(line, [&](Shop& shop) {
        return tell_outcome(line, shop, {deed.name, customer->label()}, command,
                            shop.session.client().change_person(shop.program, command));
    });
}

CLI::App* add_deed(CLI::App& app, CommandLine& line, const Deed& deed, const char* text,
                   const std::shared_ptr<Options>& options) {
    CLI::App* command = app.add_subcommand(deed.name, text);
    command
        ->add_option("CUSTOMER", options->customer,
                     "phone:+84901234567, email:an@example.vn, card:20417 or id:42")
        ->required();
    command->add_option("--request-id", options->request_id,
                        "32 hexadecimal digits, to repeat it exactly once");
    command->callback([&line, deed, options] {
        line.run = [&line, deed, options] { return change(line, deed, *options); };
    });
    return command;
}

}  // namespace

void add_people_commands(CLI::App& app, CommandLine& line) {
    using model::CommandKind;
    auto options = std::make_shared<Options>();
    CLI::App* block = add_deed(app, line, {"block", CommandKind::block_customer},
                               "Block a customer, who goes on earning and spends nothing", options);
    block->add_option("--reason", options->reason, "Kept in the ledger")->required();
    block->footer("Example:\n  tim block phone:+84901234567 --reason 'card reported stolen'");
    CLI::App* unblock = add_deed(app, line, {"unblock", CommandKind::unblock_customer},
                                 "Let a customer spend again", options);
    unblock->add_option("--reason", options->reason, "Kept in the ledger")->required();
    unblock->footer("Example:\n  tim unblock phone:+84901234567 --reason 'new card'");

    CLI::App* rekey = add_deed(app, line, {"rekey", CommandKind::rekey},
                               "Change a customer's phones, emails, cards or name", options);
    rekey->add_option("--add", options->add, "A key that comes: nobody else may have it; may be repeated");
    rekey->add_option("--drop", options->drop, "A key that goes, and is free for others; may be repeated");
    rekey->add_option("--name", options->name, "Another name");
    rekey->footer(
        "Examples:\n  tim rekey phone:+84901234567 --add phone:+84907654321 --drop phone:+84901234567\n"
        "  tim rekey card:20417 --name 'Nguyen Thi An'");

    CLI::App* claim = add_deed(
        app, line, {"claim", CommandKind::claim},
        "Give a sale without a customer to the one who shows the receipt, as if bought then", options);
    claim->add_option("RECEIPT", options->receipt, "TERMINAL/NUMBER")->required();
    claim->footer("Example:\n  tim claim phone:+84901234567 1/1001");

    CLI::App* erase = add_deed(app, line, {"erase", CommandKind::erase},
                               "Erase who a customer is, everywhere and for good; the figures stay", options);
    erase->add_option("--reason", options->reason, "Kept in the ledger: name nobody in it")->required();
    erase->add_flag("--yes", options->yes, "It is meant: nobody can bring it back");
    erase->footer("Example:\n  tim erase phone:+84901234567 --reason 'asked for by letter' --yes");
}

}  // namespace tim::cli
