#include <fmt/format.h>

#include "protocol/codec/program_json.h"
#include "tools/tim/command_line.h"
#include "tools/tim/json_line.h"
#include "tools/tim/program_file.h"
#include "tools/tim/text_table.h"

namespace tim::cli {
namespace {

struct Options {
    std::string file;
    std::string id;
    std::uint16_t version = 0;
    std::optional<std::string> at;
    std::optional<std::string> request_id;
};

int check_program(const Options& options) {
    const auto program = read_program(options.file);
    if (!program) return fail_program(program.error());
    const std::string text = codec::program_to_json(*program);
    print(text);
    if (!text.ends_with('\n')) print("\n");
    return kDone;
}

int put_program(const CommandLine& line, const Options& options) {
    const auto program = read_program(options.file);
    if (!program) return fail_program(program.error());
    const auto name = read_request_id(options.request_id);
    if (!name) return fail(name.error());
    model::Instant at = model::kNoInstant;
    std::string from;
    if (options.at) {
        const auto calendar = model::Calendar::load(program->time_zone);
        if (!calendar) return fail(calendar.error());
        const auto read = calendar->parse(*options.at);
        if (!read) return fail_usage(fmt::format("--at: {}", read.error().message));
        at = *read;
        from = fmt::format(" from {}", calendar->format(at));
    }
    return with_session(line, [&](Session& session) {
        const auto outcome = session.client().put_program(*program, *name, at);
        if (!outcome) return fail(outcome.error());
        if (outcome->refusal != model::Refusal::none) return refuse(line, outcome->refusal, outcome->detail);
        if (line.options.json) {
            JsonLine json;
            json.add("program", program->id)
                .add("version", outcome->version.value)
                .add("duplicate", outcome->duplicate);
            print(json.text() + "\n");
        } else {
            // The first version holds since ever.
            const bool dated = !outcome->duplicate && outcome->version.value > 1;
            print(fmt::format("program {}: version {} is in force{}\n", program->id, outcome->version.value,
                              outcome->duplicate ? " (as before)"
                              : dated            ? from
                                                 : ""));
        }
        return static_cast<int>(kDone);
    });
}

int get_program(const CommandLine& line, const Options& options) {
    return with_session(line, [&](Session& session) {
        auto id = session.pick_program(options.id.empty() ? line.options.program : options.id);
        if (!id) return fail(id.error());
        const auto version = session.program(*id, {options.version});
        if (!version) return fail(version.error());
        const std::string text = codec::program_to_json((*version)->program());
        print(text);
        if (!text.ends_with('\n')) print("\n");
        return static_cast<int>(kDone);
    });
}

int list_programs(const CommandLine& line) {
    return with_session(line, [&](Session& session) {
        const auto programs = session.client().programs();
        if (!programs) return fail(programs.error());
        TextTable table({{"program"},
                         {"name"},
                         {"currency"},
                         {"versions", TextTable::Align::right},
                         {"customers", TextTable::Align::right}});
        for (const client::ProgramSummary& program : *programs) {
            if (line.options.json) {
                JsonLine json;
                json.add("program", program.id)
                    .add("name", program.name)
                    .add("currency", program.currency)
                    .add("versions", program.versions)
                    .add("customers", program.customers);
                print(json.text() + "\n");
            }
            table.add({program.id, program.name, program.currency, std::to_string(program.versions),
                       std::to_string(program.customers)});
        }
        if (line.options.json) return static_cast<int>(kDone);
        print(table.empty() ? "There is no program yet; load one with: tim program put FILE\n"
                            : table.text());
        return static_cast<int>(kDone);
    });
}

}  // namespace

void add_program_commands(CLI::App& app, CommandLine& line) {
    auto options = std::make_shared<Options>();
    CLI::App* program =
        app.add_subcommand("program", "Rules: check a file, put it in force, look at what is");
    program->require_subcommand(1);

    CLI::App* put = program->add_subcommand("put", "Put a program, or a new version of it, in force");
    put->add_option("FILE", options->file, "The program as JSON")->required();
    put->add_option("--at", options->at, "From when it is in force, ISO 8601 (default: now)");
    put->add_option("--request-id", options->request_id,
                    "32 hexadecimal digits, to repeat a put exactly once");
    put->footer("Example:\n  tim program put tools/quickstart.json");
    put->callback([&line, options] { line.run = [&line, options] { return put_program(line, *options); }; });

    CLI::App* check = program->add_subcommand(
        "check", "Check a file without a server, and print the program in full, defaults filled in");
    check->add_option("FILE", options->file, "The program as JSON")->required();
    check->footer("Example:\n  tim program check tools/quickstart.json");
    check->callback([&line, options] { line.run = [options] { return check_program(*options); }; });

    CLI::App* get = program->add_subcommand("get", "Print a program as the server has it");
    get->add_option("ID", options->id, "The program (default: --program, or the only one)");
    get->add_option("--version", options->version, "Which version (default: the newest)");
    get->footer("Example:\n  tim program get nhanh --version 1");
    get->callback([&line, options] { line.run = [&line, options] { return get_program(line, *options); }; });

    CLI::App* list = program->add_subcommand("list", "List the programs that the key may touch");
    list->footer("Example:\n  tim program list --json");
    list->callback([&line] { line.run = [&line] { return list_programs(line); }; });

    add_program_change_commands(*program, line);
}

}  // namespace tim::cli
