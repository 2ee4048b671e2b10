// Customer relations: what customers are classified by, and segments of them.
#include <fmt/format.h>

#include "protocol/codec/limits.h"
#include "tools/tim/class_options.h"
#include "tools/tim/command_line.h"
#include "tools/tim/csv_writer.h"
#include "tools/tim/customer_csv.h"
#include "tools/tim/figures.h"
#include "tools/tim/json_line.h"
#include "tools/tim/output.h"
#include "tools/tim/text_table.h"

namespace tim::cli {
namespace {

struct Options {
    std::string customer;
    ClassOptions classes;
    std::optional<std::string> at;
    std::optional<std::string> request_id;
};

int classify(const CommandLine& line, const Options& options) {
    const auto customer = read_customer(options.customer);
    if (!customer) return fail_usage(customer.error().message);
    const auto terms = read_classes(options.classes);
    if (!terms) return fail_usage(terms.error().message);
    if (terms->empty())
        return fail_usage(
            "classify by what? Name --status, --staff, --source, --channel, --nature, --type, --item or "
            "--birthday");
    const auto name = read_request_id(options.request_id);
    if (!name) return fail(name.error());
    return with_shop(line, [&](Shop& shop) {
        model::Command command;
        command.kind = model::CommandKind::classify;
        command.customer = customer->ref();
        command.name = *name;
        const auto at = shop.read_time(options.at);
        if (!at) return fail_usage(fmt::format("--at: {}", at.error().message));
        command.at = *at;
        return tell_outcome(
            line, shop, {"classify", customer->label()}, command,
            shop.session.client().classify(shop.program, command.customer, *terms, *name, command.at));
    });
}

struct SegmentOptions {
    std::string expression;
    bool count = false;
    std::optional<std::string> csv;
    bool profile = false;
    std::string report;
    std::vector<std::string> by;
    std::uint32_t limit = 20;
};

int count_segment(const CommandLine& line, Shop& shop, const SegmentOptions& options) {
    const auto count = shop.session.client().segment_count(shop.program, options.expression);
    if (!count) return fail(count.error());
    if (line.options.json) {
        JsonLine json;
        json.add("customers", count->customers).add("of", count->of);
        print(json.text() + "\n");
    } else {
        print(fmt::format("{} of {}\n", count->customers, counted(count->of, "customer")));
    }
    return kDone;
}

int export_segment(Shop& shop, const SegmentOptions& options) {
    CustomerCsv csv(options.profile);
    model::CustomerId after{};
    do {
        const auto page = shop.session.client().segment(shop.program, options.expression, after,
                                                        codec::kMaxCustomersPerPage);
        if (!page) return fail(page.error());
        for (const client::Customer& customer : page->rows) {
            const auto version = shop.session.program(shop.program, customer.version);
            if (!version) return fail(version.error());
            csv.add(customer, **version, shop.calendar);
        }
        after = page->next;
    } while (after.value != 0);
    auto output = Output::open(*options.csv);
    if (!output) return fail(output.error());
    if (auto written = output->write(csv.text()); !written) return fail(written.error());
    if (auto finished = output->finish(); !finished) return fail(finished.error());
    if (*options.csv != "-") fmt::print(stderr, "{} in {}\n", counted(csv.size(), "customer"), *options.csv);
    return kDone;
}

/// The first of them, for people to look at.
int list_segment(const CommandLine& line, Shop& shop, const SegmentOptions& options) {
    client::BlockingClient& client = shop.session.client();
    const auto page = client.segment(shop.program, options.expression, {}, options.limit);
    if (!page) return fail(page.error());
    TextTable table({{"customer"},
                     {"name"},
                     {"status"},
                     {"tier"},
                     {"staff"},
                     {"source"},
                     {"points", TextTable::Align::right},
                     {"spend", TextTable::Align::right},
                     {"last order"}});
    for (const client::Customer& customer : page->rows) {
        const auto version = shop.session.program(shop.program, customer.version);
        if (!version) return fail(version.error());
        const std::string status(model::status_name(customer.classes.status));
        if (line.options.json) {
            JsonLine json;
            json.add("customer", customer_label(customer))
                .add("id", customer.id.value)
                .add("name", customer.name)
                .add("tier", (*version)->tier_id(customer.tier))
                .add("points", customer.points.value)
                .add("lifetime_spend", (*version)->money(customer.lifetime_spend))
                .add_or_null("last_order_at", shop.time(customer.last_order_at));
            add_classes(json, customer.classes);
            print(json.text() + "\n");
            continue;
        }
        table.add({customer_label(customer), customer.name, status, (*version)->tier_name(customer.tier),
                   customer.classes.staff.empty() ? "company" : customer.classes.staff,
                   customer.classes.source, std::to_string(customer.points.value),
                   (*version)->money(customer.lifetime_spend), shop.time(customer.last_order_at)});
    }
    if (line.options.json) return kDone;
    print(table.text());
    if (page->next.value == 0) return kDone;
    const auto count = client.segment_count(shop.program, options.expression);
    if (!count) return fail(count.error());
    print(fmt::format("the first {} of {}; --csv writes them all\n", page->rows.size(),
                      counted(count->customers, "customer")));
    return kDone;
}

int report_segment(const CommandLine& line, Shop& shop, const SegmentOptions& options) {
    std::vector<client::Dimension> by;
    for (const std::string& word : options.by) {
        const auto dimension = client::read_dimension(word);
        if (!dimension)
            return fail_usage(fmt::format(
                "--by: \"{}\" is none of status, source, channel, staff, nature, type, item, tier, "
                "class, birthday",
                word));
        by.push_back(*dimension);
    }
    const auto report = shop.session.client().segment_report(shop.program, options.expression, by);
    if (!report) return fail(report.error());
    const ProgramVersion& version = *shop.version;
    std::vector<TextTable::Column> columns;
    for (const std::string& word : options.by)
        columns.push_back({word});
    for (const char* figure : {"customers", "orders", "spend", "month_spend", "points"})
        columns.push_back({figure, TextTable::Align::right});
    const auto figures = [&](const client::ReportRow& row) {
        return std::vector<std::string>{std::to_string(row.customers), std::to_string(row.orders),
                                        version.money(row.spend), version.money(row.month_spend),
                                        std::to_string(row.points.value)};
    };
    if (options.csv) {
        CsvWriter csv;
        for (const TextTable::Column& column : columns)
            csv.field(std::string(column.heading));
        csv.end_line();
        for (const client::ReportRow& row : report->rows) {
            for (const std::string& value : row.values)
                csv.field(value);
            for (const std::string& figure : figures(row))
                csv.field(figure);
            csv.end_line();
        }
        auto output = Output::open(*options.csv);
        if (!output) return fail(output.error());
        if (auto written = output->write(csv.text()); !written) return fail(written.error());
        if (auto finished = output->finish(); !finished) return fail(finished.error());
        return kDone;
    }
    TextTable table(columns);
    for (const client::ReportRow& row : report->rows) {
        if (line.options.json) {
            JsonLine json;
            for (std::size_t i = 0; i < row.values.size(); ++i)
                json.add_or_null(options.by[i], row.values[i]);
            json.add("customers", row.customers)
                .add("orders", row.orders)
                .add("spend", version.money(row.spend))
                .add("month_spend", version.money(row.month_spend))
                .add("points", row.points.value);
            print(json.text() + "\n");
            continue;
        }
        std::vector<std::string> cells = row.values;
        for (std::string& figure : figures(row))
            cells.push_back(std::move(figure));
        table.add(cells);
    }
    if (line.options.json) return kDone;
    std::vector<std::string> cells(options.by.size());
    cells.front() = "all";
    for (std::string& figure : figures(report->total))
        cells.push_back(std::move(figure));
    table.add(cells);
    print(table.text());
    return kDone;
}

int segment(const CommandLine& line, const SegmentOptions& options) {
    if (options.report.empty() != options.by.empty())
        return fail_usage("a report is --report spend --by DIMENSION[,DIMENSION]");
    if (options.profile && (!options.csv || !options.report.empty()))
        return fail_usage("--profile goes with --csv, and not with --report");
    if (options.count && (options.csv || !options.report.empty()))
        return fail_usage("--count goes with neither --csv nor --report");
    return with_shop(line, [&](Shop& shop) {
        if (options.count) return count_segment(line, shop, options);
        if (!options.report.empty()) return report_segment(line, shop, options);
        return options.csv ? export_segment(shop, options) : list_segment(line, shop, options);
    });
}

void add_segment(CLI::App& app, CommandLine& line) {
    auto options = std::make_shared<SegmentOptions>();
    CLI::App* segments = app.add_subcommand(
        "segment", "Count, list or report on the customers whom an expression describes (docs/segments.md)");
    segments
        ->add_option("EXPRESSION", options->expression, "Conditions mixed with and, or, not and parentheses")
        ->required();
    segments->add_flag("--count", options->count, "How many they are, and no more");
    segments->add_option("--csv", options->csv, "Write all of them, or the report, to a file; - for stdout");
    segments->add_flag("--profile", options->profile,
                       "With --csv: also keys, name and classification, as tim export customers --profile");
    segments->add_option("--report", options->report, "spend: what they bought, by the dimensions of --by")
        ->check(CLI::IsMember({"spend"}));
    segments
        ->add_option("--by", options->by,
                     "status, source, channel, staff, nature, type, item, tier, class, birthday; up to three")
        ->delimiter(',');
    segments->add_option("--limit", options->limit, "How many are listed")
        ->capture_default_str()
        ->check(whole_number(1, static_cast<std::int64_t>(codec::kMaxCustomersPerPage)));
    segments->footer(
        "Examples:\n  tim segment 'source in (facebook, tiktok) and nature has wholesale' --count\n"
        "  tim segment 'status = prospect and staff = NV01'\n"
        "  tim segment 'tier >= bac and no order in last 2 months and spend > 3000000' --csv asleep.csv\n"
        "  tim segment 'bought in last 12 months' --report spend --by source,tier");
    segments->callback([&line, options] { line.run = [&line, options] { return segment(line, *options); }; });
}

}  // namespace

void add_relation_commands(CLI::App& app, CommandLine& line) {
    auto options = std::make_shared<Options>();
    CLI::App* classifies =
        app.add_subcommand("classify", "Say what a customer is classified by; only what is given changes");
    classifies
        ->add_option("CUSTOMER", options->customer,
                     "phone:+84901234567, email:an@example.vn, card:20417 or id:42")
        ->required();
    add_class_options(*classifies, options->classes, true);
    classifies->add_option("--at", options->at, "When, ISO 8601 (default: now)");
    classifies->add_option("--request-id", options->request_id,
                           "32 hexadecimal digits, to repeat it exactly once");
    classifies->footer(
        "Examples:\n  tim classify phone:+84901234567 --status prospect --staff NV01\n"
        "  tim classify card:20417 --source facebook --channel tet-2027 --nature wholesale --type cafe "
        "--item tea\n  tim classify card:20417 --item coffee --drop-item tea --birthday 05-17");
    classifies->callback(
        [&line, options] { line.run = [&line, options] { return classify(line, *options); }; });
    add_segment(app, line);
}

}  // namespace tim::cli
