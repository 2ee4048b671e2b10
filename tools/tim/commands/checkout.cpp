#include <fmt/format.h>

#include "protocol/codec/limits.h"
#include "tools/tim/command_line.h"
#include "tools/tim/figures.h"
#include "tools/tim/text_table.h"

namespace tim::cli {
namespace {

constexpr std::int64_t kMaxTtlSeconds = codec::kMaxHoldMs / 1000;

struct Options {
    std::string customer;
    std::string amount;
    std::string receipt;
    std::string original;
    std::string reward;
    std::string voucher;
    std::vector<std::string> lines;
    std::int64_t points = 0;
    std::int64_t ttl_s = 600;
    std::uint64_t hold = 0;
    std::optional<std::string> at;
    std::optional<std::string> request_id;
};

/// What an order comes to; with lines it is a message of its own.
model::Result<model::Outcome> ask(Shop& shop, const model::Command& order) {
    if (order.details == nullptr) return shop.session.client().command(shop.program, order);
    auto answer = shop.session.client().detailed_sale(shop.program, order);
    if (!answer) return tl::unexpected(answer.error());
    return std::move(answer->outcome);
}

int quote(const CommandLine& line, const Options& options) {
    const auto customer = read_customer(options.customer);
    if (!customer) return fail_usage(customer.error().message);
    return with_shop(line, [&](Shop& shop) {
        const auto amount = read_amount(shop, options.amount, "--amount");
        if (!amount) return fail_usage(amount.error().message);
        model::Command command;
        command.kind = model::CommandKind::balance;
        command.customer = customer->ref();
        command.amount = *amount;
        auto lines = read_lines(shop, options.lines, false);
        if (!lines) return fail_usage(lines.error().message);
        const model::SaleDetails details{{}, {}, {}, std::move(*lines), options.voucher};
        if (!details.lines.empty() || !details.voucher.empty()) command.details = &details;
        const auto outcome = ask(shop, command);
        if (!outcome) return fail(outcome.error());
        if (outcome->refusal != model::Refusal::none)
            return refuse(line, outcome->refusal, outcome->detail, &shop.version->program().currency);
        const auto found = shop.session.program(shop.program, outcome->version);
        if (!found) return fail(found.error());
        const ProgramVersion& version = **found;

        const model::Money discount{outcome->detail};
        const model::Money to_pay{amount->value - discount.value};
        // What the points are worth never exceeds what is to be paid.
        std::optional<model::Money> worth;
        if (const auto& rate = version.program().points.redeem) {
            const auto all =
                model::floor_multiply_divide(outcome->spendable.value, rate->value.value, rate->points.value);
            worth = model::Money{std::min(all.value_or(INT64_MAX), to_pay.value)};
        }
        const std::string& currency = version.program().currency.code;
        if (line.options.json) {
            JsonLine json;
            json.add("command", "quote")
                .add("name", customer->label())
                .add("id", outcome->customer.value)
                .add("amount", version.money(*amount))
                .add("discount", version.money(discount))
                .add("to_pay", version.money(to_pay))
                .add("earns", outcome->points.value)
                .add("balance", outcome->balance.value)
                .add("held", outcome->held.value)
                .add("spendable", outcome->spendable.value)
                .add_or_null("spendable_value", worth ? version.money(*worth) : "")
                .add("tier", version.tier_id(outcome->tier_after));
            print(json.text() + "\n");
            return static_cast<int>(kDone);
        }
        std::vector<std::pair<std::string, std::string>> fields = {
            {"customer", fmt::format("{} (id:{})", customer->label(), outcome->customer.value)},
            {"tier", version.tier_name(outcome->tier_after)},
            {"amount", fmt::format("{} {}", version.money(*amount), currency)},
            {"discount", fmt::format("{} {}", version.money(discount), currency)},
            {"to pay", fmt::format("{} {}", version.money(to_pay), currency)},
            {"earns", fmt::format("{} {}", outcome->points.value, version.program().points.unit)},
            {"balance", std::to_string(outcome->balance.value)},
            {"spendable", std::to_string(outcome->spendable.value)},
        };
        if (worth) fields.emplace_back("pays at most", fmt::format("{} {}", version.money(*worth), currency));
        print(field_list(fields));
        return static_cast<int>(kDone);
    });
}

/// Points for a reward: the answer is its code.
int redeem_reward(const CommandLine& line, const Options& options, const CustomerArgument& customer,
                  const model::Name& name) {
    if (options.reward.size() > model::kMaxProgramIdBytes)
        return fail_usage(fmt::format("--reward: an id has at most {} bytes", model::kMaxProgramIdBytes));
    return with_shop(line, [&](Shop& shop) {
        model::RewardTerms terms;
        terms.reward = options.reward;
        model::Command command;
        command.kind = model::CommandKind::redeem_reward;
        command.customer = customer.ref();
        command.name = name;
        command.reward = &terms;
        const auto at = shop.read_time(options.at);
        if (!at) return fail_usage(fmt::format("--at: {}", at.error().message));
        command.at = *at;
        return tell_sale(line, shop, {"redeem", customer.label()}, command,
                         shop.session.client().change_reward(shop.program, command));
    });
}

int redeem(const CommandLine& line, const Options& options) {
    const auto customer = read_customer(options.customer);
    if (!customer) return fail_usage(customer.error().message);
    const int ways = (options.points != 0) + !options.amount.empty() + !options.reward.empty();
    if (ways != 1) return fail_usage("redeem either --points or --amount, or for a --reward");
    if (!options.reward.empty() && !options.original.empty())
        return fail_usage("--original: a reward is exchanged outside of sales");
    const auto name =
        options.receipt.empty() ? read_request_id(options.request_id) : model::parse_receipt(options.receipt);
    if (!name) return fail_usage(name.error().message);
    if (!options.reward.empty()) return redeem_reward(line, options, *customer, *name);
    model::Name original;
    if (!options.original.empty()) {
        const auto sale = options.receipt.empty() ? model::parse_receipt(options.original)
                                                  : model::parse_receipt(options.original, name->terminal);
        if (!sale) return fail_usage(fmt::format("--original: {}", sale.error().message));
        original = *sale;
    }
    return with_shop(line, [&](Shop& shop) {
        model::Command command;
        command.original = original;
        command.kind = model::CommandKind::redeem;
        command.customer = customer->ref();
        command.name = *name;
        command.points = {options.points};
        const auto at = shop.read_time(options.at);
        if (!at) return fail_usage(fmt::format("--at: {}", at.error().message));
        command.at = *at;
        if (!options.amount.empty()) {
            const auto amount = read_amount(shop, options.amount, "--amount");
            if (!amount) return fail_usage(amount.error().message);
            command.amount = *amount;
        }
        return tell_outcome(line, shop, {"redeem", customer->label()}, command,
                            shop.session.client().command(shop.program, command));
    });
}

int hold(const CommandLine& line, const Options& options) {
    const auto customer = read_customer(options.customer);
    if (!customer) return fail_usage(customer.error().message);
    const auto name = read_request_id(options.request_id);
    if (!name) return fail_usage(name.error().message);
    return with_shop(line, [&](Shop& shop) {
        model::Command command;
        command.kind = model::CommandKind::hold;
        command.customer = customer->ref();
        command.name = *name;
        command.points = {options.points};
        command.ttl_ms = options.ttl_s * 1000;
        const auto at = shop.read_time(options.at);
        if (!at) return fail_usage(fmt::format("--at: {}", at.error().message));
        command.at = *at;
        return tell_outcome(line, shop, {"hold", customer->label()}, command,
                            shop.session.client().command(shop.program, command));
    });
}

int resolve(const CommandLine& line, const Options& options, model::CommandKind kind,
            const std::string& word) {
    const auto name = read_request_id(options.request_id);
    if (!name) return fail_usage(name.error().message);
    return with_shop(line, [&](Shop& shop) {
        model::Command command;
        command.kind = kind;
        command.name = *name;
        command.hold = {options.hold};
        command.points = {options.points};
        const auto at = shop.read_time(options.at);
        if (!at) return fail_usage(fmt::format("--at: {}", at.error().message));
        command.at = *at;
        return tell_outcome(line, shop, {word, fmt::format("hold {}", options.hold)}, command,
                            shop.session.client().command(shop.program, command));
    });
}

}  // namespace

void add_checkout_commands(CLI::App& app, CommandLine& line) {
    auto options = std::make_shared<Options>();
    const std::string customer_help = "phone:+84901234567, email:an@example.vn, card:20417 or id:42";
    const auto add_common = [options](CLI::App* command) {
        command->add_option("--at", options->at, "When, ISO 8601 (default: now)");
        command->add_option("--request-id", options->request_id,
                            "32 hexadecimal digits, to repeat it exactly once (default: random)");
    };

    CLI::App* quotes =
        app.add_subcommand("quote", "What a checkout would get: points to earn, points it may spend");
    quotes->add_option("CUSTOMER", options->customer, customer_help)->required();
    quotes->add_option("--amount", options->amount, "What is to be paid")->required();
    quotes
        ->add_option("--line", options->lines,
                     "Goods, SKU:QTY:PRICE[:CATEGORY], once for each line: what campaigns ask for")
        ->allow_extra_args(false);
    quotes->add_option("--voucher", options->voucher,
                       "A voucher's code: it takes off what it is worth, last");
    quotes->footer(
        "Examples:\n  tim quote phone:+84901234567 --amount 150000\n"
        "  tim quote phone:+84901234567 --amount 150000 --line oolong-1:2:60000:tea --line cup:1:45000\n"
        "  tim quote phone:+84901234567 --amount 150000 --voucher 2J7QXW9TB3MC");
    quotes->callback([&line, options] { line.run = [&line, options] { return quote(line, *options); }; });

    CLI::App* redeems = app.add_subcommand("redeem", "Spend points, or exchange them for a reward");
    redeems->add_option("CUSTOMER", options->customer, customer_help)->required();
    redeems->add_option("--points", options->points, "How many points")->check(whole_number(1));
    redeems->add_option("--amount", options->amount, "How much money they are to pay, at the program's rate");
    redeems->add_option("--reward", options->reward,
                        "The id of a reward, which costs what `tim rewards` says; the answer is its code");
    redeems->add_option("--receipt", options->receipt, "TERMINAL/NUMBER, to name it by a receipt");
    redeems->add_option("--original", options->original,
                        "The receipt of the sale in which they are spent: its full return restores them");
    add_common(redeems);
    redeems->footer(
        "Examples:\n  tim redeem card:20417 --points 80\n  tim redeem card:20417 --amount 20000\n"
        "  tim redeem card:20417 --points 80 --original 1/104416\n"
        "  tim redeem card:20417 --reward v50");
    redeems->callback([&line, options] { line.run = [&line, options] { return redeem(line, *options); }; });

    CLI::App* holds = app.add_subcommand("hold", "Reserve points for a checkout");
    holds->add_option("CUSTOMER", options->customer, customer_help)->required();
    holds->add_option("--points", options->points, "How many points")->required()->check(whole_number(1));
    holds->add_option("--ttl", options->ttl_s, "Seconds until the hold times out by itself; 7 days at most")
        ->capture_default_str()
        ->check(whole_number(1, kMaxTtlSeconds, "seconds"));
    add_common(holds);
    holds->footer("Example:\n  tim hold card:20417 --points 80 --ttl 300");
    holds->callback([&line, options] { line.run = [&line, options] { return hold(line, *options); }; });

    CLI::App* captures = app.add_subcommand("capture", "Spend what a hold reserved, all or part of it");
    captures->add_option("HOLD", options->hold, "The number that `tim hold` gave")->required();
    captures->add_option("--points", options->points, "How many; the rest is free again (default: all)")
        ->check(whole_number(1));
    add_common(captures);
    captures->footer("Example:\n  tim capture 184467 --points 50");
    captures->callback([&line, options] {
        line.run = [&line, options] {
            return resolve(line, *options, model::CommandKind::capture, "capture");
        };
    });

    CLI::App* releases = app.add_subcommand("release", "Give back what a hold reserved");
    releases->add_option("HOLD", options->hold, "The number that `tim hold` gave")->required();
    add_common(releases);
    releases->footer("Example:\n  tim release 184467");
    releases->callback([&line, options] {
        line.run = [&line, options] {
            return resolve(line, *options, model::CommandKind::release, "release");
        };
    });
}

}  // namespace tim::cli
