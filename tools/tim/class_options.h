#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "clients/cpp/types.h"
#include "engine/model/classification.h"
#include "tools/tim/json_line.h"

namespace tim::cli {

/// What people say on the command line that a customer is classified by.
struct ClassOptions {
    std::optional<std::string> status;
    std::optional<std::string> staff;
    std::optional<std::string> source;
    std::optional<std::string> channel;
    std::optional<std::string> birthday;
    model::ClassListChange natures;
    model::ClassListChange types;
    model::ClassListChange items;
};

/// With `drops`, the lists can lose values too.
void add_class_options(CLI::App& command, ClassOptions& options, bool drops);

model::Result<model::ClassifyTerms> read_classes(const ClassOptions& options);

/// What is known of a customer, as pairs of what it is and the words for it.
std::vector<std::pair<std::string, std::string>> class_fields(const model::CustomerClasses& classes);
void add_classes(JsonLine& json, const model::CustomerClasses& classes);

}  // namespace tim::cli
