// Rewards: the catalogue, points for its codes, and the life of a code.
#include <fmt/format.h>

#include "protocol/codec/limits.h"
#include "tools/tim/command_line.h"
#include "tools/tim/figures.h"
#include "tools/tim/json_line.h"
#include "tools/tim/text_table.h"

namespace tim::cli {
namespace {

using model::CommandKind;

constexpr std::int64_t kMaxTtlSeconds = codec::kMaxHoldMs / 1000;
constexpr std::int64_t kMaxLines = 1'000'000;

struct Options {
    std::string customer;
    std::string code;
    std::int64_t ttl_s = 900;
    std::uint64_t limit = 50;
    std::optional<std::string> at;
    std::optional<std::string> request_id;
};

std::string kind_name(model::RewardKind kind) {
    return kind == model::RewardKind::gift ? "gift" : "voucher";
}

std::string voucher_json(const Shop& shop, const client::Voucher& voucher) {
    JsonLine json;
    json.add("voucher", voucher.code)
        .add("state", voucher.state())
        .add("kind", kind_name(voucher.kind))
        .add("reward", voucher.reward)
        .add("reward_name", voucher.name);
    if (voucher.kind == model::RewardKind::voucher) json.add("value", shop.version->money(voucher.value));
    json.add("cost", voucher.cost.value)
        .add("by_campaign", voucher.by_campaign)
        .add("customer", voucher.customer.value)
        .add("id", voucher.id.value)
        .add("issued_at", shop.time(voucher.issued_at))
        .add("expires_at", shop.time(voucher.expires_at));
    if (voucher.reserved_until != model::kNoInstant)
        json.add("reserved_until", shop.time(voucher.reserved_until));
    json.add("changed_at", shop.time(voucher.changed_at));
    if (!voucher.sale.empty()) json.add("sale", voucher.sale);
    return json.text() + "\n";
}

std::string voucher_text(const Shop& shop, const client::Voucher& voucher, const std::string& done) {
    std::vector<std::pair<std::string, std::string>> fields = {
        {"voucher", voucher.code + done},
        {"state", std::string(voucher.state())},
        {"of", voucher.name.empty() ? voucher.reward : fmt::format("{} ({})", voucher.name, voucher.reward)}};
    if (voucher.kind == model::RewardKind::gift)
        fields.emplace_back("worth", "a gift, to be handed out");
    else
        fields.emplace_back("worth", fmt::format("{} {}", shop.version->money(voucher.value),
                                                 shop.version->program().currency.code));
    fields.emplace_back("cost", voucher.by_campaign ? std::string("nothing: a campaign gave it")
                                                    : fmt::format("{} {}", voucher.cost.value,
                                                                  shop.version->program().points.unit));
    fields.emplace_back("customer", fmt::format("id:{}", voucher.customer.value));
    fields.emplace_back("issued", shop.time(voucher.issued_at));
    fields.emplace_back("valid until", shop.time(voucher.expires_at));
    if (voucher.reserved_until != model::kNoInstant)
        fields.emplace_back("reserved until", shop.time(voucher.reserved_until));
    if (!voucher.sale.empty()) fields.emplace_back("used in", voucher.sale);
    return field_list(fields);
}

int check(const CommandLine& line, const Options& options) {
    return with_shop(line, [&](Shop& shop) {
        const auto voucher = shop.session.client().voucher(shop.program, options.code);
        if (!voucher) return fail(voucher.error());
        print(line.options.json ? voucher_json(shop, *voucher) : voucher_text(shop, *voucher, ""));
        return static_cast<int>(kDone);
    });
}

/// Moves a code, and tells where it stands then.
int move(const CommandLine& line, const Options& options, CommandKind kind, const std::string& word) {
    if (options.code.size() > model::kMaxVoucherCodeBytes)
        return fail_usage(fmt::format("CODE: it has at most {} bytes", model::kMaxVoucherCodeBytes));
    const auto name = read_request_id(options.request_id);
    if (!name) return fail_usage(name.error().message);
    return with_shop(line, [&](Shop& shop) {
        model::RewardTerms terms;
        terms.voucher = options.code;
        model::Command command;
        command.kind = kind;
        command.name = *name;
        command.reward = &terms;
        if (kind == CommandKind::reserve_voucher) command.ttl_ms = options.ttl_s * 1000;
        const auto at = shop.read_time(options.at);
        if (!at) return fail_usage(fmt::format("--at: {}", at.error().message));
        command.at = *at;
        const auto answer = shop.session.client().change_reward(shop.program, command);
        const bool done = answer && answer->outcome.refusal == model::Refusal::none;
        if (!done || line.options.json)
            return tell_sale(line, shop, {"voucher " + word, options.code}, command, answer);
        const auto voucher = shop.session.client().voucher(shop.program, options.code);
        if (!voucher) return fail(voucher.error());
        print(voucher_text(shop, *voucher,
                           answer->outcome.duplicate ? " (done before; this is how it stands now)" : ""));
        return static_cast<int>(kDone);
    });
}

int list(const CommandLine& line, const Options& options) {
    const auto customer = read_customer(options.customer);
    if (!customer) return fail_usage(customer.error().message);
    return with_shop(line, [&](Shop& shop) {
        TextTable table({{"code"},
                         {"state"},
                         {"of"},
                         {"worth", TextTable::Align::right},
                         {"cost", TextTable::Align::right},
                         {"issued"},
                         {"valid until"},
                         {"used in"}});
        model::Sequence before{};
        std::uint64_t left = options.limit;
        do {
            const auto limit =
                static_cast<std::uint32_t>(std::min<std::uint64_t>(left, codec::kMaxVouchersPerPage));
            const auto page = shop.session.client().vouchers(shop.program, customer->ref(), before, limit);
            if (!page) return fail(page.error());
            for (const client::Voucher& voucher : page->rows) {
                if (line.options.json) {
                    print(voucher_json(shop, voucher));
                    continue;
                }
                const bool gift = voucher.kind == model::RewardKind::gift;
                table.add({voucher.code, std::string(voucher.state()), voucher.reward,
                           gift ? std::string("gift") : shop.version->money(voucher.value),
                           std::to_string(voucher.cost.value), shop.time(voucher.issued_at),
                           shop.time(voucher.expires_at), voucher.sale});
            }
            left -= std::min<std::uint64_t>(left, page->rows.size());
            before = page->next;
        } while (before.value != 0 && left > 0);
        if (!line.options.json) print(table.text());
        return static_cast<int>(kDone);
    });
}

int rewards(const CommandLine& line, const Options& options) {
    CustomerArgument customer;
    if (!options.customer.empty()) {
        auto read = read_customer(options.customer);
        if (!read) return fail_usage(read.error().message);
        customer = std::move(*read);
    }
    return with_shop(line, [&](Shop& shop) {
        const auto offers = shop.session.client().rewards(shop.program, customer.ref());
        if (!offers) return fail(offers.error());
        TextTable table({{"reward"},
                         {"name"},
                         {"kind"},
                         {"worth", TextTable::Align::right},
                         {"cost", TextTable::Align::right},
                         {"left", TextTable::Align::right},
                         {"valid days", TextTable::Align::right},
                         {"now"}});
        for (const client::RewardOffer& offer : *offers) {
            const std::string left =
                offer.stock ? std::to_string(std::max<std::int64_t>(*offer.stock - offer.given, 0)) : "";
            if (line.options.json) {
                JsonLine json;
                json.add("reward", offer.id)
                    .add("reward_name", offer.name)
                    .add("kind", kind_name(offer.kind));
                if (!offer.value.empty()) json.add("value", offer.value);
                json.add("cost", offer.cost.value).add("given", offer.given);
                if (offer.stock) json.add("stock", *offer.stock);
                json.add("valid_days", std::int64_t{offer.valid_days});
                if (!offer.from.empty()) json.add("from", offer.from);
                if (!offer.to.empty()) json.add("to", offer.to);
                json.add("available", offer.refusal == model::Refusal::none);
                if (offer.refusal != model::Refusal::none)
                    json.add("refused", model::refusal_name(offer.refusal))
                        .add("sentence", model::refusal_sentence(offer.refusal, offer.detail));
                print(json.text() + "\n");
                continue;
            }
            table.add({offer.id, offer.name, kind_name(offer.kind), offer.value,
                       std::to_string(offer.cost.value), left, std::to_string(offer.valid_days),
                       offer.refusal == model::Refusal::none
                           ? std::string("yes")
                           : model::refusal_sentence(offer.refusal, offer.detail)});
        }
        if (!line.options.json) print(table.text());
        return static_cast<int>(kDone);
    });
}

}  // namespace

void add_reward_commands(CLI::App& app, CommandLine& line) {
    auto options = std::make_shared<Options>();
    const std::string customer_help = "phone:+84901234567, email:an@example.vn, card:20417 or id:42";
    const auto run = [&line, options](CLI::App* command, auto body) {
        command->callback(
            [&line, options, body] { line.run = [&line, options, body] { return body(line, *options); }; });
    };

    CLI::App* catalogue = app.add_subcommand("rewards", "The rewards that points are exchanged for");
    catalogue->add_option("CUSTOMER", options->customer,
                          customer_help + ": what each costs then, and whether it can be had");
    catalogue->footer("Examples:\n  tim rewards\n  tim rewards card:20417 --json");
    run(catalogue, rewards);

    CLI::App* voucher = app.add_subcommand("voucher", "Vouchers, and the codes of gifts");
    voucher->require_subcommand(1);
    const auto add_code = [&](CLI::App* command) {
        command->add_option("CODE", options->code, "The code, as `tim redeem --reward` gave it")->required();
    };
    const auto moves = [&](CLI::App* command, CommandKind kind, const std::string& word) {
        add_code(command);
        command->add_option("--at", options->at, "When, ISO 8601 (default: now)");
        command->add_option("--request-id", options->request_id,
                            "32 hexadecimal digits, to repeat it exactly once (default: random)");
        run(command,
            [kind, word](const CommandLine& at, const Options& with) { return move(at, with, kind, word); });
    };

    CLI::App* checks = voucher->add_subcommand("check", "Show where a code stands; it changes nothing");
    add_code(checks);
    checks->footer("Example:\n  tim voucher check 7K3M-9QXW-TB2C --json");
    run(checks, check);

    CLI::App* reserves =
        voucher->add_subcommand("reserve", "Reserve a code for a checkout: nobody else can reserve it");
    reserves
        ->add_option("--ttl", options->ttl_s,
                     "Seconds until the reservation times out by itself; 7 days at most")
        ->capture_default_str()
        ->check(whole_number(1, kMaxTtlSeconds, "seconds"));
    reserves->footer("Example:\n  tim voucher reserve 7K3M-9QXW-TB2C --ttl 300");
    moves(reserves, CommandKind::reserve_voucher, "reserve");

    CLI::App* uses =
        voucher->add_subcommand("use", "Use a code by itself: a gift is handed out, a voucher is cashed");
    uses->footer("Example:\n  tim voucher use 7K3M-9QXW-TB2C\nIn a sale it is used by `tim sale --voucher`.");
    moves(uses, CommandKind::use_voucher, "use");

    CLI::App* releases = voucher->add_subcommand("release", "End a reservation");
    releases->footer("Example:\n  tim voucher release 7K3M-9QXW-TB2C");
    moves(releases, CommandKind::release_voucher, "release");

    CLI::App* cancels =
        voucher->add_subcommand("cancel", "Cancel a code that was not used: what it cost comes back");
    cancels->footer("Example:\n  tim voucher cancel 7K3M-9QXW-TB2C");
    moves(cancels, CommandKind::cancel_voucher, "cancel");

    CLI::App* lists = voucher->add_subcommand("list", "List a customer's codes, newest first");
    lists->add_option("CUSTOMER", options->customer, customer_help)->required();
    lists->add_option("--limit", options->limit, "How many")
        ->capture_default_str()
        ->check(whole_number(1, kMaxLines));
    lists->footer("Example:\n  tim voucher list phone:+84901234567");
    run(lists, list);
}

}  // namespace tim::cli
