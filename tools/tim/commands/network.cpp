#include <fmt/format.h>

#include "protocol/codec/limits.h"
#include "tools/tim/command_line.h"
#include "tools/tim/customer_csv.h"
#include "tools/tim/figures.h"
#include "tools/tim/json_line.h"
#include "tools/tim/text_table.h"

namespace tim::cli {
namespace {

constexpr std::int64_t kMaxLines = 1'000'000;

struct Options {
    std::string customer;
    std::string to;
    std::string amount;
    std::string receipt;
    std::uint64_t payout = 0;
    std::uint64_t limit = 50;
    std::optional<std::string> at;
    std::optional<std::string> request_id;
};

/// 350 bp as "3.5 %".
std::string percent(std::int32_t rate_bp) {
    std::string text = fmt::format("{}.{:02}", rate_bp / 100, rate_bp % 100);
    while (text.back() == '0')
        text.pop_back();
    if (text.back() == '.') text.pop_back();
    return text + " %";
}

std::string id_label(model::CustomerId id) {
    return id.value == 0 ? std::string() : fmt::format("id:{}", id.value);
}

// ---------------------------------------------------------------------------------------- changes

/// One change of the network; what the answer says is `word` done to `name`.
int change(const CommandLine& line, const Options& options, model::CommandKind kind,
           const std::string& word) {
    CustomerArgument customer;
    CustomerArgument vip;
    if (!options.customer.empty()) {
        auto read = read_customer(options.customer);
        if (!read) return fail_usage(read.error().message);
        customer = std::move(*read);
    }
    if (!options.to.empty() && options.to != "none") {
        auto read = read_customer(options.to);
        if (!read) return fail_usage(fmt::format("--to: {}", read.error().message));
        vip = std::move(*read);
    }
    const auto name = read_request_id(options.request_id);
    if (!name) return fail_usage(name.error().message);
    return with_shop(line, [&](Shop& shop) {
        model::NetworkTerms terms{vip.ref(), {options.payout}};
        model::Command command;
        command.kind = kind;
        command.name = *name;
        command.customer = customer.ref();
        command.network = &terms;
        const auto at = shop.read_time(options.at);
        if (!at) return fail_usage(fmt::format("--at: {}", at.error().message));
        command.at = *at;
        if (!options.amount.empty()) {
            const auto amount = read_amount(shop, options.amount, "--amount");
            if (!amount) return fail_usage(amount.error().message);
            command.amount = *amount;
        }
        const auto outcome = shop.session.client().command(shop.program, command);
        const std::string label =
            options.payout != 0 ? fmt::format("payout {}", options.payout) : customer.label();
        if (!outcome || outcome->refusal != model::Refusal::none)
            return tell_outcome(line, shop, {word, label}, command, outcome);
        const bool of_payout = kind == model::CommandKind::request_payout || model::ends_payout(kind);
        const std::uint64_t payout = options.payout != 0 ? options.payout : outcome->sequence.value;
        const std::string money = shop.version->money(outcome->lifetime_spend);
        if (line.options.json) {
            JsonLine json;
            json.add("command", word)
                .add("request_id", model::format_name(*name))
                .add("duplicate", outcome->duplicate)
                .add("id", outcome->customer.value)
                .add("sequence", outcome->sequence.value);
            if (of_payout) json.add("payout", payout).add("amount", money);
            if (kind == model::CommandKind::move_member) json.add("to", options.to);
            print(json.text() + "\n");
            return static_cast<int>(kDone);
        }
        std::vector<std::pair<std::string, std::string>> fields = {
            {word, label + (outcome->duplicate ? " (done before; this is the first answer)" : "")},
            {"customer", id_label(outcome->customer)}};
        if (of_payout) {
            fields.emplace_back("payout", std::to_string(payout));
            fields.emplace_back("amount", fmt::format("{} {}", money, shop.version->program().currency.code));
        }
        if (kind == model::CommandKind::move_member) fields.emplace_back("now under", options.to);
        fields.emplace_back("request id", model::format_name(*name));
        print(field_list(fields));
        return static_cast<int>(kDone);
    });
}

// ---------------------------------------------------------------------------------------- questions

/// "approved" says that the money may be sent.
const char* payout_state(const client::Payout& payout) {
    return payout.approved ? "approved" : "requested";
}

int members(const CommandLine& line, const Options& options) {
    const auto vip = read_customer(options.customer);
    if (!vip) return fail_usage(vip.error().message);
    return with_shop(line, [&](Shop& shop) {
        TextTable table({{"member"},
                         {"id", TextTable::Align::right},
                         {"class"},
                         {"tier"},
                         {"points", TextTable::Align::right},
                         {"spend", TextTable::Align::right},
                         {"orders", TextTable::Align::right},
                         {"enrolled"}});
        model::CustomerId after{};
        std::uint64_t left = options.limit;
        do {
            const auto limit =
                static_cast<std::uint32_t>(std::min<std::uint64_t>(left, codec::kMaxCustomersPerPage));
            const auto page = shop.session.client().members(shop.program, vip->ref(), after, limit);
            if (!page) return fail(page.error());
            for (const client::Customer& member : page->rows) {
                const auto version = shop.session.program(shop.program, member.version);
                if (!version) return fail(version.error());
                if (line.options.json) {
                    JsonLine json;
                    json.add("member", customer_label(member))
                        .add("id", member.id.value)
                        .add("class", client::class_name(member.customer_class))
                        .add("tier", (*version)->tier_id(member.tier))
                        .add("points", member.points.value)
                        .add("lifetime_spend", (*version)->money(member.lifetime_spend))
                        .add("orders", member.orders)
                        .add("enrolled_at", shop.time(member.enrolled_at));
                    print(json.text() + "\n");
                } else {
                    table.add({customer_label(member), std::to_string(member.id.value),
                               std::string(client::class_name(member.customer_class)),
                               (*version)->tier_name(member.tier), std::to_string(member.points.value),
                               (*version)->money(member.lifetime_spend), std::to_string(member.orders),
                               shop.time(member.enrolled_at)});
                }
            }
            left -= std::min<std::uint64_t>(left, page->rows.size());
            after = page->next;
        } while (after.value != 0 && left > 0);
        if (!line.options.json) print(table.text());
        return static_cast<int>(kDone);
    });
}

void tell_vip(const CommandLine& line, const Shop& shop, const client::Vip& vip) {
    const ProgramVersion& version = *shop.version;
    if (line.options.json) {
        JsonLine json;
        json.add("id", vip.id.value)
            .add("class", client::class_name(vip.customer_class))
            .add("vip", id_label(vip.vip))
            .add("members", vip.members)
            .add("recruits_this_month", vip.recruits_this_month)
            .add("recruits_closed_month", vip.recruits_closed_month)
            .add("rate_bp", vip.rate_bp)
            .add("available", version.money(vip.available))
            .add("pending", version.money(vip.pending))
            .add("in_payout", version.money(vip.in_payout))
            .add("earned", version.money(vip.earned))
            .add("paid", version.money(vip.paid));
        print(json.text() + "\n");
        return;
    }
    const auto money = [&](model::Money amount) {
        return fmt::format("{} {}", version.money(amount), version.program().currency.code);
    };
    std::vector<std::pair<std::string, std::string>> fields = {
        {"customer", id_label(vip.id)}, {"class", std::string(client::class_name(vip.customer_class))}};
    if (vip.vip.value != 0) fields.emplace_back("under", id_label(vip.vip));
    fields.insert(fields.end(),
                  {{"members", std::to_string(vip.members)},
                   {"recruited", fmt::format("{} last month, {} this month", vip.recruits_closed_month,
                                             vip.recruits_this_month)},
                   {"rate", percent(vip.rate_bp)},
                   {"available", money(vip.available)},
                   {"pending", money(vip.pending)},
                   {"in payout", money(vip.in_payout)},
                   {"earned", money(vip.earned)},
                   {"paid", money(vip.paid)}});
    print(field_list(fields));
}

int commission(const CommandLine& line, const Options& options) {
    const auto customer = read_customer(options.customer);
    if (!customer) return fail_usage(customer.error().message);
    return with_shop(line, [&](Shop& shop) {
        const auto vip = shop.session.client().vip(shop.program, customer->ref());
        if (!vip) return fail(vip.error());
        tell_vip(line, shop, *vip);
        TextTable table({{"sequence", TextTable::Align::right},
                         {"at"},
                         {"what"},
                         {"member"},
                         {"receipt"},
                         {"amount", TextTable::Align::right},
                         {"available", TextTable::Align::right},
                         {"pending", TextTable::Align::right}});
        model::Sequence before{};
        std::uint64_t left = options.limit;
        while (left > 0) {
            const auto limit =
                static_cast<std::uint32_t>(std::min<std::uint64_t>(left, codec::kMaxHistoryPerPage));
            const auto page = shop.session.client().statement(shop.program, customer->ref(), before, limit);
            if (!page) return fail(page.error());
            for (const client::HistoryEntry& entry : page->entries) {
                const auto money = [&](std::int64_t minor) { return shop.version->money({minor}); };
                if (line.options.json) {
                    JsonLine json;
                    json.add("sequence", entry.sequence.value)
                        .add("at", shop.time(entry.at))
                        .add("type", entry.type)
                        .add("member", id_label(entry.counterparty))
                        .add("receipt", entry.original)
                        .add("amount", money(entry.amount.value))
                        .add("available", money(entry.points_after.value))
                        .add("pending", money(entry.held_after.value));
                    print(json.text() + "\n");
                } else {
                    table.add({std::to_string(entry.sequence.value), shop.time(entry.at), entry.type,
                               id_label(entry.counterparty), entry.original,
                               entry.amount.value == 0 ? std::string() : money(entry.amount.value),
                               money(entry.points_after.value), money(entry.held_after.value)});
                }
            }
            left -= std::min<std::uint64_t>(left, page->entries.size());
            before = page->next;
            if (before.value == 0) break;
        }
        if (!line.options.json) print(table.text());
        return static_cast<int>(kDone);
    });
}

int list_payouts(const CommandLine& line, const Options&) {
    return with_shop(line, [&](Shop& shop) {
        TextTable table({{"payout", TextTable::Align::right},
                         {"vip"},
                         {"amount", TextTable::Align::right},
                         {"state"},
                         {"since"}});
        model::CustomerId after{};
        do {
            const auto page = shop.session.client().payouts(shop.program, after, codec::kMaxCustomersPerPage);
            if (!page) return fail(page.error());
            for (const client::Payout& payout : page->rows) {
                if (line.options.json) {
                    JsonLine json;
                    json.add("payout", payout.id.value)
                        .add("vip", id_label(payout.vip))
                        .add("amount", shop.version->money(payout.amount))
                        .add("state", payout_state(payout))
                        .add("requested_at", shop.time(payout.requested_at));
                    print(json.text() + "\n");
                } else {
                    table.add({payout.id.value == 0 ? "due" : std::to_string(payout.id.value),
                               id_label(payout.vip), shop.version->money(payout.amount), payout_state(payout),
                               shop.time(payout.requested_at)});
                }
            }
            after = page->next;
        } while (after.value != 0);
        if (!line.options.json) print(table.text());
        return static_cast<int>(kDone);
    });
}

int referral(const CommandLine& line, const Options& options) {
    const auto customer = read_customer(options.customer);
    if (!customer) return fail_usage(customer.error().message);
    return with_shop(line, [&](Shop& shop) {
        const auto limit =
            static_cast<std::uint32_t>(std::min<std::uint64_t>(options.limit, codec::kMaxCustomersPerPage));
        const auto found = shop.session.client().referral(shop.program, customer->ref(), limit);
        if (!found) return fail(found.error());
        if (line.options.json) {
            JsonLine json;
            json.add("id", found->id.value)
                .add("brought_by", id_label(found->referrer))
                .add("enrolled_with_code", found->has_code)
                .add("brought", found->brought)
                .add("points", found->points.value);
            print(json.text() + "\n");
            for (const client::Brought& row : found->rows) {
                JsonLine brought;
                brought.add("referee", row.referee.value)
                    .add("receipt", row.receipt)
                    .add("at", shop.time(row.at))
                    .add("points", row.points.value);
                print(brought.text() + "\n");
            }
            return static_cast<int>(kDone);
        }
        print(field_list({{"customer", id_label(found->id)},
                          {"brought by", found->referrer.value == 0 ? "nobody" : id_label(found->referrer)},
                          {"enrolled with", found->has_code ? "a code" : "no code"},
                          {"has brought", std::to_string(found->brought)},
                          {"points for it", std::to_string(found->points.value)}}));
        if (found->rows.empty()) return static_cast<int>(kDone);
        TextTable table({{"referee"}, {"first order"}, {"at"}, {"points", TextTable::Align::right}});
        for (const client::Brought& row : found->rows)
            table.add({id_label(row.referee), row.receipt, shop.time(row.at), signed_points(row.points)});
        print(table.text());
        return static_cast<int>(kDone);
    });
}

int code(const CommandLine& line, const Options& options) {
    const auto receipt = model::parse_receipt(options.receipt);
    if (!receipt) return fail_usage(receipt.error().message);
    return with_shop(line, [&](Shop& shop) {
        const auto found = shop.session.client().code(shop.program, *receipt);
        if (!found) return fail(found.error());
        // The last instant at which it may be used, not the first at which it may not.
        const model::Instant last = found->ends_at == model::kNoInstant
                                        ? found->ends_at
                                        : model::Instant{found->ends_at.value - 1000};
        if (line.options.json) {
            JsonLine json;
            json.add("receipt", model::format_name(*receipt))
                .add_or_null("code", found->code)
                .add("state", client::code_state_name(found->state))
                .add_or_null("valid_until", shop.time(last));
            print(json.text() + "\n");
            return static_cast<int>(kDone);
        }
        if (found->code.empty()) {
            print(fmt::format("receipt {} came with no referral code\n", model::format_name(*receipt)));
            return static_cast<int>(kDone);
        }
        print(field_list({{"receipt", model::format_name(*receipt)},
                          {"code", found->code},
                          {"state", std::string(client::code_state_name(found->state))},
                          {"valid until", shop.time(last)}}));
        return static_cast<int>(kDone);
    });
}

}  // namespace

void add_network_commands(CLI::App& app, CommandLine& line) {
    auto options = std::make_shared<Options>();
    const std::string customer_help = "phone:+84901234567, email:an@example.vn, card:20417 or id:42";
    const auto run = [&line, options](CLI::App* command, auto body) {
        command->callback(
            [&line, options, body] { line.run = [&line, options, body] { return body(line, *options); }; });
    };
    const auto changes = [&](CLI::App* command, model::CommandKind kind, const std::string& word) {
        command->add_option("--at", options->at, "When, ISO 8601 (default: now)");
        command->add_option("--request-id", options->request_id,
                            "32 hexadecimal digits, to repeat it exactly once");
        run(command, [kind, word](const CommandLine& at, const Options& with) {
            return change(at, with, kind, word);
        });
    };
    using model::CommandKind;

    CLI::App* vip = app.add_subcommand("vip", "The network: VIPs, their members, commission and payouts");
    vip->require_subcommand(1);
    CLI::App* appoint = vip->add_subcommand("appoint", "Make a customer a VIP (admin)");
    appoint->add_option("CUSTOMER", options->customer, customer_help)->required();
    changes(appoint, CommandKind::appoint_vip, "appoint");
    appoint->footer("Example:\n  tim vip appoint phone:+84901234567");

    CLI::App* move = vip->add_subcommand("move", "Put a customer under another VIP, or under nobody (admin)");
    move->add_option("CUSTOMER", options->customer, customer_help)->required();
    move->add_option("--to", options->to, "The VIP, or none")->required();
    changes(move, CommandKind::move_member, "move");
    move->footer(
        "Examples:\n  tim vip move card:20417 --to phone:+84901234567\n  tim vip move card:20417 --to none");

    CLI::App* below = vip->add_subcommand("members", "List those whom a VIP is above");
    below->add_option("CUSTOMER", options->customer, customer_help)->required();
    below->add_option("--limit", options->limit, "How many")
        ->capture_default_str()
        ->check(whole_number(1, kMaxLines));
    below->footer("Example:\n  tim vip members phone:+84901234567");
    run(below, members);

    CLI::App* earns =
        vip->add_subcommand("commission", "A VIP's commission, and the statement, newest first");
    earns->add_option("CUSTOMER", options->customer, customer_help)->required();
    earns->add_option("--limit", options->limit, "How many lines")
        ->capture_default_str()
        ->check(whole_number(1, kMaxLines));
    earns->footer("Example:\n  tim vip commission phone:+84901234567 --limit 20");
    run(earns, commission);

    CLI::App* payout = vip->add_subcommand("payout", "Pay commission out");
    payout->require_subcommand(1);
    CLI::App* requests = payout->add_subcommand("request", "Ask for what is available, or a part of it");
    requests->add_option("CUSTOMER", options->customer, customer_help)->required();
    requests->add_option("--amount", options->amount, "A decimal of the program's currency (default: all)");
    changes(requests, CommandKind::request_payout, "payout request");
    requests->footer("Example:\n  tim vip payout request phone:+84901234567 --amount 200000");
    const auto ends = [&](const char* name, const char* help, CommandKind kind) {
        CLI::App* command = payout->add_subcommand(name, help);
        command->add_option("PAYOUT", options->payout, "The payout's number")
            ->required()
            ->check(whole_number(1));
        changes(command, kind, fmt::format("payout {}", name));
        command->footer(fmt::format("Example:\n  tim vip payout {} 1042", name));
    };
    ends("approve", "Let a requested payout be paid (admin)", CommandKind::approve_payout);
    ends("paid", "Tell that an approved payout was paid (admin)", CommandKind::pay_payout);
    ends("fail", "Refuse a payout, or tell that it failed: the amount is available again (admin)",
         CommandKind::fail_payout);
    CLI::App* lists = payout->add_subcommand("list", "List the payouts that are neither paid nor failed");
    lists->footer("Example:\n  tim vip payout list --json");
    run(lists, list_payouts);

    CLI::App* graph = app.add_subcommand("referral", "Who brought a customer, and whom the customer brought");
    graph->add_option("CUSTOMER", options->customer, customer_help)->required();
    graph->add_option("--limit", options->limit, "How many of those brought")
        ->capture_default_str()
        ->check(whole_number(1, static_cast<std::int64_t>(codec::kMaxCustomersPerPage)));
    graph->footer("Example:\n  tim referral phone:+84901234567");
    run(graph, referral);

    CLI::App* codes = app.add_subcommand("code", "The referral code that came with a purchase");
    codes
        ->add_option("RECEIPT", options->receipt,
                     "TERMINAL/NUMBER: a number, then 1 to 24 printable ASCII bytes")
        ->required();
    codes->footer("Example:\n  tim code 1/104416");
    run(codes, code);
}

}  // namespace tim::cli
