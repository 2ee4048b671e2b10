// The care calendar: what is to be done for customers, until when, by whom.
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <optional>

#include "protocol/codec/limits.h"
#include "tools/tim/command_line.h"
#include "tools/tim/customer_csv.h"
#include "tools/tim/figures.h"
#include "tools/tim/json_line.h"
#include "tools/tim/request_id.h"
#include "tools/tim/text_table.h"

namespace tim::cli {
namespace {

using model::CommandKind;

constexpr std::int64_t kMaxLines = 1'000'000;
constexpr std::string_view kCompany = "company";

constexpr std::int32_t kDays = 7;  ///< that are looked ahead where nobody says how many

struct Options {
    std::string customer;
    std::string segment;
    std::uint64_t task = 0;
    std::string due;
    std::string kind;
    std::optional<std::int32_t> every;
    std::optional<std::string> staff;
    std::optional<std::string> note;
    std::string from;
    std::optional<std::int32_t> days;
    std::uint64_t limit = 1'000;
    std::optional<std::string> at;
    std::optional<std::string> request_id;
};

model::Instant now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
}

/// "company" is nobody's.
std::optional<std::string> staff_of(const Options& options) {
    if (!options.staff || *options.staff != kCompany) return options.staff;
    return std::string();
}

model::Result<model::CareTerms> read_terms(const Shop& shop, const Options& options) {
    model::CareTerms terms;
    terms.task = {options.task};
    if (!options.kind.empty()) {
        terms.kind = model::read_care_kind(options.kind);
        if (!terms.kind)
            return model::failure(model::ErrorKind::invalid,
                                  fmt::format("--kind: \"{}\" is none of call, message, visit, sample, "
                                              "quote, other",
                                              options.kind));
    }
    if (!options.due.empty()) {
        const auto due = shop.calendar.parse(options.due);
        if (!due) return model::failure(model::ErrorKind::invalid, "--due: " + due.error().message);
        terms.due = *due;
    }
    terms.every_days = options.every;
    terms.staff = staff_of(options);
    terms.note = options.note;
    return terms;
}

std::string rhythm(std::int32_t every_days) {
    return every_days == 0 ? std::string() : fmt::format("every {} days", every_days);
}

std::string task_json(const Shop& shop, const client::CareTask& task) {
    JsonLine json;
    json.add("task", task.id.value)
        .add("state", model::care_phase_name(task.phase))
        .add("kind", model::care_kind_name(task.kind))
        .add("due", shop.time(task.due))
        .add("every_days", std::int64_t{task.every_days})
        .add("customer", task.key)
        .add("id", task.customer.value)
        .add("name", task.name)
        .add("staff", task.staff)
        .add("note", task.note)
        .add("changed_at", shop.time(task.changed_at));
    return json.text() + "\n";
}

/// A request id of its own for each customer of one call: the same call again does nothing more.
model::Name name_for(const model::Name& base, model::CustomerId customer) {
    return request_id_of(fmt::format("tim-care-1\n{}\n{}", model::format_name(base), customer.value));
}

int add_for_segment(const CommandLine& line, Shop& shop, const Options& options, model::Command command) {
    std::uint64_t planned = 0;
    std::uint64_t again = 0;
    std::uint64_t refused = 0;
    const model::Name base = command.name;
    model::CustomerId after{};
    do {
        const auto page =
            shop.session.client().segment(shop.program, options.segment, after, codec::kMaxCustomersPerPage);
        if (!page) return fail(page.error());
        for (const client::Customer& customer : page->rows) {
            command.customer = {model::KeyKind::id, customer.id, {}};
            command.name = name_for(base, customer.id);
            const auto outcome = shop.session.client().change_care(shop.program, command);
            if (!outcome) return fail(outcome.error());
            if (outcome->refusal != model::Refusal::none) {
                ++refused;
                say(fmt::format("{}: {}", customer_label(customer),
                                model::refusal_sentence(outcome->refusal, outcome->detail)));
                continue;
            }
            ++(outcome->duplicate ? again : planned);
        }
        after = page->next;
    } while (after.value != 0);
    if (line.options.json) {
        JsonLine json;
        json.add("planned", planned)
            .add("duplicate", again)
            .add("refused", refused)
            .add("request_id", model::format_name(base));
        print(json.text() + "\n");
    } else {
        print(fmt::format("{} planned, {} planned before, {} refused; request id {}\n",
                          counted(planned, "task"), again, refused, model::format_name(base)));
    }
    return refused == 0 ? kDone : kPartly;
}

int change(const CommandLine& line, const Options& options, CommandKind kind, const std::string& word) {
    const auto name = read_request_id(options.request_id);
    if (!name) return fail_usage(name.error().message);
    const bool plans = kind == CommandKind::plan_care;
    if (plans && options.customer.empty() == options.segment.empty())
        return fail_usage("for whom? Name a CUSTOMER, or a --segment of them");
    CustomerArgument customer;
    if (!options.customer.empty()) {
        auto read = read_customer(options.customer);
        if (!read) return fail_usage(read.error().message);
        customer = std::move(*read);
    }
    return with_shop(line, [&](Shop& shop) {
        const auto terms = read_terms(shop, options);
        if (!terms) return fail_usage(terms.error().message);
        if (kind == CommandKind::change_care && terms->empty())
            return fail_usage("change what? Name --due, --kind, --every, --staff or --note");
        model::Command command;
        command.kind = kind;
        command.name = *name;
        command.care = &*terms;
        const auto at = shop.read_time(options.at);
        if (!at) return fail_usage(fmt::format("--at: {}", at.error().message));
        command.at = *at;
        if (!options.segment.empty()) return add_for_segment(line, shop, options, command);
        if (plans) command.customer = customer.ref();
        const auto outcome = shop.session.client().change_care(shop.program, command);
        if (!outcome) return fail(outcome.error());
        if (outcome->refusal != model::Refusal::none) return refuse(line, outcome->refusal, outcome->detail);
        const std::uint64_t task = plans ? outcome->sequence.value : options.task;
        if (line.options.json) {
            JsonLine json;
            json.add("command", "care " + word)
                .add("task", task)
                .add("customer", outcome->customer.value)
                .add("request_id", model::format_name(command.name))
                .add("duplicate", outcome->duplicate);
            print(json.text() + "\n");
        } else {
            print(fmt::format("task {} {}{}\n", task, word == "add" ? "planned" : word,
                              outcome->duplicate ? " (done before; nothing changed)" : ""));
        }
        return static_cast<int>(kDone);
    });
}

constexpr std::array<const char*, 7> kWeekdays = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                  "Friday", "Saturday", "Sunday"};

