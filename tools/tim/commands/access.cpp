// Keys of access, and who did what with them.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>

#include "engine/model/calendar.h"
#include "protocol/codec/limits.h"
#include "protocol/codec/scram.h"
#include "tools/tim/command_line.h"
#include "tools/tim/json_line.h"
#include "tools/tim/text_table.h"

namespace tim::cli {
namespace {

struct Options {
    std::string id;
    std::string role;
    std::vector<std::string> programs;
    std::optional<std::string> expires;
    std::string out;
    std::optional<std::string> request_id;
};

struct AuditOptions {
    std::string by;
    std::uint64_t from = 1;
    std::optional<std::uint64_t> limit;
};

/// Keys are of no single program: their instants are UTC unless they say otherwise.
model::Result<model::Calendar> utc() {
    return model::Calendar::load("UTC");
}

model::Instant machine_now() {
    using std::chrono::duration_cast;
    using std::chrono::milliseconds;
    return {duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count()};
}

int add_key(const CommandLine& line, const Options& options) {
    const auto name = read_request_id(options.request_id);
    if (!name) return fail_usage(name.error().message);
    const auto role = model::parse_role(options.role);
    if (!role) return fail_usage(fmt::format("--role: {}", role.error().message));
    const auto calendar = utc();
    if (!calendar) return fail(calendar.error());
    model::Instant expires = model::kNoInstant;
    if (options.expires) {
        const auto read = calendar->parse(*options.expires);
        if (!read) return fail_usage(fmt::format("--expires: {}", read.error().message));
        expires = *read;
    }
    codec::AccessSecret secret;
    secret.id = options.id;
    codec::fill_random(secret.secret);
    codec::Salt salt{};
    codec::fill_random(salt);
    auto key = codec::make_access_key(secret, *role, options.programs, salt);
    if (!key) return fail_usage(key.error().message);
    key->expires = expires;

    return with_session(line, [&](Session& session) {
        // The file comes first: a key that the server knows and nobody holds would be lost.
        const std::filesystem::path path = options.out.empty() ? options.id + ".key" : options.out;
        if (auto written = codec::write_key_file(path, secret); !written) return fail(written.error());
        const auto discard = [&path] {
            std::error_code ignored;
            std::filesystem::remove(path, ignored);
        };
        const auto outcome = session.client().add_access_key(*key, *name);
        if (!outcome) {
            // Whether the key was added is not known when the connection broke: then the file stays.
            if (outcome.error().kind != model::ErrorKind::unavailable) discard();
            return fail(outcome.error());
        }
        if (outcome->refusal != model::Refusal::none) {
            discard();
            return refuse(line, outcome->refusal, outcome->detail);
        }
        if (line.options.json) {
            JsonLine json;
            json.add("key", options.id)
                .add("role", model::role_name(*role))
                .add("programs", options.programs)
                .add_or_null("expires_at",
                             expires == model::kNoInstant ? std::string() : calendar->format(expires))
                .add("file", path.string());
            print(json.text() + "\n");
        } else {
            print(fmt::format("key {} ({}) is in {}; nobody else has it\n", options.id,
                              model::role_name(*role), path.string()));
        }
        return static_cast<int>(kDone);
    });
}

std::string state_of(const client::AccessKeySummary& key) {
    if (key.revoked) return "revoked";
    return key.expires != model::kNoInstant && key.expires <= machine_now() ? "expired" : "valid";
}

int list_keys(const CommandLine& line) {
    return with_session(line, [&](Session& session) {
        const auto keys = session.client().access_keys();
        if (!keys) return fail(keys.error());
        const auto calendar = utc();
        if (!calendar) return fail(calendar.error());
        TextTable table({{"key"}, {"role"}, {"programs"}, {"expires"}, {"state"}});
        for (const client::AccessKeySummary& key : *keys) {
            const std::string role(model::role_name(key.role));
            const std::string expires =
                key.expires == model::kNoInstant ? std::string() : calendar->format(key.expires);
            if (line.options.json) {
                JsonLine json;
                json.add("key", key.id)
                    .add("role", role)
                    .add("programs", key.programs)
                    .add_or_null("expires_at", expires)
                    .add("state", state_of(key))
                    .add("revoked", key.revoked);
                print(json.text() + "\n");
            }
            table.add({key.id, role,
                       key.programs.empty() ? "all" : fmt::format("{}", fmt::join(key.programs, ", ")),
                       expires.empty() ? "never" : expires, state_of(key)});
        }
        if (!line.options.json) print(table.text());
        return static_cast<int>(kDone);
    });
}

int revoke_key(const CommandLine& line, const Options& options) {
    const auto name = read_request_id(options.request_id);
    if (!name) return fail_usage(name.error().message);
    return with_session(line, [&](Session& session) {
        const auto outcome = session.client().revoke_access_key(options.id, *name);
        if (!outcome) return fail(outcome.error());
        if (outcome->refusal != model::Refusal::none) return refuse(line, outcome->refusal, outcome->detail);
        if (line.options.json) {
            JsonLine json;
            json.add("key", options.id).add("revoked", true);
            print(json.text() + "\n");
        } else {
            print(fmt::format("key {} is revoked\n", options.id));
        }
        return static_cast<int>(kDone);
    });
}

// ------------------------------------------------------------------------------------------------- audit

std::string subject_of(const client::AuditEntry& entry) {
    if (entry.subject == "customer" || entry.subject == "wallet")
        return fmt::format("{} id:{}", entry.subject, entry.subject_id);
    return entry.subject;
}

int audit(const CommandLine& line, const AuditOptions& options) {
    return with_session(line, [&](Session& session) {
        const auto calendar = utc();
        if (!calendar) return fail(calendar.error());
        TextTable table({{"sequence", TextTable::Align::right},
                         {"recorded"},
                         {"by"},
                         {"what"},
                         {"program"},
                         {"of"},
                         {"points", TextTable::Align::right},
                         {"amount", TextTable::Align::right},
                         {"reason"}});
        model::Sequence after{options.from - 1};
        std::optional<model::Sequence> last;  // of the ledger as this was asked
        std::uint64_t left = options.limit.value_or(UINT64_MAX);
        do {
            const auto page = session.client().audit(
                line.options.program, options.by, after,
                static_cast<std::uint32_t>(std::min<std::uint64_t>(left, codec::kMaxHistoryPerPage)));
            if (!page) return fail(page.error());
            if (!last) last = page->last;
            for (const client::AuditEntry& entry : page->entries) {
                if (entry.sequence > *last || left == 0) break;
                --left;
                if (line.options.json) {
                    JsonLine json;
                    json.add("sequence", entry.sequence.value)
                        .add("recorded_at", calendar->format(entry.recorded))
                        .add("by", entry.by)
                        .add("type", entry.type)
                        .add_or_null("program", entry.program)
                        .add("subject", entry.subject)
                        .add("subject_id", entry.subject_id)
                        .add("request_id", entry.name)
                        .add("points", entry.points.value)
                        .add("amount_minor", entry.amount.value)
                        .add("reason", entry.reason);
                    print(json.text() + "\n");
                }
                table.add({std::to_string(entry.sequence.value), calendar->format(entry.recorded), entry.by,
                           entry.type, entry.program, subject_of(entry), std::to_string(entry.points.value),
                           std::to_string(entry.amount.value), entry.reason});
            }
            after = page->next;
        } while (after.value != 0 && after < *last && left != 0);
        if (!line.options.json) print(table.text());
        return static_cast<int>(kDone);
    });
}

void add_audit(CLI::App& app, CommandLine& line) {
    auto options = std::make_shared<AuditOptions>();
    CLI::App* audits = app.add_subcommand(
        "audit", "Who did what: everything that came by a key of access and no receipt names, oldest first");
    audits->add_option("--by", options->by, "Of one key alone, by its public name");
    audits->add_option("--from", options->from, "From a sequence of the ledger on")
        ->capture_default_str()
        ->check(whole_number(1));
    audits->add_option("--limit", options->limit, "At most so many (default: all)")->check(whole_number(1));
    audits->footer(
        "With --program, of that program alone. Times are UTC; amounts are minor units.\n"
        "Examples:\n  tim audit --by desk-3\n  tim --program nhanh --json audit --from 120000");
    audits->callback([&line, options] { line.run = [&line, options] { return audit(line, *options); }; });
}

}  // namespace

void add_access_commands(CLI::App& app, CommandLine& line) {
    auto options = std::make_shared<Options>();
    CLI::App* keys = app.add_subcommand("keys", "Keys of access: who may do what");
    keys->require_subcommand(1);
    CLI::App* add =
        keys->add_subcommand("add", "Make a key; its secret is written to a file and crosses no wire");
    add->add_option("ID", options->id, "A public name: 1 to 32 of a-z 0-9 . _ -")->required();
    std::set<std::string> roles;
    for (const model::Role role : model::kRoles)
        roles.emplace(model::role_name(role));
    add->add_option("--role", options->role,
                    "pos: a till. checkout: a web shop, which spends points and sees no names. "
                    "member-service: behind the members' own pages. staff: looks after customers. auditor: "
                    "reads, and changes nothing. admin: everything")
        ->required()
        ->check(CLI::IsMember(roles));
    add->add_option("--programs,--for-program", options->programs,
                    "Programs that it may touch, separated by commas; may be repeated (default: all)")
        ->delimiter(',');
    add->add_option(
        "--expires", options->expires,
        "From when on it lets nobody in, ISO 8601, UTC where there is no offset (default: never)");
    add->add_option("--out", options->out, "The file to make (default: ID.key here)");
    add->add_option("--request-id", options->request_id, "32 hexadecimal digits, to repeat it exactly once");
    add->footer(
        "Examples:\n  tim keys add till-1 --role pos --programs nhanh --out till-1.key\n"
        "  tim keys add season --role staff --programs nhanh,sapo --expires 2027-03-01T00:00:00+07:00");
    add->callback([&line, options] { line.run = [&line, options] { return add_key(line, *options); }; });
    CLI::App* list = keys->add_subcommand("list", "List the keys, without their secrets");
    list->footer("Example:\n  tim keys list");
    list->callback([&line] { line.run = [&line] { return list_keys(line); }; });
    CLI::App* revoke = keys->add_subcommand(
        "revoke", "Let a key in no more, at once: its connections are refused from their next message");
    revoke->add_option("ID", options->id, "The key's public name")->required();
    revoke->add_option("--request-id", options->request_id,
                       "32 hexadecimal digits, to repeat it exactly once");
    revoke->footer("Example:\n  tim keys revoke till-1");
    revoke->callback(
        [&line, options] { line.run = [&line, options] { return revoke_key(line, *options); }; });
    add_audit(app, line);
}

}  // namespace tim::cli
