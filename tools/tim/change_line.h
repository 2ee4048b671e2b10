#pragma once

#include <string>

#include "clients/cpp/follow.h"
#include "engine/model/calendar.h"
#include "tools/tim/session.h"

namespace tim::cli {

/// A change as one JSON object: docs/following.md lists its members. Amounts are decimals of the program's
/// currency, times stand in its zone, tiers are ids of the version that judged the fact.
std::string change_json(const client::Change& change, const ProgramVersion& version,
                        const model::Calendar& calendar);

/// The same for people, on one line.
std::string change_text(const client::Change& change, const ProgramVersion& version,
                        const model::Calendar& calendar);

}  // namespace tim::cli