std::string day_heading(const Shop& shop, model::Instant day) {
    return fmt::format("{} {}", shop.calendar.format_day(day),
                       kWeekdays[shop.calendar.wall_time(day).weekday]);
}

/// The tasks of one day under its heading.
class DayTable {
  public:
    explicit DayTable(const Shop& shop) : shop_(shop) {}

    void add(const client::CareTask& task) {
        const model::Instant day = shop_.calendar.day_start(task.due, 0);
        if (day != day_) flush();
        day_ = day;
        const std::string time = shop_.time(task.due);
        table_.add({time.size() > 16 ? time.substr(11, 5) : time,
                    std::string(model::care_kind_name(task.kind)), task.key, task.name,
                    task.staff.empty() ? std::string(kCompany) : task.staff, task.note,
                    rhythm(task.every_days), std::to_string(task.id.value)});
        ++rows_;
    }
    void flush() {
        if (rows_ == 0) return;
        print(day_heading(shop_, day_) + "\n" + table_.text() + "\n");
        table_ = make_table();
        rows_ = 0;
    }

  private:
    static TextTable make_table() {
        return TextTable({{"at"},
                          {"kind"},
                          {"customer"},
                          {"name"},
                          {"staff"},
                          {"note"},
                          {"again"},
                          {"task", TextTable::Align::right}});
    }

    const Shop& shop_;
    TextTable table_ = make_table();
    model::Instant day_ = model::kNoInstant;
    std::size_t rows_ = 0;
};

