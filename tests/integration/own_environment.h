#pragma once

#include <stdlib.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <vector>

namespace tim::integration {

/// Takes every TIM_ variable out of the environment: those of the tests, such as TIM_SEEDS, are none of the
/// programs', and timd refuses what it does not know. For a child on its way to exec.
inline void drop_tim_variables() {
    std::vector<std::string> names;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view variable = *entry;
        if (variable.starts_with("TIM_")) names.emplace_back(variable.substr(0, variable.find('=')));
    }
    for (const std::string& name : names)
        ::unsetenv(name.c_str());
}

}  // namespace tim::integration
