#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "engine/model/name.h"
#include "tools/tim/command_line.h"
#include "tools/tim/figures.h"
#include "tools/tim/json_line.h"
#include "tools/tim/text_table.h"

namespace tim::cli {
namespace {

struct Options {
    std::string customer;
    std::string receipt;
};

// ---------------------------------------------------------------------------------------------- progress

std::string name_of(const model::Tier& tier) {
    return tier.name.empty() ? tier.id : tier.name;
}

/// A figure in the unit of a tier's criterion.
std::string figure_text(const client::Standing& standing, const model::Tier& tier, std::int64_t value,
                        const std::string& points_unit) {
    if (!model::is_money(tier.criterion.value_or(model::Criterion::lifetime_spend)))
        return points_unit.empty() ? std::to_string(value) : fmt::format("{} {}", value, points_unit);
    const std::string amount = model::format_money({value}, standing.currency);
    return points_unit.empty() ? amount : fmt::format("{} {}", amount, standing.currency.code);
}

std::string discount_text(const model::Discount& discount, const model::Currency& currency) {
    const auto money = [&](model::Money amount) {
        return fmt::format("{} {}", model::format_money(amount, currency), currency.code);
    };
    std::string text = discount.percent_bp != 0 ? fmt::format("{} % off", discount.percent_bp / 100.0)
                                                : money(discount.amount) + " off";
    if (discount.max_amount) text += fmt::format(", at most {}", money(*discount.max_amount));
    if (discount.min_order.value > 0) text += fmt::format(", of orders from {}", money(discount.min_order));
    return text;
}

/// What belongs to a tier, as sentences.
std::vector<std::string> benefits_of(const model::Tier& tier, const std::string& unit,
                                     const model::Currency& currency) {
    std::vector<std::string> benefits;
    if (tier.multiplier_bp != model::kWholeBp)
        benefits.push_back(fmt::format("{} % of the usual {}", tier.multiplier_bp / 100.0, unit));
    if (tier.upgrade_bonus.value > 0)
        benefits.push_back(fmt::format("{} {} for reaching it", tier.upgrade_bonus.value, unit));
    if (tier.discount) benefits.push_back(discount_text(*tier.discount, currency));
    if (tier.keep_points.value > 0)
        benefits.push_back(fmt::format("{} {} stay on the account", tier.keep_points.value, unit));
    if (tier.voucher_discount_bp > 0)
        benefits.push_back(fmt::format("rewards cost {} % fewer {}", tier.voucher_discount_bp / 100.0, unit));
    if (!tier.price_list.empty()) benefits.push_back(fmt::format("price list {}", tier.price_list));
    benefits.insert(benefits.end(), tier.benefits.begin(), tier.benefits.end());
    return benefits;
}

std::string criterion_text(model::Criterion criterion) {
    switch (criterion) {
        case model::Criterion::lifetime_spend:
            return "spend in all";
        case model::Criterion::lifetime_ranking_points:
            return "ranking points in all";
        case model::Criterion::month_spend:
            return "spend of a month";
        case model::Criterion::monthly_average_spend:
            return "spend of an average month";
        case model::Criterion::period_spend:
            return "spend of the period";
        case model::Criterion::period_ranking_points:
            return "ranking points of the period";
    }
    return {};
}

std::string tier_json(const client::Standing& standing, const client::TierStanding& row,
                      const std::string& unit) {
    const model::Tier& tier = row.tier;
    JsonLine json;
    json.add("id", tier.id)
        .add("name", name_of(tier))
        .add("description", tier.description)
        .add("icon", tier.icon)
        .add("held", row.index == standing.tier)
        .add("criterion", criterion_text(*tier.criterion))
        .add("min", figure_text(standing, tier, tier.min, {}))
        .add("figure", figure_text(standing, tier, row.figure, {}))
        .add("missing", figure_text(standing, tier, row.missing, {}));
    if (row.sale)
        json.add("sale", model::format_money(*row.sale, standing.currency));
    else
        json.add_raw("sale", "null");
    json.add("benefits", benefits_of(tier, unit, standing.currency));
    return json.text();
}

std::string progress_json(const Shop& shop, const client::Standing& standing, const std::string& unit) {
    JsonLine json;
    json.add("id", standing.customer.value).add("enabled", standing.enabled);
    if (const auto* held = standing.find(standing.tier))
        json.add_raw("tier", tier_json(standing, *held, unit));
    if (standing.next)
        json.add_raw("next", tier_json(standing, *standing.find(*standing.next), unit));
    else
        json.add_raw("next", "null");
    json.add_or_null("counts_until", shop.time(standing.counts_until));
    std::string tiers;
    for (const client::TierStanding& row : standing.tiers)
        tiers += (tiers.empty() ? "" : ",") + tier_json(standing, row, unit);
    json.add_raw("tiers", "[" + tiers + "]");
    return json.text() + "\n";
}

std::string progress_text(const Shop& shop, const client::Standing& standing, const std::string& unit) {
    const auto lines = [&](const model::Tier& tier) {
        const auto benefits = benefits_of(tier, unit, standing.currency);
        return benefits.empty() ? std::string("none") : fmt::format("{}", fmt::join(benefits, "; "));
    };
    std::vector<std::pair<std::string, std::string>> fields = {
        {"customer", fmt::format("id:{}", standing.customer.value)}};
    if (const auto* held = standing.find(standing.tier)) {
        fields.emplace_back("tier", fmt::format("{} ({})", name_of(held->tier), held->tier.id));
        fields.emplace_back("benefits", lines(held->tier));
    }
    if (!standing.enabled) fields.emplace_back("next tier", "none: the program is off");
    if (standing.enabled && !standing.next) fields.emplace_back("next tier", "none: this is the highest");
    if (standing.next) {
        const client::TierStanding& next = *standing.find(*standing.next);
        fields.emplace_back("next tier", fmt::format("{} ({})", name_of(next.tier), next.tier.id));
        fields.emplace_back("counts", fmt::format("{}: {} of {}", criterion_text(*next.tier.criterion),
                                                  figure_text(standing, next.tier, next.figure, {}),
                                                  figure_text(standing, next.tier, next.tier.min, unit)));
        fields.emplace_back("missing", figure_text(standing, next.tier, next.missing, unit));
        fields.emplace_back(
            "a sale now of",
            next.sale ? fmt::format("{} {} reaches it", model::format_money(*next.sale, standing.currency),
                                    standing.currency.code)
                      : std::string("any amount does not reach it"));
        if (standing.counts_until != model::kNoInstant)
            fields.emplace_back("counts until", shop.time(standing.counts_until));
        fields.emplace_back("its benefits", lines(next.tier));
    }
    TextTable table({{"tier"}, {"name"}, {"from", TextTable::Align::right}, {"of"}, {"benefits"}});
    for (const client::TierStanding& row : standing.tiers)
        table.add({(row.index == standing.tier ? "▶ " : "  ") + row.tier.id, name_of(row.tier),
                   figure_text(standing, row.tier, row.tier.min, {}), criterion_text(*row.tier.criterion),
                   lines(row.tier)});
    return field_list(fields) + "\n" + table.text();
}

int progress(const CommandLine& line, const Options& options) {
    const auto customer = read_customer(options.customer);
    if (!customer) return fail_usage(customer.error().message);
    return with_shop(line, [&](Shop& shop) {
        const auto standing = shop.session.client().standing(shop.program, customer->ref());
        if (!standing) return fail(standing.error());
        const std::string& unit = shop.version->program().points.unit;
        print(line.options.json ? progress_json(shop, *standing, unit)
                                : progress_text(shop, *standing, unit));
        return static_cast<int>(kDone);
    });
}

// ----------------------------------------------------------------------------------------------- explain

void explain_json(const Shop& shop, const ProgramVersion& version, const client::ExplainedLine& line) {
    JsonLine json;
    json.add("sequence", line.sequence.value)
        .add("transaction", line.transaction.value)
        .add("receipt", line.name)
        .add("at", shop.time(line.at))
        .add("type", line.type)
        .add("subject", line.subject)
        .add("subject_id", line.subject_id)
        .add("version", line.version.value)
        .add("rule", line.rule)
        .add("arithmetic", line.arithmetic)
        .add("amount", version.money(line.amount))
        .add("points", line.points.value)
        .add("ranking_points", line.ranking.value)
        .add("tier_before", version.tier_id(line.tier_before))
        .add("tier_after", version.tier_id(line.tier_after))
        .add("sentence", line.sentence);
    print(json.text() + "\n");
}

int explain(const CommandLine& line, const Options& options) {
    const auto receipt = model::parse_receipt(options.receipt);
    if (!receipt) return fail_usage(receipt.error().message);
    return with_shop(line, [&](Shop& shop) {
        const auto told = shop.session.client().explain(shop.program, *receipt);
        if (!told) return fail(told.error());
        if (!line.options.json) {
            std::vector<std::pair<std::string, std::string>> fields = {
                {"receipt", told->receipt},
                {"customer",
                 told->customer.value == 0 ? "none" : fmt::format("id:{}", told->customer.value)}};
            if (!told->original.empty()) fields.emplace_back("takes back", told->original);
            print(field_list(fields) + "\n");
        }
        TextTable table({{"at"},
                         {"receipt"},
                         {"whose"},
                         {"points", TextTable::Align::right},
                         {"by"},
                         {"arithmetic"},
                         {"what happened"}});
        std::int64_t sum = 0;
        for (const client::ExplainedLine& row : told->lines) {
            const auto version = shop.session.program(shop.program, row.version);
            if (!version) return fail(version.error());
            if (line.options.json) {
                explain_json(shop, **version, row);
                continue;
            }
            const bool persons = row.subject == "customer";
            if (persons && row.subject_id == told->customer.value) sum += row.points.value;
            table.add({shop.time(row.at), row.name,
                       persons ? fmt::format("id:{}", row.subject_id) : row.subject,
                       row.points.value == 0 ? "" : signed_points(row.points), row.rule, row.arithmetic,
                       row.sentence});
        }
        if (line.options.json) return static_cast<int>(kDone);
        print(table.text());
        if (told->left_out > 0)
            print(fmt::format("and {} that are not told\n", counted(told->left_out, "transaction")));
        if (told->customer.value != 0)
            print(fmt::format("\nin all {} {}\n", signed_points({sum}), shop.version->program().points.unit));
        return static_cast<int>(kDone);
    });
}

// --------------------------------------------------------------------------------------------- recompute

void tell_progress(std::uint64_t done, std::uint64_t total) {
    fmt::print(stderr, "\rrecompute: {} of {}", done, counted(total, "customer"));
}

int recompute(const CommandLine& line) {
    return with_shop(line, [&](Shop& shop) {
        const bool shows = ::isatty(STDERR_FILENO) != 0;
        const auto report = shop.session.client().recompute(
            shop.program, shows ? client::ProgressCallback(tell_progress) : nullptr);
        if (shows) fmt::print(stderr, "\r\x1b[K");
        if (!report) return fail(report.error());
        const auto version = shop.session.program(shop.program, report->version);
        if (!version) return fail(version.error());
        std::uint64_t moved = 0;
        std::string moves;
        TextTable table({{"from"}, {"to"}, {"customers", TextTable::Align::right}});
        for (const client::TierMove& move : report->moves) {
            moved += move.customers;
            JsonLine json;
            json.add("from", (*version)->tier_id(move.before))
                .add("to", (*version)->tier_id(move.after))
                .add("customers", move.customers);
            moves += (moves.empty() ? "" : ",") + json.text();
            table.add({(*version)->tier_name(move.before), (*version)->tier_name(move.after),
                       std::to_string(move.customers)});
        }
        if (line.options.json) {
            JsonLine json;
            json.add("customers", report->customers)
                .add("recorded", report->recorded)
                .add("moved", moved)
                .add_raw("moves", "[" + moves + "]");
            print(json.text() + "\n");
            return static_cast<int>(kDone);
        }
        print(fmt::format("{} looked at, {} had something due, {} moved\n",
                          counted(report->customers, "customer"), report->recorded, moved));
        if (!table.empty()) print(table.text());
        return static_cast<int>(kDone);
    });
}

}  // namespace

void add_insight_commands(CLI::App& app, CommandLine& line) {
    auto options = std::make_shared<Options>();
    CLI::App* shows =
        app.add_subcommand("progress", "What a customer's tier gives, and what is missing to the next");
    shows
        ->add_option("CUSTOMER", options->customer,
                     "phone:+84901234567, email:an@example.vn, card:20417 or id:42")
        ->required();
    shows->footer(
        "Below it stand the tiers that this customer may see: a hidden one only while they are in it.\n"
        "Example:\n  tim progress phone:+84901234567");
    shows->callback([&line, options] { line.run = [&line, options] { return progress(line, *options); }; });

    CLI::App* tells = app.add_subcommand(
        "explain", "Which rule gave every point of a receipt, and what came back of it later");
    tells->add_option("RECEIPT", options->receipt, "TERMINAL/NUMBER, of a sale, a return, a void or a redeem")
        ->required();
    tells->footer("Example:\n  tim explain 1/104416");
    tells->callback([&line, options] { line.run = [&line, options] { return explain(line, *options); }; });

    CLI::App* recomputes = app.add_subcommand(
        "recompute", "Settle everybody now: record the tiers that time and new rules have led to");
    recomputes->footer(
        "Nobody's figures depend on it: whoever is asked about is settled first. It may be repeated.\n"
        "Example:\n  tim recompute");
    recomputes->callback([&line] { line.run = [&line] { return recompute(line); }; });
}

}  // namespace tim::cli
