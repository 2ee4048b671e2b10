#include "options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <toml++/toml.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <optional>
#include <thread>
#include <utility>

#include "protocol/codec/text.h"
#include "storage/lmdb/open_store.h"

namespace tim::daemon {
namespace {

constexpr int kUsageError = 2;

constexpr const char* kExamples = R"(Examples:
  timd --data /var/lib/tim                        keep everything in /var/lib/tim, serve on 127.0.0.1:7400
  timd --data ./test --listen 127.0.0.1:0         any free port; read it from the line "ready HOST:PORT"
  timd --data ./replay --clock events             business time is that of the commands: replay history
  timd --data /var/lib/tim --listen 0.0.0.0:7400 --tls-cert cert.pem --tls-key key.pem
  timd --config /etc/timd.toml                    listen = "127.0.0.1:7400", threads = 2, …

The first start writes the key of the administrator to DATA/admin.key; give it to tim with --key-file.)";

/// The name of an option in the configuration file and, behind TIM_, in the environment: --tls-cert is
/// tls_cert.
std::string key_of_flag(std::string flag) {
    std::replace(flag.begin(), flag.end(), '-', '_');
    return flag;
}

std::string environment_name(const std::string& key) {
    std::string name = "TIM_" + key;
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return name;
}

/// Variables that other programs of tim read: in a shell where those are used timd starts too.
constexpr std::array kOthersVariables{"TIM_SERVER", "TIM_KEY_FILE", "TIM_PROGRAM"};

/// The text of a value in the file as it would stand behind a flag; none for what can be no value of an
/// option.
std::optional<std::string> text_of(const toml::node& node) {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* number = node.as_integer()) return std::to_string(number->get());
    if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
    if (const auto* truth = node.as_boolean()) return truth->get() ? "true" : "false";
    return std::nullopt;
}

