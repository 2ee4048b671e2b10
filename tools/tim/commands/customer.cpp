#include <fmt/format.h>

#include "engine/model/keys.h"
#include "protocol/codec/limits.h"
#include "tools/tim/class_options.h"
#include "tools/tim/command_line.h"
#include "tools/tim/figures.h"
#include "tools/tim/json_line.h"
#include "tools/tim/text_table.h"

namespace tim::cli {
namespace {

/// More would be more than memory should hold, and than anyone reads.
constexpr std::int64_t kMaxHistoryLines = 1'000'000;

struct Options {
    std::string customer;
    std::vector<std::string> also;
    std::string name;
    std::string vip;
    std::string referral;
    ClassOptions classes;
    std::optional<std::string> at;
    std::optional<std::string> as_of;
    std::optional<std::string> request_id;
    std::uint64_t limit = 20;
};

std::vector<std::string> key_labels(const client::Customer& customer) {
    std::vector<std::string> labels;
    for (const model::Key& key : customer.keys)
        labels.push_back(fmt::format("{}:{}", model::key_kind_name(key.kind), key.text));
    return labels;
}

int enroll(const CommandLine& line, const Options& options) {
    std::vector<CustomerArgument> keys;
    std::vector<std::string> texts = options.also;
    texts.insert(texts.begin(), options.customer);
    for (const std::string& text : texts) {
        auto key = read_customer(text);
        if (!key) return fail_usage(key.error().message);
        if (key->kind == model::KeyKind::id)
            return fail_usage("an id is given by the engine; enrol by phone, email or card");
        keys.push_back(std::move(*key));
    }
    CustomerArgument vip;
    if (!options.vip.empty()) {
        auto read = read_customer(options.vip);
        if (!read) return fail_usage(fmt::format("--vip: {}", read.error().message));
        vip = std::move(*read);
    }
    if (auto checked = check_text("--referral", options.referral); !checked) return fail(checked.error());
    if (auto checked = check_text("--name", options.name); !checked) return fail(checked.error());
    const auto classes = read_classes(options.classes);
    if (!classes) return fail_usage(classes.error().message);
    const auto name = read_request_id(options.request_id);
    if (!name) return fail(name.error());

    return with_shop(line, [&](Shop& shop) {
        const auto at = shop.read_time(options.at);
        if (!at) return fail_usage(fmt::format("--at: {}", at.error().message));
        model::Enrollment enrollment;
        for (const CustomerArgument& key : keys)
            enrollment.keys.push_back(key.ref());
        enrollment.name = options.name;
        enrollment.vip = vip.ref();
        enrollment.referral = options.referral;
        enrollment.classes = *classes;
        model::Command command;
        command.kind = model::CommandKind::enroll;
        command.name = *name;
        command.at = *at;
        command.enrollment = &enrollment;
        const auto outcome = shop.session.client().command(shop.program, command);
        if (!outcome || outcome->refusal != model::Refusal::none)
            return tell_outcome(line, shop, {"enroll", keys.front().label()}, command, outcome);
        if (line.options.json) {
            JsonLine json;
            json.add("command", "enroll")
                .add("name", keys.front().label())
                .add("id", outcome->customer.value)
                .add("duplicate", outcome->duplicate)
                .add("request_id", model::format_name(*name));
            print(json.text() + "\n");
        } else {
            print(fmt::format("{} is customer id:{}{}\n", keys.front().label(), outcome->customer.value,
                              outcome->duplicate ? " (enrolled before)" : ""));
        }
        return static_cast<int>(kDone);
    });
}

std::string show_json(const Shop& shop, const ProgramVersion& version, const client::Customer& customer) {
    JsonLine json;
    json.add("id", customer.id.value)
        .add("keys", key_labels(customer))
        .add("name", customer.name)
        .add("class", client::class_name(customer.customer_class))
        .add_or_null("vip",
                     customer.vip.value == 0 ? std::string() : fmt::format("id:{}", customer.vip.value))
        .add("tier", version.tier_id(customer.tier))
        .add("tier_name", version.tier_name(customer.tier))
        .add("points", customer.points.value)
        .add("held", customer.held.value)
        .add("spendable", customer.spendable.value)
        .add("pending", customer.pending.value)
        .add_or_null("next_expiry", shop.time(customer.next_expiry))
        .add("expiring", customer.expiring.value)
        .add("ranking_points", customer.ranking_points.value)
        .add("period_metric", version.metric(customer.period_metric))
        .add("lifetime_spend", version.money(customer.lifetime_spend))
        .add("month_spend", version.money(customer.month_spend))
        .add("orders", customer.orders)
        .add("orders_pending", customer.orders_pending)
        .add("orders_pending_amount", version.money(customer.orders_pending_amount))
        .add("orders_pending_points", customer.orders_pending_points.value)
        .add("commission_available", version.money(customer.commission_available))
        .add("commission_pending", version.money(customer.commission_pending))
        .add_or_null("enrolled_at", shop.time(customer.enrolled_at))
        .add_or_null("first_order_at", shop.time(customer.first_order_at))
        .add_or_null("last_order_at", shop.time(customer.last_order_at));
    json.add("blocked", customer.blocked).add("erased", customer.erased);
    add_classes(json, customer.classes);
    return json.text() + "\n";
}

std::string show_text(const Shop& shop, const ProgramVersion& version, const client::Customer& customer) {
    const auto labels = key_labels(customer);
    const std::string& currency = version.program().currency.code;
    const auto money = [&](model::Money amount) {
        return fmt::format("{} {}", version.money(amount), currency);
    };
    const auto time = [&](model::Instant at) {
        const std::string text = shop.time(at);
        return text.empty() ? std::string("never") : text;
    };
    std::vector<std::pair<std::string, std::string>> fields = {
        {"customer", fmt::format("id:{}", customer.id.value)},
        {"keys", customer.erased  ? "erased"
                 : labels.empty() ? "not for this key of access"
                                  : fmt::format("{}", fmt::join(labels, ", "))}};
    if (customer.blocked) fields.emplace_back("blocked", "earns, and spends nothing");
    if (!customer.name.empty()) fields.emplace_back("name", customer.name);
    if (customer.customer_class != client::CustomerClass::retail)
        fields.emplace_back("class", client::class_name(customer.customer_class));
    if (customer.vip.value != 0) fields.emplace_back("under", fmt::format("id:{}", customer.vip.value));
    fields.insert(
        fields.end(),
        {{"tier", fmt::format("{} ({})", version.tier_name(customer.tier), version.tier_id(customer.tier))},
         {"points", fmt::format("{} {}", customer.points.value, version.program().points.unit)},
         {"held", std::to_string(customer.held.value)},
         {"spendable", std::to_string(customer.spendable.value)}});
    if (customer.pending.value != 0) fields.emplace_back("pending", std::to_string(customer.pending.value));
    if (customer.next_expiry != model::kNoInstant)
        fields.emplace_back("next expiry",
                            fmt::format("{} on {}", customer.expiring.value, time(customer.next_expiry)));
    fields.insert(fields.end(), {{"ranking points", std::to_string(customer.ranking_points.value)},
                                 {"lifetime spend", money(customer.lifetime_spend)},
                                 {"spend this month", money(customer.month_spend)},
                                 {"orders", std::to_string(customer.orders)},
                                 {"enrolled", time(customer.enrolled_at)},
                                 {"first order", time(customer.first_order_at)},
                                 {"last order", time(customer.last_order_at)}});
    const auto classes = class_fields(customer.classes);
    fields.insert(fields.end(), classes.begin(), classes.end());
    if (customer.orders_pending != 0)
        fields.emplace_back("pending orders",
                            fmt::format("{} of {}, {} {} when they are completed", customer.orders_pending,
                                        money(customer.orders_pending_amount),
                                        customer.orders_pending_points.value, version.program().points.unit));
    if (customer.commission_available.value != 0 || customer.commission_pending.value != 0) {
        fields.emplace_back("commission",
                            fmt::format("{} available, {} pending", money(customer.commission_available),
                                        money(customer.commission_pending)));
    }
    return field_list(fields);
}

int show(const CommandLine& line, const Options& options) {
    const auto customer = read_customer(options.customer);
    if (!customer) return fail_usage(customer.error().message);
    return with_shop(line, [&](Shop& shop) {
        const auto as_of = shop.read_time(options.as_of);
        if (!as_of) return fail_usage(fmt::format("--as-of: {}", as_of.error().message));
        client::BlockingClient& client = shop.session.client();
        const auto shown = *as_of == model::kNoInstant
                               ? client.show(shop.program, customer->ref())
                               : client.show_as_of(shop.program, customer->ref(), *as_of);
        if (!shown) return fail(shown.error());
        const auto version = shop.session.program(shop.program, shown->version);
        if (!version) return fail(version.error());
        print(line.options.json ? show_json(shop, **version, *shown) : show_text(shop, **version, *shown));
        return static_cast<int>(kDone);
    });
}

/// An opened hold keeps the instant at which it times out where others keep an amount.
bool is_opened_hold(const client::HistoryEntry& entry) {
    return entry.type == "hold_opened";
}

bool is_end_of_hold(const client::HistoryEntry& entry) {
    return entry.type == "hold_captured" || entry.type == "hold_released" || entry.type == "hold_expired";
}

/// A tier by hand, likewise until when it holds.
bool is_tier_by_hand(const client::HistoryEntry& entry) {
    return entry.type == "tier_overridden";
}

bool is_end_or_beginning_of_tier(const client::HistoryEntry& entry) {
    return entry.type == "override_began" || entry.type == "override_ended";
}

std::string history_json(const Shop& shop, const ProgramVersion& version, const client::HistoryEntry& entry) {
    JsonLine json;
    json.add("sequence", entry.sequence.value)
        .add("at", shop.time(entry.at))
        .add("recorded", shop.time(entry.recorded))
        .add("type", entry.type)
        .add("name", entry.name);
    if (is_opened_hold(entry))
        json.add("times_out", shop.time({entry.amount.value}));
    else if (is_tier_by_hand(entry))
        json.add("until", shop.time({entry.amount.value}));
    else
        json.add("amount", version.money(entry.amount));
    json.add("points", entry.points.value)
        .add("points_after", entry.points_after.value)
        .add("held_after", entry.held_after.value)
        .add("tier_before", version.tier_id(entry.tier_before))
        .add("tier_after", version.tier_id(entry.tier_after));
    if (is_end_of_hold(entry)) json.add("hold", entry.related.value);
    if (entry.counterparty.value != 0) json.add("counterparty", entry.counterparty.value);
    if (is_end_or_beginning_of_tier(entry)) json.add("override", entry.related.value);
    if (!entry.original.empty()) json.add("original", entry.original);
    if (!entry.reason.empty()) json.add("reason", entry.reason);
    if (!entry.by.empty()) json.add("by", entry.by);
    return json.text() + "\n";
}

std::string history_note(const Shop& shop, const client::HistoryEntry& entry) {
    if (is_opened_hold(entry)) return "until " + shop.time({entry.amount.value});
    if (is_tier_by_hand(entry))
        return fmt::format("until {}{}{}", shop.time({entry.amount.value}), entry.reason.empty() ? "" : ": ",
                           entry.reason);
    if (is_end_or_beginning_of_tier(entry)) return fmt::format("given at {}", entry.related.value);
    if (is_end_of_hold(entry)) return fmt::format("hold {}", entry.related.value);
    std::string note = entry.reason;
    if (!entry.original.empty())
        note = fmt::format("of {}{}{}", entry.original, note.empty() ? "" : ": ", note);
    if (entry.counterparty.value != 0)
        note += fmt::format("{}with id:{}", note.empty() ? "" : ", ", entry.counterparty.value);
    if (!entry.by.empty()) note += fmt::format("{}by {}", note.empty() ? "" : ", ", entry.by);
    return note;
}

std::vector<std::string> history_cells(const Shop& shop, const ProgramVersion& version,
                                       const client::HistoryEntry& entry) {
    const bool has_amount = entry.amount.value != 0 && !is_opened_hold(entry) && !is_tier_by_hand(entry);
    const std::string name = entry.name.find('/') == std::string::npos ? std::string() : entry.name;
    return {std::to_string(entry.sequence.value),
            shop.time(entry.at),
            entry.type,
            name,  // request ids are long and say nothing to people; --json has them
            has_amount ? version.money(entry.amount) : "",
            signed_points(entry.points),
            std::to_string(entry.points_after.value),
            std::to_string(entry.held_after.value),
            version.tier_name(entry.tier_after),
            history_note(shop, entry)};
}

int history(const CommandLine& line, const Options& options) {
    const auto customer = read_customer(options.customer);
    if (!customer) return fail_usage(customer.error().message);
    return with_shop(line, [&](Shop& shop) {
        TextTable table({{"sequence", TextTable::Align::right},
                         {"at"},
                         {"what"},
                         {"name"},
                         {"amount", TextTable::Align::right},
                         {"points", TextTable::Align::right},
                         {"balance", TextTable::Align::right},
                         {"held", TextTable::Align::right},
                         {"tier"},
                         {"note"}});
        model::Sequence before{};
        std::uint64_t left = options.limit;
        do {
            const auto limit =
                static_cast<std::uint32_t>(std::min<std::uint64_t>(left, codec::kMaxHistoryPerPage));
            const auto page = shop.session.client().history(shop.program, customer->ref(), before, limit);
            if (!page) return fail(page.error());
            for (const client::HistoryEntry& entry : page->entries) {
                const auto version = shop.session.program(shop.program, entry.version);
                if (!version) return fail(version.error());
                if (line.options.json)
                    print(history_json(shop, **version, entry));
                else
                    table.add(history_cells(shop, **version, entry));
            }
            left -= std::min<std::uint64_t>(left, page->entries.size());
            before = page->next;
        } while (before.value != 0 && left > 0);
        if (!line.options.json) print(table.text());
        return static_cast<int>(kDone);
    });
}

}  // namespace

void add_customer_commands(CLI::App& app, CommandLine& line) {
    auto options = std::make_shared<Options>();
    const std::string customer_help = "phone:+84901234567, email:an@example.vn, card:20417 or id:42";

    CLI::App* enrolls = app.add_subcommand("enroll", "Enrol a new customer");
    enrolls->add_option("CUSTOMER", options->customer, customer_help)->required();
    enrolls->add_option("--also", options->also, "Another key of the same customer; may be repeated");
    enrolls->add_option("--name", options->name, "The customer's name");
    enrolls->add_option("--vip", options->vip, "The VIP whose member the customer becomes");
    enrolls->add_option("--referral", options->referral,
                        "A referral code; it is judged when the customer's first order comes");
    add_class_options(*enrolls, options->classes, false);
    enrolls->add_option("--at", options->at, "When, ISO 8601 (default: now)");
    enrolls->add_option("--request-id", options->request_id,
                        "32 hexadecimal digits, to repeat it exactly once");
    enrolls->footer(
        "Examples:\n  tim enroll phone:+84901234567 --also card:20417 --name 'Nguyễn Văn An'\n"
        "  tim enroll phone:+84907654321 --vip phone:+84901234567\n"
        "  tim enroll card:20418 --referral 7K3M9QXWTB2C\n"
        "  tim enroll card:20419 --staff NV01 --source facebook --nature wholesale");
    enrolls->callback([&line, options] { line.run = [&line, options] { return enroll(line, *options); }; });

    CLI::App* shows = app.add_subcommand("show", "Show a customer's figures as of now, or of a past instant");
    shows->add_option("CUSTOMER", options->customer, customer_help)->required();
    shows->add_option("--as-of", options->as_of,
                      "As of then, ISO 8601: what was known by that instant, settled up to it");
    shows->footer(
        "Examples:\n  tim show phone:+84901234567 --json\n  tim show card:20417 --as-of 2026-06-30T23:59:59");
    shows->callback([&line, options] { line.run = [&line, options] { return show(line, *options); }; });

    CLI::App* lists = app.add_subcommand("history", "Show what happened to a customer, newest first");
    lists->add_option("CUSTOMER", options->customer, customer_help)->required();
    lists->add_option("--limit", options->limit, "How many lines")
        ->capture_default_str()
        ->check(whole_number(1, kMaxHistoryLines));
    lists->footer("Example:\n  tim history card:20417 --limit 5");
    lists->callback([&line, options] { line.run = [&line, options] { return history(line, *options); }; });
}

}  // namespace tim::cli