int list_of_customer(const CommandLine& line, Shop& shop, const Options& options) {
    if (options.staff || !options.kind.empty() || !options.from.empty() || options.days)
        return fail_usage("of a CUSTOMER all is listed: --staff, --kind, --from and --days go without one");
    const auto customer = read_customer(options.customer);
    if (!customer) return fail_usage(customer.error().message);
    TextTable table(
        {{"task", TextTable::Align::right}, {"state"}, {"kind"}, {"due"}, {"staff"}, {"note"}, {"again"}});
    model::Sequence before{};
    std::uint64_t left = options.limit;
    do {
        const auto limit = static_cast<std::uint32_t>(std::min<std::uint64_t>(left, codec::kMaxCarePerPage));
        const auto page = shop.session.client().care_of(shop.program, customer->ref(), before, limit);
        if (!page) return fail(page.error());
        for (const client::CareTask& task : page->rows) {
            if (line.options.json)
                print(task_json(shop, task));
            else
                table.add({std::to_string(task.id.value), std::string(model::care_phase_name(task.phase)),
                           std::string(model::care_kind_name(task.kind)), shop.time(task.due),
                           task.staff.empty() ? std::string(kCompany) : task.staff, task.note,
                           rhythm(task.every_days)});
        }
        left -= std::min<std::uint64_t>(left, page->rows.size());
        before = page->next_task;
    } while (before.value != 0 && left > 0);
    if (!line.options.json) print(table.text());
    if (before.value != 0) say("there are more; --limit");
    return kDone;
}

int list(const CommandLine& line, const Options& options) {
    return with_shop(line, [&](Shop& shop) {
        if (!options.customer.empty()) return list_of_customer(line, shop, options);
        client::CareFilter filter;
        const auto terms = read_terms(shop, options);
        if (!terms) return fail_usage(terms.error().message);
        filter.kind = terms->kind;
        filter.staff = terms->staff;
        model::Instant today = shop.calendar.day_start(now(), 0);
        if (!options.from.empty()) {
            const auto from = shop.calendar.parse(options.from);
            if (!from) return fail_usage(fmt::format("--from: {}", from.error().message));
            filter.from = today = *from;
        }
        filter.until = shop.calendar.day_start(today, options.days.value_or(kDays));
        DayTable days(shop);
        std::uint64_t left = options.limit;
        do {
            const auto limit =
                static_cast<std::uint32_t>(std::min<std::uint64_t>(left, codec::kMaxCarePerPage));
            const auto page = shop.session.client().care(shop.program, filter, limit);
            if (!page) return fail(page.error());
            for (const client::CareTask& task : page->rows) {
                if (line.options.json)
                    print(task_json(shop, task));
                else
                    days.add(task);
            }
            left -= std::min<std::uint64_t>(left, page->rows.size());
            filter.after_due = page->next_due;
            filter.after_task = page->next_task;
        } while (filter.after_task.value != 0 && left > 0);
        days.flush();
        if (filter.after_task.value != 0) say("there are more; --limit");
        return static_cast<int>(kDone);
    });
}

int birthdays(const CommandLine& line, const Options& options) {
    return with_shop(line, [&](Shop& shop) {
        model::Instant from = now();
        if (!options.from.empty()) {
            const auto read = shop.calendar.parse(options.from);
            if (!read) return fail_usage(fmt::format("--from: {}", read.error().message));
            from = *read;
        }
        const auto rows = shop.session.client().birthdays(shop.program, from, options.days.value_or(kDays));
        if (!rows) return fail(rows.error());
        TextTable table({{"day"}, {"customer"}, {"name"}, {"staff"}});
        for (const client::Birthday& birthday : *rows) {
            if (line.options.json) {
                JsonLine json;
                json.add("day", shop.calendar.format_day(birthday.day))
                    .add("customer", birthday.key)
                    .add("id", birthday.customer.value)
                    .add("name", birthday.name)
                    .add("staff", birthday.staff);
                print(json.text() + "\n");
                continue;
            }
            table.add({day_heading(shop, birthday.day), birthday.key, birthday.name,
                       birthday.staff.empty() ? std::string(kCompany) : birthday.staff});
        }
        if (!line.options.json) print(table.text());
        return static_cast<int>(kDone);
    });
}

}  // namespace

