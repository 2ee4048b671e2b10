#include <csignal>

#include "tools/tim/command_line.h"
#include "tools/tim/usage.h"

namespace {

constexpr const char* kFooter =
    "CUSTOMER is phone:+84901234567, email:an@example.vn, card:20417 or id:42.\n"
    "RECEIPT is TERMINAL/NUMBER, such as 1/C104417.\n"
    "Exit codes: 0 done; 1 refused; 2 usage or bad input; 3 cannot reach or authenticate to the server;\n"
    "4 partly done (some rows refused).\n"
    "\n"
    "Examples:\n"
    "  tim program put tools/quickstart.json\n"
    "  tim enroll phone:+84901234567 --name An\n"
    "  tim sale phone:+84901234567 --receipt 1/1001 --amount 150000\n"
    "  tim show phone:+84901234567\n"
    "Every command has its own --help.";

}  // namespace

int main(int argc, char** argv) {
    // A reader that goes away (`tim export … | head`) is told by the write, not by a signal; no harm either
    // way.
    std::signal(SIGPIPE, SIG_IGN);

    tim::cli::CommandLine line;
    CLI::App app("tim: talks to timd, the loyalty engine", "tim");
    app.set_version_flag("--version", "tim 0.1.0");
    app.require_subcommand(1);
    app.footer(kFooter);
    app.fallthrough();
    tim::cli::GlobalOptions& options = line.options;
    app.add_option("--server", options.server, "Where timd listens, HOST:PORT")
        ->envname("TIM_SERVER")
        ->take_last()
        ->capture_default_str();
    app.add_option("--key-file", options.key_file,
                   "The key of access (default: tim-data/admin.key, where present)")
        ->envname("TIM_KEY_FILE")
        ->take_last();
    app.add_option("--program", options.program, "The program; may be left out when there is only one")
        ->envname("TIM_PROGRAM")
        ->take_last();
    app.add_flag("--json", options.json, "One JSON object a line, for programs");
    app.add_flag("--tls", options.tls, "Use TLS; the server's certificate is checked");
    app.add_option("--tls-ca", options.tls_ca, "PEM file of the authority to trust (default: the system's)");
    app.add_option("--tls-cert", options.tls_cert, "PEM file of this client's certificate");
    app.add_option("--tls-key", options.tls_key, "PEM file of its private key");
    app.add_option("--tls-name", options.tls_name,
                   "The server's name in its certificate (default: the host)");

    tim::cli::add_program_commands(app, line);
    tim::cli::add_customer_commands(app, line);
    tim::cli::add_till_commands(app, line);
    tim::cli::add_checkout_commands(app, line);
    tim::cli::add_network_commands(app, line);
    tim::cli::add_order_commands(app, line);
    tim::cli::add_reward_commands(app, line);
    tim::cli::add_feed_command(app, line);
    tim::cli::add_export_command(app, line);
    tim::cli::add_import_command(app, line);
    tim::cli::add_follow_command(app, line);
    tim::cli::add_identity_commands(app, line);
    tim::cli::add_insight_commands(app, line);
    tim::cli::add_relation_commands(app, line);
    tim::cli::add_care_commands(app, line);
    tim::cli::add_people_commands(app, line);
    tim::cli::add_access_commands(app, line);
    tim::cli::add_operation_commands(app, line);

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);  // help or the version was asked for
        return tim::cli::fail_usage(tim::cli::usage_fault(app, error) +
                                    "\nRun with --help for more information.");
    }
    return line.run();
}
