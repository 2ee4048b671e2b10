#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/model/refusal.h"
#include "engine/model/result.h"
#include "tools/tim/exit_code.h"
#include "tools/tim/options.h"
#include "tools/tim/session.h"

namespace tim::cli {

/// What all commands share: the options, and what is to run once the line was read.
struct CommandLine {
    GlobalOptions options;
    std::function<int()> run;
};

/// A message of several lines as it may be shown on a terminal: it may repeat what a file or a server holds.
std::string printable_lines(std::string_view message);

/// Tells people something on stderr, behind the program's name; see `printable_lines`.
void say(std::string_view message);

/// Says what is wrong on stderr and gives the exit code that belongs to it.
int fail(const model::Error& error);
int fail_usage(const std::string& message);

/// A refusal: the sentence and the name on stderr, with --json an object on stdout. `currency` is that of the
/// program, when it is about one.
int refuse(const CommandLine& line, model::Refusal refusal, std::int64_t detail,
           const model::Currency* currency = nullptr);

/// A session, its program and the program's calendar: what most commands begin with.
struct Shop {
    Session& session;
    std::string program;
    const ProgramVersion* version = nullptr;  ///< the newest
    model::Calendar calendar;

    /// "" for no instant.
    std::string time(model::Instant at) const {
        return at == model::kNoInstant ? std::string() : calendar.format(at);
    }
    /// An instant on the command line; none when there is no text.
    model::Result<model::Instant> read_time(const std::optional<std::string>& text) const;
};

/// Runs `body` with a session; an error on the way is told and becomes the exit code. `stays`: as of
/// Session::open.
int with_session(const CommandLine& line, const std::function<int(Session&)>& body, bool stays = false);
int with_shop(const CommandLine& line, const std::function<int(Shop&)>& body, bool stays = false);

/// Writes to stdout, whole; a pipe that is closed early is no error of ours.
void print(std::string_view text);

// Each adds its commands; CLI11 sets `line.run` when one was chosen.
void add_program_commands(CLI::App& app, CommandLine& line);
void add_customer_commands(CLI::App& app, CommandLine& line);
void add_till_commands(CLI::App& app, CommandLine& line);
void add_checkout_commands(CLI::App& app, CommandLine& line);
void add_network_commands(CLI::App& app, CommandLine& line);
void add_order_commands(CLI::App& app, CommandLine& line);
void add_reward_commands(CLI::App& app, CommandLine& line);
void add_feed_command(CLI::App& app, CommandLine& line);
void add_export_command(CLI::App& app, CommandLine& line);
void add_operation_commands(CLI::App& app, CommandLine& line);
void add_insight_commands(CLI::App& app, CommandLine& line);
void add_relation_commands(CLI::App& app, CommandLine& line);
void add_follow_command(CLI::App& app, CommandLine& line);
void add_identity_commands(CLI::App& app, CommandLine& line);
void add_import_command(CLI::App& app, CommandLine& line);
void add_care_commands(CLI::App& app, CommandLine& line);
void add_people_commands(CLI::App& app, CommandLine& line);
void add_access_commands(CLI::App& app, CommandLine& line);
/// whatif, on and off, below `tim program`.
void add_program_change_commands(CLI::App& program, CommandLine& line);

}  // namespace tim::cli
