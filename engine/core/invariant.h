#pragma once

#include <source_location>
#include <string_view>

namespace tim::core {

/// Tells on stderr which invariant is broken and where, and ends the process: state that contradicts the
/// ledger must answer nobody.
[[noreturn]] void broken_invariant(std::string_view condition, std::string_view meaning,
                                   std::source_location where = std::source_location::current());

}  // namespace tim::core

/// Checked in release too. `meaning` is a sentence for whoever reads the last line of the log.
#define TIM_INVARIANT(condition, meaning)                       \
    do {                                                        \
        if (!(condition)) [[unlikely]]                          \
            ::tim::core::broken_invariant(#condition, meaning); \
    } while (false)
