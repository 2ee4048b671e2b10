// Web orders: placed, changed, completed or cancelled.
#include <fmt/format.h>

#include "protocol/codec/limits.h"
#include "tools/tim/command_line.h"
#include "tools/tim/figures.h"
#include "tools/tim/json_line.h"
#include "tools/tim/text_table.h"

namespace tim::cli {
namespace {

using model::CommandKind;

constexpr std::int64_t kMaxLines = 1'000'000;

struct Options {
    std::string customer;
    std::string receipt;
    std::optional<std::string> amount;
    std::optional<std::string> status;
    std::optional<std::string> waybill;
    std::string referral;
    std::string payment;
    std::string voucher;
    std::uint64_t hold = 0;
    bool pending = false;
    std::uint64_t limit = 50;
    std::optional<std::string> at;
    std::optional<std::string> request_id;
};

std::string order_json(const Shop& shop, const client::Order& order) {
    JsonLine json;
    json.add("order", order.receipt)
        .add("id", order.id.value)
        .add("customer", order.customer.value)
        .add("phase", model::order_phase_name(order.phase))
        .add("amount", shop.version->money(order.amount))
        .add("points", order.points.value)
        .add("status", order.status)
        .add("waybill", order.waybill)
        .add("placed_at", shop.time(order.placed_at))
        .add("changed_at", shop.time(order.changed_at));
    if (!order.referral.empty()) json.add("referral", order.referral);
    if (order.sale.value != 0) json.add("sale", order.sale.value);
    return json.text() + "\n";
}

/// What a completed order has earned, and what a pending one would.
std::string points_text(const Shop& shop, const client::Order& order) {
    const std::string points = fmt::format("{} {}", order.points.value, shop.version->program().points.unit);
    switch (order.phase) {
        case model::OrderPhase::completed:
            return points;
        case model::OrderPhase::placed:
            return points + " when it is completed";
        default:
            return "none";
    }
}

std::string order_text(const Shop& shop, const client::Order& order, const std::string& done) {
    std::vector<std::pair<std::string, std::string>> fields = {
        {"order", order.receipt + done},
        {"customer", fmt::format("id:{}", order.customer.value)},
        {"state", std::string(model::order_phase_name(order.phase))},
        {"amount",
         fmt::format("{} {}", shop.version->money(order.amount), shop.version->program().currency.code)},
        {"points", points_text(shop, order)}};
    if (!order.status.empty()) fields.emplace_back("status", order.status);
    if (!order.waybill.empty()) fields.emplace_back("waybill", order.waybill);
    if (!order.referral.empty()) fields.emplace_back("referral code", order.referral);
    fields.emplace_back("placed", shop.time(order.placed_at));
    fields.emplace_back("last change", shop.time(order.changed_at));
    return field_list(fields);
}

/// Tells the order as it stands after a change; a completion is told as the sale that it is.
int tell(const CommandLine& line, Shop& shop, const std::string& word, const std::string& receipt,
         const model::Command& command, const model::Result<client::DetailedOutcome>& answer) {
    const bool done = answer && answer->outcome.refusal == model::Refusal::none;
    if (!done || line.options.json || command.kind == CommandKind::complete_order)
        return tell_sale(line, shop, {word, receipt}, command, answer);
    const model::Name& name = command.kind == CommandKind::place_order ? command.name : command.original;
    const auto order = shop.session.client().order(shop.program, name);
    if (!order) return fail(order.error());
    print(order_text(shop, *order,
                     answer->outcome.duplicate ? " (done before; this is how it stands now)" : ""));
    return kDone;
}

int change(const CommandLine& line, const Options& options, CommandKind kind, const std::string& word) {
    const bool places = kind == CommandKind::place_order;
    CustomerArgument customer;
    if (places) {
        auto read = read_customer(options.customer);
        if (!read) return fail_usage(read.error().message);
        customer = std::move(*read);
    }
    const auto receipt = model::parse_receipt(options.receipt);
    if (!receipt) return fail_usage(receipt.error().message);
    if (kind == CommandKind::update_order && !options.amount && !options.status && !options.waybill)
        return fail_usage("update what? Name --status, --waybill or --amount");
    for (const auto& [option, text] :
         {std::pair{"--status", &options.status}, std::pair{"--waybill", &options.waybill}}) {
        if (!*text) continue;
        if (auto checked = check_text(option, **text); !checked) return fail(checked.error());
        if ((*text)->size() > model::kMaxOrderTextBytes)
            return fail_usage(fmt::format("{}: {} bytes; it has at most {}", option, (*text)->size(),
                                          model::kMaxOrderTextBytes));
    }
    model::Name name = *receipt;
    if (!places) {
        const auto id = read_request_id(options.request_id);
        if (!id) return fail_usage(id.error().message);
        name = *id;
    }
    return with_shop(line, [&](Shop& shop) {
        model::OrderTerms terms;
        terms.status = options.status;
        terms.waybill = options.waybill;
        model::SaleDetails details;
        model::Command command;
        command.kind = kind;
        command.name = name;
        command.order = &terms;
        if (places) {
            command.customer = customer.ref();
            terms.referral = options.referral;
        } else {
            command.original = *receipt;
        }
        if (kind == CommandKind::complete_order) {
            details = {{options.hold}, options.referral, options.payment, {}, options.voucher};
            command.details = &details;
        }
        const auto at = shop.read_time(options.at);
        if (!at) return fail_usage(fmt::format("--at: {}", at.error().message));
        command.at = *at;
        if (options.amount) {
            const auto amount = read_amount(shop, *options.amount, "--amount");
            if (!amount) return fail_usage(amount.error().message);
            if (places)
                command.amount = *amount;
            else
                terms.amount = *amount;
        }
        return tell(line, shop, word, options.receipt, command,
                    shop.session.client().change_order(shop.program, command));
    });
}

int show(const CommandLine& line, const Options& options) {
    const auto receipt = model::parse_receipt(options.receipt);
    if (!receipt) return fail_usage(receipt.error().message);
    return with_shop(line, [&](Shop& shop) {
        const auto order = shop.session.client().order(shop.program, *receipt);
        if (!order) return fail(order.error());
        print(line.options.json ? order_json(shop, *order) : order_text(shop, *order, ""));
        return static_cast<int>(kDone);
    });
}

int list(const CommandLine& line, const Options& options) {
    const auto customer = read_customer(options.customer);
    if (!customer) return fail_usage(customer.error().message);
    return with_shop(line, [&](Shop& shop) {
        TextTable table({{"order"},
                         {"placed"},
                         {"state"},
                         {"amount", TextTable::Align::right},
                         {"points", TextTable::Align::right},
                         {"status"},
                         {"waybill"},
                         {"last change"}});
        model::Sequence before{};
        std::uint64_t left = options.limit;
        do {
            const auto limit =
                static_cast<std::uint32_t>(std::min<std::uint64_t>(left, codec::kMaxOrdersPerPage));
            const auto page =
                shop.session.client().orders(shop.program, customer->ref(), options.pending, before, limit);
            if (!page) return fail(page.error());
            for (const client::Order& order : page->rows) {
                if (line.options.json)
                    print(order_json(shop, order));
                else
                    table.add({order.receipt, shop.time(order.placed_at),
                               std::string(model::order_phase_name(order.phase)),
                               shop.version->money(order.amount), std::to_string(order.points.value),
                               order.status, order.waybill, shop.time(order.changed_at)});
            }
            left -= std::min<std::uint64_t>(left, page->rows.size());
            before = page->next;
        } while (before.value != 0 && left > 0);
        if (!line.options.json) print(table.text());
        return static_cast<int>(kDone);
    });
}

}  // namespace

void add_order_commands(CLI::App& app, CommandLine& line) {
    auto options = std::make_shared<Options>();
    const std::string receipt_help = "The order's receipt, TERMINAL/NUMBER: it completes and returns by that";
    const auto run = [&line, options](CLI::App* command, auto body) {
        command->callback(
            [&line, options, body] { line.run = [&line, options, body] { return body(line, *options); }; });
    };
    const auto says = [&](CLI::App* command) {
        command->add_option("--status", options->status, "The order's status, in the shop's own words");
        command->add_option("--waybill", options->waybill, "The waybill code");
    };
    const auto changes = [&](CLI::App* command, CommandKind kind, const std::string& word) {
        command->add_option("--at", options->at,
                            "When, ISO 8601, in the program's zone where it has no offset (default: now)");
        if (kind != CommandKind::place_order)
            command->add_option("--request-id", options->request_id,
                                "32 hexadecimal digits, to repeat it exactly once");
        run(command, [kind, word](const CommandLine& at, const Options& with) {
            return change(at, with, kind, word);
        });
    };

    CLI::App* order = app.add_subcommand("order", "Web orders: they earn when they are completed");
    order->require_subcommand(1);

    CLI::App* place =
        order->add_subcommand("place", "Place an order; it earns nothing before it is completed");
    place
        ->add_option("CUSTOMER", options->customer,
                     "phone:+84901234567, email:an@example.vn, card:20417 or id:42")
        ->required();
    place->add_option("--receipt", options->receipt, receipt_help)->required();
    place->add_option("--amount", options->amount, "What is to be paid, a decimal of the program's currency")
        ->required();
    place->add_option(
        "--referral", options->referral,
        "A referral code of somebody else's purchase; it is judged when the order is completed");
    says(place);
    changes(place, CommandKind::place_order, "order place");
    place->footer(
        "Example:\n  tim order place phone:+84901234567 --receipt 9/W1001 --amount 150000 --status 'chờ xác "
        "nhận'");

    CLI::App* update =
        order->add_subcommand("update", "Change the status, waybill code or amount of an order");
    update->add_option("RECEIPT", options->receipt, receipt_help)->required();
    update->add_option("--amount", options->amount, "What is to be paid, in place of what was placed");
    says(update);
    changes(update, CommandKind::update_order, "order update");
    update->footer(
        "Examples:\n  tim order update 9/W1001 --status 'đang giao' --waybill GHN00417\n"
        "  tim order update 9/W1001 --amount 120000");

    CLI::App* complete = order->add_subcommand("complete", "Complete an order: it is a sale from then on");
    complete->add_option("RECEIPT", options->receipt, receipt_help)->required();
    complete->add_option("--amount", options->amount, "What was paid (default: what was placed)");
    complete->add_option("--hold", options->hold, "A hold to capture whole with it")->check(whole_number(1));
    complete->add_option("--referral", options->referral,
                         "A referral code, in place of the one it was placed with");
    complete->add_option("--payment", options->payment, "What tells the means of payment from others");
    complete->add_option("--voucher", options->voucher, "A voucher's code, as of `tim sale`");
    says(complete);
    changes(complete, CommandKind::complete_order, "order complete");
    complete->footer(
        "Examples:\n  tim order complete 9/W1001\n  tim order complete 9/W1001 --amount 120000 --hold "
        "184467");

    CLI::App* cancel = order->add_subcommand("cancel", "Cancel an order that is not completed");
    cancel->add_option("RECEIPT", options->receipt, receipt_help)->required();
    says(cancel);
    changes(cancel, CommandKind::cancel_order, "order cancel");
    cancel->footer("Example:\n  tim order cancel 9/W1001 --status 'khách đổi ý'");

    CLI::App* shows = order->add_subcommand("show", "Show how an order stands");
    shows->add_option("RECEIPT", options->receipt, receipt_help)->required();
    shows->footer("Example:\n  tim order show 9/W1001 --json");
    run(shows, show);

    CLI::App* lists = order->add_subcommand("list", "List a customer's orders, newest first");
    lists
        ->add_option("CUSTOMER", options->customer,
                     "phone:+84901234567, email:an@example.vn, card:20417 or id:42")
        ->required();
    lists->add_flag("--pending", options->pending, "Only those that are neither completed nor cancelled");
    lists->add_option("--limit", options->limit, "How many")
        ->capture_default_str()
        ->check(whole_number(1, kMaxLines));
    lists->footer(
        "Examples:\n  tim order list phone:+84901234567\n  tim order list card:20417 --pending --json");
    run(lists, list);
}

}  // namespace tim::cli
