#include <fmt/format.h>

#include <tuple>

#include "tools/tim/command_line.h"
#include "tools/tim/figures.h"

namespace tim::cli {
namespace {

struct Options {
    std::string customer;
    std::string receipt;
    std::string amount;
    std::string original;
    std::string spend;
    std::string reason;
    std::int64_t points = 0;
    std::uint64_t hold = 0;
    std::string referral;
    std::string payment;
    std::string voucher;
    std::vector<std::string> lines;
    bool ranking = false;
    std::string tier;
    bool drop_tier = false;
    std::optional<std::string> from;
    std::optional<std::string> until;
    std::optional<std::string> at;
    std::optional<std::string> request_id;
};

/// What of a command can be read without the program; a fault is an error of kind invalid.
struct Draft {
    model::Command command;
    CustomerArgument customer;
};

model::Result<Draft> draft(model::CommandKind kind, const Options& options) {
    Draft result;
    result.command.kind = kind;
    if (!options.customer.empty()) {
        auto customer = read_customer(options.customer);
        if (!customer) return tl::unexpected(customer.error());
        result.customer = std::move(*customer);
    }
    if (!options.receipt.empty()) {
        const auto receipt = model::parse_receipt(options.receipt);
        if (!receipt) return tl::unexpected(receipt.error());
        result.command.name = *receipt;
    }
    if (!options.original.empty()) {
        const auto original = options.receipt.empty()
                                  ? model::parse_receipt(options.original)
                                  : model::parse_receipt(options.original, result.command.name.terminal);
        if (!original) return tl::unexpected(original.error());
        result.command.original = *original;
    }
    if (options.receipt.empty()) {
        const auto name = read_request_id(options.request_id);
        if (!name) return tl::unexpected(name.error());
        result.command.name = *name;
    }
    return result;
}

int post(const CommandLine& line, const Options& options, model::CommandKind kind, const std::string& word) {
    auto drafted = draft(kind, options);
    if (!drafted) return fail_usage(drafted.error().message);
    const bool returns = kind == model::CommandKind::returned;
    if (returns && options.amount.empty() && options.lines.empty())
        return fail_usage("what comes back? Name --amount, or --line and the sale's receipt as --original");
    if (returns && !options.lines.empty() && options.original.empty())
        return fail_usage("--line: of which sale? Name its receipt as --original");
    return with_shop(line, [&](Shop& shop) {
        model::Command& command = drafted->command;
        command.customer = drafted->customer.ref();
        const auto at = shop.read_time(options.at);
        if (!at) return fail_usage(fmt::format("--at: {}", at.error().message));
        command.at = *at;
        auto lines = read_lines(shop, options.lines, returns);
        if (!lines) return fail_usage(lines.error().message);
        if (!options.amount.empty()) {
            const auto amount = read_amount(shop, options.amount, "--amount");
            if (!amount) return fail_usage(amount.error().message);
            command.amount = *amount;
        }
        const std::string name =
            options.receipt.empty() ? drafted->customer.label() : model::format_name(command.name);
        if (kind == model::CommandKind::sale || !lines->empty()) {
            const model::SaleDetails details{
                {options.hold}, options.referral, options.payment, std::move(*lines), options.voucher};
            command.details = &details;
            return tell_sale(line, shop, {word, name}, command,
                             shop.session.client().detailed_sale(shop.program, command));
        }
        return tell_outcome(line, shop, {word, name}, command,
                            shop.session.client().command(shop.program, command));
    });
}

/// A tier by hand, or the end of all of them.
int override_tier(const CommandLine& line, const Options& options) {
    auto drafted = draft(model::CommandKind::override_tier, options);
    if (!drafted) return fail_usage(drafted.error().message);
    if (options.points != 0 || !options.spend.empty() || options.ranking)
        return fail_usage("a tier is set by itself, without --points, --spend and --ranking");
    if (options.drop_tier && (!options.tier.empty() || options.from || options.until))
        return fail_usage(
            "--drop-tier takes back every tier by hand; it goes with none of --tier, --from, --until");
    if (!options.drop_tier && options.tier.empty()) return fail_usage("--from and --until date a --tier");
    if (!options.drop_tier && !options.until) return fail_usage("until when? Name --until");
    if (auto checked = check_text("--reason", options.reason); !checked) return fail(checked.error());
    return with_shop(line, [&](Shop& shop) {
        model::Command& command = drafted->command;
        command.customer = drafted->customer.ref();
        model::TierAct act;
        act.tier = options.tier;
        for (const auto& [option, text, instant] :
             {std::tuple{"--at", &options.at, &command.at}, std::tuple{"--from", &options.from, &act.from},
              std::tuple{"--until", &options.until, &act.until}}) {
            const auto read = shop.read_time(*text);
            if (!read) return fail_usage(fmt::format("{}: {}", option, read.error().message));
            *instant = *read;
        }
        return tell_outcome(line, shop, {"adjust", drafted->customer.label()}, command,
                            shop.session.client().override_tier(shop.program, command.customer, act,
                                                                options.reason, command.name, command.at));
    });
}

int adjust(const CommandLine& line, const Options& options) {
    if (!options.tier.empty() || options.drop_tier || options.from || options.until)
        return override_tier(line, options);
    auto drafted = draft(model::CommandKind::adjust, options);
    if (!drafted) return fail_usage(drafted.error().message);
    if (options.points == 0 && options.spend.empty())
        return fail_usage("adjust what? Name --points, --spend or --tier");
    if (auto checked = check_text("--reason", options.reason); !checked) return fail(checked.error());
    return with_shop(line, [&](Shop& shop) {
        model::Command& command = drafted->command;
        command.customer = drafted->customer.ref();
        command.points = {options.points};
        command.ranking = options.ranking;
        command.reason = options.reason;
        const auto at = shop.read_time(options.at);
        if (!at) return fail_usage(fmt::format("--at: {}", at.error().message));
        command.at = *at;
        if (!options.spend.empty()) {
            const auto spend = read_amount(shop, options.spend, "--spend", true);
            if (!spend) return fail_usage(spend.error().message);
            command.amount = *spend;
        }
        return tell_outcome(line, shop, {"adjust", drafted->customer.label()}, command,
                            shop.session.client().command(shop.program, command));
    });
}

void add_time(CLI::App* command, Options& options) {
    command->add_option("--at", options.at,
                        "When, ISO 8601, in the program's zone where it has no offset (default: now)");
}

}  // namespace

void add_till_commands(CLI::App& app, CommandLine& line) {
    auto options = std::make_shared<Options>();
    const std::string customer_help = "phone:+84901234567, email:an@example.vn, card:20417 or id:42";
    const std::string receipt_help = "TERMINAL/NUMBER: a number, then 1 to 24 printable ASCII bytes";

    CLI::App* sale = app.add_subcommand("sale", "Post a sale; the same receipt again changes nothing");
    sale->add_option("CUSTOMER", options->customer, customer_help + "; none for an anonymous sale");
    sale->add_option("--receipt", options->receipt, receipt_help)->required();
    sale->add_option("--amount", options->amount, "What was paid, a decimal of the program's currency")
        ->required();
    sale->add_option("--hold", options->hold,
                     "The number that `tim hold` gave: captured whole with the sale, or the sale is refused")
        ->check(whole_number(1));
    sale->add_option(
        "--referral", options->referral,
        "A referral code, for a first order; when it is refused, the sale is accepted nonetheless");
    sale->add_option(
        "--payment", options->payment,
        "What tells the means of payment from others (a token of the till's): nobody refers oneself");
    sale->add_option("--voucher", options->voucher,
                     "A voucher's code, used with the sale; when it is refused, the sale is accepted "
                     "nonetheless: reserve it before goods leave");
    sale->add_option(
            "--line", options->lines,
            "Goods, SKU:QTY:PRICE[:CATEGORY], once for each line; their prices come to --amount or more")
        ->allow_extra_args(false);
    add_time(sale, *options);
    sale->footer(
        "Examples:\n  tim sale phone:+84901234567 --receipt 1/104416 --amount 150000\n"
        "  tim sale card:20417 --receipt 1/104419 --amount 150000 --line oolong-1:2:60000:tea --line "
        "cup:1:45000\n"
        "  tim sale phone:+84901234567 --receipt 1/104417 --amount 70000 --hold 184467\n"
        "  tim sale card:20418 --receipt 1/104418 --amount 500000 --referral 7K3M9QXWTB2C\n"
        "  tim sale card:20418 --receipt 1/104421 --amount 100000 --voucher 2J7QXW9TB3MC\n"
        "  tim sale --receipt 1/536366 --amount 20000");
    sale->callback([&line, options] {
        line.run = [&line, options] { return post(line, *options, model::CommandKind::sale, "sale"); };
    });

    CLI::App* returned = app.add_subcommand("return", "Take goods back, with the sale's receipt or without");
    returned->add_option("CUSTOMER", options->customer, customer_help + "; none for an anonymous return");
    returned->add_option("--receipt", options->receipt, receipt_help)->required();
    returned->add_option("--amount", options->amount,
                         "What is paid back; with --line their share of what was paid, which is the default");
    returned
        ->add_option("--line", options->lines,
                     "Goods of the sale that come back, SKU:QTY[:PRICE], once for each line")
        ->allow_extra_args(false);
    returned->add_option("--original", options->original,
                         "The sale's receipt, or its number at the same terminal");
    add_time(returned, *options);
    returned->footer(
        "Examples:\n  tim return card:20417 --receipt 1/C104417 --amount 27500 --original 1/104416\n"
        "  tim return card:20417 --receipt 1/C104420 --original 1/104419 --line oolong-1:1");
    returned->callback([&line, options] {
        line.run = [&line, options] { return post(line, *options, model::CommandKind::returned, "return"); };
    });

    CLI::App* voided = app.add_subcommand("void", "Undo a sale of which nothing was returned");
    voided->add_option("RECEIPT", options->receipt, "The receipt of the void itself, " + receipt_help)
        ->required();
    voided
        ->add_option("--original", options->original,
                     "The sale's receipt, or its number at the same terminal")
        ->required();
    add_time(voided, *options);
    voided->footer("Example:\n  tim void 1/V17 --original 1/104416");
    voided->callback([&line, options] {
        line.run = [&line, options] { return post(line, *options, model::CommandKind::voided, "void"); };
    });

    CLI::App* adjusts =
        app.add_subcommand("adjust", "Give or deduct points or spend, or set the tier for a while (admin)");
    adjusts->add_option("CUSTOMER", options->customer, customer_help)->required();
    adjusts->add_option("--points", options->points, "Points to give (above 0) or to deduct (below 0)")
        ->check(whole_number());
    adjusts->add_option("--spend", options->spend, "Spend to add or, with a minus, to take off");
    adjusts->add_flag("--ranking", options->ranking, "The points count as ranking points too");
    adjusts->add_option("--tier", options->tier,
                        "The tier's id: it holds until --until, whatever the figures lead to");
    adjusts->add_option("--from", options->from, "From when the tier holds, ISO 8601 (default: now)");
    adjusts->add_option("--until", options->until, "Until when the tier holds, ISO 8601");
    adjusts->add_flag("--drop-tier", options->drop_tier,
                      "Take back every tier that was set so: the figures alone decide again");
    adjusts->add_option("--reason", options->reason, "Why; it stands in the customer's history")->required();
    adjusts->add_option("--request-id", options->request_id,
                        "32 hexadecimal digits, to repeat it exactly once");
    add_time(adjusts, *options);
    adjusts->footer(
        "Examples:\n  tim adjust card:20417 --points 50 --reason 'a birthday'\n"
        "  tim adjust card:20417 --spend=-200000 --reason 'counted twice'\n"
        "  tim adjust card:20417 --tier vang --until 2026-12-31 --reason 'made good'");
    adjusts->callback([&line, options] { line.run = [&line, options] { return adjust(line, *options); }; });
}

}  // namespace tim::cli