class Reader {
  public:
    Reader() {
        options_.threads = std::max(1U, std::max(1U, std::thread::hardware_concurrency()) - 1);
        app_.set_version_flag("--version", std::string("timd " TIM_VERSION));
        app_.footer(kExamples);
        add("data", options_.data, "folder that keeps everything; made when missing")->type_name("DIR");
        add("listen", listen_, "address to serve on; port 0 takes a free one")->type_name("HOST:PORT");
        config_ = app_.add_option("--config", config_file_,
                                  "TOML file with any of these options (tls_cert = \"…\") [TIM_CONFIG]")
                      ->type_name("FILE");
        add("threads", options_.threads, "threads that serve connections and run the engine")
            ->check(CLI::Range(std::size_t{1}, server::kMaxIoThreads));
        add("max-connections", options_.max_connections, "connections at a time")
            ->check(CLI::Range(std::size_t{1}, server::kMaxConnections));
        add("idle-timeout-s", options_.idle_timeout_s, "close a connection that asks nothing for so long")
            ->check(CLI::Range(std::int64_t{10}, std::int64_t{1'000'000}));
        add("durability", durability_,
            "sync: an answer means that the change is on disk; async: answers may go out before that")
            ->check(CLI::IsMember({"sync", "async"}));
        add("async-window-ms", options_.async_window_ms,
            "with async: answers wait for the disk while a change has waited so long; a crash takes no more "
            "than what one such window has answered")
            ->check(CLI::Range(std::int64_t{1}, std::int64_t{60'000}));
        add("clock", clock_, "system: the wall clock; events: the latest time that the commands have named")
            ->check(CLI::IsMember({"system", "events"}));
        add("checkpoint-interval-s", options_.checkpoint_interval_s, "seconds between checkpoints")
            ->check(CLI::Range(std::int64_t{1}, std::int64_t{86'400}));
        add("names-in-memory", options_.names_in_memory,
            "receipts and request ids kept in memory; older ones on disk")
            ->check(CLI::Range(std::size_t{1'000}, std::size_t{1'000'000'000}));
        options_.map_size_mib = storage::StoreOptions{}.ledger_map_bytes >> 20;
        add("map-size-mib", options_.map_size_mib,
            "how large the ledger may grow; can be raised at the next start")
            ->check(CLI::Range(std::uint64_t{4}, std::uint64_t{1} << 26));
        add("log-level", options_.log_level, "what is told on stderr")
            ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}));
        add("tls-cert", options_.tls.certificate,
            "certificate chain (PEM); needed unless the address is loopback")
            ->type_name("FILE");
        add("tls-key", options_.tls.key, "key of the certificate (PEM)")->type_name("FILE");
        add("tls-client-ca", options_.tls.client_ca, "clients need a certificate that this CA signed (PEM)")
            ->type_name("FILE");
    }

    std::variant<Options, ExitCode> read(int argc, const char* const* argv) {
        try {
            app_.parse(argc, argv);
        } catch (const CLI::ParseError& outcome) {
            return ExitCode{app_.exit(outcome) == 0 ? 0 : kUsageError};
        }
        std::optional<std::string> fault = read_environment();
        if (!fault && !config_file_.empty()) fault = read_file();
        if (!fault) fault = finish();
        if (fault) {
            std::cerr << "timd: " << *fault << "\n";
            return ExitCode{kUsageError};
        }
        return std::move(options_);
    }

  private:
    template <class Value>
    CLI::Option* add(const std::string& flag, Value& value, const std::string& help) {
        const std::string key = key_of_flag(flag);
        CLI::Option* option =
            app_.add_option("--" + flag, value, fmt::format("{} [{}]", help, environment_name(key)))
                ->capture_default_str();
        by_key_.emplace(key, option);
        return option;
    }

    /// Gives an option that was not given before its value. `where` is what people know it by: a fault, now
    /// or in `finish`, is told of it.
    std::optional<std::string> set(CLI::Option& option, const std::string& text, const std::string& where) {
        if (option.count() != 0) return std::nullopt;
        sources_[&option] = where;
        try {
            option.add_result(text);
            option.run_callback();
        } catch (const CLI::Error& error) {
            // CLI11 speaks of the flag.
            std::string fault = error.what();
            const std::string name = option.get_name();
            if (fault.starts_with(name + ": ")) fault.erase(0, name.size() + 2);
            return fmt::format("{}: {}", where, fault);
        }
        return std::nullopt;
    }

    std::string source(const std::string& key) const {
        const CLI::Option* const option = by_key_.at(key);
        const auto found = sources_.find(option);
        return found == sources_.end() ? option->get_name() : found->second;
    }

    std::optional<std::string> read_environment() {
        std::map<std::string, CLI::Option*> by_name{{"TIM_CONFIG", config_}};
        for (const auto& [key, option] : by_key_)
            by_name.emplace(environment_name(key), option);
        for (char** entry = environ; *entry != nullptr; ++entry) {
            const std::string_view variable = *entry;
            const std::string name(variable.substr(0, variable.find('=')));
            if (!name.starts_with("TIM_") || by_name.contains(name) ||
                std::find(kOthersVariables.begin(), kOthersVariables.end(), name) != kOthersVariables.end())
                continue;
            std::vector<std::string> known;
            for (const auto& [known_name, option] : by_name)
                known.push_back(known_name);
            return fmt::format("the environment has {}, which is no variable of timd; {}",
                               codec::printable(name), codec::suggestion(name, known));
        }
        for (const auto& [name, option] : by_name) {
            const char* const text = std::getenv(name.c_str());
            if (text == nullptr || *text == '\0') continue;
            if (auto fault = set(*option, text, name)) return fault;
        }
        return std::nullopt;
    }

    /// Gives every option that neither a flag nor the environment set its value from the file.
    std::optional<std::string> read_file() {
        toml::table table;
        try {
            table = toml::parse_file(config_file_);
        } catch (const toml::parse_error& error) {
            const auto& where = error.source().begin;
            if (!where) return fmt::format("{}: {}", config_file_, error.description());
            return fmt::format("{}:{}:{}: {}", config_file_, where.line, where.column, error.description());
        }
        for (const auto& [name, node] : table) {
            const std::string key(name.str());
            const auto at = [&, line = name.source().begin.line](std::string_view fault) {
                return fmt::format("{}:{}: {}: {}", config_file_, line, key, fault);
            };
            const auto known = by_key_.find(key);
            if (known == by_key_.end()) return at("unknown key; the keys are " + known_keys());
            const auto text = text_of(node);
            if (!text) return at("a single value is needed");
            const auto place = fmt::format("{}:{}: {}", config_file_, name.source().begin.line, key);
            if (auto fault = set(*known->second, *text, place)) return fault;
        }
        return std::nullopt;
    }

    std::string known_keys() const {
        std::string keys;
        for (const auto& [key, option] : by_key_)
            keys += (keys.empty() ? "" : ", ") + key;
        return keys;
    }

    std::optional<std::string> finish() {
        auto endpoint = server::parse_endpoint(listen_);
        if (!endpoint) return source("listen") + ": " + endpoint.error().message;
        options_.listen = std::move(*endpoint);
        if (options_.tls.enabled() && (options_.tls.certificate.empty() || options_.tls.key.empty())) {
            return "--tls-cert and --tls-key are needed together";
        }
        options_.durability = durability_ == "sync" ? runtime::Durability::sync : runtime::Durability::async;
        options_.clock = clock_ == "system" ? runtime::TimeSource::system : runtime::TimeSource::events;
        return std::nullopt;
    }

    CLI::App app_{
        "timd keeps the points, tiers and receipts of a shop's customers: in memory, and safely on disk.",
        "timd"};
    Options options_;
    std::string listen_ = "127.0.0.1:7400";
    std::string config_file_;
    std::string durability_ = "sync";
    std::string clock_ = "system";
    CLI::Option* config_ = nullptr;
    std::map<std::string, CLI::Option*> by_key_;
    std::map<const CLI::Option*, std::string> sources_;  // of those that no flag set
};

}  // namespace

std::variant<Options, ExitCode> read_options(int argc, const char* const* argv) {
    return Reader().read(argc, argv);
}

}  // namespace tim::daemon
