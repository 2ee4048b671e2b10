#include "tools/tim/class_options.h"

#include <fmt/format.h>

#include <tuple>

#include "tools/tim/figures.h"

namespace tim::cli {

void add_class_options(CLI::App& command, ClassOptions& options, bool drops) {
    command.add_option("--status", options.status,
                       "new or prospect; purchased and vip follow from what is bought");
    command.add_option("--staff", options.staff, "The salesperson's code; '' for the company's");
    command.add_option("--source", options.source, "Where the customer comes from: one of the program's");
    command.add_option("--channel", options.channel, "Of the advertisement that brought the customer");
    command.add_option("--birthday", options.birthday, "MM-DD");
    const std::tuple<const char*, const char*, model::ClassListChange*> lists[] = {
        {"nature", "how the customer buys", &options.natures},
        {"type", "what the customer is", &options.types},
        {"item", "what the customer buys", &options.items}};
    for (const auto& [word, what, change] : lists) {
        command.add_option(fmt::format("--{}", word), change->add,
                           fmt::format("One more {}, {}; may be repeated", word, what));
        if (drops)
            command.add_option(fmt::format("--drop-{}", word), change->drop,
                               fmt::format("A {} that is none any more; may be repeated", word));
    }
}

model::Result<model::ClassifyTerms> read_classes(const ClassOptions& options) {
    using model::ErrorKind;
    using model::failure;
    model::ClassifyTerms terms;
    if (options.status) {
        terms.status = model::read_status(*options.status);
        if (!terms.status)
            return failure(ErrorKind::invalid,
                           fmt::format("--status: \"{}\" is neither new nor prospect", *options.status));
    }
    if (options.birthday) {
        terms.birthday = model::Birthday{};
        if (!options.birthday->empty()) terms.birthday = model::read_birthday(*options.birthday);
        if (!terms.birthday)
            return failure(ErrorKind::invalid,
                           fmt::format("--birthday: \"{}\" is no day as MM-DD", *options.birthday));
    }
    for (const auto& [option, text] :
         {std::pair{"--staff", &options.staff}, std::pair{"--source", &options.source},
          std::pair{"--channel", &options.channel}})
        if (auto checked = check_text(option, text->value_or("")); !checked)
            return tl::unexpected(checked.error());
    terms.staff = options.staff;
    terms.source = options.source;
    terms.channel = options.channel;
    terms.natures = options.natures;
    terms.types = options.types;
    terms.items = options.items;
    return terms;
}

std::vector<std::pair<std::string, std::string>> class_fields(const model::CustomerClasses& classes) {
    std::vector<std::pair<std::string, std::string>> fields;
    const auto add = [&fields](const char* name, std::string text) {
        if (!text.empty()) fields.emplace_back(name, std::move(text));
    };
    fields.emplace_back("status", model::status_name(classes.status));
    add("staff", classes.staff);
    add("source",
        classes.channel.empty() ? classes.source : fmt::format("{} ({})", classes.source, classes.channel));
    add("natures", fmt::format("{}", fmt::join(classes.natures, ", ")));
    add("types", fmt::format("{}", fmt::join(classes.types, ", ")));
    add("items", fmt::format("{}", fmt::join(classes.items, ", ")));
    add("birthday", model::format_birthday(classes.birthday));
    return fields;
}

void add_classes(JsonLine& json, const model::CustomerClasses& classes) {
    json.add("status", model::status_name(classes.status))
        .add_or_null("staff", classes.staff)
        .add_or_null("source", classes.source)
        .add_or_null("channel", classes.channel)
        .add("natures", classes.natures)
        .add("types", classes.types)
        .add("items", classes.items)
        .add_or_null("birthday", model::format_birthday(classes.birthday));
}

}  // namespace tim::cli
