#pragma once

#include <string>

#include "bench/load/result.h"
#include "bench/load/settings.h"

namespace tim::bench {

/// Whether what the server holds grew by exactly what it acknowledged.
struct SumCheck {
    bool made = false;
    std::int64_t spend_minor = 0;  ///< by how much the customers' spend grew
    std::int64_t points = 0;

    bool agrees(const Acknowledged& acknowledged) const {
        return spend_minor == acknowledged.spend_minor && points == acknowledged.points;
    }
};

/// The run for people.
std::string report_text(const Settings& settings, const RunResult& result, const SumCheck& check);

/// The run for programs: one JSON object.
std::string report_json(const Settings& settings, const RunResult& result, const SumCheck& check);

}  // namespace tim::bench