void add_care_commands(CLI::App& app, CommandLine& line) {
    auto options = std::make_shared<Options>();
    const std::string customer_help = "phone:+84901234567, email:an@example.vn, card:20417 or id:42";
    const auto run = [&line, options](CLI::App* command, auto body) {
        command->callback(
            [&line, options, body] { line.run = [&line, options, body] { return body(line, *options); }; });
    };
    CLI::App* care = app.add_subcommand("care", "The care calendar: calls, messages, visits that are due");
    care->require_subcommand(1);
    const auto changes = [&](CLI::App* command, CommandKind kind, const std::string& word) {
        command->add_option("--staff", options->staff, "Whose task it is; company for nobody's");
        command->add_option("--note", options->note, "What people should know of it; 200 bytes at most");
        command->add_option("--at", options->at, "When this happens, ISO 8601 (default: now)");
        command->add_option("--request-id", options->request_id,
                            "32 hexadecimal digits, to repeat it exactly once (default: random)");
        run(command, [kind, word](const CommandLine& at, const Options& with) {
            return change(at, with, kind, word);
        });
    };
    const auto add_terms = [&](CLI::App* command) {
        command->add_option("--kind", options->kind, "call, message, visit, sample, quote or other");
        command
            ->add_option("--every", options->every,
                         "So many days after it was due it is due again once it is done; 0: it is over then")
            ->check(whole_number(0, model::kMaxCareEveryDays, "days"));
    };
    const auto add_task = [&](CLI::App* command) {
        command
            ->add_option("TASK", options->task, "Its number, as `tim care add` and `tim care list` tell it")
            ->required();
    };

    CLI::App* adds = care->add_subcommand("add", "Plan a task for a customer, or for each of a segment");
    adds->add_option("CUSTOMER", options->customer, customer_help);
    adds->add_option("--segment", options->segment,
                     "For every customer whom this expression describes (docs/segments.md)");
    adds->add_option("--due", options->due, "A day, or a time, ISO 8601")->required();
    add_terms(adds);
    adds->footer(
        "Examples:\n  tim care add phone:+84901234567 --kind call --due 2027-03-12T09:00 --note 'how was the "
        "sample?'\n  tim care add card:20417 --kind visit --due 2027-03-15 --every 14 --staff NV01\n"
        "  tim care add --segment 'tier = vang and no order in last 2 months' --kind message --due "
        "2027-03-20\n"
        "Without --staff a task is that of the customer's salesperson.");
    changes(adds, CommandKind::plan_care, "add");

    CLI::App* changing = care->add_subcommand("change", "Put a task off, or change what it says");
    add_task(changing);
    changing->add_option("--due", options->due, "A day, or a time, ISO 8601");
    add_terms(changing);
    changing->footer("Example:\n  tim care change 4711 --due 2027-03-19 --staff NV02");
    changes(changing, CommandKind::change_care, "changed");

    CLI::App* done = care->add_subcommand("done", "A task is done; one that comes back is due again");
    add_task(done);
    done->footer("Example:\n  tim care done 4711 --note 'wants a quote for 20 kg'");
    changes(done, CommandKind::finish_care, "done");

    CLI::App* drops = care->add_subcommand("drop", "A task is not to be done any more");
    add_task(drops);
    drops->footer("Example:\n  tim care drop 4711");
    changes(drops, CommandKind::drop_care, "dropped");

    CLI::App* lists = care->add_subcommand(
        "list", "Open tasks by day, what is overdue first; or all that was planned for a customer");
    lists->add_option("CUSTOMER", options->customer, customer_help + ": newest first, over or not");
    lists->add_option("--from", options->from, "From which day on (default: whatever is open)");
    lists->add_option("--days", options->days, "To so many days from today, or --from, on (default: 7)")
        ->check(whole_number(1, 3'660, "days"));
    lists->add_option("--staff", options->staff, "Whose; company for nobody's");
    lists->add_option("--kind", options->kind, "call, message, visit, sample, quote or other");
    lists->add_option("--limit", options->limit, "How many")
        ->capture_default_str()
        ->check(whole_number(1, kMaxLines));
    lists->footer(
        "Examples:\n  tim care list\n  tim care list --staff NV01 --days 1\n"
        "  tim care list phone:+84901234567 --json");
    run(lists, list);

    CLI::App* days = care->add_subcommand("birthdays", "Whose birthday is in the next days");
    days->add_option("--from", options->from, "From which day on (default: today)");
    days->add_option("--days", options->days, "How many days (default: 7)")
        ->check(whole_number(1, 366, "days"));
    days->footer("Example:\n  tim care birthdays --days 7");
    run(days, birthdays);
}

}  // namespace tim::cli
