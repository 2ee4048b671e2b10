#include <fmt/format.h>

#include <algorithm>

#include "protocol/codec/limits.h"
#include "tools/tim/command_line.h"
#include "tools/tim/csv_writer.h"
#include "tools/tim/json_line.h"
#include "tools/tim/output.h"
#include "tools/tim/program_file.h"
#include "tools/tim/text_table.h"

namespace tim::cli {
namespace {

struct Options {
    std::string file;
    std::string id;
    std::string csv;
    std::optional<std::string> at;
    std::optional<std::string> request_id;
};

std::string name_of(const model::Program& program, std::size_t index) {
    if (index >= program.tiers.size()) return {};
    const model::Tier& tier = program.tiers[index];
    return tier.name.empty() ? tier.id : tier.name;
}

std::string id_of(const model::Program& program, std::size_t index) {
    return index < program.tiers.size() ? program.tiers[index].id : std::string();
}

/// The matrix: a line for each tier of now, a column for each tier of the change.
std::string matrix_text(const client::WhatIf& answer, const model::Program& before,
                        const model::Program& after) {
    std::vector<TextTable::Column> columns{{"from \\ to"}};
    for (std::size_t to = 0; to < after.tiers.size(); ++to)
        columns.push_back({name_of(after, to), TextTable::Align::right});
    TextTable table(columns);
    for (std::size_t from = 0; from < before.tiers.size(); ++from) {
        std::vector<std::string> cells{name_of(before, from)};
        for (std::size_t to = 0; to < after.tiers.size(); ++to) {
            const auto found = std::ranges::find_if(answer.moves, [&](const client::TierMove& move) {
                return move.before == from && move.after == to;
            });
            cells.push_back(found == answer.moves.end() ? "" : std::to_string(found->customers));
        }
        table.add(std::move(cells));
    }
    return table.text();
}

void tell_json(const client::WhatIf& answer, const model::Program& before, const model::Program& after,
               const std::string& effective, std::uint64_t moved) {
    std::string moves;
    for (const client::TierMove& move : answer.moves) {
        JsonLine json;
        json.add("from", id_of(before, move.before))
            .add("to", id_of(after, move.after))
            .add("customers", move.customers);
        moves += (moves.empty() ? "" : ",") + json.text();
    }
    const auto money = [&](model::Money amount) { return model::format_money(amount, before.currency); };
    JsonLine json;
    json.add("program", before.id)
        .add("version", answer.version.value)
        .add_or_null("effective", effective)
        .add("customers", answer.customers)
        .add("moved", moved)
        .add_raw("moves", "[" + moves + "]")
        .add("points", answer.points.value)
        .add("spendable_before", answer.spendable_before.value)
        .add("spendable_after", answer.spendable_after.value)
        .add("value_before", money(answer.value_before))
        .add("value_after", money(answer.value_after));
    print(json.text() + "\n");
}

std::string customer_label(const client::WhatIfCustomer& customer) {
    if (customer.keys.empty()) return fmt::format("id:{}", customer.id.value);
    const model::Key& key = customer.keys.front();
    return fmt::format("{}:{}", model::key_kind_name(key.kind), key.text);
}

/// Those who would move, page by page, all as of the instant of the first answer.
model::Result<std::uint64_t> write_list(client::BlockingClient& client, const model::Program& before,
                                        const model::Program& after, model::Instant effective,
                                        const std::string& path) {
    auto output = Output::open(path);
    if (!output) return tl::unexpected(output.error());
    CsvWriter csv;
    for (const char* column :
         {"customer", "id", "tier_before", "tier_after", "points", "spendable_before", "spendable_after"})
        csv.field(column);
    csv.end_line();
    std::uint64_t count = 0;
    model::CustomerId next{};
    do {
        const auto page = client.what_if(after, effective, next, codec::kMaxCustomersPerPage);
        if (!page) return tl::unexpected(page.error());
        for (const client::WhatIfCustomer& row : page->rows) {
            csv.field(customer_label(row))
                .field(std::to_string(row.id.value))
                .field(id_of(before, row.tier_before))
                .field(id_of(after, row.tier_after))
                .field(row.points.value)
                .field(row.spendable_before.value)
                .field(row.spendable_after.value);
            csv.end_line();
            ++count;
        }
        if (auto written = output->write(csv.text()); !written) return tl::unexpected(written.error());
        csv.text().clear();
        next = page->next;
    } while (next.value != 0);
    if (auto finished = output->finish(); !finished) return tl::unexpected(finished.error());
    return count;
}

int what_if(const CommandLine& line, const Options& options) {
    const auto change = read_program(options.file);
    if (!change) return fail_program(change.error());
    const auto calendar = model::Calendar::load(change->time_zone);
    if (!calendar) return fail(calendar.error());
    model::Instant at = model::kNoInstant;
    if (options.at) {
        const auto read = calendar->parse(*options.at);
        if (!read) return fail_usage(fmt::format("--at: {}", read.error().message));
        at = *read;
    }
    return with_session(line, [&](Session& session) {
        const auto answer = session.client().what_if(*change, at);
        if (!answer) return fail(answer.error());
        const auto version = session.program(change->id, answer->version);
        if (!version) return fail(version.error());
        const model::Program& before = (*version)->program();
        std::uint64_t moved = 0;
        for (const client::TierMove& move : answer->moves)
            if (id_of(before, move.before) != id_of(*change, move.after)) moved += move.customers;
        const std::string effective = calendar->format(answer->effective);
        if (options.csv == "-") {
            // The list alone: what is piped on is CSV.
        } else if (line.options.json) {
            tell_json(*answer, before, *change, effective, moved);
        } else {
            const auto money = [&](model::Money amount) {
                return fmt::format("{} {}", model::format_money(amount, before.currency),
                                   before.currency.code);
            };
            const auto both = [](auto from, auto to) {
                return from == to ? fmt::format("{}", from) : fmt::format("{} → {}", from, to);
            };
            print(field_list(
                {{"after", fmt::format("version {} of {}", answer->version.value, before.id)},
                 {"from", effective},
                 {"customers", std::to_string(answer->customers)},
                 {"would move", std::to_string(moved)},
                 {"points", fmt::format("{} {}", answer->points.value, before.points.unit)},
                 {"spendable", both(answer->spendable_before.value, answer->spendable_after.value)},
                 {"worth", both(money(answer->value_before), money(answer->value_after))}}));
            print("\n" + matrix_text(*answer, before, *change) + "nothing was changed\n");
        }
        if (options.csv.empty()) return static_cast<int>(kDone);
        const auto count = write_list(session.client(), before, *change, answer->effective, options.csv);
        if (!count) return fail(count.error());
        if (options.csv != "-") fmt::print(stderr, "{} in {}\n", counted(*count, "customer"), options.csv);
        return static_cast<int>(kDone);
    });
}

/// A new version that differs in nothing else.
int turn(const CommandLine& line, const Options& options, bool on) {
    const auto name = read_request_id(options.request_id);
    if (!name) return fail(name.error());
    return with_session(line, [&](Session& session) {
        auto id = session.pick_program(options.id.empty() ? line.options.program : options.id);
        if (!id) return fail(id.error());
        const auto newest = session.program(*id);
        if (!newest) return fail(newest.error());
        model::Program changed = (*newest)->program();
        const bool as_before = changed.enabled == on;
        changed.enabled = on;
        const auto outcome =
            session.client().put_program(changed, *name, model::kNoInstant, 0, (*newest)->info.version);
        if (!outcome) return fail(outcome.error());
        if (outcome->refusal != model::Refusal::none) return refuse(line, outcome->refusal, outcome->detail);
        const auto put = session.program(*id, outcome->version);
        if (!put) return fail(put.error());
        const auto calendar = model::Calendar::load(changed.time_zone);
        if (!calendar) return fail(calendar.error());
        const model::Instant from = (*put)->info.effective;
        const std::string since = from == model::kNoInstant ? std::string() : calendar->format(from);
        if (line.options.json) {
            JsonLine json;
            json.add("program", *id)
                .add("enabled", on)
                .add("version", outcome->version.value)
                .add_or_null("from", since)
                .add("duplicate", as_before || outcome->duplicate);
            print(json.text() + "\n");
        } else {
            print(fmt::format("program {} is {}{}: version {}{}\n", *id, on ? "on" : "off",
                              as_before ? " as before" : "", outcome->version.value,
                              since.empty() ? std::string() : ", from " + since));
        }
        return static_cast<int>(kDone);
    });
}

}  // namespace

void add_program_change_commands(CLI::App& program, CommandLine& line) {
    auto options = std::make_shared<Options>();
    CLI::App* whatif = program.add_subcommand(
        "whatif",
        "Run a change over all customers without effect: who would move, what points would be worth");
    whatif->add_option("FILE", options->file, "The changed program as JSON")->required();
    whatif->add_option("--at", options->at, "From when it would be in force, ISO 8601 (default: now)");
    whatif->add_option("--csv", options->csv,
                       "Write the list of those who would move to this file; - is "
                       "standard output, and then nothing else is told");
    whatif->footer("Example:\n  tim program whatif new-tiers.json --csv moves.csv");
    whatif->callback([&line, options] { line.run = [&line, options] { return what_if(line, *options); }; });

    for (const bool on : {true, false}) {
        CLI::App* turns = program.add_subcommand(
            on ? "on" : "off", on ? "Turn a program's tiers and benefits on again: everyone's tier is found "
                                    "from the figures of now"
                                  : "Turn a program's tiers and benefits off; points and figures go on");
        turns->add_option("ID", options->id, "The program (default: --program, or the only one)");
        turns->add_option("--request-id", options->request_id,
                          "32 hexadecimal digits, to repeat it exactly once");
        turns->footer(fmt::format("Example:\n  tim program {} sapo", on ? "on" : "off"));
        turns->callback(
            [&line, options, on] { line.run = [&line, options, on] { return turn(line, *options, on); }; });
    }
}

}  // namespace tim::cli
