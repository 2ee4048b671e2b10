#include <fmt/format.h>

#include <iostream>
#include <map>
#include <memory>
#include <string>

#include "tools/tim/command_line.h"
#include "tools/tim/json_line.h"

namespace tim::cli {
namespace {

const std::map<std::string, client::CodePurpose> kPurposes = {
    {"login", client::CodePurpose::login},
    {"registration", client::CodePurpose::registration},
    {"key_change", client::CodePurpose::key_change},
    {"password", client::CodePurpose::password}};

struct PasswordOptions {
    std::string customer;
    std::string code;
    bool with_old = false;
    std::optional<std::string> request_id;
};

struct Options {
    std::string key;
    std::string code;
    std::string purpose = "login";
    std::optional<std::string> request_id;
};

/// Why there is no code, or a code proves nothing.
std::string sentence_of(const client::OneTimeCode& told) {
    const std::string wait =
        told.wait_ms > 0 ? fmt::format("; another may be asked for in {} s", (told.wait_ms + 999) / 1000)
                         : "";
    switch (told.proof) {
        case client::CodeProof::unknown:
            return "no code was asked for";
        case client::CodeProof::expired:
            return "the code has expired";
        case client::CodeProof::wrong:
            return fmt::format("that is not the code ({} more may be tried)", told.tries_left);
        case client::CodeProof::spent:
            return "too many codes were wrong; ask for another";
        case client::CodeProof::used:
            return "the code was used already";
        case client::CodeProof::too_soon:
            return "a code was asked for a moment ago" + wait;
        case client::CodeProof::too_many:
            return "too many codes were asked for within an hour" + wait;
        default:
            return "the server said something that is not known here";
    }
}

int tell(const CommandLine& line, const Shop& shop, const client::OneTimeCode& told) {
    const bool good = told.proof == client::CodeProof::issued || told.proof == client::CodeProof::verified;
    if (line.options.json) {
        JsonLine json;
        json.add("state", client::code_proof_name(told.proof)).add("duplicate", told.duplicate);
        if (!told.code.empty()) json.add("code", told.code).add("ends_at", shop.time(told.ends_at));
        if (told.proof == client::CodeProof::verified) json.add("customer", told.customer.value);
        if (told.proof == client::CodeProof::wrong) json.add("tries_left", told.tries_left);
        if (told.wait_ms > 0) json.add("wait_ms", told.wait_ms);
        print(json.text() + "\n");
    } else if (told.proof == client::CodeProof::issued) {
        print(fmt::format("{} until {}; send it to the customer\n", told.code, shop.time(told.ends_at)));
    } else if (told.proof == client::CodeProof::verified) {
        print(told.customer.value == 0 ? std::string("verified; nobody has that key yet\n")
                                       : fmt::format("verified: id:{}\n", told.customer.value));
    }
    if (good) return kDone;
    fmt::print(stderr, "tim: refused: {} ({})\n", sentence_of(told), client::code_proof_name(told.proof));
    return kRefused;
}

int ask(const CommandLine& line, const Options& options, bool verifies) {
    const auto key = read_customer(options.key);
    if (!key) return fail(key.error());
    const auto name = read_request_id(options.request_id);
    if (!name) return fail(name.error());
    const client::CodePurpose purpose = kPurposes.at(options.purpose);
    return with_shop(line, [&](Shop& shop) {
        client::BlockingClient& client = shop.session.client();
        const auto told = verifies
                              ? client.verify_code(shop.program, key->ref(), purpose, options.code, *name)
                              : client.issue_code(shop.program, key->ref(), purpose, *name);
        if (!told) return fail(told.error());
        return tell(line, shop, *told);
    });
}

/// A line of standard input: what a command line says, others can see.
std::optional<std::string> read_secret() {
    std::string line;
    if (!std::getline(std::cin, line)) return std::nullopt;
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

std::string sentence_of(const client::PasswordAnswer& told) {
    switch (told.state) {
        case client::PasswordProof::unproved: {
            client::OneTimeCode code;
            code.proof = told.code;
            return "it was not set: " + sentence_of(code);
        }
        case client::PasswordProof::wrong:
            return "that is not the password";
        case client::PasswordProof::none:
            return "the customer has no password";
        case client::PasswordProof::locked:
            return fmt::format("too many were wrong; the next may be tried in {} s",
                               (told.wait_ms + 999) / 1000);
        case client::PasswordProof::refused:
            return model::refusal_sentence(told.refusal, told.detail);
        default:
            return "the server said something that is not known here";
    }
}

int tell(const CommandLine& line, const client::PasswordAnswer& told) {
    const bool good = told.state == client::PasswordProof::set || told.state == client::PasswordProof::right;
    if (line.options.json) {
        JsonLine json;
        json.add("state", client::password_proof_name(told.state)).add("duplicate", told.duplicate);
        if (good) json.add("customer", told.customer.value);
        if (told.sequence.value != 0) json.add("sequence", told.sequence.value);
        if (told.wait_ms > 0) json.add("wait_ms", told.wait_ms);
        print(json.text() + "\n");
    } else if (good) {
        print(fmt::format("{}: id:{}\n", client::password_proof_name(told.state), told.customer.value));
    }
    if (good) return kDone;
    fmt::print(stderr, "tim: refused: {} ({})\n", sentence_of(told), client::password_proof_name(told.state));
    return kRefused;
}

int with_password(const CommandLine& line, const PasswordOptions& options, bool sets) {
    const auto customer = read_customer(options.customer);
    if (!customer) return fail(customer.error());
    const auto name = read_request_id(options.request_id);
    if (!name) return fail(name.error());
    const auto password = read_secret();
    const auto old = options.with_old ? read_secret() : std::optional<std::string>("");
    if (!password || !old) return fail_usage("a password is a line of standard input");
    return with_shop(line, [&](Shop& shop) {
        client::BlockingClient& client = shop.session.client();
        const auto told =
            sets ? client.set_password(shop.program, customer->ref(), {*password, options.code, *old}, *name)
                 : client.check_password(shop.program, customer->ref(), *password);
        if (!told) return fail(told.error());
        return tell(line, *told);
    });
}

}  // namespace

void add_identity_commands(CLI::App& app, CommandLine& line) {
    auto options = std::make_shared<Options>();
    CLI::App* codes = app.add_subcommand("otp", "One-time codes: whether a phone or an email is somebody's");
    codes->require_subcommand(1);
    const auto add = [&](const char* name, const char* what, bool verifies) {
        CLI::App* command = codes->add_subcommand(name, what);
        command->add_option("KEY", options->key, "phone:… or email:…")->required();
        if (verifies) command->add_option("CODE", options->code, "As the customer has typed it")->required();
        command->add_option("--purpose", options->purpose, "login, registration, key_change or password")
            ->capture_default_str()
            ->check(CLI::IsMember(kPurposes));
        command->add_option("--request-id", options->request_id,
                            "32 hexadecimal digits; the same again gets the same answer");
        command->callback([&line, options, verifies] {
            line.run = [&line, options, verifies] { return ask(line, *options, verifies); };
        });
        return command;
    };
    add("issue", "Ask for a code, which you then send there: six digits, for five minutes", false)
        ->footer(
            "Five an hour for each key and purpose, half a minute apart; five tries each. A new code takes "
            "the "
            "place of the last.\n"
            "Example:\n  tim otp issue phone:+84901234567");
    add("verify", "Whether a code that somebody has brought is the right one, once", true)
        ->footer("Example:\n  tim otp verify phone:+84901234567 104417");

    auto secrets = std::make_shared<PasswordOptions>();
    CLI::App* passwords = app.add_subcommand("password", "A customer's password: set it, or check one");
    passwords->require_subcommand(1);
    CLI::App* set = passwords->add_subcommand("set", "Another password: the first line of standard input");
    set->add_option("CUSTOMER", secrets->customer, "phone:…, email:…, card:… or id:…")->required();
    set->add_option("--code", secrets->code,
                    "A one-time code of purpose `password` that was sent to CUSTOMER, a phone or an email");
    set->add_flag("--with-old", secrets->with_old, "The second line of standard input is the old password");
    set->add_option("--request-id", secrets->request_id,
                    "32 hexadecimal digits; the same again sets nothing more");
    set->footer(
        "A key of role member-service proves by a code or the old password that the customer wants it. 8 to "
        "256 "
        "bytes.\n"
        "Example:\n  tim otp issue phone:+84901234567 --purpose password\n"
        "  tim password set phone:+84901234567 --code 104417 < new-password.txt");
    set->callback(
        [&line, secrets] { line.run = [&line, secrets] { return with_password(line, *secrets, true); }; });
    CLI::App* check =
        passwords->add_subcommand("check", "Whether the line of standard input is the password");
    check->add_option("CUSTOMER", secrets->customer, "phone:…, email:…, card:… or id:…")->required();
    check->footer(
        "Ten wrong ones within a quarter of an hour lock it for another.\n"
        "Example:\n  tim password check phone:+84901234567 < password.txt");
    check->callback(
        [&line, secrets] { line.run = [&line, secrets] { return with_password(line, *secrets, false); }; });
}

}  // namespace tim::cli
