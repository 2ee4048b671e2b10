#include "tools/tim/usage.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "protocol/codec/text.h"

namespace tim::cli {
namespace {

/// The command that the line has come to: `keys add` of `tim keys add`.
const CLI::App& deepest(const CLI::App& app) {
    const CLI::App* at = &app;
    while (true) {
        const auto chosen = at->get_subcommands();
        if (chosen.empty()) return *at;
        at = chosen.front();
    }
}

std::vector<std::string> words_of(const CLI::App& command) {
    std::vector<std::string> words;
    for (const CLI::App* known : command.get_subcommands([](const CLI::App*) { return true; }))
        words.push_back(known->get_name());
    return words;
}

/// The options of a command and of what stands around it, which may follow it too.
std::vector<std::string> flags_of(const CLI::App& command) {
    std::vector<std::string> flags;
    for (const CLI::App* at = &command; at != nullptr; at = at->get_parent())
        for (const CLI::Option* option : at->get_options())
            for (const std::string& name : option->get_lnames())
                if (std::find(flags.begin(), flags.end(), "--" + name) == flags.end())
                    flags.push_back("--" + name);
    return flags;
}

std::string full_name(const CLI::App& command) {
    const CLI::App* const parent = command.get_parent();
    return parent == nullptr ? command.get_name() : full_name(*parent) + " " + command.get_name();
}

}  // namespace

std::string usage_fault(const CLI::App& app, const CLI::ParseError& error) {
    const bool is_word =
        dynamic_cast<const CLI::RequiredError*>(&error) || dynamic_cast<const CLI::ExtrasError*>(&error);
    const CLI::App& command = deepest(app);
    const std::string name = full_name(command);
    const std::vector<std::string> words = words_of(command);
    const std::vector<std::string> unknown = app.remaining(true);
    if (!is_word) return error.what();
    if (unknown.empty())
        return words.empty() ? error.what()
                             : fmt::format("`{}` needs one of {}", name, fmt::join(words, ", "));
    // Behind a command's name an unknown option comes first: what follows it may be its value.
    const auto is_flag = [](const std::string& word) { return word.size() > 1 && word.front() == '-'; };
    auto place = unknown.begin();
    if (words.empty()) place = std::find_if(unknown.begin(), unknown.end(), is_flag);
    if (place == unknown.end()) place = unknown.begin();
    if (is_flag(*place)) {
        const std::string flag = place->substr(0, place->find('='));
        return fmt::format("{} is no option of `{}`; {}", codec::printable(flag), name,
                           codec::suggestion(flag, flags_of(command)));
    }
    const std::string word = codec::printable(*place);
    if (words.empty()) return fmt::format("\"{}\" is more than `{}` takes", word, name);
    return fmt::format("\"{}\" is no command of `{}`; {}", word, name, codec::suggestion(word, words));
}

}  // namespace tim::cli
